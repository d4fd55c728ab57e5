//! What was understood of a message, reading by reading: for `fleetwatch doctor payload` and for people who wonder.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;

use super::{DecodeError, Decoded, Decoder, Interner, Settings, all, topic};
use crate::model::{CrashReport, Event, Frame, Lane, Origin, Packet, Reading, Timestamp};

/// Everything that was understood of a message, and what was not.
#[derive(Debug, Default)]
pub struct Explanation {
    /// The format, where one knows it.
    pub format: Option<&'static str>,
    /// The topic it was read under.
    pub topic: String,
    /// No topic was given, or none that a format knows; the payload alone was recognised.
    pub by_shape: bool,
    /// The topic root: what makes a drill.
    pub origin: Origin,
    /// The filter that brings such a topic in, and its lane; `None` where nothing subscribes to it.
    pub filter: Option<(String, Lane)>,
    /// What it says.
    pub readings: Vec<Described>,
    /// What had to be assumed.
    pub assumptions: Vec<String>,
    /// What could not be read, or is not used.
    pub refused: Vec<DecodeError>,
    /// The format is switched off in the settings: the line does not read this.
    pub switched_off: bool,
    /// What the line would make of it.
    pub events: Vec<Event>,
}

/// One reading.
#[derive(Debug)]
pub struct Described {
    /// Whose.
    pub device: String,
    /// `driving`, `crash`, `temperature`, `presence` or `verdict`.
    pub kind: &'static str,
    /// By the device's clock.
    pub occurred_at: Option<Timestamp>,
    /// Field by field.
    pub fields: Vec<Field>,
    /// What a good verdict would need and this reading does not have.
    pub missing: Vec<&'static str>,
}

/// One field of a reading.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire, `speed_kmh`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Its unit; empty where there is none.
    pub unit: &'static str,
    /// Where in the payload it came from, and what was done to it; empty where it is the field of that name.
    pub from: String,
}

/// What a scribe notes while somebody wants an explanation.
#[derive(Debug, Default)]
pub struct Notes {
    pub(super) format: Option<&'static str>,
    sources: BTreeMap<&'static str, String>,
    assumptions: Vec<String>,
    readings: Vec<Described>,
}

impl Notes {
    pub(super) fn assume(&mut self, words: String) {
        if !self.assumptions.contains(&words) && self.assumptions.len() < 64 {
            self.assumptions.push(words);
        }
    }

    pub(super) fn from(&mut self, field: &'static str, source: String) {
        self.sources.insert(field, source);
    }

    pub(super) fn reading(&mut self, event: &Event) {
        self.readings.push(self.describe(event));
    }

    fn describe(&self, event: &Event) -> Described {
        let mut fields = Vec::new();
        let mut add = |name: &'static str, value: Option<String>, unit| {
            let from = self.sources.get(name).cloned().unwrap_or_default();
            fields.extend(value.map(|value| Field { name, value, unit, from }));
        };
        add("occurred_at", event.occurred_at.map(Timestamp::rfc3339), "");
        add("seq", event.seq.map(|seq| seq.to_string()), "");
        let number = |value: f64| format!("{}", (value * 1e6).round() / 1e6);
        let mut missing = Vec::new();
        if event.occurred_at.is_none() {
            missing.push(if event.clock_wrong {
                "a time that can be: the device's clock is wrong"
            } else {
                "the device's own time"
            });
        }
        let kind = match &event.reading {
            Reading::Driving(row) => {
                add("speed_kmh", row.speed_kmh.map(number), "km/h");
                add("accel_g", row.accel_g.map(|a| format!("{} {} {}", number(a.x), number(a.y), number(a.z))), "g");
                add("position", row.position.map(|p| format!("{} {}", number(p.lat), number(p.lon))), "°");
                add("heading_deg", row.heading_deg.map(number), "°");
                "driving"
            }
            Reading::Temperature(temperature) => {
                add("celsius", Some(number(temperature.celsius.0)), "°C");
                add("position", temperature.position.map(|p| format!("{} {}", number(p.lat), number(p.lon))), "°");
                "temperature"
            }
            Reading::Presence(presence) => {
                add("online", Some(presence.online.to_string()), "");
                add("why", Some(presence.why.to_string()), "");
                "presence"
            }
            Reading::Crash(report) => {
                add("event_id", Some(report.event_id.to_string()), "");
                add("samples", (!report.pulse.is_empty()).then(|| report.pulse.len().to_string()), "of three axes");
                add("frame", Some(if report.frame == Frame::Vehicle { "vehicle" } else { "device" }.to_owned()), "");
                add("range_g", report.range_g.map(number), "g");
                add("speed", report.speed.as_ref().map(|speed| speed.kmh.len().to_string()), "speeds");
                add("airbag", report.airbag.map(|airbag| airbag.to_string()), "");
                add("position", report.position.map(|p| format!("{} {}", number(p.lat), number(p.lon))), "°");
                add("device_verdict", report.device_verdict.as_ref().map(ToString::to_string), "");
                add("unreadable", report.unreadable.as_ref().map(ToString::to_string), "");
                missing.extend(missing_for_a_verdict(report));
                "crash"
            }
            Reading::Ruled(ruled) => {
                add("event_id", Some(ruled.report.event_id.twin().to_string()), "");
                add("judge", ruled.judge.as_ref().map(ToString::to_string), "");
                add("probability", Some(number(ruled.verdict.probability)), "");
                add("summary", Some(ruled.verdict.summary.clone()), "");
                "verdict"
            }
        };
        Described { device: event.device.to_string(), kind, occurred_at: event.occurred_at, fields, missing }
    }
}

