//! The demonstration: an invented directory, catalogue and a few weeks of cases, made by the real use cases with the
//! clock set back.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;
use ulid::Ulid;

use super::cases::{self, By};
use super::open_cases::OpenCase;
use super::{App, Error, catalogue, directory, drafts, uploads, workflows};
use crate::attachments::Incoming;
use crate::calendar::{self, Calendar, Instant, day_of};
use crate::clock::{Clock, ManualClock};
use crate::directory::{Directory, PersonId, RoleCode};
use crate::engine::{Channel, Command, Input, TaskId};
use crate::forms::Answers;
use crate::storage::{self, Db, Lease};
use crate::workflow::place::id_of;

/// Everybody's password in the demonstration.
pub const PASSWORD: &str = "huiqian-demo-2026";

/// The invented departments, people and posts, as `directory import` reads them.
pub const DIRECTORY: &str = include_str!("../../demo/directory.yaml");
/// The invented data catalogue, as `catalogue import` reads it.
pub const CATALOGUE: &str = include_str!("../../demo/catalogue.csv");
/// A workflow that is shipped.
struct Shipped {
    key: &'static str,
    source: &'static str,
    examples: Examples,
}

macro_rules! shipped {
    ($key:literal) => {
        Shipped {
            key: $key,
            source: include_str!(concat!("../../workflows/", $key, ".yaml")),
            examples: Examples {
                request: include_str!(concat!("../../demo/requests/", $key, ".yaml")),
                tests: include_str!(concat!("../../workflows/", $key, ".test.yaml")),
            },
        }
    };
}

/// Those that others start come first.
const WORKFLOWS: &[Shipped] = &[
    shipped!("catalogue-change"),
    shipped!("data-correction"),
    shipped!("data-destruction"),
    shipped!("data-sharing"),
    shipped!("open-data-scope"),
    shipped!("system-construction"),
    shipped!("incident-report"),
];
/// What a story is of that does not say otherwise.
const SHARING: &str = "data-sharing";
/// What has happened in each workflow.
const CASES: &[(&str, &str)] = &[
    ("demo/cases.yaml", include_str!("../../demo/cases.yaml")),
    (
        "demo/cases-open-data.yaml",
        include_str!("../../demo/cases-open-data.yaml"),
    ),
    (
        "demo/cases-construction.yaml",
        include_str!("../../demo/cases-construction.yaml"),
    ),
    (
        "demo/cases-catalogue.yaml",
        include_str!("../../demo/cases-catalogue.yaml"),
    ),
    (
        "demo/cases-destruction.yaml",
        include_str!("../../demo/cases-destruction.yaml"),
    ),
    (
        "demo/cases-correction.yaml",
        include_str!("../../demo/cases-correction.yaml"),
    ),
    (
        "demo/cases-incident.yaml",
        include_str!("../../demo/cases-incident.yaml"),
    ),
];
/// The papers of the demonstration are all this one page, which says nothing.
const PAPER: &[u8] = include_bytes!("../../demo/paper.pdf");
/// Before the name of a paper in an answer.
const PAPER_NAMED: &str = "@file:";
/// Who publishes the workflow, and who confirms it.
const PUBLISHERS: [&str; 2] = ["chen.siyuan", "zhou.lan"];
/// The directory is older than every case.
const OPENED_DAYS_AGO: u32 = 30;
/// A step of time that comes again and again would be a fault of the workflow; the demonstration does not wait for it.
const MOST_STEPS: usize = 2000;

/// Mails of so many days are kept to be looked at.
const SHOWN_DAYS: i64 = 5;
/// No step of the play causes more mails.
const MOST_MAILS: u32 = 100;

/// What a shipped definition can be tried out with.
pub struct Examples {
    /// A request, as `workflow simulate` reads it.
    pub request: &'static str,
    /// Its tests, as `workflow test` reads them.
    pub tests: &'static str,
}

/// What the shipped definition of this key can be tried out with.
#[must_use]
pub fn examples(key: &str) -> Option<&'static Examples> {
    let shipped = WORKFLOWS.iter().find(|shipped| shipped.key == key);
    shipped.map(|shipped| &shipped.examples)
}

