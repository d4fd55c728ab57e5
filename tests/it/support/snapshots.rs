//! Snapshots as the state would publish them: empty, busy and broken.

use std::sync::Arc;

use fleetwatch::model::effect::{Quantity, SampleChunk};
use fleetwatch::model::register::Entry;
use fleetwatch::model::silencing::Hidden;
use fleetwatch::model::{
    AccelG, Alert, AlertId, AlertKind, Band, Celsius, CrashReport, CrashVerdict, DeviceId, DeviceKind, Direction, Driving,
    EventId, Evidence, Frame, HarshEvent, HarshKind, Incident, IncidentId, IncidentKind, Life, Link, LinkState, LinkStatus,
    Malfunction, Origin, PacketId, PicoUsd, Points, Position, Pulse, QueueReading, Ruling, Saying, Severity, Silencing,
    SpeedTrace, Step, StepKind, TemperatureVerdict, Timestamp,
};
use fleetwatch::pricing::forecast::Day;
use fleetwatch::pricing::{self, PriceSheet};
use fleetwatch::state::Snapshot;
use fleetwatch::state::snapshot::{
    Banner, BillView, Counters, DayCost, DrivenPiece, FleetPage, FleetRow, FunctionRow, HarshMark, Latency, Motion, Rate,
    SensorCounts, SensorMark, SensorRow, SensorView, UndeliveredPage, Usage, VehicleMark, VehicleView,
};

/// 2026-03-18 03:12:47 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_773_803_567_000_000);

/// `secs` before [`NOW`].
pub(crate) fn ago(secs: i64) -> Timestamp {
    NOW.plus_secs(-secs)
}

/// Nothing has come, nothing is connected.
pub(crate) fn empty() -> Snapshot {
    Snapshot::default()
}

/// A morning with everything in it.
pub(crate) fn busy() -> Snapshot {
    let links = [
        (Link::BrokerCrash, LinkState::Up),
        (Link::BrokerTelemetry, LinkState::Up),
        (Link::Store, LinkState::Up),
        (Link::Notify, LinkState::NotSet),
        (Link::Stack, LinkState::Up),
    ];
    let incidents = vec![
        crash("INC-20260318-0007", "VAN-0417", Ruling::Real, 0.96, Severity::Critical, 42),
        temperature("INC-20260318-0005", "RFR-022", 840),
        crash("INC-20260318-0004", "TRK-056", Ruling::Undecided, 0.58, Severity::Medium, 1_260),
        crash("INC-20260318-0003", "BUS-108", Ruling::Malfunction, 0.02, Severity::Low, 1_440),
        crash("INC-20260318-0002", "VAN-0233", Ruling::Malfunction, 0.01, Severity::Low, 3_060),
        resolved(crash("INC-20260318-0001", "VAN-0388", Ruling::Real, 0.91, Severity::High, 5_100)),
    ];
    let mut drill = crash("DRL-20260318-0001", "VAN-0900", Ruling::Real, 0.97, Severity::Critical, 68);
    drill.origin = Origin::Drill;
    let sensors: Vec<SensorRow> = (0..12).map(sensor_row).collect();
    Snapshot {
        at: NOW,
        version: 12,
        fleet: fleet(1_284, 0, 40, ""),
        marks: Arc::new((0..231).map(vehicle_mark).collect()),
        sensor_marks: Arc::new((0..12).map(sensor_mark).collect()),
        harsh_marks: Arc::new((0..9).map(harsh_mark).collect()),
        n_unplaced: 3,
        driven: Arc::new(vec![Arc::new(driven())]),
        vehicle: Some(vehicle()),
        sensor: Some(sensor()),
        sensor_counts: SensorCounts { total: 412, hot: 4, normal: 403, cold: 3, silent: 2, per_minute: [18, 2_418, 24] },
        sensors: Arc::new(sensors),
        incidents: Arc::new(incidents.into_iter().map(Arc::new).collect()),
        drills: Arc::new(vec![Arc::new(drill)]),
        counters: Counters {
            received: 5_431_007,
            kept: 5_430_950,
            shed: 0,
            rejected: 57,
            rejected_by: [(fleetwatch::model::RejectionReason::NotJson, 57)].into(),
            crash_reports: 9,
            incidents: 6,
            drill_incidents: 1,
            ..Counters::default()
        },
        rate: Rate { now: 503, minute: 498.0, peak: 541, history: (0..60).map(|i| 480 + (i * 37 % 61) as u32).collect() },
        latency: Latency { p50_micros: Some(380), p99_micros: Some(2_120) },
        links: links.into_iter().map(|(link, state)| (link, LinkStatus::plain(state))).collect(),
        queues: vec![QueueReading { name: "inbox", depth: 3, capacity: 10_000, shed: 0, offered: 5_431_007 }],
        functions: Arc::new(functions()),
        stack: Some(super::stack::stack()),
        stack_spent: PicoUsd(3_150_000_000),
        actuals: Some(super::stack::actuals()),
        bill: bill(),
        store_bytes: 18_400_000,
        memory: (41_000_000, 256_000_000),
        ..Snapshot::default()
    }
}

