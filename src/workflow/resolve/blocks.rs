//! The blocks: their own keys, what is inside them, and how branches come together.

use crate::expression::{Type, Words};
use crate::workflow::tree::{Entry, Kind, Tree};
use crate::workflow::{
    Branch, Foreach, Join, JoinPass, Kind as NodeKind, Node, Parallel, Share, Start, Text, Wait,
    Who,
};

use super::keys::Keys;
use super::rules::Written;
use super::{Reader, Site};

/// The keys that a block has alone; `distinct` and `signals` belong to most of them.
pub(super) fn keys_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "group" | "aside" => &["stages", "signals", "distinct"],
        "parallel" => &["branches", "signals", "join", "distinct"],
        "foreach" => &[
            "over", "by", "as", "order", "stages", "signals", "join", "distinct",
        ],
        "wait" => &["until", "remind", "signals", "clock"],
        "start" => &["workflow", "with", "for", "submit"],
        _ => &[],
    }
}

impl<'t> Reader<'t> {
    /// `None` where what makes the block is missing.
    pub fn block(
        &mut self,
        kind: &str,
        id: &str,
        keys: &Keys<'t>,
        rules: &Written,
    ) -> Option<NodeKind> {
        Some(match kind {
            "parallel" => NodeKind::Parallel(self.parallel(id, keys, rules)),
            "foreach" => NodeKind::Foreach(Box::new(self.foreach(id, keys, rules)?)),
            "aside" => NodeKind::Aside {
                stages: self.inside(keys, rules),
            },
            "wait" => NodeKind::Wait(Box::new(self.wait(id, keys))),
            "start" => NodeKind::Start(self.start(id, keys)?),
            _ => NodeKind::Group {
                stages: self.inside(keys, rules),
            },
        })
    }

    fn inside(&mut self, keys: &Keys<'t>, rules: &Written) -> Vec<Node> {
        let Some(stages) = self.needed(keys, "stages") else {
            return Vec::new();
        };
        self.nodes(stages, rules)
    }

    /// The value of a key that must be there.
    fn needed(&mut self, keys: &Keys<'t>, key: &str) -> Option<&'t Tree> {
        let value = keys.get(key);
        if value.is_none() {
            self.missing(keys.tree, key);
        }
        value
    }

    fn parallel(&mut self, id: &str, keys: &Keys<'t>, rules: &Written) -> Parallel {
        let entries = match self.needed(keys, "branches") {
            Some(branches) => self.named_entries(branches),
            None => &[],
        };
        let branches = entries
            .iter()
            .filter_map(|entry| self.branch(entry, id, rules))
            .collect();
        let join = keys.get("join").and_then(|join| self.join(join, true));
        Parallel {
            branches,
            join: join.unwrap_or_else(Join::all),
        }
    }

    fn branch(&mut self, entry: &'t Entry, id: &str, rules: &Written) -> Option<Branch> {
        let name = self.id_of(entry);
        let (title, when, stages) = match entry.value.kind {
            Kind::List(_) => (None, None, self.nodes(&entry.value, rules)),
            _ => {
                let keys = self.keys(&entry.value, &["title", "when", "stages"])?;
                let title = self.words_at(&keys, "title");
                let when = self.guard_at(&keys, "when", &Site::Open(id.to_owned()));
                (title, when, self.inside(&keys, rules))
            }
        };
        let title = title.unwrap_or_else(|| match stages.as_slice() {
            [only] => only.title.clone(),
            _ => Text {
                zh: name.clone(),
                en: None,
            },
        });
        Some(Branch {
            name,
            title,
            when,
            stages,
        })
    }

    fn foreach(&mut self, id: &str, keys: &Keys<'t>, rules: &Written) -> Option<Foreach> {
        let over = self.needed(keys, "over").and_then(|over| {
            self.expression(over, Type::list(Type::Any), Site::Entry(id.to_owned()))
        });
        let by = keys.get("by").map_or_else(Vec::new, |by| self.ids(by));
        let name = self.needed(keys, "as").and_then(|name| self.id(name));
        let in_turn = self.word_at(keys, "order", &[("together", false), ("sequence", true)]);
        let join = keys.get("join").and_then(|join| self.join(join, false));
        self.loops.extend(name.clone());
        let stages = self.inside(keys, rules);
        if name.is_some() {
            self.loops.pop();
        }
        Some(Foreach {
            over: over?,
            by,
            name: name?,
            in_turn: in_turn.unwrap_or(false),
            join: join.unwrap_or_else(Join::all),
            stages,
        })
    }

    fn wait(&mut self, id: &str, keys: &Keys<'t>) -> Wait {
        let until = keys
            .get("until")
            .and_then(|until| self.until(until, Site::Open(id.to_owned())));
        let remind = keys
            .get("remind")
            .map_or_else(Vec::new, |list| self.reminders(list));
        if let Some(entry) = keys.entry("remind").filter(|_| keys.get("until").is_none()) {
            self.note(
                "missing-key",
                &entry.at,
                Words::new(
                    "`remind` 要配 `until`，说明等到什么时候",
                    "a `remind` needs an `until` that says how long to wait",
                ),
            );
        }
        let pauses = self.word_at(keys, "clock", &[("run", false), ("pause", true)]);
        Wait {
            until: until.map(|clock| crate::workflow::ClockRule { remind, ..clock }),
            pauses: pauses.unwrap_or(false),
        }
    }

    fn start(&mut self, id: &str, keys: &Keys<'t>) -> Option<Start> {
        let workflow = self
            .needed(keys, "workflow")
            .and_then(|workflow| self.other_workflow(workflow));
        let site = Site::Entry(id.to_owned());
        let with = keys
            .get("with")
            .map_or_else(Vec::new, |with| self.values(with, &site, |_| Type::Any));
        let applicant = self.who_at(keys, "for");
        let submit = self.switch_at(keys, "submit");
        Some(Start {
            workflow: workflow?,
            with,
            applicant: applicant.unwrap_or(Who::Applicant),
            submit: submit.unwrap_or(false),
        })
    }

    fn join(&mut self, tree: &'t Tree, named: bool) -> Option<Join> {
        match tree.kind {
            Kind::List(_) if named => {
                let names = self.ids(tree);
                if names.is_empty() {
                    self.expected(tree, &Words::new("至少一个分支", "at least one branch"));
                }
                Some(Join {
                    pass: JoinPass::Named(names),
                    wait: false,
                })
            }
            Kind::List(_) => {
                self.note(
                    "bad-value",
                    &tree.at,
                    Words::new(
                        "`foreach` 的分支没有名称，不能写成列表",
                        "the branches of a `foreach` have no names to list",
                    ),
                );
                None
            }
            Kind::Map(_) => {
                let keys = self.keys(tree, &["pass", "rest"])?;
                let pass = self
                    .needed(&keys, "pass")
                    .and_then(|pass| self.join_pass(pass));
                let wait = self.word_at(&keys, "rest", &[("cancel", false), ("wait", true)]);
                Some(Join {
                    pass: pass?,
                    wait: wait.unwrap_or(false),
                })
            }
            _ => Some(Join {
                pass: self.join_pass(tree)?,
                wait: false,
            }),
        }
    }

    fn join_pass(&mut self, tree: &'t Tree) -> Option<JoinPass> {
        match self.scalar(tree)? {
            "all" => Some(JoinPass::All),
            "any" => Some(JoinPass::Share(Share::Count(1))),
            _ => self.share(tree).map(JoinPass::Share),
        }
    }
}
