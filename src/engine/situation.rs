//! A case as one person finds it: what may be done now, and why not something else.

use std::collections::BTreeSet;

use super::case::PositionState;
use super::extension::MoreTime;
use super::involve::Why;
use super::scope::branches_around;
use super::standing_in::people_and_stand_ins;
use super::who::parties;
use super::{
    Case, Channel, Command, Context, Party, Rejection, Status, Task, TaskAsks, TaskId, TaskState,
    actions,
};
use super::{people, signers};
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::workflow::{EmailLink, LinkAuth, Node, Stage, Who, Workflow};

/// From this data level on a mail is only a pointer: log in, then act.
const POINTER_LEVEL: u8 = 3;

/// The workflow, the case and the circumstances of one decision.
pub struct Situation<'a> {
    /// The workflow.
    pub workflow: &'a Workflow,
    /// The case.
    pub case: &'a Case,
    /// The circumstances.
    pub context: &'a Context<'a>,
}

/// An action that somebody may take now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its name.
    pub action: &'static str,
    /// On which task, where it needs one.
    pub task: Option<TaskId>,
}

impl<'a> Situation<'a> {
    /// Puts the three together.
    #[must_use]
    pub fn new(workflow: &'a Workflow, case: &'a Case, context: &'a Context<'a>) -> Self {
        Self {
            workflow,
            case,
            context,
        }
    }

