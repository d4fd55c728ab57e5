//! The one writer: a batch is one transaction, and what it answers may be acknowledged and told.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, TransactionBehavior, params};

use super::chain::{self, Entry};
use super::row::{self, Body, ReportRow};
use super::schema::Root;
use super::sql::Sql;
use super::{Error, Lock, Receipt, register};
use crate::model::device_day::{DeviceDay, Tally};
use crate::model::effect::{Audit, CrashRecord, InvocationMinute};
use crate::model::{
    Book, Change, Command, DeliveryOutcome, Elsewhere, Heartbeat, Incident, IncidentId, IncidentKind, Notice, Occasion, Operator,
    Origin, OutboxItem, PacketId, Record, Said, Spike, Step, Timestamp, VerdictVersion,
};

/// Impacts that only rows told of are of no use once nobody waits for a silence after them: an hour, s.
const SPIKES_KEPT_SECS: i64 = 3_600;

/// The one that writes.
#[derive(Debug)]
pub struct Writer {
    conn: Connection,
    sql: [Sql; 2],
    timelines: Timelines,
    /// There are other seats: what is stored is listed for them.
    shares: bool,
    /// Held for as long as we may write.
    _lock: Lock,
}

impl Writer {
    pub(super) fn new(conn: Connection, lock: Lock) -> Self {
        Self { conn, sql: Root::ALL.map(Sql::new), timelines: Timelines::default(), shares: false, _lock: lock }
    }

    /// Makes this the store of one of several seats; from now on what is stored is listed for the others.
    pub fn sit(&mut self) -> Result<super::Seat, Error> {
        let seat = super::shared::sit(&mut self.conn)?;
        self.shares = true;
        Ok(seat)
    }

    /// Stores a batch in one transaction and answers each record in its place. An error means that nothing of the batch
    /// was kept and that it may be tried again; one bad record does not hold up the others.
    pub fn commit(&mut self, records: &[Record]) -> Result<Vec<Receipt>, Error> {
        let outcome = match self.commit_whole(records) {
            Err(error) if error.is_of_the_record() => self.commit_singly(records),
            outcome => outcome,
        };
        if outcome.is_err() {
            self.timelines.forget();
        }
        outcome
    }

    fn commit_whole(&mut self, records: &[Record]) -> Result<Vec<Receipt>, Error> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::new(&tx, &self.sql, &mut self.timelines, self.shares);
        let receipts = records.iter().map(|record| batch.store_and_list(record)).collect::<Result<_, _>>()?;
        batch.end()?;
        tx.commit()?;
        Ok(receipts)
    }

    /// The same with a savepoint around each record, so that a bad one falls out alone.
    fn commit_singly(&mut self, records: &[Record]) -> Result<Vec<Receipt>, Error> {
        self.timelines.forget();
        let mut tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut receipts = Vec::with_capacity(records.len());
        for record in records {
            let savepoint = tx.savepoint()?;
            let mut batch = Batch::new(&savepoint, &self.sql, &mut self.timelines, self.shares);
            let stored = batch.store_and_list(record).and_then(|receipt| batch.end().map(|()| receipt));
            match stored {
                Ok(receipt) => {
                    savepoint.commit()?;
                    receipts.push(receipt);
                }
                Err(error) if error.is_of_the_record() => {
                    savepoint.finish()?;
                    self.timelines.forget();
                    log::error!("a record could not be stored: {error}");
                    receipts.push(Receipt::Failed { reason: error.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        tx.commit()?;
        Ok(receipts)
    }

    /// Lets tests fill the disk.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.conn
    }
}

/// How much of each timeline is in the store, so that a long one is not offered again with every report that joins.
#[derive(Debug, Default)]
struct Timelines(HashMap<IncidentId, (usize, Option<Step>)>);

impl Timelines {
    /// Enough for every incident that still grows; beyond, all is offered again once, which is only slower.
    const LIMIT: usize = 4_096;

    /// The part of a timeline that is not known to be stored. A step that came in between shows in the last known step
    /// having moved; then everything is offered.
    fn new_steps<'a>(&mut self, incident: &'a Incident) -> &'a [Step] {
        let timeline = incident.timeline.as_slice();
        let (n, last) = self.0.get(&incident.id).cloned().unwrap_or_default();
        let stored = if n <= timeline.len() && n.checked_sub(1).map(|idx| &timeline[idx]) == last.as_ref() { n } else { 0 };
        if self.0.len() >= Self::LIMIT {
            self.forget();
        }
        self.0.insert(incident.id.clone(), (timeline.len(), timeline.last().cloned()));
        &timeline[stored..]
    }

    fn forget(&mut self) {
        self.0.clear();
    }
}

/// A transaction under way.
struct Batch<'a> {
    tx: &'a Connection,
    sql: &'a [Sql; 2],
    timelines: &'a mut Timelines,
    shares: bool,
    /// Statements in use, each with its text; the connection's cache would look for a text by its bytes.
    ready: Vec<(&'a str, CachedStatement<'a>)>,
    /// Incidents as the newest record has them, in the order of their first: a burst that joins one writes it once.
    incidents: Vec<&'a Incident>,
    places: HashMap<&'a IncidentId, usize>,
}

