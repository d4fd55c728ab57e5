//! JSON with places: a small reader that knows where every value stands, so that a message can name its line.
//!
//! `serde_json` says where reading stopped but not where a value of the wrong kind stands, and it knows nothing of
//! the placeholder `{{now}}`, which is a number to the player.

use std::ops::Range;

use crate::ui::{tr, word};

/// A value and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// From its first byte to after its last.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) value: Value,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number; infinite where it is too large.
    Number(f64),
    /// The placeholder `{{now}}`, epoch ms at the time of sending.
    Now,
    /// Text, escapes resolved.
    Text(String),
    /// `[…]`
    Array(Vec<Node>),
    /// `{…}`, in order.
    Object(Vec<Member>),
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    /// Its key.
    pub(super) key: String,
    /// Where the key stands, with its quotes.
    pub(super) key_span: Range<usize>,
    /// Its value.
    pub(super) node: Node,
}

/// A mechanical change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// What is replaced, in bytes.
    pub(super) span: Range<usize>,
    /// By what.
    pub(super) with: String,
    /// What it does, for a person: "Write 27.4 without the unit".
    pub(super) advice: String,
}

/// Why the text is no JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Where, in bytes.
    pub(super) at: usize,
    /// What is wrong, as the rest of a sentence that begins with the line.
    pub(super) message: String,
    /// What would mend it, where that is mechanical.
    pub(super) edit: Option<Edit>,
}

/// How deep objects and arrays may lie in each other.
const MAX_DEPTH: usize = 32;