    /// Every action that the actor may take now, worked out by the code that will accept or refuse it.
    #[must_use]
    pub fn offered(&self) -> Vec<Offered> {
        let tasks: Vec<&Task> = self
            .case
            .tasks
            .iter()
            .filter(|task| task.is_live())
            .collect();
        actions::ALL
            .iter()
            .flat_map(|rule| {
                // A draft has no task yet, and is submitted all the same.
                let targets: Vec<Option<TaskId>> = match self.case.status {
                    Status::Open { .. } if rule.on_task() => tasks
                        .iter()
                        .filter(|task| task.is_open() || rule.on_waiting())
                        .map(|task| Some(task.id))
                        .collect(),
                    // A suspended case goes on as a whole.
                    Status::Open { .. }
                    | Status::Draft
                    | Status::Suspended { .. }
                    | Status::Ended { .. } => vec![None],
                };
                targets
                    .into_iter()
                    .filter(|task| rule.may(self, *task).is_ok())
                    .map(|task| Offered {
                        action: rule.name(),
                        task,
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Whether the actor may take an action now; for an action on a task, on this one.
    #[must_use]
    pub fn may(&self, action: &str, task: Option<TaskId>) -> bool {
        actions::find(action).is_some_and(|rule| rule.may(self, task).is_ok())
    }

    /// The clocks of a task for which the actor may ask for more time now.
    #[must_use]
    pub fn more_time(&self, task: TaskId) -> Vec<MoreTime> {
        let clocks = actions::extendable(self, Some(task)).unwrap_or_default();
        clocks
            .into_iter()
            .map(|clock| MoreTime {
                clock: clock.key.clone(),
                left: clock.left,
            })
            .collect()
    }

    /// Until when the actor, who may urge, has to wait with it; `None` where they may urge now, or never.
    #[must_use]
    pub fn urged_until(&self) -> Option<Instant> {
        match actions::find("urge")?.may(self, None) {
            Err(Rejection::UrgedAlready { again }) => Some(again),
            _ => None,
        }
    }

    /// Everyone who may act on the task now in their own right, in the order of their keys.
    #[must_use]
    pub fn eligible(&self, task: &Task) -> Vec<PersonId> {
        people::eligible(self.workflow, self.case, task, self.context)
            .into_iter()
            .collect()
    }

    /// Everyone who may act on the task now: the [`Self::eligible`], and who acts for one of them today.
    #[must_use]
    pub fn able(&self, task: &Task) -> Vec<PersonId> {
        self.able_on(task).into_iter().collect()
    }

    /// Whether no one can hold the open task now, so that somebody has to be named.
    #[must_use]
    pub fn is_unheld(&self, task: &Task) -> bool {
        people::is_unheld(self.workflow, self.case, task, self.context)
    }

    /// The parties that a `who` means at a place, as far as that can be told now.
    #[must_use]
    pub fn meant(&self, who: &Who, place: &str) -> Vec<Party> {
        parties(who, place, self)
    }

    /// The workflow administrators who see to what nobody can do.
    #[must_use]
    pub fn managers(&self) -> BTreeSet<PersonId> {
        people::managers("", self)
    }

    /// Whether others could take an open task as well.
    pub(super) fn is_open_to_others(&self, task: &Task) -> bool {
        let taken = people::holder(self.workflow, self.case, task, self.context).is_some();
        !taken && 1 < self.eligible(task).len()
    }

    /// The active people behind a party today.
    #[must_use]
    pub fn people_of(&self, party: &Party) -> Vec<PersonId> {
        people::people_of(party, self.context).into_iter().collect()
    }

    /// The active people behind a party today, and those who act for them.
    #[must_use]
    pub fn people_for(&self, party: &Party) -> Vec<PersonId> {
        let parties = std::slice::from_ref(party);
        let people = people_and_stand_ins(parties, self.context);
        people.into_iter().collect()
    }

    /// For whom the actor may act on a task, who is not asked for it themselves.
    #[must_use]
    pub fn acts_for(&self, task: &Task) -> Option<PersonId> {
        self.right_on(task).ok()?.on_behalf()
    }

    /// The active people behind what a `who` means at a place.
    #[must_use]
    pub fn people_meant(&self, who: &Who, place: &str) -> BTreeSet<PersonId> {
        people::people_of_all(&self.meant(who, place), self.context)
    }

    /// Refuses a command whose sender saw a task, round or answers that have changed since. Other people's signatures
    /// and comments do not conflict.
    pub(super) fn unchanged_since(&self, command: &Command) -> Result<(), Rejection> {
        let Some(seen) = command.seen else {
            return Ok(());
        };
        let task = command.input.task.and_then(|id| self.case.task(id));
        let touched = task.map(|task| task.changed.max(self.case.stage(&task.stage).changed));
        let place = task.map_or("", |task| task.stage.as_str());
        let latest = touched.unwrap_or(0).max(self.answers_changed(place));
        if seen < latest {
            return Err(Rejection::MovedOn {
                seen,
                now: self.case.revision,
            });
        }
        Ok(())
    }

    /// The revision that last changed the answers as they are read at a place.
    pub(super) fn answers_changed(&self, place: &str) -> i64 {
        let branches = branches_around(self.workflow, place);
        let records = branches
            .iter()
            .filter_map(|branch| self.case.branches.get(branch));
        records
            .map(|record| record.changed)
            .fold(self.case.answers_changed, i64::max)
    }

    /// The person who acts; a timer takes no action of a person.
    pub(super) fn person(&self) -> Result<PersonId, Rejection> {
        self.context
            .person()
            .ok_or_else(|| Rejection::NotAsked("system".into()))
    }

    /// Nobody acts in a case that has ended or is held up.
    pub(super) fn is_running(&self) -> Result<(), Rejection> {
        match self.case.status {
            Status::Open { .. } => Ok(()),
            Status::Suspended { .. } => Err(Rejection::Suspended),
            Status::Draft | Status::Ended { .. } => Err(Rejection::CaseClosed),
        }
    }

    /// The task with this number, when it is open.
    pub(super) fn open_task(
        &self,
        action: &'static str,
        id: Option<TaskId>,
    ) -> Result<&'a Task, Rejection> {
        let id = id.ok_or(Rejection::TaskMissing(action))?;
        self.is_running()?;
        let task = self.case.task(id).ok_or(Rejection::UnknownTask(id))?;
        match task.state {
            TaskState::Open => Ok(task),
            TaskState::Waiting => Err(Rejection::NotYourTurn(id)),
            TaskState::Settled { .. } | TaskState::Cancelled { .. } => {
                Err(Rejection::TaskClosed(id))
            }
        }
    }

    /// The task with this number, when it is open or waits for its turn.
    pub(super) fn live_task(
        &self,
        action: &'static str,
        id: Option<TaskId>,
    ) -> Result<&'a Task, Rejection> {
        match self.open_task(action, id) {
            Err(Rejection::NotYourTurn(id)) => self.case.task(id).ok_or(Rejection::UnknownTask(id)),
            other => other,
        }
    }

    /// The open task, when the actor is asked for it or acts for who is, has not lost it to somebody else, and nothing bars
    /// them.
    pub(super) fn my_task(
        &self,
        action: &'static str,
        id: Option<TaskId>,
    ) -> Result<&'a Task, Rejection> {
        self.mine(self.open_task(action, id)?)
    }

    fn mine(&self, task: &'a Task) -> Result<&'a Task, Rejection> {
        self.right_on(task)?;
        Ok(task)
    }

    /// As [`Self::my_task`], for an answer to a stage: of one of these kinds, not denied, and not while a supplement is out.
    pub(super) fn my_answer(
        &self,
        action: &'static str,
        id: Option<TaskId>,
        kinds: &[TaskAsks],
    ) -> Result<(&'a Task, &'a Node, &'a Stage), Rejection> {
        let task = self.my_task(action, id)?;
        if !kinds.contains(&task.asks) {
            return Err(Rejection::NotOffered { action });
        }
        let (node, stage) = self
            .stage_of(task)
            .ok_or(Rejection::NotOffered { action })?;
        if denies(node, action) {
            return Err(Rejection::NotOffered { action });
        }
        self.by_link(node, action)?;
        if matches!(
            self.case
                .position(&task.stage)
                .map(|position| &position.state),
            Some(PositionState::Supplement { .. })
        ) {
            return Err(Rejection::WaitingForSupplement);
        }
        Ok((task, node, stage))
    }

    /// As [`Self::my_task`], for what changes whose task it is, of one of these kinds: not denied, and after a login.
    pub(super) fn my_seat(
        &self,
        action: &'static str,
        id: Option<TaskId>,
        kinds: &[TaskAsks],
    ) -> Result<&'a Task, Rejection> {
        self.seat_of_mine(action, self.open_task(action, id)?, kinds)
    }

    /// As [`Self::my_seat`], also while the task waits for signers that were added before it.
    pub(super) fn my_seat_while_others_sign(
        &self,
        action: &'static str,
        id: Option<TaskId>,
        kinds: &[TaskAsks],
    ) -> Result<&'a Task, Rejection> {
        let task = self.live_task(action, id)?;
        if !task.is_open() && !signers::waits_for_signers(self.case, task) {
            return Err(Rejection::NotYourTurn(task.id));
        }
        self.seat_of_mine(action, task, kinds)
    }

    fn seat_of_mine(
        &self,
        action: &'static str,
        task: &'a Task,
        kinds: &[TaskAsks],
    ) -> Result<&'a Task, Rejection> {
        let task = self.mine(task)?;
        let node = self.workflow.node(&task.stage);
        if !kinds.contains(&task.asks) || node.is_some_and(|node| denies(node, action)) {
            return Err(Rejection::NotOffered { action });
        }
        if self.context.channel == Channel::Link {
            return Err(Rejection::LoginFirst);
        }
        Ok(task)
    }

