//! Where the boxes of the drawing stand.

use super::lines::{arrow, corner_in, corner_out, diamond, draw_end, draw_return, join};
use super::words::wrap;
use super::{FlowBlock, FlowBox, FlowLine, FlowNode, FlowReturn, FlowSvg, NodeState};

/// The drawing's width: that of the content column.
const WIDTH: i32 = 1040;
pub(super) const BOX: i32 = 140;
pub(super) const GAP: i32 = 30;
/// From a fork to its branches, and from them to where they meet.
const FORK: i32 = 28;
const MEET: i32 = 20;
const LINE: i32 = 20;
/// Full-width characters that fit in a line of a box.
const TITLE: f32 = 9.0;
const NOTE: f32 = 9.7;
pub(super) const DIAMOND: i32 = 16;
pub(super) const ROW_GAP: i32 = 40;
const BRANCH_GAP: i32 = 24;
pub(super) const END: i32 = 14;
/// Room above a row for returns.
const ABOVE: i32 = 44;

/// A block with its size.
struct Sized<'a> {
    block: &'a FlowBlock,
    width: i32,
    height: i32,
}

fn size(block: &FlowBlock) -> Sized<'_> {
    match block {
        FlowBlock::One(node) => Sized {
            block,
            width: BOX,
            height: box_height(node),
        },
        FlowBlock::Parallel(branches) => {
            let longest = branches.iter().map(Vec::len).max().unwrap_or(0);
            let stages = i32::try_from(longest).unwrap_or(i32::MAX / 1000);
            let height: i32 = branches.iter().map(|branch| branch_height(branch)).sum();
            let gaps = i32::try_from(branches.len().saturating_sub(1)).unwrap_or(0) * BRANCH_GAP;
            Sized {
                block,
                width: 4 * DIAMOND + FORK + stages * (BOX + GAP) - GAP + MEET,
                height: height + gaps,
            }
        }
    }
}

fn branch_height(branch: &[FlowNode]) -> i32 {
    branch.iter().map(box_height).max().unwrap_or(0)
}

fn box_height(node: &FlowNode) -> i32 {
    let lines = wrap(&node.title, TITLE).len() + wrap(&node.note, NOTE).len();
    (i32::try_from(lines).unwrap_or(2) * LINE + 20).max(60)
}

/// Blocks into rows that fit the width; the end stands behind the last.
fn rows<'a>(blocks: &'a [FlowBlock]) -> Vec<Vec<(usize, Sized<'a>)>> {
    let mut rows: Vec<Vec<(usize, Sized<'a>)>> = vec![Vec::new()];
    let mut used = 0;
    for (index, block) in blocks.iter().enumerate() {
        let sized = size(block);
        let last = index + 1 == blocks.len();
        let tail = if last { GAP + 2 * END + 10 } else { 0 };
        if used > 0 && used + GAP + sized.width + tail > WIDTH - 20 {
            rows.push(Vec::new());
            used = 0;
        }
        used += sized.width + if used > 0 { GAP } else { 0 };
        if let Some(row) = rows.last_mut() {
            row.push((index, sized));
        }
    }
    rows
}

/// Where a block ended up: what lines hang on.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub(super) row: usize,
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    /// Above every block of its row.
    pub(super) row_top: i32,
    pub(super) middle: i32,
    pub(super) state: NodeState,
}

pub(super) fn draw(blocks: &[FlowBlock], returns: &[FlowReturn], end: &str) -> FlowSvg {
    let mut svg = FlowSvg {
        width: WIDTH,
        ..FlowSvg::default()
    };
    let above = if returns.is_empty() { 10 } else { ABOVE };
    let mut y = above;
    let mut placed: Vec<Placed> = Vec::new();
    for (number, row) in rows(blocks).iter().enumerate() {
        let height = row.iter().map(|(_, sized)| sized.height).max().unwrap_or(0);
        let mut x = 10;
        for (_, sized) in row {
            let at = Placed {
                row_top: y,
                ..place(&mut svg, sized, x, y + height / 2, number)
            };
            if let Some(before) = placed.last() {
                join(&mut svg, *before, at);
            }
            placed.push(at);
            x += sized.width + GAP;
        }
        y += height + ROW_GAP;
    }
    svg.height = y - ROW_GAP + 10;
    for back in returns {
        draw_return(&mut svg, &placed, back);
    }
    if let Some(last) = placed.last() {
        draw_end(&mut svg, *last, end);
    }
    svg
}