/// Fills an empty database. `app` shows the time of `clock`, which is left at `now`; `deliver` hands over the mails that
/// wait, at the time when they would have left.
///
/// # Errors
/// Whatever one of the use cases answers: the demonstration's own files are at fault then.
pub fn fill(
    app: &Arc<App>,
    clock: &ManualClock,
    now: Instant,
    deliver: &dyn Fn() -> Result<(), Error>,
) -> Result<(), Error> {
    let calendar = Calendar::cn_gov();
    clock.set(working_time(
        &calendar,
        now,
        OPENED_DAYS_AGO,
        NaiveTime::MIN,
    ));
    furnish(app, clock)?;
    let scripts: Vec<(&str, Script)> = CASES
        .iter()
        .map(|(file, text)| Ok((*file, script(file, text)?)))
        .collect::<Result<_, Error>>()?;
    let directory = app.db.read(|conn| app.directory(conn))?;
    let mut acts: Vec<Act<'_>> = scripts
        .iter()
        .flat_map(|(file, script)| script.acts(file, &calendar, now))
        .collect();
    acts.sort_by_key(|act| act.at);
    let mut play = Play {
        app,
        clock,
        directory,
        deliver,
        shown_from: now - TimeDelta::days(SHOWN_DAYS),
        filed: HashMap::new(),
    };
    for act in &acts {
        play.time_passes(act.at)?;
        play.act(act).map_err(|error| at_fault(act, &error))?;
        play.mails_leave()?;
    }
    play.time_passes(now)
}

fn script(file: &str, text: &str) -> Result<Script, Error> {
    serde_saphyr::from_str(text).map_err(|error| Error::Import(vec![format!("{file}: {error}")]))
}

/// Imports the directory and the catalogue and publishes the workflows; nothing is filed.
///
/// # Errors
/// As [`fill`].
pub fn furnish(app: &Arc<App>, clock: &dyn Clock) -> Result<(), Error> {
    // One password for all, hashed once: forty hashes would take the first start seconds.
    let mut hashed: Option<String> = None;
    directory::import_with(
        &app.db,
        clock,
        "demo/directory.yaml",
        DIRECTORY,
        |password| {
            if let Some(hash) = hashed.as_ref().filter(|_| password == PASSWORD) {
                return Ok(hash.clone());
            }
            let hash = app.passwords.hash(password).map_err(directory::unhashed)?;
            hashed.get_or_insert_with(|| hash.clone());
            Ok(hash)
        },
    )?;
    catalogue::import(
        &app.db,
        &*app.clock,
        "demo/catalogue.csv",
        CATALOGUE.as_bytes().to_vec(),
    )?;
    let [first, second] = PUBLISHERS;
    for shipped in WORKFLOWS {
        let file = format!("workflows/{}.yaml", shipped.key);
        workflows::publish(&app.db, clock, [first, second], &file, shipped.source)?;
    }
    Ok(())
}

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    /// Of which workflow they are.
    #[serde(default = "sharing")]
    workflow: String,
    /// Answers of every case that does not say otherwise.
    common: Answers,
    cases: Vec<Story>,
}

fn sharing() -> String {
    SHARING.to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    by: String,
    days: Option<u32>,
    time: Option<String>,
    minutes: Option<u32>,
    #[serde(default)]
    draft: bool,
    answers: Answers,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    days: Option<u32>,
    time: Option<String>,
    minutes: Option<u32>,
    by: String,
    action: String,
    /// Which of the tasks that wait for them; any where only one does.
    stage: Option<String>,
    comment: Option<String>,
    choice: Option<String>,
    to: Option<String>,
    signal: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    answers: Option<Answers>,
}

/// One thing that somebody does, with its time.
struct Act<'a> {
    at: Instant,
    story: (&'a str, usize),
    by: &'a str,
    what: What<'a>,
}

