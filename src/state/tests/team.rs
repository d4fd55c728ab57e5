//! A team over incidents, seen from outside the state: what is saved, told and refused.

use super::*;
use crate::model::{Bulk, Role};

pub(super) fn team() -> Team {
    let people = [("mina", Role::Operator), ("kim", Role::Supervisor), ("lee", Role::Operator), ("guest", Role::Viewer)];
    Team {
        people: people.map(|(name, role)| (name.to_owned(), role)).into(),
        others: Role::Viewer,
        escalate_after_s: Vec::new(),
        ..Team::default()
    }
}

impl Line {
    pub(super) fn with_a_crash() -> (Self, IncidentId) {
        let mut line = Self::new();
        line.state.set_team(team());
        line.receive("fleet/van-1/crash", &airbag("e-1"));
        line.commit_all();
        let id = line.state.snapshot().incidents[0].id.clone();
        (line, id)
    }

    pub(super) fn refused(&mut self) -> Option<&'static str> {
        self.state.parts.last.refused.take().map(|refusal| refusal.why)
    }

    fn incident(&self, id: &IncidentId) -> Arc<Incident> {
        Arc::clone(self.state.incident(id).unwrap())
    }
}

#[test]
fn who_may_only_look_changes_nothing_and_is_told_why() {
    let (mut line, id) = Line::with_a_crash();
    let before = line.incident(&id);
    let incident = || id.clone();
    let reason = || "seen".to_owned();
    let commands = [
        Command::Acknowledge { incident: incident() },
        Command::Claim { incident: incident() },
        Command::Assign { incident: incident(), to: Some("guest".to_owned()) },
        Command::Dispatch { incident: incident(), text: String::new() },
        Command::Resolve { incident: incident() },
        Command::Note { incident: incident(), text: reason() },
        Command::FalseAlarm { incident: incident(), kind: None, reason: reason() },
        Command::Overrule { incident: incident(), ruling: Ruling::Real, malfunction: None, reason: reason() },
        Command::Confirm { incident: incident(), reason: reason() },
    ];
    for command in commands {
        for who in ["guest", "a stranger", ""] {
            line.command_by(who, command.clone());
            assert!(line.refused().is_some(), "{who:?} {command:?}");
            assert!(line.uncommitted.is_empty(), "{who:?} {command:?} was saved");
        }
    }
    assert_eq!(line.incident(&id), before);
    let overrule =
        Command::Overrule { incident: id.clone(), ruling: Ruling::Malfunction, malfunction: None, reason: "seen".to_owned() };
    line.command_by("mina", overrule.clone());
    assert!(line.refused().unwrap().contains("supervisor"));
    line.command_by("kim", overrule);
    assert_eq!(line.refused(), None);
}

#[test]
fn a_closing_that_nobody_agrees_with_pages_again_once_under_a_new_key() {
    let (mut line, id) = Line::with_a_crash();
    assert_eq!(line.outbox.len(), 1);
    for round in 1..=2 {
        line.command_by("mina", Command::FalseAlarm { incident: id.clone(), kind: None, reason: "a test".to_owned() });
        line.commit_all();
        (0..899).for_each(|_| line.pass_secs(1));
        line.commit_all();
        assert_eq!((line.outbox.len(), line.incident(&id).life), (round, Life::Acknowledged));
        line.pass_secs(1);
        let saved = line.uncommitted.iter().filter_map(|record| match record {
            Record::Incident { audit: Some(audit), .. } => Some(audit.by.0.clone()),
            _ => None,
        });
        assert_eq!(saved.collect::<Vec<_>>(), ["fleetwatch"]);
        line.commit_all();
        line.pass_secs(60);
        line.commit_all();
        assert_eq!((line.outbox.len(), line.incident(&id).life), (round + 1, Life::Open), "not told once");
        let notice = &line.outbox[&format!("{id}-again-{round}")];
        assert!(notice.text.contains("no second person agreed within 15 min"), "{}", notice.text);
        assert_eq!(line.state.snapshot().alerts[0].severity, Severity::Critical, "the desk stays silent");
    }
}

