//! `fleetwatch functions`: how the functions did in the last hour, those of this desk and those on AWS side by side.

use std::io::{self, Write};

use serde_json::json;

use crate::model::stack::{Deployed, Hour};
use crate::model::{PicoUsd, StackLook, Timestamp};
use crate::pricing::decimal::Dollars;
use crate::store::StoredCalls;

/// Recent calls on AWS that are listed.
const CALLS: usize = 10;

/// Writes the table. `local` is `None` where this desk has no store yet, `look` where no stack is set.
pub fn write(
    local: Option<&[StoredCalls]>,
    look: Option<&StackLook>,
    now: Timestamp,
    as_json: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if as_json {
        return write_json(local, look, now, out);
    }
    let line = |out: &mut dyn Write, cells: [&str; 8]| {
        let [name, place, calls, failed, cold, p50, p99, price] = cells;
        writeln!(out, "{name:<32} {place:<14} {calls:>10} {failed:>8} {cold:>6} {p50:>10} {p99:>10}  {price}")
    };
    line(out, ["FUNCTION", "RUNS ON", "CALLS", "FAILED", "COLD", "P50", "P99", "LIST PRICE, USD"])?;
    for calls in local.unwrap_or_default() {
        let StoredCalls { function, n_calls, n_failed, n_cold, list_price, .. } = calls;
        let [n_calls, n_failed, n_cold] = [n_calls, n_failed, n_cold].map(ToString::to_string);
        line(out, [function, "this desk", &n_calls, &n_failed, &n_cold, "-", "-", &usd(Some(*list_price))])?;
    }
    for function in look.iter().flat_map(|look| &look.functions) {
        let default = Hour::default();
        let hour = function.hour.as_ref().unwrap_or(&default);
        let count = |n: Option<u64>| n.map_or_else(|| "no count".to_owned(), |n| n.to_string());
        let millis = |micros: Option<u32>| micros.map_or_else(|| "-".to_owned(), |us| format!("{:.2} ms", f64::from(us) / 1e3));
        let cold = function.n_cold().map_or_else(|| "-".to_owned(), |n| n.to_string());
        let (calls, failed) = (count(hour.n_calls), hour.n_failed.map_or_else(|| "-".to_owned(), |n| n.to_string()));
        let (p50, p99) = (millis(hour.p50_micros), millis(hour.p99_micros));
        line(out, [&function.name, "AWS Lambda", &calls, &failed, &cold, &p50, &p99, &usd(hour.list_price)])?;
    }
    match local {
        None => writeln!(out, "This desk has no store yet: nothing of its own functions is known.")?,
        Some([]) => writeln!(out, "This desk's functions were not called in the last hour.")?,
        Some(_) => {}
    }
    let Some(look) = look else {
        return writeln!(out, "No functions on AWS are watched: name them in [stack] of the settings.");
    };
    for function in &look.functions {
        for call in function.calls.iter().flatten().take(CALLS) {
            let init =
                if call.init_micros > 0 { format!(", init {:.2} ms", f64::from(call.init_micros) / 1e3) } else { String::new() };
            let failed = call.failed.as_ref().map_or_else(String::new, |failed| format!(", {failed}"));
            writeln!(
                out,
                "{} {} {}: {:.2} ms, billed {} ms{init}, {} of {} MB, {} USD{failed}",
                call.at.rfc3339(),
                function.name,
                call.request_id,
                f64::from(call.duration_micros) / 1e3,
                call.billed_ms,
                call.max_memory_mb,
                call.memory_mb,
                usd(call.price),
            )?;
        }
    }
    writeln!(
        out,
        "AWS {}: the last 60 min by CloudWatch, whose counts come up to 3 min late; no count is not the same as no call.",
        look.region
    )?;
    writeln!(out, "This look asked for {} metrics: {} USD.", look.n_metrics, usd(look.price))?;
    look.problems().try_for_each(|words| writeln!(out, "Not read: {words}."))
}

fn usd(price: Option<PicoUsd>) -> String {
    price.map_or_else(|| "-".to_owned(), |price| Dollars::pico(price.0).to_string())
}

/// One object a function, then one for the look.
fn write_json(local: Option<&[StoredCalls]>, look: Option<&StackLook>, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    for calls in local.unwrap_or_default() {
        let line = json!({
            "type": "function", "runs_on": "this_desk", "name": calls.function, "memory_mb": calls.memory_mb,
            "n_calls": calls.n_calls, "n_failed": calls.n_failed, "n_cold": calls.n_cold, "billed_ms": calls.billed_ms,
            "max_micros": calls.max_micros, "list_price_usd": Dollars::pico(calls.list_price.0).to_string(),
        });
        writeln!(out, "{line}")?;
    }
    let Some(look) = look else { return Ok(()) };
    for Deployed { name, configuration, hour, calls } in &look.functions {
        let said = |words: &String| json!({ "error": words });
        let price = |price: Option<PicoUsd>| price.map(|price| Dollars::pico(price.0).to_string());
        let hour = hour.as_ref().map_or_else(said, |hour| {
            json!({
                "from": hour.from.rfc3339(), "minutes": hour.minutes, "n_calls": hour.n_calls, "n_failed": hour.n_failed,
                "n_throttled": hour.n_throttled, "p50_micros": hour.p50_micros, "p95_micros": hour.p95_micros,
                "p99_micros": hour.p99_micros, "list_price_usd": price(hour.list_price), "short": hour.short,
            })
        });
        let calls = calls.as_ref().map_or_else(said, |calls| {
            let call = |call: &crate::model::stack::RemoteCall| {
                json!({
                    "request_id": call.request_id, "at": call.at.rfc3339(), "duration_micros": call.duration_micros,
                    "billed_ms": call.billed_ms, "memory_mb": call.memory_mb, "max_memory_mb": call.max_memory_mb,
                    "init_micros": call.init_micros, "failed": call.failed, "price_usd": price(call.price),
                })
            };
            calls.iter().map(call).collect()
        });
        let set_up = configuration.as_ref().map_or_else(said, |set_up| json!(set_up));
        let line =
            json!({ "type": "function", "runs_on": "aws_lambda", "name": name, "set_up": set_up, "hour": hour, "calls": calls });
        writeln!(out, "{line}")?;
    }
    let price = look.price.map(|price| Dollars::pico(price.0).to_string());
    let line = json!({
        "type": "look", "region": look.region, "at": now.rfc3339(), "n_metrics": look.n_metrics, "price_usd": price,
    });
    writeln!(out, "{line}")
}
