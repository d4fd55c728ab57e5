//! How right the functions are: one table over recordings with labels, section by section, with floors that it holds.
//!
//! The recordings are not part of this repository. They are looked for in the folder `FLEETWATCH_DATA`, else beside
//! the repository in `../shared/data`; where they are absent, the table says so and the test passes.
//! `make accuracy` prints it; `FLEETWATCH_VERBOSE=1` also prints the evidence of every record that was judged wrong.
//!
//! # To add a section
//! Write `accuracy/<name>.rs` with `pub fn section(data: &Path) -> Section` and add one line to [`SECTIONS`].

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use fleetwatch::model::{DeviceId, Event, Origin, PacketId, Reading, Timestamp};

mod crash;
mod crash_sets;
mod driving;
mod pulses;
mod robust;
mod temperature;
mod weights;

/// Every section, in the order in which it is printed: its title, the folder of its data, and what measures it.
const SECTIONS: [(&str, &str, Measure); 4] = [
    ("judge_crash", "crash", crash::section),
    ("judge_crash: what its numbers rest on", "crash", weights::section),
    ("route_temperature", "temperature", temperature::section),
    ("detect_harsh_driving", "driving", driving::section),
];

type Measure = fn(&Path) -> Section;

/// What a section measured.
#[derive(Default)]
struct Section {
    /// The lines of its table.
    text: String,
    /// Floors that it does not hold, each in a sentence.
    broken: Vec<String>,
}

/// Reading `n` of a device, as its own clock and ours had it at that time.
fn event(n: usize, device: &str, time: Timestamp, reading: Reading) -> Event {
    Event {
        device: DeviceId::new(device),
        origin: Origin::Device,
        occurred_at: Some(time),
        clock_wrong: false,
        received_at: time,
        boot: None,
        seq: None,
        retained: false,
        packet: PacketId(n as u64),
        reading,
    }
}

impl Section {
    fn floor(&mut self, holds: bool, sentence: impl Into<String>) {
        if !holds {
            self.broken.push(sentence.into());
        }
    }
}

#[test]
fn the_table_holds_its_floors() {
    let root = std::env::var_os("FLEETWATCH_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let mut broken = Vec::new();
    for (title, folder, measure) in SECTIONS {
        let data = root.join(folder);
        if data.is_dir() {
            let section = measure(&data);
            println!("\n## {title}\n\n{}", section.text);
            broken.extend(section.broken.into_iter().map(|sentence| format!("{title}: {sentence}")));
        } else {
            println!("\n## {title}\n\nskipped: no recordings in {} (set FLEETWATCH_DATA)", data.display());
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A table with a header, gzipped or not.
struct Rows {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Rows {
    fn read(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let input: Box<dyn std::io::Read> =
            if path.extension().is_some_and(|ext| ext == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
        let mut reader = csv::Reader::from_reader(input);
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        Self { header, rows: reader.records().map(Result::unwrap).collect() }
    }

    /// The place of a column.
    fn at(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// The rows by the value of their first column, in order.
    fn records(&self) -> impl Iterator<Item = (&str, &[csv::StringRecord])> {
        self.rows.chunk_by(|a, b| a[0] == b[0]).map(|rows| (&rows[0][0], rows))
    }

    /// The first row whose first column holds `name`.
    fn named(&self, name: &str) -> Option<&csv::StringRecord> {
        self.rows.iter().find(|row| &row[0] == name)
    }
}

/// A cell as a number; NaN where it is empty.
fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or(f64::NAN)
}
