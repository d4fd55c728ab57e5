//! The poll loop of one lane.
//!
//! Traps of rumqttc 0.25 that this loop knows: it reconnects without a pause; it never subscribes again; it does not
//! read the codes of a SUBACK; after a reconnect it hands out what it had buffered from the old connection; and it
//! stops for good if the polling task waits for room in its own request queue.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rumqttc::{AsyncClient, ConnectionError, Event, EventLoop, Outgoing, QoS, SubAck, SubscribeFilter, SubscribeReasonCode};
use tokio::sync::Notify;

use super::backoff::Backoff;
use super::iot_core::IotCore;
use super::publisher::Outbox;
use super::remedy::{End, Remedies, Remedy};
use super::settings::Settings;
use super::words::{self, Kind};
use super::{Endpoint, Sink, Subscription};
use crate::clock::Clock;
use crate::model::{Delivery, Lane, Link, LinkState, LinkStatus, Origin, Packet, Timestamp};

/// A connection that lasted so long was a good one: the back-off starts anew.
const GOOD_AFTER: Duration = Duration::from_secs(5);
/// A connection that the other side ends within this time was not wanted.
const UNWANTED_WITHIN: Duration = Duration::from_secs(10);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// Asks the loop to end.
#[derive(Debug, Default)]
pub(super) struct Stop {
    asked: AtomicBool,
    wake: Notify,
}

impl Stop {
    pub(super) fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    async fn asked(&self) {
        while !self.asked.load(Ordering::Acquire) {
            self.wake.notified().await;
        }
    }
}

/// Filters in one SUBSCRIBE at most: AWS `IoT` Core takes eight (AWS service quotas, "subscriptions per subscribe request").
const PER_SUBSCRIBE: usize = 8;
/// Filters of one connection at most: AWS `IoT` Core takes fifty (AWS service quotas, "subscriptions per connection").
const PER_CONNECTION: usize = 50;
/// So many connections that end while an offered filter waits for its answer, and the offered ones are left out: some
/// brokers hang up on a filter that they do not allow, and our own topics must not suffer for those of others.
const HUNG_UP: u32 = 2;

/// One SUBSCRIBE: filters that are all needed, or all merely offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    filters: Vec<SubscribeFilter>,
    needed: bool,
}

/// What a lane subscribes to, under each root: what is needed comes first.
pub(super) fn chunks(lane: Lane, origins: &[Origin], subscriptions: &[Subscription], settings: &Settings) -> Vec<Chunk> {
    let qos = match lane {
        Lane::Crash => QoS::AtLeastOnce,
        Lane::Telemetry => settings.telemetry_qos.on_the_wire(),
    };
    // Only crashes are shared out: whether a vehicle is silent, only those know who hear all of it.
    let share = settings.share.as_ref().filter(|_| lane == Lane::Crash);
    let shared = share.map_or_else(String::new, |group| format!("$share/{group}/"));
    let under = |needed: bool| {
        let own = subscriptions.iter().filter(move |subscription| subscription.lane == lane && subscription.needed == needed);
        let own: Vec<_> = own.collect();
        let shared = shared.clone();
        let rooted = origins.iter().flat_map(move |origin| {
            let shared = shared.clone();
            own.clone()
                .into_iter()
                .map(move |subscription| SubscribeFilter::new(format!("{shared}{}{}", origin.root(), subscription.topic), qos))
        });
        rooted.collect::<Vec<_>>()
    };
    let (needed, mut offered) = (under(true), under(false));
    // The operator's own are never left out; a broker that has a limit says so.
    offered.truncate(PER_CONNECTION.saturating_sub(needed.len()));
    let split = |filters: &[SubscribeFilter], needed| {
        filters.chunks(PER_SUBSCRIBE).map(|filters| Chunk { filters: filters.to_vec(), needed }).collect::<Vec<_>>()
    };
    split(&needed, true).into_iter().chain(split(&offered, false)).collect()
}

