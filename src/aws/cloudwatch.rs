//! `CloudWatch`: points of metrics. Each metric that is asked for is paid.

use serde_json::{Value, json};

use super::request::{Call, Service};
use super::{Client, Error};

/// What one call may ask for (API reference, `GetMetricData`, read 2026-11-22).
const MOST_METRICS: usize = 500;
/// Pages read at most; an hour of minutes of 500 metrics is one.
const MOST_PAGES: usize = 20;

/// One statistic of one metric of one function, bucket or topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric<'a> {
    /// `AWS/Lambda`
    pub namespace: &'a str,
    /// `Invocations`
    pub name: &'a str,
    /// Name and value: `FunctionName`, `judge-crash`.
    pub dimension: (&'a str, &'a str),
    /// Seconds to a point: 60 or more, a multiple of 60.
    pub period_secs: u32,
    /// `Sum`, `Average`, `Maximum`, `p95`.
    pub stat: &'a str,
}

/// What `CloudWatch` has of a metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// Begin of each period, s since 1970, and the value; in no order. A period in which nothing was measured has no point.
    pub points: Vec<(i64, f64)>,
    /// It could not give all of it, in its own word: `PartialData`, `InternalError`, `Forbidden`.
    pub short: Option<String>,
}

impl Client {
    /// The points of at most 500 metrics from a time until before another, s since 1970; in the order of the metrics.
    pub async fn metrics(&self, metrics: &[Metric<'_>], from_secs: i64, until_secs: i64) -> Result<Vec<Points>, Error> {
        let queries: Vec<Value> = metrics
            .iter()
            .take(MOST_METRICS)
            .enumerate()
            .map(|(n, metric)| {
                let (name, value) = metric.dimension;
                let dimensions = [json!({ "Name": name, "Value": value })];
                let of = json!({ "Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions });
                let stat = json!({ "Metric": of, "Period": metric.period_secs, "Stat": metric.stat });
                json!({ "Id": format!("m{n}"), "MetricStat": stat, "ReturnData": true })
            })
            .collect();
        let mut found = vec![Points::default(); queries.len()];
        let mut body = json!({ "StartTime": from_secs, "EndTime": until_secs, "MetricDataQueries": queries });
        let headers =
            [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "GraniteServiceVersion20100801.GetMetricData")];
        for _ in 0..MOST_PAGES {
            let call = Call::post(Service::CLOUD_WATCH, &headers, body.to_string().into_bytes());
            let mut answer = self.call(&call).await?.json(Service::CLOUD_WATCH)?;
            take(&answer, &mut found)?;
            match answer.get_mut("NextToken").map(Value::take) {
                Some(Value::String(next)) if !next.is_empty() => body["NextToken"] = next.into(),
                _ => return Ok(found),
            }
        }
        Ok(found)
    }
}

/// Adds a page to what was found.
fn take(answer: &Value, found: &mut [Points]) -> Result<(), Error> {
    let odd = |words: &str| Error::Answer { service: Service::CLOUD_WATCH.name, words: words.to_owned() };
    let results = answer.get("MetricDataResults").and_then(Value::as_array).ok_or_else(|| odd("no MetricDataResults"))?;
    for result in results {
        let place = result.get("Id").and_then(Value::as_str).and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
        let points = place.and_then(|place| found.get_mut(place)).ok_or_else(|| odd("a result that nobody asked for"))?;
        let list = |key| result.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (at, value) in list("Timestamps").iter().zip(list("Values")) {
            let point = seconds(at).zip(value.as_f64()).ok_or_else(|| odd("a point without a time or a value"))?;
            points.points.push(point);
        }
        points.short = result.get("StatusCode").and_then(Value::as_str).filter(|code| *code != "Complete").map(str::to_owned);
    }
    Ok(())
}

/// A time as AWS writes it, seconds also as 1.7e9; others that speak its language write it as text.
fn seconds(at: &Value) -> Option<i64> {
    let of_text = || Some(chrono::DateTime::parse_from_rfc3339(at.as_str()?).ok()?.timestamp());
    at.as_f64().map(|secs| secs as i64).or_else(of_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_without_a_point_stays_without_one() {
        let answer = json!({ "MetricDataResults": [
            { "Id": "m1", "Timestamps": [1_764_000_060.0, 1_764_000_000], "Values": [3.0, 2], "StatusCode": "PartialData" },
            { "Id": "m0", "Timestamps": [], "Values": [], "StatusCode": "Complete" },
        ]});
        let mut found = vec![Points::default(); 2];
        take(&answer, &mut found).unwrap();
        assert_eq!(found[0], Points::default());
        assert_eq!(found[1].points, [(1_764_000_060, 3.0), (1_764_000_000, 2.0)]);
        assert_eq!(found[1].short.as_deref(), Some("PartialData"));
        let texts = json!({ "MetricDataResults": [{ "Id": "m0", "Timestamps": ["2025-11-24T16:00:00Z"], "Values": [1] }] });
        take(&texts, &mut found).unwrap();
        assert_eq!(found[0].points, [(1_764_000_000, 1.0)]);
        let timeless = json!({ "MetricDataResults": [{ "Id": "m0", "Timestamps": ["soon"], "Values": [1] }] });
        assert!(take(&timeless, &mut found).is_err(), "a point is never lost without a word");
        let strange = json!({ "MetricDataResults": [{ "Id": "m7" }] });
        assert!(take(&strange, &mut found).is_err());
    }
}
