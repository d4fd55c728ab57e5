//! The fields of each table, and what an incident holds in its own.

use super::{Field, Kind, Row, Value};
use crate::model::register::Entry;
use crate::model::{DecidedBy, DeviceId, Incident, IncidentKind, Life, Origin, Rejection, RejectionReason, Ruling, Severity};

const YES_NO: &[&str] = &["yes", "no"];
const ORIGINS: Kind = Kind::Words(&["real", "device", "sample", "drill", "imported"]);
const SEVERITIES: &[&str] = &["low", "medium", "high", "critical"];

const fn field(names: &'static [&'static str], kind: Kind) -> Field {
    Field { names, kind }
}

/// Incidents.
pub const INCIDENTS: &[Field] = &[
    field(&["vehicle", "device", "sensor"], Kind::Name),
    field(&["id"], Kind::Name),
    field(
        &["state", "is"],
        Kind::Words(&["open", "unacknowledged", "acknowledged", "resolved", "active", "cleared", "closing", "merged"]),
    ),
    field(&["severity"], Kind::Rank(SEVERITIES)),
    field(&["verdict", "ruling"], Kind::Words(&["real", "undecided", "malfunction"])),
    field(&["kind"], Kind::Words(&["crash", "temperature"])),
    field(&["assigned", "assignee"], Kind::Name),
    field(&["decided"], Kind::Words(&["no", "yes", "overrule", "false_alarm", "confirm"])),
    field(&["silent"], Kind::Words(YES_NO)),
    field(&["dispatched"], Kind::Words(YES_NO)),
    field(&["origin"], ORIGINS),
    field(&["reports"], Kind::Number("")),
    field(&["delta_v", "dv"], Kind::Number("km/h")),
    field(&["since"], Kind::Since),
    field(&["before"], Kind::Before),
    field(&["name"], Kind::Name),
    field(&["group"], Kind::Name),
    field(&["type"], Kind::Name),
];

/// What a silence can hide.
pub const LESSER: &[Field] = &[
    field(&["vehicle", "device", "sensor"], Kind::Name),
    field(&["kind"], Kind::Words(&["temperature", "rate", "fault", "harsh"])),
    field(&["severity"], Kind::Rank(SEVERITIES)),
    field(&["origin"], ORIGINS),
    field(&["name"], Kind::Name),
    field(&["group"], Kind::Name),
    field(&["type"], Kind::Name),
];

/// Vehicles.
pub const FLEET: &[Field] = &[
    field(&["vehicle", "device"], Kind::Name),
    field(&["state", "is"], Kind::Words(&["moving", "parked", "silent"])),
    field(&["speed"], Kind::Number("km/h")),
    field(&["incident"], Kind::Words(YES_NO)),
    field(&["origin"], ORIGINS),
    field(&["harsh"], Kind::Number("")),
    field(&["since", "seen"], Kind::Since),
    field(&["before"], Kind::Before),
    field(&["name"], Kind::Name),
    field(&["group"], Kind::Name),
    field(&["type"], Kind::Name),
];

/// Temperature sensors.
pub const SENSORS: &[Field] = &[
    field(&["sensor", "device"], Kind::Name),
    field(&["state", "band", "is"], Kind::Words(&["hot", "normal", "cold", "silent", "out"])),
    field(&["celsius", "temperature"], Kind::Number("°C")),
    field(&["origin"], ORIGINS),
    field(&["since", "seen"], Kind::Since),
    field(&["before"], Kind::Before),
    field(&["name"], Kind::Name),
    field(&["group"], Kind::Name),
    field(&["type"], Kind::Name),
];

/// The register, with what speaks and is not in it.
pub const REGISTER: &[Field] = &[
    field(&["device", "id", "vehicle", "sensor"], Kind::Name),
    field(&["name"], Kind::Name),
    field(&["group"], Kind::Name),
    field(&["type"], Kind::Name),
    field(&["contact"], Kind::Name),
    field(&["notes"], Kind::Name),
    field(&["named"], Kind::Words(YES_NO)),
];

/// Functions.
pub const FUNCTIONS: &[Field] = &[
    field(&["function", "name"], Kind::Name),
    field(&["state", "is"], Kind::Words(&["ready", "cold", "failed"])),
    field(&["calls"], Kind::Number("")),
    field(&["failed"], Kind::Number("")),
    field(&["memory"], Kind::Number("MB")),
    field(&["since"], Kind::Since),
    field(&["before"], Kind::Before),
];

/// Messages that were refused.
pub const REFUSED: &[Field] = &[
    field(&["topic"], Kind::Name),
    field(&["why", "detail"], Kind::Name),
    field(&["reason"], Kind::Words(&RejectionReason::KEYS)),
    field(&["bytes", "size"], Kind::Number("B")),
    field(&["since"], Kind::Since),
    field(&["before"], Kind::Before),
];

impl Row for Rejection {
    fn value(&self, field: &'static str) -> Value<'_> {
        match field {
            "topic" => Value::Name(&self.topic),
            "why" => Value::Name(&self.detail),
            "reason" => Value::Words(self.reason.words()),
            "bytes" => Value::Number(self.payload_len as f64),
            "since" | "before" => Value::Time(self.received_at),
            _ => Value::Nothing,
        }
    }
}

/// The words of an origin.
pub fn origin(origin: Origin) -> Value<'static> {
    Value::Words(match origin {
        Origin::Device => &["real", "device"],
        Origin::Sample => &["sample"],
        Origin::Drill => &["drill"],
    })
}

