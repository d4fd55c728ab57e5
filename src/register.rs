//! The register as CSV: `id,name,group,type,contact,notes`, columns in any order. A row that cannot be taken is said with
//! its line and why, and every other row is.

use std::collections::HashMap;

use crate::model::DeviceId;
use crate::model::register::Entry;

/// The columns, in the order in which they are written.
pub const COLUMNS: [&str; 6] = ["id", "name", "group", "type", "contact", "notes"];
/// Bytes of a file at most: 50,000 entries of 300 bytes.
pub const MOST_BYTES: usize = 16 << 20;

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its good rows.
    pub entries: Vec<Entry>,
    /// Its bad ones.
    pub refused: Vec<Refused>,
}

/// Reads a file; an error means that it is no such file at all, and says what is wrong with its first line.
pub fn read(bytes: &[u8]) -> Result<Sheet, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > MOST_BYTES {
        return Err(format!("it has {} bytes; at most {MOST_BYTES} are read", bytes.len()));
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let mut columns = Vec::with_capacity(header.len());
    for name in &header {
        let name = name.to_lowercase();
        let column = COLUMNS.iter().position(|column| *column == name);
        let column = column.ok_or_else(|| format!("its first line names {name:?}; the columns are {}", COLUMNS.join(", ")))?;
        if columns.contains(&column) {
            return Err(format!("its first line names {name} twice"));
        }
        columns.push(column);
    }
    if !columns.contains(&0) {
        return Err(format!("its first line names no column id; the columns are {}", COLUMNS.join(", ")));
    }
    let mut sheet = Sheet::default();
    let mut lines: HashMap<DeviceId, u64> = HashMap::new();
    for record in reader.byte_records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                match entry(&record, &columns) {
                    Ok(entry) => {
                        if let Some(first) = lines.insert(entry.id.clone(), line) {
                            // Which of the two is meant, nobody knows; the first was taken.
                            lines.insert(entry.id.clone(), first);
                            let why = format!("{} stands in line {first} already", entry.id);
                            sheet.refused.push(Refused { line, why });
                        } else {
                            sheet.entries.push(entry);
                        }
                    }
                    Err(why) => sheet.refused.push(Refused { line, why }),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                sheet.refused.push(Refused { line, why: error.to_string() });
            }
        }
    }
    Ok(sheet)
}

fn entry(record: &csv::ByteRecord, columns: &[usize]) -> Result<Entry, String> {
    if record.len() != columns.len() {
        return Err(format!("it has {} fields, the first line {}", record.len(), columns.len()));
    }
    let mut fields: [String; 6] = Default::default();
    for (bytes, column) in record.iter().zip(columns) {
        let text = std::str::from_utf8(bytes).map_err(|_cause| format!("its {} is not UTF-8", COLUMNS[*column]))?;
        // What was written to be no formula is read back as what it was.
        plain(text).trim().clone_into(&mut fields[*column]);
    }
    let [id, name, group, sort, contact, notes] = fields;
    let entry = Entry { id: DeviceId::new(&id), name, group, sort, contact, notes };
    entry.wrong().map_or(Ok(entry), |why| Err(why.to_owned()))
}

/// Where somebody's spreadsheet may begin a new cell, whatever this file separates with: semicolons in much of Europe, tabs
/// where they are ticked; and a line where it then does not see the quotes.
const MAY_SEPARATE: [char; 4] = [';', '\t', '\n', '\r'];

/// Whether a spreadsheet would run a cell that begins like this (CWE-1236; OWASP, CSV injection): also behind blanks, which
/// some take away, and in the full-width forms that some take for the plain ones.
fn runs(text: &str) -> bool {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    matches!(first, Some('=' | '+' | '-' | '@' | '|' | '%' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'))
}

/// Whether a spreadsheet would run a text as a formula; a tab or a new line before one is taken away, too.
fn is_formula(text: &str) -> bool {
    runs(text) || text.trim_start_matches([' ', '\u{a0}']).starts_with(['\t', '\r', '\n'])
}

/// A text with an apostrophe wherever a spreadsheet would run what follows: at its beginning, and where it may be cut in two.
pub fn harmless(text: String) -> String {
    if !is_formula(&text) && !text.contains(MAY_SEPARATE) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 1);
    out.push_str(if is_formula(&text) { "'" } else { "" });
    let mut rest = text.as_str();
    while let Some(at) = rest.find(MAY_SEPARATE) {
        let (head, tail) = rest.split_at(at + 1);
        out.push_str(head);
        out.push_str(if runs(tail) { "'" } else { "" });
        rest = tail;
    }
    out + rest
}

/// What was written to be no formula, as it was.
fn plain(text: &str) -> String {
    let mut rest = text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text);
    let mut out = String::with_capacity(rest.len());
    while let Some(at) = rest.find(MAY_SEPARATE) {
        let (head, tail) = rest.split_at(at + 1);
        out.push_str(head);
        rest = tail.strip_prefix('\'').filter(|rest| runs(rest)).unwrap_or(tail);
    }
    out + rest
}

