//! What was changed on the screen and is not saved yet. Pure.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use crate::model::setting::{Change, Key, Sheet, Wrong};
use crate::ui::tr;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number; a whole one where the default is one.
    Number,
    /// Words, as a sum of money is written.
    Text,
}

#[derive(Clone, Debug, PartialEq)]
enum Draft {
    Typed(String, Kind),
    Chosen(Value),
    Gone,
}

/// Every change that is not saved yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Drafts(BTreeMap<Key, Draft>);

impl Drafts {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether something at the key, or below it, is not saved yet.
    pub(super) fn changed(&self, key: &Key) -> bool {
        self.0.keys().any(|it| it.0.starts_with(&key.0))
    }

    /// Whether it was taken away on the screen.
    pub(super) fn gone(&self, key: &Key) -> bool {
        self.0.get(key) == Some(&Draft::Gone)
    }

    /// What a field shows.
    pub(super) fn text(&self, sheet: &Sheet, key: &Key) -> String {
        match self.0.get(key) {
            Some(Draft::Typed(text, _)) => text.clone(),
            Some(Draft::Chosen(value)) => written(value),
            Some(Draft::Gone) => key.find(&sheet.standard).map(written).unwrap_or_default(),
            None => key.find(&sheet.saved).map(written).unwrap_or_default(),
        }
    }

    /// What is chosen, as text: `ko`, `true`.
    pub(super) fn chosen(&self, sheet: &Sheet, key: &Key) -> String {
        self.text(sheet, key)
    }

    /// Something was typed; what is saved already is no change.
    pub(super) fn type_in(&mut self, sheet: &Sheet, key: &Key, text: String, kind: Kind) {
        if key.find(&sheet.saved).map(written).unwrap_or_default() == text {
            self.0.remove(key);
        } else {
            self.0.insert(key.clone(), Draft::Typed(text, kind));
        }
    }

    /// Something was chosen; what is saved already is no change.
    pub(super) fn choose(&mut self, sheet: &Sheet, key: &Key, value: Value) {
        if key.find(&sheet.saved) == Some(&value) {
            self.0.remove(key);
        } else {
            self.0.insert(key.clone(), Draft::Chosen(value));
        }
    }

    /// Takes it away, with all that was changed below it.
    pub(super) fn take_away(&mut self, sheet: &Sheet, key: &Key) {
        self.0.retain(|it, _| !it.0.starts_with(&key.0));
        if key.find(&sheet.saved).is_some() {
            self.0.insert(key.clone(), Draft::Gone);
        }
    }

    /// Names right below `key` that are only on the screen so far.
    pub(super) fn fresh(&self, sheet: &Sheet, key: &Key) -> Vec<String> {
        let depth = key.0.len();
        let below = self.0.keys().filter(|it| it.0.len() > depth && it.0.starts_with(&key.0));
        let mut names: Vec<String> = below.map(|it| it.0[depth].clone()).collect();
        names.dedup();
        names.retain(|name| key.and(name).find(&sheet.saved).is_none());
        names
    }

    /// What is to be saved; an error names what is no number.
    pub(super) fn changes(&self, sheet: &Sheet) -> Result<Vec<Change>, Wrong> {
        self.0.iter().map(|(key, draft)| Ok(Change { key: key.clone(), to: value(sheet, key, draft)? })).collect()
    }

    /// The table at `key` as it would be.
    pub(super) fn table(&self, sheet: &Sheet, key: &Key) -> Result<Value, Wrong> {
        let mut table = key.find(&sheet.saved).cloned().unwrap_or_default();
        for (at, draft) in self.0.iter().filter(|(at, _)| at.0.len() == key.0.len() + 1 && at.0.starts_with(&key.0)) {
            let standard = at.find(&sheet.standard).cloned();
            table[at.name()] = value(sheet, at, draft)?.or(standard).unwrap_or_default();
        }
        Ok(table)
    }
}