/// Reads one value and nothing after it. Stops at the first error.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.space();
    let node = reader.value()?;
    reader.space();
    match reader.peek() {
        None => Ok(node),
        Some(found) => Err(reader.error(tr!("inject-json-nothing-after", got = format!("{found:?}")))),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn error(&self, message: String) -> SyntaxError {
        SyntaxError { at: self.at, message, edit: None }
    }

    fn mend(&self, message: String, span: Range<usize>, with: String, advice: &str) -> SyntaxError {
        SyntaxError { at: self.at, message, edit: Some(Edit { span, with, advice: advice.to_owned() }) }
    }

    /// The last byte that is no space, for a fix behind it.
    fn end_of_text_before(&self) -> usize {
        self.text[..self.at].trim_end().len()
    }

    fn value(&mut self) -> Result<Node, SyntaxError> {
        let begin = self.at;
        let value = match self.peek() {
            None => return Err(self.error(tr!("inject-json-value-missing"))),
            Some('{') if self.rest().starts_with("{{") => self.placeholder()?,
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::array)?,
            Some('"') => Value::Text(self.string()?),
            Some('\'') => return Err(self.single_quotes()),
            Some(c) if c == '-' || c.is_ascii_digit() => self.number()?,
            Some(_) => self.word()?,
        };
        Ok(Node { span: begin..self.at, value })
    }

    fn placeholder(&mut self) -> Result<Value, SyntaxError> {
        let end = self.rest().find("}}").map(|end| self.at + end + 2);
        match end {
            Some(end) if &self.text[self.at..end] == "{{now}}" => {
                self.at = end;
                Ok(Value::Now)
            }
            Some(end) if &self.text[self.at..end] == "{{id}}" => Err(self.mend(
                tr!("inject-json-id-quotes", id = "{{id}}"),
                self.at..end,
                "\"{{id}}\"".to_owned(),
                word!("inject-json-quote-it"),
            )),
            Some(end) => {
                Err(self.error(tr!("inject-json-placeholders", now = "{{now}}", id = "{{id}}", got = &self.text[self.at..end])))
            }
            None => Err(self.error(tr!("inject-json-name-after", got = "{"))),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, SyntaxError>) -> Result<Value, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(tr!("inject-json-deep", n = MAX_DEPTH as u64)));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut members = Vec::new();
        self.space();
        while self.peek() != Some('}') {
            let key_begin = self.at;
            let key = self.key()?;
            let key_span = key_begin..self.at;
            self.space();
            match self.peek() {
                Some(':') => self.at += 1,
                Some('=') => {
                    let span = self.at..self.at + 1;
                    return Err(self.mend(
                        tr!("inject-json-colon", key = format!("{key:?}"), got = "\"=\""),
                        span,
                        ":".to_owned(),
                        word!("inject-json-write-colon"),
                    ));
                }
                found => {
                    let message = tr!("inject-json-colon", key = format!("{key:?}"), got = said(found));
                    return Err(self.mend(message, key_span.end..key_span.end, ":".to_owned(), word!("inject-json-add-colon")));
                }
            }
            self.space();
            let node = self.value()?;
            members.push(Member { key, key_span, node });
            self.separator('}', |next| next == '"' || next.is_alphabetic())?;
        }
        self.at += 1;
        Ok(Value::Object(members))
    }

    fn array(&mut self) -> Result<Value, SyntaxError> {
        let mut nodes = Vec::new();
        self.space();
        while self.peek() != Some(']') {
            nodes.push(self.value()?);
            self.separator(']', |next| next == '"' || next == '-' || next == '{' || next == '[' || next.is_alphanumeric())?;
        }
        self.at += 1;
        Ok(Value::Array(nodes))
    }

    /// Reads a comma, or stands before `close`.
    fn separator(&mut self, close: char, begins_next: fn(char) -> bool) -> Result<(), SyntaxError> {
        let before = self.at;
        self.space();
        match self.peek() {
            Some(found) if found == close => Ok(()),
            Some(',') => {
                let comma = self.at;
                self.at += 1;
                self.space();
                if self.peek() != Some(close) {
                    return Ok(());
                }
                self.at = comma;
                let message = tr!("inject-json-no-comma", close = format!("{close:?}"));
                Err(self.mend(message, comma..comma + 1, String::new(), word!("inject-json-remove-comma")))
            }
            Some(next) if begins_next(next) => {
                self.at = before;
                Err(self.mend(tr!("inject-json-comma-missing"), before..before, ",".to_owned(), word!("inject-json-add-comma")))
            }
            None => {
                let end = self.end_of_text_before();
                self.at = end;
                Err(self.mend(
                    tr!("inject-json-close-missing", close = format!("{close:?}")),
                    end..end,
                    format!("\n{close}"),
                    word!("inject-json-add-close"),
                ))
            }
            Some('/') if self.rest().starts_with("//") => Err(self.comment()),
            Some(found) => Err(self.error(tr!("inject-json-comma-or", close = format!("{close:?}"), got = format!("{found:?}")))),
        }
    }

    fn comment(&self) -> SyntaxError {
        let end = self.rest().find('\n').map_or(self.text.len(), |end| self.at + end);
        self.mend(tr!("inject-json-comments"), self.end_of_text_before()..end, String::new(), word!("inject-json-remove-comment"))
    }

    fn key(&mut self) -> Result<String, SyntaxError> {
        match self.peek() {
            Some('"') => self.string(),
            Some('\'') => Err(self.single_quotes()),
            Some('/') if self.rest().starts_with("//") => Err(self.comment()),
            Some(c) if c.is_alphabetic() || c == '_' => {
                let len = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest().len());
                let name = self.rest()[..len].to_owned();
                let message = tr!("inject-json-name-quotes", name = name.as_str());
                Err(self.mend(message, self.at..self.at + len, format!("\"{name}\""), word!("inject-json-quote-name")))
            }
            found => Err(self.error(tr!("inject-json-name-here", got = said(found)))),
        }
    }

    fn single_quotes(&self) -> SyntaxError {
        let message = tr!("inject-json-single");
        match self.rest()[1..].find(['\'', '\n']) {
            Some(len) if self.rest()[1 + len..].starts_with('\'') => {
                let inner = &self.rest()[1..=len];
                let quoted = format!("\"{}\"", inner.replace('"', "\\\""));
                self.mend(message, self.at..self.at + len + 2, quoted, word!("inject-json-use-double"))
            }
            _ => self.error(message),
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let begin = self.at;
        let mut escaped = false;
        for (offset, c) in self.text[begin + 1..].char_indices() {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.at = begin + 1 + offset + 1;
                    // One reader of escapes is enough.
                    return serde_json::from_str(&self.text[begin..self.at]).map_err(|error| SyntaxError {
                        at: begin,
                        message: tr!("inject-json-escape", error = error.to_string()),
                        edit: None,
                    });
                }
                _ => {}
            }
        }
        Err(self.error(tr!("inject-json-not-closed")))
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let len = self.rest().find(|c: char| !(c.is_alphanumeric() || "+-._%°".contains(c))).unwrap_or(self.rest().len());
        let token = &self.rest()[..len];
        if let Ok(number) = serde_json::from_str::<f64>(token) {
            self.at += len;
            return Ok(Value::Number(number));
        }
        // `serde_json` refuses what is too large for an f64; that is a matter of range, not of syntax.
        if token.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) && token.parse::<f64>().is_ok_and(f64::is_infinite)
        {
            self.at += len;
            return Ok(Value::Number(f64::INFINITY));
        }
        let span = self.at..self.at + len;
        Err(match leading_number(token) {
            Some(number) => {
                let advice = tr!("inject-write-no-unit", n = number.as_str());
                self.mend(tr!("inject-json-not-number", token = token), span, number, &advice)
            }
            None => self.error(tr!("inject-json-not-number", token = token)),
        })
    }

    fn word(&mut self) -> Result<Value, SyntaxError> {
        let len = self.rest().find(|c: char| !(c.is_alphanumeric() || "+-._".contains(c))).unwrap_or(self.rest().len());
        let word = &self.rest()[..len];
        let span = self.at..self.at + len;
        let mended = match word {
            "true" | "false" => {
                let value = Value::Bool(word == "true");
                self.at += len;
                return Ok(value);
            }
            "null" => {
                self.at += len;
                return Ok(Value::Null);
            }
            "True" | "TRUE" | "yes" => Some("true".to_owned()),
            "False" | "FALSE" | "no" => Some("false".to_owned()),
            "None" | "NULL" | "Null" | "nan" | "NaN" | "undefined" => Some("null".to_owned()),
            _ if word.starts_with(['+', '.']) => leading_number(word),
            _ => None,
        };
        Err(match mended {
            Some(with) => {
                let advice = tr!("inject-write", what = with.as_str());
                self.mend(tr!("inject-json-no-json", word = word), span, with, &advice)
            }
            None if self.rest().starts_with("//") => self.comment(),
            None if word.is_empty() => self.error(tr!("inject-json-value-here", got = said(self.peek()))),
            None => {
                let quoted = format!("\"{word}\"");
                self.mend(tr!("inject-json-text-quotes", word = word), span, quoted, word!("inject-json-quote-text"))
            }
        })
    }
}

fn said(found: Option<char>) -> String {
    found.map_or_else(|| tr!("inject-json-end"), |found| format!("{found:?}"))
}

/// The number that a text begins with, as JSON writes it: "27.4g" is 27.4, ".5" is 0.5, "1 200" is none.
pub(super) fn leading_number(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('+');
    let len = text.find(|c: char| !(c.is_ascii_digit() || "-.".contains(c))).unwrap_or(text.len());
    let (number, unit) = text.split_at(len);
    // What follows must look like a unit: more digits behind would make it another number.
    if unit.contains(|c: char| c.is_ascii_digit()) && !unit.trim().starts_with(['m', '°', 'k']) {
        return None;
    }
    let value: f64 = number.trim_end_matches('.').parse().ok()?;
    value.is_finite().then(|| serde_json::Number::from_f64(value)).flatten().map(|number| {
        let text = number.to_string();
        text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
    })
}