/// How the subscriptions of the present connection stand.
#[derive(Debug, Default)]
struct Subscribing {
    /// Sent by us, not written by the client yet: indices of chunks, in order.
    unwritten: VecDeque<usize>,
    /// Written, not answered: packet id and index.
    unanswered: Vec<(u16, usize)>,
    refused: Vec<String>,
    /// Merely offered, and refused.
    declined: Vec<String>,
    /// The broker's answers in which something was refused.
    raw: String,
}

/// What [`super::connect`] has put together.
pub(super) struct Parts {
    pub(super) eventloop: EventLoop,
    pub(super) client: AsyncClient,
    pub(super) outbox: Arc<Outbox>,
    pub(super) endpoint: Endpoint,
    /// Signs each connection.
    pub(super) iot_core: Option<Arc<IotCore>>,
    pub(super) client_id: String,
    pub(super) lane: Lane,
}

/// One lane's loop and what it remembers.
pub(super) struct Subscriber<S> {
    parts: Parts,
    chunks: Vec<Chunk>,
    subscribing: Subscribing,
    /// Connections in a row that ended while an offered filter waited for its answer.
    n_hung_up: u32,
    sink: S,
    clock: Clock,
    backoff: Backoff,
    remedies: Remedies,
    /// The connection's number; what it delivers carries it.
    epoch: u64,
    connected_at: Option<Instant>,
    n_connects: u32,
    /// Why this client differs from its settings: another name, or larger messages.
    departure: Option<String>,
}

impl<S: Sink> Subscriber<S> {
    pub(super) fn new(parts: Parts, chunks: Vec<Chunk>, sink: S) -> Self {
        Self {
            parts,
            chunks,
            subscribing: Subscribing::default(),
            n_hung_up: 0,
            sink,
            clock: Clock,
            backoff: Backoff::default(),
            remedies: Remedies::default(),
            epoch: 1,
            connected_at: None,
            n_connects: 0,
            departure: None,
        }
    }

