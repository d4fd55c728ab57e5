//! What must never happen: the fifteen rules of the screen design, each a test by its words.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{self, Key, Modifiers, Shape};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::{Incident, IncidentId, IncidentKind, Life, Origin, Ruling, Severity, Step, StepKind};
use fleetwatch::scenario::Scenario;
use fleetwatch::settings::Settings;
use fleetwatch::state::Snapshot;
use fleetwatch::ui::degrees::{self, Unit};
use fleetwatch::ui::panels::Screen;
use fleetwatch::ui::theme::Theme;

use crate::support::desk::Window;
use crate::support::heart::Heart;
use crate::support::look::{contrast, visit, words};
use crate::support::snapshots::{NOW, alert, broken, busy, crash, empty, temperature};

const DESIGN: (f32, f32) = (1440.0, 900.0);
const SIZES: [(f32, f32); 3] = [(1180.0, 720.0), DESIGN, (2560.0, 1440.0)];

fn show(window: &mut Window, screen: Screen) {
    window.harness.state_mut().show(screen);
    window.harness.run_steps(3);
}

/// Everything that can be read on the screen.
fn read(window: &Window) -> Vec<String> {
    words(window.harness.output()).into_iter().map(|word| word.text).collect()
}

fn theme(window: &Window) -> &'static Theme {
    Theme::get(window.harness.ctx.theme() == egui::Theme::Dark)
}

fn says(window: &Window, part: &str) -> bool {
    window.says(part) || read(window).iter().any(|text| text.contains(part))
}

/// Numbers in a sentence of which nothing beside them says what they are: `3.5` in `VAN-1: 3.5, parked`. A whole number
/// may have its word before it, as in `Resolved 5`, and the second one of `3 of 5` has that of the first.
fn bare_numbers(sentence: &str) -> Vec<String> {
    const BEFORE: [&str; 6] = ["USD", "weight", "weights", "p50", "p99", "to"];
    let tokens: Vec<&str> = sentence.split_whitespace().collect();
    let is_number = |token: &str| {
        let digits = token.trim_start_matches(['−', '-', '+']);
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.')
    };
    let mut bare = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let number = token.trim_end_matches([',', ';', ':', ')', '.']).trim_start_matches('(');
        if !is_number(number) {
            continue;
        }
        let before = i.checked_sub(1).map_or("", |i| tokens[i].trim_end_matches(':'));
        let whole = !number.contains('.');
        let counts = whole && before.chars().all(char::is_alphabetic) && !matches!(before, "" | "of" | "and");
        let out_of = whole && before == "of" && i >= 3 && !tokens[i - 3].ends_with(',');
        let unit = tokens.get(i + 1).filter(|_| number.len() == token.trim_start_matches('(').len());
        let told_after = unit.is_some_and(|unit| unit.starts_with(|c: char| c.is_alphabetic() || "°%µ/".contains(c)));
        if !(BEFORE.contains(&before) || counts || out_of || told_after) {
            bare.push(format!("{number} in {sentence:?}"));
        }
    }
    bare
}

