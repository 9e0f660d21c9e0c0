//! Consult (征求意见): I ask others for their advice. The task stays mine, and I may decide without waiting for them.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::task::{Called, CalledAs, NewTask};
use crate::engine::{Event, Input, Party, Rejection, Situation, Task, TaskAsks, TaskId, naming};

pub(super) struct Consult;

/// The most people whose advice a task waits for at a time.
pub const MOST_CONSULTED: usize = 10;

const KINDS: &[TaskAsks] = &[TaskAsks::Sign, TaskAsks::Work];

impl ActionRule for Consult {
    fn name(&self) -> &'static str {
        "consult"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let task = at.my_seat(self.name(), task, KINDS)?;
        match awaited(at, task).count() < MOST_CONSULTED {
            true => Ok(()),
            false => Err(Rejection::NotOffered {
                action: self.name(),
            }),
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let question = reason_for(self.name(), input)?;
        let (id, claims, tasks) = {
            let at = run.situation();
            let task = at.my_seat(self.name(), input.task, KINDS)?;
            let tasks = advisers(&at, task, &input.people)?;
            (task.id, at.is_open_to_others(task), tasks)
        };
        if claims {
            run.record(Event::Claimed { task: id });
        }
        run.record(Event::Consulted {
            task: id,
            tasks,
            question,
        });
        Ok(())
    }
}

/// The advice that a task waits for.
fn awaited<'a>(at: &Situation<'a>, task: &'a Task) -> impl Iterator<Item = &'a Task> {
    at.case.open_tasks().filter(|other| {
        let called = other.called.as_ref();
        called.is_some_and(|called| called.from == task.id && called.how == CalledAs::Adviser)
    })
}

/// A task for each of these people, none of whom is barred: not the applicant's side, and cleared for the data.
fn advisers(at: &Situation<'_>, from: &Task, logins: &[String]) -> Result<Vec<NewTask>, Rejection> {
    let room = MOST_CONSULTED - awaited(at, from).count();
    let by = at.acts_as(from)?;
    let mut tasks = Vec::new();
    for person in naming::several(at, logins, room)? {
        let offered = vec![Party::Person(person)];
        if awaited(at, from).any(|other| other.offered == offered) {
            return Err(naming::barred(person, Rejection::ActedAlready));
        }
        let trial = Task {
            asks: TaskAsks::Advise,
            ..from.clone()
        };
        naming::unbarred(at, &trial, person)?;
        tasks.push(NewTask {
            seat: None,
            place: from.place,
            asks: TaskAsks::Advise,
            offered,
            through: None,
            nobody: Vec::new(),
            waits: false,
            called: Some(Called {
                from: from.id,
                by,
                how: CalledAs::Adviser,
            }),
        });
    }
    Ok(tasks)
}
