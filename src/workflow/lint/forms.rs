//! The form: what only the whole definition tells about it.

use std::collections::BTreeSet;

use super::Lint;
use crate::expression::Expression;
use crate::forms::{Field, Per, Section};

impl Lint<'_> {
    pub fn forms(&mut self) {
        let workflow = self.workflow;
        for section in &workflow.form.sections {
            match section.per {
                Per::Case => {}
                Per::Branch => self.of_branches(section),
                Per::Task => self.of_tasks(section),
            }
            for field in &section.fields {
                self.computed(&field.id, field);
                for column in &field.columns {
                    self.computed(&format!("{}.{}", field.id, column.id), column);
                }
            }
        }
    }

    /// A section of branches is filled where there are branches.
    fn of_branches(&mut self, section: &Section) {
        let mut filled = false;
        for index in 0..self.map.all().len() {
            let standing = &self.map.all()[index];
            let node = standing.node;
            let inside = standing.foreachs().next().is_some();
            if !node.fills().any(|name| names(section, name)) {
                continue;
            }
            filled = true;
            if !inside {
                let at = self.of_node(&node.id, &["fills"]);
                self.note(
                    "per-branch",
                    at,
                    format!(
                        "`{}` 属于 foreach 的分支，`{}` 不在分支里",
                        section.id, node.id
                    ),
                    format!(
                        "`{}` belongs to the branches of a foreach, and `{}` stands in none",
                        section.id, node.id
                    ),
                );
            }
        }
        if !filled {
            let at = self.of_section(section, "per");
            self.note(
                "per-branch",
                at,
                format!("`{}` 属于分支，却没有分支填写它", section.id),
                format!("`{}` belongs to branches, but none fills it", section.id),
            );
        }
    }

    /// A section of tasks is filled by a task: neither at the start nor with a signal.
    fn of_tasks(&mut self, section: &Section) {
        let mut filled = false;
        for node in self.workflow.nodes() {
            for signal in &node.signals {
                if signal.fills.iter().any(|name| names(section, name)) {
                    let at = self.of_node(&node.id, &["signals", &signal.name, "fills"]);
                    self.note(
                        "per-task",
                        at,
                        format!("`{}` 每项任务一份，事件没有任务", section.id),
                        format!(
                            "`{}` is there once for each task, and a signal has none",
                            section.id
                        ),
                    );
                }
            }
            filled |= node.fills().any(|name| names(section, name));
        }
        if !filled {
            let at = self.of_section(section, "per");
            self.note(
                "per-task",
                at,
                format!("`{}` 每项任务一份，却没有环节填写它", section.id),
                format!(
                    "`{}` is there once for each task, but no stage fills it",
                    section.id
                ),
            );
        }
    }

    fn of_section(&self, section: &Section, key: &str) -> std::ops::Range<usize> {
        match self.trees.sections.get(&section.id) {
            Some(tree) => tree.place(&[key]),
            None => self.root.place(&["form"]),
        }
    }

    /// Lists and settings that nothing refers to.
    pub fn unused(&mut self) {
        let reads = self.uses.iter().flat_map(|used| used.expression.reads());
        let read: BTreeSet<String> = reads
            .filter_map(|read| {
                let setting = read.path.strip_prefix("settings.")?;
                Some(setting.split('.').next().unwrap_or(setting).to_owned())
            })
            .collect();
        let lists = self.names.lists.iter();
        let lists = lists
            .filter(|name| !self.used_lists.contains(*name))
            .map(|name| ("lists", name));
        let settings = self.workflow.settings.keys();
        let settings = settings
            .filter(|name| !read.contains(*name))
            .map(|name| ("settings", name));
        let unused: Vec<(&str, String)> = lists
            .chain(settings)
            .map(|(key, name)| (key, name.clone()))
            .collect();
        for (key, name) in unused {
            let at = self.root.place(&[key, &name]);
            self.note(
                "unused-name",
                at,
                format!("`{name}` 没有用到"),
                format!("nothing refers to `{name}`"),
            );
        }
    }

    /// What is computed from a private answer is private as well.
    fn computed(&mut self, full: &str, field: &Field) {
        if field.private {
            return;
        }
        let sources = [("value", &field.value), ("default", &field.default)];
        for (key, expression) in sources {
            let Some(path) = expression.as_ref().and_then(|one| self.private_path(one)) else {
                continue;
            };
            let at = match self.trees.fields.get(full) {
                Some(tree) => tree.place(&[key]),
                None => self.root.place(&["form"]),
            };
            self.note(
                "private-read",
                at,
                format!("`{path}` 是私密内容，由它算出的 `{full}` 也要写 `private: true`"),
                format!("`{path}` is private, so `{full}`, computed from it, must be `private: true` too"),
            );
        }
    }

    fn private_path(&self, expression: &Expression) -> Option<String> {
        expression
            .reads()
            .into_iter()
            .map(|read| read.path)
            .find(|path| self.is_private(path))
    }
}

/// Whether a name in `fills` is that of a section, or of one of its fields.
fn names(section: &Section, name: &str) -> bool {
    name == section.id || section.fields.iter().any(|field| field.id == name)
}