impl<'a> Batch<'a> {
    fn new(tx: &'a Connection, sql: &'a [Sql; 2], timelines: &'a mut Timelines, shares: bool) -> Self {
        Self { tx, sql, timelines, shares, ready: Vec::new(), incidents: Vec::new(), places: HashMap::new() }
    }

    /// Writes the incidents. Reports come before theirs; what they refer to must be there by the commit only.
    fn end(mut self) -> Result<(), Error> {
        for incident in std::mem::take(&mut self.incidents) {
            let joined = if self.shares { super::shared::with_stored(self.tx, incident)? } else { None };
            self.upsert(joined.as_ref().unwrap_or(incident))?;
        }
        Ok(())
    }

    fn hold(&mut self, incident: &'a Incident) -> Result<(), Error> {
        let place = *self.places.entry(&incident.id).or_insert(self.incidents.len());
        match self.incidents.get_mut(place) {
            Some(held) if held.device != incident.device || held.origin != incident.origin => return Err(taken(&incident.id)),
            Some(held) => *held = incident,
            None => self.incidents.push(incident),
        }
        Ok(())
    }

    fn store(&mut self, record: &'a Record) -> Result<Receipt, Error> {
        match record {
            Record::Crash(crash) => self.crash(crash),
            Record::Incident { incident, notice, audit } => self.incident(incident, notice.as_ref(), audit.as_ref()),
            Record::Step { incident, origin, step } => self.step(incident, *origin, step),
            Record::Heartbeat(at) => self.heartbeat(*at),
            Record::Faults(faults) => self.faults(faults),
            Record::Spike(spike) => self.spike(spike),
            Record::Silencing { silencing, order } => {
                super::silences::save(self.tx, silencing, order.as_ref(), self.shares)?;
                Ok(Receipt::Silencing)
            }
            Record::Register { order, by, at } => {
                let entries = register::change(self.tx, order, by, *at, self.shares)?;
                Ok(Receipt::Register(Book { entries, silencings: Vec::new() }))
            }
            Record::SignIn { who, refused, at } => {
                let what = if *refused { r#"{"sign_in":"refused"}"# } else { r#"{"sign_in":"done"}"# };
                self.audit(Origin::Device, *at, &who.0, &IncidentId("sign-in".into()), what)?;
                Ok(Receipt::SignIn)
            }
            Record::Version(version) => self.version(version),
            Record::Prune(prune) => {
                let (n, incidents) = super::retention::prune(self.tx, prune)?;
                Ok(Receipt::Pruned { n, incidents })
            }
            Record::Invocations(minute) => self.invocations(minute),
            Record::Told { dedup_key, origin, channel, outcome, last, at } => {
                self.told(dedup_key, *origin, channel, outcome, *last, *at)
            }
            Record::Import(import) => Ok(Receipt::Import { incident: super::dossier::store(self.tx, import)? }),
            Record::Samples(chunk) => Ok(Receipt::Samples(Arc::clone(chunk))),
            Record::Elsewhere(elsewhere) => self.elsewhere(elsewhere),
            Record::Shared(last) => super::shared::shared(self.tx, *last).map(|()| Receipt::Shared),
        }
    }

    /// Stores a record and lists what it changes for the other seats.
    fn store_and_list(&mut self, record: &'a Record) -> Result<Receipt, Error> {
        let receipt = self.store(record)?;
        if self.shares {
            match (record, &receipt) {
                (Record::Crash(crash), Receipt::Crash { duplicate: false, .. }) => {
                    super::shared::list(self.tx, crash.incident.origin, &crash.incident.id, &crash.event.0)?;
                }
                (Record::Incident { incident, .. }, Receipt::Incident { known: true, .. }) => {
                    super::shared::list(self.tx, incident.origin, &incident.id, "")?;
                }
                (Record::Step { incident, origin, .. }, Receipt::Step { known: true, .. }) => {
                    super::shared::list(self.tx, *origin, incident, "")?;
                }
                (Record::Version(version), Receipt::Version { known: false }) => {
                    super::shared::list(self.tx, version.origin, &version.incident, "")?;
                }
                (Record::Told { dedup_key, origin, .. }, _) => super::shared::list_told(self.tx, *origin, dedup_key)?,
                _ => {}
            }
        }
        Ok(receipt)
    }

    /// What another seat stored. What lies before it in this batch is written first, so that both are put together.
    fn elsewhere(&mut self, elsewhere: &Elsewhere) -> Result<Receipt, Error> {
        if let Some(change) = &elsewhere.change
            && [Change::REGISTER, Change::SILENCES].contains(&&*change.incident.0)
        {
            let rows = |table: &str| change.tables.get(table).map(Vec::as_slice).unwrap_or_default();
            let entries = register::take_in(self.tx, rows("register"), &elsewhere.seat)?;
            let silencings = super::silences::take_in(self.tx, rows("silencings"), &elsewhere.seat)?;
            super::shared::came_to(self.tx, elsewhere.seq)?;
            return Ok(Receipt::Book(Book { entries, silencings }));
        }
        self.places.clear();
        for incident in std::mem::take(&mut self.incidents) {
            let joined = super::shared::with_stored(self.tx, incident)?;
            self.upsert(joined.as_ref().unwrap_or(incident))?;
        }
        let taken = elsewhere.change.as_ref().map(|change| super::shared::take_in(self.tx, change)).transpose()?;
        if let Some(taken) = &taken {
            self.upsert(&taken.incident)?;
        }
        super::shared::came_to(self.tx, elsewhere.seq)?;
        let (incident, items) = taken.map_or((None, Vec::new()), |taken| (Some(Arc::new(taken.incident)), taken.items));
        Ok(Receipt::Elsewhere { incident, seat: Arc::clone(&elsewhere.seat), items })
    }

    fn prepare(&mut self, origin: Origin, text: fn(&Sql) -> &str) -> Result<&mut CachedStatement<'a>, Error> {
        let text = text(&self.sql[Root::of(origin) as usize]);
        let place = if let Some(place) = self.ready.iter().position(|(known, _)| std::ptr::eq(*known, text)) {
            place
        } else {
            self.ready.push((text, self.tx.prepare_cached(text)?));
            self.ready.len() - 1
        };
        Ok(&mut self.ready[place].1)
    }

