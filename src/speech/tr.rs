//! The words of the window in the operator's language: `tr!("live-vehicles-online")`, `tr!("live-of", n = 3_u64)`.
//!
//! Messages are Fluent files, one a panel and language, `assets/i18n/<language>/<panel>.ftl`; a key begins with its
//! file's name. A number given as an argument picks the plural and is written with its thousands grouped; one that needs
//! decimals or a unit goes through [`text`](super::text) first and comes in as text.
//!
//! # To add one
//! Write the message into both languages and use it. A test finds keys that miss, keys that nobody uses, and arguments
//! that differ. A new file is one line in `SHEETS`.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::model::{Arg, Args, Language, Saying};

/// One file in both languages: its name, English, Korean.
type Sheet = (&'static str, &'static str, &'static str);

macro_rules! sheets {
    ($($name:literal),+ $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../assets/i18n/en/", $name, ".ftl")),
            include_str!(concat!("../../assets/i18n/ko/", $name, ".ftl")),
        )),+]
    };
}

/// Every file of messages.
const SHEETS: &[Sheet] = sheets![
    "connections",
    "cost",
    "evidence",
    "functions",
    "handover",
    "incidents",
    "inject",
    "live",
    "map",
    "register",
    "report",
    "settings",
    "shell",
    "silences",
    "temperature",
    "text",
    "wall",
    "words",
];

thread_local! {
    // The window is one thread; tests run beside each other, each with a language of its own.
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
    static ENGLISH: OnceCell<Book> = const { OnceCell::new() };
    static KOREAN: OnceCell<Book> = const { OnceCell::new() };
}

/// Messages without arguments, by key: most of a frame's words.
type Fixed = HashMap<&'static str, &'static str>;

impl Language {
    /// What this thread's window speaks now.
    pub fn spoken() -> Self {
        SPOKEN.get()
    }

    /// From now on this thread's window speaks it.
    pub fn speak(self) {
        SPOKEN.set(self);
    }

    /// The language of the system, by the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
    pub fn of_system() -> Self {
        let set =
            ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        set.map_or(Self::English, |locale| Self::of_locale(&locale))
    }

    fn with_book<R>(self, read: impl FnOnce(&Book) -> R) -> R {
        let shelf = match self {
            Self::English => &ENGLISH,
            Self::Korean => &KOREAN,
        };
        shelf.with(|shelf| read(shelf.get_or_init(|| book(self))))
    }

    /// Its files: name and text.
    fn sheets(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        SHEETS.iter().map(move |(name, english, korean)| match self {
            Self::English => (*name, *english),
            Self::Korean => (*name, *korean),
        })
    }
}

/// The messages of one language.
type Book = FluentBundle<FluentResource>;

/// Reads a language's files.
fn book(language: Language) -> Book {
    let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new(vec![locale]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(written(number)),
        _ => None,
    }));
    for (name, source) in language.sheets() {
        // What can be read of a file is used; the tests refuse one that cannot be read whole.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, errors)| {
            log::error!("assets/i18n/{}/{name}.ftl: {errors:?}", language.tag());
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            log::error!("assets/i18n/{}/{name}.ftl: {errors:?}", language.tag());
        }
    }
    bundle
}

/// The messages without arguments. They are made once a language and kept as long as the program runs.
fn fixed(language: Language) -> &'static Fixed {
    static FIXED: [OnceLock<Fixed>; 2] = [const { OnceLock::new() }; 2];
    FIXED[language as usize].get_or_init(|| {
        let book = book(language);
        let mut fixed = Fixed::new();
        for (_, source) in language.sheets() {
            for key in keys_of(source) {
                let Some(pattern) = book.get_message(key).and_then(|message| message.value()) else { continue };
                let mut errors = Vec::new();
                let text = book.format_pattern(pattern, None, &mut errors).into_owned();
                if errors.is_empty() {
                    fixed.insert(key, text.leak());
                }
            }
        }
        fixed
    })
}

