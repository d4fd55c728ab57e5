//! How the line itself is: links, queues, rates, latency, and what was dropped and why.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::histogram::Histogram;
use super::snapshot::{Banner, Counters, Latency, Rate};
use crate::model::saying::say;
use crate::model::{
    DeliveryOutcome, Holding, IncidentId, Link, LinkState, LinkStatus, QueueReading, Rejection, RejectionReason, Saying,
    Timestamp,
};

/// Pages that were not taken, remembered at most; the store has them all.
const UNREACHED: usize = 10_000;
/// So many signs of life may be missed before it is said: the receiver outside is to wait for no fewer. Own judgement.
const BEATS_MISSED: f64 = 3.0;

/// What is known of the receiver outside.
#[derive(Debug)]
struct Watched {
    every_s: u32,
    begun_at: Option<Timestamp>,
    taken_at: Timestamp,
    why: String,
}

/// Warnings across the window at most.
const WARNINGS: usize = 8;

/// Rejections listed.
const REJECTIONS: usize = 100;
/// Seconds of rate kept.
const RATE_SECS: usize = 60;

/// The line's own book.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// What must stand across the window until the next start.
    warnings: Vec<Saying>,
    /// Every link.
    pub(super) links: BTreeMap<Link, LinkStatus>,
    /// Every queue.
    pub(super) queues: Vec<QueueReading>,
    /// What came in and what became of it.
    pub(super) counters: Counters,
    /// Bytes of the store on disk.
    pub(super) store_bytes: u64,
    /// What there is of each kind of data.
    pub(super) held: Arc<Vec<Holding>>,
    /// Channels whose last attempt failed, with what they said.
    failing: BTreeMap<String, String>,
    /// Where signs of life go outside.
    watchdog: Option<Watched>,
    /// Incidents of which a channel has not taken the page, with what it said.
    unreached: BTreeMap<(IncidentId, String), String>,
    beating_at: Timestamp,
    rejections: VecDeque<Rejection>,
    rates: VecDeque<u32>,
    last_received: u64,
    /// The current and the last half minute.
    latency: [Histogram; 2],
    half_minute_ends: Timestamp,
}

impl Health {
    /// A packet or a row went no further.
    pub(super) fn rejected(&mut self, rejection: Rejection) {
        self.count_rejected(rejection.reason);
        if rejection.reason == RejectionReason::NotUsed {
            // On purpose, and often: it must not push out what somebody has to mend.
            return;
        }
        if self.rejections.len() >= REJECTIONS {
            self.rejections.pop_back();
        }
        self.rejections.push_front(rejection);
    }

    /// Counts a rejection.
    pub(super) fn count_rejected(&mut self, reason: RejectionReason) {
        self.counters.rejected += 1;
        *self.counters.rejected_by.entry(reason).or_insert(0) += 1;
    }

    /// From off the socket to filed.
    pub(super) fn filed(&mut self, received_at: Timestamp, now: Timestamp) {
        self.latency[0].add(now.micros_since(received_at).clamp(0, i64::from(u32::MAX)) as u32);
    }

    /// Once a second.
    pub(super) fn tick(&mut self, now: Timestamp, queues: Vec<QueueReading>, store_bytes: u64) {
        let inbox = queues.iter().find(|queue| queue.name == "inbox");
        if let Some(inbox) = inbox {
            self.counters.received = inbox.offered;
            self.counters.shed = inbox.shed;
            if self.rates.len() >= RATE_SECS {
                self.rates.pop_front();
            }
            self.rates.push_back(inbox.offered.saturating_sub(self.last_received).min(u64::from(u32::MAX)) as u32);
            self.last_received = inbox.offered;
        }
        self.queues = queues;
        self.store_bytes = store_bytes;
        if now >= self.half_minute_ends {
            self.latency.swap(0, 1);
            self.latency[0].clear();
            self.half_minute_ends = now.plus_secs(30);
        }
    }

    /// A channel did something with a notice: "reachable" is said only of what was reached.
    pub(super) fn told(&mut self, incident: &IncidentId, channel: String, words: &str, outcome: &DeliveryOutcome) {
        let page = (incident.clone(), channel.clone());
        match outcome {
            DeliveryOutcome::Accepted => drop(self.unreached.remove(&page)),
            DeliveryOutcome::Retrying { .. } | DeliveryOutcome::Refused { .. } if self.unreached.len() < UNREACHED => {
                self.unreached.insert(page, words.to_owned());
            }
            _ => {}
        }
        match outcome {
            DeliveryOutcome::WouldHave => return,
            DeliveryOutcome::Accepted => drop(self.failing.remove(&channel)),
            DeliveryOutcome::Retrying { .. } | DeliveryOutcome::Refused { .. } => {
                self.failing.insert(channel, words.to_owned());
            }
        }
        let status = self.links.entry(Link::Notify).or_insert_with(|| LinkStatus::plain(LinkState::Up));
        status.state = if self.failing.is_empty() { LinkState::Up } else { LinkState::Degraded };
        status.reason = self.failing.values().cloned().collect::<Vec<_>>().join(" ");
    }