fn place(svg: &mut FlowSvg, sized: &Sized<'_>, x: i32, middle: i32, row: usize) -> Placed {
    match sized.block {
        FlowBlock::One(node) => {
            let height = box_height(node);
            put_box(svg, node, x, middle - height / 2, height);
            Placed {
                row,
                left: x,
                right: x + BOX,
                top: middle - height / 2,
                row_top: middle - height / 2,
                middle,
                state: node.state,
            }
        }
        FlowBlock::Parallel(branches) => place_branches(svg, branches, sized, x, middle, row),
    }
}

fn place_branches(
    svg: &mut FlowSvg,
    branches: &[Vec<FlowNode>],
    sized: &Sized<'_>,
    x: i32,
    middle: i32,
    row: usize,
) -> Placed {
    let state = together(branches);
    let entered = state != NodeState::Todo;
    let right = x + sized.width;
    let fork = x + DIAMOND;
    let merge = right - DIAMOND;
    diamond(svg, fork, middle, entered);
    diamond(svg, merge, middle, state == NodeState::Done);
    let mut top = middle - sized.height / 2;
    for branch in branches {
        let height = branch_height(branch);
        let line = top + height / 2;
        let mut left = fork + DIAMOND + FORK;
        corner_out(svg, fork, middle, left, line, entered);
        for (index, node) in branch.iter().enumerate() {
            let own = box_height(node);
            put_box(svg, node, left, line - own / 2, own);
            if index + 1 < branch.len() {
                arrow(svg, left + BOX, line, left + BOX + GAP, passed(node.state));
            }
            left += BOX + GAP;
        }
        let done = branch.iter().all(|node| passed(node.state));
        corner_in(svg, left - GAP, line, merge, middle, done);
        top += height + BRANCH_GAP;
    }
    Placed {
        row,
        left: x,
        right,
        top: middle - sized.height / 2,
        row_top: middle - sized.height / 2,
        middle,
        state,
    }
}

pub(super) fn together(branches: &[Vec<FlowNode>]) -> NodeState {
    let mut nodes = branches.iter().flatten();
    if nodes.clone().any(|node| node.state == NodeState::Bad) {
        NodeState::Bad
    } else if nodes.clone().all(|node| passed(node.state)) {
        NodeState::Done
    } else if nodes.all(|node| node.state == NodeState::Todo) {
        NodeState::Todo
    } else {
        NodeState::Now
    }
}

pub(super) fn passed(state: NodeState) -> bool {
    matches!(state, NodeState::Done | NodeState::Skipped)
}

fn put_box(svg: &mut FlowSvg, node: &FlowNode, x: i32, y: i32, height: i32) {
    let middle = x + BOX / 2;
    let title = wrap(&node.title, TITLE);
    let note = wrap(&node.note, NOTE);
    let all = title
        .into_iter()
        .map(|line| ("t", line))
        .chain(note.into_iter().map(|line| ("s", line)))
        .collect::<Vec<_>>();
    let block = i32::try_from(all.len()).unwrap_or(2) * LINE;
    let first = y + (height - block) / 2 + 15;
    let lines = all
        .into_iter()
        .zip(0i32..)
        .map(|((class, text), index)| FlowLine {
            class,
            y: first + index * LINE,
            text,
        })
        .collect();
    svg.boxes.push(FlowBox {
        state: node.state,
        x,
        y,
        width: BOX,
        height,
        middle,
        lines,
    });
}
