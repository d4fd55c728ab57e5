//! What a step of a timeline says beside its name, in the language that is spoken. The record holds it in English, as it
//! was written; names, reasons and what a channel answered stay as they are.

use super::{ruled, silence};
use crate::model::{Incident, Step, StepKind};
use crate::speech::{degrees, text, tr, word};

/// A step in a word. Accepted by a channel, delivered and acknowledged are different words: they are different things.
pub fn step_name(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Received => word!("incidents-step-received"),
        StepKind::Decoded => word!("incidents-step-decoded"),
        StepKind::Invoked => word!("incidents-step-invoked"),
        StepKind::Judged => word!("incidents-step-judged"),
        StepKind::Filed => word!("incidents-step-filed"),
        StepKind::Stored => word!("incidents-step-stored"),
        StepKind::Acknowledged => word!("incidents-step-device-told"),
        StepKind::Told => word!("incidents-step-told"),
        StepKind::TellFailed => word!("incidents-step-tell-failed"),
        StepKind::WouldHaveTold => word!("incidents-step-would-have-told"),
        StepKind::Merged => word!("incidents-step-merged"),
        StepKind::OnScreen => word!("incidents-step-on-screen"),
        StepKind::AcknowledgedBy => word!("incidents-step-acknowledged"),
        StepKind::ResolvedBy => word!("incidents-step-resolved"),
        StepKind::Noted => word!("incidents-step-noted"),
        StepKind::BackInBand => word!("incidents-step-back-in-band"),
        StepKind::WentSilent => word!("incidents-step-went-silent"),
        StepKind::HeardAgain => word!("incidents-step-heard-again"),
        StepKind::Overruled => word!("incidents-step-overruled"),
        StepKind::FalseAlarm => word!("incidents-step-false-alarm"),
        StepKind::Confirmed => word!("incidents-step-confirmed"),
        StepKind::Undone => word!("incidents-step-undone"),
        StepKind::Reopened => word!("incidents-step-reopened"),
        StepKind::Escalated => word!("incidents-step-escalated"),
        StepKind::Claimed => word!("incidents-step-claimed"),
        StepKind::Assigned => word!("incidents-step-assigned"),
        StepKind::Dispatched => word!("incidents-step-dispatched"),
        StepKind::Seconded => word!("incidents-step-seconded"),
        StepKind::Unseconded => word!("incidents-step-unseconded"),
        StepKind::ReopenedBy => word!("incidents-step-reopened-by"),
        StepKind::MergedInto => word!("incidents-step-merged-into"),
        StepKind::MergedFrom => word!("incidents-step-merged-from"),
        StepKind::Split => word!("incidents-step-split"),
        StepKind::Follows => word!("incidents-step-follows"),
        StepKind::JudgedTwice => word!("incidents-step-judged-twice"),
        StepKind::Disagreed => word!("incidents-step-disagreed"),
        StepKind::Silenced => word!("incidents-step-silenced"),
        StepKind::SilenceEnded => word!("incidents-step-silence-ended"),
    }
}

/// What a step says beside its name: in words of the language where it is one of ours, as it was written where it is of
/// a channel, a person or a device.
pub fn step_detail(step: &Step, incident: &Incident) -> String {
    let written = || degrees::reworded(&step.detail).into_owned();
    match &step.kind {
        StepKind::Decoded => {
            // `61 samples, 4211 B`
            let mut numbers = step.detail.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u64>().ok());
            match (numbers.next(), numbers.next()) {
                (Some(n), Some(bytes)) => tr!("incidents-samples-bytes", n = n, bytes = text::bytes(bytes)),
                _ => written(),
            }
        }
        StepKind::Judged => match incident.verdict() {
            Some(verdict) if verdict.summary == step.detail => ruled(verdict),
            _ => written(),
        },
        StepKind::Stored => tr!("incidents-committed"),
        StepKind::Acknowledged => tr!("incidents-ack-sent"),
        StepKind::OnScreen => tr!("incidents-first-frame"),
        // Whom a rehearsal would have reached, without the notice's own words.
        StepKind::WouldHaveTold => {
            let whom = step.detail.strip_prefix("would have told ").and_then(|rest| rest.split(": ").next());
            whom.map_or_else(written, str::to_owned)
        }
        kind => self::step(kind, &step.detail).unwrap_or_else(written),
    }
}

