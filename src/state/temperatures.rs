//! What the state does with a temperature: series, routing, and an incident when it leaves its band.

use super::State;
use super::notices::row_rejection;
use crate::model::alert::AlertKind;
use crate::model::{
    Band, Effect, Event, IncidentId, Judged, Notice, Origin, PicoUsd, Record, RejectionReason, Severity, TemperatureVerdict,
    Timestamp, Verdict,
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
        effects.extend(self.fleet.measured(event, &verdict).map(|chunk| Effect::Save(Record::Samples(chunk))));
        let topic = wire::temperature_topic(event.origin, verdict.band, &event.device);
        effects.push(Effect::Publish { topic, payload: wire::temperature_json(&verdict, &event.device, event.time()) });
        let before = verdict.previous.unwrap_or(Band::Normal);
        let changed = (verdict.band != before).then(|| self.changed_band(event, &verdict, cost, now, effects)).flatten();
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

    /// Files that a sensor changed its band; the incident, and whether that was opened by it.
    fn changed_band(
        &mut self,
        event: &Event,
        verdict: &TemperatureVerdict,
        cost: PicoUsd,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Option<(IncidentId, bool)> {
        let (limit, sign) = match verdict.band {
            Band::Hot => (verdict.limits_c.1, ">"),
            Band::Cold => (verdict.limits_c.0, "<"),
            Band::Normal => {
                let id = self.incidents.back_in_band(event, verdict, now)?;
                self.save_incident(&id, None, None, effects);
                self.clear_alerts(&event.device, event.origin, now);
                return Some((id, false));
            }
        };
        let (id, opened) = self.incidents.left_band(event, verdict, cost, now);
        let text = format!(
            "{} is {}: {:.1} °C ({:.1} °F) {sign} {limit:.1} °C",
            event.device,
            verdict.band.segment(),
            verdict.celsius.0,
            verdict.fahrenheit.0
        );
        self.raise(AlertKind::Temperature { band: verdict.band }, event, Severity::High, text.clone(), now, effects);
        let notice = opened.then(|| Notice {
            dedup_key: format!("{id}-0"),
            incident: id.clone(),
            device: event.device.clone(),
            severity: Severity::High,
            origin: event.origin,
            title: text,
            text: format!("Since {}.", event.time().rfc3339()),
            at: now,
        });
        if opened {
            *self.incident_count(event.origin) += 1;
        }
        self.save_incident(&id, notice, None, effects);
        Some((id, opened))
    }
}
