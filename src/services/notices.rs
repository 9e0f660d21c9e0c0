//! Notices to people: outbox rows and action links, written with the decision that owes them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;
use ulid::Ulid;

use super::cases::Running;
use super::{App, Error, projection};
use crate::auth::links;
use crate::directory::PersonId;
use crate::engine::{
    Case, Context, Decision, Effect, Notice, Party, Situation, Task, TaskAsks, TaskId,
    return_targets,
};
use crate::notify::message;
use crate::storage::Connection;
use crate::storage::action_links::{self, Link};
use crate::storage::outbox::{self, NewMessage};
use crate::storage::tasks::StoredTask;
use crate::workflow::{EmailLink, Kind, LinkAuth, Node, Sign, Stage};

/// A mail is given up after so many hours.
const DELIVER_HOURS: i64 = 72;
/// From this data level on a mail is only a pointer: log in, then act.
const POINTER_LEVEL: u8 = 3;

/// Writes what the decision owes to whom.
pub(super) fn enqueue(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    context: &Context<'_>,
    rows: &[StoredTask],
) -> Result<(), Error> {
    let mut told: BTreeSet<(PersonId, Option<TaskId>, String)> = BTreeSet::new();
    for effect in &decision.effects {
        let Effect::Notify {
            notice,
            to,
            except,
            task,
            stage,
            clock,
        } = effect;
        let word = word(*notice);
        for person in recipients(running, &decision.case, *notice, to, *task, context) {
            if Some(person) == *except || !told.insert((person, *task, word.clone())) {
                continue;
            }
            let row = task.and_then(|task| rows.iter().find(|row| row.number == task.0));
            let mail = Mail {
                notice: *notice,
                person,
                stage: stage.as_deref(),
                clock: clock.as_deref(),
                task: *task,
                row,
            };
            send(app, conn, running, &decision.case, &mail, context)?;
        }
    }
    Ok(())
}

struct Mail<'a> {
    notice: Notice,
    person: PersonId,
    stage: Option<&'a str>,
    clock: Option<&'a str>,
    task: Option<TaskId>,
    row: Option<&'a StoredTask>,
}

fn send(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    case: &Case,
    mail: &Mail<'_>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let ulid = Ulid::new();
    let task = mail
        .task
        .and_then(|id| case.task(id))
        .filter(|task| task.is_open());
    let actions = match (task, asks_to_act(mail.notice)) {
        (Some(task), true) => link_actions(running, case, task),
        _ => Vec::new(),
    };
    let id = outbox::enqueue(
        conn,
        &NewMessage {
            ulid,
            kind: "mail".into(),
            notice: word(mail.notice),
            case_id: Some(running.id),
            // A notice that outlives its task must not be cancelled with it.
            task_id: mail
                .row
                .filter(|_| asks_to_act(mail.notice))
                .map(|row| row.id),
            recipient_id: mail.person,
            params: json!({ "task": mail.task.map(|task| task.0), "stage": mail.stage, "clock": mail.clock, "actions": actions }),
            message_id: message::message_id(&ulid.to_string(), &app.settings.host()),
            available_at: context.now,
            deliver_until: context.now + TimeDelta::hours(DELIVER_HOURS),
            created_at: context.now,
        },
    )?;
    let (Some(row), Some(task), false) = (mail.row, task, actions.is_empty()) else {
        return Ok(());
    };
    action_links::revoke_siblings(
        conn,
        row.id,
        mail.person,
        "replaced by a newer mail",
        context.now,
    )?;
    let key = app.link_keys.current();
    let link = Link {
        token_hash: crate::auth::tokens::hash(&links::id_of_mail(key, &ulid.to_string())),
        person_id: mail.person,
        case_id: running.id,
        task_id: row.id,
        round: task.round,
        actions: json!(actions),
        mail_id: Some(id),
        key_id: key.id(),
        expires_at: expiry(app, running, case, task, context),
        created_at: context.now,
    };
    action_links::insert(conn, &link)?;
    Ok(())
}

/// Whether a notice carries the buttons that act.
fn asks_to_act(notice: Notice) -> bool {
    matches!(
        notice,
        Notice::Assigned | Notice::Reminder | Notice::Overdue
    )
}

/// The people behind a notice; of a task, only those who can act on it. Those whose task was taken away are told as well.
fn recipients(
    running: &Running,
    case: &Case,
    notice: Notice,
    to: &[Party],
    task: Option<TaskId>,
    context: &Context<'_>,
) -> Vec<PersonId> {
    let all = people_of(running, to, context);
    let situation = Situation::new(&running.workflow, case, context);
    match task
        .and_then(|id| case.task(id))
        .filter(|task| task.is_open() && asks_to_act(notice))
    {
        Some(task) => {
            let eligible: BTreeSet<PersonId> = situation.eligible(task).into_iter().collect();
            all.into_iter()
                .filter(|person| eligible.contains(person))
                .collect()
        }
        None => all.into_iter().collect(),
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
            let abstain = matches!(&stage.sign, Sign::Vote(vote) if vote.abstain);
            let returns = !return_targets(&running.workflow, case, node, stage).is_empty();
            ["approve"]
                .into_iter()
                .chain(returns.then_some("return"))
                .chain(["reject"])
                .chain(abstain.then_some("abstain"))
                .collect()
        }
        TaskAsks::Work => vec!["done"],
        TaskAsks::Notice => vec!["acknowledge"],
        TaskAsks::Edit | TaskAsks::Supply | TaskAsks::Repair => Vec::new(),
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

/// A notice's word in the outbox.
#[must_use]
pub fn word(notice: Notice) -> String {
    serde_json::to_value(notice)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}
