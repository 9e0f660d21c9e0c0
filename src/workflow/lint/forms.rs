//! The form: what only the whole definition tells about it.

use super::Lint;
use crate::expression::Expression;
use crate::forms::{Field, Per};
use crate::workflow::Kind;

impl Lint<'_> {
    pub fn forms(&mut self) {
        let workflow = self.workflow;
        for section in &workflow.form.sections {
            if section.per == Per::Branch
                && !workflow
                    .nodes()
                    .any(|node| matches!(node.kind, Kind::Foreach(_)))
            {
                let at = match self.trees.sections.get(&section.id) {
                    Some(tree) => tree.place(&["per"]),
                    None => self.root.place(&["form"]),
                };
                self.note(
                    "per-branch",
                    at,
                    format!("`{}` 属于分支，但流程里没有 foreach", section.id),
                    format!(
                        "`{}` belongs to branches, but there is no foreach",
                        section.id
                    ),
                );
            }
            for field in &section.fields {
                self.computed(&field.id, field);
                for column in &field.columns {
                    self.computed(&format!("{}.{}", field.id, column.id), column);
                }
            }
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