/// The same morning after the broker was lost, with banners and odd values everywhere.
pub(crate) fn broken() -> Snapshot {
    let mut snapshot = busy();
    snapshot.at = ago(177);
    let down = LinkStatus {
        state: LinkState::Down,
        reason: "The broker at broker.site.example does not answer. Check that it runs and that port 8883 is open.".into(),
        raw: "No route to host (os error 113)".into(),
        next_try_at: Some(NOW.plus_secs(6)),
        n_connects: 3,
    };
    snapshot.links.insert(Link::BrokerCrash, down.clone());
    snapshot.links.insert(Link::BrokerTelemetry, down);
    snapshot.links.insert(
        Link::Notify,
        LinkStatus {
            reason: "email mail.site.example: attempt 3 failed, connection refused\n\
                webhook hooks.site.example: waits until 2026-03-18T03:13:14.000Z, since the webhook answered 429"
                .into(),
            next_try_at: Some(NOW.plus_secs(27)),
            ..LinkStatus::plain(LinkState::Degraded)
        },
    );
    snapshot.undelivered = (Arc::new(undelivered()), 2);
    snapshot.stack = Some(super::stack::broken_stack());
    snapshot.actuals = Some(super::stack::unanswered());
    snapshot.rate = Rate::default();
    snapshot.latency = Latency::default();
    let unsaved = Saying {
        key: "banner_unsaved".into(),
        text: "14 records are not saved: the store cannot keep up.".into(),
        args: [("n".into(), 14_usize.into())].into(),
    };
    snapshot.banners = vec![Banner::of(false, unsaved)];
    let mut odd = crash(
        "INC-20260318-0008",
        "a-vehicle-with-a-very-long-name-that-nobody-would-choose-0001",
        Ruling::Undecided,
        f64::NAN,
        Severity::High,
        -3,
    );
    if let IncidentKind::Crash { report, .. } = &mut odd.kind {
        let report = Arc::make_mut(report);
        report.unreadable = Some("line 1, column 7: a number was expected".into());
        report.pulse = Pulse::default();
    }
    Arc::make_mut(&mut snapshot.incidents).insert(0, Arc::new(odd));
    snapshot.incidents_hidden = 12;
    for row in &mut snapshot.fleet.rows {
        row.last.speed_kmh = row.last.speed_kmh.map(|_| f64::NAN);
        row.last_seen = ago(177);
    }
    if let Some(vehicle) = &mut snapshot.vehicle {
        vehicle.row.last_seen = ago(177);
        for chunk in &mut vehicle.series {
            let chunk = Arc::make_mut(chunk);
            let n = chunk.t_ms.partition_point(|t_ms| *t_ms <= ago(177).millis());
            chunk.t_ms.truncate(n);
            chunk.columns.iter_mut().for_each(|column| column.truncate(n));
        }
    }
    snapshot.counters.shed = 12;
    snapshot.silencings = Arc::new(silences());
    snapshot
}

