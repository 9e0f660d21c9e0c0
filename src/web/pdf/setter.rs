//! What all papers have in common, set in type: the red heading, answers, opinions with their signatures, and the foot that
//! the paper is verified by.

use super::columns::{Grid, Item, slices};
use super::flow::{Band, Column, WIDTH};
use super::font::Letters;
use super::lines::{Paragraph, Side, whole};
use super::marks::{Colour, Look, Mark, Slice, Style};
use crate::messages::{Language, text};
use crate::web::qr::Qr;
use crate::web::views::{Both, Record, SheetCell, SheetSection, Signed};

/// Letters of the text, of cells, of tables in cells, and of what is said beside.
pub const TEXT: f32 = 11.0;
const CELL: f32 = 10.5;
const INNER: f32 = 9.5;
const SMALL: f32 = 9.0;

/// The column of labels.
const LABEL: f32 = 84.0;
/// Around what stands in a cell.
const PAD: f32 = 5.0;
/// The QR code, to each side.
const CODE: f32 = 84.0;

/// Sets views in type, for a reader of one language.
pub struct Setter<'a> {
    /// The measures of the font.
    pub letters: &'a Letters<'a>,
    /// The reader's.
    pub language: Language,
}

/// How letters of the text look.
pub fn plain(size: f32) -> Style {
    Style {
        size,
        bold: false,
        colour: Colour::Black,
    }
}

fn bold(size: f32) -> Style {
    Style {
        bold: true,
        ..plain(size)
    }
}

fn grey(size: f32) -> Style {
    Style {
        colour: Colour::Grey,
        ..plain(size)
    }
}

fn one(text: impl Into<String>, style: Style) -> Paragraph {
    Paragraph {
        runs: vec![(text.into(), style)],
        ..Paragraph::default()
    }
}

/// Chinese, and English beside it in smaller letters.
pub fn both(words: &Both, style: Style) -> Vec<(String, Style)> {
    let mut runs = vec![(words.zh.clone(), style)];
    if !words.en.is_empty() {
        runs.push((format!(" {}", words.en), grey(style.size * 0.85)));
    }
    runs
}

fn sided(runs: Vec<(String, Style)>, side: Side) -> Item {
    Item::Text(Paragraph {
        runs,
        side,
        indent: 0.0,
    })
}

