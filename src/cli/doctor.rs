//! `fleetwatch doctor`: checks what the program needs, and says what to do about what is missing.
//!
//! # To add a check
//! Write a function that returns a [`Check`] and add it to the list in the caller. A check looks and never mends.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use crate::model::{DataKind, DeviceId, Holding, Limit, Register, Timestamp};
use crate::outbound;
use crate::store::chain::{Broken, Chain};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works, with something missing.
    Warn,
    /// It does not work.
    Fail,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found; for a failure its cause.
    pub detail: String,
    /// What to do; empty when all is well.
    pub fix: String,
}

impl Check {
    /// All is well.
    pub fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Ok, detail: detail.into(), fix: String::new() }
    }

    /// It works, with something missing.
    pub fn warn(name: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Warn, detail: detail.into(), fix: fix.into() }
    }

    /// It does not work.
    pub fn fail(name: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Fail, detail: detail.into(), fix: fix.into() }
    }
}

/// Writes the list; returns whether nothing failed.
pub fn write(checks: &[Check], out: &mut dyn Write) -> io::Result<bool> {
    for (check_idx, check) in checks.iter().enumerate() {
        let word = match check.outcome {
            Outcome::Ok => "ok",
            Outcome::Warn => "warn",
            Outcome::Fail => "FAIL",
        };
        writeln!(out, "{:>2}. {word:<4}  {}: {}", check_idx + 1, check.name, check.detail)?;
        if !check.fix.is_empty() {
            writeln!(out, "          to do: {}", check.fix)?;
        }
    }
    let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    let (n_warn, n_fail) = (count(Outcome::Warn), count(Outcome::Fail));
    match (n_fail, n_warn) {
        (0, 0) => writeln!(out, "all is well")?,
        (0, _) => writeln!(out, "it works, with {n_warn} to look at")?,
        _ => writeln!(out, "{n_fail} must be put right")?,
    }
    Ok(n_fail == 0)
}

/// Whether the settings can be read; `loaded` is what loading them said.
pub fn settings(path: &Path, loaded: &Result<(), String>) -> Check {
    match loaded {
        Err(reason) => Check::fail("settings", reason.clone(), "correct the file, or start without it"),
        Ok(()) if path.exists() => Check::ok("settings", format!("{} is sound", path.display())),
        Ok(()) => Check::ok("settings", format!("no {}, so everything is at its default", path.display())),
    }
}

/// Whether the broker lets us in. `place` is its address without a password; `probe` connects and says what it found,
/// or cause and fix.
pub fn broker(place: Option<&str>, probe: &mut dyn FnMut() -> Result<String, (String, String)>) -> Check {
    match (place, probe()) {
        (Some(place), Ok(found)) => Check::ok("broker", format!("{place}: {found}")),
        (None, Ok(found)) => Check::ok("broker", format!("embedded, on this computer only: {found}")),
        (_, Err((cause, fix))) => Check::fail("broker", cause, fix),
    }
}

/// Whether the store that several seats share lets us in: `probed` is what was found there, or the cause.
pub fn seats(probed: Result<String, String>) -> Check {
    match probed {
        Ok(found) => Check::ok("seats", found),
        Err(cause) => Check::fail(
            "seats",
            cause,
            "check url in [seats], that the database is there and lets this user in; until then this seat works alone",
        ),
    }
}

/// Whether mails get through: `probed` is the server that takes them for all `n_to` receivers, or the cause.
pub fn email(probed: Result<String, String>, n_to: usize) -> Check {
    match probed {
        Ok(host) => Check::ok("email", format!("{host} takes mails to each of {n_to} receivers; none was sent")),
        Err(cause) => Check::fail("email", cause, "see the cause; email_server and what belongs to it stand in [outbound]"),
    }
}

