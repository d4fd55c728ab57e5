//! Which device to repair first: what malfunctions, false alarms and faults tell of a device, not of an accident.
//!
//! The store knows every incident of the last 90 days by device and day; what happens since is added here, and an incident
//! that is decided, joined by a graver report or taken back is counted anew. Pure; the command `devices` uses it too.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::model::device_day::{Class, DeviceDay, DeviceFault, Tally, day_of};
use crate::model::{DeviceId, Incident, IncidentId, Malfunction, Origin, Timestamp};

#[cfg(test)]
#[path = "device_health_tests.rs"]
mod tests;

/// How far back is counted, days.
pub const DAYS_KEPT: i64 = 90;
/// The window of the list on the screen, days.
pub const DAYS_SHOWN: i64 = 30;
/// Repairs on the screen at most.
pub const REPAIRS_SHOWN: usize = 100;
/// Devices with anything to count, at most; of more only the number is known. Twice the vehicles of the largest fleet that
/// the desk is made for (issue of performance: 10,000).
const DEVICES: usize = 20_000;

/// A device is on the list from so many false alarms in the window: one may be a person's mistake, two are a pattern. Own
/// judgement, 2026-11-25.
pub const FALSE_ALARMS: u32 = 2;
/// Or from so many verdicts of "malfunction", which woke nobody. Own judgement, 2026-11-25.
pub const MALFUNCTIONS: u32 = 3;
/// Or from so many faulty messages on one day: a device with a good clock and sensor sends a handful at a start. Own
/// judgement, 2026-11-25.
pub const FAULTS_A_DAY: u32 = 100;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Loose, dropped or shaken.
    FixMount,
    /// Stuck or spiking.
    ReplaceSensor,
    /// Pinned at its limit.
    WidenRange,
    /// Jumps or repeats.
    SetClock,
    /// Reports jolts and hard braking.
    RaiseTrigger,
    /// Nothing points at one cause.
    Look,
}

impl Advice {
    fn of(kind: Option<Malfunction>) -> Self {
        match kind {
            Some(Malfunction::Dropped | Malfunction::Shaken) => Self::FixMount,
            Some(Malfunction::Stuck | Malfunction::Spike) => Self::ReplaceSensor,
            Some(Malfunction::Clipped) => Self::WidenRange,
            Some(Malfunction::Clock) => Self::SetClock,
            Some(Malfunction::Pothole | Malfunction::HardBraking) => Self::RaiseTrigger,
            _ => Self::Look,
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::FixMount => "fix its mount",
            Self::ReplaceSensor => "replace the sensor",
            Self::WidenRange => "set a wider range, or replace the sensor",
            Self::SetClock => "set its clock, by GNSS or NTP",
            Self::RaiseTrigger => "raise its trigger",
            Self::Look => "have a look at it",
        }
    }
}

/// One line of the repair list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repair {
    /// Whose.
    pub device: DeviceId,
    /// The road its messages take.
    pub origin: Origin,
    /// The window, days.
    pub days: i64,
    /// Crash incidents in it, and temperatures that were false alarms.
    pub n_incidents: u32,
    /// Of them such that people were told and a person called it a false alarm.
    pub n_false_alarms: u32,
    /// Of them such that the function ruled a malfunction, and nobody was told.
    pub n_malfunctions: u32,
    /// The share of both among its incidents, 0 to 1; `None` without incidents.
    pub share: Option<f64>,
    /// Both by kind, the commonest first; `None` is a kind that nobody named.
    pub kinds: Vec<(Option<Malfunction>, u32)>,
    /// Faulty messages, by fault.
    pub faults: BTreeMap<DeviceFault, u32>,
    /// When last.
    pub last_at: Timestamp,
    /// What to do.
    pub advice: Advice,
    /// All of it as a sentence.
    pub sentence: String,
}

#[derive(Clone, Debug, Default)]
struct Day {
    tallies: Vec<(Tally, u32)>,
    last_at: Timestamp,
}

/// Every device's days.
#[derive(Clone, Debug, Default)]
pub struct DeviceHealth {
    devices: HashMap<(Origin, DeviceId), BTreeMap<i64, Day>>,
    /// How each incident of this run is counted, so that it can be counted anew.
    counted: HashMap<IncidentId, (Origin, DeviceId, i64, Option<Class>)>,
    /// Faults that the store has not got yet.
    unsaved: HashMap<(Origin, DeviceId, i64, DeviceFault), (u32, Timestamp)>,
    /// Devices that there was no room for.
    pub n_untracked: u64,
    changed: bool,
}

