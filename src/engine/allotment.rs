//! Allotment (分派): an offered task is given to one of those whom it is offered to, in turn, to whoever has the fewest, or
//! to who had it before. They may give it back; then it goes to the next.

use std::collections::BTreeSet;

use super::run::Run;
use super::{Event, Party, Task, TaskAsks, TaskId, people};
use crate::directory::PersonId;
use crate::workflow::{Offer, place};

/// What is known of the work in all cases. A service reads it before it decides.
pub trait Workload {
    /// How many open tasks somebody has.
    fn open(&self, person: PersonId) -> usize;
    /// Who was given the last task of a line, see [`line_of`].
    fn last(&self, line: &str) -> Option<PersonId>;
}

/// Nobody has any work: for looking at a case, and for trials.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWorkload;

impl Workload for NoWorkload {
    fn open(&self, _: PersonId) -> usize {
        0
    }
    fn last(&self, _: &str) -> Option<PersonId> {
        None
    }
}

/// The line in which people take turns: the stage, whatever branch it stands in, and whom it asks.
#[must_use]
pub fn line_of(task: &Task) -> String {
    let party = |party: &Party| match party {
        Party::Person(person) => format!("person:{person}"),
        Party::Post(post) => format!("post:{post}"),
        Party::Department(code) => format!("department:{code}"),
    };
    let parties: Vec<String> = task.offered.iter().map(party).collect();
    format!("{} {}", place::id_of(&task.stage), parties.join(" "))
}

impl Run<'_> {
    /// Gives every open seat of a round to somebody, as the stage says.
    pub(super) fn allot_round(&mut self, place: &str) {
        let Some(round) = self.case.position(place).map(|position| position.round) else {
            return;
        };
        let open: Vec<TaskId> = self
            .case
            .round(place, round)
            .filter(|task| task.is_open())
            .map(|task| task.id)
            .collect();
        for task in open {
            self.allot(task);
        }
    }

    /// Gives a task to one of those whom it is offered to, if the stage says so and one is to be chosen.
    pub(super) fn allot(&mut self, task: TaskId) {
        let Some(task) = self.case.task(task).filter(|task| task.is_open()) else {
            return;
        };
        let kind = matches!(task.asks, TaskAsks::Sign | TaskAsks::Work);
        let offer = self.stage(&task.stage).map(|(_, stage)| stage.offer);
        let (Some(how), true, None) = (offer, kind, task.holder) else {
            return;
        };
        let candidates = self.candidates(task);
        let chosen = match how {
            Offer::Claim => None,
            Offer::Turn => self.next_in_line(task, &candidates),
            Offer::Fewest => candidates
                .iter()
                .copied()
                .min_by_key(|person| (self.open_tasks_of(*person), *person)),
            Offer::Same => self
                .who_had_it(task)
                .filter(|person| candidates.contains(person)),
        };
        if let Some(person) = chosen {
            let task = task.id;
            self.record(Event::Allotted { task, person, how });
        }
    }

    /// Those who can be given a task: not who gave it back, and nobody whom another seat of the round needs. Where it is
    /// one person's alone, nobody is to be chosen.
    fn candidates(&self, task: &Task) -> BTreeSet<PersonId> {
        let eligible = people::eligible(self.workflow, &self.case, task, self.context);
        if eligible.len() < 2 {
            return BTreeSet::new();
        }
        let unheld = |case: &_| people::unheld_in_round(self.workflow, case, task, self.context);
        let before = unheld(&self.case);
        let fits = |person: &PersonId| {
            let mut after = self.case.clone();
            if let Some(theirs) = after.tasks.iter_mut().find(|theirs| theirs.id == task.id) {
                theirs.holder = Some(*person);
            }
            unheld(&after).is_subset(&before)
        };
        eligible
            .into_iter()
            .filter(|person| !task.released_by.contains(person))
            .filter(fits)
            .collect()
    }

    /// The first behind whoever had the last turn, and after the last one the first.
    fn next_in_line(&self, task: &Task, candidates: &BTreeSet<PersonId>) -> Option<PersonId> {
        let line = line_of(task);
        let here = self.events.iter().rev().find_map(|event| match event {
            Event::Allotted {
                task,
                person,
                how: Offer::Turn,
            } if self.case.task(*task).map(line_of).as_ref() == Some(&line) => Some(*person),
            _ => None,
        });
        let last = here.or_else(|| self.context.workload.last(&line));
        let behind = |person: &&PersonId| last.is_none_or(|last| last < **person);
        let next = candidates.iter().find(behind);
        next.or(candidates.first()).copied()
    }

    /// What somebody has to do in all cases, with what they were given just now.
    fn open_tasks_of(&self, person: PersonId) -> usize {
        let given = |task: &&Task| self.last_task < task.id && task.holder == Some(person);
        self.context.workload.open(person) + self.case.open_tasks().filter(given).count()
    }

    /// Who had the same seat in an earlier round.
    fn who_had_it(&self, task: &Task) -> Option<PersonId> {
        let earlier = self.case.tasks.iter().rev().filter(|other| {
            other.id < task.id && other.stage == task.stage && other.place == task.place
        });
        earlier
            .filter(|other| other.is_seat() && other.round < task.round)
            .find_map(|other| people::answered_for(other).or(other.holder))
    }
}
