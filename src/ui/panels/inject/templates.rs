//! The scripts that an operator can send, as they lie in `assets/scenarios`, and the little curve beside each.

use serde_json::Value;

use crate::model::Language;
use crate::model::{Pulse, Ruling, Timestamp};
use crate::scenario::lab::template;
use crate::scenario::{ExpectVerdict, Scenario, TEMPLATES};
use crate::ui::{text, tr, words};

/// One template, read.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// Its key, the name of its file.
    pub(super) key: &'static str,
    /// The script.
    pub(super) scenario: Scenario,
    /// Its curve, for the list.
    pub(super) preview: Vec<f32>,
}

/// Reads every template. One that cannot be read is left out: a test reads them all.
pub(super) fn load() -> Vec<Template> {
    let read = TEMPLATES.iter().map(|(key, text)| (*key, Scenario::parse(text)));
    read.filter_map(|(key, scenario)| {
        let scenario = scenario.map_err(|error| log::error!("template {key}: {error}")).ok()?;
        let preview = preview(&scenario);
        Some(Template { key, scenario, preview })
    })
    .chain([lab()])
    .collect()
}

/// The key of the pulse lab among the templates.
pub(super) const LAB: &str = "pulse_lab";

/// The pulse lab as a template.
fn lab() -> Template {
    let scenario = template();
    let preview = preview(&scenario);
    Template { key: LAB, scenario, preview }
}

/// What a script is expected to bring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// How what comes begins, in the words of the line: `real accident`. Empty where nothing is expected, or several
    /// things in turn: one message can only be looked at then, not compared.
    pub(super) got: &'static str,
    /// For people; empty where nothing is expected.
    pub(super) words: String,
}

/// A title in the language that is spoken: a template's own translation, else as it is.
pub(super) fn title<'a>(templates: &'a [Template], title: &'a str) -> &'a str {
    let template = templates.iter().find(|template| template.scenario.title == title);
    template.map_or(title, |template| template.scenario.words(Language::spoken().tag()).0)
}

/// The words that the line has for what is expected.
const fn line_words(verdict: &ExpectVerdict) -> &'static str {
    match (verdict.malfunction, verdict.ruling, verdict.band) {
        (Some(_), ..) | (None, Some(Ruling::Malfunction), _) => "malfunction",
        (None, Some(Ruling::Real), _) => "real accident",
        (None, Some(Ruling::Undecided), _) => "undecided",
        (None, None, Some(band)) => band.segment(),
        (None, None, None) => "",
    }
}

/// What a verdict is expected to say.
pub(super) fn expected(scenario: &Scenario) -> Expected {
    let verdicts = &scenario.expect.verdicts;
    let got = match verdicts.as_slice() {
        [first, .., last] if first != last => "",
        [first, ..] => line_words(first),
        [] => "",
    };
    Expected { got, words: expected_words(scenario) }
}

fn expected_words(scenario: &Scenario) -> String {
    let said: Vec<String> = scenario
        .expect
        .verdicts
        .iter()
        .filter_map(|verdict| match (verdict.malfunction, verdict.ruling, verdict.band) {
            (Some(kind), ..) => Some(tr!("inject-expect-malfunction", kind = words::malfunction(kind).to_lowercase())),
            (None, Some(ruling), _) => Some(text::ruling(ruling).to_lowercase()),
            (None, None, Some(band)) => Some(text::band(band).to_lowercase()),
            (None, None, None) => None,
        })
        .collect();
    match said.as_slice() {
        [first, .., last] if first != last => format!("{first} … {last}"),
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}

/// The pulse in a crash payload, as far as it can be read; placeholders are legal.
pub(super) fn pulse_of(payload: &str) -> Option<Pulse> {
    let sent = payload.replace("{{now}}", "0").replace("{{id}}", "preview").replace("{{run}}", "preview");
    let message: Value = serde_json::from_str(&sent).ok()?;
    let samples = message.get("samples")?;
    let column = |key: &str| -> Option<Vec<f64>> {
        Some(samples.get(key)?.as_array()?.iter().map(|sample| sample.as_f64().unwrap_or(f64::NAN)).collect())
    };
    let pulse = Pulse { t_ms: column("t_ms")?, x_g: column("x_g")?, y_g: column("y_g")?, z_g: column("z_g")? };
    let n = pulse.len();
    ([&pulse.x_g, &pulse.y_g, &pulse.z_g].iter().all(|column| column.len() == n) && n > 0).then_some(pulse)
}

/// The script as a curve: |a| of its first pulse, else the readings or speeds that its steps send.
fn preview(scenario: &Scenario) -> Vec<f32> {
    let at = Timestamp::default();
    if let Some(pulse) = scenario.steps.iter().find_map(|step| pulse_of(&step.payload)) {
        let magnitude = (0..pulse.len()).map(|i| pulse.x_g[i].hypot(pulse.y_g[i]).hypot(pulse.z_g[i]) as f32);
        let mut curve: Vec<f32> = magnitude.collect();
        if scenario.steps.iter().any(|step| step.repeat > 1) {
            curve = curve.repeat(6);
        }
        return curve;
    }
    let steps = scenario.steps.iter().filter_map(|step| {
        let message: Value = serde_json::from_slice(&step.render(at, "preview")).ok()?;
        let value = ["celsius", "fahrenheit", "speed_kmh"].iter().find_map(|key| message.get(key)?.as_f64())?;
        Some((value as f32, step.repeat.min(8)))
    });
    steps.flat_map(|(value, repeat)| std::iter::repeat_n(value, repeat as usize)).collect()
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
