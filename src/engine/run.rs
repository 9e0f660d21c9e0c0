//! A decision in the making: events are recorded, and at once applied to the case.

use super::answers::Filled;
use super::case::{PositionState, Resume, Status};
use super::event::{Move, Onward, Owner};
use super::who::parties;
use super::{
    Case, Context, Decision, Effect, Event, Party, Rejection, Right, Situation, Stamp, Task,
    TaskId, mails, people, react, scope,
};
use crate::expression::{Scope, Value};
use crate::forms::Answers;
use crate::workflow::{Check, CheckLevel, Node, Stage, Who, Workflow};

/// A decision in the making: the case so far and what has happened to it.
pub struct Run<'a> {
    pub(super) workflow: &'a Workflow,
    pub(super) context: &'a Context<'a>,
    pub(super) case: Case,
    pub(super) events: Vec<Event>,
    pub(super) effects: Vec<Effect>,
    /// The last task that there was before.
    pub(super) last_task: TaskId,
    /// The case before all of it.
    start: Case,
    /// By what right somebody acts.
    right: Right,
}

/// How far a decision had come.
pub(super) struct Mark {
    events: usize,
    effects: usize,
}

impl<'a> Run<'a> {
    pub(super) fn begin(workflow: &'a Workflow, case: &Case, context: &'a Context<'a>) -> Self {
        let mut case = case.clone();
        case.revision += 1;
        Self {
            workflow,
            context,
            last_task: case.tasks.last().map_or(TaskId(0), |task| task.id),
            start: case.clone(),
            case,
            events: Vec::new(),
            effects: Vec::new(),
            right: Right::Own,
        }
    }

    /// The same, by the right of somebody else.
    pub(super) fn by(self, right: Right) -> Self {
        Self { right, ..self }
    }

    /// The decision, with each person told once of each thing.
    pub(super) fn finish(self) -> Decision {
        let effects = mails::worth_sending(&self);
        Decision {
            events: self.events,
            case: self.case,
            effects,
            on_behalf: self.right.on_behalf(),
        }
    }