/// Whether the audit is as it was written: `chains` of the real one and that of drills, or why they cannot be read.
pub fn audit(chains: Result<[Result<Chain, Broken>; 2], String>) -> Check {
    let chains = match chains {
        Ok(chains) => chains,
        Err(cause) => return Check::fail("audit", cause, "see the cause; the incidents themselves may still be sound"),
    };
    let mut found = Vec::new();
    for (chain, what) in chains.into_iter().zip(["", " of drills"]) {
        match chain {
            Ok(Chain { n: 0, .. }) => {}
            Ok(Chain { n, n_forgotten, head, .. }) => {
                let head = head.map_or_else(|| "none yet".to_owned(), |head| head.to_string());
                let forgotten = if n_forgotten > 0 { format!(" ({n_forgotten} forgotten)") } else { String::new() };
                found.push(format!("{n} entries{what}{forgotten} in one chain, head {head}"));
            }
            Err(broken) => {
                let fix = "keep a copy of the data directory, and compare with incidents that were exported and with what was \
                           sent to others; the line works on";
                return Check::fail("audit", format!("{broken}{what}"), fix);
            }
        }
    }
    let detail = if found.is_empty() { "nothing is in it yet".to_owned() } else { found.join("; ") };
    Check::ok("audit", detail)
}

/// Fewer days until the disk is full are said. Own judgement: time to order one.
const DAYS_AHEAD: f64 = 90.0;
/// What should have gone and has not is said after so many days: a desk looks each hour, and one that was off has its time.
const DAYS_LATE: f64 = 2.0;

/// Whether what is kept is what is to be kept, and for how long there is room; `folder` is where it is.
pub fn retention(folder: &Path, held: Result<Vec<Holding>, String>, now: Timestamp) -> Check {
    retention_of(held, free_mb(folder), now)
}

fn retention_of(held: Result<Vec<Holding>, String>, free_mb: Option<u64>, now: Timestamp) -> Check {
    let held = match held {
        Ok(held) => held,
        Err(cause) => return Check::fail("retention", cause, "see the cause; what is kept cannot be looked at"),
    };
    let days_since = |at: Timestamp| now.secs_since(at) / 86_400.0;
    let words = |holding: &Holding| {
        let since = holding.since?.rfc3339();
        let Limit { days, mb } = holding.limit;
        let limits = [(u64::from(days), "days"), (mb, "MB")].into_iter().filter(|(most, _)| *most > 0);
        let limits: Vec<_> = limits.map(|(most, unit)| format!("{most} {unit}")).collect();
        let long = if limits.is_empty() { "for ever".to_owned() } else { format!("for {}", limits.join(" and ")) };
        let (day, mb) = (since.get(..10).unwrap_or(&since), holding.bytes / 1_000_000);
        Some(format!("{} since {day}, {mb} MB, kept {long}", holding.kind.name()))
    };
    let found: Vec<_> = held.iter().filter_map(words).collect();
    let detail = if found.is_empty() { "nothing is kept yet".to_owned() } else { found.join("; ") };
    let late = held.iter().find(|holding| {
        let most = f64::from(holding.limit.days) + DAYS_LATE;
        holding.limit.days > 0 && holding.since.is_some_and(|since| days_since(since) > most)
    });
    if let Some(late) = late.filter(|late| !matches!(late.kind, DataKind::Packets | DataKind::Incidents)) {
        let fix = "a desk that runs deletes it; start one, or see its log where one runs";
        return Check::warn("retention", format!("{} are kept for longer than they may; {detail}", late.kind.name()), fix);
    }
    let unlimited = held.iter().filter(|holding| holding.limit.is_none());
    let a_day: f64 = unlimited.filter_map(|held| Some(held.bytes as f64 / days_since(held.since?).max(1.0))).sum();
    let room = free_mb.map_or(f64::INFINITY, |mb| mb as f64 * 1_048_576.0 / a_day.max(1.0));
    if room < DAYS_AHEAD {
        let fix = "limit what takes most of it under [retention], or make room";
        return Check::warn("retention", format!("at this pace the disk is full in {room:.0} days; {detail}"), fix);
    }
    Check::ok("retention", detail)
}

/// Vehicles that are named in one line of the doctor's.
const NAMED: usize = 10;