/// What a step says, from its English; `None` where that is none of ours: of a channel, a person, a device, or of a
/// version that said it otherwise.
pub fn step(kind: &StepKind, detail: &str) -> Option<String> {
    match kind {
        StepKind::Received if detail == "temperature" => Some(tr!("words-step-temperature")),
        StepKind::WentSilent => silence(detail),
        StepKind::HeardAgain => detail.strip_prefix("after ").map(|age| tr!("incidents-heard-after", age = age)),
        StepKind::Merged => joined(detail),
        StepKind::Follows => {
            let (incident, age) = detail.strip_suffix(" before")?.split_once(", resolved ")?;
            Some(tr!("words-step-follows", incident = incident, age = age))
        }
        StepKind::Reopened => {
            let by = detail
                .strip_prefix("a graver report came after the decision of ")
                .and_then(|rest| rest.strip_suffix(": it no longer holds"));
            by.map(|by| tr!("words-step-withdrawn", by = by)).or_else(|| silence(detail))
        }
        StepKind::Told => detail.strip_suffix(": accepted").map(|whom| tr!("words-step-accepted", whom = whom)),
        StepKind::TellFailed => not_told(detail),
        StepKind::Escalated => {
            let (n, rest) = detail.strip_prefix("step ")?.split_once(" of ")?;
            let (of, age) = rest.split_once(": nobody has acknowledged it for ")?;
            Some(tr!("words-step-escalated", n = n, of = of, age = age))
        }
        StepKind::BackInBand => {
            let (celsius, age) = detail.split_once(" °C, after ")?;
            let celsius: f64 = celsius.replace('−', "-").parse().ok()?;
            Some(tr!("words-step-back", celsius = degrees::text(celsius), age = age))
        }
        StepKind::Assigned => {
            let (by, to) = detail.split_once(": to ")?;
            Some(if to == "nobody" { tr!("words-step-to-nobody", by = by) } else { tr!("words-step-to", by = by, to = to) })
        }
        StepKind::Seconded => {
            let (by, first) = detail.split_once(" agrees with ")?;
            Some(tr!("words-step-agrees", by = by, first = first))
        }
        StepKind::Unseconded => {
            let (by, minutes) = detail.strip_prefix("nobody agreed with ")?.strip_suffix(" min")?.rsplit_once(" within ")?;
            Some(tr!("words-step-alone", by = by, minutes = minutes))
        }
        StepKind::JudgedTwice | StepKind::Disagreed => two_judges(detail),
        StepKind::Overruled | StepKind::FalseAlarm | StepKind::Confirmed => decided(detail),
        StepKind::MergedInto => {
            let (by, rest) = detail.split_once(": under ")?;
            let (incident, why) = rest.split_once(". ")?;
            Some(tr!("words-step-under", by = by, incident = incident, why = why))
        }
        StepKind::Split => {
            let (by, rest) = detail.split_once(": out of ")?;
            let (incident, why) = rest.split_once(". ")?;
            Some(tr!("words-step-out-of", by = by, incident = incident, why = why))
        }
        _ => None,
    }
}

/// `elsewhere: real accident, 97 %; here: malfunction, 3 %`
pub fn two_judges(detail: &str) -> Option<String> {
    let (there, here) = detail.strip_prefix("elsewhere: ")?.split_once("; here: ")?;
    let said = |said: &str| {
        let (ruling, likelihood) = said.split_once(", ")?;
        Some(format!("{}, {likelihood}", ruling_word(ruling)?))
    };
    Some(tr!("words-step-two-judges", there = said(there)?, here = said(here)?))
}

fn ruling_word(english: &str) -> Option<&'static str> {
    Some(match english {
        "real accident" => word!("text-ruling-real-accident"),
        "undecided" => word!("text-ruling-undecided"),
        "malfunction" => word!("text-ruling-malfunction"),
        _ => return None,
    })
}

/// `report 2 joined, graver than before: impact 2, 1.3 s after the first, one crash (49 CFR 563.5): real accident, 98 %, Δv
/// 31.0 km/h`
fn joined(detail: &str) -> Option<String> {
    let (n, rest) = detail.strip_prefix("report ")?.split_once(" joined, ")?;
    let (how, impact) = rest.split_once(": impact ").map_or((rest, None), |(how, impact)| (how, Some(impact)));
    let joined = match how {
        "graver than before" => tr!("words-step-joined-graver", n = n),
        "no graver" => tr!("words-step-joined", n = n),
        _ => return None,
    };
    let Some(impact) = impact else { return Some(joined) };
    let (place, rest) = impact.split_once(", ")?;
    let (secs, rest) = rest.split_once(" s after the first")?;
    let (multi, rest) = rest.strip_prefix(", one crash (49 CFR 563.5)").map_or((false, rest), |rest| (true, rest));
    let (ruling, numbers) = rest.strip_prefix(": ")?.split_once(", ")?;
    let ruling = ruling_word(ruling)?;
    let after = if multi {
        tr!("words-step-impact-one-crash", place = place, secs = secs)
    } else {
        tr!("words-step-impact", place = place, secs = secs)
    };
    Some(format!("{joined}: {after}: {ruling}, {numbers}"))
}