#[test]
fn rule_1_a_number_without_its_unit_or_a_rate_without_its_period() {
    assert_eq!(bare_numbers("VAN-1: 3.5, 4 open, late, 0 of 5, 7").len(), 3, "the check itself");
    let mut window = Window::open(busy(), DESIGN);
    let mut bare = Vec::new();
    for screen in Screen::ALL {
        show(&mut window, screen);
        bare.extend(window.named().into_iter().flat_map(|(name, _)| bare_numbers(&name)).map(|bare| (screen, bare)));
        for text in read(&window) {
            let rate = text.contains("msg") || text.contains("rows") && text.contains('/');
            assert!(
                !rate || ["/s", "/min", "per "].iter().any(|period| text.contains(period)),
                "a rate without its period: {text}"
            );
        }
    }
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn rule_2_a_stale_value_that_looks_live_or_a_line_drawn_across_a_gap() {
    let mut window = Window::open(busy(), DESIGN);
    let (_, area) = window.named().into_iter().find(|(name, _)| name.contains("last 5 min:")).expect("the strips");
    // Samples are missing from 150 to 175 s ago.
    let x = area.right() - area.width() * 162.5 / 300.0;
    let series: Vec<_> = theme(&window).plot.series.clone();
    let mut across = 0;
    for clipped in &window.harness.output().shapes {
        visit(&clipped.shape, &mut |shape| {
            let (points, color) = match shape {
                Shape::Path(path) => (path.points.clone(), format!("{:?}", path.stroke.color)),
                Shape::LineSegment { points, stroke } => (points.to_vec(), format!("{:?}", stroke.color)),
                _ => return,
            };
            let ours = series.iter().any(|ink| color.contains(&format!("{ink:?}")));
            let spans = |pair: &[egui::Pos2]| {
                pair[0].x.min(pair[1].x) < x && pair[0].x.max(pair[1].x) > x && area.y_range().contains(pair[0].y)
            };
            across += usize::from(ours && points.windows(2).any(spans));
        });
    }
    assert_eq!(across, 0, "a line joins the two sides of a gap");
    let mut old = broken();
    old.at = NOW;
    window.publish(old);
    window.wait(177);
    assert!(window.says("Vehicles online: 1,237 last known, stale") && !window.says(", live,"));
    assert!(window.harness.query_by_label("LIVE").is_none());
    // Nor do the numbers of now look like those of the moment that is shown.
    let mut window = Window::open(busy(), DESIGN);
    let then = window.says("Vehicles online: 1,237");
    window.click("Show 15 minutes ago");
    assert!(then && !window.says("Vehicles online: 1,237") && window.says("Vehicles online: Not known then"));
    for screen in [Screen::Temperature, Screen::Functions, Screen::Cost, Screen::Connections] {
        show(&mut window, screen);
        assert!(window.says("are those of now, not of 02:57"), "{screen:?}");
    }
}

fn drills(n: usize) -> Vec<Arc<Incident>> {
    let drill = |i: usize| {
        let mut drill = crash(&format!("DRL-{i}"), &format!("DRL-VAN-{i}"), Ruling::Real, 0.97, Severity::Critical, i as i64);
        drill.origin = Origin::Drill;
        Arc::new(drill)
    };
    (0..n).map(drill).collect()
}

#[test]
fn rule_3_a_real_crash_hidden_counted_or_sorted_among_drills_or_hidden_by_a_filter() {
    let mut snapshot = busy();
    snapshot.drills = Arc::new(drills(40));
    let mut window = Window::open(snapshot, DESIGN);
    assert!(window.says("Open incidents: 3 real, plus 40 drills"));
    let on_live = window.harness.get_by_label("Acknowledge VAN-0417").rect();
    assert!(on_live.top() < 300.0, "the real one stands on top: {on_live:?}");
    show(&mut window, Screen::Incidents);
    window.click("Drills: Drills only");
    window.press(Modifiers::NONE, Key::Slash);
    window.harness.get_by_label("Search the incidents").type_text("no-such-device");
    window.harness.run_steps(3);
    let rows = window.harness.get_all_by(|node| node.role() == egui::accesskit::Role::ListItem);
    let rows: Vec<_> = rows.map(|row| row.accesskit_node().label().unwrap_or_default()).collect();
    assert!(rows.len() == 1 && rows[0].starts_with("VAN-0417 Critical"), "{rows:?}");
}

fn play(root: &str, template: &str) -> Heart {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios").join(template);
    let scenario = Scenario::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut heart = Heart::new(Settings::default());
    for (i, step) in scenario.steps.iter().enumerate() {
        heart.pass_millis(step.after_millis);
        let payload = step.render(heart.now(), &format!("t{i}"));
        heart.receive(&format!("{root}{}", step.topic), &payload, step.retained);
    }
    heart.pass_millis(2_000);
    heart
}

#[test]
fn rule_4_a_drill_that_pages_a_responder_or_counts_among_the_real() {
    let mut real = play("", "frontal_crash.toml");
    assert!(real.notices.iter().any(|notice| notice.origin == Origin::Device), "the same crash of a device pages");
    let mut drill = play("drill/", "frontal_crash.toml");
    let (real, drill_picture) = (real.state.snapshot(), drill.state.snapshot());
    assert!((real.counters.incidents, real.counters.drill_incidents) == (1, 0));
    assert!((drill_picture.counters.incidents, drill_picture.counters.drill_incidents) == (0, 1));
    assert!(drill_picture.incidents.is_empty() && drill_picture.drills.len() == 1);
    assert!(drill.notices.iter().all(|notice| notice.origin == Origin::Drill), "{:?}", drill.notices);
    assert!(drill_picture.repairs.is_empty(), "nor is its device to be repaired");
    let window = Window::open(Snapshot { incidents: Arc::default(), drills: Arc::new(drills(1)), ..busy() }, DESIGN);
    assert!(window.says("Open incidents: 0 real, plus 1 drill, 0 critical"));
    assert!(window.sounds().is_empty());
}

#[test]
fn rule_5_a_filter_that_hides_rows_without_saying_how_many() {
    let mut window = Window::open(busy(), DESIGN);
    let filter = |window: &mut Window, field: &str, text: &str| {
        window.harness.get_by_label(field).click();
        window.harness.run_steps(2);
        window.harness.get_by_label(field).type_text(text);
        window.harness.run_steps(3);
    };
    window.click("Fleet: List");
    filter(&mut window, "Filter vehicles by name", "0417");
    let mut fewer = busy();
    fewer.fleet.matching = 1;
    fewer.sensor_page.matching = 1;
    window.publish(fewer);
    assert!(says(&window, "1,283 hidden"));
    show(&mut window, Screen::Incidents);
    filter(&mut window, "Search the incidents", "bus");
    assert!(says(&window, "4 hidden by the filter"));
    show(&mut window, Screen::Temperature);
    filter(&mut window, "Filter sensors by name", "022");
    assert!(says(&window, "411 hidden"), "{:?}", read(&window));
}

#[test]
fn rule_6_nought_where_the_truth_is_unknown() {
    let mut snapshot = broken();
    snapshot.counters.shed = 0;
    let mut window = Window::open(snapshot, DESIGN);
    window.wait(177);
    assert!(window.says("Dropped unknown until reconnect"));
    let window = Window::open(empty(), DESIGN);
    for tile in ["Vehicles online", "Sensors out of range", "Messages per second", "Cost"] {
        assert!(!window.says(&format!("{tile}: 0")), "{tile} is not nought, it is not known");
    }
    assert!(says(&window, "no data yet") && !says(&window, "0 °C") && !says(&window, "USD 0.00"));
}

#[test]
fn rule_7_state_told_by_colour_alone_or_text_too_small_or_too_faint() {
    let mut faint = Vec::new();
    for snapshot in [busy(), broken()] {
        let mut window = Window::open(snapshot, DESIGN);
        for dark in [true, false] {
            window.theme(dark);
            let disabled = theme(&window).text.disabled;
            for screen in Screen::ALL {
                show(&mut window, screen);
                for word in words(window.harness.output()) {
                    assert!(word.size >= 11.0, "{screen:?}: {:?} is {} points", word.text, word.size);
                    // What cannot be used may be faint: its reason stands beside it.
                    if word.color == disabled || word.color.a() < 255 {
                        continue;
                    }
                    let contrast = contrast(word.color, word.ground);
                    if contrast < 4.5 {
                        faint.push(format!("{screen:?} dark={dark}: {:?} {contrast:.2}:1", word.text));
                    }
                }
            }
        }
    }
    faint.sort();
    faint.dedup();
    assert!(faint.is_empty(), "{faint:#?}");
    // Each state has its word beside its shape: the card, the badge of the sensor, the chips, the row of the fleet.
    let mut window = Window::open(busy(), DESIGN);
    for state in ["Critical", "High", "Medium", "HOT", "Connected", "Not set"] {
        assert!(read(&window).iter().any(|text| text.contains(state)), "{state} is not written");
    }
    window.click("Fleet: List");
    for word in [", live,", "7 s ago", "STALE 34 s", "lost 5 min"] {
        assert!(window.says(word) || read(&window).iter().any(|text| text.contains(word)), "{word}: {:?}", read(&window));
    }
}

#[test]
fn rule_8_a_dialog_toast_palette_or_dim_over_an_unacknowledged_critical_card() {
    for size in SIZES {
        for screen in [Screen::Live, Screen::Incidents] {
            let mut window = Window::open(busy(), size);
            show(&mut window, screen);
            let is_card = |name: &str| match screen {
                Screen::Live => name == "Acknowledge VAN-0417",
                _ => name.starts_with("VAN-0417 Critical"),
            };
            let (_, card) = window.named().into_iter().find(|(name, _)| is_card(name)).expect("the card");
            *window.takes.lock().unwrap() = false;
            let keys = [(Modifiers::SHIFT, Key::Questionmark), (Modifiers::NONE, Key::A), (Modifiers::COMMAND, Key::K)];
            for (modifiers, key) in keys {
                window.press(modifiers, key);
                let over: Vec<_> = window.harness.ctx.memory(|memory| {
                    let layers = memory.areas().visible_layer_ids();
                    let above = layers.into_iter().filter(|layer| layer.order > egui::Order::Background);
                    above.filter_map(|layer| memory.area_rect(layer.id)).collect()
                });
                assert!(key != Key::K || !over.is_empty(), "nothing opened");
                for rect in over {
                    assert!(!rect.shrink(1.0).intersects(card), "{key:?} on {screen:?} at {size:?}: {rect:?} over {card:?}");
                }
                window.press(Modifiers::NONE, Key::Escape);
            }
        }
    }
}

#[test]
fn rule_9_a_list_that_reorders_under_the_pointer_or_focus_stolen_by_an_event() {
    let mut window = Window::open(busy(), DESIGN);
    let mut more = busy();
    let fresh = crash("INC-20260318-0009", "VAN-0777", Ruling::Real, 0.99, Severity::Critical, 0);
    Arc::make_mut(&mut more.incidents).insert(0, Arc::new(fresh.clone()));
    more.alerts = Arc::new(vec![alert(9, &fresh)]);
    let button = window.harness.get_by_label("Acknowledge VAN-0417").rect();
    window.harness.hover_at(button.center());
    window.harness.run_steps(1);
    *window.snapshot.lock().unwrap() = Arc::new(more.clone());
    window.harness.run_steps(1);
    assert_eq!(window.harness.get_by_label("Acknowledge VAN-0417").rect(), button, "it moved under the pointer");
    let mut window = Window::open(busy(), DESIGN);
    show(&mut window, Screen::Incidents);
    window.press(Modifiers::NONE, Key::Slash);
    window.publish(more);
    window.harness.run_steps(3);
    assert!(window.harness.get_by_label("Search the incidents").is_focused(), "the new incident stole the focus");
    assert_eq!(window.harness.state().screen(), Screen::Incidents, "nor does it change the screen");
}

#[test]
fn rule_10_notified_where_a_channel_only_accepted() {
    let mut told = crash("INC-20260318-0007", "VAN-0417", Ruling::Real, 0.96, Severity::Critical, 42);
    let at = told.received_at.plus_micros(166_000);
    told.timeline.push(Step { kind: StepKind::Told, at, detail: "webhook: accepted".into() });
    let told = Snapshot { incidents: Arc::new(vec![Arc::new(told)]), ..busy() };
    let mut window = Window::open(told, DESIGN);
    for screen in [Screen::Live, Screen::Incidents] {
        show(&mut window, screen);
        assert!(says(&window, "accepted"), "{screen:?} does not say who accepted it: {:?}", read(&window));
        for lie in ["otified", "elivered", "Told", "told by", "was told"] {
            assert!(!says(&window, lie), "{screen:?} says {lie:?} of what was only accepted");
        }
    }
}

#[test]
fn rule_11_a_confidence_without_its_reasons_or_a_missing_check_counted_as_a_pass() {
    let mut window = Window::open(busy(), DESIGN);
    show(&mut window, Screen::Incidents);
    assert!(says(&window, "Why this verdict"));
    // Of the four checks one could not be made: it counts neither way.
    assert!(says(&window, "1 of 3 checks point to an accident, 1 not checked"), "{:?}", read(&window));
    assert!(window.says("Stuck axis: not checked: no samples of z, points to not checked"));
    let mut unjudged = busy();
    let mut bare = crash("INC-20260318-0007", "VAN-0417", Ruling::Undecided, f64::NAN, Severity::High, 42);
    if let IncidentKind::Crash { verdict, .. } = &mut bare.kind {
        Arc::make_mut(verdict).evidence.clear();
    }
    unjudged.incidents = Arc::new(vec![Arc::new(bare)]);
    window.publish(unjudged);
    assert!(says(&window, "nothing could be checked") && says(&window, "unknown") && !says(&window, "NaN"));
}

#[test]
fn rule_12_a_cost_without_currency_period_and_price_book_or_a_forecast_without_its_range() {
    let mut window = Window::open(busy(), DESIGN);
    assert!(window.says("Cost in 2026-03") && window.says("USD after the free tier"));
    show(&mut window, Screen::Cost);
    let cost = busy().bill;
    assert!(says(&window, &cost.price_sheet), "the price book and its date");
    assert!(window.says("2026-03 to date") && window.says("Forecast for 2026-03 USD"));
    assert!(window.says("80 % range USD"), "a forecast has its range");
    // Every amount is in a currency.
    for text in read(&window) {
        let amount = text.contains('$');
        assert!(!amount, "an amount in a bare sign: {text}");
    }
    let mut young = busy();
    if let Some(forecast) = &mut young.bill.forecast {
        forecast.range = None;
    }
    window.publish(young);
    assert!(window.says("Range known after two whole days"));
}

#[test]
fn rule_13_a_secret_on_screen_in_an_export_a_log_or_an_error() {
    const SECRET: &str = "hunter2-and-more";
    let text = format!("[broker]\nurl = \"mqtt://desk:{SECRET}@broker.local\"\npassword = \"{SECRET}\"\n");
    let settings = Settings::parse(Path::new("settings.toml"), &text).unwrap();
    assert!(!format!("{settings:?}").contains(SECRET), "in a log");
    let wrong = Settings::parse(Path::new("settings.toml"), &format!("[broker]\npassword = \"{SECRET}\"\nno_such_key = 1\n"));
    let error = wrong.unwrap_err();
    let chain = format!("{error:?} {error}");
    assert!(error.to_string().contains("no_such_key"), "{error}");
    assert!(!error.to_string().contains(SECRET) && !chain.is_empty(), "in an error: {error}");
}

#[test]
fn rule_14_an_error_that_says_only_failed() {
    let is_error = |key: &str| ["error", "fault", "refused", "lost", "fails", "wrong", "cannot"].iter().any(|w| key.contains(w));
    for language in ["en", "ko"] {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/i18n").join(language);
        for entry in std::fs::read_dir(dir).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for (key, said) in text.lines().filter_map(|line| line.split_once(" = ")) {
                let only = ["failed", "error", "failure", "실패", "오류"].contains(&said.trim().to_lowercase().as_str());
                assert!(!(only && is_error(key) && !key.contains("col")), "{language} {key} says only {said:?}");
            }
        }
    }
    let mut window = Window::open(broken(), DESIGN);
    window.wait(177);
    // Cause, effect, fix, and the raw text for the network team.
    for part in ["Broker lost at", "cannot reach Fleetwatch until it is back", "next try in", "No route to host"] {
        assert!(window.says(part), "the banner lacks {part:?}");
    }
    *window.takes.lock().unwrap() = false;
    window.click("Acknowledge VAN-0417");
    assert!(window.says("The line is busy and did not take it. Try again."));
}