/// A page that failed, and two that wait because their receiver asked for patience.
pub(crate) fn undelivered() -> Vec<UndeliveredPage> {
    let page = |incident: &str, device: &str, channel: &str, why: &str, until| UndeliveredPage {
        incident: IncidentId(incident.into()),
        device: DeviceId::new(device),
        channel: channel.to_owned(),
        why: why.to_owned(),
        until,
    };
    let (refused, busy) = ("email mail.site.example: attempt 3 failed, connection refused", "the webhook answered 429");
    vec![
        page("INC-20260318-0007", "VAN-0417", "email", refused, None),
        page("INC-20260318-0004", "TRK-056", "webhook", busy, Some(NOW.plus_secs(27))),
        page("INC-20260318-0007", "VAN-0417", "webhook", busy, Some(NOW.plus_secs(27))),
    ]
}

/// The banner of pages that wait.
pub(crate) fn waiting_banner() -> Banner {
    let args = [("incident", "INC-20260318-0007"), ("channel", "webhook"), ("why", "the webhook answered 429")];
    let says = Saying {
        key: "banner_waiting".into(),
        text: "A page waits.".into(),
        args: args.map(|(name, word)| (name.into(), word.into())).into(),
    };
    Banner { about: Some(Link::Notify), next_try_at: Some(NOW.plus_secs(27)), ..Banner::of(true, says) }
}

/// A silence that stands, one that ends soon, and one that is over.
pub(crate) fn silences() -> Vec<Silencing> {
    let silence = |id, search: &str, until: Timestamp, hidden: &[&str], ended| Silencing {
        id,
        search: search.to_owned(),
        reason: "defrosting of the freezers in hall 2, until the technician has gone".to_owned(),
        by: "M. Seo".to_owned(),
        at: ago(1_800),
        until,
        ended,
        n_hidden: hidden.len() as u64,
        hidden: hidden
            .iter()
            .map(|text| Hidden { at: ago(600), device: DeviceId::new("box-1"), text: (*text).to_owned() })
            .collect(),
        warned: false,
        rev: 1,
    };
    vec![
        silence(3, "vehicle:RFR-0*", NOW.plus_secs(420), &[], None),
        silence(2, "box-* kind:temperature", NOW.plus_secs(5_400), &["box-1: rose above 8.0 °C (9.4 °C)", "box-2: fault"], None),
        silence(1, "*", ago(900), &[], Some((None, ago(900)))),
    ]
}

/// A page of a fleet.
pub(crate) fn fleet(total: usize, from: usize, len: usize, filter: &str) -> FleetPage {
    let rows = (from..(from + len).min(total)).map(fleet_row).filter(|row| row.device.as_str().contains(filter)).collect();
    FleetPage { total, matching: total, moving: 214, parked: 1_023, silent: 47, from, rows }
}

fn fleet_row(i: usize) -> FleetRow {
    let speed = if i.is_multiple_of(3) { 0.0 } else { 20.0 + (i * 7 % 60) as f64 };
    FleetRow {
        device: DeviceId::new(&format!("VAN-{:04}", 400 + i)),
        origin: if i % 9 == 4 { Origin::Sample } else { Origin::Device },
        last: Driving {
            speed_kmh: (i % 11 != 7).then_some(speed),
            accel_g: Some(AccelG { x: 0.02, y: -0.01, z: 1.0 }),
            position: Some(Position { lat: 37.5, lon: 127.0, hdop: None }),
            heading_deg: Some((i * 37 % 360) as f64),
        },
        last_seen: match i % 8 {
            5 => ago(34),
            6 => ago(7),
            7 => ago(300),
            _ => ago(0),
        },
        period_secs: Some(0.5),
        clock_ahead_ms: if i % 13 == 2 { 1_900 } else { 12 },
        incident: i == 17,
        harsh: [0; 3],
        last_harsh: None,
    }
}

