//! An office on paper: cases that run on a clock moved by hand, with nothing kept and nothing sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike;

use super::setting::{Chooser, Facts, Setting};
use crate::calendar::{Calendar, Instant, beijing};
use crate::directory::{DepartmentCode, PersonId};
use crate::engine::{
    self, Actor, Case, Channel, Child, Command, Context, Decision, Effect, Event, Input,
    NoWorkload, Offered, PlainVault, Rejection, Situation, Stamp, Status, Task, TaskId,
};
use crate::forms::Answers;
use crate::workflow::{Outcome, Place, Signal, Workflow};

/// The office.
#[derive(Clone)]
pub struct Office {
    /// Who and what there is.
    pub setting: Setting,
    /// The time of its clock.
    pub now: Instant,
    /// Its cases, in the order in which they were begun.
    pub cases: Vec<Running>,
    filed: BTreeMap<(String, i32), u32>,
}

/// A case with all that has happened to it.
#[derive(Clone)]
pub struct Running {
    /// Its definition.
    pub workflow: Arc<Workflow>,
    /// The calendar of its deadlines.
    pub calendar: Arc<Calendar>,
    /// The case.
    pub case: Case,
    /// What has happened, in order.
    pub log: Vec<(Event, Stamp)>,
    /// What else had to happen, and when.
    pub effects: Vec<(Instant, Effect)>,
    /// What became of the cases that it started.
    children: Vec<Child>,
    /// What the applicant typed last, private answers included: a revision begins with it.
    typed: Answers,
}

/// Who does something, and by which way.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// The person.
    pub person: PersonId,
    /// The way.
    pub channel: Channel,
}

impl Office {
    /// An office without cases.
    #[must_use]
    pub fn new(setting: Setting, now: Instant) -> Self {
        Self {
            setting,
            now,
            cases: Vec::new(),
            filed: BTreeMap::new(),
        }
    }

    /// Begins a draft of `applicant` for `department`, and answers with its index. `typed` is what will be submitted.
    pub fn begin(
        &mut self,
        workflow: &Arc<Workflow>,
        applicant: PersonId,
        department: DepartmentCode,
        typed: Answers,
    ) -> usize {
        self.cases.push(Running {
            calendar: Arc::new(calendar_named(&workflow.calendar)),
            case: Case::draft(&workflow.key, applicant, department),
            workflow: Arc::clone(workflow),
            log: Vec::new(),
            effects: Vec::new(),
            children: Vec::new(),
            typed,
        });
        self.cases.len() - 1
    }

    /// Somebody takes an action on a case.
    ///
    /// # Errors
    /// The engine's refusal; nothing has happened then.
    pub fn act(
        &mut self,
        index: usize,
        by: By,
        action: &str,
        input: Input,
    ) -> Result<(), Rejection> {
        let running = &self.cases[index];
        let typed = running.typed_with(&input);
        let input = match action {
            // A revision submits what was typed before, with the new answers over it.
            "submit" => Input {
                answers: Some(typed.clone()),
                ..input
            },
            _ => input,
        };
        let command = Command {
            action: action.to_owned(),
            input,
            seen: None,
        };
        let number = self.next_number(running);
        let actor = Actor::Person(by.person);
        let earlier = engine::taken_back_from(&running.case, by.person)
            .filter(|_| command.action == "take_back")
            .map(|revision| running.before(revision));
        let task = command.input.task.and_then(|id| running.case.task(id));
        let place = task.map_or("", |task| task.stage.as_str());
        let chosen_for = running.chosen_for(place, command.input.answers.as_ref());
        let at = (&chosen_for, place);
        let (decision, stamp) =
            self.in_context_at(running, at, actor, by.channel, Some(&number), |context| {
                let context = &Context {
                    earlier: earlier.as_ref(),
                    ..*context
                };
                let decision = engine::handle(&running.workflow, &running.case, &command, context)?;
                let stamp = decision.stamp(context);
                Ok((decision, stamp))
            })?;
        if running.case.status == Status::Draft {
            *self.filed.entry(self.counter(running)).or_default() += 1;
        }
        self.take(index, decision, &stamp);
        self.cases[index].typed = typed;
        Ok(())
    }

    /// Sets the clock forward; the deadlines on the way come in their order.
    pub fn pass(&mut self, to: Instant) {
        // A case whose step is refused (nobody is there to ask) stands until the time is over.
        let mut stuck = vec![false; self.cases.len()];
        while let Some((wake, index)) = self.soonest(to, &stuck) {
            self.now = self.now.max(wake);
            stuck[index] = !self.tick(index);
        }
        self.now = self.now.max(to);
    }

