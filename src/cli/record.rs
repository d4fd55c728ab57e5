//! `fleetwatch record`: what devices send, into a file that `play` reads.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::args::RecordArgs;
use crate::broker::{self, Client, Sink, Subscription};
use crate::clock::Clock;
use crate::decode::{self, Decoder};
use crate::model::{Lane, Link, LinkState, LinkStatus, Origin, Packet};
use crate::play::recording::Line;

/// How often it is said how far it is.
const SAID_EVERY: Duration = Duration::from_secs(1);

/// Why nothing could be recorded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The broker.
    #[error(transparent)]
    Broker(#[from] broker::Error),
    /// The file.
    #[error("the recording cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

struct Written {
    file: BufWriter<File>,
    n: u64,
    bytes: u64,
    failed: Option<std::io::Error>,
}

/// Writes each packet down.
#[derive(Clone)]
struct Tap(Arc<Mutex<Written>>);

impl Tap {
    fn look<R>(&self, look: impl FnOnce(&mut Written) -> R) -> R {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sink for Tap {
    fn packet(&mut self, packet: Packet) {
        let mut line = serde_json::to_vec(&Line::of(packet.received_at, &packet.topic, &packet.payload)).unwrap_or_default();
        line.push(b'\n');
        self.look(|written| match written.file.write_all(&line) {
            Ok(()) => {
                written.n += 1;
                written.bytes += line.len() as u64;
            }
            Err(error) => written.failed = Some(error),
        });
    }

    fn link(&mut self, _link: Link, status: LinkStatus) {
        if status.state == LinkState::Down {
            log::warn!("{}", status.reason);
        }
    }
}

/// Records until `stop` is set or the time is over; gives how many messages there are. Crash reports come on a session of
/// its own, so that none is taken from a desk.
pub fn run(
    args: &RecordArgs,
    broker: broker::Settings,
    formats: &decode::Settings,
    stop: &AtomicBool,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    let filters = Decoder::new(formats, 1).filters();
    let subscriptions: Vec<Subscription> = filters
        .into_iter()
        .map(|wanted| Subscription { topic: wanted.filter.topic, lane: Lane::Telemetry, needed: wanted.asked })
        .collect();
    let settings = broker::Settings { client_id: Some(broker::Settings::fresh_client_id()), share: None, ..broker };
    let tap = Tap(Arc::new(Mutex::new(Written { file: create(&args.file)?, n: 0, bytes: 0, failed: None })));
    let roots: &[Origin] = if args.all { &[Origin::Device, Origin::Drill, Origin::Sample] } else { &[Origin::Device] };
    let client: Client = broker::connect(&settings, Lane::Telemetry, roots, &subscriptions, tap.clone())?;
    let until = args.secs.map(|secs| Clock.instant() + Duration::from_secs(secs));
    let mut said_at = Clock.instant();
    while !stop.load(Ordering::Acquire) && until.is_none_or(|until| Clock.instant() < until) {
        std::thread::sleep(Duration::from_millis(50));
        let (n, bytes, failed) = tap.look(|written| (written.n, written.bytes, written.failed.take()));
        if let Some(error) = failed {
            client.stop();
            return Err(error.into());
        }
        if said_at.elapsed() >= SAID_EVERY {
            said_at = Clock.instant();
            // Who reads this may go away; the recording goes on.
            writeln!(out, "{n} messages, {bytes} bytes").and_then(|()| out.flush()).ok();
        }
    }
    client.stop();
    let (n, bytes) = tap.look(|written| written.file.flush().map(|()| (written.n, written.bytes)))?;
    writeln!(out, "{n} messages, {bytes} bytes in {}", args.file.display()).ok();
    Ok(n)
}

/// A new file: one that is there is not written over.
fn create(path: &Path) -> std::io::Result<BufWriter<File>> {
    File::create_new(path).map(BufWriter::new)
}