/// A vehicle somewhere in Seoul; VAN-0417 is where its crash is.
fn vehicle_mark(i: usize) -> VehicleMark {
    let spread = |salt: usize| ((i * salt) % 1_009) as f64 / 1_009.0 - 0.5;
    let chosen = i == 17;
    VehicleMark {
        device: DeviceId::new(&format!("VAN-{:04}", 400 + i)),
        origin: if i % 9 == 4 { Origin::Sample } else { Origin::Device },
        lat: if chosen { 37.5012 } else { 37.52 + spread(389) * 0.11 },
        lon: if chosen { 127.0396 } else { 127.0 + spread(613) * 0.24 },
        heading_deg: (i % 11 != 3).then_some((i * 37 % 360) as f32),
        speed_kmh: Some(if i.is_multiple_of(3) || chosen { 0.0 } else { 34.0 }),
        motion: match i {
            17 => Motion::Parked,
            _ if i % 23 == 5 => Motion::Silent,
            _ if i.is_multiple_of(3) => Motion::Parked,
            _ => Motion::Moving,
        },
        last_seen: ago((i % 8) as i64),
    }
}

/// A sensor somewhere in Seoul; the last of them is silent.
fn sensor_mark(i: usize) -> SensorMark {
    let spread = |salt: usize| ((i * salt) % 101) as f64 / 101.0 - 0.5;
    SensorMark { row: sensor_row(i), lat: 37.53 + spread(37) * 0.07, lon: 126.98 + spread(61) * 0.2, silent: i == 11 }
}

/// A vehicle was driven harshly, the first of them the longest ago.
fn harsh_mark(i: usize) -> HarshMark {
    let at = ago(3_300 - i as i64 * 400);
    let kind = [HarshKind::Brake, HarshKind::Accelerate, HarshKind::Corner][i % 3];
    HarshMark {
        device: DeviceId::new(&format!("VAN-{:04}", 410 + i)),
        origin: Origin::Device,
        lat: 37.5 + i as f64 * 0.006,
        lon: 126.95 + (i * 5 % 9) as f64 * 0.012,
        harsh: HarshEvent {
            kind,
            from: at,
            to: at.plus_secs(2),
            secs: 2.0,
            peak_ms2: 4.7,
            from_kmh: Some(52.0),
            to_kmh: Some(18.0),
        },
        at,
    }
}

/// Roads that somebody drove: a grid of streets.
fn driven() -> Vec<DrivenPiece> {
    let street = |i: i16, across: bool| {
        (0..60_i16).map(move |j| {
            let at = |j: i16| {
                let (along, aside) = (f32::from(j) * 0.003, f32::from(i) * 0.02 + f32::from(j) * 0.0004);
                if across { [37.47 + aside, 126.9 + along] } else { [37.46 + along * 0.6, 126.92 + aside] }
            };
            DrivenPiece { from: at(j), to: at(j + 1) }
        })
    };
    (0..5).flat_map(|i| street(i, true).chain(street(i, false))).collect()
}

fn vehicle() -> VehicleView {
    let quantities = Quantity::of(DeviceKind::Vehicle);
    let n = 600;
    let t_ms: Vec<i64> =
        (0..n).map(|i| NOW.millis() - (n - i) * 500).filter(|t| !(150_000..175_000).contains(&(NOW.millis() - t))).collect();
    let column = |value: &dyn Fn(f64) -> Option<f64>, q: usize| -> Vec<i32> {
        t_ms.iter().map(|t| quantities[q].quantise(value((NOW.millis() - t) as f64 / 1_000.0))).collect()
    };
    let impact = |age: f64| (41.5..42.5).contains(&age);
    let columns = vec![
        column(&|age| Some(if age < 42.0 { 0.0 } else { (48.0 + 8.0 * (age / 20.0).sin()).max(0.0) }), 0),
        column(&|age| Some(if impact(age) { -27.4 } else { 0.05 * (age / 3.0).sin() }), 1),
        column(&|age| Some(0.04 * (age / 2.0).cos()), 2),
        column(&|age| Some(1.0 + 0.03 * (age / 1.3).cos()), 3),
        column(&|age| Some(37.5012 - (age - 42.0).max(0.0) * 0.000_03), 4),
        column(&|age| Some(127.0396 - (age - 42.0).max(0.0) * 0.000_1), 5),
        column(&|_| Some(90.0), 6),
    ];
    let chunk = SampleChunk::new(DeviceId::new("VAN-0417"), DeviceKind::Vehicle, Origin::Device, t_ms, columns);
    VehicleView { row: fleet_row(17), series: vec![Arc::new(chunk)] }
}

