//! Lists of cases: whose they are, narrowed by what stands in columns and by words, page by page.

use std::collections::BTreeSet;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::CaseSummary;
use crate::directory::PersonId;
use crate::storage::columns::one_more;
use crate::storage::connection::MultiBackend;
use crate::storage::schema::{case_resources as named, cases, participants, search_terms as terms};
use crate::storage::search_terms::{self, Range};
use crate::storage::{Addressee, Connection, Page, StorageError};

/// Whose cases a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Those that the person filed.
    FiledBy(PersonId),
    /// Those with any of these among their participants.
    VisibleTo(Vec<Addressee>),
    /// Everybody's.
    All,
}

/// What a list of cases shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFilter {
    /// Whose.
    pub whose: Whose,
    /// Of this workflow only.
    pub workflow: Option<String>,
    /// With this status only.
    pub status: Option<String>,
    /// With this number only.
    pub number: Option<String>,
    /// With all of these words in what they are found by.
    pub text: String,
    /// That name this resource only.
    pub resource: Option<String>,
    /// No data above this level, except in what this person filed.
    pub cleared: Option<(PersonId, u8)>,
}

impl CaseFilter {
    /// All of `whose` cases.
    #[must_use]
    pub fn of(whose: Whose) -> Self {
        Self {
            whose,
            workflow: None,
            status: None,
            number: None,
            text: String::new(),
            resource: None,
            cleared: None,
        }
    }
}

/// A page of cases, newest first, before the key `before`.
///
/// # Errors
/// The database's own failure.
pub fn list(
    conn: &mut Connection,
    filter: &CaseFilter,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<CaseSummary, i64>, StorageError> {
    let before = before.unwrap_or(i64::MAX);
    let few = search_terms::fewest(&search_terms::wanted(&filter.text), |range, most| {
        terms::table
            .filter(terms::term.between(&range.from, &range.to))
            .order((terms::term, terms::case_id))
            .limit(most)
            .select(terms::case_id)
            .load(conn)
    })?;
    let few = few.as_deref();
    let rows = match &filter.whose {
        Whose::FiledBy(person) => filed(conn, filter, few, Some(*person), before, limit)?,
        Whose::All => filed(conn, filter, few, None, before, limit)?,
        Whose::VisibleTo(addressees) => visible(conn, filter, few, addressees, before, limit)?,
    };
    Ok(Page::cut(rows, limit, |case: &CaseSummary| case.id))
}

/// Narrows a query in which `cases` takes part; a macro, because its two users have types of their own.
macro_rules! narrowed {
    ($query:expr, $filter:expr, $few:expr) => {{
        let mut query = $query;
        if let Some(workflow) = &$filter.workflow {
            query = query.filter(cases::workflow_key.eq(workflow.clone()));
        }
        if let Some(status) = &$filter.status {
            query = query.filter(cases::status.eq(status.clone()));
        }
        if let Some(number) = &$filter.number {
            query = query.filter(cases::number.eq(number.clone()));
        }
        if let Some(resource) = &$filter.resource {
            query = query.filter(exists(
                named::table
                    .filter(named::case_id.eq(cases::id))
                    .filter(named::resource.eq(resource.clone())),
            ));
        }
        if let Some((person, clearance)) = $filter.cleared {
            query = query.filter(
                cases::level
                    .le(i32::from(clearance))
                    .or(cases::applicant_id.eq(person)),
            );
        }
        if let Some(few) = $few {
            query = query.filter(cases::id.eq_any(few.to_vec()));
        }
        for Range { from, to } in search_terms::wanted(&$filter.text) {
            query = query.filter(exists(
                terms::table
                    .filter(terms::case_id.eq(cases::id))
                    .filter(terms::term.between(from, to)),
            ));
        }
        query
    }};
}

fn filed(
    conn: &mut Connection,
    filter: &CaseFilter,
    few: Option<&[i64]>,
    by: Option<PersonId>,
    before: i64,
    limit: usize,
) -> Result<Vec<CaseSummary>, StorageError> {
    let query = cases::table
        .filter(cases::id.lt(before))
        .into_boxed::<MultiBackend>();
    let mut query = narrowed!(query, filter, few);
    if let Some(person) = by {
        query = query.filter(cases::applicant_id.eq(person));
    }
    Ok(query
        .order(cases::id.desc())
        .limit(one_more(limit))
        .select(CaseSummary::as_select())
        .load(conn)?)
}

/// The first rows of each addressee, merged: every part is read in the order of its index, and no more of it than a
/// page can show.
fn visible(
    conn: &mut Connection,
    filter: &CaseFilter,
    few: Option<&[i64]>,
    addressees: &[Addressee],
    before: i64,
    limit: usize,
) -> Result<Vec<CaseSummary>, StorageError> {
    let mut ids: BTreeSet<i64> = BTreeSet::new();
    for addressee in addressees {
        let query = participants::table
            .inner_join(cases::table)
            .filter(participants::addressee.eq(addressee.to_string()))
            .filter(participants::case_id.lt(before))
            .into_boxed::<MultiBackend>();
        // One case can be there for several reasons, hence `distinct`.
        let first: Vec<i64> = narrowed!(query, filter, few)
            .select(participants::case_id)
            .distinct()
            .order(participants::case_id.desc())
            .limit(one_more(limit))
            .load(conn)?;
        ids.extend(first);
    }
    let newest: Vec<i64> = ids
        .into_iter()
        .rev()
        .take(limit.saturating_add(1))
        .collect();
    Ok(cases::table
        .filter(cases::id.eq_any(newest))
        .order(cases::id.desc())
        .select(CaseSummary::as_select())
        .load(conn)?)
}
