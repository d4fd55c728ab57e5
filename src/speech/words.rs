//! Sentences about incidents, as cards and lists say them. Pure.

#[path = "steps.rs"]
mod steps;

pub use steps::{step, step_detail, step_name, two_judges};

use super::tr::{self, tr, word};
use super::{degrees, text};
use crate::model::{
    Args, Band, Command, CrashVerdict, Direction, Evidence, HarshEvent, HarshKind, Incident, IncidentKind, Life, Malfunction,
    Origin, Position, Ruling, StepKind,
};

/// How many there are, and of how many people were told: what a person ruled a malfunction may have paged before.
pub fn n_told(malfunctions: &[&std::sync::Arc<Incident>]) -> String {
    let n = malfunctions.len() as u64;
    match malfunctions.iter().filter(|incident| !incident.told_nobody()).count() as u64 {
        0 => tr!("words-n-nobody-told", n = n),
        told => tr!("words-n-some-told", n = n, told = told),
    }
}

/// Why a command was refused, in the language of the window.
pub fn refused(why: &str) -> &str {
    match why {
        "sign in first: what is done needs a name" => word!("words-refused-no-name"),
        "this name may only look; sign in as somebody who may act" => word!("words-refused-viewer"),
        "this name has a secret: sign in with it first" => word!("words-refused-secret"),
        "this needs a supervisor; ask one to sign in" => word!("words-refused-supervisor"),
        "this needs an admin; ask one to sign in" => word!("words-refused-admin"),
        "this incident is not on the desk; it may be older and in the store only" => word!("words-refused-not-here"),
        "this needs a reason: write why" => word!("words-refused-reason"),
        "a decision against the function needs a reason: write why" => word!("words-refused-decision-reason"),
        "a second person must agree: ask somebody else, or resolve it as what it was judged" => word!("words-refused-second"),
        "its closing as a malfunction waits for a second person; take that back, or let them agree" => {
            word!("words-refused-closing")
        }
        "it is resolved; open it again first" => word!("words-refused-resolved"),
        "it is graver than the other: put the other under it instead" => word!("words-refused-graver"),
        "the other is resolved: open it again first, or nobody would see this one" => word!("words-refused-other-resolved"),
        "a drill, a sample or what was taken in never goes with a real incident" => word!("words-refused-drill-mix"),
        "one of them is under another incident, or holds others: split it first" => word!("words-refused-chain"),
        "a step can be taken back for 10 s; do it anew instead" => word!("words-refused-undo-late"),
        "only who did it can take it back; do it anew instead" => word!("words-refused-undo-other"),
        "something has changed since; look again and decide anew" => word!("words-refused-undo-changed"),
        "say what is to be silenced; * is everything that may be" => word!("silences-refused-what"),
        "a silence needs a reason of at most 2,000 characters" => word!("silences-refused-why"),
        "a silence lasts 1 min to 12 h; begin it again at its end where it must last longer" => word!("silences-refused-length"),
        "what is to be silenced cannot be read; nothing was silenced" => word!("silences-refused-search"),
        "50 silences stand already; end one first" => word!("silences-refused-many"),
        "this silence is over already" => word!("silences-refused-over"),
        "there is no such silence any more" => word!("silences-refused-gone"),
        "it can be taken back for 10 s, by who ended it; begin a new silence" => word!("silences-refused-late"),
        "the id is blank; it is what the device calls itself in its topic" => word!("register-wrong-blank"),
        "no device can have this id: at most 200 characters, without / + # and control characters" => word!("register-wrong-id"),
        "too long: name, group, type and contact take 200 characters, notes 2,000" => word!("register-wrong-long"),
        "control characters; only notes may have several lines" => word!("register-wrong-control"),
        "nothing is said of it: give a name, a group, a type or a contact" => word!("register-wrong-empty"),
        "the register holds 50,000 entries; remove some first" => word!("register-wrong-full"),
        "it is not in the register" => word!("register-wrong-gone"),
        why => why,
    }
}

