//! A second world, of what must be noticed although nobody reports it, and of what comes too often: vehicles that crash
//! and fall silent, second impacts and floods, sensors that leave their band, flutter, fail and fall silent, and a link
//! that goes down and comes back with what the broker had kept.
//!
//! Each device lives one story a round, and the story says what people must be told of it, when, and what not. As in
//! the world of one crash lane, faults planted in the road around the heart must be caught.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleetwatch::functions::route_temperature::Limits;
use fleetwatch::model::{Alert, AlertKind, Effect, EventId, Fact, LinkState, Reading, Record, SensorFault, Timestamp, Verdict};
use fleetwatch::scenario::Scenario;
use fleetwatch::settings::Settings;

use super::Chance;
use crate::support::heart::Heart;

/// Seconds before the first story, in which everybody says how often they speak.
const WARM_UP: u64 = 90;
/// Seconds of one round.
const ROUND: u64 = 660;
/// Rounds of one world.
const ROUNDS: u64 = 3;
/// A silence ends so long after it began, s.
const QUIET: u64 = 330;
const VEHICLES: usize = 5;
const SENSORS: usize = 4;
/// Reports a second of a mad device, and for how many seconds.
const FLOOD: (u32, u64) = (4, 40);

/// Faults that can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// The seconds do not reach the state.
    NoTicks,
    /// That the link went down is not told.
    DownUntold,
    /// The outbox takes what reports bring and nothing else: not what a silence brings.
    SilenceUntold,
    /// The notice of a silence is sent again under another key.
    SilenceTwice,
    /// Last wills are thrown away.
    WillsLost,
    /// What the broker had kept passes for new.
    KeptIsLive,
    /// Alerts get no end.
    EndsLost,
    /// An alert ends as soon as it is raised.
    EndsAtOnce,
    /// The limits' delay is not used.
    NoDelay,
    /// The limits' hysteresis is not used.
    NoHysteresis,
    /// The band that was alarmed is forgotten with each reading.
    AlarmForgotten,
    /// An alarm that began is not passed on.
    AlarmSwallowed,
    /// That a sensor is at fault is not passed on.
    FaultSwallowed,
    /// Crash reports are filed under the vehicle that sends most.
    OneNameForAll,
    /// Events are known by their id alone, without their vehicle.
    EventsWithoutVehicle,
    /// A vehicle's crash reports beyond the hundredth are thrown away.
    FloodCutOff,
    /// The samples of a vehicle's first report pass for those of every later one.
    SamplesCached,
    /// A vehicle's reports all carry the time of its first.
    TimeStandsStill,
    /// Each report passes for one of a vehicle of its own.
    NothingMerged,
}

const ALL_PLANTED: [Planted; 19] = [
    Planted::NoTicks,
    Planted::DownUntold,
    Planted::SilenceUntold,
    Planted::SilenceTwice,
    Planted::WillsLost,
    Planted::KeptIsLive,
    Planted::EndsLost,
    Planted::EndsAtOnce,
    Planted::NoDelay,
    Planted::NoHysteresis,
    Planted::AlarmForgotten,
    Planted::AlarmSwallowed,
    Planted::FaultSwallowed,
    Planted::OneNameForAll,
    Planted::EventsWithoutVehicle,
    Planted::FloodCutOff,
    Planted::SamplesCached,
    Planted::TimeStandsStill,
    Planted::NothingMerged,
];

/// What a vehicle goes through in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drive {
    On,
    /// Is switched off without an impact.
    Parks,
    /// Crashes, and goes on reporting that it stands.
    Crashes,
    /// Crashes, and is not heard for a long time.
    CrashesAndIsSilent,
    /// The same, with its last will.
    CrashesAndIsUnplugged,
    /// One row with the acceleration of a crash, and then nothing.
    SpikesAndIsSilent,
    /// The same, and it drives on.
    Spikes,
    /// Two pushes some seconds apart.
    CrashesTwice,
    /// A device gone mad, and a crash in the midst of it.
    FloodsAndCrashes,
}

/// What a sensor goes through in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Climate {
    Fair,
    /// Out of its band for less than the delay.
    DoorOpen,
    /// Out of its band for minutes.
    Fails,
    /// Out of its band for minutes, and every other reading within its limit by less than the hysteresis.
    Flutters,
    /// Sends nothing for minutes.
    Silent,
    /// A reading that cannot be.
    Impossible,
}