    /// Remembers how far it has come.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            events: self.events.len(),
            effects: self.effects.len(),
        }
    }

    /// Undoes everything since the mark: what happened before it is applied anew.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.effects.truncate(mark.effects);
        self.case = self.start.clone();
        let stamp = self.stamp();
        for event in &self.events {
            self.case.evolve(event, &stamp);
        }
    }

    /// Whether nothing has been recorded.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Records what happened.
    pub(super) fn record(&mut self, event: Event) {
        let before = react::before(self.workflow, &self.case, &event, self.context);
        let stamp = self.stamp();
        self.case.evolve(&event, &stamp);
        let effects = react::react(self.workflow, &self.case, &event, before, self.context);
        self.effects.extend(effects);
        self.events.push(event);
    }

    /// Offers again what was claimed by people who have lost the post since; answers which tasks. To whom they are given is
    /// left to [`Self::allot`], behind what is being done: otherwise somebody could be refused a seat for another one
    /// that the same step, which with that never happens, would have given them.
    pub(super) fn end_lost_claims(&mut self) -> Vec<TaskId> {
        let lost: Vec<TaskId> = self
            .case
            .open_tasks()
            .filter(|task| self.is_lost(task))
            .map(|task| task.id)
            .collect();
        for task in &lost {
            self.record(Event::ClaimLost { task: *task });
        }
        lost
    }

    /// Who, for whom, when and how: what every event of the decision is stamped with.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp {
            on_behalf: self.right.on_behalf(),
            ..self.context.stamp(self.case.revision)
        }
    }

    /// Whether the one who claimed a task is not asked for it any more.
    pub(super) fn is_lost(&self, task: &Task) -> bool {
        task.holder.is_some()
            && people::holder(self.workflow, &self.case, task, self.context).is_none()
    }

    pub(super) fn situation(&self) -> Situation<'_> {
        Situation::new(self.workflow, &self.case, self.context)
    }

    pub(super) fn scope(&self, place: &str) -> Scope {
        scope::scope_at(self.workflow, &self.case, self.context, place, None)
    }

    /// Records changed answers and reads again the budgets and branches that depend on them.
    pub(super) fn change_answers(&mut self, filled: Vec<Filled>) -> Result<(), Rejection> {
        let mut changes = false;
        for Filled {
            of,
            answers,
            private,
        } in filled
        {
            let (known, sealed) = self.stored(&of);
            let answers = changed(&known, answers);
            let private = changed(&sealed, private);
            if answers.is_empty() && private.is_empty() {
                continue;
            }
            changes = true;
            self.record(Event::AnswersChanged {
                answers,
                private,
                of,
            });
        }
        match changes {
            true => self.go(Move::Budgets),
            false => Ok(()),
        }
    }

    /// The answers that are stored for an owner, and what stands for the private ones.
    pub(super) fn stored(&self, of: &Owner) -> (Answers, Answers) {
        match of {
            Owner::Case => (self.case.answers.clone(), self.case.private.clone()),
            Owner::Branch(branch) => self
                .case
                .branches
                .get(branch)
                .map_or_else(Default::default, |record| {
                    (record.answers.clone(), record.private.clone())
                }),
            Owner::Task(task) => self.case.task(*task).map_or_else(Default::default, |task| {
                (task.answers.clone(), task.private.clone())
            }),
        }
    }

    /// Holds the checks of a list against the answers, as they are read on a task; `choice` is what is being chosen.
    pub(super) fn hold(
        &self,
        checks: &[Check],
        task: Option<TaskId>,
        choice: Option<&str>,
        confirmed: bool,
    ) -> Result<(), Rejection> {
        let task = task.and_then(|task| self.case.task(task));
        let place = task.map_or("", |task| task.stage.as_str());
        let mut scope = scope::scope_at(self.workflow, &self.case, self.context, place, task);
        scope.variables.insert(
            "choice".into(),
            choice.map_or(Value::Null, |choice| Value::Text(choice.to_owned())),
        );
        for check in checks {
            let holds = check
                .that
                .guard(&scope)
                .map_err(|error| Rejection::Guard(error.to_string()))?;
            let passed_over = confirmed && check.level == CheckLevel::Warning;
            if !holds && !passed_over {
                return Err(Rejection::Check {
                    level: check.level,
                    message: check.message.clone(),
                });
            }
        }
        Ok(())
    }

    pub(super) fn stage(&self, id: &str) -> Option<(&'a Node, &'a Stage)> {
        let node = self.workflow.node(id)?;
        Some((node, node.stage()?))
    }

    /// Gives copies to whom a definition names.
    pub(super) fn copy_parties(&mut self, id: &str, who: &[Who]) {
        let mut to: Vec<Party> = Vec::new();
        for party in who
            .iter()
            .flat_map(|who| parties(who, id, &self.situation()))
        {
            if !to.contains(&party) {
                to.push(party);
            }
        }
        if !to.is_empty() {
            let id = id.to_owned();
            self.record(Event::Copied { id, to });
        }
    }

    /// The step that is tried again where the case was parked under this name.
    pub(super) fn parked_step(&self, id: &str) -> Option<Move> {
        match &self.case.position(id)?.state {
            PositionState::Parked { step, .. } => Some(step.clone()),
            _ => None,
        }
    }

    /// Where the run goes after the applicant's revision that stands under this name.
    pub(super) fn editing(&self, id: &str) -> Option<(Resume, Vec<Onward>)> {
        let position = self.case.position(id)?;
        match &position.state {
            PositionState::Editing(resume) => Some((resume.clone(), position.resume.clone())),
            _ => None,
        }
    }

    /// Whether the case is still a draft.
    pub(super) fn is_draft(&self) -> bool {
        self.case.status == Status::Draft
    }
}

/// The new values that differ from the stored ones.
fn changed(stored: &Answers, new: Answers) -> Answers {
    new.into_iter()
        .filter(|(field, value)| stored.get(field).unwrap_or(&serde_json::Value::Null) != value)
        .collect()
}
