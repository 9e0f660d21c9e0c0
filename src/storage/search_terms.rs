//! Table `search_terms`: texts as pairs of characters, so that Chinese can be found without a dictionary and without
//! reading every row.

use std::collections::BTreeSet;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use serde_json::Value;

use super::connection::{JsonDoc, MultiBackend};
use super::schema::search_terms;
use super::{Connection, StorageError, Writes, at_once};

/// Terms from one to another, both included. A term wanted whole is a range of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: String,
    pub(super) to: String,
}

/// Makes `texts` what the case is found by.
///
/// # Errors
/// The database's own failure.
pub fn replace<'a>(
    conn: &mut Connection,
    case: i64,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<(), StorageError> {
    diesel::delete(search_terms::table.filter(search_terms::case_id.eq(case))).execute(conn)?;
    at_once(conn, |writes| add(writes, case, texts))
}

/// Adds what a case is found by that was just filed.
pub fn add<'a>(writes: &mut Writes, case: i64, texts: impl IntoIterator<Item = &'a str>) {
    let terms = of(texts).into_iter().map(Value::from).collect();
    writes.add(Insert { case, terms });
}

/// All terms as one value, so that the statement is the same however many there are.
struct Insert {
    case: i64,
    terms: Value,
}

impl QueryId for Insert {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<MultiBackend> for Insert {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        let each = match out.backend() {
            MultiBackend::Sqlite(_) => "json_each(",
            #[cfg(feature = "postgres")]
            MultiBackend::Pg(_) => "jsonb_array_elements_text(",
        };
        out.push_sql("INSERT INTO search_terms (term, case_id) SELECT value, ");
        out.push_bind_param::<BigInt, _>(&self.case)?;
        out.push_sql(" FROM ");
        out.push_sql(each);
        out.push_bind_param::<JsonDoc, _>(&self.terms)?;
        out.push_sql(")");
        Ok(())
    }
}

/// The terms of some texts: every pair of neighbours in a word, and its last character, so that every character begins
/// a term.
pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for word in texts.into_iter().flat_map(words) {
        terms.extend(word.windows(2).map(String::from_iter));
        terms.extend(word.last().map(char::to_string));
    }
    terms
}

/// The terms that must all be there for a text to be found by `query`.
pub(super) fn wanted(query: &str) -> Vec<Range> {
    let mut ranges = Vec::new();
    for word in words(query) {
        match word.as_slice() {
            [only] => ranges.push(Range {
                from: only.to_string(),
                to: format!("{only}{}", char::MAX),
            }),
            longer => ranges.extend(longer.windows(2).map(|pair| {
                let term = String::from_iter(pair);
                Range {
                    from: term.clone(),
                    to: term,
                }
            })),
        }
    }
    ranges.dedup();
    ranges
}

/// So few rows are looked through one by one.
const FEW: usize = 500;

/// Where a list begins that searches for these: with the rows that have the rarest, if they are few. Else it goes through
/// the newest rows, among which something frequent is soon found. `having` reads so many rows of one range.
pub(super) fn fewest(
    ranges: &[Range],
    mut having: impl FnMut(&Range, i64) -> QueryResult<Vec<i64>>,
) -> QueryResult<Option<Vec<i64>>> {
    let mut fewest: Option<Vec<i64>> = None;
    for range in ranges {
        let less = fewest.as_ref().map_or(FEW, Vec::len);
        let found = having(range, i64::try_from(less).unwrap_or(i64::MAX))?;
        if found.len() < less {
            fewest = Some(found);
        }
    }
    Ok(fewest)
}

/// Runs of letters and digits: in lower case, and with full-width forms made plain.
fn words(text: &str) -> Vec<Vec<char>> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.chars()
                .map(plain)
                .flat_map(char::to_lowercase)
                .collect()
        })
        .collect()
}

fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(query: &str, text: &str) -> bool {
        let terms = of([text]);
        wanted(query).iter().all(|range| {
            terms
                .range(range.from.clone()..=range.to.clone())
                .next()
                .is_some()
        })
    }

    #[test]
    fn a_text_is_found_by_any_of_its_parts() {
        let text = "关于共享法人〔基础〕信息的申请 2026-ABC";

        for query in [
            "共享",
            "共享法人",
            "信",
            "请",
            "基础 信息",
            "abc",
            "ＡＢＣ",
            "2026 申请",
        ] {
            assert!(finds(query, text), "{query}");
        }
    }

    #[test]
    fn a_text_is_not_found_by_what_it_does_not_say() {
        for query in ["销毁", "享共", "水", "共享 销毁"] {
            assert!(!finds(query, "关于共享法人基础信息的申请"), "{query}");
        }
    }

    #[test]
    fn signs_alone_ask_for_nothing() {
        assert_eq!(wanted(" %_'\";-- "), []);
    }
}
