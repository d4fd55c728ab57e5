//! Screens in windows of their own, and what of the arrangement is kept.

use eframe::egui::{self, Rect, Ui, ViewportBuilder, ViewportClass, ViewportId};

use super::obey::LEAST;
use super::{Desk, Wall};
use crate::model::Timestamp;
use crate::ui::layout::{Layout, Place};
use crate::ui::panels::Screen;
use crate::ui::theme::Theme;
use crate::ui::vitals::Liveness;
use crate::ui::widgets::{Button, empty_state};
use crate::ui::{Request, actions, icons, tr, word};

/// What is arranged is kept when it has been so for this long. s
const SETTLED_SECS: f64 = 1.0;

/// The arrangement that was kept last.
#[derive(Debug, Default)]
pub(super) struct Kept {
    layout: Layout,
    /// What it is now, and since when.
    pending: Option<(Layout, f64)>,
}

impl Desk {
    /// Gives a screen a window of its own, or takes it back.
    pub(super) fn pop_out(&mut self, screen: Screen) {
        if self.popped.contains(&screen) {
            self.popped.retain(|popped| *popped != screen);
        } else {
            self.popped.push(screen);
        }
    }

    /// What stands where a screen would be that has a window of its own.
    pub(super) fn elsewhere_ui(&mut self, ui: &mut Ui, room: Rect) {
        ui.painter().rect_filled(room, 0.0, Theme::of(ui).bg.panel);
        let title = tr!("shell-elsewhere", screen = self.screen.title());
        ui.scope_builder(egui::UiBuilder::new().max_rect(room).id_salt("elsewhere"), |ui| {
            let back = Button::default(word!("shell-bring-back"));
            if empty_state(ui, icons::CORNERS_OUT, &title, word!("shell-elsewhere-why"), Some(back)) {
                self.pop_out(self.screen);
            }
        });
    }

    /// The windows of their own, each with its banners.
    pub(super) fn popped_ui(&mut self, ctx: &egui::Context, liveness: Liveness, now: Timestamp) -> Vec<Request> {
        let mut requests = Vec::new();
        for screen in self.popped.clone() {
            let id = ViewportId::from_hash_of(screen as u8);
            let title = tr!("shell-own-title", screen = screen.title());
            let builder = ViewportBuilder::default().with_title(title).with_inner_size(LEAST);
            let closed = ctx.show_viewport_immediate(id, builder.with_min_inner_size([640.0, 480.0]), |ui, class| {
                let actions = if class == ViewportClass::EmbeddedWindow { Vec::new() } else { actions::pressed(ui.ctx()) };
                let whole = if class == ViewportClass::EmbeddedWindow { ui.max_rect() } else { ui.ctx().content_rect() };
                ui.painter().rect_filled(whole, 0.0, Theme::of(ui).bg.app);
                let mut room = whole;
                room.min.y += self.banners_ui(ui, whole, now);
                requests.extend(self.panel_ui(ui, room, liveness, now, screen, &actions));
                ui.input(|input| input.viewport().close_requested()) || actions.contains(&actions::Action::PopOut)
            });
            if closed {
                self.popped.retain(|popped| *popped != screen);
            }
        }
        requests
    }

    /// Arranges everything as it was when it was closed, or says why that cannot be read.
    pub(super) fn arrange(&mut self, ctx: &egui::Context) {
        match self.wires.layout.clone() {
            Ok(layout) => {
                self.screen = layout.screen;
                self.popped = layout.popped.clone();
                self.live = layout.live.clone();
                if layout.wall {
                    self.wall = Some(Wall::default());
                    ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(true));
                }
                self.kept.layout = layout;
            }
            Err(why) => self.toasts.warning(tr!("shell-layout-broken", why = why), (self.wires.now)()),
        }
    }

    fn layout(&self, ctx: &egui::Context) -> Layout {
        let place = ctx.input(|input| {
            let viewport = input.viewport();
            let inner = viewport.inner_rect?.size();
            let outer = viewport.outer_rect.map(|rect| rect.min);
            // A window that fills the screen is not where it will be when it does so no more.
            let filled = viewport.fullscreen == Some(true) || viewport.minimized == Some(true);
            let maximized = viewport.maximized == Some(true);
            let place = Place { width: inner.x, height: inner.y, x: outer.map(|at| at.x), y: outer.map(|at| at.y), maximized };
            (!filled).then(|| place.rounded())
        });
        let window = match (place, self.kept.layout.window) {
            (Some(place), Some(before)) if place.maximized => Some(Place { maximized: true, ..before }),
            (place, before) => place.or(before),
        };
        Layout { screen: self.screen, wall: self.wall.is_some(), popped: self.popped.clone(), window, live: self.live.clone() }
    }

    /// Keeps how everything is arranged, once it has been so for a moment.
    pub(super) fn keep_layout(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let layout = self.layout(ctx);
        if layout == self.kept.layout {
            self.kept.pending = None;
            return;
        }
        match &self.kept.pending {
            Some((pending, since)) if *pending == layout => {
                if now - since >= SETTLED_SECS {
                    self.keep_last();
                }
            }
            _ => {
                self.kept.pending = Some((layout, now));
                ctx.request_repaint_after(std::time::Duration::from_secs_f64(SETTLED_SECS));
            }
        }
    }

    /// Keeps what has not settled yet: the window closes.
    pub(super) fn keep_last(&mut self) {
        if let Some((layout, _)) = self.kept.pending.take() {
            (self.wires.keep_layout)(&layout);
            self.kept.layout = layout;
        }
    }
}
