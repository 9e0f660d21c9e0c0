//! What stands in a column: paragraphs, tables and seals, cut into slices that page breaks may come between.

use std::rc::Rc;

use super::font::Letters;
use super::lines::{Paragraph, set};
use super::marks::{Look, Mark, Slice, height};

/// Around what stands in a cell of an inner table.
const INNER_PAD: f32 = 3.0;
/// The box for a seal, as on the page for the browser.
const SEAL: (f32, f32) = (99.0, 57.0);
/// No column of a table is thinner or asks for more, in points.
const NARROWEST: f32 = 28.0;
const WIDEST: f32 = 150.0;

/// One thing in a column.
#[derive(Debug, Clone)]
pub enum Item {
    /// Text.
    Text(Paragraph),
    /// A table.
    Table(Grid),
    /// An empty box at the right with words in it, for a seal.
    Seal(Paragraph),
    /// Nothing, so high.
    Space(f32),
}

/// A table: its headings and rows.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// The headings; they are repeated where a page begins within the table.
    pub head: Vec<Vec<Item>>,
    /// The rows.
    pub rows: Vec<Vec<Vec<Item>>>,
}

/// What stands in a column of this width, in slices.
#[must_use]
pub fn slices(letters: &Letters<'_>, items: &[Item], width: f32) -> Vec<Slice> {
    let mut all = Vec::new();
    for item in items {
        match item {
            Item::Text(paragraph) => all.extend(together(set(letters, paragraph, width))),
            Item::Table(grid) => all.extend(table(letters, grid, width)),
            Item::Seal(words) => all.push(seal(letters, words, width)),
            Item::Space(height) => all.push(Slice {
                height: *height,
                keep: true,
                ..Slice::default()
            }),
        }
    }
    all
}

/// A paragraph leaves neither its first nor its last line alone.
fn together(mut lines: Vec<Slice>) -> Vec<Slice> {
    let count = lines.len();
    if let [first, _, ..] = lines.as_mut_slice() {
        first.keep = true;
        lines[count - 2].keep = true;
    }
    lines
}

fn seal(letters: &Letters<'_>, words: &Paragraph, width: f32) -> Slice {
    let (wide, high) = SEAL;
    let left = (width - wide).max(0.0);
    let lines = set(letters, words, wide);
    let mut down = 4.0 + (high - height(&lines)) / 2.0;
    let mut marks = vec![Mark::Box {
        x: left,
        y: 4.0,
        width: wide,
        height: high,
        look: Look::Dashed,
    }];
    for line in &lines {
        marks.extend(line.marks.iter().map(|mark| mark.moved(left, down)));
        down += line.height;
    }
    Slice {
        height: high + 6.0,
        marks,
        ..Slice::default()
    }
}

fn table(letters: &Letters<'_>, grid: &Grid, width: f32) -> Vec<Slice> {
    let widths = widths(letters, grid, width);
    let head = row(letters, &grid.head, &widths);
    let repeated: Option<Rc<[Slice]>> = (!head.is_empty()).then(|| head.clone().into());
    let mut all = head;
    // The headings are not left alone at the end of a page.
    for slice in &mut all {
        slice.keep = true;
    }
    for cells in &grid.rows {
        let slices = row(letters, cells, &widths).into_iter();
        all.extend(slices.map(|slice| Slice {
            head: repeated.clone(),
            ..slice
        }));
    }
    all
}

/// A row: line beside line, so that even one that is higher than a page can be cut between lines.
fn row(letters: &Letters<'_>, cells: &[Vec<Item>], widths: &[f32]) -> Vec<Slice> {
    let columns: Vec<Vec<Slice>> = cells
        .iter()
        .zip(widths)
        .map(|(items, width)| slices(letters, items, width - 2.0 * INNER_PAD))
        .collect();
    let count = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut all = Vec::new();
    for at in 0..count {
        let line = columns.iter().filter_map(|column| column.get(at));
        let text = line.map(|slice| slice.height).fold(0.0, f32::max);
        let (above, below) = (edge(at == 0), edge(at + 1 == count));
        let high = text + above + below;
        let mut marks = Vec::new();
        let mut left = 0.0;
        for (column, width) in columns.iter().zip(widths) {
            marks.extend(sides(left, *width, high, at == 0, at + 1 == count));
            let inside = column.get(at).into_iter().flat_map(|slice| &slice.marks);
            marks.extend(inside.map(|mark| mark.moved(left + INNER_PAD, above)));
            left += width;
        }
        all.push(Slice {
            height: high,
            marks,
            keep: at + 1 < count,
            head: None,
        });
    }
    all
}

fn edge(is_edge: bool) -> f32 {
    if is_edge { INNER_PAD / 1.5 } else { 0.0 }
}

/// The lines around one line of a cell: left and right always, above and below at its edges.
fn sides(x: f32, width: f32, height: f32, first: bool, last: bool) -> Vec<Mark> {
    const THIN: f32 = 0.4;
    let line = |x, y, width, height| Mark::Box {
        x,
        y,
        width,
        height,
        look: Look::Lined(THIN),
    };
    let mut all = vec![line(x, 0.0, 0.0, height), line(x + width, 0.0, 0.0, height)];
    all.extend(first.then(|| line(x, 0.0, width, 0.0)));
    all.extend(last.then(|| line(x, height, width, 0.0)));
    all
}

/// Each column gets of the width what its longest text would like, within bounds.
fn widths(letters: &Letters<'_>, grid: &Grid, width: f32) -> Vec<f32> {
    let rows = std::iter::once(&grid.head).chain(&grid.rows);
    let mut wanted: Vec<f32> = Vec::new();
    for cells in rows {
        for (at, items) in cells.iter().enumerate() {
            let asks = items.iter().map(|item| natural(letters, item));
            let asks = asks.fold(NARROWEST, f32::max).min(WIDEST);
            match wanted.get_mut(at) {
                Some(known) => *known = known.max(asks),
                None => wanted.push(asks),
            }
        }
    }
    let all: f32 = wanted.iter().sum();
    wanted.iter().map(|asks| asks / all * width).collect()
}

fn natural(letters: &Letters<'_>, item: &Item) -> f32 {
    match item {
        Item::Text(paragraph) => length(letters, paragraph) + 2.0 * INNER_PAD + 1.0,
        Item::Table(_) => WIDEST,
        Item::Seal(_) => SEAL.0,
        Item::Space(_) => 0.0,
    }
}

/// How long a paragraph is in one line.
#[must_use]
pub fn length(letters: &Letters<'_>, paragraph: &Paragraph) -> f32 {
    let runs = paragraph.runs.iter();
    let wide = runs.map(|(text, style)| {
        let widths = text.chars().map(|one| letters.letter(one).advance);
        widths.sum::<f32>() * style.size
    });
    wide.sum()
}
