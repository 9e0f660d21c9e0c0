//! How the database finds rows: every list by an index, in the index's order.

mod asked;
#[cfg(feature = "postgres")]
mod postgres;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use huiqian::storage::{Connection, StorageError};

use crate::storage_lists::{fill_cases, fill_inbox};
use crate::support::databases::sqlite;
use crate::support::seed::{Seed, seed};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite tells how it would answer each statement without being given any values. Pages are neither scanned for nor
/// sorted; a statement for no rows at all (`1=0`) is never run.
#[test]
fn every_list_is_read_by_an_index() {
    let database = sqlite();
    database.db.migrate().unwrap();
    let seed = seed(&database.db);

    let asked: Vec<String> = database
        .db
        .write(move |conn| {
            // Some statements are asked only when others have found something.
            fill_inbox(conn, seed)?;
            fill_cases(conn, seed)?;
            asked_by_lists(conn, seed)
        })
        .unwrap();

    assert!(20 < asked.len(), "{asked:?}");
    let partial: Vec<Step> = database
        .db
        .read(|conn| {
            let sql = "SELECT name AS detail FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'";
            Ok::<_, StorageError>(diesel::sql_query(sql).load(conn)?)
        })
        .unwrap();
    let partial: Vec<String> = partial
        .into_iter()
        .map(|index| format!(" INDEX {}", index.detail))
        .collect();
    let wasteful: Vec<String> = database
        .db
        .write(move |conn| {
            let as_it_is = plans(conn, &asked)?;
            // A database that has grown and was analysed is asked otherwise.
            conn.batch_execute(
                "ANALYZE; INSERT INTO sqlite_stat1 SELECT tbl_name, name, '1 1 1 1' FROM sqlite_master \
                 WHERE type = 'index' AND name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)",
            )?;
            let tables: Vec<Step> = diesel::sql_query(
                "SELECT DISTINCT tbl AS detail FROM sqlite_stat1",
            )
            .load(conn)?;
            let mut grown = Vec::new();
            for table in tables {
                conn.batch_execute(&format!(
                    "UPDATE sqlite_stat1 SET stat = iif(tbl = '{}', '9000000', '50000') || substr(stat, instr(stat, ' ')); \
                     ANALYZE sqlite_schema",
                    table.detail
                ))?;
                grown.extend(plans(conn, &asked)?);
            }
            let told = |(step, sql): (String, String)| format!("{step}\n{sql}");
            let wasteful = as_it_is
                .into_iter()
                .filter(|(step, sql)| is_wasteful(step, sql, &partial));
            let prepared: BTreeSet<_> = grown
                .into_iter()
                .filter(|(step, _)| is_prepared(step))
                .collect();
            Ok::<_, StorageError>(wasteful.chain(prepared).map(told).collect())
        })
        .unwrap();
    assert!(wasteful.is_empty(), "{}", wasteful.join("\n\n"));
}

/// The steps of the statements' plans, each with its statement.
fn plans(conn: &mut Connection, asked: &[String]) -> Result<Vec<(String, String)>, StorageError> {
    let mut steps = Vec::new();
    for sql in asked.iter().filter(|sql| !sql.contains("(1=0)")) {
        let plan: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
        // A page of a table in the order of its key.
        if !(sql.contains("LIMIT") && plan.len() == 1) {
            steps.extend(plan.into_iter().map(|step| (step.detail, sql.clone())));
        }
    }
    Ok(steps)
}

fn is_wasteful(step: &str, sql: &str, partial: &[String]) -> bool {
    // Tables that are small by nature.
    let small = ["CONSTANT ROW", "calendars"]
        .iter()
        .any(|name| step.ends_with(name));
    let by_index = partial.iter().any(|index| step.ends_with(index))
        || sql.contains("LIMIT") && step.contains("INDEX");
    let scans = step.starts_with("SCAN") && !small && !by_index;
    let sorts = sql.contains("LIMIT") && step.contains("TEMP B-TREE FOR ORDER BY");
    scans || sorts
}

/// Whether a whole table is read before the first row is found.
fn is_prepared(step: &str) -> bool {
    ["BLOOM FILTER", "AUTOMATIC"]
        .iter()
        .any(|made| step.contains(made))
}

fn asked_by_lists(conn: &mut Connection, seed: Seed) -> Result<Vec<String>, StorageError> {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = Arc::clone(&heard);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text
                .split(" -- binds")
                .next()
                .unwrap_or_default()
                .to_owned();
            ears.lock().unwrap().push(sql);
        }
    });

    asked::everything(conn, seed)?;
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let heard = heard.lock().unwrap().clone();
    Ok(heard)
}
