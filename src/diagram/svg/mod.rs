//! A drawing as SVG: inside a page, where the page's style sheet colours it, or as a file that stands alone.

mod icons;
mod pen;
mod shapes;

use super::plan::{Gauge, Plan, Size, plan};
use super::sketch::{Sketch, Tone};
use pen::Pen;
pub(super) use pen::escape;

/// How a drawing is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas<'a> {
    /// Its width and direction.
    pub size: Size,
    /// A file of its own: with colours, title and background. Otherwise the page around it has `assets/flow.css`.
    pub alone: bool,
    /// Sets the ids of several drawings on one page apart.
    pub id: &'a str,
}

/// The rules that colour a drawing. Pages link the same file.
const STYLE: &str = include_str!("../../../assets/flow.css");

impl Sketch {
    /// The drawing, and how high it is.
    #[must_use]
    pub fn svg(&self, canvas: Canvas<'_>) -> (String, u32) {
        let gauge = match self.of_case {
            true => Gauge::OF_CASE,
            false => Gauge::DRAWN,
        };
        let plan = plan(self, canvas.size, gauge);
        let legend = Legend::of(&plan);
        let heading = if canvas.alone { HEADING } else { 0 };
        let width = plan.width.max(legend.width);
        let height = heading + plan.height + legend.height;
        let mut pen = Pen::default();
        open(&mut pen, self, canvas, (width, height));
        if canvas.alone {
            pen.text("h", (16, 30), "start", &self.title);
        }
        pen.open_shifted(((width - plan.width) / 2, heading));
        shapes::draw(&mut pen, &plan);
        pen.close();
        legend.draw(&mut pen, heading + plan.height);
        pen.end("svg");
        (pen.text, u32::try_from(height).unwrap_or(0))
    }
}

/// Room for the title of a drawing that stands alone.
const HEADING: i32 = 44;

fn open(pen: &mut Pen, sketch: &Sketch, canvas: Canvas<'_>, (width, height): (i32, i32)) {
    let space = match canvas.alone {
        true => " xmlns=\"http://www.w3.org/2000/svg\"",
        false => "",
    };
    let (title, about) = (
        format!("{}-title", canvas.id),
        format!("{}-text", canvas.id),
    );
    pen.raw(&format!(
        "<svg{space} class=\"flow\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{title} {about}\">"
    ));
    pen.element(&format!("title id=\"{title}\""), &sketch.terms.heading);
    pen.element(&format!("desc id=\"{about}\""), &sketch.summary());
    if canvas.alone {
        pen.raw("<style>");
        pen.raw(&literal(STYLE));
        pen.raw("</style>");
        pen.raw(&format!(
            "<rect class=\"bg\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }
}

/// The rules with the value that stands behind each token: many programs that show SVG know no custom properties.
fn literal(style: &str) -> String {
    let mut out = String::with_capacity(style.len());
    let mut rest = style;
    while let Some(at) = rest.find("var(") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(close) = rest.find(')') else { break };
        let inside = &rest[4..close];
        out.push_str(inside.split_once(',').map_or(inside, |(_, value)| value));
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

/// What the lines mean, below the drawing.
struct Legend {
    entries: Vec<(i32, i32, Tone, String)>,
    width: i32,
    height: i32,
}

impl Legend {
    fn of(plan: &Plan<'_>) -> Self {
        const LINE: i32 = 22;
        let mut entries = Vec::new();
        let (mut x, mut y, mut widest) = (16, 0, 0);
        let shown = |tone: &Tone| plan.nets.iter().any(|net| net.tone == *tone);
        for (tone, words) in &plan.sketch.terms.tones {
            if !shown(tone) || plan.sketch.of_case {
                continue;
            }
            let letters = i32::try_from(words.chars().count()).unwrap_or(0);
            let own = 34 + letters * 12 + 18;
            if 16 < x && plan.width < x + own {
                (x, y) = (16, y + LINE);
            }
            entries.push((x, y + 16, *tone, words.clone()));
            x += own;
            widest = widest.max(x);
        }
        Self {
            height: if entries.is_empty() { 0 } else { y + LINE + 10 },
            width: widest,
            entries,
        }
    }

    fn draw(&self, pen: &mut Pen, top: i32) {
        for (x, y, tone, words) in &self.entries {
            let y = y + top;
            pen.wire(
                &format!("ed ed--{}", tone.word()),
                &[(*x, y - 4), (x + 20, y - 4)],
            );
            pen.arrow(
                &format!("ar ar--{}", tone.word()),
                &[(*x, y - 4), (x + 26, y - 4)],
            );
            pen.text("lg", (x + 32, y), "start", words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_their_values() {
        let style = ".a{fill:var(--ok-100,#e4f2ea);stroke:var(--x,red)}.b{fill:none}";

        assert_eq!(literal(style), ".a{fill:#e4f2ea;stroke:red}.b{fill:none}");
    }

    #[test]
    fn every_token_of_the_style_sheet_has_a_value() {
        let tokens = STYLE.matches("var(").count();
        let with_value = STYLE
            .split("var(")
            .skip(1)
            .filter(|rest| {
                rest.split(')')
                    .next()
                    .is_some_and(|token| token.contains(','))
            })
            .count();

        assert!(0 < tokens);
        assert_eq!(tokens, with_value);
    }
}
