//! Action links in mail: opening one shows and changes nothing; answering through it passes the same gate as any other
//! door, with the link used up in the same transaction.

mod page;

use std::sync::Arc;

use ulid::Ulid;

use super::cases::{By, Running};
use super::viewer::Wish;
use super::visible::Visible;
use super::{App, Error, Viewer, cases, notices};
use crate::auth::links;
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{
    Actor, Channel, Command, Input, PositionState, Rejection, Situation, Task, TaskId, actions,
};
use crate::storage::action_links::{self, LinkState, StoredLink};
use crate::storage::tasks::{self, StoredTask, TaskState};
use crate::storage::{self, Connection, StorageError, events};

pub use page::{Offer, Page, ReturnTo, Signed};

/// Why a link was taken back: a newer mail to the same person about the same task.
pub(super) const NEWER_MAIL: &str = "newer mail";
/// Its task was answered.
pub(super) const SETTLED: &str = "settled";
/// Its task was closed without an answer.
pub(super) const CANCELLED: &str = "cancelled";
/// Its task is in other hands.
pub(super) const HANDED_OVER: &str = "handed over";
/// Others were asked to sign before.
pub(super) const OTHERS_FIRST: &str = "others first";
/// Somebody else has taken its task.
pub(super) const CLAIMED: &str = "claimed";

/// The level of its case's data rose.
pub(super) const LEVEL: &str = "level";
/// Its person has left.
pub(super) const DEACTIVATED: &str = "deactivated";
/// Its person has lost the post that it was for.
pub(super) const LOST_POST: &str = "lost the post";

/// The keys of the sentences that say why a link does not act.
mod dead {
    pub const UNKNOWN: &str = "links.dead.unknown";
    pub const USED: &str = "links.dead.used";
    pub const DONE_BY_YOU: &str = "links.dead.done_by_you";
    pub const DONE_BY_OTHER: &str = "links.dead.done_by_other";
    pub const CLAIMED: &str = "links.dead.claimed";
    pub const OTHERS_FIRST: &str = "links.dead.others_first";
    pub const REASSIGNED: &str = "links.dead.reassigned";
    pub const WITHDRAWN: &str = "links.dead.withdrawn";
    pub const CLOSED: &str = "links.dead.closed";
    pub const WAITING: &str = "links.dead.waiting";
    pub const NEWER: &str = "links.dead.newer";
    pub const EXPIRED: &str = "links.dead.expired";
    pub const REVOKED: &str = "links.dead.revoked";
    pub const INACTIVE: &str = "links.dead.inactive";
    pub const NOT_ENTITLED: &str = "links.dead.not_entitled";
    pub const LOGIN_NEEDED: &str = "links.dead.login_needed";
}

/// A link that was opened and still acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The link, for form values that are bound to it.
    pub link: i64,
    /// Whose it is.
    pub person: PersonId,
    /// The case's public id.
    pub case: Ulid,
    /// When it ends.
    pub expires_at: Instant,
}

/// What somebody answers through a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The action: `approve`, `choose`.
    pub action: String,
    /// For `choose`: which.
    pub choice: Option<String>,
    /// The opinion or reason.
    pub comment: Option<String>,
    /// For `return`: where to.
    pub to: Option<String>,
    /// The warnings were read.
    pub confirmed: bool,
    /// The revision that the page showed.
    pub seen: Option<i64>,
}

impl Reply {
    /// An answer as pages name it: `approve`, `choose:agree`.
    #[must_use]
    pub fn named(answer: &str) -> Self {
        let (action, choice) = match answer.split_once(':') {
            Some((action, choice)) => (action, Some(choice.to_owned())),
            None => (answer, None),
        };
        Self {
            action: action.to_owned(),
            choice,
            ..Self::default()
        }
    }
}

/// An answer that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The case's public id.
    pub case: Ulid,
    /// Its number.
    pub number: String,
    /// The answer as pages name it.
    pub answer: String,
    /// When.
    pub at: Instant,
    /// The beginning of the log's hash after it: the receipt.
    pub receipt: String,
    /// The case's revision.
    pub revision: i64,
}

/// Why a link does not act, for its own person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The key of the sentence.
    pub key: &'static str,
    /// The case's public id.
    pub case: Ulid,
    /// The receipt of what was decided through it.
    pub receipt: Option<String>,
}

/// A link that acts, and what it acts on.
struct Live {
    link: StoredLink,
    row: StoredTask,
    running: Arc<Running>,
    viewer: Viewer,
    /// How much of the case its person sees.
    visible: Visible,
    /// What it may still do.
    allowed: Vec<String>,
    now: Instant,
}

impl Live {
    fn task(&self) -> Result<&Task, Error> {
        self.running
            .case
            .task(TaskId(self.row.number))
            .ok_or(Error::DeadLink(dead::CLOSED))
    }
}

/// Opens a link. Nothing changes, however often it is opened.
pub fn open(app: &App, token: &str) -> Result<Opened, Error> {
    app.db.read(|conn| {
        let live = live(app, conn, token, Hold::No)?;
        Ok(Opened {
            link: live.link.id,
            person: live.link.link.person_id,
            case: live.running.ulid,
            expires_at: live.link.link.expires_at,
        })
    })
}

