//! A row of the outbox as the mail that it stands for. It is put together when it is sent, so what it says is true then.

mod beside;
mod entry;
mod outcome;
mod task;

pub(super) use beside::{Beside, tell};

use ulid::Ulid;

use super::cases::Running;
use super::dates::{About, Told};
use super::notices::{self, Params, Reason};
use super::titles::{self, Titles};
use super::{App, Error, cases, links};
use crate::calendar::{Instant, day_of};
use crate::directory::{DepartmentCode, Person};
use crate::engine::{self, Actor, Channel, Context, Party, Situation, Task, TaskId};
use crate::forms::Words;
use crate::messages::{self, Language};
use crate::notify::facts::{Closing, DataFacts, MailFacts, Moot, Notice, Recipient, Why};
use crate::notify::mail;
use crate::notify::message::{self, Prepared};
use crate::storage::action_links::{self, StoredLink};
use crate::storage::outbox::{self, StoredMessage};
use crate::storage::{self, Connection, Lease};

/// What there is to be done with a claimed mail.
pub enum Ready {
    /// To hand it over.
    Mail(Box<Prepared>),
    /// Nothing: it is not needed any more.
    Moot,
    /// Nothing by this lease: it was cancelled meanwhile, or is another's by now.
    Lost,
}

/// Puts a claimed mail together, if it is still there to be sent: a process that stood still may have lost it to another.
pub fn prepare(app: &App, lease: &Lease, id: i64) -> Result<Ready, Error> {
    let now = app.now();
    app.db.read(|conn| {
        let Some(row) = outbox::held(conn, id, &lease.owner, now)? else {
            return Ok(Ready::Lost);
        };
        let mail = compose(app, conn, &row)?;
        Ok(mail.map_or(Ready::Moot, |mail| Ready::Mail(Box::new(mail))))
    })
}

/// Puts the mail of an outbox row together; `None` when it is moot: the task is done, or the person is gone.
pub fn compose(
    app: &App,
    conn: &mut Connection,
    row: &StoredMessage,
) -> Result<Option<Prepared>, Error> {
    if row.case_id.is_none() {
        return beside::compose(app, conn, row);
    }
    let corrupt = |what: &str| Error::Corrupt(format!("outbox row {}: {what}", row.id));
    let about_entry = Told::of_word(&row.notice);
    let params: Params = serde_json::from_value(row.params.clone())?;
    let case_id = row.case_id.ok_or_else(|| corrupt("no case"))?;
    let look = storage::cases::look_by_id(conn, case_id)?;
    let look = look.ok_or_else(|| corrupt("its case is missing"))?;
    let ground = app.ground_at(conn, look.revisions)?;
    let running = cases::running_on(app, conn, &ground, look.case)?;
    let account = storage::people::account(conn, row.recipient_id)?
        .ok_or_else(|| corrupt("its recipient is missing"))?;
    let Some(person) = running
        .directory
        .person(row.recipient_id)
        .filter(|person| person.active)
    else {
        return Ok(None);
    };
    let notice = match about_entry {
        Some(_) => None,
        None => Some(notices::of_word(&row.notice)?),
    };
    let link = match notice {
        Some(notice) if notices::asks_to_act(notice) => action_links::of_mail(conn, row.id)?,
        Some(_) | None => None,
    };
    let scene = Scene {
        app,
        running: &running,
        row,
        link,
        params: &params,
        person,
        language: language(&account.language),
        now: app.now(),
    };
    if let Some(told) = about_entry {
        let about: About = serde_json::from_value(row.params.clone())?;
        let said = scene.of_entry(conn, told, &about)?;
        return said
            .map(|said| scene.written(&said, Why::Register))
            .transpose();
    }
    let Some(notice) = notice else {
        return Ok(None);
    };
    let said = scene.notice(conn, notice)?;
    said.map(|said| scene.written(&said, scene.why(notice)))
        .transpose()
}

/// The language of pages and mails for a person's setting, such as `zh-CN`.
#[must_use]
pub fn language(setting: &str) -> Language {
    if setting.starts_with("en") {
        Language::En
    } else {
        Language::Zh
    }
}

