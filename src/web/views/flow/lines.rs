//! Lines, arrow heads and diamonds between the boxes.

use super::layout::{BOX, DIAMOND, END, GAP, Placed, ROW_GAP, passed};
use super::{FlowReturn, FlowSvg, FlowWord, Shape};

pub(super) fn join(svg: &mut FlowSvg, before: Placed, at: Placed) {
    let done = passed(before.state);
    if before.row == at.row {
        arrow(svg, before.right, at.middle, at.left, done);
        return;
    }
    // Down between the rows, back to the left, and into the first block of the next row from above.
    let between = at.row_top - ROW_GAP / 2;
    let into = at.left + BOX / 2;
    let x = before.right + 12;
    svg.edges.push(Shape {
        class: edge_class(done),
        d: format!(
            "M{} {}H{x}V{between}H{into}V{}",
            before.right,
            before.middle,
            at.top - 8
        ),
    });
    arrow_down(svg, into, at.top, arrow_class(done));
}

pub(super) fn arrow(svg: &mut FlowSvg, from: i32, y: i32, to: i32, done: bool) {
    svg.edges.push(Shape {
        class: edge_class(done),
        d: format!("M{from} {y}H{}", to - 8),
    });
    arrow_right(svg, to, y, done);
}

pub(super) fn corner_out(
    svg: &mut FlowSvg,
    fork: i32,
    middle: i32,
    to: i32,
    line: i32,
    done: bool,
) {
    let start = match line.cmp(&middle) {
        std::cmp::Ordering::Less => format!("M{fork} {}V{line}", middle - DIAMOND),
        std::cmp::Ordering::Greater => format!("M{fork} {}V{line}", middle + DIAMOND),
        std::cmp::Ordering::Equal => format!("M{} {middle}", fork + DIAMOND),
    };
    svg.edges.push(Shape {
        class: edge_class(done),
        d: format!("{start}H{}", to - 8),
    });
    arrow_right(svg, to, line, done);
}

pub(super) fn corner_in(
    svg: &mut FlowSvg,
    from: i32,
    line: i32,
    merge: i32,
    middle: i32,
    done: bool,
) {
    let d = match line.cmp(&middle) {
        std::cmp::Ordering::Less => format!("M{from} {line}H{merge}V{}", middle - DIAMOND),
        std::cmp::Ordering::Greater => format!("M{from} {line}H{merge}V{}", middle + DIAMOND),
        std::cmp::Ordering::Equal => format!("M{from} {line}H{}", merge - DIAMOND),
    };
    svg.edges.push(Shape {
        class: edge_class(done),
        d,
    });
}

pub(super) fn diamond(svg: &mut FlowSvg, x: i32, y: i32, done: bool) {
    let r = DIAMOND;
    svg.marks.push(Shape {
        class: if done { "gw gw--done" } else { "gw" },
        d: format!("M{} {y}l{r} -{r} {r} {r} -{r} {r}z", x - r),
    });
    svg.words.push(FlowWord {
        class: "lb2",
        x,
        y: y + 5,
        text: "＋".into(),
    });
}

pub(super) fn draw_return(svg: &mut FlowSvg, placed: &[Placed], back: &FlowReturn) {
    let (Some(from), Some(to)) = (placed.get(back.from), placed.get(back.to)) else {
        return;
    };
    // Between rows the line would cross boxes; the list says it in words.
    if from.row != to.row || from.left <= to.left {
        return;
    }
    let lift = from.top.min(to.top) - 18;
    let (start, target) = (
        i32::midpoint(from.left, from.right),
        i32::midpoint(to.left, to.right),
    );
    svg.edges.push(Shape {
        class: "ed ed--ret",
        d: format!("M{start} {}V{lift}H{target}V{}", from.top, to.top - 8),
    });
    arrow_down(svg, target, to.top, "ar ar--ret");
    svg.words.push(FlowWord {
        class: "lb2 lb2--ret",
        x: i32::midpoint(start, target),
        y: lift - 6,
        text: back.text.clone(),
    });
}

pub(super) fn draw_end(svg: &mut FlowSvg, last: Placed, end: &str) {
    let done = passed(last.state);
    let x = last.right + GAP + END;
    arrow(svg, last.right, last.middle, x - END, done);
    svg.marks.push(Shape {
        class: if done { "gw gw--done" } else { "gw" },
        d: format!("M{} {}a{END} {END} 0 1 0 0 -0.1z", x - END, last.middle),
    });
    svg.words.push(FlowWord {
        class: "lb2",
        x,
        y: last.middle + END + 20,
        text: end.to_owned(),
    });
}

fn arrow_right(svg: &mut FlowSvg, x: i32, y: i32, done: bool) {
    svg.marks.push(Shape {
        class: arrow_class(done),
        d: format!("M{x} {y}l-8 -4.5v9z"),
    });
}

fn arrow_down(svg: &mut FlowSvg, x: i32, y: i32, class: &'static str) {
    svg.marks.push(Shape {
        class,
        d: format!("M{x} {y}l-4.5 -8h9z"),
    });
}

fn edge_class(done: bool) -> &'static str {
    if done { "ed ed--done" } else { "ed" }
}

fn arrow_class(done: bool) -> &'static str {
    if done { "ar ar--done" } else { "ar" }
}
