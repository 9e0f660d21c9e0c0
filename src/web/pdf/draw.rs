//! The pages as a PDF for archives (PDF/A-2u): the letters that are used are in it, and can be searched and copied.

use chrono::{Datelike, Timelike};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use super::PdfError;
use super::flow::PAGE;
use super::font::{Face, Letters};
use super::marks::{Colour, Look, Mark, Style};
use crate::calendar::Instant;

/// Letters that are heavier have a line around them so thick, in sizes of the letter: one font is enough.
const HEAVIER: f32 = 0.03;

/// What a reader of files says of it.
pub struct About<'a> {
    /// Its title.
    pub title: &'a str,
    /// Whose it is.
    pub author: &'a str,
    /// When it was made.
    pub made: Instant,
}

/// The file.
///
/// # Errors
/// [`PdfError::Written`]: the font forbids to be embedded.
pub fn pdf(
    pages: &[Vec<Mark>],
    face: &Face,
    letters: &Letters<'_>,
    about: &About<'_>,
) -> Result<Vec<u8>, PdfError> {
    let failed = |error: &dyn std::fmt::Debug| PdfError::Written(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|error| failed(&error))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    document.set_metadata(metadata(about));
    let (width, height) = PAGE;
    for marks in pages {
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| failed(&PAGE))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, face, letters);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| failed(&error))
}

fn metadata(about: &About<'_>) -> Metadata {
    let made = about.made;
    let two = |number: u32| u8::try_from(number).unwrap_or_default();
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or_default())
        .month(two(made.month()))
        .day(two(made.day()))
        .hour(two(made.hour()))
        .minute(two(made.minute()))
        .second(two(made.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(about.title.to_owned())
        .authors(vec![about.author.to_owned()])
        .language("zh-CN".to_owned())
        .creation_date(date)
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, face: &Face, letters: &Letters<'_>) {
    match mark {
        Mark::Words { x, y, text, style } => {
            words(surface, (*x, *y), text, *style, face, letters);
        }
        Mark::Box {
            x,
            y,
            width,
            height,
            look,
        } => frame(surface, (*x, *y, *width, *height), *look),
    }
}

fn words(
    surface: &mut Surface<'_>,
    (x, y): (f32, f32),
    text: &str,
    style: Style,
    face: &Face,
    letters: &Letters<'_>,
) {
    let glyphs: Vec<KrillaGlyph> = text
        .char_indices()
        .map(|(at, letter)| {
            let known = letters.letter(letter);
            let range = at..at + letter.len_utf8();
            KrillaGlyph::new(
                GlyphId::new(known.id),
                known.advance,
                0.0,
                0.0,
                0.0,
                range,
                None,
            )
        })
        .collect();
    surface.set_fill(Some(fill(style.colour)));
    surface.set_stroke(style.bold.then(|| Stroke {
        paint: colour(style.colour).into(),
        width: style.size * HEAVIER,
        ..Stroke::default()
    }));
    let start = Point::from_xy(x, y);
    surface.draw_glyphs(start, &glyphs, face.font.clone(), text, style.size, false);
}

fn frame(surface: &mut Surface<'_>, (x, y, width, height): (f32, f32, f32, f32), look: Look) {
    let mut path = PathBuilder::new();
    match Rect::from_xywh(x, y, width, height).filter(|_| 0.0 < width && 0.0 < height) {
        Some(rect) => path.push_rect(rect),
        None => {
            path.move_to(x, y);
            path.line_to(x + width, y + height);
        }
    }
    let Some(path) = path.finish() else { return };
    let line = |width, dash| Stroke {
        paint: colour(Colour::Black).into(),
        width,
        dash,
        ..Stroke::default()
    };
    let (filling, stroke) = match look {
        Look::Filled(colour) => (Some(fill(colour)), None),
        Look::Lined(thick) => (None, Some(line(thick, None))),
        Look::Dashed => {
            let dash = StrokeDash {
                array: vec![3.0, 2.0],
                offset: 0.0,
            };
            (None, Some(line(0.5, Some(dash))))
        }
    };
    surface.set_fill(filling);
    surface.set_stroke(stroke);
    surface.draw_path(&path);
}

fn fill(of: Colour) -> Fill {
    Fill {
        paint: colour(of).into(),
        ..Fill::default()
    }
}

fn colour(of: Colour) -> rgb::Color {
    match of {
        Colour::Black => rgb::Color::black(),
        Colour::Grey => rgb::Color::new(0x44, 0x44, 0x44),
        Colour::Pale => rgb::Color::new(0xee, 0xee, 0xee),
        Colour::Red => rgb::Color::new(0xb3, 0x13, 0x0b),
    }
}
