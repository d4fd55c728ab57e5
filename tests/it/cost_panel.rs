//! The Cost screen where AWS is watched and asked what it billed.

use egui_kittest::kittest::Queryable as _;
use fleetwatch::model::Actuals;
use fleetwatch::ui::panels::Screen;
use std::sync::Arc;

use crate::support::desk::Window;
use crate::support::snapshots::busy;
use crate::support::stack::{actuals, unanswered};
use crate::walk::{check, walk_over};

fn on_aws(window: &mut Window) {
    window.harness.state_mut().show(Screen::Cost);
    window.harness.run_steps(3);
    let label = if window.says("By function") { "Table: On AWS" } else { "표: AWS 청구" };
    window.harness.get_by_label(label).click();
    window.harness.run_steps(3);
}

#[test]
fn what_aws_billed_stands_day_by_day_beside_our_estimate() {
    let mut window = Window::open(busy(), (1440.0, 900.0));
    window.harness.state_mut().show(Screen::Cost);
    window.harness.run_steps(3);
    let n = |window: &Window, words: &str| window.harness.query_all_by_label_contains(words).count();
    // Three looks at seven metrics every 5 min, and an answer of Cost Explorer every 8 h: 1.84 and 0.91 USD.
    assert_eq!(n(&window, "Watching for a month USD 2.75"), 1, "the watching's own price is there before anything is chosen");
    // 12 crash incidents in the month, two of them false alarms.
    let list = busy().bill.list.0;
    for (label, n_of) in [("All calls, a crash incident", 12), ("All calls, a false alarm", 2)] {
        let price = fleetwatch::ui::text::usd(fleetwatch::model::PicoUsd(list / n_of));
        assert_eq!(n(&window, &format!("{label} {price}")), 1, "{label}");
    }
    assert!(n(&window, "A vehicle for a month USD") == 1 && n(&window, "Not in these figures") == 1);
    on_aws(&mut window);
    assert_eq!(n(&window, "the whole account as AWS had it 2 h 30 min ago"), 1);
    assert_eq!(n(&window, "Known days, 1 missing: USD 7.2"), 1);
    assert_eq!(n(&window, "2026-03-18: USD 0.4409 USD 0.4011 USD 1.80 may change"), 1);
    assert_eq!(n(&window, "2026-03-15: USD 0.4358 USD 0.4011 USD 1.71"), 1);
    assert_eq!(n(&window, "Looks, every 5 min 00 s USD 1.84"), 1);
    assert_eq!(n(&window, "Cost Explorer, every 8 h USD 0.9100"), 1);
    assert_eq!(n(&window, "52 answers this month USD 0.5200"), 1);
    window.picture("cost-on-aws");
}

#[test]
fn a_day_without_an_answer_is_no_nought_and_a_refusal_says_what_to_do() {
    let mut snapshot = busy();
    let mut few = Actuals::clone(&unanswered());
    few.days.truncate(8);
    snapshot.actuals = Some(Arc::new(few));
    let mut window = Window::open(snapshot, (1440.0, 900.0));
    on_aws(&mut window);
    let n = |window: &Window, words: &str| window.harness.query_all_by_label_contains(words).count();
    assert_eq!(n(&window, "2026-03-07: no word USD 0.4011 no word"), 1);
    assert_eq!(n(&window, "give the role or user this permission"), 1);
    assert_eq!(n(&window, "No estimate of ours"), 1);
    let mut snapshot = busy();
    snapshot.actuals = None;
    window.publish(snapshot);
    assert_eq!(n(&window, "set cost_explorer_every_h under [stack], 8 or more. Each answer costs USD 0.01."), 1);
    assert_eq!(n(&window, "Watching for a month USD 1.84"), 1);
}

#[test]
fn the_table_can_be_read() {
    let mut faults = walk_over(&[Screen::Cost], "actuals", &busy(), on_aws);
    let mut snapshot = busy();
    snapshot.actuals = Some(unanswered());
    faults.append(&mut walk_over(&[Screen::Cost], "unanswered", &snapshot, on_aws));
    assert_eq!(busy().actuals, Some(actuals()));
    check(&faults);
}
