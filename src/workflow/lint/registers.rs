//! Registers: what is written into them.

use super::Lint;
use crate::expression::suggestion;
use crate::workflow::Record;
use crate::workflow::tree::Tree;

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
            let Some(known) = self.surroundings.registers.get(&record.register) else {
                continue;
            };
            if known.is_empty() {
                continue;
            }
            for (field, _) in &record.set {
                if known.contains(field) {
                    continue;
                }
                let at = tree.place(&["record", &index.to_string(), "set", field]);
                let help = suggestion(field, known.iter().map(String::as_str));
                self.note_with(
                    "register-field",
                    at,
                    (
                        format!("台账 `{}` 没有 `{field}`", record.register),
                        format!("the register `{}` has no `{field}`", record.register),
                    ),
                    help.unwrap_or_default(),
                );
            }
        }
    }
}
