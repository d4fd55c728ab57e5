use std::sync::Arc;

use super::*;
use crate::cli::incidents::tests::hot;
use crate::model::{Closing, IncidentId, Note, Severity, Step};

fn at_hour(id: &str, hours_ago: i64, now: Timestamp) -> Incident {
    let mut incident = Incident::clone(&hot());
    incident.id = IncidentId(id.into());
    incident.origin = Origin::Device;
    incident.received_at = now.plus_secs(-hours_ago * 3_600);
    incident.acknowledged = None;
    incident.life = Life::Open;
    incident.notes.clear();
    incident
}

#[test]
fn the_next_shift_reads_what_is_open_and_who_is_on_it() {
    let now = Timestamp::from_millis(1_773_825_124_218);
    let mut waiting = at_hour("INC-1", 1, now);
    waiting.severity = Severity::High;
    let step = |kind, detail: &str| Step { kind, at: now, detail: detail.to_owned() };
    waiting.timeline = vec![step(StepKind::Escalated, "step 1"), step(StepKind::TellFailed, "webhook x: attempt 3 failed")];
    let mut taken = at_hour("INC-2", 60, now);
    taken.acknowledged = Some(("jin".to_owned(), now));
    taken.life = Life::Acknowledged;
    taken.handling.assignee = Some("lee".to_owned());
    taken.handling.closing = Some(Closing { by: "jin".to_owned(), at: now, resolves: true });
    taken.notes = vec![Note { at: now, by: "lee".to_owned(), text: "door\nopen".to_owned() }];
    let mut closed = at_hour("INC-3", 3, now);
    closed.life = Life::Resolved;
    closed.resolved = Some(("jin".to_owned(), now.plus_secs(-600)));
    let mut before = closed.clone();
    (before.id, before.resolved) = (IncidentId("INC-0".into()), Some(("kim".to_owned(), now.plus_secs(-9 * 3_600))));
    let drill = Incident { origin: Origin::Drill, id: IncidentId("DRL-4".into()), ..at_hour("x", 2, now) };
    let all = [taken, waiting, closed, before, drill].map(Arc::new);
    let mut out = Vec::new();
    let silence = |id, hours: i64, ended| Silencing {
        id,
        search: "van-*".to_owned(),
        reason: "defrosting".to_owned(),
        by: "mina".to_owned(),
        at: now,
        until: now.plus_secs(hours * 3_600),
        ended,
        n_hidden: 3,
        hidden: Vec::new(),
        warned: false,
        rev: 1,
    };
    let silencings = [silence(1, 9, None), silence(2, 7, None), silence(3, 2, Some((None, now))), silence(4, 0, None)];
    sheet(&all, &silencings, now, 8, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[2], "Open incidents, those that nobody has taken first: 2");
    assert!(
        lines[3].starts_with("  INC-1 cabin-06 High, UNACKNOWLEDGED for 1 h 00 min, told again 1 times, NOT DELIVERED: webhook")
    );
    assert!(lines[4].starts_with("  INC-2 cabin-06 Medium, acknowledged by jin, lee is on it, jin closes it as a malfunction;"));
    assert!(lines[4].ends_with("last note, lee: door open"), "{}", lines[4]);
    let silences =
        "Silences that end in the next shift: 1\n  2 (van-*) of mina ends at 2026-03-18T16:12:04.218Z, hid 3: defrosting\n";
    assert!(text.contains(silences), "{text}");
    assert!(text.contains("Resolved in this shift: 1\n  INC-3 cabin-06, by jin\n"), "{text}");
    assert!(text.contains("Drills run in this shift: 1\n  DRL-4 cabin-06 at ") && !text.contains("INC-0"), "{text}");
}
