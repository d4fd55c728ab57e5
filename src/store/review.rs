//! The past of one incident, for its review: what was said of it, what its device did, and what was like it.

use std::cmp::Reverse;

use rusqlite::{Row, params};

use super::archive::Archive;
use super::schema::Root;
use super::{Error, row};
use crate::model::question::PAST_DAYS;
use crate::model::{
    DecidedBy, DeviceId, DevicePast, Incident, IncidentId, IncidentKind, Malfunction, PastIncident, Review, Ruling, Timestamp,
};

/// Incidents of a device that are counted at most, newest first: a device that sends more is known to be mad.
const DEVICE_MOST: i64 = 2_000;
/// Incidents of a device that are listed.
const DEVICE_LISTED: usize = 20;
/// Incidents among which similar ones are looked for: the newest that were ruled alike.
const CANDIDATES: i64 = 500;
/// Similar ones that are listed.
const SIMILAR_LISTED: usize = 8;

/// The columns of a [`PastIncident`].
const COLUMNS: &str = "i.id, i.device, i.received_at, i.severity, i.ruling, i.malfunction, i.decided, r.verdict ->> 'delta_v_kmh'
     FROM {p}incidents i LEFT JOIN {p}reports r ON r.device = i.device AND r.event_id = i.shown_event";

impl Archive {
    /// Everything that a review shows beside the incident itself; `None` where the store has no such incident.
    pub fn review(&self, id: &IncidentId) -> Result<Option<Review>, Error> {
        let Some(incident) = self.incident(id)? else { return Ok(None) };
        Ok(Some(Review {
            incident: id.clone(),
            failed: None,
            versions: self.versions(id)?,
            device: self.device_past(&incident)?,
            similar: self.similar(&incident)?,
        }))
    }

    fn device_past(&self, incident: &Incident) -> Result<DevicePast, Error> {
        let root = Root::of(incident.origin);
        let since = incident.received_at.plus_secs(-PAST_DAYS * 24 * 60 * 60);
        let text = root.fill(&format!(
            "SELECT {COLUMNS} WHERE i.device = ?1 AND i.received_at >= ?2 AND i.origin = ?3 AND i.kind = 'crash'
             ORDER BY i.received_at DESC LIMIT ?4"
        ));
        let mut statement = self.connection().prepare_cached(&text)?;
        let mut rows = statement.query(params![incident.device.as_str(), since.0, row::word(&incident.origin)?, DEVICE_MOST])?;
        let mut past = DevicePast::default();
        while let Some(row) = rows.next()? {
            let one = past_incident(row)?;
            past.n_incidents += 1;
            past.n_malfunctions += u32::from(one.ruling == Some(Ruling::Malfunction));
            past.n_false_alarms += u32::from(one.decided == Some(DecidedBy::FalseAlarm));
            if one.id != incident.id && past.last.len() < DEVICE_LISTED {
                past.last.push(one);
            }
        }
        Ok(past)
    }

    /// Other devices' incidents with the same ruling and kind, the nearest in Δv first.
    fn similar(&self, incident: &Incident) -> Result<Vec<PastIncident>, Error> {
        let IncidentKind::Crash { verdict, .. } = &incident.kind else { return Ok(Vec::new()) };
        let root = Root::of(incident.origin);
        let text = root.fill(&format!(
            "SELECT {COLUMNS} WHERE i.kind = 'crash' AND i.origin = ?1 AND i.device <> ?2 AND i.ruling IS ?3 AND i.malfunction IS ?4
             ORDER BY i.received_at DESC LIMIT ?5"
        ));
        let word = |ruling: Option<Ruling>| ruling.map(|ruling| row::word(&ruling)).transpose();
        let kind = |kind: Option<Malfunction>| kind.map(|kind| row::word(&kind)).transpose();
        let mut statement = self.connection().prepare_cached(&text)?;
        let mut rows = statement.query(params![
            row::word(&incident.origin)?,
            incident.device.as_str(),
            word(incident.ruling())?,
            kind(incident.malfunction())?,
            CANDIDATES,
        ])?;
        let mut alike = Vec::new();
        while let Some(row) = rows.next()? {
            alike.push(past_incident(row)?);
        }
        let apart = |one: &PastIncident| match (one.delta_v_kmh, verdict.delta_v_kmh) {
            (Some(theirs), Some(ours)) => (theirs - ours).abs(),
            _ => f64::INFINITY,
        };
        alike.sort_by(|a, b| apart(a).total_cmp(&apart(b)).then(Reverse(a.received_at).cmp(&Reverse(b.received_at))));
        alike.truncate(SIMILAR_LISTED);
        Ok(alike)
    }
}

fn past_incident(row: &Row<'_>) -> Result<PastIncident, Error> {
    let word = |idx: usize| row.get::<_, Option<String>>(idx);
    Ok(PastIncident {
        id: IncidentId(row.get(0)?),
        device: DeviceId(row.get(1)?),
        received_at: Timestamp(row.get(2)?),
        severity: row::unword(&row.get::<_, String>(3)?)?,
        ruling: word(4)?.map(|word| row::unword(&word)).transpose()?,
        malfunction: word(5)?.map(|word| row::unword(&word)).transpose()?,
        decided: word(6)?.map(|word| row::unword(&word)).transpose()?,
        delta_v_kmh: row.get(7)?,
    })
}
