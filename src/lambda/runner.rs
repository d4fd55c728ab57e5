//! One function: its containers, and the line of its asynchronous events.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::container::{Container, Ran};
use super::limits::SYNC_BYTES;
use super::sandbox::Isolation;
use super::{Call, End, Failure, Function, Limits, Package, Refusal, report};
use crate::clock::Clock;
use crate::pricing;

/// All containers are busy: the caller must come again, and nothing is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("throttled: all {0} containers are busy")]
pub struct Throttled(pub u32);

/// An asynchronous event that failed as often as it may.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its id.
    pub request_id: String,
    /// What it was.
    pub event: Bytes,
    /// How often it was tried.
    pub attempts: u32,
    /// How the last try failed.
    pub failure: Failure,
}

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls that were run, and are billed; retries are calls.
    pub calls: u64,
    /// Those for which a container was started.
    pub cold: u64,
    /// Calls refused since all containers were busy; not billed.
    pub throttled: u64,
    /// Asynchronous events that were taken.
    pub events: u64,
    /// Asynchronous events that were not taken: too many waited.
    pub refused: u64,
    /// Tries after a failure.
    pub retries: u64,
    /// Events given up.
    pub dead: u64,
    /// The most containers that ran at the same time.
    pub most_containers: u64,
}

/// Who is told of each call and of each event given up.
pub trait Meter: Send + Sync {
    /// A call has ended. Exactly once for each.
    fn called(&self, call: Call);
    /// An asynchronous event was given up.
    fn gave_up(&self, letter: DeadLetter);
}

/// Runs one function.
#[derive(Clone)]
pub struct Runner(Arc<Inner>);

struct Inner {
    function: Function,
    limits: Limits,
    isolation: Isolation,
    meter: Box<dyn Meter>,
    /// One permit a container.
    room: Arc<Semaphore>,
    /// One permit an asynchronous event.
    line: Arc<Semaphore>,
    idle: Mutex<Vec<Container>>,
    counters: Mutex<Counters>,
    running: AtomicU64,
    serial: AtomicU64,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("function", &self.0.function).finish_non_exhaustive()
    }
}

impl Runner {
    /// Takes a function if Lambda would, and says in words why not. Starts nothing yet.
    pub fn new(function: Function, limits: Limits, meter: Box<dyn Meter>) -> Result<Self, Refusal> {
        limits.check(&function, &Package::measure(&function.package)?)?;
        Ok(Self(Arc::new(Inner {
            room: Arc::new(Semaphore::new(function.concurrency as usize)),
            line: Arc::new(Semaphore::new(function.max_events)),
            function,
            limits,
            isolation: Isolation::available(),
            meter,
            idle: Mutex::default(),
            counters: Mutex::default(),
            running: AtomicU64::new(0),
            serial: AtomicU64::new(0),
        })))
    }

    /// How well its containers are shut off on this machine.
    pub fn isolation(&self) -> Isolation {
        self.0.isolation
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        *self.counted()
    }

    fn counted(&self) -> MutexGuard<'_, Counters> {
        self.0.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Container>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs an event now and waits for what comes of it.
    pub async fn invoke(&self, event: Bytes) -> Result<Result<Call, Throttled>, Refusal> {
        if event.len() > SYNC_BYTES {
            return Err(Refusal::Event { found: event.len(), allowed: SYNC_BYTES });
        }
        let Ok(room) = Arc::clone(&self.0.room).try_acquire_owned() else {
            self.counted().throttled += 1;
            return Ok(Err(Throttled(self.0.function.concurrency)));
        };
        Ok(Ok(self.call(room, &request_id(), &event, 1).await?))
    }

    /// Takes an event and returns at once with its id. It is tried again after a failure, and given up in the end.
    pub fn invoke_async(&self, event: Bytes) -> Result<String, Refusal> {
        if event.len() > self.0.limits.async_bytes {
            return Err(Refusal::Event { found: event.len(), allowed: self.0.limits.async_bytes });
        }
        let Ok(place) = Arc::clone(&self.0.line).try_acquire_owned() else {
            self.counted().refused += 1;
            return Err(Refusal::QueueFull(self.0.function.max_events));
        };
        self.counted().events += 1;
        let (runner, id) = (self.clone(), request_id());
        let event_id = id.clone();
        tokio::spawn(async move {
            runner.see_through(&event_id, event).await;
            drop(place);
        });
        Ok(id)
    }

