//! Which channel is told of what. A route only ever narrows down who is told of what it names: where no route names a
//! notice every channel is told, where the named channels are not set up or have all refused the others are told, and of
//! what nobody acknowledges everybody is told. So a mistake in a route wakes one too many, and never one too few.

use serde::{Deserialize, Serialize};

use crate::model::{DeviceId, Notice, Severity};
use crate::search::is_called;

/// What channels are called in a route.
pub(super) const CHANNELS: [&str; 4] = ["webhook", "email", "sns", "desktop"];

/// `[[outbound.route]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The channels that are told: `webhook`, `email`, `sns`, `desktop`.
    pub to: Vec<String>,
    /// Of what is at least so grave.
    #[serde(default = "lowest")]
    pub from: Severity,
    /// Of these vehicles and sensors: names, in any case, `*` for anything. Empty: of all.
    #[serde(default)]
    pub vehicles: Vec<String>,
    /// Of what belongs to these groups of the register: names, in any case, `*` for anything. Beside `vehicles`, of both.
    #[serde(default)]
    pub groups: Vec<String>,
}

const fn lowest() -> Severity {
    Severity::Low
}

impl Route {
    /// Why it cannot be meant; `known` are all channels that there can be.
    pub(super) fn wrong(&self, known: &[&str]) -> Option<String> {
        if self.to.is_empty() {
            return Some(format!("`to` names no channel; there are {}", known.join(", ")));
        }
        if let Some(name) = self.to.iter().find(|name| !known.contains(&name.as_str())) {
            return Some(format!("`to` names {name:?}; there are {}", known.join(", ")));
        }
        let blank = |names: &[String]| names.iter().any(|pattern| pattern.trim().is_empty());
        if blank(&self.groups) {
            return Some("a name in `groups` is blank; leave `groups` out to mean all".to_owned());
        }
        blank(&self.vehicles).then(|| "a name in `vehicles` is blank; leave `vehicles` out to mean all".to_owned())
    }

    fn names(&self, device: &DeviceId, group: Option<&str>) -> bool {
        let called = |what: &str, names: &[String]| names.iter().any(|name| is_called(what, &name.to_lowercase(), true));
        let all = self.vehicles.is_empty() && self.groups.is_empty();
        all || called(device.as_str(), &self.vehicles) || group.is_some_and(|group| called(group, &self.groups))
    }
}

/// Whether any route names this vehicle or sensor, which belongs to `group`; of one that none names every channel is told.
pub fn names(routes: &[Route], device: &DeviceId, group: Option<&str>) -> bool {
    routes.iter().any(|route| route.names(device, group))
}

/// Which of the channels `all` are to be told, those in `settled` left out: what the routes say, and where that leaves
/// nobody all the others. Empty only where every channel is settled or there is none.
pub(super) fn pick<'a>(routes: &[Route], notice: &Notice, all: &'a [String], settled: &[String]) -> Vec<&'a str> {
    let open = || all.iter().map(String::as_str).filter(|name| !settled.iter().any(|settled| settled == name));
    let matching: Vec<&Route> = routes
        .iter()
        .filter(|route| route.from <= notice.severity && route.names(&notice.device, notice.group.as_deref()))
        .collect();
    let routed: Vec<&str> = open().filter(|name| matching.iter().any(|route| route.to.iter().any(|to| to == name))).collect();
    if notice.everyone || routed.is_empty() { open().collect() } else { routed }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
