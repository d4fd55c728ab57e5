//! Where foreign bytes enter, one function for each fuzz target. Each panics where something that must always hold does
//! not. `tests/it/corpus.rs` runs the seeds of `fixtures/corpus` through the same functions.

use bytes::Bytes;
use fleetwatch::decode::{Decoded, Decoder, Interner, MAX_PAYLOAD_BYTES, Mapping, Settings, filing, lenient, sketch};
use fleetwatch::functions::judge_crash;
use fleetwatch::model::{CrashReport, EventId, Frame, Lane, Packet, Pulse, Reading, SpeedTrace, Timestamp};

/// 2026-11-22T00:31:00Z
const NOW: Timestamp = Timestamp(1_795_307_460_000_000);

/// Between two messages of one input.
const BETWEEN: &[u8] = b"\x1e\x1e\n";

fn messages(data: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(BETWEEN.len()).position(|bytes| bytes == BETWEEN) {
        messages.push(&rest[..at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    messages.push(rest);
    messages
}

fn packet(topic: &str, payload: &[u8]) -> Packet {
    Packet::new(Lane::Telemetry, topic, Bytes::copy_from_slice(payload), NOW)
}

/// What holds of whatever was decoded: nothing vanishes, and what comes out is bounded by what came in.
fn check(packet: &Packet, decoded: &Decoded) {
    let len = packet.payload.len();
    assert!(!decoded.events.is_empty() || !decoded.refused.is_empty(), "neither an event nor a refusal");
    assert!(decoded.events.len() + decoded.refused.len() <= len + 4_096, "more came out than came in");
    for error in &decoded.refused {
        assert!(error.detail.len() <= 4_096, "{} bytes of words", error.detail.len());
    }
    for event in &decoded.events {
        assert!((1..=filing::MAX_NAME_BYTES).contains(&event.device.as_str().len()), "{:?}", event.device);
        match &event.reading {
            Reading::Crash(report) => {
                assert!(report.raw == packet.payload || report.unreadable.is_none(), "the bytes are lost");
                let n = report.pulse.len();
                assert!(n <= MAX_PAYLOAD_BYTES, "{n} samples");
                for column in [&report.pulse.x_g, &report.pulse.y_g, &report.pulse.z_g] {
                    assert_eq!(column.len(), n);
                }
                judged(report);
            }
            Reading::Temperature(temperature) => assert!(temperature.celsius.0.is_finite()),
            Reading::Driving(row) => assert!(row.speed_kmh.is_none_or(f64::is_finite)),
            Reading::Presence(presence) => assert!(!presence.why.is_empty()),
            Reading::Ruled(ruled) => {
                assert_eq!(ruled.report.raw, packet.payload, "the bytes are lost");
                assert!((0.0..=1.0).contains(&ruled.verdict.probability), "{}", ruled.verdict.probability);
                assert!(ruled.report.event_id.is_verdict() && !ruled.report.event_id.twin().is_verdict());
            }
        }
    }
}

fn read(decoder: &mut Decoder, topic: &str, payload: &[u8]) {
    let packet = packet(topic, payload);
    let mut decoded = Decoded::default();
    decoder.decode(&packet, &mut decoded);
    check(&packet, &decoded);
}

/// Messages, each a topic, a line break and a payload, through every format as they come out of the box, and through the
/// doctor, who explains them and guesses mappings.
pub(crate) fn decode(data: &[u8]) {
    let mut decoder = Decoder::new(&Settings::default(), Interner::DEFAULT_LIMIT);
    for message in messages(data) {
        let end = message.iter().position(|byte| *byte == b'\n').unwrap_or(message.len());
        let topic = String::from_utf8_lossy(&message[..end]);
        let payload = message.get(end + 1..).unwrap_or_default();
        read(&mut decoder, &topic, payload);
        let explanation = decoder.explain_pasted(Some(&topic), payload, NOW);
        assert!(!explanation.to_string().is_empty());
        sketch::sketch(Some(&topic), payload, NOW);
    }
}

const MAPPINGS: &str = r#"
[[mapping]]
topic = "m/{site}/{device}/driving"
kind = "driving"
device = "{site}-{device}"
records = "/points"
missing = [-999, "N/A"]
time = { at = "/when", format = "%d.%m.%Y %H:%M:%S", utc_offset_minutes = 540 }
seq = "/n"
speed = { at = "/spd", unit = "mph" }
lat = "/pos/0"
lon = "/pos/1"
heading = "/a~1b"
x = { at = "/acc/0", unit = "mg" }
y = { at = "/acc/1", unit = "m/s²", scale = -1 }
z = { at = "/acc/2", unit = "g" }

[[mapping]]
topic = "m/{device}/crash"
kind = "crash"
device = "/id"
when = { at = "/type", equals = "impact" }
time = "/ts"
event_id = "/event"
samples = "/trace"
t = { at = "/dt", unit = "s" }
x = { at = "/a/0", unit = "g" }
y = { at = "/a/1", unit = "g" }
z = { at = "/a/2", unit = "g" }
speed = { at = "/v", unit = "kn" }
speed_rate_hz = 2
range = { value = 16, unit = "g" }
airbag = "/bag"

[[mapping]]
topic = "m/{device}/rows"
kind = "crash"
x = { at = "/x", unit = "mg" }
y = { at = "/y", unit = "mg" }
z = { at = "/z", unit = "mg" }
rate_hz = "/hz"

[[mapping]]
topic = "m/{device}/loose"
kind = "temperature"
loose = true
temperature = { at = "", unit = "°F" }
"#;

/// A payload through mappings of every kind; the first byte chooses the topic.
pub(crate) fn mapping(data: &[u8]) {
    #[derive(Default)]
    struct Once(Vec<Mapping>);
    thread_local! {
        static MAPPED: Once = Once(mappings());
    }
    fn mappings() -> Vec<Mapping> {
        let table: toml::Table = MAPPINGS.parse().expect("TOML");
        table["mapping"].clone().try_into().expect("mappings")
    }
    let Some((first, payload)) = data.split_first() else { return };
    let topic = ["m/s/d/driving", "m/d/crash", "m/d/rows", "m/d/loose"][usize::from(first % 4)];
    let settings = MAPPED.with(|mapped| Settings { mappings: mapped.0.clone(), ..Settings::default() });
    read(&mut Decoder::new(&settings, 100), topic, payload);
}

/// Text that may be nearly JSON.
pub(crate) fn lenient(data: &[u8]) {
    let strict = serde_json::from_slice::<serde_json::Value>(data).ok();
    match lenient::parse(data) {
        Some((value, forgiven)) => {
            assert!(value.is_object() || value.is_array());
            assert!(value.to_string().len() <= 8 * data.len() + 8, "it grew");
            // Sound JSON is read as it is.
            if let Some(strict) = strict {
                assert_eq!((strict, Vec::new()), (value, forgiven));
            }
        }
        None => assert!(!strict.is_some_and(|strict| strict.is_object() || strict.is_array()), "sound JSON was refused"),
    }
}

/// Messages of one edge node and its device, in order; the first byte of each chooses its kind.
pub(crate) fn sparkplug(data: &[u8]) {
    let mut decoder = Decoder::new(&Settings::default(), 100);
    for message in messages(data) {
        let Some((first, payload)) = message.split_first() else { continue };
        let kinds = ["NBIRTH/e", "NDATA/e", "NDEATH/e", "DBIRTH/e/d", "DDATA/e/d", "DDEATH/e/d", "NCMD/e"];
        let topic = format!("spBv1.0/g/{}", kinds[usize::from(*first) % kinds.len()]);
        read(&mut decoder, &topic, payload);
        decoder.explain_pasted(None, payload, NOW);
    }
}

fn judged(report: &CrashReport) {
    let verdict = judge_crash::judge(report, &judge_crash::Settings::default());
    assert!((0.0..=1.0).contains(&verdict.probability), "probability {}", verdict.probability);
    assert!(!verdict.summary.is_empty() && !verdict.evidence.is_empty() || report.unreadable.is_some());
    for row in &verdict.evidence {
        assert!(row.weight.is_finite(), "{}: weight {}", row.key, row.weight);
    }
}

/// A crash report put together from bytes: flags, a step, then samples as three 16-bit numbers, or as doubles of any
/// kind, not-a-number and infinities among them.
pub(crate) fn judge(data: &[u8]) {
    let (Some(&[flags, step, range, n_speeds]), Some(samples)) = (data.first_chunk::<4>(), data.get(4..)) else { return };
    let on = |bit: u8| flags & 1 << bit != 0;
    let values: Vec<f64> = if on(0) {
        samples.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
    } else {
        samples.as_chunks::<2>().0.iter().map(|bytes| f64::from(i16::from_le_bytes(*bytes)) / 256.0).collect()
    };
    let (speeds, values) = values.split_at(values.len().min(usize::from(n_speeds) % 16));
    // As decoding lets them through: within the sensor's world, or missing.
    let fit = |value: f64, most: f64| if value.is_finite() { value.clamp(-most, most) } else { f64::NAN };
    let mut pulse = Pulse::default();
    let mut t = -500.0;
    for row in values.chunks_exact(if on(1) { 4 } else { 3 }) {
        t += if on(1) { fit(row[3], 1e6) } else { f64::from(step) / 10.0 };
        pulse.t_ms.push(if t.is_finite() { t.clamp(-1e13, 1e13) } else { 0.0 });
        pulse.x_g.push(fit(row[0], 1_000.0));
        pulse.y_g.push(fit(row[1], 1_000.0));
        pulse.z_g.push(fit(row[2], 1_000.0));
        t = if t.is_finite() { t } else { 0.0 };
    }
    let report = CrashReport {
        pulse,
        frame: if on(2) { Frame::Vehicle } else { Frame::Device },
        gravity: on(3),
        range_g: (range > 0).then(|| f64::from(range)),
        airbag: on(4).then(|| on(5)),
        speed: on(6).then(|| SpeedTrace {
            t_ms: (0..speeds.len()).map(|i| i as f64 * 1e3 - 4e3).collect(),
            kmh: speeds.iter().map(|kmh| fit(kmh.abs(), 400.0)).collect(),
        }),
        device_verdict: on(7).then(|| "crash".into()),
        ..CrashReport::bare(EventId("v/1".into()), "fleet/v/crash", Bytes::new())
    };
    judged(&report);
}
