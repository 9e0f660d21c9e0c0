//! What PostgreSQL really reads for each list: the plans that it ran with, among many rows of others.

use std::fs;
use std::io::{Read, Seek, SeekFrom};

use diesel::connection::SimpleConnection;
use huiqian::storage::StorageError;
use serde_json::Value;

use super::asked;
use crate::storage_lists::{fill_cases, fill_inbox};
use crate::support::databases;
use crate::support::postgres::Postgres;
use crate::support::seed::seed;

/// Tables below this size are read from end to end.
const SMALL: u64 = 500;
/// A page, a count or a queue needs no more rows than belong to whoever asks; the tables have ten thousand and more.
const MOST_ROWS: u64 = 1500;

/// `auto_explain` writes every plan with the rows that it met into the server's log.
const TELL: &str = "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on; \
                    SET auto_explain.log_timing = off; SET auto_explain.log_format = json;";
const TELL_NOTHING: &str = "SET auto_explain.log_min_duration = -1";
/// A prepared statement is planned for its values so many times before that.
const PLANNED_ANEW: u32 = 5;

/// From the sixth time on, PostgreSQL keeps a plan that does not know the values, where that looks as good to it.
#[test]
fn no_list_reads_more_on_postgresql_than_belongs_to_whoever_asks() {
    let (Some(cluster), Some(database)) = (Postgres::shared(), databases::postgres()) else {
        return;
    };
    database.db.migrate().unwrap();
    let seed = seed(&database.db);
    database
        .db
        .write(move |conn| {
            fill_inbox(conn, seed)?;
            fill_cases(conn, seed)?;
            conn.batch_execute(include_str!("many.sql"))?;
            Ok::<_, StorageError>(())
        })
        .unwrap();
    database
        .db
        .write(|conn| Ok::<_, StorageError>(conn.batch_execute("ANALYZE")?))
        .unwrap();

    let log = cluster.folder().join("log");
    let before = fs::metadata(&log).unwrap().len();
    let asked = database.db.write(move |conn| {
        for time in 1..=PLANNED_ANEW + 1 {
            let told = time == 1 || PLANNED_ANEW < time;
            conn.batch_execute(if told { TELL } else { TELL_NOTHING })?;
            asked::everything(conn, seed)?;
        }
        conn.batch_execute(TELL_NOTHING)?;
        // Nothing of it stays.
        Err::<(), _>(StorageError::Conflict)
    });
    assert!(matches!(asked, Err(StorageError::Conflict)), "{asked:?}");

    let plans = plans(&log, before);
    assert!(160 < plans.len(), "{} plans were told", plans.len());
    let wasteful: Vec<String> = plans.iter().filter_map(wasteful).collect();
    assert!(wasteful.is_empty(), "{}", wasteful.join("\n\n"));
}

/// The plans that were written behind this place of the log.
fn plans(log: &std::path::Path, from: u64) -> Vec<Value> {
    let mut file = fs::File::open(log).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    let mut plans = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.ends_with("plan:") {
            continue;
        }
        let mut plan = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
            plan.push_str(line);
        }
        plans.push(serde_json::from_str(&plan).unwrap());
    }
    plans
}

/// What is wrong with a plan.
fn wasteful(plan: &Value) -> Option<String> {
    let (mut read, mut faults) = (0, Vec::new());
    look(&plan["Plan"], &mut read, &mut faults);
    if MOST_ROWS < read {
        faults.push(format!("{read} rows are read"));
    }
    let told = || serde_json::to_string_pretty(&plan["Plan"]).unwrap_or_default();
    (!faults.is_empty()).then(|| format!("{faults:?} {}\n{}", plan["Query Text"], told()))
}

fn look(node: &Value, read: &mut u64, faults: &mut Vec<String>) {
    let number = |name: &str| node[name].as_u64().unwrap_or(0);
    let passed = [
        "Actual Rows",
        "Rows Removed by Filter",
        "Rows Removed by Index Recheck",
    ];
    let rows: u64 = passed.iter().map(|name| number(name)).sum();
    let rows = rows * number("Actual Loops");
    let kind = node["Node Type"].as_str().unwrap_or_default();
    if kind.contains("Scan") && !kind.starts_with("Bitmap Heap") && !kind.starts_with("CTE") {
        *read += rows;
    }
    if kind == "Seq Scan" && SMALL < rows {
        faults.push(format!("all of {}", node["Relation Name"]));
    }
    for inner in node["Plans"].as_array().into_iter().flatten() {
        look(inner, read, faults);
    }
}
