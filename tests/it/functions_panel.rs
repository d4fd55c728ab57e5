//! The Functions screen with a stack on AWS beside the functions of this process.

use egui_kittest::kittest::Queryable as _;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::Window;
use crate::support::snapshots::busy;
use crate::support::stack::{broken_stack, stack};

#[test]
fn a_function_on_aws_shows_its_calls_and_its_set_up_until_one_of_this_process_is_chosen() {
    let mut window = Window::open(busy(), (1440.0, 900.0));
    window.harness.state_mut().show(Screen::Functions);
    window.harness.run_steps(3);
    let n = |window: &Window, words: &str| window.harness.query_all_by_label_contains(words).count();
    assert_eq!(n(&window, "last 60 min by CloudWatch, looked 12 s ago, every 5 min 00 s, at most USD 1.84 a month"), 1);
    assert_eq!(n(&window, "Package"), 0);
    window.harness.get_by_label_contains("fleetwatch-judge-crash, AWS Lambda, ready").click();
    window.harness.run_steps(3);
    assert_eq!((n(&window, "Package: 3.7 MB"), n(&window, "Turned away, for want of concurrency: no count")), (1, 1));
    assert_eq!(n(&window, "error, Runtime.ExitError, billed"), 1);
    window.picture("functions-stack");
    window.harness.get_by_label_contains("route_temperature, ready").click();
    window.harness.run_steps(3);
    assert_eq!(n(&window, "Package"), 0, "the other function is still shown");
}

#[test]
fn what_cannot_be_read_says_why_and_is_no_nought() {
    let mut snapshot = busy();
    assert_eq!(snapshot.stack, Some(stack()));
    snapshot.stack = Some(broken_stack());
    let mut window = Window::open(snapshot, (1180.0, 720.0));
    window.harness.state_mut().show(Screen::Functions);
    window.harness.run_steps(3);
    window.harness.get_by_label_contains("fleetwatch-judge-crash, AWS Lambda, n/a, Failed n/a").click();
    window.harness.run_steps(3);
    for words in ["give the role or user this permission", "AWS lambda cannot be reached", "AWS logs cannot be reached"] {
        assert!(window.harness.query_all_by_label_contains(words).count() > 0, "{words}");
    }
    window.picture("functions-stack-broken");
}
