//! What the numbers of `judge_crash` rest on: the fitted ones are chosen anew without the recordings that they are then
//! tried on, and every weight and limit is moved by a fifth either way.

use std::fmt::Write as _;
use std::path::Path;

use fleetwatch::functions::judge_crash::rules::{Basis, JOLT, RULES, interpolate};
use fleetwatch::functions::judge_crash::{self, Settings};
use fleetwatch::model::{CrashReport, Ruling};
use serde_json::Value;

use super::Section;
use super::crash_sets::{self, Labelled};

/// The recordings, each with the forms that are judged here.
const SETS: [(&str, &[&str]); 5] = [
    ("nhtsa", &["nhtsa"]),
    ("phone drops", &["phone drops"]),
    ("e-scooter", &["e-scooter"]),
    ("synthetic", &["synthetic", "synthetic, no speed, no range"]),
    ("100-car", &["100-car"]),
];
/// What is left out at a time: a set, or every other recording of it.
const FOLDS: [(&str, usize, Option<bool>); 6] = [
    ("nhtsa", 0, None),
    ("phone drops", 1, None),
    ("e-scooter", 2, None),
    ("synthetic", 3, None),
    ("100-car, 1st, 3rd, …", 4, Some(true)),
    ("100-car, 2nd, 4th, …", 4, Some(false)),
];
/// What a weight is chosen from, log-odds.
const GRID: [f64; 10] = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0];
/// By how much the curve of the jolt is moved, times.
const MOVED: [f64; 6] = [0.5, 0.75, 1.0, 1.25, 1.5, 2.0];
/// Where each choice begins: "what merely fits weighs about 1".
const PRINCIPLE: f64 = 1.0;

/// One recording: what the rules say of it, so that its ruling under other weights follows.
struct Said {
    set_idx: usize,
    odd: bool,
    crash: bool,
    report: CrashReport,
    /// Of each rule, a share of its weight, −1 to 1.
    says: [f64; RULES.len()],
    jolt_g: Option<f64>,
    /// It stands after a drive, and the record is too coarse to show why.
    unseen: bool,
    ruled: Ruling,
}

/// The most that each rule can say.
#[derive(Clone)]
struct Weights {
    accident: [f64; RULES.len()],
    malfunction: [f64; RULES.len()],
    /// How far the curve of the jolt is moved, times.
    moved: f64,
}

impl Weights {
    fn shipped() -> Self {
        Self {
            accident: RULES.each_ref().map(|rule| rule.accident),
            malfunction: RULES.each_ref().map(|rule| rule.malfunction),
            moved: 1.0,
        }
    }

    fn rules(&self, said: &Said) -> Ruling {
        let settings = Settings::default();
        let log_odds: f64 = (0..RULES.len())
            .map(|idx| {
                let says = match said.jolt_g {
                    Some(g) if RULES[idx].key == "jolt" => interpolate(g / self.moved, &JOLT),
                    _ => said.says[idx],
                };
                says.abs() * if says > 0.0 { self.accident[idx] } else { self.malfunction[idx] }
            })
            .sum();
        let probability = 1.0 / (1.0 + (-log_odds).exp());
        match probability {
            p if p >= settings.real_at => Ruling::Real,
            p if p <= settings.malfunction_at && !said.unseen => Ruling::Malfunction,
            _ => Ruling::Undecided,
        }
    }
}

/// A number that was fitted.
#[derive(Clone, Copy)]
enum Fitted {
    Accident(usize),
    Malfunction(usize),
    Curve,
}

impl Fitted {
    fn all() -> Vec<Self> {
        let fitted = RULES.iter().enumerate().filter(|(_, rule)| rule.basis == Basis::Fitted);
        let weights = fitted.flat_map(|(idx, rule)| {
            let accident = (rule.accident != 0.0).then_some(Self::Accident(idx));
            accident.into_iter().chain((rule.malfunction != 0.0).then_some(Self::Malfunction(idx)))
        });
        weights.chain([Self::Curve]).collect()
    }

