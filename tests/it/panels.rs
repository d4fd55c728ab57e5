//! Every screen, empty, busy and broken, dark and light; and what its controls send.

use eframe::egui;
use egui_kittest::kittest::Queryable as _;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::Window;
use crate::support::snapshots::{broken, busy, empty};

const DESIGN: (f32, f32) = (1440.0, 900.0);

#[test]
fn every_screen_paints_every_state_in_both_themes() {
    for (state, snapshot) in [("empty", empty()), ("busy", busy()), ("broken", broken())] {
        let mut window = Window::open_with(snapshot, DESIGN, state == "busy");
        for dark in [true, false] {
            window.theme(dark);
            for panel in fleetwatch::ui::panels::all() {
                let screen: Screen = panel.screen();
                window.harness.state_mut().show(screen);
                window.harness.run_steps(2);
                let theme = if dark { "dark" } else { "light" };
                window.picture(&format!("{}-{state}-{theme}", screen.title().to_lowercase()));
                assert!(
                    window.harness.query_by_label_contains("This screen has stopped").is_none(),
                    "{} panicked when {state}",
                    screen.title()
                );
            }
        }
    }
    let _ = egui::Key::A;
}
