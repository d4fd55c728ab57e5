//! Changes values in the text of a TOML file and leaves everything else in it as a person wrote it: comments, order,
//! blank lines.
//!
//! The parser says from where to where each value reaches, and only that is replaced. What came of it is read again and
//! compared with what was meant, so that a way of writing that is not foreseen here is refused and never mangled.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::setting::{Change, Key, Wrong};

/// What begins a line that holds a default, as in the commented default.
const OFF: &str = "#: ";

/// The text with the changes in it.
pub(super) fn edited(text: &str, changes: &[Change]) -> Result<String, Wrong> {
    let mut meant = tree(text)?;
    let mut said = text.to_owned();
    for Change { key, to } in changes {
        said = match to {
            Some(to) => set(&said, key, &without_nothing(to))?,
            None => removed(&said, key)?,
        };
        apply(&mut meant, &key.0, to.as_ref().map(without_nothing));
    }
    // Tables that hold nothing say nothing.
    let same = |text: &str| tree(text).is_ok_and(|tree| without_empty(tree) == without_empty(meant.clone()));
    if same(&said) {
        return Ok(said);
    }
    let keys: Vec<_> = changes.iter().map(|change| change.key.to_string()).collect();
    Err(Wrong::Shape {
        why: format!("the file is written in a way that cannot be changed here; change {} by hand", keys.join(", ")),
    })
}

fn tree(text: &str) -> Result<Json, Wrong> {
    toml::from_str(text).map_err(|error| Wrong::Shape { why: format!("the file is no TOML, mend it by hand: {error}") })
}

fn parsed(text: &str) -> Result<Spanned<DeTable<'_>>, Wrong> {
    DeTable::parse(text).map_err(|error| Wrong::Shape { why: error.to_string() })
}

/// Where a key and its value stand.
struct Place {
    key: Range<usize>,
    value: Range<usize>,
    /// Each field of the value, where that is a table, in the order of the file.
    fields: Vec<(Range<usize>, Range<usize>)>,
}

impl Place {
    fn of(text: &str, key: &Key) -> Result<Option<Self>, Wrong> {
        let root = parsed(text)?;
        let mut table = root.get_ref();
        let Some((name, tables)) = key.0.split_last() else { return Ok(None) };
        for (i, part) in tables.iter().enumerate() {
            match table.get_key_value(part.as_str()).map(|(_, value)| value.get_ref()) {
                Some(DeValue::Table(inner)) => table = inner,
                Some(_) => return Err(Wrong::Value { key: Key(key.0[..=i].to_vec()), why: "must be a table".to_owned() }),
                None => return Ok(None),
            }
        }
        Ok(table.get_key_value(name.as_str()).map(|(key, value)| {
            let mut fields: Vec<_> = match value.get_ref() {
                DeValue::Table(inner) => inner.iter().map(|(key, value)| (key.span(), value.span())).collect(),
                _ => Vec::new(),
            };
            fields.sort_by_key(|(key, _)| key.start);
            Self { key: key.span(), value: value.span(), fields }
        }))
    }
}

fn set(text: &str, key: &Key, to: &Json) -> Result<String, Wrong> {
    let new = written(to);
    if let Some(place) = Place::of(text, key)? {
        return Ok(replaced(text, place.value, &new));
    }
    let Some((name, tables)) = key.0.split_last() else { return Ok(text.to_owned()) };
    let line = format!("{} = {new}", Key(vec![name.clone()]));
    let table = Key(tables.to_vec());
    if let Some(off) = switched_off(text, &table, name) {
        return Ok(replaced(text, off, &line));
    }
    if let Some(place) = Place::of(text, &table)?.filter(|place| text[place.value.clone()].starts_with('{')) {
        let (at, line) = place
            .fields
            .last()
            .map_or_else(|| (place.value.start + 1, format!(" {line} ")), |(_, last)| (last.end, format!(", {line}")));
        return Ok(replaced(text, at..at, &line));
    }
    match header(text, &table) {
        // Under the values that the table has itself; tables within it come later.
        Some(header) => {
            let until = next_header(text, header.end);
            let own = Place::of(text, &table)?.map(|place| place.fields).unwrap_or_default();
            let last = own.iter().map(|(_, value)| value.end).filter(|end| (header.end..=until).contains(end)).max();
            let at = line_of(text, last.unwrap_or(header.start)).end;
            let break_before = if text[..at].ends_with('\n') { "" } else { "\n" };
            Ok(replaced(text, at..at, &format!("{break_before}{line}\n")))
        }
        None if tables.is_empty() => Ok(format!("{line}\n{text}")),
        None => {
            let gap = if text.is_empty() || text.ends_with("\n\n") {
                ""
            } else if text.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            Ok(format!("{text}{gap}[{table}]\n{line}\n"))
        }
    }
}

