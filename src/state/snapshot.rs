//! What the window paints: the state's own `Arc`s and small copies, never a walk over everything it knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::device_health::Repair;
use crate::model::comparison::{Comparison, Flip};
use crate::model::effect::SampleChunk;
use crate::model::{
    Actuals, Alert, Band, Celsius, CrashReport, DeviceId, Driving, Errand, Focus, HarshEvent, Holding, Incident, IncidentId,
    Invocation, Judge, Link, LinkStatus, Operator, Origin, PacketId, PicoUsd, QueueReading, Register, Rejection, RejectionReason,
    Review, Saying, SeatsLook, Severity, Silencing, StackLook, TapeLook, Team, TemperatureVerdict, Timestamp, Verdict,
};

use crate::pricing::Price;
use crate::pricing::forecast::{Day, Forecast};

/// The picture of one moment. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// When it was taken, by our clock; the age of everything in it is counted from here.
    pub at: Timestamp,
    /// Goes up with every change.
    pub version: u64,
    /// What the window asked to look at.
    pub focus: Focus,
    /// The fleet list's rows that are on the screen.
    pub fleet: FleetPage,
    /// Where every vehicle is, once a second and only while [`Focus::map`] is set; in no order.
    pub marks: Arc<Vec<VehicleMark>>,
    /// Where every sensor is of which that is known; as often as `marks`.
    pub sensor_marks: Arc<Vec<SensorMark>>,
    /// Where vehicles were driven harshly within the last hour, the oldest first, at most 1,000; as often as `marks`.
    pub harsh_marks: Arc<Vec<HarshMark>>,
    /// Vehicles that never said where they are.
    pub n_unplaced: usize,
    /// Where vehicles drove of late, in pieces, the oldest first; as often as `marks`.
    pub driven: Arc<Vec<Arc<Vec<DrivenPiece>>>>,
    /// The vehicle whose series are plotted.
    pub vehicle: Option<VehicleView>,
    /// The sensor whose series is plotted.
    pub sensor: Option<SensorView>,
    /// Sensors, those out of their band first, at most 200.
    pub sensors: Arc<Vec<SensorRow>>,
    /// How many sensors are hot, normal, cold and silent.
    pub sensor_counts: SensorCounts,
    /// The sensors whose charts are on the screen.
    pub sensor_page: SensorPage,
    /// Real incidents (of devices and of the sample fleet, the latter marked) as the queue shows them: open ones, critical first and newest first within a severity;
    /// then judged malfunctions; then resolved ones, newest first. At most 500; `incidents_hidden` says how many more.
    pub incidents: Arc<Vec<Arc<Incident>>>,
    /// Real incidents beyond the list.
    pub incidents_hidden: usize,
    /// Those among them that are open.
    pub open_hidden: OpenCount,
    /// Drills, newest first, at most 100. Never counted among the real.
    pub drills: Arc<Vec<Arc<Incident>>>,
    /// The newest alerts, newest first, at most 50.
    pub alerts: Arc<Vec<Alert>>,
    /// Silences: those that stand first, the first to end on top; then those that are over, the last on top. At most 100.
    pub silencings: Arc<Vec<Silencing>>,
    /// Received, kept, shed, rejected.
    pub counters: Counters,
    /// Messages per second.
    pub rate: Rate,
    /// From receive to state, over the last minute.
    pub latency: Latency,
    /// Every connection of ours.
    pub links: BTreeMap<Link, LinkStatus>,
    /// Every queue.
    pub queues: Vec<QueueReading>,
    /// Every function, in the order of `functions::all`.
    pub functions: Arc<Vec<FunctionRow>>,
    /// Functions on AWS as they were last looked at; `None` until then, or where none are watched.
    pub stack: Option<Arc<StackLook>>,
    /// What looking at them has cost since the start.
    pub stack_spent: PicoUsd,
    /// What AWS says that the month cost, where it may be asked.
    pub actuals: Option<Arc<Actuals>>,
    /// The other seats, as last looked at; `None` where this is the only one.
    pub seats: Option<Arc<SeatsLook>>,
    /// The newest calls of every function, newest first, at most 100 each.
    pub calls: Arc<Vec<Arc<RecentCall>>>,
    /// This month's bill.
    pub bill: BillView,
    /// The newest rejections, newest first, at most 100.
    pub rejections: Arc<Vec<Rejection>>,
    /// The newest traces of what was injected, newest first, at most 100.
    pub traces: Arc<Vec<Arc<Trace>>>,
    /// Bytes of the store on disk.
    pub store_bytes: u64,
    /// What there is of each kind of data, and how long it is kept; empty until it was looked at.
    pub held: Arc<Vec<Holding>>,
    /// Bytes of numbers held in memory, and the budget.
    pub memory: (u64, u64),
    /// Which devices to repair, the first on top, over the last 30 days; at most 100.
    pub repairs: Arc<Vec<Repair>>,
    /// What the shadow judge says otherwise; `None` where none is set up or it has judged nothing yet.
    pub shadow: Option<Arc<ShadowView>>,
    /// Recordings, what is recorded and what is played back; `None` where there is no tape.
    pub tape: Option<Arc<TapeLook>>,
    /// What the store last answered of an incident under review; which one stands in it.
    pub review: Option<Arc<Review>>,
    /// The past as the limits that were asked about last judge it, so far or in full.
    pub comparison: Option<Arc<Comparison>>,
    /// The last export or import that has ended.
    pub errand: Option<Arc<Errand>>,
    /// What people call devices.
    pub register: Arc<Register>,
    /// Devices that speak and have no name, at most 500, and how many there are.
    pub unnamed: (Arc<Vec<DeviceId>>, usize),
    /// Who may do what.
    pub team: Arc<Team>,
    /// Who signed in here last; `None`: nobody since the start.
    pub signed_in: Option<Arc<SignedIn>>,
    /// When a sign-in was refused last.
    pub sign_in_refused: Option<Timestamp>,
    /// The last command that was refused, and why: nothing of it was done.
    pub refused: Option<Arc<Refusal>>,
    /// Something the operator must be told about the line itself: unsaved records, a full register.
    pub banners: Vec<Banner>,
    /// Pages of real incidents that a channel has not taken and nobody has acknowledged, at most 50: first those that failed,
    /// then those that wait because their receiver asked for patience. Then of how many incidents they are in all.
    pub undelivered: (Arc<Vec<UndeliveredPage>>, usize),
}

