//! One incident as a page to print: no script, no network, the plots drawn in it. Pure.
//!
//! In English, with times in UTC, like everything that leaves the desk. What a device or a person wrote is escaped.

use std::fmt::Write as _;

use crate::model::{CrashReport, CrashVerdict, Incident, IncidentKind, Origin, Points, Ruling, Timestamp, likelihood};
use crate::place;

/// Bytes of a packet that are printed; the JSON export has them all.
const PACKET_SHOWN: usize = 65_536;
/// Width and height of a plot, CSS pixels.
const PLOT: (f64, f64) = (700.0, 220.0);
/// Room at the left and below for numbers, CSS pixels.
const ROOM: (f64, f64) = (46.0, 26.0);
/// Points of a line at most: two in each pixel column, so that peaks survive.
const MOST_POINTS: usize = 1_400;

const STYLE: &str = "body{font:14px/1.45 system-ui,sans-serif;color:#111;background:#fff;max-width:760px;margin:24px auto;padding:0 16px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:15px;margin:26px 0 6px;border-bottom:1px solid #bbb}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:3px 8px 3px 0;vertical-align:top;border-bottom:1px solid #e4e4e4}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:11px;background:#f5f5f5;padding:8px}
.badge{border:1px dashed #5b21b6;color:#5b21b6;padding:1px 8px;font-weight:600}.quiet{color:#555}svg{width:100%;height:auto}
@media print{body{margin:0}h2{break-after:avoid}tr,svg{break-inside:avoid}}";

/// Text as HTML: what could be markup or act on a terminal is written out.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => write!(safe, "\\u{{{:x}}}", u32::from(c)).unwrap_or_default(),
            c => safe.push(c),
        }
    }
    safe
}

/// The page, made at `at`.
pub fn html(incident: &Incident, at: Timestamp) -> String {
    let mut page = String::new();
    let title = format!("{} {}", incident.id, incident.device);
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\n<style>{STYLE}</style></head><body>\n",
        escape(&title)
    ).unwrap_or_default();
    let badge = match (&incident.imported, incident.origin) {
        (Some(from), _) => format!("<span class=\"badge\">IMPORTED from {}</span> ", escape(&from.id)),
        (None, Origin::Drill) => "<span class=\"badge\">DRILL</span> ".to_owned(),
        (None, Origin::Sample) => "<span class=\"badge\">SAMPLE</span> ".to_owned(),
        (None, Origin::Device) => String::new(),
    };
    writeln!(page, "<h1>{badge}{}</h1>", escape(&headline(incident))).unwrap_or_default();
    if let Some(verdict) = incident.verdict() {
        writeln!(page, "<p>{}</p>", escape(&verdict.summary)).unwrap_or_default();
    }
    facts(&mut page, incident);
    match &incident.kind {
        IncidentKind::Crash { report, verdict } => crash(&mut page, report, verdict),
        IncidentKind::Temperature { verdict, .. } => {
            let (low, high) = verdict.limits_c;
            writeln!(page, "<p>{:.1} °C; limits {low:.1} to {high:.1} °C.</p>", verdict.celsius.0).unwrap_or_default();
        }
    }
    timeline(&mut page, incident);
    if let IncidentKind::Crash { report, .. } = &incident.kind {
        packet(&mut page, report);
    }
    writeln!(
        page,
        "<p class=\"quiet\">Made by fleetwatch {} on {} (UTC). The JSON export of the incident holds every raw packet and a hash.</p>\n</body></html>",
        env!("CARGO_PKG_VERSION"),
        at.rfc3339()
    ).unwrap_or_default();
    page
}

fn headline(incident: &Incident) -> String {
    let severity = format!("{:?}", incident.severity).to_lowercase();
    let word = |ruling: Ruling| match ruling {
        Ruling::Real => "Real accident",
        Ruling::Malfunction => "Malfunction",
        Ruling::Undecided => "Undecided",
    };
    match (&incident.kind, &incident.decision) {
        (IncidentKind::Crash { .. }, Some(decision)) => {
            format!("{}, decided by {}: {}", word(decision.ruling), decision.by, decision.reason)
        }
        (IncidentKind::Crash { verdict, .. }, None) => {
            let likely = likelihood(verdict.probability);
            format!("{}, {severity}, {likely} likely an accident", word(verdict.ruling))
        }
        (IncidentKind::Temperature { verdict, .. }, _) => format!("{} sensor, {severity}", verdict.band.segment()),
    }
}

