//! Where it was and what the report says of itself; and its bytes, as they came.

use std::fmt::Write as _;

use eframe::egui::{self, Align2, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::{CrashReport, Frame, Incident};
use crate::ui::shapes::elided;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::segments;
use crate::ui::widgets::{Pane, header, pane, put};
use crate::ui::{text, tr, word, words};

/// Height of a line, points.
const ROW_H: f32 = 24.0;
/// So many bytes of a packet are shown.
const SHOWN_BYTES: usize = 4_096;

/// The pane with the facts.
pub(super) fn show(ui: &mut Ui, rect: Rect, incident: &Incident, report: &CrashReport) {
    pane(ui, rect, "facts", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        header(ui, Pane { title: word!("incidents-facts"), ..Pane::default() });
        list(ui, &facts(incident, report));
    });
}

/// Lines of name and value.
pub(super) fn list(ui: &mut Ui, facts: &[(&str, String)]) {
    ScrollArea::vertical().auto_shrink(false).id_salt("facts").show_rows(ui, ROW_H, facts.len(), |ui, range| {
        for (name, value) in facts.get(range).unwrap_or_default() {
            line(ui, name, value);
        }
    });
}

fn line(ui: &mut Ui, name: &str, value: &str) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::hover());
    let painter = ui.painter();
    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    put(painter, pos2(left, rect.center().y), Align2::LEFT_CENTER, name, Type::Small.font(), theme.text.tertiary);
    let galley = elided(painter, value, &Type::Small.medium(), theme.text.primary, right - left - 82.0);
    painter.galley(pos2(left + 82.0, rect.center().y - galley.size().y / 2.0), galley, theme.text.primary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
    response.on_hover_text(value);
}

fn facts(incident: &Incident, report: &CrashReport) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    facts.push((word!("incidents-place"), report.position.map_or_else(|| tr!("incidents-place-none"), words::place)));
    if let Some(hdop) = report.position.and_then(|position| position.hdop) {
        let quality = if hdop <= 2.0 {
            word!("incidents-good")
        } else if hdop <= 5.0 {
            word!("incidents-fair")
        } else {
            word!("incidents-poor")
        };
        facts.push((word!("incidents-accuracy"), format!("HDOP {}, {quality}", text::number(hdop, 1))));
    }
    if incident.is_judged_elsewhere() {
        let judge = incident.judge.as_ref();
        let by = judge.map(|judge| tr!("incidents-judged-elsewhere-by", judge = judge.to_string()));
        facts.push((word!("incidents-judged"), by.unwrap_or_else(|| tr!("incidents-judged-elsewhere"))));
    }
    if let Some(differs) = incident.disagreement() {
        facts.push((word!("incidents-differs"), words::two_judges(differs).unwrap_or_else(|| differs.to_owned())));
    }
    facts.push((word!("incidents-happened"), text::full_time(incident.occurred_at)));
    let clock = if incident.clock_wrong { tr!("incidents-clock-ours") } else { tr!("incidents-clock-device") };
    facts.push((word!("incidents-clock"), clock));
    facts.push((word!("incidents-samples"), samples(report)));
    facts.push((
        word!("incidents-axes"),
        match report.frame {
            Frame::Vehicle => tr!("incidents-axes-vehicle"),
            Frame::Device => tr!("incidents-axes-unknown"),
        },
    ));
    facts.push((
        word!("incidents-range"),
        report.range_g.map_or_else(|| tr!("incidents-not-said"), |range| format!("±{}", text::quantity(range, 0, "g"))),
    ));
    facts.push((
        word!("incidents-airbag"),
        match report.airbag {
            Some(true) => tr!("incidents-deployed"),
            Some(false) => tr!("incidents-not-deployed"),
            None => tr!("incidents-not-said"),
        },
    ));
    if let Some(claim) = &report.device_verdict {
        facts.push((word!("incidents-claim"), tr!("incidents-claim-is", claim = escaped(claim.as_bytes()))));
    }
    if incident.n_reports > 1 {
        facts.push((
            word!("incidents-reports"),
            tr!("incidents-reports-last", n = incident.n_reports, at = text::clock(incident.last_report_at)),
        ));
    }
    facts.push((word!("incidents-topic"), escaped(report.topic.as_bytes())));
    facts.push((word!("incidents-event"), report.event_id.to_string()));
    facts.push((word!("incidents-cost"), tr!("incidents-list-price", usd = text::usd(incident.cost))));
    facts.push((word!("incidents-stored"), if incident.stored { tr!("incidents-on-disk") } else { tr!("incidents-not-yet") }));
    facts
}