/// `webhook pager: attempt 2 failed, connection refused`, `webhook pager: refused, the webhook answered 404`, `webhook pager:
/// waits until 2026-03-18T03:13:17.000Z, since the webhook answered 429`
fn not_told(detail: &str) -> Option<String> {
    if let Some((whom, rest)) = detail.split_once(": waits until ") {
        let (until, why) = rest.split_once(", since ")?;
        let until = chrono::DateTime::parse_from_rfc3339(until).ok()?.to_utc().into();
        return Some(tr!("words-step-waits-until", whom = whom, until = text::clock(until), why = why));
    }
    if let Some((whom, why)) = detail.split_once(": refused, ") {
        return Some(tr!("words-step-refused", whom = whom, why = why));
    }
    let (whom, rest) = detail.split_once(": attempt ")?;
    let (n, why) = rest.split_once(" failed, ")?;
    Some(tr!("words-step-attempt", whom = whom, n = n, why = why))
}

/// `J. Han: a malfunction. the box fell Waits for a second person.`
fn decided(detail: &str) -> Option<String> {
    let (said, waits) = detail.strip_suffix(" Waits for a second person.").map_or((detail, false), |said| (said, true));
    let (by, rest) = said.split_once(": ")?;
    let (ruling, why) = match (rest.strip_prefix("a real accident. "), rest.strip_prefix("a malfunction. ")) {
        (Some(why), _) => (Some(word!("text-ruling-real-accident")), why),
        (None, Some(why)) => (Some(word!("text-ruling-malfunction")), why),
        (None, None) => (None, rest),
    };
    let said = ruling.map_or_else(|| format!("{by}: {why}"), |ruling| format!("{by}: {}. {why}", text::capital(ruling)));
    Some(if waits { format!("{said} {}", word!("words-step-waits")) } else { said })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    #[test]
    fn what_the_record_says_in_english_is_read_in_korean() {
        let cases = [
            (StepKind::Merged, "report 2 joined, no graver", "보고 2 병합, 더 심각하지 않음"),
            (
                StepKind::Merged,
                "report 3 joined, graver than before: impact 2, 1.3 s after the first, one crash (49 CFR 563.5): real accident, 98 %, Δv 31.0 km/h",
                "보고 3 병합, 이전보다 심각: 충격 2, 첫 충격 1.3초 후, 하나의 사고(49 CFR 563.5): 실제 사고, 98 %, Δv 31.0 km/h",
            ),
            (StepKind::Told, "webhook pager.example: accepted", "webhook pager.example: 접수됨"),
            (StepKind::TellFailed, "webhook a: attempt 2 failed, timed out", "webhook a: 2차 시도 실패, timed out"),
            (StepKind::TellFailed, "webhook a: refused, status 404", "webhook a: 거부됨, status 404"),
            (
                StepKind::Disagreed,
                "elsewhere: real accident, 97 %; here: malfunction, 3 %",
                "다른 곳: 실제 사고, 97 %; 이 데스크: 기기 오작동, 3 %",
            ),
            (StepKind::Follows, "INC-1, resolved 3 min before", "INC-1, 3 min 전에 종결됨"),
            (StepKind::Escalated, "step 1 of 3: nobody has acknowledged it for 2 min", "1/3단계: 2 min 동안 미확인"),
            (StepKind::BackInBand, "7.9 °C, after 12 min", "7.9 °C, 12 min 만에"),
            (StepKind::Assigned, "J. Han: to nobody", "J. Han: 담당 해제"),
            (StepKind::Seconded, "M. Seo agrees with J. Han", "M. Seo: J. Han 님의 결정에 동의"),
            (StepKind::Unseconded, "nobody agreed with J. Han within 15 min", "15분 안에 J. Han 님의 결정에 동의한 사람 없음"),
            (
                StepKind::Overruled,
                "J. Han: a malfunction. fell down Waits for a second person.",
                "J. Han: 기기 오작동. fell down 두 번째 확인 대기.",
            ),
            (StepKind::MergedInto, "A: under INC-2. same car", "A: INC-2 아래로. same car"),
        ];
        Language::Korean.speak();
        for (kind, english, korean) in &cases {
            assert_eq!(step(kind, english).as_deref(), Some(*korean), "{english}");
        }
        Language::English.speak();
        for (kind, english, _) in &cases {
            // The numbers, names and reasons are all still there.
            let said = step(kind, english).unwrap();
            let words = english.split(' ').filter(|word| word.contains(|c: char| c.is_ascii_digit()));
            for word in words {
                assert!(said.contains(word.trim_end_matches([':', ',', '.'])), "{said}: {word} of {english}");
            }
        }
        assert_eq!(step(&StepKind::Told, "something else"), None);
    }
    #[test]
    fn until_when_a_page_waits_is_read_by_the_clock_on_the_wall() {
        let detail = "webhook a: waits until 2026-03-18T03:13:17.000Z, since the webhook answered 429";
        let until = text::clock(crate::model::Timestamp::from_millis(1_773_803_597_000));
        for (language, has) in [(Language::Korean, format!("{until}까지")), (Language::English, format!("until {until}"))] {
            language.speak();
            let said = step(&StepKind::TellFailed, detail).unwrap();
            assert!(said.contains(&has) && said.contains("webhook a") && said.contains("answered 429"), "{said}");
        }
        assert_eq!(step(&StepKind::TellFailed, "webhook a: waits until soon, since it said so"), None);
    }
}