fn sensor_row(i: usize) -> SensorRow {
    let (celsius, band) = match i {
        0 => (9.6, Band::Hot),
        1 => (31.2, Band::Hot),
        2 => (0.8, Band::Cold),
        _ => (4.0 + i as f64 / 10.0, Band::Normal),
    };
    SensorRow {
        device: DeviceId::new(&format!("RFR-{:03}", 22 + i)),
        origin: Origin::Device,
        last: TemperatureVerdict {
            celsius: Celsius(celsius),
            fahrenheit: Celsius(celsius).into(),
            band,
            previous: Some(Band::Normal),
            limits_c: (2.0, 8.0),
            watch: fleetwatch::model::Watch::default(),
        },
        last_seen: ago(i as i64 * 5),
        period_secs: Some(10.0),
        band_since: ago(840),
    }
}

fn sensor() -> SensorView {
    let n = 360;
    let t_ms: Vec<i64> = (0..n).map(|i| NOW.millis() - (n - 1 - i) * 10_000).collect();
    let celsius = Quantity::of(DeviceKind::Sensor)[0];
    let column =
        (0..n).map(|i| celsius.quantise(Some(4.2 + (i as f64 - 180.0).max(0.0) * 0.03 + 0.1 * (i as f64).sin()))).collect();
    let chunk = SampleChunk::new(DeviceId::new("RFR-022"), DeviceKind::Sensor, Origin::Device, t_ms, vec![column]);
    SensorView { row: sensor_row(0), series: vec![Arc::new(chunk)], crossed: Some((ago(840), Band::Hot)) }
}