/// What a command did, in a word, where it can be taken back from a message; a decision has a message of its own.
pub fn done(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Resolve { .. } => word!("incidents-step-resolved"),
        Command::Claim { .. } => word!("incidents-step-claimed"),
        Command::Assign { .. } => word!("incidents-step-assigned"),
        Command::Dispatch { .. } => word!("incidents-step-dispatched"),
        Command::Second { .. } => word!("incidents-step-seconded"),
        Command::Reopen { .. } => word!("incidents-step-reopened-by"),
        Command::Merge { .. } => word!("incidents-step-merged-into"),
        Command::Split { .. } => word!("incidents-step-split"),
        _ => return None,
    })
}

/// What it is, in one line: `Real accident, 96 % confidence`.
pub fn headline(incident: &Incident) -> String {
    let what = judged(incident);
    if incident.is_silent() { tr!("words-went-silent", what = what) } else { what }
}

/// The headline of a card, in the one line that it has, and what must stand below it: of a vehicle that is silent after an
/// impact, that comes first.
pub fn card_headline(incident: &Incident) -> (String, Option<String>) {
    let what = judged(incident);
    if incident.is_silent() { (tr!("words-silent"), Some(what)) } else { (what, None) }
}

fn judged(incident: &Incident) -> String {
    match &incident.kind {
        IncidentKind::Crash { verdict, report } => match verdict.ruling {
            _ if report.unreadable.is_some() => tr!("words-unreadable-needs-person"),
            Ruling::Real => tr!("words-real-confidence", p = text::likelihood(verdict.probability)),
            Ruling::Malfunction if !incident.went_silent() => {
                let kind = verdict.malfunction.map_or(word!("text-ruling-malfunction"), malfunction);
                tr!("words-kind-confidence", kind = kind, p = text::likelihood(1.0 - verdict.probability))
            }
            _ => tr!("words-undecided-needs-person", p = text::likelihood(verdict.probability)),
        },
        IncidentKind::Temperature { verdict, .. } => {
            let (low, high) = verdict.limits_c;
            let celsius = degrees::text(verdict.celsius.0);
            match verdict.band {
                Band::Hot => tr!("words-above", celsius = celsius, limit = degrees::text(high)),
                Band::Cold => tr!("words-below", celsius = celsius, limit = degrees::text(low)),
                Band::Normal => tr!("words-within", celsius = celsius),
            }
        }
    }
}

/// What it is where there is little room: `Device dropped, over 99 %`.
pub fn brief(incident: &Incident) -> String {
    match &incident.kind {
        IncidentKind::Crash { .. } if incident.is_silent() => tr!("words-silent"),
        IncidentKind::Crash { report, .. } if report.unreadable.is_some() => tr!("words-unreadable"),
        IncidentKind::Crash { verdict, .. } => ruled(verdict),
        IncidentKind::Temperature { .. } => headline(incident),
    }
}

/// What was ruled and how surely: `Real accident, over 99 %`.
pub fn ruled(verdict: &CrashVerdict) -> String {
    match verdict.ruling {
        Ruling::Real => tr!("words-real", p = text::likelihood(verdict.probability)),
        Ruling::Undecided => tr!("words-undecided", p = text::likelihood(verdict.probability)),
        Ruling::Malfunction => {
            let kind = verdict.malfunction.map_or(word!("text-ruling-malfunction"), malfunction);
            tr!("words-kind", kind = kind, p = text::likelihood(1.0 - verdict.probability))
        }
    }
}

/// What a step of the timeline says of a silence, `no message for 45 s, usually every 5 s`, as the state writes it; `None`
/// for other words.
pub fn silence(detail: &str) -> Option<String> {
    const GONE: &str = ", and its last will says that it is gone";
    let said = detail.strip_prefix("no message for ")?;
    let (said, gone) = said.strip_suffix(GONE).map_or((said, false), |said| (said, true));
    let said = match said.split_once(", usually every ") {
        Some((secs, usual)) => tr!("words-no-message-usually", age = secs, usual = usual),
        None => tr!("words-no-message", age = said),
    };
    Some(if gone { tr!("words-no-message-gone", what = said) } else { said })
}

