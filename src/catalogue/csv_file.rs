//! Reading the catalogue's file, CSV or a workbook; every problem names its line, its column and the remedy.

use std::collections::{HashMap, HashSet};

use super::row::{NOT_KEPT, OF_ITEM, OF_RESOURCE, REQUIRED, Reader, Row};
use super::words::{hint, said};
use super::{Resource, sheet};
use crate::directory::Directory;
use crate::workflow::Text;

const MOST_BYTES: usize = 32 * 1024 * 1024;
const MOST_ITEMS: usize = 500;
/// After so many faults, the rest can wait for the next try.
const MOST_FAULTS: usize = 100;

/// Something that keeps a file from being imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行{}{}：{}", if column.is_empty() { "" } else { "，" }, column, message.zh)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: u64,
    /// The column's name; empty if it concerns the line or the file.
    pub column: &'static str,
    /// What is wrong and how to mend it.
    pub message: Text,
}

impl Fault {
    /// The same in English; the columns are called as in the file.
    #[must_use]
    pub fn english(&self) -> String {
        let comma = if self.column.is_empty() { "" } else { ", " };
        let (line, column) = (self.line, self.column);
        let message = self.message.en.as_deref().unwrap_or(&self.message.zh);
        format!("line {line}{comma}{column}: {message}")
    }
}

/// Reads the bytes of a file, see [`from_csv`]: a workbook's first sheet has the same columns and lines. A text in another
/// encoding is refused with the way to save it.
pub fn from_bytes(bytes: &[u8], known: Option<&Directory>) -> Result<Vec<Resource>, Vec<Fault>> {
    let refuse = |line, message| Err(vec![of_line(line, message)]);
    if MOST_BYTES < bytes.len() {
        let message = said(
            "文件超过 32 MB，请分成几个文件导入",
            "the file has more than 32 MB; import it in several files",
        );
        return refuse(1, message);
    }
    if bytes.starts_with(b"PK") {
        return match sheet::rows(bytes) {
            Ok(rows) => from_rows(rows.into_iter().map(Ok), known),
            Err(message) => refuse(1, message),
        };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => from_csv(text, known),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let lines = before.iter().filter(|byte| **byte == b'\n').count();
            refuse(
                u64::try_from(lines + 1).unwrap_or(1),
                said(
                    "文件不是 UTF-8 编码（可能是 GBK），请在表格软件里另存为“CSV UTF-8（逗号分隔）”再导入",
                    "the file is not UTF-8 (perhaps GBK); save it as “CSV UTF-8” in a spreadsheet program and import that",
                ),
            )
        }
    }
}

/// Reads a catalogue in the columns that the module's page lists. With `known`, the providers must be in it.
pub fn from_csv(text: &str, known: Option<&Directory>) -> Result<Vec<Resource>, Vec<Fault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|record| match record {
        Ok(record) => Ok(Line {
            number: record.position().map_or(1, csv::Position::line),
            cells: record.iter().map(bare).collect(),
        }),
        Err(error) => Err(unreadable(&error)),
    });
    from_rows(rows, known)
}

/// A line of the file, whatever it was written in.
pub(super) struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

/// An export puts an apostrophe before what a spreadsheet would take for a formula; it is no part of the text.
fn bare(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if super::looks_like_a_formula(rest) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

fn from_rows(
    mut rows: impl Iterator<Item = Result<Line, Fault>>,
    known: Option<&Directory>,
) -> Result<Vec<Resource>, Vec<Fault>> {
    let header = match rows.next() {
        Some(Ok(line)) => header(&line.cells)?,
        Some(Err(fault)) => return Err(vec![fault]),
        None => {
            return Err(vec![of_line(
                1,
                said(
                    "文件是空的；第一行写列名，以下每行一个数据项",
                    "the file is empty; the first line names the columns, each line below is an item",
                ),
            )]);
        }
    };
    let mut reading = Reading::new(known);
    for row in rows {
        match row {
            Ok(line) => reading.line(&header, line),
            Err(fault) => reading.faults.push(fault),
        }
        if MOST_FAULTS <= reading.faults.len() {
            break;
        }
    }
    reading.finish()
}

/// The column of each cell; `None` for those that are not kept.
type Header = Vec<Option<&'static str>>;

fn header(cells: &[String]) -> Result<Header, Vec<Fault>> {
    let kept = || OF_RESOURCE.into_iter().chain(OF_ITEM);
    let mut faults = Vec::new();
    let mut header = Header::new();
    for cell in cells.iter().map(String::as_str) {
        let column = kept().find(|column| *column == cell);
        if column.is_some() && header.contains(&column) {
            let message = said(
                format!("列名“{cell}”写了两次，请只留一列"),
                format!("the column “{cell}” is there twice; leave one"),
            );
            faults.push(of_line(1, message));
        }
        if column.is_none() && !cell.is_empty() && !NOT_KEPT.contains(&cell) {
            let (hint, near) = hint(cell, kept().chain(NOT_KEPT));
            let message = said(
                format!("没有“{cell}”这一列{hint}；请改正列名或者删去这一列"),
                format!("there is no column “{cell}”{near}; mend its name or delete the column"),
            );
            faults.push(of_line(1, message));
        }
        header.push(column);
    }
    let missing: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|column| !header.contains(&Some(*column)))
        .collect();
    if !missing.is_empty() {
        let missing = missing.join("、");
        let message = said(
            format!("缺少列：{missing}；第一行要写列名，列之间用逗号分隔"),
            format!(
                "columns are missing: {missing}; the first line names the columns, with commas between them"
            ),
        );
        faults.push(of_line(1, message));
    }
    if faults.is_empty() {
        Ok(header)
    } else {
        Err(faults)
    }
}

