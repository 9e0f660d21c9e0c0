//! Time: deadlines that are missing, reminders that never come, silence that must not pass.

use super::Lint;
use crate::calendar::{Duration, Unit};
use crate::workflow::{Budget, ClockRule, Kind, Node, Outcome, OverdueAct, Remind, Target};

impl Lint<'_> {
    pub fn clocks(&mut self) {
        let workflow = self.workflow;
        for node in workflow.nodes() {
            self.no_deadline(node);
            self.law_twice(node);
            self.reminders(&node.id, &["due"], &node.due);
            self.silence(node);
            if let Kind::Stage(stage) = &node.kind
                && let Some(supplement) = &stage.supplement
            {
                self.reminders(&node.id, &["supplement", "due"], &supplement.due);
            }
        }
    }

    fn no_deadline(&mut self, node: &Node) {
        let around = self.workflow.path_to(&node.id).unwrap_or_default();
        let timed = !node.due.is_empty() || around.iter().any(|block| !block.due.is_empty());
        if matches!(node.kind, Kind::Stage(_)) && !timed {
            let at = self.of_node(&node.id, &["id"]);
            self.note(
                "no-deadline",
                at,
                format!("`{}` 没有时限", node.id),
                format!("`{}` has no deadline", node.id),
            );
        }
    }

    fn law_twice(&mut self, node: &Node) {
        let lawful: Vec<usize> = node
            .due
            .iter()
            .enumerate()
            .filter(|(_, clock)| clock.law.is_some())
            .map(|(index, _)| index)
            .collect();
        if let [_, second, ..] = lawful.as_slice() {
            let at = self.of_node(&node.id, &["due", &second.to_string(), "law"]);
            self.note(
                "law-twice",
                at,
                "一个环节最多一个法定时限".to_owned(),
                "at most one clock of a stage has `law`".to_owned(),
            );
        }
    }

    fn reminders(&mut self, id: &str, path: &[&str], clocks: &[ClockRule]) {
        for (index, clock) in clocks.iter().enumerate() {
            let Budget::In(alternatives) = &clock.budget else {
                continue;
            };
            for (step, remind) in clock.remind.iter().enumerate() {
                let Remind::Before(before) = remind else {
                    continue;
                };
                let outside = alternatives
                    .iter()
                    .all(|(_, budget)| longer(*before, *budget));
                if outside && !alternatives.is_empty() {
                    let (index, step) = (index.to_string(), step.to_string());
                    let place = [path, &[index.as_str(), "remind", &step]].concat();
                    let at = self.of_node(id, &place);
                    self.note(
                        "reminder-outside",
                        at,
                        "提醒比整个时限还早，永远不会发出".to_owned(),
                        "the reminder lies before the clock begins and never comes".to_owned(),
                    );
                }
            }
        }
    }

    fn silence(&mut self, node: &Node) {
        for (index, clock) in node.due.iter().enumerate() {
            if clock.law.is_none() && node.law.is_none() {
                continue;
            }
            for (step, overdue) in clock.overdue.iter().enumerate() {
                let OverdueAct::Next(target) = &overdue.act else {
                    continue;
                };
                if self.passes(node, target) {
                    let at = self.of_node(
                        &node.id,
                        &[
                            "due",
                            &index.to_string(),
                            "overdue",
                            &step.to_string(),
                            "next",
                        ],
                    );
                    self.note(
                        "silent-pass",
                        at,
                        "法定时限到期不能自动通过".to_owned(),
                        "silence never passes where the law asks for a decision".to_owned(),
                    );
                }
            }
        }
    }

    /// Whether a target does as if the node had passed: an approving end, or a node further on.
    fn passes(&self, node: &Node, target: &Target) -> bool {
        match target {
            Target::Passed => true,
            Target::End(id) => self
                .workflow
                .end(id)
                .is_some_and(|end| end.outcome == Outcome::Approved),
            Target::Node(to) => {
                let at = |id: &str| self.workflow.nodes().position(|node| node.id == id);
                at(&node.id)
                    .zip(at(to))
                    .is_some_and(|(here, there)| here < there)
            }
            Target::Refused | Target::Void | Target::Again | Target::Stay | Target::Applicant => {
                false
            }
        }
    }
}

/// Whether `one` is longer than `two` whatever the calendar says.
fn longer(one: Duration, two: Duration) -> bool {
    if one.unit == two.unit {
        return two.count < one.count;
    }
    let (shortest, _) = minutes(one);
    let (_, longest) = minutes(two);
    longest < shortest
}

/// The least and the most minutes of wall-clock time that a duration can take. Working time stretches over holidays: ten
/// working days have taken up to 22 days around the Spring Festival.
fn minutes(duration: Duration) -> (u64, u64) {
    let hour = 60;
    let day = 24 * hour;
    let (least, most) = match duration.unit {
        Unit::Min => (1, 1),
        Unit::H => (hour, hour),
        Unit::D => (day, day),
        Unit::Wh => (hour, 2 * day),
        Unit::Wd => (day, 3 * day),
        Unit::Mo => (28 * day, 31 * day),
        Unit::Y => (365 * day, 366 * day),
    };
    let count = u64::from(duration.count);
    (
        count * least,
        count * most
            + if duration.unit == Unit::Wd {
                10 * day
            } else {
                0
            },
    )
}