/// How many incidents are open, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenCount {
    /// Critical ones.
    pub critical: usize,
    /// High ones.
    pub high: usize,
    /// Medium ones.
    pub medium: usize,
    /// Low ones.
    pub low: usize,
}

impl OpenCount {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
        } += 1;
    }

    /// All of them.
    pub const fn all(self) -> usize {
        self.critical + self.high + self.medium + self.low
    }
}

/// The shadow judge since the start.
#[derive(Clone, Debug, PartialEq)]
pub struct ShadowView {
    /// Which limits.
    pub judge: Judge,
    /// Reports of real devices that it judged.
    pub n_judged: u64,
    /// Of them ruled otherwise than on the line, in ruling, kind or severity.
    pub n_differ: u64,
    /// Of them such that it gave no verdict.
    pub n_failed: u64,
    /// Why it gave none, the last time.
    pub failed: Option<String>,
    /// Reports of drills and samples; never counted among the real.
    pub n_others: u64,
    /// The last differences, newest first, at most 100; drills and samples among them, by their origin.
    pub last: Vec<Arc<Flip>>,
}

impl ShadowView {
    /// Nothing judged yet.
    pub const fn begin(judge: Judge) -> Self {
        Self { judge, n_judged: 0, n_differ: 0, n_failed: 0, failed: None, n_others: 0, last: Vec::new() }
    }
}