enum What<'a> {
    File {
        workflow: &'a str,
        answers: Answers,
        draft: bool,
    },
    Step(&'a Step, Option<Answers>),
}

impl Script {
    fn acts<'a>(&'a self, file: &'a str, calendar: &Calendar, now: Instant) -> Vec<Act<'a>> {
        let days = Days { calendar, now };
        let mut acts = Vec::new();
        for (story, told) in self.cases.iter().enumerate() {
            let mut answers = self.common.clone();
            answers.extend(told.answers.clone());
            acts.push(Act {
                at: days.moment(told.days, told.time.as_deref(), told.minutes),
                story: (file, story),
                by: &told.by,
                what: What::File {
                    workflow: &self.workflow,
                    answers: dated(answers, &days),
                    draft: told.draft,
                },
            });
            acts.extend(told.steps.iter().map(|step| Act {
                at: days.moment(step.days, step.time.as_deref(), step.minutes),
                story: (file, story),
                by: &step.by,
                what: What::Step(step, step.answers.clone().map(|all| dated(all, &days))),
            }));
        }
        acts
    }
}

/// The working day so many before today, at this time in Beijing.
fn working_time(calendar: &Calendar, now: Instant, days: u32, time: NaiveTime) -> Instant {
    let mut day = day_of(now);
    let mut left = days;
    while 0 < left {
        let Some(earlier) = day.pred_opt() else { break };
        day = earlier;
        left -= u32::from(calendar.is_working_day(day));
    }
    calendar::at(day, time)
}

fn clock_time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap_or_default()
}

/// The days that answers tell by their distance: `@+90` is the date 90 days after today, `@-90` the one before, `@-9w` nine
/// working days before; a time of that day may follow: `@-3 15:00`. `@-20min` is the time 20 minutes ago.
struct Days<'a> {
    calendar: &'a Calendar,
    now: Instant,
}

impl Days<'_> {
    /// A time of a working day before today, or minutes before now.
    fn moment(&self, days: Option<u32>, time: Option<&str>, minutes: Option<u32>) -> Instant {
        match (days, time) {
            (Some(days), Some(time)) => {
                working_time(self.calendar, self.now, days, clock_time(time))
            }
            _ => self.now - TimeDelta::minutes(i64::from(minutes.unwrap_or(1))),
        }
    }

    /// The text with the day or time in it that it tells by its distance; any other text as it is.
    fn read(&self, text: &str) -> Option<String> {
        let minutes = text
            .strip_prefix("@-")
            .and_then(|ago| ago.strip_suffix("min"));
        if let Some(minutes) = minutes {
            let at = self.now - TimeDelta::minutes(minutes.parse().ok()?);
            return Some(calendar::beijing(at).format("%Y-%m-%d %H:%M").to_string());
        }
        let (day, time) = text.split_once(' ').unwrap_or((text, ""));
        let date = self.day(day)?;
        Some(format!("{date} {time}").trim_end().to_owned())
    }

    fn day(&self, told: &str) -> Option<NaiveDate> {
        let today = day_of(self.now);
        if let Some(ahead) = told.strip_prefix("@+") {
            return today.checked_add_days(chrono::Days::new(ahead.parse().ok()?));
        }
        let ago = told.strip_prefix("@-")?;
        match ago.strip_suffix('w') {
            Some(working) => {
                let at = working_time(
                    self.calendar,
                    self.now,
                    working.parse().ok()?,
                    NaiveTime::MIN,
                );
                Some(day_of(at))
            }
            None => today.checked_sub_days(chrono::Days::new(ago.parse().ok()?)),
        }
    }
}

fn dated(answers: Answers, days: &Days<'_>) -> Answers {
    answers
        .into_iter()
        .map(|(field, value)| (field, with_dates(value, days)))
        .collect()
}

fn with_dates(value: Value, days: &Days<'_>) -> Value {
    match value {
        Value::String(text) => {
            let read = days.read(&text);
            Value::String(read.unwrap_or(text))
        }
        Value::Array(all) => all.into_iter().map(|one| with_dates(one, days)).collect(),
        Value::Object(parts) => parts
            .into_iter()
            .map(|(name, part)| (name, with_dates(part, days)))
            .collect(),
        other => other,
    }
}

