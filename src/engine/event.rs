//! What can happen to a case. Events hold ids, codes, parameters and answers, never rendered sentences and never private values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::case::ClockKey;
use super::evolve::{EDITING, PARKED};
use super::{
    Answer, CalledAs, CancelReason, CarriedClock, Earlier, Erased, NewTask, Party, Reweighed,
    TaskId,
};
use crate::calendar::{Clock as Measure, Duration, Instant};
use crate::directory::{DepartmentCode, PersonId};
use crate::forms::Answers;
use crate::workflow::{Id, Offer, Outcome, Place};

mod kind;
mod moves;

pub use moves::{LeftAs, Move, Onward, SkipReason};

/// Whose answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The case's.
    #[default]
    Case,
    /// A branch's (`per: branch`).
    Branch(Place),
    /// A task's (`per: task`).
    Task(TaskId),
}

impl Owner {
    fn is_case(&self) -> bool {
        *self == Self::Case
    }
}

fn parked() -> Place {
    PARKED.to_owned()
}

fn is_parked(id: &Place) -> bool {
    id == PARKED
}

fn editing() -> Place {
    EDITING.to_owned()
}

fn is_editing(id: &Place) -> bool {
    id == EDITING
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The request was filed.
    Submitted {
        /// By whom.
        applicant: PersonId,
        /// For which department.
        department: DepartmentCode,
        /// The number it was given.
        number: String,
        /// The answers, without the private ones.
        answers: Answers,
        /// What stands for the private ones, by path.
        #[serde(default, skip_serializing_if = "Answers::is_empty")]
        private: Answers,
    },
    /// Answers were filled in or changed; null removes one.
    AnswersChanged {
        /// The new values by field.
        answers: Answers,
        /// What stands for new private ones, by path; null removes one.
        #[serde(default, skip_serializing_if = "Answers::is_empty")]
        private: Answers,
        /// Whose answers these are.
        #[serde(default, skip_serializing_if = "Owner::is_case")]
        of: Owner,
    },
    /// A stage or block was passed over.
    Skipped {
        /// Which.
        id: Id,
        /// Why.
        why: SkipReason,
    },
    /// A stage or block was entered: a new round.
    Entered {
        /// The enclosing blocks, outermost first.
        path: Vec<Id>,
        /// Which.
        id: Id,
        /// Where it hands the run back, the next last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<Onward>,
        /// Whether it lies off the run's way: sent for, made up for, or come back to.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        detour: bool,
        /// Whether the run goes on meanwhile (`await`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        beside: bool,
    },
    /// A branch of a foreach or parallel was opened: a new round of it.
    BranchOpened {
        /// The enclosing blocks, its own last.
        path: Vec<Place>,
        /// Which.
        id: Place,
        /// What it stands for; null in a parallel.
        part: serde_json::Value,
    },
    /// A `wait` stands until its time or a signal.
    Waits {
        /// Which.
        id: Place,
    },
    /// A stage that comes again and again stands until its next round.
    Stands {
        /// The enclosing blocks.
        path: Vec<Place>,
        /// Which.
        id: Place,
        /// Where it hands the run back, the next last.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<Onward>,
        /// Whether the run goes on meanwhile (`await`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        beside: bool,
    },
    /// A case of another workflow is to be opened.
    CaseStarted {
        /// At which `start`.
        id: Place,
        /// Of which workflow.
        workflow: String,
        /// What it begins with.
        with: Answers,
        /// Who is to file it.
        offered: Vec<Party>,
        /// Where nobody can: who names somebody.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nobody: Vec<Party>,
        /// Whether it is submitted at once.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        submit: bool,
    },
    /// That case was filed.
    CaseFiled {
        /// At which `start`.
        id: Place,
        /// The task that asked for it.
        task: TaskId,
        /// Its number.
        number: Option<String>,
        /// Who filed it.
        by: PersonId,
    },
    /// That case has ended.
    CaseClosed {
        /// At which `start`.
        id: Place,
        /// How.
        outcome: Outcome,
    },
    /// Something that is still open must be closed first (`await`).
    Held {
        /// The enclosing blocks.
        path: Vec<Place>,
        /// Under which name it stands.
        id: Place,
        /// What then.
        step: Move,
    },
    /// It goes on; a stage that comes again and again comes no more.
    Unheld {
        /// Under which name it stood.
        id: Place,
    },
    /// A branch that was sent back goes on from here once the run comes to it again.
    ComesBack {
        /// Which branch.
        id: Place,
        /// What then.
        step: Move,
    },
    /// Somebody signalled (通知事件).
    Signalled {
        /// To which block or wait.
        id: Place,
        /// What.
        signal: Id,
        /// A note.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// A register was written: an entry opened or changed.
    Recorded {
        /// At which stage, block or end.
        id: Place,
        /// Which register.
        register: String,
        /// The branch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<Place>,
        /// Which element; empty without `each`.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        element: String,
        /// Its new status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        /// Its new values.
        #[serde(default, skip_serializing_if = "Answers::is_empty")]
        values: Answers,
    },
    /// A manager held the case up (挂起).
    Suspended {
        /// Why.
        comment: String,
    },
    /// It goes on (恢复).
    Continued {
        /// A note.
        comment: Option<String>,
    },
    /// A workflow administrator moved the run (跳转).
    Jumped {
        /// From this stage.
        from: Place,
        /// To this one.
        to: Place,
        /// Why.
        comment: String,
    },
    /// Tasks were given out for the open round of a stage.
    TasksOpened {
        /// The stage.
        id: Id,
        /// The tasks.
        tasks: Vec<NewTask>,
    },
    /// A waiting task's turn has come.
    TurnCame {
        /// Which.
        task: TaskId,
    },
    /// An offered task was taken.
    Claimed {
        /// Which.
        task: TaskId,
    },
    /// An offered task was given to one of those whom it is offered to.
    Allotted {
        /// Which.
        task: TaskId,
        /// To whom.
        person: PersonId,
        /// By which rule.
        how: Offer,
    },
    /// A taken task was given back.
    Released {
        /// Which.
        task: TaskId,
    },
    /// Whoever had taken a task lost the post, and with it the task.
    ClaimLost {
        /// Which.
        task: TaskId,
    },
    /// A task was given to somebody else: a holder was named, or a deadline moved it.
    Reassigned {
        /// Which.
        task: TaskId,
        /// Whose it is now.
        to: Vec<Party>,
        /// The reason.
        comment: Option<String>,
    },
    /// Whoever had a task gave it to somebody else.
    Transferred {
        /// Which.
        task: TaskId,
        /// To whom.
        person: PersonId,
        /// The reason.
        comment: String,
    },
    /// Whoever was asked may not sign here.
    Recused {
        /// Which task they were asked for.
        task: TaskId,
        /// The reason.
        comment: String,
        /// When nobody is left for it: who names a holder.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nobody: Vec<Party>,
    },
    /// Signers were added to a round.
    SignersAdded {
        /// On which task.
        task: TaskId,
        /// Before it, after it, or with it.
        how: CalledAs,
        /// Their tasks.
        tasks: Vec<NewTask>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// A signer who was added was taken out again.
    SignerRemoved {
        /// Their task.
        task: TaskId,
        /// Why.
        comment: String,
    },
    /// Others were asked for their advice.
    Consulted {
        /// On which task.
        task: TaskId,
        /// Their tasks.
        tasks: Vec<NewTask>,
        /// What they are asked.
        question: String,
    },
    /// A task was answered.
    Answered {
        /// Which.
        task: TaskId,
        /// With what.
        answer: Answer,
        /// The opinion.
        comment: Option<String>,
        /// Set when it passed by itself because this person had just agreed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        automatic: Option<PersonId>,
    },
    /// A task was closed without an answer.
    TaskCancelled {
        /// Which.
        task: TaskId,
        /// Why.
        why: CancelReason,
    },
    /// A stage or block was left.
    Left {
        /// Which.
        id: Id,
        /// How.
        how: LeftAs,
    },
    /// Somebody sent the case back.
    Returned {
        /// From this stage.
        from: Id,
        /// To this stage; `None`: to the applicant for editing.
        to: Option<Id>,
        /// The reason.
        comment: String,
    },
    /// The applicant is to revise the request.
    EditAsked {
        /// The stage that asked; with `resume` the run comes straight back to it.
        from: Id,
        /// The branch that waits meanwhile; `None`: the whole case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<Place>,
        /// Whether it does.
        resume: bool,
        /// Where that stage hands the run back in its turn.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        then: Vec<Onward>,
    },
    /// The request was revised.
    Resubmitted {
        /// Under which name the revision stood.
        #[serde(default = "editing", skip_serializing_if = "is_editing")]
        id: Place,
    },
    /// More was asked for (补正).
    SupplementAsked {
        /// The stage that asked.
        id: Id,
        /// What is missing, by field.
        fields: Vec<String>,
        /// What exactly.
        comment: String,
        /// Of whom.
        of: Vec<Party>,
        /// When none of them can bring it: who names somebody.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nobody: Vec<Party>,
    },
    /// What was missing came.
    Supplied {
        /// The stage that had asked.
        id: Id,
        /// A note.
        comment: Option<String>,
    },
    /// A clock began.
    ClockStarted {
        /// Its key.
        key: ClockKey,
        /// The stage or block it belongs to.
        node: Id,
        /// Which of its rules.
        rule: usize,
        /// Whether a law sets it.
        law: bool,
        /// How it measures.
        measure: Measure,
    },
    /// A clock stands still.
    ClockPaused {
        /// Which.
        key: ClockKey,
    },
    /// It runs again.
    ClockResumed {
        /// Which.
        key: ClockKey,
    },
    /// It has nothing more to measure.
    ClockStopped {
        /// Which.
        key: ClockKey,
    },
    /// Changed answers gave it another budget.
    ClockBudgeted {
        /// Which.
        key: ClockKey,
        /// The new budget.
        budget: Duration,
    },
    /// Somebody took their verdict back (拿回).
    TakenBack {
        /// On which task.
        task: TaskId,
        /// Whose task it is now.
        by: PersonId,
        /// What is put back.
        before: Box<Earlier>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// More time was asked for (延期).
    ExtensionAsked {
        /// For which clock.
        key: ClockKey,
        /// The stage or block it belongs to.
        id: Place,
        /// How much.
        by: Duration,
        /// Why.
        comment: String,
        /// Who decides.
        of: Vec<Party>,
        /// When none of them can: who names somebody.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nobody: Vec<Party>,
    },
    /// A clock got more time.
    Extended {
        /// Which.
        key: ClockKey,
        /// The task that decided; `None`: whoever asked did at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<TaskId>,
        /// How much.
        by: Duration,
        /// Of a date: the new one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Instant>,
        /// A note, or why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// A clock got no more time; the old date stays.
    ExtensionRefused {
        /// Which.
        key: ClockKey,
        /// The task that decided.
        task: TaskId,
        /// Why.
        comment: String,
    },
    /// A reminder or a step of being overdue came.
    StepCame {
        /// Of which clock.
        key: ClockKey,
        /// Which step.
        step: String,
        /// When it was due; late after a downtime.
        due: Instant,
    },
    /// A deadline informed somebody higher up and gave them sight.
    Escalated {
        /// Of which clock.
        key: ClockKey,
        /// Who.
        to: Vec<Party>,
    },
    /// A read-only copy was given.
    Copied {
        /// At which stage.
        id: Id,
        /// To whom.
        to: Vec<Party>,
    },
    /// Somebody gave people a read-only copy.
    CopySent {
        /// Whom.
        to: Vec<Party>,
        /// With which words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// Something was said outside the record of opinions.
    Commented {
        /// What.
        text: String,
    },
    /// Those we wait for were reminded.
    Urged {
        /// With which words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// A guard failed: the case waits for the workflow administrator.
    Parked {
        /// The enclosing blocks.
        path: Vec<Id>,
        /// Under which name it stands.
        #[serde(default = "parked", skip_serializing_if = "is_parked")]
        id: Place,
        /// What to try again.
        step: Move,
        /// Why.
        reason: String,
        /// Who mends it.
        by: Vec<Party>,
    },
    /// It is tried again.
    Unparked {
        /// Under which name it stood.
        #[serde(default = "parked", skip_serializing_if = "is_parked")]
        id: Place,
    },
    /// The applicant took the request back.
    Withdrawn {
        /// Why.
        comment: Option<String>,
    },
    /// A manager ended the case.
    Terminated {
        /// Why.
        comment: String,
    },
    /// A manager declared the ended case void.
    Voided {
        /// Why.
        comment: String,
    },
    /// Private answers were erased, with what had stood there earlier.
    Erased {
        /// Whose answers these were.
        #[serde(default, skip_serializing_if = "Owner::is_case")]
        of: Owner,
        /// Which.
        values: Vec<Erased>,
        /// Why.
        comment: String,
    },
    /// The data directory was changed, and data of the case weighs otherwise.
    Reweighed {
        /// Which, with old and new.
        data: Vec<Reweighed>,
        /// The level of the case before.
        from: u8,
        /// And now.
        to: u8,
    },
    /// The case was moved to another version of its definition.
    Migrated {
        /// The version that it ran on.
        from: u32,
        /// The version that it runs on from here.
        to: u32,
        /// Stages, blocks and branches that are called otherwise there, by their names until now. What the new version does
        /// not have keeps its history under a name of its own: `review@3`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        stages: BTreeMap<Id, Id>,
        /// Tasks whose seat has another place in its stage's list.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<(TaskId, u16)>,
        /// Clocks that go on under another rule, by their keys until now; null: under none.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        clocks: BTreeMap<ClockKey, Option<CarriedClock>>,
        /// Why.
        comment: String,
    },
    /// The case ended.
    Ended {
        /// At which end.
        id: Id,
    },
}
