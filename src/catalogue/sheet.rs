//! A workbook's first sheet as lines of texts.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};

use super::csv_file::Line;
use super::words::said;
use crate::workflow::Text;

/// A sheet with more columns or lines is another kind of table.
const MOST_COLUMNS: u32 = 100;
const MOST_LINES: u32 = 200_000;

/// The lines of the first sheet, each as long as the first one; what keeps them from being read, in words. Cells are taken
/// one by one: a sheet with a single cell far out would fill the memory as a table.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Line>, Text> {
    let unreadable = |error: calamine::XlsxError| {
        said(
            format!("读不懂这个工作簿（{error}），请用表格软件重新保存为 .xlsx"),
            format!(
                "this workbook cannot be read ({error}); save it as .xlsx in a spreadsheet program"
            ),
        )
    };
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let Some(name) = book.sheet_names().first().cloned() else {
        return Err(said(
            "工作簿里没有工作表",
            "there is no sheet in the workbook",
        ));
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut lines: Vec<Line> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value()).map_err(|error| {
            let (row, column) = (row + 1, column + 1);
            said(
                format!("第 {row} 行第 {column} 列：公式出错（{error}），请改为文字"),
                format!("row {row}, column {column}: the formula fails ({error}); write a text"),
            )
        })?;
        if text.is_empty() {
            continue;
        }
        if MOST_COLUMNS <= column || MOST_LINES <= row {
            let (row, column) = (row + 1, column + 1);
            return Err(said(
                format!(
                    "第 {row} 行第 {column} 列有内容：一张表最多 {MOST_LINES} 行、{MOST_COLUMNS} 列"
                ),
                format!(
                    "there is something in row {row}, column {column}: a sheet has at most {MOST_LINES} rows and {MOST_COLUMNS} columns"
                ),
            ));
        }
        put(&mut lines, u64::from(row) + 1, column as usize, text);
    }
    // Blank cells at a line's end are not in the file, or are there for their colour.
    let width = lines.first().map_or(0, |line| line.cells.len());
    for line in &mut lines {
        if line.cells.len() < width {
            line.cells.resize(width, String::new());
        }
    }
    Ok(lines)
}

fn put(lines: &mut Vec<Line>, number: u64, column: usize, text: String) {
    if lines.last().is_none_or(|line| line.number != number) {
        lines.push(Line {
            number,
            cells: Vec::new(),
        });
    }
    let Some(line) = lines.last_mut() else { return };
    if line.cells.len() <= column {
        line.cells.resize(column + 1, String::new());
    }
    line.cells[column] = text;
}

fn text(value: &DataRef<'_>) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        // Spreadsheets keep every number as a fraction; 4 is written 4.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(true) => "是".to_owned(),
        DataRef::Bool(false) => "否".to_owned(),
        DataRef::DateTime(moment) => moment.as_f64().to_string(),
        DataRef::Error(error) => return Err(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_workbook_is_refused_in_words() {
        let refused = rows(b"PK\x03\x04 and nothing more").err();

        assert!(refused.is_some_and(|words| words.zh.contains("重新保存")));
    }
}
