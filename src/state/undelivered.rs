//! Pages that a channel has not taken yet, and until when a receiver asked to be left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::snapshot::{Banner, UndeliveredPage};
use crate::model::saying::say;
use crate::model::{DeliveryOutcome, DeviceId, Incident, IncidentId, Life, Link, LinkState, LinkStatus, Timestamp};

/// Pages remembered at most; the store has them all.
const PAGES: usize = 10_000;
/// Pages listed.
const LISTED: usize = 50;

/// The book of pages that somebody may not know of.
#[derive(Clone, Debug, Default)]
pub(super) struct Undelivered {
    /// By incident and channel.
    pages: BTreeMap<(IncidentId, String), Page>,
    /// Channels whose last answer was a failure.
    failing: BTreeMap<String, Failing>,
    changed: bool,
}

#[derive(Clone, Debug)]
struct Page {
    /// What the channel said; of one that waits what the receiver answered.
    why: String,
    /// Nothing is sent before, as was known when it was said.
    until: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Failing {
    words: String,
    /// The receiver asked to be left alone until then.
    until: Option<Timestamp>,
}

impl Undelivered {
    /// A channel did something with the notice of an incident.
    pub(super) fn told(&mut self, incident: &IncidentId, channel: &str, words: &str, outcome: &DeliveryOutcome, at: Timestamp) {
        let page = (incident.clone(), channel.to_owned());
        let (why, until): (&str, _) = match outcome {
            DeliveryOutcome::WouldHave => return,
            DeliveryOutcome::Accepted => {
                self.pages.remove(&page);
                // What was on its way when the receiver asked for patience ends nothing for those that wait.
                if self.failing.get(channel).is_some_and(|failing| failing.until.is_none_or(|until| until <= at)) {
                    self.failing.remove(channel);
                }
                self.changed = true;
                return;
            }
            DeliveryOutcome::Waiting { reason, until } => (reason, Some(*until)),
            DeliveryOutcome::Retrying { .. } | DeliveryOutcome::Refused { .. } => (words, None),
        };
        if self.pages.len() < PAGES || self.pages.contains_key(&page) {
            self.pages.insert(page, Page { why: why.to_owned(), until });
        }
        self.failing.insert(channel.to_owned(), Failing { words: words.to_owned(), until });
        self.changed = true;
    }

    /// How the channels are: "reachable" is said only of what was reached.
    pub(super) fn describe(&self, status: &mut LinkStatus) {
        status.state = if self.failing.is_empty() { LinkState::Up } else { LinkState::Degraded };
        status.reason = self.failing.values().map(|failing| failing.words.as_str()).collect::<Vec<_>>().join("\n");
        status.next_try_at = self.failing.values().filter_map(|failing| failing.until).min();
    }

    /// The pages of which somebody may not know, and of how many incidents they are; `None` while nothing has changed. It is
    /// over with an incident that somebody has acknowledged.
    pub(super) fn list<'a>(
        &mut self,
        incidents_changed: bool,
        incident: impl Fn(&IncidentId) -> Option<&'a Arc<Incident>>,
    ) -> Option<(Vec<UndeliveredPage>, usize)> {
        if !(std::mem::take(&mut self.changed) || incidents_changed && !self.pages.is_empty()) {
            return None;
        }
        self.pages.retain(|(id, _), _| incident(id).is_some_and(|incident| incident.life == Life::Open));
        let n = self.pages.keys().map(|(id, _)| id).collect::<BTreeSet<_>>().len();
        // Nobody knows when the others come through: those first.
        let parts = [false, true].map(|waits| self.pages.iter().filter(move |(_, page)| page.until.is_some() == waits));
        let listed = parts.into_iter().flatten().take(LISTED).map(|((id, channel), page)| UndeliveredPage {
            incident: id.clone(),
            device: incident(id).map_or_else(|| DeviceId::new(""), |incident| incident.device.clone()),
            channel: channel.clone(),
            why: page.why.clone(),
            until: page.until.max(self.failing.get(channel).and_then(|failing| failing.until.filter(|_| page.until.is_some()))),
        });
        Some((listed.collect(), n))
    }
}

/// What stands across the window while there are such pages.
pub(super) fn banner(listed: &[UndeliveredPage], n: usize) -> Option<Banner> {
    let UndeliveredPage { incident, channel, why, until, .. } = listed.first()?;
    let (incident, why, further) = (incident.0.as_ref(), why.as_str(), n.saturating_sub(1));
    let says = match (until, further) {
        (None, 0) => say!(
            "banner_undelivered",
            "A page was not delivered: {incident}, {why}. Nobody may know of it: call people yourself and acknowledge it.",
            incident = incident,
            why = why
        ),
        (None, _) => say!(
            "banner_undelivered_more",
            "A page was not delivered: {incident}, {why}. Nobody may know of it: call people yourself and acknowledge it. The same holds for further incidents: {n}.",
            incident = incident,
            why = why,
            n = further
        ),
        (Some(_), 0) => say!(
            "banner_waiting",
            "A page waits: {incident}, since the receiver of {channel} asked for patience ({why}). Nobody may know of it: call people yourself and acknowledge it.",
            incident = incident,
            channel = channel.as_str(),
            why = why
        ),
        (Some(_), _) => say!(
            "banner_waiting_more",
            "A page waits: {incident}, since the receiver of {channel} asked for patience ({why}). Nobody may know of it: call people yourself and acknowledge it. The same holds for further incidents: {n}.",
            incident = incident,
            channel = channel.as_str(),
            why = why,
            n = further
        ),
    };
    Some(Banner { critical: true, says, about: Some(Link::Notify), next_try_at: *until })
}