/// What the page behind a link shows. Nothing changes.
pub fn show(app: &App, token: &str) -> Result<Page, Error> {
    app.db.read(|conn| {
        let live = live(app, conn, token, Hold::No)?;
        page::page(&live)
    })
}

/// Answers through a link, once. A refused answer leaves the link as it was.
pub fn act(app: &Arc<App>, token: &str, reply: Reply) -> Result<Done, Error> {
    let (shared, token) = (Arc::clone(app), token.to_owned());
    app.db
        .write(move |conn| act_in(&shared, conn, &token, reply))
}

fn act_in(app: &Arc<App>, conn: &mut Connection, token: &str, reply: Reply) -> Result<Done, Error> {
    let live = live(app, conn, token, Hold::Yes)?;
    if !live.allowed.contains(&reply.action) {
        return Err(not_offered(&reply.action).into());
    }
    let now = app.now();
    match action_links::use_up(conn, live.link.id, now) {
        Err(StorageError::Conflict) => return Err(Error::DeadLink(dead::USED)),
        used => used?,
    }
    let answer = match &reply.choice {
        Some(choice) => format!("{}:{choice}", reply.action),
        None => reply.action.clone(),
    };
    let command = Command {
        action: reply.action.clone(),
        input: Input {
            task: Some(TaskId(live.row.number)),
            comment: reply.comment,
            choice: reply.choice,
            to: reply.to,
            confirmed: reply.confirmed,
            ..Input::default()
        },
        seen: reply.seen,
    };
    let by = By::person(live.link.link.person_id, Channel::Link);
    let done = cases::perform_in(app, conn, &by, live.running.ulid, command);
    app.counters.acted(&reply.action, done.is_ok());
    let done = done?;
    Ok(Done {
        case: live.running.ulid,
        number: live.running.case.number.clone().unwrap_or_default(),
        answer,
        at: now,
        receipt: receipt(conn, live.running.id)?.unwrap_or_default(),
        revision: done.revision,
    })
}

/// Why a link does not act: for its own person only, after login. `None` for a link of somebody else, for one that is
/// none, and for one that acts.
pub fn why_dead(app: &App, person: PersonId, token: &str) -> Result<Option<Cause>, Error> {
    app.db.read(|conn| {
        let Some(link) = genuine(app, conn, token)? else {
            return Ok(None);
        };
        if link.link.person_id != person {
            return Ok(None);
        }
        let key = match live(app, conn, token, Hold::No) {
            Ok(_) => return Ok(None),
            Err(Error::DeadLink(key)) => key,
            Err(other) => return Err(other),
        };
        let case = storage::cases::get_by_id(conn, link.link.case_id)?.ok_or(Error::NotFound)?;
        let receipt = match link.used_at {
            Some(at) => receipt_at(conn, link.link.case_id, person, at)?,
            None => None,
        };
        Ok(Some(Cause {
            key,
            case: case.summary.ulid,
            receipt,
        }))
    })
}

/// Whether the case is taken for this transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    No,
    Yes,
}

/// The row of a token that we signed, whatever has become of it.
fn genuine(app: &App, conn: &mut Connection, token: &str) -> Result<Option<StoredLink>, Error> {
    let Ok(claims) = links::read(&app.link_keys, token) else {
        return Ok(None);
    };
    let found = action_links::by_hash(conn, &claims.id_hash())?;
    Ok(found.filter(|found| {
        found.link.person_id.to_string() == claims.person
            && found.link.round == claims.round
            && claims.not_before.timestamp() <= app.now().timestamp()
    }))
}

/// Checks everything that a link needs to act, in the order in which it would be told.
fn live(app: &App, conn: &mut Connection, token: &str, hold: Hold) -> Result<Live, Error> {
    let unknown = || Error::DeadLink(dead::UNKNOWN);
    let mut link = genuine(app, conn, token)?.ok_or_else(unknown)?;
    let stored = match hold {
        Hold::No => storage::cases::get_by_id(conn, link.link.case_id)?,
        Hold::Yes => {
            let stored = storage::cases::lock_by_id(conn, link.link.case_id)?;
            // Whoever had the case until now may have used or revoked it.
            link = genuine(app, conn, token)?.ok_or_else(unknown)?;
            stored
        }
    };
    let running = cases::running(app, conn, stored.ok_or_else(unknown)?)?;
    let row = tasks::get_by_id(conn, link.link.task_id)?.ok_or_else(unknown)?;
    of_row(app, conn, &link, &row, &running)?;
    let viewer = Viewer::of(&running.directory, link.link.person_id, app.now())
        .ok_or(Error::DeadLink(dead::INACTIVE))?;
    let allowed = allowed(app, &link, &row, &running, &viewer)?;
    Ok(Live {
        link,
        row,
        visible: Visible::of(&viewer, &running),
        running: Arc::new(running),
        viewer,
        allowed,
        now: app.now(),
    })
}

