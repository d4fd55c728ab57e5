//! One of several: a drop-down, and a row of buttons of which one is down.

use eframe::egui::{self, Align2, ComboBox, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{focus_ring, put};
use crate::ui::theme::{RADIUS_CONTROL, Theme, Type, sizes};

/// A drop-down whose closed face says what is chosen: `Severity All`.
pub fn choice<T: Copy + PartialEq, W: AsRef<str>>(ui: &mut Ui, label: &str, chosen: &mut T, all: &[T], word: impl Fn(T) -> W) {
    let theme = Theme::of(ui);
    let mut face = egui::text::LayoutJob::default();
    face.append(label, 0.0, egui::TextFormat::simple(Type::Small.font(), theme.text.tertiary));
    face.append(word(*chosen).as_ref(), 6.0, egui::TextFormat::simple(Type::Body.medium(), theme.text.primary));
    let response = ComboBox::from_id_salt(label)
        .selected_text(face)
        .width(20.0)
        .show_ui(ui, |ui| {
            for &value in all {
                let _ = ui.selectable_value(chosen, value, Type::Body.rich(word(value).as_ref(), theme.text.primary));
            }
        })
        .response;
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, format!("{label}: {}", word(*chosen).as_ref())));
}

/// A row of buttons of which one is down.
pub fn segments<T: Copy + PartialEq, W: AsRef<str>>(ui: &mut Ui, name: &str, chosen: &mut T, all: &[T], word: impl Fn(T) -> W) {
    let theme = Theme::of(ui);
    let painter = ui.painter().clone();
    let font = Type::Body.font();
    let widths: Vec<f32> = all
        .iter()
        .map(|&value| painter.layout_no_wrap(word(value).as_ref().to_owned(), font.clone(), theme.text.primary).size().x + 20.0)
        .collect();
    let (rect, _) = ui.allocate_exact_size(vec2(widths.iter().sum(), sizes().segment_h), Sense::hover());
    painter.rect_filled(rect, f32::from(RADIUS_CONTROL), theme.bg.raised);
    let mut left = rect.left();
    for (&value, width) in all.iter().zip(widths) {
        let cell = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
        left += width;
        let response = ui.interact(cell, ui.scope_id().with((name, word(value).as_ref())), Sense::click());
        let down = *chosen == value;
        if down {
            painter.rect_filled(cell, f32::from(RADIUS_CONTROL), theme.bg.selected);
            painter.hline(cell.x_range(), cell.bottom() - 1.0, egui::Stroke::new(2.0, theme.accent.base));
        } else if response.hovered() {
            painter.rect_filled(cell, 0.0, theme.bg.hover);
        }
        focus_ring(ui, &response);
        let (font, color) =
            if down { (Type::Body.semibold(), theme.text.primary) } else { (Type::Body.font(), theme.text.secondary) };
        put(&painter, cell.center(), Align2::CENTER_CENTER, word(value).as_ref(), font, color);
        response.widget_info(|| {
            WidgetInfo::selected(egui::Role::RadioButton, true, down, format!("{name}: {}", word(value).as_ref()))
        });
        if response.clicked() {
            *chosen = value;
        }
    }
    painter.rect_stroke(rect, f32::from(RADIUS_CONTROL), egui::Stroke::new(1.0, theme.border.control), egui::StrokeKind::Inside);
}
