use super::super::templates::Expected;
use super::*;
use crate::model::Origin;

fn trace(got: Option<&str>, complete: bool) -> Trace {
    Trace {
        packet: PacketId(1),
        topic: "drill/fleet/A/crash".into(),
        title: "t".into(),
        origin: Origin::Drill,
        stages: vec![Stage {
            name: "Publish",
            detail: String::new(),
            begin: Timestamp(10),
            end: Timestamp(2_510),
            suppressed: false,
            failed: false,
        }],
        incident: None,
        got: got.map(str::to_owned),
        complete,
    }
}

#[test]
fn what_was_got_is_held_against_what_was_expected() {
    let cases = [
        (Some("real accident, 96 %"), true, Some("real accident"), Standing::Passed),
        (Some("malfunction, 2 %"), true, Some("malfunction"), Standing::Passed),
        (Some("malfunction, 2 %"), true, Some("real accident"), Standing::Other),
        (None, false, Some("real accident"), Standing::Running),
        (None, true, Some("real accident"), Standing::Other),
        (Some("hot, 31.5 °C"), true, Some(""), Standing::Arrived),
        (Some("hot, 31.5 °C"), true, None, Standing::Arrived),
        (Some("hot, 31.5 °C"), false, Some(""), Standing::Running),
    ];
    for (got, complete, expected, standing_wanted) in cases {
        let expected = expected.map(|got| Expected { got, words: String::new() });
        assert_eq!(standing(&trace(got, complete), expected.as_ref()), standing_wanted, "{got:?} {expected:?}");
    }
    let mut failed = trace(Some("real accident"), true);
    failed.stages[0].failed = true;
    let expected = Expected { got: "real accident", words: String::new() };
    assert_eq!(standing(&failed, Some(&expected)), Standing::Failed);
}

#[test]
fn the_total_spans_every_stage() {
    assert_eq!(total(&trace(None, true)), Some(2_500));
    assert_eq!(total(&Trace { stages: vec![], ..trace(None, true) }), None);
}

#[test]
fn a_choice_stays_and_a_lost_one_gives_way_to_the_newest() {
    let (new, old) = (Trace { packet: PacketId(2), ..trace(None, true) }, trace(None, true));
    let all = [&new, &old];
    assert_eq!(shown(&all, Some(PacketId(1))).unwrap().packet, PacketId(1));
    assert_eq!(shown(&all, None).unwrap().packet, PacketId(2));
    assert_eq!(shown(&all, Some(PacketId(9))).unwrap().packet, PacketId(2));
}
