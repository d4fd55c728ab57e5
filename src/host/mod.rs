//! Runs functions: lets `decode` read a packet, calls every function whose card listens to what was read, and meters
//! each call as Lambda would.
//!
//! A function that panics has lost its container: its memory is thrown away and the next call is a cold start.
//! A function that panics, times out or answers with the wrong kind of verdict means "not judged", and a crash that
//! was not judged is treated as real: fail towards the human.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::clock::Time;
use crate::decode::filing::EARLIEST;
use crate::decode::{self, Decoded, Decoder};
use crate::functions::{self, Function, Trigger};
use crate::model::saying::say;
use crate::model::{
    Cause, CrashVerdict, DrivingVerdict, Event, Evidence, Fact, Invocation, Judge, Judged, Outcome, Packet, Points, Reading,
    Register, Rejection, RejectionReason, Ruled, Ruling, Severity, Timestamp, Verdict,
};
use crate::pricing;

/// A function with its container.
struct Slot {
    card: &'static functions::Card,
    /// `None` until the first event, and again after a panic: nothing runs while nothing happens.
    warm: Option<Box<dyn Function>>,
}

/// Decodes, judges and meters. One method, one thread, no queue.
pub struct Host {
    settings: functions::Settings,
    /// Who judges crash reports.
    judge: Judge,
    /// Who belongs to which group.
    register: Arc<Register>,
    slots: Vec<Slot>,
    decoder: Decoder,
    decoded: Decoded,
    time: Box<dyn Time>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("n_functions", &self.slots.len()).finish_non_exhaustive()
    }
}

impl Host {
    /// A host with every function cold, that reads every format. `max_devices` bounds how many distinct telemetry
    /// devices are remembered.
    pub fn new(settings: functions::Settings, max_devices: usize, time: Box<dyn Time>) -> Self {
        Self::reading(&decode::Settings::default(), settings, max_devices, time)
    }

    /// The same, with the formats of the settings.
    pub fn reading(formats: &decode::Settings, settings: functions::Settings, max_devices: usize, time: Box<dyn Time>) -> Self {
        let decoder = Decoder::new(formats, max_devices);
        let slots = functions::CARDS.iter().map(|card| Slot { card, warm: None }).collect();
        let judge = functions::crash_judge(&settings.judge_crash);
        Self { settings, judge, register: Arc::default(), slots, decoder, decoded: Decoded::default(), time }
    }

    /// What must be subscribed to, without roots.
    pub fn filters(&self) -> Vec<decode::Wanted> {
        self.decoder.filters()
    }

    /// Goes by this register from now on.
    pub fn regroup(&mut self, register: &Arc<Register>) {
        if Arc::ptr_eq(&self.register, register) {
            return;
        }
        self.register = Arc::clone(register);
        for function in self.slots.iter_mut().filter_map(|slot| slot.warm.as_mut()) {
            function.regroup(register);
        }
    }

    /// Takes a packet the whole way from bytes to facts.
    pub fn handle(&mut self, packet: &Packet, facts: &mut Vec<Fact>) {
        let mut decoded = std::mem::take(&mut self.decoded);
        self.decoder.decode(packet, &mut decoded);
        let n_outcomes = decoded.events.len() + decoded.refused.len();
        if n_outcomes > 1 {
            facts.push(Fact::Divided { further: n_outcomes as u32 - 1 });
        }
        // The packet is let go with the last crash report in it: records are committed in order, so all that came before
        // are then safe. Without a crash report there is nothing that must be stored first.
        let last_crash = decoded.events.iter().rposition(|event| matches!(event.reading, Reading::Crash(_) | Reading::Ruled(_)));
        let releases = last_crash.or_else(|| decoded.events.len().checked_sub(1));
        let decoded_at = if decoded.events.is_empty() { Timestamp::default() } else { self.time.now() };
        for (event_idx, event) in decoded.events.drain(..).enumerate() {
            let delivery = packet.delivery.filter(|_| releases == Some(event_idx));
            facts.push(self.judge(event, decoded_at, delivery));
        }
        for (error_idx, error) in decoded.refused.drain(..).enumerate() {
            let rejection = Rejection {
                topic: packet.topic.clone(),
                received_at: packet.received_at,
                reason: error.reason,
                detail: error.detail.into(),
                payload_len: packet.payload.len(),
            };
            facts.push(Fact::Rejected(rejection, packet.delivery.filter(|_| releases.is_none() && error_idx == 0)));
        }
        self.decoded = decoded;
    }

    fn judge(&mut self, event: Event, decoded_at: Timestamp, delivery: Option<crate::model::Delivery>) -> Fact {
        if let Reading::Ruled(ruled) = &event.reading {
            return judged_elsewhere(&event, &Arc::clone(ruled), decoded_at, delivery);
        }
        let trigger = Trigger::of(&event.reading);
        let mut verdicts = Vec::with_capacity(1);
        let mut invocations = Vec::with_capacity(1);
        for slot_idx in 0..self.slots.len() {
            if self.slots[slot_idx].card.listens_to != trigger {
                continue;
            }
            let (verdict, invocation) = self.invoke(slot_idx, &event, decoded_at);
            verdicts.extend(verdict);
            invocations.push(invocation);
        }
        let crash = matches!(event.reading, Reading::Crash(_));
        let judged_at = if crash { self.time.now() } else { decoded_at };
        let judge = crash.then(|| self.judge.clone());
        Fact::Judged(Box::new(Judged { event, verdicts, invocations, decoded_at, judged_at, delivery, judge }))
    }

