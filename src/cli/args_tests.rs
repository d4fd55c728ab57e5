use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::*;

fn parse(line: &str) -> Result<Args, ErrorKind> {
    Args::try_parse_from(line.split_whitespace()).map_err(|error| error.kind())
}

#[test]
fn the_arguments_fit_together_and_explain_themselves() {
    Args::command().debug_assert();
    let help = Args::command().render_long_help().to_string();
    for part in
        ["judge", "play", "inject", "incidents", "doctor", "--data-dir", "--headless", "--no-sample", "Exit codes", "Examples"]
    {
        assert!(help.contains(part), "{part} is not in --help");
    }
}

#[test]
fn global_arguments_may_stand_on_either_side() {
    for line in [
        "fleetwatch --broker mqtt://b --data-dir d play f.csv --map m.toml --speed 60",
        "fleetwatch play f.csv --map m.toml --speed 60 --broker mqtt://b --data-dir d",
    ] {
        let args = parse(line).unwrap();
        assert_eq!(args.global.broker.as_deref(), Some("mqtt://b"));
        assert_eq!(args.global.data_dir.as_deref(), Some("d".as_ref()));
        let play = PlayArgs { file: "f.csv".into(), map: Some("m.toml".into()), speed: 60.0, drill: false, fresh_ids: false };
        assert_eq!(args.command, Some(Command::Play(play)));
    }
    assert_eq!(parse("fleetwatch").unwrap().command, None);
    assert_eq!(parse("fleetwatch judge -").unwrap().command, Some(Command::Judge(JudgeArgs { file: "-".into() })));
}

#[test]
fn what_cannot_be_is_refused() {
    for (line, kind) in [
        ("fleetwatch play", ErrorKind::MissingRequiredArgument),
        ("fleetwatch play f.csv --speed -1", ErrorKind::ValueValidation),
        ("fleetwatch play f.csv --speed nan", ErrorKind::ValueValidation),
        ("fleetwatch --log loud", ErrorKind::InvalidValue),
        ("fleetwatch fly", ErrorKind::InvalidSubcommand),
    ] {
        assert_eq!(parse(line).err(), Some(kind), "{line}");
    }
}

#[test]
fn since_is_a_time_or_how_long_ago() {
    let now = Timestamp(1_773_803_520_000_000);
    let from = |text: &str| since(text).map(|since| since.from(now).rfc3339());
    for (text, time) in [
        ("2026-03-01", "2026-03-01T00:00:00.000Z"),
        ("2026-03-18T03:12:00+09:00", "2026-03-17T18:12:00.000Z"),
        ("1d", "2026-03-17T03:12:00.000Z"),
        ("90m", "2026-03-18T01:42:00.000Z"),
    ] {
        assert_eq!(from(text).as_deref(), Ok(time), "{text}");
    }
    for text in ["", "yesterday", "-3d", "2026-13-01", "9999999999999999999d", "12"] {
        assert!(from(text).unwrap_err().contains("90d"), "{text}");
    }
}
