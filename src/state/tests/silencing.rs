//! Silences hide what is lesser, say what they hid, and hide no crash.

use super::team::team;
use super::*;
use crate::model::silencing::{MAX_SECS, WARN_SECS};
use crate::model::{SilenceOrder, Silencing};

impl Line {
    fn silence(&mut self, who: &str, order: SilenceOrder) {
        self.tell(Fact::Silenced { order, by: Operator(who.to_owned()), at: self.now });
    }

    fn begin(&mut self, search: &str, secs: i64) {
        let order = SilenceOrder::Begin { search: search.to_owned(), secs, reason: "defrosting".to_owned() };
        self.silence("mina", order);
    }

    fn silencing(&mut self) -> Silencing {
        self.state.snapshot().silencings[0].clone()
    }

    /// A box that is too hot, after it was not.
    fn heat(&mut self, sensor: &str) {
        for celsius in [25, 31] {
            self.receive(&format!("sensors/{sensor}/temperature"), &format!(r#"{{"celsius":{celsius}}}"#));
            self.pass_secs(61);
        }
        self.commit_all();
    }
}

#[test]
fn a_silence_hides_a_temperature_and_tells_it_at_its_end_where_it_still_holds() {
    let mut line = Line::new();
    line.state.set_team(Team { escalate_after_s: vec![60], ..team() });
    line.begin("vehicle:box-1*", 3_600);
    line.heat("box-1");
    line.heat("fridge-2");
    assert_eq!(line.outbox.len(), 1, "the other one is told");
    let snapshot = line.state.snapshot();
    assert!(snapshot.alerts.iter().all(|alert| alert.device.as_str() == "fridge-2"), "{:?}", snapshot.alerts);
    let incident = snapshot.incidents.iter().find(|incident| incident.device.as_str() == "box-1").unwrap().clone();
    assert!(incident.is_silenced() && incident.life == Life::Open, "it is hidden from the queue");
    let silencing = line.silencing();
    assert_eq!((silencing.n_hidden, silencing.hidden[0].device.as_str()), (1, "box-1"));
    (0..54).for_each(|_| line.pass_secs(61));
    line.commit_all();
    assert!(!line.outbox.keys().any(|key| key.starts_with(&*incident.id.0)), "told although silenced");
    line.pass_secs(200);
    line.commit_all();
    let told: Vec<&Notice> = line.outbox.values().filter(|notice| notice.incident == incident.id).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].text.contains("was silenced until now"), "{}", told[0].text);
    let snapshot = line.state.snapshot();
    assert!(snapshot.alerts.iter().any(|alert| alert.device.as_str() == "box-1" && alert.cleared_at.is_none()));
    assert!(!line.silencing().stands());
    line.pass_secs(61);
    line.commit_all();
    assert_eq!(line.outbox.values().filter(|notice| notice.incident == incident.id).count(), 2, "the chain begins after it");
}

