//! Papers as PDF, from the same views as their pages: A4, with the Chinese letters that they use in them.

mod columns;
mod draw;
mod flow;
mod font;
mod lines;
mod marks;
mod paper;
mod setter;
mod sheet;

use std::path::Path;

pub use font::{NoFont, usable};

use crate::calendar::Instant;
use crate::messages::{Language, text};
use crate::web::views::Both;
use flow::{Band, LEFT, PAGE, WIDTH};
use font::{Face, Letters, find};
use lines::{Paragraph, Side};
use marks::{Colour, Mark, Style};
use setter::Setter;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// There is no font for it.
    #[error(transparent)]
    Font(#[from] NoFont),
    /// The library refuses to write it.
    #[error("the PDF cannot be written: {0}")]
    Written(String),
}

/// What is said of a paper on each of its pages.
pub struct Told<'a> {
    /// What it is called.
    pub heading: &'a Both,
    /// The number of its case.
    pub number: &'a str,
    /// In whose name it is.
    pub office: &'a str,
}

/// A view that is also a paper.
pub trait Paper {
    /// What is said of it on each page.
    fn told(&self) -> Told<'_>;
    /// Its content, from top to bottom.
    fn bands(&self, setter: &Setter<'_>) -> Vec<Band>;
}

/// The paper as a file.
///
/// # Errors
/// [`PdfError::Font`] where there is no font with Chinese letters, [`PdfError::Written`] where it may not be used.
pub fn make(
    paper: &dyn Paper,
    font: Option<&Path>,
    language: Language,
    made: Instant,
) -> Result<Vec<u8>, PdfError> {
    let face = Face::open(&find(font)?)?;
    face.measured(|letters| {
        let setter = Setter { letters, language };
        let mut pages = flow::pages(paper.bands(&setter));
        let told = paper.told();
        number(&mut pages, &setter, &told);
        let title = format!("{} {}", told.heading.zh, told.number);
        let about = draw::About {
            title: title.trim(),
            author: told.office,
            made,
        };
        draw::pdf(&pages, &face, letters, &about)
    })?
}

/// 第 2 页，共 3 页 on each page, and at the head of the later ones what they belong to.
fn number(pages: &mut [Vec<Mark>], setter: &Setter<'_>, told: &Told<'_>) {
    let all = pages.len().to_string();
    for (at, page) in pages.iter_mut().enumerate() {
        let this = (at + 1).to_string();
        let values = [("page", this.as_str()), ("pages", all.as_str())];
        let words = Both::of(setter.language, |language| {
            text(language, "print.page", &values)
        });
        page.extend(line(setter.letters, &words, Side::Middle, PAGE.1 - 42.0));
        if 0 < at {
            let head = Both::plain(format!("{}　{}", told.heading.zh, told.number));
            page.extend(line(setter.letters, &head, Side::Right, 34.0));
        }
    }
}

fn line(letters: &Letters<'_>, words: &Both, side: Side, down: f32) -> Vec<Mark> {
    let style = Style {
        size: 9.5,
        bold: false,
        colour: Colour::Grey,
    };
    let paragraph = Paragraph {
        runs: setter::both(words, style),
        side,
        indent: 0.0,
    };
    let lines = lines::set(letters, &paragraph, WIDTH);
    let marks = lines.iter().take(1).flat_map(|line| &line.marks);
    marks.map(|mark| mark.moved(LEFT, down)).collect()
}
