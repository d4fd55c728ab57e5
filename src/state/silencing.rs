//! Silences: what they hide, and what is told when they end.
//!
//! Only lesser things can be hidden, and [`lesser`] is the list of them: what is not on it breaks through every silence.
//! A hidden alert that still holds is raised when the silence ends, and an incident of which nobody was told is told then.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alerts::Which;
use super::{State, snapshot};
use crate::joint;
use crate::model::alert::AlertKind;
use crate::model::command::UNDO_SECS;
use crate::model::silencing::{Hidden, MAX_SECS, MIN_SECS, SilenceOrder, Silencing, WARN_SECS};
use crate::model::{
    Alert, DeviceId, Effect, Incident, IncidentId, IncidentKind, Life, Notice, Operator, Origin, PacketId, Record, Register,
    Role, Severity, StepKind, Timestamp,
};
use crate::search::{self, Lesser, Registered, Search};

/// Silences that stand at once at most.
const STANDING: usize = 50;
/// Silences listed, those that are over among them.
const LISTED: usize = 100;
/// Alerts that one silence holds back until its end; a further one breaks through.
const HELD: usize = 10_000;

/// What may be hidden, by the words that a search finds it with.
const fn lesser(about: &AlertKind) -> Option<&'static [&'static str]> {
    match about {
        AlertKind::Temperature { .. } => Some(Lesser::BAND),
        AlertKind::TemperatureRate => Some(Lesser::RATE),
        AlertKind::SensorFault { .. } => Some(Lesser::FAULT),
        AlertKind::HarshDriving { .. } => Some(Lesser::HARSH),
        AlertKind::Incident { .. }
        | AlertKind::WentSilent { .. }
        | AlertKind::ChainBroken
        | AlertKind::SilenceEnds { .. }
        | AlertKind::Budget { .. } => None,
    }
}

#[derive(Clone, Debug)]
struct Entry {
    silencing: Silencing,
    search: Search,
    /// Alerts that it hid and that hold.
    held: Vec<Alert>,
    unsaved: bool,
}

/// The book of silences.
#[derive(Clone, Debug, Default)]
pub(super) struct Silencings {
    book: BTreeMap<u64, Entry>,
    n_begun: u64,
    changed: bool,
}

impl Silencings {
    pub(super) fn restore(&mut self, silencings: Vec<Silencing>) {
        for silencing in silencings {
            self.n_begun = self.n_begun.max(silencing.id);
            // One that cannot be read any more hides nothing.
            let Ok(search) = Search::parse(&silencing.search, search::LESSER) else {
                log::warn!("silence {} looks for {:?}, which cannot be read: it hides nothing", silencing.id, silencing.search);
                continue;
            };
            self.book.insert(silencing.id, Entry { silencing, search, held: Vec::new(), unsaved: false });
        }
        self.changed = true;
    }

    /// The one that stands and finds this; drills are hidden by none.
    fn finds(&mut self, what: &Lesser<'_>, register: &Register, now: Timestamp) -> Option<&mut Entry> {
        if what.origin == Origin::Drill {
            return None;
        }
        let row = Registered { row: what, entry: register.get(what.device) };
        self.book.values_mut().find(|entry| {
            let stands = entry.silencing.stands() && entry.silencing.until > now;
            stands && entry.held.len() < HELD && entry.search.finds(&row, now)
        })
    }

    /// Takes an alert that may be hidden and is found by a silence; answers whether it did.
    pub(super) fn takes(&mut self, alert: &Alert, register: &Register) -> bool {
        let Alert { about, device, severity, origin, raised_at, text, .. } = alert;
        let Some(kind) = lesser(about) else { return false };
        let what = Lesser { device, kind, severity: *severity, origin: *origin };
        let Some(entry) = self.finds(&what, register, *raised_at) else { return false };
        entry.silencing.hid(Hidden { at: *raised_at, device: device.clone(), text: text.clone() });
        if about.ends() {
            entry.held.push(alert.clone());
        }
        entry.unsaved = true;
        self.changed = true;
        true
    }

