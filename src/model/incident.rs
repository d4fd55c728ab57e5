//! An incident and its life: open, acknowledged, resolved, with everything that happened to it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::decision::{Decision, Judge};
use super::dossier::Imported;
use super::event::{CrashReport, DeviceId, EventId, Pulse};
use super::handling::{Handling, Standing};
use super::packet::{Origin, PacketId};
use super::seat::Mark;
use super::units::{PicoUsd, Timestamp};
use super::verdict::{CrashVerdict, Malfunction, Ruling, Severity, TemperatureVerdict};
use std::sync::Arc;

/// Names an incident: `INC-20260318-0007`; drills are `DRL-…`, samples `SMP-…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub Arc<str>);

impl fmt::Debug for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an incident is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Nobody has taken it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// Done.
    Resolved,
}

/// What an incident is about.
#[derive(Clone, Debug, PartialEq)]
pub enum IncidentKind {
    /// A crash report, or several merged. The report and verdict shown are those of the gravest.
    Crash {
        /// The report that the verdict is over.
        report: Arc<CrashReport>,
        /// The verdict.
        verdict: Arc<CrashVerdict>,
    },
    /// A sensor out of its band.
    Temperature {
        /// The reading that opened it, or the worst since.
        verdict: TemperatureVerdict,
        /// When the sensor came back into its band.
        back_at: Option<Timestamp>,
    },
}

/// What happened to an incident, for its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum StepKind {
    /// Off the socket. `detail` of the step is the topic.
    Received,
    /// Decoding ended.
    Decoded,
    /// A function was called.
    Invoked,
    /// It answered.
    Judged,
    /// The state opened the incident.
    Filed,
    /// The commit returned.
    Stored,
    /// The application acknowledgement of its first report went out; each later report gets its own, too.
    Acknowledged,
    /// A channel took the notice; `detail` names it and says "accepted", not "delivered".
    Told,
    /// A channel failed and will be tried again.
    TellFailed,
    /// A drill or sample: who would have been told.
    WouldHaveTold,
    /// Another report of the same device joined.
    Merged,
    /// The first frame that showed it.
    OnScreen,
    /// An operator took it.
    AcknowledgedBy,
    /// An operator closed it.
    ResolvedBy,
    /// An operator wrote a note.
    Noted,
    /// The sensor came back into its band.
    BackInBand,
    /// The vehicle sends nothing since the impact.
    WentSilent,
    /// The vehicle is heard again.
    HeardAgain,
    /// A person set the function's ruling aside.
    Overruled,
    /// A person closed it as a false alarm.
    FalseAlarm,
    /// A person found the function's ruling right.
    Confirmed,
    /// A person took their decision back.
    Undone,
    /// A graver report came after a person's decision, which therefore no longer holds.
    Reopened,
    /// Nobody had acknowledged it for too long, and people were told again.
    Escalated,
    /// An operator is on it.
    Claimed,
    /// An operator gave it to somebody, or took it from them.
    Assigned,
    /// An operator sent help.
    Dispatched,
    /// A second person agreed that it is a malfunction or a test.
    Seconded,
    /// Nobody did in time: it is open again.
    Unseconded,
    /// An operator opened it again.
    ReopenedBy,
    /// An operator put it under another incident.
    MergedInto,
    /// An operator put another incident under it.
    MergedFrom,
    /// An operator took it out of another incident, or another out of it.
    Split,
    /// The device's last incident had been resolved shortly before.
    Follows,
    /// The report was judged here and elsewhere, with the same result.
    JudgedTwice,
    /// The report was judged here and elsewhere, and the verdicts differ.
    Disagreed,
    /// Nobody is told of it while a silence stands.
    Silenced,
    /// No silence hides it any more.
    SilenceEnded,
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    #[serde(flatten)]
    pub kind: StepKind,
    /// When, by our clock.
    pub at: Timestamp,
    /// In words: topic, function, channel, operator or note.
    pub detail: String,
}

