//! Drafts: requests being written, seen by their author, without number and events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use ulid::Ulid;

use super::app::Ground;
use super::cases::{By, Done, Running};
use super::facts::{Facts, Owner};
use super::{App, Error, Viewer, cases, vault};
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{self, Case, Command, TaskAsks};
use crate::expression::{Scope, Value as Seen};
use crate::forms::{self, Answers, CheckContext, Checked, Form, Problem, Strictness};
use crate::storage::attachments::{self, AttachedTo, Attachment};
use crate::storage::drafts::{self, Draft, DraftContent, NewDraft};
use crate::storage::{self, Connection};
use crate::workflow::Workflow;

/// A draft opened for its author.
#[derive(Clone)]
pub struct Open {
    /// Its row.
    pub draft: Draft,
    /// The version it would be submitted on; of a returned case, the one that the case runs on.
    pub workflow: Arc<Workflow>,
    /// The answers, private ones included.
    pub answers: Answers,
    /// The case that it revises.
    pub case: Option<Case>,
    /// Its author.
    pub viewer: Viewer,
}

impl Open {
    /// The case that it revises, or would become.
    pub(super) fn case(&self) -> Case {
        let draft = &self.draft;
        let new = || {
            Case::draft(
                &draft.workflow_key,
                draft.author_id,
                draft.department.clone(),
            )
        };
        self.case.clone().unwrap_or_else(new)
    }
}

/// Starts a draft for a workflow.
pub fn start(app: &Arc<App>, by: &By, key: &str, answers: Answers) -> Result<Open, Error> {
    let (shared, by, key) = (Arc::clone(app), by.clone(), key.to_owned());
    app.db.write(move |conn| {
        let ground = shared.ground(conn, None)?;
        let viewer = viewer(&shared, &ground, &by)?;
        start_in(&shared, conn, &ground, &viewer, &key, answers)
    })
}

/// Starts a draft and, where `submit` says so, submits it, all or nothing: answers that will not do leave no draft
/// behind. A repeat of the request finds what the first one made.
pub fn create(
    app: &Arc<App>,
    by: &By,
    key: &str,
    answers: Answers,
    submit: Option<Command>,
) -> Result<Done, Error> {
    let submits = submit.is_some();
    let (shared, asked, key) = (Arc::clone(app), by.clone(), key.to_owned());
    let work = move |conn: &mut Connection| {
        let ground = shared.ground(conn, None)?;
        let viewer = viewer(&shared, &ground, &asked)?;
        let opened = start_in(&shared, conn, &ground, &viewer, &key, answers)?;
        let ulid = opened.draft.ulid;
        if let Some(command) = submit {
            return cases::submit_draft(&shared, conn, &ground, &asked, &viewer, ulid, command);
        }
        let done = Done {
            case_id: None,
            ulid,
            revision: opened.draft.revision,
            repeated: false,
        };
        cases::keep_alone(&shared, conn, &asked, done)
    };
    let done = cases::keeping(app, by, work);
    if submits {
        app.counters.acted("submit", done.is_ok());
    }
    done
}

pub(super) fn start_in(
    app: &App,
    conn: &mut Connection,
    ground: &Ground,
    viewer: &Viewer,
    key: &str,
    answers: Answers,
) -> Result<Open, Error> {
    let workflow = in_force(app, conn, ground, key)?;
    may_file(viewer, &workflow)?;
    let ulid = Ulid::new();
    let read = check_for(
        app,
        conn,
        viewer,
        &workflow,
        None,
        &answers,
        Strictness::Draft,
    )?;
    refuse_stopped(app, &workflow, viewer, &read.answers)?;
    let content = content(app, &workflow, ulid, &answers)?;
    let new = NewDraft {
        ulid,
        workflow_key: key.to_owned(),
        author_id: viewer.person.id,
        department: viewer.person.department.clone(),
        from_case: None,
        content,
    };
    let draft = drafts::insert(conn, &new)?;
    Ok(Open {
        draft,
        workflow,
        answers,
        case: None,
        viewer: viewer.clone(),
    })
}