    /// Why nobody is told of an incident that is opened now; `None` where they are.
    pub(super) fn hides(&mut self, incident: &Incident, register: &Register, now: Timestamp) -> Option<String> {
        let IncidentKind::Temperature { .. } = incident.kind else { return None };
        let (device, severity, origin) = (&incident.device, incident.severity, incident.origin);
        let entry = self.finds(&Lesser { device, kind: Lesser::RATE, severity, origin }, register, now)?;
        let Silencing { by, until, reason, .. } = &entry.silencing;
        Some(format!("nobody is told: silenced by {by} until {}: {reason}", until.rfc3339()))
    }

    /// What these alerts say holds no more.
    pub(super) fn over(&mut self, which: Which<'_>) {
        self.book.values_mut().for_each(|entry| entry.held.retain(|alert| !which.is(alert)));
    }

    /// The listed ones where something changed: those that stand first, the first to end on top; then the last that ended.
    pub(super) fn list(&mut self) -> Option<Vec<Silencing>> {
        std::mem::take(&mut self.changed).then(|| {
            let mut list: Vec<Silencing> = self.book.values().map(|entry| entry.silencing.clone()).collect();
            list.sort_by_key(|s| (!s.stands(), if s.stands() { s.until.0 } else { -s.until.0 }, s.id));
            list
        })
    }

    /// When the last of those that are over ended: the same on every seat.
    fn last_end(&self) -> Option<Timestamp> {
        self.book.values().filter_map(|entry| entry.silencing.ended.as_ref()).map(|(_, at)| *at).max()
    }

    fn take_unsaved(&mut self) -> impl Iterator<Item = Effect> {
        self.book.values_mut().filter_map(|entry| {
            let unsaved = std::mem::take(&mut entry.unsaved);
            unsaved.then(|| Effect::Save(Record::Silencing { silencing: Arc::new(entry.silencing.clone()), order: None }))
        })
    }

    /// The number of the next. Several seats give numbers without asking each other: by their clocks and names.
    fn next_id(&mut self, seat: Option<&str>, at: Timestamp) -> u64 {
        let id = seat.map_or(self.n_begun + 1, |seat| {
            at.millis().unsigned_abs() * 1_000 + PacketId::of("seat", seat.as_bytes()).0 % 1_000
        });
        self.n_begun = id.max(self.n_begun + 1);
        self.n_begun
    }

    fn make_room(&mut self) {
        if self.book.len() >= LISTED
            && let Some(id) = self.book.iter().find(|(_, entry)| !entry.silencing.stands()).map(|(id, _)| *id)
        {
            self.book.remove(&id);
        }
    }

    fn begin(
        &mut self,
        (search, secs, reason): (&str, i64, &str),
        seat: Option<&str>,
        by: &Operator,
        at: Timestamp,
    ) -> Result<u64, &'static str> {
        let (wanted, reason) = (search.trim(), reason.trim());
        if wanted.is_empty() {
            return Err("say what is to be silenced; * is everything that may be");
        }
        if reason.is_empty() || reason.chars().count() > 2_000 {
            return Err("a silence needs a reason of at most 2,000 characters");
        }
        if !(MIN_SECS..=MAX_SECS).contains(&secs) {
            return Err("a silence lasts 1 min to 12 h; begin it again at its end where it must last longer");
        }
        let Ok(search) = Search::parse(wanted, search::LESSER) else {
            return Err("what is to be silenced cannot be read; nothing was silenced");
        };
        if self.book.values().filter(|entry| entry.silencing.stands()).count() >= STANDING {
            return Err("50 silences stand already; end one first");
        }
        self.make_room();
        let id = self.next_id(seat, at);
        let silencing = Silencing {
            id,
            search: wanted.to_owned(),
            reason: reason.to_owned(),
            by: by.0.clone(),
            at,
            until: at.plus_secs(secs),
            ended: None,
            n_hidden: 0,
            hidden: Vec::new(),
            warned: secs <= WARN_SECS,
            rev: 1,
        };
        self.book.insert(id, Entry { silencing, search, held: Vec::new(), unsaved: false });
        Ok(id)
    }

    /// Ends one; what it held back.
    fn end(&mut self, id: u64, by: Option<String>, at: Timestamp) -> Result<Vec<Alert>, &'static str> {
        let standing = self.book.get_mut(&id).filter(|entry| entry.silencing.stands());
        let entry = standing.ok_or("this silence is over already")?;
        // By itself it ends on every seat alike.
        entry.silencing.rev += u32::from(by.is_some());
        let at = if by.is_some() { at } else { entry.silencing.until };
        entry.silencing.ended = Some((by, at));
        Ok(std::mem::take(&mut entry.held))
    }

    fn restored(&mut self, id: u64, by: &Operator, at: Timestamp) -> Result<(), &'static str> {
        let entry = self.book.get_mut(&id).ok_or("there is no such silence any more")?;
        let mine = entry
            .silencing
            .ended
            .as_ref()
            .is_some_and(|(who, when)| who.as_ref() == Some(&by.0) && at.secs_since(*when) <= UNDO_SECS as f64);
        if !mine || entry.silencing.until <= at {
            return Err("it can be taken back for 10 s, by who ended it; begin a new silence");
        }
        entry.silencing.ended = None;
        entry.silencing.rev += 1;
        Ok(())
    }
}