/// Whether a route names each device that is known; `None` where there are no routes.
pub fn routes(outbound: &outbound::Settings, devices: &[DeviceId], register: &Register) -> Option<Check> {
    let routes = &outbound.route;
    if routes.is_empty() {
        return None;
    }
    let named = |device: &DeviceId| outbound::routes_name(routes, device, register.group(device));
    let left: Vec<&str> = devices.iter().filter(|device| !named(device)).map(DeviceId::as_str).collect();
    Some(if left.is_empty() {
        Check::ok("routes", format!("each of {} known vehicles and sensors is named by one", devices.len()))
    } else {
        let more = match left.len().saturating_sub(NAMED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let names = left.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        Check::warn(
            "routes",
            format!("none names {names}{more}: every channel is told of them"),
            "nothing, if that is meant; else add them to `vehicles` of an [[outbound.route]]",
        )
    })
}

/// Least free space, MB: a month of a busy site, and room for SQLite's log. Own judgement.
const FREE_MB: u64 = 500;

/// Whether incidents can be stored in `folder`. `in_use` says who holds the store, where somebody does.
pub fn store(folder: &Path, in_use: &dyn Fn() -> Option<String>) -> Vec<Check> {
    let mut checks = Vec::new();
    let shown = folder.display();
    let trial = folder.join(format!(".doctor-{}", std::process::id()));
    let written =
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&trial, b"x")).and_then(|()| std::fs::remove_file(&trial));
    checks.push(match written {
        Ok(()) => Check::ok("store folder", format!("{shown} can be written")),
        Err(error) => {
            let fix = "make it writable for this user, or choose another with --data-dir";
            Check::fail("store folder", format!("{shown} cannot be written: {error}"), fix)
        }
    });
    checks.push(match in_use() {
        None => Check::ok("store lock", "nobody else uses the store"),
        Some(holder) => {
            Check::warn("store lock", format!("in use: {holder}"), "two desks need two folders: give one another --data-dir")
        }
    });
    checks.push(Check::ok("database", format!("SQLite {}, built in", rusqlite::version())));
    checks.push(match free_mb(folder) {
        Some(free) if free < FREE_MB => Check::warn(
            "free space",
            format!("{free} MB free at {shown}"),
            format!("free {FREE_MB} MB or more, or choose another --data-dir"),
        ),
        Some(free) => Check::ok("free space", format!("{free} MB free")),
        None => Check::warn("free space", "could not be found out", "see to it that the disk is not full"),
    });
    checks
}

/// Free space as `df` tells it; the standard library cannot.
fn free_mb(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes / 1_024)
}

/// Whether the clock can be believed.
pub fn clock(now: Timestamp) -> Check {
    let shown = now.rfc3339();
    // 2025-01-01 and 2100-01-01.
    if (1_735_689_600..4_102_444_800).contains(&(now.millis() / 1_000)) {
        Check::ok("clock", format!("{shown}; whether it is synchronised is not known"))
    } else {
        let fix = "set the clock and switch on NTP: times of incidents and AWS signatures depend on it";
        Check::fail("clock", format!("{shown} cannot be the time"), fix)
    }
}

/// Whether a window can be opened; `env` looks up an environment variable.
pub fn display(env: &dyn Fn(&str) -> Option<String>) -> Check {
    let found = ["WAYLAND_DISPLAY", "DISPLAY"]
        .into_iter()
        .find_map(|name| env(name).filter(|value| !value.is_empty()).map(|value| format!("{name}={value}")));
    match found {
        _ if cfg!(any(target_os = "windows", target_os = "macos")) => Check::ok("screen", "this system has one"),
        Some(found) => Check::ok("screen", found),
        None => Check::warn("screen", "neither WAYLAND_DISPLAY nor DISPLAY is set", "without a screen run fleetwatch --headless"),
    }
}

/// Whether a notification can appear on this desktop; `env` looks up an environment variable.
pub fn notification(env: &dyn Fn(&str) -> Option<String>) -> Check {
    if cfg!(any(target_os = "windows", target_os = "macos")) {
        return Check::ok("desktop notification", "this system has them");
    }
    match env("DBUS_SESSION_BUS_ADDRESS").filter(|value| !value.is_empty()) {
        Some(_) => Check::ok("desktop notification", "a session bus is there"),
        None => Check::warn(
            "desktop notification",
            "no session bus (DBUS_SESSION_BUS_ADDRESS is not set)",
            "nothing, if a webhook tells people; else run it within a desktop session",
        ),
    }
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