#[test]
fn rule_15_celsius_and_fahrenheit_on_one_screen_or_a_time_without_zone_on_an_export() {
    let mut snapshot = busy();
    let mut hot = temperature("INC-20260318-0005", "RFR-022", 840);
    hot.life = Life::Open;
    hot.timeline.push(Step { kind: StepKind::Judged, at: hot.received_at, detail: "9.6 °C, hot".into() });
    Arc::make_mut(&mut snapshot.incidents)[1] = Arc::new(hot.clone());
    snapshot.sensor_page.sensors = snapshot.sensor.iter().cloned().collect();
    snapshot.sensor_page.matching = 1;
    snapshot.focus.incident = Some(IncidentId("INC-20260318-0005".into()));
    let mut window = Window::open(snapshot.clone(), DESIGN);
    for (unit, other) in [(Unit::Celsius, "°F"), (Unit::Fahrenheit, "°C")] {
        degrees::show_in(unit);
        for screen in [Screen::Live, Screen::Incidents, Screen::Temperature] {
            show(&mut window, screen);
            if screen == Screen::Incidents {
                let is_row = |label: String| label.starts_with("RFR-022");
                window.harness.get_by(|n| n.role() == egui::accesskit::Role::ListItem && n.label().is_some_and(is_row)).click();
                window.harness.run_steps(3);
            }
            // The switch names both units; nothing else may.
            let wrong = |text: &String| text.contains(other) && text != other && !text.starts_with("Unit");
            let mixed: Vec<_> =
                read(&window).into_iter().chain(window.named().into_iter().map(|(name, _)| name)).filter(wrong).collect();
            assert!(mixed.is_empty(), "{screen:?} in {}: {mixed:?}", unit.sign());
            assert!(says(&window, unit.sign()), "{screen:?} shows no temperature at all");
        }
    }
    // So does a message that comes while they are shown.
    show(&mut window, Screen::Cost);
    let mut message = alert(7, &hot);
    message.text = "RFR-022 is hot: 9.6 °C (49.3 °F) > 8.0 °C".into();
    message.severity = Severity::High;
    snapshot.alerts = Arc::new(vec![message]);
    window.publish(snapshot);
    assert!(window.says("Message: RFR-022") && !window.says("°C"), "{:?}", read(&window));
    degrees::show_in(Unit::Celsius);
}
