//! What somebody's lists show: 待办, 已办, 我发起的, 抄送我的, and the cases that they may see.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::cases::Running;
use super::viewer::Wish;
use super::visible::Visible;
use super::{App, Error, Viewer, cases};
use crate::calendar::{Instant, day_of};
use crate::directory::PersonId;
use crate::engine::{Actor, Channel, Situation, TaskId};
use crate::storage::cases::{CaseFilter, CaseSummary, Whose};
use crate::storage::copies::{self, Copy};
use crate::storage::drafts::{self, Draft};
use crate::storage::tasks::{self, InboxCounts, InboxRow};
use crate::storage::workflows::WorkflowVersion;
use crate::storage::{self, Addressee, Connection, Cursor, Page};
use crate::workflow::{Workflow, place};

/// A row of 待办 or 已办 with the case that it belongs to.
pub struct Row {
    /// The task and the summary of its case.
    pub row: InboxRow,
    /// The case and what it runs on.
    pub case: Arc<Running>,
}

/// How full somebody's lists are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// 待办
    pub inbox: InboxCounts,
    /// Unread copies.
    pub unread: i64,
}

/// 待办: soonest deadline first.
pub fn inbox(
    app: &Arc<App>,
    viewer: &Viewer,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page<Row>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let page = tasks::inbox(conn, &viewer.inboxes(), after, limit)?;
        let mut page = with_cases(&shared, conn, page)?;
        // A task may be offered to a post whose holder is not cleared for the data: then it is not for them to see. Nor
        // is it theirs where something bars them.
        let (person, now) = (viewer.person.id, shared.now());
        page.rows.retain(|row| {
            let task = row.case.case.task(TaskId(row.row.task.number));
            viewer.authorize(Wish::SeeCase(&row.case.case)).is_ok()
                && task.is_some_and(|task| row.case.concerns(task, person, now))
        });
        Ok::<_, Error>(as_seen(page, &viewer))
    })
}

/// Open tasks that no one can hold, or whose holders have left: for those who may name somebody, soonest deadline first.
pub fn vacant(
    app: &Arc<App>,
    viewer: &Viewer,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page<Row>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        if !viewer.holds("workflow_admin") {
            return Err(Error::Forbidden("vacant"));
        }
        let now = shared.now();
        // What was vacant from the start is in the inboxes of those who name a holder; what became so is offered to
        // nobody who is there.
        let mut of = viewer.inboxes();
        of.extend(
            tasks::addressees(conn)?
                .into_iter()
                .filter(|addressee| is_empty(addressee, &viewer, now)),
        );
        let page = tasks::inbox(conn, &of, after, limit)?;
        let mut page = with_cases(&shared, conn, page)?;
        page.rows.retain(|row| names_holder(row, &viewer, now));
        Ok::<_, Error>(page)
    })
}

/// Whether nobody is behind an addressee today.
fn is_empty(addressee: &Addressee, viewer: &Viewer, now: Instant) -> bool {
    let (directory, day) = (&viewer.directory, day_of(now));
    match addressee {
        Addressee::Person(person) => !directory
            .person(*person)
            .is_some_and(|person| person.active),
        Addressee::Post(post) => directory.holders(post, day).is_empty(),
        // The person stands beside it.
        Addressee::Held(..) => false,
        Addressee::Department(code) => !directory
            .people
            .keys()
            .any(|person| directory.leads(*person, code, day)),
    }
}

/// Whether the viewer may name a holder for a task that has none.
fn names_holder(row: &Row, viewer: &Viewer, now: Instant) -> bool {
    let running = &row.case;
    let actor = Actor::Person(viewer.person.id);
    let context = running.as_seen_by(actor, Channel::Page, now);
    let situation = Situation::new(&running.workflow, &running.case, &context);
    let task = running.case.task(TaskId(row.row.task.number));
    viewer.authorize(Wish::SeeCase(&running.case)).is_ok()
        && task.is_some_and(|task| {
            situation.is_unheld(task) && situation.may("reassign", Some(task.id))
        })
}

/// How far the inbox is looked through for more of the same.
const LOOKED_THROUGH: usize = 100;

/// The next task of the same stage in another case: soonest deadline first.
pub fn next_like(
    app: &Arc<App>,
    viewer: &Viewer,
    this: &CaseSummary,
    stage: &str,
) -> Result<Option<CaseSummary>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    let (this, stage) = (this.clone(), place::id_of(stage).to_owned());
    app.db.read(move |conn| {
        let page = tasks::inbox(conn, &viewer.inboxes(), None, LOOKED_THROUGH)?;
        let alike = page.rows.into_iter().filter(|row| {
            row.case.workflow_key == this.workflow_key
                && row.case.id != this.id
                && place::id_of(&row.task.stage) == stage
        });
        let ground = shared.ground(conn, None)?;
        for row in alike {
            let stored = storage::cases::get_by_id(conn, row.case.id)?.ok_or(Error::NotFound)?;
            let running = cases::running_on(&shared, conn, &ground, stored)?;
            let task = running.case.task(TaskId(row.task.number));
            let mine = viewer.authorize(Wish::SeeCase(&running.case)).is_ok()
                && task.is_some_and(|task| running.concerns(task, viewer.person.id, shared.now()));
            if mine {
                return Ok(Some(row.case));
            }
        }
        Ok::<_, Error>(None)
    })
}

