//! What a database knows that trials can use: its directory and catalogue, and how long the stages of a workflow took.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{App, Error, calendars, catalogue, demo};
use crate::calendar::Calendar;
use crate::catalogue::Resource;
use crate::directory::Directory;
use crate::engine::EDITING;
use crate::storage::tasks::Settled;
use crate::storage::{self, Db};
use crate::trial::crowd::{Estimate, Time};
use crate::trial::script::{self, Shelf};
use crate::workflow::place::id_of;

/// The name under which trials on pages have the system's own directory and catalogue.
pub const OWN: &str = "system";
/// The name of the demonstration's.
const DEMO: &str = "demo";

/// What trials on pages can name: the demonstration's directory and catalogue, and the system's own.
pub struct Here {
    directory: Arc<Directory>,
    catalogue: Vec<Resource>,
}

/// What there is here; the catalogue is read only for a text that may name it.
///
/// # Errors
/// The database's own failure.
pub fn here(app: &Arc<App>, text: &str) -> Result<Here, Error> {
    Ok(Here {
        directory: app.directory_now()?,
        catalogue: match text.contains(OWN) {
            true => app.db.read(catalogue::all)?,
            false => Vec::new(),
        },
    })
}

impl Shelf for Here {
    fn directory(&self, name: &str) -> Result<Directory, String> {
        match name {
            OWN => Ok((*self.directory).clone()),
            DEMO => script::read_directory(demo::DIRECTORY),
            _ => Err(elsewhere()),
        }
    }

    fn catalogue(&self, name: &str) -> Result<Vec<Resource>, String> {
        match name {
            OWN => Ok(self.catalogue.clone()),
            DEMO => script::read_catalogue(demo::CATALOGUE),
            _ => Err(elsewhere()),
        }
    }
}

fn elsewhere() -> String {
    format!("{OWN}, {DEMO}")
}

/// So many tasks tell enough.
const MOST: i64 = 20_000;

/// Estimates by stage from the tasks that were settled: how long they lay, in hours of the calendar of this name, and how
/// often they were refused, returned, or asked for more.
///
/// # Errors
/// The database's own failure.
pub fn estimates(
    db: &Db,
    workflow: &str,
    calendar: &str,
) -> Result<BTreeMap<String, Estimate>, Error> {
    db.read(|conn| {
        let calendar = calendars::load(conn, calendar)?;
        let settled = storage::tasks::settled(conn, workflow, MOST)?;
        Ok(of_tasks(&settled, &calendar))
    })
}

/// What is counted of a stage.
#[derive(Default)]
struct Count {
    hours: Vec<f64>,
    refused: usize,
    returned: usize,
    supplied: usize,
}

fn of_tasks(settled: &[Settled], calendar: &Calendar) -> BTreeMap<String, Estimate> {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for task in settled {
        let Some(at) = task.settled_at else { continue };
        let stage = id_of(&task.stage);
        let asked = match task.asks.as_str() {
            "edit" | "supply" => EDITING,
            _ => stage,
        };
        let worked = calendar.worked(task.created_at, at);
        #[allow(clippy::cast_precision_loss)]
        let hours = worked.num_seconds() as f64 / 3600.0;
        let count = counts.entry(asked.to_owned()).or_default();
        count.hours.push(hours);
        match task.answer.as_deref() {
            Some("rejected" | "refused") => count.refused += 1,
            Some("returned") => count.returned += 1,
            Some("supplied") => counts.entry(stage.to_owned()).or_default().supplied += 1,
            _ => {}
        }
    }
    let stages = counts
        .into_iter()
        .filter(|(_, count)| !count.hours.is_empty());
    stages
        .map(|(stage, count)| (stage, estimate(count)))
        .collect()
}

fn estimate(count: Count) -> Estimate {
    #[allow(clippy::cast_precision_loss)]
    let share = |part: usize| part as f64 / count.hours.len() as f64;
    Estimate {
        refuse: share(count.refused),
        back: share(count.returned),
        supplement: share(count.supplied).min(1.0),
        time: Time::Elapsed(count.hours),
        choices: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::testing::time;

    fn settled(stage: &str, asks: &str, answer: &str, until: &str) -> Settled {
        Settled {
            stage: stage.to_owned(),
            asks: asks.to_owned(),
            answer: Some(answer.to_owned()),
            created_at: time("2026-10-12 09:00"),
            settled_at: Some(time(until)),
        }
    }

    #[test]
    fn times_are_working_hours_by_stage_in_whatever_branch() {
        let found = of_tasks(
            &[
                settled("review[p1]", "sign", "approved", "2026-10-12 11:00"),
                settled("review[p2]", "sign", "rejected", "2026-10-13 10:00"),
                settled("intake", "sign", "approved", "2026-10-12 10:00"),
                settled("intake", "supply", "supplied", "2026-10-13 09:00"),
            ],
            &Calendar::cn_gov(),
        );

        assert_eq!(found["review"].time, Time::Elapsed(vec![2.0, 8.0]));
        assert_eq!(found["review"].refuse, 0.5);
        assert_eq!(found["intake"].supplement, 1.0);
        assert_eq!(found["applicant"].time, Time::Elapsed(vec![7.0]));
    }
}