const DRIVES: [Drive; 9] = [
    Drive::On,
    Drive::Parks,
    Drive::Crashes,
    Drive::CrashesAndIsSilent,
    Drive::CrashesAndIsUnplugged,
    Drive::SpikesAndIsSilent,
    Drive::Spikes,
    Drive::CrashesTwice,
    Drive::FloodsAndCrashes,
];
const CLIMATES: [Climate; 6] =
    [Climate::Fair, Climate::DoorOpen, Climate::Fails, Climate::Flutters, Climate::Silent, Climate::Impossible];

impl Drive {
    const fn is_silent(self) -> bool {
        matches!(self, Self::Parks | Self::CrashesAndIsSilent | Self::CrashesAndIsUnplugged | Self::SpikesAndIsSilent)
    }
}

/// A device in a round.
struct Device<S> {
    name: String,
    story: S,
    /// Seconds between its messages.
    every: u64,
    /// When its story begins, s of the world.
    begins: u64,
    /// The last message that reached us, s of the world.
    heard: u64,
    /// The first reading out of its band that reached us.
    first_out: Option<u64>,
    /// The broker keeps its last message, for whoever subscribes.
    keeps: bool,
    kept: Option<Kept>,
}

/// A message that the broker keeps.
#[derive(Clone)]
struct Kept {
    topic: String,
    payload: String,
    /// When it was sent, if it is a temperature out of its band.
    out: Option<u64>,
}

struct World {
    chance: Chance,
    heart: Heart,
    start: Timestamp,
    /// Seconds since the start.
    now: u64,
    /// The link is down in these seconds.
    down: (u64, u64),
    /// Crash reports that wait for the link.
    held_back: Vec<(String, String)>,
    /// Reports of each vehicle so far.
    n_events: BTreeMap<String, u64>,
    /// Of earlier rounds.
    n_alerts: usize,
    n_notices: usize,
    spike: Scenario,
}

/// A report of an airbag: real by rule, so that this world is about what comes of it. `tenths` make its push its own.
fn airbag(event: &str, at: Timestamp, tenths: u64) -> String {
    format!(
        r#"{{"event_id":"{event}","occurred_at":{},"frame":"vehicle","gravity":false,"airbag":true,"samples":{{"t_ms":[0,10,20],"x_g":[-9,-12.{tenths},-8],"y_g":[0,1,0],"z_g":[0,0,1]}}}}"#,
        at.millis()
    )
}

impl World {
    fn new(seed: u64, planted: Planted) -> Self {
        let mut settings = Settings::default();
        let temperature = &mut settings.functions.route_temperature;
        temperature.sensors.insert("store-*".to_owned(), Limits::band(2.0, 8.0));
        if planted == Planted::NoDelay {
            temperature.delay_s = 0.0;
        }
        if planted == Planted::NoHysteresis {
            temperature.hysteresis_k = 0.0;
        }
        let mut heart = Heart::new(settings);
        heart.way_in = way_in(planted);
        heart.way_out = way_out(planted);
        let start = heart.now();
        Self {
            chance: Chance(seed),
            heart,
            start,
            now: 0,
            down: (0, 0),
            held_back: Vec::new(),
            n_events: BTreeMap::new(),
            n_alerts: 0,
            n_notices: 0,
            spike: Scenario::parse(include_str!("../../../fixtures/scenarios/malfunction_spike.toml")).unwrap(),
        }
    }

    fn is_down(&self) -> bool {
        (self.down.0..self.down.1).contains(&self.now)
    }

    fn device<S>(&mut self, name: String, story: S, every: u64) -> Device<S> {
        let begins = self.now + 40 + self.chance.below(60);
        let keeps = self.chance.one_in(2);
        Device { name, story, every, begins, heard: self.now, first_out: None, keeps, kept: None }
    }

    fn crash(&mut self, vehicle: &mut Device<Drive>, payload: impl Fn(&str, Timestamp, u64) -> String) {
        // Vehicles count for themselves, so two of them have the same numbers.
        let n = self.n_events.entry(vehicle.name.clone()).or_default();
        *n += 1;
        let payload = payload(&format!("e-{n}"), self.heart.now(), *n % 10);
        self.held_back.push((format!("fleet/{}/crash", vehicle.name), payload));
        if !self.is_down() {
            vehicle.heard = self.now;
        }
    }

