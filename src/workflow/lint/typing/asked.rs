//! The fields of the form: what each is, who fills it, and how it is seen from a place.

use std::collections::BTreeSet;

use super::stand::Stand;
use super::{Seen, with_options};
use crate::expression::{Absent, Expression, Type, Words};
use crate::forms::{Bound, Field, Per, Required, Section, Shape};
use crate::workflow::lint::Lint;
use crate::workflow::lint::map::Standing;
use crate::workflow::{Await, Branch, JoinPass, Kind, Node};

/// A field with all that is known of it.
pub(in crate::workflow::lint) struct Asked<'a> {
    pub section: &'a Section,
    pub field: &'a Field,
    /// The type of an answer, the options of a choice included.
    pub of: Type,
    /// Whether there is an answer wherever it is shown.
    pub answered: bool,
    /// Whether something fills it, so that it is not asked at the start.
    pub later: bool,
    /// The foreach blocks in whose branches it is filled, of a `per: branch` section.
    pub branches: BTreeSet<&'a str>,
    /// The stages that fill it, of a `per: task` section.
    pub tasks: BTreeSet<&'a str>,
    fillings: Vec<Filling<'a>>,
}

/// A stage that certainly fills a field once it is done.
struct Filling<'a> {
    at: usize,
    steps: Vec<Step<'a>>,
}

/// What lies between a stage that fills a field and whoever reads it: why the stage may not be done.
enum Step<'a> {
    /// It may be passed over, or be open still.
    Open(&'a str),
    /// It has a branch for each element, perhaps none.
    Each(&'a str),
    /// It is one branch of several; from outside, whether all of them must pass.
    Branch {
        block: &'a str,
        branch: &'a str,
        all: bool,
    },
}

/// The one guard behind which a field must be answered: of several, all are the same one.
pub(super) fn shown_by<'a>(
    mut guards: Vec<&'a Expression>,
    field: &'a Field,
    answered: bool,
) -> Option<&'a Expression> {
    match &field.required {
        _ if answered => {}
        Required::When(guard) => guards.push(guard),
        Required::Yes | Required::No => return None,
    }
    guards.dedup();
    match guards.as_slice() {
        [guard] => Some(guard),
        _ => None,
    }
}

pub(super) fn all<'a>(lint: &Lint<'a>) -> Vec<Asked<'a>> {
    let workflow = lint.workflow;
    let sections = workflow.form.sections.iter();
    let mut all: Vec<Asked<'a>> = sections
        .flat_map(|section| {
            section.fields.iter().map(move |field| Asked {
                section,
                field,
                of: with_options(field.kind.0.expression_type(field), field),
                answered: always_answered(field),
                later: lint.is_filled(section, &field.id),
                branches: BTreeSet::new(),
                tasks: BTreeSet::new(),
                fillings: Vec::new(),
            })
        })
        .collect();
    answer_rows(&mut all, lint);
    for standing in lint.map.all() {
        let node = standing.node;
        let certain = always_filled(node);
        let any: BTreeSet<&str> = node.fills().collect();
        if any.is_empty() {
            continue;
        }
        for asked in &mut all {
            let named = |names: &BTreeSet<&str>| {
                names.contains(asked.field.id.as_str()) || names.contains(asked.section.id.as_str())
            };
            if !named(&any) {
                continue;
            }
            match asked.section.per {
                Per::Case => {}
                Per::Branch => {
                    let block = standing.foreachs().next_back();
                    asked.branches.extend(block.map(|block| block.id.as_str()));
                }
                Per::Task => {
                    asked.tasks.insert(node.id.as_str());
                }
            }
            if named(&certain) {
                asked.fillings.push(Filling {
                    at: standing.at,
                    steps: steps(standing),
                });
            }
        }
    }
    all
}

impl<'a> Asked<'a> {
    /// Required or computed, and never hidden.
    pub fn always_shown(&self) -> bool {
        self.section.show_when.is_none() && self.field.show_when.is_none() && self.answered
    }

