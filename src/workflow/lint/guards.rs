//! Expressions: their types, and private answers in them.

use super::Lint;
use super::typing::Typing;
use crate::expression::Read;
use crate::workflow::finding::Note;
use crate::workflow::resolve::{Site, Use};
use crate::workflow::{Budget, Kind, Next};

impl Lint<'_> {
    pub fn guards(&mut self) {
        let mut found = Vec::new();
        {
            let typing = Typing::of(self);
            let mut last: Option<(&Site, _)> = None;
            for used in self.uses {
                // Neighbouring expressions are mostly read at the same place.
                let place = match last.take() {
                    Some((site, place)) if *site == used.site => place,
                    _ => typing.place(&used.site),
                };
                for fault in used
                    .expression
                    .check(&place.variables, &place.surface, &used.expected)
                {
                    let at = used.begins.map_or_else(
                        || used.place.clone(),
                        |begins| begins + fault.offset..begins + fault.offset + fault.length,
                    );
                    found.push(Note {
                        code: fault.code,
                        place: at,
                        message: fault.message,
                        help: fault.help,
                    });
                }
                last = Some((&used.site, place));
            }
        }
        self.notes.extend(found);
        for used in self.uses {
            self.private_reads(used);
        }
        self.overlaps();
    }

    /// What decides over the way of a case is recorded with it, so it cannot rest on what may be erased.
    fn private_reads(&mut self, used: &Use) {
        // What registers keep is read by fewer than see a case; they have their own rule.
        let on_the_way = matches!(
            used.site,
            Site::Entry(_) | Site::Open(_) | Site::Verdict(_) | Site::Signal { .. }
        );
        if !on_the_way {
            return;
        }
        for Read { path, place } in used.expression.reads() {
            if self.is_private(&path) {
                let at = used.begins.map_or_else(
                    || used.place.clone(),
                    |begins| begins + place.start..begins + place.end,
                );
                self.note(
                    "private-read",
                    at,
                    format!("`{path}` 是私密内容，不能决定流程的走向"),
                    format!("`{path}` is private and cannot decide over the way of a case"),
                );
            }
        }
    }

    /// Whether a path names a private field or a private column.
    pub fn is_private(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        let (Some("form"), Some(field)) = (parts.next(), parts.next()) else {
            return false;
        };
        let Some(field) = self.workflow.field(field) else {
            return false;
        };
        let column = parts.next().unwrap_or_default();
        field.private
            || field
                .columns
                .iter()
                .any(|known| known.private && known.id == column)
    }

    fn overlaps(&mut self) {
        let workflow = self.workflow;
        for node in workflow.nodes() {
            self.overlap(&node.id, "next", &sources(&node.next));
            self.overlap(&node.id, "refused", &sources(&node.refused));
            if let Kind::Stage(stage) = &node.kind {
                self.overlap(&node.id, "undecided", &sources(&stage.undecided));
            }
            for clock in &node.due {
                if let Budget::In(alternatives) = &clock.budget {
                    let sources: Vec<&str> = alternatives
                        .iter()
                        .filter_map(|(when, _)| when.as_ref())
                        .map(|when| when.source())
                        .collect();
                    self.overlap(&node.id, "due", &sources);
                }
            }
        }
    }

    /// A guard that is written again, or comes after `true`, never gets its turn.
    fn overlap(&mut self, id: &str, key: &str, guards: &[&str]) {
        for (index, guard) in guards.iter().enumerate() {
            let before = &guards[..index];
            if before
                .iter()
                .any(|earlier| *earlier == *guard || *earlier == "true")
            {
                let at = self.of_node(id, &[key, &index.to_string(), "when"]);
                self.note(
                    "overlapping-guards",
                    at,
                    format!("`{guard}` 在前面已经成立过，这一项轮不到"),
                    format!("`{guard}` has held before, so this one never gets its turn"),
                );
            }
        }
    }
}

fn sources(next: &Next) -> Vec<&str> {
    next.iter()
        .filter_map(|(when, _)| when.as_ref())
        .map(|when| when.source())
        .collect()
}
