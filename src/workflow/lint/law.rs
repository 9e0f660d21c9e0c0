//! What the law asks for: never skipped by the applicant, never passed by silence.

use super::Lint;
use super::map::Map;
use crate::expression::{Expression, Words};
use crate::workflow::{Kind, Node, Outcome, OverdueAct, Target, Workflow};

impl<'a> Lint<'a> {
    pub fn law(&mut self) {
        for index in 0..self.map.all().len() {
            let node = self.map.all()[index].node;
            self.skipped(node);
            self.silence(node);
            self.extended(node);
            if node.law.is_some() && node.rules.skip_same_person {
                let at = self.of_node(&node.id, &["law"]);
                self.note(
                    "skip-law",
                    at,
                    format!("`{}` 是法定环节，`same_person: skip` 对它不起作用", node.id),
                    format!(
                        "`{}` is required by law, so `same_person: skip` does nothing here",
                        node.id
                    ),
                );
            }
        }
    }

    /// A stage required by law, passed over because of what the applicant answered.
    fn skipped(&mut self, node: &'a Node) {
        let id = node.id.as_str();
        if node.law.is_some() {
            for (when, owner, path) in self.guards_around(node) {
                if let Some(answer) = self.applicants_answer(when) {
                    let at =
                        self.of_node(owner, &path.iter().map(String::as_str).collect::<Vec<_>>());
                    self.note(
                        "law-skipped",
                        at,
                        format!("`{id}` 是法定环节，不能因申请人填的 `{answer}` 而跳过"),
                        format!(
                            "`{id}` is required by law and cannot be skipped by the applicant's `{answer}`"
                        ),
                    );
                }
            }
        }
        for (index, (when, target)) in node.next.iter().enumerate() {
            let (Some(when), Target::Node(to)) = (when, target) else {
                continue;
            };
            let Some(answer) = self.applicants_answer(when) else {
                continue;
            };
            let Some(skipped) = self.law_between(id, to) else {
                continue;
            };
            let at = self.of_node(id, &["next", &index.to_string(), "when"]);
            self.note(
                "law-skipped",
                at,
                format!("这个去向因申请人填的 `{answer}` 越过了法定环节 `{skipped}`"),
                format!(
                    "the applicant's `{answer}` makes this pass over `{skipped}`, which is required by law"
                ),
            );
        }
    }

    /// The guards that keep a node from being entered, each with the node and the key that it is written at.
    fn guards_around(&self, node: &'a Node) -> Vec<(&'a Expression, &'a str, Vec<String>)> {
        let Some(standing) = self.map.get(&node.id) else {
            return Vec::new();
        };
        let own = standing.around.iter().copied().chain([node]);
        let by_node = own.filter_map(|node| {
            let when = node.when.as_ref()?;
            Some((when, node.id.as_str(), vec!["when".to_owned()]))
        });
        let by_branch = standing.ways.iter().filter_map(|(block, branch)| {
            let when = branch.when.as_ref()?;
            let path = ["branches", &branch.name, "when"].map(str::to_owned);
            Some((when, block.id.as_str(), path.to_vec()))
        });
        by_node.chain(by_branch).collect()
    }

    /// A stage required by law between two of one list.
    fn law_between(&self, from: &str, to: &str) -> Option<&'a str> {
        let (from, to) = (self.map.get(from)?, self.map.get(to)?);
        if !std::ptr::eq(from.list.as_ptr(), to.list.as_ptr()) {
            return None;
        }
        let between = from.list.get(from.index + 1..to.index)?;
        let lawful = between
            .iter()
            .find(|node| node.law.is_some() && !matches!(node.kind, Kind::Aside { .. }))?;
        Some(&lawful.id)
    }

    /// A path of the expression that the applicant fills in, nobody else.
    fn applicants_answer(&self, when: &Expression) -> Option<String> {
        when.reads().into_iter().map(|read| read.path).find(|path| {
            let Some(id) = path.strip_prefix("form.") else {
                return false;
            };
            let id = id.split('.').next().unwrap_or(id);
            let sections = &self.workflow.form.sections;
            sections
                .iter()
                .find(|section| section.fields.iter().any(|field| field.id == id))
                .is_some_and(|section| !self.is_filled(section, id))
        })
    }

    fn silence(&mut self, node: &Node) {
        let lawful = |node: &Node| node.law.is_some();
        let around = self.map.get(&node.id).is_some_and(|standing| {
            standing
                .around
                .iter()
                .any(|block| lawful(block) || block.due.iter().any(|clock| clock.law.is_some()))
        });
        for (index, clock) in node.due.iter().enumerate() {
            if clock.law.is_none() && !lawful(node) && !around {
                continue;
            }
            for (step, overdue) in clock.overdue.iter().enumerate() {
                let OverdueAct::Next(target) = &overdue.act else {
                    continue;
                };
                if passes(self.workflow, &self.map, node, target) {
                    let (index, step) = (index.to_string(), step.to_string());
                    let at = self.of_node(&node.id, &["due", &index, "overdue", &step, "next"]);
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

    /// A statutory clock that whoever it runs against may lengthen alone.
    fn extended(&mut self, node: &Node) {
        for (index, clock) in node.due.iter().enumerate() {
            let Some(extend) = &clock.extend else {
                continue;
            };
            if clock.law.is_some() && extend.by.is_none() {
                let at = self.of_node(&node.id, &["due", &index.to_string(), "extend"]);
                self.note_with(
                    "extend-alone",
                    at,
                    (
                        "法定时限可以由承办人自行延长".to_owned(),
                        "whoever holds the task may lengthen a statutory clock alone".to_owned(),
                    ),
                    Words::new(
                        "写明由谁决定，例如 `by: authority_handler@authority`",
                        "say who decides, for instance `by: authority_handler@authority`",
                    ),
                );
            }
        }
    }
}

/// Whether a target does as if the node had passed: an approving end, or a node further on.
pub fn passes(workflow: &Workflow, map: &Map<'_>, node: &Node, target: &Target) -> bool {
    match target {
        Target::Passed => true,
        Target::End(id) => workflow
            .end(id)
            .is_some_and(|end| end.outcome == Outcome::Approved),
        // An aside stands where it was written down; whether it goes on is said by what is inside.
        Target::Node(to) => {
            let aside = map.get(to).is_some_and(|to| !to.node.is_on_the_way());
            !aside && map.is_before(&node.id, to)
        }
        Target::Refused | Target::Void | Target::Again | Target::Stay | Target::Applicant => false,
    }
}
