//! How the line itself is: links, queues, rates, latency, and what was dropped and why.

use std::collections::{BTreeMap, VecDeque};

use super::histogram::Histogram;
use super::snapshot::{Banner, Counters, Latency, Rate};
use crate::model::{DeliveryOutcome, Link, LinkState, LinkStatus, QueueReading, Rejection, RejectionReason, Timestamp};

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
    warnings: Vec<String>,
    /// Every link.
    pub(super) links: BTreeMap<Link, LinkStatus>,
    /// Every queue.
    pub(super) queues: Vec<QueueReading>,
    /// What came in and what became of it.
    pub(super) counters: Counters,
    /// Bytes of the store on disk.
    pub(super) store_bytes: u64,
    /// Channels whose last attempt failed, with what they said.
    failing: BTreeMap<String, String>,
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
    pub(super) fn told(&mut self, channel: String, words: &str, outcome: &DeliveryOutcome) {
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

    /// Something must stand across the window, once.
    pub(super) fn warned(&mut self, words: String) {
        if !self.warnings.contains(&words) && self.warnings.len() < WARNINGS {
            self.warnings.push(words);
        }
    }

    /// What must stand across the window.
    pub(super) fn banners(&self) -> Vec<Banner> {
        let mut banners: Vec<_> = self.warnings.iter().map(|text| Banner { critical: true, text: text.clone() }).collect();
        if self.counters.unsaved > 0 {
            let n = self.counters.unsaved;
            banners.push(Banner {
                critical: true,
                text: format!("{n} records are not saved: the store cannot keep up. They are on this screen only; free disk space, then restart."),
            });
        }
        if let Some(store) = self.links.get(&Link::Store).filter(|store| store.state == LinkState::Down) {
            banners.push(Banner {
                critical: true,
                text: format!("The store cannot be written: {} People are still told.", store.reason),
            });
        }
        if let Some(n) = self.counters.rejected_by.get(&RejectionReason::TooManyDevices) {
            banners.push(Banner {
                critical: false,
                text: format!("The device register is full: {n} messages of further devices were dropped. Crash reports still pass. Raise line.max_devices in the settings."),
            });
        }
        banners
    }
}