    fn row(&mut self, vehicle: &mut Device<Drive>, accel_g: f64) {
        let now = self.heart.now();
        let begun = self.now >= vehicle.begins;
        let drives = !begun || matches!(vehicle.story, Drive::On | Drive::Spikes | Drive::Parks);
        let kmh = if drives { 50.0 + (self.now % 7) as f64 } else { 0.0 };
        let payload = format!(r#"{{"occurred_at":{},"speed_kmh":{kmh},"accel_g":{{"x":{accel_g},"y":0,"z":-1}}}}"#, now.millis());
        let topic = format!("fleet/{}/driving", vehicle.name);
        vehicle.kept = vehicle.keeps.then(|| Kept { topic: topic.clone(), payload: payload.clone(), out: None });
        if !self.is_down() {
            vehicle.heard = self.now;
            self.heart.receive(&topic, payload.as_bytes(), false);
        }
    }

    /// One second in the life of a vehicle.
    fn drive(&mut self, vehicle: &mut Device<Drive>) {
        let since = self.now.checked_sub(vehicle.begins);
        match (vehicle.story, since) {
            (Drive::Crashes | Drive::CrashesAndIsSilent | Drive::CrashesAndIsUnplugged, Some(0))
            | (Drive::CrashesTwice, Some(0 | 3)) => self.crash(vehicle, airbag),
            (Drive::CrashesAndIsUnplugged, Some(2)) if !self.is_down() => {
                let payload = format!(r#"{{"event":{{"type":"deviceOffline"}},"device":{{"uniqueId":"{}"}}}}"#, vehicle.name);
                self.heart.receive("events", payload.as_bytes(), false);
            }
            (Drive::SpikesAndIsSilent | Drive::Spikes, Some(0)) => self.row(vehicle, -4.5),
            (Drive::FloodsAndCrashes, Some(secs)) if secs < FLOOD.1 => {
                if secs == FLOOD.1 - 3 {
                    self.crash(vehicle, airbag);
                }
                for _ in 0..FLOOD.0 {
                    let spike = self.spike.steps[0].clone();
                    self.crash(vehicle, |event, now, _| String::from_utf8(spike.render(now, event)).unwrap());
                }
            }
            _ => {}
        }
        let quiet = vehicle.story.is_silent() && since.is_some_and(|secs| secs < QUIET);
        if !quiet && self.now.is_multiple_of(vehicle.every) {
            self.row(vehicle, 0.0);
        }
    }

    /// One second in the life of a sensor.
    fn measure(&mut self, sensor: &mut Device<Climate>) {
        if !self.now.is_multiple_of(sensor.every) {
            return;
        }
        let since = self.now.checked_sub(sensor.begins);
        let noise = self.chance.below(5) as f64 / 10.0 - 0.2;
        let celsius = match (sensor.story, since) {
            (Climate::Silent, Some(..QUIET)) => return,
            (Climate::DoorOpen, Some(..45)) | (Climate::Fails, Some(..200)) => 10.0,
            // Within the hysteresis below the limit, every other reading.
            (Climate::Flutters, Some(..240)) if (self.now / sensor.every).is_multiple_of(2) => 8.5,
            (Climate::Flutters, Some(..240)) => 7.75,
            (Climate::Impossible, Some(secs)) if secs < sensor.every => 200.0,
            _ => 6.5,
        };
        let celsius = celsius + noise;
        let topic = format!("sensors/{}/temperature", sensor.name);
        let payload = format!(r#"{{"celsius":{celsius},"occurred_at":{}}}"#, self.heart.now().millis());
        let out = (8.0..100.0).contains(&celsius).then_some(self.now);
        sensor.kept = sensor.keeps.then(|| Kept { topic: topic.clone(), payload: payload.clone(), out });
        if !self.is_down() {
            sensor.heard = self.now;
            sensor.first_out = sensor.first_out.or(out);
            self.heart.receive(&topic, payload.as_bytes(), false);
        }
    }

    fn second(&mut self, vehicles: &mut [Device<Drive>], sensors: &mut [Device<Climate>]) {
        if self.now == self.down.0 {
            self.heart.link(LinkState::Down);
        }
        if self.now == self.down.1 {
            self.heart.link(LinkState::Up);
            // Whoever subscribes gets what the broker had kept, however old.
            for kept in vehicles.iter().filter_map(|vehicle| vehicle.kept.as_ref()) {
                self.heart.receive(&kept.topic, kept.payload.as_bytes(), true);
            }
            for sensor in sensors.iter_mut() {
                let Some(kept) = &sensor.kept else { continue };
                sensor.first_out = sensor.first_out.or(kept.out);
                self.heart.receive(&kept.topic, kept.payload.as_bytes(), true);
            }
        }
        for vehicle in vehicles.iter_mut() {
            self.drive(vehicle);
        }
        for sensor in sensors.iter_mut() {
            self.measure(sensor);
        }
        if !self.is_down() {
            for (topic, payload) in std::mem::take(&mut self.held_back) {
                if let Some(vehicle) = vehicles.iter_mut().find(|vehicle| topic == format!("fleet/{}/crash", vehicle.name)) {
                    vehicle.heard = self.now;
                }
                self.heart.receive(&topic, payload.as_bytes(), false);
            }
        }
        self.heart.pass_millis(1_000);
        self.now += 1;
    }

    /// Who is in a round, with a story for each.
    fn cast(&mut self, intervals: &[u64]) -> (Vec<Device<Drive>>, Vec<Device<Climate>>) {
        let (driven, placed) = intervals.split_at(VEHICLES);
        let drive = |(n, every): (usize, &u64)| {
            let story = DRIVES[self.chance.below(DRIVES.len() as u64) as usize];
            self.device(format!("van-{n}"), story, *every)
        };
        let vehicles = driven.iter().enumerate().map(drive).collect();
        let measure = |(n, every): (usize, &u64)| {
            let story = CLIMATES[self.chance.below(CLIMATES.len() as u64) as usize];
            self.device(format!("store-{n}"), story, *every)
        };
        (vehicles, placed.iter().enumerate().map(measure).collect())
    }

    fn round(&mut self, intervals: &[u64]) -> Result<(), String> {
        let begins = self.now;
        let (mut vehicles, mut sensors) = self.cast(intervals);
        self.down = if self.chance.one_in(3) {
            let from = begins + 30 + self.chance.below(250);
            (from, from + 15 + self.chance.below(75))
        } else {
            (0, 0)
        };
        while self.now < begins + ROUND {
            self.second(&mut vehicles, &mut sensors);
        }
        let (alerts, notices) = (self.n_alerts, self.n_notices);
        for vehicle in &vehicles {
            self.look_at_vehicle(vehicle, begins, alerts, notices)
                .map_err(|why| format!("{} ({:?}): {why}", vehicle.name, vehicle.story))?;
        }
        for sensor in &sensors {
            self.look_at_sensor(sensor, alerts).map_err(|why| format!("{} ({:?}): {why}", sensor.name, sensor.story))?;
        }
        // Nobody else was spoken of.
        let known: BTreeSet<&str> =
            vehicles.iter().map(|vehicle| &*vehicle.name).chain(sensors.iter().map(|sensor| &*sensor.name)).collect();
        if let Some(other) = self.heart.alerts.iter().find(|alert| !known.contains(alert.device.as_str())) {
            return Err(format!("an alert of nobody: {other:?}"));
        }
        (self.n_alerts, self.n_notices) = (self.heart.alerts.len(), self.heart.notices.len());
        Ok(())
    }

    fn secs(&self, at: Timestamp) -> u64 {
        at.secs_since(self.start).round() as u64
    }

    /// When a silence that began with the last message must be told, at the earliest: while the link was down nobody
    /// could be heard, so time began anew when it came back.
    fn due(&self, heard: u64, after: u64) -> u64 {
        let (down, up) = self.down;
        if up > heard && heard + after > down { up.max(heard) + after } else { heard + after }
    }

    /// Alerts of a device in this round, with when each was over.
    fn alerts_of(&self, device: &str, from: usize, which: impl Fn(&AlertKind) -> bool) -> Result<Vec<(u64, u64)>, String> {
        let mut found = Vec::new();
        for alert in self.heart.alerts[from..].iter().filter(|alert| alert.device.as_str() == device && which(&alert.about)) {
            let over: Vec<&Alert> = self.heart.over.iter().filter(|over| over.id == alert.id).collect();
            let [over] = over[..] else { return Err(format!("{} ends for {:?}", over.len(), alert.text)) };
            let ends = over.cleared_at.ok_or_else(|| format!("an end without its time: {:?}", over.text))?;
            found.push((self.secs(alert.raised_at), self.secs(ends)));
        }
        Ok(found)
    }

    /// The one alert there must be, within these seconds, not over before `holds`; none where nothing is expected.
    fn alert_within(found: &[(u64, u64)], expected: Option<(u64, u64, u64)>, what: &str) -> Result<(), String> {
        match (found, expected) {
            ([], None) => Ok(()),
            ([(at, end)], Some((least, most, holds))) if (least..=most).contains(at) && *end >= holds => Ok(()),
            (found, expected) => Err(format!("{what}: expected (from, until, holds) {expected:?}, found (at, over) {found:?}")),
        }
    }

    fn look_at_vehicle(&mut self, vehicle: &Device<Drive>, begins: u64, alerts: usize, notices: usize) -> Result<(), String> {
        let opened_after = self.start.plus_secs(begins as i64);
        let incidents: Vec<_> = self.heart.incidents().into_iter().filter(|i| i.device.as_str() == vehicle.name).collect();
        let incidents: Vec<_> = incidents.into_iter().filter(|i| i.received_at >= opened_after).collect();
        let crashes = match vehicle.story {
            Drive::On | Drive::Parks | Drive::Spikes => false,
            // A row is sent once; a report until it is acknowledged.
            Drive::SpikesAndIsSilent => !self.down_at(vehicle.begins),
            _ => true,
        };
        if incidents.len() != usize::from(crashes) {
            return Err(format!("{} incidents", incidents.len()));
        }
        let told: Vec<&fleetwatch::model::Notice> =
            self.heart.notices[notices..].iter().filter(|notice| notice.device.as_str() == vehicle.name).collect();
        let keys: BTreeSet<&str> = told.iter().map(|notice| notice.dedup_key.as_str()).collect();
        let silent: Vec<_> = told.iter().filter(|notice| notice.title.contains("went silent")).collect();
        let must_be_silent = crashes && vehicle.story.is_silent();
        let by_report = usize::from(crashes && vehicle.story != Drive::SpikesAndIsSilent);
        if keys.len() != by_report + usize::from(must_be_silent) {
            return Err(format!("told under {keys:?}"));
        }
        let heard = self.last_before_silence(vehicle);
        let after = match vehicle.story {
            Drive::CrashesAndIsUnplugged => 10,
            _ => 30.max(3 * vehicle.every),
        };
        // A will that was lost with the link leaves the time of those who said none.
        let most = if vehicle.story == Drive::CrashesAndIsUnplugged && self.down_at(vehicle.begins + 2) {
            self.due(heard, 30.max(3 * vehicle.every))
        } else {
            self.due(heard, after)
        };
        let window = must_be_silent.then(|| (self.due(heard, after), most + 4, vehicle.begins + QUIET));
        if let (Some((least, most, _)), [notice]) = (window, &silent[..])
            && !(least..=most).contains(&self.secs(notice.at))
        {
            return Err(format!("told at {} s instead of {least} to {most} s", self.secs(notice.at)));
        }
        let went_silent = self.alerts_of(&vehicle.name, alerts, |about| matches!(about, AlertKind::WentSilent { .. }))?;
        Self::alert_within(&went_silent, window, "went silent")?;
        let Some(incident) = incidents.first() else { return Ok(()) };
        if incident.went_silent() != must_be_silent || incident.is_silent() {
            return Err(format!("the incident is wrong about its silence: {:?}", incident.timeline));
        }
        let (n_reports, n_impacts) = match vehicle.story {
            Drive::CrashesTwice => (2, 2),
            Drive::FloodsAndCrashes => (FLOOD.0 * FLOOD.1 as u32 + 1, 1),
            Drive::SpikesAndIsSilent => (1, 0),
            _ => (1, 1),
        };
        if (incident.n_reports, incident.impacts.len()) != (n_reports, n_impacts) {
            return Err(format!("{} reports, {} impacts", incident.n_reports, incident.impacts.len()));
        }
        Ok(())
    }

    fn down_at(&self, second: u64) -> bool {
        (self.down.0..self.down.1).contains(&second)
    }

    /// The last second in which a device that falls silent was heard: with its crash, or when the link came back for that.
    fn last_before_silence(&self, vehicle: &Device<Drive>) -> u64 {
        if self.down_at(vehicle.begins) { self.down.1 } else { vehicle.begins }
    }

    fn look_at_sensor(&self, sensor: &Device<Climate>, alerts: usize) -> Result<(), String> {
        let slack = sensor.every + 2 + (self.down.1 - self.down.0);
        let is_temperature = |about: &AlertKind| matches!(about, AlertKind::Temperature { .. } | AlertKind::TemperatureRate);
        let out = match (sensor.story, sensor.first_out) {
            (Climate::Fails, Some(first)) => Some((first, sensor.begins + 200)),
            (Climate::Flutters, Some(first)) => Some((first, sensor.begins + 240)),
            _ => None,
        };
        // Who was out of our hearing for most of it may be missed.
        let out = out.filter(|(first, until)| first + 60 + slack < *until);
        let found = self.alerts_of(&sensor.name, alerts, is_temperature)?;
        let unclear = out.is_none() && matches!(sensor.story, Climate::Fails | Climate::Flutters);
        if !unclear || found.len() > 1 {
            let window = out.map(|(first, until)| (first + 60, first + 60 + slack, until));
            Self::alert_within(&found, window, "temperature")?;
        }
        let silent =
            self.alerts_of(&sensor.name, alerts, |about| *about == AlertKind::SensorFault { fault: SensorFault::Silent })?;
        let heard = (sensor.begins - 1) / sensor.every * sensor.every;
        let least = self.due(heard, 60.max(3 * sensor.every));
        let window = (sensor.story == Climate::Silent).then_some((least, least + 3 + 2 * sensor.every, sensor.begins + QUIET));
        let window = window.filter(|(least, ..)| *least + slack < sensor.begins + QUIET);
        if sensor.story != Climate::Silent || window.is_some() || silent.len() > 1 {
            Self::alert_within(&silent, window, "silence")?;
        }
        let other = self.alerts_of(
            &sensor.name,
            alerts,
            |about| matches!(about, AlertKind::SensorFault { fault } if *fault != SensorFault::Silent),
        )?;
        let at = sensor.begins.next_multiple_of(sensor.every);
        // One that was sent while nobody listened is known only if the broker kept it and nothing came after it.
        if sensor.story == Climate::Impossible && self.down_at(at) && other.len() < 2 {
            return Ok(());
        }
        let window = (sensor.story == Climate::Impossible).then_some((at, at + 1, at + 9 * sensor.every));
        Self::alert_within(&other, window, "fault")
    }
}

fn way_in(planted: Planted) -> crate::support::heart::Road<Fact> {
    let mut n_reports: BTreeMap<String, u32> = BTreeMap::new();
    let mut first: BTreeMap<String, (Timestamp, Arc<fleetwatch::model::CrashReport>)> = BTreeMap::new();
    Box::new(move |mut fact| {
        match (&mut fact, planted) {
            (Fact::Ticked { .. }, Planted::NoTicks) => return Vec::new(),
            (Fact::Linked { status, .. }, Planted::DownUntold) if status.state == LinkState::Down => return Vec::new(),
            (Fact::Judged(judged), _) => {
                let event = &mut judged.event;
                if planted == Planted::KeptIsLive {
                    event.retained = false;
                    event.occurred_at = event.occurred_at.map(|_| event.received_at);
                }
                let device = event.device.to_string();
                match &mut event.reading {
                    Reading::Presence(_) if planted == Planted::WillsLost => return Vec::new(),
                    Reading::Crash(report) => {
                        let n = n_reports.entry(device.clone()).or_default();
                        *n += 1;
                        let n = *n;
                        let (at, samples) =
                            first.entry(device.clone()).or_insert_with(|| (event.received_at, Arc::clone(report)));
                        match planted {
                            Planted::FloodCutOff if n > 100 => return Vec::new(),
                            Planted::SamplesCached => Arc::make_mut(report).pulse = samples.pulse.clone(),
                            Planted::TimeStandsStill => event.occurred_at = Some(*at),
                            Planted::EventsWithoutVehicle => {
                                let id = report.event_id.0.rsplit('/').next().unwrap_or_default().to_owned();
                                Arc::make_mut(report).event_id = EventId(id.into());
                            }
                            Planted::NothingMerged => {
                                event.device = fleetwatch::model::DeviceId::new(&format!("{device}-{}", report.event_id));
                            }
                            Planted::OneNameForAll => {
                                let most = n_reports.iter().max_by_key(|(_, n)| **n).map(|(device, _)| device.clone());
                                event.device = fleetwatch::model::DeviceId::new(&most.unwrap_or(device));
                            }
                            _ => {}
                        }
                    }
                    _ => {}
                }
                for verdict in &mut judged.verdicts {
                    let Verdict::Temperature(verdict) = verdict else { continue };
                    let watch = &mut verdict.watch;
                    match planted {
                        Planted::AlarmForgotten => watch.alarm_before = None,
                        Planted::AlarmSwallowed => watch.alarm = watch.alarm_before,
                        Planted::FaultSwallowed => watch.fault = watch.fault_before,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        vec![fact]
    })
}

fn way_out(planted: Planted) -> crate::support::heart::Road<Effect> {
    Box::new(move |mut effect| {
        match (&mut effect, planted) {
            (Effect::Save(Record::Incident { notice, .. }), Planted::SilenceUntold) => *notice = None,
            (Effect::Save(Record::Incident { incident, notice: Some(notice), audit }), Planted::SilenceTwice) => {
                let again = fleetwatch::model::Notice { dedup_key: format!("{}-again", notice.dedup_key), ..notice.clone() };
                let again = Record::Incident { incident: Arc::clone(incident), notice: Some(again), audit: audit.clone() };
                return vec![Effect::Save(again), effect];
            }
            (Effect::Clear(_), Planted::EndsLost) => return Vec::new(),
            (Effect::Raise(alert), Planted::EndsAtOnce) => {
                let over = Alert { cleared_at: Some(alert.raised_at), ..alert.clone() };
                return vec![Effect::Clear(over), effect];
            }
            _ => {}
        }
        vec![effect]
    })
}

fn run(seed: u64, planted: Planted) -> (Result<(), String>, World) {
    let mut world = World::new(seed, planted);
    let mut every = |n: usize| if n < VEHICLES { 1 + world.chance.below(9) } else { 4 + world.chance.below(16) };
    let intervals: Vec<u64> = (0..VEHICLES + SENSORS).map(&mut every).collect();
    let (mut vehicles, mut sensors) = world.cast(&intervals);
    for vehicle in &mut vehicles {
        vehicle.story = Drive::On;
    }
    for sensor in &mut sensors {
        sensor.story = Climate::Fair;
    }
    for _ in 0..WARM_UP {
        world.second(&mut vehicles, &mut sensors);
    }
    let verdict = (0..ROUNDS).try_for_each(|_| world.round(&intervals));
    (verdict, world)
}
/// Seeds a healthy world is run with.
const SEEDS: u64 = 40;

#[test]
fn what_falls_silent_or_leaves_its_band_is_told_once_and_ends() {
    let (mut n_silent, mut n_over, mut n_joined) = (0, 0, 0);
    for seed in 0..SEEDS {
        let (verdict, mut world) = run(seed, Planted::Nothing);
        assert_eq!(verdict, Ok(()), "seed {seed}");
        n_silent += world.heart.notices.iter().filter(|notice| notice.title.contains("went silent")).count();
        n_over += world.heart.over.len();
        n_joined += world.heart.incidents().iter().map(|incident| incident.n_reports - 1).sum::<u32>();
    }
    // A world in which nothing happens proves nothing.
    assert!(n_silent > 100 && n_over > 300 && n_joined > 2_000, "only {n_silent} silent, {n_over} over, {n_joined} joined");
}

#[test]
fn every_fault_in_what_is_noticed_is_caught() {
    for planted in ALL_PLANTED {
        let caught = (0..SEEDS).find_map(|seed| run(seed, planted).0.err().map(|why| (seed, why)));
        assert!(caught.is_some(), "{planted:?} was not caught in {SEEDS} seeds");
        println!("{planted:?}: {caught:?}");
    }
}
