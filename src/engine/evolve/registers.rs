//! What an event makes of a case's answers and register entries.

use serde_json::Value as Json;

use crate::engine::case::Entry;
use crate::engine::event::Owner;
use crate::engine::{Case, Stamp};
use crate::forms::Answers;
use crate::workflow::Place;

impl Case {
    pub(super) fn change_answers(&mut self, answers: &Answers, private: &Answers, of: &Owner) {
        let revision = self.revision;
        match of {
            Owner::Case => {
                change(&mut self.answers, answers);
                change(&mut self.private, private);
                self.answers_changed = revision;
            }
            Owner::Branch(branch) => {
                let record = self.branches.entry(branch.clone()).or_default();
                change(&mut record.answers, answers);
                change(&mut record.private, private);
                record.changed = revision;
            }
            Owner::Task(task) => self.change_task(*task, |task| {
                change(&mut task.answers, answers);
                change(&mut task.private, private);
            }),
        }
    }

    pub(super) fn record_entry(
        &mut self,
        register: &str,
        branch: &Option<Place>,
        element: &str,
        (status, values): (&Option<String>, &Answers),
        stamp: &Stamp,
    ) {
        let key = Entry::key(register, branch.as_deref(), element);
        let entry = self.entries.entry(key).or_insert_with(|| Entry {
            register: register.to_owned(),
            branch: branch.clone(),
            element: element.to_owned(),
            status: None,
            values: Answers::new(),
            opened: stamp.at,
            changed: stamp.revision,
        });
        if let Some(status) = status {
            entry.status = Some(status.clone());
        }
        for (field, value) in values {
            entry.values.insert(field.clone(), value.clone());
        }
        entry.changed = stamp.revision;
    }
}

/// Null removes an answer.
fn change(answers: &mut Answers, changed: &Answers) {
    for (field, value) in changed {
        match value {
            Json::Null => answers.remove(field),
            value => answers.insert(field.clone(), value.clone()),
        };
    }
}