fn facts(page: &mut String, incident: &Incident) {
    let mut rows = vec![
        ("Incident", incident.id.to_string()),
        ("Device", incident.device.to_string()),
        (
            "Happened",
            format!("{} (UTC){}", incident.occurred_at.rfc3339(), if incident.clock_wrong { ", our clock" } else { "" }),
        ),
        ("Received", format!("{} (UTC)", incident.received_at.rfc3339())),
        ("State", format!("{:?}", incident.life).to_lowercase()),
        ("Reports", incident.n_reports.to_string()),
    ];
    let by = |done: &Option<(String, Timestamp)>| done.as_ref().map(|(who, at)| format!("{} (UTC), {who}", at.rfc3339()));
    rows.extend(by(&incident.acknowledged).map(|words| ("Acknowledged", words)));
    rows.extend(by(&incident.resolved).map(|words| ("Resolved", words)));
    if let IncidentKind::Crash { report, .. } = &incident.kind {
        if let Some(at) = report.position {
            let near = place::near(at.lat, at.lon).map(|near| format!(", near {}", near.place.name)).unwrap_or_default();
            rows.push(("Place", format!("{:.5}, {:.5} (WGS 84){near}", at.lat, at.lon)));
        }
        rows.push(("Topic", report.topic.to_string()));
        rows.push(("Event", report.event_id.to_string()));
    }
    if let Some(judge) = &incident.judge {
        let elsewhere = if incident.is_judged_elsewhere() { " of the stack, not by this desk" } else { "" };
        rows.push(("Judged by", format!("{judge}{elsewhere}, limits {}", judge.limits)));
    }
    if let Some(differs) = incident.disagreement() {
        rows.push(("Verdicts differ", differs.to_owned()));
    }
    if let Some(from) = &incident.imported {
        rows.push(("Taken in", format!("{} (UTC) by {}, SHA-256 {}", from.at.rfc3339(), from.by, from.sha256)));
    }
    page.push_str("<table>\n");
    for (name, value) in rows {
        writeln!(page, "<tr><th>{name}</th><td>{}</td></tr>", escape(&value)).unwrap_or_default();
    }
    page.push_str("</table>\n");
}

fn crash(page: &mut String, report: &CrashReport, verdict: &CrashVerdict) {
    if let Some(reason) = &report.unreadable {
        writeln!(page, "<p><b>The report could not be read:</b> {}</p>", escape(reason)).unwrap_or_default();
    }
    if !verdict.evidence.is_empty() {
        page.push_str("<h2>Why this verdict</h2>\n<table><tr><th>Check</th><th>Value</th><th>Limit</th><th>Points to</th><th class=\"n\">Weight</th></tr>\n");
        for row in &verdict.evidence {
            let points = match row.points {
                Points::Accident => "accident",
                Points::Malfunction => "malfunction",
                Points::Neutral => "neutral",
                Points::NotChecked => "not checked",
            };
            writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}<br><span class=\"quiet\">{}</span></td><td>{points}</td><td class=\"n\">{:+.1}</td></tr>",
                escape(&row.name),
                escape(&row.reading),
                escape(&row.limit),
                escape(&row.source),
                row.weight
            ).unwrap_or_default();
        }
        let sum: f64 = verdict.evidence.iter().map(|row| row.weight).sum();
        writeln!(
            page,
            "</table>\n<p>Sum of weights {sum:+.1}; probability of an accident {}.</p>",
            likelihood(verdict.probability)
        )
        .unwrap_or_default();
    }
    let pulse = &report.pulse;
    let n = pulse.len().min(pulse.x_g.len()).min(pulse.y_g.len()).min(pulse.z_g.len());
    if n > 1 {
        let line = |value: &dyn Fn(usize) -> f64| (0..n).map(|i| (pulse.t_ms[i], value(i))).collect::<Vec<_>>();
        let magnitude = |i: usize| (pulse.x_g[i].powi(2) + pulse.y_g[i].powi(2) + pulse.z_g[i].powi(2)).sqrt();
        let lines = [
            ("|a|", "#111", "", line(&magnitude)),
            ("x", "#1d4ed8", "", line(&|i| pulse.x_g[i])),
            ("y", "#b45309", "6 3", line(&|i| pulse.y_g[i])),
            ("z", "#047857", "2 3", line(&|i| pulse.z_g[i])),
        ];
        page.push_str("<h2>Crash pulse, g over ms</h2>\n");
        page.push_str(&plot(&lines, verdict.window_ms, "judged window"));
    }
    if let Some(trace) = report.speed.as_ref().filter(|trace| trace.t_ms.len() > 1) {
        let points = trace.t_ms.iter().zip(&trace.kmh).map(|(t, kmh)| (t / 1e3, *kmh)).collect();
        page.push_str("<h2>Speed, km/h over s; the impact is at 0</h2>\n");
        page.push_str(&plot(&[("speed", "#1d4ed8", "", points)], Some((0.0, 0.0)), "impact"));
    }
}

/// A line of a plot: name, colour, dash, points.
type Line<'a> = (&'a str, &'a str, &'a str, Vec<(f64, f64)>);