impl DeviceHealth {
    /// Takes in what the store counted, and the incidents that are in memory and among it.
    pub fn restore<'a>(&mut self, days: Vec<DeviceDay>, incidents: impl IntoIterator<Item = &'a Incident>) {
        for DeviceDay { device, origin, day, tally, n, last_at } in days {
            self.add(origin, &device, day, tally, n, last_at);
        }
        for incident in incidents {
            let how = (incident.origin, incident.device.clone(), day_of(incident.received_at), Class::of(incident));
            self.counted.insert(incident.id.clone(), how);
        }
    }

    /// An incident is new or has changed.
    pub fn observe(&mut self, incident: &Incident) {
        let (class, day) = (Class::of(incident), day_of(incident.received_at));
        let how = (incident.origin, incident.device.clone(), day, class);
        let before = self.counted.insert(incident.id.clone(), how);
        let before = before.and_then(|(.., class)| class);
        if before == class {
            return;
        }
        if let Some(before) = before {
            self.take(incident.origin, &incident.device, day, Tally::Incident(before));
        }
        if let Some(class) = class {
            self.add(
                incident.origin,
                &incident.device,
                day,
                Tally::Incident(class),
                1,
                incident.last_report_at.max(incident.received_at),
            );
        }
    }

    /// An incident never was: its only report was a repeat.
    pub fn void(&mut self, incident: &IncidentId) {
        if let Some((origin, device, day, Some(class))) = self.counted.remove(incident) {
            self.take(origin, &device, day, Tally::Incident(class));
        }
    }

    /// A message showed a fault of its device.
    pub fn fault(&mut self, origin: Origin, device: &DeviceId, fault: DeviceFault, at: Timestamp) {
        let day = day_of(at);
        if self.add(origin, device, day, Tally::Fault(fault), 1, at) {
            let waiting = self.unsaved.entry((origin, device.clone(), day, fault)).or_insert((0, at));
            *waiting = (waiting.0 + 1, at);
        }
    }

    /// The faults that the store has not got yet.
    pub fn take_unsaved(&mut self) -> Vec<DeviceDay> {
        let waiting = self.unsaved.drain();
        waiting
            .map(|((origin, device, day, fault), (n, last_at))| DeviceDay {
                device,
                origin,
                day,
                tally: Tally::Fault(fault),
                n,
                last_at,
            })
            .collect()
    }

    /// Forgets what is too old to be counted, and how incidents are counted that are in the store alone.
    pub fn forget(&mut self, now: Timestamp, in_memory: impl Fn(&IncidentId) -> bool) {
        let oldest = day_of(now) - DAYS_KEPT;
        self.devices.retain(|_, days| {
            *days = days.split_off(&oldest);
            !days.is_empty()
        });
        self.counted.retain(|id, _| in_memory(id));
        self.changed = true;
    }

    /// Whether the list has changed since this was last asked.
    pub const fn take_changed(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// `false` when there is no room for another device.
    fn add(&mut self, origin: Origin, device: &DeviceId, day: i64, tally: Tally, n: u32, at: Timestamp) -> bool {
        // A drill tells nothing of a device.
        if origin == Origin::Drill {
            return false;
        }
        self.changed = true;
        let key = (origin, device.clone());
        if self.devices.len() >= DEVICES && !self.devices.contains_key(&key) {
            self.n_untracked += 1;
            return false;
        }
        let day = self.devices.entry(key).or_default().entry(day).or_default();
        day.last_at = day.last_at.max(at);
        match day.tallies.iter_mut().find(|(known, _)| *known == tally) {
            Some((_, known)) => *known = known.saturating_add(n),
            None => day.tallies.push((tally, n)),
        }
        true
    }

    fn take(&mut self, origin: Origin, device: &DeviceId, day: i64, tally: Tally) {
        self.changed = true;
        let Some(days) = self.devices.get_mut(&(origin, device.clone())) else { return };
        let Some(tallies) = days.get_mut(&day).map(|day| &mut day.tallies) else { return };
        if let Some((_, n)) = tallies.iter_mut().find(|(known, _)| *known == tally) {
            *n = n.saturating_sub(1);
        }
    }

    /// Crash incidents since a day, and of them false alarms: what a month's cost is divided by.
    pub fn incidents_since(&self, from: Timestamp) -> (u64, u64) {
        let mut sums = Sums::default();
        let of_vehicles = self.devices.iter().filter(|((origin, _), _)| *origin != Origin::Drill);
        of_vehicles.for_each(|(_, history)| history.range(day_of(from)..).for_each(|(_, day)| sums.add(day)));
        (sums.n_incidents.into(), sums.n_false_alarms.into())
    }

    /// The repair list of the last `days` days (today and those before), what to repair first on top: by false alarms, then
    /// by malfunctions, then by faulty messages. At most `most`; a device that gives no reason is not on it.
    pub fn repairs(&self, now: Timestamp, days: i64, most: usize) -> Vec<Repair> {
        let from = day_of(now) - days.clamp(1, DAYS_KEPT) + 1;
        let mut repairs: Vec<Repair> = self
            .devices
            .iter()
            .filter_map(|((origin, device), history)| {
                let mut sums = Sums::default();
                history.range(from..).for_each(|(_, day)| sums.add(day));
                sums.needed().then(|| sums.repair(*origin, device, days))
            })
            .collect();
        let rank = |repair: &Repair| {
            let faults: u32 = repair.faults.values().sum();
            (repair.n_false_alarms, repair.n_malfunctions, faults, repair.last_at)
        };
        repairs.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| (a.origin, &a.device).cmp(&(b.origin, &b.device))));
        repairs.truncate(most);
        repairs
    }
}

