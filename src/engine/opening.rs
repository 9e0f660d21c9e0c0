//! Giving out the tasks of a round: who is asked, and who names somebody where no one can be.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::Halt;
use super::run::Run;
use super::task::{Answer, NewTask, TaskState};
use super::{Event, Party, Rejection, Task, TaskAsks, TaskId, people};
use crate::directory::PersonId;
use crate::workflow::{Asks, Node, Seat, Sign, Stage, Who};

impl Run<'_> {
    pub(super) fn tasks_for(
        &self,
        node: &Node,
        stage: &Stage,
        seats: &[(u16, &Seat)],
    ) -> Result<Vec<NewTask>, Halt> {
        let asks = TaskAsks::from(stage.asks);
        let mut tasks: Vec<NewTask> = Vec::new();
        for (place, seat) in seats {
            for offered in self.offers(seat) {
                // Somebody named twice signs once; named seats are seats of their own.
                if seat.name.is_none() && tasks.iter().any(|task| task.offered == offered) {
                    continue;
                }
                let waits = stage.sign == Sign::Sequence && !tasks.is_empty();
                tasks.push(NewTask {
                    seat: seat.name.clone(),
                    place: *place,
                    asks,
                    offered,
                    nobody: Vec::new(),
                    waits,
                });
            }
        }
        self.name_nobody(node, stage, &mut tasks)?;
        Ok(tasks)
    }

    /// Whom a seat's tasks are offered to: `each` gives a task to every person, everything else one task to all.
    fn offers(&self, seat: &Seat) -> Vec<Vec<Party>> {
        let each = |who: &Who| {
            matches!(
                who,
                Who::Post { each: true, .. } | Who::Path { each: true, .. }
            )
        };
        let mut single = Vec::new();
        let mut offers = Vec::new();
        for who in &seat.who {
            let found = people::parties(who, &self.case, self.context);
            match each(who) && !found.is_empty() {
                true => offers.extend(found.into_iter().map(|party| vec![party])),
                false => single.extend(found),
            }
        }
        single.dedup();
        if !single.is_empty() || offers.is_empty() {
            offers.insert(0, single);
        }
        offers
    }

    /// Gives tasks that no one can hold to an administrator, who names a holder. One person cannot hold two seats of a
    /// round, so the seats are matched with people.
    fn name_nobody(
        &self,
        node: &Node,
        stage: &Stage,
        tasks: &mut [NewTask],
    ) -> Result<(), Rejection> {
        let round = self.case.stage(&node.id).rounds;
        let candidates: Vec<BTreeSet<PersonId>> = tasks
            .iter()
            .map(|task| self.candidates(node, stage, task, round))
            .collect();
        let held = matched(&candidates);
        for (task, _) in tasks.iter_mut().zip(held).filter(|(_, held)| !held) {
            task.nobody = people::nobody_for(Some(node), &self.case, self.context);
            if task.nobody.is_empty() {
                let wanted = if task.offered.is_empty() {
                    node.id.clone()
                } else {
                    super::situation::describe(&task.offered)
                };
                return Err(Rejection::NobodyToAsk(wanted));
            }
        }
        Ok(())
    }

    fn candidates(&self, node: &Node, _: &Stage, new: &NewTask, round: u32) -> BTreeSet<PersonId> {
        let task = Task {
            id: TaskId(u32::MAX),
            stage: node.id.clone(),
            round,
            seat: new.seat.clone(),
            place: new.place,
            asks: new.asks,
            offered: new.offered.clone(),
            nobody: Vec::new(),
            holder: None,
            released_by: Vec::new(),
            state: TaskState::Open,
            opened: self.context.now,
            changed: 0,
        };
        people::eligible(self.workflow, &self.case, &task, self.context)
    }

    /// Passes the tasks of a person who just agreed, and records it so: never where the law wants a signature, never
    /// after the answers changed.
    pub(super) fn pass_same_person(&mut self, node: &Node, stage: &Stage) {
        if !node.rules.skip_same_person
            || stage.asks != Asks::Sign
            || node.law.is_some()
            || !stage.fills.is_empty()
        {
            return;
        }
        let agreed = self.case.tasks.iter().filter_map(|task| match &task.state {
            TaskState::Settled {
                answer: Answer::Approved,
                by,
                at,
                automatic: false,
                ..
            } if self.case.answers_changed <= task.changed => Some((*at, *by)),
            _ => None,
        });
        let Some((_, person)) = agreed.max() else {
            return;
        };
        let round = self.case.stage(&node.id).rounds;
        let theirs: Vec<TaskId> = self
            .case
            .round(&node.id, round)
            .filter(|task| {
                task.is_open()
                    && people::eligible(self.workflow, &self.case, task, self.context)
                        == BTreeSet::from([person])
            })
            .map(|task| task.id)
            .collect();
        for task in theirs.into_iter().take(1) {
            self.record(Event::Answered {
                task,
                answer: Answer::Approved,
                comment: None,
                automatic: Some(person),
            });
        }
    }
}

/// Which seats get a person when nobody takes two: a matching of seats with candidates, by augmenting paths.
fn matched(candidates: &[BTreeSet<PersonId>]) -> Vec<bool> {
    let mut seat_of: BTreeMap<PersonId, usize> = BTreeMap::new();
    let mut held = vec![false; candidates.len()];
    for seat in 0..candidates.len() {
        held[seat] = place(seat, candidates, &mut seat_of, &mut BTreeSet::new());
    }
    held
}

fn place(
    seat: usize,
    candidates: &[BTreeSet<PersonId>],
    seat_of: &mut BTreeMap<PersonId, usize>,
    tried: &mut BTreeSet<PersonId>,
) -> bool {
    for person in &candidates[seat] {
        if !tried.insert(*person) {
            continue;
        }
        let free = match seat_of.get(person).copied() {
            None => true,
            Some(other) => place(other, candidates, seat_of, tried),
        };
        if free {
            seat_of.insert(*person, seat);
            return true;
        }
    }
    false
}
