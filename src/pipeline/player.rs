//! Plays scenarios as drills, and the sample fleet, over the line's own connection: real MQTT out and in again.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;

use super::Desk;
use super::door::StackDoor;
use super::queue::{Bounds, Queue};
use super::sample_fleet::SampleFleet;
use super::scenario_player::play_scenario;
use super::self_test;
use crate::broker::{self, Publisher, Qos};
use crate::clock::Clock;
use crate::model::{Fact, Origin, SelfTest, Target};
use crate::play::{Publish, PublishError, WallPace};
use crate::scenario::Scenario;
use crate::stack;

/// Scenarios that may wait to be played.
const WAITING: Bounds = Bounds { urgent: 16, bulk: 1, bytes: 16 << 20 };
/// Self-tests that may wait: one, since another tests nothing more.
const ONE: Bounds = Bounds { urgent: 1, bulk: 1, bytes: 1 };
/// How long a flush waits for the broker's answer.
const FLUSH: Duration = Duration::from_secs(5);

/// Publishes on a lane's connection and knows what the broker has not answered yet.
pub(super) struct OnLine {
    publisher: Publisher,
    open: Arc<(Mutex<usize>, Condvar)>,
}

impl OnLine {
    pub(super) fn new(publisher: Publisher) -> Self {
        Self { publisher, open: Arc::default() }
    }

