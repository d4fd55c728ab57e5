//! Scripted packets with expectations, in one format: tests assert them, the Inject screen plays them, benches loop them.
//!
//! In a payload `{{now}}` stands for the time of sending (epoch ms) and `{{id}}` for a name that is new with every
//! sending, so that a scenario can be played twice without being taken for a repeat of itself. `{{run}}` is new with every
//! play and the same for all its packets: for what is sent twice.

pub mod lab;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Alarm, Band, Life, Malfunction, Origin, Ruling, SensorFault, Severity, Timestamp};

/// A script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A short title.
    pub title: String,
    /// One line on what it shows.
    #[serde(default)]
    pub about: String,
    /// The packets, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// Silences that stand from the beginning. For tests: a player silences nothing.
    #[serde(default, rename = "silence", skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Silenced>,
    /// What must come of them.
    #[serde(default)]
    pub expect: Expect,
    /// How long it goes on after the last packet, s: what fails to arrive needs time.
    #[serde(default)]
    pub then_wait_secs: u64,
    /// Title and line in other languages, by tag: `[translations.ko]`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, Words>,
    /// The settings that it is about, as in a settings file: tests play it with them; everything else plays it with
    /// the settings that it has.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    pub settings: toml::Table,
}

/// What a script is called in a language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// A short title.
    pub title: String,
    /// One line on what it shows.
    pub about: String,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silenced {
    /// What it finds.
    pub search: String,
    /// How long it lasts, s.
    pub secs: i64,
}

/// One packet, or the same packet several times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Milliseconds after the step before.
    #[serde(default)]
    pub after_millis: u64,
    /// The topic without a root: the player puts `drill/` or `sample/` before it.
    pub topic: String,
    /// The payload as text.
    #[serde(default)]
    pub payload: String,
    /// The payload as hexadecimal bytes, for what is no text. Wins over `payload`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_hex: Option<String>,
    /// How many times it is sent, 1 to 100,000.
    #[serde(default = "one")]
    pub repeat: u32,
    /// Milliseconds between repeats.
    #[serde(default)]
    pub every_millis: u64,
    /// The broker had kept it.
    #[serde(default)]
    pub retained: bool,
    /// Before it, our own link to the broker was down for so many seconds. For tests: a player cuts no link.
    #[serde(default)]
    pub unlinked_secs: u64,
}

impl Default for Step {
    fn default() -> Self {
        Self {
            after_millis: 0,
            topic: String::new(),
            payload: String::new(),
            payload_hex: None,
            repeat: one(),
            every_millis: 0,
            retained: false,
            unlinked_secs: 0,
        }
    }
}

const fn one() -> u32 {
    1
}

/// What must come of a scenario. What is left out is not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// Verdicts, in order; other verdicts may lie between.
    pub verdicts: Vec<ExpectVerdict>,
    /// All incidents at the end, in order of opening. `None`: not checked; an empty list: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Vec<ExpectIncident>>,
    /// How many notices lie in the outbox at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notices: Option<usize>,
    /// Parts of the notices' titles, in order; others may lie between.
    pub notices_say: Vec<String>,
    /// How many alerts were raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts: Option<usize>,
    /// How many of them are over at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts_over: Option<usize>,
    /// Parts of what the alerts say, in order; others may lie between.
    pub alerts_say: Vec<String>,
    /// How much the silences hid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<u64>,
    /// Rejections by reason, `{ not_json = 1 }`; reasons that are not named are not checked.
    pub rejected: BTreeMap<String, u64>,
    /// Topics that were published on, in order; others may lie between.
    pub published: Vec<String>,
}

/// One expected verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectVerdict {
    /// Which function.
    pub function: String,
    /// For crashes.
    pub ruling: Option<Ruling>,
    /// For malfunctions.
    pub malfunction: Option<Malfunction>,
    /// For temperatures.
    pub band: Option<Band>,
    /// For temperatures: what is wrong with the temperature by now.
    pub alarm: Option<Alarm>,
    /// For temperatures: what is wrong with the sensor by now.
    pub fault: Option<SensorFault>,
    /// A part of the summary or of an evidence row's key, name or reading.
    pub because: Option<String>,
}

/// One expected incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectIncident {
    /// Whose.
    pub device: String,
    /// How bad.
    pub severity: Option<Severity>,
    /// Where in its life.
    pub life: Option<Life>,
    /// For crashes.
    pub ruling: Option<Ruling>,
    /// How many reports.
    pub reports: Option<u32>,
    /// How many impacts are told apart.
    pub impacts: Option<usize>,
    /// From the first impact to the last, ms.
    pub apart_millis: Option<i64>,
    /// Whether its vehicle is silent since the impact.
    pub silent: Option<bool>,
    /// Which road.
    pub origin: Option<Origin>,
}

/// A scenario file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not TOML of this shape.
    #[error("the scenario cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// `payload_hex` is no hexadecimal.
    #[error("step {0}: payload_hex must be pairs of hexadecimal digits")]
    Hex(usize),
    /// `repeat` is out of range.
    #[error("step {0}: repeat must be from 1 to 100,000")]
    Repeat(usize),
}

impl Scenario {
    /// Its title and its line in the language of a tag, `ko`; as they were written where there are none.
    pub fn words(&self, tag: &str) -> (&str, &str) {
        self.translations.get(tag).map_or((&self.title, &self.about), |words| (&words.title, &words.about))
    }

    /// Reads a scenario from TOML and checks it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let scenario: Self = toml::from_str(text)?;
        for (step_idx, step) in scenario.steps.iter().enumerate() {
            if step.payload_hex.as_deref().is_some_and(|hex| unhex(hex).is_none()) {
                return Err(Error::Hex(step_idx + 1));
            }
            if !(1..=100_000).contains(&step.repeat) {
                return Err(Error::Repeat(step_idx + 1));
            }
        }
        Ok(scenario)
    }
}

impl Step {
    /// The payload to send at `now`, where `id` is new with every sending.
    pub fn render(&self, now: Timestamp, id: &str) -> Vec<u8> {
        if let Some(hex) = &self.payload_hex {
            return unhex(hex).unwrap_or_default();
        }
        let text = self.payload.replace("{{now}}", &now.millis().to_string()).replace("{{id}}", id);
        text.replace("{{run}}", run_of(id)).into_bytes()
    }
}

/// The part of a name that is the same for every packet of a play: `drill-1a` of `drill-1a-2-1`.
fn run_of(id: &str) -> &str {
    id.rsplitn(3, '-').last().unwrap_or(id)
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hex.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// The scenarios that come with the program, name and TOML, in the order in which they are offered.
/// To add one, put its file into `assets/scenarios` and its line here.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("frontal_crash", include_str!("../../assets/scenarios/frontal_crash.toml")),
    ("phone_drop", include_str!("../../assets/scenarios/phone_drop.toml")),
    ("stuck_sensor", include_str!("../../assets/scenarios/stuck_sensor.toml")),
    ("silent_after_impact", include_str!("../../assets/scenarios/silent_after_impact.toml")),
    ("pothole", include_str!("../../assets/scenarios/pothole.toml")),
    ("hard_brake", include_str!("../../assets/scenarios/hard_brake.toml")),
    ("overheat", include_str!("../../assets/scenarios/overheat.toml")),
    ("cold_chain_break", include_str!("../../assets/scenarios/cold_chain_break.toml")),
    ("burst", include_str!("../../assets/scenarios/burst.toml")),
];