/// Who sits here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub who: Operator,
    /// Since when.
    pub at: Timestamp,
}

/// A command that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which incident it was for.
    pub incident: IncidentId,
    /// Why, and what to do.
    pub why: &'static str,
    /// When.
    pub at: Timestamp,
}

/// A line across the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Banner {
    /// Red rather than amber.
    pub critical: bool,
    /// Cause, effect and fix, in that order.
    pub says: Saying,
    /// The connection that it is about.
    pub about: Option<Link>,
    /// What it is about is tried again then.
    pub next_try_at: Option<Timestamp>,
}

impl Banner {
    /// Of nothing that has a connection of its own.
    pub const fn of(critical: bool, says: Saying) -> Self {
        Self { critical, says, about: None, next_try_at: None }
    }
}

/// A page that a channel has not taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndeliveredPage {
    /// Of which incident.
    pub incident: IncidentId,
    /// Of which device.
    pub device: DeviceId,
    /// By which channel: `webhook`, `email`, `sns`, `desktop`.
    pub channel: String,
    /// What the channel said of it; of one that waits what its receiver answered.
    pub why: String,
    /// The receiver asked for patience until then; then it is tried again.
    pub until: Option<Timestamp>,
}

/// The part of the fleet list that is on the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FleetPage {
    /// Vehicles known.
    pub total: usize,
    /// Vehicles that the filter lets through.
    pub matching: usize,
    /// Moving, by their last speed (≥ 1 km/h), and not silent.
    pub moving: usize,
    /// Standing, and not silent.
    pub parked: usize,
    /// No message for 60 s.
    pub silent: usize,
    /// The first row's place in the list.
    pub from: usize,
    /// The rows.
    pub rows: Vec<FleetRow>,
}

/// One vehicle in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetRow {
    /// Its name.
    pub device: DeviceId,
    /// The road its messages take.
    pub origin: Origin,
    /// The last row of driving data, fields filled from earlier rows where the last had none.
    pub last: Driving,
    /// When we last heard from it.
    pub last_seen: Timestamp,
    /// Usual seconds between its messages; `None` before the third.
    pub period_secs: Option<f64>,
    /// Its clock against ours, ms; positive is ahead.
    pub clock_ahead_ms: i64,
    /// It has an open incident.
    pub incident: bool,
    /// How often it was driven harshly since this desk runs, by [`HarshKind`](crate::model::HarshKind).
    pub harsh: [u32; 3],
    /// The last time.
    pub last_harsh: Option<HarshEvent>,
}

/// What a vehicle does, as its last messages say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Motion {
    /// Its last speed was 1 km/h or more.
    Moving,
    /// It stood, or it never said how fast it is.
    Parked,
    /// No message for 60 s.
    Silent,
}

/// A vehicle's place on the map: the last one it said.
#[derive(Clone, Debug, PartialEq)]
pub struct VehicleMark {
    /// Its name.
    pub device: DeviceId,
    /// The road its messages take.
    pub origin: Origin,
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// Degrees clockwise from north, where it says so.
    pub heading_deg: Option<f32>,
    /// km/h, where it says so.
    pub speed_kmh: Option<f32>,
    /// What it does.
    pub motion: Motion,
    /// When we last heard from it.
    pub last_seen: Timestamp,
}

/// A sensor's place on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorMark {
    /// What it said last.
    pub row: SensorRow,
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// No message for 60 s.
    pub silent: bool,
}

/// A harsh manoeuvre's place on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct HarshMark {
    /// Whose.
    pub device: DeviceId,
    /// The road its messages take.
    pub origin: Origin,
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// What it was.
    pub harsh: HarshEvent,
    /// When we learned of it, by our clock; its age is counted from here.
    pub at: Timestamp,
}

/// A piece of road that a vehicle drove: degrees north and east of both ends. A metre exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrivenPiece {
    /// North and east, degrees.
    pub from: [f32; 2],
    /// North and east, degrees.
    pub to: [f32; 2],
}

