//! A receiver of notices that follows a script, and what a test needs to send to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::model::{DeviceId, IncidentId, Origin, Severity};

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    /// Answers with this status line and these headers.
    Answers(&'static str),
    /// Answers 200 with this text.
    Says(&'static str),
    /// Answers 200 and breaks off in the middle of what it says.
    BreaksOff,
    /// Takes so long, ms, and answers 200.
    Slow(u64),
    /// Closes the connection without a word.
    Cuts,
    /// Reads and says nothing.
    Hangs,
}

pub(super) const OK: Does = Does::Answers("200 OK");

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) first_line: String,
    headers: Vec<(String, String)>,
    pub(super) body: serde_json::Value,
    pub(super) raw: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// A real HTTP server on this machine that follows a script and then says 200.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) url: String,
    script: Arc<Mutex<VecDeque<Does>>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(super) async fn start(script: &[Does]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    pub(super) fn on(listener: TcpListener, script: &[Does]) -> Self {
        let url = format!("http://{}/hook?token=secret", listener.local_addr().unwrap());
        let server = Self { url, script: Arc::new(Mutex::new(script.iter().copied().collect())), requests: Arc::default() };
        let clone = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = clone.clone();
                tokio::spawn(async move { server.serve(BufReader::new(socket)).await });
            }
        });
        server
    }

    async fn serve(&self, mut socket: BufReader<tokio::net::TcpStream>) -> Option<()> {
        loop {
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                if socket.read_line(&mut line).await.ok()? == 0 {
                    return None;
                }
                match line.trim_end() {
                    "" => break,
                    line => lines.push(line.to_owned()),
                }
            }
            let header = |line: &String| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
            let headers: Vec<_> = lines[1..].iter().filter_map(header).collect();
            let len = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
            let mut body = vec![0; len];
            socket.read_exact(&mut body).await.ok()?;
            let request =
                Request { first_line: lines[0].clone(), headers, body: serde_json::from_slice(&body).unwrap(), raw: body };
            let does = {
                self.requests.lock().unwrap().push(request);
                self.script.lock().unwrap().pop_front().unwrap_or(OK)
            };
            match does {
                Does::Answers(status) => {
                    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                    socket.get_mut().write_all(answer.as_bytes()).await.ok()?;
                }
                Does::Says(words) => {
                    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{words}", words.len());
                    socket.get_mut().write_all(answer.as_bytes()).await.ok()?;
                }
                Does::BreaksOff => {
                    socket.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":").await.ok()?;
                    return None;
                }
                Does::Slow(millis) => {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    socket.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.ok()?;
                }
                Does::Cuts => return None,
                Does::Hangs => std::future::pending().await,
            }
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

pub(super) fn item(incident: u32, what: &str, origin: Origin) -> OutboxItem {
    let notice = Notice {
        dedup_key: format!("INC-{incident}:{what}"),
        incident: IncidentId(format!("INC-{incident}").into()),
        device: DeviceId::new("van-7"),
        severity: Severity::Critical,
        origin,
        title: "Crash, van-7, 34 km/h".to_owned(),
        text: "Hit from the front <b>& so on</b>".to_owned(),
        at: Timestamp(1_800_000_000_000_000),
        everyone: false,
        group: None,
    };
    OutboxItem { notice, settled: Vec::new(), attempts: 0 }
}

pub(super) fn pace() -> Pace {
    Pace { first: Duration::from_millis(2), cap: Duration::from_millis(20), timeout: Duration::from_millis(400) }
}

/// A worker with a webhook only, what it takes and what it reports.
pub(super) fn start(url: Option<&str>) -> (mpsc::Sender<OutboxItem>, mpsc::Receiver<Told>) {
    let settings = Settings { webhook_url: url.map(str::to_owned), desktop: false, ..Settings::default() };
    let outbound = Outbound::with_pace(&settings, pace()).unwrap();
    let (items, taken) = mpsc::channel(100);
    let (reports, told) = mpsc::channel(10_000);
    let sink = move |told| reports.try_send(told).unwrap();
    tokio::spawn(outbound.run(taken, Arc::new(sink)));
    (items, told)
}

pub(super) async fn next(told: &mut mpsc::Receiver<Told>) -> Told {
    timeout(Duration::from_secs(20), told.recv()).await.expect("nothing was reported in 20 s").expect("the worker ended")
}

/// Sends one notice to a server with this script and answers all reports up to the final one, and the server.
pub(super) async fn tell(script: &[Does]) -> (Vec<Told>, Server) {
    let server = Server::start(script).await;
    let (items, mut told) = start(Some(&server.url));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    let mut reports = Vec::new();
    loop {
        let report = next(&mut told).await;
        reports.push(report);
        if reports.last().is_some_and(|report| report.last) {
            break;
        }
    }
    (reports, server)
}

pub(super) fn outcomes(reports: &[Told]) -> Vec<&'static str> {
    let word = |report: &Told| match report.outcome {
        DeliveryOutcome::Accepted => "accepted",
        DeliveryOutcome::Retrying { .. } => "retrying",
        DeliveryOutcome::Waiting { .. } => "waiting",
        DeliveryOutcome::Refused { .. } => "refused",
        DeliveryOutcome::WouldHave => "would have",
    };
    reports.iter().map(word).collect()
}
