//! How many sensors are hot, cold, normal and silent, and what is routed where.

use eframe::egui::{Align2, Rect, Role, Ui, pos2, vec2};

use super::super::PanelContext;
use crate::model::Band;
use crate::state::Snapshot;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{as_of, name, put};
use crate::ui::{text, tr};

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &PanelContext<'_>) {
    let theme = Theme::of(ui);
    let counts = snapshot.sensor_counts;
    let of = |band: Band, n: usize| {
        let n = n as i64;
        let routed = text::count(u64::from(counts.per_minute[band as usize]));
        let words = match band {
            Band::Hot => tr!("temperature-n-hot", n = n),
            Band::Cold => tr!("temperature-n-cold", n = n),
            Band::Normal => tr!("temperature-n-normal", n = n),
        };
        (words, format!("temperature/{}, {}", band.segment(), tr!("temperature-per-minute", n = routed)))
    };
    let silent = (tr!("temperature-n-silent", n = counts.silent as i64), tr!("temperature-silent-rule"));
    let (hot, cold, normal) = (of(Band::Hot, counts.hot), of(Band::Cold, counts.cold), of(Band::Normal, counts.normal));
    let all = (tr!("temperature-all"), tr!("temperature-n-sensors", n = counts.total as i64));
    let quiet = theme.text.secondary;
    let ink = |color, n: usize| if n > 0 { color } else { quiet };
    let tiles = [
        (hot, Some((Mark::Hot, ink(theme.status.hot.fg, counts.hot)))),
        (cold, Some((Mark::Cold, ink(theme.status.cold.fg, counts.cold)))),
        (normal, Some((Mark::Check, quiet))),
        (silent, Some((Mark::Ring, ink(theme.status.stale.fg, counts.silent)))),
        (all, None),
    ];
    let room = ui.max_rect();
    let stale = context.liveness.stale_since();
    let width = room.width() / tiles.len() as f32;
    for (i, ((title, detail), mark)) in tiles.into_iter().enumerate() {
        let rect = Rect::from_min_size(room.min + vec2(i as f32 * width, 0.0), vec2(width, room.height()));
        if i > 0 {
            ui.painter().vline(rect.left(), rect.y_range(), theme.hairline());
        }
        let mut x = rect.left() + PANE_PAD.x;
        let y = rect.top() + 17.0;
        if let Some((mark, color)) = mark {
            mark.paint(ui.painter(), pos2(x + 6.0, y), 13.0, color);
            x += 19.0;
        }
        let color = match (stale, mark) {
            (Some(_), _) => theme.text.tertiary,
            (None, Some((_, color))) => color,
            (None, None) => theme.text.secondary,
        };
        put(ui.painter(), pos2(x, y), Align2::LEFT_CENTER, &title, Type::Body.semibold(), color);
        let below = stale.map_or(detail, as_of);
        let at = pos2(rect.left() + PANE_PAD.x, rect.top() + 36.0);
        let ink = theme.text.secondary;
        let words = elided(ui.painter(), &below, &Type::Micro.font(), ink, width - 2.0 * PANE_PAD.x);
        ui.painter().galley(at - vec2(0.0, words.size().y / 2.0), words, ink);
        name(ui, rect, ("count", i), Role::Label, &format!("{title}, {below}"));
    }
}
