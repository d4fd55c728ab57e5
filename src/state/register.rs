//! The register, as the line goes by it: whose name and group a notice bears, and which devices have no name yet.

use std::sync::Arc;

use super::fleet::Fleet;
use super::{State, snapshot};
use crate::model::register::Entry;
use crate::model::{DeviceId, Effect, IncidentId, Notice, Operator, Record, Register, RegisterOrder, Role, Timestamp};

/// Devices without a name that are listed at most; all are counted.
const UNNAMED: usize = 500;

impl State {
    /// What people call devices, as it is now.
    pub fn register(&self) -> &Arc<Register> {
        &self.register
    }

    /// Somebody asks for a change of the register; `false` where it was refused.
    pub(super) fn registered(&mut self, order: RegisterOrder, by: Operator, at: Timestamp, effects: &mut Vec<Effect>) -> bool {
        // Groups decide who is told and which limits hold.
        let refused = self.team.refuses_below(Role::Supervisor, &by).or_else(|| order.wrong(&self.register));
        if let Some(why) = refused {
            let incident = IncidentId("register".into());
            self.parts.last.refused = Some(Arc::new(snapshot::Refusal { incident, why, at }));
            return false;
        }
        Arc::make_mut(&mut self.register).change(&order);
        self.go_by_register(effects);
        effects.push(Effect::Save(Record::Register { order: Arc::new(order), by, at }));
        true
    }

    /// What the store has of some devices, where several seats write: it is what holds.
    pub(super) fn written(&mut self, entries: Vec<(DeviceId, Option<Entry>)>, effects: &mut Vec<Effect>) {
        let mut changed = false;
        for (id, entry) in entries {
            if self.register.get(&id) != entry.as_ref() {
                let order = match entry {
                    Some(entry) => RegisterOrder::Put { entries: vec![entry], from: String::new() },
                    None => RegisterOrder::Remove { id },
                };
                Arc::make_mut(&mut self.register).change(&order);
                changed = true;
            }
        }
        if changed {
            self.go_by_register(effects);
        }
    }

    fn go_by_register(&mut self, effects: &mut Vec<Effect>) {
        // The pages of the screen may be found by group.
        self.fleet.look_again();
        self.parts.seconds_changed = true;
        effects.push(Effect::Regroup(Arc::clone(&self.register)));
    }

    /// Puts name and group of the device into the notices that are to be stored.
    pub(super) fn sign(&self, effects: &mut [Effect]) {
        if self.register.is_empty() {
            return;
        }
        for effect in effects {
            let Effect::Save(record) = effect else { continue };
            let notice = match record {
                Record::Crash(record) => record.notice.as_mut(),
                Record::Incident { notice, .. } => notice.as_mut(),
                _ => None,
            };
            if let Some(notice) = notice {
                signed(notice, &self.register);
            }
        }
    }
}

/// Devices that speak and have no name: the first of them, and how many there are.
pub(super) fn unnamed(fleet: &Fleet, register: &Register) -> (Vec<DeviceId>, usize) {
    let mut unnamed = fleet.devices().filter(|device| register.name(device).is_none());
    let listed: Vec<DeviceId> = unnamed.by_ref().take(UNNAMED).cloned().collect();
    let n = listed.len() + unnamed.count();
    (listed, n)
}

fn signed(notice: &mut Notice, register: &Register) {
    notice.group = register.group(&notice.device).map(str::to_owned);
    // Titles begin with the device.
    if let Some(rest) = notice.title.strip_prefix(notice.device.as_str()).filter(|rest| !rest.starts_with(" (")) {
        notice.title = format!("{}{rest}", register.called(&notice.device));
    }
}
