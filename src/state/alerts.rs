//! The alerts of this run: the newest are listed, and whichever has an end gets it, also once it is listed no more.

use std::collections::{BTreeMap, VecDeque};

use super::temperatures::duration;
use crate::model::{Alert, AlertId, AlertKind, DeviceId, Event, Origin, Severity, Timestamp};

/// Alerts listed.
const LISTED: usize = 50;
/// Alerts that hold and are listed no more: three for each device of the default `line.max_devices`, some 45 MB.
const HELD: usize = 150_000;

/// Which alerts are over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which<'a> {
    /// This one.
    One(AlertId),
    /// Those of a device that are of a kind.
    Of(&'a Event, fn(&AlertKind) -> bool),
}

impl Which<'_> {
    pub(super) fn is(self, alert: &Alert) -> bool {
        match self {
            Self::One(id) => alert.id == id,
            Self::Of(event, kind) => alert.device == event.device && alert.origin == event.origin && kind(&alert.about),
        }
    }
}

/// The book of alerts.
#[derive(Clone, Debug, Default)]
pub(super) struct Alerts {
    /// Newest first.
    listed: VecDeque<Alert>,
    /// What made room in the list and still holds.
    held: BTreeMap<(Origin, DeviceId), Vec<Alert>>,
    n_held: usize,
    n_raised: u64,
}

impl Alerts {
    /// Newest first.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Alert> {
        self.listed.iter()
    }

    /// The number of the next alert.
    pub(super) const fn next_id(&mut self) -> AlertId {
        self.n_raised += 1;
        AlertId(self.n_raised)
    }

    /// Lists an alert; the one that ends now because too many hold at once.
    pub(super) fn raise(&mut self, alert: Alert) -> Option<Alert> {
        let out = (self.listed.len() >= LISTED).then(|| {
            // What nobody must act on makes room first.
            let mild = self.listed.iter().rposition(|alert| alert.severity == Severity::Low);
            self.listed.remove(mild.unwrap_or(self.listed.len() - 1))
        });
        let now = alert.raised_at;
        self.listed.push_front(alert);
        let mut out = out.flatten().filter(|out| out.cleared_at.is_none() && out.about.ends())?;
        if self.n_held >= HELD {
            out.cleared_at = Some(now);
            out.text = format!("{}; followed no longer, since {HELD} others hold", out.text);
            return Some(out);
        }
        self.n_held += 1;
        self.held.entry((out.origin, out.device.clone())).or_default().push(out);
        None
    }

    /// What these alerts say holds no more: each gets its end and says how long it lasted.
    pub(super) fn end(&mut self, which: Which<'_>, now: Timestamp) -> Vec<Alert> {
        let over = |alert: &mut Alert| {
            alert.cleared_at = Some(now);
            let lasted = duration(now.secs_since(alert.raised_at).max(0.0));
            alert.text = format!("{}; over after {lasted}", alert.text);
            alert.clone()
        };
        let holds = |alert: &&mut Alert| alert.cleared_at.is_none() && which.is(alert);
        let mut ended: Vec<Alert> = self.listed.iter_mut().filter(holds).map(over).collect();
        let mut of = |held: &mut Vec<Alert>| {
            let n_before = held.len();
            ended.extend(held.extract_if(.., |alert| which.is(alert)).map(|mut alert| over(&mut alert)));
            self.n_held -= n_before - held.len();
            !held.is_empty()
        };
        match which {
            Which::One(_) => self.held.retain(|_, held| of(held)),
            Which::Of(event, _) => {
                let key = (event.origin, event.device.clone());
                if self.held.get_mut(&key).is_some_and(|held| !of(held)) {
                    self.held.remove(&key);
                }
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(alerts: &mut Alerts, n: usize) -> Option<Alert> {
        let alert = Alert {
            id: alerts.next_id(),
            about: AlertKind::TemperatureRate,
            device: DeviceId::new(&format!("sensor-{n}")),
            severity: Severity::High,
            origin: Origin::Device,
            raised_at: Timestamp(n as i64),
            cleared_at: None,
            text: "rises".into(),
        };
        alerts.raise(alert)
    }

    #[test]
    fn what_holds_is_bounded_and_what_is_let_go_says_so() {
        let mut alerts = Alerts::default();
        assert!((0..LISTED + HELD).all(|n| fault(&mut alerts, n).is_none()));
        let let_go = fault(&mut alerts, LISTED + HELD).unwrap();
        assert!(let_go.cleared_at.is_some() && let_go.text.contains("followed no longer"), "{let_go:?}");
        assert_eq!((alerts.listed().count(), alerts.n_held), (LISTED, HELD));
        assert_eq!(alerts.end(Which::One(AlertId(1)), Timestamp(9_000_000_000_000)).len(), 1);
        assert!(fault(&mut alerts, 1).is_none(), "there is room again");
    }
}
