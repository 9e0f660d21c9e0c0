//! `due`: budgets, reminders, and what happens when time is up.

use crate::calendar::Duration;
use crate::expression::{Type, Words};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Budget, ClockRule, Extend, Overdue, OverdueAct, Remind};

use super::{Reader, Site};

pub(in crate::workflow) const CLOCK: &[&str] = &[
    "in", "at", "from", "title", "law", "extend", "remind", "overdue",
];
pub(in crate::workflow) const EXTEND: &[&str] = &["max", "times", "by", "due", "copy", "law"];
const ACTS: &[&str] = &["escalate", "assign", "next"];

impl<'t> Reader<'t> {
    /// A duration, a clock, or a list of clocks.
    pub fn due(&mut self, tree: &'t Tree, node: &str) -> Vec<ClockRule> {
        match &tree.kind {
            Kind::List(items) => items
                .iter()
                .filter_map(|item| self.clock(item, node))
                .collect(),
            _ => self.clock(tree, node).into_iter().collect(),
        }
    }

    fn clock(&mut self, tree: &'t Tree, node: &str) -> Option<ClockRule> {
        let site = Site::Open(node.to_owned());
        if !matches!(tree.kind, Kind::Map(_)) {
            let duration = self.duration(tree)?;
            return Some(ClockRule::within(vec![(None, duration)]));
        }
        let keys = self.keys(tree, CLOCK)?;
        let budget = match (keys.get("in"), keys.get("at")) {
            (Some(within), None) => Some(Budget::In(self.budget(within, &site))),
            (None, Some(at)) => self
                .expression(at, Type::Time, site.clone())
                .map(Budget::At),
            (Some(_), Some(at)) => {
                self.note(
                    "bad-value",
                    &at.at,
                    Words::new("`in` 和 `at` 只能写一个", "a clock has either `in` or `at`"),
                );
                None
            }
            (None, None) => {
                self.missing(tree, "in");
                None
            }
        };
        let title = self.words_at(&keys, "title");
        let law = self.scalar_at(&keys, "law");
        let from = keys
            .get("from")
            .and_then(|from| self.expression(from, Type::Time.maybe(), site));
        let extend = keys
            .get("extend")
            .and_then(|extend| self.extend(extend, node));
        let remind = keys
            .get("remind")
            .map_or_else(Vec::new, |list| self.reminders(list));
        let overdue = keys.get("overdue").map_or_else(Vec::new, |list| {
            let items = self.items(list);
            items.iter().filter_map(|item| self.overdue(item)).collect()
        });
        Some(ClockRule {
            title,
            law: law.map(str::to_owned),
            budget: budget?,
            from,
            extend,
            remind,
            overdue,
        })
    }

    fn extend(&mut self, tree: &'t Tree, node: &str) -> Option<Extend> {
        let keys = self.keys(tree, EXTEND)?;
        let max = match keys.get("max") {
            Some(max) => self.duration(max),
            None => {
                self.missing(tree, "max");
                None
            }
        };
        let times = self.count_at(&keys, "times");
        let by = self.who_at(&keys, "by");
        let due = keys
            .get("due")
            .map_or_else(Vec::new, |due| self.due(due, node));
        let copy = self.who_list_at(&keys, "copy");
        let law = self.scalar_at(&keys, "law");
        Some(Extend {
            max: max?,
            times: times.unwrap_or(1),
            by,
            due,
            copy,
            law: law.map(str::to_owned),
        })
    }

    /// A list of reminders.
    pub fn reminders(&mut self, tree: &'t Tree) -> Vec<Remind> {
        let items = self.items(tree);
        items.iter().filter_map(|item| self.remind(item)).collect()
    }

    fn budget(
        &mut self,
        tree: &'t Tree,
        site: &Site,
    ) -> Vec<(Option<crate::expression::Expression>, Duration)> {
        match tree.kind {
            Kind::List(_) => self.alternatives(tree, "then", site, Self::duration),
            _ => self
                .duration(tree)
                .map(|duration| (None, duration))
                .into_iter()
                .collect(),
        }
    }

    pub fn remind(&mut self, tree: &'t Tree) -> Option<Remind> {
        let text = self.scalar(tree)?.trim();
        if let Some(share) = text.strip_suffix('%') {
            if let Ok(share @ 1..=99) = share.trim().parse() {
                return Some(Remind::Share(share));
            }
        } else if let Some(before) = text.strip_suffix(" before") {
            return self
                .duration_of(before.trim(), &tree.at)
                .map(Remind::Before);
        } else if let Some(period) = text
            .strip_prefix("every ")
            .and_then(|rest| rest.strip_suffix(" after"))
        {
            let period = self.duration_of(period.trim(), &tree.at)?;
            if 0 < period.count {
                return Some(Remind::EveryAfter(period));
            }
        }
        self.unreadable(
            tree,
            text,
            &Words::new("提醒时间", "a time to remind"),
            Some(Words::new(
                "写成 50%、2wd before、every 1wd after",
                "write 50%, 2wd before or every 1wd after",
            )),
        );
        None
    }

    fn overdue(&mut self, tree: &'t Tree) -> Option<Overdue> {
        let keys = self.keys(tree, &["after", "escalate", "assign", "next"])?;
        let after = match keys.get("after") {
            Some(after) => self.duration(after),
            None => {
                self.missing(tree, "after");
                None
            }
        };
        let written: Vec<&str> = ACTS
            .iter()
            .copied()
            .filter(|act| keys.get(act).is_some())
            .collect();
        let [act] = written.as_slice() else {
            self.note(
                "bad-value",
                &tree.at,
                Words::new(
                    "超期后要写且只写 `escalate`、`assign`、`next` 中的一个",
                    "write exactly one of `escalate`, `assign` and `next`",
                ),
            );
            return None;
        };
        let value = keys.get(act)?;
        let act = match *act {
            "escalate" => OverdueAct::Escalate(self.who(value)?),
            "assign" => OverdueAct::Assign(self.who(value)?),
            _ => OverdueAct::Next(self.target(value)?),
        };
        Some(Overdue { after: after?, act })
    }
}
