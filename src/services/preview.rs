//! 流程预测: what a request would run through if it were submitted as it stands.

use super::desk::Desk;
use crate::engine::{self, BranchRecord, Case, Context, PlainVault, Situation};
use crate::engine::{Actor, Channel};
use crate::expression::Expression;
use crate::workflow::{Kind, Node, Parallel, Place, Workflow};

/// A request as it would be filed, and what lies before it.
pub struct Preview {
    /// The case, with the branches that would be opened.
    pub case: Case,
    /// The stages, waits and started cases on its way, in order; each inside every branch that there would be.
    pub places: Vec<Place>,
}

impl Desk {
    /// What the request would run through.
    #[must_use]
    pub fn preview(&self) -> Preview {
        let mut case = self.open.case();
        case.answers.clone_from(&self.canonical);
        let mut places = Vec::new();
        let workflow: &Workflow = &self.open.workflow;
        self.walk(&mut case, &workflow.stages, "", &mut places);
        Preview { case, places }
    }

    /// Asks the engine about a case as its author finds it.
    pub fn situated<T>(&self, case: &Case, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
        let context = Context {
            actor: Actor::Person(self.open.viewer.person.id),
            channel: Channel::Page,
            now: self.now,
            directory: &self.open.viewer.directory,
            calendar: &self.calendar,
            lookup: &self.facts,
            vault: &PlainVault,
            registered: &[],
            children: &[],
            earlier: None,
            workload: &engine::NoWorkload,
            number: None,
        };
        ask(&Situation::new(&self.open.workflow, case, &context))
    }

    fn walk(&self, case: &mut Case, nodes: &[Node], around: &str, places: &mut Vec<Place>) {
        for node in nodes.iter().filter(|node| node.is_on_the_way()) {
            let place = self.open.workflow.seen_from(around, &node.id);
            if self.is_passed_over(case, node.when.as_ref(), &place) {
                continue;
            }
            match &node.kind {
                Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) => places.push(place),
                Kind::Group { stages } | Kind::Aside { stages } => {
                    self.walk(case, stages, around, places);
                }
                Kind::Parallel(parallel) => {
                    self.walk_branches(case, parallel, (around, &place), places);
                }
                Kind::Foreach(foreach) => {
                    for branch in self.open_branches(case, &place) {
                        self.walk(case, &foreach.stages, &branch, places);
                    }
                }
            }
        }
    }

    fn walk_branches(
        &self,
        case: &mut Case,
        parallel: &Parallel,
        (around, place): (&str, &str),
        places: &mut Vec<Place>,
    ) {
        for branch in &parallel.branches {
            if !self.is_passed_over(case, branch.when.as_ref(), place) {
                self.walk(case, &branch.stages, around, places);
            }
        }
    }

    /// The branches that a foreach would have. Those inside read what they stand for.
    fn open_branches(&self, case: &mut Case, block: &str) -> Vec<Place> {
        let coming = self.situated(case, |at| {
            engine::coming(at.workflow, at.case, at.context, block)
        });
        let mut branches = Vec::with_capacity(coming.len());
        for one in coming {
            let record = BranchRecord {
                round: 1,
                part: one.part,
                ..BranchRecord::default()
            };
            case.branches.entry(one.branch.clone()).or_insert(record);
            branches.push(one.branch);
        }
        branches
    }

    /// What cannot be told yet may still come.
    fn is_passed_over(&self, case: &Case, when: Option<&Expression>, place: &str) -> bool {
        when.is_some_and(|when| {
            let scope = self.situated(case, |at| {
                engine::scope_at(at.workflow, at.case, at.context, place, None)
            });
            when.guard(&scope) == Ok(false)
        })
    }
}
