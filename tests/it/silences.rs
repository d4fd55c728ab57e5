//! A silence over a restart: it is read back from a real store, goes on hiding, and every order of it is in the audit.

use std::path::Path;
use std::sync::{Arc, Mutex};

use fleetwatch::model::{Effect, Fact, Incident, Operator, Record, SilenceOrder, Silencing};
use fleetwatch::settings::Settings;
use fleetwatch::state::Restored;
use fleetwatch::store;
use tempfile::TempDir;

use crate::support::heart::Heart;

/// A heart whose records are kept as it asks for them.
fn heart() -> (Heart, Arc<Mutex<Vec<Record>>>) {
    let settings = "[functions.route_temperature.sensors]\n\
        \"box-*\" = { cold_below_c = 2.0, hot_above_c = 8.0, delay_s = 0.0, max_rate_k_min = 0.0 }";
    let mut heart = Heart::new(Settings::parse(Path::new("test"), settings).unwrap());
    let saved: Arc<Mutex<Vec<Record>>> = Arc::default();
    heart.way_out = Box::new({
        let saved = Arc::clone(&saved);
        move |effect| {
            if let Effect::Save(record) = &effect {
                saved.lock().unwrap().push(record.clone());
            }
            vec![effect]
        }
    });
    (heart, saved)
}

fn heat(heart: &mut Heart, sensor: &str) {
    for celsius in [5.0, 9.5] {
        let payload = format!(r#"{{"occurred_at": {}, "celsius": {celsius}}}"#, heart.now().millis());
        heart.receive(&format!("sensors/{sensor}/temperature"), payload.as_bytes(), false);
        heart.pass_millis(10_000);
    }
}

fn order(heart: &mut Heart, order: SilenceOrder) {
    heart.tell(Fact::Silenced { order, by: Operator("mina".to_owned()), at: heart.now() });
}

fn silence(heart: &mut Heart) -> Silencing {
    heart.state.snapshot().silencings[0].clone()
}

fn of(heart: &mut Heart, sensor: &str) -> Incident {
    heart.incidents().into_iter().find(|incident| incident.device.as_str() == sensor).unwrap()
}

#[test]
fn it_goes_on_hiding_after_a_restart_and_stands_in_the_audit() {
    let dir = TempDir::new().unwrap();
    let (mut before, saved) = heart();
    let begin = SilenceOrder::Begin { search: "box-*".to_owned(), secs: 3_600, reason: "defrosting".to_owned() };
    order(&mut before, begin.clone());
    heat(&mut before, "box-1");
    let stood = silence(&mut before);
    assert_eq!((stood.n_hidden, before.notices.len()), (1, 0));
    store::open(dir.path()).unwrap().writer.commit(&std::mem::take(&mut *saved.lock().unwrap())).unwrap();

    let mut opened = store::open(dir.path()).unwrap();
    assert_eq!(opened.notices, Vec::<String>::new());
    assert_eq!(opened.loaded.silencings, [stood]);
    let (mut after, saved) = heart();
    after.pass_millis(60_000);
    after.state.restore(Restored {
        incidents: opened.loaded.incidents,
        silencings: opened.loaded.silencings,
        next_number: opened.loaded.next_number,
        at: after.now(),
        ..Restored::default()
    });
    heat(&mut after, "box-2");
    heat(&mut after, "fridge-1");
    heat(&mut after, "box-3");
    assert_eq!(after.notices.len(), 0, "{:#?}", after.notices);
    assert!(of(&mut after, "box-1").is_silenced() && of(&mut after, "box-2").is_silenced());
    let hidden: Vec<String> = silence(&mut after).hidden.iter().map(|line| line.device.to_string()).collect();
    assert_eq!(hidden, ["box-1", "box-2", "box-3"]);
    order(&mut after, SilenceOrder::End { id: 1 });
    let mut told: Vec<&str> = after.notices.iter().map(|notice| notice.device.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["box-1", "box-2", "box-3"], "what still holds is told when it ends, whichever run hid it");

    opened.writer.commit(&saved.lock().unwrap()).unwrap();
    drop(opened.writer);
    let archive = store::Archive::open(dir.path()).unwrap();
    assert!(!archive.silencings().unwrap()[0].stands());
    assert!(archive.audit().unwrap().iter().all(Result::is_ok));
    let listed = crate::support::headless::run(&["silences", "--all", "--data-dir", dir.path().to_str().unwrap()]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.starts_with("1 (box-*) of mina ended by mina at ") && listed.contains("hid 3: defrosting"), "{listed}");
    let table =
        crate::support::headless::run(&["export", "audit", "--format", "jsonl", "--data-dir", dir.path().to_str().unwrap()]);
    let table = String::from_utf8(table.stdout).unwrap();
    let orders: Vec<&str> = table.lines().filter(|line| line.contains("silence-1")).collect();
    assert_eq!(orders.len(), 2, "{table}");
    assert!(orders[0].contains("begin") && orders[0].contains("defrosting") && orders[1].contains("end"), "{orders:?}");
}
