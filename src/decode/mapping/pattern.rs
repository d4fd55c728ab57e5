//! Topic patterns: an MQTT filter in which a level may have a name, `plant/{device}/telemetry`.

use super::super::{shown, topic};

/// A sound pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Pattern {
    filter: String,
    /// The names of levels, with their places.
    names: Vec<(usize, String)>,
}

impl Pattern {
    /// Reads a pattern, or says what is wrong with it and what to write.
    pub(in crate::decode) fn parse(text: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        let mut levels = Vec::new();
        for (level_idx, level) in text.split('/').enumerate() {
            if !level.contains(['{', '}']) {
                levels.push(level);
                continue;
            }
            let name = level.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
            let sound =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !sound {
                return Err(format!(
                    "the level {} must be a whole name in braces, of small letters, digits and _, as in plant/{{device}}/telemetry",
                    shown(level)
                ));
            }
            if names.iter().any(|(_, other)| other == name) {
                return Err(format!("{{{name}}} stands in it twice; give each level a name of its own, or write +"));
            }
            names.push((level_idx, name.to_owned()));
            levels.push("+");
        }
        let filter = levels.join("/");
        topic::check(&filter)?;
        if let Some(root) = ["drill", "sample"].into_iter().find(|root| levels.first() == Some(root)) {
            return Err(format!("leave {root}/ out: the desk listens under its roots by itself"));
        }
        if levels.iter().all(|level| matches!(*level, "+" | "#")) {
            return Err(
                "it takes in everything; at least one level must be a word of its own, as in plant/{device}/telemetry".to_owned()
            );
        }
        Ok(Self { filter, names })
    }

    /// As a broker takes it.
    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    /// Whether it takes in a topic.
    pub(super) fn matches(&self, bare: &str) -> bool {
        topic::matches(&self.filter, bare)
    }

    /// Whether a level has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|(_, known)| known == name)
    }

    /// What stands in a topic at the level of this name.
    pub(super) fn named<'t>(&self, name: &str, bare: &'t str) -> Option<&'t str> {
        let (level_idx, _) = self.names.iter().find(|(_, known)| known == name)?;
        bare.split('/').nth(*level_idx)
    }
}

/// Whether some topic is taken in by both filters.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
            (Some(a), Some(b)) if a == b || a == "+" || b == "+" => {}
            _ => return false,
        }
    }
}