/// A device's days together.
#[derive(Default)]
struct Sums {
    n_incidents: u32,
    n_false_alarms: u32,
    n_malfunctions: u32,
    kinds: Vec<(Option<Malfunction>, u32)>,
    faults: BTreeMap<DeviceFault, u32>,
    most_faults_a_day: u32,
    last_at: Timestamp,
}

impl Sums {
    fn add(&mut self, day: &Day) {
        let mut faults = 0;
        for (tally, n) in day.tallies.iter().filter(|(_, n)| *n > 0) {
            match tally {
                Tally::Incident(class) => {
                    self.n_incidents += n;
                    let kind = match class {
                        Class::FalseAlarm(kind) => {
                            self.n_false_alarms += n;
                            *kind
                        }
                        Class::Malfunction(kind) => {
                            self.n_malfunctions += n;
                            *kind
                        }
                        Class::Real | Class::Undecided => continue,
                    };
                    match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
                        Some((_, known)) => *known += n,
                        None => self.kinds.push((kind, *n)),
                    }
                }
                Tally::Fault(fault) => {
                    faults += n;
                    *self.faults.entry(*fault).or_insert(0) += n;
                }
            }
            self.last_at = self.last_at.max(day.last_at);
        }
        self.most_faults_a_day = self.most_faults_a_day.max(faults);
    }

    const fn needed(&self) -> bool {
        self.n_false_alarms >= FALSE_ALARMS || self.n_malfunctions >= MALFUNCTIONS || self.most_faults_a_day >= FAULTS_A_DAY
    }

    fn repair(mut self, origin: Origin, device: &DeviceId, days: i64) -> Repair {
        // A kind that nobody named says nothing, however often: it comes last.
        self.kinds.sort_by_key(|(kind, n)| (kind.is_none(), std::cmp::Reverse(*n), kind.map(kind_words)));
        let n_wrong = self.n_false_alarms + self.n_malfunctions;
        let named = self.kinds.first().filter(|(kind, n)| kind.is_some() && n * 2 >= n_wrong);
        let fault = self.faults.iter().max_by_key(|(_, n)| **n).map(|(fault, _)| *fault);
        let advice = match (named, n_wrong, fault) {
            (Some((kind, _)), ..) => Advice::of(*kind),
            (None, 0, Some(DeviceFault::Clock)) => Advice::SetClock,
            (None, 0, Some(DeviceFault::Sensor)) => Advice::ReplaceSensor,
            _ => Advice::Look,
        };
        let mut parts = Vec::new();
        if self.n_false_alarms > 0 {
            parts.push(count(self.n_false_alarms, "false alarm"));
        }
        if self.n_malfunctions > 0 {
            parts.push(count(self.n_malfunctions, "malfunction"));
        }
        parts.extend(self.faults.iter().filter(|_| self.most_faults_a_day >= FAULTS_A_DAY || n_wrong == 0).map(|(fault, n)| {
            count(
                *n,
                match fault {
                    DeviceFault::Clock => "message with a wrong clock",
                    DeviceFault::Row => "unusable row",
                    DeviceFault::Sensor => "sensor fault",
                },
            )
        }));
        let named: Vec<String> =
            self.kinds.iter().filter_map(|(kind, n)| Some(format!("{n} × {}", kind_words((*kind)?)))).take(3).collect();
        let named = if named.is_empty() { String::new() } else { format!(", {}", named.join(", ")) };
        let sentence = format!("{device}: {} in {days} days{named}: {}", parts.join(" and "), advice.words());
        Repair {
            device: device.clone(),
            origin,
            days,
            n_incidents: self.n_incidents,
            n_false_alarms: self.n_false_alarms,
            n_malfunctions: self.n_malfunctions,
            share: (self.n_incidents > 0).then(|| f64::from(n_wrong) / f64::from(self.n_incidents)),
            kinds: self.kinds,
            faults: self.faults,
            last_at: self.last_at,
            advice,
            sentence,
        }
    }
}

fn count(n: u32, what: &str) -> String {
    match (n, what.split_once(' ')) {
        (1, _) => format!("1 {what}"),
        (_, Some(("message", rest))) => format!("{n} messages {rest}"),
        _ => format!("{n} {what}s"),
    }
}

/// A kind in words.
pub fn kind_words(kind: Malfunction) -> String {
    match kind {
        Malfunction::Stuck => "stuck axis".to_owned(),
        Malfunction::Clipped => "pinned at its limit".to_owned(),
        Malfunction::NoPulse => "no push".to_owned(),
        // `HardBraking` is "hard braking".
        other => {
            let mut words = String::new();
            for c in format!("{other:?}").chars() {
                if c.is_uppercase() && !words.is_empty() {
                    words.push(' ');
                }
                words.extend(c.to_lowercase());
            }
            words
        }
    }
}
