//! One incident as a page to print: no script, no network, the plots drawn in it. Pure.
//!
//! In the language that is asked for, with times in UTC, like everything that leaves the desk. What a device or a person
//! wrote stays as it is, and is escaped.

use std::fmt::Write as _;

use crate::model::{CrashReport, CrashVerdict, Incident, IncidentKind, Language, Timestamp};
use crate::place;
use crate::speech::{text, tr, word, words};

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

/// The page, made at `at`, in a language.
pub fn html(incident: &Incident, at: Timestamp, language: Language) -> String {
    let before = Language::spoken();
    language.speak();
    let page = spoken(incident, at);
    before.speak();
    page
}

fn spoken(incident: &Incident, at: Timestamp) -> String {
    let mut page = String::new();
    let title = format!("{} {}", incident.id, incident.device);
    write!(
        page,
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>\n<style>{STYLE}</style></head><body>\n",
        Language::spoken().tag(),
        escape(&title)
    ).unwrap_or_default();
    let badge = match &incident.imported {
        Some(from) => Some(tr!("report-imported-from", id = from.id.as_str())),
        None => words::origin(incident.origin).map(str::to_owned),
    };
    let badge = badge.map(|words| format!("<span class=\"badge\">{}</span> ", escape(&words))).unwrap_or_default();
    writeln!(page, "<h1>{badge}{}</h1>", escape(&headline(incident))).unwrap_or_default();
    if let IncidentKind::Crash { verdict, .. } = &incident.kind {
        writeln!(page, "<p>{}</p>", escape(&words::sentence(verdict))).unwrap_or_default();
    }
    facts(&mut page, incident);
    match &incident.kind {
        IncidentKind::Crash { report, verdict } => crash(&mut page, report, verdict),
        IncidentKind::Temperature { verdict, .. } => {
            let (low, high) = verdict.limits_c;
            let [value, low, high] = [verdict.celsius.0, low, high].map(|c| text::quantity(c, 1, "°C"));
            let said = tr!("report-limits", value = value, low = low, high = high);
            writeln!(page, "<p>{}</p>", escape(&said)).unwrap_or_default();
        }
    }
    timeline(&mut page, incident);
    if let IncidentKind::Crash { report, .. } = &incident.kind {
        packet(&mut page, report);
    }
    let made = tr!("report-made-by", version = env!("CARGO_PKG_VERSION"), at = at.rfc3339());
    writeln!(page, "<p class=\"quiet\">{}</p>\n</body></html>", escape(&made)).unwrap_or_default();
    page
}

fn headline(incident: &Incident) -> String {
    let severity = text::severity(incident.severity);
    match incident.holding_decision() {
        Some(decision) => {
            let ruling = text::ruling(decision.ruling);
            tr!("report-decided", ruling = ruling, who = decision.by.as_str(), reason = decision.reason.as_str())
        }
        None => format!("{}, {severity}", words::headline(incident)),
    }
}

fn facts(page: &mut String, incident: &Incident) {
    let utc = |at: Timestamp| format!("{} (UTC)", at.rfc3339());
    let clock = if incident.clock_wrong { format!(", {}", word!("incidents-clock-ours")) } else { String::new() };
    let mut rows = vec![
        (word!("report-incident"), incident.id.to_string()),
        (word!("report-device"), incident.device.to_string()),
        (word!("incidents-happened"), utc(incident.occurred_at) + &clock),
        (word!("report-received"), utc(incident.received_at)),
        (word!("incidents-state"), text::life(incident.life).to_owned()),
        (word!("incidents-reports"), incident.n_reports.to_string()),
    ];
    let by = |done: &Option<(String, Timestamp)>| done.as_ref().map(|(who, at)| format!("{}, {who}", utc(*at)));
    rows.extend(by(&incident.acknowledged).map(|said| (word!("incidents-step-acknowledged"), said)));
    rows.extend(by(&incident.resolved).map(|said| (word!("incidents-step-resolved"), said)));
    if let IncidentKind::Crash { report, .. } = &incident.kind {
        if let Some(at) = report.position {
            let name = |place: &place::Place| match Language::spoken() {
                Language::Korean if !place.korean.is_empty() => place.korean,
                _ => place.name,
            };
            let near = place::near(at.lat, at.lon);
            let near = near.map(|near| tr!("report-near", place = name(near.place))).unwrap_or_default();
            rows.push((word!("incidents-place"), format!("{:.5}, {:.5} (WGS 84){near}", at.lat, at.lon)));
        }
        rows.push((word!("incidents-topic"), report.topic.to_string()));
        rows.push((word!("incidents-event"), report.event_id.to_string()));
    }
    if let Some(judge) = &incident.judge {
        let by = judge.to_string();
        let by = if incident.is_judged_elsewhere() { tr!("incidents-judged-elsewhere-by", judge = by) } else { by };
        rows.push((word!("incidents-judged"), tr!("report-judged", by = by, limits = judge.limits.to_string())));
    }
    if let Some(differs) = incident.disagreement() {
        rows.push((word!("incidents-differs"), words::two_judges(differs).unwrap_or_else(|| differs.to_owned())));
    }
    if let Some(from) = &incident.imported {
        let said = tr!("report-taken-in", at = utc(from.at), who = from.by.as_str(), hash = from.sha256.as_str());
        rows.push((word!("report-import"), said));
    }
    page.push_str("<table>\n");
    for (name, value) in rows {
        writeln!(page, "<tr><th>{}</th><td>{}</td></tr>", escape(name), escape(&value)).unwrap_or_default();
    }
    page.push_str("</table>\n");
}

