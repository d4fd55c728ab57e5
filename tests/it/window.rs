//! The real window on a display that is not there: it opens, is painted, and ends in good order.

use std::process::Command;

use crate::support::headless::eventually;
use crate::support::screen::Screen;

#[test]
fn opens_is_painted_and_ends_by_hand_and_by_a_signal() {
    let screen = Screen::start("1480x960");
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut window = screen.open(&data, &["--no-sample"]);
    // An empty window has a handful of colours, a painted one has hundreds through its smoothed letters.
    eventually("the window is painted", 60, || window.n_colors() > 100);
    window.press(&["alt+F4"]);
    assert!(window.ended().success());

    // A signal ends a desk in good order too.
    let mut again = screen.open(&data, &["--no-sample"]);
    assert!(Command::new("kill").args(["-TERM", &again.pid().to_string()]).status().unwrap().success());
    assert!(again.ended().success());
}
