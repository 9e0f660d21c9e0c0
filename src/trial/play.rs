//! Playing a test: its steps one after another, up to the first whose expectations are not met.

use std::sync::Arc;

use chrono::NaiveTime;

use super::compare::{self, Since};
use super::office::{By, Office, Running};
use super::script::{Act, Expected, Happening, Refusal, Started, Step, Test, When};
use super::setting::Setting;
use crate::calendar::{self, Calendar, Duration, Instant, Unit, beijing, day_of};
use crate::engine::{Input, Rejection, Status, Task, TaskAsks, TaskId, actions};
use crate::workflow::place::id_of;
use crate::workflow::{Place, Spot, Workflow};

/// A test that was played.
pub struct Played {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub spot: Spot,
    /// Why it failed: the step, and what of it was not met. `None`: it passed.
    pub failed: Option<Failed>,
    /// The office as it was left.
    pub office: Office,
    /// What was done, for the coverage.
    pub taken: Vec<Taken>,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// Where the step is written.
    pub spot: Spot,
    /// Which of the test's steps, from 1.
    pub number: usize,
    /// Who acts in it, by login, and with which action.
    pub act: Option<(String, String)>,
    /// What was not met.
    pub differences: Vec<Difference>,
}

/// Something that is otherwise than expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where it is written.
    pub spot: Spot,
    /// What is compared, as in the file: `open`, `due reply`.
    pub what: String,
    /// What should be.
    pub expected: Seen,
    /// What is.
    pub got: Seen,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// A value, written as in the file.
    Value(String),
    /// Nothing, nobody.
    Nothing,
    /// The action is taken.
    Accepted,
    /// The action is refused with this code.
    Code(String),
    /// The action was refused.
    Refused(Box<Rejection>),
    /// A task on which the action can be taken.
    Task,
    /// There are tasks in these stages, and the step does not say which.
    SeveralTasks(String),
    /// A time not before the step before.
    Later,
}

/// An action that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The stage of its task.
    pub stage: Option<Place>,
    /// Its name.
    pub action: String,
    /// What went with it.
    pub input: Input,
}

impl Taken {
    /// Whether a choice or a signal of this name went with it.
    #[must_use]
    pub fn names(&self, which: &str) -> bool {
        let input = serde_json::to_value(&self.input).unwrap_or_default();
        let named = |key: &str| input.get(key).and_then(serde_json::Value::as_str) == Some(which);
        named("choice") || named("signal")
    }
}

/// Plays one test in this setting.
#[must_use]
pub fn play(workflow: &Arc<Workflow>, setting: &Setting, test: &Test) -> Played {
    let mut office = Office::new(setting.clone(), test.start);
    let (applicant, department) = (test.applicant, test.department.clone());
    let workflow = with_settings(workflow, test);
    office.begin(&workflow, applicant, department, test.answers.clone());
    let mut played = Played {
        name: test.name.clone(),
        spot: test.spot,
        failed: None,
        office,
        taken: Vec::new(),
    };
    for (index, step) in test.steps.iter().enumerate() {
        let differences = played.step(test, step);
        if !differences.is_empty() {
            played.failed = Some(Failed {
                spot: step.spot,
                number: index + 1,
                act: match &step.happens {
                    Some(Happening::Act(act)) => {
                        let by = act.by.unwrap_or(test.applicant);
                        Some((played.office.login(by), act.action.clone()))
                    }
                    Some(Happening::Started(_)) | None => None,
                },
                differences,
            });
            break;
        }
    }
    played
}

/// The definition with a test's own settings.
fn with_settings(workflow: &Arc<Workflow>, test: &Test) -> Arc<Workflow> {
    let mut own = Arc::clone(workflow);
    for (name, value) in &test.settings {
        if let Some(setting) = Arc::make_mut(&mut own).settings.get_mut(name) {
            setting.value = value.clone();
        }
    }
    own
}