/// The play of all stories, in the order of time.
struct Play<'a> {
    app: &'a Arc<App>,
    clock: &'a ManualClock,
    directory: Arc<Directory>,
    deliver: &'a dyn Fn() -> Result<(), Error>,
    shown_from: Instant,
    filed: HashMap<(&'a str, usize), Ulid>,
}

impl<'a> Play<'a> {
    /// Sets the clock forward and lets the deadlines on the way come.
    fn time_passes(&self, to: Instant) -> Result<(), Error> {
        for _ in 0..MOST_STEPS {
            let lease = Lease {
                owner: Ulid::new().to_string(),
                until: to + TimeDelta::minutes(1),
            };
            let claim = lease.clone();
            let due = self.app.db.write(move |conn| {
                Ok::<_, Error>(storage::timers::claim(conn, &claim, to, u32::MAX, 1)?)
            })?;
            let Some(timer) = due.first() else { break };
            self.clock.set(timer.fire_at.max(self.clock.now()));
            cases::tick(self.app, timer.case_id, &lease)?;
            self.mails_leave()?;
        }
        self.clock.set(to);
        Ok(())
    }

    /// What waits in the outbox leaves; what is older than anybody would look for counts as sent and is not composed,
    /// which would take most of the first start.
    fn mails_leave(&self) -> Result<(), Error> {
        let now = self.clock.now();
        if self.shown_from <= now {
            return (self.deliver)();
        }
        let lease = Lease {
            owner: Ulid::new().to_string(),
            until: now + TimeDelta::minutes(1),
        };
        self.app.db.write(move |conn| {
            for mail in storage::outbox::claim(conn, &lease, now, MOST_MAILS)? {
                storage::outbox::sent(conn, mail.id, &lease.owner, now)?;
            }
            Ok(())
        })
    }

    fn act(&mut self, act: &Act<'a>) -> Result<(), Error> {
        let person = self
            .directory
            .by_login(act.by)
            .map(|person| person.id)
            .ok_or_else(|| Error::Fault(format!("{}: nobody is `{}`", act.story.0, act.by)))?;
        let by = By::person(person, Channel::Page);
        match &act.what {
            What::File {
                workflow,
                answers,
                draft,
            } => {
                let open = drafts::start(self.app, &by, workflow, answers.clone())?;
                let ulid = open.draft.ulid;
                let with_papers = self.with_papers(&by, ulid, answers)?;
                if with_papers != *answers {
                    drafts::save(self.app, &by, ulid, with_papers, None)?;
                }
                self.filed.insert(act.story, ulid);
                if !draft {
                    self.perform(&by, ulid, command("submit"))?;
                }
            }
            What::Step(step, answers) => {
                let ulid = self.filed.get(&act.story).copied().ok_or(Error::NotFound)?;
                let answers = match answers {
                    Some(answers) => Some(self.with_papers(&by, ulid, answers)?),
                    None => None,
                };
                let task = match step.signal {
                    Some(_) => None,
                    None => self.task_of(ulid, person, step.stage.as_deref())?,
                };
                let command = Command {
                    input: Input {
                        task,
                        comment: step.comment.clone(),
                        choice: step.choice.clone(),
                        to: step.to.clone(),
                        signal: step.signal.clone(),
                        fields: step.fields.clone(),
                        answers,
                        confirmed: true,
                        ..Input::default()
                    },
                    ..command(&step.action)
                };
                self.perform(&by, ulid, command)?;
            }
        }
        Ok(())
    }

    /// The answers with the papers that they name, uploaded by this person.
    fn with_papers(&self, by: &By, ulid: Ulid, answers: &Answers) -> Result<Answers, Error> {
        let papers = |(field, value): (&String, &Value)| {
            Ok((field.clone(), self.with_paper(by, ulid, value)?))
        };
        answers.iter().map(papers).collect()
    }