    fn name(self) -> String {
        match self {
            Self::Accident(idx) => format!("{} for", RULES[idx].key),
            Self::Malfunction(idx) => format!("{} against", RULES[idx].key),
            Self::Curve => "curve of the jolt".to_owned(),
        }
    }

    fn of(self, weights: &mut Weights) -> &mut f64 {
        match self {
            Self::Accident(idx) => &mut weights.accident[idx],
            Self::Malfunction(idx) => &mut weights.malfunction[idx],
            Self::Curve => &mut weights.moved,
        }
    }

    /// What it may be, what the principle says first: of equals the first is taken.
    fn choices(self) -> Vec<f64> {
        let (choices, sign) = match self {
            Self::Accident(_) => (&GRID[..], 1.0),
            Self::Malfunction(_) => (&GRID[..], -1.0),
            Self::Curve => (&MOVED[..], 1.0),
        };
        let mut choices: Vec<f64> = choices.iter().map(|choice| choice * sign).collect();
        choices.sort_by(|a, b| (a.abs() - PRINCIPLE).abs().total_cmp(&(b.abs() - PRINCIPLE).abs()));
        choices
    }
}

fn said(labelled: Labelled, set_idx: usize, odd: bool) -> Said {
    let settings = Settings::default();
    let verdict = judge_crash::judge(&labelled.report, &settings);
    // A floor that is lifted over every probability shows where it holds.
    let lifted = judge_crash::judge(&labelled.report, &Settings { malfunction_at: 1.0, ..settings });
    let row = |key: &str| verdict.evidence.iter().find(|row| row.key == key);
    let says = RULES.each_ref().map(|rule| {
        let weight = row(rule.key).map_or(0.0, |row| row.weight);
        let most = if weight > 0.0 { rule.accident } else { -rule.malfunction };
        if weight == 0.0 { 0.0 } else { weight / most }
    });
    let said = Said {
        set_idx,
        odd,
        crash: labelled.crash,
        report: labelled.report,
        says,
        jolt_g: row("jolt").and_then(|row| row.value),
        unseen: lifted.probability > 1.0,
        ruled: verdict.ruling,
    };
    assert_eq!(Weights::shipped().rules(&said), said.ruled, "{}: its ruling does not follow from its evidence", labelled.name);
    said
}

/// How good rulings are, 0 to 1: right 1, undecided a half, wrong 0; crashes and others, and sets, weigh alike.
fn score(all: &[&Said], weights: &Weights) -> f64 {
    let mut parts = [[(0.0, 0_u32); 2]; SETS.len()];
    for said in all {
        let part = &mut parts[said.set_idx][usize::from(said.crash)];
        part.0 += match (weights.rules(said), said.crash) {
            (Ruling::Undecided, _) => 0.5,
            (Ruling::Real, true) | (Ruling::Malfunction, false) => 1.0,
            (Ruling::Real, false) | (Ruling::Malfunction, true) => 0.0,
        };
        part.1 += 1;
    }
    let shares = parts.as_flattened().iter().filter(|(_, n)| *n > 0).map(|(sum, n)| sum / f64::from(*n));
    shares.clone().sum::<f64>() / shares.count() as f64
}

/// The fitted numbers chosen by these recordings alone, one after the other until none changes.
fn chosen(by: &[&Said], fitted: &[Fitted]) -> Weights {
    let mut weights = Weights::shipped();
    for number in fitted {
        *number.of(&mut weights) = number.choices()[0];
    }
    for _ in 0..10 {
        let before = fitted.iter().map(|number| *number.of(&mut weights)).collect::<Vec<_>>();
        for number in fitted {
            let mut best = (*number.of(&mut weights), score(by, &weights));
            for choice in number.choices() {
                let mut tried = weights.clone();
                *number.of(&mut tried) = choice;
                let score = score(by, &tried);
                if score > best.1 + 1e-9 {
                    best = (choice, score);
                }
            }
            *number.of(&mut weights) = best.0;
        }
        if before == fitted.iter().map(|number| *number.of(&mut weights)).collect::<Vec<_>>() {
            break;
        }
    }
    weights
}

