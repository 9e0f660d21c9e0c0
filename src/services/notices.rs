//! Notices to people: outbox rows and action links, written with the decision that owes them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ulid::Ulid;

use super::cases::Running;
use super::projection::{Decided, Row, Rows};
use super::{App, Error, links, projection, words};
use crate::auth::{self, tokens};
use crate::directory::PersonId;
use crate::engine::{
    CancelReason, Case, Context, Decision, Effect, Event, Notice, Party, Situation, Status, Task,
    TaskAsks, TaskId, TaskState, return_targets,
};
use crate::notify::message;
use crate::storage::action_links::{self, Link};
use crate::storage::keys::Keys;
use crate::storage::outbox::{self, NewMessage};
use crate::storage::{Connection, Writes};
use crate::workflow::{EmailLink, Kind, LinkAuth, Node, Outcome, Sign, Stage};

/// A mail is given up after so many hours.
const DELIVER_HOURS: i64 = 72;
/// From this data level on a mail is only a pointer: log in, then act.
pub(super) const POINTER_LEVEL: u8 = 3;

/// What a mail is made of, as its outbox row keeps it: ids and codes, no names and no texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Params {
    /// The task's number.
    pub task: Option<u32>,
    /// The stage or block.
    pub stage: Option<String>,
    /// The clock's key.
    pub clock: Option<String>,
    /// Why a task is not needed any more, or how a case ended without a decision.
    #[serde(default)]
    pub why: Option<Reason>,
    /// Of a copy: who sent it.
    #[serde(default)]
    pub by: Option<PersonId>,
}

/// Why there is nothing to do any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    /// Somebody else did it, or has taken it.
    Done,
    /// It was given to somebody else.
    Reassigned,
    /// The verdict before it was taken back.
    TakenBack,
    /// They had been added as a signer, and were taken out again.
    Removed,
    /// The applicant took the request back.
    Withdrawn,
    /// Somebody in charge ended it.
    Terminated,
    /// Somebody in charge declared it void.
    Voided,
    /// The case ended otherwise.
    Ended,
}

/// Writes what the decision owes to whom, under keys that were drawn.
pub(super) fn enqueue(
    app: &App,
    conn: &mut Connection,
    writes: &mut Writes,
    (running, decision, context): Decided<'_>,
    (owed, rows, keys): (&[Mail<'_>], &Rows, &mut Keys),
) -> Result<(), Error> {
    let mut linked = BTreeSet::new();
    for mail in owed {
        let row = mail.task.and_then(|task| rows.get(&task.0)).copied();
        // A notice that outlives its task must not be cancelled with it.
        let row = row.filter(|_| asks_to_act(mail.notice));
        let key = keys.take()?;
        let message = message(app, running, mail, row, context)?;
        let sent = (message.ulid, key);
        outbox::put(writes, key, message);
        let Some((row, link)) = link(app, (running, &decision.case, context), (mail, row), sent)
        else {
            continue;
        };
        let again = !linked.insert((row.id, mail.person));
        if again {
            // The link of the mail before must be there to be taken back.
            std::mem::take(writes).run(conn)?;
        }
        if again || !row.is_new {
            let (person, now) = (mail.person, context.now);
            action_links::revoke_siblings(conn, row.id, person, links::NEWER_MAIL, now)?;
        }
        action_links::insert(writes, &link);
    }
    Ok(())
}

/// Every mail that the decision owes, in its order.
pub(super) fn owed<'a>(
    running: &Running,
    decision: &'a Decision,
    context: &Context<'_>,
) -> Vec<Mail<'a>> {
    let mut mails = Vec::new();
    for effect in &decision.effects {
        let Effect::Notify {
            notice,
            to,
            except,
            task,
            stage,
            clock,
        } = effect;
        let people = people_of(running, to, context);
        mails.extend(
            people
                .into_iter()
                .filter(|person| Some(*person) != *except)
                .map(|person| Mail {
                    notice: *notice,
                    person,
                    stage: stage.as_deref(),
                    clock: clock.as_deref(),
                    task: *task,
                    why: reason(running, decision, *notice, *task),
                }),
        );
    }
    let mut told = BTreeSet::new();
    mails.retain(|mail| told.insert((mail.person, mail.task, word(mail.notice))));
    mails
}

