//! As much of AWS's XML as is needed: a few elements by name, none of them nested in itself.

use super::Error;

/// The text of the first element of this name.
pub(super) fn text(body: &str, name: &str) -> Option<String> {
    let begin = body.find(&format!("<{name}>"))? + name.len() + 2;
    let end = begin + body.get(begin..)?.find(&format!("</{name}>"))?;
    let raw = body.get(begin..end)?.trim();
    Some(raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"))
}

/// The text of an element that must be there.
pub(super) fn element(service: &'static str, body: &str, name: &str) -> Result<String, Error> {
    text(body, name).ok_or_else(|| Error::Answer { service, words: format!("there is no {name}") })
}
