//! The real window on a display that is not there: it opens, shows what is published, and takes keys.

use std::process::{Child, Command, Stdio};

use crate::support::headless::{eventually, fleetwatch, run};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[track_caller]
fn start(program: &str, args: &[&str], display: &str) -> Running {
    let child = Command::new(program)
        .args(args)
        .env("DISPLAY", display)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; install the Debian packages xvfb, openbox, xdotool, imagemagick"));
    Running(child)
}

/// What a command printed; empty where it failed.
fn said(display: &str, program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).env("DISPLAY", display).output().unwrap();
    if output.status.success() { String::from_utf8_lossy(&output.stdout).trim().to_owned() } else { String::new() }
}

/// How many colours are on the screen.
fn n_colors(display: &str) -> usize {
    let counted = said(display, "sh", &["-c", "import -window root png:- | identify -format %k png:-"]);
    counted.parse().unwrap_or(0)
}

#[test]
fn opens_shows_a_crash_and_takes_the_acknowledgement_from_the_keyboard() {
    // Each run of the tests needs a display of its own; a taken one makes Xvfb end at once.
    let number = 400 + std::process::id() % 1_000;
    let display = format!(":{number}");
    let _xvfb = start("Xvfb", &[&display, "-screen", "0", "1480x960x24", "-nolisten", "tcp", "-noreset"], &display);
    eventually("Xvfb answers", 30, || !said(&display, "xdpyinfo", &[]).is_empty());
    let _manager = start("openbox", &[], &display);

    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data");
    let dir = dir.to_str().unwrap();
    let mut desk = fleetwatch(&["--data-dir", dir, "--no-sample"]);
    let desk = desk.env("DISPLAY", &display).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut desk = Running(desk);
    let window = || said(&display, "xdotool", &["search", "--name", "^Fleetwatch$"]);
    eventually("the window is there", 60, || !window().is_empty());
    // An empty window has a handful of colours, a painted one has hundreds through its smoothed letters.
    eventually("the window is painted", 60, || n_colors(&display) > 100);

    let url_file = home.path().join("data/embedded-broker-url");
    let url = std::fs::read_to_string(url_file).unwrap();
    let port = url.rsplit(':').next().unwrap();
    let report = r#"{"event_id":"w1","airbag":true,"frame":"vehicle","gravity":false,"samples":{"t_ms":[0,10,20,30],"x_g":[-9,-20,-12,-3],"y_g":[0,0,0,0],"z_g":[0,0,0,0]}}"#;
    let sent = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", port, "-q", "1", "-t", "fleet/van-1/crash", "-m", report])
        .status();
    assert!(sent.unwrap().success());
    let incident = || {
        let output = run(&["incidents", "--json", "--data-dir", dir]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find(|i| i["device"] == "van-1")
    };
    eventually("the crash is an incident", 30, || incident().is_some());

    // The key is A, on Live, for the newest critical; a card that has just come takes none for half a second.
    eventually("the key acknowledges it", 60, || {
        let window = window();
        said(&display, "xdotool", &["windowactivate", "--sync", window.lines().last().unwrap_or_default()]);
        said(&display, "xdotool", &["key", "a"]);
        incident().is_some_and(|incident| incident["life"] == "acknowledged")
    });
    let window = window();
    said(&display, "xdotool", &["windowactivate", "--sync", window.lines().last().unwrap_or_default()]);
    said(&display, "xdotool", &["key", "alt+F4"]);
    eventually("the window closes and the program ends", 60, || desk.0.try_wait().unwrap().is_some());
    assert!(desk.0.try_wait().unwrap().unwrap().success());

    // A signal ends a desk in good order too.
    let mut again = fleetwatch(&["--data-dir", dir, "--no-sample"]);
    let again = again.env("DISPLAY", &display).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut again = Running(again);
    eventually("the window is there again", 60, || !said(&display, "xdotool", &["search", "--name", "^Fleetwatch$"]).is_empty());
    let id = again.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    eventually("the program ends on SIGTERM", 60, || again.0.try_wait().unwrap().is_some());
    assert!(again.0.try_wait().unwrap().unwrap().success());
}