    fn crash(&mut self, crash: &'a CrashRecord) -> Result<Receipt, Error> {
        let Incident { id, device, origin, .. } = &*crash.incident;
        let receipt = |incident, duplicate, notice| Receipt::Crash {
            incident,
            event: crash.event.clone(),
            duplicate,
            delivery: crash.delivery,
            notice,
            origin: *origin,
            device: device.clone(),
        };
        let (judge, limits) = row::judge_columns(crash.judge.as_ref());
        let (verdict, pulse, thinned): (Cow<'_, str>, _, _) = if crash.thinned {
            let packet = PacketId::of(&crash.report.topic, &crash.report.raw);
            let thinned = row::json(&row::Thinned { bytes: crash.report.raw.len(), packet })?;
            (row::json(&row::thin(&crash.verdict))?.into(), row::NO_PULSE.to_vec(), Some(thinned))
        } else {
            (crash.verdict_json.whole().into(), row::pack(&crash.report), None)
        };
        let n_new = self.prepare(*origin, |sql| &sql.report)?.execute(params![
            device.as_str(),
            &*crash.event.0,
            &*id.0,
            crash.received_at.0,
            row::VERDICT_VERSION,
            verdict,
            row::json(&ReportRow::of(&crash.report))?,
            pulse,
            judge,
            limits,
            thinned,
        ])?;
        if n_new == 0 {
            let holder = self.prepare(*origin, |sql| &sql.holder)?;
            let holder: String = holder.query_row(params![device.as_str(), &*crash.event.0], |row| row.get(0))?;
            return Ok(receipt(IncidentId(holder.into()), true, None));
        }
        let report = self.tx.last_insert_rowid();
        let raw: &[u8] = if crash.thinned { &[] } else { &crash.report.raw };
        let packet = params![report, &*crash.report.topic, raw];
        self.prepare(*origin, |sql| &sql.packet)?.execute(packet)?;
        for (n, call) in crash.invocations.iter().enumerate() {
            self.prepare(*origin, |sql| &sql.invocation)?.execute(params![
                report,
                n as i64,
                call.function,
                call.started_at.0,
                call.init_micros,
                call.duration_micros,
                call.billed_ms,
                call.memory_mb,
                row::word(&call.outcome)?,
                call.effects,
            ])?;
        }
        self.hold(&crash.incident)?;
        if crash.incident.events.first() == Some(&crash.event) {
            self.audit(*origin, crash.received_at, "fleetwatch", id, &format!("{{\"opened\":{}}}", row::json(&crash.event)?))?;
        }
        let notice = self.outbox(*origin, crash.notice.as_ref())?;
        Ok(receipt(id.clone(), false, notice))
    }

