//! What the month would cost if more came, with more memory or slower; and what single things cost.

use eframe::egui::{Align2, DragValue, Rect, Role, ScrollArea, Slider, SliderClamping, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::line;
use crate::model::{PicoUsd, Timestamp};
use crate::pricing::{Bill, Price, PriceSheet};
use crate::state::Snapshot;
use crate::state::snapshot::BillView;
use crate::ui::shapes::Mark;
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Button, Pane, badge, focus_ring, hairline_below, header, put, section};
use crate::ui::{icons, text, tr};

/// What the operator tries; `None` is as it is now.
#[derive(Debug, Default)]
pub(super) struct WhatIf {
    per_second: Option<f64>,
    memory_mb: Option<f64>,
    billed_ms: Option<f64>,
}

/// Usage as rates.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rates {
    per_second: f64,
    memory_mb: f64,
    billed_ms: f64,
}

impl Rates {
    /// As the month went so far; `None` while too little is known.
    fn of(bill: &BillView, snapshot: &Snapshot, now: Timestamp) -> Option<Self> {
        let first = bill.days.iter().position(|day| day.usage.requests > 0)?;
        let secs = now.secs_since(bill.span.0.plus_secs(first as i64 * 86_400));
        let calls: u64 = snapshot.functions.iter().map(|row| row.month.n_calls).sum();
        let billed_ms: u64 = snapshot.functions.iter().map(|row| row.month.billed_ms).sum();
        let mb_ms: f64 = snapshot.functions.iter().map(|row| row.month.billed_ms as f64 * f64::from(row.memory_mb)).sum();
        (secs > 60.0 && calls > 0 && billed_ms > 0).then(|| Self {
            per_second: calls as f64 / secs,
            memory_mb: mb_ms / billed_ms as f64,
            billed_ms: billed_ms as f64 / calls as f64,
        })
    }

    /// What a whole month at these rates comes to, after the free tier.
    fn month(self, secs: f64, price: &Price) -> PicoUsd {
        let requests = (self.per_second * secs) as u64;
        let mut bill = Bill::default();
        let mb_ms = requests as f64 * self.billed_ms * self.memory_mb;
        bill.add_usage(requests, mb_ms as u64, price.effective_from, &PriceSheet::of(price.clone()));
        bill.due()
    }
}

impl WhatIf {
    pub(super) fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, now: Timestamp) {
        let theme = Theme::of(ui);
        let bill = &snapshot.bill;
        let free = header(ui, Pane { title: &tr!("cost-what-if"), note: &tr!("cost-what-if-note"), ..Pane::default() });
        let place = Rect::from_min_max(free.min, free.max + vec2(8.0, 0.0));
        let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
        if child.add(Button::quiet(&tr!("cost-reset")).icon(icons::ARROW_CLOCKWISE)).clicked() {
            *self = Self::default();
        }
        let (Some(now_rates), Some(price)) = (Rates::of(bill, snapshot, now), &bill.price) else {
            let at = ui.available_rect_before_wrap().min + vec2(PANE_PAD.x, 20.0);
            put(ui.painter(), at, Align2::LEFT_CENTER, tr!("cost-what-if-when"), Type::Small.font(), theme.text.tertiary);
            return;
        };
        ui.add_space(8.0);
        slider(ui, &tr!("cost-calls-a-second"), "/s", now_rates.per_second, &mut self.per_second, (0.01, 100_000.0));
        slider(ui, &tr!("cost-memory"), "MB", now_rates.memory_mb, &mut self.memory_mb, (128.0, 10_240.0));
        slider(ui, &tr!("cost-billed-mean"), "ms", now_rates.billed_ms, &mut self.billed_ms, (1.0, 10_000.0));
        let tried = Rates {
            per_second: self.per_second.unwrap_or(now_rates.per_second),
            memory_mb: self.memory_mb.unwrap_or(now_rates.memory_mb),
            billed_ms: self.billed_ms.unwrap_or(now_rates.billed_ms),
        };
        let secs = bill.span.1.secs_since(bill.span.0);
        result(ui, now_rates.month(secs, price), tried.month(secs, price), bill.budget);
        section(ui, &tr!("cost-unit-costs"), &tr!("cost-unit-costs-note"));
        let room = ui.available_rect_before_wrap();
        let width = room.width() - 2.0 * PANE_PAD.x;
        let words = ui.painter().layout(tr!("cost-not-included-list"), Type::Small.font(), theme.text.secondary, width);
        // What is not included is always in view; where there is little room, the unit costs are scrolled.
        let below = words.size().y + sizes().row_compact + 16.0;
        let (units, not_included) = room.split_top_bottom_at_y((room.bottom() - below).max(room.top()));
        let units_h = ui
            .scope_builder(UiBuilder::new().max_rect(units).id_salt("units"), |ui| {
                let scroll = ScrollArea::vertical().id_salt("units").auto_shrink([false, true]);
                scroll.show(ui, |ui| unit_costs(ui, snapshot, now_rates, secs)).inner_rect.height()
            })
            .inner;
        let rest = not_included.with_min_y(units.top() + units_h);
        ui.scope_builder(UiBuilder::new().max_rect(rest).id_salt("not included"), |ui| {
            section(ui, &tr!("cost-not-included"), "");
            let at = ui.available_rect_before_wrap().min + vec2(PANE_PAD.x, 8.0);
            ui.painter().galley(at, words, theme.text.secondary);
        });
    }
}

