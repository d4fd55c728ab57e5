//! A table of painted rows: only the rows on the screen are asked for and painted.

use eframe::egui::{
    Align2, Color32, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, scroll_area::ScrollBarVisibility, vec2,
};

use super::{band_status, focus_ring, hairline_below, row_ground};
use crate::model::{Band, Timestamp};
use crate::ui::shapes::{Mark, elided};
use crate::ui::text::{self, Freshness};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::tr;

/// A column's header and least width, points. The widths left over go to all in proportion.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: &'static str,
    width: f32,
    right: bool,
}

impl Column {
    /// Words, from the left.
    pub const fn text(title: &'static str, width: f32) -> Self {
        Self { title, width, right: false }
    }
    /// Numbers, to the right.
    pub const fn number(title: &'static str, width: f32) -> Self {
        Self { title, width, right: true }
    }
}

/// What a cell says and how.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    color: Color32,
    strong: bool,
    mono: bool,
    mark: Option<(Mark, Color32)>,
    heading: Option<f64>,
    tag: Option<&'static str>,
}

impl Cell {
    const fn new(text: String, color: Color32, strong: bool) -> Self {
        Self { text, color, strong, mono: false, mark: None, heading: None, tag: None }
    }
    /// The row's name.
    pub fn name(theme: &Theme, text: impl Into<String>) -> Self {
        Self::new(text.into(), theme.text.primary, true)
    }
    /// A live value.
    pub fn value(theme: &Theme, text: impl Into<String>) -> Self {
        Self::new(text.into(), theme.text.primary, false)
    }
    /// Something secondary.
    pub fn quiet(theme: &Theme, text: impl Into<String>) -> Self {
        Self::new(text.into(), theme.text.secondary, false)
    }
    /// In a colour; the words must say what the colour says.
    pub fn colored(text: impl Into<String>, color: Color32) -> Self {
        Self::new(text.into(), color, false)
    }
    /// A shape and a word.
    pub fn marked(mark: Mark, text: impl Into<String>, color: Color32) -> Self {
        Self { mark: Some((mark, color)), ..Self::new(text.into(), color, false) }
    }
    /// An arrowhead along a heading and a word.
    pub fn heading(degrees: f64, text: impl Into<String>, color: Color32) -> Self {
        Self { heading: Some(degrees), ..Self::new(text.into(), color, false) }
    }
    /// With a small word after it: the origin.
    #[must_use]
    pub const fn tag(mut self, tag: Option<&'static str>) -> Self {
        self.tag = tag;
        self
    }
    /// In the mono font.
    #[must_use]
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }
}

/// When something was last heard of, in the colour and word of its freshness.
pub fn seen_cell(theme: &Theme, now: Timestamp, last_seen: Timestamp, fresh: Freshness) -> Cell {
    let age = text::age(now, last_seen);
    match fresh {
        // Normal is quiet: grey words and a small dot.
        Freshness::Live => Cell { mark: Some((Mark::Disc, theme.status.ok.fg)), ..Cell::quiet(theme, fresh.word()) },
        Freshness::Late => Cell::quiet(theme, tr!("words-ago", age = age)),
        Freshness::Stale => Cell::marked(Mark::Clock, tr!("words-stale", age = age), theme.status.high.fg),
        Freshness::Lost => Cell::marked(Mark::Cross, tr!("words-lost", age = age), theme.status.stale.fg),
    }
}

/// A table as tall as its room.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// Its place in egui's memory.
    pub id: &'static str,
    /// The columns.
    pub columns: &'a [Column],
    /// Rows altogether.
    pub n_rows: usize,
    /// The chosen row.
    pub selected: Option<usize>,
}

/// What came of a table.
#[derive(Debug, Default)]
pub struct TableAnswer {
    /// The first row on the screen.
    pub first: usize,
    /// How many rows are on it.
    pub shown: usize,
    /// The row that was clicked.
    pub clicked: Option<usize>,
}