/// `60 in 590 ms, 100 Hz`.
fn samples(report: &CrashReport) -> String {
    let t = &report.pulse.t_ms;
    match t.as_slice() {
        [] => tr!("incidents-none"),
        [_] => "1".to_owned(),
        [first, .., last] => {
            let span = (last - first).abs();
            let n = text::count(t.len() as u64);
            if span > 0.0 && span.is_finite() {
                let rate = (t.len() - 1) as f64 / span * 1e3;
                tr!("incidents-samples-in", n = n, span = text::quantity(span, 0, "ms"), rate = text::quantity(rate, 0, "Hz"))
            } else {
                tr!("incidents-samples-at-once", n = n)
            }
        }
    }
}

/// How bytes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RawView {
    /// As text, what cannot be printed escaped.
    #[default]
    Text,
    /// As hexadecimal with text beside it.
    Hex,
}

/// The pane with the bytes.
pub(super) fn raw(ui: &mut Ui, rect: Rect, report: &CrashReport, view: &mut RawView) {
    pane(ui, rect, "raw packet", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let n = report.raw.len();
        let note = match n {
            0..=SHOWN_BYTES => tr!("incidents-bytes", n = n as u64),
            _ => tr!("incidents-bytes-first", n = n as u64, shown = SHOWN_BYTES as u64),
        };
        let room = header(ui, Pane { title: word!("incidents-raw"), note: &note, right: "" });
        let place =
            Rect::from_min_max(pos2(rect.right() - 220.0, room.top() + 4.0), pos2(rect.right() - 10.0, room.bottom() - 4.0));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("raw view").layout(layout));
        child.spacing_mut().item_spacing.x = 8.0;
        segments(&mut child, word!("incidents-bytes-as"), view, &[RawView::Text, RawView::Hex], |view| match view {
            RawView::Text => word!("incidents-as-text"),
            RawView::Hex => word!("incidents-as-hex"),
        });
        let bytes = &report.raw[..n.min(SHOWN_BYTES)];
        let body = ui.available_rect_before_wrap().shrink2(vec2(PANE_PAD.x, 8.0));
        let theme = Theme::of(ui);
        ui.scope_builder(UiBuilder::new().max_rect(body).id_salt("bytes"), |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                let words = match view {
                    RawView::Text => escaped(bytes),
                    RawView::Hex => hex_dump(bytes, if body.width() < 440.0 { 8 } else { 16 }),
                };
                let empty = if words.is_empty() { tr!("incidents-packet-empty") } else { words };
                let text = egui::Label::new(Type::Mono.rich(empty, theme.text.secondary)).wrap().selectable(true);
                ui.add(text);
            });
        });
    });
}

/// Bytes as text: line ends stay, what cannot be printed or is no UTF-8 becomes `\x1b`; nothing can act on the screen.
pub(in crate::ui::panels) fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text.push('\n'),
                '\t' => text.push_str("  "),
                c if (c as u32) < 0x100 && c.is_control() => write!(text, "\\x{:02x}", c as u32).unwrap_or_default(),
                // Beyond ASCII only what the bundled fonts surely have: Latin-1 and Hangul.
                c if c.is_ascii() || ('\u{a1}'..='\u{ff}').contains(&c) && c != '\u{ad}' || ('가'..='힣').contains(&c) => {
                    text.push(c);
                }
                c => text.push_str(&c.escape_unicode().to_string()),
            }
        }
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").unwrap_or_default();
        }
    }
    text
}

/// `0000  7b 22 61 …  {"a…`, `columns` bytes a line.
pub(super) fn hex_dump(bytes: &[u8], columns: usize) -> String {
    let mut text = String::new();
    for (row, chunk) in bytes.chunks(columns.max(1)).enumerate() {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let plain: String =
            chunk.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { *byte as char } else { '.' }).collect();
        writeln!(text, "{:04x}  {:<width$}  {plain}", row * columns, hex.join(" "), width = columns * 3 - 1).unwrap_or_default();
    }
    text
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
