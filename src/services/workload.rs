//! What people have to do in all cases, read before a decision that may give tasks out.

use std::collections::{BTreeSet, HashMap};

use super::Error;
use crate::directory::{Directory, PersonId};
use crate::engine;
use crate::storage::{self, Connection};
use crate::workflow::{Offer, Stage, Who, Workflow};

/// The open tasks of those who may be given one, and who had the last turns.
#[derive(Debug, Default)]
pub struct Workload {
    open: HashMap<PersonId, usize>,
    turns: HashMap<String, PersonId>,
}

impl Workload {
    /// Reads what this workflow's ways to give out tasks ask for; nothing, where everybody takes their own.
    pub fn read(
        conn: &mut Connection,
        workflow: &Workflow,
        directory: &Directory,
    ) -> Result<Self, Error> {
        let stages = || workflow.nodes().filter_map(|node| node.stage());
        let mut work = Self::default();
        let counted: BTreeSet<PersonId> = stages()
            .filter(|stage| stage.offer == Offer::Fewest)
            .flat_map(|stage| candidates(stage, directory))
            .collect();
        if !counted.is_empty() {
            let counted: Vec<PersonId> = counted.into_iter().collect();
            work.open = storage::tasks::open_of(conn, &counted)?;
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

    fn last(&self, line: &str) -> Option<PersonId> {
        self.turns.get(line).copied()
    }
}
