//! A temperature: converted, published by band, and told once when it is wrong.
//!
//! How long a sensor was out of its band is known to the container that heard it. Where Lambda runs several, each
//! hears a part of the readings; that people were told stands in the table, so that they are told once.

use fleetwatch::aws::{Attribute, Written};
use fleetwatch::clock::Clock;
use fleetwatch::model::{Band, IncidentId, Judged, Lane, Notice, Severity, TemperatureVerdict, Verdict};
use fleetwatch::{state, wire};

use crate::line::{Done, Failed, Line};
use crate::source::Ruled;

/// The item of a sensor that says that its temperature is wrong.
const ALARM: &str = "alarm";

pub(crate) async fn route(line: &mut Line, event: &Ruled, done: &mut Done) -> Result<(), Failed> {
    let packet = event.packet(Lane::Telemetry)?;
    for judged in line.judged(&packet, done) {
        for verdict in &judged.verdicts {
            if let Verdict::Temperature(verdict) = verdict {
                carry_out(line, &judged, verdict, done).await?;
            }
        }
    }
    Ok(())
}

async fn carry_out(line: &Line, judged: &Judged, verdict: &TemperatureVerdict, done: &mut Done) -> Result<(), Failed> {
    let event = &judged.event;
    let topic = wire::temperature_topic(event.origin, verdict.band, &event.device);
    line.publish(&topic, &wire::temperature_json(verdict, &event.device, event.time()), done).await?;

    let device = format!("{}{}", event.origin.root(), event.device);
    let watch = verdict.watch;
    let Some((_, title)) = state::alarm_words(event, verdict) else {
        // A container that does not know what was before it takes a normal reading for the end of an alarm.
        if watch.alarm_before.is_some() || (verdict.previous.is_none() && verdict.band == Band::Normal) {
            line.write(&device, ALARM, Vec::new(), &["since", "words", "told_at"], None).await?;
        }
        return Ok(());
    };
    if watch.alarm_before.is_some() {
        return Ok(());
    }
    let text = |text: &str| Attribute::Text(text.to_owned());
    let since = event.time().plus_secs(-(watch.out_secs as i64)).rfc3339();
    let set = vec![("since", text(&since)), ("words", text(&title))];
    let Written::Done(_) = line.write(&device, ALARM, set, &[], Some("told_at")).await? else {
        done.repeats += 1;
        return Ok(());
    };
    let name = format!("{device}/{since}");
    let notice = Notice {
        dedup_key: name.clone(),
        incident: IncidentId(name.into()),
        device: event.device.clone(),
        severity: Severity::High,
        origin: event.origin,
        title,
        text: state::since_words(event, verdict),
        at: judged.judged_at,
        everyone: false,
        group: None,
    };
    line.tell(notice, done).await?;
    line.write(&device, ALARM, vec![("told_at", text(&Clock.now().rfc3339()))], &[], None).await?;
    Ok(())
}
