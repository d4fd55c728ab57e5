use super::*;

fn parse(text: &str) -> Result<Settings, Error> {
    Settings::parse(Path::new("my/settings.toml"), text)
}

#[test]
fn the_commented_default_is_the_default() {
    assert_eq!(parse(COMMENTED_DEFAULT).unwrap(), Settings::default());
    // And so is every line of it once its comment is taken off.
    let uncommented: String = COMMENTED_DEFAULT
        .lines()
        .map(|line| line.strip_prefix("#: ").map_or_else(|| line.to_owned(), str::to_owned) + "\n")
        .collect();
    assert_eq!(parse(&uncommented).unwrap(), Settings::default());
    for key in ["max_devices", "memory_budget_mb", "region", "arch", "desktop", "keep_alive_secs", "max_packet_bytes", "language"]
    {
        assert!(uncommented.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key} is not in assets/settings.toml");
    }
}

#[test]
fn errors_name_file_line_key_and_what_is_allowed() {
    for (text, wanted) in [
        ("[line]\nmax_devices = 0\n", &["my/settings.toml", "line 2", "[line] max_devices", "from 1 to 1000000", "found 0"][..]),
        ("\n[line]\nmax_device = 5\n", &["my/settings.toml", "line 3", "unknown field `max_device`", "`max_devices`"]),
        ("[lines]\n", &["line 1", "unknown field `lines`", "`line`"]),
        ("[pricing]\narch = \"mips\"\n", &["line 2", "mips", "`arm64`", "`x86_64`"]),
        ("[line]\nmax_devices = \"many\"\n", &["line 2", "max_devices", "expected usize"]),
        ("[line\n", &["line 1"]),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(wanted.iter().all(|part| error.contains(part)), "{wanted:?} not all in {error}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Settings::load(Some(&folder.path().join("none.toml"))), Err(Error::Read { .. })));
    let file = folder.path().join("some.toml");
    std::fs::write(&file, "[line]\nmax_devices = 7\n").unwrap();
    assert_eq!(Settings::load(Some(&file)).unwrap().line.max_devices, 7);
}

#[test]
fn the_shadow_has_its_limits_from_a_file_or_from_here_and_never_from_both() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    let load = |text: &str| {
        std::fs::write(&file, text).unwrap();
        Settings::load(Some(&file))
    };
    std::fs::write(folder.path().join("try.toml"), "[functions.judge_crash]\ndelta_v_kmh = 11.5\n").unwrap();
    let of = |settings: Settings| settings.shadow.judge_crash.map(|limits| limits.delta_v_kmh);
    assert_eq!(of(load("").unwrap()), None);
    assert_eq!(of(load("[shadow]\nsettings = \"try.toml\"\n").unwrap()), Some(11.5));
    assert_eq!(of(load("[shadow.judge_crash]\ndelta_v_kmh = 12.5\n").unwrap()), Some(12.5));
    let error = load("[shadow]\nsettings = \"none.toml\"\n").unwrap_err();
    assert!(matches!(&error, Error::Read { path, .. } if path.ends_with("none.toml")), "{error}");
    let error = load("[shadow]\nsettings = \"try.toml\"\n[shadow.judge_crash]\npeak_g = 3.0\n").unwrap_err().to_string();
    assert!(error.contains("[shadow]") && error.contains("take all but one away"), "{error}");
    assert!(load("[shadow.judge_crash]\npeek_g = 3.0\n").unwrap_err().to_string().contains("peek_g"));
}

#[test]
fn a_secret_in_the_settings_must_be_a_hash_and_is_shown_by_no_error() {
    let hash = crate::secret::hash("correct horse").unwrap();
    let people = "[team.people]\n\"J. Park\" = \"supervisor\"\n";
    let good = parse(&format!("{people}[team.secrets]\n\"J. Park\" = \"{hash}\"\n")).unwrap();
    assert_eq!(good.team.secrets.len(), 1);
    assert!(!format!("{good:?}").contains(&hash));
    for (line, wanted) in [
        (
            "[team.secrets]\n\"J. Park\" = \"hunter-22\"\n",
            &["team.secrets.\"J. Park\"", "no hash", "fleetwatch secret \"J. Park\""][..],
        ),
        ("[team.secrets]\n\"J. Park\" = 77122\n", &["no hash"]),
        ("[team.secrets]\n\"J. Park\" = hunter-22\n", &["line 4", "[team.secrets]", "fleetwatch secret"]),
        ("[team]\nsecrets = { \"J. Park\" = hunter-22 }\n", &["line 4", "fleetwatch secret"]),
        (&format!("[team.secrets]\nmina = \"{hash}\"\n"), &["mina is not listed in [team.people]"]),
    ] {
        let error = parse(&format!("{people}{line}")).unwrap_err().to_string();
        assert!(wanted.iter().all(|part| error.contains(part)), "{wanted:?} not all in {error}");
        assert!(!error.contains("hunter") && !error.contains("77122") && !error.contains(&hash), "{error}");
    }
}
