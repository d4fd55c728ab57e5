//! Taking in an incident that another desk exported: by the file's name, or by dropping the file on the screen.

use std::path::PathBuf;

use eframe::egui::{self, Key, Rect, TextEdit, Ui, UiBuilder, vec2};

use crate::model::Question;
use crate::ui::panels::PanelContext;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, pane};
use crate::ui::{Request, word};

fn ask(file: PathBuf, context: &mut PanelContext<'_>) {
    let by = context.operator.to_owned();
    context.requests.push(Request::Ask(Question::Import { file, by }));
}

/// Takes in the files that were dropped on the window.
pub(super) fn dropped(ui: &Ui, context: &mut PanelContext<'_>) {
    let files = ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect::<Vec<_>>());
    for file in files {
        ask(file, context);
    }
}

/// The row in which the file is named; gives what is typed while it stays open.
pub(super) fn row(ui: &mut Ui, rect: Rect, mut path: String, context: &mut PanelContext<'_>) -> Option<String> {
    pane(ui, rect, "import", |ui| {
        let theme = Theme::of(ui);
        let place = rect.shrink2(vec2(PANE_PAD.x, 0.0));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let (mut send, mut cancel) = (false, false);
        ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("import row").layout(layout), |ui| {
            let label = ui.label(Type::Small.rich(word!("incidents-file"), theme.text.tertiary));
            let edit = TextEdit::singleline(&mut path)
                .hint_text(word!("incidents-import-hint"))
                .desired_width((ui.available_width() - 200.0).max(120.0))
                .margin(egui::Margin::symmetric(8, 5));
            let response = ui.add(edit).labelled_by(label.id);
            if path.is_empty() && !response.has_focus() && !response.lost_focus() {
                response.request_focus();
            }
            let empty = path.trim().is_empty().then_some(word!("incidents-import-empty"));
            send = empty.is_none() && response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            cancel = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
            send |= ui.add(Button::default(word!("incidents-take-in")).off(empty)).clicked();
            cancel |= ui.add(Button::quiet(word!("incidents-cancel")).named(word!("incidents-cancel-import"))).clicked();
        });
        if send {
            ask(PathBuf::from(path.trim()), context);
        }
        (!send && !cancel).then_some(path)
    })
}
