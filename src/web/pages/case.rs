//! `/c/{id}`: a case as its reader sees it, and everything that they may do with it.

pub mod attachments;
mod branches;
mod cards;
mod entries;
pub mod erase;
mod fill;
mod flow;
mod jump;
mod others;
mod page;
pub mod print;
mod signals;
mod signatures;
mod standing;
mod timeline;
mod tried;

use actix_web::http::StatusCode;
use actix_web::web;
use ulid::Ulid;

use super::answer::Answer;
use super::failure::{self, Failure};
use super::files::id;
use super::posted::{Body, Posted};
use super::words::{self, Names};
use super::{edit, lists};
use crate::auth::tokens;
use crate::engine::{Channel, Command, Erased, Event, Input, Rejection, Task, TaskAsks, TaskId};
use crate::forms::{self, Problem as FormProblem, Words};
use crate::messages::{Language, text};
use crate::services::cases::{self, By};
use crate::services::seen::{self, Seen};
use crate::services::titles::Titles;
use crate::services::{Error, started};
use crate::web::session::{Reader, Visit};
use crate::web::views::{Fact, Problem};
use crate::workflow::{Stage, Who};

use fill::Fill;
use tried::Tried;

/// One reader's look at one case.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// The case.
    pub seen: &'a Seen,
    /// Names of people and posts.
    pub names: Names<'a>,
    /// The language.
    pub language: Language,
}

impl<'a> Sight<'a> {
    /// Puts them together.
    #[must_use]
    pub fn new(visit: &'a Visit, seen: &'a Seen) -> Self {
        Self {
            visit,
            seen,
            names: Names {
                directory: &seen.running.directory,
                language: visit.language,
            },
            language: visit.language,
        }
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(self.language, key, values)
    }

    /// The names of the case's places.
    fn titles(&self) -> Titles<'a> {
        Titles::of(&self.seen.running, self.language)
    }

    /// What erased answers are called: earlier versions of one share its name.
    fn erased(&self, values: &[Erased]) -> String {
        let form = &self.seen.running.workflow.form;
        let mut labels: Vec<String> = Vec::new();
        for value in values {
            let label = forms::label_of(form, &value.path, &self.language);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        self.names.list(&labels)
    }

    /// The stage that a task belongs to, with its branch and seat.
    fn stage(&self, task: &Task) -> String {
        self.titles().task(task)
    }

    /// The title of a signal to a block or wait.
    fn signal(&self, place: &str, name: &str) -> String {
        let node = self.seen.running.workflow.node(place);
        let signals = node.map(|node| node.signals.as_slice()).unwrap_or_default();
        let signal = signals.iter().find(|signal| signal.name == name);
        signal.map_or_else(
            || name.to_owned(),
            |signal| self.language.pick(&signal.title).to_owned(),
        )
    }

    /// A stage's, block's or end's title, with its branch.
    fn title(&self, place: &str) -> String {
        self.titles().place(place)
    }

    /// The same without the branch.
    fn title_alone(&self, place: &str) -> String {
        self.titles().bare(place)
    }

    /// Whom a stage will ask, as far as that can be told before it opens.
    fn expected(&self, stage: &Stage, place: &str) -> String {
        let scope = self.seen.scope_at(place, None);
        let meant = |who: &Who| self.seen.meant(who, place);
        self.names.asked(stage, &scope, meant)
    }

    /// Whom a task waits for, and who acts for them now.
    fn awaited(&self, task: &Task) -> String {
        let whom = self.names.awaited(task, &self.seen.eligible(task));
        let stand_ins: Vec<String> = self
            .seen
            .stand_ins(task)
            .into_iter()
            .map(|person| self.names.person(person))
            .collect();
        if stand_ins.is_empty() {
            return whom;
        }
        let substitutes = self.names.list(&stand_ins);
        let values = [("whom", &*whom), ("substitutes", &*substitutes)];
        self.say("case.awaited_stand_in", &values)
    }

    /// 科室审核，等待 张慧敏（省卫健委）
    #[must_use]
    pub fn waiting_at(&self, task: &Task) -> String {
        let (stage, whom) = (self.stage(task), self.awaited(task));
        let values = [("stage", &*stage), ("whom", &*whom)];
        self.say("case.waiting_at", &values)
    }

    /// Whether the reader is asked for this task.
    fn is_mine(&self, task: &Task) -> bool {
        let me = self.seen.viewer.person.id;
        // Another case is filed on pages of its own.
        let files = task.asks == TaskAsks::File && self.seen.eligible(task).contains(&me);
        files
            || self
                .seen
                .offered
                .iter()
                .any(|offered| offered.task == Some(task.id) && !of_others(offered.action))
    }
}

/// Whether an action is done on other people's tasks.
fn of_others(action: &str) -> bool {
    matches!(action, "reassign" | "remove_signer")
}

