//! Several seats on a real PostgreSQL and a real mosquitto: each crash is one incident on all of them, nothing is lost when
//! one of them or the database goes away, and people are told once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fleetwatch::clock::Clock;
use fleetwatch::model::{Command, IncidentId, LinkState, OtherSeat, Secret};
use fleetwatch::pipeline::{Line, Options};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::settings::Settings;
use fleetwatch::state::Snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::headless::{Desk, eventually, incident, incidents, run};
use crate::support::hook::Hook;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Peer, airbag};
use crate::support::postgres::{PASSWORD, Postgres};

fn place(name: &str) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join(name);
    (dir, data)
}

/// A headless seat as a process of its own.
fn worker(data: &Path, name: &str, broker: &Mosquitto, postgres: &Postgres, more: &str) -> Desk {
    let settings = postgres.settings(data, name, more);
    Desk::connected(data, broker, &["--settings", settings.to_str().unwrap()])
}

/// A desk in this process, whose operator the test is.
fn desk(data: &Path, name: &str, broker: &Mosquitto, postgres: &Postgres) -> Line {
    let settings = Settings::default();
    let line = Line::start(Options {
        data_dir: data.to_owned(),
        broker: fleetwatch::broker::Settings { url: Some(Secret::new(broker.url())), ..settings.broker },
        formats: settings.formats,
        functions: settings.functions,
        outbound: fleetwatch::outbound::Settings { desktop: false, ..settings.outbound },
        team: settings.team,
        places: fleetwatch::model::Places::default(),
        shadow: None,
        prices: PriceSheet::standard().clone(),
        max_devices: 1_000,
        memory_budget_mb: 16,
        retention: fleetwatch::model::Retention::default(),
        sample: false,
        announce: None,
        wake: Arc::new(|| {}),
        self_test: fleetwatch::model::SelfTest::default(),
        stack: fleetwatch::stack::Settings::default(),
        seats: fleetwatch::seats::Settings { url: Some(Secret::new(postgres.url())), name: Some(name.to_owned()), ca_file: None },
        blind: false,
    });
    line.unwrap()
}

fn is_up(snapshot: &Snapshot) -> bool {
    snapshot.links.get(&fleetwatch::model::Link::Seats).is_some_and(|link| link.state == LinkState::Up)
}