#[test]
fn two_incidents_of_a_merge_are_both_saved_and_both_taken_back() {
    let (mut line, first) = Line::with_a_crash();
    line.receive("fleet/van-2/crash", &airbag("e-2"));
    line.commit_all();
    let second = line.state.snapshot().incidents.iter().find(|i| i.id != first).unwrap().id.clone();
    line.command_by("mina", Command::Merge { incident: second.clone(), into: first.clone(), reason: "one crash".to_owned() });
    assert_eq!(line.uncommitted.len(), 2);
    line.commit_all();
    assert_eq!(line.incident(&second).life, Life::Resolved);
    line.command_by("mina", Command::Undo { incident: second.clone() });
    assert_eq!(line.uncommitted.len(), 2);
    line.commit_all();
    assert_eq!((line.incident(&second).life, line.incident(&first).life), (Life::Open, Life::Open));
    assert_eq!(line.outbox.len(), 2, "a merge or its undoing told somebody");
}

#[test]
fn what_is_opened_again_is_told_again_and_a_malfunction_is_not() {
    let (mut line, id) = Line::with_a_crash();
    line.command_by("mina", Command::Resolve { incident: id.clone() });
    line.command_by("lee", Command::Reopen { incident: id.clone(), reason: "the wife called".to_owned() });
    line.commit_all();
    let notice = &line.outbox[&format!("{id}-again-1")];
    assert!(notice.text.starts_with("It was opened again by lee: the wife called."), "{}", notice.text);
    line.command_by("mina", Command::Resolve { incident: id.clone() });
    line.command_by("guest", Command::Reopen { incident: id.clone(), reason: "x".to_owned() });
    line.commit_all();
    assert_eq!((line.outbox.len(), line.incident(&id).life), (2, Life::Resolved));
}

#[test]
fn people_are_told_again_until_somebody_acknowledges_and_no_longer() {
    let (mut line, id) = Line::with_a_crash();
    line.state.set_team(Team { escalate_after_s: vec![60, 300], ..team() });
    let n_told = |line: &mut Line, secs: i64| {
        (0..secs).for_each(|_| line.pass_secs(1));
        line.commit_all();
        line.outbox.len()
    };
    assert_eq!((n_told(&mut line, 59), n_told(&mut line, 1), n_told(&mut line, 239)), (1, 2, 2));
    // A restart in between neither skips a step nor tells one twice.
    let incidents = vec![line.incident(&id)];
    line.state = State::new(16 << 20, PriceSheet::standard().clone());
    line.state.set_team(Team { escalate_after_s: vec![60, 300], ..team() });
    line.state.restore(Restored { incidents, next_number: 2, ..Restored::default() });
    assert_eq!((n_told(&mut line, 1), n_told(&mut line, 2_000)), (3, 3), "the chain has two steps");
    let told = line.outbox.values().find(|notice| notice.dedup_key.ends_with("-2")).unwrap();
    assert!(told.title.starts_with("Unacknowledged for ") && told.text.contains(&*id.0), "{told:?}");
    // Opened again, it waits anew; acknowledged, for nobody; taken back, it goes on.
    line.command_by("mina", Command::Resolve { incident: id.clone() });
    assert_eq!(n_told(&mut line, 400), 3);
    line.command_by("lee", Command::Reopen { incident: id.clone(), reason: "x".to_owned() });
    assert_eq!((n_told(&mut line, 59), n_told(&mut line, 2)), (4, 5));
    line.command_by("mina", Command::Acknowledge { incident: id.clone() });
    assert_eq!(n_told(&mut line, 5), 5);
    line.command_by("mina", Command::Undo { incident: id.clone() });
    assert_eq!(n_told(&mut line, 61), 6);
}