#[test]
fn what_was_over_before_the_silence_ended_is_told_to_nobody() {
    let mut line = Line::new();
    line.begin("kind:temperature", 3_600);
    line.heat("box-1");
    line.receive("sensors/box-1/temperature", r#"{"celsius":20}"#);
    line.pass_secs(61);
    line.receive("sensors/box-1/temperature", r#"{"celsius":20}"#);
    line.pass_secs(3_600);
    line.commit_all();
    assert!(line.outbox.is_empty(), "{:?}", line.outbox);
    assert!(line.state.snapshot().alerts.iter().all(|alert| !matches!(alert.about, AlertKind::Temperature { .. })));
}

#[test]
fn no_silence_hides_a_crash_whatever_its_ruling_nor_who_is_silent_after_one() {
    let mut line = Line::listening();
    line.begin("*", MAX_SECS);
    line.drive("van-1", 5);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.receive("fleet/van-2/crash", r#"{"event_id":"e-2"}"#);
    line.receive("fleet/van-3/crash", "this is not even JSON");
    line.commit_all();
    assert_eq!(line.outbox.len(), 3, "{:?}", line.outbox.keys());
    let n_alerts = line.state.snapshot().alerts.len();
    assert!(n_alerts >= 3);
    (0..200).for_each(|_| line.pass_secs(1));
    line.commit_all();
    assert!(line.outbox.keys().any(|key| key.ends_with("-silent")), "{:?}", line.outbox.keys());
    assert!(line.state.snapshot().alerts.iter().any(|alert| matches!(alert.about, AlertKind::WentSilent { .. })));
    assert_eq!(line.silencing().n_hidden, 0);
}

#[test]
fn who_may_only_look_silences_nothing_and_what_cannot_be_meant_is_refused() {
    let (mut line, _) = Line::with_a_crash();
    let begin =
        |search: &str, secs, reason: &str| SilenceOrder::Begin { search: search.to_owned(), secs, reason: reason.to_owned() };
    for (who, order, why) in [
        ("guest", begin("*", 600, "r"), "may only look"),
        ("", begin("*", 600, "r"), "sign in"),
        ("mina", begin(" ", 600, "r"), "say what"),
        ("mina", begin("*", 600, " "), "reason"),
        ("mina", begin("*", 59, "r"), "1 min to 12 h"),
        ("mina", begin("*", MAX_SECS + 1, "r"), "1 min to 12 h"),
        ("mina", begin("verdict:real", 600, "r"), "cannot be read"),
        ("mina", SilenceOrder::End { id: 9 }, "over already"),
    ] {
        line.silence(who, order.clone());
        let refused = line.refused().unwrap_or_else(|| panic!("{order:?} by {who:?} was taken"));
        assert!(refused.contains(why), "{refused}");
        assert!(line.uncommitted.is_empty());
    }
    line.silence("mina", begin("*", MAX_SECS, "r"));
    assert_eq!(line.refused(), None);
}

#[test]
fn it_is_announced_ended_by_hand_and_the_end_taken_back_for_ten_seconds() {
    let mut line = Line::new();
    line.begin("box-*", WARN_SECS + 60);
    line.uncommitted.clear();
    line.pass_secs(59);
    assert!(line.state.snapshot().alerts.is_empty());
    line.pass_secs(2);
    let alerts = line.state.snapshot().alerts.clone();
    assert_eq!((alerts.len(), &alerts[0].about), (1, &AlertKind::SilenceEnds { silence: 1 }));
    assert!(alerts[0].text.starts_with("The silence of mina over box-* ends at "), "{}", alerts[0].text);
    line.pass_secs(1);
    assert_eq!(line.state.snapshot().alerts.len(), 1, "said twice");
    line.silence("mina", SilenceOrder::End { id: 1 });
    assert!(!line.silencing().stands());
    line.silence("kim", SilenceOrder::Restore { id: 1 });
    assert!(!line.silencing().stands(), "somebody else took it back");
    line.pass_secs(10);
    line.silence("mina", SilenceOrder::Restore { id: 1 });
    assert!(line.silencing().stands());
    line.silence("mina", SilenceOrder::End { id: 1 });
    line.pass_secs(11);
    line.silence("mina", SilenceOrder::Restore { id: 1 });
    assert!(!line.silencing().stands(), "taken back after 11 s");
    let saved = line.uncommitted.iter().filter(|record| matches!(record, Record::Silencing { order: Some(_), .. })).count();
    assert_eq!(saved, 3, "each is audited once");
}

#[test]
fn a_silence_outlives_a_restart_and_ends_where_the_desk_was_down() {
    let mut line = Line::new();
    line.begin("*", 3_600);
    line.heat("box-1");
    let (silencing, incident) = (line.silencing(), line.state.snapshot().incidents[0].clone());
    let mut after = Line::new();
    after.now = line.now.plus_secs(7_200);
    after.state.restore(Restored {
        silencings: vec![silencing],
        incidents: vec![incident.clone()],
        next_number: 2,
        at: after.now,
        ..Restored::default()
    });
    after.pass_secs(1);
    after.commit_all();
    assert!(!after.silencing().stands());
    assert_eq!(after.outbox.values().map(|notice| &notice.incident).collect::<Vec<_>>(), [&incident.id]);
    after.begin("*", 600);
    assert_eq!(after.silencing().id, 2, "a number was given twice");
}
