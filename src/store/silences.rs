//! Silences on disk: one row each, each change by hand with its own line of the audit.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use super::schema::Root;
use super::{Error, chain, row, shared};
use crate::joint;
use crate::model::dossier::Row;
use crate::model::{Change, IncidentId, Operator, Origin, SilenceOrder, Silencing, Timestamp};

/// Numbers below this were given by a desk that was alone: two seats may both have them, so they stay where they are.
const SHARED_FROM: u64 = 1_000_000_000_000;

fn stored(tx: &Connection, id: u64) -> Result<Option<Silencing>, Error> {
    let mut read = tx.prepare_cached("SELECT body FROM silencings WHERE id = ?1")?;
    let body: Option<String> = read.query_row([id as i64], |row| row.get(0)).optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

fn write(tx: &Connection, silencing: &Silencing) -> Result<(), Error> {
    let text = "INSERT INTO silencings VALUES (?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET until = excluded.until, body = excluded.body";
    tx.prepare_cached(text)?.execute(params![silencing.id as i64, silencing.until.0, row::json(silencing)?])?;
    Ok(())
}

fn audit(tx: &Connection, id: u64, who: &str, at: Timestamp, what: &str) -> Result<(), Error> {
    let entry = chain::Entry { at, who, incident: &format!("silence-{id}"), what };
    chain::append(tx, Root::Real, &entry)
}

/// Stores a silence as it is now; what another seat did to it meanwhile stays.
pub(super) fn save(
    tx: &Connection,
    silencing: &Silencing,
    order: Option<&(SilenceOrder, Operator, Timestamp)>,
    shares: bool,
) -> Result<(), Error> {
    let joined = if shares { stored(tx, silencing.id)?.map(|stored| joint::silencing(silencing, &stored)) } else { None };
    write(tx, joined.as_ref().unwrap_or(silencing))?;
    if let Some((order, by, at)) = order {
        audit(tx, silencing.id, &by.0, *at, &row::json(order)?)?;
        if shares && silencing.id >= SHARED_FROM {
            shared::list(tx, Origin::Device, &IncidentId(Change::SILENCES.into()), &silencing.id.to_string())?;
        }
    }
    Ok(())
}

/// Takes in what another seat did with silences; gives those that are otherwise now.
pub(super) fn take_in(tx: &Connection, rows: &[Row], seat: &str) -> Result<Vec<Silencing>, Error> {
    let mut new = Vec::new();
    for row in rows {
        let theirs: Silencing = match serde_json::from_str(shared::text(row, "body")?) {
            Ok(theirs) => theirs,
            Err(error) => {
                log::error!("a silence of {seat} cannot be read: {error}");
                continue;
            }
        };
        let ours = stored(tx, theirs.id)?;
        let joined = match &ours {
            Some(ours) => joint::silencing(ours, &theirs),
            // What it hid there is on that seat.
            None => Silencing { n_hidden: 0, hidden: Vec::new(), ..theirs },
        };
        if ours.as_ref() == Some(&joined) {
            continue;
        }
        write(tx, &joined)?;
        let (who, at, what) = match &joined.ended {
            None => (joined.by.as_str(), joined.at, "begin"),
            Some((who, at)) => (who.as_deref().unwrap_or("fleetwatch"), *at, "end"),
        };
        let what = json!({"silence": what, "from": format!("seat {seat}"), "search": joined.search, "rev": joined.rev});
        audit(tx, joined.id, who, at, &what.to_string())?;
        new.push(joined);
    }
    Ok(new)
}
