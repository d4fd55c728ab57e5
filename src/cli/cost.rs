//! `fleetwatch cost`: what the month cost, as AWS says, beside what the same calls come to by the price sheet.

use std::io::{self, Write};

use serde_json::json;

use crate::model::{ActualDay, Actuals, PicoUsd};
use crate::pricing::decimal::Dollars;
use crate::store::StoredCalls;

/// Writes the days and the month. `local` is `None` where this desk has no store yet, `actuals` where AWS may not be asked.
pub fn write(
    month: &str,
    local: Option<&[StoredCalls]>,
    actuals: Option<&Actuals>,
    as_json: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if as_json {
        return write_json(month, local, actuals, out);
    }
    for calls in local.unwrap_or_default() {
        let price = Dollars::pico(calls.list_price.0);
        writeln!(out, "{month} this desk, {}: {} calls, list price {price} USD", calls.function, calls.n_calls)?;
    }
    match local {
        None => writeln!(out, "This desk has no store yet: nothing of its own functions is known.")?,
        Some([]) => writeln!(out, "This desk's functions were not called this month.")?,
        Some(_) => writeln!(out, "They run on this desk and are priced as if on AWS Lambda, before any free tier.")?,
    }
    let Some(actuals) = actuals else {
        return writeln!(
            out,
            "AWS is not asked what it billed: set cost_explorer_every_h in [stack] of the settings, 8 or more; each answer costs 0.01 USD."
        );
    };
    if actuals.at.0 > 0 {
        writeln!(out, "\nThe account, by AWS on {}:", actuals.at.rfc3339())?;
        writeln!(
            out,
            "{:<12} {:>18} {:>18} {:>18} {:>12}",
            "DAY, UTC", "ALL SERVICES, USD", "AWS LAMBDA, USD", "BY OUR PRICES, USD", "CALLS"
        )?;
        for (n, day) in actuals.days.iter().enumerate() {
            let by_aws = |price: Option<PicoUsd>| match price {
                None => "no word".to_owned(),
                Some(price) => format!("{}{}", usd(price), if day.estimated { "*" } else { "" }),
            };
            let (all, lambda) = (by_aws(day.actual), by_aws(day.lambda));
            let ours = day.due.map_or_else(|| "no count".to_owned(), usd);
            let calls = day.calls.map_or_else(|| "no count".to_owned(), |n| n.to_string());
            writeln!(out, "{:<12} {all:>18} {lambda:>18} {ours:>18} {calls:>12}", format!("{}-{:02}", actuals.month, n + 1))?;
        }
        let sums: [fn(&ActualDay) -> Option<PicoUsd>; 3] = [|day| day.actual, |day| day.lambda, |day| day.due];
        let [all, lambda, ours] = sums.map(|of| actuals.sum(of).0.map_or_else(|| "-".to_owned(), usd));
        writeln!(out, "{:<12} {all:>18} {lambda:>18} {ours:>18}", "known days")?;
        writeln!(
            out,
            "* AWS may still change it. No word and no count are not nought. Ours is after the free tier, of the watched functions alone."
        )?;
        for (service, price) in &actuals.services {
            writeln!(out, "{} {service}: {} USD", actuals.month, usd(*price))?;
        }
    }
    if let Some(words) = &actuals.no_estimate {
        writeln!(out, "Not priced by us: {words}.")?;
    }
    if let Some(words) = &actuals.problem {
        writeln!(out, "AWS did not say, asked on {}: {words}.", actuals.asked_at.rfc3339())?;
    }
    let price = |price: Option<PicoUsd>| price.map_or_else(|| "-".to_owned(), usd);
    writeln!(
        out,
        "Cost Explorer answered {} requests this month at {} USD each: {} USD. It is asked again {} h after that.",
        actuals.n_requests,
        price(actuals.price_each),
        price(actuals.spent()),
        actuals.every_h
    )
}

fn usd(price: PicoUsd) -> String {
    Dollars::pico(price.0).to_string()
}

/// One object a function of this desk, then one a day, then one for the asking.
fn write_json(month: &str, local: Option<&[StoredCalls]>, actuals: Option<&Actuals>, out: &mut dyn Write) -> io::Result<()> {
    for calls in local.unwrap_or_default() {
        let line = json!({
            "type": "function", "runs_on": "this_desk", "month": month, "name": calls.function, "n_calls": calls.n_calls,
            "billed_ms": calls.billed_ms, "list_price_usd": usd(calls.list_price),
        });
        writeln!(out, "{line}")?;
    }
    let Some(actuals) = actuals else { return Ok(()) };
    let price = |price: Option<PicoUsd>| price.map(usd);
    for (n, day) in actuals.days.iter().enumerate() {
        let line = json!({
            "type": "day", "day": format!("{}-{:02}", actuals.month, n + 1), "actual_usd": price(day.actual),
            "lambda_usd": price(day.lambda), "estimated": day.estimated, "calls": day.calls,
            "our_list_price_usd": price(day.list), "our_due_usd": price(day.due),
        });
        writeln!(out, "{line}")?;
    }
    let services: serde_json::Map<_, _> =
        actuals.services.iter().map(|(service, price)| (service.to_string(), usd(*price).into())).collect();
    let at = (actuals.at.0 > 0).then(|| actuals.at.rfc3339());
    let line = json!({
        "type": "actuals", "month": actuals.month, "at": at, "asked_at": actuals.asked_at.rfc3339(), "services_usd": services,
        "n_requests": actuals.n_requests, "price_each_usd": price(actuals.price_each), "spent_usd": price(actuals.spent()),
        "problem": actuals.problem, "no_estimate": actuals.no_estimate,
    });
    writeln!(out, "{line}")
}
