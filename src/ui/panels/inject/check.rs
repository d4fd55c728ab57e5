//! Says whether a payload is what its topic expects, and where it is not: line, rule, what was found, and a fix.
//!
//! Pure. The rules are those of the native wire format (docs/WIRE.md); a payload that passes here is read by
//! `decode`, and what `decode` would drop or show as unreadable is named here before it is sent.

use chrono::DateTime;

use super::json::{self, Edit, Member, Node, Value, leading_number};
use super::wire::{Column, Field, Kind, Rule};
use crate::model::Timestamp;
use crate::ui::{text, tr, word};

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The line, from 1.
    pub(super) line: usize,
    /// The column in characters, from 1.
    pub(super) column: usize,
    /// Where, rule and what was found: "`speed_kmh` must be a number from 0 to 400 km/h, got the text \"52\"".
    pub(super) message: String,
    /// Two or three words for the margin of the line: "not a number".
    pub(super) short: &'static str,
    /// Whether the message cannot be sent; otherwise it is only worth a look.
    pub(super) blocks: bool,
    /// What would mend it, where that is mechanical.
    pub(super) fix: Option<Fix>,
}

impl Problem {
    /// The message as a whole sentence: "Line 10: …".
    pub(super) fn sentence(&self) -> String {
        tr!("inject-line-message", n = self.line as u64, message = self.message.as_str())
    }
}

/// One line to put in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fix {
    /// The line, from 1.
    pub(super) line: usize,
    /// Its new text, without the line end; may be two lines.
    pub(super) replacement: String,
    /// What it does: "Write 27.4 without the unit".
    pub(super) advice: String,
}

impl Fix {
    /// The text with the line replaced.
    pub(super) fn apply(&self, text: &str) -> String {
        let lines = text.split('\n').enumerate();
        let mended: Vec<&str> = lines.map(|(idx, line)| if idx + 1 == self.line { &self.replacement } else { line }).collect();
        mended.join("\n")
    }
}

/// Everything that is wrong with `text` as a message on `topic` (without its root), in order of the text.
/// The line of a wrong topic is 0.
pub(super) fn check(topic: &str, text: &str) -> Vec<Problem> {
    let kind = match Kind::of_topic(topic) {
        Ok((kind, _)) => kind,
        Err(message) => {
            return vec![Problem { line: 0, column: 0, message, short: word!("inject-short-topic"), blocks: true, fix: None }];
        }
    };
    let mut checker = Checker { text, problems: Vec::new() };
    match json::parse(text) {
        Err(error) => checker.push(error.at, error.message, word!("inject-short-not-json"), error.edit),
        Ok(root) => checker.root(kind, &root),
    }
    checker.problems.sort_by_key(|problem| (problem.line, problem.column));
    checker.problems
}

