//! Jump (跳转): a workflow administrator moves the run, with a reason, and never past a stage that a law requires.

use super::suspend::manages;
use super::{ActionRule, reason_for};
use crate::engine::event::{LeftAs, Move};
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::engine::{Event, Input, Rejection, Right, Situation, TaskId};
use crate::workflow::place::{branch_of, id_of};
use crate::workflow::{Kind, Node, Place};

pub(super) struct Jump;

impl ActionRule for Jump {
    fn name(&self) -> &'static str {
        "jump"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        at.is_running()?;
        manages(at)?;
        match jump_targets(at).is_empty() {
            true => Err(Rejection::NotOffered {
                action: self.name(),
            }),
            false => Ok(()),
        }
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_to_manage("").unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (from, to) = {
            let at = run.situation();
            let wanted = input.to.as_deref().unwrap_or_default();
            if let Some(stage) = past_law(&at, wanted) {
                return Err(Rejection::PastLaw(stage));
            }
            let targets = jump_targets(&at);
            let Some(target) = targets.iter().find(|target| target.to == wanted) else {
                let known: Vec<&str> = targets.iter().map(|target| target.to.as_str()).collect();
                return Err(Rejection::UnknownTarget(
                    wanted.to_owned(),
                    known.join(", "),
                ));
            };
            (target.from.clone(), target.to.clone())
        };
        run.record(Event::Jumped {
            from: from.clone(),
            to: to.clone(),
            comment,
        });
        run.leave(&from, LeftAs::Abandoned, CancelReason::Jumped);
        run.go(Move::to(&to))
    }
}

/// A place to which the run may be moved, and what is left for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JumpTarget {
    /// What is open now in that list.
    pub from: Place,
    /// The stage or block that would be entered.
    pub to: Place,
}

/// Where the run may be moved to: in each list in which it stands, to every other stage of the list, but not past one that a
/// law requires and that has not passed.
#[must_use]
pub fn jump_targets(at: &Situation<'_>) -> Vec<JumpTarget> {
    lists(at)
        .into_iter()
        .flat_map(|(from, list)| {
            let here = position(list, &from);
            let reachable = list.iter().enumerate().filter(|(index, _)| {
                Some(*index) != here && skipped(at, list, here, *index, &from).is_none()
            });
            reachable
                .map(|(_, node)| JumpTarget {
                    to: at.workflow.seen_from(&from, &node.id),
                    from: from.clone(),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The stage required by law that a jump to this place would pass over.
fn past_law(at: &Situation<'_>, to: &str) -> Option<String> {
    lists(at).into_iter().find_map(|(from, list)| {
        let target = position(list, to)
            .filter(|index| at.workflow.seen_from(&from, &list[*index].id) == to)?;
        skipped(at, list, position(list, &from), target, &from)
    })
}

/// The lists in which the run stands, with what is open there; what it has gone on from is left alone.
fn lists<'w>(at: &Situation<'w>) -> Vec<(Place, &'w [Node])> {
    let open = at
        .case
        .region()
        .map(|region| region.all())
        .unwrap_or_default();
    open.into_iter()
        .filter(|position| !position.beside && !at.workflow.is_branch(&position.id))
        .filter(|position| branch_of(&position.id).is_none())
        .filter(|position| at.workflow.node(&position.id).is_some())
        .map(|position| (position.id.clone(), at.workflow.list_of(&position.id)))
        .collect()
}

fn position(list: &[Node], place: &str) -> Option<usize> {
    list.iter().position(|node| node.id == id_of(place))
}

/// The first stage required by law between here and there that has not passed; this one itself as well.
fn skipped(
    at: &Situation<'_>,
    list: &[Node],
    here: Option<usize>,
    there: usize,
    from: &str,
) -> Option<String> {
    let here = here?;
    // What is entered by name only lies on no way.
    let between = list.get(here..there)?;
    between
        .iter()
        .filter(|node| node.is_on_the_way())
        .find_map(|node| required(at, node, from))
}

/// A stage or block, or what is inside it, that a law requires and that has not passed.
fn required(at: &Situation<'_>, node: &Node, from: &str) -> Option<String> {
    let record = at.case.stage(&at.workflow.seen_from(from, &node.id));
    if record.done || record.skipped.is_some() {
        return None;
    }
    if node.law.is_some() {
        return Some(node.id.clone());
    }
    match &node.kind {
        Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) | Kind::Aside { .. } => None,
        Kind::Group { .. } | Kind::Parallel(_) | Kind::Foreach(_) => {
            node.inside().find_map(|inner| required(at, inner, from))
        }
    }
}