/// Lines over one axis as SVG; what is not finite is a gap.
fn plot(lines: &[Line<'_>], span: Option<(f64, f64)>, span_name: &str) -> String {
    let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let all = || lines.iter().flat_map(|line| line.3.iter()).filter(finite);
    let fold = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (x0, x1) = fold(&mut all().map(|point| point.0));
    let (y0, y1) = fold(&mut all().map(|point| point.1).chain([0.0]));
    if !(x1 > x0 && y1 >= y0) {
        return "<p class=\"quiet\">Nothing that can be drawn.</p>\n".to_owned();
    }
    let y1 = if y1 > y0 { y1 } else { y0 + 1.0 };
    let ((width, height), (left, below)) = (PLOT, ROOM);
    let x = |t: f64| left + (t - x0) / (x1 - x0) * (width - left - 8.0);
    let y = |value: f64| 8.0 + (y1 - value) / (y1 - y0) * (height - below - 8.0);
    let mut svg =
        format!("<svg viewBox=\"0 0 {width} {height}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" font-size=\"11\">\n");
    for step in 0..=4 {
        let (t, value) = (x0 + (x1 - x0) * f64::from(step) / 4.0, y0 + (y1 - y0) * f64::from(step) / 4.0);
        writeln!(
            svg,
            "<line x1=\"{left}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.1}</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{t:.0}</text>",
            width - 8.0,
            y(value),
            y(value),
            left - 5.0,
            y(value) + 4.0,
            x(t).clamp(left + 10.0, width - 20.0),
            height - 8.0
        ).unwrap_or_default();
    }
    if let Some((from, to)) = span.filter(|(from, to)| from.is_finite() && to.is_finite() && *to >= x0 && *from <= x1) {
        let (from, to) = (x(from.max(x0)), x(to.min(x1)));
        writeln!(
            svg,
            "<rect x=\"{from:.1}\" y=\"8\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#1d4ed8\" fill-opacity=\"0.12\" stroke=\"#1d4ed8\"/><text x=\"{:.1}\" y=\"{:.1}\" fill=\"#1d4ed8\">{span_name}</text>",
            (to - from).max(0.5),
            height - below - 8.0,
            from + 4.0,
            height - below - 6.0
        ).unwrap_or_default();
    }
    for (idx, (name, color, dash, points)) in lines.iter().enumerate() {
        let stroke = if idx == 0 { 1.8 } else { 1.2 };
        for run in points.split(|point| !(point.0.is_finite() && point.1.is_finite())).filter(|run| run.len() > 1) {
            let drawn: Vec<String> = thinned(run).iter().map(|(t, value)| format!("{:.1},{:.1}", x(*t), y(*value))).collect();
            writeln!(
                svg,
                "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{stroke}\" stroke-dasharray=\"{dash}\" points=\"{}\"/>",
                drawn.join(" ")
            ).unwrap_or_default();
        }
        let at = left + 10.0 + 56.0 * idx as f64;
        writeln!(
            svg,
            "<line x1=\"{at}\" x2=\"{}\" y1=\"16\" y2=\"16\" stroke=\"{color}\" stroke-width=\"{stroke}\" stroke-dasharray=\"{dash}\"/><text x=\"{}\" y=\"20\">{name}</text>",
            at + 18.0,
            at + 22.0
        ).unwrap_or_default();
    }
    svg.push_str("</svg>\n");
    svg
}

/// The least and the greatest of every group of points, in order.
fn thinned(run: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let group = (2 * run.len()).div_ceil(MOST_POINTS).max(1);
    if group < 3 {
        return run.to_vec();
    }
    let mut points = Vec::with_capacity(MOST_POINTS + 2);
    for part in run.chunks(group) {
        let by = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (least, greatest) = (part.iter().min_by(by), part.iter().max_by(by));
        let mut both: Vec<(f64, f64)> = least.into_iter().chain(greatest).copied().collect();
        both.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.extend(both);
    }
    points
}

fn timeline(page: &mut String, incident: &Incident) {
    page.push_str(
        "<h2>What happened</h2>\n<table><tr><th>Time (UTC)</th><th class=\"n\">After, ms</th><th>Step</th><th></th></tr>\n",
    );
    let zero = incident.timeline.first().map_or(incident.received_at, |step| step.at);
    for step in &incident.timeline {
        let after = step.at.micros_since(zero) as f64 / 1e3;
        writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{after:+.1}</td><td>{:?}</td><td>{}</td></tr>",
            step.at.rfc3339(),
            step.kind,
            escape(&step.detail)
        )
        .unwrap_or_default();
    }
    page.push_str("</table>\n");
    if !incident.notes.is_empty() {
        page.push_str("<h2>Notes</h2>\n<table>\n");
        for note in &incident.notes {
            writeln!(page, "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", note.at.rfc3339(), escape(&note.by), escape(&note.text))
                .unwrap_or_default();
        }
        page.push_str("</table>\n");
    }
}

fn packet(page: &mut String, report: &CrashReport) {
    let shown = &report.raw[..report.raw.len().min(PACKET_SHOWN)];
    let cut = if shown.len() < report.raw.len() { format!(", the first {} shown", shown.len()) } else { String::new() };
    writeln!(page, "<h2>Raw packet, {} bytes{cut}</h2>", report.raw.len()).unwrap_or_default();
    let text = match std::str::from_utf8(shown) {
        Ok(text) => escape(text),
        Err(_) => shown.chunks(32).map(hex_line).collect::<Vec<_>>().join("\n"),
    };
    writeln!(page, "<pre>{text}</pre>").unwrap_or_default();
}

fn hex_line(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
