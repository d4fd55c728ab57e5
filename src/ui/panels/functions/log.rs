//! The call as Lambda would log it: START, what was judged, END and REPORT, from what was really measured.

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use super::calls;
use crate::model::Verdict;
use crate::state::snapshot::RecentCall;
use crate::ui::shapes::elided;
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{name, put};
use crate::ui::{text, tr};

/// A line: µs after the call began, its level, what it says.
type Line = (u32, &'static str, String);

pub(super) fn ui(ui: &mut Ui, rect: Rect, recent: &RecentCall) {
    let theme = Theme::of(ui);
    let lines = lines(recent, theme);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), sizes().row_compact));
    let painter = ui.painter().clone();
    let title = tr!("functions-log", n = lines.len() as i64);
    put(
        &painter,
        pos2(head.left() + PANE_PAD.x, head.center().y),
        Align2::LEFT_CENTER,
        title,
        Type::Small.font(),
        theme.text.secondary,
    );
    let note = tr!("functions-log-note");
    let right = pos2(head.right() - PANE_PAD.x, head.center().y);
    put(&painter, right, Align2::RIGHT_CENTER, note, Type::Micro.font(), theme.text.tertiary);
    let body = Rect::from_min_max(pos2(rect.left(), head.bottom()), rect.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("log"));
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    child.set_clip_rect(body.intersect(ui.clip_rect()));
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, sizes().row_compact, lines.len(), |ui, rows| {
        for (micros, level, words) in &lines[rows] {
            let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
            if *level == "REPORT" {
                ui.painter().rect_filled(line, 0.0, theme.bg.selected);
            }
            let painter = ui.painter();
            let y = line.center().y;
            let at = format!("+{}", text::micros(i64::from(*micros)));
            put(painter, pos2(line.left() + 84.0, y), Align2::RIGHT_CENTER, &at, Type::Mono.font(), theme.text.tertiary);
            put(painter, pos2(line.left() + 96.0, y), Align2::LEFT_CENTER, *level, Type::Mono.font(), theme.text.secondary);
            let left = line.left() + 154.0;
            let galley = elided(painter, words, &Type::Mono.font(), theme.text.primary, line.right() - PANE_PAD.x - left);
            painter.galley(pos2(left, y - galley.size().y / 2.0), galley, theme.text.primary);
            name(ui, line, ("line", *micros, *level, words), Role::Label, &format!("{at} {level} {words}"));
        }
    });
}

/// Log lines are records, not labels: they stay in English whatever the window's language.
fn lines(recent: &RecentCall, theme: &Theme) -> Vec<Line> {
    let call = &recent.call;
    let id = call.cause.packet;
    let (begin, end) = (call.init_micros, call.init_micros.saturating_add(call.duration_micros));
    let mut lines = Vec::new();
    if call.init_micros > 0 {
        lines.push((0, "INIT", format!("cold start, {} of init", text::micros(i64::from(call.init_micros)))));
    }
    lines.push((begin, "START", format!("RequestId: {id} {} of {}", call.function, call.cause.device)));
    match &recent.verdict {
        Some(Verdict::Crash(verdict)) => {
            lines.push((end, "INFO", verdict.summary.clone()));
            let sum: f64 = verdict.evidence.iter().map(|row| row.weight).sum();
            let checks = verdict.evidence.iter().filter(|row| row.weight != 0.0);
            let words: Vec<_> = checks.map(|row| format!("{}={} ({:+.1})", row.key, row.reading, row.weight)).collect();
            lines.push((end, "INFO", words.join(" ")));
            lines.push((end, "INFO", format!("score={sum:+.2} p={:.3}", verdict.probability)));
        }
        Some(_) => lines.push((end, "INFO", calls::answer(recent, theme).2)),
        None => lines.push((end, "ERROR", calls::answer(recent, theme).2)),
    }
    lines.push((end, "END", format!("RequestId: {id}")));
    let mut report = format!(
        "Duration: {:.3} ms  Billed Duration: {} ms  Memory Size: {} MB",
        f64::from(call.duration_micros) / 1e3,
        call.billed_ms,
        call.memory_mb
    );
    if call.init_micros > 0 {
        report = format!("{report}  Init Duration: {:.3} ms", f64::from(call.init_micros) / 1e3);
    }
    lines.push((end, "REPORT", report));
    lines
}
