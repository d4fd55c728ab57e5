//! An object with rows of driving data, one a line: what is good is stored, what is not is counted by reason.
//!
//! Each object is read by itself, as the drive that it is: a row is compared with those before it in the same object.

use fleetwatch::aws::{Attribute, Written};
use fleetwatch::model::{Driving, DrivingVerdict, Lane, Packet, Reading, Timestamp, Verdict};
use serde_json::json;

use crate::line::{Done, Failed, Line};
use crate::source::{Ruled, Source};

/// The largest object, bytes: about a day of rows, once a second.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Rows of one item. At some 60 B a row well under the 400 KB of an item, and paid by the KB however they are divided.
const ROWS_AN_ITEM: usize = 1_000;

struct Row {
    at: Timestamp,
    driving: Driving,
}

pub(crate) async fn preprocess(line: &mut Line, source: &Source, done: &mut Done) -> Result<(), Failed> {
    let topic = source.topic("driving");
    let object = match source.fetch(line, MAX_BYTES).await {
        Ok(object) => object,
        Err(error) if error.may_pass() => return Err(error.into()),
        Err(error) => {
            log::error!("{source} cannot be fetched, and will not be tried again: {error}");
            *done.dropped.entry("not_fetched").or_default() += 1;
            return Ok(());
        }
    };
    if object.cut {
        log::error!("{source} is longer than {MAX_BYTES} bytes; what comes after is not read");
        *done.dropped.entry("too_large").or_default() += 1;
    }
    rows(line, &topic, source.at, &object.bytes, (&source.to_string(), &source.sequencer), done).await
}

/// Rows that came as a message.
pub(crate) async fn preprocess_message(line: &mut Line, event: &Ruled, done: &mut Done) -> Result<(), Failed> {
    let packet = event.packet(Lane::Telemetry)?;
    let name = packet.id().to_string();
    rows(line, &packet.topic, packet.received_at, &packet.payload, (&event.to_string(), &name), done).await
}

/// Stores the good ones; `from` says where they lay, `name` tells this writing from others.
async fn rows(
    line: &mut Line,
    topic: &str,
    at: Timestamp,
    bytes: &[u8],
    (from, name): (&str, &str),
    done: &mut Done,
) -> Result<(), Failed> {
    let mut device = None;
    let mut rows = Vec::new();
    for payload in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        let packet = Packet::new(Lane::Telemetry, topic, payload.to_vec(), at);
        for judged in line.judged(&packet, done) {
            let Reading::Driving(driving) = judged.event.reading else { continue };
            device.get_or_insert_with(|| format!("{}{}", judged.event.origin.root(), judged.event.device));
            for verdict in &judged.verdicts {
                match verdict {
                    Verdict::Driving(DrivingVerdict::Keep) => rows.push(Row { at: judged.event.time(), driving }),
                    Verdict::Driving(DrivingVerdict::Drop(reason)) => *done.dropped.entry(reason.key()).or_default() += 1,
                    _ => {}
                }
            }
        }
    }
    let Some(device) = device else { return Ok(()) };
    for (n, chunk) in rows.chunks(ROWS_AN_ITEM).enumerate() {
        let Some(first) = chunk.first() else { continue };
        // The same object gives the same items.
        let item = format!("driving/{}/{name}/{n}", first.at.rfc3339());
        let text: Vec<_> = chunk.iter().map(columns).collect();
        let set = vec![
            ("columns", Attribute::Text("ms,speed_kmh,x_g,y_g,z_g,lat,lon,heading_deg".to_owned())),
            ("n_rows", Attribute::Number(chunk.len() as f64)),
            ("object", Attribute::Text(from.to_owned())),
            ("rows", Attribute::Text(json!(text).to_string())),
        ];
        match line.write(&device, &item, set, &[], Some("rows")).await? {
            Written::Done(_) => done.kept += chunk.len() as u32,
            Written::Not => done.repeats += chunk.len() as u32,
        }
    }
    Ok(())
}

fn columns(row: &Row) -> [Option<f64>; 8] {
    let Driving { speed_kmh, accel_g, position, heading_deg } = row.driving;
    let (x, y, z) = (accel_g.map(|g| g.x), accel_g.map(|g| g.y), accel_g.map(|g| g.z));
    [Some(row.at.millis() as f64), speed_kmh, x, y, z, position.map(|at| at.lat), position.map(|at| at.lon), heading_deg]
}