impl Setter<'_> {
    /// A sentence of ours.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(self.language, key, values)
    }

    /// 销毁人： before a line to sign on.
    pub fn colon(&self, who: &Both) -> Paragraph {
        let mut runs = both(who, plain(TEXT));
        runs.push((self.say("print.colon", &[]), plain(TEXT)));
        Paragraph {
            runs,
            ..Paragraph::default()
        }
    }

    /// How long it is in one line.
    pub fn width(&self, paragraph: &Paragraph) -> f32 {
        super::columns::length(self.letters, paragraph)
    }

    /// Items one below the other, over the whole width.
    pub fn band(&self, items: &[Item], below: f32) -> Band {
        Band {
            columns: vec![Column {
                width: WIDTH,
                slices: slices(self.letters, items, WIDTH),
                ..Column::default()
            }],
            below,
            ..Band::default()
        }
    }

    /// The red heading with the office, the number, and what the paper is called.
    pub fn heading(&self, office: &str, number: &str, heading: &Both) -> Vec<Band> {
        let red = Style {
            colour: Colour::Red,
            ..bold(21.0)
        };
        let mut top = self.band(
            &[
                sided(vec![(office.to_owned(), red)], Side::Middle),
                Item::Space(8.0),
                sided(vec![(number.to_owned(), plain(TEXT))], Side::Right),
            ],
            14.0,
        );
        let rule = Slice {
            height: 2.0,
            marks: vec![Mark::Box {
                x: 0.0,
                y: 1.0,
                width: WIDTH,
                height: 1.9,
                look: Look::Filled(Colour::Red),
            }],
            ..Slice::default()
        };
        top.columns
            .iter_mut()
            .for_each(|one| one.slices.push(rule.clone()));
        let mut title = vec![sided(vec![(heading.zh.clone(), bold(16.5))], Side::Middle)];
        if !heading.en.is_empty() {
            title.push(sided(vec![(heading.en.clone(), grey(TEXT))], Side::Middle));
        }
        [top, self.band(&title, 10.0)]
            .map(|band| Band { keep: true, ..band })
            .into()
    }

    /// A section of answers: its heading and its rows.
    pub fn section(&self, section: &SheetSection) -> Vec<Band> {
        let mut all = Vec::new();
        if !section.title.zh.is_empty() {
            all.push(self.title(&section.title, ""));
        }
        all.extend(section.rows.iter().map(|row| self.row(row)));
        all
    }

    /// A heading over the whole width of a table, with a word at the right.
    pub fn title(&self, title: &Both, state: &str) -> Band {
        let mut heading = self.cell(0.0, WIDTH, &[sided(both(title, bold(CELL)), Side::Left)]);
        heading.filled = Some(Colour::Pale);
        let mut columns = vec![heading];
        if !state.is_empty() {
            let state = [sided(vec![(state.to_owned(), plain(CELL))], Side::Right)];
            columns.push(Column {
                framed: false,
                ..self.cell(WIDTH * 0.6, WIDTH * 0.4, &state)
            });
        }
        Band {
            columns,
            keep: true,
            ..Band::default()
        }
    }

    /// One or two answers beside each other.
    pub fn row(&self, cells: &[SheetCell]) -> Band {
        let share = WIDTH / cells.len().max(1) as f32;
        let mut columns = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let x = share * at as f32;
            let answer = self.answer(cell, CELL);
            if cell.whole {
                let mut items = vec![sided(both(&cell.label, bold(CELL)), Side::Left)];
                items.extend(answer);
                columns.push(self.cell(x, share, &items));
                continue;
            }
            columns.push(self.label(x, LABEL, &cell.label));
            columns.push(Column {
                middle: true,
                ..self.cell(x + LABEL, share - LABEL, &answer)
            });
        }
        Band {
            columns,
            ..Band::default()
        }
    }

    /// A cell with a frame.
    pub fn cell(&self, x: f32, width: f32, items: &[Item]) -> Column {
        Column {
            x,
            width,
            pad: PAD,
            slices: slices(self.letters, items, width - 2.0 * PAD),
            framed: true,
            ..Column::default()
        }
    }

    /// The label of a row; where the row goes on on another page, it says so.
    pub fn label(&self, x: f32, width: f32, label: &Both) -> Column {
        let mut words = vec![sided(both(label, bold(CELL)), Side::Middle)];
        let column = self.cell(x, width, &words);
        words.push(sided(
            vec![(self.say("print.goes_on", &[]), grey(SMALL))],
            Side::Middle,
        ));
        Column {
            middle: true,
            again: self.cell(x, width, &words).slices,
            ..column
        }
    }

    /// A label and what stands beside it.
    pub fn beside(&self, label: &Both, items: &[Item], least: f32) -> Band {
        Band {
            columns: vec![
                self.label(0.0, LABEL, label),
                self.cell(LABEL, WIDTH - LABEL, items),
            ],
            least,
            ..Band::default()
        }
    }

    fn answer(&self, cell: &SheetCell, size: f32) -> Vec<Item> {
        let line = &cell.line;
        let mut items = Vec::new();
        let left = |text: String, style| sided(vec![(text, style)], Side::Left);
        if line.kept {
            items.push(left(self.say("forms.kept", &[]), grey(size)));
        }
        let said = line.text.iter().chain(&line.paragraph);
        items.extend(said.map(|text| left(text.clone(), plain(size))));
        items.extend(
            line.items
                .iter()
                .map(|item| left(item.clone(), plain(size))),
        );
        let files = line.files.iter().map(|file| file.name.clone());
        items.extend(files.map(|name| left(name, plain(size))));
        if !cell.en.is_empty() {
            items.push(left(cell.en.clone(), grey(size * 0.85)));
        }
        if let Some(table) = &cell.table {
            let head = table.columns.iter().map(heading);
            let rows = table.rows.iter().map(|row| {
                let cells = row.iter().map(|cell| self.answer(cell, INNER));
                cells.collect()
            });
            items.push(Item::Table(Grid {
                head: head.collect(),
                rows: rows.collect(),
            }));
        }
        items
    }

    /// A list of the paper's own.
    pub fn list(&self, columns: &[Both], rows: &[Vec<Both>]) -> Item {
        let cell = |words: &Both| vec![sided(both(words, plain(INNER)), Side::Left)];
        Item::Table(Grid {
            head: columns.iter().map(heading).collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(cell).collect())
                .collect(),
        })
    }

    /// An opinion with its signature.
    pub fn signed(&self, signed: &Signed) -> Vec<Item> {
        let mut said = Vec::new();
        let colon = self.say("print.colon", &[]);
        if !signed.seat.is_empty() {
            said.push((format!("{}{colon}", signed.seat), plain(CELL)));
        }
        said.extend(both(&signed.said, bold(CELL)));
        if !signed.comment.is_empty() {
            said.push((format!("{colon}{}", signed.comment), plain(CELL)));
        }
        let mut items = vec![sided(said, Side::Left)];
        for cell in &signed.answers {
            let mut label = both(&cell.label, grey(CELL));
            label.push((colon.clone(), grey(CELL)));
            let mut answer = self.answer(cell, CELL).into_iter();
            // A short answer stands behind its label.
            match answer.next() {
                Some(Item::Text(first)) => {
                    label.extend(first.runs);
                    items.push(sided(label, Side::Left));
                }
                other => {
                    items.push(sided(label, Side::Left));
                    items.extend(other);
                }
            }
            items.extend(answer);
        }
        let mut name = vec![(signed.name.clone(), plain(CELL))];
        if !signed.post.zh.is_empty() {
            name.push((self.say("print.open", &[]), plain(CELL)));
            name.extend(both(&signed.post, plain(CELL)));
            name.push((self.say("print.close", &[]), plain(CELL)));
        }
        name.push(("　".to_owned(), plain(CELL)));
        name.push((whole(&signed.when), plain(CELL)));
        items.push(sided(name, Side::Right));
        items
    }

    /// What is not said yet, at the right.
    pub fn waiting(&self, words: String, side: Side) -> Item {
        sided(vec![(words, grey(CELL))], side)
    }

    /// The article behind it; nothing where there is none.
    pub fn law(&self, law: &str) -> Option<Item> {
        let words = self.say("print.law", &[("law", law)]);
        (!law.is_empty()).then(|| sided(vec![(words, grey(SMALL))], Side::Left))
    }

    /// The empty box for a seal.
    pub fn seal(&self) -> Item {
        Item::Seal(Paragraph {
            side: Side::Middle,
            ..one(self.say("print.seal", &[]), grey(SMALL))
        })
    }

    /// The hash and the code by which the paper is verified.
    pub fn foot(&self, record: &Record) -> Band {
        let lines = [
            self.say("print.generated", &[]),
            format!("{} {}", self.say("print.hash", &[]), record.hash),
            format!("{} {}", self.say("print.verify_at", &[]), record.href),
            self.say("print.printed", &[("when", &record.printed)]),
        ];
        let lines = lines.map(|line| Item::Text(one(line, grey(SMALL))));
        let beside = WIDTH - CODE - 12.0;
        let mut words = Column {
            width: beside,
            slices: slices(self.letters, &lines, beside),
            ..Column::default()
        };
        for slice in &mut words.slices {
            slice.keep = true;
        }
        let code = Column {
            x: WIDTH - CODE,
            width: CODE,
            slices: record.qr.iter().map(code).collect(),
            ..Column::default()
        };
        Band {
            columns: vec![words, code],
            ..Band::default()
        }
    }
}

fn heading(words: &Both) -> Vec<Item> {
    vec![sided(both(words, bold(INNER)), Side::Middle)]
}

/// A QR code, module by module.
fn code(qr: &Qr) -> Slice {
    let module = CODE / qr.size.max(1) as f32;
    let marks = qr.runs.iter().map(|(left, row, length)| Mark::Box {
        x: *left as f32 * module,
        y: *row as f32 * module,
        width: *length as f32 * module,
        // No hair of white between the rows, whatever the picture is scaled to.
        height: module * 1.02,
        look: Look::Filled(Colour::Black),
    });
    Slice {
        height: CODE,
        marks: marks.collect(),
        ..Slice::default()
    }
}
