//! A sheet of texts: a cell is never a formula, whatever it begins with.

use std::fs::File;
use std::io;

use rust_xlsxwriter::{Workbook, XlsxError};

/// More than a cell can hold is cut off.
const LONGEST: usize = 32_767;

/// A workbook with one sheet that is written from top to bottom; rows that were written leave the memory.
pub struct Sheet {
    book: Workbook,
    next: u32,
    file: File,
}

impl Sheet {
    /// A sheet that will be written into a file.
    pub fn begin(file: File) -> io::Result<Self> {
        let mut book = Workbook::new();
        book.add_worksheet_with_constant_memory().map_err(failed)?;
        Ok(Self {
            book,
            next: 0,
            file,
        })
    }

    /// Adds a row of texts.
    pub fn row(&mut self, cells: &[String]) -> io::Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(failed)?;
        for (column, cell) in (0u16..).zip(cells) {
            let text: String = cell.chars().take(LONGEST).collect();
            sheet
                .write_string(self.next, column, text)
                .map_err(failed)?;
        }
        self.next += 1;
        Ok(())
    }

    /// The file with all of it.
    pub fn end(mut self) -> io::Result<File> {
        self.book
            .save_to_writer(self.file.try_clone()?)
            .map_err(failed)?;
        Ok(self.file)
    }
}

fn failed(error: XlsxError) -> io::Error {
    io::Error::other(error)
}
