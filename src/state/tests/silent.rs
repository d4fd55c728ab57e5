//! Vehicles that go silent after an impact, and sensors that fall silent.

use super::*;
use crate::model::{AlertKind, DecidedBy, Evidence, LinkStatus, Presence, StepKind};

impl Line {
    pub(super) fn listening() -> Self {
        let mut line = Self::new();
        line.link(LinkState::Up);
        line
    }

    fn link(&mut self, state: LinkState) {
        self.tell(Fact::Linked { link: Link::BrokerTelemetry, status: LinkStatus::plain(state), at: self.now });
    }

    fn wait(&mut self, secs: i64) {
        (0..secs).for_each(|_| self.pass_secs(1));
    }

    /// A row a second.
    pub(super) fn drive(&mut self, vehicle: &str, secs: i64) {
        for _ in 0..secs {
            let speed = self.now.secs_since(NOW).rem_euclid(7.0);
            self.receive(
                &format!("fleet/{vehicle}/driving"),
                &format!(r#"{{"occurred_at":{},"speed_kmh":{speed}}}"#, self.now.millis()),
            );
            self.pass_secs(1);
        }
    }

    fn presence(&mut self, device: &str, online: bool) {
        self.n_received += 1;
        let event = Event {
            device: DeviceId::new(device),
            origin: Origin::Device,
            occurred_at: None,
            clock_wrong: false,
            received_at: self.now,
            boot: None,
            seq: None,
            retained: false,
            packet: crate::model::PacketId(self.n_received),
            reading: Reading::Presence(Presence { online, why: "last will".into() }),
        };
        let (decoded_at, judged_at) = (self.now, self.now);
        let judged = Judged { event, verdicts: vec![], invocations: vec![], decoded_at, judged_at, delivery: None, judge: None };
        self.tell(Fact::Judged(Box::new(judged)));
    }

    fn only(&mut self) -> Arc<Incident> {
        let snapshot = self.state.snapshot();
        assert_eq!(snapshot.incidents.len(), 1, "{:#?}", snapshot.incidents);
        Arc::clone(&snapshot.incidents[0])
    }

    /// `kill -9` and a new start: the state has what was stored, and the link comes up.
    fn restart(&mut self) {
        self.commit_all();
        let incidents: Vec<_> = self.state.snapshot().incidents.iter().cloned().collect();
        let next_number = incidents.len() as u64 + 1;
        self.state = State::new(16 << 20, PriceSheet::standard().clone());
        let spikes = self.spikes.clone();
        self.state.restore(Restored { incidents, spikes, next_number, at: self.now, ..Restored::default() });
        self.link(LinkState::Up);
    }

    /// The notices' keys without kind and date.
    fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<_> = self.outbox.keys().map(|key| &key["INC-20270115-".len()..]).collect();
        keys.sort_unstable();
        keys
    }
}

#[test]
fn a_crash_that_is_critical_already_is_told_again_and_must_be_acknowledged_again() {
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.commit_all();
    let incident = line.only();
    assert_eq!((incident.severity, line.outbox.len()), (Severity::Critical, 1));
    line.command(Command::Acknowledge { incident: incident.id.clone() });
    line.wait(29);
    assert!(!line.only().is_silent(), "not before 30 s");
    line.wait(2);
    line.commit_all();
    let incident = line.only();
    assert!(incident.is_silent() && incident.life == Life::Open && incident.acknowledged.is_none(), "{incident:#?}");
    assert_eq!(line.keys(), ["0001-1", "0001-silent"]);
    line.wait(600);
    line.commit_all();
    assert_eq!(line.outbox.len(), 2, "told once");
    let counters = line.state.counters();
    assert_eq!((counters.kept, counters.crash_reports, counters.incidents), (6, 1, 1), "a silence is no message");
}