    fn incident(&mut self, incident: &'a Incident, notice: Option<&Notice>, audit: Option<&Audit>) -> Result<Receipt, Error> {
        let Incident { id, origin, .. } = incident;
        // A crash incident comes into being with its report only: one that is not here was opened by a duplicate.
        let known = matches!(incident.kind, IncidentKind::Temperature { .. }) || self.is_known(*origin, id)?;
        let mut told = None;
        if known {
            self.hold(incident)?;
            told = self.outbox(*origin, notice)?;
            if let Some(Audit { by, command, at }) = audit {
                self.audit(*origin, *at, &by.0, id, &row::json(command)?)?;
                self.decided(incident, by, command, *at)?;
            }
        }
        Ok(Receipt::Incident { incident: id.clone(), known, notice: told, origin: *origin })
    }

    /// What a person decides is a version beside those of the functions.
    fn decided(&mut self, incident: &Incident, by: &Operator, command: &Command, at: Timestamp) -> Result<(), Error> {
        let event = match &incident.kind {
            IncidentKind::Crash { report, .. } => Some(report.event_id.clone()),
            IncidentKind::Temperature { .. } => None,
        };
        let said = match (command, &incident.decision) {
            (Command::Overrule { .. } | Command::FalseAlarm { .. } | Command::Confirm { .. }, Some(decision)) => {
                Said::Decision(decision.clone())
            }
            (Command::Undo { .. } | Command::Reopen { .. }, decision) => {
                // Not everything that is taken back or opened again had a decision.
                let last = params![&*incident.id.0, event.as_ref().map_or("", |event| &event.0)];
                let last = self.prepare(incident.origin, |sql| &sql.last_said)?.query_row(last, |row| row.get::<_, String>(0));
                match last.optional()?.map(|said| serde_json::from_str(&said)).transpose()? {
                    Some(Said::Decision(said)) if decision.as_ref() != Some(&said) => Said::Withdrawn(by.0.clone()),
                    _ => return Ok(()),
                }
            }
            _ => return Ok(()),
        };
        let (id, device) = (incident.id.clone(), incident.device.clone());
        let origin = incident.origin;
        let version =
            VerdictVersion { incident: id, origin, device, event, version: 0, at, by: Occasion::Person, judge: None, said };
        self.version(&version).map(drop)
    }

