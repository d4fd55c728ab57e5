//! The register from a CSV file and into one: by the file's name, or by dropping the file on the screen.

use std::path::PathBuf;

use eframe::egui::{Align, Key, Layout, Margin, Rect, Role, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

use super::super::super::PanelContext;
use crate::model::Question;
use crate::ui::theme::PANE_PAD;
use crate::ui::widgets::Button;
use crate::ui::{Request, word};

/// The row in which a file is named, while it is open.
#[derive(Debug, Default)]
pub(super) struct Files {
    path: String,
    begun: bool,
}

fn import(file: PathBuf, context: &mut PanelContext<'_>) {
    let by = context.operator.to_owned();
    context.requests.push(Request::Ask(Question::ImportRegister { file, by }));
}

/// Takes in the files that were dropped on the window.
pub(super) fn dropped(ui: &Ui, context: &mut PanelContext<'_>) {
    let files = ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect::<Vec<_>>());
    for file in files {
        import(file, context);
    }
}

impl Files {
    /// The row; `false` once it is done with.
    pub(super) fn ui(&mut self, ui: &mut Ui, rect: Rect, may_not: Option<&'static str>, context: &mut PanelContext<'_>) -> bool {
        let place = rect.shrink2(vec2(PANE_PAD.x, 0.0));
        let mut line = ui.new_child(UiBuilder::new().max_rect(place).id_salt("csv").layout(Layout::right_to_left(Align::Center)));
        line.spacing_mut().item_spacing.x = 8.0;
        let close = line.add(Button::quiet(word!("shell-close")).named(word!("register-csv-close"))).clicked();
        let path = self.path.trim();
        let to = if path.is_empty() { None } else { Some(PathBuf::from(path)) };
        let export = line.add(Button::default(word!("register-export")).named(word!("register-export-name"))).clicked();
        let off = may_not.or(to.is_none().then_some(word!("register-file-empty")));
        let take = line.add(Button::default(word!("register-import")).named(word!("register-import-name")).off(off)).clicked();
        let width = line.available_width() - 16.0;
        let edit = TextEdit::singleline(&mut self.path).hint_text(word!("register-file-hint")).desired_width(width);
        let response = line.add(edit.margin(Margin::symmetric(8, 5)));
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("register-file-name")));
        if !std::mem::replace(&mut self.begun, true) {
            response.request_focus();
        }
        let left = response.lost_focus() && line.input(|input| input.key_pressed(Key::Escape));
        if export {
            context.requests.push(Request::Ask(Question::ExportRegister { to: to.clone() }));
        }
        if let Some(file) = to.filter(|_| take) {
            import(file, context);
        }
        !(close || export || take || left)
    }
}