impl Played {
    fn step(&mut self, test: &Test, step: &Step) -> Vec<Difference> {
        let running = &self.office.cases[0];
        let since = Since::now(running);
        let to = time_of(step.when, self.office.now, &running.calendar);
        if to < self.office.now {
            return vec![Difference {
                spot: step.spot,
                what: "at".to_owned(),
                expected: Seen::Later,
                got: Seen::Value(compare::moment(to)),
            }];
        }
        self.office.pass(to);
        // Where the action came out otherwise, so does what follows from it.
        let happened = match &step.happens {
            Some(Happening::Act(act)) => self.act(test, step, act),
            Some(Happening::Started(started)) => self.started(step, started),
            None => None,
        };
        if let Some(difference) = happened {
            return vec![difference];
        }
        let differs = |expect| compare::compare(&self.office, 0, &since, expect);
        step.expects.iter().filter_map(differs).collect()
    }

    /// Takes the action of a step, and holds what came of it against what it expects.
    fn act(&mut self, test: &Test, step: &Step, act: &Act) -> Option<Difference> {
        let refusal = step.expects.iter().find_map(|expect| match &expect.what {
            Expected::Refused(refusal) => Some((expect.spot, refusal)),
            _ => None,
        });
        let by = By {
            person: act.by.unwrap_or(test.applicant),
            channel: act.channel,
        };
        let differs = |expected: Seen, got: Seen| {
            Some(Difference {
                spot: refusal.map_or(step.spot, |(spot, _)| spot),
                what: refusal.map_or_else(|| act.action.clone(), |_| "refused".to_owned()),
                expected,
                got,
            })
        };
        let task = match self.task_for(act, by) {
            Ok(task) => task,
            Err(got) => return differs(Seen::Task, got),
        };
        let input = Input {
            task,
            ..act.input.clone()
        };
        match (self.office.act(0, by, &act.action, input), refusal) {
            (Ok(()), None) => {
                let case = &self.office.cases[0].case;
                let task = task.and_then(|task| case.task(task));
                self.taken.push(Taken {
                    stage: task.map(|task| task.stage.clone()),
                    action: act.action.clone(),
                    input: act.input.clone(),
                });
                None
            }
            (Ok(()), Some((_, refusal))) => differs(expected_of(refusal), Seen::Accepted),
            (Err(rejection), None) => differs(Seen::Accepted, Seen::Refused(Box::new(rejection))),
            (Err(rejection), Some((_, refusal))) => match is_meant(&rejection, refusal) {
                true => None,
                false => differs(expected_of(refusal), Seen::Refused(Box::new(rejection))),
            },
        }
    }

    /// Tells the case what became of one that it has started.
    fn started(&mut self, step: &Step, started: &Started) -> Option<Difference> {
        let mut tasks = self.office.cases[0].case.tasks.iter().rev();
        let asked = tasks
            .find(|task| task.asks == TaskAsks::File && is_at(&task.stage, &started.place))
            .cloned();
        let Some(task) = asked else {
            return Some(Difference {
                spot: step.spot,
                what: format!("started {}", started.place),
                expected: Seen::Task,
                got: Seen::Nothing,
            });
        };
        let by = started.by.or_else(|| {
            let eligible = self.office.eligible(0, &task);
            eligible.first().copied()
        });
        let by = by.unwrap_or(self.office.cases[0].case.applicant);
        self.office.child(0, task.id, by, started.outcome);
        None
    }

    /// The task that an action is taken on: of the stage and seat that the step names, else the one that is theirs.
    fn task_for(&self, act: &Act, by: By) -> Result<Option<TaskId>, Seen> {
        let running = &self.office.cases[0];
        let on_task = actions::find(&act.action).is_some_and(|rule| rule.on_task());
        if running.case.status == Status::Draft || !on_task {
            return Ok(None);
        }
        let Some(stage) = &act.stage else {
            return self.task_of(act, by);
        };
        let there = |task: &&Task| {
            is_at(&task.stage, stage) && (act.seat.is_none() || act.seat == task.seat)
        };
        let tasks: Vec<&Task> = running.case.tasks.iter().filter(there).collect();
        let mine = |task: &&&Task| task.is_open() && self.is_asked(task, by);
        let found = tasks
            .iter()
            .find(mine)
            .or_else(|| tasks.iter().find(|task| task.is_open()))
            .or_else(|| tasks.iter().find(|task| task.is_live()))
            .or(tasks.last());
        match found {
            Some(task) => Ok(Some(task.id)),
            None => Err(Seen::Nothing),
        }
    }