/// Whether it was sent off more than once.
#[must_use]
pub fn was_resubmitted(seen: &Seen) -> bool {
    seen.history
        .iter()
        .any(|happened| matches!(happened.body.event, Event::Resubmitted { .. }))
}

fn see(visit: &Visit, reader: &Reader, id: Ulid) -> Result<Seen, Failure> {
    Ok(seen::see(&visit.app, &reader.viewer, id)?)
}

/// `GET /c/{id}`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            let id = id(&path)?;
            let seen = match seen::see(&visit.app, &reader.viewer, id) {
                // A draft has no page but its form.
                Err(Error::NotFound) if is_my_draft(visit, &reader, id)? => {
                    return Ok(Answer::see_other(&format!("/c/{id}/edit")));
                }
                other => other?,
            };
            lists::receipt(visit, &reader, seen.running.id)?;
            page::show(visit, &reader, StatusCode::OK, &seen, &Tried::default())
        })
        .await
}

fn is_my_draft(visit: &Visit, reader: &Reader, id: Ulid) -> Result<bool, Failure> {
    let by = by(reader, None);
    match crate::services::drafts::open(&visit.app, &by, id) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

fn by(reader: &Reader, key: Option<(String, String)>) -> By {
    By {
        key,
        ..By::person(reader.viewer.person.id, Channel::Page)
    }
}

/// `POST /c/{id}/act`
pub async fn act(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.writer(posted)?;
            let seen = see(visit, &reader, id(&path)?)?;
            Acting {
                visit,
                reader,
                seen,
                posted,
            }
            .run()
        })
        .await
}

/// One action on its way into the case.
struct Acting<'a> {
    visit: &'a Visit,
    reader: Reader,
    seen: Seen,
    posted: Posted,
}