/// The resources read so far.
struct Reading<'a> {
    known: Option<&'a Directory>,
    resources: Vec<Resource>,
    /// The first line of the resource that is being read.
    first: Option<Row>,
    /// On which line each resource begins.
    lines: HashMap<String, u64>,
    items: HashSet<String>,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    fn new(known: Option<&'a Directory>) -> Self {
        Self {
            known,
            resources: Vec::new(),
            first: None,
            lines: HashMap::new(),
            items: HashSet::new(),
            faults: Vec::new(),
        }
    }

    fn line(&mut self, header: &Header, line: Line) {
        let Line { number, cells } = line;
        if cells.iter().all(String::is_empty) {
            return;
        }
        if cells.len() != header.len() {
            let (here, above) = (cells.len(), header.len());
            let message = said(
                format!(
                    "有 {here} 列，表头有 {above} 列；内容里有逗号或者换行的，请用双引号括起来"
                ),
                format!(
                    "{here} columns, where the first line has {above}; put what has commas or line breaks in double quotes"
                ),
            );
            self.faults.push(of_line(number, message));
            return;
        }
        let cells = header
            .iter()
            .zip(cells)
            .filter_map(|(column, cell)| Some(((*column)?, cell)))
            .collect();
        self.row(Row {
            line: number,
            cells,
        });
    }

    fn row(&mut self, row: Row) {
        if self.begins(&row) {
            self.begin(&row);
            self.item(&row);
            self.first = Some(row);
        } else {
            self.repeats(&row);
            self.item(&row);
        }
    }

    /// Whether this line begins another resource.
    fn begins(&self, row: &Row) -> bool {
        let Some(first) = &self.first else {
            return true;
        };
        let code = row.cell("信息资源代码");
        !code.is_empty() && code != first.cell("信息资源代码")
    }

    fn begin(&mut self, row: &Row) {
        self.items.clear();
        let faults = &mut self.faults;
        let resource = Reader { row, faults }.resource();
        if let Some(line) = self.lines.insert(resource.code.clone(), row.line)
            && !resource.code.is_empty()
        {
            let message = said(
                format!("在第 {line} 行已经写过；同一资源的数据项请排在一起"),
                format!("it stands on line {line} already; put the items of a resource together"),
            );
            self.faults.push(row.fault("信息资源代码", message));
        }
        if let Some(known) = self.known
            && !resource.provider.0.is_empty()
            && known.department(&resource.provider).is_none()
        {
            let codes = known.departments.keys().map(|code| code.0.as_str());
            let (hint, near) = hint(&resource.provider.0, codes);
            let provider = &resource.provider;
            let message = said(
                format!("没有部门“{provider}”{hint}；请先导入部门，或者改正代码"),
                format!(
                    "there is no department “{provider}”{near}; import the departments first, or mend the code"
                ),
            );
            self.faults.push(row.fault("提供方代码", message));
        }
        self.resources.push(resource);
    }

    /// The columns of the resource are blank or as on its first line.
    fn repeats(&mut self, row: &Row) {
        let Some(first) = &self.first else { return };
        for column in OF_RESOURCE {
            let (cell, was) = (row.cell(column), first.cell(column));
            if !cell.is_empty() && cell != was {
                let line = first.line;
                let message = said(
                    format!("“{cell}”与第 {line} 行的“{was}”不一致；同一资源请写得一样，或者留空"),
                    format!(
                        "“{cell}” is not “{was}” as on line {line}; write the same for one resource, or leave it blank"
                    ),
                );
                self.faults.push(row.fault(column, message));
            }
        }
    }

    fn item(&mut self, row: &Row) {
        let Some(resource) = self.resources.last_mut() else {
            return;
        };
        if row.says_nothing_of(&OF_ITEM) {
            let message = said(
                "没有数据项；每个资源至少要有一个，请补上数据项代码和名称",
                "there is no item; a resource has one at least: add its code and name",
            );
            self.faults.push(row.fault("数据项代码", message));
            return;
        }
        let faults = &mut self.faults;
        let item = Reader { row, faults }.item(resource);
        if !item.code.is_empty() && !self.items.insert(item.code.clone()) {
            let code = &item.code;
            let message = said(
                format!("数据项代码“{code}”在本资源里已经写过"),
                format!("the item's code “{code}” stands in this resource already"),
            );
            self.faults.push(row.fault("数据项代码", message));
        }
        if resource.items.len() == MOST_ITEMS {
            let message = said(
                format!("本资源的数据项超过 {MOST_ITEMS} 个，请分成几个资源"),
                format!(
                    "this resource has more than {MOST_ITEMS} items; make it several resources"
                ),
            );
            self.faults.push(row.fault("数据项代码", message));
        }
        resource.items.push(item);
    }

    fn finish(mut self) -> Result<Vec<Resource>, Vec<Fault>> {
        if self.resources.is_empty() && self.faults.is_empty() {
            let message = said(
                "只有列名，没有数据；以下每行写一个数据项",
                "there are column names and nothing below; each line below is an item",
            );
            self.faults.push(of_line(1, message));
        }
        if self.faults.is_empty() {
            return Ok(self.resources);
        }
        self.faults.sort_by_key(|fault| fault.line);
        Err(self.faults)
    }
}

fn of_line(line: u64, message: Text) -> Fault {
    Fault {
        line,
        column: "",
        message,
    }
}

fn unreadable(error: &csv::Error) -> Fault {
    let line = error.position().map_or(1, csv::Position::line);
    let message = said(
        format!("读不懂这一行（{error}），请检查引号是否成对"),
        format!("this line cannot be read ({error}); look whether its quotes are in pairs"),
    );
    of_line(line, message)
}

#[cfg(test)]
#[path = "csv_file_tests.rs"]
mod tests;
