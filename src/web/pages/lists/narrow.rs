//! The fields above a list: words, workflow and deadline, and the rows that they leave.

use crate::calendar::{Calendar, Instant, day_of, last_day};
use crate::services::lists;
use crate::storage::Page;
use crate::web::pages::failure::Failure;
use crate::web::pages::words;
use crate::web::session::{Reader, Visit};
use crate::web::views::Filter;

use super::ROWS;

/// So many pages of rows are looked through for those that match; then the reader goes on with a click.
const PAGES: usize = 20;
/// Deadlines within so many working days are soon.
const SOON: i64 = 3;

/// A place in a list.
pub trait Place: Copy {}

/// What a row is narrowed by.
pub struct Narrowing {
    /// Number, departments, title and data.
    pub words: String,
    /// Its workflow.
    pub workflow: String,
    /// How it stands: `open`, `in_force`, `suspended`, `ended`.
    pub status: &'static str,
    /// Its deadline.
    pub due: Option<Instant>,
    /// Whether a clock of it stands still.
    pub paused: bool,
}

/// What the query asks for.
pub struct Narrowed {
    text: String,
    words: Vec<String>,
    workflow: Option<String>,
    status: String,
    due: String,
    workflows: Vec<(String, String)>,
    limit: usize,
    now: Instant,
    calendar: Calendar,
}

impl Narrowed {
    pub fn of(visit: &Visit, reader: &Reader) -> Result<Self, Failure> {
        let text: String = visit
            .param("k")
            .unwrap_or_default()
            .trim()
            .chars()
            .take(100)
            .collect();
        let workflows = lists::workflows(&visit.app, &reader.viewer)?
            .into_iter()
            .map(|(version, workflow, _)| (version.key, words::pick(visit, &workflow.title)))
            .collect();
        Ok(Self {
            words: text
                .to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            text,
            workflow: visit
                .param("workflow")
                .filter(|key| !key.is_empty())
                .map(str::to_owned),
            status: visit.param("status").unwrap_or_default().to_owned(),
            due: visit.param("due").unwrap_or_default().to_owned(),
            workflows,
            limit: ROWS.min(visit.app.settings.limits.page_size),
            now: visit.app.now(),
            calendar: Calendar::cn_gov(),
        })
    }

    /// The fields as they stand: of tasks their deadlines, of cases how they stand.
    pub fn filter(&self, visit: &Visit, with_due: bool) -> Filter {
        let due = if with_due { self.due.as_str() } else { "" };
        Filter {
            statuses: match with_due {
                true => Vec::new(),
                false => Filter::statuses(&self.status, visit.language),
            },
            text: self.text.clone(),
            workflows: Filter::workflows(&self.workflows, self.workflow.as_deref(), visit.language),
            dues: if with_due {
                Filter::dues(due, visit.language)
            } else {
                Vec::new()
            },
            active: self.is_active(),
        }
    }

    /// What a workflow is called; one that is no longer in force, by its key.
    pub fn workflow_title<'a>(&'a self, key: &'a str) -> &'a str {
        self.workflows
            .iter()
            .find(|(known, _)| known == key)
            .map_or(key, |(_, title)| title)
    }

    fn is_active(&self) -> bool {
        !self.words.is_empty()
            || self.workflow.is_some()
            || !self.due.is_empty()
            || !self.status.is_empty()
    }

    /// A page of the rows that match, and where the next begins.
    pub fn gather<T, C: Place>(
        &self,
        from: Option<C>,
        mut fetch: impl FnMut(Option<C>, usize) -> Result<Page<T, C>, Failure>,
        narrowing: impl Fn(&T) -> Narrowing,
    ) -> Result<(Vec<T>, Option<C>), Failure> {
        let mut found = Vec::new();
        let mut place = from;
        for _ in 0..PAGES {
            let page = fetch(place, self.limit)?;
            found.extend(
                page.rows
                    .into_iter()
                    .filter(|row| !self.is_active() || self.matches(&narrowing(row))),
            );
            place = page.next;
            if place.is_none() || self.limit <= found.len() {
                break;
            }
        }
        Ok((found, place))
    }

    fn matches(&self, row: &Narrowing) -> bool {
        let haystack = row.words.to_lowercase();
        let texts = self.words.iter().all(|word| haystack.contains(word));
        let workflow = self
            .workflow
            .as_ref()
            .is_none_or(|key| *key == row.workflow);
        let status = self.status.is_empty() || self.status == row.status;
        texts && workflow && status && self.due_matches(row)
    }

    fn due_matches(&self, row: &Narrowing) -> bool {
        match self.due.as_str() {
            "late" => row.due.is_some_and(|due| due <= self.now),
            "soon" => row.due.is_some_and(|due| {
                self.now < due
                    && self
                        .calendar
                        .working_days_between(day_of(self.now), last_day(due))
                        <= SOON
            }),
            "paused" => row.paused,
            _ => true,
        }
    }
}