    fn task_of(&self, act: &Act, by: By) -> Result<Option<TaskId>, Seen> {
        let running = &self.office.cases[0];
        let open: Vec<&Task> = running.case.open_tasks().collect();
        let offered = self.office.offered(0, by.person);
        let offered: Vec<TaskId> = offered
            .iter()
            .filter(|offered| offered.action == act.action)
            .filter_map(|offered| offered.task)
            .collect();
        let offered: Vec<&Task> = of(&open, |task| offered.contains(&task.id));
        let asked: Vec<&Task> = of(&open, |task| self.is_asked(task, by));
        let choices = [offered, asked, open];
        let tasks = choices.into_iter().find(|tasks| !tasks.is_empty());
        match tasks.unwrap_or_default().as_slice() {
            [] => Ok(None),
            [task] => Ok(Some(task.id)),
            several => {
                let mut stages: Vec<&str> = several.iter().map(|task| &*task.stage).collect();
                stages.dedup();
                Err(Seen::SeveralTasks(stages.join(", ")))
            }
        }
    }

    fn is_asked(&self, task: &Task, by: By) -> bool {
        self.office.eligible(0, task).contains(&by.person)
    }
}

fn of<'t>(tasks: &[&'t Task], wanted: impl Fn(&Task) -> bool) -> Vec<&'t Task> {
    tasks.iter().copied().filter(|task| wanted(task)).collect()
}

/// Whether a place is the one that a test speaks of; an id without branches stands for it in any branch.
pub(super) fn is_at(place: &str, written: &str) -> bool {
    place == written || id_of(place) == written
}

fn is_meant(rejection: &Rejection, refusal: &Refusal) -> bool {
    let says = |part: &String| match rejection {
        Rejection::Check { message, .. } => message.zh.contains(part.as_str()),
        other => other.to_string().contains(part.as_str()),
    };
    let names = |fields: &Vec<String>| match rejection {
        Rejection::Answers(problems) => {
            let mut named: Vec<&String> = problems.iter().map(|problem| &problem.path).collect();
            let mut wanted: Vec<&String> = fields.iter().collect();
            named.sort();
            wanted.sort();
            named == wanted
        }
        _ => false,
    };
    rejection.code() == refusal.code
        && refusal.message.as_ref().is_none_or(says)
        && refusal.fields.as_ref().is_none_or(names)
}

fn expected_of(refusal: &Refusal) -> Seen {
    let mut code = refusal.code.clone();
    if let Some(fields) = &refusal.fields {
        code = format!("{code} [{}]", fields.join(", "));
    }
    if let Some(message) = &refusal.message {
        code = format!("{code} “{message}”");
    }
    Seen::Code(code)
}

/// When a step happens.
fn time_of(when: When, now: Instant, calendar: &Calendar) -> Instant {
    match when {
        When::Now => now,
        When::At(at) => at,
        When::Clock(time) => calendar::at(day_of(now), time),
        When::After(by) => later(now, by, calendar),
    }
}

/// So much later; whole working days keep the time of the day.
fn later(now: Instant, by: Duration, calendar: &Calendar) -> Instant {
    if by.unit != Unit::Wd {
        return calendar.after(now, by);
    }
    let time: NaiveTime = beijing(now).time();
    calendar::at(calendar.add_working_days(day_of(now), by.count), time)
}

impl Office {
    /// A person's login.
    #[must_use]
    pub fn login(&self, person: crate::directory::PersonId) -> String {
        let person = self.setting.directory.person(person);
        person
            .map(|person| person.login.clone())
            .unwrap_or_default()
    }
}

impl Since {
    fn now(running: &Running) -> Self {
        Self {
            effects: running.effects.len(),
            events: running.log.len(),
        }
    }
}
