//! The `REPORT` line that Lambda writes at the end of a call. Its fields come in no fixed order, so they are found by name.

use crate::model::Timestamp;
use crate::model::stack::RemoteCall;

/// The call of a line; `None` where it is another line.
pub(super) fn parse(line: &str, at: Timestamp) -> Option<RemoteCall> {
    let fields = line.trim_start().strip_prefix("REPORT ")?;
    let mut call = RemoteCall {
        request_id: "".into(),
        at,
        duration_micros: 0,
        billed_ms: 0,
        memory_mb: 0,
        max_memory_mb: 0,
        init_micros: 0,
        failed: None,
        price: None,
    };
    let (mut status, mut kind) = (None, None);
    for field in fields.split(['\t', '\n']) {
        let Some((name, value)) = field.split_once(':') else { continue };
        let value = value.trim();
        let number = || value.split(' ').next().and_then(|number| number.parse::<f64>().ok()).filter(|n| *n >= 0.0);
        match name.trim() {
            "RequestId" => call.request_id = value.into(),
            "Duration" => call.duration_micros = (number()? * 1e3) as u32,
            "Billed Duration" => call.billed_ms = number()? as u64,
            "Memory Size" => call.memory_mb = number()? as u32,
            "Max Memory Used" => call.max_memory_mb = number()? as u32,
            "Init Duration" => call.init_micros = (number()? * 1e3) as u32,
            "Status" => status = Some(value),
            "Error Type" => kind = Some(value),
            _ => {}
        }
    }
    call.failed = status.map(|status| kind.map_or_else(|| status.into(), |kind| format!("{status}, {kind}").into()));
    (!call.request_id.is_empty()).then_some(call)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shapes of the Lambda developer guide, "`CloudWatch` logs" and "X-Ray", read 2026-11-22.
    #[test]
    fn fields_are_found_in_any_order_and_other_lines_are_none() {
        let plain = "REPORT RequestId: 8f5-1\tDuration: 4157.16 ms\tBilled Duration: 4200 ms\tMemory Size: 256 MB\tMax Memory Used: 99 MB\tInit Duration: 841.60 ms\t\n";
        let call = parse(plain, Timestamp(7)).unwrap();
        assert_eq!((&*call.request_id, call.duration_micros, call.billed_ms), ("8f5-1", 4_157_160, 4_200));
        assert_eq!((call.memory_mb, call.max_memory_mb, call.init_micros, call.failed), (256, 99, 841_600, None));
        let traced = "REPORT Init Duration: 1.50 ms\tRequestId: a\tBilled Duration: 3000 ms\tStatus: timeout\tDuration: 3000 ms\t\nXRAY TraceId: 1-5\tSegmentId: 2\tSampled: true\t";
        let call = parse(traced, Timestamp(7)).unwrap();
        assert_eq!((call.init_micros, call.billed_ms, call.failed.as_deref()), (1_500, 3_000, Some("timeout")));
        let failed = "REPORT RequestId: a\tDuration: 1 ms\tStatus: error\tError Type: Runtime.ExitError\t";
        assert_eq!(parse(failed, Timestamp(7)).unwrap().failed.as_deref(), Some("error, Runtime.ExitError"));
        for other in [
            "START RequestId: a Version: $LATEST",
            "a REPORT RequestId: a",
            "REPORT Duration: 1 ms",
            "REPORT RequestId: a\tDuration: soon",
        ] {
            assert_eq!(parse(other, Timestamp(7)), None, "{other}");
        }
    }
}
