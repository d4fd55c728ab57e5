//! What the writer says, for each root of the tables.

use super::schema::Root;

/// The statements of one root.
#[derive(Debug)]
pub(super) struct Sql {
    pub(super) report: String,
    pub(super) holder: String,
    pub(super) packet: String,
    pub(super) invocation: String,
    pub(super) known: String,
    pub(super) incident: String,
    pub(super) step: String,
    pub(super) note: String,
    pub(super) outbox: String,
    pub(super) outbox_told: String,
    pub(super) delivery: String,
    pub(super) minute: String,
    pub(super) version: String,
    pub(super) last_said: String,
    pub(super) fault: String,
    pub(super) spike: String,
    pub(super) old_spikes: String,
}

impl Sql {
    pub(super) fn new(root: Root) -> Self {
        let state = match root {
            Root::Real => "pending",
            Root::Drill => "would_have",
        };
        let outbox = format!(
            "INSERT INTO {{p}}outbox (dedup_key, incident, notice, state) VALUES (?1, ?2, ?3, '{state}') ON CONFLICT DO NOTHING"
        );
        Self {
            report: root.fill(
                "INSERT INTO {p}reports (device, event_id, incident, received_at, verdict_version, verdict, report, pulse, judge,
                    limits, thinned)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (device, event_id) DO NOTHING",
            ),
            holder: root.fill("SELECT incident FROM {p}reports WHERE device = ?1 AND event_id = ?2"),
            packet: root.fill("INSERT INTO {p}packets (report, topic, payload) VALUES (?1, ?2, ?3)"),
            invocation: root.fill("INSERT INTO {p}invocations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
            known: root.fill("SELECT 1 FROM {p}incidents WHERE id = ?1"),
            incident: root.fill(
                "INSERT INTO {p}incidents (id, number, origin, device, kind, severity, life, ruling, occurred_at, received_at,
                    last_report_at, n_reports, shown_event, body, malfunction, decided)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                 ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, life = excluded.life, ruling = excluded.ruling,
                    occurred_at = excluded.occurred_at, last_report_at = excluded.last_report_at,
                    n_reports = excluded.n_reports, shown_event = excluded.shown_event, body = excluded.body,
                    malfunction = excluded.malfunction, decided = excluded.decided
                 WHERE device = excluded.device",
            ),
            step: root.fill("INSERT INTO {p}steps VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"),
            note: root.fill("INSERT INTO {p}notes VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"),
            outbox: root.fill(&outbox),
            outbox_told: root
                .fill("UPDATE {p}outbox SET attempts = attempts + 1, state = iif(?2, 'done', state) WHERE dedup_key = ?1"),
            delivery: root.fill(
                "INSERT INTO {p}deliveries (dedup_key, channel, outcome, reason, attempts, at, next_at)
                 VALUES (?1, ?2, ?3, ?4, ?7, ?5, ?6)
                 ON CONFLICT DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
                    attempts = attempts + excluded.attempts, at = excluded.at, next_at = excluded.next_at",
            ),
            fault: root.fill(
                "INSERT INTO {p}device_faults VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n, last_at = max(last_at, excluded.last_at)",
            ),
            spike: root.fill(
                "INSERT INTO {p}spikes VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET received_at = excluded.received_at, body = excluded.body",
            ),
            old_spikes: root.fill("DELETE FROM {p}spikes WHERE received_at < ?1"),
            // The live verdict is version 1.
            version: root.fill(
                "INSERT INTO {p}verdicts
                 SELECT ?1, ?2, 1 + coalesce((SELECT max(version) FROM {p}verdicts WHERE incident = ?1 AND event_id = ?2), 1),
                    ?3, ?4, ?5, ?6, ?7
                 WHERE ?4 = 'person' OR NOT EXISTS (SELECT 1 FROM {p}verdicts WHERE incident = ?1 AND event_id = ?2
                    AND occasion = ?4 AND judge IS ?5 AND limits IS ?6)",
            ),
            last_said: root.fill(
                "SELECT said FROM {p}verdicts WHERE incident = ?1 AND event_id = ?2 AND occasion = 'person'
                 ORDER BY version DESC LIMIT 1",
            ),
            minute: root.fill(
                "INSERT INTO {p}invocation_minutes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO UPDATE SET n_calls = n_calls + excluded.n_calls, n_cold = n_cold + excluded.n_cold,
                    n_failed = n_failed + excluded.n_failed, billed_ms = billed_ms + excluded.billed_ms,
                    max_micros = max(max_micros, excluded.max_micros), list_pico = list_pico + excluded.list_pico",
            ),
        }
    }
}