/// What the rows of link and task say.
fn of_row(
    app: &App,
    conn: &mut Connection,
    link: &StoredLink,
    row: &StoredTask,
    running: &Running,
) -> Result<(), Error> {
    let key = match (link.state, row.state) {
        (LinkState::Used, _) => dead::USED,
        (_, TaskState::Settled) if row.settled_by == Some(link.link.person_id) => dead::DONE_BY_YOU,
        (_, TaskState::Settled) => dead::DONE_BY_OTHER,
        (_, TaskState::Cancelled) if withdrawn(conn, running)? => dead::WITHDRAWN,
        (_, TaskState::Cancelled) => dead::CLOSED,
        (LinkState::Revoked, TaskState::Open) => match link.revoked_why.as_deref() {
            Some(NEWER_MAIL) => dead::NEWER,
            Some(HANDED_OVER) => dead::REASSIGNED,
            Some(LEVEL) => dead::LOGIN_NEEDED,
            Some(CLAIMED) => dead::CLAIMED,
            Some(OTHERS_FIRST) => dead::OTHERS_FIRST,
            Some(LOST_POST) => dead::NOT_ENTITLED,
            Some(DEACTIVATED) => dead::INACTIVE,
            _ => dead::REVOKED,
        },
        (LinkState::Live, TaskState::Open) if link.link.expires_at <= app.now() => dead::EXPIRED,
        (LinkState::Live, TaskState::Open) if row.round != link.link.round => dead::CLOSED,
        (LinkState::Live, TaskState::Open) => return Ok(()),
    };
    Err(Error::DeadLink(key))
}

/// Whether the applicant took the case back; a case that somebody in charge ended can have the same end.
fn withdrawn(conn: &mut Connection, running: &Running) -> Result<bool, Error> {
    if running.case.is_open() {
        return Ok(false);
    }
    let events = events::of_case(conn, running.id)?;
    Ok(events.iter().any(|stored| stored.event.kind == "withdrawn"))
}

/// What the link may still do: what its mail offered, what its stage and data still allow without a login, and what the
/// engine would take from this person now.
fn allowed(
    app: &App,
    link: &StoredLink,
    row: &StoredTask,
    running: &Running,
    viewer: &Viewer,
) -> Result<Vec<String>, Error> {
    let case = &running.case;
    let task = case
        .task(TaskId(row.number))
        .filter(|task| task.is_open() && case.is_open())
        .ok_or(Error::DeadLink(dead::CLOSED))?;
    viewer
        .authorize(Wish::SeeCase(case))
        .map_err(|_| Error::DeadLink(dead::NOT_ENTITLED))?;
    let mailed: Vec<String> = serde_json::from_value(link.link.actions.clone())?;
    let without_login = notices::link_actions(running, case, task);
    if !mailed.iter().any(|action| without_login.contains(action)) {
        return Err(Error::DeadLink(dead::LOGIN_NEEDED));
    }
    let actor = Actor::Person(viewer.person.id);
    let context = running.as_seen_by(actor, Channel::Link, app.now());
    let situation = Situation::new(&running.workflow, case, &context);
    let offered = situation.offered();
    let allowed: Vec<String> = mailed
        .into_iter()
        .filter(|action| without_login.contains(action))
        .filter(|action| {
            offered
                .iter()
                .any(|offer| offer.task == Some(task.id) && offer.action == action)
        })
        .collect();
    if !allowed.is_empty() {
        return Ok(allowed);
    }
    let position = case.position(&task.stage).map(|position| &position.state);
    let entitled = situation.able(task).contains(&viewer.person.id);
    Err(Error::DeadLink(match position {
        Some(PositionState::Supplement { .. }) if entitled => dead::WAITING,
        _ => dead::NOT_ENTITLED,
    }))
}

fn not_offered(action: &str) -> Rejection {
    match actions::find(action) {
        Some(rule) => Rejection::NotOffered {
            action: rule.name(),
        },
        None => Rejection::UnknownAction(action.to_owned()),
    }
}

/// The beginning of the hash at the end of the case's chain, in groups that can be read out.
fn receipt(conn: &mut Connection, case: i64) -> Result<Option<String>, Error> {
    Ok(events::last(conn, case)?.map(|end| grouped(&end.hash)))
}

/// The receipt of what a person decided at an instant.
fn receipt_at(
    conn: &mut Connection,
    case: i64,
    person: PersonId,
    at: Instant,
) -> Result<Option<String>, Error> {
    let last = events::of_case(conn, case)?
        .into_iter()
        .rfind(|stored| stored.event.at == at && stored.event.actor_id == Some(person));
    Ok(last.map(|stored| grouped(&stored.event.hash)))
}

fn grouped(hash: &str) -> String {
    let digits: Vec<char> = hash.chars().take(12).collect();
    let groups: Vec<String> = digits
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_name_a_choice() {
        assert_eq!(Reply::named("approve").choice, None);

        let chosen = Reply::named("choose:agree");
        assert_eq!(
            (chosen.action.as_str(), chosen.choice.as_deref()),
            ("choose", Some("agree"))
        );
    }

    #[test]
    fn a_receipt_can_be_read_out() {
        assert_eq!(grouped("8f2c41d70a93ffff"), "8F2C-41D7-0A93");
    }
}