/// A harsh manoeuvre: `Harsh braking, 4.7 m/s² for 3.0 s`.
pub fn harsh(event: &HarshEvent) -> String {
    let (ms2, secs) = (text::quantity(event.peak_ms2, 1, "m/s²"), text::quantity(event.secs, 1, "s"));
    match event.kind {
        HarshKind::Brake => tr!("words-harsh-brake", ms2 = ms2, secs = secs),
        HarshKind::Accelerate => tr!("words-harsh-accelerate", ms2 = ms2, secs = secs),
        HarshKind::Corner => tr!("words-harsh-corner", ms2 = ms2, secs = secs),
    }
}

/// The numbers behind it, in one line: `Δv 34 km/h, peak 27.4 g, airbag deployed`. Empty where there are none.
pub fn detail(incident: &Incident) -> String {
    let mut parts = Vec::new();
    if incident.is_judged_elsewhere() {
        parts.push(tr!("words-by-the-stack"));
    }
    if incident.disagreement().is_some() {
        parts.push(tr!("words-verdicts-differ"));
    }
    match &incident.kind {
        IncidentKind::Crash { verdict, report } => {
            if let Some(reason) = &report.unreadable {
                parts.push(format!("{reason}"));
            }
            if let Some(delta_v) = verdict.delta_v_kmh {
                parts.push(format!("Δv {}", text::kmh(delta_v)));
            }
            if let Some(peak) = verdict.peak_g {
                parts.push(tr!("words-peak", g = text::quantity(peak, 1, "g")));
            }
            match report.airbag {
                Some(true) => parts.push(tr!("words-airbag")),
                Some(false) => parts.push(tr!("words-no-airbag")),
                None => {}
            }
        }
        IncidentKind::Temperature { back_at, .. } => {
            if let Some(back_at) = back_at {
                parts.push(tr!("words-back", at = text::clock(*back_at)));
            }
        }
    }
    if incident.went_silent() && !incident.is_silent() {
        parts.push(tr!("words-was-silent"));
    }
    if incident.n_reports > 1 {
        parts.push(tr!("words-reports", n = incident.n_reports));
    }
    parts.join(", ")
}

/// Who has it: `Acknowledged 03:04:12 by J. Han`.
pub fn state(incident: &Incident) -> String {
    match (&incident.resolved, &incident.acknowledged) {
        (Some((who, at)), _) => tr!("words-resolved-by", at = text::clock(*at), who = who),
        (None, Some((who, at))) => tr!("words-acknowledged-by", at = text::clock(*at), who = who),
        (None, None) if incident.life == Life::Resolved => tr!("words-resolved"),
        (None, None) if incident.is_silenced() => tr!("words-silenced"),
        (None, None) if incident.told_nobody() => tr!("words-nobody-told"),
        (None, None) => tr!("words-unacknowledged"),
    }
}

/// The last that is known of telling people: in short, `Desktop accepted 03:12:05`, and in full. Accepted is not delivered.
pub fn told(incident: &Incident) -> Option<(String, String)> {
    let step = incident
        .timeline
        .iter()
        .rev()
        .find(|step| matches!(step.kind, StepKind::Told | StepKind::TellFailed | StepKind::WouldHaveTold))?;
    let at = text::clock(step.at);
    let short = match (&step.kind, incident.origin) {
        (StepKind::TellFailed, _) => tr!("words-telling-failed", why = short_reason(&step.detail)),
        (StepKind::WouldHaveTold, Origin::Sample) => tr!("words-nobody-told-sample", at = at),
        (StepKind::WouldHaveTold, _) => tr!("words-nobody-told-drill"),
        _ => format!("{} {at}", text::capital(&step.detail.replacen(": ", " ", 1))),
    };
    Some((short, format!("{} {}", step.detail, text::clock_millis(step.at))))
}

/// What went wrong, without whom it was meant for and how often it was tried: those stand in the timeline.
pub fn short_reason(detail: &str) -> &str {
    let reason =
        ["failed, ", "refused, ", "since "].iter().find_map(|before| detail.split_once(before)).map_or(detail, |cut| cut.1);
    reason.split(['(', ';']).next().unwrap_or(reason).trim()
}

/// Where: `37.50120° N, 127.03960° E`.
pub fn place(position: Position) -> String {
    let (ns, ew) = (if position.lat < 0.0 { 'S' } else { 'N' }, if position.lon < 0.0 { 'W' } else { 'E' });
    format!("{:.5}° {ns}, {:.5}° {ew}", position.lat.abs(), position.lon.abs())
}