/// Ruled real, undecided, malfunction: of crashes and of others.
fn counts(all: &[&Said], weights: &Weights) -> [[usize; 3]; 2] {
    let mut counts = [[0; 3]; 2];
    for said in all {
        let ruled = match weights.rules(said) {
            Ruling::Real => 0,
            Ruling::Undecided => 1,
            Ruling::Malfunction => 2,
        };
        counts[usize::from(!said.crash)][ruled] += 1;
    }
    counts
}

/// Cells of a row.
fn cells(values: impl Iterator<Item = String>) -> String {
    values.fold(String::new(), |row, value| row + " " + &value + " |")
}

pub(super) fn section(data: &Path) -> Section {
    let mut n_of_set = [0_usize; SETS.len()];
    let mut all = Vec::new();
    for labelled in crash_sets::all(data) {
        let Some(set_idx) = SETS.iter().position(|(_, forms)| forms.contains(&labelled.set)) else { continue };
        n_of_set[set_idx] += 1;
        all.push(said(labelled, set_idx, n_of_set[set_idx] % 2 == 1));
    }
    let mut section = Section::default();
    left_out(&mut section, &all);
    moved_weights(&mut section, &all);
    // Minutes of verdicts: `make accuracy` asks for it.
    if std::env::var_os("FLEETWATCH_LIMITS").is_some() {
        moved_limits(&mut section, &all);
    }
    section
}

fn left_out(section: &mut Section, all: &[Said]) {
    let fitted = Fitted::all();
    let shipped = Weights::shipped();
    section.text.push_str(
        "| Left out | Crashes: real, undecided, malfunction | chosen without them | Others: real, undecided, malfunction | chosen without them |\n|---|--:|--:|--:|--:|\n",
    );
    let mut numbers = String::new();
    for (name, set_idx, half) in FOLDS {
        let is_out = |said: &&Said| said.set_idx == set_idx && half.is_none_or(|odd| said.odd == odd);
        let (out, rest): (Vec<&Said>, Vec<&Said>) = all.iter().partition(is_out);
        let mut weights = chosen(&rest, &fitted);
        let (now, without) = (counts(&out, &shipped), counts(&out, &weights));
        let words = |[real, undecided, malfunction]: [usize; 3]| format!("{real}, {undecided}, {malfunction}");
        let text = &mut section.text;
        writeln!(text, "| {name} | {} | {} | {} | {} |", words(now[0]), words(without[0]), words(now[1]), words(without[1]))
            .unwrap();
        write!(numbers, "| {name} |").unwrap();
        for number in &fitted {
            write!(numbers, " {} |", *number.of(&mut weights)).unwrap();
        }
        numbers.push('\n');
        // The numbers for 10 Hz are few recordings' own, which the table shows; all else must not hang on them.
        let [[_, _, dismissed], [alarmed, ..]] = without;
        section.floor(
            set_idx == 4 || (dismissed == 0 && alarmed * 100 <= out.len()),
            format!("{name}: {dismissed} crashes dismissed, {alarmed} false alarms with numbers that were chosen without it"),
        );
    }
    let head = cells(fitted.iter().map(|number| number.name()));
    writeln!(section.text, "\n| Left out |{head}\n|---|{}", "--:|".repeat(fitted.len())).unwrap();
    let mut shipped = shipped;
    let now = cells(fitted.iter().map(|number| number.of(&mut shipped).to_string()));
    writeln!(section.text, "| nothing: as shipped |{now}\n{numbers}").unwrap();
}

/// How many rulings a change turns over in each set, and how many of them become wrong: a crash dismissed, or another ruled real.
#[derive(Clone, Copy, Default)]
struct Flips {
    by_set: [usize; SETS.len()],
    wrong: usize,
    /// Of these, laboratory crashes and drops.
    wrong_laboratory: usize,
}

