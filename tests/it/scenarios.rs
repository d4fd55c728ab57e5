//! Every scenario file, played through the heart: packets in; verdicts, incidents, alerts and notices out.

use std::path::{Path, PathBuf};

use fleetwatch::model::{CrashVerdict, Fact, LinkState, Operator, SilenceOrder, Verdict};
use fleetwatch::scenario::{ExpectIncident, ExpectVerdict, Scenario, Silenced};
use fleetwatch::settings::Settings;

use crate::support::heart::Heart;

fn files(dir: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let entries = std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut files: Vec<_> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

fn play(scenario: &Scenario, root: &str) -> Heart {
    let settings = toml::to_string(&scenario.settings).unwrap();
    let settings = Settings::parse(Path::new("the scenario's [settings]"), &settings).unwrap_or_else(|error| panic!("{error}"));
    let mut heart = Heart::new(settings);
    for Silenced { search, secs } in &scenario.silences {
        let order = SilenceOrder::Begin { search: search.clone(), secs: *secs, reason: "the scenario".to_owned() };
        heart.tell(Fact::Silenced { order, by: Operator("mina".to_owned()), at: heart.now() });
    }
    let mut n_sent = 0;
    for step in &scenario.steps {
        if step.unlinked_secs > 0 {
            heart.link(LinkState::Down);
            heart.pass_millis(step.unlinked_secs * 1_000);
            heart.link(LinkState::Up);
        }
        heart.pass_millis(step.after_millis);
        for round in 0..step.repeat {
            if round > 0 {
                heart.pass_millis(step.every_millis);
            }
            n_sent += 1;
            let payload = step.render(heart.now(), &format!("t-0-{n_sent}"));
            heart.receive(&format!("{root}{}", step.topic), &payload, step.retained);
        }
    }
    heart.pass_millis(scenario.then_wait_secs * 1_000);
    heart
}

fn crash_says(verdict: &CrashVerdict, words: &str) -> bool {
    let rows = verdict.evidence.iter();
    verdict.summary.contains(words)
        || rows.clone().any(|row| row.key == words || row.name.contains(words) || row.reading.contains(words))
}

fn verdict_fits(expected: &ExpectVerdict, function: &str, verdict: &Verdict) -> bool {
    if expected.function != function {
        return false;
    }
    match verdict {
        Verdict::Crash(verdict) => {
            expected.ruling.is_none_or(|ruling| verdict.ruling == ruling)
                && expected.malfunction.is_none_or(|kind| verdict.malfunction == Some(kind))
                && expected.because.as_deref().is_none_or(|words| crash_says(verdict, words))
        }
        Verdict::Temperature(verdict) => {
            expected.band.is_none_or(|band| verdict.band == band)
                && expected.alarm.is_none_or(|alarm| verdict.watch.alarm == Some(alarm))
                && expected.fault.is_none_or(|fault| verdict.watch.fault == Some(fault))
        }
        Verdict::Harsh(verdict) => {
            let words =
                format!("{:?}", verdict.ended.iter().flatten().map(|event| event.kind).collect::<Vec<_>>()).to_lowercase();
            expected.because.as_deref().is_none_or(|because| words.contains(because))
        }
        Verdict::Driving(verdict) => {
            let words = format!("{verdict:?}").to_lowercase();
            expected.because.as_deref().is_none_or(|because| words.contains(&because.replace('_', "")))
        }
    }
}

#[track_caller]
fn check(path: &Path) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let scenario = Scenario::parse(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut heart = play(&scenario, "");

    let mut said = heart.verdicts.iter();
    for expected in &scenario.expect.verdicts {
        let found = said.any(|(function, verdict)| verdict_fits(expected, function, verdict));
        assert!(found, "{name}: no verdict (left) that fits {expected:?}; all: {:#?}", heart.verdicts);
    }
    if let Some(expected) = &scenario.expect.incidents {
        let incidents = heart.incidents();
        let ids: Vec<_> = incidents.iter().map(|i| format!("{} {} {:?} {:?}", i.id, i.device, i.severity, i.ruling())).collect();
        assert_eq!(incidents.len(), expected.len(), "{name}: incidents {ids:#?}");
        for (incident, expected) in incidents.iter().zip(expected) {
            let ExpectIncident { device, severity, life, ruling, reports, impacts, apart_millis, silent, origin } = expected;
            assert_eq!(incident.device.as_str(), device, "{name}: device");
            assert!(severity.is_none_or(|s| incident.severity == s), "{name}: severity {:?}", incident.severity);
            assert!(life.is_none_or(|l| incident.life == l), "{name}: life {:?}", incident.life);
            assert!(ruling.is_none_or(|r| incident.ruling() == Some(r)), "{name}: ruling {:?}", incident.ruling());
            assert!(reports.is_none_or(|n| incident.n_reports == n), "{name}: reports {}", incident.n_reports);
            let apart = incident.impacts_apart().map(|(_, secs)| (secs * 1e3).round() as i64);
            assert!(impacts.is_none_or(|n| incident.impacts.len() == n), "{name}: impacts {:?}", incident.impacts);
            assert!(apart_millis.is_none_or(|millis| apart == Some(millis)), "{name}: apart {apart:?}");
            assert!(silent.is_none_or(|silent| incident.is_silent() == silent), "{name}: timeline {:#?}", incident.timeline);
            assert!(origin.is_none_or(|o| incident.origin == o), "{name}: origin {:?}", incident.origin);
        }
    }
    if let Some(n) = scenario.expect.notices {
        assert_eq!(heart.notices.len(), n, "{name}: notices {:#?}", heart.notices);
    }
    if let Some(n) = scenario.expect.alerts {
        assert_eq!(heart.alerts.len(), n, "{name}: alerts {:#?}", heart.alerts);
    }
    if let Some(n) = scenario.expect.alerts_over {
        assert_eq!(heart.over.len(), n, "{name}: alerts that are over {:#?}", heart.over);
    }
    if let Some(n) = scenario.expect.hidden {
        let silences = heart.state.snapshot().silencings.clone();
        assert_eq!(silences.iter().map(|silence| silence.n_hidden).sum::<u64>(), n, "{name}: silences {silences:#?}");
    }
    let mut notices = heart.notices.iter();
    for words in &scenario.expect.notices_say {
        assert!(
            notices.any(|notice| notice.title.contains(words)),
            "{name}: no notice (left) says {words}: {:#?}",
            heart.notices
        );
    }
    let mut alerts = heart.alerts.iter();
    for words in &scenario.expect.alerts_say {
        assert!(alerts.any(|alert| alert.text.contains(words)), "{name}: no alert (left) says {words}: {:#?}", heart.alerts);
    }
    let rejected = heart.rejected();
    for (reason, n) in &scenario.expect.rejected {
        assert_eq!(rejected.get(reason.as_str()).copied().unwrap_or(0), *n, "{name}: rejected {reason}; all: {rejected:?}");
    }
    let mut published = heart.published.iter();
    for topic in &scenario.expect.published {
        assert!(
            published.any(|(sent, _)| sent == topic),
            "{name}: nothing (left) published on {topic}; all: {:?}",
            heart.published
        );
    }
}

#[test]
fn behaviour() {
    let files = files("fixtures/scenarios");
    assert!(files.len() >= 15, "the behaviour files are missing: {files:?}");
    for path in &files {
        check(path);
    }
}

#[test]
fn templates_that_the_inject_screen_offers() {
    let files = files("assets/scenarios");
    assert!(files.len() >= 8, "the templates are missing: {files:?}");
    for path in &files {
        check(path);
    }
}

/// What the pulse lab makes is what it says that it makes.
#[test]
fn every_preset_of_the_pulse_lab_is_judged_as_it_expects() {
    for (name, lab) in fleetwatch::scenario::lab::presets() {
        let scenario = lab.scenario("fleet/lab-1/crash", name);
        let mut heart = play(&scenario, "");
        let expected = scenario.expect.verdicts.first().unwrap_or_else(|| panic!("{name} expects nothing"));
        let fits = heart.verdicts.iter().all(|(function, verdict)| verdict_fits(expected, function, verdict));
        assert!(fits && !heart.verdicts.is_empty(), "{name}: {expected:?}; {:#?}", heart.verdicts);
        // Sent twice, it is one report of one incident.
        let incidents = heart.incidents();
        assert_eq!((incidents.len(), incidents[0].n_reports), (1, 1), "{name}");
    }
}

/// The same crash as a drill is judged the same, kept apart, and tells nobody.
#[test]
fn drills_of_every_template_tell_nobody() {
    for path in files("assets/scenarios") {
        let scenario = Scenario::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut heart = play(&scenario, "drill/");
        let snapshot = heart.state.snapshot();
        assert!(snapshot.incidents.is_empty(), "{}: a drill among the real incidents", path.display());
        assert_eq!(heart.state.counters().incidents, 0, "{}", path.display());
        // A notice may be written, for "would have told"; it must not be one that a sender would take.
        assert!(heart.notices.iter().all(|notice| !notice.origin.is_real()), "{}: {:?}", path.display(), heart.notices);
    }
}