    /// Polls until asked to stop. Awaits nothing but `poll()` while connected.
    pub(super) async fn run(mut self, stop: &Stop) {
        // However this ends, nobody waits for an answer that cannot come.
        let _closing = CloseOnDrop(Arc::clone(&self.parts.outbox));
        self.link(LinkState::Connecting, String::new(), String::new(), None);
        loop {
            // The second branch is dropped mid-way only when all is over.
            let polled = tokio::select! {
                biased;
                () = stop.asked() => break,
                polled = self.parts.eventloop.poll() => polled,
            };
            match polled {
                Ok(event) => {
                    // One look at the clock for everything that one read brought.
                    let now = self.clock.now();
                    self.handle(event, now);
                    self.drain(now);
                }
                Err(error) => {
                    let wait = self.lost(&error);
                    tokio::select! {
                        () = stop.asked() => break,
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
        self.say_goodbye().await;
    }

    fn drain(&mut self, now: Timestamp) {
        while let Some(event) = self.parts.eventloop.state.events.pop_front() {
            self.handle(event, now);
        }
    }

    fn handle(&mut self, event: Event, received_at: Timestamp) {
        match event {
            Event::Incoming(rumqttc::Packet::Publish(publish)) => {
                let lane = self.parts.lane;
                let crash = lane == Lane::Crash;
                let delivery = crash.then_some(Delivery { epoch: self.epoch, packet_id: publish.pkid });
                // A payload is a window on the read buffer. Crash reports are kept for long, so they get their own
                // bytes; telemetry is gone in a moment.
                let payload = if crash { Bytes::copy_from_slice(&publish.payload) } else { publish.payload };
                self.sink.packet(Packet {
                    topic: publish.topic.into_boxed_str(),
                    payload,
                    received_at,
                    lane,
                    retained: publish.retain,
                    redelivered: publish.dup,
                    delivery,
                });
            }
            Event::Incoming(rumqttc::Packet::ConnAck(_)) => self.connected(),
            Event::Incoming(rumqttc::Packet::SubAck(answer)) => self.subscribed(&answer),
            Event::Incoming(rumqttc::Packet::PubAck(ack)) => self.parts.outbox.acknowledged(ack.pkid),
            Event::Outgoing(Outgoing::Subscribe(packet_id)) => {
                let written = self.subscribing.unwritten.pop_front();
                self.subscribing.unanswered.extend(written.map(|chunk_idx| (packet_id, chunk_idx)));
            }
            Event::Outgoing(Outgoing::Publish(packet_id)) => self.parts.outbox.written(packet_id),
            _ => {}
        }
    }

    fn connected(&mut self) {
        self.connected_at = Some(self.clock.instant());
        self.n_connects += 1;
        self.subscribing = Subscribing::default();
        // What is needed first; what is offered once that is answered, so that it can spoil nothing.
        self.subscribe(true);
        self.parts.outbox.open();
    }

    /// Asks for the chunks that are needed, or for those that are offered; says whether there were any.
    fn subscribe(&mut self, needed: bool) -> bool {
        let mut any = false;
        for chunk_idx in 0..self.chunks.len() {
            let chunk = &self.chunks[chunk_idx];
            if chunk.needed != needed {
                continue;
            }
            any = true;
            // There is room: a connection begins with an empty queue, and few are asked for.
            match self.parts.client.try_subscribe_many(chunk.filters.iter().cloned()) {
                Ok(()) => self.subscribing.unwritten.push_back(chunk_idx),
                Err(_) => log::error!("the request queue had no room to subscribe"),
            }
        }
        any
    }

    fn subscribed(&mut self, answer: &SubAck) {
        let Some(place) = self.subscribing.unanswered.iter().position(|(packet_id, _)| *packet_id == answer.pkid) else { return };
        let (_, chunk_idx) = self.subscribing.unanswered.swap_remove(place);
        let chunk = &self.chunks[chunk_idx];
        let codes = chunk.filters.iter().zip(&answer.return_codes);
        let refused =
            codes.filter(|(_, code)| matches!(code, SubscribeReasonCode::Failure)).map(|(filter, _)| filter.path.clone());
        let list = if chunk.needed { &mut self.subscribing.refused } else { &mut self.subscribing.declined };
        let n_before = list.len();
        list.extend(refused);
        if list.len() > n_before {
            self.subscribing.raw = format!("SUBACK {:?}", answer.return_codes);
        }
        if !(self.subscribing.unanswered.is_empty() && self.subscribing.unwritten.is_empty()) {
            return;
        }
        self.subscriptions_stand();
        let leave_out = self.n_hung_up >= HUNG_UP;
        let needed = self.chunks.get(chunk_idx).is_some_and(|chunk| chunk.needed);
        if needed && !leave_out {
            self.subscribe(false);
        } else if !leave_out {
            self.n_hung_up = 0;
        }
    }

    /// Tells how the link is, now that what was asked for is answered.
    fn subscriptions_stand(&mut self) {
        let Subscribing { refused, declined, raw, .. } = &self.subscribing;
        let mut reasons: Vec<String> = self.departure.iter().cloned().collect();
        if !refused.is_empty() {
            reasons.push(words::filters_refused(&refused.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let state = if reasons.is_empty() { LinkState::Up } else { LinkState::Degraded };
        if self.n_hung_up >= HUNG_UP {
            reasons.push(words::offered_left_out());
        } else if !declined.is_empty() {
            reasons.push(words::offered_refused(&declined.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let raw = raw.clone();
        self.link(state, reasons.join(" "), raw, None);
    }

    /// Puts the client in order after an error and returns how long to wait.
    fn lost(&mut self, error: &ConnectionError) -> Duration {
        let now = self.clock.instant();
        let received_at = self.clock.now();
        // What had arrived is handed on under its own epoch. Left in the buffer it would come out after the next
        // connection was made, as if that one had delivered it.
        self.drain(received_at);
        self.epoch = self.parts.outbox.close();
        self.parts.eventloop.clean();
        self.parts.eventloop.pending.clear();
        self.parts.eventloop.state.collision = None;
        let offered_waits = std::mem::take(&mut self.subscribing).unanswered.iter().any(|(_, idx)| !self.chunks[*idx].needed);
        if self.n_hung_up < HUNG_UP {
            self.n_hung_up = if offered_waits { self.n_hung_up + 1 } else { 0 };
        }

        let lasted = self.connected_at.take().map(|since| now.duration_since(since));
        let unsigned = self.parts.iot_core.as_ref().and_then(|iot_core| iot_core.take_failure());
        let context = words::Context {
            signed: self.parts.iot_core.is_some(),
            endpoint: &self.parts.endpoint,
            client_id: &self.parts.eventloop.mqtt_options.client_id(),
            connected: lasted.is_some(),
            max_packet_bytes: self.parts.eventloop.mqtt_options.max_packet_size(),
        };
        let explained = unsigned.map_or_else(|| words::explain(error, context), words::unsigned);
        if lasted.is_some_and(|lasted| lasted >= GOOD_AFTER) {
            self.backoff.reset();
        }
        let end = match explained.kind {
            Kind::Undecodable => End::Undecodable,
            Kind::TooLarge(bytes) => End::TooLarge(bytes),
            Kind::Closed if lasted.is_some_and(|lasted| lasted < UNWANTED_WITHIN) => End::CutOff,
            _ => End::Other,
        };
        let remedy = self.remedies.after(end, now);
        let remedied = self.apply(remedy, &explained.reason);

        let random = fastrand::f64();
        let wait = match explained.kind {
            Kind::Refused => Backoff::refused(random),
            _ => self.backoff.next(random),
        };
        let next_try_at = received_at.plus_micros(wait.as_micros() as i64);
        let reason = if remedied { self.departure.clone().unwrap_or_default() } else { explained.reason };
        log::warn!("{}: {error}", self.parts.endpoint);
        self.link(LinkState::Down, reason, error.to_string(), Some(next_try_at));
        wait
    }

    /// Changes the client so that it can go on; says whether it did.
    fn apply(&mut self, remedy: Remedy, reason: &str) -> bool {
        let own = &self.parts.client_id;
        let (client_id, departure) = match remedy {
            // A clean session keeps nothing that could come again.
            Remedy::LeavePoison(_) | Remedy::TakeLarger(_) if self.parts.lane == Lane::Telemetry => return false,
            Remedy::GoOn => return false,
            Remedy::TakeLarger(bytes) => {
                let options = &mut self.parts.eventloop.mqtt_options;
                options.set_max_packet_size(bytes, bytes);
                (options.client_id(), Some(words::taken_though_large(reason)))
            }
            Remedy::LeavePoison(n) => {
                let left = self.parts.eventloop.mqtt_options.client_id();
                let id = format!("{own}-{n}");
                let departure = words::poisoned(&left, &id, reason);
                (id, Some(departure))
            }
            Remedy::TakeUniqueId => {
                let id = format!("{own}-{:04x}", fastrand::u16(..));
                let departure = words::clash(own, &id);
                (id, Some(departure))
            }
            Remedy::BackToOwnId => (own.clone(), None),
        };
        self.parts.eventloop.mqtt_options.set_client_id(client_id);
        self.departure = departure;
        self.backoff.reset();
        self.departure.is_some()
    }

    fn link(&mut self, state: LinkState, reason: String, raw: String, next_try_at: Option<Timestamp>) {
        let link = match self.parts.lane {
            Lane::Crash => Link::BrokerCrash,
            Lane::Telemetry => Link::BrokerTelemetry,
        };
        self.sink.link(link, LinkStatus { state, reason, raw, next_try_at, n_connects: self.n_connects });
    }

    /// Sends what waits in the queue, acknowledgements first of all, then disconnects. What arrives meanwhile is
    /// dropped unacknowledged, so the broker keeps it.
    async fn say_goodbye(mut self) {
        if self.connected_at.is_none() || self.parts.client.try_disconnect().is_err() {
            return;
        }
        // The broker hangs up when it has read as far as the goodbye. Closing before that can cost acknowledgements that
        // it has not read yet.
        let goodbye = async { while self.parts.eventloop.poll().await.is_ok() {} };
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            log::warn!("{}: the broker did not hang up within 2 s of the goodbye", self.parts.endpoint);
        }
    }
}

struct CloseOnDrop(Arc<Outbox>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
#[path = "subscriber_tests.rs"]
mod tests;