/// The place of an incident.
pub fn position(incident: &Incident) -> Option<Position> {
    match &incident.kind {
        IncidentKind::Crash { report, .. } => report.position,
        IncidentKind::Temperature { .. } => None,
    }
}

/// What was ruled and why, in a sentence or two to read out on the phone; the judge's own English where its evidence
/// says too little.
pub fn sentence(verdict: &CrashVerdict) -> String {
    let row = |key: &str| verdict.evidence.iter().find(|row| row.key == key && !row.reading_key.is_empty());
    let Some(delta_v) = row("delta_v") else {
        let spike = row("spike_in_driving").and_then(|row| row.value);
        return spike.map_or_else(|| verdict.summary.clone(), |g| tr!("words-sentence-spike", g = text::quantity(g, 1, "g")));
    };
    let value = |key: &str| row(key).and_then(|row| row.value);
    let airbag = value("airbag") == Some(1.0);
    let (Some(kmh), Some(g)) = (verdict.delta_v_kmh, verdict.peak_g) else {
        let why = evidence(delta_v).reading;
        return if airbag { tr!("words-sentence-airbag", why = why) } else { tr!("words-sentence-too-little", why = why) };
    };
    let (kmh, g) = (text::quantity(kmh, 1, "km/h"), text::quantity(g, 1, "g"));
    let push = match value("pulse") {
        Some(ms) => tr!("words-push", kmh = kmh, ms = text::quantity(ms, 0, "ms"), g = g),
        None => tr!("words-push-coarse", kmh = kmh, g = g),
    };
    match verdict.ruling {
        Ruling::Real => {
            let mut parts = vec![match verdict.direction {
                Some(Direction::Front) => tr!("words-hit-front", push = push),
                Some(Direction::Rear) => tr!("words-hit-rear", push = push),
                Some(Direction::Left) => tr!("words-hit-left", push = push),
                Some(Direction::Right) => tr!("words-hit-right", push = push),
                Some(Direction::Roof) => tr!("words-hit-roof", push = push),
                None => tr!("words-hit", push = push),
            }];
            if airbag {
                parts.push(tr!("words-airbag"));
            }
            match (value("speed_before"), value("speed_after")) {
                (Some(before), Some(after)) => {
                    parts.push(tr!("words-before-after", before = text::kmh(before), after = text::kmh(after)));
                }
                (Some(before), None) => parts.push(tr!("words-before", before = text::kmh(before))),
                _ => {}
            }
            tr!("words-sentence-real", parts = parts.join("; "))
        }
        Ruling::Undecided => {
            let strongest = |sign: f64| {
                let speaks = verdict.evidence.iter().filter(|row| row.weight * sign > 0.05);
                let row = speaks.max_by(|a, b| (a.weight * sign).total_cmp(&(b.weight * sign)));
                row.map_or_else(
                    || tr!("words-nothing"),
                    |row| {
                        let said = evidence(row);
                        tr!("words-check-reading", name = said.name, reading = said.reading)
                    },
                )
            };
            tr!("words-sentence-undecided", speaks = strongest(1.0), against = strongest(-1.0))
        }
        Ruling::Malfunction => {
            tr!("words-sentence-malfunction", why = because(verdict), push = push)
        }
    }
}

/// What a malfunction shows itself by.
fn because(verdict: &CrashVerdict) -> String {
    match verdict.malfunction {
        Some(Malfunction::Dropped) => match verdict.free_fall_ms {
            Some((from, to)) => tr!("words-because-dropped", ms = text::quantity(to - from, 0, "ms")),
            None => tr!("words-because-dropped-somehow"),
        },
        Some(Malfunction::Spike) => tr!("words-because-spike"),
        Some(Malfunction::Stuck) => tr!("words-because-stuck"),
        Some(Malfunction::Clipped) => tr!("words-because-clipped"),
        Some(Malfunction::Clock) => tr!("words-because-clock"),
        Some(Malfunction::Shaken) => tr!("words-because-shaken"),
        Some(Malfunction::Pothole) => tr!("words-because-pothole"),
        Some(Malfunction::SpeedBump) => tr!("words-because-speed-bump"),
        Some(Malfunction::Door) => tr!("words-because-door"),
        Some(Malfunction::Dropout) => tr!("words-because-dropout"),
        Some(Malfunction::Offset) => tr!("words-because-offset"),
        Some(Malfunction::HardBraking) => tr!("words-because-hard-braking"),
        Some(Malfunction::NoPulse) | None => tr!("words-because-no-pulse"),
    }
}

