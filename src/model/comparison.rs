//! The past judged again: what was stored, what other limits make of it, and how both stand to what persons decided.

use bytes::Bytes;
use serde::Serialize;

use super::decision::{Decision, Judge};
use super::event::{DeviceId, EventId};
use super::incident::IncidentId;
use super::packet::Origin;
use super::units::Timestamp;
use super::verdict::{CrashVerdict, Malfunction, Ruling, Severity};

/// A stored crash report with what was said of it.
#[derive(Clone, Debug)]
pub struct PastReport {
    /// The incident that holds it.
    pub incident: IncidentId,
    /// The road it took.
    pub origin: Origin,
    /// Whose.
    pub device: DeviceId,
    /// Its event.
    pub event: EventId,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its topic.
    pub topic: Box<str>,
    /// Its bytes; `None` for one of a flood that is not kept whole.
    pub payload: Option<Bytes>,
    /// The live verdict.
    pub verdict: CrashVerdict,
    /// Who made it.
    pub judge: Option<Judge>,
    /// What a person decided over its incident.
    pub decision: Option<Decision>,
}

/// A verdict in short.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Brief {
    /// Real, malfunction or undecided.
    pub ruling: Ruling,
    /// Its kind, for a malfunction.
    pub malfunction: Option<Malfunction>,
    /// Of a real accident, 0 to 1.
    pub probability: f64,
    /// How bad.
    pub severity: Severity,
}

impl Brief {
    /// Of a verdict.
    pub const fn of(verdict: &CrashVerdict) -> Self {
        let CrashVerdict { ruling, malfunction, probability, severity, .. } = verdict;
        Self { ruling: *ruling, malfunction: *malfunction, probability: *probability, severity: *severity }
    }
}

/// A check that says something else than before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceChange {
    /// Its key, `delta_v`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Reading, limit and weight (log-odds) before; `None` where the check is new.
    pub old: Option<(String, String, f64)>,
    /// The same now; `None` where the check is gone.
    pub new: Option<(String, String, f64)>,
}

/// An incident that would be ruled otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// Which.
    pub incident: IncidentId,
    /// Whose.
    pub device: DeviceId,
    /// The road it took.
    pub origin: Origin,
    /// The report that decides now.
    pub event: EventId,
    /// When that was received.
    pub received_at: Timestamp,
    /// What was said on the line.
    pub old: Brief,
    /// What would be said.
    pub new: Brief,
    /// Who said it on the line.
    pub old_judge: Option<Judge>,
    /// What changed in the evidence, the heaviest change first.
    pub changed: Vec<EvidenceChange>,
    /// What a person decided.
    pub decision: Option<Decision>,
}

impl Flip {
    /// The new ruling is against what a person decided.
    pub fn against_person(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.ruling != self.new.ruling)
    }
}

/// Rulings against what persons decided, incidents. `n[label][ruling]`: label 0 is real, 1 malfunction; ruling 0 is real, 1
/// undecided, 2 malfunction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// How many of each.
    pub n: [[u64; 3]; 2],
}

impl Score {
    /// Counts an incident that a person decided.
    pub const fn add(&mut self, label: Ruling, ruling: Ruling) {
        let label = match label {
            Ruling::Real => 0,
            Ruling::Malfunction => 1,
            Ruling::Undecided => return,
        };
        self.n[label][place(ruling)] += 1;
    }

    /// Incidents that a person decided.
    pub fn labelled(&self) -> u64 {
        self.n.iter().flatten().sum()
    }

    /// Of the incidents that persons called real, the share that people were told of: ruled real or undecided, since an
    /// undecided one counts as a possible accident. `None` where persons called none real.
    pub fn recall(&self) -> Option<f64> {
        share(self.n[0][0] + self.n[0][1], self.n[0].iter().sum())
    }

    /// Of the incidents that people were told of, the share that persons called real. `None` where there was none.
    pub fn precision(&self) -> Option<f64> {
        let told = |label: usize| self.n[label][0] + self.n[label][1];
        share(told(0), told(0) + told(1))
    }

    /// The share left undecided.
    pub fn undecided(&self) -> Option<f64> {
        share(self.n[0][1] + self.n[1][1], self.labelled())
    }
}

impl Serialize for Score {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Score", 5)?;
        fields.serialize_field("n", &self.labelled())?;
        fields.serialize_field("precision", &self.precision())?;
        fields.serialize_field("recall", &self.recall())?;
        fields.serialize_field("undecided", &self.undecided())?;
        fields.serialize_field("counts", &self.n)?;
        fields.end()
    }
}

/// Where a ruling stands in a table: real, undecided, malfunction.
pub const fn place(ruling: Ruling) -> usize {
    match ruling {
        Ruling::Real => 0,
        Ruling::Undecided => 1,
        Ruling::Malfunction => 2,
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What other limits make of the past.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Who judges now.
    pub judge: Judge,
    /// Incidents looked at so far.
    pub n_incidents: u64,
    /// Their reports.
    pub n_reports: u64,
    /// Of them not kept whole, so that the old verdict stands for both.
    pub n_thinned: u64,
    /// Of them such that the function failed; the old verdict stands for both.
    pub n_failed: u64,
    /// Reports with another verdict than the stored: another ruling, kind or severity, or a probability that differs by
    /// [`Comparison::SAME`] or more.
    pub n_changed: u64,
    /// Incidents, `rulings[old][new]`, in the order of [`place`].
    pub rulings: [[u64; 3]; 3],
    /// Flips that are now against a person's decision.
    pub n_against_person: u64,
    /// The live verdicts against persons' decisions.
    pub old: Score,
    /// The new ones.
    pub new: Score,
    /// Incidents that flip, at most [`Comparison::FLIPS_LISTED`]; `n_flips` counts all.
    pub flips: Vec<Flip>,
    /// How many flip.
    pub n_flips: u64,
    /// Everything has been looked at.
    pub complete: bool,
    /// Why it ended early, in words.
    pub error: Option<String>,
}

impl Comparison {
    /// Flips listed.
    pub const FLIPS_LISTED: usize = 1_000;
    /// Probabilities closer than this are the same.
    pub const SAME: f64 = 0.005;

    /// Nothing compared yet.
    pub const fn begin(judge: Judge) -> Self {
        Self {
            judge,
            n_incidents: 0,
            n_reports: 0,
            n_thinned: 0,
            n_failed: 0,
            n_changed: 0,
            rulings: [[0; 3]; 3],
            n_against_person: 0,
            old: Score { n: [[0; 3]; 2] },
            new: Score { n: [[0; 3]; 2] },
            flips: Vec::new(),
            n_flips: 0,
            complete: false,
            error: None,
        }
    }

    /// Whether two verdicts over one report say the same.
    pub fn same(old: &CrashVerdict, new: &CrashVerdict) -> bool {
        let (a, b) = (Brief::of(old), Brief::of(new));
        (a.ruling, a.malfunction, a.severity) == (b.ruling, b.malfunction, b.severity)
            && (a.probability - b.probability).abs() < Self::SAME
    }
}
