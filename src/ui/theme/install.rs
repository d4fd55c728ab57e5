//! Puts fonts, colours and spacing into egui.

use eframe::egui::{self, CornerRadius, FontData, FontDefinitions, FontFamily, Margin, Shadow, Stroke, TextStyle, Visuals};

use crate::ui::motion;

use super::{RADIUS_CARD, RADIUS_CONTROL, SHEET, Theme, Type, family, sizes};

/// Puts fonts and both themes into `ctx`. Once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (egui_theme, theme) in [(egui::Theme::Dark, &SHEET.dark), (egui::Theme::Light, &SHEET.light)] {
        ctx.style_mut_of(egui_theme, |style| style_of(style, theme, egui_theme == egui::Theme::Dark));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let files: [(&str, &'static [u8]); 7] = [
        ("plex-400", include_bytes!("../../../assets/fonts/IBMPlexSans_400Regular.ttf")),
        ("plex-500", include_bytes!("../../../assets/fonts/IBMPlexSans_500Medium.ttf")),
        ("plex-600", include_bytes!("../../../assets/fonts/IBMPlexSans_600SemiBold.ttf")),
        ("plex-mono", include_bytes!("../../../assets/fonts/IBMPlexMono_400Regular.ttf")),
        ("plex-kr", include_bytes!("../../../assets/fonts/IBMPlexSansKR_400Regular.ttf")),
        ("phosphor", include_bytes!("../../../assets/fonts/Phosphor.ttf")),
        ("phosphor-fill", include_bytes!("../../../assets/fonts/Phosphor-Fill.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), FontData::from_static(bytes).into());
    }
    // Plex Mono has no Δ; Plex Sans has. Icons stand last, so that they can sit within a line of text.
    let families: [(FontFamily, &[&str]); 6] = [
        (FontFamily::Proportional, &["plex-400", "plex-kr", "phosphor"]),
        (family(500), &["plex-500", "plex-400", "plex-kr", "phosphor"]),
        (family(600), &["plex-600", "plex-400", "plex-kr", "phosphor"]),
        (FontFamily::Monospace, &["plex-mono", "plex-400", "plex-kr", "phosphor"]),
        (FontFamily::Name("icons".into()), &["phosphor", "plex-400"]),
        (FontFamily::Name("icons-fill".into()), &["phosphor-fill", "plex-400"]),
    ];
    for (family, names) in families {
        fonts.families.insert(family, names.iter().map(|&name| name.to_owned()).collect());
    }
    fonts
}

fn style_of(style: &mut egui::Style, theme: &Theme, dark: bool) {
    style.text_styles = [
        (TextStyle::Small, Type::Small.font()),
        (TextStyle::Body, Type::Body.font()),
        (TextStyle::Button, Type::Body.medium()),
        (TextStyle::Heading, Type::Title.font()),
        (TextStyle::Monospace, Type::Mono.font()),
    ]
    .into();
    style.animation_time = motion::animation_secs();
    let spacing = &mut style.spacing;
    spacing.item_spacing = egui::vec2(8.0, 4.0);
    spacing.button_padding = egui::vec2(10.0, 5.0);
    spacing.interact_size = egui::vec2(sizes().hit_min, sizes().hit_min);
    spacing.window_margin = Margin::same(14);
    spacing.menu_margin = Margin::same(8);
    spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.3;

    let mut visuals = if dark { Visuals::dark() } else { Visuals::light() };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(theme.text.tertiary);
    visuals.hyperlink_color = theme.accent.base;
    visuals.faint_bg_color = theme.bg.raised;
    visuals.extreme_bg_color = theme.bg.inset;
    visuals.text_edit_bg_color = Some(theme.bg.inset);
    visuals.code_bg_color = theme.bg.inset;
    visuals.warn_fg_color = theme.status.high.fg;
    visuals.error_fg_color = theme.status.critical.fg;
    visuals.window_fill = theme.bg.raised;
    visuals.window_stroke = Stroke::new(1.0, theme.border.strong);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_CARD);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_CARD);
    visuals.window_shadow = Shadow::NONE;
    visuals.popup_shadow = Shadow::NONE;
    visuals.panel_fill = theme.bg.panel;
    visuals.selection.bg_fill = theme.bg.selected;
    visuals.selection.stroke = Stroke::new(2.0, theme.border.focus);
    visuals.striped = false;
    let widgets = &mut visuals.widgets;
    let looks = [
        (&mut widgets.noninteractive, theme.bg.panel, theme.border.hairline, theme.text.secondary),
        (&mut widgets.inactive, theme.bg.raised, theme.border.control, theme.text.primary),
        (&mut widgets.hovered, theme.bg.hover, theme.border.control, theme.text.primary),
        (&mut widgets.active, theme.bg.selected, theme.border.focus, theme.text.primary),
        (&mut widgets.open, theme.bg.hover, theme.border.control, theme.text.primary),
    ];
    for (look, fill, line, text) in looks {
        look.bg_fill = fill;
        look.weak_bg_fill = fill;
        look.bg_stroke = Stroke::new(1.0, line);
        look.fg_stroke = Stroke::new(1.0, text);
        look.corner_radius = CornerRadius::same(RADIUS_CONTROL);
        look.expansion = 0.0;
    }
    style.visuals = visuals;
}