    fn version(&mut self, version: &VerdictVersion) -> Result<Receipt, Error> {
        let (judge, limits) = row::judge_columns(version.judge.as_ref());
        let n_new = self.prepare(version.origin, |sql| &sql.version)?.execute(params![
            &*version.incident.0,
            version.event.as_ref().map_or("", |event| &event.0),
            version.at.0,
            row::word(&version.by)?,
            judge,
            limits,
            row::json(&version.said)?,
        ])?;
        Ok(Receipt::Version { known: n_new == 0 })
    }

    /// Written, so that it is not sent by a desk whose disk takes nothing.
    fn heartbeat(&mut self, at: Timestamp) -> Result<Receipt, Error> {
        let text = "INSERT INTO heartbeat VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
        self.tx.prepare_cached(text)?.execute([at.0])?;
        let head = chain::head(self.tx, Root::Real)?;
        Ok(Receipt::Heartbeat(Heartbeat { at, audit_head: head.map(|head| head.to_string()) }))
    }

    fn faults(&mut self, faults: &[DeviceDay]) -> Result<Receipt, Error> {
        for DeviceDay { device, origin, day, tally, n, last_at } in faults {
            let Tally::Fault(fault) = tally else { continue };
            self.prepare(*origin, |sql| &sql.fault)?.execute(params![
                day,
                device.as_str(),
                row::word(origin)?,
                row::word(fault)?,
                n,
                last_at.0
            ])?;
        }
        Ok(Receipt::Faults)
    }

    fn spike(&mut self, spike: &Spike) -> Result<Receipt, Error> {
        let Spike { device, origin, received_at, .. } = spike;
        self.prepare(*origin, |sql| &sql.old_spikes)?.execute([received_at.plus_secs(-SPIKES_KEPT_SECS).0])?;
        let row = params![row::word(origin)?, device.as_str(), received_at.0, row::json(spike)?];
        self.prepare(*origin, |sql| &sql.spike)?.execute(row)?;
        Ok(Receipt::Spike)
    }

    fn step(&mut self, incident: &IncidentId, origin: Origin, step: &Step) -> Result<Receipt, Error> {
        let known = self.is_known(origin, incident)?;
        if known {
            self.add_step(origin, incident, step)?;
        }
        Ok(Receipt::Step { incident: incident.clone(), known })
    }

    fn invocations(&mut self, minute: &InvocationMinute) -> Result<Receipt, Error> {
        self.prepare(minute.origin, |sql| &sql.minute)?.execute(params![
            minute.minute.0,
            minute.function,
            minute.memory_mb,
            row::word(&minute.origin)?,
            minute.n_calls as i64,
            minute.n_cold as i64,
            minute.n_failed as i64,
            minute.billed_ms as i64,
            minute.max_micros,
            minute.list_price.0,
        ])?;
        Ok(Receipt::Invocations)
    }

    fn told(
        &mut self,
        dedup_key: &str,
        origin: Origin,
        channel: &str,
        outcome: &DeliveryOutcome,
        last: bool,
        at: Timestamp,
    ) -> Result<Receipt, Error> {
        let (word, reason, next_at) = match outcome {
            DeliveryOutcome::Accepted => ("accepted", "", None),
            DeliveryOutcome::Retrying { reason, at } => ("retrying", reason.as_str(), Some(at.0)),
            DeliveryOutcome::Waiting { reason, until } => ("waiting", reason.as_str(), Some(until.0)),
            DeliveryOutcome::Refused { reason } => ("refused", reason.as_str(), None),
            DeliveryOutcome::WouldHave => ("would_have", "", None),
        };
        let tried = !matches!(outcome, DeliveryOutcome::Waiting { .. });
        self.prepare(origin, |sql| &sql.delivery)?.execute(params![dedup_key, channel, word, reason, at.0, next_at, tried])?;
        if origin.is_real() && tried {
            self.prepare(origin, |sql| &sql.outbox_told)?.execute(params![dedup_key, last])?;
        }
        Ok(Receipt::Told)
    }

