use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::*;
use crate::model::setting::Key;

fn change(key: &str, to: Json) -> Change {
    Change { key: Key::of(key), to: Some(to) }
}

fn folder_with(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

const MINE: &str = "# My desk.\n[desk] # at the window\nlanguage = \"en\" # we all speak it\n\n# Doors.\n[functions.route_temperature.sensors]\n\"cold.a-*\" = { cold_below_c = 2.0, hot_above_c = 8.0 } # milk\n";

#[test]
fn comments_and_order_of_a_person_stay() {
    let (_folder, path) = folder_with(MINE);
    let group = Key::of("functions.route_temperature.sensors").and("cold.a-*");
    let changes = [
        change("desk.language", json!("ko")),
        Change { key: group.and("hot_above_c"), to: Some(json!(7.5)) },
        change("functions.judge_crash.real_at", json!(0.85)),
        change("functions.judge_crash.full_samples", json!(6)),
    ];
    let saved = save(&path, &changes).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for line in [
        "# My desk.",
        "[desk] # at the window",
        "language = \"ko\" # we all speak it",
        "\"cold.a-*\" = { cold_below_c = 2.0, hot_above_c = 7.5 } # milk",
        "[functions.judge_crash]",
        "real_at = 0.85",
        "full_samples = 6",
    ] {
        assert!(text.lines().any(|it| it == line), "{line:?} is not a line of\n{text}");
    }
    assert_eq!(saved, Settings::load(Some(&path)).unwrap());
    assert_eq!((saved.functions.judge_crash.real_at, saved.functions.judge_crash.full_samples), (0.85, 6));
    assert_eq!(Some(saved.functions.route_temperature.limits("cold.a-1", None).hot_above_c), Some(7.5));

    // Taken away again, the default holds and the rest stays.
    let back = Change { key: Key::of("functions.judge_crash.real_at"), to: None };
    let gone = Change { key: group, to: None };
    let saved = save(&path, &[back, gone]).unwrap();
    assert_eq!(Some(saved.functions.judge_crash.real_at), Some(0.8));
    assert!(saved.functions.route_temperature.sensors.is_empty());
    assert!(fs::read_to_string(&path).unwrap().contains("# My desk."));
}

#[test]
fn a_file_that_is_not_there_begins_as_the_commented_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/settings.toml");
    let group = Key::of("functions.route_temperature.sensors").and("fridge-*");
    let limits = json!({ "cold_below_c": 2.0, "hot_above_c": 8.0, "delay_s": null });
    let changes = [
        change("desk.language", json!("ko")),
        change("pricing.monthly_budget_usd", json!("90.00")),
        Change { key: group, to: Some(limits) },
    ];
    let saved = save(&path, &changes).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    // The value stands where the default stood, under its own comment, and nothing else was switched on.
    assert!(text.contains("or \"ko\".\nlanguage = \"ko\"\n"), "{text}");
    assert!(text.contains("#: max_devices = 50000\n") && !text.contains("#: language"), "{text}");
    assert!(
        text.contains("\n[functions.route_temperature.sensors]\n\"fridge-*\" = { cold_below_c = 2.0, hot_above_c = 8.0 }\n"),
        "{text}"
    );
    assert_eq!(saved, Settings::load(Some(&path)).unwrap());
    assert_eq!(saved.pricing.monthly_budget_usd.as_deref(), Some("90.00"));
    assert_eq!(Some(saved.functions.route_temperature.limits("fridge-3", None).hot_above_c), Some(8.0));
    let all: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(all, ["settings.toml"], "nothing half-written is left behind");
}

