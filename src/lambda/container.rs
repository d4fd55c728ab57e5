//! One container: a process and its Runtime API. It gets one event at a time.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::http::{self, Reply, Request};
use super::limits::SYNC_BYTES;
use super::sandbox::{Isolation, Sandbox};
use super::{End, Failure, Function, INIT_LIMIT};
use crate::clock::Clock;

/// How often a running process is looked at: whether it lives, and what it uses.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Requests of one runtime that wait; it sends one at a time.
const MAX_REQUESTS: usize = 8;
const API: &str = "/2018-06-01/runtime/";

struct Asked {
    request: Request,
    reply: oneshot::Sender<Reply>,
}

/// A process that waits for an event.
pub(super) struct Container {
    sandbox: Sandbox,
    requests: mpsc::Receiver<Asked>,
    /// The runtime's `next`, kept until there is an event.
    waiting: Option<oneshot::Sender<Reply>>,
    server: JoinHandle<()>,
}

impl Drop for Container {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What came of an event.
pub(super) struct Ran {
    pub(super) end: End,
    pub(super) duration: Duration,
    pub(super) max_memory_mb: u32,
    pub(super) log: Vec<String>,
    /// Whether another event may be given to it.
    pub(super) lives: bool,
}

/// What happened while something was waited for.
enum Happened {
    Asked(Asked),
    Over,
    Ended(String),
    OutOfMemory,
    OutOfTmp,
}

impl Container {
    /// Starts a process and waits until it asks for its first event; also says how long that took.
    pub(super) async fn start(
        function: &Function,
        isolation: Isolation,
        serial: u64,
    ) -> io::Result<(Result<Self, Ran>, Duration)> {
        let begin = Clock.instant();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let api = listener.local_addr()?.to_string();
        let (sender, requests) = mpsc::channel(MAX_REQUESTS);
        let server = tokio::spawn(serve(listener, sender));
        let sandbox = Sandbox::start(function, isolation, &api, serial)?;
        let mut container = Self { sandbox, requests, waiting: None, server };
        let failed = |kind: &str, message: String| End::Exited(Failure { kind: kind.to_owned(), message });
        let end = loop {
            match container.next(begin + INIT_LIMIT).await {
                Happened::Asked(asked) => match route(&asked.request) {
                    Route::Next => {
                        container.waiting = Some(asked.reply);
                        return Ok((Ok(container), begin.elapsed()));
                    }
                    Route::InitError => {
                        let failure = failure_of(&asked.request);
                        accept(asked.reply);
                        break End::Exited(failure);
                    }
                    Route::Answer(_) | Route::Error(_) | Route::Unknown => refuse(asked),
                },
                Happened::Over => break failed("Sandbox.Timedout", format!("init took longer than {} s", INIT_LIMIT.as_secs())),
                Happened::Ended(how) => break failed("Runtime.ExitError", format!("Runtime exited with error: {how}")),
                Happened::OutOfMemory => break End::OutOfMemory,
                Happened::OutOfTmp => break failed("Runtime.ExitError", "it wrote more to /tmp than it may".to_owned()),
            }
        };
        Ok((Err(container.ran(end, Duration::ZERO, false).await), begin.elapsed()))
    }

    /// Gives it an event and waits for what comes of it. `None`: it had ended before it got the event, which is still to
    /// be run.
    pub(super) async fn run(&mut self, request_id: &str, event: &Bytes, function: &Function) -> Option<Ran> {
        let ready_by = Clock.instant() + function.timeout;
        let next = loop {
            if let Some(next) = self.waiting.take().filter(|next| !next.is_closed()) {
                break next;
            }
            match self.next(ready_by).await {
                Happened::Asked(asked) => match route(&asked.request) {
                    Route::Next => self.waiting = Some(asked.reply),
                    _ => refuse(asked),
                },
                _ => return None,
            }
        };
        // A process that ended while it was idle has left its request behind.
        if self.sandbox.ended().is_some() {
            return None;
        }
        let begin = Clock.instant();
        let deadline_ms = Clock.now().0 / 1_000 + function.timeout.as_millis() as i64;
        let arn = format!("arn:aws:lambda:local:000000000000:function:{}", function.name);
        let headers = vec![
            ("Lambda-Runtime-Aws-Request-Id", request_id.to_owned()),
            ("Lambda-Runtime-Deadline-Ms", deadline_ms.to_string()),
            ("Lambda-Runtime-Invoked-Function-Arn", arn),
            ("Lambda-Runtime-Trace-Id", format!("Root=1-{:08x}-{:024x};Sampled=0", deadline_ms / 1_000, 0)),
        ];
        next.send(Reply { status: "200 OK", headers, body: event.clone() }).ok()?;
        let exited = |kind: &str, message: String| End::Exited(Failure { kind: kind.to_owned(), message });
        let (end, lives) = loop {
            match self.next(begin + function.timeout).await {
                Happened::Asked(asked) => match route(&asked.request) {
                    Route::Answer(id) if id == request_id && asked.request.too_large => {
                        let kind = "Function.ResponseSizeTooLarge".to_owned();
                        let message =
                            format!("Response payload size exceeded maximum allowed payload size ({SYNC_BYTES} bytes).");
                        asked.reply.send(problem("413 Payload Too Large", &kind, &message)).ok();
                        break (End::Error(Failure { kind, message }), true);
                    }
                    Route::Answer(id) if id == request_id => {
                        accept(asked.reply);
                        break (End::Answered(asked.request.body), true);
                    }
                    Route::Error(id) if id == request_id => {
                        let failure = failure_of(&asked.request);
                        accept(asked.reply);
                        break (End::Error(failure), true);
                    }
                    // It asks for the next event without having answered this one.
                    Route::Next => {
                        self.waiting = Some(asked.reply);
                        break (
                            exited("Runtime.NoAnswer", "Runtime asked for the next event without an answer".to_owned()),
                            false,
                        );
                    }
                    _ => refuse(asked),
                },
                Happened::Over => break (End::TimedOut, false),
                Happened::Ended(how) => break (exited("Runtime.ExitError", format!("Runtime exited with error: {how}")), false),
                Happened::OutOfMemory => break (End::OutOfMemory, false),
                Happened::OutOfTmp => break (exited("Runtime.ExitError", "it wrote more to /tmp than it may".to_owned()), false),
            }
        };
        let duration = begin.elapsed().min(function.timeout);
        Some(self.ran(end, duration, lives).await)
    }

