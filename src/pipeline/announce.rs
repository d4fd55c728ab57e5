//! One JSON line per incident, verdict and alert, for scripts that watch a line without a window.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::queue::{Bounds, Queue};
use crate::model::comparison::Flip;
use crate::model::effect::CrashRecord;
use crate::model::{Alert, CrashVerdict, DeviceId, EventId, Incident, IncidentId, IncidentKind, Origin};

/// Lines that may wait for a slow reader before further ones are dropped and counted.
const LINES: usize = 65_536;
/// Bytes that may wait.
const BYTES: usize = 64 << 20;

/// A verdict's line. Written straight from its parts: in a burst there is one for every report.
#[derive(Serialize)]
struct VerdictLine<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    incident: &'a IncidentId,
    device: &'a DeviceId,
    origin: Origin,
    event_id: &'a EventId,
    received_at: String,
    verdict: &'a CrashVerdict,
}

/// Says what happened. Never makes anyone wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Announcer {
    lines: Option<Arc<Queue<String>>>,
}

impl Announcer {
    /// Writes into `out` from a thread of its own.
    pub(super) fn start(mut out: Box<dyn Write + Send>) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let lines = Arc::new(Queue::new("announcements", Bounds { urgent: LINES, bulk: 1, bytes: BYTES }, String::len));
        let thread = std::thread::Builder::new().name("announcer".to_owned()).spawn({
            let lines: Arc<Queue<String>> = Arc::clone(&lines);
            move || {
                let (mut urgent, mut bulk) = (VecDeque::new(), VecDeque::new());
                while lines.drain(&mut urgent, &mut bulk, Duration::from_secs(1)) {
                    let written = urgent.drain(..).try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
                    if let Err(error) = written {
                        // Whoever read us has gone; the line itself goes on.
                        log::warn!("nobody reads the announcements any more: {error}");
                        return;
                    }
                }
            }
        })?;
        Ok((Self { lines: Some(lines) }, thread))
    }

    fn say(&self, line: &impl Serialize) {
        let (Some(lines), Ok(text)) = (&self.lines, serde_json::to_string(line)) else { return };
        if lines.try_push(text).is_err() {
            log::error!("an announcement was dropped: the reader is too slow");
        }
    }

    /// An alert was raised.
    pub(super) fn alert(&self, alert: &Alert) {
        if self.lines.is_some() {
            self.say(&json!({ "type": "alert", "alert": alert }));
        }
    }

    /// A report was stored with its verdict.
    pub(super) fn verdict(&self, record: &CrashRecord) {
        if self.lines.is_some() {
            let incident = &record.incident;
            self.say(&VerdictLine {
                kind: "verdict",
                incident: &incident.id,
                device: &incident.device,
                origin: incident.origin,
                event_id: &record.event,
                received_at: record.received_at.rfc3339(),
                verdict: &record.verdict,
            });
        }
    }

    /// The shadow judge says otherwise than the line.
    pub(super) fn shadow(&self, flip: &Flip) {
        if self.lines.is_some() {
            let mut line = json!(flip);
            line["type"] = "shadow".into();
            line["received_at"] = flip.received_at.rfc3339().into();
            self.say(&line);
        }
    }

    /// An incident was stored.
    pub(super) fn incident(&self, incident: &Incident) {
        if self.lines.is_some() {
            let (kind, ruling) = match &incident.kind {
                IncidentKind::Crash { verdict, .. } => ("crash", json!(verdict.ruling)),
                IncidentKind::Temperature { verdict, .. } => ("temperature", json!(verdict.band)),
            };
            self.say(&json!({
                "type": "incident",
                "incident": incident.id,
                "kind": kind,
                "ruling": ruling,
                "device": incident.device,
                "origin": incident.origin,
                "severity": incident.severity,
                "life": incident.life,
                "reports": incident.n_reports,
                "occurred_at": incident.occurred_at.rfc3339(),
                "received_at": incident.received_at.rfc3339(),
            }));
        }
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        if let Some(lines) = &self.lines {
            lines.close();
        }
    }
}
