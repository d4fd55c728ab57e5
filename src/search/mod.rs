//! One language to look for rows in every table: `state:open severity>=high vehicle:VAN-04* -verdict:malfunction since:2h`.
//!
//! Terms stand beside each other and all must hold. A term is a field, what it is compared by, and one value or several
//! with commas between them, of which one must hold. `-` before a term turns it round. A word without a field is looked for
//! in every name. Values with blanks stand in `"…"`; in a name `*` stands for anything, and without it a part is enough.
//!
//! What cannot be read is an [`Error`] that names the word and the fix; a table then shows everything, so that a typing
//! mistake never hides a row.

mod tables;

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use crate::model::Timestamp;

pub use tables::{FLEET, FUNCTIONS, INCIDENTS, LESSER, Lesser, REFUSED, REGISTER, Registered, SENSORS, origin, severity, yes};

/// Terms in one search; more is no search but a list.
const TERMS: usize = 64;

/// A field of a table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, and others that mean the same.
    pub names: &'static [&'static str],
    /// What it holds.
    pub kind: Kind,
}

impl Field {
    /// The name that is shown.
    pub const fn name(&self) -> &'static str {
        self.names[0]
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A name: letters in any case, `*` for anything.
    Name,
    /// Some of these words.
    Words(&'static [&'static str]),
    /// One of these words, in rising order.
    Rank(&'static [&'static str]),
    /// A number, in this unit.
    Number(&'static str),
    /// The row's time, and later.
    Since,
    /// The row's time, and earlier.
    Before,
}

/// What a row holds in a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing: no comparison with it holds.
    Nothing,
    /// A name.
    Name(&'a str),
    /// Words that are true of it.
    Words(&'a [&'static str]),
    /// The place of its word, from 0.
    Rank(usize),
    /// A number.
    Number(f64),
    /// A time.
    Time(Timestamp),
}

/// A row that can be looked for.
pub trait Row {
    /// What it holds in the field of this name, [`Field::name`].
    fn value(&self, field: &'static str) -> Value<'_>;
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// `:` and `=`; the latter takes names whole.
    Is {
        whole: bool,
    },
    Below,
    AtMost,
    AtLeast,
    Above,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    Name(String),
    Word(&'static str),
    Rank(usize),
    Number(f64),
    At(Timestamp),
    Ago(i64),
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    /// The field's name and whether its kind is [`Kind::Before`]; `None` for a word alone.
    field: Option<(&'static str, bool)>,
    by: By,
    wanted: Vec<Wanted>,
    not: bool,
}

/// A search that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    terms: Vec<Term>,
    /// The fields of the table that hold names, for words alone.
    names: Vec<&'static str>,
}

/// Why a search cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The word, as it was typed.
    pub word: String,
    /// Where it stands, bytes.
    pub at: Range<usize>,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No field is called so.
    NoField {
        /// The one that is most like it.
        near: Option<&'static str>,
        /// All of them.
        fields: Vec<&'static str>,
    },
    /// A field takes other words.
    NoWord {
        /// Which field.
        field: &'static str,
        /// The one that is most like it.
        near: Option<&'static str>,
        /// All of them.
        words: &'static [&'static str],
    },
    /// A field takes numbers.
    NoNumber {
        /// Which field.
        field: &'static str,
        /// In which unit.
        unit: &'static str,
    },
    /// A field takes a time or an age.
    NoTime {
        /// Which field.
        field: &'static str,
    },
    /// A field has no order, so nothing is more or less.
    NoOrder {
        /// Which field.
        field: &'static str,
    },
    /// Nothing stands behind it.
    NoValue {
        /// Which field.
        field: &'static str,
    },
    /// A `"` has no end.
    NoEnd,
    /// There are too many terms.
    TooMany,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = &self.word;
        match &self.problem {
            Problem::NoField { near: Some(near), .. } => write!(f, "there is no field {word:?} here: did you mean {near}?"),
            Problem::NoField { near: None, fields } => {
                write!(f, "there is no field {word:?} here; there are {}", fields.join(", "))
            }
            Problem::NoWord { field, near: Some(near), .. } => {
                write!(f, "{field} is never {word:?}: did you mean {field}:{near}?")
            }
            Problem::NoWord { field, near: None, words } => write!(f, "{field} is never {word:?}; it is {}", words.join(", ")),
            Problem::NoNumber { field, unit: "" } => {
                write!(f, "{word:?} is no number: write {field}>=3")
            }
            Problem::NoNumber { field, unit } => write!(f, "{word:?} is no number: write {field}>=3, in {unit}"),
            Problem::NoTime { field } => {
                write!(f, "{word:?} is no time: write {field}:2h (s, m, h, d), {field}:2026-03-18 or {field}:2026-03-18T03:12Z")
            }
            Problem::NoOrder { field } => write!(f, "{field} has no more and no less: write {field}:{word}"),
            Problem::NoValue { field } => write!(f, "nothing stands behind {word:?}: write {field}:something"),
            Problem::NoEnd => write!(f, "{word:?} has no end: put a second \" behind it"),
            Problem::TooMany => write!(f, "these are more than {TERMS} terms; take some away"),
        }
    }
}