/// A note by an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// One impact of a crash incident: a report that is not ruled a malfunction, with a push of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// The report.
    pub event: EventId,
    /// When: device time where usable.
    pub at: Timestamp,
    /// The function's ruling over this report.
    pub ruling: Ruling,
    /// The function's probability of a real accident, 0 to 1.
    pub probability: f64,
    /// How bad.
    pub severity: Severity,
    /// Its speed change, km/h.
    pub delta_v_kmh: Option<f64>,
    /// Its peak, g.
    pub peak_g: Option<f64>,
    /// A hash of its samples, so that the same push under another event id is not counted as a second impact.
    pub pulse: u64,
}

impl Impact {
    /// The impact that a report tells of; `None` for a malfunction, and for a report without samples: it has no push of
    /// its own to tell it from another.
    pub fn of(report: &CrashReport, verdict: &CrashVerdict, at: Timestamp) -> Option<Self> {
        if verdict.ruling == Ruling::Malfunction || report.pulse.is_empty() {
            return None;
        }
        let Pulse { t_ms, x_g, y_g, z_g } = &report.pulse;
        let numbers = [t_ms, x_g, y_g, z_g].into_iter().flatten();
        let bytes: Vec<u8> = numbers.flat_map(|number| number.to_le_bytes()).collect();
        Some(Self {
            event: report.event_id.clone(),
            at,
            ruling: verdict.ruling,
            probability: verdict.probability,
            severity: verdict.severity,
            delta_v_kmh: verdict.delta_v_kmh,
            peak_g: verdict.peak_g,
            pulse: PacketId::of("", &bytes).0,
        })
    }
}

/// How much of an incident's reports is stored whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Bytes of reports stored whole.
    pub bytes: u64,
    /// Reports stored without their bytes and evidence, because the incident's budget was used up.
    pub n_thinned: u32,
    /// The bytes that were not kept.
    pub thinned_bytes: u64,
}

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its name.
    pub id: IncidentId,
    /// Which device.
    pub device: DeviceId,
    /// The road it took.
    pub origin: Origin,
    /// What about.
    pub kind: IncidentKind,
    /// How bad.
    pub severity: Severity,
    /// Where in its life.
    pub life: Life,
    /// When it happened: device time where usable.
    pub occurred_at: Timestamp,
    /// The device's clock could not be used; `occurred_at` is our receive time.
    pub clock_wrong: bool,
    /// When we received the first packet.
    pub received_at: Timestamp,
    /// When the last report happened: device time where usable.
    pub last_report_at: Timestamp,
    /// The events in it; the first opened it.
    pub events: Vec<EventId>,
    /// How many reports it holds, with those whose ids are no longer listed.
    pub n_reports: u32,
    /// The packet that opened it, for traces.
    pub packet: PacketId,
    /// Between the vehicle's messages until then, s, where it was known: a desk that is started anew knows by it when the
    /// next one was due.
    pub usual_secs: Option<f64>,
    /// Everything that happened, in order of our clock.
    pub timeline: Vec<Step>,
    /// What operators wrote.
    pub notes: Vec<Note>,
    /// Who acknowledged, when.
    pub acknowledged: Option<(String, Timestamp)>,
    /// Who resolved, when.
    pub resolved: Option<(String, Timestamp)>,
    /// Whether the commit has returned.
    pub stored: bool,
    /// List price of the function calls it caused, before any free tier.
    pub cost: PicoUsd,
    /// Which function with which limits made the verdict shown; `None` where it was stored before that was known.
    pub judge: Option<Judge>,
    /// What a person decided, if it still holds. Never in place of the verdict: beside it.
    pub decision: Option<Decision>,
    /// The impacts of a crash, in order of their time; at most [`IMPACTS_LISTED`], the gravest among them.
    pub impacts: Vec<Impact>,
    /// How much of its reports is stored whole.
    pub kept: Kept,
    /// Who is on it, and what it has to do with others.
    pub handling: Handling,
    /// Where it was taken in from; `None` for what happened here. It stands among the drills, and nobody is told of it.
    pub imported: Option<Arc<Imported>>,
    /// Who of several seats changed it last.
    pub mark: Mark,
}

/// Impacts listed in one incident.
pub const IMPACTS_LISTED: usize = 16;
/// Impacts at most this far apart are the events of one crash, s: 49 CFR 563.5, multi-event crash.
pub const MULTI_EVENT_SECS: i64 = 5;

