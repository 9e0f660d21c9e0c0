//! Going through all open cases, for changes outside that bear on them: the directory, a calendar.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use ulid::Ulid;

use super::cases::NoFacts;
use super::{Error, workflows};
use crate::calendar::{Calendar, Instant};
use crate::directory::{Directory, PersonId};
use crate::engine::{Actor, Case, Channel, Context, PlainVault, Situation, Task};
use crate::storage::cases::{CaseFilter, Whose};
use crate::storage::{self, Connection};
use crate::workflow::Workflow;

/// Cases that are looked up at once.
const AT_ONCE: usize = 200;
/// The words of cases that have not ended.
const NOT_ENDED: [&str; 3] = ["open", "in_force", "suspended"];

/// An open case, locked for this transaction.
pub(super) struct OpenCase {
    /// Its inner key.
    pub id: i64,
    /// Its public id.
    pub ulid: Ulid,
    /// Its number, or its public id.
    pub number: String,
    /// The case.
    pub case: Case,
    /// What it runs on.
    pub workflow: Arc<Workflow>,
}

/// Calls `look` with every case that has not ended, newest first of those that stand alike.
pub(super) fn each(
    conn: &mut Connection,
    mut look: impl FnMut(&mut Connection, &OpenCase) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut workflows = HashMap::new();
    for status in NOT_ENDED {
        let filter = CaseFilter {
            status: Some(status.to_owned()),
            ..CaseFilter::of(Whose::All)
        };
        let mut before = None;
        loop {
            let page = storage::cases::list(conn, &filter, before, AT_ONCE)?;
            for summary in page.rows {
                if let Some(open) = open(conn, summary.id, &mut workflows)? {
                    look(conn, &open)?;
                }
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
    }
    Ok(())
}

fn open(
    conn: &mut Connection,
    id: i64,
    workflows: &mut HashMap<i64, Arc<Workflow>>,
) -> Result<Option<OpenCase>, Error> {
    let Some(stored) = storage::cases::lock_by_id(conn, id)? else {
        return Ok(None);
    };
    let version = stored.summary.version_id;
    let workflow = match workflows.get(&version) {
        Some(known) => Arc::clone(known),
        None => {
            let read = workflows::version(conn, version)?.workflow;
            workflows.insert(version, Arc::clone(&read));
            read
        }
    };
    Ok(Some(OpenCase {
        id,
        ulid: stored.summary.ulid,
        number: stored
            .summary
            .number
            .unwrap_or_else(|| stored.summary.ulid.to_string()),
        case: serde_json::from_value(stored.snapshot)?,
        workflow,
    }))
}

impl OpenCase {
    /// Who may act on the task under this directory, for somebody else too.
    pub fn able(&self, task: &Task, directory: &Directory, now: Instant) -> BTreeSet<PersonId> {
        self.with(directory, now, |situation| {
            situation.able(task).into_iter().collect()
        })
    }

    /// Who may act on the task in their own right under this directory.
    pub fn eligible(&self, task: &Task, directory: &Directory, now: Instant) -> BTreeSet<PersonId> {
        self.with(directory, now, |situation| {
            situation.eligible(task).into_iter().collect()
        })
    }

    /// Whether somebody is left who was asked to name a holder.
    pub fn can_be_given(&self, task: &Task, directory: &Directory, now: Instant) -> bool {
        self.with(directory, now, |situation| {
            let mut parties = task.nobody.iter();
            parties.any(|party| !situation.people_of(party).is_empty())
        })
    }

    fn with<T>(
        &self,
        directory: &Directory,
        now: Instant,
        ask: impl FnOnce(&Situation<'_>) -> T,
    ) -> T {
        // Who may act does not depend on the calendar.
        let calendar = Calendar::always();
        let context = Context {
            actor: Actor::System,
            channel: Channel::Cli,
            now,
            directory,
            calendar: &calendar,
            lookup: &NoFacts,
            vault: &PlainVault,
            registered: &[],
            children: &[],
            earlier: None,
            workload: &crate::engine::NoWorkload,
            number: None,
        };
        ask(&Situation::new(&self.workflow, &self.case, &context))
    }
}
