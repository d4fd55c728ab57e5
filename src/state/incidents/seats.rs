//! What another seat did with an incident, taken in.

use std::sync::Arc;

use super::{Incidents, MERGE_SECS, open_key, step};
use crate::joint::{gravity, join};
use crate::model::{Event, Incident, IncidentId, Life, Mark, PacketId, StepKind, Timestamp};

/// Letters of a name: 1.28 thousand million names a day, so that 1,000 incidents of a day share one in 2,500 such days.
/// No vowels, which would make words; no digits, which would look like a count.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const N_LETTERS: usize = 7;

/// Seven letters that every seat finds for what opens an incident.
pub(super) fn letters(event: &Event, opened_by: &str) -> String {
    let key = format!("{}\n{opened_by}", event.origin.root());
    let mut hash = PacketId::of(event.device.as_str(), key.as_bytes()).0;
    let mut letters = String::with_capacity(N_LETTERS);
    for _ in 0..N_LETTERS {
        letters.push(char::from(LETTERS[(hash % 20) as usize]));
        hash /= 20;
    }
    letters
}

/// What taking in meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::state) struct TakenIn {
    /// Nobody here knew of it.
    pub(in crate::state) new: bool,
    /// Something was done to it here at the same time, and what the other seat did holds.
    pub(in crate::state) lost: bool,
    /// Those that are otherwise now than the other seat has them.
    pub(in crate::state) changed: Vec<IncidentId>,
}

impl Incidents {
    /// This is one of several seats.
    pub(in crate::state) fn sit_at(&mut self, name: &str) {
        self.seat = Some(name.into());
    }

    /// Marks an incident where it has changed since its last mark.
    pub(in crate::state) fn mark(&mut self, incident: &mut Arc<Incident>, at: Timestamp) {
        let Some(seat) = &self.seat else { return };
        if incident.mark.hash == Mark::hash_of(incident) && !incident.mark.is_new() {
            return;
        }
        if let Some(known) = self.all.get_mut(&incident.id) {
            Mark::set(Arc::make_mut(known), seat, at);
        }
        Mark::set(Arc::make_mut(incident), seat, at);
    }

    /// Takes in an incident as the store has it after another seat changed it.
    pub(in crate::state) fn elsewhere(&mut self, theirs: &Arc<Incident>) -> TakenIn {
        let id = &theirs.id;
        let Some(ours) = self.all.get(id).cloned() else {
            for event in &theirs.events {
                self.remember((theirs.origin, event.clone()), id.clone());
            }
            self.all.insert(id.clone(), Arc::clone(theirs));
            self.file_by_life(id);
            return TakenIn { new: true, changed: self.put_under(id), ..TakenIn::default() };
        };
        let joined = join(&ours, theirs);
        let at_once = ours.mark.version == theirs.mark.version && ours.mark.hash != theirs.mark.hash;
        let lost = at_once && self.seat.as_ref() == Some(&ours.mark.seat) && joined.mark == theirs.mark;
        let opened = joined.mark.hash != Mark::hash_of(&joined);
        for event in &joined.events {
            self.remember((joined.origin, event.clone()), id.clone());
        }
        let stored = ours.stored || theirs.stored;
        self.all.insert(id.clone(), Arc::new(Incident { stored, ..joined }));
        self.file_by_life(id);
        let mut changed = self.put_under(id);
        if opened && !changed.contains(id) {
            changed.push(id.clone());
        }
        TakenIn { new: false, lost, changed }
    }

    /// Two seats that each judged one of two reports of the same vehicle opened an incident each: the later one, or the
    /// milder, goes under the other. Both seats come to the same.
    fn put_under(&mut self, id: &IncidentId) -> Vec<IncidentId> {
        let Some(one) = self.all.get(id).cloned() else { return Vec::new() };
        let alone = |incident: &Incident| {
            incident.life != Life::Resolved
                && incident.handling.merged_into.is_none()
                && incident.imported.is_none()
                && incident.handling.closing.is_none()
        };
        if !alone(&one) || one.verdict().is_none() {
            return Vec::new();
        }
        let near = |other: &&Arc<Incident>| {
            other.id != *id
                && open_key(other) == open_key(&one)
                && alone(other)
                && other.occurred_at.secs_since(one.occurred_at).abs() <= MERGE_SECS as f64
        };
        let Some(other) = self.all.values().filter(near).min_by_key(|other| (other.occurred_at, other.id.clone())).cloned()
        else {
            return Vec::new();
        };
        let weight = |incident: &Incident| incident.ruling().map(|ruling| gravity(ruling, incident.severity));
        let before = |a: &Incident, b: &Incident| {
            let order = weight(b).cmp(&weight(a)).then((a.occurred_at, &a.id).cmp(&(b.occurred_at, &b.id)));
            order.is_lt()
        };
        let (head, under) = if before(&one, &other) { (&one, &other) } else { (&other, &one) };
        // What holds others stays where it is: nothing goes two deep.
        if !under.handling.merged.is_empty() {
            return Vec::new();
        }
        // When the later of them came: the same on every seat, whenever it hears of it.
        let at = head.received_at.max(under.received_at);
        let (head, under) = (head.id.clone(), under.id.clone());
        if let Some(incident) = self.all.get_mut(&under) {
            let incident = Arc::make_mut(incident);
            incident.handling.merged_into = Some(head.clone());
            incident.life = Life::Resolved;
            let by = "fleetwatch".to_owned();
            incident.acknowledged.get_or_insert((by.clone(), incident.received_at));
            incident.resolved = Some((by, incident.received_at));
            incident.timeline.push(step(StepKind::MergedInto, at, format!("under {head}: judged on two seats")));
        }
        if let Some(incident) = self.all.get_mut(&head) {
            let incident = Arc::make_mut(incident);
            // The other may have come from before it was put there.
            if !incident.handling.merged.contains(&under) {
                incident.handling.merged.push(under.clone());
                incident.handling.merged.sort_unstable();
                incident.timeline.push(step(StepKind::MergedFrom, at, format!("{under}: judged on two seats")));
            }
        }
        self.file_by_life(&under);
        self.file_by_life(&head);
        vec![head, under]
    }
}
