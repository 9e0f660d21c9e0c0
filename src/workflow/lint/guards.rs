//! Expressions: their types, and private answers in them.

use super::Lint;
use super::typing::{OF_PARTS, Typing};
use crate::expression::{Read, Type, Words, suggestion};
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
            found.extend(self.whos(&typing));
            found.extend(self.parts(&typing));
        }
        self.notes.extend(found);
        for used in self.uses {
            self.private_reads(used);
        }
        self.overlaps();
    }

    /// What a foreach takes its parts by, against what its elements have.
    fn parts(&self, typing: &Typing<'_>) -> Vec<Note> {
        let mut found = Vec::new();
        for standing in self.map.all() {
            let Kind::Foreach(foreach) = &standing.node.kind else {
                continue;
            };
            let element = typing.over(standing.node, foreach);
            if element == Type::Any {
                continue;
            }
            let known = super::typing::fields_of(&element);
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            for (index, name) in foreach.by.iter().enumerate() {
                if !known.contains(&name.as_str()) {
                    found.push(Note {
                        code: "unknown-part",
                        place: self.of_node(&standing.node.id, &["by", &index.to_string()]),
                        message: Words::new(
                            format!("`over` 的元素没有 `{name}`"),
                            format!("the elements of `over` have no `{name}`"),
                        ),
                        help: suggestion(name, known.iter().copied()),
                    });
                }
            }
            let by = foreach.by.iter().map(String::as_str);
            let named: Vec<&str> = match foreach.by.is_empty() {
                true => known.clone(),
                false => by.collect(),
            };
            if let Some(name) = named.iter().find(|name| OF_PARTS.contains(name)) {
                found.push(Note {
                    code: "name-taken",
                    place: self.of_node(&standing.node.id, &["over"]),
                    message: Words::new(
                        format!("元素的 `{name}` 会遮住 `{}.{name}`", foreach.name),
                        format!("the elements' own `{name}` hides `{}.{name}`", foreach.name),
                    ),
                    help: None,
                });
            }
        }
        found
    }

    /// What decides over the way of a case is recorded with it, and registers are kept, so neither can rest on what may be
    /// erased.
    fn private_reads(&mut self, used: &Use) {
        if matches!(
            used.site,
            Site::Submission | Site::Section(_) | Site::Field { .. }
        ) {
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
                    format!("`{path}` 是私密内容，不能决定流程的走向，也不能写进台账"),
                    format!("`{path}` is private: it cannot decide over the way of a case or stand in a register"),
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