/// A crash incident, `secs` ago.
pub(crate) fn crash(id: &str, device: &str, ruling: Ruling, probability: f64, severity: Severity, secs: i64) -> Incident {
    let at = ago(secs);
    let t_ms: Vec<f64> = (-50..150).map(f64::from).collect();
    let hit: Vec<f64> = t_ms
        .iter()
        .map(|t| if (0.0..90.0).contains(t) { -27.4 * (t / 90.0 * std::f64::consts::PI).sin() } else { 0.0 })
        .collect();
    let pulse = Pulse {
        x_g: hit,
        y_g: t_ms.iter().map(|t| 0.4 * (t / 9.0).sin()).collect(),
        z_g: t_ms.iter().map(|_| 0.0).collect(),
        t_ms,
    };
    let report = CrashReport {
        event_id: EventId("evt-1".into()),
        pulse,
        frame: Frame::Vehicle,
        gravity: false,
        range_g: Some(100.0),
        speed: Some(SpeedTrace { t_ms: vec![-2_000.0, -1_000.0, 0.0, 1_000.0], kmh: vec![52.0, 52.0, 50.0, 0.0] }),
        airbag: (ruling == Ruling::Real).then_some(true),
        position: Some(Position { lat: 37.5012, lon: 127.0396, hdop: Some(0.9) }),
        device_verdict: None,
        unreadable: None,
        claims_test: false,
        raw: bytes::Bytes::default(),
        topic: format!("fleet/{device}/crash").into(),
    };
    let verdict = CrashVerdict {
        ruling,
        malfunction: (ruling == Ruling::Malfunction).then_some(Malfunction::Dropped),
        probability,
        severity,
        summary: "Δv 34.0 km/h within 92 ms, airbag deployed, the vehicle stopped.".into(),
        delta_v_kmh: Some(34.0),
        peak_g: Some(27.4),
        window_ms: Some((0.0, 92.0)),
        free_fall_ms: (ruling == Ruling::Malfunction).then_some((-40.0, -2.0)),
        direction: Some(Direction::Front),
        evidence: evidence(),
    };
    Incident {
        id: IncidentId(id.into()),
        device: DeviceId::new(device),
        origin: Origin::Device,
        kind: IncidentKind::Crash { report: Arc::new(report), verdict: Arc::new(verdict) },
        severity,
        life: Life::Open,
        occurred_at: at,
        clock_wrong: false,
        received_at: at,
        last_report_at: at,
        events: vec![EventId("evt-1".into())],
        n_reports: 1,
        packet: PacketId(7),
        timeline: vec![
            Step { kind: StepKind::Received, at, detail: format!("fleet/{device}/crash") },
            Step { kind: StepKind::Judged, at: at.plus_micros(412), detail: "judge_crash".into() },
            Step { kind: StepKind::Filed, at: at.plus_micros(430), detail: id.into() },
            Step { kind: StepKind::Stored, at: at.plus_micros(2_100), detail: String::new() },
        ],
        notes: Vec::new(),
        acknowledged: None,
        resolved: None,
        stored: true,
        cost: PicoUsd(42_000_000),
        judge: None,
        decision: None,
        impacts: Vec::new(),
        kept: fleetwatch::model::Kept::default(),
        handling: fleetwatch::model::Handling::default(),
        imported: None,
        mark: fleetwatch::model::Mark::default(),
        usual_secs: None,
    }
}

fn evidence() -> Vec<Evidence> {
    [
        ("delta_v", "Speed change Δv", Some(34.0), "km/h", "34.0 km/h in 92 ms", "≥ 8 km/h in 150 ms", Points::Accident, 3.1),
        ("free_fall", "Free fall before", None, "", "none", "> 80 ms below 0.3 g", Points::Neutral, 0.0),
        ("stuck", "Stuck axis", None, "", "not checked: no samples of z", "no change for 20 ms", Points::NotChecked, 0.0),
        ("clipped", "Saturation", Some(0.0), "samples", "0 samples", "> 5 samples at ±100 g", Points::Malfunction, -0.2),
    ]
    .map(|(key, name, value, unit, reading, limit, points, weight)| Evidence {
        key: key.into(),
        name: name.into(),
        value,
        unit: unit.into(),
        reading: reading.into(),
        reading_key: "".into(),
        reading_args: std::collections::BTreeMap::new(),
        limit: limit.into(),
        limit_key: "".into(),
        limit_args: std::collections::BTreeMap::new(),
        source: "49 CFR 563.5".into(),
        points,
        weight,
    })
    .into()
}

/// A cold chain broken, acknowledged.
pub(crate) fn temperature(id: &str, device: &str, secs: i64) -> Incident {
    let mut incident = crash(id, device, Ruling::Real, 1.0, Severity::High, secs);
    let verdict = TemperatureVerdict {
        celsius: Celsius(9.6),
        fahrenheit: Celsius(9.6).into(),
        band: Band::Hot,
        previous: Some(Band::Normal),
        limits_c: (2.0, 8.0),
        watch: fleetwatch::model::Watch::default(),
    };
    incident.kind = IncidentKind::Temperature { verdict, back_at: None };
    incident.life = Life::Acknowledged;
    incident.acknowledged = Some(("J. Han".into(), ago(520)));
    incident
}

/// An incident that was closed.
pub(crate) fn resolved(mut incident: Incident) -> Incident {
    incident.life = Life::Resolved;
    incident.acknowledged = Some(("J. Han".into(), incident.received_at.plus_secs(30)));
    incident.resolved = Some(("J. Han".into(), incident.received_at.plus_secs(900)));
    incident
}

