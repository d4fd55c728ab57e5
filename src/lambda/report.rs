//! The lines that Lambda itself writes into a function's log.

use std::time::Duration;

use super::{Call, End, Failure};

/// `START RequestId: … Version: $LATEST`
pub(super) fn start(request_id: &str) -> String {
    format!("START RequestId: {request_id} Version: $LATEST")
}

/// The error line where there is one, then `END …` and `REPORT …`, tab separated as Lambda's is.
pub(super) fn end(call: &Call, timeout: Duration) -> Vec<String> {
    let id = &call.request_id;
    let mut lines = Vec::new();
    let status = match &call.end {
        End::Answered(_) => None,
        End::Error(failure) => Some(("error", failure.kind.clone())),
        End::TimedOut => {
            lines.push(format!("{} {id} {}", call.started_at.rfc3339(), timed_out(timeout)));
            Some(("timeout", String::new()))
        }
        End::Exited(failure) => {
            lines.push(format!("RequestId: {id} Error: {}", failure.message));
            Some(("error", failure.kind.clone()))
        }
        End::OutOfMemory => {
            lines.push(format!("RequestId: {id} Error: Runtime exited with error: signal: killed"));
            Some(("error", "Runtime.OutOfMemory".to_owned()))
        }
    };
    lines.push(format!("END RequestId: {id}"));
    let mut report = format!(
        "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t",
        f64::from(call.duration_micros) / 1_000.0,
        call.billed_ms,
        call.memory_mb,
        call.max_memory_mb,
    );
    if call.cold() {
        let init = f64::from(call.init_micros) / 1_000.0;
        report.extend(["Init Duration: ", &format!("{init:.2}"), " ms\t"]);
    }
    if let Some((status, kind)) = &status {
        report.extend(["Status: ", *status, "\t"]);
        if !kind.is_empty() {
            report.extend(["Error Type: ", kind.as_str(), "\t"]);
        }
    }
    lines.push(report);
    lines
}

/// `Task timed out after 3.00 seconds`
pub(super) fn timed_out(timeout: Duration) -> String {
    format!("Task timed out after {:.2} seconds", timeout.as_secs_f64())
}

/// What the caller is told of a call that did not answer: `errorType` and `errorMessage`.
pub(super) fn failure(end: &End, request_id: &str, timeout: Duration) -> Option<Failure> {
    let of = |kind: &str, message: String| Some(Failure { kind: kind.to_owned(), message });
    match end {
        End::Answered(_) => None,
        End::Error(failure) => Some(failure.clone()),
        End::TimedOut => of("Sandbox.Timedout", format!("RequestId: {request_id} Error: {}", timed_out(timeout))),
        End::Exited(failure) => of(&failure.kind, format!("RequestId: {request_id} Error: {}", failure.message)),
        End::OutOfMemory => {
            of("Runtime.OutOfMemory", format!("RequestId: {request_id} Error: Runtime exited with error: signal: killed"))
        }
    }
}