/// Everything that one mail is made of.
struct Scene<'a> {
    app: &'a App,
    running: &'a Running,
    row: &'a StoredMessage,
    /// What a mail that asks somebody to act carries, with its task's key.
    link: Option<(StoredLink, Ulid)>,
    params: &'a Params,
    person: &'a Person,
    language: Language,
    now: Instant,
}

impl<'a> Scene<'a> {
    fn notice(
        &self,
        conn: &mut Connection,
        notice: engine::Notice,
    ) -> Result<Option<Notice>, Error> {
        if self.is_replaced() {
            return Ok(None);
        }
        Ok(match notice {
            engine::Notice::Assigned => self.assigned()?,
            engine::Notice::Reminder => self.reminder()?,
            engine::Notice::Overdue => self.overdue(conn)?,
            engine::Notice::Escalated => self.escalated(),
            engine::Notice::Returned => self.returned(),
            engine::Notice::Supplement => self.supplement(),
            // It does not hold any more, and the mail that says so is on its way.
            engine::Notice::Approved if self.running.case.voided().is_some() => None,
            engine::Notice::Approved => Some(self.approved()),
            engine::Notice::Rejected => Some(self.rejected()),
            engine::Notice::Closed => Some(Notice::Closed(self.closing())),
            engine::Notice::Urged => self.urged()?,
            engine::Notice::Extended => self.extended(),
            engine::Notice::ExtensionRefused => Some(self.extension_refused()),
            engine::Notice::Copied => Some(self.copied()),
            engine::Notice::NoLongerNeeded => self.no_longer_needed(conn)?,
            engine::Notice::Advised => self.advised(),
        })
    }

    /// Whether a newer mail about the same task carries the buttons by now: it says all that this one would.
    fn is_replaced(&self) -> bool {
        let link = self.link.as_ref().map(|(link, _)| link);
        link.is_some_and(|link| link.revoked_why.as_deref() == Some(links::NEWER_MAIL))
    }

    fn written(&self, said: &Notice, why: Why) -> Result<Prepared, Error> {
        let settings = &self.app.settings;
        let fault = |error: String| Error::Fault(error);
        let host = settings.host();
        let thread = format!("case-{}", self.running.ulid);
        Ok(Prepared {
            from: message::Person::parse(&settings.mail.from)
                .map_err(|error| fault(error.to_string()))?,
            to: message::Person {
                name: self.person.name.clone(),
                email: self.person.email.clone(),
            },
            written: mail::write(said, &self.facts(why))
                .map_err(|error| fault(error.to_string()))?,
            message_id: self.row.message_id.clone(),
            thread: Some(message::message_id(&thread, &host)),
            date: self.row.created_at,
        })
    }

    fn facts(&self, why: Why) -> MailFacts {
        let settings = &self.app.settings;
        let case = &self.running.case;
        MailFacts {
            language: self.language,
            today: day_of(self.now),
            product: settings.place.product.clone(),
            recipient: Recipient {
                name: self.person.name.clone(),
                department: self.short_name(&self.person.department),
            },
            why,
            acts_for: self.open_task().and_then(|task| self.acts_for(task)),
            number: case.number.clone().unwrap_or_default(),
            workflow: self.language.pick(&self.running.workflow.title).to_owned(),
            applicant: self.short_name(&case.department),
            data: data(self.running, self.task(), self.language, self.now),
            case_url: self.case_url(),
            contact: settings.mail.contact.clone(),
            hide_details: settings.mail.hide_details,
        }
    }