/// A mail that a decision owes.
pub(super) struct Mail<'a> {
    notice: Notice,
    person: PersonId,
    stage: Option<&'a str>,
    clock: Option<&'a str>,
    task: Option<TaskId>,
    why: Option<Reason>,
}

/// What a mail is made of, as its row in the outbox.
fn message(
    app: &App,
    running: &Running,
    mail: &Mail<'_>,
    row: Option<Row>,
    context: &Context<'_>,
) -> Result<NewMessage, Error> {
    let ulid = Ulid::new();
    Ok(NewMessage {
        ulid,
        kind: "mail".into(),
        notice: word(mail.notice),
        case_id: Some(running.id),
        task_id: row.map(|row| row.id),
        recipient_id: mail.person,
        params: serde_json::to_value(Params {
            task: mail.task.map(|task| task.0),
            stage: mail.stage.map(str::to_owned),
            clock: mail.clock.map(str::to_owned),
            why: mail.why,
            by: context.person().filter(|_| mail.notice == Notice::Copied),
        })?,
        message_id: message::message_id(&ulid.to_string(), &app.settings.host()),
        available_at: context.now,
        deliver_until: context.now + TimeDelta::hours(DELIVER_HOURS),
        created_at: context.now,
    })
}

/// The link of a mail that may act, and the row of its task.
fn link(
    app: &App,
    (running, case, context): (&Running, &Case, &Context<'_>),
    (mail, row): (&Mail<'_>, Option<Row>),
    (ulid, key): (Ulid, i64),
) -> Option<(Row, Link)> {
    let row = row?;
    let task = case.task(mail.task?).filter(|task| task.is_open())?;
    let actions = link_actions(running, case, task);
    if actions.is_empty() {
        return None;
    }
    let signer = app.link_keys.current();
    let link = Link {
        token_hash: tokens::hash(&auth::links::id_of_mail(signer, &ulid.to_string())),
        person_id: mail.person,
        case_id: running.id,
        task_id: row.id,
        round: task.round,
        actions: json!(actions),
        mail_id: Some(key),
        key_id: signer.id(),
        expires_at: expiry(app, running, case, task, context),
        created_at: context.now,
    };
    Some((row, link))
}

/// Whether a notice carries the buttons that act.
pub(super) fn asks_to_act(notice: Notice) -> bool {
    matches!(
        notice,
        Notice::Assigned | Notice::Reminder | Notice::Overdue | Notice::Urged
    )
}

/// Why a task is not needed any more, or how the case ended without a decision.
fn reason(
    running: &Running,
    decision: &Decision,
    notice: Notice,
    task: Option<TaskId>,
) -> Option<Reason> {
    let ended = || {
        let how = decision.events.iter().find_map(|event| match event {
            Event::Withdrawn { .. } => Some(Reason::Withdrawn),
            Event::Terminated { .. } => Some(Reason::Terminated),
            Event::Voided { .. } => Some(Reason::Voided),
            _ => None,
        });
        how.unwrap_or_else(|| match &decision.case.status {
            Status::Ended { end, .. }
                if words::outcome_of(&running.workflow, end) == Outcome::Withdrawn =>
            {
                Reason::Withdrawn
            }
            _ => Reason::Ended,
        })
    };
    match notice {
        Notice::Closed => Some(ended()),
        Notice::NoLongerNeeded => {
            let task = decision.case.task(task?)?;
            let passed_on = |event: &Event| matches!(event, Event::Reassigned { task: id, .. } | Event::Transferred { task: id, .. } if *id == task.id);
            if task.is_open() && decision.events.iter().any(passed_on) {
                return Some(Reason::Reassigned);
            }
            Some(match (&task.state, task.holder) {
                (TaskState::Cancelled { why, .. }, _) => match why {
                    CancelReason::Ended => ended(),
                    CancelReason::Decided => Reason::Done,
                    CancelReason::Removed => Reason::Removed,
                    CancelReason::TakenBack => Reason::TakenBack,
                    CancelReason::Overdue
                    | CancelReason::Returned
                    | CancelReason::Jumped
                    | CancelReason::Recused => Reason::Reassigned,
                },
                (TaskState::Open | TaskState::Waiting, None) => Reason::Reassigned,
                (TaskState::Open | TaskState::Waiting, Some(_))
                | (TaskState::Settled { .. }, _) => Reason::Done,
            })
        }
        _ => None,
    }
}

/// The active people behind parties today.
pub(super) fn people_of(
    running: &Running,
    parties: &[Party],
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    let situation = Situation::new(&running.workflow, &running.case, context);
    parties
        .iter()
        .flat_map(|party| situation.people_of(party))
        .collect()
}

/// The actions that a mail's link may offer on a task; none where the person must log in first: for data of level 3 and
/// above, where the stage says so, and where a form has to be filled in.
#[must_use]
pub(super) fn link_actions(running: &Running, case: &Case, task: &Task) -> Vec<String> {
    let Some(node) = running.workflow.node(&task.stage) else {
        return Vec::new();
    };
    let Kind::Stage(stage) = &node.kind else {
        return Vec::new();
    };
    let EmailLink::Offered {
        actions,
        auth: LinkAuth::Confirm,
        ..
    } = &node.rules.email_link
    else {
        return Vec::new();
    };
    let fills = !crate::engine::filled_by(&running.workflow, stage, task)
        .fields
        .is_empty();
    if POINTER_LEVEL <= case.level() || fills {
        return Vec::new();
    }
    offered_by(running, case, node, stage, task)
        .into_iter()
        .filter(|action| actions.is_empty() || actions.contains(action))
        .collect()
}

fn offered_by(
    running: &Running,
    case: &Case,
    node: &Node,
    stage: &Stage,
    task: &Task,
) -> Vec<String> {
    let allowed = |action: &&str| !node.rules.deny.iter().any(|denied| denied == action);
    let words: Vec<&str> = match task.asks {
        TaskAsks::Sign | TaskAsks::Work if !stage.choices.is_empty() => vec!["choose"],
        TaskAsks::Sign => {
            let votes = matches!(&stage.sign, Sign::Vote(vote) if vote.abstain);
            let abstain = votes && !task.is_beside();
            let returns = !return_targets(&running.workflow, case, &task.stage, stage).is_empty();
            ["approve"]
                .into_iter()
                .chain(returns.then_some("return"))
                .chain(["reject"])
                .chain(abstain.then_some("abstain"))
                .collect()
        }
        TaskAsks::Work => vec!["done"],
        TaskAsks::Notice => vec!["acknowledge"],
        TaskAsks::Edit
        | TaskAsks::Supply
        | TaskAsks::Repair
        | TaskAsks::Advise
        | TaskAsks::File
        | TaskAsks::Extension => Vec::new(),
    };
    words
        .into_iter()
        .filter(allowed)
        .map(str::to_owned)
        .collect()
}

/// A link lasts as long as the stage says and the settings allow, at most until the deadline while that lies ahead.
fn expiry(
    app: &App,
    running: &Running,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> crate::calendar::Instant {
    let valid = match running
        .workflow
        .node(&task.stage)
        .map(|node| &node.rules.email_link)
    {
        Some(EmailLink::Offered { valid, .. }) => *valid,
        Some(EmailLink::Never) | None => crate::calendar::Duration {
            count: 3,
            unit: crate::calendar::Unit::Wd,
        },
    };
    let longest = TimeDelta::from_std(app.settings.link_validity).unwrap_or(TimeDelta::days(30));
    let end = running
        .calendar
        .due(context.now, valid)
        .min(context.now + longest);
    match projection::due(running, case, task).0 {
        Some(deadline) if context.now < deadline => end.min(deadline),
        _ => end,
    }
}

/// The notice of a word in the outbox.
pub(super) fn of_word(word: &str) -> Result<Notice, Error> {
    serde_json::from_value(json!(word))
        .map_err(|_| Error::Corrupt(format!("there is no notice `{word}`")))
}

/// A notice's word in the outbox.
#[must_use]
pub fn word(notice: Notice) -> String {
    serde_json::to_value(notice)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}
