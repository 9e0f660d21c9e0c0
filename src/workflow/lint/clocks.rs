//! Time: deadlines that are missing, reminders that never come, silence that must not pass.

use super::Lint;
use crate::calendar::{Duration, Unit};
use crate::workflow::{Budget, ClockRule, Kind, Node, Remind, Sign};

impl Lint<'_> {
    pub fn clocks(&mut self) {
        let workflow = self.workflow;
        for node in workflow.nodes() {
            self.no_deadline(node);
            self.law_twice(node);
            self.reminders(&node.id, &["due"], &node.due);
            self.extensions(&node.id, &["due"], &node.due);
            if let Kind::Stage(stage) = &node.kind
                && let Some(supplement) = &stage.supplement
            {
                self.reminders(&node.id, &["supplement", "due"], &supplement.due);
                self.extensions(&node.id, &["supplement", "due"], &supplement.due);
            }
        }
    }

    fn no_deadline(&mut self, node: &Node) {
        let Some(stage) = node.stage() else { return };
        // Votes that wait for a deadline that never comes are worse, and told of as such.
        let waits = matches!(&stage.sign, Sign::Vote(vote) if vote.until_due);
        if !waits && !self.is_timed(node) {
            let at = self.of_node(&node.id, &["id"]);
            self.note(
                "no-deadline",
                at,
                format!("`{}` 没有时限", node.id),
                format!("`{}` has no deadline", node.id),
            );
        }
    }

    /// Whether a clock runs over a node, its own or that of a block around it.
    pub fn is_timed(&self, node: &Node) -> bool {
        let around = self.map.get(&node.id).map(|standing| &standing.around);
        let mut blocks = around.into_iter().flatten();
        !node.due.is_empty() || blocks.any(|block| !block.due.is_empty())
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
                    .all(|(_, budget)| longer(*before, *budget))
                    && clock
                        .extend
                        .as_ref()
                        .is_none_or(|extend| longer(*before, extend.max));
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

    /// A budget is a count of one unit: what is added is counted in the same.
    fn extensions(&mut self, id: &str, path: &[&str], clocks: &[ClockRule]) {
        for (index, clock) in clocks.iter().enumerate() {
            let (Some(extend), Budget::In(alternatives)) = (&clock.extend, &clock.budget) else {
                continue;
            };
            let other = alternatives
                .iter()
                .find(|(_, budget)| budget.unit != extend.max.unit);
            if let Some((_, budget)) = other {
                let (max, unit) = (extend.max, budget.unit.symbol());
                let index = index.to_string();
                let at = self.of_node(id, &[path, &[index.as_str(), "extend", "max"]].concat());
                self.note(
                    "extend-unit",
                    at,
                    format!("时限用 `{unit}` 计，`{max}` 不能加上去"),
                    format!("the budget is counted in `{unit}`, `{max}` cannot be added to it"),
                );
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
