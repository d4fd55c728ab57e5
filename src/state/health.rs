//! How the line itself is: links, queues, rates, latency, and what was dropped and why.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::histogram::Histogram;
use super::snapshot::{Banner, Counters, Latency, Rate};
use crate::model::saying::say;
use crate::model::{Holding, Link, LinkState, LinkStatus, QueueReading, Rejection, RejectionReason, Saying, Timestamp};

/// So many signs of life may be missed before it is said: the receiver outside is to wait for no fewer. Own judgement.
const BEATS_MISSED: f64 = 3.0;

/// What is known of the receiver outside.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug, Default)]
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
    /// Where signs of life go outside.
    watchdog: Option<Watched>,
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

    /// What must stand across the window.
    pub(super) fn banners(&self) -> Vec<Banner> {
        let mut banners: Vec<_> = self.warnings.iter().map(|says| Banner::of(true, says.clone())).collect();
        if self.counters.unsaved > 0 {
            let says = say!(
                "banner_unsaved",
                "{n} records are not saved: the store cannot keep up. They are on this screen only; free disk space, then restart.",
                n = self.counters.unsaved as usize
            );
            banners.push(Banner::of(true, says));
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
                banners.push(Banner::of(true, says));
            }
        }
        if let Some(store) = self.links.get(&Link::Store).filter(|store| store.state == LinkState::Down) {
            let says =
                say!("banner_store", "The store cannot be written: {why} People are still told.", why = store.reason.as_str());
            banners.push(Banner::of(true, says));
        }
        if let Some(n) = self.counters.rejected_by.get(&RejectionReason::TooManyDevices) {
            let says = say!(
                "banner_register_full",
                "The device register is full: {n} messages of further devices were dropped. Crash reports still pass. Raise line.max_devices in the settings.",
                n = *n as usize
            );
            banners.push(Banner::of(false, says));
        }
        banners
    }
}
