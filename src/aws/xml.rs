//! As much of AWS's XML as is needed: a few elements by name, none of them nested in itself.

use super::Error;

/// The text of the first element of this name.
fn text(body: &str, name: &str) -> Option<String> {
    let begin = body.find(&format!("<{name}>"))? + name.len() + 2;
    let end = begin + body.get(begin..)?.find(&format!("</{name}>"))?;
    let raw = body.get(begin..end)?.trim();
    Some(raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"))
}

/// The text of an element that must be there.
pub(super) fn element(service: &'static str, body: &str, name: &str) -> Result<String, Error> {
    text(body, name).ok_or_else(|| Error::Answer { service, words: format!("there is no {name}") })
}

/// Code and message of an error. The message is one line of at most 300 characters: further lines repeat what was signed.
pub(super) fn problem(body: &str) -> (String, String) {
    let message = text(body, "Message").unwrap_or_default();
    let line = message.lines().next().unwrap_or_default().chars().take(300).collect();
    (text(body, "Code").unwrap_or_default(), line)
}
