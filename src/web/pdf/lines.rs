//! Text in lines: broken between Chinese letters and between words, with no closing mark at the beginning of a line and no
//! opening one at its end.

use std::ops::Range;

use super::font::Letters;
use super::marks::{Mark, Slice, Style};

/// Marks that do not begin a line.
const CLOSING: &str = "，。、；：？！）》」』】〕〉”’…—～％·,.;:?!)]}%";
/// Marks that do not end one.
const OPENING: &str = "（《「『【〔〈“‘([{";

/// From line to line, in sizes of the letters.
const LEADING: f32 = 1.55;
/// From the top of a letter to its baseline.
const ASCENT: f32 = 0.88;

/// To which side text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// From the left.
    #[default]
    Left,
    /// In the middle.
    Middle,
    /// To the right.
    Right,
}

/// Text with one or more looks.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// Pieces of text, each with its look.
    pub runs: Vec<(String, Style)>,
    /// To which side it stands.
    pub side: Side,
    /// How far its first line stands in.
    pub indent: f32,
}

#[derive(Clone, Copy)]
struct Placed {
    letter: char,
    style: Style,
    width: f32,
    /// Whether it stays with the one before it.
    joined: bool,
}

/// Between letters that stay together, as in a date.
const JOINER: char = '\u{2060}';

/// Text that no line break cuts.
#[must_use]
pub fn whole(text: &str) -> String {
    let mut joined = String::new();
    for letter in text.chars() {
        if !joined.is_empty() {
            joined.push(JOINER);
        }
        joined.push(letter);
    }
    joined
}

/// Its lines in a column of this width.
#[must_use]
pub fn set(letters: &Letters<'_>, paragraph: &Paragraph, width: f32) -> Vec<Slice> {
    let mut all: Vec<Placed> = Vec::new();
    for (text, style) in &paragraph.runs {
        let mut joined = false;
        for letter in text.chars() {
            if let Some(letter) = shown(letter) {
                all.push(Placed {
                    joined,
                    ..placed(letters, letter, *style)
                });
            }
            joined = letter == JOINER;
        }
    }
    let mut slices = Vec::new();
    for part in all.split(|placed| placed.letter == '\n') {
        let indent = if slices.is_empty() {
            paragraph.indent
        } else {
            0.0
        };
        for (number, line) in broken(part, width, indent).into_iter().enumerate() {
            let indent = if number == 0 { indent } else { 0.0 };
            let size = paragraph.runs.first().map_or(0.0, |(_, style)| style.size);
            slices.push(slice(&part[line], width, indent, paragraph.side, size));
        }
    }
    slices
}

fn placed(letters: &Letters<'_>, letter: char, style: Style) -> Placed {
    let known = letters.letter(letter);
    Placed {
        letter: if letter == '\n' { letter } else { known.reads },
        style,
        width: known.advance * style.size,
        joined: false,
    }
}

/// Letters that nobody sees would be boxes on paper.
fn shown(letter: char) -> Option<char> {
    match letter {
        '\n' => Some('\n'),
        '\t' | '\u{a0}' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => None,
        other if other.is_control() => None,
        other => Some(other),
    }
}

/// The lines as ranges; one empty line for no text.
fn broken(part: &[Placed], width: f32, indent: f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut used) = (0, indent);
    for cluster in clusters(part) {
        let wide: f32 = part[cluster.clone()].iter().map(|one| one.width).sum();
        let is_space = part[cluster.start].letter == ' ';
        if used + wide <= width || (is_space && start < cluster.start) {
            used += wide;
            continue;
        }
        if start < cluster.start && wide <= width {
            lines.push(start..cluster.start);
            (start, used) = (cluster.start, wide);
            continue;
        }
        // Longer than a line: a hash, an address.
        for at in cluster {
            if width < used + part[at].width && start < at {
                lines.push(start..at);
                (start, used) = (at, 0.0);
            }
            used += part[at].width;
        }
    }
    lines.push(start..part.len());
    lines
}

