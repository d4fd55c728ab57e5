use super::super::templates::load;
use super::*;

fn frontal() -> Draft {
    Draft::of(load().iter().find(|template| template.key == "frontal_crash").unwrap())
}

#[test]
fn a_template_is_ready_as_it_is() {
    let draft = frontal();
    assert_eq!(draft.off(), None);
    assert!(draft.ready().is_some());
    assert_eq!(draft.kind(), Some(Kind::Crash));
    assert_eq!(draft.current().unwrap().topic, Kind::Crash.topic(&draft.name));
}

#[test]
fn a_fault_in_a_step_that_is_not_shown_stops_the_sending_too() {
    let mut draft = frontal();
    let step = draft.current().unwrap().clone();
    draft.scenario.steps.push(Step { payload: "{}".into(), ..step });
    draft.check_all();
    let last = draft.n_steps();
    assert_eq!(draft.off(), Some(format!("off until line 1 of step {last} is fixed")));
    assert!(draft.ready().is_none());
    draft.look_at(last - 1);
    assert_eq!(draft.off().as_deref(), Some("off until line 1 is fixed"));
}

#[test]
fn name_topic_and_kind_follow_each_other() {
    let mut draft = frontal();
    draft.set_name("VAN-0901");
    assert_eq!(draft.current().unwrap().topic, "fleet/VAN-0901/crash");
    draft.set_topic("sensors/R-1/temperature");
    assert_eq!((draft.name.as_str(), draft.kind()), ("R-1", Some(Kind::Temperature)));
    assert!(draft.off().is_some());
    draft.set_kind(Kind::Crash);
    assert_eq!(draft.current().unwrap().topic, "fleet/R-1/crash");
    assert_eq!(draft.off(), None);
    draft.set_name("");
    assert_eq!(draft.off().as_deref(), Some("off until the topic is fixed"));
    draft.set_name("X");
    assert_eq!(draft.current().unwrap().topic, "fleet/X/crash");
}

#[test]
fn a_burst_shows_its_crash_report() {
    let burst = Draft::of(load().iter().find(|template| template.key == "burst").unwrap());
    assert_eq!(burst.kind(), Some(Kind::Crash));
    assert!(burst.n_messages() > 100);
}

#[test]
fn bytes_are_sent_as_they_are() {
    let mut draft = frontal();
    draft.edit(|step| {
        step.payload = "{".into();
        step.payload_hex = Some("ff00".into());
    });
    assert_eq!(draft.off(), None);
}
