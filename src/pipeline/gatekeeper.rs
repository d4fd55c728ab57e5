//! Whether whoever signs in has the secret of the name: on a thread of its own, since looking takes tens of milliseconds on
//! purpose, and longer with each wrong one. Wrong names take as long as wrong secrets and are answered alike.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::clock::Clock;
use crate::model::{Fact, Operator, Secret};
use crate::secret;

/// Sign-ins that may wait; of one desk there is one at a time.
const WAITING: Bounds = Bounds { urgent: 4, bulk: 1, bytes: 1 << 16 };
/// The pause after the first wrong secret in a row; each further one doubles it.
const PAUSE: Duration = Duration::from_secs(1);
/// And the longest.
const LONGEST: Duration = Duration::from_secs(30);
/// Most characters of a name that go into the record.
const NAME_CHARS: usize = 80;

/// Somebody who wants to sign in.
pub(super) struct Asks {
    pub(super) name: String,
    pub(super) secret: Secret,
}

/// Starts the thread; `secrets` are the hashes by name.
pub(super) fn start(
    secrets: BTreeMap<String, Secret>,
    facts: Arc<Queue<Told>>,
) -> std::io::Result<(Arc<Queue<Asks>>, JoinHandle<()>)> {
    let asked = Arc::new(Queue::new("sign-ins", WAITING, |_: &Asks| 256));
    let asking = Arc::clone(&asked);
    let thread = super::spawn("gatekeeper", move || {
        let mut gate = Gatekeeper { secrets, n_wrong: 0, closed_until: None };
        let (mut waiting, mut none) = (VecDeque::new(), VecDeque::new());
        while asking.drain(&mut waiting, &mut none, Duration::from_secs(1)) {
            for asks in waiting.drain(..) {
                while gate.closed_until.is_some_and(|until| Clock.instant() < until) && !asking.is_closed() {
                    std::thread::sleep(Duration::from_millis(50));
                }
                let fact = gate.answer(&asks, Clock.instant());
                // It waits for room: a sign-in is not lost to a busy moment.
                facts.push_wait(Told::Fact(fact)).ok();
            }
        }
    })?;
    Ok((asked, thread))
}

struct Gatekeeper {
    secrets: BTreeMap<String, Secret>,
    /// Wrong ones since the last that fitted, whatever the name: who guesses may not change the name to be faster.
    n_wrong: u32,
    closed_until: Option<Instant>,
}

impl Gatekeeper {
    fn answer(&mut self, asks: &Asks, now: Instant) -> Fact {
        let name: String = asks.name.trim().chars().take(NAME_CHARS).collect();
        let hash = self.secrets.get(&name).map(Secret::expose);
        let (who, at) = (Operator(name), Clock.now());
        // A name without a secret is taken at its word.
        let open = hash.is_none() && asks.secret.expose().is_empty();
        if open || secret::fits(hash, asks.secret.expose()) {
            (self.n_wrong, self.closed_until) = (0, None);
            return Fact::SignedIn { who, at };
        }
        let pause = PAUSE.saturating_mul(1 << self.n_wrong.min(10)).min(LONGEST);
        self.n_wrong = self.n_wrong.saturating_add(1);
        self.closed_until = Some(now + pause);
        Fact::SignInRefused { who, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(name: &str, secret: &str) -> Asks {
        Asks { name: name.to_owned(), secret: Secret::new(secret) }
    }

    #[test]
    fn a_wrong_secret_is_refused_and_each_takes_longer_to_try_again() {
        let hash = secret::hash("correct horse").unwrap();
        let mut gate = Gatekeeper { secrets: [("park".to_owned(), Secret::new(hash))].into(), n_wrong: 0, closed_until: None };
        let now = Clock.instant();
        let mut answer = |name: &str, secret: &str| {
            let fact = gate.answer(&asks(name, secret), now);
            let pause = gate.closed_until.map_or(0, |until| (until - now).as_secs());
            (matches!(fact, Fact::SignedIn { .. }), pause)
        };
        assert_eq!(answer(" park ", "correct horse"), (true, 0));
        assert_eq!(answer("park", "wrong horse"), (false, 1));
        assert_eq!(answer("park", ""), (false, 2), "without one");
        assert_eq!(answer("nobody", "wrong horse"), (false, 4), "another name is no way round");
        for pause in [8, 16, 30, 30] {
            assert_eq!(answer("park", "guess"), (false, pause));
        }
        assert_eq!(answer("park", "correct horse"), (true, 0));
        assert_eq!(answer("mina", ""), (true, 0), "who has no secret goes on as before");
        assert!(!answer("mina", "guess").0);
    }
}
