//! Taking something out as a table: written to a file row by row, so that its size costs no memory; and a register, noted in
//! the log.

mod xlsx;

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::Arc;

use super::ledger::{self, Narrowing, Readable};
use super::{App, Error, Viewer};
use crate::catalogue::looks_like_a_formula;
use crate::directory::Directory;
use crate::forms::Words;
use crate::storage::Connection;
use crate::storage::register_search::{self, Found};

/// So many entries are read at a time.
const AT_ONCE: usize = 500;

/// What a table may be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values in UTF-8.
    Csv,
    /// Office Open XML.
    Xlsx,
}

/// Writes the entries that a reader sees into a file that has no name, and goes back to its beginning.
pub fn register(
    app: &Arc<App>,
    viewer: &Viewer,
    readable: &Readable,
    narrowing: &Narrowing,
    format: Format,
    words: &(dyn Words + Sync),
) -> Result<File, Error> {
    let wanted = ledger::wanted(readable, narrowing);
    let directory = &viewer.directory;
    let (rows, file) = app.db.read(|conn| {
        let mut table = Table::new(format, &heads(readable, words))?;
        let mut rows = 0u64;
        each(conn, &wanted, |found| {
            rows += 1;
            table.row(&cells(readable, found, directory, words))
        })?;
        Ok::<_, Error>((rows, table.end()?))
    })?;
    tracing::info!(
        register = %readable.register.id,
        by = viewer.person.id.0,
        rows,
        ?format,
        "a register is taken out"
    );
    Ok(file)
}

fn failed(error: io::Error) -> Error {
    Error::Fault(format!("a table cannot be written: {error}"))
}

fn each(
    conn: &mut Connection,
    wanted: &register_search::Wanted,
    mut take: impl FnMut(&Found) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut before = None;
    loop {
        let page = register_search::search(conn, wanted, before, AT_ONCE)?;
        page.rows.iter().try_for_each(&mut take)?;
        let Some(next) = page.next else {
            return Ok(());
        };
        before = Some(next);
    }
}

fn heads(readable: &Readable, words: &dyn Words) -> Vec<String> {
    let own = ["number", "status"].map(|key| words.say(&format!("registers.column.{key}"), &[]));
    let fields = readable.register.fields.iter();
    own.into_iter()
        .chain(fields.map(|field| words.pick(&field.label).to_owned()))
        .collect()
}

fn cells(
    readable: &Readable,
    (entry, case): &Found,
    directory: &Directory,
    words: &dyn Words,
) -> Vec<String> {
    let number = case.number.clone().unwrap_or_default();
    let status = ledger::status(&readable.register, entry.status.as_deref(), words);
    let fields = readable.register.fields.iter();
    [number, status]
        .into_iter()
        .chain(fields.map(|field| ledger::shown(field, entry, directory, words)))
        .collect()
}

/// A table that is being written.
pub(super) enum Table {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx(Box<xlsx::Sheet>),
}

impl Table {
    /// A table in a file that has no name, with these headings.
    pub(super) fn new(format: Format, heads: &[String]) -> Result<Self, Error> {
        Self::begin(format, tempfile::tempfile().map_err(failed)?, heads)
    }

    fn begin(format: Format, mut file: File, heads: &[String]) -> Result<Self, Error> {
        let mut table = match format {
            Format::Csv => {
                // Without the mark, Excel takes the text for the code page of its machine.
                file.write_all("\u{feff}".as_bytes()).map_err(failed)?;
                Self::Csv(Box::new(csv::Writer::from_writer(BufWriter::new(file))))
            }
            Format::Xlsx => Self::Xlsx(Box::new(xlsx::Sheet::begin(file).map_err(failed)?)),
        };
        table.row(heads)?;
        Ok(table)
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: &[String]) -> Result<(), Error> {
        match self {
            Self::Csv(writer) => writer
                .write_record(cells.iter().map(|cell| harmless(cell)))
                .map_err(|error| failed(error.into())),
            Self::Xlsx(sheet) => sheet.row(cells).map_err(failed),
        }
    }

    /// The file, from its beginning.
    pub(super) fn end(self) -> Result<File, Error> {
        let mut file = match self {
            Self::Csv(writer) => writer
                .into_inner()
                .map_err(|error| failed(error.into_error()))?
                .into_inner()
                .map_err(|error| failed(error.into_error()))?,
            Self::Xlsx(sheet) => sheet.end().map_err(failed)?,
        };
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(file)
    }
}

/// A spreadsheet takes a cell of a CSV file that begins like this for a formula; behind an apostrophe it is text.
fn harmless(cell: &str) -> String {
    match looks_like_a_formula(cell) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_stays_text() {
        for cell in ["=1+1", "+86", "-2", "@sum", "\t=1", "  =1", "＝1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("2026-01-01"), "2026-01-01");
        assert_eq!(harmless("甲-乙"), "甲-乙");
    }

    #[test]
    fn a_csv_table_begins_with_its_mark_and_quotes_what_must_be_quoted() {
        let file = tempfile::tempfile().unwrap();
        let mut table = Table::begin(Format::Csv, file, &["甲".to_owned()]).unwrap();
        table.row(&["a,\"b\"\n=c".to_owned()]).unwrap();

        let mut text = String::new();
        table.end().unwrap().read_to_string(&mut text).unwrap();

        assert_eq!(text, "\u{feff}甲\n\"a,\"\"b\"\"\n=c\"\n");
    }

    #[test]
    fn a_workbook_is_written_to_its_end() {
        let file = tempfile::tempfile().unwrap();
        let mut table = Table::begin(Format::Xlsx, file, &["甲".to_owned()]).unwrap();
        for _ in 0..1000 {
            table.row(&["=1+1".to_owned()]).unwrap();
        }

        let mut bytes = Vec::new();
        table.end().unwrap().read_to_end(&mut bytes).unwrap();

        // The beginning and the end of a ZIP archive.
        assert!(bytes.starts_with(b"PK\x03\x04"));
        assert!(bytes.windows(4).any(|part| part == b"PK\x05\x06"));
    }
}
