//! The JSON editor: line numbers, colours by kind of token, and the lines with problems tinted.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Galley, Pos2, Rect, ScrollArea, Shape, Stroke, StrokeKind, TextBuffer, TextEdit, Ui, UiBuilder, Vec2, pos2, vec2,
};

use super::check::Problem;

use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::put;
use crate::ui::word;

/// Width of the line numbers, points.
const GUTTER: f32 = 40.0;

/// What a run of characters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A text before a colon.
    Key,
    /// Any other text.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// `{{now}}`, `{{id}}`.
    Placeholder,
    /// Brackets, commas, spaces, and what is nothing.
    Other,
}

/// Splits text into runs; they are the text again when put together.
pub(super) fn tokens(text: &str) -> Vec<(Token, &str)> {
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, len) = match first {
            '"' => {
                let len = string_len(rest);
                let key = rest[len..].trim_start().starts_with(':');
                (if key { Token::Key } else { Token::Text }, len)
            }
            '{' if rest.starts_with("{{now}}") => (Token::Placeholder, 7),
            '{' if rest.starts_with("{{id}}") => (Token::Placeholder, 6),
            '-' | '0'..='9' => (Token::Number, run_len(rest, |c| c.is_ascii_alphanumeric() || "+-.".contains(c))),
            'a'..='z' | 'A'..='Z' => {
                let len = run_len(rest, char::is_alphanumeric);
                (if ["true", "false", "null"].contains(&&rest[..len]) { Token::Word } else { Token::Other }, len)
            }
            first => (Token::Other, first.len_utf8()),
        };
        runs.push((token, &rest[..len]));
        rest = &rest[len..];
    }
    runs
}

fn run_len(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len()).max(1)
}

fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn layout(ui: &Ui, text: &str) -> Arc<Galley> {
    let theme = Theme::of(ui);
    let mut job = LayoutJob { break_on_newline: true, ..LayoutJob::default() };
    job.wrap.max_width = f32::INFINITY;
    for (token, run) in tokens(text) {
        let color = match token {
            Token::Key => theme.plot.series[0],
            Token::Text => theme.plot.series[2],
            Token::Number => theme.plot.series[1],
            Token::Word => theme.plot.series[3],
            Token::Placeholder => theme.status.drill.fg,
            Token::Other => theme.text.secondary,
        };
        job.append(run, 0.0, TextFormat { font_id: Type::Mono.font(), color, line_height: Some(20.0), ..TextFormat::default() });
    }
    ui.painter().layout_job(job)
}

/// Paints the editor into `rect`; `true` when the text changed. `reveal` brings a line into view.
pub(super) fn show(ui: &mut Ui, rect: Rect, text: &mut String, problems: &[&Problem], reveal: Option<usize>) -> bool {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg.inset);
    let (mut changed, mut focused) = (false, false);
    ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt("editor"), |ui| {
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            let ground = ui.painter().add(Shape::Noop);
            let width = ui.available_width();
            ui.add_space(6.0);
            let output = ui
                .horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing = Vec2::ZERO;
                    ui.add_space(GUTTER);
                    let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, _wrap: f32| layout(ui, buffer.as_str());
                    TextEdit::multiline(text)
                        .code_editor()
                        .frame(eframe::egui::Frame::NONE)
                        .min_size(vec2(width - GUTTER, rect.height()))
                        .desired_width(f32::INFINITY)
                        .layouter(&mut layouter)
                        .show(ui)
                })
                .inner;
            let response = &output.response;
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(word!("inject-payload")));
            changed = response.changed();
            focused = response.has_focus();
            let mut shapes = Vec::new();
            for (idx, row) in output.galley.rows.iter().enumerate() {
                let line = idx + 1;
                let top = output.galley_pos.y + row.pos.y;
                let row_rect =
                    Rect::from_min_max(pos2(rect.left(), top), pos2(response.rect.right().max(rect.right()), top + row.size.y));
                if reveal == Some(line) {
                    ui.scroll_to_rect(row_rect.intersect(response.rect.expand(GUTTER)), Some(eframe::egui::Align::Center));
                }
                let problem = problems.iter().find(|problem| problem.line == line);
                let number = if let Some(problem) = problem {
                    let status = if problem.blocks { theme.status.critical } else { theme.status.high };
                    shapes.push(Shape::rect_filled(row_rect, 0.0, status.tint));
                    margin_word(ui, rect, row_rect, problem.short, status.fg);
                    status.fg
                } else {
                    theme.text.disabled
                };
                let at = pos2(response.rect.left() - 8.0, row_rect.center().y);
                put(ui.painter(), at, Align2::RIGHT_CENTER, line.to_string(), Type::Mono.font(), number);
            }
            ui.painter().set(ground, Shape::Vec(shapes));
        });
    });
    if focused {
        // Around what is seen of it: the text itself may be far larger.
        let ring = Stroke::new(2.0, theme.border.focus);
        ui.painter().with_clip_rect(rect).rect_stroke(rect.shrink(1.0), 0.0, ring, StrokeKind::Inside);
    }
    changed
}

/// The two or three words at the right end of a line with a problem.
fn margin_word(ui: &Ui, rect: Rect, row: Rect, words: &str, color: eframe::egui::Color32) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(words.to_owned(), Type::Small.medium(), color);
    let place: Pos2 = pos2(rect.right() - PANE_PAD.x - galley.size().x, row.center().y - galley.size().y / 2.0);
    let plate = Rect::from_min_size(place, galley.size()).expand2(vec2(4.0, 0.0));
    painter.rect_filled(Rect::from_min_max(plate.min - vec2(18.0, 0.0), plate.max), 2.0, theme.status.critical.tint);
    crate::ui::shapes::Mark::Cross.paint(painter, pos2(place.x - 12.0, row.center().y), 9.0, color);
    painter.galley(place, galley, color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart() {
        let kinds: Vec<(Token, &str)> = tokens(r#"{"a": "b", "n": -1.5e3, t: true, "at": {{now}}}"#)
            .into_iter()
            .filter(|(token, _)| *token != Token::Other)
            .collect();
        assert_eq!(
            kinds,
            [
                (Token::Key, "\"a\""),
                (Token::Text, "\"b\""),
                (Token::Key, "\"n\""),
                (Token::Number, "-1.5e3"),
                (Token::Word, "true"),
                (Token::Key, "\"at\""),
                (Token::Placeholder, "{{now}}"),
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn runs_are_the_text_again(text in "\\PC{0,40}|[\"\\\\a-z0-9{}:,\n -]{0,40}") {
            let joined: String = tokens(&text).into_iter().map(|(_, run)| run).collect();
            assert_eq!(joined, text);
        }
    }
}
