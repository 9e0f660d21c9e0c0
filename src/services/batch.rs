//! Several acknowledgements at once (批量知悉): each in a transaction of its own, with an answer for each. Nothing else is
//! done in batches: an approval is given case by case.

use std::sync::Arc;

use ulid::Ulid;

use super::cases::{self, By, Done};
use super::{App, Error};
use crate::engine::{Command, Input, TaskId};
use crate::storage;
use crate::storage::cases::CaseSummary;

/// The most tasks of a batch.
pub const MOST: usize = 100;

/// What became of one task of a batch.
#[derive(Debug)]
pub struct Row {
    /// The task.
    pub task: Ulid,
    /// Its case, as far as the reader may know of it.
    pub case: Option<CaseSummary>,
    /// Whether it was acknowledged, or why not.
    pub result: Result<Done, Error>,
}

/// Acknowledges these tasks, one after another, as if each had been done by itself: the same bars hold.
#[must_use]
pub fn acknowledge(app: &Arc<App>, by: &By, tasks: &[Ulid]) -> Vec<Row> {
    let mut done: Vec<Row> = Vec::new();
    for task in tasks.iter().take(MOST) {
        if done.iter().any(|known| known.task == *task) {
            continue;
        }
        let found = find(app, *task);
        let case = found.as_ref().ok().map(|(case, _)| case.clone());
        let result =
            found.and_then(|(case, number)| acknowledge_one(app, by, *task, case.ulid, number));
        // What somebody may not see is not there for them.
        let is_hidden = matches!(result, Err(Error::NotFound));
        done.push(Row {
            task: *task,
            case: case.filter(|_| !is_hidden),
            result,
        });
    }
    done
}

/// The case of a task, and its number within it.
fn find(app: &App, task: Ulid) -> Result<(CaseSummary, TaskId), Error> {
    app.db.read(move |conn| {
        let row = storage::tasks::get(conn, task)?.ok_or(Error::NotFound)?;
        let case = storage::cases::get_by_id(conn, row.case_id)?.ok_or(Error::NotFound)?;
        Ok((case.summary, TaskId(row.number)))
    })
}

fn acknowledge_one(
    app: &Arc<App>,
    by: &By,
    task: Ulid,
    case: Ulid,
    number: TaskId,
) -> Result<Done, Error> {
    // The same batch sent twice is the same answers, one by one.
    let key = by.key.as_ref();
    let by = By {
        key: key.map(|(key, digest)| (format!("{key}/{task}"), digest.clone())),
        ..by.clone()
    };
    let command = Command {
        action: "acknowledge".to_owned(),
        input: Input {
            task: Some(number),
            ..Input::default()
        },
        seen: None,
    };
    cases::perform(app, &by, case, command)
}
