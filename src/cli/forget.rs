//! `fleetwatch forget`: takes personal data out of the store, or says what it would take out.

use std::io::{self, Write};

use crate::store::forget::{Forget, Forgotten};

/// Says what was taken out, or would be, and what stays.
pub fn write(what: &Forget, forgotten: &Forgotten, dry: bool, out: &mut dyn Write) -> io::Result<()> {
    let Forget { device, from, to } = what;
    let (from, to) = (from.rfc3339(), to.rfc3339());
    writeln!(out, "{} of {device}, from {from} to before {to}:", if dry { "would be forgotten" } else { "forgotten" })?;
    for (n, what) in [
        (forgotten.samples, "positions and headings among the numbers"),
        (forgotten.incidents, "incidents: names of persons in them"),
        (forgotten.impact_positions, "positions of impacts without a crash report"),
        (forgotten.report_positions, "positions of crash reports"),
        (forgotten.messages, "raw messages"),
        (forgotten.steps, "steps of timelines that name persons"),
        (forgotten.notes, "notes"),
        (forgotten.decisions, "names and reasons of decisions"),
        (forgotten.notices, "texts that were sent to people"),
        (forgotten.silences, "silences: whose they were, and why"),
        (forgotten.register, "entries of the register: who wrote it"),
        (forgotten.audit, "entries of the audit: who and what"),
    ] {
        writeln!(out, "{n:>9}  {what}")?;
    }
    if forgotten.audit_stays > 0 {
        let n = forgotten.audit_stays;
        writeln!(out, "stays: {n} entries of the audit from before they could be forgotten; their text is in the chain itself")?;
    }
    for id in &forgotten.left_open {
        writeln!(out, "stays: {id}, which is not resolved")?;
    }
    if dry {
        writeln!(out, "nothing was changed; --yes does it, and it cannot be taken back")?;
    }
    Ok(())
}
