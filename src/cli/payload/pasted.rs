//! What people paste: one message or several, with or without topics, as text, hex or base64, from whatever editor.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use crate::decode::lenient;

/// A message as it was pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pasted {
    /// Where it says so itself.
    pub(super) topic: Option<String>,
    pub(super) payload: Vec<u8>,
    /// What was done to get at it.
    pub(super) notes: Vec<String>,
}

impl Pasted {
    fn new(payload: impl Into<Vec<u8>>) -> Self {
        Self { payload: payload.into(), ..Self::default() }
    }
}

/// Takes apart what was pasted.
pub(super) fn split(input: &[u8]) -> Vec<Pasted> {
    let Some((text, note)) = text(input) else { return vec![Pasted::new(input)] };
    let mut messages = messages(&text);
    if messages.is_empty() && !input.trim_ascii().is_empty() {
        return vec![Pasted::new(input)];
    }
    if let (Some(note), Some(first)) = (note, messages.first_mut()) {
        first.notes.insert(0, note.to_owned());
    }
    messages
}

/// The input as text, with what an editor did to it; `None` for bytes.
fn text(input: &[u8]) -> Option<(Cow<'_, str>, Option<&'static str>)> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> Option<String> {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok()
    };
    let from_utf16 = Some("the input was UTF-16, as some editors and shells write it; it is read as UTF-8");
    match input {
        [0xff, 0xfe, rest @ ..] => Some((wide(rest, u16::from_le_bytes)?.into(), from_utf16)),
        [0xfe, 0xff, rest @ ..] => Some((wide(rest, u16::from_be_bytes)?.into(), from_utf16)),
        _ => {
            let text = std::str::from_utf8(input).ok()?;
            let bare = text.strip_prefix('\u{feff}');
            let note = "the input begins with a byte order mark, left out here; from a device the line would refuse it";
            Some((bare.unwrap_or(text).into(), bare.map(|_| note)))
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() || lenient::parse(text.as_bytes()).is_some()
}

fn messages(text: &str) -> Vec<Pasted> {
    let whole = text.trim();
    if is_json(whole) {
        return vec![one(whole)];
    }
    let mut values = serde_json::Deserializer::from_str(whole).into_iter::<serde::de::IgnoredAny>();
    let mut ends = vec![0];
    while let Some(Ok(_)) = values.next() {
        ends.push(values.byte_offset());
    }
    if ends.len() > 2 && whole[ends[ends.len() - 1]..].trim().is_empty() {
        return ends.windows(2).map(|pair| one(whole[pair[0]..pair[1]].trim())).collect();
    }
    let mut lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
    let alone = |line: &str| is_json(line) || with_topic(line).is_some() || unhex(line).is_some() || unbase64(line).is_some();
    let several = lines.clone().count() > 1 && lines.next().is_some_and(alone);
    if several {
        return whole.lines().map(str::trim).filter(|line| !line.is_empty()).map(one).collect();
    }
    if whole.is_empty() { Vec::new() } else { vec![one(whole)] }
}

/// A line of `mosquitto_sub -v`: the topic, a space, the payload.
fn with_topic(line: &str) -> Option<(&str, &str)> {
    let (topic, payload) = line.split_once([' ', '\t'])?;
    let plain = topic.contains('/') && !topic.starts_with(['{', '[', '"', '\'', '/']) && !topic.contains(['{', '"', ',']);
    (plain && !payload.trim().is_empty()).then(|| (topic, payload.trim()))
}

fn one(text: &str) -> Pasted {
    if let Some((topic, payload)) = with_topic(text) {
        return Pasted { topic: Some(topic.to_owned()), ..Pasted::new(payload) };
    }
    // As recordings and other tools wrap a message.
    if let Ok(Value::Object(envelope)) = serde_json::from_str(text)
        && let (Some(Value::String(topic)), Some(payload)) = (envelope.get("topic"), envelope.get("payload"))
    {
        let payload = payload.as_str().map_or_else(|| payload.to_string(), ToOwned::to_owned);
        let notes = vec!["taken out of an envelope with topic and payload".to_owned()];
        return Pasted { topic: Some(topic.clone()), notes, ..Pasted::new(payload) };
    }
    Pasted::new(text)
}

/// The other ways in which a text may stand for bytes, likeliest first: each with its name.
pub(super) fn bytes_of(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
    let text = text.trim().trim_matches('"');
    [unhex(text).map(|bytes| ("hex", bytes)), unbase64(text).map(|bytes| ("base64", bytes))].into_iter().flatten().collect()
}

/// Hex with or without `0x`, `\x`, spaces, colons or dashes; at least four bytes.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let bare = text.replace("0x", "").replace("0X", "").replace("\\x", "");
    let bare = bare.strip_prefix("hex ").unwrap_or(&bare);
    let mut digits = Vec::with_capacity(bare.len());
    for c in bare.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-' | ',')) {
        digits.push(c.to_digit(16)? as u8);
    }
    (digits.len() >= 8 && digits.len().is_multiple_of(2))
        .then(|| digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Base64 of either alphabet, with or without its padding; at least eight characters.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let alphabet = if bare.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    (bare.len() >= 8).then(|| GeneralPurpose::new(alphabet, LENIENT).decode(&bare).ok()).flatten()
}
