//! A webhook on this machine: answers what it is told to, and remembers every request with the answer it got.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// One request: the status it was answered with, and its body.
pub(crate) type Request = (u16, Value);

/// A running HTTP server; [`Hook::close`] makes its port refuse.
pub(crate) struct Hook {
    address: SocketAddr,
    status: Arc<AtomicU16>,
    requests: Arc<Mutex<Vec<Request>>>,
    server: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Hook {
    /// Starts it; everything is accepted.
    pub(crate) fn start() -> Self {
        let mut hook = Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            status: Arc::new(AtomicU16::new(200)),
            requests: Arc::default(),
            server: None,
        };
        hook.open();
        hook
    }

    /// Listens, again at the same port after [`Hook::close`].
    #[track_caller]
    pub(crate) fn open(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.address = listener.local_addr().unwrap();
        let ending = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("hook".to_owned()).spawn({
            let (ending, status, requests) = (Arc::clone(&ending), Arc::clone(&self.status), Arc::clone(&self.requests));
            move || {
                for socket in listener.incoming().flatten() {
                    if ending.load(Ordering::Acquire) {
                        return;
                    }
                    // One connection at a time and one request each: whoever is in the middle of one when it ends is cut.
                    serve(socket, &status, &requests);
                }
            }
        });
        self.server = Some((ending, thread.unwrap()));
    }

    /// From now on connections are refused.
    pub(crate) fn close(&mut self) {
        if let Some((ending, thread)) = self.server.take() {
            ending.store(true, Ordering::Release);
            TcpStream::connect(self.address).ok();
            thread.join().unwrap();
        }
    }

    /// From now on everything is answered with this status.
    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::Release);
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests so far.
    pub(crate) fn n_requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The keys of everything that was accepted.
    pub(crate) fn told(&self) -> BTreeSet<String> {
        self.n_told().into_keys().collect()
    }

    /// How often each key was accepted.
    pub(crate) fn n_told(&self) -> BTreeMap<String, usize> {
        let mut told = BTreeMap::new();
        // Looked at where they lie: a crowd is counted many times.
        for (status, body) in self.requests.lock().unwrap().iter() {
            if *status == 200 {
                *told.entry(body["dedup_key"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
        told
    }

    /// The devices of everything that was accepted.
    pub(crate) fn devices(&self) -> BTreeSet<String> {
        let accepted = self.requests().into_iter().filter(|(status, _)| *status == 200);
        accepted.map(|(_, body)| body["device"].as_str().unwrap().to_owned()).collect()
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// A settings file next to `dir` that names this webhook.
    pub(crate) fn settings(&self, dir: &Path) -> PathBuf {
        let file = dir.with_extension("toml");
        std::fs::write(&file, format!("[outbound]\nwebhook_url = \"{}\"\n", self.url())).unwrap();
        file
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.close();
    }
}

/// Reads one request and answers it; `None` when the other side ended it.
fn serve(socket: TcpStream, status: &AtomicU16, requests: &Mutex<Vec<Request>>) -> Option<()> {
    socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut socket = BufReader::new(socket);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).ok()?;
    let status = status.load(Ordering::Acquire);
    requests.lock().unwrap().push((status, serde_json::from_slice(&body).unwrap()));
    let answer = format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    socket.get_mut().write_all(answer.as_bytes()).ok()
}
