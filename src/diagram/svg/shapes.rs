//! The shapes of a drawing: blocks behind, lines over them, cards and words on top.

use super::icons;
use super::pen::{Pen, shortened};
use crate::diagram::plan::{
    Anchor, CAPTION, CHIP, Face, Item, Plan, Rect, SHEET, What, branch_is_framed,
};
use crate::diagram::progress::Mark;
use crate::diagram::sketch::{ChipKind, Leaving, Remark, Shape, Step};

/// Draws all of a plan.
pub(super) fn draw(pen: &mut Pen, plan: &Plan<'_>) {
    for (id, item) in plan.items.iter().enumerate() {
        match item.what {
            What::Frame(step) => frame(pen, plan, item, step),
            What::Branch(_) if branch_is_framed(plan, id) => branch(pen, item),
            What::Branch(_) | What::Card(_) | What::Exit(_) => {}
        }
    }
    lines(pen, plan);
    for item in &plan.items {
        match item.what {
            What::Card(step) => card(pen, plan, item, step),
            What::Exit(exit) => pill(pen, item, exit.outcome, exit.mark),
            What::Frame(step) => {
                pen.open(&format!("ft {}", state(step)));
                rows(pen, item);
                pen.close();
            }
            What::Branch(_) => {}
        }
    }
}

fn lines(pen: &mut Pen, plan: &Plan<'_>) {
    for net in &plan.net_wires {
        let tone = plan.nets[net.net].tone.word();
        for (at, points) in net.drawn.iter().enumerate() {
            let class = format!("ed ed--{tone}");
            match at {
                0 => {
                    pen.wire(&class, &shortened(points));
                    pen.arrow(&format!("ar ar--{tone}"), points);
                }
                _ => pen.wire(&class, points),
            }
        }
    }
    for wire in &plan.wires {
        let done = if wire.done { "--done" } else { "--run" };
        pen.wire(&format!("ed ed{done}"), &shortened(&wire.points));
        pen.arrow(&format!("ar ar{done}"), &wire.points);
    }
    for bars in &plan.bars {
        rect(pen, "bar", bars.part, 2);
        rect(pen, "bar", bars.meet, 2);
    }
    for space in 0..plan.spaces.len() {
        caption(pen, plan, space);
    }
}

fn caption(pen: &mut Pen, plan: &Plan<'_>, space: usize) {
    let own = &plan.spaces[space];
    let count = i32::try_from(own.caption.len()).unwrap_or(0);
    let first = own.rect.bottom() - count * CAPTION;
    for (line, y) in own.caption.iter().zip(1..) {
        let at = (own.rect.middle(), first + y * CAPTION - 4);
        pen.text("jn", at, "middle", line);
    }
}

fn rect(pen: &mut Pen, class: &str, at: Rect, round: i32) {
    pen.raw(&format!(
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>",
        at.x, at.y, at.width, at.height
    ));
}

/// The class of how far a step is; a definition's steps are plain, but where something was found.
fn state(step: &Step) -> &'static str {
    match (&step.standing, &step.remark) {
        (Some(standing), _) => mark_class(standing.mark),
        (None, Some(Remark { stops: true, .. })) => "bad",
        (None, Some(Remark { stops: false, .. })) => "warn",
        (None, None) => "plain",
    }
}

fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Done => "done",
        Mark::Now => "now",
        Mark::ToCome => "todo",
        Mark::Skipped => "skipped",
        Mark::Refused => "bad",
        Mark::Void => "void",
    }
}

fn card(pen: &mut Pen, plan: &Plan<'_>, item: &Item<'_>, step: &Step) {
    let kind = match step.shape {
        Shape::Wait => " wait",
        Shape::Start => " start",
        Shape::Filing => " filing",
        Shape::Work => " work",
        Shape::Notice => " notice",
        _ => "",
    };
    pen.open(&format!("nd {}{kind}", state(step)));
    pen.element("title", &plan.sketch.tooltip(step));
    let round = if step.shape == Shape::Wait { 20 } else { 5 };
    rect(pen, "bx", item.rect, round);
    if step.shape == Shape::Start {
        let inner = Rect {
            x: item.rect.x + 3,
            y: item.rect.y + 3,
            width: item.rect.width - 6,
            height: item.rect.height - 6,
        };
        rect(pen, "inner", inner, 3);
    }
    let inset = if step.shape == Shape::Wait { 4 } else { 0 };
    icon(
        pen,
        step,
        (item.rect.x + 8 + inset, item.rect.y + 8 + inset / 2),
    );
    words(pen, item.rect, &item.face);
    rows(pen, item);
    pen.close();
}

