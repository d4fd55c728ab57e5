//! The register on disk: one row an entry, each change with its own line of the audit.

use rusqlite::{Connection, params};
use serde_json::json;

use super::schema::Root;
use super::{Error, chain, row, shared};
use crate::model::dossier::Row;
use crate::model::register::Entry;
use crate::model::{Change, DeviceId, IncidentId, Operator, Origin, Register, RegisterOrder, Timestamp};

/// Every entry; one that cannot be read is left out, and said.
pub(super) fn load(conn: &Connection, notices: &mut Vec<String>) -> Result<Register, Error> {
    let mut statement = conn.prepare("SELECT id, body FROM register WHERE body <> 'null' ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, body): (String, String) = (row.get(0)?, row.get(1)?);
        match serde_json::from_str(&body) {
            Ok(entry) => entries.push(entry),
            Err(error) => notices.push(format!("What the register says of {id} cannot be read: {error}.")),
        }
    }
    Ok(entries.into_iter().collect())
}

/// Does what was asked, within the transaction. Where the store is a seat's it lists it for the others and says what is
/// written now: what another seat wrote may have come between.
pub(super) fn change(
    tx: &Connection,
    order: &RegisterOrder,
    by: &Operator,
    at: Timestamp,
    shares: bool,
) -> Result<Vec<(DeviceId, Option<Entry>)>, Error> {
    let audit = |what: &str| {
        let entry = chain::Entry { at, who: &by.0, incident: Change::REGISTER, what };
        chain::append(tx, Root::Real, &entry)
    };
    // Later than what it takes the place of, whatever the clocks of two seats say.
    let text = "INSERT INTO register (id, body, at, who) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE
        SET body = excluded.body, at = max(excluded.at, register.at + 1), who = excluded.who";
    let mut put = tx.prepare_cached(text)?;
    let mut now = Vec::new();
    let mut write = |device: &DeviceId, entry: Option<&Entry>| -> Result<(), Error> {
        put.execute(params![device.as_str(), row::json(&entry)?, at.0, by.0])?;
        if shares {
            shared::list(tx, Origin::Device, &IncidentId(Change::REGISTER.into()), device.as_str())?;
            now.push((device.clone(), entry.cloned()));
        }
        Ok(())
    };
    match order {
        RegisterOrder::Put { entries, from } => {
            for entry in entries {
                write(&entry.id, Some(entry))?;
                audit(&json!({"register": "put", "from": from, "entry": entry}).to_string())?;
            }
        }
        RegisterOrder::Remove { id } => {
            write(id, None)?;
            audit(&json!({"register": "remove", "id": id}).to_string())?;
        }
    }
    Ok(now)
}

/// Takes in what another seat wrote, where it is the later; says what is new here. One that cannot be read is left out.
pub(super) fn take_in(tx: &Connection, rows: &[Row], seat: &str) -> Result<Vec<(DeviceId, Option<Entry>)>, Error> {
    // Of two that were written in the same microsecond one holds, on every seat the same.
    let text = "INSERT INTO register (id, body, at, who) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE
        SET body = excluded.body, at = excluded.at, who = excluded.who
        WHERE excluded.at > register.at OR excluded.at = register.at AND excluded.body > register.body";
    let mut put = tx.prepare_cached(text)?;
    let mut new = Vec::new();
    for row in rows {
        let (id, body) = (shared::text(row, "id")?, shared::text(row, "body")?);
        let (at, who) = (shared::number(row, "at")?, shared::text(row, "who")?);
        let entry: Option<Entry> = match serde_json::from_str(body) {
            Ok(entry) => entry,
            Err(error) => {
                log::error!("what {seat} wrote of {id} into the register cannot be read: {error}");
                continue;
            }
        };
        if entry.as_ref().is_some_and(|entry| entry.id.as_str() != id || entry.wrong().is_some()) {
            log::error!("what {seat} wrote of {id} into the register cannot be");
            continue;
        }
        if put.execute(params![id, body, at, who])? > 0 {
            let from = format!("seat {seat}");
            let what = match &entry {
                Some(entry) => json!({"register": "put", "from": from, "entry": entry}),
                None => json!({"register": "remove", "from": from, "id": id}),
            };
            let audited = chain::Entry { at: Timestamp(at), who, incident: Change::REGISTER, what: &what.to_string() };
            chain::append(tx, Root::Real, &audited)?;
            new.push((DeviceId::new(id), entry));
        }
    }
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    fn seat() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        conn
    }

    fn entry(id: &str, name: &str) -> Entry {
        Entry { name: name.to_owned(), ..Entry::new(DeviceId::new(id)) }
    }

    fn write(conn: &Connection, name: Option<&str>, by: &str, at: i64) {
        let order = match name {
            Some(name) => RegisterOrder::Put { entries: vec![entry("van-1", name)], from: String::new() },
            None => RegisterOrder::Remove { id: DeviceId::new("van-1") },
        };
        change(conn, &order, &Operator(by.to_owned()), Timestamp(at), true).unwrap();
    }

    fn rows(conn: &Connection) -> Vec<Row> {
        let mut statement = conn.prepare("SELECT id, body, at, who FROM register").unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            let at: i64 = row.get(2)?;
            let texts: [(&str, String); 3] = [("id", row.get(0)?), ("body", row.get(1)?), ("who", row.get(3)?)];
            let mut read: Row = texts.map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
            read.insert("at".to_owned(), at.into());
            Ok(read)
        };
        statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn two_seats_that_wrote_the_same_entry_come_to_the_same_whoever_hears_first() {
        for (one, other) in [(Some("Kim's"), Some("Lee's")), (Some("Kim's"), None), (None, Some("Lee's"))] {
            for (at_one, at_other) in [(10, 20), (20, 10), (10, 10)] {
                let (a, b) = (seat(), seat());
                for seat in [&a, &b] {
                    write(seat, Some("old"), "mina", 1);
                }
                write(&a, one, "kim", at_one);
                write(&b, other, "lee", at_other);
                let (of_a, of_b) = (rows(&a), rows(&b));
                let new = [take_in(&a, &of_b, "b").unwrap(), take_in(&b, &of_a, "a").unwrap()];
                assert_eq!(rows(&a), rows(&b), "{one:?} {other:?} {at_one} {at_other}");
                assert_eq!(new.iter().filter(|new| new.is_empty()).count(), 1, "one of them heard nothing new");
                assert!(take_in(&a, &of_b, "b").unwrap().is_empty(), "a second time nothing is new");
                assert!(chain::verify(&a, Root::Real, None).unwrap().is_ok());
            }
        }
    }

    #[test]
    fn what_was_written_after_another_was_heard_holds_whatever_the_clock_says() {
        let (a, b) = (seat(), seat());
        write(&a, Some("first"), "kim", 1_000);
        take_in(&b, &rows(&a), "a").unwrap();
        // Its clock is far behind.
        write(&b, Some("second"), "lee", 5);
        assert_eq!(take_in(&a, &rows(&b), "b").unwrap(), [(DeviceId::new("van-1"), Some(entry("van-1", "second")))]);
        let mut notices = Vec::new();
        assert_eq!(load(&a, &mut notices).unwrap().name(&DeviceId::new("van-1")), Some("second"));
        write(&a, None, "kim", 6);
        take_in(&b, &rows(&a), "a").unwrap();
        assert!(load(&b, &mut notices).unwrap().is_empty() && notices.is_empty(), "what was removed is gone on both");
    }
}