/// The alert of an incident.
pub(crate) fn alert(id: u64, incident: &Incident) -> Alert {
    Alert {
        id: AlertId(id),
        about: AlertKind::Incident { incident: incident.id.clone() },
        device: incident.device.clone(),
        severity: incident.severity,
        origin: incident.origin,
        raised_at: incident.received_at,
        cleared_at: None,
        text: format!("{} real accident, 96 %", incident.device),
    }
}

/// 18 days of March with some 60 million calls, on a budget of 90 dollars.
fn bill() -> BillView {
    let sheet = PriceSheet::standard();
    let span = pricing::month_of(NOW).unwrap();
    let usage = |i: u64| Day { requests: 3_100_000 + i * 7_919 % 900_000, mb_ms: 3_100_000 * 128 * (30 + i % 5) };
    let today = Day { requests: 430_000, mb_ms: 430_000 * 128 * 33 };
    let days: Vec<Day> = (0..17).map(usage).chain([today]).collect();
    let mut bill = pricing::Bill::default();
    let costs = days.iter().map(|day| {
        let (list, due) = (bill.list(), bill.due());
        bill.add_usage(day.requests, day.mb_ms, NOW, sheet);
        DayCost { usage: *day, list: PicoUsd(bill.list().0 - list.0), due: PicoUsd(bill.due().0 - due.0) }
    });
    let costs = costs.collect();
    BillView {
        month: "2026-03".into(),
        due: bill.due(),
        list: bill.list(),
        free_requests_left: bill.free_requests_left(),
        free_mb_ms_left: bill.free_mb_ms_left(),
        price_sheet: "aws_lambda 2022-08-01 us-east-1 arm64".into(),
        price: sheet.at(NOW).cloned(),
        budget: Some(PicoUsd(90_000_000_000_000)),
        days: costs,
        span,
        forecast: pricing::forecast::forecast(&days, span.0, span.1, NOW, sheet),
        n_incidents: (12, 2),
    }
}

/// With a register in which two that speak are missing.
pub(crate) fn registered(mut snapshot: Snapshot) -> Snapshot {
    let entry = |id: &str, name: &str, group: &str, sort: &str| Entry {
        name: name.to_owned(),
        group: group.to_owned(),
        sort: sort.to_owned(),
        contact: "+82 2 555 0417".to_owned(),
        ..Entry::new(DeviceId::new(id))
    };
    let entries = [
        entry("VAN-0417", "Kim's van", "seoul", "lorry"),
        entry("RFR-02", "Freezer 2", "seoul", "freezer"),
        entry("TRK-056", "Night tour", "busan", "lorry"),
        entry("spare-1", "", "busan", "lorry"),
    ];
    snapshot.register = Arc::new(entries.into_iter().collect());
    snapshot.unnamed = (Arc::new(["VAN-0420", "box-9"].map(DeviceId::new).to_vec()), 2);
    snapshot
}

fn usage(n_calls: u64) -> Usage {
    Usage {
        n_calls,
        n_cold: 1,
        n_failed: 0,
        p50_micros: Some(86),
        p95_micros: Some(213),
        p99_micros: Some(412),
        billed_ms: n_calls,
        list_price: PicoUsd(n_calls as i64 * 2_083),
    }
}

fn functions() -> Vec<FunctionRow> {
    [
        ("preprocess_driving", "Drops bad rows of driving data.", 5_430_000),
        ("judge_crash", "Tells a real crash from a malfunction.", 9),
        ("route_temperature", "Converts and routes temperatures.", 941),
    ]
    .map(|(name, sentence, n_calls)| FunctionRow {
        name,
        sentence,
        memory_mb: 128,
        quarter: usage(n_calls / 2_000),
        day: usage(n_calls / 20),
        month: usage(n_calls),
        per_minute: (0..60).map(|i| (n_calls / 40_000 + i * 37 % 11) as u32).collect(),
        last_at: Some(ago(0)),
    })
    .into()
}