fn removed(text: &str, key: &Key) -> Result<String, Wrong> {
    let Some(place) = Place::of(text, key)? else { return Ok(text.to_owned()) };
    let table = Key(key.0.split_last().map(|(_, tables)| tables.to_vec()).unwrap_or_default());
    let within = Place::of(text, &table)?.filter(|place| text[place.value.clone()].starts_with('{'));
    if let Some(within) = within {
        // With one of the commas beside it.
        let i = within.fields.iter().position(|(key, _)| *key == place.key).unwrap_or_default();
        let range = match (i.checked_sub(1).map(|i| &within.fields[i]), within.fields.get(i + 1)) {
            (Some((_, before)), _) => before.end..place.value.end,
            (None, Some((after, _))) => place.key.start..after.start,
            (None, None) => place.key.start..place.value.end,
        };
        return Ok(replaced(text, range, ""));
    }
    if let Some(header) = header(text, key) {
        // A table of its own: its lines, then its header; comments stay.
        let mut said = text.to_owned();
        let until = next_header(text, header.end);
        let own = place.fields.iter().filter(|(key, _)| (header.end..until).contains(&key.start));
        for (key, value) in own.rev() {
            said = replaced(&said, line_of(text, key.start).start..line_of(text, value.end).end, "");
        }
        return Ok(replaced(&said, line_of(text, header.start), ""));
    }
    Ok(replaced(text, line_of(text, place.key.start).start..line_of(text, place.value.end).end, ""))
}

fn replaced(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// The line in which a byte stands, with its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    start..text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

/// The table that a line begins: `[functions."a.b"]`.
fn begun(line: &str) -> Option<Key> {
    let line = line.trim();
    if !line.starts_with('[') || line.starts_with("[[") {
        return None;
    }
    let root = DeTable::parse(line).ok()?;
    let (mut key, mut table) = (Vec::new(), root.get_ref());
    while let Some((name, value)) = table.iter().next() {
        key.push(name.get_ref().clone().into_owned());
        let DeValue::Table(inner) = value.get_ref() else { return None };
        table = inner;
    }
    Some(Key(key))
}

fn header(text: &str, table: &Key) -> Option<Range<usize>> {
    let mut headers = lines(text).filter(|(_, line)| begun(line).as_ref() == Some(table));
    headers.next().map(|(at, line)| at..at + line.trim_end().len())
}

fn next_header(text: &str, after: usize) -> usize {
    let mut headers = lines(text).filter(|(at, line)| *at >= after && line.trim_start().starts_with('['));
    headers.next().map_or(text.len(), |(at, _)| at)
}

/// The line under a table's header that holds a default, without its end: the value takes its place, under its own
/// comment.
fn switched_off(text: &str, table: &Key, name: &str) -> Option<Range<usize>> {
    let from = header(text, table)?.end;
    let until = next_header(text, from);
    let is_it = |line: &str| {
        let left = line.strip_prefix(OFF).and_then(|line| line.split_once('='));
        left.is_some_and(|(left, _)| left.trim() == name)
    };
    let mut found = lines(text).filter(|(at, line)| (from..until).contains(at) && is_it(line));
    found.next().map(|(at, line)| at..at + line.trim_end().len())
}

/// As TOML on one line.
fn written(to: &Json) -> String {
    match to {
        Json::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, to)| format!("{} = {}", Key(vec![name.clone()]), written(to))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        to => toml::Value::try_from(to).map_or_else(|_none| String::new(), |value| value.to_string()),
    }
}

/// What TOML cannot say, nothing, is left out.
fn without_nothing(to: &Json) -> Json {
    match to {
        Json::Object(fields) => {
            let said = fields.iter().filter(|(_, to)| !to.is_null());
            Json::Object(said.map(|(name, to)| (name.clone(), without_nothing(to))).collect())
        }
        to => to.clone(),
    }
}

fn without_empty(tree: Json) -> Json {
    match tree {
        Json::Object(fields) => {
            let fields = fields.into_iter().map(|(name, to)| (name, without_empty(to)));
            Json::Object(fields.filter(|(_, to)| !to.as_object().is_some_and(Map::is_empty)).collect())
        }
        to => to,
    }
}

fn apply(tree: &mut Json, key: &[String], to: Option<Json>) {
    let ([name, rest @ ..], Json::Object(fields)) = (key, tree) else { return };
    match (rest.is_empty(), to) {
        (true, Some(to)) => drop(fields.insert(name.clone(), to)),
        (true, None) => drop(fields.remove(name)),
        (false, to) => apply(fields.entry(name.clone()).or_insert_with(|| Json::Object(Map::new())), rest, to),
    }
}
