//! The scripts that an operator can send, as they lie in `assets/scenarios`, and the little curve beside each.

use serde_json::Value;

use crate::model::{Pulse, Timestamp};
use crate::scenario::{Scenario, TEMPLATES};
use crate::ui::{text, words};

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
    .collect()
}

/// What a verdict is expected to say, in words; empty where nothing is expected.
pub(super) fn expected(scenario: &Scenario) -> String {
    let said: Vec<String> = scenario
        .expect
        .verdicts
        .iter()
        .filter_map(|verdict| match (verdict.malfunction, verdict.ruling, verdict.band) {
            (Some(kind), ..) => Some(format!("malfunction, {}", words::malfunction(kind).to_lowercase())),
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
    let sent = payload.replace("{{now}}", "0").replace("{{id}}", "preview");
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