    fn why(&self, notice: engine::Notice) -> Why {
        let signs = |task: &Task| task.asks == engine::TaskAsks::Sign;
        let advises = |task: &Task| task.asks == engine::TaskAsks::Advise;
        match notice {
            engine::Notice::Escalated => Why::Overseer,
            _ if self.task().is_some_and(advises) => Why::Adviser,
            // Of a `wait`, where nobody has a task.
            engine::Notice::Reminder if self.params.task.is_none() => match self.person.id {
                person if person == self.running.case.applicant => Why::Applicant,
                _ => Why::Handler,
            },
            _ if notice_is_for_holders(notice) && self.is_stand_in() => Why::Substitute,
            _ if notice_is_for_holders(notice) => match self.task().is_some_and(signs) {
                true => Why::Signer,
                false => Why::Handler,
            },
            _ if self.person.id == self.running.case.applicant => Why::Applicant,
            engine::Notice::Supplement => Why::Handler,
            engine::Notice::Closed | engine::Notice::ExtensionRefused => Why::Asked,
            engine::Notice::Extended if self.asked_for_time() => Why::Asked,
            _ => Why::Copied,
        }
    }

    /// The task that the mail is about, open or not.
    fn task(&self) -> Option<&'a Task> {
        self.running.case.task(TaskId(self.params.task?))
    }

    /// The same, while it is open.
    fn open_task(&self) -> Option<&'a Task> {
        self.task().filter(|task| task.is_open())
    }

    /// The same, while this person can act on it.
    fn my_task(&self) -> Option<&'a Task> {
        self.open_task()
            .filter(|task| self.able(task).contains(&self.person.id))
    }

    fn eligible(&self, task: &Task) -> Vec<crate::directory::PersonId> {
        let context = self.context();
        Situation::new(&self.running.workflow, &self.running.case, &context).eligible(task)
    }

    fn able(&self, task: &Task) -> Vec<crate::directory::PersonId> {
        let context = self.context();
        Situation::new(&self.running.workflow, &self.running.case, &context).able(task)
    }

    /// For whom this person can act on the task, by name.
    fn acts_for(&self, task: &Task) -> Option<String> {
        let running = self.running;
        let holder = running.acts_for(task, self.person.id, self.now)?;
        Some(running.directory.person(holder)?.name.clone())
    }

    fn is_stand_in(&self) -> bool {
        let task = self.open_task();
        task.is_some_and(|task| self.acts_for(task).is_some())
    }

    fn is_unheld(&self, task: &Task) -> bool {
        let context = self.context();
        Situation::new(&self.running.workflow, &self.running.case, &context).is_unheld(task)
    }

    fn context(&self) -> Context<'a> {
        self.running
            .as_seen_by(Actor::System, Channel::Timer, self.now)
    }

    fn no_longer_needed(&self, conn: &mut Connection) -> Result<Option<Notice>, Error> {
        // Theirs again meanwhile, or they were never told that it was: nothing to take back.
        if self.my_task().is_some() || !self.was_told(conn)? {
            return Ok(None);
        }
        Ok(Some(Notice::NoLongerNeeded(match self.params.why {
            Some(Reason::Done) => Moot::DoneByOther,
            Some(Reason::Reassigned) => Moot::Reassigned,
            Some(Reason::TakenBack) => Moot::TakenBack,
            Some(Reason::Removed) => Moot::Removed,
            Some(Reason::Withdrawn) => Moot::Withdrawn,
            Some(Reason::Terminated | Reason::Voided | Reason::Ended) | None => Moot::Ended,
        })))
    }

    /// Whether a mail that asked this person to act on the task went out, or may have.
    fn was_told(&self, conn: &mut Connection) -> Result<bool, Error> {
        let asked = |row: &StoredMessage| -> Result<bool, Error> {
            let params: Params = serde_json::from_value(row.params.clone())?;
            Ok(row.recipient_id == self.person.id
                && params.task == self.params.task
                && 0 < row.attempts
                && Told::of_word(&row.notice).is_none()
                && notices::asks_to_act(notices::of_word(&row.notice)?))
        };
        for row in outbox::of_case(conn, self.running.id)? {
            if asked(&row)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn closing(&self) -> Closing {
        match self.params.why {
            Some(Reason::Withdrawn) => Closing::Withdrawn,
            Some(Reason::Terminated) => Closing::Terminated,
            Some(Reason::Voided) => Closing::Voided,
            Some(
                Reason::Done
                | Reason::Reassigned
                | Reason::Removed
                | Reason::TakenBack
                | Reason::Ended,
            )
            | None => Closing::Ended,
        }
    }

    fn copied(&self) -> Notice {
        let by = self
            .params
            .by
            .and_then(|id| self.running.directory.person(id));
        Notice::Copied {
            by: by.map(|person| person.name.clone()),
        }
    }

    fn case_url(&self) -> String {
        format!("{}/c/{}", self.app.settings.base_url, self.running.ulid)
    }

    fn edit_url(&self) -> String {
        format!("{}/edit", self.case_url())
    }

    fn short_name(&self, code: &DepartmentCode) -> String {
        short_name(self.running, code)
    }

    /// The department that a task is asked of.
    fn department_of(&self, task: &Task) -> Option<String> {
        let directory = &self.running.directory;
        let of_person = |id| directory.person(id).map(|person| &person.department);
        let code = match (task.holder, task.offered.first()?) {
            (_, Party::Post(post)) => Some(&post.department),
            (_, Party::Department(code)) => Some(code),
            (Some(holder), Party::Person(_)) => of_person(holder),
            (None, Party::Person(person)) => of_person(*person),
        };
        code.map(|code| self.short_name(code))
    }

    /// A task's stage with its seat; with its branch, unless mails are to say less.
    fn stage_title(&self, task: &Task) -> String {
        match self.app.settings.mail.hide_details {
            true => self.titles().task_alone(task),
            false => self.titles().task(task),
        }
    }

    /// A stage or block; with its branch, unless mails are to say less.
    fn place_title(&self, place: &str) -> String {
        match self.app.settings.mail.hide_details {
            true => self.titles().bare(place),
            false => self.titles().place(place),
        }
    }

    fn titles(&self) -> Titles<'a> {
        Titles::of(self.running, self.language)
    }
}

