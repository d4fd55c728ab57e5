//! `judge_crash` against real and synthetic recordings, beside two rules that others use.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use fleetwatch::functions::judge_crash::{self, Settings};
use fleetwatch::model::{CrashReport, CrashVerdict, Ruling};

use super::Section;
use super::crash_sets::{self, Labelled};

/// A report and what was made of it.
struct Judged {
    labelled: Labelled,
    verdict: CrashVerdict,
    /// The plain rule: any acceleration, gravity subtracted, of 4 g (the threshold of `WreckWatch` for phones).
    peak_g: f64,
    /// Geotab's collision-level rule: 2.5 g horizontally, Z ignored.
    horizontal_g: f64,
}

/// Largest |a| beyond gravity and largest √(x² + y²), g. Without a known mounting a rule that ignores Z ignores
/// whatever the device calls Z.
fn peaks(report: &CrashReport) -> (f64, f64) {
    let pulse = &report.pulse;
    let (mut peak, mut horizontal) = (0.0_f64, 0.0_f64);
    for index in 0..pulse.len() {
        let [x, y, z] = [&pulse.x_g, &pulse.y_g, &pulse.z_g].map(|axis| if axis[index].is_finite() { axis[index] } else { 0.0 });
        let size = (x * x + y * y + z * z).sqrt();
        let z_is_there = pulse.z_g[index].is_finite();
        peak = peak.max(if report.gravity && z_is_there { (size - 1.0).abs() } else { size });
        horizontal = horizontal.max(x.hypot(y));
    }
    (peak, horizontal)
}

/// Counts of a set or a class.
#[derive(Clone, Copy, Default)]
struct Counts {
    real: usize,
    undecided: usize,
    malfunction: usize,
}

impl Counts {
    fn of<'a>(judged: impl Iterator<Item = &'a Judged>) -> Self {
        judged.fold(Self::default(), |mut counts, judged| {
            match judged.verdict.ruling {
                Ruling::Real => counts.real += 1,
                Ruling::Undecided => counts.undecided += 1,
                Ruling::Malfunction => counts.malfunction += 1,
            }
            counts
        })
    }

    fn n(self) -> usize {
        self.real + self.undecided + self.malfunction
    }
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.2}", part as f64 / whole as f64) }
}

/// Recall and precision of a plain threshold.
fn threshold(judged: &[&Judged], limit: f64, value: fn(&Judged) -> f64) -> (String, String) {
    let (hits, alarms, crashes) = threshold_counts(judged, limit, value);
    (share(hits, crashes), share(hits, alarms))
}

fn threshold_counts(judged: &[&Judged], limit: f64, value: fn(&Judged) -> f64) -> (usize, usize, usize) {
    let over = |judged: &&&Judged| value(judged) >= limit;
    let hits = judged.iter().filter(over).filter(|judged| judged.labelled.crash).count();
    (hits, judged.iter().filter(over).count(), judged.iter().filter(|judged| judged.labelled.crash).count())
}

/// The best F1 that a threshold over this very set could have: what no one who does not know the set can reach.
fn best_threshold(judged: &[&Judged], value: fn(&Judged) -> f64) -> f64 {
    let f1 = |limit: f64| {
        let (hits, alarms, crashes) = threshold_counts(judged, limit, value);
        2.0 * hits as f64 / (alarms + crashes).max(1) as f64
    };
    let limits = (1..=100).map(|tenths| f64::from(tenths) / 10.0);
    limits.max_by(|a, b| f1(*a).total_cmp(&f1(*b))).unwrap_or(f64::NAN)
}

pub(super) fn section(data: &Path) -> Section {
    let settings = Settings::default();
    let judged: Vec<Judged> = crash_sets::all(data)
        .into_iter()
        .map(|labelled| {
            let verdict = judge_crash::judge(&labelled.report, &settings);
            let (peak_g, horizontal_g) = peaks(&labelled.report);
            Judged { labelled, verdict, peak_g, horizontal_g }
        })
        .collect();
    let mut sets: Vec<&'static str> = Vec::new();
    for judged in &judged {
        if !sets.contains(&judged.labelled.set) {
            sets.push(judged.labelled.set);
        }
    }
    let mut section = Section::default();
    by_set(&mut section.text, &judged, &sets);
    by_class(&mut section.text, &judged, &sets);
    failures(&mut section.text, &judged);
    floors(&mut section, &judged, &sets);
    section
}

