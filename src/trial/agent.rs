//! Somebody who does what is asked: the passing answer to a task, and the other ways that it could be answered.

use super::office::{By, Office, Running};
use super::request::Request;
use crate::directory::PersonId;
use crate::engine::{self, Channel, Input, Rejection, Task, TaskAsks};
use crate::forms::Answers;
use crate::workflow::place::id_of;
use crate::workflow::{Choice, Node, Outcome, Signal, Stage, Workflow};

/// The actions that pass a task, whatever it asks for.
const PASSING: &[&str] = &[
    "submit",
    "supply",
    "approve",
    "choose",
    "done",
    "acknowledge",
];
/// A reason, where one is asked for; nobody reads it.
const REASON: &str = "simulated";

/// An action that could be taken on a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// By whom.
    pub by: PersonId,
    /// Which.
    pub action: &'static str,
    /// What goes with it.
    pub input: Input,
}

impl Deed {
    /// Takes it.
    pub(super) fn take(&self, office: &mut Office, index: usize) -> Result<(), Rejection> {
        let by = By {
            person: self.by,
            channel: Channel::Page,
        };
        office.act(index, by, self.action, self.input.clone())
    }

    /// What is chosen, where it goes, what is signalled; or nothing of the kind.
    #[must_use]
    pub fn which(&self) -> Option<&str> {
        let input = &self.input;
        let which = input.choice.as_deref().or(input.to.as_deref());
        which.or(input.signal.as_deref())
    }
}

/// How each person who may act on a task would pass it.
pub(super) fn passing(office: &Office, index: usize, task: &Task, request: &Request) -> Vec<Deed> {
    let people = office.eligible(index, task).into_iter();
    people
        .filter_map(|person| pass_by(office, index, task, request, person))
        .collect()
}

/// How somebody would pass a task; `None` when they may not, or nothing passes it.
pub(super) fn pass_by(
    office: &Office,
    index: usize,
    task: &Task,
    request: &Request,
    person: PersonId,
) -> Option<Deed> {
    let offered = office.offered(index, person);
    let offered: Vec<&str> = offered
        .iter()
        .filter(|offered| offered.task == Some(task.id))
        .map(|offered| offered.action)
        .collect();
    let action = PASSING.iter().find(|action| offered.contains(action))?;
    Some(pass(office, index, task, request, (person, action)))
}

fn pass(
    office: &Office,
    index: usize,
    task: &Task,
    request: &Request,
    (by, action): (PersonId, &'static str),
) -> Deed {
    let running = &office.cases[index];
    let mut input = Input {
        task: Some(task.id),
        comment: Some(REASON.to_owned()),
        confirmed: true,
        ..Input::default()
    };
    if let Some(stage) = stage_of(running, task).filter(|_| task.is_seat()) {
        let wanted = request.stages.get(id_of(&task.stage));
        let choice = wanted.and_then(|wanted| wanted.choice.clone());
        let choice = choice.or_else(|| first_choice(stage).map(|choice| choice.id.clone()));
        input.answers = filled(running, task, stage, request, choice.as_deref());
        input.choice = choice.filter(|_| action == "choose");
    }
    Deed { by, action, input }
}

/// The first choice that does not refuse, else the first.
fn first_choice(stage: &Stage) -> Option<&Choice> {
    let mut choices = stage.choices.iter();
    choices
        .find(|choice| !choice.refuses)
        .or(stage.choices.first())
}

/// What the request has for the part of the form that a task fills.
fn filled(
    running: &Running,
    task: &Task,
    stage: &Stage,
    request: &Request,
    choice: Option<&str>,
) -> Option<Answers> {
    let part = engine::filled_by(&running.workflow, stage, task);
    if part.fields.is_empty() {
        return None;
    }
    let mut all = request.answers.clone();
    if let Some(wanted) = request.stages.get(id_of(&task.stage)) {
        all.extend(wanted.answers.clone());
        let own = choice.and_then(|choice| wanted.choices.get(choice));
        all.extend(own.cloned().unwrap_or_default());
    }
    all.retain(|field, _| part.asks(field));
    Some(all)
}

fn stage_of<'r>(running: &'r Running, task: &Task) -> Option<&'r Stage> {
    running.workflow.node(&task.stage)?.stage()
}