fn value(sheet: &Sheet, key: &Key, draft: &Draft) -> Result<Option<Value>, Wrong> {
    match draft {
        Draft::Gone => Ok(None),
        Draft::Chosen(value) => Ok(Some(value.clone())),
        // An empty field is the default.
        Draft::Typed(text, _) if text.trim().is_empty() => Ok(None),
        Draft::Typed(text, Kind::Text) => Ok(Some(Value::String(text.trim().to_owned()))),
        Draft::Typed(text, Kind::Number) => {
            let plain = text.trim().replace('−', "-").replace(',', ".");
            let whole = key.find(&sheet.standard).is_some_and(Value::is_u64);
            let number =
                if whole { plain.parse::<u64>().ok().map(Number::from) } else { plain.parse().ok().and_then(Number::from_f64) };
            let why = || {
                if whole {
                    tr!("settings-no-whole-number", found = text.as_str())
                } else {
                    tr!("settings-no-number", found = text.as_str())
                }
            };
            number.map(|number| Some(Value::Number(number))).ok_or_else(|| Wrong::Value { key: key.clone(), why: why() })
        }
    }
}

/// As a field shows it: no more digits than it has.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().map(|number| number.to_string()).unwrap_or_default(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Every value outside of `[desk]` that is saved and holds only from the next start on.
pub(super) fn waiting(sheet: &Sheet) -> usize {
    fn differ(a: Option<&Value>, b: Option<&Value>) -> usize {
        match (a, b) {
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let only_b = b.keys().filter(|name| !a.contains_key(*name));
                a.keys().chain(only_b).map(|name| differ(a.get(name), b.get(name))).sum()
            }
            (a, b) => usize::from(a != b),
        }
    }
    ["functions", "pricing"].into_iter().map(|table| differ(sheet.saved.get(table), sheet.running.get(table))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sheet() -> Sheet {
        let saved = json!({ "functions": { "judge_crash": { "peak_g": 2.5, "full_samples": 5 } } });
        Sheet { standard: saved.clone(), running: saved.clone(), saved, ..Sheet::default() }
    }

    #[test]
    fn what_is_typed_is_a_change_only_while_it_differs() {
        let (sheet, table) = (sheet(), Key::of("functions.judge_crash"));
        let (peak, samples) = (table.and("peak_g"), table.and("full_samples"));
        let mut drafts = Drafts::default();
        drafts.type_in(&sheet, &peak, "3,5".into(), Kind::Number);
        drafts.type_in(&sheet, &samples, "7".into(), Kind::Number);
        assert_eq!(drafts.table(&sheet, &table).unwrap(), json!({ "peak_g": 3.5, "full_samples": 7 }));
        drafts.type_in(&sheet, &samples, "5".into(), Kind::Number);
        let to = |to: Value| Some(to);
        assert_eq!(drafts.changes(&sheet).unwrap(), [Change { key: peak.clone(), to: to(json!(3.5)) }]);
        drafts.type_in(&sheet, &peak, "much".into(), Kind::Number);
        assert_eq!(drafts.changes(&sheet).unwrap_err().key(), Some(&peak));
        drafts.type_in(&sheet, &samples, "1.5".into(), Kind::Number);
        drafts.type_in(&sheet, &peak, String::new(), Kind::Number);
        assert_eq!(drafts.changes(&sheet).unwrap_err().key(), Some(&samples), "half a sample is none");
        drafts.type_in(&sheet, &samples, "5".into(), Kind::Number);
        assert_eq!(drafts.changes(&sheet).unwrap(), [Change { key: peak, to: None }], "an empty field is the default");
    }

    #[test]
    fn what_waits_for_the_next_start_is_counted_value_by_value() {
        let mut sheet = sheet();
        assert_eq!(waiting(&sheet), 0);
        sheet.saved["functions"]["judge_crash"]["peak_g"] = json!(3.0);
        sheet.saved["pricing"] = json!({ "region": "us-east-1" });
        sheet.saved["desk"] = json!({ "sounds": false });
        assert_eq!(waiting(&sheet), 2, "what the window looks like holds at once");
    }
}
