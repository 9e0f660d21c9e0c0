//! Giving out the tasks of a round: who is asked, and who names somebody where no one can be.

use super::run::Run;
use super::situation::describe;
use super::task::{Answer, NewTask, TaskState};
use super::who::parties;
use super::{Event, Party, Rejection, Task, TaskAsks, TaskId, people};
use crate::calendar::day_of;
use crate::directory::{PersonId, Post};
use crate::forms::Answers;
use crate::workflow::place::id_of;
use crate::workflow::{Asks, Node, Seat, Sign, Stage, Who};

/// Whom one task is offered to, and through which post they must hold it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Offer {
    to: Vec<Party>,
    through: Option<Post>,
}

impl Run<'_> {
    /// The tasks of a stage that has just been entered, one or more for each of these seats.
    pub(super) fn tasks_for(
        &self,
        id: &str,
        stage: &Stage,
        seats: &[(u16, &Seat)],
    ) -> Result<Vec<NewTask>, Rejection> {
        let mut tasks: Vec<NewTask> = Vec::new();
        for (place, seat) in seats {
            for offer in self.unrecused(id, self.offers(seat, id)) {
                // Somebody named twice signs once; named seats are seats of their own.
                if tasks
                    .iter()
                    .any(|task| task.seat == seat.name && task.offered == offer.to)
                {
                    continue;
                }
                tasks.push(NewTask {
                    seat: seat.name.clone(),
                    place: *place,
                    asks: TaskAsks::from(stage.asks),
                    offered: offer.to,
                    through: offer.through,
                    nobody: Vec::new(),
                    waits: stage.sign == Sign::Sequence && !tasks.is_empty(),
                    called: None,
                });
            }
        }
        self.name_nobody(id, &mut tasks)?;
        Ok(tasks)
    }

    /// Without those for people alone who may not sign at the stage, as long as others are left.
    fn unrecused(&self, stage: &str, offers: Vec<Offer>) -> Vec<Offer> {
        let recused = self.case.stage(stage).recused;
        let may_sign = |offer: &&Offer| match offer.to.as_slice() {
            [Party::Person(person)] => !recused.contains(person),
            _ => true,
        };
        let left: Vec<Offer> = offers.iter().filter(may_sign).cloned().collect();
        match left.is_empty() {
            true => offers,
            false => left,
        }
    }

    /// `each` gives a task to every person, everything else of a seat is one task offered to all.
    fn offers(&self, seat: &Seat, id: &str) -> Vec<Offer> {
        let mut together = Offer::default();
        let mut each = Vec::new();
        for who in &seat.who {
            match self.one_by_one(who, id) {
                Some(offers) => each.extend(offers),
                None => {
                    for party in parties(&whole(who), id, &self.situation()) {
                        if !together.to.contains(&party) {
                            together.to.push(party);
                        }
                    }
                }
            }
        }
        if !together.to.is_empty() || each.is_empty() {
            each.insert(0, together);
        }
        each
    }

    /// The single offers of an `each`; `None` without one, or when it finds nobody.
    fn one_by_one(&self, who: &Who, id: &str) -> Option<Vec<Offer>> {
        let offers: Vec<Offer> = match who {
            Who::Post { each: true, .. } => {
                let posts = parties(&whole(who), id, &self.situation());
                posts
                    .into_iter()
                    .flat_map(|party| self.holders_of(party))
                    .collect()
            }
            Who::Path { each: true, .. } => parties(who, id, &self.situation())
                .into_iter()
                .map(|party| Offer {
                    to: vec![party],
                    through: None,
                })
                .collect(),
            _ => return None,
        };
        (!offers.is_empty()).then_some(offers)
    }

    fn holders_of(&self, party: Party) -> Vec<Offer> {
        let Party::Post(post) = party else {
            return Vec::new();
        };
        let day = day_of(self.context.now);
        let holders = self.context.directory.holders(&post, day);
        holders
            .into_iter()
            .map(|person| Offer {
                to: vec![Party::Person(person)],
                through: Some(post.clone()),
            })
            .collect()
    }

    /// Gives tasks that no one can hold to an administrator, who names a holder.
    fn name_nobody(&self, id: &str, tasks: &mut [NewTask]) -> Result<(), Rejection> {
        let round = self.case.stage(id).rounds;
        let trial: Vec<Task> = tasks
            .iter()
            .enumerate()
            .map(|(index, task)| self.trial(task, index, id, round))
            .collect();
        let unheld = people::unheld(
            self.workflow,
            &self.case,
            &trial.iter().collect::<Vec<_>>(),
            self.context,
        );
        for (task, trial) in tasks.iter_mut().zip(&trial) {
            if !unheld.contains(&trial.id) {
                continue;
            }
            task.nobody = people::nobody_for(id, &self.situation());
            if task.nobody.is_empty() {
                let wanted = match task.offered.is_empty() {
                    true => id.to_owned(),
                    false => describe(&task.offered),
                };
                return Err(Rejection::NobodyToAsk(wanted));
            }
        }
        Ok(())
    }

    /// A task as it will be, to see who can hold it.
    fn trial(&self, new: &NewTask, index: usize, stage: &str, round: u32) -> Task {
        Task {
            // Beyond every task that there is.
            id: TaskId(u32::MAX - index as u32),
            stage: stage.to_owned(),
            round,
            seat: new.seat.clone(),
            place: new.place,
            asks: new.asks,
            offered: new.offered.clone(),
            through: new.through.clone(),
            called: new.called.clone(),
            question: None,
            nobody: Vec::new(),
            holder: None,
            released_by: Vec::new(),
            state: TaskState::Open,
            opened: self.context.now,
            changed: self.case.revision,
            answers: Answers::new(),
            private: Answers::new(),
        }
    }

    /// Passes the tasks of people who just agreed, and records it so: never where the law wants a signature, never after
    /// the answers changed, never where more is asked than a yes.
    pub(super) fn pass_same_person(&mut self, node: &Node, id: &str, stage: &Stage) {
        let named = |actions: &[String]| actions.iter().any(|action| action == "approve");
        let asks_more = !stage.choices.is_empty()
            || !stage.fills.is_empty()
            || !stage.checks.is_empty()
            || stage.seats.iter().any(|seat| !seat.fills.is_empty())
            || named(&node.rules.comment)
            || named(&node.rules.deny);
        if !node.rules.skip_same_person
            || stage.asks != Asks::Sign
            || node.law.is_some()
            || asks_more
        {
            return;
        }
        let round = self.case.stage(id).rounds;
        for person in self.just_agreed(id) {
            let theirs = self.case.round(id, round).find(|task| {
                task.is_open()
                    && people::eligible(self.workflow, &self.case, task, self.context)
                        .into_iter()
                        .eq([person])
            });
            if let Some(task) = theirs.map(|task| task.id) {
                self.record(Event::Answered {
                    task,
                    answer: Answer::Approved,
                    comment: None,
                    automatic: Some(person),
                });
            }
        }
    }

    /// Who agreed in the stage that was decided last, if it passed, and has seen the answers as they are now. What a
    /// substitute agreed to has its holder not seen, nor the substitute for themselves.
    fn just_agreed(&self, entered: &str) -> Vec<PersonId> {
        let signing = self.case.stages.iter().filter(|(place, _)| {
            let node = self.workflow.node(place);
            let stage = node.and_then(|node| node.stage());
            let seen = self.workflow.seen_from(entered, id_of(place)) == **place;
            place.as_str() != entered && seen && stage.is_some_and(|stage| stage.asks == Asks::Sign)
        });
        let decided = signing.filter_map(|(place, record)| {
            let task = self.case.round(place, record.rounds).last()?;
            Some((record.left?, task.id, record, place))
        });
        let Some((_, _, record, stage)) = decided.max_by_key(|(left, task, ..)| (*left, *task))
        else {
            return Vec::new();
        };
        let changed = self.situation().answers_changed(entered);
        let agreed = self.case.round(stage, record.rounds).filter(|task| {
            matches!(
                task.state,
                TaskState::Settled {
                    answer: Answer::Approved,
                    on_behalf: None,
                    ..
                }
            ) && changed <= task.changed
        });
        match record.done {
            true => agreed.filter_map(people::answered_for).collect(),
            false => Vec::new(),
        }
    }
}

/// The same without `each`: the posts or people themselves.
fn whole(who: &Who) -> Who {
    match who {
        Who::Post { role, at, .. } => Who::Post {
            role: role.clone(),
            at: at.clone(),
            each: false,
        },
        other => other.clone(),
    }
}
