//! Functions: are they working, and fast enough? The first, plain form: a table of the meters.

use eframe::egui;

use super::{Panel, PanelContext, Screen};
use crate::state::Snapshot;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Cell, Column, Table, empty_state, plain_page};
use crate::ui::{icons, text};

/// The Functions screen.
#[derive(Debug, Default)]
pub(super) struct Functions;

const ABOUT: &str = "What every function did this calendar month (UTC): how often it ran, how long it took, and what the calls would cost at list price.";
const COLUMNS: [Column; 9] = [
    Column::text("Function", 170.0),
    Column::text("What it does", 300.0),
    Column::number("Memory", 80.0),
    Column::number("Calls", 100.0),
    Column::number("Cold", 70.0),
    Column::number("Failed", 70.0),
    Column::number("p50", 80.0),
    Column::number("p99", 80.0),
    Column::number("List price", 150.0),
];

impl Panel for Functions {
    fn screen(&self) -> Screen {
        Screen::Functions
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, _context: &mut PanelContext<'_>) {
        let known = text::plural(snapshot.functions.len() as u64, "function in process", "functions in process");
        plain_page(ui, self.title(), &known, ABOUT);
        if snapshot.functions.is_empty() {
            empty_state(ui, icons::FUNCTION, "No function yet", "Functions appear here when the line has started.", None);
            return;
        }
        let theme = Theme::of(ui);
        let table = Table { id: "functions", columns: &COLUMNS, n_rows: snapshot.functions.len(), selected: None };
        table.ui(ui, |idx| {
            let row = &snapshot.functions[idx];
            let micros = |us: Option<u32>| us.map_or_else(|| "n/a".to_owned(), |us| text::micros(i64::from(us)));
            let failed = text::count(row.n_failed);
            vec![
                Cell::name(theme, row.name),
                Cell::quiet(theme, row.sentence),
                Cell::quiet(theme, format!("{} MB", row.memory_mb)),
                Cell::value(theme, text::count(row.n_calls)),
                Cell::quiet(theme, text::count(row.n_cold)),
                if row.n_failed == 0 { Cell::quiet(theme, failed) } else { Cell::colored(failed, theme.status.critical.fg) },
                Cell::quiet(theme, micros(row.p50_micros)),
                Cell::quiet(theme, micros(row.p99_micros)),
                Cell::value(theme, text::usd(row.list_price)),
            ]
        });
    }
}
