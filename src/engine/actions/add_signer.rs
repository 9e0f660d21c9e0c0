//! Add signers (加签) before, after or with me. Before and after must agree as well, outside of what the rule counts; with
//! me counts inside it, without a veto. A seat of the definition may add in every way, a signer that was added only once
//! more before, and a round has at most [`MOST_ADDED`] of them.

use super::{ActionRule, comment_for};
use crate::engine::run::Run;
use crate::engine::task::{Called, CalledAs, NewTask};
use crate::engine::{Event, Input, Party, Rejection, Situation, Task, TaskAsks, TaskId};
use crate::engine::{naming, signers};
use crate::workflow::Node;

pub(super) struct AddSigner;

/// The most signers that are added to a round.
pub const MOST_ADDED: usize = 10;

const KINDS: &[TaskAsks] = &[TaskAsks::Sign];

impl ActionRule for AddSigner {
    fn name(&self) -> &'static str {
        "add_signer"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.my_seat(self.name(), task, KINDS)?;
        if ways(at, task).is_empty() {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let (added, claims, id) = {
            let at = run.situation();
            let task = at.my_seat(self.name(), input.task, KINDS)?;
            let node = at.workflow.node(&task.stage);
            let comment = node.map(|node: &Node| comment_for(node, self.name(), false, input));
            let how = way(at.acts_as(task)?, ways(&at, task), task, input)?;
            let event = add(
                &at,
                task,
                how,
                comment.transpose()?.flatten(),
                &input.people,
            )?;
            (event, at.is_open_to_others(task), task.id)
        };
        if claims {
            run.record(Event::Claimed { task: id });
        }
        run.record(added);
        Ok(())
    }
}

/// How signers can be added to a task now.
#[must_use]
pub fn ways(at: &Situation<'_>, task: &Task) -> &'static [CalledAs] {
    match signers::depth(at.case, task) {
        _ if MOST_ADDED <= added(at, task) => &[],
        0 => &[CalledAs::Before, CalledAs::After, CalledAs::With],
        1 => &[CalledAs::Before],
        _ => &[],
    }
}

/// How many signers the round has besides its own seats.
fn added(at: &Situation<'_>, task: &Task) -> usize {
    let round = at.case.round(&task.stage, task.round);
    round
        .filter(|task| task.is_seat() && task.called.is_some() && !task.is_cancelled())
        .count()
}

fn way(
    by: crate::directory::PersonId,
    ways: &[CalledAs],
    from: &Task,
    input: &Input,
) -> Result<Called, Rejection> {
    let wanted = input.how.as_deref().unwrap_or_default();
    let how = ways.iter().find(|way| way.word() == wanted);
    let how = how.ok_or_else(|| {
        let offered: Vec<&str> = ways.iter().map(|way| way.word()).collect();
        Rejection::UnknownWay(wanted.to_owned(), offered.join(", "))
    })?;
    Ok(Called {
        from: from.id,
        by,
        how: *how,
    })
}

/// The event that adds these people, each of whom passes every bar of a seat here.
fn add(
    at: &Situation<'_>,
    from: &Task,
    called: Called,
    comment: Option<String>,
    logins: &[String],
) -> Result<Event, Rejection> {
    let people = naming::several(at, logins, MOST_ADDED - added(at, from))?;
    let mut tasks = Vec::new();
    for person in people {
        tasks.push(NewTask {
            seat: None,
            place: next_place(at, from, tasks.len()),
            asks: from.asks,
            offered: vec![Party::Person(person)],
            through: None,
            nobody: Vec::new(),
            waits: called.how == CalledAs::After,
            called: Some(called.clone()),
        });
        let event = Event::SignersAdded {
            task: from.id,
            how: called.how,
            tasks: tasks.clone(),
            comment: comment.clone(),
        };
        let mut after = at.case.clone();
        after.evolve(&event, &at.context.stamp(after.revision));
        let theirs = after.tasks.last().unwrap_or(from);
        naming::unbarred(at, theirs, person)?;
        naming::fills_no_gap_with_another(at, &after, from, person)?;
    }
    Ok(Event::SignersAdded {
        task: from.id,
        how: called.how,
        tasks,
        comment,
    })
}

/// A place behind those of the definition's seats and of all who were added before.
fn next_place(at: &Situation<'_>, from: &Task, more: usize) -> u16 {
    let seats = at.stage_of(from).map_or(0, |(_, stage)| stage.seats.len());
    let round = at.case.round(&from.stage, from.round);
    let taken = round.map(|task| usize::from(task.place) + 1).max();
    let next = taken.unwrap_or(0).max(seats) + more;
    u16::try_from(next).unwrap_or(u16::MAX)
}
