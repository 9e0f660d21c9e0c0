//! What the data directory says now of the data in a case, when a level or a sharing class was changed there.
//!
//! An answer of type `resources` is a copy: what the directory said when it was given, and what was signed on that. The two
//! attributes part here:
//!
//! - The **level** says who may see and sign from now on, so it follows the directory. The rows are written anew, as changed
//!   answers: guards, branches, clearance, links and mails read the level that holds today, and a verdict that somebody is
//!   about to give on the old one conflicts. What stood there before is in the history.
//! - The **sharing class** and the conditions are what the request was put under: a branch that runs for
//!   «conditional» with its statutory days is not torn out for another one. They stay as they were filed; what the directory
//!   says now stands beside the class, as `sharing_now`, and is told to those who decide.
//!
//! A resource or item that the directory does not have any more keeps what it had. Once everything is as the directory says,
//! nothing happens: it may run as often as one likes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::answers::Filled;
use super::event::Owner;
use super::run::Run;
use super::{Case, Context, Decision, Event, Rejection, Status, people};
use crate::forms::Answers;
use crate::workflow::Workflow;

/// What the directory says of a resource or one of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// 1–4, 5 重要, 6 核心.
    pub level: u8,
    /// `unconditional`, `conditional` or `none`.
    pub sharing: String,
}

/// A resource or item that weighs otherwise now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reweighed {
    /// The resource's code.
    pub resource: String,
    /// The item's code; none for a whole resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Its level before and now.
    pub level: (u8, u8),
    /// Its sharing class before and now.
    pub sharing: (String, String),
}

/// What becomes of an open case; `None` when all is as it was. `weigh` asks the directory.
pub fn reweigh(
    workflow: &Workflow,
    case: &Case,
    context: &Context<'_>,
    weigh: &dyn Fn(&str, Option<&str>) -> Option<Weight>,
) -> Result<Option<Decision>, Rejection> {
    if !matches!(case.status, Status::Open { .. } | Status::Suspended { .. }) {
        return Ok(None);
    }
    let mut found = BTreeMap::new();
    let filled = rewritten(case, weigh, &mut found);
    if found.is_empty() {
        return Ok(None);
    }
    let mut run = Run::begin(workflow, case, context);
    run.record(Event::Reweighed {
        data: found.into_values().collect(),
        from: case.level(),
        to: after(case, &filled),
    });
    run.change_answers(filled)?;
    for task in run.end_claims_above_clearance() {
        run.allot(task);
    }
    run.settle_down()?;
    Ok(Some(run.finish()))
}

/// The level of the case once these answers are changed.
fn after(case: &Case, filled: &[Filled]) -> u8 {
    let mut case = case.clone();
    for Filled { of, answers, .. } in filled {
        if let Some(stored) = stored_mut(&mut case, of) {
            stored.extend(answers.clone());
        }
    }
    case.level()
}

fn stored_mut<'c>(case: &'c mut Case, of: &Owner) -> Option<&'c mut Answers> {
    match of {
        Owner::Case => Some(&mut case.answers),
        Owner::Branch(branch) => case
            .branches
            .get_mut(branch)
            .map(|record| &mut record.answers),
        Owner::Task(id) => {
            let mut tasks = case.tasks.iter_mut();
            tasks
                .find(|task| task.id == *id)
                .map(|task| &mut task.answers)
        }
    }
}

/// The answers of each owner in which a row weighs otherwise, with these rows as they are to be.
fn rewritten(
    case: &Case,
    weigh: &dyn Fn(&str, Option<&str>) -> Option<Weight>,
    found: &mut BTreeMap<(String, Option<String>), Reweighed>,
) -> Vec<Filled> {
    let branches = case.branches.iter();
    let tasks = case.tasks.iter();
    std::iter::once((Owner::Case, &case.answers))
        .chain(branches.map(|(place, record)| (Owner::Branch(place.clone()), &record.answers)))
        .chain(tasks.map(|task| (Owner::Task(task.id), &task.answers)))
        .filter_map(|(of, stored)| {
            let mut answers = Answers::new();
            for (field, answer) in stored {
                let mut rows = answer.clone();
                let all = rows.as_array_mut().into_iter().flatten();
                let changed = all
                    .filter_map(|row| row_now(row, weigh))
                    .collect::<Vec<_>>();
                if changed.is_empty() {
                    continue;
                }
                answers.insert(field.clone(), rows);
                let named = changed.into_iter();
                found.extend(named.map(|one| ((one.resource.clone(), one.item.clone()), one)));
            }
            (!answers.is_empty()).then_some(Filled {
                of,
                answers,
                private: Answers::new(),
            })
        })
        .collect()
}

/// Brings a row up to date; answers what was changed in it.
fn row_now(
    row: &mut Json,
    weigh: &dyn Fn(&str, Option<&str>) -> Option<Weight>,
) -> Option<Reweighed> {
    let text = |part: &str| row.get(part).and_then(Json::as_str).map(str::to_owned);
    // A table may have columns of these names; only what came from the directory has a class.
    let (resource, item) = (text("resource")?, text("item"));
    let filed = text("sharing")?;
    let told = text("sharing_now").unwrap_or_else(|| filed.clone());
    let level = u8::try_from(row.get("level")?.as_u64()?).ok()?;
    let now = weigh(&resource, item.as_deref())?;
    if now.level == level && now.sharing == told {
        return None;
    }
    row["level"] = json!(now.level);
    let parts = row.as_object_mut()?;
    match now.sharing == filed {
        true => parts.remove("sharing_now"),
        false => parts.insert("sharing_now".to_owned(), json!(now.sharing)),
    };
    Some(Reweighed {
        resource,
        item,
        level: (level, now.level),
        sharing: (told, now.sharing),
    })
}

impl Run<'_> {
    /// Offers again what was claimed by people whose clearance does not reach any more; answers which tasks.
    fn end_claims_above_clearance(&mut self) -> Vec<super::TaskId> {
        let too_high = |task: &&super::Task| {
            let holder = task.holder;
            holder
                .is_some_and(|holder| people::clearance(&self.case, holder, self.context).is_err())
        };
        let lost: Vec<_> = self
            .case
            .open_tasks()
            .filter(too_high)
            .map(|task| task.id)
            .collect();
        for task in &lost {
            self.record(Event::ClaimLost { task: *task });
        }
        lost
    }
}