/// Starts a draft from what another case hands over: what the form does not ask for at the start is left out.
pub(super) fn start_from(
    app: &App,
    conn: &mut Connection,
    viewer: &Viewer,
    key: &str,
    with: Answers,
) -> Result<Ulid, Error> {
    let ground = app.ground(conn, None)?;
    let workflow = in_force(app, conn, &ground, key)?;
    let asked = engine::asked_at_start(&workflow);
    let answers: Answers = with
        .into_iter()
        .filter(|(field, _)| asked.asks(field))
        .collect();
    let ulid = Ulid::new();
    let new = NewDraft {
        ulid,
        workflow_key: key.to_owned(),
        author_id: viewer.person.id,
        department: viewer.person.department.clone(),
        from_case: None,
        content: content(app, &workflow, ulid, &answers)?,
    };
    drafts::insert(conn, &new)?;
    Ok(ulid)
}

fn in_force(
    app: &App,
    conn: &mut Connection,
    ground: &Ground,
    key: &str,
) -> Result<Arc<Workflow>, Error> {
    let version = ground.in_force(key).ok_or(Error::NotFound)?;
    Ok(ground.published(app, conn, version)?.workflow)
}

/// The revision of a returned case that is being written, for whoever is asked to write it. Looking makes none.
pub fn revision_of(app: &Arc<App>, by: &By, ulid: Ulid) -> Result<Option<(i64, Answers)>, Error> {
    let (shared, by) = (Arc::clone(app), by.clone());
    app.db.read(move |conn| {
        let found = drafts::get(conn, ulid)?.filter(|draft| draft.submitted_case.is_none());
        let Some(draft) = found else {
            return Ok(None);
        };
        let Some(stored) = storage::cases::get(conn, ulid)? else {
            return Ok(None);
        };
        let running = cases::running(&shared, conn, stored)?;
        if !revises(&running, by.person, shared.now()) {
            return Ok(None);
        }
        let answers = answers_of(&shared, &running.workflow.form, &draft)?;
        Ok::<_, Error>(Some((draft.revision, answers)))
    })
}

/// Whether this person may file by this workflow: holds one of its roles in their own department, or everybody may.
pub fn may_file(viewer: &Viewer, workflow: &Workflow) -> Result<(), Error> {
    let anybody = workflow.who.iter().any(|role| role.0 == "any");
    let filed = viewer.posts.iter().any(|post| {
        post.department == viewer.person.department && workflow.who.contains(&post.role)
    });
    if anybody || filed {
        Ok(())
    } else {
        Err(Error::Forbidden("file"))
    }
}

/// Opens a draft for its author. A case that was returned for editing, or waits for a supplement, gets one from its answers.
pub fn open(app: &Arc<App>, by: &By, ulid: Ulid) -> Result<Open, Error> {
    let (shared, by) = (Arc::clone(app), by.clone());
    app.db.write(move |conn| open_in(&shared, conn, &by, ulid))
}

pub(super) fn open_in(
    app: &Arc<App>,
    conn: &mut Connection,
    by: &By,
    ulid: Ulid,
) -> Result<Open, Error> {
    let ground = app.ground(conn, None)?;
    let viewer = viewer(app, &ground, by)?;
    let stored_case = storage::cases::get(conn, ulid)?;
    let Some(stored_case) = stored_case else {
        return unsubmitted(app, conn, &ground, viewer, ulid);
    };
    let running = cases::running_on(app, conn, &ground, stored_case)?;
    if !revises(&running, by.person, app.now()) {
        return Err(Error::NotFound);
    }
    let form = &running.workflow.form;
    let draft = match drafts::get(conn, ulid)? {
        Some(draft) => draft,
        None => {
            let all = forms::join_private(
                form,
                &running.case.answers,
                &vault::open_case(app, conn, ulid, (running.id, &running.case))?.case,
            );
            let asked = engine::asked_at_start(&running.workflow);
            let answers: Answers = all
                .into_iter()
                .filter(|(field, _)| asked.asks(field))
                .collect();
            let content = content(app, &running.workflow, ulid, &answers)?;
            let new = NewDraft {
                ulid,
                workflow_key: running.workflow.key.clone(),
                author_id: by.person,
                department: viewer.person.department.clone(),
                from_case: Some(running.id),
                content,
            };
            drafts::insert(conn, &new)?
        }
    };
    let answers = answers_of(app, form, &draft)?;
    Ok(Open {
        draft,
        workflow: running.workflow,
        answers,
        case: Some(running.case),
        viewer,
    })
}