    fn invoke(&mut self, slot_idx: usize, event: &Event, started_at: Timestamp) -> (Option<Verdict>, Invocation) {
        let slot = &mut self.slots[slot_idx];
        let mut init_nanos = 0;
        let begin = self.time.nanos();
        let mut function = slot.warm.take().unwrap_or_else(|| {
            let mut function = functions::all(&self.settings).swap_remove(slot_idx);
            function.regroup(&self.register);
            init_nanos = self.time.nanos().saturating_sub(begin).max(1);
            function
        });
        let result = catch_unwind(AssertUnwindSafe(|| function.judge(event)));
        let duration_nanos = self.time.nanos().saturating_sub(begin).saturating_sub(init_nanos);
        let card = slot.card;
        let late = duration_nanos > u64::from(card.timeout_ms) * 1_000_000;
        let (verdict, outcome) = match result {
            Ok(verdict) => {
                slot.warm = Some(function);
                if late {
                    (fail_open(event, card, "took longer than its limit"), Outcome::TimeOut)
                } else if answers(&verdict, card.listens_to) {
                    (Some(verdict), Outcome::Ok)
                } else {
                    (fail_open(event, card, "answered nonsense"), Outcome::Error)
                }
            }
            Err(_panic) => {
                log::error!("{} panicked on packet {} of {}", card.name, event.packet, event.device);
                (fail_open(event, card, "failed"), Outcome::Panic)
            }
        };
        let (init_micros, duration_micros) = (init_nanos.div_ceil(1_000) as u32, duration_nanos.div_ceil(1_000) as u32);
        let invocation = Invocation {
            function: card.name,
            started_at,
            init_micros,
            duration_micros,
            // A call that is too quick for our clock is billed all the same.
            billed_ms: pricing::billed_ms(init_micros, duration_micros, started_at).max(1),
            memory_mb: card.memory_mb,
            outcome,
            cause: Cause { packet: event.packet, device: event.device.clone(), origin: event.origin },
            effects: verdict.as_ref().map_or(0, n_effects),
        };
        (verdict, invocation)
    }
}

/// A verdict that was made elsewhere stands as it is: no function of ours is called, and nothing is billed here.
fn judged_elsewhere(event: &Event, ruled: &Ruled, decoded_at: Timestamp, delivery: Option<crate::model::Delivery>) -> Fact {
    Fact::Judged(Box::new(Judged {
        event: Event { reading: Reading::Crash(Arc::clone(&ruled.report)), ..event.clone() },
        verdicts: vec![Verdict::Crash(Arc::clone(&ruled.verdict))],
        invocations: Vec::new(),
        decoded_at,
        // Another clock may be ahead of ours, or be no clock.
        judged_at: ruled.judged_at.filter(|at| (EARLIEST..decoded_at).contains(at)).unwrap_or(decoded_at),
        delivery,
        judge: ruled.judge.clone(),
    }))
}

/// Whether a verdict is of the kind that the trigger asks for, with numbers that can be shown.
fn answers(verdict: &Verdict, trigger: Trigger) -> bool {
    match (verdict, trigger) {
        (Verdict::Driving(_) | Verdict::Harsh(_), Trigger::Driving) => true,
        (Verdict::Temperature(verdict), Trigger::Temperature) => {
            verdict.celsius.0.is_finite() && verdict.fahrenheit.0.is_finite()
        }
        (Verdict::Crash(verdict), Trigger::Crash) => (0.0..=1.0).contains(&verdict.probability),
        _ => false,
    }
}

/// What stands in for a verdict that never came. A crash is treated as real; telemetry is counted as failed.
fn fail_open(event: &Event, card: &functions::Card, what: &str) -> Option<Verdict> {
    let reading = say!("not_judged", "no, {function} {what}", function = card.name, what = what);
    let limit = say!("not_judged_limit", "answer within {ms} ms", ms = card.timeout_ms);
    match &event.reading {
        Reading::Crash(_) => Some(Verdict::Crash(Arc::new(CrashVerdict {
            ruling: Ruling::Real,
            malfunction: None,
            // Neither way: nothing was weighed. The ruling follows the rule, not this number.
            probability: 0.5,
            severity: Severity::Critical,
            summary: format!("Not judged: {} {what}. Treat as a real accident until a person has looked.", card.name),
            delta_v_kmh: None,
            peak_g: None,
            window_ms: None,
            free_fall_ms: None,
            direction: None,
            evidence: vec![Evidence::of(
                "not_judged",
                "Judged",
                reading,
                limit,
                "rule: a crash that was not judged is treated as real",
                Points::NotChecked,
            )],
        }))),
        Reading::Driving(_) if card.name == functions::preprocess_driving::CARD.name => {
            Some(Verdict::Driving(DrivingVerdict::Drop(RejectionReason::NotJudged)))
        }
        Reading::Driving(_) | Reading::Temperature(_) | Reading::Presence(_) | Reading::Ruled(_) => None,
    }
}

/// How many effects a verdict asks for: a file, a publish, a notice.
fn n_effects(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Crash(verdict) if verdict.ruling == Ruling::Malfunction => 2,
        Verdict::Crash(_) => 3,
        Verdict::Temperature(verdict) => 1 + u8::from(verdict.previous.is_some_and(|previous| previous != verdict.band)),
        Verdict::Driving(DrivingVerdict::Keep) => 1,
        Verdict::Driving(DrivingVerdict::Drop(_)) => 0,
        Verdict::Harsh(verdict) => u8::from(verdict.ended.iter().any(Option::is_some)),
    }
}

#[cfg(test)]
mod tests;
