//! Writes SVG: elements, and lines with round corners.

use std::fmt::Write as _;

use crate::diagram::plan::Point;

/// A text that grows.
#[derive(Default)]
pub(super) struct Pen {
    pub text: String,
}

/// How round a corner is.
const ROUND: i32 = 6;
/// How long the head of an arrow is.
const HEAD: i32 = 8;

impl Pen {
    pub fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    pub fn escaped(&mut self, words: &str) {
        escape(words, &mut self.text);
    }

    /// `<tag>words</tag>`; the tag may have attributes.
    pub fn element(&mut self, tag: &str, words: &str) {
        self.raw("<");
        self.raw(tag);
        self.raw(">");
        self.escaped(words);
        self.end(tag.split(' ').next().unwrap_or(tag));
    }

    pub fn end(&mut self, tag: &str) {
        self.raw("</");
        self.raw(tag);
        self.raw(">");
    }

    /// A group with this class; `close` ends it.
    pub fn open(&mut self, class: &str) {
        // Writing into a string cannot fail.
        let _ = write!(self.text, "<g class=\"{class}\">");
    }

    pub fn open_shifted(&mut self, (x, y): Point) {
        let _ = write!(self.text, "<g transform=\"translate({x} {y})\">");
    }

    pub fn close(&mut self) {
        self.end("g");
    }

    pub fn text(&mut self, class: &str, (x, y): Point, anchor: &str, words: &str) {
        let anchor = match anchor {
            "start" => String::new(),
            other => format!(" text-anchor=\"{other}\""),
        };
        self.element(
            &format!("text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}"),
            words,
        );
    }

    pub fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.text, "<path class=\"{class}\" d=\"{d}\"/>");
    }

    /// A line along these points.
    pub fn wire(&mut self, class: &str, points: &[Point]) {
        self.path(class, &rounded(points));
    }

    /// A line along these points with an arrow at its end.
    pub fn arrow(&mut self, class: &str, points: &[Point]) {
        let [.., before, last] = points else { return };
        let d = match direction(*before, *last) {
            (0, 1) => format!("M{} {}l-4.5 -{HEAD}h9z", last.0, last.1),
            (0, _) => format!("M{} {}l-4.5 {HEAD}h9z", last.0, last.1),
            (1, _) => format!("M{} {}l-{HEAD} -4.5v9z", last.0, last.1),
            _ => format!("M{} {}l{HEAD} -4.5v9z", last.0, last.1),
        };
        self.path(class, &d);
    }
}

/// Ends a line so much earlier that its arrow's tip stays sharp.
pub(super) fn shortened(points: &[Point]) -> Vec<Point> {
    let mut points = points.to_vec();
    if let [.., before, last] = points.as_mut_slice() {
        let (x, y) = direction(*before, *last);
        let length = (last.0 - before.0).abs() + (last.1 - before.1).abs();
        let cut = (HEAD - 1).min(length);
        *last = (last.0 - x * cut, last.1 - y * cut);
    }
    points
}

fn direction(from: Point, to: Point) -> (i32, i32) {
    ((to.0 - from.0).signum(), (to.1 - from.1).signum())
}

fn rounded(points: &[Point]) -> String {
    let mut d = String::new();
    for (at, point) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| points.get(at));
        match (before, points.get(at + 1)) {
            (None, _) => {
                let _ = write!(d, "M{} {}", point.0, point.1);
            }
            (Some(_), None) => {
                let _ = write!(d, "L{} {}", point.0, point.1);
            }
            (Some(before), Some(after)) => corner(&mut d, *before, *point, *after),
        }
    }
    d
}

fn corner(d: &mut String, before: Point, at: Point, after: Point) {
    let half = |one: Point, two: Point| ((one.0 - two.0).abs() + (one.1 - two.1).abs()) / 2;
    let round = ROUND.min(half(before, at)).min(half(at, after));
    let (inward, outward) = (direction(before, at), direction(at, after));
    let _ = write!(
        d,
        "L{} {}Q{} {} {} {}",
        at.0 - inward.0 * round,
        at.1 - inward.1 * round,
        at.0,
        at.1,
        at.0 + outward.0 * round,
        at.1 + outward.1 * round
    );
}

/// Words as XML may hold them: characters that it cannot are left out.
pub(in crate::diagram) fn escape(words: &str, out: &mut String) {
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other < ' ' => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_become_markup() {
        let mut out = String::new();

        escape("<b a=\"1\">'&\u{0}\n", &mut out);

        assert_eq!(out, "&lt;b a=&quot;1&quot;&gt;&#39;&amp; ");
    }

    #[test]
    fn corners_are_round_and_ends_are_where_they_belong() {
        assert_eq!(
            rounded(&[(0, 0), (0, 40), (30, 40)]),
            "M0 0L0 34Q0 40 6 40L30 40"
        );
        assert_eq!(shortened(&[(0, 0), (0, 40)]), [(0, 0), (0, 33)]);
    }
}