#[test]
fn a_flood_is_told_again_one_after_the_other_and_none_is_left_out() {
    let mut line = Line::new();
    line.state.set_team(Team { escalate_after_s: vec![60], ..team() });
    for n in 0..150 {
        line.receive(&format!("fleet/van-{n}/crash"), &airbag("e-1"));
    }
    // What nobody was told of at all is no reason to wake anybody.
    line.receive("drill/fleet/van-1/crash", &airbag("e-1"));
    line.commit_all();
    line.pass_secs(60);
    line.commit_all();
    let again = |line: &Line| line.outbox.keys().filter(|key| key.contains("-escalated-")).count();
    assert_eq!(again(&line), 20);
    (0..10).for_each(|_| line.pass_secs(1));
    line.commit_all();
    let real = line.outbox.values().filter(|notice| notice.dedup_key.contains("-escalated-") && notice.origin.is_real());
    assert_eq!(real.map(|notice| notice.device.clone()).collect::<HashSet<_>>().len(), 150);
}

#[test]
fn a_page_that_was_not_delivered_stands_across_the_window_until_somebody_takes_it() {
    let (mut line, id) = Line::with_a_crash();
    let told = |line: &mut Line, outcome: DeliveryOutcome| {
        let (incident, channel, words) = (id.clone(), "webhook".to_owned(), "webhook x: attempt 1 failed, 503".to_owned());
        line.tell(Fact::Told { incident, channel, words, outcome, at: line.now });
    };
    let banner =
        |line: &mut Line| line.state.snapshot().banners.iter().find(|banner| banner.critical).map(|b| b.says.text.clone());
    let failed = || DeliveryOutcome::Retrying { reason: "503".to_owned(), at: NOW };
    assert_eq!(banner(&mut line), None);
    told(&mut line, failed());
    let text = banner(&mut line).unwrap();
    assert!(text.contains(&*id.0) && text.contains("503") && text.contains("call people yourself"), "{text}");
    told(&mut line, DeliveryOutcome::Accepted);
    assert_eq!(banner(&mut line), None);
    told(&mut line, DeliveryOutcome::Refused { reason: "404".to_owned() });
    assert!(banner(&mut line).is_some());
    line.command_by("mina", Command::Acknowledge { incident: id.clone() });
    assert_eq!(banner(&mut line), None);
}

#[test]
fn a_page_that_waits_for_the_patience_of_its_receiver_says_which_on_which_channel_and_until_when() {
    let (mut line, first) = Line::with_a_crash();
    line.receive("fleet/van-2/crash", &airbag("e-2"));
    line.commit_all();
    let of = |line: &mut Line, device: &str| {
        let picture = line.state.snapshot();
        picture.incidents.iter().find(|incident| incident.device.as_str() == device).unwrap().id.clone()
    };
    let second = of(&mut line, "van-2");
    let told = |line: &mut Line, incident: &IncidentId, outcome: DeliveryOutcome| {
        let (incident, channel, words) = (incident.clone(), "webhook".to_owned(), "webhook x: something".to_owned());
        line.tell(Fact::Told { incident, channel, words, outcome, at: line.now });
    };
    let waiting = |until| DeliveryOutcome::Waiting { reason: "the webhook answered 429".to_owned(), until };
    let until = NOW.plus_secs(30);
    told(&mut line, &first, waiting(until));
    let picture = line.state.snapshot();
    let banner = picture.banners.iter().find(|banner| banner.critical).unwrap();
    let text = &banner.says.text;
    assert!(text.contains(&*first.0) && text.contains("the receiver of webhook") && text.contains("answered 429"), "{text}");
    assert_eq!((banner.next_try_at, banner.about), (Some(until), Some(Link::Notify)));
    let link = &picture.links[&Link::Notify];
    assert_eq!((link.state, link.next_try_at), (LinkState::Degraded, Some(until)));
    let (pages, n) = &picture.undelivered;
    let page = &pages[0];
    assert_eq!((&page.incident, page.device.as_str(), page.channel.as_str()), (&first, "van-1", "webhook"));
    assert_eq!((*n, page.until), (1, Some(until)));

    // The receiver asks again of another page: the first one waits for as long. One that was on its way ends nothing.
    told(&mut line, &second, waiting(until.plus_secs(60)));
    told(&mut line, &first, DeliveryOutcome::Retrying { reason: "500".to_owned(), at: NOW });
    let listed = |line: &mut Line| -> Vec<_> {
        let picture = line.state.snapshot();
        picture.undelivered.0.iter().map(|page| (page.incident.clone(), page.until)).collect()
    };
    // What failed stands first, since nobody knows when it comes through.
    assert_eq!(listed(&mut line), [(first.clone(), None), (second.clone(), Some(until.plus_secs(60)))]);
    told(&mut line, &first, waiting(until));
    told(&mut line, &second, waiting(until.plus_secs(60)));
    assert_eq!(listed(&mut line), [(first.clone(), Some(until.plus_secs(60))), (second.clone(), Some(until.plus_secs(60)))]);
    told(&mut line, &first, DeliveryOutcome::Accepted);
    assert_eq!(line.state.snapshot().links[&Link::Notify].next_try_at, Some(until.plus_secs(60)));
    (0..90).for_each(|_| line.pass_secs(1));
    told(&mut line, &second, DeliveryOutcome::Accepted);
    let picture = line.state.snapshot();
    assert!(picture.banners.is_empty() && picture.undelivered.0.is_empty(), "{:?}", picture.banners);
    assert_eq!((picture.links[&Link::Notify].state, picture.links[&Link::Notify].next_try_at), (LinkState::Up, None));
}