impl State {
    /// Somebody asks for a silence, or for its end.
    pub(super) fn silence_ordered(&mut self, order: SilenceOrder, by: Operator, at: Timestamp, effects: &mut Vec<Effect>) {
        let done = match self.team.refuses_below(Role::Operator, &by) {
            Some(why) => Err(why),
            None => match &order {
                SilenceOrder::Begin { search, secs, reason } => {
                    let wanted = (search.as_str(), *secs, reason.as_str());
                    self.silencings.begin(wanted, self.seat.as_deref(), &by, at).map(|id| (id, Vec::new()))
                }
                SilenceOrder::End { id } => self.silencings.end(*id, Some(by.0.clone()), at).map(|held| (*id, held)),
                SilenceOrder::Restore { id } => self.silencings.restored(*id, &by, at).map(|()| (*id, Vec::new())),
            },
        };
        let (id, held) = match done {
            Ok(done) => done,
            Err(why) => {
                let incident = IncidentId("silence".into());
                self.parts.last.refused = Some(Arc::new(snapshot::Refusal { incident, why, at }));
                return;
            }
        };
        self.silencings.changed = true;
        if let Some(entry) = self.silencings.book.get_mut(&id) {
            entry.unsaved = false;
            let silencing = Arc::new(entry.silencing.clone());
            effects.push(Effect::Save(Record::Silencing { silencing, order: Some((order, by, at)) }));
        }
        self.speak_again(held, at, effects);
        self.mark_silenced(at, effects);
    }

    /// Another seat began, ended or restored these.
    pub(super) fn silences_elsewhere(&mut self, theirs: Vec<Silencing>, at: Timestamp, effects: &mut Vec<Effect>) {
        let mut held = Vec::new();
        let mut changed = false;
        for theirs in theirs {
            if let Some(entry) = self.silencings.book.get_mut(&theirs.id) {
                let joined = joint::silencing(&entry.silencing, &theirs);
                changed |= joined != entry.silencing;
                if !joined.stands() {
                    held.append(&mut entry.held);
                }
                entry.silencing = joined;
            } else if let Ok(search) = Search::parse(&theirs.search, search::LESSER) {
                self.silencings.make_room();
                let id = theirs.id;
                self.silencings.book.insert(id, Entry { silencing: theirs, search, held: Vec::new(), unsaved: false });
                changed = true;
            } else {
                log::warn!(
                    "a silence of another seat looks for {:?}, which cannot be read: it hides nothing here",
                    theirs.search
                );
            }
        }
        if changed {
            self.silencings.changed = true;
            self.speak_again(held, at, effects);
            self.mark_silenced(at, effects);
        }
    }

