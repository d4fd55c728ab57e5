//! JSON as people and scripts write it: keys without quotes, single quotes, a comma too many, comments, Python's words.
//!
//! One pass turns it into JSON and says what it forgave; `serde_json` then reads that, with its limit of depth. Nothing
//! is guessed beyond the spelling. The line is strict; only a format or mapping that is known to be loose, and the
//! doctor, come here. A pass of our own and no crate, since none that we found says what it forgave.

use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::Value;

/// An object or an array that was written loosely, and what was forgiven, each once, in the order of [`Forgiven`].
pub fn parse(payload: &[u8]) -> Option<(Value, Vec<Forgiven>)> {
    let text = std::str::from_utf8(payload).ok()?;
    let mut pass = Pass { text, chars: text.char_indices().peekable(), json: String::with_capacity(text.len()), forgiven: 0 };
    pass.run();
    let value: Value = serde_json::from_str(&pass.json).ok()?;
    let forgiven = ALL.into_iter().filter(|one| pass.forgiven & one.bit() != 0).collect();
    (value.is_object() || value.is_array()).then_some((value, forgiven))
}

/// A way in which a text may fall short of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgiven {
    /// U+FEFF at the start.
    ByteOrderMark,
    /// `{speed: 1}`
    BareKey,
    /// `'speed'`
    SingleQuotes,
    /// `[1, 2,]`
    TrailingComma,
    /// `// so`, `/* so */`
    Comment,
    /// `True`, `None`, `undefined`
    ForeignWord,
    /// `NaN`, `Infinity`: taken as missing.
    NotFinite,
    /// `+1`, `.5`, `5.`
    LooseNumber,
    /// `{state: on}`
    BareText,
    /// A line break within a text.
    ControlCharacter,
}

const ALL: [Forgiven; 10] = [
    Forgiven::ByteOrderMark,
    Forgiven::BareKey,
    Forgiven::SingleQuotes,
    Forgiven::TrailingComma,
    Forgiven::Comment,
    Forgiven::ForeignWord,
    Forgiven::NotFinite,
    Forgiven::LooseNumber,
    Forgiven::BareText,
    Forgiven::ControlCharacter,
];

impl Forgiven {
    const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// What is wrong, and what to write.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "it begins with a byte order mark: send plain UTF-8",
            Self::BareKey => "keys without quotes: write {\"speed\": 1}",
            Self::SingleQuotes => "single quotes: write \"speed\"",
            Self::TrailingComma => "a comma before a closing bracket: leave it out",
            Self::Comment => "comments: JSON has none",
            Self::ForeignWord => "words of another language: write true, false or null",
            Self::NotFinite => "NaN or Infinity, taken as missing: write null",
            Self::LooseNumber => "numbers such as +1, .5 or 5.: write 1, 0.5 or 5",
            Self::BareText => "texts without quotes: write \"on\"",
            Self::ControlCharacter => "a line break or control character within a text: write \\n",
        }
    }
}

struct Pass<'t> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
    json: String,
    forgiven: u16,
}

impl Pass<'_> {
    fn forgive(&mut self, what: Forgiven) {
        self.forgiven |= what.bit();
    }

    fn run(&mut self) {
        if self.chars.next_if(|(_, c)| *c == '\u{feff}').is_some() {
            self.forgive(Forgiven::ByteOrderMark);
        }
        // Where a comma waits to be needed, its place in `json`.
        let mut comma = None;
        while let Some((at, c)) = self.chars.next() {
            if c == '/' && self.comment() {
                continue;
            }
            match c {
                _ if c.is_whitespace() => {
                    self.json.push(' ');
                    continue;
                }
                '}' | ']' if comma.is_some() => {
                    self.forgive(Forgiven::TrailingComma);
                    if let Some(place) = comma {
                        self.json.replace_range(place..=place, " ");
                    }
                    self.json.push(c);
                }
                '{' | '}' | '[' | ']' | ':' | ',' => self.json.push(c),
                '"' => self.string('"'),
                '\'' => {
                    self.forgive(Forgiven::SingleQuotes);
                    self.string('\'');
                }
                _ => self.word(at),
            }
            comma = (c == ',').then(|| self.json.len() - 1);
        }
    }

    /// Passes over a comment whose first slash is read.
    fn comment(&mut self) -> bool {
        let Some((_, kind)) = self.chars.next_if(|(_, c)| matches!(c, '/' | '*')) else { return false };
        self.forgive(Forgiven::Comment);
        let mut last = ' ';
        for (_, c) in self.chars.by_ref() {
            if kind == '/' && c == '\n' || kind == '*' && last == '*' && c == '/' {
                break;
            }
            last = c;
        }
        self.json.push(' ');
        true
    }

    /// The rest of a text up to its quote. One that is not closed stays open, and is then no JSON.
    fn string(&mut self, quote: char) {
        self.json.push('"');
        while let Some((_, c)) = self.chars.next() {
            match c {
                _ if c == quote => return self.json.push('"'),
                '"' => self.json.push_str("\\\""),
                '\\' => match self.chars.next() {
                    Some((_, '\'')) => self.json.push('\''),
                    Some((_, 'x')) => self.json.push_str("\\u00"),
                    // A line that goes on behind its break.
                    Some((_, '\n')) => {}
                    Some((_, escaped)) => self.json.extend(['\\', escaped]),
                    None => return,
                },
                _ if c < ' ' => {
                    self.forgive(Forgiven::ControlCharacter);
                    self.escape(c);
                }
                _ => self.json.push(c),
            }
        }
    }

    fn escape(&mut self, c: char) {
        match c {
            '"' | '\\' => self.json.extend(['\\', c]),
            _ if c < ' ' => self.json.extend(format!("\\u{:04x}", c as u32).chars()),
            _ => self.json.push(c),
        }
    }

    /// What stands there without quotes, from byte `at` on.
    fn word(&mut self, at: usize) {
        let is_part = |c: char| !c.is_whitespace() && !matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '"' | '\'');
        while self.chars.next_if(|(_, c)| is_part(*c)).is_some() {}
        let end = self.chars.peek().map_or(self.text.len(), |(end, _)| *end);
        let word = &self.text[at..end];
        if self.text[end..].trim_start().starts_with(':') {
            self.forgive(Forgiven::BareKey);
            return self.quoted(word);
        }
        match word {
            "true" | "false" | "null" => self.json.push_str(word),
            "True" | "TRUE" => self.foreign("true"),
            "False" | "FALSE" => self.foreign("false"),
            "None" | "undefined" | "nil" | "NULL" => self.foreign("null"),
            _ if is_not_finite(word) => {
                self.forgive(Forgiven::NotFinite);
                self.json.push_str("null");
            }
            _ => self.number_or_text(word),
        }
    }

    fn number_or_text(&mut self, word: &str) {
        if let Some(number) = strict_number(word) {
            if number != word {
                self.forgive(Forgiven::LooseNumber);
            }
            self.json.push_str(&number);
        } else {
            self.forgive(Forgiven::BareText);
            self.quoted(word);
        }
    }

    fn foreign(&mut self, word: &str) {
        self.forgive(Forgiven::ForeignWord);
        self.json.push_str(word);
    }

    fn quoted(&mut self, word: &str) {
        self.json.push('"');
        for c in word.chars() {
            self.escape(c);
        }
        self.json.push('"');
    }
}