    fn with_paper(&self, by: &By, ulid: Ulid, value: &Value) -> Result<Value, Error> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix(PAPER_NAMED) {
                Some(file_name) => {
                    let paper = Incoming {
                        file_name,
                        declared_type: "application/pdf",
                    };
                    let taken = uploads::take_in(self.app, by, ulid, &paper, PAPER)?;
                    Value::String(taken.ulid.to_string())
                }
                None => value.clone(),
            },
            Value::Array(all) => {
                let all = all.iter().map(|one| self.with_paper(by, ulid, one));
                Value::Array(all.collect::<Result<_, Error>>()?)
            }
            other => other.clone(),
        })
    }

    fn perform(&self, by: &By, ulid: Ulid, command: Command) -> Result<(), Error> {
        let action = command.action.clone();
        cases::perform(self.app, by, ulid, command)
            .map_err(|error| Error::Fault(format!("{action}: {}", told(&error))))?;
        Ok(())
    }

    /// The open task that waits for this person, in a stage if one is named; `None` if none does.
    fn task_of(
        &self,
        ulid: Ulid,
        person: PersonId,
        stage: Option<&str>,
    ) -> Result<Option<TaskId>, Error> {
        let (app, now) = (self.app, self.clock.now());
        app.db.read(|conn| {
            let stored = storage::cases::get(conn, ulid)?.ok_or(Error::NotFound)?;
            let open = OpenCase {
                id: stored.summary.id,
                ulid,
                number: stored.summary.number.unwrap_or_default(),
                workflow: app.workflow(conn, stored.summary.version_id)?,
                case: serde_json::from_value(stored.snapshot)?,
            };
            let mine = open
                .case
                .open_tasks()
                .filter(|task| stage.is_none_or(|stage| id_of(&task.stage) == stage))
                .find(|task| open.eligible(task, &self.directory, now).contains(&person));
            Ok(mine.map(|task| task.id))
        })
    }
}

fn command(action: &str) -> Command {
    Command {
        action: action.to_owned(),
        input: Input {
            confirmed: true,
            ..Input::default()
        },
        seen: None,
    }
}

/// The fault of an act with its place in the demonstration's files.
fn at_fault(act: &Act<'_>, error: &Error) -> Error {
    let (file, story) = act.story;
    let story = story + 1;
    Error::Fault(format!(
        "{file}: case {story}, by {}: {}",
        act.by,
        told(error)
    ))
}

/// An error with the fields that it is about, for whoever edits the demonstration.
fn told(error: &Error) -> String {
    match error {
        Error::Rejected(crate::engine::Rejection::Answers(problems)) | Error::Invalid(problems) => {
            format!("{problems:?}")
        }
        other => other.to_string(),
    }
}

/// An account of the demonstration, for the table that is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// The department's short name.
    pub department: String,
    /// The titles of the posts.
    pub posts: Vec<String>,
}

/// The accounts of the directory, by department.
///
/// # Errors
/// The database's own failure.
pub fn accounts(app: &App) -> Result<Vec<Account>, Error> {
    let today = day_of(app.now());
    let directory = app.db.read(|conn| app.directory(conn))?;
    let mut people: Vec<_> = directory.people.values().filter(|one| one.active).collect();
    people.sort_by_key(|person| person.id);
    let title = |role: &RoleCode| {
        let role = directory.role(role);
        role.map_or_else(String::new, |role| role.title.clone())
    };
    Ok(people
        .into_iter()
        .map(|person| Account {
            login: person.login.clone(),
            name: person.name.clone(),
            department: directory
                .department(&person.department)
                .map(|department| department.short_name.clone())
                .unwrap_or_default(),
            posts: directory
                .posts_of(person.id, today)
                .iter()
                .map(|post| title(&post.role))
                .collect(),
        })
        .collect())
}

/// Whether nobody has put anything into the database yet.
///
/// # Errors
/// The database's own failure.
pub fn is_empty(db: &Db) -> Result<bool, Error> {
    db.read(|conn| Ok(storage::directory::load(conn)?.people.is_empty()))
}
