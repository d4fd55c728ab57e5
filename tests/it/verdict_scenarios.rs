//! Every scenario's verdicts and rejections, by decode and functions alone.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use fleetwatch::decode::{Decoded, Decoder};
use fleetwatch::functions::{self, Trigger};
use fleetwatch::model::{CrashVerdict, DrivingVerdict, Lane, Packet, Timestamp, Verdict};
use fleetwatch::scenario::{ExpectVerdict, Scenario};

/// 2026-11-22T00:31:00Z
const START: Timestamp = Timestamp(1_795_307_460_000_000);

fn scenarios() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = ["assets/scenarios", "fixtures/scenarios"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    files
}

/// What the functions said, and what was rejected.
#[derive(Default)]
struct Outcome {
    verdicts: Vec<(&'static str, Verdict)>,
    rejected: BTreeMap<&'static str, u64>,
}

fn run(scenario: &Scenario) -> Outcome {
    let settings = settings(scenario);
    let mut functions = functions::all(&settings.functions);
    let mut decoder = Decoder::new(&settings.formats, 1_000);
    let mut decoded = Decoded::default();
    let mut outcome = Outcome::default();
    let mut now = START;
    let mut sent = 0;
    for step in &scenario.steps {
        now = now.plus_micros(step.after_millis as i64 * 1_000);
        for repeat in 0..step.repeat {
            if repeat > 0 {
                now = now.plus_micros(step.every_millis as i64 * 1_000);
            }
            sent += 1;
            let packet = Packet {
                topic: format!("drill/{}", step.topic).into(),
                payload: Bytes::from(step.render(now, &format!("e-{sent}"))),
                received_at: now,
                lane: Lane::Crash,
                retained: step.retained,
                redelivered: false,
                delivery: None,
            };
            decoder.decode(&packet, &mut decoded);
            for error in &decoded.refused {
                *outcome.rejected.entry(error.reason.key()).or_default() += 1;
            }
            for event in &decoded.events {
                let trigger = Trigger::of(&event.reading);
                for function in functions.iter_mut().filter(|function| function.card().listens_to == trigger) {
                    let verdict = function.judge(event);
                    if let Verdict::Driving(DrivingVerdict::Drop(reason)) = &verdict {
                        *outcome.rejected.entry(reason.key()).or_default() += 1;
                    }
                    outcome.verdicts.push((function.card().name, verdict));
                }
            }
        }
    }
    outcome
}

fn because(verdict: &CrashVerdict, part: &str) -> bool {
    verdict.summary.contains(part)
        || verdict.evidence.iter().any(|row| row.key.contains(part) || row.name.contains(part) || row.reading.contains(part))
}

fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Crash(verdict) => {
            let rows = verdict.evidence.iter().filter(|row| row.weight != 0.0);
            let rows: Vec<_> = rows.map(|row| format!("{} {:+.1} {}", row.key, row.weight, row.reading)).collect();
            format!("{:.2} {:?} {} {rows:?}", verdict.probability, verdict.malfunction, verdict.summary)
        }
        other => format!("{other:?}"),
    }
}

fn fits(expected: &ExpectVerdict, function: &str, verdict: &Verdict) -> bool {
    let same_function = expected.function.is_empty() || expected.function == function;
    same_function
        && match verdict {
            Verdict::Crash(verdict) => {
                expected.ruling.is_none_or(|ruling| ruling == verdict.ruling)
                    && expected.malfunction.is_none_or(|kind| Some(kind) == verdict.malfunction)
                    && expected.because.as_deref().is_none_or(|part| because(verdict, part))
            }
            Verdict::Temperature(verdict) => {
                expected.band.is_none_or(|band| band == verdict.band)
                    && expected.alarm.is_none_or(|alarm| Some(alarm) == verdict.watch.alarm)
                    && expected.fault.is_none_or(|fault| Some(fault) == verdict.watch.fault)
            }
            Verdict::Driving(_) | Verdict::Harsh(_) => true,
        }
}

/// The settings that the scenario is about.
fn settings(scenario: &Scenario) -> fleetwatch::settings::Settings {
    let settings = toml::to_string(&scenario.settings).unwrap();
    fleetwatch::settings::Settings::parse(Path::new("the scenario's [settings]"), &settings).unwrap()
}

#[test]
fn every_scenario_gets_its_verdicts() {
    let files = scenarios();
    assert!(files.len() >= 30, "only {} scenarios", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let scenario =
            Scenario::parse(&std::fs::read_to_string(&file).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let outcome = run(&scenario);
        let mut said = outcome.verdicts.iter();
        for expected in &scenario.expect.verdicts {
            if !said.any(|(function, verdict)| fits(expected, function, verdict)) {
                wrong.push(format!(
                    "{name}: nobody said {expected:?}, but {:#?}",
                    outcome.verdicts.iter().take(8).map(|(_, verdict)| told(verdict)).collect::<Vec<_>>()
                ));
            }
        }
        for (reason, n) in &scenario.expect.rejected {
            let found = outcome.rejected.get(reason.as_str()).copied().unwrap_or(0);
            if found != *n {
                wrong.push(format!("{name}: {found} rejected as {reason}, not {n}: {:?}", outcome.rejected));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Templates are shown in a menu, so each says what it is and proves something.
#[test]
fn templates_have_a_title_a_line_and_an_expectation() {
    for file in scenarios().iter().filter(|file| file.parent().unwrap().ends_with("assets/scenarios")) {
        let scenario = Scenario::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert!(!scenario.title.is_empty() && !scenario.about.is_empty(), "{}", file.display());
        assert!(!scenario.expect.verdicts.is_empty(), "{}", file.display());
    }
}