/// Writes entries as a file that [`read`] takes and no spreadsheet runs.
pub fn write<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    // Into memory nothing can fail.
    csv.write_record(COLUMNS).ok();
    for Entry { id, name, group, sort, contact, notes } in entries {
        let row = [id.as_str(), name, group, sort, contact, notes].map(|text| harmless(text.to_owned()));
        csv.write_record(row).ok();
    }
    csv.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_named_by_line_and_the_good_ones_are_taken() {
        let file = "\u{feff}Type,id,name,group\n\
            lorry, van-1 ,Kim's lorry,seoul\n\
            lorry,,nobody,seoul\n\
            lorry,van-2\n\
            freezer,van-1,again,busan\n\
            ,van/3,x,\n\
            ,van-4,,\n\
            \"\",\"van-5\",\"two\nlines\",\n\
            ,냉동-1,세 번째 냉동고,부산\n";
        let sheet = read(file.as_bytes()).unwrap();
        let ids: Vec<&str> = sheet.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["van-1", "냉동-1"]);
        let first = &sheet.entries[0];
        assert_eq!((&*first.name, &*first.group, &*first.sort), ("Kim's lorry", "seoul", "lorry"));
        let said: Vec<(u64, &str)> = sheet.refused.iter().map(|refused| (refused.line, refused.why.as_str())).collect();
        let begins = [
            (3, "the id is blank"),
            (4, "it has 2 fields, the first line 4"),
            (5, "van-1 stands in line 2 already"),
            (6, "no device can have this id"),
            (7, "nothing is said of it"),
            (8, "control characters"),
        ];
        assert_eq!(said.len(), begins.len(), "{said:?}");
        for ((line, why), (at, begin)) in said.into_iter().zip(begins) {
            assert!(line == at && why.starts_with(begin), "line {line}: {why}; wanted {at}: {begin}");
        }
    }

    #[test]
    fn what_is_no_register_at_all_is_refused_whole() {
        for (file, why) in [
            ("id,colour\nvan-1,red\n", "names \"colour\""),
            ("name,group\nx,y\n", "names no column id"),
            ("id,id\nx,y\n", "twice"),
            ("", "names no column id"),
        ] {
            let error = read(file.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{file:?}: {error}");
        }
        let broken = read(b"id,name\nvan-1,\xff\nvan-2,ok\n").unwrap();
        assert_eq!((broken.entries.len(), broken.refused[0].line), (1, 2));
        assert!(broken.refused[0].why.contains("its name is not UTF-8"));
    }

    #[test]
    fn what_is_written_is_read_back_and_no_spreadsheet_runs_it() {
        let entry = |id: &str, name: &str, notes: &str| Entry {
            name: name.to_owned(),
            notes: notes.to_owned(),
            ..Entry::new(DeviceId::new(id))
        };
        let entries = [entry("van-1", "=HYPERLINK(\"x\")", "two\nlines, \"quoted\""), entry("-1", "'plain", "@x")];
        let file = write(entries.iter());
        assert!(!String::from_utf8(file.clone()).unwrap().lines().any(|line| line.starts_with(['=', '-', '@'])));
        assert_eq!(read(&file).unwrap(), Sheet { entries: entries.to_vec(), refused: Vec::new() });
    }

    proptest::proptest! {
        #[test]
        fn what_was_disarmed_is_read_as_it_was(text in "[ -&a;=+@|%\\t\\n\\r]{0,12}") {
            let disarmed = harmless(text.clone());
            for cell in disarmed.split(MAY_SEPARATE) {
                proptest::prop_assert!(!runs(cell), "{:?} of {:?}", cell, disarmed);
            }
            proptest::prop_assert_eq!(plain(&disarmed), text);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let mut file = b"id,name\n".to_vec();
            file.extend(bytes);
            if let Ok(sheet) = read(&file) {
                proptest::prop_assert!(sheet.entries.iter().all(|entry| entry.wrong().is_none()));
            }
        }
    }
}
