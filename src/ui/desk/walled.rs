//! Going to the wall and leaving it.

use eframe::egui::{self, Rect, Ui, ViewportCommand};

use super::Desk;
use crate::model::Timestamp;
use crate::ui::Request;
use crate::ui::panels::PanelContext;
use crate::ui::panels::wall::Wall;
use crate::ui::vitals::Liveness;

impl Desk {
    /// To the wall, which fills the screen, or back from it.
    pub(super) fn toggle_wall(&mut self, ctx: &egui::Context) {
        if self.wall.is_some() {
            self.leave_wall(ctx);
        } else {
            self.wall = Some(Wall::default());
            self.help = false;
            self.palette = None;
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        }
    }

    /// Back to the screen before.
    pub(super) fn leave_wall(&mut self, ctx: &egui::Context) {
        self.wall = None;
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(false));
    }

    /// The wall, with the banners over it: they say what is wrong with all that is under them.
    pub(super) fn wall_ui(&mut self, ui: &mut Ui, whole: Rect, liveness: Liveness, now: Timestamp) -> Vec<Request> {
        let (mut requests, mut go) = (Vec::new(), None);
        let height = self.banners_ui(ui, whole, now);
        let room = Rect::from_min_max(whole.min + egui::vec2(0.0, height), whole.max);
        let time = self.time.view(now);
        let snapshot = self.shown(time);
        let Some(wall) = &mut self.wall else { return requests };
        let mut context = PanelContext {
            now: time.at(now),
            time,
            liveness,
            operator: &self.operator,
            environment: self.wires.environment,
            sample: self.wires.sample,
            focus: &mut self.focus,
            go: &mut go,
            actions: &[],
            requests: &mut requests,
            seen: &mut self.seen,
            settings: &self.obeyed.sheet,
            live: &mut self.live,
            tiles: &mut self.tiles,
        };
        wall.ui(ui, room, &snapshot, &mut context);
        requests
    }
}