impl std::error::Error for Error {}

/// Splits at blanks outside of `"…"`.
fn words(text: &str) -> Result<Vec<(Range<usize>, &str)>, Error> {
    let mut words = Vec::new();
    let (mut begin, mut quoted) = (None, None);
    for (idx, c) in text.char_indices() {
        if c == '"' {
            quoted = if quoted.is_some() { None } else { Some(idx) };
        }
        if c.is_whitespace() && quoted.is_none() {
            words.extend(begin.take().map(|begin| (begin..idx, &text[begin..idx])));
        } else if begin.is_none() {
            begin = Some(idx);
        }
    }
    if let Some(at) = quoted {
        return Err(Error { word: text[at..].to_owned(), at: at..text.len(), problem: Problem::NoEnd });
    }
    words.extend(begin.map(|begin| (begin..text.len(), &text[begin..])));
    Ok(words)
}

/// Splits at commas outside of `"…"`, and takes these away.
fn values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(String::new()),
            c => {
                if let Some(value) = values.last_mut() {
                    value.push(c);
                }
            }
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

/// Where the field of a word ends and how it is compared: `(end, begin of the value, by, turned round)`.
fn comparison(word: &str) -> Option<(usize, usize, By, bool)> {
    let end = word.find([':', '=', '<', '>', '!'])?;
    let rest = &word[end..];
    let is = |whole| By::Is { whole };
    let signs = [
        ("!=", is(true), true),
        ("!:", is(false), true),
        (">=", By::AtLeast, false),
        ("<=", By::AtMost, false),
        (":>=", By::AtLeast, false),
        (":<=", By::AtMost, false),
        (":>", By::Above, false),
        (":<", By::Below, false),
        (">", By::Above, false),
        ("<", By::Below, false),
        (":", is(false), false),
        ("=", is(true), false),
    ];
    signs.iter().find(|(sign, ..)| rest.starts_with(sign)).map(|(sign, by, not)| (end, end + sign.len(), *by, *not))
}

impl Search {
    /// Reads a search over a table with these fields. Nothing at all finds everything.
    pub fn parse(text: &str, fields: &'static [Field]) -> Result<Self, Error> {
        let names = fields.iter().filter(|field| matches!(field.kind, Kind::Name)).map(Field::name).collect();
        let mut search = Self { terms: Vec::new(), names };
        for (at, word) in words(text)? {
            let error = |word: &str, problem| Error { word: word.to_owned(), at: at.clone(), problem };
            if search.terms.len() >= TERMS {
                return Err(error(word, Problem::TooMany));
            }
            let (bare, turned) = match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (rest, true),
                _ => (word, false),
            };
            let is_field = |(end, ..): &(usize, usize, By, bool)| *end > 0 && !bare[..*end].contains('"');
            let Some((end, begin, by, not)) = comparison(bare).filter(is_field) else {
                let wanted = values(bare).into_iter().map(|value| Wanted::Name(value.to_lowercase())).collect::<Vec<_>>();
                if !wanted.is_empty() {
                    search.terms.push(Term { field: None, by: By::Is { whole: false }, wanted, not: turned });
                }
                continue;
            };
            let typed = &bare[..end];
            let field = fields.iter().find(|field| field.names.iter().any(|name| name.eq_ignore_ascii_case(typed)));
            let Some(field) = field else {
                let all = || fields.iter().flat_map(|field| field.names.iter().copied());
                let problem = Problem::NoField { near: nearest(typed, all()), fields: fields.iter().map(Field::name).collect() };
                return Err(error(typed, problem));
            };
            let values = values(&bare[begin..]);
            if values.is_empty() {
                return Err(error(word, Problem::NoValue { field: field.name() }));
            }
            if !matches!(by, By::Is { .. }) && !matches!(field.kind, Kind::Rank(_) | Kind::Number(_)) {
                return Err(error(&bare[begin..], Problem::NoOrder { field: field.name() }));
            }
            let wanted = values
                .iter()
                .map(|value| field.wanted(value).map_err(|problem| error(value, problem)))
                .collect::<Result<Vec<_>, _>>()?;
            let before = matches!(field.kind, Kind::Before);
            search.terms.push(Term { field: Some((field.name(), before)), by, wanted, not: not != turned });
        }
        Ok(search)
    }

    /// Whether it finds everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it asks for names alone, which do not change with time.
    pub fn asks_names_alone(&self) -> bool {
        self.terms.iter().all(|term| term.field.is_none_or(|(name, _)| self.names.contains(&name)))
    }

    /// Whether it finds a row, at `now`.
    pub fn finds(&self, row: &impl Row, now: Timestamp) -> bool {
        self.terms.iter().all(|term| {
            let holds = match term.field {
                Some((field, before)) => {
                    let value = row.value(field);
                    term.wanted.iter().any(|wanted| compare(value, term.by, wanted, before, now))
                }
                None => self.names.iter().any(|name| {
                    let value = row.value(name);
                    term.wanted.iter().any(|wanted| compare(value, term.by, wanted, false, now))
                }),
            };
            holds != term.not
        })
    }
}

