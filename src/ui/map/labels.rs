//! Labels that keep off each other: what says more is placed first, what finds no room is left out or stays bare.

use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Vec2, vec2};

/// Rectangles that are taken.
#[derive(Debug, Default)]
pub(super) struct Labels(Vec<Rect>);

impl Labels {
    /// Nothing may stand here any more.
    pub(super) fn take(&mut self, rect: Rect) {
        self.0.push(rect);
    }

    /// Whether nothing stands here.
    pub(super) fn free(&self, rect: Rect) -> bool {
        !self.0.iter().any(|taken| taken.intersects(rect))
    }

    /// A place for something of `size` beside `at`, `gap` points away: right, left, above, below, within `room`. The first
    /// that is free; `None` where all are taken.
    pub(super) fn beside(&mut self, at: Pos2, size: Vec2, gap: f32, room: Rect) -> Option<Rect> {
        let half = size / 2.0;
        let sides = [
            vec2(gap + half.x, 0.0),
            vec2(-gap - half.x, 0.0),
            vec2(0.0, -gap - half.y),
            vec2(0.0, gap + half.y),
            vec2(gap + half.x, -gap),
            vec2(gap + half.x, gap),
        ];
        let rects = sides.map(|side| Rect::from_center_size(at + side, size));
        let found = rects.into_iter().find(|rect| room.contains_rect(*rect) && self.free(*rect))?;
        self.0.push(found);
        Some(found)
    }

    /// Words beside a mark, over a ground of their own so that lines and names do not run through them.
    #[expect(clippy::too_many_arguments, reason = "where, what, and how it looks")]
    pub(super) fn words(
        &mut self,
        painter: &Painter,
        room: Rect,
        at: Pos2,
        gap: f32,
        words: &str,
        font: FontId,
        color: Color32,
        ground: Color32,
    ) -> Option<Rect> {
        let galley = painter.layout_no_wrap(words.to_owned(), font, color);
        let rect = self.beside(at, galley.size(), gap, room)?;
        painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, ground);
        painter.galley(Align2::LEFT_TOP.anchor_size(rect.min, rect.size()).min, galley, color);
        Some(rect)
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn a_label_steps_aside_and_gives_up_where_there_is_no_room() {
        let room = Rect::from_min_max(pos2(0.0, 0.0), pos2(400.0, 200.0));
        let (at, size) = (pos2(200.0, 100.0), vec2(60.0, 14.0));
        let mut labels = Labels::default();
        let first = labels.beside(at, size, 10.0, room).unwrap();
        assert!(first.left() > at.x);
        let second = labels.beside(at, size, 10.0, room).unwrap();
        assert!(second.right() < at.x && !first.intersects(second));
        labels.take(room);
        assert_eq!(labels.beside(at, size, 10.0, room), None);
        let at_the_edge = Labels::default().beside(pos2(395.0, 100.0), size, 10.0, room).unwrap();
        assert!(at_the_edge.right() < 395.0, "it stays in the window");
    }
}
