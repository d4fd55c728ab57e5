//! What a client does about a session that cannot go on under its own name. Pure: it is told the time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Two messages that cannot be decoded within this time are one message that comes again and again.
const POISON_WINDOW: Duration = Duration::from_secs(5);
/// So many ends of a fresh connection within [`CLASH_WINDOW`] are somebody else with our client id.
const N_CLASH: usize = 3;
const CLASH_WINDOW: Duration = Duration::from_secs(10);
/// No more new names than these because of poison; each leaves a session at the broker.
const MAX_POISONED: u32 = 3;
/// The largest message that is taken against the settings, bytes, rather than leave what waits behind it.
const MAX_RESCUED_BYTES: usize = 32 << 20;

/// How a connection ended, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A message that cannot be decoded.
    Undecodable,
    /// A message of so many bytes, which is more than allowed.
    TooLarge(usize),
    /// Cut off by the other side within seconds of coming up.
    CutOff,
    /// Anything else.
    Other,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Connect again as before.
    GoOn,
    /// Take messages of so many bytes from now on.
    TakeLarger(usize),
    /// Leave the poisoned session and take the n-th name after our own, the same in every run: 2, 3, 4.
    LeavePoison(u32),
    /// Take a name that nobody else has.
    TakeUniqueId,
    /// A unique name did not help, so it was no clash: back to our own.
    BackToOwnId,
}

/// Remembers the last few ends.
#[derive(Debug, Default)]
pub(super) struct Remedies {
    undecodable_at: Option<Instant>,
    n_poisoned: u32,
    cut_off_at: VecDeque<Instant>,
    took_unique_id: bool,
    gave_up_on_clash: bool,
}

impl Remedies {
    pub(super) fn after(&mut self, end: End, now: Instant) -> Remedy {
        match end {
            End::TooLarge(bytes) if bytes <= MAX_RESCUED_BYTES => return Remedy::TakeLarger(bytes.next_power_of_two()),
            End::Undecodable | End::TooLarge(_) => {
                let again = self.undecodable_at.is_some_and(|at| now.duration_since(at) <= POISON_WINDOW);
                if again && self.n_poisoned < MAX_POISONED {
                    self.undecodable_at = None;
                    self.n_poisoned += 1;
                    return Remedy::LeavePoison(self.n_poisoned + 1);
                }
                self.undecodable_at = Some(now);
            }
            End::CutOff => {
                self.cut_off_at.retain(|at| now.duration_since(*at) <= CLASH_WINDOW);
                self.cut_off_at.push_back(now);
                if self.cut_off_at.len() >= N_CLASH && !self.gave_up_on_clash {
                    self.cut_off_at.clear();
                    if self.took_unique_id {
                        self.gave_up_on_clash = true;
                        return Remedy::BackToOwnId;
                    }
                    self.took_unique_id = true;
                    return Remedy::TakeUniqueId;
                }
            }
            // Whoever takes our place leaves the broker running: a broker that was away was only restarted.
            End::Other => self.cut_off_at.clear(),
        }
        Remedy::GoOn
    }
}

#[cfg(test)]
#[path = "remedy_tests.rs"]
mod tests;