/// The chosen vehicle.
#[derive(Clone, Debug)]
pub struct VehicleView {
    /// Its row.
    pub row: FleetRow,
    /// Its numbers, oldest first; columns as in `Quantity::of(DeviceKind::Vehicle)`.
    pub series: Vec<Arc<SampleChunk>>,
}

/// How many sensors are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SensorCounts {
    /// Known.
    pub total: usize,
    /// Above their upper limit.
    pub hot: usize,
    /// Within.
    pub normal: usize,
    /// Below their lower limit.
    pub cold: usize,
    /// No message for 60 s.
    pub silent: usize,
    /// Readings routed in the last minute: cold, normal, hot.
    pub per_minute: [u32; 3],
}

/// The sensors whose charts are on the screen.
#[derive(Clone, Debug, Default)]
pub struct SensorPage {
    /// Sensors that the filter lets through.
    pub matching: usize,
    /// The first one's place in the list.
    pub from: usize,
    /// The sensors.
    pub sensors: Vec<SensorView>,
}

/// One sensor in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorRow {
    /// Its name.
    pub device: DeviceId,
    /// The road its messages take.
    pub origin: Origin,
    /// The last verdict.
    pub last: TemperatureVerdict,
    /// When we last heard from it.
    pub last_seen: Timestamp,
    /// Usual seconds between its messages; `None` before the third.
    pub period_secs: Option<f64>,
    /// Since when it is in its band.
    pub band_since: Timestamp,
}

/// The chosen sensor.
#[derive(Clone, Debug)]
pub struct SensorView {
    /// Its row.
    pub row: SensorRow,
    /// Its numbers, oldest first; columns as in `Quantity::of(DeviceKind::Sensor)`.
    pub series: Vec<Arc<SampleChunk>>,
    /// When it last changed its band, and into which.
    pub crossed: Option<(Timestamp, Band)>,
}

/// What came in and what became of it: `received + further = kept + shed + rejected + duplicates`, to the message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Off the sockets.
    pub received: u64,
    /// Readings beyond the first of their message: several probes, a batch.
    pub further: u64,
    /// Decoded and filed.
    pub kept: u64,
    /// Dropped under pressure, telemetry only.
    pub shed: u64,
    /// Went no further, all reasons.
    pub rejected: u64,
    /// By reason.
    pub rejected_by: BTreeMap<RejectionReason, u64>,
    /// Crash reports that we had already.
    pub duplicates: u64,
    /// Crash reports received, all roots.
    pub crash_reports: u64,
    /// Incidents opened by real devices.
    pub incidents: u64,
    /// Incidents opened by drills.
    pub drill_incidents: u64,
    /// Incidents opened by the sample fleet.
    pub sample_incidents: u64,
    /// Records that the store could not take.
    pub unsaved: u64,
    /// Routed temperatures and verdicts that could not be published, because the broker was away or too slow.
    pub unpublished: u64,
}

/// Messages per second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rate {
    /// In the last whole second.
    pub now: u32,
    /// Mean of the last minute.
    pub minute: f32,
    /// The highest second of the last minute.
    pub peak: u32,
    /// Each second of the last minute, oldest first.
    pub history: Vec<u32>,
}

/// From off the socket to filed, µs; `None` where nothing came in the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// Half are quicker.
    pub p50_micros: Option<u32>,
    /// 99 of 100 are quicker.
    pub p99_micros: Option<u32>,
}

/// One function's meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionRow {
    /// `judge_crash`.
    pub name: &'static str,
    /// One sentence.
    pub sentence: &'static str,
    /// MB
    pub memory_mb: u32,
    /// The last 15 minutes that are over and the open one, since this start.
    pub quarter: Usage,
    /// The last 24 hours, since this start.
    pub day: Usage,
    /// This month. Percentiles are of this start.
    pub month: Usage,
    /// Calls in each of the last 60 minutes, oldest first, the open one last.
    pub per_minute: Vec<u32>,
    /// Its last call.
    pub last_at: Option<Timestamp>,
}