    /// Whether one more asynchronous event would be refused.
    pub fn is_full(&self) -> bool {
        self.0.line.available_permits() == 0
    }

    /// Waits until no asynchronous event waits or runs.
    pub async fn drained(&self) {
        let all = u32::try_from(self.0.function.max_events).unwrap_or(u32::MAX);
        // The line is never closed.
        drop(self.0.line.acquire_many(all).await);
    }

    /// Ends every container that waits.
    pub fn stop(&self) {
        self.idle().clear();
    }

    async fn see_through(&self, id: &str, event: Bytes) {
        let mut attempt = 1;
        loop {
            let Ok(room) = Arc::clone(&self.0.room).acquire_owned().await else { return };
            let failure = match self.call(room, id, &event, attempt).await {
                Ok(call) => match report::failure(&call.end, id, self.0.function.timeout) {
                    None => return,
                    Some(failure) => failure,
                },
                Err(refusal) => Failure { kind: "Machine".to_owned(), message: refusal.to_string() },
            };
            let Some(pause) = self.0.function.retry_after.get(attempt as usize - 1) else {
                self.counted().dead += 1;
                self.0.meter.gave_up(DeadLetter { request_id: id.to_owned(), event, attempts: attempt, failure });
                return;
            };
            tokio::time::sleep(*pause).await;
            self.counted().retries += 1;
            attempt += 1;
        }
    }

    /// One call in a container, which is an idle one or a new one.
    async fn call(&self, room: OwnedSemaphorePermit, id: &str, event: &Bytes, attempt: u32) -> Result<Call, Refusal> {
        let inner = &self.0;
        let running = inner.running.fetch_add(1, Ordering::Relaxed) + 1;
        {
            let mut counters = self.counted();
            counters.most_containers = counters.most_containers.max(running);
        }
        let done = self.run(id, event).await;
        inner.running.fetch_sub(1, Ordering::Relaxed);
        drop(room);
        let (started_at, init, ran) = done?;
        let (init_micros, duration_micros) = (micros(init), micros(ran.duration));
        let mut call = Call {
            request_id: id.to_owned(),
            attempt,
            started_at,
            init_micros,
            duration_micros,
            billed_ms: pricing::billed_ms(init_micros, duration_micros, started_at).max(1),
            memory_mb: inner.function.memory_mb,
            max_memory_mb: ran.max_memory_mb,
            end: ran.end,
            log: Vec::new(),
        };
        call.log = std::iter::once(report::start(id)).chain(ran.log).chain(report::end(&call, inner.function.timeout)).collect();
        {
            let mut counters = self.counted();
            counters.calls += 1;
            counters.cold += u64::from(call.cold());
        }
        inner.meter.called(call.clone());
        Ok(call)
    }

    async fn run(&self, id: &str, event: &Bytes) -> Result<(crate::model::Timestamp, Duration, Ran), Refusal> {
        let function = &self.0.function;
        let started_at = Clock.now();
        // The one that ran last: the others then grow old together, as on AWS.
        loop {
            let warm = self.idle().pop();
            let Some(mut container) = warm else { break };
            if let Some(ran) = container.run(id, event, function).await {
                self.put_back(container, &ran);
                return Ok((started_at, Duration::ZERO, ran));
            }
        }
        let serial = self.0.serial.fetch_add(1, Ordering::Relaxed);
        let (started, init) = Container::start(function, self.0.isolation, serial).await?;
        let ran = match started {
            Ok(mut container) => match container.run(id, event, function).await {
                Some(ran) => {
                    self.put_back(container, &ran);
                    ran
                }
                None => Ran {
                    end: End::Exited(Failure {
                        kind: "Runtime.ExitError".to_owned(),
                        message: "Runtime ended before it took the event".to_owned(),
                    }),
                    duration: Duration::ZERO,
                    max_memory_mb: 0,
                    log: Vec::new(),
                    lives: false,
                },
            },
            Err(ran) => ran,
        };
        Ok((started_at, init.max(Duration::from_micros(1)), ran))
    }

    fn put_back(&self, container: Container, ran: &Ran) {
        if ran.lives {
            self.idle().push(container);
        }
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_nanos().div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// A random UUID (version 4), as Lambda's request ids are.
fn request_id() -> String {
    let hex = format!("{:032x}", fastrand::u128(..));
    let variant = ["8", "9", "a", "b"][fastrand::usize(..4)];
    format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
