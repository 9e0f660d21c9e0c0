//! Where a run may go: targets within their region, returns that go back.

use super::Lint;
use super::map::Standing;
use crate::workflow::{ClockRule, Kind, Next, Node, OverdueAct, Target};

impl Lint<'_> {
    /// Every target of a node stands in its own list or in one around it, and does not leave a foreach.
    pub fn targets(&mut self) {
        for node in self.workflow.nodes() {
            let id = node.id.as_str();
            self.next_inside(id, &["next"], &node.next);
            self.next_inside(id, &["refused"], &node.refused);
            self.clocks_inside(id, &["due"], &node.due);
            for signal in &node.signals {
                self.next_inside(id, &["signals", &signal.name, "next"], &signal.next);
            }
            if let Some(stage) = node.stage() {
                self.next_inside(id, &["undecided"], &stage.undecided);
                for (index, target) in stage.return_to.iter().flatten().enumerate() {
                    self.inside(id, target, &["return", "to", &index.to_string()], true);
                }
                if let Some(supplement) = &stage.supplement {
                    self.clocks_inside(id, &["supplement", "due"], &supplement.due);
                }
            }
            self.returns(node);
        }
    }

    fn next_inside(&mut self, id: &str, key: &[&str], next: &Next) {
        for (index, (_, target)) in next.iter().enumerate() {
            let index = index.to_string();
            let place = [key, &[index.as_str(), "goto"]].concat();
            self.inside(id, target, &place, false);
        }
    }

    fn clocks_inside(&mut self, id: &str, path: &[&str], clocks: &[ClockRule]) {
        for (index, clock) in clocks.iter().enumerate() {
            for (step, overdue) in clock.overdue.iter().enumerate() {
                if let OverdueAct::Next(target) = &overdue.act {
                    let (index, step) = (index.to_string(), step.to_string());
                    let place = [path, &[index.as_str(), "overdue", &step, "next"]].concat();
                    self.inside(id, target, &place, false);
                }
            }
        }
    }

    fn inside(&mut self, id: &str, target: &Target, path: &[&str], returns: bool) {
        let Some(standing) = self.map.get(id) else {
            return;
        };
        let at = self.of_node(id, path);
        match target {
            Target::Node(to) => {
                let Some(other) = self.map.get(to) else {
                    return;
                };
                if !standing.reaches(other) {
                    self.note(
                        "target-outside",
                        at,
                        format!("`{to}` 在另一个块里；`{id}` 只能去同一列表或外层列表中的环节"),
                        format!(
                            "`{to}` is inside another block; `{id}` may go to its own list or one around it"
                        ),
                    );
                } else if !returns && let Some(block) = left(standing, Some(other)) {
                    self.leaves(at, to, &block);
                }
            }
            Target::End(to) if !returns => {
                if let Some(block) = left(standing, None) {
                    self.leaves(at, to, &block);
                }
            }
            Target::Void if !in_branch(standing) => self.note(
                "target-outside",
                at,
                "`void` 只能用在分支里".to_owned(),
                "`void` is for branches only".to_owned(),
            ),
            _ => {}
        }
    }

    fn leaves(&mut self, at: std::ops::Range<usize>, to: &str, block: &str) {
        self.note_with(
            "leaves-foreach",
            at,
            (
                format!("去 `{to}` 会离开 `{block}`，连带取消其他分支"),
                format!("going to `{to}` leaves `{block}` and would cancel the other branches"),
            ),
            crate::expression::Words::new(
                "一个分支用 `passed`、`refused`、`void` 结束；以后去哪里写在 foreach 的 `next`、`refused` 里",
                "a branch ends with `passed`, `refused` or `void`; where it goes then is said by `next` and `refused` of the foreach",
            ),
        );
    }

    fn returns(&mut self, node: &Node) {
        let Some(stage) = node.stage() else {
            return;
        };
        let id = node.id.as_str();
        for (index, target) in stage.return_to.iter().flatten().enumerate() {
            let back = match target {
                Target::Applicant => true,
                // A target that is already known to stand outside is told once.
                Target::Node(to) => {
                    self.map.is_before(to, id)
                        || self
                            .map
                            .get(id)
                            .zip(self.map.get(to))
                            .is_some_and(|(own, other)| !own.reaches(other))
                }
                _ => false,
            };
            if !back {
                let at = self.of_node(id, &["return", "to", &index.to_string()]);
                self.note(
                    "return-target",
                    at,
                    "只能退回到前面的环节或 `applicant`".to_owned(),
                    "a return goes to an earlier stage or to `applicant`".to_owned(),
                );
            }
        }
        let denied = |action: &str| node.rules.deny.iter().any(|denied| denied == action);
        let returns = stage.return_to.is_some() || stage.resume_here;
        let extends = node.due.iter().any(|clock| clock.extend.is_some());
        for (offered, action, key) in [
            (returns, "return", "return"),
            (stage.supplement.is_some(), "supplement", "supplement"),
            (extends, "extend", "due"),
        ] {
            if offered && denied(action) {
                let at = self.of_node(id, &[key]);
                self.note(
                    "denied-offer",
                    at,
                    format!("`deny` 已经禁止了 `{action}`，这里写的不起作用"),
                    format!("`deny` forbids `{action}`, so this does nothing"),
                );
            }
        }
    }
}

/// The foreach that a node leaves when it goes to `other`, or to an end.
fn left(standing: &Standing<'_>, other: Option<&Standing<'_>>) -> Option<String> {
    let stays = |block: &Node| {
        other.is_some_and(|other| other.around.iter().any(|around| around.id == block.id))
    };
    let mut blocks = standing.foreachs();
    blocks
        .find(|block| !stays(block))
        .map(|block| block.id.clone())
}

fn in_branch(standing: &Standing<'_>) -> bool {
    standing
        .around
        .iter()
        .any(|block| matches!(block.kind, Kind::Foreach(_) | Kind::Parallel(_)))
}
