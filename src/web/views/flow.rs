//! The stages of a case as a drawing, laid out here, and as a list for narrow screens.

use serde::Serialize;

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Passed.
    Done,
    /// Open.
    Now,
    /// To come.
    Todo,
    /// Refused.
    Bad,
    /// Passed over.
    Skipped,
}

/// A stage in the drawing.
#[derive(Debug, Clone, Serialize)]
pub struct FlowNode {
    /// Its title.
    pub title: String,
    /// Who and when, short: 李文静 9月28日; 已签 1 人，待签 1 人.
    pub note: String,
    /// How far it is.
    pub state: NodeState,
}

/// Stages that stand in a row, or branches that run side by side.
#[derive(Debug, Clone)]
pub enum FlowBlock {
    /// A stage.
    One(FlowNode),
    /// Branches, each with its stages.
    Parallel(Vec<Vec<FlowNode>>),
}

/// A return that happened: drawn from the block that returned to the one returned to.
#[derive(Debug, Clone)]
pub struct FlowReturn {
    /// Index of the block that returned.
    pub from: usize,
    /// Index of the block it went to.
    pub to: usize,
    /// 10月9日 退回补正，10月12日 重新提交
    pub text: String,
}

/// 办到哪一步了.
#[derive(Debug, Clone, Serialize)]
pub struct FlowView {
    /// The drawing, for wide screens.
    pub svg: FlowSvg,
    /// The same as a list.
    pub items: Vec<FlowItem>,
    /// 第 3 步，共 6 步：省公安厅审核
    pub summary: String,
    /// The drawing in words.
    pub description: String,
    /// What was returned, in words, for the list.
    pub returns: Vec<String>,
}

/// A stage in the list.
#[derive(Debug, Clone, Serialize)]
pub struct FlowItem {
    /// The stage.
    #[serde(flatten)]
    pub node: FlowNode,
    /// Whether it runs beside others.
    pub parallel: bool,
}

/// Shapes with their places.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FlowSvg {
    /// Width of the drawing.
    pub width: i32,
    /// Height of the drawing.
    pub height: i32,
    /// Lines.
    pub edges: Vec<Shape>,
    /// Arrow heads, diamonds and the end.
    pub marks: Vec<Shape>,
    /// Boxes.
    pub boxes: Vec<FlowBox>,
    /// Words that stand free.
    pub words: Vec<FlowWord>,
}

/// A path.
#[derive(Debug, Clone, Serialize)]
pub struct Shape {
    /// Its class.
    pub class: &'static str,
    /// Its path.
    pub d: String,
}

/// A box with a title and a note.
#[derive(Debug, Clone, Serialize)]
pub struct FlowBox {
    /// `done now todo bad skipped`
    pub state: NodeState,
    /// Left side.
    pub x: i32,
    /// Upper side.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// Middle of the words.
    pub middle: i32,
    /// The lines of the title and of the note.
    pub lines: Vec<FlowLine>,
}

/// A line of words in a box.
#[derive(Debug, Clone, Serialize)]
pub struct FlowLine {
    /// `t` for the title, `s` for the note.
    pub class: &'static str,
    /// Its base line.
    pub y: i32,
    /// The words.
    pub text: String,
}

/// Words that stand free.
#[derive(Debug, Clone, Serialize)]
pub struct FlowWord {
    /// Its class.
    pub class: &'static str,
    /// Its middle.
    pub x: i32,
    /// Its base line.
    pub y: i32,
    /// The words.
    pub text: String,
}

/// The drawing's width: that of the content column.
const WIDTH: i32 = 1040;
const BOX: i32 = 140;
const GAP: i32 = 30;
/// From a fork to its branches, and from them to where they meet.
const FORK: i32 = 28;
const MEET: i32 = 20;
const LINE: i32 = 20;
/// Full-width characters that fit in a line of a box.
const TITLE: f32 = 9.0;
const NOTE: f32 = 9.7;
const DIAMOND: i32 = 16;
const ROW_GAP: i32 = 40;
const BRANCH_GAP: i32 = 24;
const END: i32 = 14;
/// Room above a row for returns.
const ABOVE: i32 = 44;