    async fn ran(&mut self, end: End, duration: Duration, lives: bool) -> Ran {
        let max_memory_mb = self.sandbox.max_memory_mb();
        // What a function printed comes through another pipe than its answer.
        tokio::task::yield_now().await;
        Ran { end, duration, max_memory_mb, log: self.sandbox.log.take(), lives }
    }

    /// The next request, or whatever comes before it.
    async fn next(&mut self, until: Instant) -> Happened {
        loop {
            let look = tokio::time::sleep(LOOK_EVERY.min(until.saturating_duration_since(Clock.instant())));
            tokio::select! {
                biased;
                Some(asked) = self.requests.recv() => {
                    // Its peak is known to the kernel, so that nothing is missed between two looks.
                    return if self.sandbox.is_out_of_memory() { Happened::OutOfMemory } else { Happened::Asked(asked) };
                }
                () = look => {}
            }
            if let Some(how) = self.sandbox.ended() {
                return Happened::Ended(how);
            }
            if self.sandbox.is_out_of_memory() {
                return Happened::OutOfMemory;
            }
            if self.sandbox.is_out_of_tmp() {
                return Happened::OutOfTmp;
            }
            if Clock.instant() >= until {
                return Happened::Over;
            }
        }
    }
}

enum Route<'a> {
    Next,
    Answer(&'a str),
    Error(&'a str),
    InitError,
    Unknown,
}

fn route(request: &Request) -> Route<'_> {
    let Some(rest) = request.path.strip_prefix(API) else { return Route::Unknown };
    match (request.method.as_str(), rest) {
        ("GET", "invocation/next") => Route::Next,
        ("POST", "init/error") => Route::InitError,
        ("POST", rest) => match rest.strip_prefix("invocation/").and_then(|rest| rest.split_once('/')) {
            Some((id, "response")) => Route::Answer(id),
            Some((id, "error")) => Route::Error(id),
            _ => Route::Unknown,
        },
        _ => Route::Unknown,
    }
}

fn accept(reply: oneshot::Sender<Reply>) {
    reply.send(Reply::new("202 Accepted", r#"{"status":"OK"}"#)).ok();
}

fn problem(status: &'static str, kind: &str, message: &str) -> Reply {
    Reply::new(status, serde_json::json!({ "errorType": kind, "errorMessage": message }).to_string())
}

fn refuse(asked: Asked) {
    let reply = match route(&asked.request) {
        Route::Unknown => problem("404 Not Found", "NotFound", "the Runtime API has no such path"),
        _ => problem("400 Bad Request", "InvalidRequestID", "that is not the event that runs"),
    };
    asked.reply.send(reply).ok();
}

/// What a runtime says went wrong: the error type of its header or body, and its message.
fn failure_of(request: &Request) -> Failure {
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    let kind = text("errorType").or_else(|| request.error_type.clone()).unwrap_or_else(|| "Unhandled".to_owned());
    Failure { kind, message: text("errorMessage").unwrap_or_default() }
}

/// Takes connections of one runtime and hands on what it asks.
async fn serve(listener: TcpListener, requests: mpsc::Sender<Asked>) {
    // They end with this task.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        stream.set_nodelay(true).ok();
        let (mut stream, requests) = (BufReader::new(stream), requests.clone());
        connections.spawn(async move {
            while let Ok(Some(request)) = http::read(&mut stream, SYNC_BYTES).await {
                let last = request.last;
                let (reply, answer) = oneshot::channel();
                if requests.send(Asked { request, reply }).await.is_err() {
                    break;
                }
                let Ok(reply) = answer.await else { break };
                if http::write(&mut stream, &reply).await.is_err() || last {
                    break;
                }
            }
        });
    }
}
