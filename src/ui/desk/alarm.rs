//! When the window makes which sound: a critical incident that nobody has taken, every 10 s; a high one once. The window's
//! place in the task bar asks for attention as long, muted or not. Pure.

use eframe::egui::UserAttentionType;

use crate::model::{AlertId, Incident, IncidentKind, Life, Origin, Severity, Timestamp};
use crate::state::Snapshot;
use crate::ui::Tone;

/// How often a critical incident that nobody has taken is heard. s (design §7)
const AGAIN_SECS: i64 = 10;
/// How long a mute lasts. s (design §7)
const MUTE_SECS: i64 = 600;

/// What was heard, and until when nothing is.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    muted_until: Option<Timestamp>,
    again_at: Option<Timestamp>,
    newest: Option<AlertId>,
}

/// What the window has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// To be heard.
    pub(super) tone: Option<Tone>,
    /// To be asked of the desktop.
    pub(super) attention: Option<UserAttentionType>,
}

impl Alarm {
    /// Silences for 10 min, or ends it.
    pub(super) fn mute(&mut self, now: Timestamp) {
        self.muted_until = if self.muted(now).is_some() { None } else { Some(now.plus_secs(MUTE_SECS)) };
    }

    /// Until when it is mute.
    pub(super) fn muted(&self, now: Timestamp) -> Option<Timestamp> {
        self.muted_until.filter(|until| *until > now)
    }

    /// What is due now. Drills and the sample fleet are silent, whatever they say of themselves.
    pub(super) fn tick(&mut self, snapshot: &Snapshot, now: Timestamp) -> Due {
        let before = self.newest;
        self.newest = snapshot.alerts.iter().map(|alert| alert.id).max().max(before).or(Some(AlertId(0)));
        // What was there before the window opened is heard only while it waits for somebody.
        let fresh = |severity| {
            let mut alerts = snapshot.alerts.iter().filter(|alert| before.is_some_and(|before| alert.id > before));
            alerts.any(|alert| alert.severity == severity && alert.origin == Origin::Device)
        };
        let (new_critical, new_high) = (fresh(Severity::Critical), fresh(Severity::High));
        if new_critical {
            self.muted_until = None;
        }
        let muted = self.muted(now);
        let heard = |tone| Some(tone).filter(|_| muted.is_none());
        let mut waiting = snapshot.incidents.iter().filter(|incident| waits(incident));
        let crash = waiting.clone().any(|incident| matches!(incident.kind, IncidentKind::Crash { .. }));
        if waiting.next().is_none() {
            let attention = self.again_at.take().map(|_| UserAttentionType::Reset);
            return Due { tone: new_high.then_some(Tone::High).and_then(heard), attention };
        }
        if new_critical || self.again_at.is_none_or(|at| at <= now) {
            let again = now.plus_secs(AGAIN_SECS);
            // The end of a mute is heard as such.
            self.again_at = Some(muted.map_or(again, |until| until.min(again)));
            let tone = heard(if crash { Tone::Crash } else { Tone::Critical });
            return Due { tone, attention: Some(UserAttentionType::Critical) };
        }
        Due { tone: new_high.then_some(Tone::High).and_then(heard), attention: None }
    }
}

/// Critical, of a real device, and nobody has taken it.
fn waits(incident: &Incident) -> bool {
    let open = incident.life == Life::Open && incident.origin == Origin::Device;
    open && incident.severity == Severity::Critical && !incident.is_malfunction()
}
