//! Cost: will the month fit the budget, and what drives it?
//!
//! ```text
//! ┌ budget ─┬ forecast ┬ free requests ┬ free compute ┐ 128
//! ├ a day ──┴─────┬ month ─────┬ what if ────────────┤ 382
//! ├ by function, or on AWS ────┤ unit costs          │
//! └────────────────────────────┴─────────────────────┘
//! ```

mod actuals;
mod days;
mod functions;
mod gauges;
mod month;
mod what_if;

use eframe::egui::{self, Align2, Rect, pos2, vec2};

use super::{Panel, PanelContext, Screen};
use crate::model::PicoUsd;
use crate::state::Snapshot;
use crate::ui::icons;
use crate::ui::theme::{Theme, Type};
use crate::ui::tr;
use crate::ui::widgets::{empty_state, pane, put, segments};

/// Height of the gauges, points.
const GAUGES_H: f32 = 128.0;
/// Height of the charts, points.
const CHARTS_H: f32 = 382.0;
/// Width of what-if, points.
const WHAT_IF_W: f32 = 436.0;

/// The Cost screen.
#[derive(Debug, Default)]
pub(super) struct Cost {
    money: Option<Money>,
    table: Table,
    what_if: what_if::WhatIf,
}

/// Which money the charts show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Money {
    /// After the free tier.
    Due,
    /// Before it.
    List,
}

impl Money {
    const ALL: [Self; 2] = [Self::Due, Self::List];

    fn word(self) -> String {
        match self {
            Self::Due => tr!("cost-after-free-tier"),
            Self::List => tr!("cost-list-price"),
        }
    }

    const fn of(self, day: &crate::state::snapshot::DayCost) -> PicoUsd {
        match self {
            Self::Due => day.due,
            Self::List => day.list,
        }
    }
}

/// What stands below the charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Table {
    /// Where the money of this desk's calls goes.
    #[default]
    Functions,
    /// What AWS billed, and what it costs to know.
    Aws,
}

impl Table {
    const ALL: [Self; 2] = [Self::Functions, Self::Aws];

    fn word(self) -> String {
        match self {
            Self::Functions => tr!("cost-by-function"),
            Self::Aws => tr!("cost-on-aws"),
        }
    }
}

impl Panel for Cost {
    fn screen(&self) -> Screen {
        Screen::Cost
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let room = ui.max_rect();
        let bill = &snapshot.bill;
        if bill.days.is_empty() || bill.list == PicoUsd(0) {
            pane(ui, room, "cost", |ui| {
                if actuals::has(snapshot) {
                    actuals::ui(ui, snapshot, context.now);
                    return;
                }
                empty_state(ui, icons::COINS, &tr!("cost-empty"), &tr!("cost-empty-when"), None);
            });
            return;
        }
        // Within the free tier every bar would be nought: then the list price says more.
        let mut money = self.money.unwrap_or(if bill.due == PicoUsd(0) { Money::List } else { Money::Due });
        let (top, rest) = room.split_top_bottom_at_y(room.top() + GAUGES_H);
        let (left, what_if) = rest.split_left_right_at_x(rest.right() - WHAT_IF_W);
        let (charts, table) = left.split_top_bottom_at_y(left.top() + CHARTS_H.min(left.height() * 0.6));
        let (bars, month) = charts.split_left_right_at_x(charts.left() + charts.width() * 0.61);
        gauges::ui(ui, top, bill, context.now);
        if pane(ui, bars, "bars", |ui| days::ui(ui, bill, &mut money)) {
            self.money = Some(money);
        }
        pane(ui, month, "month", |ui| month::ui(ui, bill, money, context.now));
        pane(ui, table, "table", |ui| {
            if !actuals::has(snapshot) {
                functions::ui(ui, snapshot);
                return;
            }
            let free = match self.table {
                Table::Functions => functions::ui(ui, snapshot),
                Table::Aws => actuals::ui(ui, snapshot, context.now),
            };
            let place = Rect::from_min_max(free.min, free.max + vec2(8.0, 0.0));
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(place).layout(layout));
            segments(&mut child, &tr!("cost-table"), &mut self.table, &Table::ALL, Table::word);
        });
        pane(ui, what_if, "what if", |ui| self.what_if.ui(ui, snapshot, context.now));
    }
}

/// A line of figures: a label at the left, a value at the right end.
fn line(ui: &egui::Ui, rect: Rect, label: &str, note: &str, value: &str) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let y = rect.center().y;
    put(painter, pos2(rect.left(), y), Align2::LEFT_CENTER, label, Type::Small.font(), theme.text.primary);
    put(painter, pos2(rect.left() + 190.0, y), Align2::LEFT_CENTER, note, Type::Micro.font(), theme.text.tertiary);
    put(painter, pos2(rect.right(), y), Align2::RIGHT_CENTER, value, Type::Body.medium(), theme.text.primary);
}