fn slider(ui: &mut Ui, label: &str, unit: &str, now: f64, tried: &mut Option<f64>, range: (f64, f64)) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 54.0), eframe::egui::Sense::hover());
    let inner = rect.shrink2(vec2(PANE_PAD.x, 0.0));
    put(ui.painter(), pos2(inner.left(), rect.top() + 14.0), Align2::LEFT_CENTER, label, Type::Small.font(), theme.text.primary);
    let mut value = tried.unwrap_or(now);
    let field = Rect::from_min_size(pos2(inner.right() - 92.0, rect.top() + 2.0), vec2(92.0, 24.0));
    let now_words = tr!("cost-now", value = format!("{} {unit}", text::number(now, decimals(now))));
    let at = pos2(field.left() - 10.0, rect.top() + 14.0);
    put(ui.painter(), at, Align2::RIGHT_CENTER, now_words, Type::Micro.font(), theme.text.tertiary);
    let drag = DragValue::new(&mut value)
        .range(range.0..=range.1)
        .speed(now.max(1.0) / 100.0)
        .suffix(format!(" {unit}"))
        .max_decimals(decimals(now));
    let exact = ui.new_child(UiBuilder::new().max_rect(field)).put(field, drag);
    let bar = Rect::from_min_size(pos2(inner.left(), rect.top() + 30.0), vec2(inner.width(), 18.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(bar));
    child.spacing_mut().slider_width = bar.width() - 8.0;
    let clamping = SliderClamping::Never;
    let slid = child.add(Slider::new(&mut value, range.0..=range.1).logarithmic(true).show_value(false).clamping(clamping));
    focus_ring(ui, &slid);
    // A tick where things are now.
    let share = ((now.max(range.0) / range.0).ln() / (range.1 / range.0).ln()).clamp(0.0, 1.0) as f32;
    let x = slid.rect.left() + slid.rect.width() * share;
    let y = slid.rect.center().y;
    ui.painter().vline(x, y - 8.0..=y + 8.0, eframe::egui::Stroke::new(2.0, theme.text.secondary));
    for response in [&exact, &slid] {
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, format!("{label}: {} {unit}", text::number(value, 2))));
    }
    if exact.changed() || slid.changed() {
        *tried = Some(value);
    }
}

const fn decimals(value: f64) -> usize {
    if value < 10.0 { 2 } else { 0 }
}