/// What no line break cuts: a word, or a Chinese letter, with the marks before and after it.
fn clusters(part: &[Placed]) -> Vec<Range<usize>> {
    let is = |at: usize, wanted: fn(char) -> bool| {
        let placed: Option<&Placed> = part.get(at);
        placed.is_some_and(|placed| wanted(placed.letter))
    };
    let is_joined = |at: usize| part.get(at).is_some_and(|placed| placed.joined);
    let mut all: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < part.len() {
        let start = match all.last() {
            Some(before) if is_joined(at) => before.start,
            _ => at,
        };
        if start < at {
            all.pop();
        }
        while is(at, opens) {
            at += 1;
        }
        match is(at, in_word) {
            true => {
                while is(at, in_word) {
                    at += 1;
                }
            }
            false => at += 1,
        }
        while is(at, closes) {
            at += 1;
        }
        at = at.min(part.len());
        all.push(start..at);
    }
    all
}

fn opens(letter: char) -> bool {
    OPENING.contains(letter)
}

fn closes(letter: char) -> bool {
    CLOSING.contains(letter)
}

fn in_word(letter: char) -> bool {
    letter < '\u{2000}' && letter != ' ' && letter != '·' && !opens(letter)
}

fn slice(line: &[Placed], width: f32, indent: f32, side: Side, usual: f32) -> Slice {
    let last = line.iter().rposition(|placed| placed.letter != ' ');
    let first = line.iter().position(|placed| placed.letter != ' ');
    let line = match (first, last) {
        (Some(first), Some(last)) => &line[first..=last],
        _ => &[],
    };
    let long: f32 = line.iter().map(|placed| placed.width).sum();
    let size = line.iter().map(|placed| placed.style.size);
    let size = size.fold(0.0, f32::max);
    let size = if line.is_empty() { usual } else { size };
    let mut x = match side {
        Side::Left => indent,
        Side::Middle => (width - long) / 2.0,
        Side::Right => width - long,
    };
    let y = size * ((LEADING - 1.0) / 2.0 + ASCENT);
    let mut marks = Vec::new();
    for run in line.chunk_by(|one, next| one.style == next.style) {
        marks.push(Mark::Words {
            x,
            y,
            text: run.iter().map(|placed| placed.letter).collect(),
            style: run[0].style,
        });
        x += run.iter().map(|placed| placed.width).sum::<f32>();
    }
    Slice {
        height: size * LEADING,
        marks,
        ..Slice::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::marks::Colour;
    use super::*;

    /// Breaks a text as if each letter were one wide and Latin ones half.
    fn lines(text: &str, width: f32) -> Vec<String> {
        let style = Style {
            size: 1.0,
            bold: false,
            colour: Colour::Black,
        };
        let part: Vec<Placed> = text
            .chars()
            .map(|letter| Placed {
                letter,
                style,
                width: if letter < '\u{2000}' { 0.5 } else { 1.0 },
                joined: false,
            })
            .collect();
        let words = |line: Range<usize>| part[line].iter().map(|one| one.letter).collect();
        broken(&part, width, 0.0).into_iter().map(words).collect()
    }

    #[test]
    fn no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() {
        assert_eq!(lines("同意共享，可办", 4.0), ["同意共", "享，可办"]);
        assert_eq!(lines("依据《条例》办", 3.0), ["依据", "《条", "例》办"]);
    }

    #[test]
    fn words_and_numbers_stay_whole_unless_they_are_longer_than_a_line() {
        assert_eq!(lines("用于 health 核验", 5.0), ["用于 ", "health 核", "验"]);
        assert_eq!(lines("abcdefgh", 2.0), ["abcd", "efgh"]);
    }

    #[test]
    fn every_letter_stands_in_one_line() {
        let text = "（一）“核验”：https://share.henan.example/verify?hash=8f2c41d70a93be65——完。";

        for width in [1.0, 2.5, 7.0, 40.0] {
            assert_eq!(lines(text, width).concat(), text);
        }
    }
}
