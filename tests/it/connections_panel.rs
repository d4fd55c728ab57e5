//! Connections, and the banners that lead there: which pages were not taken, on which channel, and when they are tried again.

use eframe::egui;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::Language;
use fleetwatch::model::{IncidentId, Link};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::panels::Screen;
use fleetwatch::ui::text;

use crate::support::desk::Window;
use crate::support::snapshots::{NOW, broken, busy, undelivered, waiting_banner};
use crate::walk::{check, walk_over};

const DESIGN: (f32, f32) = (1440.0, 900.0);

/// A busy morning on which a receiver asked for patience.
fn patient() -> Snapshot {
    let mut snapshot = busy();
    let status = broken().links[&Link::Notify].clone();
    snapshot.links.insert(Link::Notify, status);
    snapshot.undelivered = (std::sync::Arc::new(undelivered()), 2);
    snapshot.banners = vec![waiting_banner()];
    snapshot
}

#[test]
fn a_page_that_waits_says_which_on_which_channel_and_until_when_in_both_languages() {
    let until = NOW.plus_secs(27);
    for language in Language::ALL {
        language.speak();
        let mut window = Window::open(patient(), DESIGN);
        let (at, wait) = (text::clock(until), text::age(until, NOW));
        let banner = |window: &Window| {
            let of = window.harness.query_all_by_label_contains("the webhook answered 429");
            of.filter_map(|node| node.value()).find(|said| said.contains("INC-20260318-0007")).expect("no banner")
        };
        let said = banner(&window);
        for part in ["the webhook answered 429", &at, &wait] {
            assert!(said.contains(part), "{language:?}: {said} lacks {part}");
        }
        // Its time is over: it is not promised any more.
        window.wait(28);
        let said = banner(&window);
        assert!(!said.contains(&at) && said.contains(&text::again(until, until)), "{said}");
    }
    Language::English.speak();
}

#[test]
fn the_banner_leads_to_the_pages_and_each_of_them_to_its_incident() {
    let mut window = Window::open(patient(), DESIGN);
    window.click("Show connections");
    assert_eq!(window.harness.state().screen(), Screen::Connections);
    assert!(window.says("Pages that were not taken") || window.says("webhook hooks.site.example: asked for patience until"));
    let rows = || {
        let named = window.named().into_iter().map(|(name, _)| name);
        named.filter(|name| name.starts_with("INC-")).collect::<Vec<_>>()
    };
    let again = text::again(NOW.plus_secs(27), NOW);
    assert_eq!(
        rows(),
        [
            "INC-20260318-0007 VAN-0417: email mail.site.example: attempt 3 failed, connection refused".to_owned(),
            format!("INC-20260318-0004 TRK-056: The receiver of webhook asked for patience: the webhook answered 429 {again}"),
            format!("INC-20260318-0007 VAN-0417: The receiver of webhook asked for patience: the webhook answered 429 {again}"),
        ]
    );
    window.harness.get_by(|node| node.label().is_some_and(|label| label.starts_with("INC-20260318-0004"))).click();
    window.harness.run_steps(3);
    assert_eq!(window.harness.state().screen(), Screen::Incidents);
    assert_eq!(window.looked().and_then(|focus| focus.incident), Some(IncidentId("INC-20260318-0004".into())));
}

#[test]
fn the_pages_can_be_read() {
    check(&walk_over(&[Screen::Connections], "pages", &patient(), |_: &mut Window| {}));
    let mut window = Window::open(patient(), DESIGN);
    window.harness.state_mut().show(Screen::Connections);
    window.harness.run_steps(3);
    let row = window.harness.get_all_by(|node| node.role() == egui::accesskit::Role::Button);
    let n_rows = row.filter(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("INC-"))).count();
    assert_eq!(n_rows, 3, "what is walked over is not there");
}
