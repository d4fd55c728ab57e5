//! A sentence that can be said in any language: its English, a stable key, and the numbers and names in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A number or a name in a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// A number, rounded as it is to be said.
    Number(f64),
    /// A name that no language changes: an axis, a function, a device's own word.
    Name(String),
}

/// What a sentence is about, by name.
pub type Args = BTreeMap<Cow<'static, str>, Arg>;

/// A sentence in English and what it takes to say it in another language. Made with `say!`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saying {
    /// Stable: `dv_in_window`. Names of one meaning keep it for ever; another meaning is another key.
    pub key: Cow<'static, str>,
    /// In English.
    pub text: Cow<'static, str>,
    /// Its numbers and names.
    pub args: Args,
}

impl From<f64> for Arg {
    fn from(number: f64) -> Self {
        // JSON has no NaN; a sentence says it in a word.
        if number.is_finite() { Self::Number(number) } else { Self::Name("–".to_owned()) }
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<&str> for Arg {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

/// Rounded to whole numbers.
pub fn whole(number: f64) -> f64 {
    number.round() + 0.0
}

/// Rounded to one decimal.
pub fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0 + 0.0
}

/// Rounded to two decimals.
pub fn hundredth(number: f64) -> f64 {
    (number * 100.0).round() / 100.0 + 0.0
}

/// A [`Saying`]: its key, its English with the arguments in braces, and the arguments.
///
/// A test looks for every key in `assets/i18n/*/evidence.ftl`, with the same arguments.
macro_rules! say {
    ($key:literal, $text:literal $(,)?) => {
        $crate::model::Saying {
            key: std::borrow::Cow::Borrowed($key),
            text: std::borrow::Cow::Borrowed($text),
            args: std::collections::BTreeMap::new(),
        }
    };
    ($key:literal, $text:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::model::Saying {
            key: std::borrow::Cow::Borrowed($key),
            text: std::borrow::Cow::Owned(format!($text, $($name = $value),+)),
            args: std::collections::BTreeMap::from([
                $((std::borrow::Cow::Borrowed(stringify!($name)), $crate::model::Arg::from($value))),+
            ]),
        }
    };
}
pub(crate) use say;