    /// The guard with which it is shown and must be answered, where there is one.
    pub fn shown_by(&self) -> Option<&'a Expression> {
        let guards = self.section.show_when.iter().chain(&self.field.show_when);
        shown_by(guards.collect(), self.field, self.answered)
    }

    pub fn seen(&self, stand: &Stand<'a>) -> Seen {
        let own = stand.section == Some(self.section.id.as_str());
        let here = match self.section.per {
            Per::Case => true,
            // A section that no branch or task fills is told of where it is written.
            Per::Branch if self.branches.is_empty() => true,
            Per::Branch => own || self.branches.iter().any(|block| stand.is_inside(block)),
            Per::Task if self.tasks.is_empty() => true,
            Per::Task => own || stand.task.is_some_and(|task| self.tasks.contains(task)),
        };
        match here {
            false => Seen::Elsewhere,
            true if own || self.is_asked(stand) => Seen::Asked,
            true => Seen::Perhaps,
        }
    }

    fn is_asked(&self, stand: &Stand<'a>) -> bool {
        if !self.later || (stand.section.is_some() && stand.filled_later) {
            return true;
        }
        let with_signal = |name: &&str| *name == self.field.id || *name == self.section.id;
        if stand.signal.iter().any(with_signal) {
            return true;
        }
        self.fillings.iter().any(|filling| {
            stand.is_after(filling.at) && filling.steps.iter().all(|step| step.is_taken(stand))
        })
    }

    /// Why it cannot be read everywhere.
    pub fn absent(&self) -> Option<Absent> {
        let id = &self.field.id;
        match self.section.per {
            Per::Case => None,
            Per::Branch => {
                let help = match self.branches.first() {
                    Some(block) => Words::new(
                        format!("各分支的可以写 `form.{block}.map(p, p.form.{id})`"),
                        format!("those of all branches are `form.{block}.map(p, p.form.{id})`"),
                    ),
                    None => Words::new(
                        "在 foreach 里用 `fills` 填写这一部分",
                        "fill this section inside a foreach",
                    ),
                };
                Some(Absent {
                    code: "branch-local",
                    message: Words::new(
                        format!("`form.{id}` 属于分支，在分支外读不到"),
                        format!("`form.{id}` belongs to a branch and cannot be read outside"),
                    ),
                    help,
                })
            }
            Per::Task => {
                let stage = self.tasks.first().copied().unwrap_or("id");
                Some(Absent {
                    code: "task-local",
                    message: Words::new(
                        format!("`form.{id}` 每项任务各有一份，不能当作一个值"),
                        format!("`form.{id}` is there once for each task and is no single value"),
                    ),
                    help: Words::new(
                        format!("写 `answers(\"{stage}\").map(a, a.{id})`"),
                        format!("write `answers(\"{stage}\").map(a, a.{id})`"),
                    ),
                })
            }
        }
    }
}

impl Step<'_> {
    /// Whether it no longer stands between the stage and the reader.
    fn is_taken(&self, stand: &Stand<'_>) -> bool {
        match self {
            Self::Open(id) => stand.is_at(id),
            Self::Each(id) => stand.is_inside(id),
            Self::Branch { block, branch, all } => match stand.branch_of(block) {
                Some(own) => own == *branch,
                None => *all,
            },
        }
    }
}

fn steps<'a>(standing: &Standing<'a>) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for node in standing.around.iter().copied().chain([standing.node]) {
        let passed_over = node.when.is_some() || matches!(node.kind, Kind::Aside { .. });
        let open = node.awaits != Await::Here || node.every.is_some();
        if passed_over || open {
            steps.push(Step::Open(&node.id));
        }
        let inside = !std::ptr::eq(node, standing.node);
        if inside && matches!(node.kind, Kind::Foreach(_)) {
            steps.push(Step::Each(&node.id));
        }
    }
    steps.extend(standing.ways.iter().map(|(block, branch)| Step::Branch {
        block: &block.id,
        branch: &branch.name,
        all: must_pass(block, branch),
    }));
    steps
}

/// Required, computed, or with rows of which there must be one; fixed rows are looked at once the others are known.
fn always_answered(field: &Field) -> bool {
    let rows = matches!(field.kind.0.shape(), Shape::Rows | Shape::Chosen);
    let least = matches!(field.min, Some(Bound::Number(least)) if 1.0 <= least);
    match field.rows {
        Some(_) => false,
        None => field.required == Required::Yes || field.value.is_some() || (rows && least),
    }
}

/// Fixed rows are there where what they run over is never empty: the elements of a part, or rows that must be filled in.
fn answer_rows(all: &mut [Asked<'_>], lint: &Lint<'_>) {
    let parts: BTreeSet<String> = lint
        .map
        .all()
        .iter()
        .filter_map(|standing| match &standing.node.kind {
            Kind::Foreach(foreach) => Some(format!("{}.items", foreach.name)),
            _ => None,
        })
        .collect();
    for index in 0..all.len() {
        let Some(rows) = &all[index].field.rows else {
            continue;
        };
        let over = rows.source().trim();
        let sure = |asked: &Asked<'_>| {
            asked.always_shown() && over.strip_prefix("form.") == Some(asked.field.id.as_str())
        };
        all[index].answered = parts.contains(over) || all.iter().any(sure);
    }
}

/// Whether a block does not pass before this branch has.
fn must_pass(block: &Node, branch: &Branch) -> bool {
    let Kind::Parallel(parallel) = &block.kind else {
        return true;
    };
    let decides = match &parallel.join.pass {
        JoinPass::All => true,
        JoinPass::Share(_) => false,
        JoinPass::Named(names) => names.contains(&branch.name),
    };
    decides && branch.when.is_none()
}

/// What a stage has filled once it is done, whatever the guards of its seats say.
fn always_filled(node: &Node) -> BTreeSet<&str> {
    let Some(stage) = node.stage() else {
        return BTreeSet::new();
    };
    let seats = stage.seats.iter().filter(|seat| seat.when.is_none());
    stage
        .fills
        .iter()
        .chain(seats.flat_map(|seat| &seat.fills))
        .map(String::as_str)
        .collect()
}
