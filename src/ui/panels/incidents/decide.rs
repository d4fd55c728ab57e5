//! A person's decision over an incident: what it is, its kind, and why. It stands beside the function's verdict.

use eframe::egui::{self, Key, Rect, TextEdit, Ui, UiBuilder, vec2};

use crate::model::{Command, DecidedBy, Incident, Malfunction, Ruling};
use crate::ui::panels::PanelContext;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, choice, pane, segments};
use crate::ui::{text, tr, word, words};

/// Most characters of a reason.
const REASON_CHARS: usize = 2_000;
/// Every kind of malfunction, as the choice offers them; `None`: not known.
const KINDS: [Option<Malfunction>; 14] = [
    None,
    Some(Malfunction::Dropped),
    Some(Malfunction::Shaken),
    Some(Malfunction::Pothole),
    Some(Malfunction::SpeedBump),
    Some(Malfunction::Door),
    Some(Malfunction::HardBraking),
    Some(Malfunction::Spike),
    Some(Malfunction::Stuck),
    Some(Malfunction::Clipped),
    Some(Malfunction::Clock),
    Some(Malfunction::Dropout),
    Some(Malfunction::Offset),
    Some(Malfunction::NoPulse),
];

/// A decision that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deciding {
    how: DecidedBy,
    ruling: Ruling,
    kind: Option<Malfunction>,
    reason: String,
    /// The cursor goes into the field with the next frame.
    opening: bool,
}

impl Deciding {
    /// Sets the ruling that holds aside: for the other one.
    pub(super) fn overrule(incident: &Incident) -> Self {
        let ruling = if incident.ruling() == Some(Ruling::Real) { Ruling::Malfunction } else { Ruling::Real };
        Self { how: DecidedBy::Overrule, ruling, kind: None, reason: String::new(), opening: true }
    }

    /// Calls it a false alarm.
    pub(super) fn false_alarm() -> Self {
        let how = DecidedBy::FalseAlarm;
        Self { how, ruling: Ruling::Malfunction, kind: None, reason: String::new(), opening: true }
    }

    fn command(&self, incident: &Incident) -> Command {
        let (incident, reason) = (incident.id.clone(), self.reason.trim().to_owned());
        match self.how {
            DecidedBy::FalseAlarm => Command::FalseAlarm { incident, kind: self.kind, reason },
            DecidedBy::Overrule | DecidedBy::Confirm => {
                let malfunction = self.kind.filter(|_| self.ruling == Ruling::Malfunction);
                Command::Overrule { incident, ruling: self.ruling, malfunction, reason }
            }
        }
    }
}

/// Only a verdict over a crash can be overruled.
pub(super) fn has_verdict(incident: &Incident) -> bool {
    incident.verdict().is_some()
}

/// The row in which a decision is written; `true` when it is done or given up.
pub(super) fn row(ui: &mut Ui, rect: Rect, incident: &Incident, deciding: &mut Deciding, context: &mut PanelContext<'_>) -> bool {
    pane(ui, rect, "decision", |ui| {
        let theme = Theme::of(ui);
        let place = rect.shrink2(vec2(PANE_PAD.x + 2.0, 0.0));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let (mut send, mut cancel) = (false, false);
        ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("decision row").layout(layout), |ui| {
            let title = match deciding.how {
                DecidedBy::FalseAlarm => word!("incidents-false-alarm"),
                DecidedBy::Overrule | DecidedBy::Confirm => word!("incidents-overrule"),
            };
            let label = ui.label(Type::Small.rich(title, theme.text.tertiary));
            if deciding.how == DecidedBy::Overrule {
                let both = [Ruling::Real, Ruling::Malfunction];
                segments(ui, word!("incidents-overrule-to"), &mut deciding.ruling, &both, text::ruling);
            }
            let crash = incident.verdict().is_some();
            if crash && deciding.ruling == Ruling::Malfunction {
                let kind = |kind: Option<Malfunction>| kind.map_or(word!("incidents-kind-unknown"), words::malfunction);
                choice(ui, word!("incidents-kind"), &mut deciding.kind, &KINDS, kind);
            }
            let edit = TextEdit::singleline(&mut deciding.reason)
                .hint_text(word!("incidents-reason-hint"))
                .char_limit(REASON_CHARS)
                .desired_width((ui.available_width() - 210.0).max(100.0))
                .margin(egui::Margin::symmetric(8, 5));
            let response = ui.add(edit).labelled_by(label.id);
            if std::mem::take(&mut deciding.opening) {
                response.request_focus();
            }
            let empty = deciding.reason.trim().is_empty().then_some(word!("incidents-reason-empty"));
            send = empty.is_none() && response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            cancel = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
            let save = Button::default(word!("incidents-decide")).named(tr!("incidents-decide-is", what = title)).off(empty);
            send |= ui.add(save).clicked();
            let give_up = Button::quiet(word!("incidents-cancel")).named(word!("incidents-cancel-decision"));
            cancel |= ui.add(give_up).clicked();
        });
        if send {
            context.command(deciding.command(incident));
        }
        send || cancel
    })
}
