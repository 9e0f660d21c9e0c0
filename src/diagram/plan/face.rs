//! What is written on a card or frame, line by line: how wide the words are decides how high it is.

use super::{Item, What, small};
use crate::diagram::sketch::{Branch, ChipKind, Exit, Shape, Sketch, Step, Tone};
use crate::diagram::text::{width, wrap, wrap_in};

/// A face: places are relative to the upper left corner, those of rows to the top of the foot.
#[derive(Debug, Clone, Default)]
pub(in crate::diagram) struct Face {
    pub lines: Vec<TextLine>,
    pub chips: Vec<ChipBox>,
    pub rows: Vec<RowBox>,
    /// Height of what stands above the inside of a block.
    pub head: i32,
    /// Height of the rows together.
    pub foot: i32,
}

/// A line of words.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct TextLine {
    /// `t` a title, `s` small, `c` a condition, `m` a remark, `k` a kind, `b` a branch.
    pub class: &'static str,
    pub anchor: Anchor,
    pub x: i32,
    /// Its base line.
    pub y: i32,
    pub text: String,
    /// The mark of the branch that the line is about.
    pub branch: Option<usize>,
}

/// Which end of a line stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagram) enum Anchor {
    Start,
    Middle,
    End,
}

/// A chip with its frame.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct ChipBox {
    pub kind: ChipKind,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub text: String,
}

/// How high a chip is.
pub(in crate::diagram) const CHIP: i32 = 20;

/// A way out, written at the lower right; its line begins at this height.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct RowBox {
    pub way: usize,
    pub tone: Tone,
    pub y: i32,
    pub lines: Vec<(i32, String)>,
}

const SIDE: i32 = 12;
/// Left of a title, for its icon.
const ICON: i32 = 24;

/// What is written on an item of this width. `drawn` tells which ways have a line of their own.
pub(super) fn face(
    sketch: &Sketch,
    item: &Item<'_>,
    width: i32,
    drawn: &dyn Fn(usize) -> bool,
) -> Face {
    let mut writer = Writer {
        sketch,
        width,
        y: 0,
        face: Face::default(),
    };
    match item.what {
        What::Card(step) => writer.card(step),
        What::Frame(step) => writer.frame(step),
        What::Branch(branch) => writer.branch(branch),
        What::Exit(exit) => writer.exit(exit),
    }
    if let Some(step) = item.step() {
        writer.rows(step, drawn);
    }
    writer.face
}

/// The width that a pill takes by itself.
pub(super) fn pill_width(exit: &Exit) -> i32 {
    (px(width(&exit.title), 13) + 32).clamp(72, 136)
}

/// Full-width characters of this size in pixels, rounded up.
fn px(characters: f32, size: i16) -> i32 {
    // A line of words is a few hundred pixels long.
    #[allow(clippy::cast_possible_truncation)]
    let pixels = (characters * f32::from(size)).ceil() as i32;
    pixels
}

/// How many full-width characters of this size fit.
fn fitting(room: i32, size: i16) -> f32 {
    let room = i16::try_from(room.max(0)).unwrap_or(i16::MAX);
    (f32::from(room) / f32::from(size)).max(2.0)
}

struct Writer<'a> {
    sketch: &'a Sketch,
    width: i32,
    y: i32,
    face: Face,
}

/// How lines look: their class, size and leading.
struct Style {
    class: &'static str,
    size: i16,
    leading: i32,
}

const TITLE: Style = Style {
    class: "t",
    size: 14,
    leading: 20,
};
const SMALL: Style = Style {
    class: "s",
    size: 13,
    leading: 18,
};
const CONDITION: Style = Style {
    class: "c",
    size: 12,
    leading: 17,
};
const REMARK: Style = Style {
    class: "m",
    size: 12,
    leading: 17,
};
const BRANCH: Style = Style {
    class: "b",
    size: 13,
    leading: 20,
};

