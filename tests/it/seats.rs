//! Several seats on a real PostgreSQL and a real mosquitto: each crash is one incident on all of them, nothing is lost when
//! one of them or the database goes away, and people are told once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fleetwatch::clock::Clock;
use fleetwatch::model::register::Entry;
use fleetwatch::model::{Command, DeviceId, IncidentId, LinkState, OtherSeat, RegisterOrder, Secret, SilenceOrder};
use fleetwatch::pipeline::{Line, Options};
use fleetwatch::settings::Settings;
use fleetwatch::state::Snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::headless::{Desk, eventually, incident, incidents, run};
use crate::support::hook::Hook;
use crate::support::line::options;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Peer, airbag};
use crate::support::postgres::{PASSWORD, Postgres};
use crate::support::relay::Relay;

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
    desk_at(data, name, broker, postgres.url())
}

/// As [`desk`], with the address of the database.
fn desk_at(data: &Path, name: &str, broker: &Mosquitto, url: String) -> Line {
    desk_on(data, name, &broker.url(), url)
}

fn desk_on(data: &Path, name: &str, broker: &str, url: String) -> Line {
    let seats = fleetwatch::seats::Settings { url: Some(Secret::new(url)), name: Some(name.to_owned()), ca_file: None };
    let broker = fleetwatch::broker::Settings::at(broker);
    let line = Line::start(Options { broker, seats, ..options(data, Settings::default()) });
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
    eventually("both show the same person", 60, quiet);
    // And it stays so.
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(quiet(), "{:?} {:?}", of(0).unwrap().handling, of(1).unwrap().handling);
    assert!(Clock.instant() < until + Duration::from_secs(5));
    let refused: Vec<_> = desks.iter().filter_map(|desk| desk.latest().refused.clone()).collect();
    assert!(refused.iter().any(|refusal| refusal.why.contains("another seat")), "{refused:?}");
    // A step of one seat is on the other within a second or so, who did it and all.
    assert!(desks[0].command(Command::Acknowledge { incident: id.clone() }, "mina"));
    eventually("the other seat sees who took it", 60, || {
        of(1).is_some_and(|incident| incident.acknowledged.as_ref().is_some_and(|(by, _)| by == "mina"))
    });
    assert!(desks[1].command(Command::Note { incident: id.clone(), text: "ambulance is there".to_owned() }, "jun"));
    eventually("and its notes", 60, || of(0).is_some_and(|incident| incident.notes.iter().any(|note| note.by == "jun")));
    eventually("each sees that the other is there", 120, || {
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

fn entry(id: &str, name: &str) -> Entry {
    Entry { name: name.to_owned(), group: "seoul".to_owned(), ..Entry::new(DeviceId::new(id)) }
}

fn put(entries: Vec<Entry>) -> RegisterOrder {
    RegisterOrder::Put { entries, from: String::new() }
}

#[test]
fn register_and_silences_are_one_on_all_seats_also_after_a_time_apart() {
    let (broker, mut postgres) = (Mosquitto::start(), Postgres::start());
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two"].map(place).into_iter().unzip();
    let lines = [desk(&places[0], "one", &broker, &postgres), desk(&places[1], "two", &broker, &postgres)];
    let desks = [lines[0].desk(), lines[1].desk()];
    eventually("both are there", 60, || desks.iter().all(|desk| is_up(&desk.latest())));
    let name = |which: usize, id: &str| desks[which].latest().register.name(&DeviceId::new(id)).map(str::to_owned);
    assert!(desks[0].register(put(vec![entry("van-1", "Kim's"), entry("van-2", "Lee's")]), "kim"));
    eventually("what one writes the other has", 60, || name(1, "van-1").is_some() && name(1, "van-2").is_some());
    assert!(desks[1].register(RegisterOrder::Remove { id: DeviceId::new("van-2") }, "lee"));
    eventually("and what the other removes is gone", 60, || name(0, "van-2").is_none());
    let begin = |search: &str| SilenceOrder::Begin { search: search.to_owned(), secs: 3_600, reason: "defrosting".to_owned() };
    let standing = |which: usize| -> Vec<String> {
        let all = desks[which].latest().silencings.clone();
        let mut standing: Vec<_> = all.iter().filter(|one| one.stands()).map(|one| one.search.clone()).collect();
        standing.sort();
        standing
    };
    assert!(desks[0].silence(begin("box-*"), "kim"));
    assert!(desks[1].silence(begin("hall-*"), "lee"));
    eventually("a silence is one on both", 60, || (0..2).all(|which| standing(which) == ["box-*", "hall-*"]));
    let id = desks[1].latest().silencings.iter().find(|one| one.search == "box-*").unwrap().id;
    assert!(desks[1].silence(SilenceOrder::End { id }, "lee"));
    eventually("who ends it ends it on both", 60, || (0..2).all(|which| standing(which) == ["hall-*"]));
    assert!(desks[1].silence(SilenceOrder::Restore { id }, "lee"));
    eventually("and takes that back on both", 60, || (0..2).all(|which| standing(which) == ["box-*", "hall-*"]));

    // A time apart: both go on, and come to the same afterwards.
    postgres.kill();
    eventually("both are alone", 120, || desks.iter().all(|desk| !is_up(&desk.latest())));
    for (desk, who) in desks.iter().zip(["kim", "lee"]) {
        let mine = (0..300).map(|n| entry(&format!("{who}-{n}"), who));
        let ours = (0..300).map(|n| entry(&format!("ours-{n}"), who));
        assert!(desk.register(put(mine.chain(ours).collect()), who));
    }
    assert!(desks[0].silence(SilenceOrder::End { id }, "kim"));
    assert!(desks[1].silence(begin("dock-*"), "lee"));
    eventually("each has its own", 60, || {
        name(0, "ours-7").as_deref() == Some("kim") && name(1, "ours-7").as_deref() == Some("lee")
    });
    postgres.start_again();
    eventually("both have all of it, the same", 60, || {
        let registers = [0, 1].map(|which| desks[which].latest().register.clone());
        registers[0].len() == 901
            && registers[0] == registers[1]
            && standing(0) == ["dock-*", "hall-*"]
            && standing(1) == standing(0)
    });
    for line in lines {
        line.stop();
    }
    let export = |data: &Path| run(&["register", "export", "--data-dir", data.to_str().unwrap()]).stdout;
    assert_eq!(export(&places[0]), export(&places[1]), "and so it is stored");
    for data in &places {
        let words = String::from_utf8_lossy(&run(&["doctor", "--data-dir", data.to_str().unwrap()]).stdout).into_owned();
        assert!(!words.contains("was changed"), "the record of each seat is whole: {words}");
    }
}

/// `n` incidents of a seat, by name, as they are stored.
fn ids(data: &Path) -> BTreeSet<String> {
    incidents(data).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_database_that_is_frozen_for_longer_than_a_lease_loses_no_page_and_doubles_none_that_was_told_before() {
    const N: usize = 20;
    let (broker, postgres, hook) = (Mosquitto::start(), Postgres::start(), Hook::start());
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two"].map(place).into_iter().unzip();
    let more = format!("[outbound]\nwebhook_url = \"{}\"\n", hook.url());
    let seats = [worker(&places[0], "one", &broker, &postgres, &more), worker(&places[1], "two", &broker, &postgres, &more)];
    eventually("both seats are there", 60, || {
        doctor(&places[0].with_extension("toml"), &places[0]).contains("lets us in; seats that are there: 2")
    });
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    for n in 0..N {
        peer.send(&format!("fleet/before-{n}/crash"), airbag("e-1"));
    }
    eventually("all of it is told", 60, || hook.devices().len() == N);
    eventually("both have it", 60, || places.iter().all(|data| ids(data).len() == N));
    let doubled = |hook: &Hook| hook.n_told().into_values().filter(|n| *n > 1).count();
    assert_eq!(doubled(&hook), 0, "of {N}");
    let frozen = postgres.freeze();
    for n in 0..N {
        peer.send(&format!("fleet/during-{n}/crash"), airbag("e-1"));
    }
    eventually("people are told although nothing answers", 60, || hook.devices().len() == 2 * N);
    // The lease is 30 s.
    std::thread::sleep(Duration::from_secs(32).saturating_sub(frozen.since.elapsed()));
    drop(frozen);
    eventually("both have all of it", 60, || places.iter().all(|data| ids(data).len() == 2 * N));
    peer.send("fleet/after/crash", airbag("e-1"));
    eventually("all is told", 60, || hook.devices().len() == 2 * N + 1);
    for seat in seats {
        seat.stop();
    }
    assert_eq!(ids(&places[0]), ids(&places[1]));
    assert_eq!(hook.told().len(), 2 * N + 1, "one key an incident: never told 0 of {}", 2 * N + 1);
    let n_told = hook.n_told();
    assert!(n_told.values().all(|n| *n <= 2), "each seat told at most once of what came while it was alone: {n_told:?}");
    let before = n_told.iter().filter(|(key, n)| key.contains("BEFORE") && **n > 1).count();
    assert_eq!(before, 0, "what was told before is not told again");
}

#[test]
fn a_seat_behind_a_partition_goes_on_and_all_is_one_when_it_heals() {
    let (broker, postgres) = (Mosquitto::start(), Postgres::start());
    let relay = Relay::to(postgres.port);
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two"].map(place).into_iter().unzip();
    let far = postgres.url().replace(&format!(":{}/", postgres.port), &format!(":{}/", relay.port));
    let lines = [desk(&places[0], "one", &broker, &postgres), desk_at(&places[1], "two", &broker, far)];
    let desks = [lines[0].desk(), lines[1].desk()];
    eventually("both are there", 60, || desks.iter().all(|desk| is_up(&desk.latest())));
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van/crash", airbag("e-1"));
    let of = |which: usize| desks[which].latest().incidents.iter().find(|one| one.device.as_str() == "van").cloned();
    eventually("both show it", 60, || (0..2).all(|which| of(which).is_some_and(|incident| incident.stored)));
    let id = of(0).unwrap().id.clone();
    // Nothing comes through any more, and nobody is told that the connection is gone.
    relay.cut(true);
    assert!(desks[1].command(Command::Acknowledge { incident: id.clone() }, "mina"));
    assert!(desks[0].command(Command::Assign { incident: id.clone(), to: Some("lee".to_owned()) }, "kim"));
    assert!(desks[1].command(Command::Note { incident: id.clone(), text: "far side".to_owned() }, "mina"));
    peer.send("fleet/bus/crash", airbag("e-1"));
    eventually("each has taken in what came", 60, || places.iter().all(|data| ids(data).len() == 2));
    eventually("it is said that this seat is alone, and how much waits", 120, || {
        let latest = desks[1].latest();
        !is_up(&latest) && latest.seats.as_ref().is_some_and(|look| look.n_waiting > 0)
    });
    assert!(of(0).unwrap().notes.is_empty(), "nothing came through");
    relay.cut(false);
    let all = |which: usize| of(which).map(|one| (one.handling.clone(), one.acknowledged.clone(), one.notes.clone()));
    eventually("both sides have what each did", 120, || {
        // Of what both did at once the one that leaves it more open holds; what can be added is added.
        all(0) == all(1) && of(0).is_some_and(|one| one.notes.len() == 1)
    });
    for line in lines {
        line.stop();
    }
    assert_eq!(seen(&places[0]), seen(&places[1]));
}

#[test]
fn a_seat_cut_off_in_the_middle_of_what_it_shares_holds_up_no_other() {
    let (broker, postgres) = (Mosquitto::start(), Postgres::start());
    let relay = Relay::to(postgres.port);
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two", "three"].map(place).into_iter().unzip();
    let far = postgres.url().replace(&format!(":{}/", postgres.port), &format!(":{}/", relay.port));
    let lines = [
        desk(&places[0], "one", &broker, &postgres),
        desk(&places[1], "two", &broker, &postgres),
        desk_at(&places[2], "three", &broker, far),
    ];
    let desks: Vec<_> = lines.iter().map(Line::desk).collect();
    eventually("all are there", 60, || desks.iter().all(|desk| is_up(&desk.latest())));
    Peer::connect(broker.port, &["fleet/+/ack"]).send("fleet/van/crash", airbag("e-1"));
    let of = |which: usize| desks[which].latest().incidents.first().cloned();
    eventually("all show it", 60, || (0..3).all(|which| of(which).is_some_and(|incident| incident.stored)));
    let id = of(0).unwrap().id.clone();
    let note = |which: usize, text: &str| {
        let command = Command::Note { incident: id.clone(), text: text.to_owned() };
        assert!(desks[which].command(command, "kim"));
    };
    // By then the database has given it the lock of the log.
    relay.cut_at("INSERT INTO fleetwatch_changes");
    note(2, "cut off");
    eventually("it is cut off in the middle", 30, || relay.is_cut());
    note(0, "from one");
    eventually("the others go on", 30, || of(1).is_some_and(|one| one.notes.iter().any(|note| note.text == "from one")));
    relay.cut(false);
    eventually("nothing is lost", 60, || (0..3).all(|which| of(which).is_some_and(|one| one.notes.len() == 2)));
    for line in lines {
        line.stop();
    }
    assert!(seen(&places[0]) == seen(&places[1]) && seen(&places[1]) == seen(&places[2]));
}

/// Set where this test program is to be a seat of its own: its directory, its name, the broker and the database.
const SEAT_OF_ITS_OWN: &str = "FLEETWATCH_TEST_SEAT";
/// Races between two seats on one incident.
const RACES: usize = 1_000;

/// What another test starts as a process: a seat whose operator gives an incident to somebody, over and over, when it is told
/// to, and then says what it shows. Without that it is nothing.
#[test]
fn a_seat_as_a_process_of_its_own() {
    let Ok(text) = std::env::var(SEAT_OF_ITS_OWN) else { return };
    let [data, name, broker, url]: [String; 4] = serde_json::from_str(&text).unwrap();
    let line = desk_on(Path::new(&data), &name, &broker, url);
    let desk = line.desk();
    let say = |words: &str| writeln!(std::io::stderr(), "seat says: {words}").unwrap();
    for order in std::io::stdin().lines() {
        let order = order.unwrap();
        let incident = || desk.latest().incidents.first().cloned();
        match order.as_str() {
            "ready?" => {
                eventually("the seat shows it", 60, || is_up(&desk.latest()) && incident().is_some_and(|it| it.stored));
                say("ready");
            }
            "race" => {
                let id = incident().unwrap().id.clone();
                for n in 0..RACES {
                    let command = Command::Assign { incident: id.clone(), to: Some(format!("person-{n}-{name}")) };
                    while !desk.command(command.clone(), &format!("operator-{name}")) {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    if n % 10 == 9 {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
                say("raced");
            }
            "show" => {
                let shown =
                    incident().map(|it| (it.handling.assignee.clone(), it.mark.version, it.mark.seat.clone(), it.mark.hash));
                say(&serde_json::to_string(&shown).unwrap());
            }
            _ => break,
        }
    }
    line.stop();
    say("stopped");
}

/// Such a process.
struct Seat {
    child: std::process::Child,
    says: std::io::Lines<std::io::BufReader<std::process::ChildStderr>>,
}

impl Seat {
    fn start(data: &Path, name: &str, broker: &Mosquitto, postgres: &Postgres) -> Self {
        let what = serde_json::to_string(&[data.to_str().unwrap(), name, &broker.url(), &postgres.url()]).unwrap();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "seats::a_seat_as_a_process_of_its_own", "--nocapture"])
            .env(SEAT_OF_ITS_OWN, what)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let says = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, says }
    }

    fn tell(&mut self, order: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{order}").unwrap();
    }

    /// What it says next; what the libraries say is passed over.
    fn hear(&mut self) -> String {
        loop {
            let line = self.says.next().expect("the seat is there").unwrap();
            if let Some(words) = line.strip_prefix("seat says: ") {
                return words.to_owned();
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_thousand_races_between_two_processes_lose_none_double_none_and_come_to_one() {
    let (broker, postgres) = (Mosquitto::start(), Postgres::start());
    let (_dirs, places): (Vec<_>, Vec<_>) = ["one", "two"].map(place).into_iter().unzip();
    let mut seats = ["one", "two"]
        .into_iter()
        .zip(&places)
        .map(|(name, data)| Seat::start(data, name, &broker, &postgres))
        .collect::<Vec<_>>();
    eventually("both seats are there", 60, || {
        doctor(&postgres.settings(&places[0], "look", ""), &places[0]).contains("that are there: 2")
    });
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van/crash", airbag("e-1"));
    for seat in &mut seats {
        seat.tell("ready?");
    }
    assert!(seats.iter_mut().all(|seat| seat.hear() == "ready"));
    for seat in &mut seats {
        seat.tell("race");
    }
    assert!(seats.iter_mut().all(|seat| seat.hear() == "raced"));
    let mut shows = || -> Vec<String> {
        for seat in &mut seats {
            seat.tell("show");
        }
        seats.iter_mut().map(Seat::hear).collect()
    };
    eventually("both show the same", 60, || {
        let shown = shows();
        shown[0] == shown[1]
    });
    // And it stays so.
    std::thread::sleep(Duration::from_millis(1_500));
    let shown = shows();
    assert_eq!(shown[0], shown[1]);
    for seat in &mut seats {
        seat.tell("stop");
        assert_eq!(seat.hear(), "stopped");
    }
    drop(seats);
    let wanted: BTreeSet<String> = (0..RACES).flat_map(|n| ["one", "two"].map(|name| format!("person-{n}-{name}"))).collect();
    for data in &places {
        let table = run(&["export", "audit", "--format", "jsonl", "--data-dir", data.to_str().unwrap()]).stdout;
        let rows: Vec<Value> =
            String::from_utf8(table).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let what = |row: &Value| row["what"].as_str().and_then(|what| serde_json::from_str::<Value>(what).ok());
        let given: Vec<String> = rows.iter().filter_map(what).filter_map(|what| what["to"].as_str().map(str::to_owned)).collect();
        let each: BTreeSet<String> = given.iter().cloned().collect();
        assert_eq!(wanted.difference(&each).count(), 0, "lost of {}: {}", 2 * RACES, data.display());
        assert_eq!(given.len() - each.len(), 0, "doubled of {}: {}", 2 * RACES, data.display());
    }
    assert_eq!(seen(&places[0]), seen(&places[1]));
}