/// A draft of the viewer's that was not submitted yet.
fn unsubmitted(
    app: &App,
    conn: &mut Connection,
    ground: &Ground,
    viewer: Viewer,
    ulid: Ulid,
) -> Result<Open, Error> {
    let draft = drafts::get(conn, ulid)?
        .filter(|draft| draft.author_id == viewer.person.id && draft.submitted_case.is_none())
        .ok_or(Error::NotFound)?;
    let workflow = in_force(app, conn, ground, &draft.workflow_key)?;
    Ok(Open {
        answers: answers_of(app, &workflow.form, &draft)?,
        draft,
        workflow,
        case: None,
        viewer,
    })
}

/// Whether this person is asked to revise a case that was returned: its applicant, or who was named in their place.
fn revises(running: &Running, person: PersonId, now: Instant) -> bool {
    let mut edits = running
        .case
        .open_tasks()
        .filter(|task| task.asks == TaskAsks::Edit);
    edits.any(|task| running.eligible(task, now).contains(&person))
}

/// Saves answers over those of a draft; a `stop` check removes the draft instead and keeps nothing. `seen`: the revision
/// that the author's page showed. Only faults of shape are told, everything typed is kept.
pub fn save(
    app: &Arc<App>,
    by: &By,
    ulid: Ulid,
    answers: Answers,
    seen: Option<i64>,
) -> Result<(Open, Vec<Problem>), Error> {
    let (shared, by) = (Arc::clone(app), by.clone());
    let saved = app.db.write(move |conn| {
        let mut opened = open_in(&shared, conn, &by, ulid)?;
        if seen.is_some_and(|seen| seen != opened.draft.revision) {
            return Err(Error::Stale);
        }
        let mut all = opened.answers.clone();
        all.extend(answers);
        all.retain(|_, answer| !answer.is_null());
        let checked = check(&shared, conn, &opened, &all, Strictness::Draft)?;
        // Pages send texts: only what they were read as can be held against a rule.
        if let Err(stop) =
            refuse_stopped(&shared, &opened.workflow, &opened.viewer, &checked.answers)
        {
            // What was typed must not stay, so this is no error of the transaction but its result.
            let files = remove_all(conn, &opened.draft)?;
            return Ok(Err((stop, files)));
        }
        let content = content(&shared, &opened.workflow, ulid, &all)?;
        opened.draft.revision =
            drafts::save(conn, opened.draft.id, opened.draft.revision, &content)?;
        opened.answers = all;
        Ok::<_, Error>(Ok((opened, checked.problems)))
    })?;
    match saved {
        Ok(saved) => Ok(saved),
        Err((stop, files)) => {
            remove_files(app, &files)?;
            Err(stop)
        }
    }
}

/// A draft as its author reads it.
pub struct Shown {
    /// The draft.
    pub open: Open,
    /// Everything that keeps it from being submitted.
    pub problems: Vec<Problem>,
    /// Its files.
    pub files: Vec<Attachment>,
}

/// Shows a draft that is not submitted yet to its author.
pub fn show(app: &Arc<App>, by: &By, ulid: Ulid) -> Result<Shown, Error> {
    app.db.read(|conn| {
        let ground = app.ground(conn, None)?;
        let viewer = viewer(app, &ground, by)?;
        let open = unsubmitted(app, conn, &ground, viewer, ulid)?;
        let checked = check(app, conn, &open, &open.answers, Strictness::Submit)?;
        Ok::<_, Error>(Shown {
            problems: checked.problems,
            files: attachments::of(conn, AttachedTo::Draft(open.draft.id))?,
            open,
        })
    })
}

/// Throws a draft away.
pub fn discard(app: &Arc<App>, by: &By, ulid: Ulid) -> Result<(), Error> {
    let by = by.clone();
    let files = app.db.write(move |conn| {
        let mine = |draft: &Draft| draft.author_id == by.person && draft.submitted_case.is_none();
        let draft = drafts::get(conn, ulid)?
            .filter(mine)
            .ok_or(Error::NotFound)?;
        remove_all(conn, &draft)
    })?;
    remove_files(app, &files)
}

/// Removes a draft with its files, whose bytes are to be removed after the transaction. The files of a revision belong to
/// its case and stay.
fn remove_all(conn: &mut Connection, draft: &Draft) -> Result<Vec<Attachment>, Error> {
    let files = match draft.from_case {
        None => attachments::of(conn, AttachedTo::Draft(draft.id))?,
        Some(_) => Vec::new(),
    };
    for file in &files {
        attachments::remove(conn, file.id)?;
    }
    drafts::remove(conn, draft.id, draft.revision)?;
    Ok(files)
}