struct Checker<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn push(&mut self, at: usize, message: String, short: &'static str, edit: Option<Edit>) {
        let (line, column) = place(self.text, at);
        let fix = edit.and_then(|edit| fix(self.text, edit));
        self.problems.push(Problem { line, column, message, short, blocks: true, fix });
    }

    fn hint(&mut self, at: usize, message: String, short: &'static str, edit: Option<Edit>) {
        self.push(at, message, short, edit);
        if let Some(problem) = self.problems.last_mut() {
            problem.blocks = false;
        }
    }

    fn root(&mut self, kind: Kind, root: &Node) {
        let Value::Object(members) = &root.value else {
            let message = tr!("inject-must-be-object", got = found(root));
            return self.push(root.span.start, message, word!("inject-short-not-object"), None);
        };
        self.object("", kind.fields(), root, members);
        if kind == Kind::Temperature {
            let degrees: Vec<&Member> = members
                .iter()
                .filter(|m| ["celsius", "fahrenheit"].contains(&m.key.as_str()) && m.node.value != Value::Null)
                .collect();
            match degrees.as_slice() {
                [] => self.push(root.span.start, tr!("inject-no-degrees"), word!("inject-short-no-reading"), None),
                [first, second] if first.key != second.key => {
                    let message = tr!("inject-both-degrees");
                    self.push(second.key_span.start, message, word!("inject-short-two-readings"), None);
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, path: &str, fields: &[Field], node: &Node, members: &[Member]) {
        for (idx, member) in members.iter().enumerate() {
            let at = member.key_span.start;
            let name = format!("{path}{}", member.key);
            if members[..idx].iter().any(|earlier| earlier.key == member.key) {
                self.push(at, tr!("inject-twice", name = name), word!("inject-short-twice"), None);
                continue;
            }
            match fields.iter().find(|field| field.key == member.key) {
                // Null in an optional field is the same as leaving it out.
                Some(field) if !field.needed && member.node.value == Value::Null => {}
                Some(field) => self.value(&name, &field.rule, &member.node),
                // A claim to be a test is legal and changes nothing but a badge.
                None if ["test", "drill"].contains(&member.key.as_str()) => {}
                None => self.unknown(&name, member, fields.iter().map(|field| field.key)),
            }
        }
        for field in fields.iter().filter(|field| field.needed) {
            if !members.iter().any(|member| member.key == field.key) {
                let edit = matches!(field.rule, Rule::Time).then(|| Edit {
                    span: node.span.start + 1..node.span.start + 1,
                    with: format!("\n  \"{}\": {{{{now}}}}{}", field.key, if members.is_empty() { "" } else { "," }),
                    advice: tr!("inject-add-time"),
                });
                self.push(
                    node.span.start,
                    tr!("inject-is-missing", name = format!("{path}{}", field.key)),
                    word!("inject-short-missing"),
                    edit,
                );
            }
        }
    }

    fn unknown(&mut self, name: &str, member: &Member, known: impl Iterator<Item = &'static str>) {
        let near = known.map(|key| (distance(key, &member.key), key)).min().filter(|(steps, _)| *steps <= 2);
        let edit = near.map(|(_, key)| Edit {
            span: member.key_span.clone(),
            with: format!("\"{key}\""),
            advice: tr!("inject-write", what = key),
        });
        self.hint(member.key_span.start, tr!("inject-not-a-field", name = name), word!("inject-short-not-read"), edit);
    }

    fn value(&mut self, name: &str, rule: &Rule, node: &Node) {
        let at = node.span.start;
        match (rule, &node.value) {
            (Rule::Number(range), value) => self.number(name, range.ends(), range.unit, false, node, value),
            (Rule::Count, Value::Number(n)) if *n >= 0.0 && n.fract() == 0.0 && *n < 9e15 => {}
            (Rule::Count, _) => {
                self.push(at, tr!("inject-must-be-count", name = name, got = found(node)), word!("inject-short-not-count"), None);
            }
            (Rule::Time, value) => self.time(name, node, value),
            (Rule::Text | Rule::Name, Value::Text(_)) | (Rule::Bool, Value::Bool(_)) => {}
            (Rule::Name, Value::Number(n)) if *n >= 0.0 && n.fract() == 0.0 => {}
            (Rule::Text | Rule::Name, value) => {
                let edit = matches!(value, Value::Number(_) | Value::Bool(_)).then(|| Edit {
                    span: node.span.clone(),
                    with: format!("\"{}\"", &self.text[node.span.clone()]),
                    advice: tr!("inject-put-in-quotes"),
                });
                self.push(at, tr!("inject-must-be-text", name = name, got = found(node)), word!("inject-short-not-text"), edit);
            }
            (Rule::Bool, value) => {
                let word = match value {
                    Value::Text(text) if ["true", "yes", "1"].contains(&text.as_str()) => Some("true"),
                    Value::Text(text) if ["false", "no", "0"].contains(&text.as_str()) => Some("false"),
                    Value::Number(1.0) => Some("true"),
                    Value::Number(0.0) => Some("false"),
                    _ => None,
                };
                let edit = word.map(|word| replace(node, word, tr!("inject-write", what = word)));
                self.push(at, tr!("inject-must-be-bool", name = name, got = found(node)), word!("inject-short-not-bool"), edit);
            }
            (Rule::OneOf(words), value) => {
                let Value::Text(text) = value else {
                    return self.push(
                        at,
                        tr!("inject-must-be", name = name, what = or(words), got = found(node)),
                        word!("inject-short-not-text"),
                        None,
                    );
                };
                if !words.contains(&text.as_str()) {
                    let edit = words
                        .iter()
                        .find(|word| word.eq_ignore_ascii_case(text) || distance(word, text) <= 2)
                        .map(|word| replace(node, &format!("\"{word}\""), tr!("inject-write", what = format!("\"{word}\""))));
                    self.push(
                        at,
                        tr!("inject-must-be", name = name, what = or(words), got = found(node)),
                        word!("inject-short-not-allowed"),
                        edit,
                    );
                }
            }
            (Rule::Object(fields), Value::Object(members)) => self.object(&format!("{name}."), fields, node, members),
            (Rule::Columns(columns), Value::Object(members)) => self.columns(name, columns, node, members),
            (Rule::Object(fields), _) => {
                let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
                self.push(
                    at,
                    tr!("inject-must-be-object-of", name = name, keys = and(&keys), got = found(node)),
                    word!("inject-short-not-object"),
                    None,
                );
            }
            (Rule::Columns(columns), _) => {
                let keys: Vec<&str> = columns.iter().map(|column| column.key).collect();
                self.push(
                    at,
                    tr!("inject-must-be-object-of", name = name, keys = and(&keys), got = found(node)),
                    word!("inject-short-not-object"),
                    None,
                );
            }
        }
    }

    fn number(&mut self, name: &str, (low, high): (f64, f64), unit: &str, nulls: bool, node: &Node, value: &Value) {
        let ok = match value {
            Value::Number(number) => (low..=high).contains(number),
            Value::Null => nulls,
            _ => false,
        };
        if ok {
            return;
        }
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let (from, to) = (text::exact(low), text::exact(high) + &unit);
        let message = if nulls {
            tr!("inject-must-be-number-or-null", name = name, from = from, to = to, got = found(node))
        } else {
            tr!("inject-must-be-number", name = name, from = from, to = to, got = found(node))
        };
        let (short, edit) = match value {
            Value::Number(_) => (word!("inject-short-out-of-range"), None),
            Value::Text(text) => {
                let edit = leading_number(text).filter(|n| n.parse().is_ok_and(|n: f64| (low..=high).contains(&n))).map(|n| {
                    let has_unit = text.trim().parse::<f64>().is_err();
                    let advice = if has_unit {
                        tr!("inject-write-no-unit", n = n.as_str())
                    } else {
                        tr!("inject-write-no-quotes", n = n.as_str())
                    };
                    replace(node, &n, advice)
                });
                (word!("inject-short-not-number"), edit)
            }
            _ => (word!("inject-short-not-number"), None),
        };
        self.push(node.span.start, message, short, edit);
    }

    fn time(&mut self, name: &str, node: &Node, value: &Value) {
        let at = node.span.start;
        let millis = match value {
            Value::Now => return,
            Value::Text(text) if text == "{{now}}" => {
                let edit = replace(node, "{{now}}", tr!("inject-write-no-quotes", n = "{{now}}"));
                let message = tr!("inject-now-is-millis", name = name, now = "{{now}}");
                return self.push(at, message, word!("inject-short-not-time"), Some(edit));
            }
            Value::Text(text) => DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis() as f64).ok(),
            Value::Number(number) => Some(*number),
            _ => None,
        };
        let edit = Some(replace(node, "{{now}}", tr!("inject-use-time")));
        match millis {
            None => {
                let message = tr!("inject-must-be-time", name = name, now = "{{now}}", got = found(node));
                self.push(at, message, word!("inject-short-not-time"), edit);
            }
            Some(millis) if !millis.is_finite() => {
                self.push(at, tr!("inject-too-large", name = name), word!("inject-short-out-of-range"), edit);
            }
            // 2015-01-01, from where on a device's clock is believed.
            Some(millis) if millis < 1_420_070_400_000.0 => {
                let read = Timestamp::from_millis(millis as i64).rfc3339();
                let message = tr!("inject-before-2015", name = name, at = read);
                self.hint(at, message, word!("inject-short-clock"), edit);
            }
            Some(_) => {}
        }
    }

    fn columns(&mut self, name: &str, columns: &[Column], node: &Node, members: &[Member]) {
        let mut lengths: Vec<(&str, usize)> = Vec::new();
        for column in columns {
            let Some(member) = members.iter().find(|member| member.key == column.key) else {
                self.push(
                    node.span.start,
                    tr!("inject-is-missing", name = format!("{name}.{}", column.key)),
                    word!("inject-short-missing"),
                    None,
                );
                continue;
            };
            let path = format!("{name}.{}", column.key);
            let Value::Array(cells) = &member.node.value else {
                let message = tr!("inject-must-be-list", name = path, got = found(&member.node));
                self.push(member.node.span.start, message, word!("inject-short-not-list"), None);
                continue;
            };
            for (idx, cell) in cells.iter().enumerate() {
                self.number(&format!("{path}[{idx}]"), column.range.ends(), column.range.unit, column.nulls, cell, &cell.value);
            }
            if let Some((first, len)) = lengths.first().filter(|(_, len)| *len != cells.len()) {
                let message = tr!(
                    "inject-must-have-values",
                    name = path.as_str(),
                    n = *len as u64,
                    other = format!("{name}.{first}"),
                    got = cells.len() as u64
                );
                self.push(member.node.span.start, message, word!("inject-short-length"), None);
            }
            lengths.push((column.key, cells.len()));
        }
        for member in members.iter().filter(|member| !columns.iter().any(|column| column.key == member.key)) {
            self.unknown(&format!("{name}.{}", member.key), member, columns.iter().map(|column| column.key));
        }
    }
}

fn replace(node: &Node, with: &str, advice: String) -> Edit {
    Edit { span: node.span.clone(), with: with.to_owned(), advice }
}

/// What stands there, for the end of a message.
fn found(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) if number.is_infinite() => tr!("inject-found-too-large"),
        Value::Number(number) => plain(*number),
        Value::Now => tr!("inject-found-now", now = "{{now}}"),
        Value::Text(text) => {
            let short: String = text.chars().take(40).collect();
            tr!("inject-found-text", text = format!("{short:?}"))
        }
        Value::Array(_) => tr!("inject-found-list"),
        Value::Object(_) => tr!("inject-found-object"),
    }
}

/// A number as a person writes it.
fn plain(number: f64) -> String {
    if number.abs() >= 1e15 { format!("{number:e}") } else { format!("{number}") }
}

fn or(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(&format!(" {} ", word!("inject-or")))
}

fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => tr!("inject-and", most = most.join(", "), last = *last),
    }
}

/// Line and column, from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

/// An edit within one line as that line's new text.
fn fix(text: &str, edit: Edit) -> Option<Fix> {
    let (line, _) = place(text, edit.span.start);
    if place(text, edit.span.end).0 != line {
        return None;
    }
    let begin = text[..edit.span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[edit.span.end..].find('\n').map_or(text.len(), |newline| edit.span.end + newline);
    let replacement = format!("{}{}{}", &text[begin..edit.span.start], edit.with, &text[edit.span.end..end]);
    Some(Fix { line, replacement, advice: edit.advice })
}

/// How many letters must change to make one word the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(l != *r)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[right.len()]
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
