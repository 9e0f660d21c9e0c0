//! The demonstration: an invented directory, catalogue and a few weeks of cases, made by the real use cases with the
//! clock set back.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
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

/// Everybody's password in the demonstration.
pub const PASSWORD: &str = "huiqian-demo-2026";

/// The invented departments, people and posts, as `directory import` reads them.
pub const DIRECTORY: &str = include_str!("../../demo/directory.yaml");
/// The invented data catalogue, as `catalogue import` reads it.
pub const CATALOGUE: &str = include_str!("../../demo/catalogue.csv");
/// The shipped workflows by their keys; what others start comes first.
const WORKFLOWS: &[(&str, &str)] = &[
    (
        "catalogue-change",
        include_str!("../../workflows/catalogue-change.yaml"),
    ),
    (
        "data-correction",
        include_str!("../../workflows/data-correction.yaml"),
    ),
    (
        "data-destruction",
        include_str!("../../workflows/data-destruction.yaml"),
    ),
    (SHARING, include_str!("../../workflows/data-sharing.yaml")),
    (
        "open-data-scope",
        include_str!("../../workflows/open-data-scope.yaml"),
    ),
    (
        "system-construction",
        include_str!("../../workflows/system-construction.yaml"),
    ),
    (
        "incident-report",
        include_str!("../../workflows/incident-report.yaml"),
    ),
];
/// What a story is of that does not say otherwise.
const SHARING: &str = "data-sharing";
const TESTS: &str = include_str!("../../workflows/data-sharing.test.yaml");
const REQUEST: &str = include_str!("../../demo/request.yaml");
/// What has happened in each of the four approvals, and to the data directory.
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
pub fn examples(key: &str) -> Option<Examples> {
    (key == SHARING).then_some(Examples {
        request: REQUEST,
        tests: TESTS,
    })
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
        play.act(act)?;
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
    for (key, text) in WORKFLOWS {
        let file = format!("workflows/{key}.yaml");
        workflows::propose(&app.db, clock, first, &file, text)?;
        workflows::confirm(&app.db, clock, key, second, None)?;
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
    days: u32,
    time: String,
    by: String,
    action: String,
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
        let today = day_of(now);
        let mut acts = Vec::new();
        for (story, told) in self.cases.iter().enumerate() {
            let mut answers = self.common.clone();
            answers.extend(told.answers.clone());
            let at = match (told.days, &told.time) {
                (Some(days), Some(time)) => working_time(calendar, now, days, clock_time(time)),
                _ => now - TimeDelta::minutes(i64::from(told.minutes.unwrap_or(1))),
            };
            acts.push(Act {
                at,
                story: (file, story),
                by: &told.by,
                what: What::File {
                    workflow: &self.workflow,
                    answers: dated(answers, today),
                    draft: told.draft,
                },
            });
            acts.extend(told.steps.iter().map(|step| Act {
                at: working_time(calendar, now, step.days, clock_time(&step.time)),
                story: (file, story),
                by: &step.by,
                what: What::Step(step, step.answers.clone().map(|all| dated(all, today))),
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

/// `@+90` in an answer is the date 90 days after today, `@-90` the one before; a time of that day may follow: `@-3 15:00`.
fn dated(answers: Answers, today: NaiveDate) -> Answers {
    answers
        .into_iter()
        .map(|(field, value)| (field, with_dates(value, today)))
        .collect()
}

fn with_dates(value: Value, today: NaiveDate) -> Value {
    match value {
        Value::String(text) => {
            let (day, time) = text.split_once(' ').unwrap_or((&text, ""));
            let away = |sign: &str| day.strip_prefix(sign)?.parse().ok().map(Days::new);
            let date = match (away("@+"), away("@-")) {
                (Some(ahead), _) => today.checked_add_days(ahead),
                (None, Some(ago)) => today.checked_sub_days(ago),
                (None, None) => None,
            };
            let dated = date.map(|date| format!("{date} {time}").trim_end().to_owned());
            Value::String(dated.unwrap_or(text))
        }
        Value::Array(all) => all.into_iter().map(|one| with_dates(one, today)).collect(),
        Value::Object(parts) => parts
            .into_iter()
            .map(|(name, part)| (name, with_dates(part, today)))
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
                    self.perform(act, &by, ulid, command("submit"))?;
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
                    None => self.task_of(ulid, person)?,
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
                self.perform(act, &by, ulid, command)?;
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

    fn perform(&self, act: &Act<'_>, by: &By, ulid: Ulid, command: Command) -> Result<(), Error> {
        let action = command.action.clone();
        cases::perform(self.app, by, ulid, command).map_err(|error| {
            Error::Fault(format!(
                "{}: case {}, {action} by {}: {}",
                act.story.0,
                act.story.1 + 1,
                act.by,
                told(&error)
            ))
        })?;
        Ok(())
    }

    /// The open task that waits for this person, if one does.
    fn task_of(&self, ulid: Ulid, person: PersonId) -> Result<Option<TaskId>, Error> {
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
