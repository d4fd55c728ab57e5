//! The register: what people call a vehicle or a sensor, which group it belongs to, whom to ask about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::DeviceId;

/// Entries at most: as many as the settings let a line remember devices of a kind by default (`line.max_devices`).
pub const ENTRIES: usize = 50_000;
/// Most characters of an id: longer than any topic level that was seen in the field formats.
pub const ID_CHARS: usize = 200;
/// Most characters of a name, a group, a type and a contact.
pub const CHARS: usize = 200;
/// Most characters of notes.
pub const NOTES_CHARS: usize = 2_000;

/// What is written of one vehicle or sensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it calls itself in its topic; compared by bytes.
    pub id: DeviceId,
    /// What people call it. Blank: it has no name yet.
    #[serde(default)]
    pub name: String,
    /// To what it belongs; routes, limits and searches go by it.
    #[serde(default)]
    pub group: String,
    /// What it is: `lorry`, `freezer`.
    #[serde(default, rename = "type")]
    pub sort: String,
    /// Whom to ask about it.
    #[serde(default)]
    pub contact: String,
    /// Anything else.
    #[serde(default)]
    pub notes: String,
}

impl Entry {
    /// One of which nothing is written yet.
    pub fn new(id: DeviceId) -> Self {
        let blank = String::new;
        Self { id, name: blank(), group: blank(), sort: blank(), contact: blank(), notes: blank() }
    }

    /// Takes blanks off both ends of everything.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self {
            id: DeviceId::new(self.id.as_str().trim()),
            name: trim(self.name),
            group: trim(self.group),
            sort: trim(self.sort),
            contact: trim(self.contact),
            notes: trim(self.notes),
        }
    }

    /// Why it cannot be taken; `None` where it can.
    pub fn wrong(&self) -> Option<&'static str> {
        let id = self.id.as_str();
        let long = |text: &str, most: usize| text.chars().count() > most;
        let odd = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
        if id.trim().is_empty() {
            return Some("the id is blank; it is what the device calls itself in its topic");
        }
        if long(id, ID_CHARS) || id.chars().any(|c| c.is_control() || matches!(c, '/' | '+' | '#')) {
            return Some("no device can have this id: at most 200 characters, without / + # and control characters");
        }
        let short = [&self.name, &self.group, &self.sort, &self.contact];
        if short.iter().any(|text| long(text, CHARS)) || long(&self.notes, NOTES_CHARS) {
            return Some("too long: name, group, type and contact take 200 characters, notes 2,000");
        }
        if short.iter().any(|text| text.contains('\n')) || short.into_iter().chain([&self.notes]).any(|text| odd(text)) {
            return Some("control characters; only notes may have several lines");
        }
        (self.name.is_empty() && self.group.is_empty() && self.sort.is_empty() && self.contact.is_empty())
            .then_some("nothing is said of it: give a name, a group, a type or a contact")
    }
}

/// Every entry, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    entries: BTreeMap<DeviceId, Entry>,
}

impl Register {
    /// What is written of a device.
    pub fn get(&self, device: &DeviceId) -> Option<&Entry> {
        self.entries.get(device)
    }

    /// Its name; `None` where it has none.
    pub fn name(&self, device: &DeviceId) -> Option<&str> {
        self.get(device).map(|entry| entry.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Its group; `None` where it has none.
    pub fn group(&self, device: &DeviceId) -> Option<&str> {
        self.get(device).map(|entry| entry.group.as_str()).filter(|group| !group.is_empty())
    }

    /// How people call it: `van-1 (Kim's lorry)`, or its id alone.
    pub fn called(&self, device: &DeviceId) -> String {
        self.name(device).map_or_else(|| device.to_string(), |name| format!("{device} ({name})"))
    }

    /// Every entry, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Nothing is written of anything.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Does what was asked for. What is wrong with an entry was asked before.
    pub fn change(&mut self, order: &RegisterOrder) {
        match order {
            RegisterOrder::Put { entries, .. } => {
                self.entries.extend(entries.iter().map(|entry| (entry.id.clone(), entry.clone())));
            }
            RegisterOrder::Remove { id } => drop(self.entries.remove(id)),
        }
    }
}

impl FromIterator<Entry> for Register {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect() }
    }
}

/// What may be asked of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterOrder {
    /// Write these, in place of what was written of the same ids.
    Put {
        /// Which.
        entries: Vec<Entry>,
        /// The file they came from; empty where they were written by hand.
        from: String,
    },
    /// Forget what was written of one.
    Remove {
        /// Which.
        id: DeviceId,
    },
}

impl RegisterOrder {
    /// Why nothing of it can be done to `register`; `None` where it can.
    pub fn wrong(&self, register: &Register) -> Option<&'static str> {
        match self {
            Self::Put { entries, .. } => {
                let n_new = entries.iter().filter(|entry| register.get(&entry.id).is_none()).count();
                if register.len() + n_new > ENTRIES {
                    return Some("the register holds 50,000 entries; remove some first");
                }
                entries.iter().find_map(Entry::wrong)
            }
            Self::Remove { id } => register.get(id).is_none().then_some("it is not in the register"),
        }
    }
}
