//! What people have to do in all cases, read before a decision that may give tasks out.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;

use super::Error;
use crate::calendar::Instant;
use crate::directory::{Directory, PersonId};
use crate::engine;
use crate::storage::{self, Connection};
use crate::workflow::{Offer, Stage, Who, Workflow, place};

/// Experience of longer ago does not count.
const REMEMBERED_DAYS: i64 = 365;

/// What those who may be given a task have to do and have done, and who had the last turns.
#[derive(Debug, Default)]
pub struct Workload {
    open: HashMap<PersonId, usize>,
    answered: HashMap<(PersonId, String), usize>,
    turns: HashMap<String, PersonId>,
}

impl Workload {
    /// Reads what this workflow's ways to give out tasks ask for; nothing, where everybody takes their own.
    pub fn read(
        conn: &mut Connection,
        workflow: &Workflow,
        directory: &Directory,
        now: Instant,
    ) -> Result<Self, Error> {
        let stages = || workflow.nodes().filter_map(|node| node.stage());
        let asked = |way: Offer| -> Vec<PersonId> {
            let those = stages().filter(|stage| stage.offer == way);
            let people: BTreeSet<_> = those
                .flat_map(|stage| candidates(stage, directory))
                .collect();
            people.into_iter().collect()
        };
        let mut work = Self::default();
        let counted = asked(Offer::Fewest);
        if !counted.is_empty() {
            work.open = storage::tasks::open_of(conn, &counted)?;
        }
        let versed = asked(Offer::Experienced);
        if !versed.is_empty() {
            let since = now - TimeDelta::days(REMEMBERED_DAYS);
            for row in storage::tasks::answered_by(conn, &workflow.key, &versed, since)? {
                let stage = place::id_of(&row.stage).to_owned();
                *work.answered.entry((row.person, stage)).or_default() += row.count;
            }
        }
        if stages().any(|stage| stage.offer == Offer::Turn) {
            let turns = storage::turns::hold(conn, &workflow.key)?;
            work.turns = turns.into_iter().collect();
        }
        Ok(work)
    }
}

/// Everyone who may hold a post that the stage asks, wherever that is.
fn candidates(stage: &Stage, directory: &Directory) -> BTreeSet<PersonId> {
    let asked = stage.seats.iter().flat_map(|seat| &seat.who);
    let roles: BTreeSet<_> = asked
        .filter_map(|who| match who {
            Who::Post { role, .. } => Some(role),
            Who::Applicant | Who::Actor { .. } | Who::Path { .. } | Who::User(_) | Who::Any => None,
        })
        .collect();
    directory
        .holdings
        .iter()
        .filter(|(post, _)| roles.contains(&post.role))
        .flat_map(|(_, holdings)| holdings)
        .map(|holding| holding.person)
        .collect()
}

impl engine::Workload for Workload {
    fn open(&self, person: PersonId) -> usize {
        self.open.get(&person).copied().unwrap_or(0)
    }

    fn answered(&self, person: PersonId, stage: &str) -> usize {
        let key = (person, stage.to_owned());
        self.answered.get(&key).copied().unwrap_or(0)
    }

    fn last(&self, line: &str) -> Option<PersonId> {
        self.turns.get(line).copied()
    }
}
