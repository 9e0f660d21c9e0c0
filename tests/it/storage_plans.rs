//! How the database finds rows: every list by an index, in the index's order.

mod asked;
#[cfg(feature = "postgres")]
mod postgres;

use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
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
    let mut wasteful = Vec::new();
    for sql in asked.iter().filter(|sql| !sql.contains("(1=0)")) {
        let plan: Vec<Step> = database
            .db
            .read(|conn| {
                Ok::<_, StorageError>(
                    diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?,
                )
            })
            .unwrap();
        let all = sql.contains("LIMIT") && plan.len() == 1;
        for step in plan {
            // A whole table is read where that is a page of it in the order of its key, or the table is small by nature.
            let small = ["CONSTANT ROW", "calendars"]
                .iter()
                .any(|name| step.detail.ends_with(name));
            let by_index = partial.iter().any(|index| step.detail.ends_with(index))
                || sql.contains("LIMIT") && step.detail.contains("INDEX");
            let scans = step.detail.starts_with("SCAN") && !all && !small && !by_index;
            let sorts = sql.contains("LIMIT") && step.detail.contains("TEMP B-TREE FOR ORDER BY");
            if scans || sorts {
                wasteful.push(format!("{}\n{sql}", step.detail));
            }
        }
    }
    assert!(wasteful.is_empty(), "{}", wasteful.join("\n\n"));
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
