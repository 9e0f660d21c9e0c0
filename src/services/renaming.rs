//! What a move to another version changes in the tables besides the case: tasks and waiting messages that name its stages
//! and clocks.

use super::Error;
use super::cases::Running;
use super::notices::Params;
use super::projection;
use crate::engine::{Decision, Event, clock_key_after};
use crate::storage::outbox::OutboxState;
use crate::storage::{Connection, outbox, tasks};
use crate::workflow::stage_map::renamed;

/// Makes the tables follow the migrations of a decision.
pub(super) fn follow(
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
) -> Result<(), Error> {
    for event in &decision.events {
        if let Event::Migrated { .. } = event {
            retell(conn, running, event)?;
            rename_tasks(conn, running, decision)?;
        }
    }
    Ok(())
}

/// The rows of tasks under the names of now. What is closed keeps the title under which it was asked.
fn rename_tasks(
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
) -> Result<(), Error> {
    for row in tasks::of_case(conn, running.id)? {
        let tasks = decision.case.tasks.iter();
        let Some(task) = tasks.into_iter().find(|task| task.id.0 == row.number) else {
            continue;
        };
        let title = match row.state {
            tasks::TaskState::Open => projection::titles(running, &decision.case).task(task),
            tasks::TaskState::Settled | tasks::TaskState::Cancelled => row.stage_title.clone(),
        };
        if (&row.stage, &row.stage_title) != (&task.stage, &title) {
            tasks::rename_stage(conn, row.id, &task.stage, &title)?;
        }
    }
    Ok(())
}

/// Messages that wait to be sent speak of the stages and clocks by their names of now.
fn retell(conn: &mut Connection, running: &Running, event: &Event) -> Result<(), Error> {
    let Event::Migrated { stages, clocks, .. } = event else {
        return Ok(());
    };
    let messages = outbox::of_case(conn, running.id)?;
    for message in messages
        .into_iter()
        .filter(|message| message.state == OutboxState::Waiting)
    {
        let before: Params = serde_json::from_value(message.params)?;
        let clock_after = |key: &String| {
            let clock = running.case.clocks.get(key)?;
            clock_key_after(key, clock, stages, clocks)
        };
        let after = Params {
            stage: before.stage.as_ref().map(|stage| renamed(stage, stages)),
            clock: before.clock.as_ref().and_then(clock_after),
            ..before.clone()
        };
        if after != before {
            outbox::retell(conn, message.id, &serde_json::to_value(after)?)?;
        }
    }
    Ok(())
}