/// A row of evidence in the language that is spoken: its English where the record is of another version.
pub struct EvidenceWords {
    /// What was checked.
    pub name: String,
    /// What was found.
    pub reading: String,
    /// What it is held against.
    pub limit: String,
    /// Where the limit comes from.
    pub source: String,
}

/// What a row of evidence says.
pub fn evidence(row: &Evidence) -> EvidenceWords {
    let none = Args::new();
    let words = |key: &str, args: &Args, english: &str| {
        let said = (!key.is_empty()).then(|| tr::said(key, args)).flatten();
        said.unwrap_or_else(|| english.to_owned())
    };
    EvidenceWords {
        name: words(&format!("name_{}", row.key), &none, &row.name),
        reading: words(&row.reading_key, &row.reading_args, &row.reading),
        limit: words(&row.limit_key, &row.limit_args, &row.limit),
        source: words(&format!("source_{}", row.key), &none, &row.source),
    }
}

/// The badge of an incident: `IMPORTED` for what happened elsewhere, else that of its origin.
pub fn badge(incident: &Incident) -> Option<&'static str> {
    if incident.imported.is_some() { Some(word!("words-imported")) } else { origin(incident.origin) }
}

/// The badge of an origin: `DRILL`, `SAMPLE`, none for a real device.
pub fn origin(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Device => None,
        Origin::Drill => Some(word!("words-drill")),
        Origin::Sample => Some(word!("words-sample")),
    }
}

/// A malfunction's kind, as a headline begins.
pub fn malfunction(kind: Malfunction) -> &'static str {
    match kind {
        Malfunction::Dropped => word!("words-kind-device-dropped"),
        Malfunction::Spike => word!("words-kind-single-spike"),
        Malfunction::Stuck => word!("words-kind-sensor-stuck"),
        Malfunction::Clipped => word!("words-kind-sensor-at-its-limit"),
        Malfunction::Clock => word!("words-kind-device-clock-jumped"),
        Malfunction::Shaken => word!("words-kind-device-shaken"),
        Malfunction::Pothole => word!("words-kind-pothole"),
        Malfunction::SpeedBump => word!("words-kind-speed-bump"),
        Malfunction::Door => word!("words-kind-door-slam"),
        Malfunction::Dropout => word!("words-kind-samples-missing"),
        Malfunction::Offset => word!("words-kind-sensor-level-shifted"),
        Malfunction::HardBraking => word!("words-kind-hard-braking"),
        Malfunction::NoPulse => word!("words-kind-no-collision-pulse"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    #[test]
    fn a_silence_is_said_in_the_language_that_is_spoken() {
        let cases = [
            ("no message for 45 s", "45 s 동안 수신 없음"),
            ("no message for 12 min, usually every 4 min", "12 min 동안 수신 없음, 평소 간격 4 min"),
            (
                "no message for 11 s, usually every 1 s, and its last will says that it is gone",
                "11 s 동안 수신 없음, 평소 간격 1 s, 단말기 연결 끊김 통보됨",
            ),
        ];
        for (english, korean) in cases {
            Language::English.speak();
            assert_eq!(silence(english).as_deref(), Some(english));
            Language::Korean.speak();
            assert_eq!(silence(english).as_deref(), Some(korean));
        }
        Language::English.speak();
        assert_eq!(silence("committed"), None);
    }

    #[test]
    fn a_failure_is_said_in_short() {
        for (detail, short) in [
            ("webhook hooks.example.org: attempt 3 failed, connection refused (os error 111)", "connection refused"),
            ("webhook hooks.example.org: refused, status 404", "status 404"),
            ("nobody was told, since no channel is set up; set webhook_url", "no channel is set up"),
            ("something else", "something else"),
        ] {
            assert_eq!(short_reason(detail), short);
        }
    }
}
