//! Cost Explorer: what AWS says that days cost. Each answered request is paid, each page of a long answer again.

use serde_json::{Value, json};

use super::request::{Call, Service};
use super::{Client, Error};

/// Pages read at most, since each is paid: a month by service is one.
const MOST_PAGES: u32 = 4;

/// What one day cost, as AWS has it by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostOfDay {
    /// `2026-11-25`, UTC.
    pub day: String,
    /// AWS may still change it.
    pub estimated: bool,
    /// Service and US dollars as text, `AWS Lambda`, `0.0312`. Empty: AWS says nothing of the day, which is not nought.
    pub services: Vec<(String, String)>,
}

/// An answer, and what of it was paid.
#[derive(Debug)]
pub struct Costs {
    /// The days that AWS speaks of, in its order; or why there are none.
    pub days: Result<Vec<CostOfDay>, Error>,
    /// Requests that were answered, which are those that are paid.
    pub n_requests: u32,
}

impl Client {
    /// The unblended cost of each day from `from` until before `until` (`2026-11-01`), by service. Cost Explorer answers in
    /// us-east-1 only, so this takes a client of that region.
    pub async fn costs(&self, from: &str, until: &str) -> Costs {
        let mut body = json!({
            "TimePeriod": { "Start": from, "End": until }, "Granularity": "DAILY", "Metrics": ["UnblendedCost"],
            "GroupBy": [{ "Type": "DIMENSION", "Key": "SERVICE" }],
        });
        let headers =
            [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSInsightsIndexService.GetCostAndUsage")];
        let (mut days, mut n_requests) = (Vec::new(), 0);
        while n_requests < MOST_PAGES {
            let call = Call::post(Service::COST_EXPLORER, &headers, body.to_string().into_bytes());
            let answer = match self.call(&call).await {
                Ok(answer) => answer,
                Err(error) => return Costs { days: Err(error), n_requests },
            };
            n_requests += 1;
            let next = answer.json(Service::COST_EXPLORER).and_then(|answer| {
                take(&answer, &mut days)?;
                Ok(answer.get("NextPageToken").and_then(Value::as_str).filter(|next| !next.is_empty()).map(str::to_owned))
            });
            match next {
                Ok(Some(next)) => body["NextPageToken"] = next.into(),
                Ok(None) => return Costs { days: Ok(days), n_requests },
                Err(error) => return Costs { days: Err(error), n_requests },
            }
        }
        // A sum without its last pages would be too small.
        Costs { days: Err(odd(&format!("more than {MOST_PAGES} pages"))), n_requests }
    }
}

fn odd(words: &str) -> Error {
    Error::Answer { service: Service::COST_EXPLORER.name, words: words.to_owned() }
}

/// Adds a page to the days; a day may go on over the page's end.
fn take(answer: &Value, days: &mut Vec<CostOfDay>) -> Result<(), Error> {
    let results = answer.get("ResultsByTime").and_then(Value::as_array).ok_or_else(|| odd("no ResultsByTime"))?;
    for result in results {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let day = text(result.pointer("/TimePeriod/Start")).ok_or_else(|| odd("a day without a date"))?;
        let estimated = result.get("Estimated").and_then(Value::as_bool).unwrap_or(false);
        let mut services = Vec::new();
        for group in result.get("Groups").and_then(Value::as_array).into_iter().flatten() {
            let name = text(group.pointer("/Keys/0")).ok_or_else(|| odd("a cost without its service"))?;
            let cost = group.pointer("/Metrics/UnblendedCost");
            let unit = text(cost.and_then(|cost| cost.get("Unit")));
            if unit.as_deref() != Some("USD") {
                return Err(odd(&format!("a cost in {}, not in USD", unit.as_deref().unwrap_or("no unit"))));
            }
            let amount = text(cost.and_then(|cost| cost.get("Amount"))).ok_or_else(|| odd("a service without a cost"))?;
            services.push((name, amount));
        }
        match days.iter_mut().find(|known| known.day == day) {
            Some(known) => {
                known.estimated |= estimated;
                known.services.append(&mut services);
            }
            None => days.push(CostOfDay { day, estimated, services }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: &str, estimated: bool, groups: &Value) -> Value {
        json!({ "TimePeriod": { "Start": day, "End": "later" }, "Total": {}, "Groups": groups, "Estimated": estimated })
    }

    fn group(service: &str, amount: &str, unit: &str) -> Value {
        json!({ "Keys": [service], "Metrics": { "UnblendedCost": { "Amount": amount, "Unit": unit } } })
    }

    #[test]
    fn days_are_by_service_and_go_on_over_a_page() {
        let mut days = Vec::new();
        let first = json!([group("AWS Lambda", "0.0312", "USD")]);
        take(&json!({ "ResultsByTime": [day("2026-11-01", false, &first)] }), &mut days).unwrap();
        let rest = json!([group("AWS IoT", "1E-7", "USD")]);
        let pages = [day("2026-11-01", false, &rest), day("2026-11-03", true, &json!([]))];
        take(&json!({ "ResultsByTime": pages }), &mut days).unwrap();
        let both = [("AWS Lambda", "0.0312"), ("AWS IoT", "1E-7")].map(|(name, amount)| (name.to_owned(), amount.to_owned()));
        assert_eq!(days.len(), 2, "a day that AWS leaves out is none");
        assert_eq!((&*days[0].day, days[0].estimated, &days[0].services[..]), ("2026-11-01", false, &both[..]));
        assert_eq!((&*days[1].day, days[1].estimated, days[1].services.len()), ("2026-11-03", true, 0));
    }

    #[test]
    fn what_is_no_cost_in_dollars_is_no_answer() {
        let taken = |answer: Value| take(&answer, &mut Vec::new());
        let with = |groups: Value| taken(json!({ "ResultsByTime": [day("2026-11-01", false, &groups)] }));
        assert!(with(json!([group("AWS Lambda", "1", "CNY")])).unwrap_err().to_string().contains("in CNY, not in USD"));
        for answer in [json!([{ "Keys": [] }]), json!([{ "Keys": ["AWS Lambda"], "Metrics": {} }])] {
            with(answer).unwrap_err();
        }
        taken(json!({})).unwrap_err();
        taken(json!({ "ResultsByTime": [{}] })).unwrap_err();
    }
}
