//! `fleetwatch rejudge`: what other limits make of the crash reports that are stored.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use crate::clock::Clock;
use crate::decode;
use crate::functions::judge_crash;
use crate::model::comparison::{Comparison, Flip, Score};
use crate::model::{DeviceId, EventId, IncidentId, Judge, Occasion, Origin, Record, Said, Timestamp, VerdictVersion, likelihood};
use crate::rejudge::{Comparer, ruling_words};
use crate::store::{self, Archive, Writer};

/// Versions in one transaction.
const BATCH: usize = 256;

/// Why it ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A desk writes there.
    #[error(
        "nothing was compared and nothing saved: {0}; a store has one writer. Without --save this works beside a running desk"
    )]
    Desk(store::Error),
    /// Nobody reads.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// A batch was written and one of it refused.
    #[error("some versions could not be stored: {0}")]
    Refused(String),
}

/// Runs the reports received since, read by these formats, through these limits and writes what flips, as it is found, then the sums.
/// With `save` each verdict that says something else is added as a version; none is written over.
pub fn run(
    dir: &Path,
    formats: &decode::Settings,
    limits: &judge_crash::Settings,
    since: Option<Timestamp>,
    as_json: bool,
    save: bool,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut saver = match save.then(|| store::writer(dir)).transpose() {
        Ok(writer) => writer.map(|writer| Saver { writer, waiting: Vec::new(), n_saved: 0 }),
        Err(error @ store::Error::InUse(_)) => return Err(Error::Desk(error)),
        Err(error) => return Err(error.into()),
    };
    let archive = Archive::open(dir)?;
    let mut comparer = Comparer::new(formats, limits);
    let judge = comparer.so_far().judge.clone();
    let mut failed = None;
    archive.past_reports(since, |past| {
        let (incident, origin, device, event) = (past.incident.clone(), past.origin, past.device.clone(), past.event.clone());
        let verdict = comparer.add(past);
        let done = say(&comparer.take_flips(), as_json, out).map_err(Error::from).and_then(|()| match (&mut saver, verdict) {
            (Some(saver), Some(verdict)) => {
                let said = Said::Verdict(verdict.into());
                saver.add(version(incident, origin, device, event, &judge, said))
            }
            _ => Ok(()),
        });
        failed = done.err();
        failed.is_none()
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut comparison = comparer.finish();
    say(&std::mem::take(&mut comparison.flips), as_json, out)?;
    let n_saved = match saver {
        Some(saver) => Some(saver.finish()?),
        None => None,
    };
    sum(&comparison, n_saved, as_json, out)?;
    Ok(())
}

fn version(incident: IncidentId, origin: Origin, device: DeviceId, event: EventId, judge: &Judge, said: Said) -> VerdictVersion {
    let (by, judge) = (Occasion::Rejudge, Some(judge.clone()));
    VerdictVersion { incident, origin, device, event: Some(event), version: 0, at: Clock.now(), by, judge, said }
}

struct Saver {
    writer: Writer,
    waiting: Vec<Record>,
    n_saved: u64,
}

impl Saver {
    fn add(&mut self, version: VerdictVersion) -> Result<(), Error> {
        self.waiting.push(Record::Version(Box::new(version)));
        if self.waiting.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        for receipt in self.writer.commit(&self.waiting)? {
            match receipt {
                store::Receipt::Version { known: false } => self.n_saved += 1,
                store::Receipt::Failed { reason } => return Err(Error::Refused(reason)),
                _ => {}
            }
        }
        self.waiting.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<u64, Error> {
        self.flush()?;
        Ok(self.n_saved)
    }
}

fn say(flips: &[Flip], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    for flip in flips {
        if as_json {
            let mut line = json!(flip);
            line["type"] = "flip".into();
            line["received_at"] = flip.received_at.rfc3339().into();
            line["against_person"] = flip.against_person().into();
            writeln!(out, "{line}")?;
            continue;
        }
        let (old, new) = (ruling_words(flip.old.ruling), ruling_words(flip.new.ruling));
        writeln!(
            out,
            "{:<20} {} {:<16} {old} {} -> {new} {}",
            flip.incident.to_string(),
            flip.received_at.rfc3339(),
            flip.device.to_string(),
            likelihood(flip.old.probability),
            likelihood(flip.new.probability),
        )?;
        if flip.changed.is_empty() {
            writeln!(out, "    the evidence is the same: the probabilities from which a ruling follows moved")?;
        }
        for change in flip.changed.iter().take(3) {
            let side = |side: &Option<(String, String, f64)>| {
                side.as_ref().map_or_else(|| "not there".to_owned(), |(_, limit, weight)| format!("{weight:+.2} (limit {limit})"))
            };
            let reading = change.new.as_ref().or(change.old.as_ref()).map_or("", |(reading, ..)| reading);
            writeln!(out, "    {}: {reading}; {} -> {}", change.name, side(&change.old), side(&change.new))?;
        }
        if let Some(decision) = flip.decision.as_ref().filter(|_| flip.against_person()) {
            writeln!(out, "    against {}, who decided {}: {}", decision.by, ruling_words(decision.ruling), decision.reason)?;
        }
    }
    Ok(())
}

fn sum(comparison: &Comparison, n_saved: Option<u64>, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let mut line = json!(comparison);
        line["type"] = "summary".into();
        line["n_saved"] = n_saved.into();
        if let Some(line) = line.as_object_mut() {
            line.remove("flips");
        }
        return writeln!(out, "{line}");
    }
    let Comparison { judge, n_incidents, n_reports, n_flips, n_against_person, .. } = comparison;
    writeln!(out, "{judge}, limits {}: {n_incidents} incidents with {n_reports} reports, {n_flips} flip", judge.limits)?;
    if comparison.n_thinned + comparison.n_failed > 0 {
        let Comparison { n_thinned, n_failed, .. } = comparison;
        writeln!(
            out,
            "not judged again: {n_thinned} reports of floods without their bytes, {n_failed} where the function failed"
        )?;
    }
    let n = comparison.old.labelled();
    if n == 0 {
        writeln!(out, "no incident has a person's decision yet: precision and recall cannot be said")?;
    } else {
        writeln!(out, "against the decisions of persons over {n} incidents ({n_against_person} of the flips are against one):")?;
        writeln!(out, "{:<12} {:>10} {:>10}", "", "as judged", "now")?;
        for (name, of) in [
            ("precision", Score::precision as fn(&Score) -> Option<f64>),
            ("recall", Score::recall),
            ("undecided", Score::undecided),
        ] {
            let per_cent =
                |share: Option<f64>| share.map_or_else(|| "none".to_owned(), |share| format!("{:.1} %", share * 100.0));
            writeln!(out, "{name:<12} {:>10} {:>10}", per_cent(of(&comparison.old)), per_cent(of(&comparison.new)))?;
        }
    }
    match n_saved {
        Some(n) => writeln!(out, "{n} verdicts were added as versions; none was written over"),
        None => writeln!(out, "nothing was saved"),
    }
}
