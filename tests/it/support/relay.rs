//! A network between a seat and its database that can fail: nothing comes through, and nobody is told.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Passes connections on to a port of this machine.
pub(crate) struct Relay {
    pub(crate) port: u16,
    cut: Arc<AtomicBool>,
    /// Where a seat says these words, it is cut before they come through.
    cut_at: Arc<Mutex<Option<&'static str>>>,
    ended: Arc<AtomicBool>,
}

impl Relay {
    /// Listens on a free port.
    #[track_caller]
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let relay = Self {
            port: listener.local_addr().unwrap().port(),
            cut: Arc::default(),
            cut_at: Arc::default(),
            ended: Arc::default(),
        };
        let (cut, cut_at, ended) = (Arc::clone(&relay.cut), Arc::clone(&relay.cut_at), Arc::clone(&relay.ended));
        std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || {
                for near in listener.incoming().map_while(Result::ok) {
                    if ended.load(Ordering::Acquire) {
                        return;
                    }
                    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
                    for (from, to) in [(&near, &far), (&far, &near)] {
                        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                        let (cut, cut_at, ended) = (Arc::clone(&cut), Arc::clone(&cut_at), Arc::clone(&ended));
                        let pass = move || pass(from, to, &cut, &cut_at, &ended);
                        std::thread::Builder::new().name("relay".to_owned()).spawn(pass).unwrap();
                    }
                }
            })
            .unwrap();
        relay
    }

    /// From now on nothing comes through, or everything again; what was cut off stays cut off.
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Release);
    }

    /// As [`cut`](Self::cut), at the moment at which these words are to come through.
    pub(crate) fn cut_at(&self, words: &'static str) {
        *self.cut_at.lock().unwrap() = Some(words);
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }
}

/// Bytes that came while it was cut are gone, as packets are; so the connection is of no use afterwards and stays silent.
fn pass(mut from: TcpStream, mut to: TcpStream, cut: &AtomicBool, cut_at: &Mutex<Option<&str>>, ended: &AtomicBool) {
    from.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut buffer = [0; 16_384];
    let mut lost = false;
    while !ended.load(Ordering::Acquire) {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                let mut at = cut_at.lock().unwrap();
                if at.is_some_and(|words| buffer[..n].windows(words.len()).any(|seen| seen == words.as_bytes())) {
                    *at = None;
                    cut.store(true, Ordering::Release);
                }
                drop(at);
                lost |= cut.load(Ordering::Acquire);
                if !lost && to.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    // Whoever hung up hung up for both; of a connection that lost something nobody hears any more.
    if !lost {
        to.shutdown(std::net::Shutdown::Both).ok();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
    }
}
