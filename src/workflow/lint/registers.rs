//! Registers: what is written into them.

use std::ops::Range;

use super::Lint;
use crate::expression::suggestion;
use crate::workflow::tree::Tree;
use crate::workflow::{Record, Register};

impl Lint<'_> {
    pub fn registers(&mut self) {
        for node in self.workflow.nodes() {
            if let Some(tree) = self.trees.nodes.get(&node.id) {
                self.records(tree, &node.record);
            }
        }
        for end in &self.workflow.ends {
            if let Some(tree) = self.trees.ends.get(&end.id) {
                self.records(tree, &end.record);
            }
        }
    }

    fn records(&mut self, tree: &Tree, records: &[Record]) {
        for (index, record) in records.iter().enumerate() {
            let Some(register) = &record.known else {
                continue;
            };
            let index = index.to_string();
            for (field, _) in &record.set {
                if register.field(field).is_none() {
                    let known = register.fields.iter().map(|known| known.id.as_str());
                    self.note_with(
                        "register-field",
                        tree.place(&["record", &index, "set", field]),
                        (
                            format!("台账 `{}` 没有 `{field}`", record.register),
                            format!("the register `{}` has no `{field}`", record.register),
                        ),
                        suggestion(field, known).unwrap_or_default(),
                    );
                }
            }
            if let Some(status) = &record.status {
                self.status(tree.place(&["record", &index, "status"]), register, status);
            }
        }
    }

    fn status(&mut self, at: Range<usize>, register: &Register, status: &str) {
        if status == Register::VOIDED {
            self.note(
                "unknown-status",
                at,
                "状态 `voided` 只由作废写入".to_owned(),
                "the status `voided` is written by the action void alone".to_owned(),
            );
        } else if register.status(status).is_none() {
            let known = register.statuses.iter().map(|known| known.id.as_str());
            self.note_with(
                "unknown-status",
                at,
                (
                    format!("台账 `{}` 没有状态 `{status}`", register.id),
                    format!("the register `{}` has no status `{status}`", register.id),
                ),
                suggestion(status, known).unwrap_or_default(),
            );
        }
    }
}