    /// Waits until at most `most` publishes are open.
    fn wait(&self, most: usize) -> bool {
        let (open, answered) = &*self.open;
        let open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = answered.wait_timeout_while(open, FLUSH, |open| *open > most);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl Publish for OnLine {
    fn publish(&mut self, topic: &str, payload: Vec<u8>, qos: u8) -> Result<(), PublishError> {
        let words = |error: broker::PublishError| PublishError(error.to_string());
        let qos = if qos == 0 { Qos::AtMostOnce } else { Qos::AtLeastOnce };
        let payload = Bytes::from(payload);
        loop {
            let open = Arc::clone(&self.open);
            let done: broker::Done = Box::new(move |_outcome| {
                let mut n_open = open.0.lock().unwrap_or_else(PoisonError::into_inner);
                *n_open = n_open.saturating_sub(1);
                drop(n_open);
                open.1.notify_all();
            });
            *self.open.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            let sent = self.publisher.publish(topic, payload.clone(), qos, Some(done));
            if let Err(error) = sent {
                let mut n_open = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
                *n_open = n_open.saturating_sub(1);
                let before = *n_open;
                drop(n_open);
                // A full connection empties by itself; everything else is for the caller.
                if error == broker::PublishError::QueueFull && self.wait(before.saturating_sub(1)) {
                    continue;
                }
                return Err(words(error));
            }
            return Ok(());
        }
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        if self.wait(0) { Ok(()) } else { Err(PublishError("the broker did not answer within 5 s".to_owned())) }
    }
}

/// The running player.
pub(super) struct Player {
    scenarios: Arc<Queue<(Scenario, Target)>>,
    self_tests: Arc<Queue<()>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Player {
    /// Starts the player of drills and, with `sample`, the sample fleet.
    pub(super) fn start(
        desk: &Desk,
        publisher: &Publisher,
        sample: bool,
        self_test: SelfTest,
        stack: &stack::Settings,
    ) -> std::io::Result<Self> {
        let weigh = |(scenario, _): &(Scenario, Target)| scenario.steps.iter().map(|step| step.payload.len()).sum();
        let scenarios = Arc::new(Queue::new("drills", WAITING, weigh));
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = vec![super::spawn("player", {
            let (scenarios, stop, desk, publisher) = (Arc::clone(&scenarios), Arc::clone(&stop), desk.clone(), publisher.clone());
            let stack = stack.clone();
            move || play_drills(&scenarios, &stop, &desk, publisher, &stack)
        })?];
        let self_tests = Arc::new(Queue::new("self-tests", ONE, |()| 0));
        threads.push(super::spawn("self-test", {
            let (asked, stop, desk, publisher) = (Arc::clone(&self_tests), Arc::clone(&stop), desk.clone(), publisher.clone());
            move || test_ourselves(self_test, &asked, &stop, &desk, publisher)
        })?);
        if sample {
            threads.push(super::spawn("sample-fleet", {
                let (stop, publisher) = (Arc::clone(&stop), publisher.clone());
                move || {
                    let mut pace = WallPace::until(stop);
                    SampleFleet::new(fastrand::u64(..)).run(&mut pace, &mut OnLine::new(publisher));
                }
            })?);
        }
        Ok(Self { scenarios, self_tests, stop, threads })
    }

    /// For whoever wants a self-test now.
    pub(super) fn self_tests(&self) -> Arc<Queue<()>> {
        Arc::clone(&self.self_tests)
    }

    /// For whoever wants a scenario played.
    pub(super) fn scenarios(&self) -> Arc<Queue<(Scenario, Target)>> {
        Arc::clone(&self.scenarios)
    }

    /// Stops in the middle of whatever plays.
    pub(super) fn stop(self) {
        self.stop.store(true, std::sync::atomic::Ordering::Release);
        self.scenarios.close();
        self.self_tests.close();
        for thread in self.threads {
            super::join(thread, "player");
        }
    }
}

fn play_drills(
    scenarios: &Queue<(Scenario, Target)>,
    stop: &Arc<AtomicBool>,
    desk: &Desk,
    publisher: Publisher,
    stack: &stack::Settings,
) {
    let (mut waiting, mut none) = (VecDeque::new(), VecDeque::new());
    let mut line = OnLine::new(publisher);
    while scenarios.drain(&mut waiting, &mut none, Duration::from_secs(1)) {
        for (scenario, target) in waiting.drain(..) {
            let run = format!("drill-{:x}", Clock.now().0);
            let mut pace = WallPace::until(Arc::clone(stop));
            let mut sent = |sent: super::scenario_player::Sent| {
                desk.injected(sent.packet, sent.topic, sent.title, sent.origin, sent.sent_at, sent.accepted_at);
            };
            let mut play = |publish: &mut dyn Publish| {
                play_scenario(&scenario, Origin::Drill, &run, &mut pace, publish, &mut sent).map(drop)
            };
            let played = match target {
                Target::Mqtt => play(&mut line),
                // Anew for each: how the stack is set up may have changed.
                Target::S3 | Target::Lambda => StackDoor::open(stack, target).and_then(|mut door| play(&mut door)),
            };
            if let Err(error) = played {
                log::warn!("the drill {:?} could not be sent: {error}", scenario.title);
                desk.drill_failed(&scenario.title, &error.to_string());
            }
        }
    }
}

/// Sends the self-test on its schedule and whenever it is asked for.
fn test_ourselves(settings: SelfTest, asked: &Queue<()>, stop: &Arc<AtomicBool>, desk: &Desk, publisher: Publisher) {
    let (mut wanted, mut none) = (VecDeque::new(), VecDeque::new());
    let mut publish = OnLine::new(publisher);
    let mut patience = settings.every().map_or(self_test::NEVER, |every| every.min(self_test::FIRST_AFTER));
    while asked.drain(&mut wanted, &mut none, patience) {
        let is_due = !wanted.is_empty() || settings.every().is_some();
        wanted.clear();
        patience = settings.every().unwrap_or(self_test::NEVER);
        if !is_due {
            continue;
        }
        let at = Clock.now();
        let mut report = None;
        let mut sent = |sent: super::scenario_player::Sent| {
            report = Some(sent.packet);
            desk.injected(sent.packet, sent.topic, sent.title, sent.origin, sent.sent_at, sent.accepted_at);
        };
        let run = format!("self-test-{:x}", at.0);
        let mut pace = WallPace::until(Arc::clone(stop));
        let played = play_scenario(self_test::scenario(), Origin::Drill, &run, &mut pace, &mut publish, &mut sent);
        let sent = match (played, report) {
            (Ok(_), Some(packet)) => Ok(packet),
            (Ok(_), None) => return,
            (Err(error), _) => Err(error.to_string()),
        };
        desk.tell(Fact::SelfTested { sent, at, due: at.plus_secs(i64::from(settings.within_secs)) });
    }
}