/// The other ways in which the person of `pass` could answer: another choice, a refusal, a return, a supplement.
pub(super) fn others(
    office: &Office,
    index: usize,
    task: &Task,
    request: &Request,
    pass: &Deed,
) -> Vec<Deed> {
    let running = &office.cases[index];
    let Some(stage) = stage_of(running, task).filter(|_| task.is_seat()) else {
        return Vec::new();
    };
    let offered = office.offered(index, pass.by);
    let offered = offered
        .iter()
        .filter(|offered| offered.task == Some(task.id));
    let mut all = Vec::new();
    for action in offered.map(|offered| offered.action) {
        let mut add = |action: &'static str, change: &dyn Fn(&mut Input)| {
            let mut deed = Deed {
                by: pass.by,
                action,
                input: Input {
                    task: Some(task.id),
                    comment: Some(REASON.to_owned()),
                    confirmed: true,
                    ..Input::default()
                },
            };
            change(&mut deed.input);
            all.push(deed);
        };
        match action {
            "reject" => add("reject", &|_| {}),
            "abstain" => add("abstain", &|_| {}),
            "return" => {
                let targets =
                    engine::return_targets(&running.workflow, &running.case, &task.stage, stage);
                for target in targets {
                    add("return", &|input| input.to = Some(target.clone()));
                }
            }
            "supplement" => {
                if let Some(field) = supplemented(running) {
                    add("supplement", &|input| input.fields = vec![field.clone()]);
                }
            }
            "choose" => {
                let chosen = pass.input.choice.as_deref();
                let rest = stage.choices.iter();
                for choice in rest.filter(|choice| Some(&*choice.id) != chosen) {
                    let filled = filled(running, task, stage, request, Some(&choice.id));
                    add("choose", &|input| {
                        input.choice = Some(choice.id.clone());
                        input.answers = filled.clone();
                    });
                }
            }
            _ => {}
        }
    }
    all
}

/// Whether an answer refuses: a no, or a choice that counts as one.
pub(super) fn refuses(workflow: &Workflow, task: &Task, deed: &Deed) -> bool {
    let node = workflow.node(&task.stage);
    let choices = node.and_then(Node::stage).map(|stage| &stage.choices);
    let chosen = choices.into_iter().flatten();
    let chosen = chosen.filter(|choice| deed.input.choice.as_ref() == Some(&choice.id));
    deed.action == "reject" || chosen.into_iter().any(|choice| choice.refuses)
}

/// A field that can be asked for again: any one will do.
fn supplemented(running: &Running) -> Option<String> {
    let asked = engine::asked_at_start(&running.workflow);
    let mut fields = asked.fields.iter().map(|(_, field)| field);
    let plain = fields.find(|field| {
        let answered = running.case.answers.contains_key(&field.id);
        answered && field.value.is_none() && !field.private && field.columns.is_empty()
    });
    plain.map(|field| field.id.clone())
}

/// The signals that anybody may give now, each by the first who may.
pub(super) fn signals(office: &Office, index: usize, request: &Request) -> Vec<Deed> {
    let running = &office.cases[index];
    if running.workflow.nodes().all(|node| node.signals.is_empty()) {
        return Vec::new();
    }
    let mut people: Vec<PersonId> = office.setting.directory.people.keys().copied().collect();
    people.sort_unstable();
    let mut deeds: Vec<Deed> = Vec::new();
    for person in people {
        for (place, signal) in office.signals(index, person) {
            let input = Input {
                comment: Some(REASON.to_owned()),
                answers: signal_answers(running, &signal, request),
                signal: Some(signal.name),
                stage: Some(place),
                confirmed: true,
                ..Input::default()
            };
            let known = |deed: &Deed| {
                (&deed.input.stage, &deed.input.signal) == (&input.stage, &input.signal)
            };
            if !deeds.iter().any(known) {
                deeds.push(Deed {
                    by: person,
                    action: "signal",
                    input,
                });
            }
        }
    }
    deeds
}

fn signal_answers(running: &Running, signal: &Signal, request: &Request) -> Option<Answers> {
    let part = running.workflow.form.part(&signal.fills);
    let mut answers = request.answers.clone();
    answers.retain(|field, _| part.asks(field));
    (!part.fields.is_empty()).then_some(answers)
}

/// Cases that this one has started run elsewhere; here each is filed at once, and agreed to.
pub(super) fn close_started(office: &mut Office, index: usize) {
    while let Some(task) = unfiled(&office.cases[index]) {
        let by = office.eligible(index, &task).first().copied();
        let by = by.unwrap_or(office.cases[index].case.applicant);
        office.child(index, task.id, by, Some(Outcome::Approved));
        if unfiled(&office.cases[index]).is_some_and(|left| left.id == task.id) {
            return;
        }
    }
}

fn unfiled(running: &Running) -> Option<Task> {
    let mut open = running.case.open_tasks();
    open.find(|task| task.asks == TaskAsks::File).cloned()
}