/// What calls came to over a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Calls.
    pub n_calls: u64,
    /// Of them cold.
    pub n_cold: u64,
    /// Of them not ok.
    pub n_failed: u64,
    /// Half are quicker, µs.
    pub p50_micros: Option<u32>,
    /// 95 of 100 are quicker, µs.
    pub p95_micros: Option<u32>,
    /// 99 of 100 are quicker, µs.
    pub p99_micros: Option<u32>,
    /// Billed, ms.
    pub billed_ms: u64,
    /// List price, before the free tier.
    pub list_price: PicoUsd,
}

/// A call with what it was called with and what it answered.
#[derive(Clone, Debug)]
pub struct RecentCall {
    /// The metered call.
    pub call: Invocation,
    /// What it costs at list price.
    pub price: PicoUsd,
    /// The event.
    pub event: RecentEvent,
    /// What it answered; `None` where it failed and nothing could stand in.
    pub verdict: Option<Verdict>,
}

/// The event of a call, as far as it is kept.
#[derive(Clone, Debug)]
pub enum RecentEvent {
    /// A row of driving data, and when it was measured.
    Driving(Driving, Timestamp),
    /// A crash report.
    Crash(Arc<CrashReport>),
    /// A temperature, and when it was measured.
    Temperature(Celsius, Timestamp),
}

/// This month's bill, as AWS Lambda would write it for the calls that ran here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillView {
    /// The month, `2026-11`.
    pub month: String,
    /// What is to be paid after the free tier.
    pub due: PicoUsd,
    /// List price before the free tier.
    pub list: PicoUsd,
    /// Requests still free this month.
    pub free_requests_left: u64,
    /// MB·ms of compute still free this month.
    pub free_mb_ms_left: u64,
    /// Which dated price sheet, `aws_lambda 2026-10-01 us-east-1 arm64`.
    pub price_sheet: String,
    /// The price in force, for what-if.
    pub price: Option<Price>,
    /// What the month may cost, where that is set.
    pub budget: Option<PicoUsd>,
    /// The UTC days of the month so far, from the first on.
    pub days: Vec<DayCost>,
    /// When the month began and when the next one does.
    pub span: (Timestamp, Timestamp),
    /// What the month will come to; `None` while too little is known.
    pub forecast: Option<Forecast>,
    /// Crash incidents of the month, and of them false alarms; no drills.
    pub n_incidents: (u64, u64),
}

/// What one UTC day came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCost {
    /// What was used.
    pub usage: Day,
    /// List price, before the free tier.
    pub list: PicoUsd,
    /// What it adds to what is due, after the free tier.
    pub due: PicoUsd,
}

/// What became of one injected message, stage by stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The message.
    pub packet: PacketId,
    /// Its topic.
    pub topic: String,
    /// The template's or scenario's title.
    pub title: String,
    /// Its root.
    pub origin: Origin,
    /// The stages so far, in order of time.
    pub stages: Vec<Stage>,
    /// The incident it opened or joined.
    pub incident: Option<crate::model::IncidentId>,
    /// What the functions said, in words: "real accident, 96 %", "hot, 31.5 °C".
    pub got: Option<String>,
    /// Whether nothing more is to come.
    pub complete: bool,
}

/// One stage of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// "Publish", "Broker accepted", "Received", "Decoded", "Judged", "Filed", "Stored", "Acknowledged", "Notify", "On screen".
    pub name: &'static str,
    /// In words.
    pub detail: String,
    /// When it began, by our clock.
    pub begin: Timestamp,
    /// When it ended; equal to `begin` for a point.
    pub end: Timestamp,
    /// Suppressed on purpose (a drill's notice): dashed, never missing.
    pub suppressed: bool,
    /// It failed.
    pub failed: bool,
}