impl Incident {
    /// What is shown was judged elsewhere, by a stack on AWS.
    pub fn is_judged_elsewhere(&self) -> bool {
        matches!(&self.kind, IncidentKind::Crash { report, .. } if report.event_id.is_verdict())
    }

    /// How verdicts from here and from elsewhere over one report differ, in words; `None` where they do not.
    pub fn disagreement(&self) -> Option<&str> {
        let step = self.timeline.iter().rev().find(|step| step.kind == StepKind::Disagreed)?;
        Some(&step.detail)
    }

    /// The ruling that holds, for crashes: the person's where there is one, else the function's. A vehicle that went silent
    /// after the impact is no malfunction before a person says so.
    pub fn ruling(&self) -> Option<Ruling> {
        let judged = match self.verdict()?.ruling {
            Ruling::Malfunction if self.went_silent() => Ruling::Undecided,
            judged => judged,
        };
        Some(self.holding_decision().map_or(judged, |decision| decision.ruling))
    }

    /// What a person decided, where it holds: not before a second person has agreed, where that is needed.
    pub fn holding_decision(&self) -> Option<&Decision> {
        self.decision.as_ref().filter(|_| self.handling.closing.is_none())
    }

    /// Takes back a decision for malfunction, with the closing that waits on it: something has shown that it was wrong.
    pub fn withdraw_malfunction(&mut self) -> Option<Decision> {
        let decision = self.decision.take_if(|decision| decision.ruling == Ruling::Malfunction)?;
        self.handling.closing = None;
        Some(decision)
    }

    /// Where it stands on the two axes. What a person resolved is over; so is a sensor that is back in its band.
    pub fn standing(&self) -> Standing {
        let back = matches!(self.kind, IncidentKind::Temperature { back_at: Some(_), .. });
        Standing { active: self.life != Life::Resolved && !back, acknowledged: self.acknowledged.is_some() }
    }

    /// The vehicle sent nothing after the impact, at least for a while.
    pub fn went_silent(&self) -> bool {
        self.timeline.iter().any(|step| step.kind == StepKind::WentSilent)
    }

    /// It still does: as long as it was not heard again.
    pub fn is_silent(&self) -> bool {
        let spoke = |step: &&Step| matches!(step.kind, StepKind::WentSilent | StepKind::HeardAgain);
        self.timeline.iter().rev().find(spoke).is_some_and(|step| step.kind == StepKind::WentSilent)
    }

    /// The kind of malfunction that holds; a person who names none leaves the function's.
    pub fn malfunction(&self) -> Option<Malfunction> {
        let judged = self.verdict().and_then(|verdict| verdict.malfunction);
        match self.holding_decision() {
            Some(decision) if decision.ruling == Ruling::Malfunction => decision.malfunction.or(judged),
            Some(_) => None,
            None => judged.filter(|_| !self.went_silent()),
        }
    }

    /// The crash verdict.
    pub fn verdict(&self) -> Option<&CrashVerdict> {
        match &self.kind {
            IncidentKind::Crash { verdict, .. } => Some(verdict),
            IncidentKind::Temperature { .. } => None,
        }
    }

    /// Ruled a malfunction, by a person or else by the function.
    pub fn is_malfunction(&self) -> bool {
        self.ruling() == Some(Ruling::Malfunction)
    }

    /// The function ruled it a malfunction and no person said otherwise: kept, counted, and nobody was told.
    pub fn told_nobody(&self) -> bool {
        self.is_malfunction()
            && !self.went_silent()
            && self.verdict().is_some_and(|verdict| verdict.ruling == Ruling::Malfunction)
    }

    /// A silence stood when its timeline last said anything of silences: nobody is told of it.
    pub fn is_silenced(&self) -> bool {
        let says = |step: &&Step| matches!(step.kind, StepKind::Silenced | StepKind::SilenceEnded);
        self.timeline.iter().rfind(says).is_some_and(|step| step.kind == StepKind::Silenced)
    }

    /// How many impacts are listed and the time from the first to the last, s; `None` for fewer than two.
    pub fn impacts_apart(&self) -> Option<(usize, f64)> {
        let (first, last) = (self.impacts.first()?, self.impacts.last()?);
        (self.impacts.len() > 1).then(|| (self.impacts.len(), last.at.micros_since(first.at) as f64 / 1e6))
    }
}
