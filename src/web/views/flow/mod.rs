//! The stages of a case as a drawing, laid out here, and as a list for narrow screens.

mod layout;
mod lines;
mod words;

use serde::Serialize;

use layout::draw;

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

#[cfg(test)]
mod tests {
    use super::layout::together;
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