#[test]
fn what_cannot_be_used_changes_nothing() {
    let group = Key::of("functions.route_temperature.sensors").and("cold.a-*");
    for (changes, wanted) in [
        (
            vec![change("functions.judge_crash.real_at", json!(7.0))],
            "functions.judge_crash.real_at must be from 0.5 to 1, found 7",
        ),
        (vec![change("desk.language", json!("ko")), change("pricing.region", json!("mars-1"))], "mars-1"),
        (vec![change("pricing.monthly_budget_usd", json!("lots"))], "\"90.00\""),
        (vec![change("desk.theme", json!("pink"))], "pink"),
        (vec![change("desk.scale_percent", json!(900))], "from 100 to 200 %, found 900"),
        (vec![Change { key: group.and("hot_above_c"), to: Some(json!(1.0)) }], "sensors.\"cold.a-*\".cold_below_c must be below"),
        (vec![Change { key: group.and("hot_above_c"), to: Some(json!("warm")) }], "warm"),
        (vec![change("functions.route_temperature.cold_below_c", json!(40.0))], "raise functions.route_temperature.hot_above_c"),
        (vec![change("functions.judge_crash.no_such_key", json!(1.0))], "no_such_key"),
        (vec![change("desk.language.deep", json!(1.0))], "desk.language: must be a table"),
    ] {
        let (folder, path) = folder_with(MINE);
        let wrong = save(&path, &changes).unwrap_err();
        assert!(wrong.to_string().contains(wanted), "{wanted:?} is not in {wrong}");
        assert_eq!(fs::read_to_string(&path).unwrap(), MINE);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_file_that_a_person_broke_is_left_to_that_person() {
    let broken = "[desk\nlanguage = \"en\"\n";
    let (_folder, path) = folder_with(broken);
    let wrong = save(&path, &[change("desk.language", json!("ko"))]).unwrap_err();
    assert!(matches!(&wrong, Wrong::Shape { why } if why.contains("mend it by hand") && why.contains("line 1")), "{wrong}");
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);
}

#[cfg(unix)]
#[test]
fn who_may_read_it_stays_and_a_link_stays_a_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = folder_with(MINE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    save(&link, &[change("desk.language", json!("ko"))]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&path).unwrap().contains("\"ko\""));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn every_number_of_the_limits_has_a_bound_that_its_default_keeps() {
    let settings = Settings::default();
    settings.check().unwrap();
    let limits = serde_json::to_value(&settings.functions.judge_crash).unwrap();
    let bounds = crate::functions::judge_crash::Settings::BOUNDS.map(|bound| bound.name);
    let mut named: Vec<_> = limits.as_object().unwrap().keys().map(String::as_str).collect();
    let mut bound = bounds.to_vec();
    named.sort_unstable();
    bound.sort_unstable();
    assert_eq!(named, bound);
}

#[test]
fn files_that_people_write_otherwise_keep_their_ways() {
    let sensors = Key::of("functions.route_temperature.sensors");
    let hot = |sensor: &str, to: Json| Change { key: sensors.and(sensor).and("hot_above_c"), to: Some(to) };
    for (text, changes, wanted) in [
        // A table of its own for a sensor.
        (
            "[functions.route_temperature.sensors.\"a*\"] # one\ncold_below_c = 1.0\nhot_above_c = 9.0 # nine\n# end\n",
            vec![hot("a*", json!(8.0)), Change { key: sensors.and("a*").and("delay_s"), to: Some(json!(5.0)) }],
            "[functions.route_temperature.sensors.\"a*\"] # one\ncold_below_c = 1.0\nhot_above_c = 8.0 # nine\ndelay_s = 5.0\n# end\n",
        ),
        (
            "[functions.route_temperature.sensors.\"a*\"]\ncold_below_c = 1.0\nhot_above_c = 9.0\n# end\n[line]\nmax_devices = 9\n",
            vec![Change { key: sensors.and("a*"), to: None }],
            "# end\n[line]\nmax_devices = 9\n",
        ),
        // Inline, and its own settings taken away and given.
        (
            "[functions]\nroute_temperature = { hot_above_c = 9.0, sensors = { b = { cold_below_c = 1.0, hot_above_c = 9.0, delay_s = 3.0 } } }",
            vec![hot("b", json!(7.0)), Change { key: sensors.and("b").and("delay_s"), to: None }],
            "[functions]\nroute_temperature = { hot_above_c = 9.0, sensors = { b = { cold_below_c = 1.0, hot_above_c = 7.0 } } }",
        ),
        // A dotted key, which is changed where it stands.
        ("desk.language = \"en\"\n", vec![change("desk.language", json!("ko"))], "desk.language = \"ko\"\n"),
        // No line end at the end.
        (
            "[desk]\nsounds = true",
            vec![change("desk.reduced_motion", json!(true))],
            "[desk]\nsounds = true\nreduced_motion = true\n",
        ),
        ("[line]", vec![change("line.max_devices", json!(7))], "[line]\nmax_devices = 7\n"),
        ("", vec![change("desk.sounds", json!(false))], "[desk]\nsounds = false\n"),
    ] {
        let (_folder, path) = folder_with(text);
        save(&path, &changes).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
        assert_eq!(fs::read_to_string(&path).unwrap(), wanted);
    }
    // What is not foreseen is refused and left alone.
    let dotted = "desk.language = \"en\"\n";
    let (_folder, path) = folder_with(dotted);
    let wrong = save(&path, &[change("desk.sounds", json!(false))]).unwrap_err();
    assert!(matches!(&wrong, Wrong::Shape { why } if why.contains("change desk.sounds by hand")), "{wrong}");
    assert_eq!(fs::read_to_string(&path).unwrap(), dotted);
}
