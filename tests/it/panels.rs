//! Every screen, empty, busy and broken, dark and light; and what its controls send.

use eframe::egui;
use egui_kittest::kittest::Queryable as _;
use fleetwatch::ui::panels;

use crate::support::desk::Window;
use crate::support::snapshots::{broken, busy, empty};

const DESIGN: (f32, f32) = (1440.0, 900.0);

#[test]
fn every_screen_paints_every_state_in_both_themes() {
    for (state, snapshot) in [("empty", empty()), ("busy", busy()), ("broken", broken())] {
        let mut window = Window::open_with(snapshot, DESIGN, state == "busy");
        for dark in [true, false] {
            window.theme(dark);
            for panel in panels::all() {
                let screen = panel.screen();
                window.harness.state_mut().show(screen);
                window.harness.run_steps(2);
                let theme = if dark { "dark" } else { "light" };
                window.picture(&format!("{}-{state}-{theme}", screen.title().to_lowercase()));
                let stopped = window.harness.query_by_label_contains("This screen has stopped");
                assert!(stopped.is_none(), "{} panicked when {state}", screen.title());
                let chosen = window.harness.query_all_by_role(egui::accesskit::Role::Tab).count();
                assert_eq!(chosen, panels::all().len(), "a place in the rail is missing");
            }
        }
    }
}

#[test]
fn live_fits_from_the_least_window_to_a_large_one() {
    for size in [(1180.0, 720.0), (1280.0, 800.0), (2560.0, 1440.0)] {
        for (state, snapshot) in [("busy", busy()), ("broken", broken()), ("empty", empty())] {
            let mut window = Window::open(snapshot, size);
            window.picture(&format!("live-{state}-{}", size.0));
            for (name, rect) in window.named() {
                let within = rect.left() >= -1.0 && rect.right() <= size.0 + 1.0 && rect.top() >= -1.0;
                assert!(within, "{name} leaves the window of {size:?}: {rect:?}");
            }
        }
    }
}
