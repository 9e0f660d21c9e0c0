//! Blocks: branches and how they come together, signals, waits, child cases, names that would hide others.

use super::Lint;
use crate::expression::{Words, suggestion};
use crate::workflow::{Foreach, JoinPass, Kind, Node, Parallel, Share, Start};

/// What expressions can always read, so that no `as` and no start may be called so.
pub const TAKEN: &[&str] = &["form", "case", "settings", "now", "row", "choice"];

impl<'a> Lint<'a> {
    pub fn blocks(&mut self) {
        for index in 0..self.map.all().len() {
            let node = self.map.all()[index].node;
            match &node.kind {
                Kind::Parallel(parallel) => self.parallel(node, parallel),
                Kind::Foreach(foreach) => self.foreach(node, foreach),
                Kind::Start(start) => self.start(node, start),
                Kind::Wait(wait) if wait.until.is_none() && node.signals.is_empty() => {
                    let at = self.of_node(&node.id, &["id"]);
                    self.note_with(
                        "wait-forever",
                        at,
                        (
                            format!("`{}` 不知道等什么，会一直等下去", node.id),
                            format!("`{}` waits for nothing, and so for ever", node.id),
                        ),
                        Words::new(
                            "写上 `until`（时间）或者 `signals`（事件）",
                            "write `until` (a time) or `signals` (events)",
                        ),
                    );
                }
                Kind::Stage(_) | Kind::Group { .. } | Kind::Aside { .. } | Kind::Wait(_) => {}
            }
        }
    }

    fn parallel(&mut self, node: &Node, parallel: &Parallel) {
        let count = u32::try_from(parallel.branches.len()).unwrap_or(u32::MAX);
        match &parallel.join.pass {
            JoinPass::Named(names) => {
                let known: Vec<&str> = parallel
                    .branches
                    .iter()
                    .map(|branch| branch.name.as_str())
                    .collect();
                for (index, name) in names.iter().enumerate() {
                    if known.contains(&name.as_str()) {
                        continue;
                    }
                    let at = self.of_node(&node.id, &["join", &index.to_string()]);
                    let help = suggestion(name, known.iter().copied());
                    self.note_with(
                        "unknown-branch",
                        at,
                        (
                            format!("`{}` 没有分支 `{name}`", node.id),
                            format!("`{}` has no branch `{name}`", node.id),
                        ),
                        help.unwrap_or_default(),
                    );
                }
            }
            JoinPass::Share(Share::Count(need)) if count < *need => {
                let at = self.of_node(&node.id, &["join"]);
                self.note(
                    "too-many-passes",
                    at,
                    format!("要 {need} 个分支通过，却只有 {count} 个分支"),
                    format!("{need} branches must pass, but there are only {count}"),
                );
            }
            JoinPass::All | JoinPass::Share(_) => {}
        }
        if count == 1 {
            let at = self.of_node(&node.id, &["id"]);
            self.note(
                "single-branch",
                at,
                format!("`{}` 只有一个分支，没有什么可以并行", node.id),
                format!("`{}` has one branch, so nothing runs beside it", node.id),
            );
        }
    }

    fn foreach(&mut self, node: &Node, foreach: &Foreach) {
        let name = foreach.name.as_str();
        let outer = self.map.get(&node.id).is_some_and(|standing| {
            standing.foreachs().any(
                |block| matches!(&block.kind, Kind::Foreach(outer) if outer.name == foreach.name),
            )
        });
        if TAKEN.contains(&name) || outer || self.is_start(name) {
            let at = self.of_node(&node.id, &["as"]);
            self.taken(name, at);
        }
        if self.names.fields.contains_key(&node.id) {
            let at = self.of_node(&node.id, &["id"]);
            self.note(
                "name-taken",
                at,
                format!(
                    "`form.{0}` 是字段，foreach 也叫 `{0}`，以后读不到各分支",
                    node.id
                ),
                format!(
                    "`form.{0}` is a field, so the parts of a foreach called `{0}` could not be read",
                    node.id
                ),
            );
        }
    }

    fn is_start(&self, name: &str) -> bool {
        self.map
            .get(name)
            .is_some_and(|standing| matches!(standing.node.kind, Kind::Start(_)))
    }

    fn taken(&mut self, name: &str, at: std::ops::Range<usize>) {
        self.note(
            "name-taken",
            at,
            format!("`{name}` 在表达式里已经另有所指"),
            format!("`{name}` already means something else in expressions"),
        );
    }

    fn start(&mut self, node: &Node, start: &Start) {
        if TAKEN.contains(&node.id.as_str()) {
            let at = self.of_node(&node.id, &["id"]);
            self.taken(&node.id, at);
        }
        if start.submit && start.workflow == self.workflow.key {
            let at = self.of_node(&node.id, &["workflow"]);
            self.note(
                "starts-itself",
                at,
                "每个事项都会自动再发起一个同样的事项，没有尽头".to_owned(),
                "every case would file another one of the same workflow, without end".to_owned(),
            );
        }
        let known = match start.workflow == self.workflow.key {
            true => Some(self.names.fields.clone()),
            false => self.surroundings.workflows.get(&start.workflow).cloned(),
        };
        let Some(known) = known.filter(|fields| !fields.is_empty()) else {
            return;
        };
        for (field, _) in &start.with {
            if known.contains_key(field) {
                continue;
            }
            let at = self.of_node(&node.id, &["with", field]);
            let help = suggestion(field, known.keys().map(String::as_str));
            self.note_with(
                "unknown-field",
                at,
                (
                    format!("流程 `{}` 的表单里没有 `{field}`", start.workflow),
                    format!("the form of `{}` has no field `{field}`", start.workflow),
                ),
                help.unwrap_or_default(),
            );
        }
    }
}
