//! A search that is being typed, and its mistakes in the language of the window.

use super::tr;
use crate::model::Timestamp;
use crate::search::{Error, Field, Problem, Row, Search};

/// What is typed, as it was read last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    /// What stands in the field.
    pub text: String,
    read: String,
    search: Search,
    error: Option<Error>,
}

impl Typed {
    /// Reads it, where it has changed. What cannot be read finds everything.
    pub fn read(&mut self, fields: &'static [Field]) {
        if self.read == self.text {
            return;
        }
        self.read.clone_from(&self.text);
        match Search::parse(&self.text, fields) {
            Ok(search) => (self.search, self.error) = (search, None),
            Err(error) => (self.search, self.error) = (Search::default(), Some(error)),
        }
    }

    /// Whether it finds a row.
    pub fn finds(&self, row: &impl Row, now: Timestamp) -> bool {
        self.search.finds(row, now)
    }

    /// Why it finds everything although something is typed.
    pub fn mistake(&self) -> Option<String> {
        self.error.as_ref().map(words)
    }
}

/// What is wrong with a search over these fields; `None` where it can be read.
pub fn mistake(text: &str, fields: &'static [Field]) -> Option<String> {
    Search::parse(text, fields).err().map(|error| words(&error))
}

/// A mistake in words: the word, and what to write.
fn words(error: &Error) -> String {
    let word = error.word.as_str();
    match &error.problem {
        Problem::NoField { near: Some(near), .. } => tr!("text-search-no-field-near", word = word, near = *near),
        Problem::NoField { near: None, fields } => tr!("text-search-no-field", word = word, fields = fields.join(", ")),
        Problem::NoWord { field, near: Some(near), .. } => {
            tr!("text-search-no-word-near", word = word, field = *field, near = *near)
        }
        Problem::NoWord { field, near: None, words } => {
            tr!("text-search-no-word", word = word, field = *field, words = words.join(", "))
        }
        Problem::NoNumber { field, unit } => tr!("text-search-no-number", word = word, field = *field, unit = *unit),
        Problem::NoTime { field } => tr!("text-search-no-time", word = word, field = *field),
        Problem::NoOrder { field } => tr!("text-search-no-order", word = word, field = *field),
        Problem::NoValue { field } => tr!("text-search-no-value", word = word, field = *field),
        Problem::NoEnd => tr!("text-search-no-end", word = word),
        Problem::TooMany => tr!("text-search-too-many"),
    }
}
