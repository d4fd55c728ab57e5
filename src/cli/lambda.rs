//! `fleetwatch lambda`: runs a package as AWS Lambda would, and says what each call would cost.

use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::args::LambdaArgs;
use crate::lambda::{Call, DeadLetter, End, Function, Isolation, Limits, Meter, Refusal, Runner};
use crate::model::PicoUsd;
use crate::pricing::{Amount, PriceSheet};

/// Why it ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A function that is not run.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Events that cannot be read, or nobody who reads.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Not every event was answered.
    #[error("{dead} of {events} events were given up")]
    GaveUp {
        /// Of these.
        events: u64,
        /// So many.
        dead: u64,
    },
}

#[derive(Clone)]
struct Out {
    shared: Arc<Mutex<Shared>>,
    prices: PriceSheet,
    as_json: bool,
}

struct Shared {
    out: Box<dyn Write + Send>,
    billed_ms: u64,
    list: Amount,
    failed: Option<io::Error>,
}

impl Out {
    fn write(&self, lines: &[String]) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines {
            if let Err(error) = writeln!(shared.out, "{line}") {
                shared.failed.get_or_insert(error);
            }
        }
    }

    /// Nothing went wrong with writing so far.
    fn is_read(&self) -> bool {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).failed.is_none()
    }
}

impl Meter for Out {
    fn called(&self, call: Call) {
        let mb_ms = u64::from(call.billed_ms) * u64::from(call.memory_mb);
        let amount = self.prices.at(call.started_at).map_or_else(Amount::default, |price| Amount::of(1, mb_ms, price));
        {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.billed_ms += u64::from(call.billed_ms);
            shared.list += amount;
        }
        if self.as_json {
            self.write(&[line_of(&call, amount.pico()).to_string()]);
        } else {
            self.write(&call.log);
        }
    }

    fn gave_up(&self, letter: DeadLetter) {
        let event = String::from_utf8_lossy(&letter.event).into_owned();
        let DeadLetter { request_id, attempts, failure, .. } = letter;
        let line = if self.as_json {
            json!({
                "type": "dead_letter", "request_id": request_id, "attempts": attempts, "event": event,
                "error_type": failure.kind, "error_message": failure.message,
            })
            .to_string()
        } else {
            format!("DEAD LETTER RequestId: {request_id} after {attempts} tries: {}: {}: {event}", failure.kind, failure.message)
        };
        self.write(&[line]);
    }
}

fn line_of(call: &Call, list: PicoUsd) -> Value {
    let (status, failure, answer) = match &call.end {
        End::Answered(bytes) => {
            let text = || Value::from(String::from_utf8_lossy(bytes).into_owned());
            ("ok", None, Some(serde_json::from_slice(bytes).unwrap_or_else(|_not_json| text())))
        }
        End::Error(failure) => ("error", Some(failure), None),
        End::TimedOut => ("time_out", None, None),
        End::Exited(failure) => ("exited", Some(failure), None),
        End::OutOfMemory => ("out_of_memory", None, None),
    };
    json!({
        "type": "call",
        "request_id": call.request_id,
        "attempt": call.attempt,
        "started_at": call.started_at.rfc3339(),
        "status": status,
        "error_type": failure.map(|failure| failure.kind.as_str()),
        "error_message": failure.map(|failure| failure.message.as_str()),
        "cold": call.cold(),
        "init_micros": call.init_micros,
        "duration_micros": call.duration_micros,
        "billed_ms": call.billed_ms,
        "memory_mb": call.memory_mb,
        "max_memory_mb": call.max_memory_mb,
        "list_pico_usd": list.0,
        "answer": answer,
        "log": call.log,
    })
}

/// Runs every event of `events`, one JSON a line, asynchronously: with retries and dead letters, as S3, SNS and IoT
/// rules invoke a function.
pub fn run(args: &LambdaArgs, prices: PriceSheet, events: &mut dyn BufRead, out: Box<dyn Write + Send>) -> Result<(), Error> {
    let named = args.package.canonicalize().unwrap_or_else(|_missing| args.package.clone());
    let name = args.name.clone().or_else(|| Some(named.file_name()?.to_string_lossy().into_owned()));
    let mut function = Function::new(&name.unwrap_or_default(), args.package.clone());
    function.memory_mb = args.memory_mb;
    function.timeout = Duration::from_secs_f64(args.timeout_secs);
    function.tmp_mb = args.tmp_mb;
    function.concurrency = args.concurrency;
    if let Some(secs) = &args.retry_after_secs {
        function.retry_after = secs.iter().map(|secs| Duration::from_secs_f64(*secs)).collect();
    }
    function.environment = args.env.iter().cloned().collect();
    let shared = Shared { out, billed_ms: 0, list: Amount::default(), failed: None };
    let out = Out { shared: Arc::new(Mutex::new(shared)), prices, as_json: args.json };
    let limits = Limits::named(&args.limits).unwrap_or(Limits::TODAY);
    let runner = Runner::new(function, limits, Box::new(out.clone()))?;
    if runner.isolation() == Isolation::ProcessOnly {
        log::warn!("this machine allows no namespaces: /tmp is the machine's; TMPDIR is measured instead");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut line = String::new();
        while out.is_read() && events.read_line(&mut line)? > 0 {
            if !line.trim().is_empty() {
                // Whoever feeds more than can wait is held up, not refused.
                while runner.is_full() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                runner.invoke_async(line.trim().to_owned().into())?;
            }
            line.clear();
        }
        runner.drained().await;
        Ok::<(), Error>(())
    })?;
    runner.stop();
    let counters = runner.counters();
    let (billed_ms, list, failed) = {
        let mut shared = out.shared.lock().unwrap_or_else(PoisonError::into_inner);
        (shared.billed_ms, shared.list.pico(), shared.failed.take())
    };
    if let Some(error) = failed {
        return Err(error.into());
    }
    if args.json {
        let crate::lambda::Counters { calls, cold, events, retries, dead, most_containers, .. } = counters;
        let last = json!({
            "type": "final", "events": events, "calls": calls, "cold_starts": cold, "retries": retries, "dead_letters": dead,
            "most_containers": most_containers, "billed_ms": billed_ms, "list_pico_usd": list.0,
        });
        out.write(&[last.to_string()]);
    } else {
        out.write(&[format!(
            "{} events, {} calls ({} cold, {} retries), {} given up; {billed_ms} ms billed, {list} by list price",
            counters.events, counters.calls, counters.cold, counters.retries, counters.dead,
        )]);
    }
    if counters.dead > 0 {
        return Err(Error::GaveUp { events: counters.events, dead: counters.dead });
    }
    Ok(())
}
