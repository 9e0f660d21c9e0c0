//! Guards: each is watched, so that the tests show whether it held and whether it did not.

use std::sync::Arc;

use super::{Item, Missing, Part};
use crate::expression::{Expression, Said};
use crate::forms::{Field, Required};
use crate::workflow::{Budget, Check, ClockRule, Kind, Next, Node, Stage, Workflow};

/// A guard of a watched workflow.
#[derive(Debug, Clone)]
pub struct Guard {
    part: Part,
    /// Where it is written: `safeguards when`.
    at: String,
    source: String,
    said: Arc<Said>,
}

impl Guard {
    pub(super) fn item(&self) -> Item {
        let missing = match (self.said.yes(), self.said.no()) {
            (0, 0) => Missing::Everything,
            (0, _) => Missing::Yes,
            (_, 0) => Missing::No,
            (_, _) => Missing::Nothing,
        };
        Item {
            part: self.part,
            name: format!("{}: {}", self.at, self.source),
            missing,
        }
    }
}

/// Watches every guard of a workflow from now on, in all clones of it as well.
pub fn watch(workflow: &mut Workflow) -> Vec<Guard> {
    let mut watching = Watching {
        part: Part::Form,
        guards: Vec::new(),
    };
    for section in &mut workflow.form.sections {
        watching.maybe(&section.id, "show_when", &mut section.show_when);
        for field in &mut section.fields {
            let id = field.id.clone();
            watching.field(&id, field);
        }
    }
    watching.part = Part::Guards;
    watching.checks("", &mut workflow.checks);
    for node in &mut workflow.stages {
        watching.node(node);
    }
    watching.guards
}

struct Watching {
    part: Part,
    guards: Vec<Guard>,
}

impl Watching {
    fn guard(&mut self, of: &str, key: &str, guard: &mut Expression) {
        self.guards.push(Guard {
            part: self.part,
            at: format!("{of} {key}").trim_start().to_owned(),
            source: guard
                .source()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            said: guard.watch(),
        });
    }

    fn maybe(&mut self, of: &str, key: &str, guard: &mut Option<Expression>) {
        if let Some(guard) = guard {
            self.guard(of, key, guard);
        }
    }

    fn field(&mut self, id: &str, field: &mut Field) {
        self.maybe(id, "show_when", &mut field.show_when);
        if let Required::When(guard) = &mut field.required {
            self.guard(id, "required", guard);
        }
        self.maybe(id, "check", &mut field.check);
        for column in &mut field.columns {
            let of = format!("{id}.{}", column.id);
            self.field(&of, column);
        }
    }

    fn checks(&mut self, of: &str, checks: &mut [Check]) {
        for check in checks {
            self.guard(of, "checks", &mut check.that);
        }
    }

    fn next(&mut self, of: &str, key: &str, next: &mut Next) {
        for (when, _) in next {
            self.maybe(of, key, when);
        }
    }

    fn clocks(&mut self, of: &str, key: &str, rules: &mut [ClockRule]) {
        for rule in rules {
            if let Budget::In(alternatives) = &mut rule.budget {
                for (when, _) in alternatives {
                    self.maybe(of, key, when);
                }
            }
            if let Some(extend) = &mut rule.extend {
                self.clocks(of, "extend due", &mut extend.due);
            }
        }
    }

    fn node(&mut self, node: &mut Node) {
        let id = node.id.clone();
        self.maybe(&id, "when", &mut node.when);
        self.next(&id, "next", &mut node.next);
        self.next(&id, "refused", &mut node.refused);
        self.clocks(&id, "due", &mut node.due);
        if let Some(every) = &mut node.every {
            self.maybe(&id, "while", &mut every.holds);
        }
        for signal in &mut node.signals {
            let of = format!("{id} {}", signal.name);
            self.next(&of, "next", &mut signal.next);
        }
        match &mut node.kind {
            Kind::Stage(stage) => self.stage(&id, stage),
            Kind::Group { stages } | Kind::Aside { stages } => self.nodes(stages),
            Kind::Foreach(foreach) => self.nodes(&mut foreach.stages),
            Kind::Parallel(parallel) => {
                for branch in &mut parallel.branches {
                    let of = format!("{id}.{}", branch.name);
                    self.maybe(&of, "when", &mut branch.when);
                    self.nodes(&mut branch.stages);
                }
            }
            Kind::Wait(wait) => {
                if let Some(until) = &mut wait.until {
                    self.clocks(&id, "until", std::slice::from_mut(until));
                }
            }
            Kind::Start(_) => {}
        }
    }

    fn nodes(&mut self, nodes: &mut [Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn stage(&mut self, id: &str, stage: &mut Stage) {
        for (index, seat) in stage.seats.iter_mut().enumerate() {
            let name = seat.name.clone();
            let of = format!("{id} {}", name.unwrap_or_else(|| (index + 1).to_string()));
            self.maybe(&of, "when", &mut seat.when);
        }
        self.checks(id, &mut stage.checks);
        self.next(id, "undecided", &mut stage.undecided);
        if let Some(supplement) = &mut stage.supplement {
            self.clocks(id, "supplement due", &mut supplement.due);
        }
    }
}
