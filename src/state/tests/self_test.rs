//! The drill that tests the whole way.

use super::*;
use crate::model::{AlertKind, PacketId};

const TOPIC: &str = "drill/fleet/self-test/crash";

fn report(line: &Line) -> String {
    let step = &crate::scenario::Scenario::parse(include_str!("../../../assets/self_test.toml")).unwrap().steps[0];
    String::from_utf8(step.render(line.now, &format!("self-test-{}", line.now.0))).unwrap()
}

impl Line {
    /// Publishes a self-test; what comes back is up to the caller.
    fn publish_self_test(&mut self, payload: &str) -> PacketId {
        let packet = PacketId::of(TOPIC, payload.as_bytes());
        let (topic, title, at) = (TOPIC.to_owned(), "Self-test".to_owned(), self.now);
        self.tell(Fact::Injected { packet, topic, title, origin: Origin::Drill, sent_at: at, accepted_at: Some(at) });
        self.tell(Fact::SelfTested { sent: Ok(packet), at, due: at.plus_secs(30) });
        packet
    }

    /// Commits, acknowledges and, since it is a drill, tells nobody.
    fn come_back(&mut self) {
        self.commit_all();
        let incident = self.state.snapshot().drills[0].id.clone();
        self.tell(Fact::AckSent { incident: incident.clone(), at: self.now });
        let (channel, words, outcome) = ("nobody".to_owned(), "would have told".to_owned(), DeliveryOutcome::WouldHave);
        self.tell(Fact::Told { incident, channel, words, outcome, at: self.now });
    }

    fn chain(&mut self) -> (LinkState, String) {
        let snapshot = self.state.snapshot();
        snapshot.links.get(&Link::SelfTest).map_or((LinkState::NotSet, String::new()), |link| (link.state, link.reason.clone()))
    }

    fn chain_alerts(&mut self) -> Vec<bool> {
        let snapshot = self.state.snapshot();
        snapshot
            .alerts
            .iter()
            .filter(|alert| alert.about == AlertKind::ChainBroken)
            .map(|alert| alert.cleared_at.is_some())
            .collect()
    }
}

#[test]
fn a_drill_that_comes_back_in_time_is_a_pass_and_is_closed() {
    let mut line = Line::new();
    let payload = report(&line);
    line.publish_self_test(&payload);
    line.receive(TOPIC, &payload);
    line.pass_secs(1);
    assert_eq!(line.chain().0, LinkState::NotSet, "filed is not the whole way");
    line.come_back();
    line.pass_secs(1);
    let (state, reason) = line.chain();
    assert_eq!((state, line.chain_alerts()), (LinkState::Up, vec![]), "{reason}");
    assert!(reason.contains("came back the whole way in 1000 ms"), "{reason}");
    let snapshot = line.state.snapshot();
    assert_eq!((snapshot.drills[0].life, snapshot.incidents.len()), (Life::Resolved, 0));
    assert!(line.outbox.values().all(|notice| notice.origin == Origin::Drill));
}

#[test]
fn a_drill_that_does_not_come_back_says_how_far_it_got_until_one_does() {
    let mut line = Line::new();
    let payload = report(&line);
    line.publish_self_test(&payload);
    line.pass_secs(29);
    assert_eq!(line.chain().0, LinkState::NotSet, "it has its time");
    line.pass_secs(1);
    let (state, reason) = line.chain();
    assert_eq!((state, line.chain_alerts()), (LinkState::Down, vec![false]));
    assert!(reason.contains("last seen: Broker accepted"), "{reason}");
    // Late is not in time; and the next one that fails raises no second alert.
    line.receive(TOPIC, &payload);
    line.pass_secs(60);
    line.tell(Fact::SelfTested { sent: Err("not connected to the broker".to_owned()), at: line.now, due: line.now });
    let (state, reason) = line.chain();
    assert_eq!((state, line.chain_alerts()), (LinkState::Down, vec![false]));
    assert!(reason.contains("could not be sent: not connected to the broker"), "{reason}");

    line.pass_secs(600);
    let payload = report(&line);
    line.publish_self_test(&payload);
    line.receive(TOPIC, &payload);
    line.come_back();
    line.pass_secs(1);
    assert_eq!((line.chain().0, line.chain_alerts()), (LinkState::Up, vec![true]));
}

#[test]
fn a_crash_that_is_not_judged_real_has_not_come_through() {
    let mut line = Line::new();
    let payload = airbag("e-1").replace("true", "false");
    line.publish_self_test(&payload);
    line.receive(TOPIC, &payload);
    line.come_back();
    line.pass_secs(1);
    let (state, reason) = line.chain();
    assert_eq!((state, line.chain_alerts()), (LinkState::Down, vec![false]));
    assert!(reason.contains("judged \"undecided"), "{reason}");
}

#[test]
fn a_message_that_calls_itself_the_self_test_is_none() {
    let mut line = Line::new();
    let payload = report(&line);
    // A real vehicle of that name, on the real road.
    line.publish_self_test(&payload);
    line.receive("fleet/self-test/crash", &payload);
    line.commit_all();
    line.pass_secs(30);
    assert_eq!(line.chain().0, LinkState::Down);
    let snapshot = line.state.snapshot();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].life), (1, Life::Open));
    assert!(line.outbox.values().any(|notice| notice.origin == Origin::Device), "people are told");
}