    fn is_known(&mut self, origin: Origin, incident: &IncidentId) -> Result<bool, Error> {
        Ok(self.places.contains_key(incident) || self.prepare(origin, |sql| &sql.known)?.exists([&*incident.0])?)
    }

    fn upsert(&mut self, incident: &Incident) -> Result<(), Error> {
        let (kind, shown_event, temperature) = match &incident.kind {
            IncidentKind::Crash { report, .. } => ("crash", Some(&*report.event_id.0), None),
            IncidentKind::Temperature { verdict, back_at } => ("temperature", None, Some((*verdict, *back_at))),
        };
        let body = Body {
            clock_wrong: incident.clock_wrong,
            packet: incident.packet,
            usual_secs: incident.usual_secs,
            acknowledged: incident.acknowledged.clone(),
            resolved: incident.resolved.clone(),
            cost: incident.cost,
            temperature,
            decision: incident.decision.clone(),
            impacts: if incident.impacts.len() > 1 { incident.impacts.clone() } else { Vec::new() },
            kept: incident.kept,
            handling: incident.handling.clone(),
            imported: incident.imported.clone(),
            mark: incident.mark.clone(),
        };
        let n_rows = self.prepare(incident.origin, |sql| &sql.incident)?.execute(params![
            &*incident.id.0,
            number(&incident.id),
            row::word(&incident.origin)?,
            incident.device.as_str(),
            kind,
            row::word(&incident.severity)?,
            row::word(&incident.life)?,
            incident.ruling().map(|ruling| row::word(&ruling)).transpose()?,
            incident.occurred_at.0,
            incident.received_at.0,
            incident.last_report_at.0,
            incident.n_reports,
            shown_event,
            row::json(&body)?,
            incident.malfunction().map(|kind| row::word(&kind)).transpose()?,
            incident.decision.as_ref().map(|decision| row::word(&decision.how)).transpose()?,
        ])?;
        if n_rows == 0 {
            return Err(taken(&incident.id));
        }
        for step in self.timelines.new_steps(incident) {
            self.add_step(incident.origin, &incident.id, step)?;
        }
        for note in &incident.notes {
            self.prepare(incident.origin, |sql| &sql.note)?.execute(params![&*incident.id.0, note.at.0, note.by, note.text])?;
        }
        Ok(())
    }

    fn add_step(&mut self, origin: Origin, incident: &IncidentId, step: &Step) -> Result<(), Error> {
        let step = params![&*incident.0, step.at.0, row::step_word(&step.kind), step.detail];
        self.prepare(origin, |sql| &sql.step)?.execute(step)?;
        Ok(())
    }

    fn audit(&mut self, origin: Origin, at: Timestamp, who: &str, incident: &IncidentId, what: &str) -> Result<(), Error> {
        chain::append(self.tx, Root::of(origin), &Entry { at, who, incident: &incident.0, what })
    }

    /// Puts a notice into the outbox of its incident's root; `None` where it lies there already. Where the two disagree
    /// on the road, the incident is believed: nothing that a notice says makes a drill real.
    fn outbox(&mut self, origin: Origin, notice: Option<&Notice>) -> Result<Option<OutboxItem>, Error> {
        let Some(notice) = notice else { return Ok(None) };
        let notice = Notice { origin, ..notice.clone() };
        let item = params![notice.dedup_key, &*notice.incident.0, row::json(&notice)?];
        let n_new = self.prepare(origin, |sql| &sql.outbox)?.execute(item)?;
        Ok((n_new == 1).then(|| OutboxItem { notice, settled: Vec::new(), attempts: 0 }))
    }
}

fn taken(id: &IncidentId) -> Error {
    Error::Odd(format!("the name {id} belongs to an incident of another device already"))
}

/// The running number at the end of an incident's name; 0 where there is none.
fn number(id: &IncidentId) -> i64 {
    let digits = id.0.len() - id.0.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    id.0[id.0.len() - digits..].parse().unwrap_or(0)
}