/// 已办: newest first.
pub fn done(
    app: &Arc<App>,
    viewer: &Viewer,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Page<Row>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let page = tasks::done_by(conn, viewer.person.id, before, limit)?;
        Ok::<_, Error>(as_seen(with_cases(&shared, conn, page)?, &viewer))
    })
}

/// The rows without what their reader does not see of the cases.
fn as_seen(page: Page<Row>, viewer: &Viewer) -> Page<Row> {
    let rows = page.rows.into_iter().map(|row| Row {
        case: Visible::of(viewer, &row.case).of_case(&row.case),
        ..row
    });
    Page {
        rows: rows.collect(),
        next: page.next,
    }
}

fn with_cases(app: &App, conn: &mut Connection, page: Page<InboxRow>) -> Result<Page<Row>, Error> {
    let ids = page.rows.iter().map(|row| row.case.id);
    let known = running_of(app, conn, ids)?;
    let rows = page.rows.into_iter().map(|row| {
        let case = known.get(&row.case.id).ok_or(Error::NotFound)?;
        Ok(Row {
            case: Arc::clone(case),
            row,
        })
    });
    Ok(Page {
        rows: rows.collect::<Result<_, Error>>()?,
        next: page.next,
    })
}

/// Cases with what they run on, by their inner keys.
fn running_of(
    app: &App,
    conn: &mut Connection,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Arc<Running>>, Error> {
    let ids: BTreeSet<i64> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ground = app.ground(conn, None)?;
    let stored = storage::cases::of_ids(conn, &ids)?.into_iter();
    stored
        .map(|stored| {
            let id = stored.summary.id;
            Ok((id, Arc::new(cases::running_on(app, conn, &ground, stored)?)))
        })
        .collect()
}

/// How full the lists are, for the menu.
pub fn counts(app: &Arc<App>, viewer: &Viewer) -> Result<Counts, Error> {
    let (inboxes, person, now) = (viewer.inboxes(), viewer.person.id, app.now());
    app.db.read(move |conn| {
        Ok::<_, Error>(Counts {
            inbox: tasks::inbox_counts(conn, &inboxes, now)?,
            unread: copies::unread(conn, person)?,
        })
    })
}

/// A person's drafts, newest first.
pub fn my_drafts(app: &Arc<App>, person: PersonId, limit: usize) -> Result<Vec<Draft>, Error> {
    app.db
        .read(move |conn| Ok::<_, Error>(drafts::by_author(conn, person, None, limit)?.rows))
}

/// 我发起的: newest first, before the case with the key `before`.
pub fn mine(
    app: &Arc<App>,
    person: PersonId,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<CaseSummary, i64>, Error> {
    app.db.read(move |conn| {
        Ok::<_, Error>(storage::cases::list(
            conn,
            &CaseFilter::of(Whose::FiledBy(person)),
            before,
            limit,
        )?)
    })
}

/// What a list of cases is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Of this workflow only.
    pub workflow: Option<String>,
    /// With this status only: `open`, `in_force`, `suspended` or `ended`.
    pub status: Option<String>,
    /// With all of these words in number, title, departments or chosen data.
    pub text: String,
}

/// The cases that the viewer may see, newest first.
pub fn visible(
    app: &Arc<App>,
    viewer: &Viewer,
    narrow: &Narrow,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<CaseSummary, i64>, Error> {
    let narrow = narrow.clone();
    let mut filter = CaseFilter::of(Whose::VisibleTo(viewer.addresses()));
    filter.workflow = narrow.workflow;
    filter.status = narrow.status;
    filter.text = narrow.text;
    filter.cleared = Some((viewer.person.id, viewer.person.clearance));
    app.db
        .read(move |conn| Ok::<_, Error>(storage::cases::list(conn, &filter, before, limit)?))
}

/// A copy with the case that it is of.
pub struct CopyRow {
    /// The copy and its receipt.
    pub copy: Copy,
    /// The case.
    pub case: CaseSummary,
}

/// 抄送我的: newest first.
pub fn copied(
    app: &Arc<App>,
    person: PersonId,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Page<CopyRow>, Error> {
    app.db.read(move |conn| {
        let page = copies::of_person(conn, person, before, limit)?;
        let ids = page.rows.iter().map(|copy| copy.case_id).collect();
        let stored = storage::cases::of_ids(conn, &ids)?.into_iter();
        let cases: HashMap<i64, CaseSummary> = stored
            .map(|stored| (stored.summary.id, stored.summary))
            .collect();
        let rows = page.rows.into_iter().map(|copy| {
            let case = cases.get(&copy.case_id).cloned();
            let case = case.ok_or(Error::NotFound)?;
            Ok(CopyRow { copy, case })
        });
        Ok::<_, Error>(Page {
            rows: rows.collect::<Result<_, Error>>()?,
            next: page.next,
        })
    })
}

/// Notes that all copies on a case were read by the person.
pub fn mark_read(app: &Arc<App>, person: PersonId, case: i64) -> Result<(), Error> {
    let now = app.now();
    app.db
        .write(move |conn| Ok::<_, Error>(copies::read(conn, case, person, now)?))
}

/// The workflows in force, each with whether the viewer may file by it.
pub fn workflows(
    app: &Arc<App>,
    viewer: &Viewer,
) -> Result<Vec<(WorkflowVersion, Arc<Workflow>, bool)>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let ground = shared.ground(conn, None)?;
        let mut all = Vec::new();
        for version in storage::workflows::all_current(conn)? {
            let workflow = ground.published(&shared, conn, version.id)?.workflow;
            let may = super::drafts::may_file(&viewer, &workflow).is_ok();
            all.push((version, workflow, may));
        }
        Ok::<_, Error>(all)
    })
}