    /// Messages per second.
    pub(super) fn rate(&self) -> Rate {
        let sum: u64 = self.rates.iter().map(|n| u64::from(*n)).sum();
        Rate {
            now: self.rates.back().copied().unwrap_or(0),
            minute: if self.rates.is_empty() { 0.0 } else { sum as f32 / self.rates.len() as f32 },
            peak: self.rates.iter().copied().max().unwrap_or(0),
            history: self.rates.iter().copied().collect(),
        }
    }

    /// Over the last half to whole minute.
    pub(super) fn latency(&self) -> Latency {
        let parts = [&self.latency[0], &self.latency[1]];
        Latency { p50_micros: Histogram::quantile_of(&parts, 0.5), p99_micros: Histogram::quantile_of(&parts, 0.99) }
    }

    /// The newest rejections, newest first.
    pub(super) fn rejections(&self) -> Vec<Rejection> {
        self.rejections.iter().cloned().collect()
    }

    /// Signs of life go outside from now on.
    pub(super) fn watch(&mut self, every_s: u32, now: Timestamp) {
        self.watchdog = Some(Watched { every_s, begun_at: None, taken_at: now, why: String::new() });
    }

    /// Whether a sign of life is due.
    pub(super) fn beat(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.beating_at = now;
        let watched = self.watchdog.as_mut()?;
        let due = watched.begun_at.is_none_or(|at| now.secs_since(at) >= f64::from(watched.every_s));
        due.then(|| *watched.begun_at.insert(now))
    }

    /// What became of one.
    pub(super) fn beaten(&mut self, beat: Timestamp, sent: Result<(), String>, at: Timestamp) {
        let Some(watched) = &mut self.watchdog else { return };
        match sent {
            Ok(()) => {
                watched.taken_at = watched.taken_at.max(at);
                watched.why.clear();
                log::debug!("a sign of life took {} ms", at.micros_since(beat) / 1_000);
            }
            Err(why) => watched.why = why,
        }
    }

    /// Something must stand across the window, once.
    pub(super) fn warned(&mut self, says: Saying) {
        if !self.warnings.contains(&says) && self.warnings.len() < WARNINGS {
            self.warnings.push(says);
        }
    }

    /// A page that no channel took stands across the window until somebody has acknowledged its incident: `open` says which
    /// nobody has.
    pub(super) fn undelivered(&mut self, open: impl Fn(&IncidentId) -> bool) -> Option<Banner> {
        if self.unreached.is_empty() {
            return None;
        }
        self.unreached.retain(|(incident, _), _| open(incident));
        let ((incident, _), words) = self.unreached.first_key_value()?;
        let n = self.unreached.keys().map(|(incident, _)| incident).collect::<BTreeSet<_>>().len();
        let (incident, words) = (incident.0.as_ref(), words.as_str());
        let says = if n > 1 {
            say!(
                "banner_undelivered_more",
                "A page was not delivered: {incident}, {why}. Nobody may know of it: call people yourself and acknowledge it. The same holds for further incidents: {n}.",
                incident = incident,
                why = words,
                n = n - 1
            )
        } else {
            say!(
                "banner_undelivered",
                "A page was not delivered: {incident}, {why}. Nobody may know of it: call people yourself and acknowledge it.",
                incident = incident,
                why = words
            )
        };
        Some(Banner { critical: true, says })
    }

    /// What must stand across the window.
    pub(super) fn banners(&self) -> Vec<Banner> {
        let mut banners: Vec<_> = self.warnings.iter().map(|says| Banner { critical: true, says: says.clone() }).collect();
        if self.counters.unsaved > 0 {
            banners.push(Banner {
                critical: true,
                says: say!(
                    "banner_unsaved",
                    "{n} records are not saved: the store cannot keep up. They are on this screen only; free disk space, then restart.",
                    n = self.counters.unsaved as usize
                ),
            });
        }
        if let Some(watched) = &self.watchdog {
            let secs = self.beating_at.secs_since(watched.taken_at);
            if secs > f64::from(watched.every_s) * BEATS_MISSED {
                let age = super::temperatures::duration(secs);
                let says = if watched.why.is_empty() {
                    say!(
                        "banner_watchdog_unheard",
                        "The watchdog outside has taken no sign of life for {age}: nothing was heard of it. It may raise the alarm, and it will not when this desk fails. Check watchdog_url in [outbound], and the network.",
                        age = age.as_str()
                    )
                } else {
                    say!(
                        "banner_watchdog",
                        "The watchdog outside has taken no sign of life for {age}: {why}. It may raise the alarm, and it will not when this desk fails. Check watchdog_url in [outbound], and the network.",
                        age = age.as_str(),
                        why = watched.why.as_str()
                    )
                };
                banners.push(Banner { critical: true, says });
            }
        }
        if let Some(store) = self.links.get(&Link::Store).filter(|store| store.state == LinkState::Down) {
            banners.push(Banner {
                critical: true,
                says: say!(
                    "banner_store",
                    "The store cannot be written: {why} People are still told.",
                    why = store.reason.as_str()
                ),
            });
        }
        if let Some(n) = self.counters.rejected_by.get(&RejectionReason::TooManyDevices) {
            banners.push(Banner {
                critical: false,
                says: say!(
                    "banner_register_full",
                    "The device register is full: {n} messages of further devices were dropped. Crash reports still pass. Raise line.max_devices in the settings.",
                    n = *n as usize
                ),
            });
        }
        banners
    }
}
