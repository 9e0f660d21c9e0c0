//! Open cases whose data may weigh otherwise since the data directory was changed: a job looks at some of them at a time,
//! each in a transaction of its own. What was marked stays marked until it is done, so a job that is stopped goes on later;
//! looking twice changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::cases::{self, Running};
use super::notices::POINTER_LEVEL;
use super::projection;
use super::registers;
use super::{App, Error, links, started};
use crate::engine::{self, Actor, Case, Channel, Context, Situation, TaskId, Weight};
use crate::forms::Answers;
use crate::services::workload::Workload;
use crate::storage::{self, Connection, action_links, case_resources, catalogue, tasks};

/// So many cases are looked at before the job looks whether it is to stop.
const AT_ONCE: i64 = 20;

/// Looks at some of the marked cases. Answers whether there may be more.
///
/// One that cannot be looked at is left marked for the next pass, and does not keep the others waiting.
pub fn pass(app: &Arc<App>, is_stopping: &dyn Fn() -> bool) -> Result<bool, Error> {
    let mut after = 0;
    loop {
        let marked = app
            .db
            .read(|conn| Ok::<_, Error>(case_resources::asked(conn, after, AT_ONCE)?))?;
        for case in &marked {
            if is_stopping() {
                return Ok(false);
            }
            if let Err(error) = look(app, *case) {
                tracing::error!(case, %error, "a case could not be looked at again");
            }
        }
        match marked.last() {
            Some(last) => after = *last,
            None => return Ok(false),
        }
    }
}

/// Looks at a case and takes its mark away. Answers whether anything of it weighs otherwise.
fn look(app: &Arc<App>, case: i64) -> Result<bool, Error> {
    let shared = Arc::clone(app);
    app.db.write(move |conn| {
        let stored = storage::cases::lock_by_id(conn, case)?.ok_or(Error::NotFound)?;
        let running = cases::running(&shared, conn, stored)?;
        // Before the directory is read: a change that comes after makes a mark of its own.
        case_resources::done(conn, case)?;
        reweigh(&shared, conn, &running)
    })
}

fn reweigh(app: &Arc<App>, conn: &mut Connection, running: &Running) -> Result<bool, Error> {
    let codes: Vec<String> = named(&running.case).into_iter().collect();
    let known = weights(conn, &codes)?;
    let weigh = |resource: &str, item: Option<&str>| {
        let key = (resource.to_owned(), item.map(str::to_owned));
        known.get(&key).cloned()
    };
    let answers: Vec<&Answers> = running.case.all_answers().collect();
    let department = &running.case.department;
    let registered = registers::asked(conn, &running.workflow, department, &answers)?;
    let children = started::children(conn, &running.workflow, running.id)?;
    let workload = Workload::read(conn, &running.workflow, &running.directory, app.now())?;
    let context = Context {
        registered: &registered,
        children: &children,
        workload: &workload,
        ..running.as_seen_by(Actor::System, Channel::Timer, app.now())
    };
    let decision = engine::reweigh(&running.workflow, &running.case, &context, &weigh)?;
    let Some(decision) = decision else {
        return Ok(false);
    };
    projection::write(app, conn, (running, &decision, &context), |_| {})?;
    started::submit_started(app, conn, running, &decision)?;
    // A timer's own claim is settled by whoever holds it; here nobody does.
    storage::timers::set(
        conn,
        running.id,
        engine::next_wake(&running.workflow, &decision.case, &running.calendar),
    )?;
    withdraw_links(conn, running, &decision.case, &context)?;
    Ok(true)
}

/// From a level up no link acts; below it, the links of those whose clearance does not reach any more are taken back.
fn withdraw_links(
    conn: &mut Connection,
    running: &Running,
    case: &Case,
    context: &Context<'_>,
) -> Result<(), Error> {
    let (now, situation) = (
        context.now,
        Situation::new(&running.workflow, case, context),
    );
    for row in tasks::open_of_case(conn, running.id)? {
        let able = case
            .task(TaskId(row.number))
            .filter(|_| case.level() < POINTER_LEVEL)
            .map_or_else(Vec::new, |task| situation.able(task));
        let live = action_links::live_of_task(conn, row.id)?;
        let people: BTreeSet<_> = live.into_iter().map(|link| link.link.person_id).collect();
        for person in people.into_iter().filter(|person| !able.contains(person)) {
            action_links::revoke_siblings(conn, row.id, person, links::LEVEL, now)?;
        }
    }
    Ok(())
}

/// What the directory says of these resources and their items.
fn weights(
    conn: &mut Connection,
    codes: &[String],
) -> Result<BTreeMap<(String, Option<String>), Weight>, Error> {
    let mut known = BTreeMap::new();
    for resource in catalogue::get_many(conn, codes)? {
        let code = resource.entry.code;
        for item in resource.items {
            let weight = Weight {
                level: item.level,
                sharing: item.sharing,
            };
            known.insert((code.clone(), Some(item.code)), weight);
        }
        let weight = Weight {
            level: resource.entry.level,
            sharing: resource.entry.sharing,
        };
        known.insert((code, None), weight);
    }
    Ok(known)
}

/// The resources that a case names.
pub(super) fn named(case: &Case) -> BTreeSet<String> {
    let rows = case
        .all_answers()
        .flat_map(Answers::values)
        .filter_map(Value::as_array)
        .flatten()
        // A table may have a column of this name; only what came from the directory has a class.
        .filter(|row| row.get("sharing").is_some());
    rows.filter_map(|row| Some(row.get("resource")?.as_str()?.to_owned()))
        .collect()
}
