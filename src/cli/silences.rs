//! `fleetwatch silences`: what is silenced, from what is stored.

use std::io::{self, Write};

use serde_json::json;

use crate::model::{Silencing, Timestamp};

/// `2 (van-*) of mina ends at 2026-03-18T16:12:04.218Z, hid 3: defrosting`
pub fn line(silencing: &Silencing) -> String {
    let Silencing { id, search, by, reason, until, ended, n_hidden, .. } = silencing;
    let end = match ended {
        None => format!("ends at {}", until.rfc3339()),
        Some((None, at)) => format!("ended at {}", at.rfc3339()),
        Some((Some(who), at)) => format!("ended by {who} at {}", at.rfc3339()),
    };
    format!("{id} ({search}) of {by} {end}, hid {n_hidden}: {}", reason.replace('\n', " "))
}

/// Lists those that stand at `now`, or `all` of them; one that ran out while no desk was running stands no more.
pub fn list(silencings: &[Silencing], now: Timestamp, all: bool, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut n = 0;
    for silencing in silencings.iter().filter(|one| all || one.stands() && one.until > now) {
        n += 1;
        if as_json {
            let mut line = json!(silencing);
            line["at"] = silencing.at.rfc3339().into();
            line["until"] = silencing.until.rfc3339().into();
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "{}", line(silencing))?;
        }
    }
    if n == 0 && !as_json {
        writeln!(out, "nothing is silenced")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_is_listed_and_what_is_over_where_it_is_asked_for() {
        let now = Timestamp(1_773_803_520_000_000);
        let silence = |id, secs: i64, ended| Silencing {
            id,
            search: "box-*".to_owned(),
            reason: "two\nlines".to_owned(),
            by: "mina".to_owned(),
            at: now,
            until: now.plus_secs(secs),
            ended,
            n_hidden: 3,
            hidden: Vec::new(),
            warned: false,
            rev: 1,
        };
        let all = [silence(1, 600, Some((Some("kim".to_owned()), now))), silence(2, -5, None), silence(3, 600, None)];
        let written = |which: &[Silencing], all, as_json| {
            let mut out = Vec::new();
            list(which, now, all, as_json, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(&all, false, false), "3 (box-*) of mina ends at 2026-03-18T03:22:00.000Z, hid 3: two lines\n");
        assert!(written(&all, true, false).starts_with("1 (box-*) of mina ended by kim at 2026-03-18T03:12:00.000Z"));
        assert_eq!(written(&all, true, true).lines().count(), 3);
        assert!(written(&all, false, true).contains(r#""until":"2026-03-18T03:22:00.000Z""#));
        assert_eq!(written(&all[..2], false, false), "nothing is silenced\n");
    }
}