#[test]
fn a_receiver_outside_that_takes_no_sign_of_life_is_said() {
    let mut line = Line::new();
    line.state.set_watchdog(30, NOW);
    let beats = |line: &mut Line, secs: i64| {
        (0..secs).for_each(|_| line.pass_secs(1));
        let n = line.uncommitted.iter().filter(|record| matches!(record, Record::Heartbeat(_))).count();
        line.uncommitted.clear();
        n
    };
    let said = |line: &mut Line| line.state.snapshot().banners.iter().any(|banner| banner.says.text.contains("watchdog_url"));
    assert_eq!(beats(&mut line, 90), 3);
    assert!(!said(&mut line));
    assert_eq!(beats(&mut line, 1), 1);
    assert!(said(&mut line), "nothing was taken for 91 s");
    let (beat, at) = (line.now, line.now);
    line.tell(Fact::Beaten { beat, sent: Ok(()), at });
    assert!(!said(&mut line));
    line.tell(Fact::Beaten { beat, sent: Err("it answered 500".to_owned()), at });
    beats(&mut line, 91);
    let text = line.state.snapshot().banners[0].says.text.clone();
    assert!(text.contains("it answered 500") && text.contains("91 s"), "{text}");
}

#[test]
fn what_a_search_finds_is_done_to_all_that_could_have_been_seen() {
    use crate::model::Each;
    let mut line = Line::new();
    line.state.set_team(team());
    for n in 0..30 {
        line.receive(&format!("fleet/van-{n}/crash"), &airbag("e-1"));
    }
    line.receive("fleet/bus-1/crash", &airbag("e-1"));
    line.receive("drill/fleet/van-1/crash", &airbag("e-1"));
    line.commit_all();
    let seen_at = line.now;
    line.pass_secs(5);
    line.receive("fleet/van-late/crash", &airbag("e-1"));
    // Since it was seen, a further report has joined this one.
    line.pass_secs(1);
    line.receive("fleet/van-7/crash", &airbag("e-2"));
    line.commit_all();
    let ask = |line: &mut Line, who: &str, search: &str, each| {
        let bulk = Bulk { search: search.to_owned(), seen_at, each };
        line.tell(Fact::CommandedAll { bulk, by: Operator(who.to_owned()), at: line.now });
        let saved = line.uncommitted.iter().filter_map(|record| match record {
            Record::Incident { incident, audit: Some(audit), .. } => Some((incident.device.to_string(), audit.by.0.clone())),
            _ => None,
        });
        let saved: Vec<_> = saved.collect();
        line.commit_all();
        saved
    };
    assert_eq!(ask(&mut line, "guest", "vehicle:van*", Each::Acknowledge), []);
    assert_eq!(ask(&mut line, "mina", "vehicle:", Each::Acknowledge), [], "a search that cannot be read found something");
    // Critical ones that nobody has taken are closed by hand.
    assert_eq!(ask(&mut line, "mina", "state:open", Each::Resolve), []);
    let saved = ask(&mut line, "mina", "vehicle:van*", Each::Acknowledge);
    assert_eq!(saved.len(), 29, "{saved:?}");
    assert!(saved.iter().all(|(device, by)| device != "van-late" && device != "van-7" && device != "bus-1" && by == "mina"));
    assert_eq!(ask(&mut line, "lee", "state:acknowledged", Each::Resolve).len(), 29);
    let open = line.state.snapshot();
    let left: Vec<_> = open.incidents.iter().filter(|i| i.life == Life::Open).map(|i| i.device.to_string()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    assert_eq!(open.drills[0].life, Life::Open);
}

#[test]
fn a_name_with_a_secret_does_nothing_before_it_is_shown_whatever_a_window_sends() {
    let (mut line, id) = Line::with_a_crash();
    let secrets = [("kim".to_owned(), crate::model::Secret::new("a hash"))].into();
    line.state.set_team(Team { secrets, ..team() });
    let at = line.now;
    let kim = || Operator("kim".to_owned());
    let take = || Command::Acknowledge { incident: id.clone() };
    let silence = || crate::model::SilenceOrder::Begin { search: "*".to_owned(), secs: 600, reason: "defrosting".to_owned() };
    let entry = crate::model::register::Entry { name: "A".into(), ..crate::model::register::Entry::new(DeviceId::new("van-1")) };
    let write = || crate::model::RegisterOrder::Put { entries: vec![entry.clone()], from: String::new() };
    let try_all = |line: &mut Line| -> Vec<Option<&'static str>> {
        line.command_by("kim", take());
        let taken = line.refused();
        line.tell(Fact::Silenced { order: silence(), by: kim(), at });
        let silenced = line.refused();
        line.tell(Fact::Registered { order: write(), by: kim(), at, done: None });
        vec![taken, silenced, line.refused()]
    };
    let why = Some("this name has a secret: sign in with it first");
    assert_eq!(try_all(&mut line), [why; 3]);
    assert!(line.uncommitted.is_empty(), "nothing of it was saved");
    // A wrong secret, and another person's sign-in, change nothing of that.
    line.tell(Fact::SignInRefused { who: kim(), at });
    line.tell(Fact::SignedIn { who: Operator("mina".to_owned()), at });
    assert_eq!(try_all(&mut line), [why; 3]);
    line.command_by("mina", Command::Claim { incident: id.clone() });
    assert_eq!(line.refused(), None, "who has no secret goes on as before");
    line.tell(Fact::SignedIn { who: kim(), at });
    assert_eq!(try_all(&mut line), [None; 3]);
    let audited: Vec<_> = line
        .uncommitted
        .iter()
        .filter_map(|record| match record {
            Record::SignIn { who, refused, .. } => Some((who.0.clone(), *refused)),
            _ => None,
        })
        .collect();
    assert_eq!(audited, [("kim".to_owned(), true), ("mina".to_owned(), false), ("kim".to_owned(), false)]);
    let picture = line.state.snapshot();
    assert_eq!(picture.signed_in.map(|signed_in| signed_in.who.0.clone()), Some("kim".to_owned()));
    // Whoever sits down next has to show it anew.
    line.tell(Fact::SignedIn { who: Operator("mina".to_owned()), at });
    line.command_by("kim", Command::Note { incident: id.clone(), text: "still here".to_owned() });
    assert_eq!(line.refused(), why);
}