impl FlowView {
    /// Lays out `blocks`, with the sentences that stand for the drawing.
    #[must_use]
    pub fn new(
        blocks: &[FlowBlock],
        returns: &[FlowReturn],
        end: &str,
        summary: String,
        description: String,
    ) -> Self {
        Self {
            svg: draw(blocks, returns, end),
            items: items(blocks),
            summary,
            description,
            returns: returns.iter().map(|back| back.text.clone()).collect(),
        }
    }
}

fn items(blocks: &[FlowBlock]) -> Vec<FlowItem> {
    blocks
        .iter()
        .flat_map(|block| match block {
            FlowBlock::One(node) => vec![FlowItem {
                node: node.clone(),
                parallel: false,
            }],
            FlowBlock::Parallel(branches) => branches
                .iter()
                .flatten()
                .map(|node| FlowItem {
                    node: node.clone(),
                    parallel: true,
                })
                .collect(),
        })
        .collect()
}

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
struct Placed {
    row: usize,
    left: i32,
    right: i32,
    top: i32,
    middle: i32,
    state: NodeState,
}

fn draw(blocks: &[FlowBlock], returns: &[FlowReturn], end: &str) -> FlowSvg {
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
            let at = place(&mut svg, sized, x, y + height / 2, number);
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
        edge_corner_out(svg, fork, middle, left, line, entered);
        for (index, node) in branch.iter().enumerate() {
            let own = box_height(node);
            put_box(svg, node, left, line - own / 2, own);
            if index + 1 < branch.len() {
                arrow(svg, left + BOX, line, left + BOX + GAP, passed(node.state));
            }
            left += BOX + GAP;
        }
        let done = branch.iter().all(|node| passed(node.state));
        edge_corner_in(svg, left - GAP, line, merge, middle, done);
        top += height + BRANCH_GAP;
    }
    Placed {
        row,
        left: x,
        right,
        top: middle - sized.height / 2,
        middle,
        state,
    }
}

