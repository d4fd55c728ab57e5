//! What a function said of an event, and the evidence for it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::rejection::RejectionReason;
use super::saying::{Args, Saying};
use super::units::{Celsius, Fahrenheit, Timestamp};

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// From `judge_crash`.
    Crash(Arc<CrashVerdict>),
    /// From `route_temperature`.
    Temperature(TemperatureVerdict),
    /// From `preprocess_driving`.
    Driving(DrivingVerdict),
    /// From `detect_harsh_driving`.
    Harsh(HarshVerdict),
}

/// Real, malfunction, or a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// A real accident.
    Real,
    /// The device is at fault, or was dropped, shaken, driven over a pothole.
    Malfunction,
    /// Unsure: counts as a possible accident until a person has decided.
    Undecided,
}

/// What kind of malfunction the evidence shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Malfunction {
    /// Free fall, then an impact: the device was dropped.
    Dropped,
    /// One or two samples only.
    Spike,
    /// An axis does not move.
    Stuck,
    /// Pinned at the sensor's limit.
    Clipped,
    /// The device's clock jumped or repeated.
    Clock,
    /// Handled or shaken, no vehicle motion behind it.
    Shaken,
    /// The vertical axis dominates and the vehicle drove on.
    Pothole,
    /// As a pothole, but longer and softer.
    SpeedBump,
    /// A short jolt of a standing vehicle: a door, a tailgate, a load.
    Door,
    /// Samples are missing and nothing else happened.
    Dropout,
    /// The sensor's level shifted and stayed, or was wrong from the start.
    Offset,
    /// Hard braking without contact.
    HardBraking,
    /// No pulse that could be a collision.
    NoPulse,
}

/// How bad, for ordering and for telling people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Judged malfunction and the like; nobody is told.
    Low,
    /// A person should look.
    Medium,
    /// Act soon.
    High,
    /// Someone may be hurt.
    Critical,
}

/// Which way a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// Towards a real accident.
    Accident,
    /// Towards a malfunction.
    Malfunction,
    /// Neither.
    Neutral,
    /// It could not be checked; the value says why. Never counted as a pass.
    NotChecked,
}

/// One check of a verdict, complete enough to be read out on the phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// A stable key, `delta_v`.
    pub key: Cow<'static, str>,
    /// What was checked, "Speed change Δv".
    pub name: Cow<'static, str>,
    /// The number measured; `None` where it could not be.
    pub value: Option<f64>,
    /// Its unit, "km/h"; empty for yes and no.
    pub unit: Cow<'static, str>,
    /// The value in English words with its unit, "34.0 km/h in 92 ms".
    pub reading: Cow<'static, str>,
    /// What the reading says, for other languages; empty in verdicts made before 2026-11-25 and by other functions.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub reading_key: Cow<'static, str>,
    /// The numbers and names in the reading.
    #[serde(default, skip_serializing_if = "Args::is_empty")]
    pub reading_args: Args,
    /// The limit in English words with its unit, "≥ 8 km/h in 150 ms".
    pub limit: Cow<'static, str>,
    /// What the limit says, as `reading_key`.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub limit_key: Cow<'static, str>,
    /// The numbers and names in the limit.
    #[serde(default, skip_serializing_if = "Args::is_empty")]
    pub limit_args: Args,
    /// Where the limit comes from, "49 CFR 563.5".
    pub source: Cow<'static, str>,
    /// Which way it points.
    pub points: Points,
    /// Its weight in log-odds, positive towards an accident.
    pub weight: f64,
}

impl Evidence {
    /// A check that weighs nothing and has no number of its own yet: what was found, what is allowed, and who says so.
    pub fn of(
        key: &'static str,
        name: &'static str,
        reading: Saying,
        limit: Saying,
        source: &'static str,
        points: Points,
    ) -> Self {
        Self {
            key: key.into(),
            name: name.into(),
            value: None,
            unit: "".into(),
            reading: reading.text,
            reading_key: reading.key,
            reading_args: reading.args,
            limit: limit.text,
            limit_key: limit.key,
            limit_args: limit.args,
            source: source.into(),
            points,
            weight: 0.0,
        }
    }
}

/// Where the hit came from, in the vehicle frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Hit from the front.
    Front,
    /// Hit from the rear.
    Rear,
    /// Hit on the left.
    Left,
    /// Hit on the right.
    Right,
    /// Hit from above, or turned over onto its roof.
    Roof,
}

/// A verdict over a crash report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrashVerdict {
    /// Real, malfunction or undecided.
    pub ruling: Ruling,
    /// Its kind, for a malfunction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub malfunction: Option<Malfunction>,
    /// Probability of a real accident, 0 to 1.
    pub probability: f64,
    /// How bad it is taken to be.
    pub severity: Severity,
    /// One sentence an operator can read out.
    pub summary: String,
    /// Largest horizontal speed change within 150 ms, km/h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_v_kmh: Option<f64>,
    /// Largest acceleration without gravity, g.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_g: Option<f64>,
    /// The judged window, ms relative to `occurred_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_ms: Option<(f64, f64)>,
    /// Free fall before the impact, ms relative to `occurred_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_fall_ms: Option<(f64, f64)>,
    /// Where the hit came from, when the frame is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Every check, in the order an operator should read them.
    pub evidence: Vec<Evidence>,
}

