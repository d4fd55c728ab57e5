//! What the window makes heard, and when it is silent.

use std::sync::Arc;

use eframe::egui::{Key, Modifiers, UserAttentionType, ViewportCommand, ViewportId};
use fleetwatch::model::{Incident, Life, Origin, Ruling, Severity};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::{SoundTrouble, Tone};

use crate::support::desk::Window;
use crate::support::snapshots::{alert, crash, empty, temperature};

const DESIGN: (f32, f32) = (1440.0, 900.0);

fn critical(id: &str) -> Incident {
    crash(id, "VAN-0777", Ruling::Real, 0.96, Severity::Critical, 0)
}

/// A picture with these incidents, each with its alert, the last one newest.
fn with(incidents: &[Incident]) -> Snapshot {
    let mut snapshot = empty();
    let (drills, real): (Vec<_>, Vec<_>) = incidents.iter().cloned().map(Arc::new).partition(|i| i.origin == Origin::Drill);
    let alerts: Vec<_> = (1..).zip(incidents).map(|(id, incident)| alert(id, incident)).collect();
    snapshot.alerts = Arc::new(alerts.into_iter().rev().collect());
    (snapshot.incidents, snapshot.drills) = (Arc::new(real), Arc::new(drills));
    snapshot
}

#[test]
fn a_critical_crash_is_heard_every_ten_seconds_until_somebody_takes_it() {
    let mut window = Window::open(empty(), DESIGN);
    assert_eq!(window.sounds(), []);
    window.publish(with(&[critical("INC-1")]));
    assert_eq!(window.sounds(), [Tone::Crash]);
    window.wait(9);
    assert_eq!(window.sounds(), [], "not before ten seconds");
    window.wait(1);
    assert_eq!(window.sounds(), [Tone::Crash]);
    window.wait(10);
    assert_eq!(window.sounds(), [Tone::Crash]);
    let mut taken = critical("INC-1");
    taken.life = Life::Acknowledged;
    window.publish(with(&[taken]));
    window.wait(30);
    assert_eq!(window.sounds(), []);
}

#[test]
fn a_crash_sounds_otherwise_than_what_else_is_critical_and_high_sounds_once() {
    let mut hot = temperature("INC-1", "RFR-022", 0);
    (hot.severity, hot.life) = (Severity::Critical, Life::Open);
    let mut window = Window::open(empty(), DESIGN);
    window.publish(with(&[hot.clone()]));
    assert_eq!(window.sounds(), [Tone::Critical]);
    window.publish(with(&[hot, critical("INC-2")]));
    assert_eq!(window.sounds(), [Tone::Crash], "the graver one is heard at once, without waiting for the ten seconds");
    let high = crash("INC-3", "VAN-0778", Ruling::Real, 0.9, Severity::High, 0);
    let mut window = Window::open(empty(), DESIGN);
    window.publish(with(std::slice::from_ref(&high)));
    window.wait(60);
    assert_eq!(window.sounds(), [Tone::High]);
    let medium = crash("INC-4", "VAN-0779", Ruling::Undecided, 0.5, Severity::Medium, 0);
    window.publish(with(&[high, medium]));
    assert_eq!(window.sounds(), []);
}

#[test]
fn drills_samples_and_malfunctions_are_silent() {
    let mut drill = critical("DRL-1");
    drill.origin = Origin::Drill;
    let mut sample = critical("INC-1");
    sample.origin = Origin::Sample;
    let broken = crash("INC-2", "VAN-0778", Ruling::Malfunction, 0.02, Severity::Critical, 0);
    let mut window = Window::open(empty(), DESIGN);
    window.publish(with(&[drill, sample]));
    window.wait(60);
    assert_eq!(window.sounds(), []);
    let mut snapshot = with(&[broken]);
    snapshot.alerts = Arc::default();
    window.publish(snapshot);
    window.wait(60);
    assert_eq!(window.sounds(), [], "nobody was told of it");
}

#[test]
fn the_mute_key_silences_ten_minutes_says_so_and_a_new_critical_ends_it() {
    let mut window = Window::open(with(&[critical("INC-1")]), DESIGN);
    assert_eq!(window.sounds(), [Tone::Crash], "what waits when the window opens is heard too");
    window.press(Modifiers::NONE, Key::M);
    assert!(window.says("Muted, 10 min left"));
    window.wait(60);
    assert_eq!(window.sounds(), []);
    assert!(window.says("Muted, 9 min 00 s left"));
    window.publish(with(&[critical("INC-1"), critical("INC-2")]));
    assert_eq!(window.sounds(), [Tone::Crash]);
    assert!(!window.says("Muted") && window.says("Sound on"));
    window.press(Modifiers::NONE, Key::M);
    window.wait(599);
    assert_eq!(window.sounds(), []);
    window.wait(1);
    assert_eq!(window.sounds(), [Tone::Crash], "it comes back by itself");
    window.click("Sound on");
    window.click("Muted, 10 min left");
    assert!(window.says("Sound on"), "the button ends it too");
}

#[test]
fn attention_is_asked_for_while_somebody_is_needed_muted_or_not() {
    let asked = |window: &mut Window| -> Vec<UserAttentionType> {
        window.harness.step();
        let commands = &window.harness.output().viewport_output[&ViewportId::ROOT].commands;
        let asked = commands.iter().filter_map(|command| match command {
            ViewportCommand::RequestUserAttention(how) => Some(*how),
            _ => None,
        });
        asked.collect()
    };
    let mut window = Window::open(empty(), DESIGN);
    assert_eq!(asked(&mut window), []);
    *window.snapshot.lock().unwrap() = Arc::new(with(&[critical("INC-1")]));
    assert_eq!(asked(&mut window), [UserAttentionType::Critical]);
    assert_eq!(asked(&mut window), []);
    window.press(Modifiers::NONE, Key::M);
    let later = window.now.lock().unwrap().plus_secs(10);
    *window.now.lock().unwrap() = later;
    assert_eq!(asked(&mut window), [UserAttentionType::Critical]);
    *window.snapshot.lock().unwrap() = Arc::new(empty());
    assert_eq!(asked(&mut window), [UserAttentionType::Reset]);
}

#[test]
fn a_desk_without_a_player_says_so_once_and_what_to_install() {
    let mut window = Window::open(with(&[critical("INC-1")]), DESIGN);
    *window.sound_trouble.lock().unwrap() = Some(SoundTrouble::NoPlayer);
    window.harness.run_steps(2);
    assert!(window.says("Message: No sound: nothing on this computer plays sounds") && window.says("Install alsa-utils"));
    window.picture("no-sound");
    window.wait(7);
    assert!(!window.says("Message: No sound"), "once is enough");
    window.wait(60);
    assert!(!window.says("Message: No sound"));
    assert!(window.says("No sound: nothing on this computer"), "the speaker in the bar goes on saying it");
    *window.sound_trouble.lock().unwrap() = Some(SoundTrouble::Failed("aplay: no such device".to_owned()));
    window.harness.run_steps(2);
    assert!(window.says("aplay: no such device"));
}
