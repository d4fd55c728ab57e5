//! Numbers, durations, ages, money and local time as people read them. Pure: the time comes in.
//!
//! A number never goes out without its unit; where it is not known, words stand instead of it.

use chrono::{DateTime, Datelike as _, FixedOffset, Local, TimeZone as _};

use super::{tr, word};
use crate::model::{Band, Life, Link, LinkState, PicoUsd, Points, Ruling, Severity, Timestamp};

/// `1,284`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number as exact as it is, with its thousands grouped and a real minus sign: `−1,000`, `2,000.5`, `0.00025`.
pub fn exact(value: f64) -> String {
    if !value.is_finite() {
        return unknown().to_owned();
    }
    let (whole, rest) = (value.abs().trunc(), value.abs().to_string());
    let rest = rest.split_once('.').map_or_else(String::new, |(_, decimals)| format!(".{decimals}"));
    let sign = if value < 0.0 { "−" } else { "" };
    if whole < 1e15 { format!("{sign}{}{rest}", count(whole as u64)) } else { value.to_string().replace('-', "−") }
}

/// `1 vehicle`, `1,284 vehicles`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A value with its unit and a fixed number of decimals: `34.0 km/h`. Not finite: `unknown`.
pub fn quantity(value: f64, decimals: usize, unit: &str) -> String {
    if !value.is_finite() {
        return unknown().to_owned();
    }
    let number = number(value, decimals);
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

/// What stands where a number is not known.
pub fn unknown() -> &'static str {
    word!("text-unknown")
}

/// A value with a fixed number of decimals and a real minus sign. Not finite: `unknown`.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return unknown().to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !zero { format!("−{text}") } else { text }
}

/// Signed: `+16.0 g`, `−3.0 g`, `0.0 g`.
pub fn signed(value: f64, decimals: usize, unit: &str) -> String {
    let text = quantity(value, decimals, unit);
    if value > 0.0 && value.is_finite() && !text.trim_start_matches(['0', '.']).starts_with(' ') {
        format!("+{text}")
    } else {
        text
    }
}

/// `34 km/h`.
pub fn kmh(value: f64) -> String {
    quantity(value, 0, "km/h")
}

/// A heading in degrees with its compass point: `271° W`.
pub fn heading(degrees: f64) -> String {
    const POINTS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
    if !degrees.is_finite() {
        return unknown().to_owned();
    }
    let turned = degrees.rem_euclid(360.0);
    format!("{}° {}", number(turned, 0), POINTS[(turned / 45.0).round() as usize % 8])
}

/// A duration in µs: `850 µs`, `38 ms`, `2.1 s`, `4 min 05 s`.
pub fn micros(micros: i64) -> String {
    let sign = if micros < 0 { "−" } else { "" };
    let us = micros.unsigned_abs();
    match us {
        0..1_000 => format!("{sign}{us} µs"),
        1_000..10_000 => format!("{sign}{:.1} ms", us as f64 / 1e3),
        10_000..1_000_000 => format!("{sign}{} ms", us / 1_000),
        1_000_000..60_000_000 => format!("{sign}{:.1} s", us as f64 / 1e6),
        _ => format!("{sign}{}", age_of_secs(us / 1_000_000)),
    }
}

/// How long ago: `0 s`, `42 s`, `2 min 57 s`, `14 min`, `3 h 20 min`, `5 d 2 h`. The future counts as now.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    age_of_secs(now.micros_since(then).max(0) as u64 / 1_000_000)
}

/// When something is tried again: `Tried again at 03:12:05, in 27 s.`
pub fn again(at: Timestamp, now: Timestamp) -> String {
    if at > now { tr!("text-tried-again", at = clock(at), wait = age(at, now)) } else { tr!("text-being-tried-again") }
}

fn age_of_secs(secs: u64) -> String {
    match secs {
        0..60 => tr!("text-secs", s = secs),
        60..600 => tr!("text-min-secs", min = secs / 60, s = format!("{:02}", secs % 60)),
        600..3_600 => tr!("text-min", min = secs / 60),
        3_600..86_400 => tr!("text-hours-min", h = secs / 3_600, min = format!("{:02}", secs / 60 % 60)),
        _ => tr!("text-days-hours", d = secs / 86_400, h = secs / 3_600 % 24),
    }
}