fn say(book: &Book, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
    let pattern = book.get_message(key)?.value()?;
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    let mut errors = Vec::new();
    let text = book.format_pattern(pattern, Some(&args), &mut errors);
    debug_assert!(errors.is_empty(), "{key}: {errors:?}");
    Some(text.into_owned())
}

/// The keys that a file defines, in its order.
fn keys_of(source: &'static str) -> impl Iterator<Item = &'static str> {
    source.lines().filter_map(|line| {
        let (key, _) = line.split_once(" =")?;
        (key.starts_with(|c: char| c.is_ascii_lowercase())).then_some(key)
    })
}

fn written(number: &FluentNumber) -> String {
    if number.value >= 0.0 && number.value.fract() == 0.0 {
        super::text::count(number.value as u64)
    } else {
        super::text::number(number.value, number.options.maximum_fraction_digits.unwrap_or(2).min(6))
    }
}

/// The message of `key` in the language that is spoken, else in English, else the key itself. Use `tr!`.
pub fn message(key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let spoken = Language::spoken();
    let said = spoken.with_book(|book| say(book, key, args));
    let said =
        said.or_else(|| (spoken != Language::English).then(|| Language::English.with_book(|book| say(book, key, args)))?);
    said.unwrap_or_else(|| key.to_owned())
}

/// The key under which a [`Saying`] of the heart stands in `evidence.ftl`.
pub fn evidence_key(key: &str) -> String {
    format!("evidence-{}", key.replace('_', "-"))
}

/// What the heart said, in the language that is spoken; `None` where no sheet has the key with just these arguments, as
/// in a record of another version.
pub fn said(key: &str, args: &Args) -> Option<String> {
    let key = evidence_key(key);
    Language::spoken().with_book(|book| {
        let pattern = book.get_message(&key)?.value()?;
        let named = args.iter().map(|(name, arg)| {
            let value = match arg {
                Arg::Number(number) => FluentValue::Number(FluentNumber::new(*number, options(*number))),
                Arg::Name(word) => FluentValue::from(word.as_str()),
            };
            (name.as_ref(), value)
        });
        let args: FluentArgs<'_> = named.collect();
        let mut errors = Vec::new();
        let text = book.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        errors.is_empty().then_some(text)
    })
}

/// The same for a whole saying, in English where no sheet has it.
pub fn saying(saying: &Saying) -> String {
    said(&saying.key, &saying.args).unwrap_or_else(|| saying.text.to_string())
}

/// As many decimals as the number was rounded to, at most three.
fn options(number: f64) -> FluentNumberOptions {
    let rounds = |decimals: i32| ((number * 10_f64.powi(decimals)).round() / 10_f64.powi(decimals) - number).abs() < 1e-9;
    let decimals = (0..3_i32).find(|decimals| rounds(*decimals)).unwrap_or(3);
    FluentNumberOptions { maximum_fraction_digits: Some(decimals as usize), ..FluentNumberOptions::default() }
}

/// The message of `key`, which has no arguments. Use `tr!`, or `word!` where a `&'static str` is wanted.
pub fn fixed_text(key: &'static str) -> &'static str {
    let said = fixed(Language::spoken()).get(key).or_else(|| fixed(Language::English).get(key));
    said.copied().unwrap_or(key)
}

/// An argument of a message. Use `tr!`.
pub fn argument<'a>(value: impl Into<FluentValue<'a>>) -> FluentValue<'a> {
    value.into()
}

/// The words of a key in the language that is spoken; see [`tr`](self).
macro_rules! tr {
    ($key:literal $(,)?) => { $crate::speech::tr::fixed_text($key).to_owned() };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::speech::tr::message($key, &[$((stringify!($name), $crate::speech::tr::argument($value))),+])
    };
}
pub(crate) use tr;

/// As `tr!` without arguments, for a place that wants a `&'static str`.
macro_rules! word {
    ($key:literal) => {
        $crate::speech::tr::fixed_text($key)
    };
}
pub(crate) use word;

#[cfg(test)]
#[path = "tr_tests.rs"]
mod tests;
