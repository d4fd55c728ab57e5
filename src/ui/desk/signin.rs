//! Who sits here: a name, typed at the start of a shift. The screen stays as it is.

use eframe::egui::{self, Align2, Area, Frame, Id, Margin, Order, Pos2, Role, Stroke, TextEdit, WidgetInfo};

use super::Desk;
use crate::model::{Operator, Role as TeamRole};
use crate::ui::actions::Action;
use crate::ui::theme::{RADIUS_CARD, Theme, Type};
use crate::ui::widgets::Button;
use crate::ui::{Request, tr, word};

/// Most characters of a name.
const NAME_CHARS: usize = 80;

/// A role in a word.
fn role_word(role: TeamRole) -> &'static str {
    match role {
        TeamRole::Viewer => word!("shell-role-viewer"),
        TeamRole::Operator => word!("shell-role-operator"),
        TeamRole::Supervisor => word!("shell-role-supervisor"),
        TeamRole::Admin => word!("shell-role-admin"),
    }
}

impl Desk {
    /// `M. Seo, operator`; the role only where there are roles.
    pub(super) fn who(&self) -> String {
        let team = &self.snapshot.team;
        if team.people.is_empty() {
            return self.operator.clone();
        }
        format!("{}, {}", self.operator, role_word(team.role(&Operator(self.operator.clone()))))
    }

    /// The field in which a name is typed, above the status bar.
    pub(super) fn sign_in_ui(&mut self, ctx: &egui::Context, right_bottom: Pos2, actions: &[Action]) -> Option<Request> {
        let mut name = self.signing_in.take()?;
        let theme = Theme::get(ctx.theme() == egui::Theme::Dark);
        let (mut done, mut cancel) = (false, actions.contains(&Action::Back));
        let area = Area::new(Id::unique("sign in")).order(Order::Foreground).pivot(Align2::RIGHT_BOTTOM).fixed_pos(right_bottom);
        area.show(ctx, |ui| {
            let frame = Frame::new().fill(theme.bg.raised).stroke(Stroke::new(1.0, theme.border.strong));
            frame.corner_radius(RADIUS_CARD).inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
                ui.horizontal(|ui| {
                    let label = ui.label(Type::Body.rich(word!("shell-sign-in-name"), theme.text.secondary));
                    let edit = TextEdit::singleline(&mut name).char_limit(NAME_CHARS).desired_width(180.0);
                    let response = ui.add(edit.margin(Margin::symmetric(8, 5))).labelled_by(label.id);
                    if !response.lost_focus() && ui.memory(|memory| memory.focused().is_none()) {
                        response.request_focus();
                    }
                    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("shell-sign-in-name")));
                    done = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                    cancel |= response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape));
                    let empty = name.trim().is_empty().then_some(word!("shell-sign-in-empty"));
                    done &= empty.is_none();
                    done |= ui.add(Button::default(word!("shell-sign-in")).off(empty)).clicked();
                    cancel |= ui.add(Button::quiet(word!("shell-close")).named(word!("shell-sign-in-close"))).clicked();
                });
            });
        });
        if done {
            name.trim().clone_into(&mut self.operator);
            return Some(Request::SignIn(self.operator.clone()));
        }
        if !cancel {
            self.signing_in = Some(name);
        }
        None
    }

    /// Says that somebody else sits here now.
    pub(super) fn say_who(&mut self, now: crate::model::Timestamp) {
        let who = self.who();
        self.toasts.note(tr!("shell-signed-in", who = who), now);
    }
}
