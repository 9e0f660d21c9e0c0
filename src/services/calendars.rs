//! Calendars: the shipped ones with what was imported over them, and importing, which moves open deadlines.

use std::sync::Arc;

use super::open_cases::{self, OpenCase};
use super::{Error, projection};
use crate::calendar::{Calendar, Instant};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::engine;
use crate::storage::{self, Connection, Db};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Days in the file.
    pub days: usize,
    /// Open tasks with another deadline now.
    pub tasks: usize,
    /// The cases that they belong to.
    pub cases: usize,
}

/// Imports the days of a file into the calendar with this name, and works out the open deadlines anew.
///
/// # Errors
/// [`Error::Import`] with the fault of the file, [`Error::BadRequest`] for a name that is none.
pub fn import(
    db: &Db,
    clock: &dyn Clock,
    name: &str,
    file: &str,
    text: &str,
) -> Result<Report, Error> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || 32 < name.len() || !name.chars().all(allowed) || name == "always" {
        return Err(Error::BadRequest {
            name: "calendar",
            problem: "日历的名称用小写字母、数字和连字符，如 cn-gov；always 不能导入".to_owned(),
        });
    }
    let calendar = Calendar::from_csv(name, text)
        .map_err(|error| Error::Import(vec![format!("{file}：{error}")]))?;
    let now = clock.now();
    db.write(move |conn| {
        storage::calendars::import(conn, &calendar, now)?;
        let whole = Arc::new(load(conn, &calendar.name)?);
        let directory = Arc::new(storage::directory::load(conn)?);
        let mut report = Report {
            days: calendar.exceptions.len(),
            ..Report::default()
        };
        open_cases::each(conn, |conn, open| {
            if open.workflow.calendar == calendar.name {
                let moved = move_deadlines(conn, open, &whole, &directory)?;
                report.tasks += moved;
                report.cases += usize::from(0 < moved);
            }
            Ok(())
        })?;
        Ok(report)
    })
}

/// The calendar that comes with the program under this name.
#[must_use]
pub fn shipped(name: &str) -> Option<Calendar> {
    match name {
        "always" => Some(Calendar::always()),
        "cn-gov" => Some(Calendar::cn_gov()),
        _ => None,
    }
}

/// The calendar with this name, imported days included; `None` when it is neither shipped nor was imported.
///
/// # Errors
/// The database's own failure.
pub fn get(db: &Db, name: &str) -> Result<Option<Calendar>, Error> {
    db.read(|conn| {
        let imported = storage::calendars::revision(conn, name)?.is_some();
        if !imported && shipped(name).is_none() {
            return Ok(None);
        }
        load(conn, name).map(Some)
    })
}

/// The calendar with this name: the shipped one, with the imported days over it.
pub(super) fn load(conn: &mut Connection, name: &str) -> Result<Calendar, Error> {
    let mut calendar = if name == "always" {
        Calendar::always()
    } else {
        Calendar {
            name: name.to_owned(),
            ..Calendar::cn_gov()
        }
    };
    if let Some(imported) = storage::calendars::get(conn, name)? {
        calendar.exceptions.extend(imported.exceptions);
    }
    Ok(calendar)
}

/// Answers how many tasks of the case are due at another time now.
fn move_deadlines(
    conn: &mut Connection,
    open: &OpenCase,
    calendar: &Arc<Calendar>,
    directory: &Arc<Directory>,
) -> Result<usize, Error> {
    let case = &open.case;
    let running = super::cases::Running {
        id: open.id,
        ulid: open.ulid,
        version: 0,
        version_number: 0,
        revision: case.revision,
        case: case.clone(),
        workflow: Arc::clone(&open.workflow),
        calendar: Arc::clone(calendar),
        directory: Arc::clone(directory),
        former: std::collections::BTreeMap::new(),
        end: None,
    };
    let mut moved = 0;
    let mut first: Option<Instant> = None;
    for task in case.open_tasks() {
        let (due, _) = projection::due(&running, case, task);
        first = first.into_iter().chain(due).min();
        let Some(row) = storage::tasks::by_number(conn, open.id, task.id.0)? else {
            continue;
        };
        if row.due_at != due {
            storage::tasks::set_due(conn, row.id, due)?;
            tracing::info!(case = %open.ulid, task = row.number, was = ?row.due_at, now = ?due, "a deadline moved with its calendar");
            moved += 1;
        }
    }
    if 0 < moved {
        storage::cases::set_due(conn, open.id, first)?;
    }
    let wake = engine::next_wake(&open.workflow, case, calendar);
    let was = storage::timers::get(conn, open.id)?.map(|timer| timer.fire_at);
    if was != wake {
        storage::timers::set(conn, open.id, wake)?;
        tracing::info!(case = %open.ulid, ?was, now = ?wake, "a timer moved with its calendar");
    }
    Ok(moved)
}
