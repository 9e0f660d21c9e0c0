//! Holds `schema.rs` to the tables that the migrations make.

use std::collections::BTreeSet;

use diesel::debug_query;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use super::{Connection, Db, StorageError, schema};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Reads every column that `schema.rs` names, and answers with the columns that it does not.
macro_rules! unnamed_columns {
    ($conn:expr, $($table:ident)+) => {{
        let mut known = BTreeSet::new();
        let mut unnamed: Vec<String> = Vec::new();
        $(
            let query = schema::$table::table.select(schema::$table::all_columns).limit(0);
            query.execute($conn)?;
            let sql = debug_query::<Sqlite, _>(&query).to_string();
            for column in columns($conn, stringify!($table))? {
                if !sql.contains(&format!("`{}`.`{column}`", stringify!($table))) {
                    unnamed.push(format!("{}.{column}", stringify!($table)));
                }
            }
            known.insert(stringify!($table).to_owned());
        )+
        unnamed.extend(tables($conn)?.difference(&known).cloned());
        unnamed
    }};
}

fn columns(conn: &mut Connection, table: &str) -> Result<Vec<String>, StorageError> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    let rows: Vec<Column> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|column| column.name).collect())
}

fn tables(conn: &mut Connection) -> Result<BTreeSet<String>, StorageError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' \
               AND name NOT LIKE 'sqlite%' AND name <> '__diesel_schema_migrations'";
    let rows: Vec<Column> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|table| table.name).collect())
}

#[test]
fn the_schema_names_every_column_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(
        &format!("sqlite:{}", folder.path().join("test.db").display()),
        1,
    )
    .unwrap();
    db.migrate().unwrap();

    let unnamed = db.read(|conn| {
        Ok::<_, StorageError>(unnamed_columns!(
            conn,
            roles departments people posts substitutes directory_state resources resource_items resource_terms workflow_versions workflow_drafts cases drafts events participants copies search_terms number_counters tasks task_offers timers calendars calendar_days outbox action_links mailbox sessions api_tokens login_attempts idempotency_keys personal_values attachments register_entries register_values register_departments register_terms register_dates register_history register_marks register_rounds started_cases turns opinions webhook_messages webhook_stops outbox_pauses outbox_archive resendings log_state log_leaves log_nodes checkpoints resource_versions resource_imports case_resources rechecks
        ))
    });

    assert_eq!(unnamed.unwrap(), Vec::<String>::new());
}