/// Bytes in decimal units: `512 B`, `18.4 GB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut value, mut unit_idx) = (n as f64, 0);
    while value >= 999.95 && unit_idx + 1 < UNITS.len() {
        value /= 1_000.0;
        unit_idx += 1;
    }
    if unit_idx == 0 { format!("{n} B") } else { format!("{value:.1} {}", UNITS[unit_idx]) }
}

/// Money with its currency, as fine as the amount needs: `USD 39.84`, `USD 0.4010`, and below a cent in cents: `0.087 cents`.
pub fn usd(amount: PicoUsd) -> String {
    let dollars = amount.usd().abs();
    let sign = if amount.0 < 0 { "−" } else { "" };
    let digits = match dollars {
        _ if amount.0 == 0 => "0.00".to_owned(),
        1.0.. => format!("{}.{:02}", count(dollars as u64), ((dollars.fract() * 100.0).round() as u64).min(99)),
        0.01..1.0 => format!("{dollars:.4}"),
        _ => {
            // Two digits that say something, however small it is.
            let cents = dollars * 100.0;
            let decimals = (1.0 - cents.log10().floor()) as usize;
            return tr!("text-cents", n = format!("{sign}{cents:.decimals$}"));
        }
    };
    format!("USD {sign}{digits}")
}

/// Dollars as [`usd`] writes them.
pub fn usd_of(dollars: f64) -> String {
    usd(PicoUsd((dollars * 1e12) as i64))
}

/// A probability as people read it: `96 %`, `over 99 %`, `under 1 %`; never a certainty. NaN: `unknown`.
pub fn likelihood(p: f64) -> String {
    match p {
        0.995.. => tr!("text-over-99"),
        ..0.005 => tr!("text-under-1"),
        p => percent(p),
    }
}

/// A share of one as per cent: `96 %`.
pub fn percent(share: f64) -> String {
    quantity(share * 100.0, 0, "%")
}

fn local(at: Timestamp) -> Option<DateTime<FixedOffset>> {
    at.utc().map(|utc| utc.with_timezone(&Local).fixed_offset())
}

/// Local time of day, 24 h: `03:12:47`.
pub fn clock(at: Timestamp) -> String {
    local(at).map_or_else(|| unknown().to_owned(), |time| time.format("%H:%M:%S").to_string())
}

/// Local time of day with ms: `03:12:05.578`.
pub fn clock_millis(at: Timestamp) -> String {
    local(at).map_or_else(|| unknown().to_owned(), |time| time.format("%H:%M:%S%.3f").to_string())
}

/// Hours and minutes: `03:12`.
pub fn clock_minutes(at: Timestamp) -> String {
    local(at).map_or_else(|| unknown().to_owned(), |time| time.format("%H:%M").to_string())
}

/// Local day and zone: `18 Mar UTC+09:00`.
pub fn day_and_zone(at: Timestamp) -> String {
    local(at).map_or_else(
        || unknown().to_owned(),
        |time| {
            let (day, month) = (time.day(), time.month());
            tr!("text-day-and-zone", day = day, month = month, zone = zone_of(*time.offset()))
        },
    )
}

/// Local day and time to the minute: `24 Mar 22:15`.
pub fn day_and_minutes(at: Timestamp) -> String {
    local(at).map_or_else(|| unknown().to_owned(), |time| time.format("%-d %b %H:%M").to_string())
}

/// Local date: `2026-03-18`.
pub fn date(at: Timestamp) -> String {
    local(at).map_or_else(|| unknown().to_owned(), |time| time.format("%Y-%m-%d").to_string())
}

/// Local date, time and zone, for hovers: `2026-03-18 03:12:47 UTC+09:00`.
pub fn full_time(at: Timestamp) -> String {
    local(at)
        .map_or_else(|| unknown().to_owned(), |time| format!("{} {}", time.format("%Y-%m-%d %H:%M:%S"), zone_of(*time.offset())))
}

