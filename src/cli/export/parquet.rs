//! A table as Apache Parquet. A file of it holds groups of rows, each column by column: so many rows are held until their group
//! is written, and no more.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::Error;
use crate::store::export::{Cell, Sort};

/// Rows of a group, at most.
const GROUP_ROWS: usize = 65_536;
/// Bytes of texts in a group, about: a long text is not many rows.
const GROUP_BYTES: usize = 8 << 20;

/// What stands under a column in the group that is being filled.
enum Values {
    Whole(Vec<i64>),
    Number(Vec<f64>),
    Text(Vec<ByteArray>),
}

struct Column {
    values: Values,
    /// 1 where there is a value, 0 where there is nothing: one a row.
    there: Vec<i16>,
}

/// A table that is being written.
pub(super) struct Table<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Column>,
    bytes: usize,
}

impl<W: Write + Send> Table<W> {
    pub(super) fn begin(columns: &[(String, Sort)], out: W) -> Result<Self, Error> {
        let fields = columns.iter().map(|(name, sort)| field(name, *sort)).collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder("fleetwatch").with_fields(fields).build()?;
        // What is said of each page would be held until the end, for all pages there are.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_created_by(concat!("fleetwatch ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let column = |sort| Column {
            values: match sort {
                Sort::Whole | Sort::Time => Values::Whole(Vec::new()),
                Sort::Number => Values::Number(Vec::new()),
                Sort::Text => Values::Text(Vec::new()),
            },
            there: Vec::new(),
        };
        Ok(Self {
            file: SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?,
            columns: columns.iter().map(|(_, sort)| column(*sort)).collect(),
            bytes: 0,
        })
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) -> Result<(), Error> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.there.push(i16::from(cell != Cell::Empty));
            match (&mut column.values, cell) {
                (_, Cell::Empty) => {}
                (Values::Whole(values), Cell::Whole(number)) => values.push(number),
                (Values::Whole(values), Cell::Time(at)) => values.push(at.0),
                (Values::Number(values), Cell::Number(number)) => values.push(number),
                (Values::Text(values), Cell::Text(text)) => {
                    self.bytes += text.len();
                    values.push(text.into_bytes().into());
                }
                (_, cell) => return Err(Error::Parquet(ParquetError::General(format!("{cell:?} under another sort of column")))),
            }
        }
        let n_rows = self.columns.first().map_or(0, |column| column.there.len());
        if n_rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES { self.group() } else { Ok(()) }
    }

    fn group(&mut self) -> Result<(), Error> {
        let mut group = self.file.next_row_group()?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column()? else { break };
            let there = Some(column.there.as_slice());
            match (&column.values, writer.untyped()) {
                (Values::Whole(values), ColumnWriter::Int64ColumnWriter(writer)) => writer.write_batch(values, there, None)?,
                (Values::Number(values), ColumnWriter::DoubleColumnWriter(writer)) => writer.write_batch(values, there, None)?,
                (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(writer)) => writer.write_batch(values, there, None)?,
                _ => return Err(Error::Parquet(ParquetError::General("a column of another type".to_owned()))),
            };
            writer.close()?;
            column.there.clear();
            match &mut column.values {
                Values::Whole(values) => values.clear(),
                Values::Number(values) => values.clear(),
                Values::Text(values) => values.clear(),
            }
        }
        group.close()?;
        self.bytes = 0;
        Ok(())
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        if self.columns.first().is_some_and(|column| !column.there.is_empty()) {
            self.group()?;
        }
        self.file.close()?;
        Ok(())
    }
}

fn field(name: &str, sort: Sort) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match sort {
        Sort::Whole => (Physical::INT64, None),
        Sort::Number => (Physical::DOUBLE, None),
        Sort::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        Sort::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let built = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
    Ok(Arc::new(built.build()?))
}
