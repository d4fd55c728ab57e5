//! Real traffic into a file, and a recording out again as a drill at any speed.

use eframe::egui::{Align, Align2, Layout, Rect, Role, Ui, UiBuilder, pos2, vec2};

use crate::model::tape::{End, Recording, Replay, TapeLook};
use crate::model::{TapeOrder, Timestamp};
use crate::state::Snapshot;
use crate::ui::shapes::elided;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, choice, hairline_below, name, put};
use crate::ui::{text, tr, word};

/// Heights of the strip without and with recordings, points.
const HEIGHTS: (f32, f32) = (54.0, 124.0);
/// Speeds to choose from; 0 is as fast as possible.
const SPEEDS: [f64; 6] = [0.5, 1.0, 2.0, 10.0, 60.0, 0.0];

/// What is chosen.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    file: usize,
    speed: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { file: 0, speed: 1.0 }
    }
}

/// How high the strip is.
pub(super) fn height(snapshot: &Snapshot) -> f32 {
    let any = snapshot.tape.as_ref().is_some_and(|tape| !tape.files.is_empty());
    if any { HEIGHTS.1 } else { HEIGHTS.0 }
}

/// Paints the strip; says what is wanted. `off` is why nothing can be sent.
pub(super) fn ui(
    ui: &mut Ui,
    rect: Rect,
    snapshot: &Snapshot,
    view: &mut View,
    off: Option<&str>,
    now: Timestamp,
) -> Option<TapeOrder> {
    let theme = Theme::of(ui);
    let none = TapeLook::default();
    let tape = snapshot.tape.as_deref().unwrap_or(&none);
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, theme.bg.panel);
    painter.hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
    hairline_below(ui, rect);
    let left = rect.left() + PANE_PAD.x;
    let title = pos2(left, rect.top() + 18.0);
    put(&painter, title, Align2::LEFT_CENTER, word!("inject-tape"), Type::Section.font(), theme.text.primary);
    let words = standing(tape, now);
    let room = rect.width() - 2.0 * PANE_PAD.x;
    let line = elided(&painter, &words, &Type::Small.font(), theme.text.secondary, room);
    painter.galley(pos2(left, rect.top() + 42.0 - line.size().y / 2.0), line, theme.text.secondary);
    let said = Rect::from_min_max(pos2(left, rect.top() + 32.0), pos2(rect.right(), rect.top() + 52.0));
    name(ui, said, "tape", Role::Label, &words).on_hover_text(words.as_str());

    let mut order = None;
    let mut row = |top: f32, salt: u8, layout: Layout, add: &mut dyn FnMut(&mut Ui)| {
        let place = Rect::from_min_size(pos2(left, rect.top() + top), vec2(room, 28.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt(("tape", salt)).layout(layout));
        child.spacing_mut().item_spacing.x = 8.0;
        add(&mut child);
    };
    let records = tape.recording.as_ref().is_some_and(|recording| recording.ended.is_none());
    row(4.0, 0, Layout::right_to_left(Align::Center), &mut |ui| {
        let words = if records { word!("inject-tape-end") } else { word!("inject-tape-record") };
        if ui.add(Button::default(words)).clicked() {
            order = Some(if records { TapeOrder::EndRecording } else { TapeOrder::Record });
        }
    });
    if tape.files.is_empty() {
        return order;
    }
    view.file = view.file.min(tape.files.len() - 1);
    let all: Vec<usize> = (0..tape.files.len()).collect();
    row(58.0, 1, Layout::left_to_right(Align::Center), &mut |ui| {
        let file = |idx: usize| {
            let file = &tape.files[idx];
            format!("{} {}", text::elide_middle(&file.name, 22), text::bytes(file.bytes))
        };
        choice(ui, word!("inject-tape-file"), &mut view.file, &all, file);
    });
    let plays = tape.replay.as_ref().is_some_and(|replay| replay.ended.is_none());
    row(90.0, 2, Layout::left_to_right(Align::Center), &mut |ui| {
        choice(ui, word!("inject-tape-speed"), &mut view.speed, &SPEEDS, speed);
    });
    row(90.0, 3, Layout::right_to_left(Align::Center), &mut |ui| {
        if plays {
            if ui.add(Button::default(word!("inject-tape-end-replay"))).clicked() {
                order = Some(TapeOrder::EndReplay);
            }
        } else if ui.add(Button::default(word!("inject-tape-replay")).off(off)).clicked() {
            order = Some(TapeOrder::Replay { file: tape.files[view.file].name.clone(), speed: view.speed });
        }
    });
    order
}

fn speed(speed: f64) -> String {
    if speed > 0.0 { format!("{}×", text::exact(speed)) } else { tr!("inject-tape-fastest") }
}

/// How it stands, in a line: what goes on now, else what was done last.
fn standing(tape: &TapeLook, now: Timestamp) -> String {
    let recording = tape.recording.as_ref().map(|recording| recorded(recording, now));
    let replay = tape.replay.as_ref().map(replayed);
    match (&tape.recording, &tape.replay) {
        (Some(running), Some(_)) if running.ended.is_none() => recording,
        (_, Some(_)) => replay,
        (Some(_), None) => recording,
        (None, None) => None,
    }
    .unwrap_or_else(|| tr!("inject-tape-idle"))
}

fn recorded(recording: &Recording, now: Timestamp) -> String {
    let Recording { began, n, bytes, left_out, ended, .. } = recording;
    let size = text::bytes(*bytes);
    let mut words = match ended {
        None => tr!("inject-tape-recording", n = *n, size = size, age = text::age(now, *began)),
        Some(End::Done) => tr!("inject-tape-recorded", n = *n, size = size),
        Some(End::Full) => tr!("inject-tape-full", n = *n, size = size),
        Some(End::Failed(why)) => tr!("inject-tape-record-failed", why = why.as_str()),
    };
    if *left_out > 0 {
        words.push_str(&tr!("inject-tape-left-out", n = *left_out));
    }
    words
}

fn replayed(replay: &Replay) -> String {
    match &replay.ended {
        None => tr!("inject-tape-replaying", n = replay.n, speed = speed(replay.speed)),
        Some(End::Failed(why)) => tr!("inject-tape-replay-failed", why = why.as_str()),
        Some(_) => tr!("inject-tape-replayed", n = replay.n),
    }
}
