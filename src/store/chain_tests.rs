use super::*;
use crate::store::schema;

fn store() -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    schema::migrate(&mut conn).unwrap();
    conn
}

fn add(conn: &Connection, root: Root, n: i64) {
    let (incident, what) = (format!("INC-{n}"), format!("{{\"command\":\"note\",\"text\":\"{n}\"}}"));
    let entry = Entry { at: Timestamp(1_000 + n), who: "mina", incident: &incident, what: &what };
    append(conn, root, &entry).unwrap();
}

/// Somebody with the file in hand is stopped by no trigger.
fn tamper(conn: &Connection, sql: &str) {
    for trigger in ["audit_stands", "audit_stays", "drill_audit_stands", "drill_audit_stays"] {
        conn.execute_batch(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
    }
    conn.execute_batch(sql).unwrap();
}

#[test]
fn any_change_of_any_entry_is_found_where_it_is() {
    let conn = store();
    (0..40).for_each(|n| add(&conn, Root::Real, n));
    let whole = verify(&conn, Root::Real, None).unwrap().unwrap();
    assert_eq!((whole.n, whole.n_unsealed), (40, 0));
    for id in 1..=40 {
        for change in [
            "at = at + 1",
            "who = 'minA'",
            "who = 'min', incident = 'a' || incident",
            "incident = incident || 'x'",
            "what = replace(what, 'note', 'nope')",
            "hash = zeroblob(32)",
            "hash = NULL",
            "salt = zeroblob(16)",
            "seal = zeroblob(32)",
            "seal = NULL",
            "seal = NULL, salt = NULL",
            "salt = NULL",
            "who = '', what = ''",
            "salt = x'00'",
            "hash = x'00'",
            "what = CAST(what AS BLOB)",
        ] {
            tamper(&conn, &format!("BEGIN; UPDATE audit SET {change} WHERE id = {id}"));
            let broken = verify(&conn, Root::Real, None).unwrap();
            conn.execute_batch("ROLLBACK").unwrap();
            assert_eq!(broken.unwrap_err().id, id, "entry {id}: {change}");
        }
    }
    for (id, next) in [(1, 2), (20, 21), (39, 40)] {
        tamper(&conn, &format!("BEGIN; DELETE FROM audit WHERE id = {id}"));
        assert_eq!(verify(&conn, Root::Real, None).unwrap().unwrap_err().id, next, "{id} was taken out");
        conn.execute_batch("ROLLBACK").unwrap();
    }
    tamper(&conn, "BEGIN; UPDATE audit SET id = -id WHERE id IN (7, 8); UPDATE audit SET id = 15 + id WHERE id < 0");
    assert_eq!(verify(&conn, Root::Real, None).unwrap().unwrap_err().id, 7, "two changed places");
    conn.execute_batch("ROLLBACK").unwrap();
    assert_eq!(verify(&conn, Root::Real, None).unwrap(), Ok(whole));
}

#[test]
fn a_cut_off_end_shows_in_the_head_and_drills_have_a_chain_of_their_own() {
    let conn = store();
    (0..5).for_each(|n| add(&conn, Root::Real, n));
    (0..3).for_each(|n| add(&conn, Root::Drill, n));
    let head = verify(&conn, Root::Real, None).unwrap().unwrap().head;
    tamper(&conn, "DELETE FROM audit WHERE id = 5");
    let cut = verify(&conn, Root::Real, None).unwrap().unwrap();
    assert!(cut.n == 4 && cut.head != head && head.is_some());
    assert_eq!(verify(&conn, Root::Drill, None).unwrap().unwrap().n, 3);
}

#[test]
fn what_is_older_than_the_chain_is_sealed_by_its_first_entry() {
    let conn = store();
    conn.execute_batch(
        "INSERT INTO audit (at, who, incident, what) VALUES (1, 'kim', 'INC-1', '{}'), (2, 'lee', 'INC-2', '{}'), (3, 'kim', 'INC-3', '{}')",
    )
    .unwrap();
    let unsealed = verify(&conn, Root::Real, None).unwrap().unwrap();
    assert_eq!((unsealed.n, unsealed.n_unsealed, unsealed.head), (3, 3, None));
    (0..4).for_each(|n| add(&conn, Root::Real, n));
    assert_eq!(verify(&conn, Root::Real, None).unwrap().unwrap().n_unsealed, 3);
    for change in ["UPDATE audit SET who = 'lee' WHERE id = 1", "DELETE FROM audit WHERE id = 2"] {
        tamper(&conn, &format!("BEGIN; {change}"));
        assert_eq!(verify(&conn, Root::Real, None).unwrap().unwrap_err().id, 4, "{change}");
        conn.execute_batch("ROLLBACK").unwrap();
    }
}

#[test]
fn the_last_entries_alone_are_looked_at_from_a_hash_that_is_believed() {
    let conn = store();
    (0..50).for_each(|n| add(&conn, Root::Real, n));
    assert_eq!(verify(&conn, Root::Real, Some(10)).unwrap().unwrap().n, 10);
    assert_eq!(verify(&conn, Root::Real, Some(1_000)).unwrap().unwrap().n, 50);
    tamper(&conn, "UPDATE audit SET who = 'x' WHERE id = 20");
    assert!(verify(&conn, Root::Real, Some(10)).unwrap().is_ok());
    assert!(verify(&conn, Root::Real, Some(40)).unwrap().is_err());
    // It stops nothing: what comes next goes on from the last entry.
    add(&conn, Root::Real, 99);
    assert!(verify(&conn, Root::Real, Some(10)).unwrap().is_ok());
    assert_eq!(verify(&conn, Root::Real, None).unwrap().unwrap_err().id, 20);
}

#[test]
fn what_is_forgotten_leaves_the_chain_whole_and_what_is_emptied_by_hand_does_not() {
    let conn = store();
    (0..20).for_each(|n| add(&conn, Root::Real, n));
    conn.execute_batch("UPDATE audit SET who = '', what = '', salt = NULL").unwrap_err();
    conn.execute_batch("INSERT INTO forgetting (id) VALUES (1)").unwrap();
    conn.execute_batch("UPDATE audit SET hash = zeroblob(32), salt = NULL WHERE id = 3").unwrap_err();
    conn.execute_batch("UPDATE audit SET who = 'kim' WHERE id = 3").unwrap_err();
    let n = forget(&conn, Root::Real, "INC-7").unwrap() + forget(&conn, Root::Real, "INC-9").unwrap();
    assert_eq!(n, 2);
    conn.execute_batch("DELETE FROM forgetting").unwrap();
    // Two are empty and nobody has said so yet.
    let broken = verify(&conn, Root::Real, None).unwrap().unwrap_err();
    assert!(broken.emptied && broken.id == 8 && broken.to_string().contains("emptied"), "{broken}");
    let said =
        Entry { at: Timestamp(2_000), who: "lee", incident: "", what: "{\"forget\":{\"vehicle\":\"van-1\",\"entries\":2}}" };
    append(&conn, Root::Real, &said).unwrap();
    let whole = verify(&conn, Root::Real, None).unwrap().unwrap();
    assert_eq!((whole.n, whole.n_forgotten), (21, 2));
    assert_eq!(verify(&conn, Root::Real, Some(5)).unwrap().unwrap().n, 5);
    // One more, by hand.
    tamper(&conn, "UPDATE audit SET who = '', what = '', salt = NULL WHERE id = 12");
    assert!(verify(&conn, Root::Real, None).unwrap().unwrap_err().emptied);
    // And none of the empty ones can be given another text, or be taken out.
    for change in
        ["UPDATE audit SET who = 'kim' WHERE id = 8", "UPDATE audit SET at = 5 WHERE id = 8", "DELETE FROM audit WHERE id = 8"]
    {
        tamper(&conn, &format!("BEGIN; {change}"));
        let broken = verify(&conn, Root::Real, None).unwrap().unwrap_err();
        assert!(!broken.emptied && (8..10).contains(&broken.id), "{change}: {broken:?}");
        conn.execute_batch("ROLLBACK").unwrap();
    }
}
