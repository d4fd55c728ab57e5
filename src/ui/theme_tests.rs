use super::*;

fn luminance(color: Color32) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_is_readable_on_every_surface() {
    for dark in [true, false] {
        let theme = Theme::get(dark);
        let bg = &theme.bg;
        for ground in [bg.app, bg.panel, bg.raised, bg.inset, bg.hover, bg.selected, bg.header] {
            for text in [theme.text.primary, theme.text.secondary, theme.text.tertiary] {
                assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}: {}", contrast(text, ground));
            }
        }
        let s = &theme.status;
        for status in [s.critical, s.high, s.medium, s.low, s.ok, s.info, s.hot, s.cold, s.drill, s.stale] {
            assert!(contrast(status.fg, status.tint) >= 4.5, "{status:?}");
            assert!(contrast(status.fg, theme.bg.panel) >= 4.5, "{status:?}");
        }
        assert!(contrast(theme.text.on_critical, s.critical.solid) >= 4.5);
        assert!(contrast(theme.text.on_accent, theme.accent.base) >= 4.5);
    }
}

#[test]
fn eight_series_have_eight_colours_and_dashes() {
    for dark in [true, false] {
        let plot = &Theme::get(dark).plot;
        assert_eq!((plot.series.len(), plot.series_dash.len()), (8, 8));
        assert_eq!(plot.series_dash[0], Vec::<f32>::new(), "the first is solid");
        assert_eq!(plot.series_dash[3], [10.0, 3.0, 2.0, 3.0]);
    }
}

#[test]
fn a_colour_is_six_digits() {
    assert_eq!(parse("#0A0D10"), Some(Color32::from_rgb(10, 13, 16)));
    assert_eq!(parse("0A0D10"), None);
    assert_eq!(parse("#0A0D1"), None);
    assert_eq!(parse("#0A0D1G"), None);
}

#[test]
fn nothing_is_smaller_than_eleven_points() {
    for style in [Type::Micro, Type::Small, Type::Body, Type::Section, Type::Title, Type::Headline, Type::Kpi, Type::Mono] {
        assert!(style.font().size >= 11.0);
        assert!(style.line() > style.font().size);
    }
}

#[test]
fn every_glyph_we_write_is_in_every_family() {
    let ctx = egui::Context::default();
    install(&ctx);
    ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
    let words = "Fleetwatch 0123456789 Δ − ± µ ° ≥ ≤ … × · 관제 대시보드 훈련 오경보 꿹쀍뷁 \u{e182}";
    for weight in [400, 500, 600] {
        let font = FontId::new(13.0, family(weight));
        assert!(ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, words)), "{weight}");
    }
    assert!(ctx.fonts_mut(|fonts| fonts.has_glyphs(&Type::Mono.font(), words)), "mono");
}