#[test]
fn a_last_will_is_believed_sooner_and_only_after_an_impact() {
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.drive("van-2", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.presence("van-1", false);
    line.presence("van-2", false);
    line.wait(11);
    line.commit_all();
    assert!(line.only().is_silent());
    assert!(line.outbox.values().any(|notice| notice.text.contains("its last will says that it is gone")));
    line.presence("van-1", true);
    assert!(!line.only().is_silent(), "heard again");
    let snapshot = line.state.snapshot();
    let told = snapshot.alerts.iter().find(|alert| matches!(alert.about, AlertKind::WentSilent { .. })).unwrap();
    assert!(told.cleared_at.is_some() && told.text.contains("; over after "), "{told:?}");
}

#[test]
fn a_false_alarm_is_open_again_when_the_vehicle_is_silent() {
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.commit_all();
    let incident = line.only().id.clone();
    line.command(Command::FalseAlarm { incident: incident.clone(), kind: None, reason: "he said it was a test".to_owned() });
    line.command_by("lee", Command::Second { incident: incident.clone() });
    assert_eq!(line.only().life, Life::Resolved);
    line.wait(31);
    line.commit_all();
    let found = line.only();
    assert_eq!((found.life, found.resolved.clone(), found.decision.clone()), (Life::Open, None, None));
    assert_eq!(found.ruling(), Some(Ruling::Real));
    assert!(found.timeline.iter().any(|step| step.kind == StepKind::Reopened && step.detail.contains("kim")));
    // And a person's word after that holds.
    line.command(Command::Overrule {
        incident: incident.clone(),
        ruling: Ruling::Malfunction,
        malfunction: None,
        reason: "towed away, nobody hurt".to_owned(),
    });
    line.command_by("lee", Command::Second { incident });
    line.wait(60);
    let found = line.only();
    assert_eq!(found.decision.as_ref().map(|decision| decision.how), Some(DecidedBy::Overrule));
    assert_eq!(found.ruling(), Some(Ruling::Malfunction));
}

#[test]
fn a_repeat_is_a_sign_of_life_and_a_second_silence_has_a_key_of_its_own() {
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.commit_all();
    for _ in 0..4 {
        line.wait(20);
        // Not acknowledged yet, so it sends the same again.
        line.receive("fleet/van-1/crash", &airbag("e-1"));
        line.commit_all();
    }
    assert!(!line.only().is_silent());
    line.wait(31);
    assert!(line.only().is_silent());
    line.receive("fleet/van-1/crash", &airbag("e-2"));
    line.commit_all();
    assert!(!line.state.snapshot().incidents.iter().any(|incident| incident.is_silent()));
    line.wait(31);
    line.commit_all();
    assert_eq!(line.outbox.keys().filter(|key| key.contains("silent")).count(), 2, "{:?}", line.keys());
}

#[test]
fn nobody_is_silent_while_this_computer_slept_or_the_link_is_down() {
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    // One tick after ten minutes: nothing is known of what came meanwhile.
    line.pass_secs(600);
    assert!(!line.only().is_silent());
    line.link(LinkState::Down);
    line.wait(100);
    assert!(!line.only().is_silent());
    line.link(LinkState::Up);
    line.wait(31);
    assert!(line.only().is_silent());
}

#[test]
fn a_spike_that_only_a_row_told_of_is_watched_on_by_a_desk_that_starts_anew() {
    let spike = |line: &mut Line, device: &str| {
        let payload = format!(
            r#"{{"occurred_at":{},"speed_kmh":5,"accel_g":{{"x":-4,"y":1,"z":-1}},"position":{{"lat":37.5,"lon":127.0}}}}"#,
            line.now.millis()
        );
        line.receive(&format!("fleet/{device}/driving"), &payload);
    };
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.drive("van-2", 5);
    spike(&mut line, "van-1");
    spike(&mut line, "van-2");
    line.wait(20);
    line.restart();
    // Whoever still speaks has survived it.
    for _ in 0..4 {
        line.wait(10);
        line.drive("van-2", 1);
    }
    line.commit_all();
    assert_eq!(line.keys(), ["0001-silent"]);
    let incident = line.only();
    assert_eq!((incident.device.as_str(), incident.severity, incident.is_silent()), ("van-1", Severity::Critical, true));
    let notice = line.outbox.values().next().unwrap();
    assert!(notice.text.contains("Last at 37.50000, 127.00000"), "{}", notice.text);

    // What is older than the time in which a silence begins is nobody's business after a restart.
    let mut late = Line::listening();
    late.drive("van-1", 5);
    spike(&mut late, "van-1");
    late.commit_all();
    late.now = late.now.plus_secs(121);
    late.restart();
    late.wait(60);
    late.commit_all();
    assert_eq!(late.keys(), [""; 0]);
}

#[test]
fn a_fleet_that_hits_something_all_at_once_costs_bounded_memory() {
    let mut line = Line::listening();
    for n in 0..3_000 {
        for k in 0..3_i64 {
            let at = NOW.plus_secs(k).millis();
            line.receive(
                &format!("fleet/v-{n}/driving"),
                &format!(r#"{{"occurred_at":{at},"speed_kmh":5,"accel_g":{{"x":{},"y":0,"z":-1}}}}"#, 3 + k),
            );
        }
    }
    line.wait(31);
    line.commit_all();
    assert_eq!(line.spikes.len(), 1_024, "it fills the disk");
    assert_eq!(line.state.counters().incidents, 1_024);
    assert_eq!(line.state.after_impact.sizes(), (0, 1_024));
}

#[test]
fn a_sensor_that_sleeps_says_goodbye_each_time_and_is_silent_only_when_it_is_overdue() {
    let mut line = Line::listening();
    for n in 0..6 {
        line.receive("sensors/s-1/temperature", &format!(r#"{{"celsius":{}}}"#, 5.0 + f64::from(n % 3) / 10.0));
        line.presence("s-1", false);
        line.wait(300);
    }
    assert!(line.state.snapshot().alerts.is_empty());
    line.wait(151);
    let alerts = line.state.snapshot().alerts.clone();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert!(alerts[0].text.contains("its last will says that it is gone"));
    assert!(line.state.snapshot().incidents.is_empty());
}

#[test]
fn sensors_of_one_gateway_share_an_alert_that_ends_with_the_last_of_them() {
    let mut line = Line::listening();
    let all = |line: &mut Line, from: usize, to: usize, n: i32| {
        for idx in from..to {
            let celsius = 5.0 + f64::from(n % 3) / 10.0;
            line.receive(&format!("sensors/gw-{idx:02}/temperature"), &format!(r#"{{"celsius":{celsius}}}"#));
        }
    };
    for n in 0..4 {
        all(&mut line, 0, 12, n);
        line.wait(20);
    }
    line.wait(60);
    // The first of them, by which the alert is named, is not the one that it waits for.
    all(&mut line, 0, 11, 5);
    line.wait(1);
    let open = |line: &mut Line| line.state.snapshot().alerts.iter().filter(|alert| alert.cleared_at.is_none()).count();
    assert_eq!((line.state.snapshot().alerts.len(), open(&mut line)), (1, 1));
    all(&mut line, 11, 12, 6);
    assert_eq!(open(&mut line), 0);
}

#[test]
fn a_vehicle_that_fell_silent_is_told_although_the_desk_was_started_anew() {
    let mut line = Line::listening();
    for vehicle in ["van-1", "van-2"] {
        line.drive(vehicle, 5);
        line.receive(&format!("fleet/{vehicle}/crash"), &airbag("e-1"));
    }
    line.wait(20);
    line.restart();
    // The one lives: it was not heard for as long as we did not listen.
    line.drive("van-2", 40);
    line.commit_all();
    let silent: Vec<_> = line.state.snapshot().incidents.iter().filter(|i| i.is_silent()).map(|i| i.device.clone()).collect();
    assert_eq!(silent, [DeviceId::new("van-1")]);
    let told: Vec<_> = line.outbox.values().filter(|notice| notice.title.contains("went silent")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].text.contains("usually every 1 s"), "{told:?}");
    // And who is known to be silent is awaited beyond another start.
    line.restart();
    line.drive("van-2", 40);
    line.drive("van-1", 2);
    assert!(!line.state.snapshot().incidents.iter().any(|incident| incident.is_silent()));
    line.commit_all();
    assert_eq!(line.outbox.len(), 3, "{:?}", line.keys());
}

#[test]
fn what_lies_long_back_is_not_watched_after_a_start() {
    let mut line = Line::listening();
    line.drive("van-1", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.drive("van-1", 125);
    line.restart();
    line.wait(100);
    assert!(!line.only().is_silent(), "it spoke for two minutes after the impact");
}

#[test]
fn a_hard_push_is_harmless_only_where_the_device_was_loose() {
    use crate::model::Malfunction::{Clock, Door, Dropped, Pothole, Shaken};
    let row = || after_impact::spike_verdict(3.0).evidence.remove(0);
    let verdict = |malfunction, delta_v_kmh, free_fall: bool, before_kmh: Option<f64>| {
        let before = before_kmh.map(|kmh| Evidence { key: "speed_before".into(), value: Some(kmh), ..row() });
        CrashVerdict {
            ruling: Ruling::Malfunction,
            malfunction,
            delta_v_kmh: Some(delta_v_kmh),
            free_fall_ms: free_fall.then_some((-300.0, -20.0)),
            evidence: before.into_iter().collect(),
            ..after_impact::spike_verdict(3.0)
        }
    };
    for (harmless, malfunction, delta_v_kmh, free_fall, before_kmh) in [
        (true, Some(Door), 3.0, false, Some(0.0)),
        (true, Some(Pothole), 7.9, false, Some(60.0)),
        // Neither makes a vehicle 20 km/h slower within 150 ms.
        (false, Some(Door), 20.0, false, Some(0.0)),
        (false, Some(Pothole), 20.0, false, Some(60.0)),
        // It fell in the office; or from its holder, or the vehicle went over an edge.
        (true, Some(Dropped), 20.0, true, None),
        (true, Some(Dropped), 20.0, true, Some(0.0)),
        (false, Some(Dropped), 20.0, true, Some(60.0)),
        (false, Some(Dropped), 20.0, false, None),
        (true, Some(Shaken), 20.0, false, None),
        (false, Some(Shaken), 20.0, false, Some(60.0)),
        // A device that is at fault says nothing of what happened.
        (false, Some(Clock), 1.0, false, None),
        (false, None, 1.0, false, None),
    ] {
        let verdict = verdict(malfunction, delta_v_kmh, free_fall, before_kmh);
        assert_eq!(after_impact::is_harmless(&verdict), harmless, "{verdict:?}");
    }
}

#[test]
fn a_row_is_a_sign_of_life_and_its_spike_was_felt_whatever_is_wrong_with_it() {
    let row = |line: &mut Line, accel: f64, lat: f64| {
        let payload = format!(
            r#"{{"occurred_at":{},"speed_kmh":40,"accel_g":{{"x":{accel},"y":0,"z":-1}},"position":{{"lat":{lat},"lon":127}}}}"#,
            line.now.millis()
        );
        line.receive("fleet/van-1/driving", &payload);
        line.pass_secs(1);
    };
    let mut line = Line::listening();
    for n in 0..5 {
        row(&mut line, f64::from(n) / 100.0, 37.0);
    }
    row(&mut line, -7.0, 12.0);
    assert_eq!(line.state.counters().rejected, 1, "a place that it cannot be at");
    // Rows that are dropped for their place, of one that lives.
    for n in 0..40 {
        row(&mut line, 0.1, f64::from(n));
    }
    line.commit_all();
    assert!(line.outbox.is_empty(), "{:?}", line.keys());
    row(&mut line, -7.0, -80.0);
    line.wait(32);
    line.commit_all();
    assert!(line.only().is_silent());
    assert_eq!(line.keys(), ["0001-silent"]);
}
