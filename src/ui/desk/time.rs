//! The one clock of the window: LIVE, held, or a moment of the past. Pure.

use crate::model::Timestamp;
use crate::ui::panels::ViewTime;
use crate::ui::text;

/// Which moment every screen shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TimeControl {
    #[default]
    Live,
    Paused(Timestamp),
    /// Going on from a moment of the past since a moment of the present.
    Replay {
        from: Timestamp,
        since: Timestamp,
    },
}

impl TimeControl {
    /// What panels are told.
    pub(super) fn view(self, now: Timestamp) -> ViewTime {
        match self {
            Self::Live => ViewTime::Live,
            Self::Paused(at) => ViewTime::Paused(at),
            Self::Replay { from, since } => ViewTime::Replay(from.plus_micros(now.micros_since(since).max(0))),
        }
    }

    /// Space: holds the moment, or lets it go on.
    pub(super) fn pause(&mut self, now: Timestamp) {
        *self = match self.view(now) {
            ViewTime::Live => Self::Paused(now),
            ViewTime::Paused(at) => Self::Replay { from: at, since: now },
            ViewTime::Replay(at) => Self::Paused(at),
        };
    }

    /// `[` and `]`: so many seconds on from the moment shown, back where negative. The future is LIVE.
    pub(super) fn step(&mut self, secs: i64, now: Timestamp) {
        let at = self.view(now).at(now).plus_secs(secs);
        let paused = matches!(self, Self::Paused(_));
        self.go(at, now);
        if paused && *self != Self::Live {
            *self = Self::Paused(at);
        }
    }

    /// Shows a moment and goes on from there. The future is LIVE.
    pub(super) fn go(&mut self, at: Timestamp, now: Timestamp) {
        *self = if at >= now { Self::Live } else { Self::Replay { from: at, since: now } };
    }
}

/// The moment that an operator typed: a time of day (`02:58`, `02:58:30`: the last one), or how long ago (`-15m`, `−1h`,
/// `24h`, `30s`, `2d`).
pub(super) fn parse(typed: &str, now: Timestamp) -> Option<Timestamp> {
    let typed = typed.trim();
    if typed.contains(':') {
        let mut secs = 0_i64;
        let parts: Vec<&str> = typed.split(':').collect();
        if !(2..=3).contains(&parts.len()) {
            return None;
        }
        for (part, (unit, least_over)) in parts.iter().zip([(3_600, 24), (60, 60), (1, 60)]) {
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            let number: i64 = part.parse().ok().filter(|n| digits && *n < least_over)?;
            secs += number * unit;
        }
        let at = text::midnight(now).plus_secs(secs);
        return Some(if at > now { text::midnight(text::midnight(now).plus_secs(-1)).plus_secs(secs) } else { at });
    }
    let ago = typed.trim_start_matches(['-', '−']).trim();
    let cut = ago.find(|c: char| !c.is_ascii_digit())?;
    let n: i64 = ago[..cut].parse().ok().filter(|n| *n <= 100_000)?;
    let unit = match ago[cut..].trim() {
        "s" | "초" => 1,
        "m" | "min" | "분" => 60,
        "h" | "시간" => 3_600,
        "d" | "일" => 86_400,
        _ => return None,
    };
    Some(now.plus_secs(-n * unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_770_000_000_000);

    #[test]
    fn it_holds_goes_on_steps_and_comes_back() {
        let mut time = TimeControl::default();
        time.pause(NOW);
        assert_eq!(time.view(NOW.plus_secs(9)), ViewTime::Paused(NOW));
        time.pause(NOW.plus_secs(9));
        assert_eq!(time.view(NOW.plus_secs(10)), ViewTime::Replay(NOW.plus_secs(1)), "it goes on from where it was held");
        time.step(-60, NOW.plus_secs(10));
        assert_eq!(time.view(NOW.plus_secs(10)), ViewTime::Replay(NOW.plus_secs(-59)));
        time.pause(NOW.plus_secs(10));
        time.step(-60, NOW.plus_secs(10));
        assert_eq!(time.view(NOW.plus_secs(90)), ViewTime::Paused(NOW.plus_secs(-119)), "held stays held");
        time.step(600, NOW.plus_secs(90));
        assert_eq!(time, TimeControl::Live, "there is no future");
        time.go(NOW.plus_secs(-900), NOW);
        assert_eq!(time.view(NOW.plus_secs(5)).at(NOW.plus_secs(5)), NOW.plus_secs(-895));
    }

    #[test]
    fn a_time_is_typed_as_people_say_it() {
        for (typed, ago) in [("-15m", 900), ("−1h", 3_600), ("24h", 86_400), ("30 s", 30), ("2d", 172_800), ("15분", 900)] {
            assert_eq!(parse(typed, NOW), Some(NOW.plus_secs(-ago)), "{typed}");
        }
        let midnight = text::midnight(NOW);
        let noon = midnight.plus_secs(12 * 3_600);
        assert_eq!(parse("02:58", noon), Some(midnight.plus_secs(2 * 3_600 + 58 * 60)));
        assert_eq!(parse("2:58:30", noon), Some(midnight.plus_secs(2 * 3_600 + 58 * 60 + 30)));
        assert_eq!(parse("13:00", noon), Some(text::midnight(midnight.plus_secs(-1)).plus_secs(13 * 3_600)), "yesterday's");
        for typed in ["", "now", "25:00", "02:60", "1:2:3:4", "-m", "15", "+1:00", "999999999d"] {
            assert_eq!(parse(typed, NOW), None, "{typed}");
        }
    }
}