fn remove_files(app: &App, files: &[Attachment]) -> Result<(), Error> {
    for file in files {
        app.attachments
            .remove(&file.stored_as)
            .map_err(Error::Attachments)?;
    }
    Ok(())
}

/// The scope of a draft's guards.
#[must_use]
pub fn scope(workflow: &Workflow, viewer: &Viewer, now: Instant) -> Scope {
    let text = |text: &str| Seen::Text(text.to_owned());
    let case = Seen::Record(BTreeMap::from([
        ("number".to_owned(), Seen::Null),
        ("department".to_owned(), text(&viewer.person.department.0)),
        ("applicant".to_owned(), text(&viewer.person.login)),
        ("submitted".to_owned(), Seen::Null),
        (
            "year".to_owned(),
            Seen::Int(i64::from(chrono::Datelike::year(
                &crate::calendar::beijing(now),
            ))),
        ),
    ]));
    let settings = workflow
        .settings
        .iter()
        .map(|(name, setting)| (name.clone(), Seen::from(setting.value.clone())))
        .collect();
    let variables = BTreeMap::from([
        ("form".to_owned(), Seen::Record(BTreeMap::new())),
        ("case".to_owned(), case),
        ("settings".to_owned(), Seen::Record(settings)),
        ("now".to_owned(), Seen::Time(now)),
        ("choice".to_owned(), Seen::Null),
    ]);
    Scope {
        variables,
        ..Scope::default()
    }
}

fn check(
    app: &App,
    conn: &mut Connection,
    opened: &Open,
    answers: &Answers,
    strictness: Strictness,
) -> Result<Checked, Error> {
    let owner = opened
        .draft
        .from_case
        .map_or(Owner::Draft(opened.draft.id), Owner::Case);
    let workflow = &opened.workflow;
    check_for(
        app,
        conn,
        &opened.viewer,
        workflow,
        Some(owner),
        answers,
        strictness,
    )
}

fn check_for(
    app: &App,
    conn: &mut Connection,
    viewer: &Viewer,
    workflow: &Arc<Workflow>,
    owner: Option<Owner<'_>>,
    answers: &Answers,
    strictness: Strictness,
) -> Result<Checked, Error> {
    let department = viewer.person.department.clone();
    let case = Case::draft(&workflow.key, viewer.person.id, department);
    let facts =
        Facts::read(app, conn, viewer, (workflow, &case), owner, &[answers])?.at("", answers);
    let scope = scope(workflow, viewer, app.now());
    let part = engine::asked_at_start(workflow);
    let others = Answers::new();
    let context = CheckContext {
        form: &workflow.form,
        scope: &scope,
        lookup: &facts,
        others: &others,
    };
    Ok(forms::check(&part, answers.clone(), &context, strictness))
}

fn refuse_stopped(
    app: &App,
    workflow: &Workflow,
    viewer: &Viewer,
    answers: &Answers,
) -> Result<(), Error> {
    match engine::stopped(workflow, answers, &scope(workflow, viewer, app.now())) {
        Some(message) => Err(Error::Stopped(message)),
        None => Ok(()),
    }
}

fn viewer(app: &App, ground: &Ground, by: &By) -> Result<Viewer, Error> {
    Viewer::of(&ground.directory, by.person, app.now()).ok_or(Error::Unauthenticated)
}

/// A draft's answers, private ones opened.
pub(super) fn answers_of(app: &App, form: &Form, draft: &Draft) -> Result<Answers, Error> {
    let open: Answers = serde_json::from_value(draft.answers.clone())?;
    let private = vault::open_draft(app, draft.ulid, draft.sealed.as_ref())?;
    Ok(forms::join_private(form, &open, &private))
}

fn content(
    app: &App,
    workflow: &Workflow,
    ulid: Ulid,
    answers: &Answers,
) -> Result<DraftContent, Error> {
    let (open, private) = forms::split_private(&workflow.form, answers);
    let subject = open
        .get("subject")
        .and_then(Value::as_str)
        .filter(|subject| !subject.trim().is_empty());
    Ok(DraftContent {
        title: subject.unwrap_or(&workflow.title.zh).to_owned(),
        answers: serde_json::to_value(&open)?,
        sealed: vault::seal_draft(app, ulid, &private)?,
        at: app.now(),
    })
}
