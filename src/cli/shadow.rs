//! `fleetwatch shadow`: where the judge beside the line ruled otherwise, as the store has it.

use std::io::{self, Write};

use serde_json::json;

use crate::model::{CrashVerdict, Said, VerdictVersion};

/// Writes the differences: the version that the line gave, and the other.
pub fn write(found: &[(VerdictVersion, VerdictVersion)], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if found.is_empty() && !as_json {
        return writeln!(
            out,
            "The judge beside the line has ruled nothing otherwise, or there is none: docs/ARCHITECTURE.md, [shadow]."
        );
    }
    for (line, shadow) in found {
        let (Said::Verdict(old), Said::Verdict(new)) = (&line.said, &shadow.said) else { continue };
        let judge = shadow.judge.as_ref().map(ToString::to_string).unwrap_or_default();
        if as_json {
            let of = |verdict: &CrashVerdict| {
                json!({ "ruling": verdict.ruling, "malfunction": verdict.malfunction, "probability": verdict.probability,
                    "severity": verdict.severity, "summary": verdict.summary })
            };
            let said = json!({
                "type": "shadow", "at": shadow.at.rfc3339(), "incident": shadow.incident, "device": shadow.device,
                "origin": shadow.origin, "event_id": shadow.event, "judge": shadow.judge, "old": of(old), "new": of(new),
            });
            writeln!(out, "{said}")?;
        } else {
            writeln!(out, "{} {} {}, {judge}", shadow.at.rfc3339(), shadow.incident, shadow.device)?;
            writeln!(out, "  the line: {}", words(old))?;
            writeln!(out, "  beside it: {}", words(new))?;
        }
    }
    Ok(())
}

fn words(verdict: &CrashVerdict) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let kind = verdict.malfunction.map_or_else(String::new, |kind| format!(", {}", word(json!(kind))));
    format!(
        "{}{kind}, {}, p {:.2}: {}",
        word(json!(verdict.ruling)),
        word(json!(verdict.severity)),
        verdict.probability,
        verdict.summary
    )
}
