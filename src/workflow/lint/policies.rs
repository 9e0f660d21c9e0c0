//! What policies demand of the definition.

use std::ops::Range;

use super::Lint;
use crate::expression::{EvaluationError, Scope, Value, Words};
use crate::workflow::finding::Note;
use crate::workflow::policy::{Demand, Description, Policy, of_workflow};

impl Lint<'_> {
    pub fn policies(&mut self) {
        let mut found = Vec::new();
        let workflow = Scope {
            variables: [("workflow".to_owned(), of_workflow(self.workflow))].into(),
            ..Scope::default()
        };
        let mut description = None;
        for policy in self.surroundings.policies.iter() {
            match policy.applies.guard(&workflow) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) => {
                    found.push(unjudged(policy, None, &error));
                    continue;
                }
            }
            let description =
                description.get_or_insert_with(|| Description::of(self.workflow, &self.map));
            let mut scopes: Vec<(&Demand, Scope)> = Vec::new();
            for demand in &policy.demands {
                // Most demands suppose nothing, and describing takes longer than judging.
                let known = scopes.iter().position(|(one, _)| one.given == demand.given);
                let at = known.unwrap_or_else(|| {
                    scopes.push((demand, description.scope(&demand.given)));
                    scopes.len() - 1
                });
                found.extend(self.judged(policy, demand, &scopes[at].1));
            }
        }
        self.notes.extend(found);
    }

    /// What is wrong by one demand.
    fn judged(&self, policy: &Policy, demand: &Demand, scope: &Scope) -> Vec<Note> {
        let complaint = |place: Range<usize>| Note {
            code: if demand.warns {
                "policy-advice"
            } else {
                "policy"
            },
            place,
            message: policy.complaint(demand),
            help: Some(named(policy, demand)),
        };
        let Some(each) = &demand.each else {
            let place = self.written(demand.at.as_deref().unwrap_or("workflow"));
            return match demand.that.guard(scope) {
                Ok(true) => Vec::new(),
                Ok(false) => vec![complaint(place)],
                Err(error) => vec![unjudged(policy, Some(demand), &error)],
            };
        };
        let rows = match each.value(scope) {
            Ok(Value::List(rows)) => rows,
            Ok(_) => Vec::new(),
            Err(error) => return vec![unjudged(policy, Some(demand), &error)],
        };
        let mut found = Vec::new();
        for row in rows {
            let place = self.of_row(&row, demand.at.as_deref());
            let mut scope = scope.clone();
            scope.variables.insert("row".to_owned(), row);
            match demand.that.guard(&scope) {
                Ok(true) => {}
                Ok(false) => found.push(complaint(place)),
                Err(error) => found.push(unjudged(policy, Some(demand), &error)),
            }
        }
        found
    }

    fn of_row(&self, row: &Value, below: Option<&str>) -> Range<usize> {
        let place = match row {
            Value::Record(parts) => parts.get("place"),
            _ => None,
        };
        match (place, below) {
            (Some(Value::Text(place)), Some(below)) => self.written(&format!("{place}.{below}")),
            (Some(Value::Text(place)), None) => self.written(place),
            (_, below) => self.written(below.unwrap_or("workflow")),
        }
    }

    /// The place of a dotted path, as far as it can be followed: `stages.reply.due.0`, `fields.items.level`, `keep`.
    fn written(&self, path: &str) -> Range<usize> {
        let steps: Vec<&str> = path.split('.').collect();
        match steps.as_slice() {
            ["stages", id] if self.trees.nodes.contains_key(*id) => self.of_node(id, &["id"]),
            ["stages", id, rest @ ..] if self.trees.nodes.contains_key(*id) => {
                self.of_node(id, rest)
            }
            ["stages", ..] => self.root.place(&["stages"]),
            ["fields", id, rest @ ..] => match self.trees.fields.get(*id) {
                Some(field) => field.place(rest),
                None => self.root.place(&["form"]),
            },
            steps => self.root.place(steps),
        }
    }
}

fn named(policy: &Policy, demand: &Demand) -> Words {
    let title = &policy.title;
    let english = title.en.as_ref().unwrap_or(&title.zh);
    Words::new(
        format!("见政策 `{}`（{}）的 `{}`", policy.id, title.zh, demand.id),
        format!(
            "see `{}` of the policy `{}` ({english})",
            demand.id, policy.id
        ),
    )
}

/// A demand that cannot be judged is not met.
fn unjudged(policy: &Policy, demand: Option<&Demand>, error: &EvaluationError) -> Note {
    let of = match demand {
        Some(demand) => format!("{}.{}", policy.id, demand.id),
        None => policy.id.clone(),
    };
    Note {
        code: "policy",
        place: 0..0,
        message: Words::new(
            format!("政策 `{of}` 无法判断：{error}"),
            format!("the policy `{of}` cannot be judged: {error}"),
        ),
        help: None,
    }
}
