//! Who sits here: a name, and its secret where it has one, typed at the start of a shift. The screen stays as it is.

use eframe::egui::{self, Align2, Area, Frame, Id, Margin, Order, Pos2, Role, Stroke, TextEdit, Ui, WidgetInfo};

use super::Desk;
use crate::model::{Operator, Role as TeamRole, Secret, Timestamp};
use crate::ui::actions::Action;
use crate::ui::theme::{RADIUS_CARD, Theme, Type};
use crate::ui::widgets::Button;
use crate::ui::{Request, tr, word};

/// Most characters of a name and of a secret.
const CHARS: (usize, usize) = (80, 256);

/// What is being typed.
#[derive(Default)]
pub(super) struct SigningIn {
    name: String,
    secret: String,
    /// It was asked for, and the answer is on its way.
    asked: bool,
    /// The last name and secret did not fit.
    refused: bool,
    /// The cursor belongs into the field of the secret.
    to_secret: bool,
}

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
        let who = Operator(self.operator.clone());
        if team.is_guarded(&who) {
            return tr!("shell-not-signed-in", who = self.operator.as_str());
        }
        format!("{}, {}", self.operator, role_word(team.role(&who)))
    }

    /// Takes from the picture who sits here, and whether somebody was refused.
    pub(super) fn hear_who(&mut self, now: Timestamp) {
        if self.snapshot.sign_in_refused != self.sign_in_refused {
            self.sign_in_refused = self.snapshot.sign_in_refused;
            if let Some(signing_in) = self.signing_in.as_mut().filter(|signing_in| signing_in.asked) {
                signing_in.secret.clear();
                (signing_in.asked, signing_in.refused, signing_in.to_secret) = (false, true, true);
            }
        }
        if self.snapshot.signed_in == self.signed_in {
            return;
        }
        self.signed_in.clone_from(&self.snapshot.signed_in);
        if let Some(signed_in) = &self.signed_in {
            self.operator.clone_from(&signed_in.who.0);
            self.signing_in = None;
            self.toasts.note(tr!("shell-signed-in", who = self.who()), now);
        }
    }

    /// The fields in which name and secret are typed, above the status bar.
    pub(super) fn sign_in_ui(&mut self, ctx: &egui::Context, right_bottom: Pos2, actions: &[Action]) -> Option<Request> {
        let mut signing_in = self.signing_in.take()?;
        let theme = Theme::get(ctx.theme() == egui::Theme::Dark);
        let any_secret = !self.snapshot.team.secrets.is_empty();
        let (mut done, mut cancel) = (false, actions.contains(&Action::Back));
        let area = Area::new(Id::unique("sign in")).order(Order::Foreground).pivot(Align2::RIGHT_BOTTOM).fixed_pos(right_bottom);
        area.show(ctx, |ui| {
            let frame = Frame::new().fill(theme.bg.raised).stroke(Stroke::new(1.0, theme.border.strong));
            frame.corner_radius(RADIUS_CARD).inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
                if signing_in.refused {
                    ui.label(Type::Small.rich(word!("shell-sign-in-refused"), theme.status.critical.fg));
                }
                ui.horizontal(|ui| {
                    let typed = fields(ui, &mut signing_in, any_secret);
                    (done, cancel) = (typed.done, cancel | typed.cancel);
                    let name = signing_in.name.trim();
                    let needs = self.snapshot.team.secrets.contains_key(name) && signing_in.secret.is_empty();
                    let off = match () {
                        () if signing_in.asked => Some(word!("shell-sign-in-looking")),
                        () if name.is_empty() => Some(word!("shell-sign-in-empty")),
                        () if needs => Some(word!("shell-sign-in-needs")),
                        () => None,
                    };
                    signing_in.to_secret |= done && needs;
                    done &= off.is_none();
                    done |= ui.add(Button::default(word!("shell-sign-in")).off(off)).clicked();
                    cancel |= ui.add(Button::quiet(word!("shell-close")).named(word!("shell-sign-in-close"))).clicked();
                });
            });
        });
        if cancel {
            return None;
        }
        let request = done.then(|| {
            (signing_in.asked, signing_in.refused) = (true, false);
            let secret = Secret::new(signing_in.secret.as_str());
            Request::SignIn { name: signing_in.name.trim().to_owned(), secret }
        });
        self.signing_in = Some(signing_in);
        request
    }
}

/// What the keys said.
struct Typed {
    done: bool,
    cancel: bool,
}

fn fields(ui: &mut Ui, into: &mut SigningIn, any_secret: bool) -> Typed {
    let theme = Theme::of(ui);
    let label = ui.label(Type::Body.rich(word!("shell-sign-in-name"), theme.text.secondary));
    let edit = TextEdit::singleline(&mut into.name).char_limit(CHARS.0).desired_width(180.0);
    let name = ui.add(edit.margin(Margin::symmetric(8, 5))).labelled_by(label.id);
    name.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("shell-sign-in-name")));
    let secret = any_secret.then(|| {
        let label = ui.label(Type::Body.rich(word!("shell-sign-in-secret"), theme.text.secondary));
        let edit = TextEdit::singleline(&mut into.secret).password(true).char_limit(CHARS.1).desired_width(160.0);
        let secret = ui.add(edit.margin(Margin::symmetric(8, 5))).labelled_by(label.id);
        secret.widget_info(|| WidgetInfo::labeled(Role::PasswordInput, true, word!("shell-sign-in-secret")));
        secret
    });
    let left = |key| {
        let lost = name.lost_focus() || secret.as_ref().is_some_and(egui::Response::lost_focus);
        lost && ui.input(|input| input.key_pressed(key))
    };
    let typed = Typed { done: left(egui::Key::Enter), cancel: left(egui::Key::Escape) };
    if std::mem::take(&mut into.to_secret)
        && let Some(secret) = &secret
    {
        secret.request_focus();
    } else if !typed.done && !name.lost_focus() && ui.memory(|memory| memory.focused().is_none()) {
        name.request_focus();
    }
    typed
}