fn crash(page: &mut String, report: &CrashReport, verdict: &CrashVerdict) {
    if let Some(reason) = &report.unreadable {
        let said = tr!("incidents-could-not-be-read", reason = reason.to_string());
        writeln!(page, "<p><b>{}</b></p>", escape(&said)).unwrap_or_default();
    }
    if !verdict.evidence.is_empty() {
        title(page, word!("incidents-why"));
        let [check, value, limit, points, weight] = [
            word!("incidents-check"),
            word!("incidents-value"),
            word!("incidents-limit"),
            word!("incidents-points-to"),
            word!("incidents-weight"),
        ]
        .map(escape);
        writeln!(
            page,
            "<table><tr><th>{check}</th><th>{value}</th><th>{limit}</th><th>{points}</th><th class=\"n\">{weight}</th></tr>"
        )
        .unwrap_or_default();
        for row in &verdict.evidence {
            let said = words::evidence(row);
            writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}<br><span class=\"quiet\">{}</span></td><td>{}</td><td class=\"n\">{}</td></tr>",
                escape(&said.name),
                escape(&said.reading),
                escape(&said.limit),
                escape(&said.source),
                escape(text::points(row.points)),
                text::signed(row.weight, 1, "")
            )
            .unwrap_or_default();
        }
        let sum: f64 = verdict.evidence.iter().map(|row| row.weight).sum();
        let [sum, p] = [text::signed(sum, 1, ""), text::likelihood(verdict.probability)];
        writeln!(page, "</table>\n<p>{}</p>", escape(&tr!("report-sum", sum = sum, p = p))).unwrap_or_default();
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
        title(page, word!("report-pulse"));
        page.push_str(&plot(&lines, verdict.window_ms, word!("report-judged-window")));
    }
    if let Some(trace) = report.speed.as_ref().filter(|trace| trace.t_ms.len() > 1) {
        let points = trace.t_ms.iter().zip(&trace.kmh).map(|(t, kmh)| (t / 1e3, *kmh)).collect();
        title(page, word!("report-speed"));
        page.push_str(&plot(&[(word!("report-speed-line"), "#1d4ed8", "", points)], Some((0.0, 0.0)), word!("report-impact")));
    }
}

fn title(page: &mut String, words: &str) {
    writeln!(page, "<h2>{}</h2>", escape(words)).unwrap_or_default();
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
        return format!("<p class=\"quiet\">{}</p>\n", escape(word!("report-no-plot")));
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
    title(page, word!("incidents-timeline"));
    let [time, after, step] = [word!("report-time"), word!("report-after"), word!("report-step")].map(escape);
    writeln!(page, "<table><tr><th>{time}</th><th class=\"n\">{after}</th><th>{step}</th><th></th></tr>").unwrap_or_default();
    let zero = incident.timeline.first().map_or(incident.received_at, |step| step.at);
    for step in &incident.timeline {
        let after = step.at.micros_since(zero) as f64 / 1e3;
        writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{after:+.1}</td><td>{}</td><td>{}</td></tr>",
            step.at.rfc3339(),
            escape(words::step_name(&step.kind)),
            escape(&words::step_detail(step, incident))
        )
        .unwrap_or_default();
    }
    page.push_str("</table>\n");
    if !incident.notes.is_empty() {
        title(page, word!("report-notes"));
        page.push_str("<table>\n");
        for note in &incident.notes {
            writeln!(page, "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", note.at.rfc3339(), escape(&note.by), escape(&note.text))
                .unwrap_or_default();
        }
        page.push_str("</table>\n");
    }
}

fn packet(page: &mut String, report: &CrashReport) {
    let shown = &report.raw[..report.raw.len().min(PACKET_SHOWN)];
    let n = report.raw.len() as u64;
    let bytes = if shown.len() < report.raw.len() {
        tr!("incidents-bytes-first", n = n, shown = shown.len() as u64)
    } else {
        tr!("incidents-bytes", n = n)
    };
    title(page, &format!("{}, {bytes}", word!("incidents-raw")));
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