/// A verdict as JSON, written once for all who need it: its row in the store, the message that is published and the line
/// that is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictJson {
    text: Box<str>,
    /// Where its evidence begins: the last field, up to the closing brace.
    evidence: usize,
}

impl VerdictJson {
    /// Writes it.
    pub fn of(verdict: &CrashVerdict) -> Self {
        const EVIDENCE: &str = "\"evidence\":";
        // A verdict has no map with odd keys, the one thing that `serde_json` refuses.
        // Some 4 KB: grown from nothing it would be copied a dozen times.
        let mut text = Vec::with_capacity(8_192);
        let text = serde_json::to_writer(&mut text, verdict).ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default();
        // Within a text every quote has a backslash before it, so that the first of these is the field.
        let evidence = text.find(EVIDENCE).map_or(text.len(), |at| at + EVIDENCE.len());
        Self { text: text.into(), evidence }
    }

    /// The verdict.
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// The list of its evidence alone.
    pub fn evidence(&self) -> &str {
        let list = &self.text[self.evidence..];
        list.strip_suffix('}').unwrap_or("[]")
    }
}

/// Where a temperature lies among its sensor's bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Below the lower limit.
    Cold,
    /// Within.
    Normal,
    /// Above the upper limit.
    Hot,
}

impl Band {
    /// The topic segment, `hot`.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Normal => "normal",
            Self::Hot => "hot",
        }
    }
}

/// A temperature, converted and routed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemperatureVerdict {
    /// °C
    pub celsius: Celsius,
    /// °F
    pub fahrenheit: Fahrenheit,
    /// The band, with hysteresis.
    pub band: Band,
    /// The band before this reading, where this is not the first.
    pub previous: Option<Band>,
    /// The sensor's limits in force, °C: cold below the first, hot above the second.
    pub limits_c: (f64, f64),
    /// What the sensor's last readings together say.
    #[serde(default)]
    pub watch: Watch,
}

/// What a sensor's last readings together say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// How long it is out of its band by now, s, by the times of its readings; 0 within.
    pub out_secs: f64,
    /// How fast it changes, K/min; `None` before half a minute of readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_k_min: Option<f64>,
    /// For how long it reads the very same value, s.
    pub same_secs: f64,
    /// What is wrong with the temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
    /// The same at the reading before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_before: Option<Alarm>,
    /// What is wrong with the sensor. Its readings change no alarm meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<SensorFault>,
    /// The same at the reading before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_before: Option<SensorFault>,
}

/// What is wrong with a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// Out of its band for longer than its delay.
    Band,
    /// It changes too fast.
    Rate,
}

/// How a sensor is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensorFault {
    /// It reads the very same value for far longer than it ever did.
    Stuck,
    /// It leaps to and fro faster than anything warms or cools.
    Jumping,
    /// A value that cannot be, or one by which its kind says "no reading".
    Impossible,
    /// It sends nothing.
    Silent,
}

impl SensorFault {
    /// In words, "stuck".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::Jumping => "jumping",
            Self::Impossible => "impossible",
            Self::Silent => "silent",
        }
    }
}

/// What `preprocess_driving` made of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DrivingVerdict {
    /// The row is good.
    Keep,
    /// The row is bad; counted under its reason.
    Drop(RejectionReason),
}

/// What `detect_harsh_driving` made of a row: the events that ended with it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HarshVerdict {
    /// At most one of each kind, in the order of [`HarshKind`].
    pub ended: [Option<HarshEvent>; 3],
}

/// A harsh manoeuvre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HarshEvent {
    /// Which.
    pub kind: HarshKind,
    /// The first row over the limit, by the device's clock where it is usable.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// How long, s.
    pub secs: f64,
    /// The hardest, m/s².
    pub peak_ms2: f64,
    /// The speed before, km/h.
    pub from_kmh: Option<f64>,
    /// The speed after, km/h.
    pub to_kmh: Option<f64>,
}

/// A kind of harsh manoeuvre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HarshKind {
    /// Braking.
    Brake,
    /// Speeding up.
    Accelerate,
    /// Cornering.
    Corner,
}

/// A probability (0 to 1) in per cent. Never `0 %` nor `100 %`: no sum of weights is certain.
pub fn likelihood(p: f64) -> String {
    match p {
        0.995.. => "over 99 %".to_owned(),
        ..0.005 => "under 1 %".to_owned(),
        p if p.is_nan() => "unknown".to_owned(),
        p => format!("{:.0} %", p * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_certain() {
        for (p, words) in
            [(1.0, "over 99 %"), (0.994, "99 %"), (0.5, "50 %"), (0.006, "1 %"), (0.0, "under 1 %"), (f64::NAN, "unknown")]
        {
            assert_eq!(likelihood(p), words);
        }
    }
}