/// A row of a device, with what the register says of it.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a, R: ?Sized> {
    /// The row.
    pub row: &'a R,
    /// What is written of its device.
    pub entry: Option<&'a Entry>,
}

impl<R: Row + ?Sized> Row for Registered<'_, R> {
    fn value(&self, field: &'static str) -> Value<'_> {
        let said = |of: fn(&Entry) -> &String| {
            self.entry.map(|entry| of(entry).as_str()).filter(|text| !text.is_empty()).map_or(Value::Nothing, Value::Name)
        };
        match field {
            "name" => said(|entry| &entry.name),
            "group" => said(|entry| &entry.group),
            "type" => said(|entry| &entry.sort),
            _ => self.row.value(field),
        }
    }
}

impl Row for Entry {
    fn value(&self, field: &'static str) -> Value<'_> {
        let said = |text: &'_ str| !text.is_empty();
        let text = match field {
            "device" => self.id.as_str(),
            "name" => &self.name,
            "group" => &self.group,
            "type" => &self.sort,
            "contact" => &self.contact,
            "notes" => &self.notes,
            "named" => return yes(said(&self.name)),
            _ => return Value::Nothing,
        };
        if said(text) { Value::Name(text) } else { Value::Nothing }
    }
}

/// Something that a silence may hide.
#[derive(Clone, Copy, Debug)]
pub struct Lesser<'a> {
    /// Whose.
    pub device: &'a DeviceId,
    /// The words of [`LESSER`]'s `kind` that are true of it.
    pub kind: &'static [&'static str],
    /// How grave.
    pub severity: Severity,
    /// Where it came from.
    pub origin: Origin,
}

impl Lesser<'_> {
    /// What a temperature out of its band is called.
    pub const BAND: &'static [&'static str] = &["temperature"];
    /// What a temperature is called that changes too fast.
    pub const RATE: &'static [&'static str] = &["temperature", "rate"];
    /// What a sensor at fault is called.
    pub const FAULT: &'static [&'static str] = &["fault"];
    /// What harsh driving is called.
    pub const HARSH: &'static [&'static str] = &["harsh"];
}

impl Row for Lesser<'_> {
    fn value(&self, field: &'static str) -> Value<'_> {
        match field {
            "vehicle" => Value::Name(self.device.as_str()),
            "kind" => Value::Words(self.kind),
            "severity" => severity(self.severity),
            "origin" => origin(self.origin),
            _ => Value::Nothing,
        }
    }
}

/// The place of a severity.
pub const fn severity(severity: Severity) -> Value<'static> {
    Value::Rank(match severity {
        Severity::Low => 0,
        Severity::Medium => 1,
        Severity::High => 2,
        Severity::Critical => 3,
    })
}

/// Yes or no.
pub fn yes(yes: bool) -> Value<'static> {
    Value::Words(if yes { &["yes"] } else { &["no"] })
}

impl Row for Incident {
    fn value(&self, field: &'static str) -> Value<'_> {
        match field {
            "vehicle" => Value::Name(self.device.as_str()),
            "id" => Value::Name(&self.id.0),
            "state" => Value::Words(standing(self)),
            "severity" => severity(self.severity),
            "verdict" => match self.ruling() {
                Some(Ruling::Real) => Value::Words(&["real"]),
                Some(Ruling::Undecided) => Value::Words(&["undecided"]),
                Some(Ruling::Malfunction) => Value::Words(&["malfunction"]),
                None => Value::Nothing,
            },
            "kind" => Value::Words(match self.kind {
                IncidentKind::Crash { .. } => &["crash"],
                IncidentKind::Temperature { .. } => &["temperature"],
            }),
            "assigned" => self.handling.assignee.as_deref().map_or(Value::Nothing, Value::Name),
            "decided" => Value::Words(match self.holding_decision().map(|decision| decision.how) {
                None => &["no"],
                Some(DecidedBy::Overrule) => &["yes", "overrule"],
                Some(DecidedBy::FalseAlarm) => &["yes", "false_alarm"],
                Some(DecidedBy::Confirm) => &["yes", "confirm"],
            }),
            "silent" => yes(self.is_silent()),
            "dispatched" => yes(self.handling.dispatched.is_some()),
            "origin" if self.imported.is_some() => Value::Words(&["imported", "drill"]),
            "origin" => origin(self.origin),
            "reports" => Value::Number(f64::from(self.n_reports)),
            "delta_v" => self.verdict().and_then(|verdict| verdict.delta_v_kmh).map_or(Value::Nothing, Value::Number),
            "since" | "before" => Value::Time(self.received_at),
            _ => Value::Nothing,
        }
    }
}

/// What is true of where an incident stands. Open is what nobody has resolved.
fn standing(incident: &Incident) -> &'static [&'static str] {
    let standing = incident.standing();
    match (incident.life, standing.active, standing.acknowledged) {
        (Life::Resolved, ..) if incident.handling.merged_into.is_some() => &["resolved", "cleared", "merged"],
        (Life::Resolved, ..) => &["resolved", "cleared"],
        _ if incident.handling.closing.is_some() => &["open", "acknowledged", "active", "closing"],
        (_, true, true) => &["open", "acknowledged", "active"],
        (_, true, false) => &["open", "unacknowledged", "active"],
        (_, false, true) => &["open", "acknowledged", "cleared"],
        (_, false, false) => &["open", "unacknowledged", "cleared"],
    }
}