/// What the doctor says with these settings.
fn doctor(settings: &Path, data: &Path) -> String {
    let args = ["doctor", "--settings", settings.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
    String::from_utf8_lossy(&run(&args).stdout).into_owned()
}

/// What people see of the incidents of a seat, whose clock and name are its own.
fn seen(data: &Path) -> BTreeMap<String, (String, Value, Value)> {
    let of = |row: Value| {
        let id = row["id"].as_str().unwrap().to_owned();
        let whole = incident(data, &id);
        (id, (row["device"].as_str().unwrap().to_owned(), whole["life"].clone(), whole["handling"].clone()))
    };
    incidents(data).into_iter().map(of).collect()
}

#[test]
fn two_workers_share_the_crashes_and_when_one_is_killed_nothing_is_lost_or_told_twice() {
    const N: usize = 120;
    let (broker, postgres, hook) = (Mosquitto::start(), Postgres::start(), Hook::start());
    let (_dirs, places): (Vec<_>, Vec<_>) = ["worker-1", "worker-2", "desk"].map(place).into_iter().unzip();
    let more = format!("[broker]\nshare = \"workers\"\n[outbound]\nwebhook_url = \"{}\"\n", hook.url());
    let first = worker(&places[0], "worker-1", &broker, &postgres, &more);
    let second = worker(&places[1], "worker-2", &broker, &postgres, &more);
    // Hears every crash itself.
    let third = worker(&places[2], "desk", &broker, &postgres, &format!("[outbound]\nwebhook_url = \"{}\"\n", hook.url()));
    eventually("all seats are there", 60, || {
        doctor(&places[0].with_extension("toml"), &places[0]).contains("lets us in; seats that are there: 3")
    });
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    let acknowledged = |peer: &Peer| -> BTreeSet<String> {
        peer.got("/ack").iter().map(|(topic, _)| topic.split('/').nth(1).unwrap().to_owned()).collect()
    };
    for n in 0..N / 2 {
        peer.send(&format!("fleet/van-{n}/crash"), airbag("e-1"));
    }
    eventually("both work", 60, || !first.lines("incident").is_empty() && !second.lines("incident").is_empty());
    for n in N / 2..N {
        peer.send(&format!("fleet/van-{n}/crash"), airbag("e-1"));
        if n == N * 3 / 4 {
            break;
        }
    }
    first.kill();
    for n in N * 3 / 4 + 1..N {
        peer.send(&format!("fleet/van-{n}/crash"), airbag("e-1"));
    }
    // A vehicle sends until it is acknowledged.
    let mut rounds = 0;
    eventually("every vehicle has its acknowledgement", 120, || {
        let done = acknowledged(&peer);
        rounds += 1;
        if rounds % 200 == 0 {
            for n in (0..N).filter(|n| !done.contains(&format!("van-{n}"))) {
                peer.send(&format!("fleet/van-{n}/crash"), airbag("e-1"));
            }
        }
        done.len() == N
    });
    let devices = |hook: &Hook| hook.devices().len();
    eventually("people were told of each", 120, || devices(&hook) == N);
    eventually("the seats have the same", 60, || {
        let stored = |data: &Path| incidents(data).len();
        stored(&places[1]) == N && stored(&places[2]) == N
    });
    assert_eq!(hook.told().len(), N, "one key an incident, on every seat");
    let doubled: Vec<_> = hook.n_told().into_iter().filter(|(_, n)| *n > 1).collect();
    // Killed between sending and saying so, it may have sent one that another seat then sent again, under the same key.
    assert!(doubled.len() <= 8, "{doubled:?}");
    second.stop();
    third.stop();
    // What the killed one had not shared is shared when it starts again, and it hears of the rest.
    let first = worker(&places[0], "worker-1", &broker, &postgres, &more);
    eventually("the killed one has all of them", 60, || incidents(&places[0]).len() == N);
    first.stop();
    let vehicles = |data: &Path| -> BTreeSet<String> { seen(data).into_values().map(|(device, ..)| device).collect() };
    for data in &places {
        assert_eq!(vehicles(data).len(), N, "each vehicle has one incident on {}", data.display());
        let checked = run(&["doctor", "--data-dir", data.to_str().unwrap()]);
        let words = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert!(!words.contains("was changed"), "the record of each seat is whole: {words}");
    }
    assert_eq!(seen(&places[0]).into_keys().collect::<Vec<_>>(), seen(&places[1]).into_keys().collect::<Vec<_>>());
    assert_eq!(hook.told().len(), N);
}

#[test]
fn while_the_database_is_away_each_seat_tells_under_the_same_key_and_afterwards_all_is_one() {
    const N: usize = 20;
    let (broker, mut postgres, hook) = (Mosquitto::start(), Postgres::start(), Hook::start());
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two"].map(place).into_iter().unzip();
    let more = format!("[outbound]\nwebhook_url = \"{}\"\n", hook.url());
    let one = worker(&places[0], "one", &broker, &postgres, &more);
    let two = worker(&places[1], "two", &broker, &postgres, &more);
    eventually("both seats are there", 60, || {
        doctor(&places[0].with_extension("toml"), &places[0]).contains("lets us in; seats that are there: 2")
    });
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/before/crash", airbag("e-1"));
    eventually("both have it", 60, || places.iter().all(|data| data.exists() && incidents(data).len() == 1));
    eventually("it is told", 60, || hook.told().len() == 1);
    assert_eq!(hook.n_told().into_values().sum::<usize>(), 1, "by one of them");
    let wrong = places[0].with_extension("wrong.toml");
    std::fs::write(&wrong, format!("[seats]\nurl = \"{}\"\n", postgres.url().replace(PASSWORD, "wrong-7f3a"))).unwrap();
    let said = doctor(&wrong, &places[0]);
    assert!(said.contains("FAIL  seats: password authentication failed") && !said.contains("7f3a"), "{said}");
    postgres.kill();
    for n in 0..N {
        peer.send(&format!("fleet/van-{n}/crash"), airbag("e-1"));
    }
    eventually("both have stored all of them by themselves", 60, || places.iter().all(|data| incidents(data).len() == N + 1));
    eventually("people are told without it", 60, || hook.devices().len() == N + 1);
    postgres.start_again();
    // What comes now goes through it again.
    eventually("they are back", 60, || one.stderr().contains("cannot be used") && two.stderr().contains("cannot be used"));
    peer.send("fleet/after/crash", airbag("e-1"));
    eventually("all is told", 60, || hook.devices().len() == N + 2);
    eventually("nothing is left to share", 60, || places.iter().all(|data| incidents(data).len() == N + 2));
    assert_eq!(hook.told().len(), N + 2, "one key each: whoever is told twice sees that it is one");
    for desk in [one, two] {
        assert!(!desk.stderr().contains(PASSWORD), "the password is in no text");
        desk.stop();
    }
    let ids = |data: &Path| seen(data).into_keys().collect::<Vec<_>>();
    assert_eq!(ids(&places[0]), ids(&places[1]));
}

#[test]
fn two_people_at_once_one_wins_the_other_is_told_and_both_seats_show_the_same() {
    const RACES: usize = 250;
    let (broker, postgres) = (Mosquitto::start(), Postgres::start());
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two"].map(place).into_iter().unzip();
    let lines = [desk(&places[0], "one", &broker, &postgres), desk(&places[1], "two", &broker, &postgres)];
    let desks = [lines[0].desk(), lines[1].desk()];
    eventually("both are there", 60, || desks.iter().all(|desk| is_up(&desk.latest())));
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van/crash", airbag("e-1"));
    let of = |which: usize| desks[which].latest().incidents.first().cloned();
    eventually("both show it", 60, || (0..2).all(|which| of(which).is_some_and(|incident| incident.stored)));
    let id: IncidentId = of(0).unwrap().id.clone();
    assert_eq!(of(1).unwrap().id, id, "under one name");
    for n in 0..RACES {
        for (which, desk) in desks.iter().enumerate() {
            let to = Some(format!("person-{n}-{which}"));
            assert!(desk.command(Command::Assign { incident: id.clone(), to }, &format!("operator-{which}")));
        }
        if n % 10 == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let quiet = || {
        let holds = |which: usize| of(which).map(|incident| (incident.handling.assignee.clone(), incident.mark.clone()));
        holds(0) == holds(1)
    };
    let until = Clock.instant() + Duration::from_secs(5);
    eventually("both show the same person", 5, quiet);
    // And it stays so.
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(quiet(), "{:?} {:?}", of(0).unwrap().handling, of(1).unwrap().handling);
    assert!(Clock.instant() < until + Duration::from_secs(5));
    let refused: Vec<_> = desks.iter().filter_map(|desk| desk.latest().refused.clone()).collect();
    assert!(refused.iter().any(|refusal| refusal.why.contains("another seat")), "{refused:?}");
    // A step of one seat is on the other within a second or so, who did it and all.
    assert!(desks[0].command(Command::Acknowledge { incident: id.clone() }, "mina"));
    eventually("the other seat sees who took it", 5, || {
        of(1).is_some_and(|incident| incident.acknowledged.as_ref().is_some_and(|(by, _)| by == "mina"))
    });
    assert!(desks[1].command(Command::Note { incident: id.clone(), text: "ambulance is there".to_owned() }, "jun"));
    eventually("and its notes", 5, || of(0).is_some_and(|incident| incident.notes.iter().any(|note| note.by == "jun")));
    eventually("each sees that the other is there", 30, || {
        desks.iter().all(|desk| desk.latest().seats.as_ref().is_some_and(|look| look.others.iter().any(OtherSeat::is_here)))
    });
    for line in lines {
        line.stop();
    }
    let stored = [incident(&places[0], &id.0), incident(&places[1], &id.0)];
    for part in ["life", "handling", "notes", "acknowledged"] {
        assert_eq!(stored[0][part], stored[1][part], "{part}");
    }
}