fn together(branches: &[Vec<FlowNode>]) -> NodeState {
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

fn passed(state: NodeState) -> bool {
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

fn join(svg: &mut FlowSvg, before: Placed, at: Placed) {
    let done = passed(before.state);
    if before.row == at.row {
        arrow(svg, before.right, at.middle, at.left, done);
        return;
    }
    // Down between the rows, back to the left, and into the first block of the next row from above.
    let between = at.top - ROW_GAP / 2;
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

fn arrow(svg: &mut FlowSvg, from: i32, y: i32, to: i32, done: bool) {
    svg.edges.push(Shape {
        class: edge_class(done),
        d: format!("M{from} {y}H{}", to - 8),
    });
    arrow_right(svg, to, y, done);
}

fn edge_corner_out(svg: &mut FlowSvg, fork: i32, middle: i32, to: i32, line: i32, done: bool) {
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

fn edge_corner_in(svg: &mut FlowSvg, from: i32, line: i32, merge: i32, middle: i32, done: bool) {
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

fn diamond(svg: &mut FlowSvg, x: i32, y: i32, done: bool) {
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

fn draw_return(svg: &mut FlowSvg, placed: &[Placed], back: &FlowReturn) {
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

fn draw_end(svg: &mut FlowSvg, last: Placed, end: &str) {
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

/// Breaks `text` into as few lines of at most `most` full-width characters as it takes, all about equally long.
fn wrap(text: &str, most: f32) -> Vec<String> {
    let pieces = pieces(text);
    let widest = fill(&pieces, most);
    let steps = (0u8..).map(|step| width(text) / len(&widest) + 0.5 * f32::from(step));
    steps
        .take_while(|limit| *limit < most)
        .map(|limit| fill(&pieces, limit))
        .find(|lines| lines.len() == widest.len())
        .unwrap_or(widest)
}

fn len(lines: &[String]) -> f32 {
    // A box has a handful of lines.
    f32::from(u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX))
}

fn fill(pieces: &[String], most: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces {
        if !line.is_empty() && most < width(line.trim_end()) + width(piece.trim_end()) {
            lines.push(line.trim().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    lines
}

/// What may not be broken: a Chinese character with the punctuation behind it, or a word of letters.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for letter in text.chars() {
        let sticks = pieces.last().is_some_and(|piece: &String| {
            let glued = !is_wide(letter) && !piece.ends_with(' ') && !piece.chars().any(is_wide);
            // A number keeps its unit: 1 人, 10月.
            let unit =
                is_wide(letter) && piece.trim_end().ends_with(|end: char| end.is_ascii_digit());
            glued || unit || letter == ' ' || "，。、；：）》”〕".contains(letter)
        });
        match pieces.last_mut() {
            Some(piece) if sticks => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
    }
    pieces
}

fn width(text: &str) -> f32 {
    text.chars()
        .map(|letter| match letter {
            ' ' => 0.3,
            _ if is_wide(letter) => 1.0,
            _ => 0.56,
        })
        .sum()
}

fn is_wide(letter: char) -> bool {
    u32::from(letter) >= 0x2000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(title: &str) -> FlowNode {
        FlowNode {
            title: title.into(),
            note: "李文静 9月28日".into(),
            state: NodeState::Todo,
        }
    }

    fn line_of(count: usize) -> Vec<FlowBlock> {
        (0..count)
            .map(|number| FlowBlock::One(node(&format!("环节{number}"))))
            .collect()
    }

    #[test]
    fn long_titles_are_wrapped_and_never_cut() {
        let title = "需求部门共享工作机构负责人同意";

        let lines = wrap(title, TITLE);

        assert_eq!(lines, ["需求部门共享工作", "机构负责人同意"]);
        assert!(lines.iter().all(|line| width(line) <= TITLE), "{lines:?}");
    }

    #[test]
    fn a_number_keeps_its_unit() {
        let lines = wrap("已签 1 人，待签并等待会办 12 人", 7.0);

        assert!(
            lines.iter().all(|line| !line.starts_with('人')),
            "{lines:?}"
        );
    }

    #[test]
    fn words_of_letters_are_not_broken() {
        assert_eq!(
            wrap("Business review", TITLE),
            vec!["Business review".to_owned()]
        );
        assert_eq!(
            wrap("Integrated approval step", TITLE),
            vec!["Integrated".to_owned(), "approval step".to_owned()]
        );
    }

    #[test]
    fn every_box_lies_within_the_drawing() {
        for count in 1..30 {
            let svg = draw(&line_of(count), &[], "办结");

            assert_eq!(svg.boxes.len(), count);
            for placed in &svg.boxes {
                assert!(placed.x >= 0 && placed.x + placed.width <= svg.width);
                assert!(placed.y >= 0 && placed.y + placed.height <= svg.height);
            }
        }
    }

    #[test]
    fn the_end_lies_within_the_drawing() {
        for count in 1..30 {
            let svg = draw(&line_of(count), &[], "办结");
            let end = svg.words.last().expect("the end's name");

            assert!(end.x + 20 <= svg.width, "{count}: {}", end.x);
        }
    }

    #[test]
    fn no_two_boxes_overlap() {
        let blocks = vec![
            FlowBlock::One(node("提交申请")),
            FlowBlock::Parallel(vec![
                vec![node("省公安厅审核"), node("答复")],
                vec![node("安全合规评估")],
                vec![node("法制审核")],
            ]),
            FlowBlock::One(node("综合审批")),
        ];
        let boxes = draw(&blocks, &[], "办结").boxes;

        for (index, a) in boxes.iter().enumerate() {
            for b in &boxes[index + 1..] {
                let apart = a.x + a.width <= b.x
                    || b.x + b.width <= a.x
                    || a.y + a.height <= b.y
                    || b.y + b.height <= a.y;
                assert!(apart, "{} over {}", a.lines[0].text, b.lines[0].text);
            }
        }
    }

    #[test]
    fn a_parallel_is_done_only_when_every_branch_is() {
        let done = FlowNode {
            state: NodeState::Done,
            ..node("甲")
        };

        assert_eq!(
            together(&[vec![done.clone()], vec![node("乙")]]),
            NodeState::Now
        );
        assert_eq!(together(&[vec![done.clone()], vec![done]]), NodeState::Done);
    }
}
