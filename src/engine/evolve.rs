//! `evolve`: an event applied to a case. Total: a fact cannot fail.

use std::collections::BTreeMap;

use super::case::{Measure, Position, PositionState, Region, Resume, Status};
use super::involve::{Involvement, Why};
use super::task::TaskState;
use super::{
    Actor, Answer, Case, Clock, Event, LeftAs, NewTask, Party, Stamp, Task, TaskAsks, TaskId,
};
use crate::directory::PersonId;
use crate::forms::Answers;

/// The position and stage name of a revision by the applicant.
pub const EDITING: &str = "applicant";
/// The position of a parked case.
pub const PARKED: &str = "parked";

impl Case {
    /// Applies one event.
    pub fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        self.revision = stamp.revision;
        if let Actor::Person(person) = stamp.actor {
            self.involve(Party::Person(person), Why::Acted);
        }
        match event {
            Event::Submitted {
                applicant,
                department,
                number,
                answers,
                private,
            } => {
                self.private = private.clone();
                self.applicant = *applicant;
                self.department = department.clone();
                self.number = Some(number.clone());
                self.submitted = Some(stamp.at);
                self.answers = answers.clone();
                self.answers_changed = self.revision;
                self.status = Status::Open {
                    at: Region::default(),
                };
                self.involve(Party::Person(*applicant), Why::Applicant);
            }
            Event::AnswersChanged { answers, private } => {
                change(&mut self.answers, answers);
                change(&mut self.private, private);
                self.answers_changed = self.revision;
            }
            Event::Skipped { id, .. } => {
                let record = self.stages.entry(id.clone()).or_default();
                record.skipped = true;
                record.done = false;
            }
            Event::Entered { path, id, resume } => self.enter(path, id, resume.clone(), stamp),
            Event::TasksOpened { id, tasks } => {
                for task in tasks {
                    self.open_task(id, task, stamp);
                }
            }
            Event::TurnCame { task } => self.change_task(*task, |task| {
                task.state = TaskState::Open;
                task.opened = stamp.at;
            }),
            Event::Claimed { task } => {
                if let Actor::Person(person) = stamp.actor {
                    self.change_task(*task, |task| task.holder = Some(person));
                }
            }
            Event::Released { task } => {
                self.change_task(*task, |task| task.released_by.extend(task.holder.take()))
            }
            Event::Reassigned { task, to, .. } => {
                self.change_task(*task, |task| {
                    task.offered = vec![to.clone()];
                    task.nobody.clear();
                    task.holder = None;
                });
                self.involve(to.clone(), Why::Asked);
            }
            Event::Answered {
                task,
                answer,
                comment,
                automatic,
            } => self.answer(*task, answer, comment.clone(), *automatic, stamp),
            Event::TaskCancelled { task, why } => self.change_task(*task, |task| {
                task.state = TaskState::Cancelled {
                    why: *why,
                    at: stamp.at,
                }
            }),
            Event::Left { id, how } => self.leave(id, *how, stamp),
            Event::Returned { .. } => {}
            Event::EditAsked { from, resume } => self.ask_edit(from, *resume, stamp),
            Event::Resubmitted => self.remove_position(EDITING),
            Event::SupplementAsked { id, fields, of, .. } => {
                self.ask_supplement(id, fields, of, stamp)
            }
            Event::Supplied { id, .. } => self.set_position(id, PositionState::Asked),
            Event::ClockStarted {
                key,
                node,
                rule,
                law,
                measure,
            } => {
                let clock = Clock {
                    node: node.clone(),
                    rule: *rule,
                    law: *law,
                    measure: measure.clone(),
                    stopped: false,
                    came: BTreeMap::new(),
                };
                self.clocks.insert(key.clone(), clock);
            }
            Event::ClockPaused { key } => self.change_ledger(key, |ledger| ledger.pause(stamp.at)),
            Event::ClockResumed { key } => {
                self.change_ledger(key, |ledger| ledger.resume(stamp.at));
                if let Some(clock) = self.clocks.get_mut(key) {
                    clock.stopped = false;
                }
            }
            Event::ClockStopped { key } => {
                self.change_ledger(key, |ledger| ledger.stop(stamp.at));
                if let Some(clock) = self.clocks.get_mut(key) {
                    clock.stopped = true;
                }
            }
            Event::ClockBudgeted { key, budget } => {
                self.change_ledger(key, |ledger| ledger.budget = *budget)
            }
            Event::StepCame { key, step, due } => {
                if let Some(clock) = self.clocks.get_mut(key) {
                    clock.came.insert(step.clone(), *due);
                }
            }
            Event::Escalated { to, .. } => to
                .iter()
                .for_each(|party| self.involve(party.clone(), Why::Escalated)),
            Event::Copied { to, .. } => to
                .iter()
                .for_each(|party| self.involve(party.clone(), Why::Copied)),
            Event::Commented { .. } => {}
            Event::Parked {
                path,
                step,
                reason,
                by,
            } => self.park(
                path,
                PositionState::Parked {
                    step: step.clone(),
                    reason: reason.clone(),
                },
                by,
                stamp,
            ),
            Event::Unparked => self.remove_position(PARKED),
            Event::Withdrawn { .. } | Event::Terminated { .. } => {}
            Event::Ended { id } => {
                self.status = Status::Ended {
                    end: id.clone(),
                    at: stamp.at,
                }
            }
        }
    }

    fn involve(&mut self, party: Party, why: Why) {
        self.involved.insert(Involvement { party, why });
    }

    fn enter(&mut self, path: &[String], id: &str, resume: Option<String>, stamp: &Stamp) {
        let revision = self.revision;
        let record = self.stages.entry(id.to_owned()).or_default();
        record.rounds += 1;
        record.entered = Some(stamp.at);
        record.changed = revision;
        record.done = false;
        record.skipped = false;
        let position = Position {
            id: id.to_owned(),
            round: record.rounds,
            resume,
            state: PositionState::Asked,
        };
        if let Some(region) = self.region_at(path) {
            region.open.push(position);
        }
    }

    /// The region at a path. The blocks on the way become open blocks: the first stage inside turns «asked» into «inside».
    fn region_at(&mut self, path: &[String]) -> Option<&mut Region> {
        let Status::Open { at } = &mut self.status else {
            return None;
        };
        for id in path {
            if let Some(block) = at.find_mut(id)
                && !matches!(block.state, PositionState::Inside(_))
            {
                block.state = PositionState::Inside(Region::default());
            }
        }
        at.at_mut(path)
    }

    fn open_task(&mut self, stage: &str, new: &NewTask, stamp: &Stamp) -> TaskId {
        let id = TaskId(self.tasks.len() as u32 + 1);
        for party in &new.offered {
            self.involve(party.clone(), Why::Asked);
        }
        for party in &new.nobody {
            self.involve(party.clone(), Why::Manages);
        }
        self.tasks.push(Task {
            id,
            stage: stage.to_owned(),
            round: self.stages.get(stage).map_or(1, |record| record.rounds),
            seat: new.seat.clone(),
            place: new.place,
            asks: new.asks,
            offered: new.offered.clone(),
            nobody: new.nobody.clone(),
            holder: None,
            released_by: Vec::new(),
            state: if new.waits {
                TaskState::Waiting
            } else {
                TaskState::Open
            },
            opened: stamp.at,
            changed: self.revision,
        });
        id
    }

    fn change_task(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) {
        let revision = self.revision;
        let Some(task) = (id.0 as usize)
            .checked_sub(1)
            .and_then(|index| self.tasks.get_mut(index))
        else {
            return;
        };
        change(task);
        task.changed = revision;
    }

    fn answer(
        &mut self,
        id: TaskId,
        answer: &Answer,
        comment: Option<String>,
        automatic: Option<PersonId>,
        stamp: &Stamp,
    ) {
        let by = match (automatic, stamp.actor) {
            (Some(person), _) | (None, Actor::Person(person)) => person,
            (None, Actor::System) => return,
        };
        let state = TaskState::Settled {
            answer: answer.clone(),
            by,
            at: stamp.at,
            comment,
            automatic: automatic.is_some(),
        };
        self.change_task(id, |task| task.state = state);
        let Some(task) = self.task(id) else { return };
        let (stage, seat, asks) = (task.stage.clone(), task.seat.clone(), task.asks);
        if !matches!(asks, TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice) {
            return;
        }
        let record = self.stages.entry(stage).or_default();
        record.actors.insert(String::new(), by);
        if let Some(seat) = seat {
            record.actors.insert(seat, by);
        }
        if let Answer::Chosen { choice, .. } = answer {
            record.choice = Some(choice.clone());
        }
    }

    fn leave(&mut self, id: &str, how: LeftAs, stamp: &Stamp) {
        let record = self.stages.entry(id.to_owned()).or_default();
        record.done = how == LeftAs::Passed;
        if matches!(how, LeftAs::Passed | LeftAs::Refused | LeftAs::Undecided) {
            record.left = Some(stamp.at);
        }
        self.remove_position(id);
    }

    fn ask_edit(&mut self, from: &str, resume: bool, stamp: &Stamp) {
        let resume = if resume {
            Resume::Here(from.to_owned())
        } else {
            Resume::Again
        };
        self.enter(&[], EDITING, None, stamp);
        self.set_position(EDITING, PositionState::Editing(resume));
        let edit = NewTask {
            seat: None,
            place: 0,
            asks: TaskAsks::Edit,
            offered: vec![Party::Person(self.applicant)],
            nobody: Vec::new(),
            waits: false,
        };
        self.open_task(EDITING, &edit, stamp);
    }

    fn ask_supplement(&mut self, id: &str, fields: &[String], of: &[Party], stamp: &Stamp) {
        self.set_position(
            id,
            PositionState::Supplement {
                fields: fields.to_vec(),
            },
        );
        let revision = self.revision;
        let record = self.stages.entry(id.to_owned()).or_default();
        record.supplements += 1;
        record.changed = revision;
        let supply = NewTask {
            seat: None,
            place: 0,
            asks: TaskAsks::Supply,
            offered: of.to_vec(),
            nobody: Vec::new(),
            waits: false,
        };
        self.open_task(id, &supply, stamp);
    }

    fn park(&mut self, path: &[String], state: PositionState, by: &[Party], stamp: &Stamp) {
        self.enter(path, PARKED, None, stamp);
        self.set_position(PARKED, state);
        for party in by {
            self.involve(party.clone(), Why::Manages);
        }
        let repair = NewTask {
            seat: None,
            place: 0,
            asks: TaskAsks::Repair,
            offered: by.to_vec(),
            nobody: Vec::new(),
            waits: false,
        };
        self.open_task(PARKED, &repair, stamp);
    }

    fn set_position(&mut self, id: &str, state: PositionState) {
        if let Status::Open { at } = &mut self.status
            && let Some(position) = at.find_mut(id)
        {
            position.state = state;
        }
    }

    fn remove_position(&mut self, id: &str) {
        if let Status::Open { at } = &mut self.status {
            at.remove(id);
        }
    }

    fn change_ledger(&mut self, key: &str, change: impl FnOnce(&mut crate::calendar::Ledger)) {
        if let Some(Clock {
            measure: Measure::Budget(ledger),
            ..
        }) = self.clocks.get_mut(key)
        {
            change(ledger);
        }
    }
}

/// Null removes an answer.
fn change(answers: &mut Answers, changed: &Answers) {
    for (field, value) in changed {
        match value.is_null() {
            true => answers.remove(field),
            false => answers.insert(field.clone(), value.clone()),
        };
    }
}