impl Field {
    fn wanted(&self, value: &str) -> Result<Wanted, Problem> {
        let field = self.name();
        match self.kind {
            Kind::Name => Ok(Wanted::Name(value.to_lowercase())),
            Kind::Words(words) => word_of(value, words).map(|idx| Wanted::Word(words[idx])).ok_or_else(|| Problem::NoWord {
                field,
                near: nearest(value, words.iter().copied()),
                words,
            }),
            Kind::Rank(words) => word_of(value, words).map(Wanted::Rank).ok_or_else(|| Problem::NoWord {
                field,
                near: nearest(value, words.iter().copied()),
                words,
            }),
            Kind::Number(unit) => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
                number.map(Wanted::Number).ok_or(Problem::NoNumber { field, unit })
            }
            Kind::Since | Kind::Before => time(value).ok_or(Problem::NoTime { field }),
        }
    }
}

fn word_of(value: &str, words: &[&str]) -> Option<usize> {
    words.iter().position(|word| word.eq_ignore_ascii_case(value))
}

fn time(value: &str) -> Option<Wanted> {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("min", 60), ("s", 1)];
    let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0
        && digits <= 6
        && let Some((_, secs)) = units.iter().find(|(unit, _)| *unit == &value[digits..])
    {
        return value[..digits].parse::<i64>().ok().map(|n| Wanted::Ago(n * secs));
    }
    // A date, a time to the minute or to the second, or a whole one with an offset; without one it is UTC.
    let has_offset = value.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-']));
    let zone = if has_offset { "" } else { "Z" };
    let bare = value.trim_end_matches(['Z', 'z']);
    let whole = match value.len() {
        10 => format!("{value}T00:00:00Z"),
        16 if !has_offset => format!("{value}:00Z"),
        17 if bare.len() == 16 => format!("{bare}:00Z"),
        _ => format!("{value}{zone}"),
    };
    let time = chrono::DateTime::parse_from_rfc3339(&whole).ok()?;
    Some(Wanted::At(time.to_utc().into()))
}

fn compare(value: Value<'_>, by: By, wanted: &Wanted, before: bool, now: Timestamp) -> bool {
    let by_order = |order: Option<std::cmp::Ordering>| {
        order.is_some_and(|order| match by {
            By::Is { .. } => order.is_eq(),
            By::Below => order.is_lt(),
            By::AtMost => order.is_le(),
            By::AtLeast => order.is_ge(),
            By::Above => order.is_gt(),
        })
    };
    match (value, wanted) {
        (Value::Name(name), Wanted::Name(wanted)) => is_called(name, wanted, by == By::Is { whole: true }),
        (Value::Words(words), Wanted::Word(wanted)) => words.contains(wanted),
        (Value::Rank(rank), Wanted::Rank(wanted)) => by_order(Some(rank.cmp(wanted))),
        (Value::Number(number), Wanted::Number(wanted)) => by_order(number.partial_cmp(wanted)),
        (Value::Time(at), Wanted::At(wanted)) => (at < *wanted) == before,
        (Value::Time(at), Wanted::Ago(secs)) => (at < now.plus_secs(-secs)) == before,
        _ => false,
    }
}

/// Whether a name is the wanted one (in small letters): whole, or with `*` for anything, or else a part of it.
pub fn is_called(name: &str, wanted: &str, whole: bool) -> bool {
    let name = name.to_lowercase();
    if !wanted.contains('*') {
        return if whole { name == wanted } else { name.contains(wanted) };
    }
    let mut parts = wanted.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// The candidate with the fewest changed letters, where at most half of them are.
fn nearest(typed: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    // What begins so was not typed to its end.
    let far = |candidate: &'static str| {
        let begins = typed.len() >= 3 && candidate.starts_with(&typed);
        (if begins { 0 } else { changes(&typed, candidate) }, candidate)
    };
    let (n, nearest) = candidates.map(far).min_by_key(|(n, _)| *n)?;
    (n <= (typed.chars().count() / 2).max(1)).then_some(nearest)
}

/// How many letters must be put in, taken out or changed to make one word of the other.
fn changes(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut left_above = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let here = (left_above + usize::from(a != *b)).min(row[j] + 1).min(row[j + 1] + 1);
            left_above = std::mem::replace(&mut row[j + 1], here);
        }
    }
    row.last().copied().unwrap_or_default()
}