    /// A mail's link proves access to a mailbox: it does what the stage says, and nothing where the data is sensitive.
    fn by_link(&self, node: &Node, action: &'static str) -> Result<(), Rejection> {
        let may = match &node.rules.email_link {
            _ if self.context.channel != Channel::Link => true,
            _ if POINTER_LEVEL <= self.case.level() => false,
            EmailLink::Never => false,
            EmailLink::Offered {
                auth: LinkAuth::Login,
                ..
            } => false,
            EmailLink::Offered { actions, .. } => {
                actions.is_empty() || actions.iter().any(|offered| offered == action)
            }
        };
        match may {
            true => Ok(()),
            false => Err(Rejection::LoginFirst),
        }
    }

    /// Whether an open stage denies an action that is done on the case as a whole.
    pub(super) fn is_denied(&self, action: &str) -> bool {
        let open = self.case.region().map(|region| region.all());
        open.into_iter()
            .flatten()
            .filter_map(|position| self.workflow.node(&position.id))
            .any(|node| denies(node, action))
    }

    /// Whether the actor has to do with the case for one of these reasons.
    pub(super) fn is_involved(&self, reasons: &[Why]) -> bool {
        self.right_by_part(reasons).is_some()
    }

    /// The node and stage that a task belongs to.
    pub(super) fn stage_of(&self, task: &Task) -> Option<(&'a Node, &'a Stage)> {
        let node = self.workflow.node(&task.stage)?;
        Some((node, node.stage()?))
    }
}

/// Whether the stage takes this action off the list.
pub(super) fn denies(node: &Node, action: &str) -> bool {
    node.rules.deny.iter().any(|denied| denied == action)
}

/// Parties as they stand in a refusal: posts by code, never names.
pub(super) fn describe(parties: &[Party]) -> String {
    let words: Vec<String> = parties
        .iter()
        .map(|party| match party {
            Party::Person(_) => "somebody else".to_owned(),
            Party::Post(post) => post.to_string(),
            Party::Department(department) => department.to_string(),
        })
        .collect();
    words.join(", ")
}