fn notice_is_for_holders(notice: engine::Notice) -> bool {
    notices::asks_to_act(notice)
        || matches!(
            notice,
            engine::Notice::NoLongerNeeded | engine::Notice::Advised
        )
}

/// A department's short name; its code where it is unknown.
pub(super) fn short_name(running: &Running, code: &DepartmentCode) -> String {
    running
        .directory
        .department(code)
        .map_or_else(|| code.0.clone(), |found| found.short_name.clone())
}

/// The data that is asked for, as far as a mail or the page behind its link may name it: never a list of items.
/// In a branch it is what the branch is for.
pub(super) fn data(
    running: &Running,
    task: Option<&Task>,
    language: Language,
    now: Instant,
) -> Option<DataFacts> {
    let is_data = |row: &serde_json::Value| row.get("resource").is_some();
    let mut rows = elements(running, task, now);
    rows.retain(is_data);
    if rows.is_empty() {
        let answers = running.case.answers.values();
        rows = answers
            .filter_map(serde_json::Value::as_array)
            .flatten()
            .filter(|row| is_data(row))
            .cloned()
            .collect();
    }
    let text = |row: &serde_json::Value, name: &str| {
        row.get(name)
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    };
    let first = rows.first()?;
    let (title, provider) = (text(first, "title")?, text(first, "provider")?);
    let resources: std::collections::BTreeSet<_> = rows
        .iter()
        .filter_map(|row| text(row, "resource"))
        .collect();
    let title = match resources.len() {
        0 | 1 => title,
        count => messages::text(
            language,
            "mail.data_more",
            &[("title", &title), ("count", &count.to_string())],
        ),
    };
    Some(DataFacts {
        title,
        provider: short_name(running, &DepartmentCode(provider)),
    })
}

/// The elements that the branch of a task is for.
fn elements(running: &Running, task: Option<&Task>, now: Instant) -> Vec<serde_json::Value> {
    let (workflow, case) = (&running.workflow, &running.case);
    let branch = task.and_then(|task| titles::branch_of_task(workflow, case, task));
    let context = running.as_seen_by(Actor::System, Channel::Timer, now);
    branch.map_or_else(Vec::new, |branch| {
        engine::elements(workflow, case, &context, &branch)
    })
}
