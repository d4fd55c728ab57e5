//! What a frame shows: every piece of text with its place, its clip and its colours, as a reader sees it.

use eframe::egui::epaint::TextShape;
use eframe::egui::{Color32, FullOutput, Rect, Shape};

/// A piece of text on the screen.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// What it says.
    pub(crate) text: String,
    /// Where its ink is.
    pub(crate) ink: Rect,
    /// What it may paint into.
    pub(crate) clip: Rect,
    /// Its smallest type, points.
    pub(crate) size: f32,
    /// Its colour.
    pub(crate) color: Color32,
    /// The colour of the plates that it stands on, one over the other.
    pub(crate) ground: Color32,
    /// When it was painted, and the last solid plate under it: what came before that plate lies hidden there.
    pub(crate) order: usize,
    /// See `order`.
    pub(crate) plate: usize,
}

impl Word {
    /// The part of it that is seen.
    pub(crate) fn seen(&self) -> Rect {
        self.ink.intersect(self.clip)
    }
}

/// Every piece of text that can be read; not what a window or a message above it covers.
pub(crate) fn words(output: &FullOutput) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut plates: Vec<(Rect, Color32, usize)> = Vec::new();
    let mut order = 0;
    for clipped in &output.shapes {
        visit(&clipped.shape, &mut |shape| {
            order += 1;
            match shape {
                Shape::Text(text) => words.extend(word(text, clipped.clip_rect, &plates, order)),
                Shape::Rect(rect) if rect.fill.a() > 0 => {
                    let over = rect.rect.intersect(clipped.clip_rect);
                    if rect.fill.a() == 255 {
                        words.retain(|word| !over.expand(0.5).contains_rect(word.seen()));
                        plates.retain(|(plate, ..)| !over.contains_rect(*plate));
                    }
                    plates.push((over, rect.fill, order));
                }
                _ => {}
            }
        });
    }
    words.retain(|word| word.seen().is_positive());
    words
}

/// Every shape, groups opened.
pub(crate) fn visit(shape: &Shape, see: &mut impl FnMut(&Shape)) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| visit(shape, see)),
        shape => see(shape),
    }
}

fn word(shape: &TextShape, clip: Rect, plates: &[(Rect, Color32, usize)], order: usize) -> Option<Word> {
    let text = shape.galley.text().trim();
    let is_icon = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    // A lone question mark is the shape of a silent vehicle.
    if shape.angle != 0.0 || text == "?" || text.chars().all(|c| c.is_whitespace() || is_icon(c)) {
        return None;
    }
    let formats = shape.galley.job.sections.iter().map(|section| &section.format);
    let size = formats.clone().map(|format| format.font_id.size).fold(f32::INFINITY, f32::min);
    let own = formats.map(|format| format.color).find(|color| *color != Color32::PLACEHOLDER);
    let color = shape.override_text_color.or(own).unwrap_or(shape.fallback_color);
    // The mesh of a row begins where its text does; what it leaves above and below is no ink.
    let ink = shape.galley.mesh_bounds.translate(shape.pos.to_vec2());
    let under = plates.iter().filter(|(plate, ..)| plate.contains(ink.center()));
    let ground = under.clone().fold(Color32::BLACK, |ground, (_, plate, _)| ground.blend(*plate));
    let plate = under.filter(|(_, plate, _)| plate.a() == 255).map(|(.., order)| *order).max().unwrap_or_default();
    Some(Word { text: text.to_owned(), ink, clip, size, color, ground, order, plate })
}

/// Contrast of two opaque colours by WCAG 2.2, 1 to 21.
pub(crate) fn contrast(a: Color32, b: Color32) -> f64 {
    let luminance = |color: Color32| {
        let [r, g, b] = [color.r(), color.g(), color.b()].map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