/// In a case how far it is, else what it is.
fn icon(pen: &mut Pen, step: &Step, (x, y): (i32, i32)) {
    let (class, d) = match &step.standing {
        Some(standing) => ("mk", icons::mark(standing.mark)),
        None => ("ik", icons::shape(step.shape)),
    };
    pen.raw(&format!(
        "<path class=\"{class}\" transform=\"translate({x} {y})\" d=\"{d}\"/>"
    ));
}

fn words(pen: &mut Pen, at: Rect, face: &Face) {
    for line in &face.lines {
        let anchor = match line.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        pen.text(
            line.class,
            (at.x + line.x, at.y + line.y),
            anchor,
            &line.text,
        );
    }
    for chip in &face.chips {
        let kind = match chip.kind {
            ChipKind::Law => "law",
            ChipKind::Due => "due",
            ChipKind::Rule => "rule",
        };
        let own = Rect {
            x: at.x + chip.x,
            y: at.y + chip.y,
            width: chip.width,
            height: CHIP,
        };
        rect(pen, &format!("cp cp--{kind}"), own, 3);
        let middle = (own.middle(), own.y + 14);
        pen.text(&format!("cw cw--{kind}"), middle, "middle", &chip.text);
    }
}

/// The ways out at the foot of a card or frame.
fn rows(pen: &mut Pen, item: &Item<'_>) {
    let top = item.rect.bottom() - item.face.foot;
    if item.face.foot == 0 {
        return;
    }
    let line = format!("M{} {top}H{}", item.rect.x + 8, item.rect.right() - 8);
    pen.path("sp", &line);
    for row in &item.face.rows {
        for (y, words) in &row.lines {
            let at = (item.rect.right() - 10, top + y);
            pen.text(&format!("rw rw--{}", row.tone.word()), at, "end", words);
        }
    }
}

fn pill(pen: &mut Pen, item: &Item<'_>, outcome: Leaving, mark: Option<Mark>) {
    let kind = match outcome {
        Leaving::Passed => "passed",
        Leaving::Refused => "refused",
        Leaving::Other => "other",
    };
    let state = mark.map_or("plain", mark_class);
    pen.open(&format!("pl pl--{kind} {state}"));
    rect(pen, "bx", item.rect, item.rect.height / 2);
    words(pen, item.rect, &item.face);
    pen.close();
}

fn frame(pen: &mut Pen, plan: &Plan<'_>, item: &Item<'_>, step: &Step) {
    let kind = match step.shape {
        Shape::Parallel => "parallel",
        Shape::Foreach => "foreach",
        Shape::Aside => "aside",
        _ => "group",
    };
    pen.open(&format!("fr fr--{kind} {}", state(step)));
    pen.element("title", &plan.sketch.tooltip(step));
    let mut front = item.rect;
    if step.shape == Shape::Foreach {
        for sheet in [2, 1] {
            rect(pen, "sh", sheet_of(item.rect, sheet), 6);
        }
        front = sheet_of(item.rect, 0);
    }
    rect(pen, "bx", front, 6);
    let top = Rect {
        y: front.y,
        ..item.rect
    };
    icon(pen, step, (top.x + 12, top.y + 12));
    words(
        pen,
        Rect {
            width: front.width,
            ..top
        },
        &item.face,
    );
    for line in &item.face.lines {
        let branch = line.branch.and_then(|branch| step.branches.get(branch));
        if let Some(branch) = branch {
            pen.raw(&format!(
                "<path class=\"bm {}\" transform=\"translate({} {})\" d=\"{}\"/>",
                mark_class(branch.mark),
                top.x + line.x - 20,
                top.y + line.y - 12,
                icons::mark(branch.mark)
            ));
        }
    }
    pen.close();
}

/// One of the sheets that lie behind each other, the front one being 0.
fn sheet_of(whole: Rect, sheet: i32) -> Rect {
    Rect {
        x: whole.x + sheet * SHEET,
        y: whole.y + (2 - sheet) * SHEET,
        width: whole.width - 2 * SHEET,
        height: whole.height - 2 * SHEET,
    }
}

fn branch(pen: &mut Pen, item: &Item<'_>) {
    pen.open("br");
    rect(pen, "bx", item.rect, 5);
    words(pen, item.rect, &item.face);
    pen.close();
}