fn zone_of(offset: FixedOffset) -> String {
    let minutes = offset.local_minus_utc() / 60;
    if minutes == 0 {
        "UTC".to_owned()
    } else {
        format!("UTC{}{:02}:{:02}", if minutes < 0 { '−' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60)
    }
}

/// The first instant of the local day of `at`.
pub fn midnight(at: Timestamp) -> Timestamp {
    local(at)
        .and_then(|time| {
            time.date_naive().and_hms_opt(0, 0, 0).and_then(|naive| time.timezone().from_local_datetime(&naive).single())
        })
        .map_or(at, |time| time.to_utc().into())
}

/// With a capital first letter.
pub fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `text` with at most `keep` of its characters, the middle replaced by `…`.
pub fn elide_middle(text: &str, keep: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= keep {
        return text.to_owned();
    }
    let (head, tail) = (keep.div_ceil(2), keep / 2);
    let ends = chars[..head].iter().chain(std::iter::once(&'…')).chain(&chars[chars.len() - tail..]);
    ends.collect()
}

/// How far a value can be trusted to be now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Plain.
    Live,
    /// Plain, with its age beside it.
    Late,
    /// Grey, dotted underline, STALE with its age.
    Stale,
    /// No number any more.
    Lost,
}

impl Freshness {
    /// From the age in seconds and the stream's usual period; an unknown period counts as one second.
    pub fn of(age_secs: f64, period_secs: Option<f64>) -> Self {
        let period = period_secs.filter(|period| period.is_finite() && *period > 0.0).unwrap_or(1.0);
        let limits = [(Self::Live, 2.0, 2.0), (Self::Late, 10.0, 4.0), (Self::Stale, 60.0, 6.0)];
        let fresh = limits.into_iter().find(|&(_, least, periods)| age_secs <= f64::max(least, periods * period));
        fresh.map_or(Self::Lost, |(freshness, ..)| freshness)
    }

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => word!("text-fresh-live"),
            Self::Late => word!("text-fresh-late"),
            Self::Stale => word!("text-fresh-stale"),
            Self::Lost => word!("text-fresh-lost"),
        }
    }
}

/// A severity in a word.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => word!("text-severity-critical"),
        Severity::High => word!("text-severity-high"),
        Severity::Medium => word!("text-severity-medium"),
        Severity::Low => word!("text-severity-low"),
    }
}

/// A ruling in words.
pub fn ruling(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Real => word!("text-ruling-real-accident"),
        Ruling::Malfunction => word!("text-ruling-malfunction"),
        Ruling::Undecided => word!("text-ruling-undecided"),
    }
}

/// Where an incident is in its life, in a word.
pub fn life(life: Life) -> &'static str {
    match life {
        Life::Open => word!("text-life-unacknowledged"),
        Life::Acknowledged => word!("text-life-acknowledged"),
        Life::Resolved => word!("text-life-resolved"),
    }
}

/// The state of one link in the words that fit it. A channel that nothing went out on yet is not connecting: it waits.
pub fn link_of(which: Link, state: LinkState) -> &'static str {
    match (which, state) {
        (Link::Store, LinkState::Up) => word!("text-store-writable"),
        (Link::Store, LinkState::Down) => word!("text-store-not-writable"),
        (Link::Notify, LinkState::Up) => word!("text-notify-reachable"),
        (Link::Notify, LinkState::Down) => word!("text-notify-unreachable"),
        (Link::Notify, LinkState::Degraded) => word!("text-notify-telling-fails"),
        (Link::Notify, LinkState::Connecting) => word!("text-notify-set-up-not-used-yet"),
        (Link::SelfTest, LinkState::Up) => word!("text-self-test-passed"),
        (Link::SelfTest, LinkState::Down) => word!("text-self-test-failed"),
        (Link::SelfTest, LinkState::Connecting) => word!("text-self-test-waiting"),
        (Link::SelfTest, LinkState::NotSet) => word!("text-self-test-by-hand"),
        (_, state) => link(state),
    }
}

/// A connection's state in words.
pub fn link(state: LinkState) -> &'static str {
    match state {
        LinkState::Connecting => word!("text-link-connecting"),
        LinkState::Up => word!("text-link-connected"),
        LinkState::Degraded => word!("text-link-degraded"),
        LinkState::Down => word!("text-link-disconnected"),
        LinkState::NotSet => word!("text-link-not-set"),
    }
}

/// Which way a piece of evidence points, in words.
pub fn points(points: Points) -> &'static str {
    match points {
        Points::Accident => word!("text-points-accident"),
        Points::Malfunction => word!("text-points-malfunction"),
        Points::Neutral => word!("text-points-neutral"),
        Points::NotChecked => word!("text-points-not-checked"),
    }
}

/// A band in capitals, as its badge says it.
pub fn band(band: Band) -> &'static str {
    match band {
        Band::Cold => word!("text-band-cold"),
        Band::Normal => word!("text-band-normal"),
        Band::Hot => word!("text-band-hot"),
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