fn by_set(text: &mut String, judged: &[Judged], sets: &[&str]) {
    text.push_str(
        "| Set | Crashes | ruled real | undecided | malfunction | Others | ruled real | undecided | malfunction \
         | Recall, precision | Peak 4 g | Best peak of the set | Geotab 2.5 g |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let everything: Vec<&Judged> = judged.iter().collect();
    let groups = sets
        .iter()
        .map(|set| (*set, judged.iter().filter(|judged| judged.labelled.set == *set).collect::<Vec<_>>()))
        .chain([("all", everything)]);
    for (set, judged) in groups {
        let crashes = Counts::of(judged.iter().copied().filter(|judged| judged.labelled.crash));
        let others = Counts::of(judged.iter().copied().filter(|judged| !judged.labelled.crash));
        let best = best_threshold(&judged, |judged| judged.peak_g);
        let (peak, best_peak, geotab) = (
            threshold(&judged, 4.0, |judged| judged.peak_g),
            threshold(&judged, best, |judged| judged.peak_g),
            threshold(&judged, 2.5, |judged| judged.horizontal_g),
        );
        writeln!(
            text,
            "| {set} | {} | {} | {} | {} | {} | {} | {} | {} | {}, {} | {}, {} | {}, {} at {best:.1} g | {}, {} |",
            crashes.n(),
            crashes.real,
            crashes.undecided,
            crashes.malfunction,
            others.n(),
            others.real,
            others.undecided,
            others.malfunction,
            share(crashes.real, crashes.n()),
            share(crashes.real, crashes.real + others.real),
            peak.0,
            peak.1,
            best_peak.0,
            best_peak.1,
            geotab.0,
            geotab.1,
        )
        .unwrap();
    }
}

fn by_class(text: &mut String, judged: &[Judged], sets: &[&str]) {
    text.push_str(
        "\n| Set | Class | n | real | undecided | malfunction | judged correctly | kinds |\n|---|---|--:|--:|--:|--:|--:|---|\n",
    );
    for set in sets {
        let mut classes: BTreeMap<(bool, &str), Vec<&Judged>> = BTreeMap::new();
        for judged in judged.iter().filter(|judged| judged.labelled.set == *set) {
            classes.entry((!judged.labelled.crash, &judged.labelled.class)).or_default().push(judged);
        }
        for ((other, class), judged) in classes {
            let counts = Counts::of(judged.iter().copied());
            let right = if other { counts.malfunction } else { counts.real };
            let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
            for kind in judged.iter().filter_map(|judged| judged.verdict.malfunction) {
                *kinds.entry(format!("{kind:?}")).or_default() += 1;
            }
            let kinds: Vec<_> = kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
            let Counts { real, undecided, malfunction } = counts;
            writeln!(
                text,
                "| {set} | {class} | {} | {real} | {undecided} | {malfunction} | {} | {} |",
                counts.n(),
                share(right, counts.n()),
                kinds.join(", ")
            )
            .unwrap();
        }
    }
}

/// Every record that was not judged as it was, with what was said of it.
fn failures(text: &mut String, judged: &[Judged]) {
    let verbose = std::env::var("FLEETWATCH_VERBOSE").unwrap_or_default();
    text.push_str("\nWhere it fails, by record:\n\n");
    for judged in judged {
        let Labelled { set, class, name, crash, .. } = &judged.labelled;
        let right = if *crash { Ruling::Real } else { Ruling::Malfunction };
        let asked = !verbose.is_empty() && (verbose == "all" || name.contains(&verbose));
        if judged.verdict.ruling == right && !asked {
            continue;
        }
        writeln!(text, "- {set}, {class}, {name}: {:.3}, {}", judged.verdict.probability, judged.verdict.summary).unwrap();
        if !verbose.is_empty() {
            for row in judged.verdict.evidence.iter().filter(|row| row.weight != 0.0 || asked) {
                writeln!(text, "    {:+.2} {}: {}", row.weight, row.key, row.reading).unwrap();
            }
        }
    }
}

/// What must hold on recordings of this kind, also on those that were not at hand.
fn floors(section: &mut Section, judged: &[Judged], sets: &[&str]) {
    for set in sets {
        let of = |crash: bool| {
            Counts::of(judged.iter().filter(|judged| judged.labelled.set == *set && judged.labelled.crash == crash))
        };
        let (crashes, others) = (of(true), of(false));
        // Floors below what was measured on the open half, for recordings of the same kind.
        if set.starts_with("100-car") {
            // At 10 Hz nobody can see a kerb: but what is called real is, and contact of 1 g is never dismissed.
            let strong = judged.iter().filter(|judged| judged.labelled.set == *set && judged.labelled.class == "crash from 1 g");
            let dismissed = Counts::of(strong).malfunction;
            section.floor(dismissed == 0, format!("{set}: {dismissed} contacts of 1 g judged a malfunction"));
            section.floor(others.real * 100 <= others.n(), format!("{set}: {} near-crashes judged real", others.real));
            continue;
        }
        section.floor(crashes.malfunction == 0, format!("{set}: {} crashes judged a malfunction", crashes.malfunction));
        section.floor(
            crashes.real * 100 >= crashes.n() * 95,
            format!("{set}: {} of {} crashes judged real", crashes.real, crashes.n()),
        );
        section.floor(others.real == 0, format!("{set}: {} others judged real", others.real));
        section.floor(others.undecided * 20 <= others.n(), format!("{set}: {} others undecided", others.undecided));
    }
}