impl Writer<'_> {
    fn card(&mut self, step: &Step) {
        self.y = 12;
        if !self.sketch.of_case {
            self.condition(step.when.as_ref().map(|when| when.words.as_str()), 2);
        }
        self.centered(&TITLE, &step.title, ICON, 6);
        self.y += 2;
        if let Some(remark) = &step.remark {
            self.centered(&REMARK, &remark.text, SIDE, 4);
        }
        match self.note(step) {
            Some(note) => self.centered(&SMALL, &note, SIDE, 4),
            None => {
                for about in &step.about {
                    self.centered(&SMALL, about, SIDE, 6);
                }
            }
        }
        if !self.sketch.of_case {
            self.chips(step, true);
        }
        self.y = (self.y + 10).max(44);
        self.face.head = self.y;
    }

    /// What a case says in place of what the definition says.
    fn note(&self, step: &Step) -> Option<String> {
        let note = step.standing.as_ref().map(|standing| standing.note.clone());
        note.filter(|note| !note.is_empty())
    }

    fn frame(&mut self, step: &Step) {
        self.y = 10;
        let kind = px(width(&step.kind), 12);
        let room = self.width - SIDE - ICON - kind - 8;
        let top = self.y;
        for line in wrap(&step.title, fitting(room, TITLE.size)) {
            self.line(&TITLE, Anchor::Start, SIDE + ICON - 4, line);
        }
        self.face.lines.push(TextLine {
            class: "k",
            anchor: Anchor::End,
            x: self.width - SIDE,
            y: top + 15,
            text: step.kind.clone(),
            branch: None,
        });
        if let Some(remark) = &step.remark {
            self.left(&REMARK, &remark.text);
        }
        if !self.sketch.of_case {
            let when = step.when.as_ref().map(|when| when.words.as_str());
            self.left_condition(when);
        }
        for about in &step.about {
            for line in wrap_in(about, fitting(self.width - 2 * SIDE, SMALL.size), 3) {
                self.line(&SMALL, Anchor::Start, SIDE, line);
            }
        }
        match self.sketch.of_case {
            true => self.branches(step),
            false => self.chips(step, false),
        }
        self.y += 10;
        self.face.head = self.y;
    }

    /// The branches that there are, in columns.
    fn branches(&mut self, step: &Step) {
        const MOST: usize = 24;
        let said: Vec<String> = step
            .branches
            .iter()
            .take(MOST)
            .map(|branch| self.sketch.branch_line(step, branch))
            .collect();
        let widest = said.iter().map(|line| px(width(line), 13)).max();
        let room = self.width - 2 * SIDE;
        let column = (widest.unwrap_or(0) + ICON + 12).clamp(1, room.max(1));
        let columns = (room / column).max(1);
        self.y += if said.is_empty() { 0 } else { 4 };
        for (at, line) in said.into_iter().enumerate() {
            let slot = small(at) % columns;
            let x = SIDE + slot * column;
            let lines = wrap_in(&line, fitting(column - ICON, BRANCH.size), 1);
            let first = lines.into_iter().next().unwrap_or_default();
            if slot == 0 {
                self.y += BRANCH.leading;
            }
            self.face.lines.push(TextLine {
                class: BRANCH.class,
                anchor: Anchor::Start,
                x: x + ICON - 4,
                y: self.y - 5,
                text: first,
                branch: Some(at),
            });
        }
        let rest = step.branches.len().saturating_sub(MOST);
        if 0 < rest {
            self.line(&SMALL, Anchor::Start, SIDE, format!("… +{rest}"));
        }
    }

    fn branch(&mut self, branch: &Branch) {
        let when = branch.own_condition().map(|when| when.words.as_str());
        if branch.title.is_empty() && when.is_none() {
            return;
        }
        self.y = 8;
        self.condition(when.filter(|_| !self.sketch.of_case), 3);
        if !branch.title.is_empty() {
            self.centered(&SMALL, &branch.title, SIDE, 2);
        }
        self.face.head = match self.y {
            8 => 0,
            y => y + 8,
        };
    }

    fn exit(&mut self, exit: &Exit) {
        self.y = 9;
        self.centered(&SMALL, &exit.title, SIDE, 3);
        self.y += 9;
        self.face.head = self.y;
    }

    /// 仅当 …, centered.
    fn condition(&mut self, words: Option<&str>, lines: usize) {
        let Some(words) = words else { return };
        let text = format!("{}{words}", self.sketch.terms.only_when);
        self.centered(&CONDITION, &text, ICON, lines);
        self.y += 2;
    }

    fn left_condition(&mut self, words: Option<&str>) {
        let Some(words) = words else { return };
        let text = format!("{}{words}", self.sketch.terms.only_when);
        let most = fitting(self.width - 2 * SIDE, CONDITION.size);
        for line in wrap_in(&text, most, 3) {
            self.line(&CONDITION, Anchor::Start, SIDE, line);
        }
    }

    fn centered(&mut self, style: &Style, text: &str, side: i32, most: usize) {
        let room = fitting(self.width - 2 * side, style.size);
        for line in wrap_in(text, room, most) {
            self.line(style, Anchor::Middle, self.width / 2, line);
        }
    }

    fn line(&mut self, style: &Style, anchor: Anchor, x: i32, text: String) {
        self.y += style.leading;
        self.face.lines.push(TextLine {
            class: style.class,
            anchor,
            x,
            y: self.y - 5,
            text,
            branch: None,
        });
    }

    /// Chips in rows; one that is wider than the face is written out instead.
    fn chips(&mut self, step: &Step, centered: bool) {
        let room = self.width - 2 * SIDE + 8;
        let mut rows: Vec<Vec<ChipBox>> = Vec::new();
        let mut used = 0;
        let mut wide = Vec::new();
        for chip in &step.chips {
            let own = px(width(&chip.text), 12) + 12;
            if room < own {
                wide.push(&chip.text);
                continue;
            }
            if rows.is_empty() || room < used + 6 + own {
                rows.push(Vec::new());
                used = -6;
            }
            used += 6 + own;
            if let Some(row) = rows.last_mut() {
                row.push(ChipBox {
                    kind: chip.about,
                    x: used - own,
                    y: 0,
                    width: own,
                    text: chip.text.clone(),
                });
            }
        }
        for text in wide {
            match centered {
                true => self.centered(&CONDITION, text, SIDE, 3),
                false => self.left(&CONDITION, text),
            }
        }
        for row in rows {
            self.y += 5;
            let used = row.last().map_or(0, |chip| chip.x + chip.width);
            let start = match centered {
                true => (self.width - used) / 2,
                false => SIDE,
            };
            for mut chip in row {
                chip.x += start;
                chip.y = self.y;
                self.face.chips.push(chip);
            }
            self.y += CHIP;
        }
    }

    fn left(&mut self, style: &Style, text: &str) {
        for line in wrap_in(text, fitting(self.width - 2 * SIDE, style.size), 3) {
            self.line(style, Anchor::Start, SIDE, line);
        }
    }

    fn rows(&mut self, step: &Step, drawn: &dyn Fn(usize) -> bool) {
        let mut y = 0;
        for (at, way) in step.ways.iter().enumerate() {
            if way.text.is_empty() {
                continue;
            }
            let text = match (&way.goal, drawn(at)) {
                (Some(_), true) => way.text.clone(),
                _ => format!("{}{}{}", way.text, self.sketch.terms.to, way.goal_title),
            };
            let lines = wrap_in(&text, fitting(self.width - 2 * SIDE, CONDITION.size), 3);
            let height = small(lines.len()) * CONDITION.leading + 6;
            let lines = (1..)
                .map(|line| y + line * CONDITION.leading - 1)
                .zip(lines);
            self.face.rows.push(RowBox {
                way: at,
                tone: way.tone,
                y: y + height / 2,
                lines: lines.collect(),
            });
            y += height;
        }
        self.face.foot = match y {
            0 => 0,
            _ => y + 4,
        };
    }
}

impl Shape {
    /// How narrow a block's frame may be, for its title.
    pub(super) fn least(self) -> i32 {
        match self {
            Self::Parallel | Self::Foreach => 184,
            _ => 152,
        }
    }
}