    /// A second passed: which silences end, which will soon?
    pub(super) fn look_after_silences(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let due: Vec<u64> = self
            .silencings
            .book
            .values()
            .map(|entry| &entry.silencing)
            .filter(|silencing| silencing.stands() && silencing.until <= now)
            .map(|silencing| silencing.id)
            .collect();
        for id in &due {
            let held = self.silencings.end(*id, None, now).unwrap_or_default();
            if let Some(entry) = self.silencings.book.get_mut(id) {
                entry.unsaved = true;
            }
            self.silencings.changed = true;
            self.speak_again(held, now, effects);
        }
        if !due.is_empty() {
            self.mark_silenced(now, effects);
        }
        let mut soon = Vec::new();
        for entry in self.silencings.book.values_mut() {
            let silencing = &mut entry.silencing;
            if silencing.stands() && !silencing.warned && silencing.until.secs_since(now) <= WARN_SECS as f64 {
                silencing.warned = true;
                entry.unsaved = true;
                let Silencing { id, search, by, until, n_hidden, .. } = silencing;
                let text = format!("The silence of {by} over {search} ends at {}; it hid {n_hidden} so far", until.rfc3339());
                soon.push((*id, text));
            }
        }
        for (silence, text) in soon {
            let device = DeviceId::new("silence");
            self.raise_for(AlertKind::SilenceEnds { silence }, &device, Origin::Device, Severity::Medium, text, now, effects);
        }
        effects.extend(self.silencings.take_unsaved());
    }

    /// What was hidden and still holds is raised now; another silence may hide it again.
    fn speak_again(&mut self, held: Vec<Alert>, now: Timestamp, effects: &mut Vec<Effect>) {
        for mut alert in held {
            // Who waits for a silent sensor knows the alert by its number.
            if !matches!(alert.about, AlertKind::SensorFault { .. }) {
                alert.id = self.alerts.next_id();
            }
            let since = alert.raised_at;
            alert.raised_at = now;
            if self.silencings.takes(&alert, &self.register) {
                continue;
            }
            alert.raised_at = since;
            alert.text = format!("{}; it was silenced until now", alert.text);
            self.list_alert(alert, effects);
        }
    }

    /// Writes into each temperature incident that nobody has taken whether a silence hides it now, and tells of those that
    /// none hides any more.
    fn mark_silenced(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let waiting = |incident: &&Arc<Incident>| {
            matches!(incident.kind, IncidentKind::Temperature { .. })
                && incident.life == Life::Open
                && incident.imported.is_none()
        };
        let waiting: Vec<Arc<Incident>> = self.incidents.all().filter(waiting).cloned().collect();
        for incident in waiting {
            let id = &incident.id;
            match (incident.is_silenced(), self.silencings.hides(&incident, &self.register, now)) {
                (false, Some(words)) => {
                    self.incidents.add_step(id, StepKind::Silenced, now, words);
                    self.save_incident(id, None, None, effects);
                }
                (true, None) => {
                    self.incidents.add_step(id, StepKind::SilenceEnded, now, "the silence is over");
                    let over_at = self.silencings.last_end().unwrap_or(now);
                    let notice = incident.standing().active.then(|| unsilenced(&incident, over_at, now));
                    self.save_incident(id, notice, None, effects);
                }
                _ => {}
            }
        }
    }
}

/// Of what a silence hid until now.
fn unsilenced(incident: &Incident, over_at: Timestamp, now: Timestamp) -> Notice {
    let title = match &incident.kind {
        IncidentKind::Temperature { verdict, .. } => format!("{}: {:.1} °C", incident.device, verdict.celsius.0),
        IncidentKind::Crash { .. } => incident.device.to_string(),
    };
    Notice {
        dedup_key: format!("{}-unsilenced-{}", incident.id, over_at.millis()),
        incident: incident.id.clone(),
        device: incident.device.clone(),
        severity: incident.severity,
        origin: incident.origin,
        title,
        text: format!("It is out of its band since {}, and was silenced until now.", incident.occurred_at.rfc3339()),
        at: now,
        everyone: false,
        group: None,
    }
}
