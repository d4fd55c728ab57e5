//! Finds what was typed within a name, letters in order, gaps allowed. Pure.

/// Where the letters were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// Higher is closer.
    pub score: i32,
    /// Byte offsets of the characters that were found.
    pub at: Vec<usize>,
}

impl Hit {
    /// Found in another text than the one shown: nothing to mark, and a little less close.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        Self { score: self.score - 10, at: Vec::new() }
    }
}

/// Finds `wanted` in `name`, ASCII case ignored. Whole pieces and beginnings of words come before scattered letters; an
/// empty `wanted` is found everywhere.
pub fn find(wanted: &str, name: &str) -> Option<Hit> {
    if wanted.is_empty() {
        return Some(Hit::default());
    }
    let (wanted_low, name_low) = (wanted.to_ascii_lowercase(), name.to_ascii_lowercase());
    let begins = |idx: usize| idx == 0 || name_low[..idx].ends_with(|c: char| !c.is_alphanumeric());
    if let Some(idx) = name_low.find(&wanted_low) {
        let at = name_low[idx..idx + wanted_low.len()].char_indices().map(|(i, _)| idx + i).collect();
        return Some(Hit { score: 1_000 + if begins(idx) { 100 } else { 0 } - name.len().min(99) as i32, at });
    }
    let mut chars = name_low.char_indices();
    let (mut at, mut score) = (Vec::new(), 0);
    for c in wanted_low.chars().filter(|c| !c.is_whitespace()) {
        let (idx, _) = chars.by_ref().find(|(_, other)| *other == c)?;
        score += match at.last() {
            Some(&last) if name_low[last..idx].chars().count() == 1 => 8,
            _ if begins(idx) => 6,
            _ => 1,
        };
        at.push(idx);
    }
    // Letters strewn over a long name are no find.
    (score >= 3 * at.len() as i32).then(|| Hit { score: score - name.len().min(99) as i32, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_before_beginnings_before_scattered_letters() {
        let score = |wanted, name| find(wanted, name).map(|hit| hit.score);
        assert!(score("0417", "VAN-0417") > score("0417", "VAN-0-4-1-7"));
        assert!(score("van", "VAN-0417") > score("an", "VAN-0417"), "a beginning is closer than a middle");
        assert_eq!(find("v47", "VAN-0417").map(|hit| hit.at), None, "strewn");
        assert_eq!(find("gtt", "Go to time").unwrap().at, [0, 3, 6]);
        assert_eq!(find("417", "VAN-0417").unwrap().at, [5, 6, 7]);
        assert_eq!(find("x", "VAN-0417"), None);
        assert_eq!(find("", "VAN-0417"), Some(Hit::default()));
        assert_eq!(find("사고", "실제 사고").unwrap().at, [7, 10]);
    }
}