/// What stands around every page of somebody who is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// How full the lists are.
    pub counts: Counts,
    /// Drafts, a hundred at most.
    pub drafts: usize,
    /// Whether there is a workflow that they may file by.
    pub may_file: bool,
}

/// Reads what stands around a page, all in one go.
pub fn around(app: &Arc<App>, viewer: &Viewer) -> Result<Around, Error> {
    let (shared, viewer, now) = (Arc::clone(app), viewer.clone(), app.now());
    app.db.read(move |conn| {
        let ground = shared.ground(conn, None)?;
        let mut may_file = false;
        for version in ground.workflows() {
            let workflow = ground.published(&shared, conn, version)?.workflow;
            may_file = may_file || super::drafts::may_file(&viewer, &workflow).is_ok();
        }
        Ok::<_, Error>(Around {
            counts: Counts {
                inbox: tasks::inbox_counts(conn, &viewer.inboxes(), now)?,
                unread: copies::unread(conn, viewer.person.id)?,
            },
            drafts: drafts::by_author(conn, viewer.person.id, None, 100)?
                .rows
                .len(),
            may_file,
        })
    })
}

/// A case with the columns of its lists and what it runs on.
pub struct CaseRow {
    /// The columns.
    pub summary: CaseSummary,
    /// The case.
    pub case: Arc<Running>,
}

/// 我发起的 with all that a row says of its case: newest first, before the case with the key `before`.
pub fn filed(
    app: &Arc<App>,
    viewer: &Viewer,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<CaseRow, i64>, Error> {
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let filter = CaseFilter::of(Whose::FiledBy(viewer.person.id));
        let page = storage::cases::list(conn, &filter, before, limit)?;
        Ok::<_, Error>(Page {
            rows: case_rows(&shared, conn, page.rows, &viewer)?,
            next: page.next,
        })
    })
}

/// A copy with all that a row says of its case.
pub struct Copied {
    /// The copy and its receipt.
    pub copy: Copy,
    /// The case.
    pub row: CaseRow,
}

/// 抄送我的 with all that a row says of its case: newest first.
pub fn copies_of(
    app: &Arc<App>,
    viewer: &Viewer,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Page<Copied>, Error> {
    let page = copied(app, viewer.person.id, before, limit)?;
    let (shared, viewer) = (Arc::clone(app), viewer.clone());
    app.db.read(move |conn| {
        let (copies, cases): (Vec<Copy>, Vec<CaseSummary>) = page
            .rows
            .into_iter()
            .map(|CopyRow { copy, case }| (copy, case))
            .unzip();
        let rows = case_rows(&shared, conn, cases, &viewer)?;
        let rows = copies.into_iter().zip(rows);
        Ok::<_, Error>(Page {
            rows: rows.map(|(copy, row)| Copied { copy, row }).collect(),
            next: page.next,
        })
    })
}

fn case_rows(
    app: &App,
    conn: &mut Connection,
    summaries: Vec<CaseSummary>,
    viewer: &Viewer,
) -> Result<Vec<CaseRow>, Error> {
    let known = running_of(app, conn, summaries.iter().map(|summary| summary.id))?;
    let rows = summaries.into_iter().map(|summary| {
        let running = known.get(&summary.id).ok_or(Error::NotFound)?;
        Ok(CaseRow {
            summary,
            case: Visible::of(viewer, running).of_case(running),
        })
    });
    rows.collect()
}

/// Notes that somebody has read every copy that they were sent. The receipt is dated like one by one.
pub fn mark_all_read(app: &Arc<App>, person: PersonId) -> Result<(), Error> {
    let now = app.now();
    app.db.write(move |conn| {
        let mut before = None;
        loop {
            let page = copies::of_person(conn, person, before, 100)?;
            for copy in page.rows.iter().filter(|copy| copy.read_at.is_none()) {
                copies::read(conn, copy.case_id, person, now)?;
            }
            before = page.next;
            if before.is_none() {
                return Ok::<_, Error>(());
            }
        }
    })
}