fn result(ui: &mut Ui, now: PicoUsd, tried: PicoUsd, budget: Option<PicoUsd>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 62.0), eframe::egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
    hairline_below(ui, rect);
    let left = rect.left() + PANE_PAD.x;
    let painter = ui.painter().clone();
    let value = |x: f32, label: &str, amount: PicoUsd, color| {
        put(&painter, pos2(x, rect.top() + 16.0), Align2::LEFT_CENTER, label, Type::Micro.font(), theme.text.tertiary);
        let at = pos2(x, rect.top() + 40.0);
        put(&painter, at, Align2::LEFT_CENTER, text::usd(amount), Type::Title.font(), color).right()
    };
    let end = value(left, &tr!("cost-month-now"), now, theme.text.secondary);
    crate::ui::shapes::icon(&painter, pos2(end + 18.0, rect.top() + 40.0), 15.0, icons::ARROW_RIGHT, theme.text.tertiary, false);
    value(end + 36.0, &tr!("cost-what-if"), tried, theme.text.primary);
    let change = PicoUsd(tried.0 - now.0);
    let signed = if change.0 > 0 { format!("+{}", text::usd(change)) } else { text::usd(change) };
    put(
        &painter,
        pos2(rect.right() - PANE_PAD.x, rect.top() + 44.0),
        Align2::RIGHT_CENTER,
        &signed,
        Type::Small.font(),
        theme.text.secondary,
    );
    if let Some(over) = budget.map(|budget| PicoUsd(tried.0 - budget.0)).filter(|over| over.0 > 0) {
        let place =
            Rect::from_min_max(pos2(rect.right() - 220.0, rect.top() + 6.0), pos2(rect.right() - PANE_PAD.x, rect.top() + 30.0));
        let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
        badge(&mut child, Some(Mark::Triangle), &tr!("cost-over-by", amount = text::usd(over)), theme.status.critical);
    }
    let spoken = format!("{} {}, {} {}", tr!("cost-month-now"), text::usd(now), tr!("cost-what-if"), text::usd(tried));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
}

/// What single things cost, at list price.
fn unit_costs(ui: &mut Ui, snapshot: &Snapshot, rates: Rates, month_secs: f64) {
    let mean = |name: &str, times: f64| {
        let row = snapshot.functions.iter().find(|row| row.name == name).filter(|row| row.month.n_calls > 0);
        row.map(|row| PicoUsd((row.month.list_price.0 as f64 / row.month.n_calls as f64 * times) as i64))
    };
    let calls: u64 = snapshot.functions.iter().map(|row| row.month.n_calls).sum();
    let list = snapshot.bill.list.0 as f64;
    let vehicles = snapshot.fleet.total;
    let fleet_month = (vehicles > 0 && calls > 0).then(|| {
        let a_month = list / calls as f64 * rates.per_second * month_secs;
        PicoUsd((a_month / vehicles as f64 * 1_000.0) as i64)
    });
    // All that the month cost, by what came of it.
    let each = |n: u64| (n > 0).then(|| PicoUsd((list / n as f64) as i64));
    let (n_incidents, n_false) = snapshot.bill.n_incidents;
    let by = |n: u64| if n == 0 { String::new() } else { tr!("cost-by", n = text::count(n)) };
    let plain = str::to_owned;
    let lines = [
        (tr!("cost-thousand-verdicts"), plain("judge_crash"), mean("judge_crash", 1_000.0)),
        (tr!("cost-thousand-temperatures"), plain("route_temperature"), mean("route_temperature", 1_000.0)),
        (tr!("cost-million-rows"), plain("preprocess_driving"), mean("preprocess_driving", 1e6)),
        (tr!("cost-one-incident"), by(n_incidents), each(n_incidents)),
        (tr!("cost-one-false-alarm"), by(n_false), each(n_false)),
        (tr!("cost-one-vehicle"), by(vehicles as u64), fleet_month.map(|price| PicoUsd(price.0 / 1_000))),
        (tr!("cost-thousand-vehicles"), String::new(), fleet_month),
    ];
    let watching = super::actuals::has(snapshot)
        .then(|| (tr!("cost-watching-a-month"), tr!("cost-watching-by"), super::actuals::watching(snapshot)));
    for (label, note, price) in lines.into_iter().chain(watching) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), eframe::egui::Sense::hover());
        hairline_below(ui, rect);
        let value = price.map_or_else(|| tr!("cost-not-yet"), text::usd);
        line(ui, rect.shrink2(vec2(PANE_PAD.x, 0.0)), &label, &note, &value);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{label} {value}")));
    }
}
