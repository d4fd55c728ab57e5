//! A notice as JSON, the same for every channel that sends JSON.

use serde::Serialize;

use crate::model::{DeviceId, IncidentId, Notice, Severity};

/// What is sent. The field names are stable.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    dedup_key: &'a str,
    incident: &'a IncidentId,
    device: &'a DeviceId,
    severity: Severity,
    title: &'a str,
    text: &'a str,
    /// RFC 3339, UTC.
    at: String,
    source: &'static str,
}

impl<'a> From<&'a Notice> for Body<'a> {
    fn from(notice: &'a Notice) -> Self {
        let Notice { dedup_key, incident, device, severity, title, text, at, .. } = notice;
        let at = at.rfc3339();
        Self { dedup_key, incident, device, severity: *severity, title, text, at, source: "fleetwatch" }
    }
}
