//! What the state does with a temperature: series, routing, an incident when it leaves its band
//! for long enough or changes too fast, and an alert when it is the sensor that is at fault.

use super::State;
use super::alerts::Which;
use super::notices::row_rejection;
use crate::model::alert::AlertKind;
use crate::model::{
    Alarm, Band, Effect, Event, IncidentId, Judged, Notice, Origin, PicoUsd, Record, RejectionReason, SensorFault, Severity,
    StepKind, TemperatureVerdict, Timestamp, Verdict,
};
use crate::wire;

impl State {
    pub(super) fn measured(&mut self, judged: &Judged, cost: PicoUsd, now: Timestamp, effects: &mut Vec<Effect>) {
        let event = &judged.event;
        let verdict = judged.verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Temperature(verdict) => Some(*verdict),
            _ => None,
        });
        let Some(verdict) = verdict else {
            self.health.rejected(row_rejection(event, "temperature", RejectionReason::NotJudged));
            return;
        };
        self.health.counters.kept += 1;
        self.heard_again(event, now, effects);
        effects.extend(self.fleet.measured(event, &verdict).map(|chunk| Effect::Save(Record::Samples(chunk))));
        let topic = wire::temperature_topic(event.origin, verdict.band, &event.device);
        effects.push(Effect::Publish { topic, payload: wire::temperature_json(&verdict, &event.device, event.time()) });
        let watch = &verdict.watch;
        if watch.fault != watch.fault_before {
            self.sensor_fault(event, &verdict, now, effects);
        }
        let changed = if watch.alarm == watch.alarm_before { None } else { self.alarmed(event, &verdict, cost, now, effects) };
        if event.origin == Origin::Drill {
            let got = format!("{}, {:.1} °C", verdict.band.segment(), verdict.celsius.0);
            let awaited = match changed {
                None => Vec::new(),
                Some((_, false)) => vec!["Stored"],
                Some((_, true)) => vec!["Stored", "Notify"],
            };
            self.trace_judged(judged, &got, now, changed.map(|(incident, _)| incident), awaited);
        }
    }

    /// A sensor is at fault, or no longer: an alert, since no temperature is known to be wrong.
    fn sensor_fault(&mut self, event: &Event, verdict: &TemperatureVerdict, now: Timestamp, effects: &mut Vec<Effect>) {
        let is_fault = |about: &AlertKind| matches!(about, AlertKind::SensorFault { fault } if *fault != SensorFault::Silent);
        self.clear_alerts(Which::Of(event, is_fault), now, effects);
        let Some(fault) = verdict.watch.fault else { return };
        let celsius = verdict.celsius.0;
        let since =
            if fault == SensorFault::Stuck { format!(" for {}", duration(verdict.watch.same_secs)) } else { String::new() };
        let text = format!("{}: sensor fault: {} at {celsius:.1} °C{since}", event.device, fault.word());
        self.raise(AlertKind::SensorFault { fault }, event, Severity::Medium, text, now, effects);
    }

    /// Files that the temperature is wrong, or no longer; the incident, and whether it was opened now.
    fn alarmed(
        &mut self,
        event: &Event,
        verdict: &TemperatureVerdict,
        cost: PicoUsd,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Option<(IncidentId, bool)> {
        // One alert at a time, whether it is out of its band or changes too fast.
        let is_temperature = |about: &AlertKind| matches!(about, AlertKind::Temperature { .. } | AlertKind::TemperatureRate);
        self.clear_alerts(Which::Of(event, is_temperature), now, effects);
        let Some((kind, text)) = alarm_words(event, verdict) else {
            let id = self.incidents.back_in_band(event, verdict, now)?;
            self.save_incident(&id, None, None, effects);
            return Some((id, false));
        };
        let (id, opened) = self.incidents.temperature_alarm(event, verdict, &text, cost, now);
        self.raise(kind, event, Severity::High, text.clone(), now, effects);
        let silenced = self.incidents.get(&id).cloned().filter(|_| opened);
        let silenced = silenced.and_then(|incident| self.silencings.hides(&incident, &self.register, now));
        let tells = opened && silenced.is_none();
        if let Some(words) = silenced {
            self.incidents.add_step(&id, StepKind::Silenced, now, words);
        }
        let notice = tells.then(|| Notice {
            dedup_key: format!("{id}-0"),
            incident: id.clone(),
            device: event.device.clone(),
            severity: Severity::High,
            origin: event.origin,
            title: text,
            text: since_words(event, verdict),
            at: now,
            everyone: false,
            group: None,
        });
        if opened {
            *self.incident_count(event.origin) += 1;
        }
        self.save_incident(&id, notice, None, effects);
        Some((id, opened))
    }
}

/// What is wrong with a temperature, and in words; `None` where nothing is.
pub fn alarm_words(event: &Event, verdict: &TemperatureVerdict) -> Option<(AlertKind, String)> {
    let (watch, celsius) = (verdict.watch, verdict.celsius.0);
    Some(match watch.alarm? {
        Alarm::Band => {
            let (limit, sign) = match verdict.band {
                Band::Cold => (verdict.limits_c.0, "<"),
                Band::Hot | Band::Normal => (verdict.limits_c.1, ">"),
            };
            let fahrenheit = verdict.fahrenheit.0;
            let held = if watch.out_secs >= 1.0 { format!(" for {}", duration(watch.out_secs)) } else { String::new() };
            let words = format!(
                "{} is {}: {celsius:.1} °C ({fahrenheit:.1} °F) {sign} {limit:.1} °C{held}",
                event.device,
                verdict.band.segment()
            );
            (AlertKind::Temperature { band: verdict.band }, words)
        }
        Alarm::Rate => {
            let rate = watch.rate_k_min.unwrap_or_default();
            let way = if rate > 0.0 { "rises" } else { "falls" };
            let words = format!("{} {way} by {:.1} K/min, now {celsius:.1} °C", event.device, rate.abs());
            (AlertKind::TemperatureRate, words)
        }
    })
}

/// Since when a temperature is wrong.
pub fn since_words(event: &Event, verdict: &TemperatureVerdict) -> String {
    format!("Since {}.", event.time().plus_secs(-(verdict.watch.out_secs as i64)).rfc3339())
}

/// "45 s", "12 min", "3.5 h".
pub(super) fn duration(secs: f64) -> String {
    match secs {
        ..120.0 => format!("{secs:.0} s"),
        ..7_200.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3_600.0),
    }
}
