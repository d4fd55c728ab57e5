//! Sign-in with a secret, whole: the line for the settings from the real program, a line that goes by it, the record.

use std::io::Write as _;
use std::process::Stdio;

use fleetwatch::model::register::Entry;
use fleetwatch::model::{DeviceId, RegisterOrder, Secret};
use fleetwatch::pipeline::Line;
use fleetwatch::settings::Settings;

use crate::support::headless::{eventually, fleetwatch, run};
use crate::support::line::options;

/// What `fleetwatch secret` prints for a name.
fn secret_line(name: &str, secret: &str) -> String {
    let mut child = fleetwatch(&["secret", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{secret}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_name_with_a_secret_acts_once_it_was_shown_and_the_record_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (dir.path().join("data"), dir.path().join("settings.toml"));
    let line = secret_line("J. Park", "correct horse");
    assert!(!line.contains("horse"));
    let people = "[team.people]\n\"J. Park\" = \"supervisor\"\n\"M. Seo\" = \"supervisor\"\n";
    std::fs::write(&file, format!("{people}[team.secrets]\n{line}")).unwrap();
    let settings = Settings::load(Some(&file)).unwrap();
    let line = Line::start(options(&data, settings));
    let line = line.unwrap();
    let desk = line.desk();
    let write = |id: &str, by: &str| {
        let entry = Entry { name: "Kim's van".to_owned(), ..Entry::new(DeviceId::new(id)) };
        assert!(desk.register(RegisterOrder::Put { entries: vec![entry], from: String::new() }, by));
    };
    let knows = |id: &str| desk.latest().register.get(&DeviceId::new(id)).is_some();
    let refused = || desk.latest().refused.as_ref().map(|refusal| refusal.why);
    write("van-1", "J. Park");
    eventually("it is refused", 30, || refused() == Some("this name has a secret: sign in with it first"));
    write("van-2", "M. Seo");
    eventually("who has none goes on as before", 30, || knows("van-2"));
    assert!(desk.sign_in("J. Park".to_owned(), Secret::new("wrong horse")));
    eventually("a wrong one is refused", 30, || desk.latest().sign_in_refused.is_some());
    assert!(desk.latest().signed_in.is_none());
    assert!(desk.sign_in("J. Park".to_owned(), Secret::new("correct horse")));
    eventually("the right one is taken", 30, || desk.latest().signed_in.as_ref().is_some_and(|it| it.who.0 == "J. Park"));
    write("van-3", "J. Park");
    eventually("and opens", 30, || knows("van-3"));
    assert!(!knows("van-1"));
    line.stop();
    let table = run(&["export", "audit", "--data-dir", data.to_str().unwrap()]).stdout;
    let table = String::from_utf8(table).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.contains("sign-in")).collect();
    assert_eq!(rows.len(), 2, "{table}");
    assert!(
        rows[0].contains("refused") && rows[1].contains("done") && rows.iter().all(|row| row.contains("J. Park")),
        "{rows:?}"
    );
    assert!(!table.contains("horse"), "no secret is in the record");
}