impl Acting<'_> {
    fn run(mut self) -> Result<Answer, Failure> {
        let mut tried = self.tried();
        if let Some(fault) = self.posted.fault {
            tried.error = Some(words::form_fault(self.visit, fault));
            return self.show(fault.status(), &tried);
        }
        let key = self.key();
        let refused = self.take_files(&tried)?;
        tried = self.tried();
        if !refused.is_empty() {
            tried.problems = refused;
            return self.show(StatusCode::UNPROCESSABLE_ENTITY, &tried);
        }
        // A button inside the form only changes what the form shows.
        if self
            .posted
            .get("do")
            .is_some_and(|button| !button.is_empty())
        {
            return self.show(StatusCode::OK, &tried);
        }
        if tried.save {
            return self.save(tried);
        }
        if tried.action.is_empty() {
            tried.error = Some(text(self.visit.language, "case.choose_answer", &[]));
            return self.show(StatusCode::UNPROCESSABLE_ENTITY, &tried);
        }
        let command = self.command(&tried);
        let id = self.seen.summary.ulid;
        match cases::perform(&self.visit.app, &by(&self.reader, key), id, command) {
            Ok(done) if tried.action == "resubmit" => Ok(self
                .visit
                .said(&format!("/c/{}/edit", done.ulid), &tried.action)),
            Ok(_) => Ok(self.visit.said(&format!("/c/{id}"), &tried.action)),
            Err(Error::Rejected(rejection)) => self.refused(tried, rejection),
            Err(other) => Err(other.into()),
        }
    }

    /// Keeps what was typed for later; nothing happens.
    fn save(self, tried: Tried) -> Result<Answer, Failure> {
        let id = self.seen.summary.ulid;
        let command = Command {
            action: "save_draft".to_owned(),
            // What happened meanwhile does not matter to it.
            seen: None,
            ..self.command(&tried)
        };
        match cases::perform(&self.visit.app, &by(&self.reader, None), id, command) {
            Ok(_) => Ok(self.visit.said(&format!("/c/{id}"), "opinion_saved")),
            Err(Error::Rejected(rejection)) => self.refused(tried, rejection),
            Err(other) => Err(other.into()),
        }
    }

    fn tried(&self) -> Tried {
        let mut tried = Tried::read(&self.posted);
        if let Some(fill) = Fill::of(&self.seen, &tried) {
            tried.answers = forms::decode(fill.fields(), &self.posted.pairs);
        }
        tried
    }

    /// The same form sent twice is one action. Files have no such digest; their forms fill something in, and that is
    /// refused the second time.
    fn key(&self) -> Option<(String, String)> {
        if !self.posted.files.is_empty() {
            return None;
        }
        let form: Vec<String> = self
            .posted
            .pairs
            .iter()
            .filter(|(name, _)| name != "csrf")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let digest = tokens::hash(&format!("{}\n{}", self.visit.path, form.join("\n")));
        Some((format!("page:{digest}"), digest))
    }

    fn take_files(&mut self, tried: &Tried) -> Result<Vec<FormProblem>, Failure> {
        let Some(known) = Fill::of(&self.seen, tried).map(|fill| fill.fields()) else {
            return Ok(Vec::new());
        };
        let (taken, refused) = edit::take_files(
            self.visit,
            &by(&self.reader, None),
            self.seen.summary.ulid,
            &mut self.posted,
        )?;
        self.posted.pairs.extend(taken);
        Ok(refused
            .into_iter()
            .map(|(path, sentence)| edit::refusal(&known, path, &sentence))
            .collect())
    }

    fn command(&self, tried: &Tried) -> Command {
        let filled = |words: &str| Some(words.to_owned()).filter(|words| !words.trim().is_empty());
        Command {
            action: tried.action.clone(),
            input: Input {
                task: tried.task,
                comment: filled(&tried.comment),
                answers: Some(tried.answers.clone()).filter(|answers| !answers.is_empty()),
                choice: tried.choice.clone().filter(|_| tried.action != "signal"),
                to: filled(&tried.to)
                    .filter(|_| matches!(tried.action.as_str(), "return" | "jump")),
                fields: match tried.action.as_str() {
                    "supplement" => tried.ask.clone(),
                    _ => Vec::new(),
                },
                person: filled(&tried.person),
                people: tried.logins(),
                how: filled(&tried.how),
                clock: filled(&tried.clock),
                time: filled(&tried.time),
                signal: tried.choice.clone().filter(|_| tried.action == "signal"),
                stage: filled(&tried.stage),
                confirmed: tried.confirmed,
            },
            seen: tried.revision,
        }
    }

    fn refused(self, mut tried: Tried, rejection: Rejection) -> Result<Answer, Failure> {
        // What happened meanwhile is read anew.
        let fresh = see(self.visit, &self.reader, self.seen.summary.ulid)?;
        let problem = failure::of_rejection(&rejection);
        if problem == Problem::Conflict {
            return self.conflict(fresh, tried, &rejection);
        }
        if let Rejection::Answers(problems) = &rejection {
            tried.problems.clone_from(problems);
        }
        let offered = tried.task.is_none()
            || fresh
                .offered
                .iter()
                .any(|offered| offered.task == tried.task);
        if !offered || problem == Problem::Forbidden {
            return Err(Error::Rejected(rejection).into());
        }
        tried.refuse(&rejection, |rejection| {
            words::rejection(
                self.visit.language,
                rejection,
                Some(&self.reader.viewer.directory),
            )
        });
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        page::show(self.visit, &self.reader, status, &fresh, &tried)
    }

    /// The case moved on: the page says how, and the text is still there. Where the task is gone, the text stands on the
    /// page that says so.
    fn conflict(
        self,
        fresh: Seen,
        mut tried: Tried,
        rejection: &Rejection,
    ) -> Result<Answer, Failure> {
        let sight = Sight::new(self.visit, &fresh);
        let meanwhile = timeline::meanwhile(&sight, tried.revision);
        let sentence = words::rejection(
            self.visit.language,
            rejection,
            Some(&fresh.running.directory),
        );
        let still_mine = match tried.task {
            Some(task) => fresh
                .offered
                .iter()
                .any(|offered| offered.task == Some(task) && offered.action == tried.action),
            None => fresh
                .offered
                .iter()
                .any(|offered| offered.action == tried.action),
        };
        if still_mine {
            tried.meanwhile = Some(meanwhile.unwrap_or(sentence));
            return page::show(
                self.visit,
                &self.reader,
                StatusCode::CONFLICT,
                &fresh,
                &tried,
            );
        }
        let label = text(self.visit.language, "pages.case.comment", &[]);
        let kept = Some(tried.comment.clone())
            .filter(|comment| !comment.trim().is_empty())
            .map(|comment| Fact::new(label, comment));
        Err(Failure::MovedOn {
            detail: meanwhile.unwrap_or(sentence),
            kept: kept.into_iter().collect(),
            href: format!("/c/{}", fresh.summary.ulid),
        })
    }

    fn show(self, status: StatusCode, tried: &Tried) -> Result<Answer, Failure> {
        // Files that were taken in just now are shown by their names.
        let fresh = see(self.visit, &self.reader, self.seen.summary.ulid)?;
        page::show(self.visit, &self.reader, status, &fresh, tried)
    }
}

/// `POST /c/{id}/file`: opens the draft of the case that a task asks for (填报).
pub async fn file(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let id = id(&path)?;
            let Some(task) = posted.get("task").and_then(task_id) else {
                return Err(Problem::Unprocessable.into());
            };
            let draft = started::open(&visit.app, &by(&reader, None), id, task)?;
            Ok(Answer::see_other(&format!("/c/{draft}/edit")))
        })
        .await
}

/// A task's number as forms bring it back.
fn task_id(text: &str) -> Option<TaskId> {
    text.parse().ok().map(TaskId)
}