/// What a report lacks for a verdict that can be trusted; the sampling is the judge's to weigh.
fn missing_for_a_verdict(report: &CrashReport) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if report.airbag == Some(true) {
        return missing;
    }
    if report.pulse.is_empty() {
        missing.push("the acceleration around the event, three axes, at best 100 samples a second or more");
    }
    if report.frame == Frame::Device && !report.pulse.is_empty() {
        missing.push("how the device is mounted (frame \"vehicle\"): the direction of the push cannot be named");
    }
    if report.speed.is_none() {
        missing.push("the speed some seconds before and at least 3 s after");
    }
    if report.range_g.is_none() && !report.pulse.is_empty() {
        missing.push("the sensor's range: clipping cannot be told");
    }
    if report.position.is_none() {
        missing.push("a place");
    }
    missing
}

impl Decoder {
    /// Reads a packet as ever and says what was understood.
    pub fn explain(&mut self, packet: &Packet) -> Explanation {
        let (origin, bare) = Origin::of_topic(&packet.topic);
        let mut wanted = self.filters().into_iter().filter(|wanted| topic::matches(&wanted.filter.topic, bare));
        let filter = wanted.next().map(|wanted| (wanted.filter.topic, wanted.filter.lane));
        let (mut notes, mut decoded) = (Notes::default(), Decoded::default());
        self.read(packet, &mut decoded, Some(&mut notes));
        let Notes { format, assumptions, readings, .. } = notes;
        let topic = packet.topic.to_string();
        Explanation {
            format,
            topic,
            by_shape: false,
            origin,
            filter,
            readings,
            assumptions,
            refused: decoded.refused,
            switched_off: false,
            events: decoded.events,
        }
    }

    /// Explains a message that was pasted. Without a topic, or under one that nobody knows, the payload's shape alone is
    /// looked at, also of formats that are switched off. `received_at` is what clocks are held against.
    pub fn explain_pasted(&mut self, topic: Option<&str>, payload: &[u8], received_at: Timestamp) -> Explanation {
        let payload = Bytes::copy_from_slice(payload);
        let packet = |topic: &str| Packet::new(Lane::Telemetry, topic, payload.clone(), received_at);
        let named = topic.map(|topic| self.explain(&packet(topic)));
        if let Some(explanation) = named.as_ref()
            && explanation.format.is_some()
        {
            return named.unwrap_or_default();
        }
        let strict = serde_json::from_slice(&payload).ok();
        let json = strict.or_else(|| super::lenient::parse(&payload).map(|(value, _)| value));
        let alike = all().into_iter().find_map(|format| {
            let topic = json.as_ref().map_or_else(|| format.looks_like_bytes(&payload), |json| format.looks_like(json))?;
            Some((format.name(), topic))
        });
        let Some((format, topic)) = alike else {
            return named.unwrap_or_else(|| Explanation { by_shape: true, ..self.explain(&packet("")) });
        };
        let explanation = self.explain(&packet(topic));
        if explanation.format == Some(format) || self.settings.wants(format) {
            return Explanation { by_shape: true, ..explanation };
        }
        let all_formats = Settings { mappings: Vec::new(), ..self.settings.clone() };
        let all_formats = Settings { enabled: Settings::default().enabled, ..all_formats };
        let explanation = Self::new(&all_formats, Interner::DEFAULT_LIMIT).explain(&packet(topic));
        Explanation { by_shape: true, switched_off: true, ..explanation }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = self.format.unwrap_or("unknown");
        writeln!(f, "{} · {format}{}", self.topic, if self.by_shape { " (by its shape alone)" } else { "" })?;
        for reading in &self.readings {
            writeln!(f, "  {} {}", reading.kind, reading.device)?;
            for Field { name, value, unit, from } in &reading.fields {
                let space = if unit.is_empty() { "" } else { " " };
                let arrow = if from.is_empty() { "" } else { "  ← " };
                writeln!(f, "    {name} {value}{space}{unit}{arrow}{from}")?;
            }
            for missing in &reading.missing {
                writeln!(f, "    missing: {missing}")?;
            }
        }
        for assumed in &self.assumptions {
            writeln!(f, "  assumed: {assumed}")?;
        }
        for error in &self.refused {
            writeln!(f, "  {}: {error}", error.reason.key())?;
        }
        Ok(())
    }
}