impl Flips {
    fn of(all: &[Said], ruled: impl Fn(&Said) -> Ruling) -> Self {
        let mut flips = Self::default();
        for said in all {
            let now = ruled(said);
            if now != said.ruled {
                flips.by_set[said.set_idx] += 1;
                let wrong = now == if said.crash { Ruling::Malfunction } else { Ruling::Real };
                flips.wrong += usize::from(wrong);
                flips.wrong_laboratory += usize::from(wrong && said.set_idx < 2);
            }
        }
        flips
    }

    fn any(&self) -> bool {
        self.by_set.iter().any(|n| *n > 0)
    }
}

/// A table of what moves something, and a sentence with what moves nothing.
fn table(section: &mut Section, what: &str, rows: &[(String, [Flips; 2])]) {
    let sets = cells(SETS.iter().map(|(set, _)| (*set).to_owned()));
    writeln!(section.text, "| {what} |{sets} newly wrong |\n|---|{}", "--:|".repeat(SETS.len() + 1)).unwrap();
    let mut still = Vec::new();
    for (name, [less, more]) in rows {
        if !less.any() && !more.any() {
            still.push(name.as_str());
            continue;
        }
        let flips = cells(less.by_set.iter().zip(more.by_set).map(|(less, more)| format!("{less} / {more}")));
        writeln!(section.text, "| {name} |{flips} {} / {} |", less.wrong, more.wrong).unwrap();
        // What rests on physics becomes undecided at the most by a fifth of any number.
        let wrong = [less, more].map(|flips| flips.wrong_laboratory);
        section.floor(wrong == [0, 0], format!("{name}: a fifth makes {wrong:?} rulings on laboratory crashes or drops wrong"));
    }
    writeln!(section.text, "\nNo ruling changes with: {}.\n", still.join(", ")).unwrap();
}

fn moved_weights(section: &mut Section, all: &[Said]) {
    let mut rows = Vec::new();
    let mut add = |name: String, number: Fitted| {
        let flips = [0.8, 1.2].map(|times| {
            let mut weights = Weights::shipped();
            *number.of(&mut weights) *= times;
            Flips::of(all, |said| weights.rules(said))
        });
        rows.push((name, flips));
    };
    for (idx, rule) in RULES.iter().enumerate() {
        for (weight, number) in [(rule.accident, Fitted::Accident(idx)), (rule.malfunction, Fitted::Malfunction(idx))] {
            if weight != 0.0 {
                add(number.name(), number);
            }
        }
    }
    add(Fitted::Curve.name(), Fitted::Curve);
    table(section, "Weight, −20 % / +20 %", &rows);
}

fn moved_limits(section: &mut Section, all: &[Said]) {
    let moved = |name: &str, times: f64| {
        let Ok(Value::Object(mut table)) = serde_json::to_value(Settings::default()) else { panic!("no table") };
        let value = table[name].as_f64().unwrap() * times;
        // A count moves by one at the least.
        let value = match &table[name] {
            Value::Number(number) if number.is_u64() && times < 1.0 => Value::from(value.floor() as u64),
            Value::Number(number) if number.is_u64() => Value::from(value.ceil() as u64),
            _ => Value::from(value),
        };
        table.insert(name.to_owned(), value);
        let settings: Settings = serde_json::from_value(Value::Object(table)).unwrap();
        Flips::of(all, |said| judge_crash::judge(&said.report, &settings).ruling)
    };
    // Two threads at the least: tens of thousands of verdicts.
    let names: Vec<&str> = Settings::BOUNDS.iter().map(|bound| bound.name).collect();
    let rows: Vec<(String, [Flips; 2])> = std::thread::scope(|scope| {
        let moved = &moved;
        let half = names.len().div_ceil(2);
        let work = |names: &[&str]| {
            let row = |name: &&str| ((*name).to_owned(), [0.8, 1.2].map(|times| moved(name, times)));
            names.iter().map(row).collect::<Vec<_>>()
        };
        let [first, second] = [&names[..half], &names[half..]].map(|names| scope.spawn(move || work(names)));
        [first, second].into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    table(section, "Limit, −20 % / +20 %", &rows);
}
