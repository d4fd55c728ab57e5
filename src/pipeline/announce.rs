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
use crate::model::{Alert, DeviceId, EventId, Incident, IncidentId, IncidentKind, Origin};
use crate::wire;

/// Lines that may wait for a slow reader before further ones are dropped and counted.
const LINES: usize = 65_536;
/// Bytes that may wait.
const BYTES: usize = 64 << 20;

/// A verdict's line without the verdict, whose JSON is there already.
#[derive(Serialize)]
struct VerdictLine<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    incident: &'a IncidentId,
    device: &'a DeviceId,
    origin: Origin,
    event_id: &'a EventId,
    received_at: String,
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
                    let mut text = String::new();
                    for line in urgent.drain(..) {
                        text.push_str(&line);
                        text.push('\n');
                    }
                    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
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

    /// Says these lines, in one go.
    pub(super) fn say_all(&self, said: &mut Vec<String>) {
        let Some(lines) = &self.lines else { return };
        let n_dropped = lines.try_push_all(said);
        if n_dropped > 0 {
            log::error!("{n_dropped} announcements were dropped: the reader is too slow");
        }
    }

    /// An alert was raised.
    pub(super) fn alert(&self, kind: &str, alert: &Alert) {
        if self.lines.is_some() {
            self.say_all(&mut vec![json!({ "type": kind, "alert": alert }).to_string()]);
        }
    }

    /// The line for a report that was stored with its verdict; `None` where nobody listens.
    pub(super) fn verdict(&self, record: &CrashRecord) -> Option<String> {
        self.lines.is_some().then(|| {
            let incident = &record.incident;
            let line = VerdictLine {
                kind: "verdict",
                incident: &incident.id,
                device: &incident.device,
                origin: incident.origin,
                event_id: &record.event,
                received_at: record.received_at.rfc3339(),
            };
            // These types have no map with odd keys, the one thing that `serde_json` refuses.
            let head = serde_json::to_vec(&line).unwrap_or_default();
            String::from_utf8(wire::with_field(head, "verdict", record.verdict_json.whole())).unwrap_or_default()
        })
    }

    /// The shadow judge says otherwise than the line.
    pub(super) fn shadow(&self, flip: &Flip) {
        if self.lines.is_some() {
            let mut line = json!(flip);
            line["type"] = "shadow".into();
            line["received_at"] = flip.received_at.rfc3339().into();
            self.say_all(&mut vec![line.to_string()]);
        }
    }

    /// The line for an incident that was stored; `None` where nobody listens.
    pub(super) fn incident(&self, incident: &Incident) -> Option<String> {
        self.lines.is_some().then(|| {
            let (kind, ruling) = match &incident.kind {
                IncidentKind::Crash { verdict, .. } => ("crash", json!(verdict.ruling)),
                IncidentKind::Temperature { verdict, .. } => ("temperature", json!(verdict.band)),
            };
            let line = json!({
                "type": "incident",
                "incident": incident.id,
                "kind": kind,
                "ruling": ruling,
                "device": incident.device,
                "origin": incident.origin,
                "severity": incident.severity,
                "life": incident.life,
                "reports": incident.n_reports,
                "silent": incident.is_silent(),
                "occurred_at": incident.occurred_at.rfc3339(),
                "received_at": incident.received_at.rfc3339(),
            });
            line.to_string()
        })
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        if let Some(lines) = &self.lines {
            lines.close();
        }
    }
}
