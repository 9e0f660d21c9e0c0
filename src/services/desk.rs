//! A draft on its author's desk: everything that the pages of the form show of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ulid::Ulid;

use super::cases::By;
use super::drafts::{self, Open};
use super::facts::{Facts, Owner};
use super::{App, Error};
use crate::calendar::{Calendar, Instant};
use crate::engine;
use crate::expression::Scope;
use crate::forms::{self, Answers, CheckContext, Part, Problem, Strictness};
use crate::workflow::{CheckLevel, Text};

/// A draft with what its pages show.
pub struct Desk {
    /// The draft.
    pub open: Open,
    /// The answers as the pages show them: what was typed now over what was saved.
    pub answers: Answers,
    /// The same, canonical where they will do, with what is computed.
    pub canonical: Answers,
    /// Everything that keeps it from being submitted.
    pub problems: Vec<Problem>,
    /// The definition's rules over the answers that do not hold.
    pub held: Vec<Held>,
    /// What guards may read.
    pub scope: Scope,
    /// Facts behind the answers, and what was searched for.
    pub facts: Facts,
    /// The workflow's calendar.
    pub calendar: Arc<Calendar>,
    /// When it was read.
    pub now: Instant,
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it does.
    pub level: CheckLevel,
    /// What it says.
    pub message: Text,
}

/// Lays out a draft for its author, with what was typed but not saved, and with what was typed into search boxes.
pub fn lay_out(
    app: &Arc<App>,
    by: &By,
    ulid: Ulid,
    typed: Answers,
    searches: &BTreeMap<String, String>,
) -> Result<Desk, Error> {
    let (shared, by, searches) = (Arc::clone(app), by.clone(), searches.clone());
    app.db.write(move |conn| {
        let open = drafts::open_in(&shared, conn, &by, ulid)?;
        let now = shared.now();
        let mut answers = open.answers.clone();
        answers.extend(typed);
        let owner = open
            .draft
            .from_case
            .map_or(Owner::Draft(open.draft.id), Owner::Case);
        let facts = Facts::read(
            &shared,
            conn,
            &open.viewer,
            (&open.workflow, &open.case()),
            Some(owner),
            &[&answers, &open.answers],
        )?
        .at("", &answers)
        .search_for(
            conn,
            searches.values().filter(|words| !words.trim().is_empty()),
        )?;
        let scope = drafts::scope(&open.workflow, &open.viewer, now);
        let checked = check(&open, &answers, &scope, &facts);
        let held = held(&open, &checked.answers, &scope);
        Ok::<_, Error>(Desk {
            calendar: shared.calendar(conn, &open.workflow.calendar)?,
            problems: checked.problems,
            canonical: checked.answers,
            open,
            answers,
            held,
            scope,
            facts,
            now,
        })
    })
}

fn check(open: &Open, answers: &Answers, scope: &Scope, facts: &Facts) -> forms::Checked {
    let others = Answers::new();
    let context = CheckContext {
        form: &open.workflow.form,
        scope,
        lookup: facts,
        others: &others,
    };
    let part = engine::asked_at_start(&open.workflow);
    forms::check(&part, answers.clone(), &context, Strictness::Submit)
}

/// A rule that cannot be answered yet does not stand in the way of going on.
fn held(open: &Open, canonical: &Answers, scope: &Scope) -> Vec<Held> {
    let mut scope = scope.clone();
    scope.variables.insert(
        "form".into(),
        forms::scope_value(&open.workflow.form, canonical),
    );
    let checks = open.workflow.checks.iter();
    checks
        .filter(|check| check.that.guard(&scope) == Ok(false))
        .map(|check| Held {
            level: check.level,
            message: check.message.clone(),
        })
        .collect()
}

impl Desk {
    /// The part of the form that is asked.
    #[must_use]
    pub fn part(&self) -> Part<'_> {
        engine::asked_at_start(&self.open.workflow)
    }

    /// What stands in the way of a section.
    pub fn problems_of<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a Problem> {
        let part = self.part().of_section(section);
        self.problems
            .iter()
            .filter(move |problem| part.asks(problem.path.split('.').next().unwrap_or_default()))
    }
}