fn is_not_finite(word: &str) -> bool {
    let bare = word.trim_start_matches(['+', '-']);
    ["nan", "inf", "infinity"].iter().any(|name| bare.eq_ignore_ascii_case(name))
}

/// A number as JSON writes it; `None` where it is none. Zeros in front make it a name, as in 007.
fn strict_number(word: &str) -> Option<String> {
    let (sign, size) = match word.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", word.strip_prefix('+').unwrap_or(word)),
    };
    let (digits, exponent) = size.find(['e', 'E']).map_or((size, ""), |place| size.split_at(place));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.get(1..).unwrap_or("").trim_start_matches(['+', '-']);
    let sound = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && !(whole.len() > 1 && whole.starts_with('0'))
        && all_digits(power)
        && power.is_empty() == exponent.is_empty();
    if !sound {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}{exponent}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_and_scripts_write_is_read_and_named() {
        use Forgiven::*;
        for (text, value, forgiven) in [
            ("{temperature:25}", json!({"temperature": 25}), &[BareKey][..]),
            ("{'a': 'it\\'s \"so\"', 'b': [1, 2,],}", json!({"a": "it's \"so\"", "b": [1, 2]}), &[SingleQuotes, TrailingComma]),
            ("{'ok': True, 'no': None}", json!({"ok": true, "no": null}), &[SingleQuotes, ForeignWord]),
            ("[NaN, -Infinity, 1]", json!([null, null, 1]), &[NotFinite]),
            ("{v: +1.5, w: .5, x: 5., y: -2e3}", json!({"v": 1.5, "w": 0.5, "x": 5, "y": -2e3}), &[BareKey, LooseNumber]),
            ("{state: on, id: 007} // said so", json!({"state": "on", "id": "007"}), &[BareKey, Comment, BareText]),
            ("\u{feff}{\"a\":1}\r\n", json!({"a": 1}), &[ByteOrderMark]),
            ("{\"a\":\"x\ny\"}", json!({"a": "x\ny"}), &[ControlCharacter]),
            ("{a: /* why */ 'b\\x41'}", json!({"a": "bA"}), &[BareKey, SingleQuotes, Comment]),
            ("{\"a\": [1, {\"b\": \"\\u00e9\"}]}", json!({"a": [1, {"b": "é"}]}), &[]),
        ] {
            let (read, found) = parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((&read, &*found), (&value, forgiven), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_or_array_stays_unread() {
        for text in ["", "word", "12", "{a:1", "{a b: 1}", "{,a:1}", "[1,,2]", "{'a: 1}", "hello there", "/* {}"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse(b"{a:\xff}"), None);
        // The depth has a limit: no stack is at risk.
        assert_eq!(parse("[".repeat(100_000).as_bytes()), None);
        assert_eq!(parse(format!("{}{}", "{a:".repeat(500), "}".repeat(500)).as_bytes()), None);
    }

    proptest::proptest! {
        #[test]
        fn json_is_read_as_it_is(text in r#"\{("[a-z'/\\\\"]{0,5}":(-?[0-9]{1,3}(\.[0-9]{1,3})?|true|null|\[\]),?){0,4}\}"#) {
            if let Ok(strict) = serde_json::from_str::<Value>(&text) {
                proptest::prop_assert_eq!(parse(text.as_bytes()), Some((strict, Vec::new())));
            }
        }

        #[test]
        fn nothing_makes_it_panic_and_it_grows_little(text in r#"[\[\]{}:,'"/*a\\1 .+-]{0,60}"#) {
            let chars = text.char_indices().peekable();
            let mut pass = Pass { text: &text, chars, json: String::new(), forgiven: 0 };
            pass.run();
            proptest::prop_assert!(pass.json.len() <= 6 * text.len(), "{}", pass.json);
        }
    }
}
