//! The month's budget: whoever is not on the Cost screen hears when it will not do, and when it is spent.

use super::State;
use crate::model::{AlertKind, DeviceId, Effect, Origin, PicoUsd, Severity, Timestamp};

/// So many ticks, s, between two looks: the forecast goes over the days of the month.
const EVERY: u64 = 60;
/// Whom the alert names.
const ABOUT: &str = "budget";

/// What was said of a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    /// The month, and whether it was said that it is spent: before that, that it will be.
    said: Option<(String, bool)>,
}

impl State {
    /// Says it once a month, and once more when the budget is spent. Nobody is woken for money.
    pub(super) fn look_at_budget(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        if !self.n_ticks.is_multiple_of(EVERY) {
            return;
        }
        let bill = self.meters.bill(now);
        let Some(budget) = bill.budget.filter(|budget| budget.0 > 0) else { return };
        let forecast = bill.forecast.map(|forecast| forecast.due).filter(|due| *due > budget);
        let spent = bill.due > budget;
        let known = self.budget.said.as_ref().filter(|(month, _)| *month == bill.month).map(|(_, spent)| *spent);
        let text = match (spent, forecast, known) {
            (true, _, None | Some(false)) => {
                format!("The functions have cost {} in {}, over the budget of {}.", usd(bill.due), bill.month, usd(budget))
            }
            (false, Some(due), None) => {
                format!("At this pace {} will cost {}, over the budget of {}.", bill.month, usd(due), usd(budget))
            }
            _ => return,
        };
        self.budget.said = Some((bill.month, spent));
        let severity = if spent { Severity::Medium } else { Severity::Low };
        self.raise_for(AlertKind::Budget { spent }, &DeviceId::new(ABOUT), Origin::Device, severity, text, now, effects);
    }
}

fn usd(amount: PicoUsd) -> String {
    format!("USD {:.2}", amount.usd())
}