impl Table<'_> {
    /// Paints it; `row` gives the cells of a row on the screen, or none while they are not here yet.
    pub fn ui(self, ui: &mut Ui, mut row: impl FnMut(usize) -> Vec<Cell>) -> TableAnswer {
        let edges = self.edges(ui);
        self.head(ui, &edges);
        let mut answer = TableAnswer::default();
        let height = sizes().row;
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt(self.id)
            .auto_shrink(false)
            .scroll_bar_visibility(ScrollBarVisibility::VisibleWhenNeeded)
            .show_rows(ui, height, self.n_rows, |ui, rows| {
                (answer.first, answer.shown) = (rows.start, rows.len());
                for idx in rows {
                    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
                    let response = ui.interact(rect, ui.scope_id().with((self.id, idx)), Sense::click());
                    let cells = row(idx);
                    let cut = self.row(ui, rect, &edges, &cells, idx, &response);
                    focus_ring(ui, &response);
                    let response = if cut.is_empty() { response } else { response.on_hover_text(cut.join("\n")) };
                    if response.clicked() {
                        answer.clicked = Some(idx);
                    }
                }
            });
        answer
    }

    fn edges(&self, ui: &Ui) -> Vec<(f32, f32)> {
        let least: f32 = self.columns.iter().map(|column| column.width).sum();
        let room = ui.available_width() - 2.0 * PANE_PAD.x;
        let scale = (room / least).clamp(0.5, 1.6);
        let mut x = ui.max_rect().left() + PANE_PAD.x;
        let edges = self.columns.iter().map(|column| {
            let from = x;
            x += column.width * scale;
            (from, x - if column.right { 26.0 } else { 12.0 })
        });
        edges.collect()
    }

    fn head(&self, ui: &mut Ui, edges: &[(f32, f32)]) {
        let theme = Theme::of(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
        ui.painter().rect_filled(rect, 0.0, theme.bg.header);
        hairline_below(ui, rect);
        for (column, &(from, until)) in self.columns.iter().zip(edges) {
            let (x, align) = if column.right { (until, Align2::RIGHT_CENTER) } else { (from, Align2::LEFT_CENTER) };
            super::put(ui.painter(), pos2(x, rect.center().y), align, column.title, Type::Micro.medium(), theme.text.tertiary);
        }
    }

    /// Paints a row; gives the texts that had to be cut.
    fn row(&self, ui: &Ui, rect: Rect, edges: &[(f32, f32)], cells: &[Cell], idx: usize, response: &Response) -> Vec<String> {
        let theme = Theme::of(ui);
        let selected = self.selected == Some(idx);
        row_ground(ui, rect, selected, response.hovered());
        hairline_below(ui, rect);
        let painter = ui.painter();
        let y = rect.center().y;
        let mut cut = Vec::new();
        for ((column, &(from, until)), cell) in self.columns.iter().zip(edges).zip(cells) {
            let indent = if cell.mark.is_some() || cell.heading.is_some() { 18.0 } else { 0.0 };
            let font = match (cell.mono, cell.strong) {
                (true, _) => Type::Mono.font(),
                (false, true) => Type::Body.semibold(),
                (false, false) => Type::Body.font(),
            };
            let galley = elided(painter, &cell.text, &font, cell.color, (until - from - indent).max(0.0));
            if galley.text() != cell.text {
                cut.push(cell.text.clone());
            }
            let left = if column.right { until - galley.size().x } else { from + indent };
            let center = pos2(left - 12.0, y);
            if let Some((mark, color)) = cell.mark {
                mark.paint(painter, center, 11.0, color);
            } else if let Some(degrees) = cell.heading {
                crate::ui::shapes::arrowhead(painter, center, 12.0, degrees, cell.color);
            }
            let right = left + galley.size().x;
            painter.galley(pos2(left, y - galley.size().y / 2.0), galley, cell.color);
            if let Some(tag) = cell.tag {
                let at = pos2(right + 8.0, y);
                super::put(painter, at, Align2::LEFT_CENTER, tag, Type::Micro.font(), theme.text.tertiary);
            }
        }
        if cells.is_empty() {
            super::put(
                painter,
                pos2(rect.left() + PANE_PAD.x, y),
                Align2::LEFT_CENTER,
                "…",
                Type::Body.font(),
                theme.text.tertiary,
            );
        }
        let spoken: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()).collect();
        response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, spoken.join(", ")));
        cut
    }
}

/// The badge of a band: shape, word, colour.
pub fn band_badge(ui: &mut Ui, band: Band) -> Response {
    let status = band_status(Theme::of(ui), band);
    super::badge(ui, (band != Band::Normal).then(|| Mark::band(band)), text::band(band), status)
}

/// A page of a screen that is still plain: its title, what is known, and what will be here. The rest of the room is free.
pub fn plain_page(ui: &mut Ui, title: &str, known: &str, about: &str) {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(ui.max_rect(), 0.0, theme.bg.panel);
    ui.spacing_mut().item_spacing.y = 0.0;
    super::header(ui, super::Pane { title, note: known, right: "" });
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    let galley = elided(ui.painter(), about, &Type::Small.font(), theme.text.secondary, rect.width() - 2.0 * PANE_PAD.x);
    ui.painter().galley(pos2(rect.left() + PANE_PAD.x, rect.center().y - galley.size().y / 2.0), galley, theme.text.secondary);
    hairline_below(ui, rect);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, about));
}
