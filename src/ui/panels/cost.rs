//! Cost: what the month costs. The first, plain form: the bill as it stands.

use eframe::egui;

use super::{Panel, PanelContext, Screen};
use crate::state::Snapshot;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Cell, Column, Table, empty_state, plain_page};
use crate::ui::{icons, text};

/// The Cost screen.
#[derive(Debug, Default)]
pub(super) struct Cost;

const ABOUT: &str = "What AWS Lambda would bill for the calls that ran here this month, in US dollars, without tax.";
const COLUMNS: [Column; 2] = [Column::text("This month", 260.0), Column::number("Amount", 320.0)];

impl Panel for Cost {
    fn screen(&self) -> Screen {
        Screen::Cost
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, _context: &mut PanelContext<'_>) {
        let bill = &snapshot.bill;
        let known = if bill.month.is_empty() { "no bill yet".to_owned() } else { format!("{}, in USD", bill.month) };
        plain_page(ui, self.title(), &known, ABOUT);
        if bill.month.is_empty() {
            empty_state(ui, icons::COINS, "No cost yet", "The bill begins with the first call of a function.", None);
            return;
        }
        let theme = Theme::of(ui);
        let lines = [
            ("Due after the free tier", text::usd(bill.due)),
            ("List price before the free tier", text::usd(bill.list)),
            ("Free requests left", text::plural(bill.free_requests_left, "request", "requests")),
            ("Free compute left", format!("{} GB-s", text::count(bill.free_mb_ms_left / 1_024_000))),
            ("Price sheet", bill.price_sheet.clone()),
        ];
        let table = Table { id: "bill", columns: &COLUMNS, n_rows: lines.len(), selected: None };
        table.ui(ui, |idx| vec![Cell::quiet(theme, lines[idx].0), Cell::value(theme, lines[idx].1.clone())]);
    }
}
