//! `fleetwatch bill`: what a month of AWS costs, from a usage file.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::pricing::book;
use crate::pricing::decimal::Dollars;
use crate::pricing::statement::{self, Line, NOT_INCLUDED, Statement};
use crate::pricing::usage::{self, Usage};

/// Why there is no bill.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A usage file that cannot be billed.
    #[error("no bill: {path}: {error}")]
    Usage {
        /// Which.
        path: PathBuf,
        /// Why, with its line.
        error: usage::Error,
    },
    /// A price sheet that cannot be used.
    #[error("no bill: {path}: {error}")]
    Prices {
        /// Which.
        path: PathBuf,
        /// Why.
        error: book::Error,
    },
    /// Nothing that could be priced.
    #[error("no bill: {0}")]
    Bill(#[from] statement::Error),
    /// Nobody reads.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Prices `file` and writes the bill. `prices` is a sheet of the user's own, whose prices count before the bundled ones.
pub fn run(file: &Path, prices: Option<&Path>, as_json: bool, out: &mut dyn Write) -> Result<(), Error> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| Error::Read { path: path.to_owned(), error });
    let usage = Usage::parse(&read(file)?).map_err(|error| Error::Usage { path: file.to_owned(), error })?;
    let in_sheet = |error| Error::Prices { path: prices.unwrap_or(file).to_owned(), error };
    let mut book = usage.book().map_err(in_sheet)?;
    if let Some(path) = prices {
        book.add(&read(path)?).map_err(in_sheet)?;
    }
    let statement = statement::bill(&usage, &book)?;
    if as_json {
        json(&usage, &statement, out)?;
    } else {
        text(&usage, &statement, out)?;
    }
    Ok(())
}

/// One object. Quantities are JSON numbers with every digit, amounts are text; none of them ever was a float.
fn json(usage: &Usage, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let lines: Vec<_> = statement.lines.iter().map(|line| {
        format!(
            "{{\"service\":{},\"item\":{},\"unit\":{},\"quantity\":{},\"free\":{},\"unit_price_usd\":\"{}\",\"amount_usd\":\"{}\",\
             \"source\":{},\"unverified\":{}}}",
            string(line.service),
            string(&line.item),
            string(&line.unit),
            line.quantity,
            line.free,
            Dollars::pico(line.unit_pico),
            line.amount,
            string(&line.source),
            line.unverified,
        )
    }).collect();
    writeln!(
        out,
        "{{\"region\":{},\"month\":{},\"free_tier\":{},\"total_usd\":\"{}\",\"lines\":[{}],\"not_included\":{}}}",
        string(&usage.region),
        string(&usage.month),
        serde_json::json!(usage.free_tier),
        statement.total,
        lines.join(","),
        serde_json::json!(NOT_INCLUDED),
    )
}

fn text(usage: &Usage, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "AWS {}, {}", usage.region, usage.month)?;
    let amount = |line: &Line| line.amount.to_string();
    let row = |line: &Line| -> [String; 5] {
        let mark = if line.unverified { " *" } else { "" };
        [
            format!("{} {}{mark}", line.service, line.item),
            format!("{} {}", line.quantity, plural(&line.unit)),
            line.free.to_string(),
            Dollars::pico(line.unit_pico).to_string(),
            amount(line),
        ]
    };
    let mut rows = vec![["", "used", "of that free", "USD for one", "USD"].map(str::to_owned)];
    rows.extend(statement.lines.iter().map(row));
    rows.push(["total".to_owned(), String::new(), String::new(), String::new(), statement.total.to_string()]);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in &rows {
        let mut line = format!("{:<w$}", row[0], w = widths[0]);
        for column in 1..5 {
            write!(line, "  {:>w$}", row[column], w = widths[column]).ok();
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    if statement.lines.iter().any(|line| line.unverified) {
        writeln!(out, "\n* unverified: no good source was found for this price; check it before you rely on it:")?;
        for line in statement.lines.iter().filter(|line| line.unverified) {
            writeln!(out, "  {} {}: {}", line.service, line.item, line.source)?;
        }
    }
    writeln!(out, "\nNot included:")?;
    for what in NOT_INCLUDED {
        writeln!(out, "  {what}")?;
    }
    writeln!(out, "Where each price was read: --json")
}

fn plural(unit: &str) -> String {
    match unit.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if unit.ends_with("sh") => format!("{unit}es"),
        None => format!("{unit}s"),
    }
}

#[cfg(test)]
#[path = "bill_tests.rs"]
mod tests;
