//! `evolve`: an event applied to a case. Total: a fact cannot fail.

mod clocks;
mod migrated;
mod places;
mod registers;
mod tasks;

pub use migrated::clock_key_after;

use super::case::{PositionState, Region, Status};
use super::extension::ExtensionState;
use super::involve::{Involvement, Why};
use super::task::TaskState;
use super::{Actor, CancelReason, Case, Event, Party, Stamp, place_of_clock};
use crate::calendar::Clock as Measure;

/// The position and stage name of a revision by the applicant.
pub const EDITING: &str = "applicant";
/// The position name of a step that is held back until something else is closed.
pub const HELD: &str = "held-step";
/// The position and stage name of a parked case. No id has a hyphen, so no stage is called so.
pub const PARKED: &str = "parked-case";

impl Case {
    /// Applies one event.
    pub fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        self.revision = stamp.revision;
        if let Actor::Person(person) = stamp.actor {
            for person in [Some(person), stamp.on_behalf].into_iter().flatten() {
                self.involve(Party::Person(person), Why::Acted, "");
            }
            if !is_aside(event) {
                self.acted = stamp.revision;
            }
        }
        match event {
            Event::Submitted {
                applicant,
                department,
                number,
                answers,
                private,
            } => {
                self.applicant = *applicant;
                self.department = department.clone();
                self.number = Some(number.clone());
                self.submitted = Some(stamp.at);
                self.answers = answers.clone();
                self.private = private.clone();
                self.answers_changed = self.revision;
                self.status = Status::Open {
                    at: Region::default(),
                };
                self.involve(Party::Person(*applicant), Why::Applicant, "");
            }
            Event::AnswersChanged {
                answers,
                private,
                of,
            } => self.change_answers(answers, private, of),
            Event::Skipped { id, .. } => {
                let record = self.stages.entry(id.clone()).or_default();
                record.skipped = Some(stamp.revision);
                record.done = false;
                record.how = None;
            }
            Event::Entered {
                path,
                id,
                resume,
                detour,
                beside,
            } => self.enter(path, id, (resume.clone(), *detour, *beside), stamp),
            Event::BranchOpened { path, id, part } => self.open_branch(path, id, part, stamp),
            Event::Waits { id } => self.set_position(id, PositionState::Waiting),
            Event::Stands {
                path,
                id,
                resume,
                beside,
            } => self.stand(path, id, (resume.clone(), *beside)),
            Event::CaseStarted {
                id,
                with,
                offered,
                nobody,
                ..
            } => self.start_case(id, with, (offered, nobody), stamp),
            Event::CaseFiled { task, by, .. } => self.case_filed(*task, *by, stamp),
            Event::CaseClosed { id, outcome } => {
                let record = self.stages.entry(id.clone()).or_default();
                record.outcome = Some(*outcome);
            }
            Event::ComesBack { id, step } => {
                let record = self.branches.entry(id.clone()).or_default();
                record.back = Some(step.clone());
            }
            Event::Held { path, id, step } => self.hold(path, id, step),
            Event::Unheld { id } => self.remove_position(id),
            Event::Recorded {
                register,
                branch,
                element,
                status,
                values,
                ..
            } => self.record_entry(register, branch, element, (status, values), stamp),
            Event::Suspended { .. } => self.suspend(stamp.at),
            Event::Continued { .. } => self.go_on(),
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
                    // What a substitute takes is its holder's, and stays with them.
                    let holder = stamp.on_behalf.unwrap_or(person);
                    self.change_task(*task, |task| task.holder = Some(holder));
                }
            }
            Event::Allotted { task, person, .. } => {
                let person = *person;
                self.change_task(*task, |task| task.holder = Some(person));
            }
            Event::Released { task } => {
                self.change_task(*task, |task| task.released_by.extend(task.holder.take()))
            }
            Event::ClaimLost { task } => self.change_task(*task, |task| task.holder = None),
            Event::Reassigned { task, to, .. } => self.hand_over(*task, to),
            Event::Transferred { task, person, .. } => {
                self.hand_over(*task, &[Party::Person(*person)]);
            }
            Event::Recused { task, nobody, .. } => self.recuse(*task, nobody, stamp),
            Event::SignersAdded {
                task, how, tasks, ..
            } => self.add_signers(*task, *how, tasks, stamp),
            Event::SignerRemoved { task, .. } => {
                self.cancel_task(*task, CancelReason::Removed, stamp);
            }
            Event::Consulted {
                task,
                tasks,
                question,
            } => self.consult(*task, tasks, question, stamp),
            Event::Answered {
                task,
                answer,
                comment,
                automatic,
            } => self.answer(*task, answer, comment.clone(), *automatic, stamp),
            Event::TaskCancelled { task, why } => self.cancel_task(*task, *why, stamp),
            Event::Left { id, how } => self.leave(id, *how, stamp),
            Event::EditAsked {
                from,
                branch,
                resume,
                then,
            } => self.ask_edit(from, branch.as_ref(), (*resume, then.clone()), stamp),
            Event::Resubmitted { id } => self.remove_position(id),
            Event::SupplementAsked {
                id,
                fields,
                of,
                nobody,
                ..
            } => self.ask_supplement(id, fields, of, nobody, stamp),
            Event::Supplied { id, .. } => self.set_position(id, PositionState::Asked),
            Event::ClockStarted {
                key,
                node,
                rule,
                law,
                measure,
            } => self.start_clock(key, (node, *rule, *law), measure, stamp.at),
            Event::ClockPaused { key } => {
                self.change_clock(key, |clock| clock.measure.pause(stamp.at))
            }
            Event::ClockResumed { key } => self.change_clock(key, |clock| {
                clock.measure.resume(stamp.at);
                clock.stopped = false;
            }),
            Event::ClockStopped { key } => self.change_clock(key, |clock| {
                clock.measure.stop(stamp.at);
                clock.stopped = true;
            }),
            Event::ClockBudgeted { key, budget } => self.change_clock(key, |clock| {
                if let Measure::Budget(ledger) = &mut clock.measure {
                    ledger.budget = *budget;
                }
            }),
            Event::TakenBack {
                task, by, before, ..
            } => self.put_back(before, (*task, *by), stamp),
            Event::ExtensionAsked {
                key,
                id,
                by,
                of,
                nobody,
                ..
            } => self.ask_extension(key, id, *by, (of, nobody), stamp),
            Event::Extended {
                key,
                task,
                by,
                until,
                ..
            } => self.extend(key, *task, (*by, *until), stamp),
            Event::ExtensionRefused { key, task, .. } => {
                let refused = ExtensionState::Refused(stamp.at);
                self.change_clock(key, |clock| clock.settle_request(*task, refused));
            }
            Event::StepCame { key, step, due } => self.change_clock(key, |clock| {
                clock.came.insert(step.clone(), *due);
            }),
            Event::Escalated { key, to } => {
                let place = place_of_clock(key);
                self.involve_all(to, Why::Escalated, place);
            }
            Event::Copied { id, to } => self.involve_all(to, Why::Copied, id),
            Event::CopySent { to, .. } => self.involve_all(to, Why::Sent, ""),
            Event::Urged { .. } => self.urged = Some(stamp.at),
            Event::Parked {
                path,
                id,
                step,
                reason,
                by,
            } => {
                let state = PositionState::Parked {
                    step: step.clone(),
                    reason: reason.clone(),
                };
                self.park(path, id, (state, by), stamp);
            }
            Event::Unparked { id } => self.remove_position(id),
            Event::Migrated {
                stages,
                seats,
                clocks,
                ..
            } => self.migrate(stages, seats, clocks),
            Event::Reweighed { from, to, .. } => self.reweighed = Some((*from, *to)),
            Event::Returned { .. }
            | Event::Signalled { .. }
            | Event::Jumped { .. }
            | Event::Commented { .. }
            | Event::Withdrawn { .. }
            | Event::Terminated { .. } => {}
            Event::Ended { id } => {
                self.status = Status::Ended {
                    end: id.clone(),
                    at: stamp.at,
                    voided: None,
                }
            }
            Event::Erased { values, .. } => {
                let sealed = values.iter().map(|value| value.sealed.clone());
                self.erased.extend(sealed);
            }
            Event::Voided { .. } => {
                if let Status::Ended { voided, .. } = &mut self.status {
                    *voided = Some(stamp.at);
                }
            }
        }
    }

    fn involve(&mut self, party: Party, why: Why, place: &str) {
        self.involved.insert(Involvement::new(party, why, place));
    }

    fn involve_all(&mut self, parties: &[Party], why: Why, place: &str) {
        for party in parties {
            self.involve(party.clone(), why, place);
        }
    }
}

/// What leaves the run where it stands: said, copied or urged, or noticed on the way.
fn is_aside(event: &Event) -> bool {
    matches!(
        event,
        Event::Commented { .. }
            | Event::Erased { .. }
            | Event::Copied { .. }
            | Event::CopySent { .. }
            | Event::Urged { .. }
            | Event::ClaimLost { .. }
            | Event::Reweighed { .. }
    )
}