    /// Lets time act on one case, now. Answers whether anything came.
    pub fn tick(&mut self, index: usize) -> bool {
        let running = &self.cases[index];
        let ticked = self.in_context(running, Actor::System, Channel::Timer, None, |context| {
            let decision = engine::tick(&running.workflow, &running.case, context);
            decision.map(|done| done.map(|done| (done.stamp(context), done)))
        });
        match ticked {
            Ok(Some((stamp, decision))) => {
                self.take(index, decision, &stamp);
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    fn soonest(&self, to: Instant, stuck: &[bool]) -> Option<(Instant, usize)> {
        let waking = self.cases.iter().enumerate().zip(stuck);
        waking
            .filter(|(_, stuck)| !**stuck)
            .filter_map(|((index, running), _)| Some((running.wake()?, index)))
            .filter(|(wake, _)| *wake <= to)
            .min()
    }

    /// Everyone who may act on a task now, in the order of their keys.
    #[must_use]
    pub fn eligible(&self, index: usize, task: &Task) -> Vec<PersonId> {
        let running = &self.cases[index];
        self.in_context(running, Actor::System, Channel::Timer, None, |context| {
            Situation::new(&running.workflow, &running.case, context).eligible(task)
        })
    }

    /// What somebody may do now.
    #[must_use]
    pub fn offered(&self, index: usize, person: PersonId) -> Vec<Offered> {
        let running = &self.cases[index];
        let actor = Actor::Person(person);
        self.in_context(running, actor, Channel::Page, None, |context| {
            Situation::new(&running.workflow, &running.case, context).offered()
        })
    }

    /// A case that this one has started was filed, or has ended with an outcome.
    pub fn child(&mut self, index: usize, task: TaskId, by: PersonId, outcome: Option<Outcome>) {
        let children = &mut self.cases[index].children;
        match children.iter_mut().find(|child| child.task == task) {
            Some(child) => child.outcome = outcome,
            None => children.push(Child {
                task,
                number: None,
                by,
                outcome,
            }),
        }
        self.tick(index);
    }

    /// The signals that somebody may give now, each with its place.
    #[must_use]
    pub fn signals(&self, index: usize, person: PersonId) -> Vec<(Place, Signal)> {
        let running = &self.cases[index];
        let actor = Actor::Person(person);
        self.in_context(running, actor, Channel::Page, None, |context| {
            let situation = Situation::new(&running.workflow, &running.case, context);
            let offers = engine::signals(&situation).into_iter();
            offers
                .map(|offer| (offer.place, offer.signal.clone()))
                .collect()
        })
    }

    fn in_context<T>(
        &self,
        running: &Running,
        actor: Actor,
        channel: Channel,
        number: Option<&str>,
        look: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        self.in_context_at(running, (&running.case, ""), actor, channel, number, look)
    }

    /// As [`Self::in_context`], where people are chosen for a case at a place of it.
    fn in_context_at<T>(
        &self,
        running: &Running,
        (case, place): (&Case, &str),
        actor: Actor,
        channel: Channel,
        number: Option<&str>,
        look: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        let chooser = Chooser {
            workflow: &running.workflow,
            case,
            place,
            calendar: &running.calendar,
            now: self.now,
        };
        let facts = Facts {
            setting: &self.setting,
            chooser: Some(chooser),
        };
        look(&Context {
            actor,
            channel,
            now: self.now,
            directory: &self.setting.directory,
            calendar: &running.calendar,
            lookup: &facts,
            vault: &PlainVault,
            registered: &self.setting.registered,
            children: &running.children,
            earlier: None,
            workload: &NoWorkload,
            number,
        })
    }

    fn take(&mut self, index: usize, decision: Decision, stamp: &Stamp) {
        let (now, running) = (self.now, &mut self.cases[index]);
        let events = decision.events.into_iter();
        running
            .log
            .extend(events.map(|event| (event, stamp.clone())));
        let effects = decision.effects.into_iter();
        running.effects.extend(effects.map(|effect| (now, effect)));
        running.case = decision.case;
    }

    fn counter(&self, running: &Running) -> (String, i32) {
        (running.workflow.key.clone(), beijing(self.now).year())
    }

    fn next_number(&self, running: &Running) -> String {
        let (key, year) = self.counter(running);
        let filed = self.filed.get(&(key, year)).copied().unwrap_or(0);
        let number = running.workflow.number.replace("{year}", &year.to_string());
        number.replace("{seq}", &(filed + 1).to_string())
    }
}

impl Running {
    /// When the case wants to be looked at next.
    #[must_use]
    pub fn wake(&self) -> Option<Instant> {
        engine::next_wake(&self.workflow, &self.case, &self.calendar)
    }

    /// The end that was reached, and when.
    #[must_use]
    pub fn ended(&self) -> Option<(&str, Instant)> {
        match &self.case.status {
            Status::Ended { end, at, .. } => Some((end, *at)),
            Status::Draft | Status::Open { .. } | Status::Suspended { .. } => None,
        }
    }

    /// The case with what is being typed at a place of it: whom a field offers may depend on that. What stands in a
    /// branch is read first there.
    fn chosen_for(&self, place: &str, typed: Option<&Answers>) -> Case {
        let mut case = self.case.clone();
        let branch = self.workflow.part_around(place);
        let record = branch.and_then(|branch| case.branches.get_mut(&branch));
        let read_first = record.map_or(&mut case.answers, |record| &mut record.answers);
        read_first.extend(
            typed
                .into_iter()
                .flatten()
                .map(|(field, answer)| (field.clone(), answer.clone())),
        );
        case
    }

    /// The case as it was before a revision.
    fn before(&self, revision: i64) -> Case {
        let case = &self.case;
        let start = Case::draft(&case.workflow, case.applicant, case.department.clone());
        let log = self.log.iter();
        let before = log.filter(|(_, stamp)| stamp.revision < revision);
        engine::replay(start, before.map(|(event, stamp)| (event, stamp)))
    }

    /// What the applicant's form holds after this input; what other people fill in is not part of it.
    fn typed_with(&self, input: &Input) -> Answers {
        let asked = engine::asked_at_start(&self.workflow);
        let new = input.answers.iter().flatten();
        let all = self.typed.iter().chain(new);
        all.filter(|(field, _)| asked.asks(field))
            .map(|(field, answer)| (field.clone(), answer.clone()))
            .collect()
    }
}

/// The shipped calendar of this name; one that is imported somewhere counts as the government's.
#[must_use]
pub fn calendar_named(name: &str) -> Calendar {
    match name {
        "always" => Calendar::always(),
        _ => Calendar::cn_gov(),
    }
}
