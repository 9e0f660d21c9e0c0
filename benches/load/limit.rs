//! The limit: the rows that one case leaves, written again by bare SQL in the same four transactions.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use huiqian::storage::{Db, StorageError};

use crate::postgres::Postgres;

/// A table, the column that says when a row came, and whether other rows need its key.
const TABLES: &[(&str, &str, Option<&str>)] = &[
    ("cases", "submitted_at", Some("c")),
    ("events", "at", None),
    ("tasks", "created_at", Some("t")),
    ("task_offers", "", None),
    ("participants", "since", None),
    ("search_terms", "", None),
    ("outbox", "created_at", Some("o")),
    ("action_links", "created_at", None),
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(db: &Db, sql: String) -> Vec<String> {
    let found = db.read(move |conn| {
        let found: Vec<Line> = diesel::sql_query(sql).load(conn)?;
        Ok::<_, StorageError>(found.into_iter().map(|line| line.line).collect())
    });
    found.expect("read")
}

/// The columns of a table but its key.
fn columns(db: &Db, table: &str, kind: &str) -> Vec<String> {
    lines(
        db,
        match kind {
            "SQLite" => {
                format!("SELECT name AS line FROM pragma_table_info('{table}') WHERE name <> 'id'")
            }
            _ => format!(
                "SELECT column_name::text AS line FROM information_schema.columns WHERE table_name = '{table}' \
                 AND column_name <> 'id' AND table_schema = current_schema() ORDER BY ordinal_position"
            ),
        },
    )
}

/// The four transactions of the case that was filed last, as statements with `:c`, `:t`, `:o` for keys.
pub struct Script {
    /// Each with its statements; the second part names the key that it answers with.
    pub steps: Vec<Vec<(String, Option<&'static str>)>>,
}

impl Script {
    /// From the rows of a case that went through.
    pub fn of(db: &Db, kind: &'static str, case: &str) -> Self {
        let text = |column: &str| match kind {
            "SQLite" => column.to_owned(),
            _ => format!("CAST({column} AS TEXT)"),
        };
        let id = lines(
            db,
            format!("SELECT CAST(id AS TEXT) AS line FROM cases WHERE ulid = '{case}'"),
        )
        .remove(0);
        let moments = lines(
            db,
            format!(
                "SELECT DISTINCT {} AS line FROM events WHERE case_id = {id} ORDER BY 1",
                text("at")
            ),
        );
        let random = match kind {
            "SQLite" => "hex(randomblob(13))",
            _ => "substr(replace(gen_random_uuid()::text, '-', ''), 1, 26)",
        };
        let mut steps: Vec<Vec<(String, Option<&'static str>)>> = vec![Vec::new(); moments.len()];
        steps[0].push((
            "UPDATE number_counters SET next = next + 1".to_owned(),
            None,
        ));
        for step in steps.iter_mut().skip(1) {
            step.push((
                match kind {
                    "SQLite" => "SELECT snapshot FROM cases WHERE id = :c".to_owned(),
                    _ => "SELECT snapshot FROM cases WHERE id = :c FOR UPDATE".to_owned(),
                },
                None,
            ));
            // The snapshot, the revision and the columns of lists are written anew by every step.
            step.push((
                "UPDATE cases SET snapshot = snapshot, revision = revision + 1, awaiting = awaiting, \
                 updated_at = updated_at, due_at = due_at WHERE id = :c"
                    .to_owned(),
                None,
            ));
            step.push(("UPDATE tasks SET state = 'settled', answer = 'approved', settled_by = 1 WHERE id = :t".to_owned(), None));
            step.push((
                "DELETE FROM task_offers WHERE task_id = :t".to_owned(),
                None,
            ));
            step.push((
                "UPDATE action_links SET state = 'revoked' WHERE task_id = :t AND state = 'live'"
                    .to_owned(),
                None,
            ));
            step.push((
                "UPDATE outbox SET state = 'cancelled' WHERE task_id = :t AND state = 'waiting'"
                    .to_owned(),
                None,
            ));
        }
        for (table, since, key) in TABLES {
            let columns = columns(db, table, kind);
            let of = match *table {
                "cases" => format!("id = {id}"),
                // Its offers are gone with its tasks; those of an open case are the same.
                "task_offers" => continue,
                _ => format!("case_id = {id}"),
            };
            let values: Vec<String> = columns
                .iter()
                .map(|column| match (*table, column.as_str()) {
                    (_, "case_id") => "':c'".to_owned(),
                    ("outbox" | "action_links", "task_id") => {
                        format!("CASE WHEN {column} IS NULL THEN 'NULL' ELSE ':t' END")
                    }
                    (_, "mail_id") => "':o'".to_owned(),
                    (_, "ulid" | "message_id" | "token_hash") | ("cases", "number") => {
                        "':random'".to_owned()
                    }
                    ("tasks", "state") => "'''open'''".to_owned(),
                    ("outbox", "state") => "'''waiting'''".to_owned(),
                    ("action_links", "state") => "'''live'''".to_owned(),
                    (_, column) if kind == "SQLite" => format!("quote({column})"),
                    (_, column) => format!("quote_nullable({column}::text)"),
                })
                .collect();
            let glue = "|| ', ' ||";
            let since = match *since {
                "" => text(match kind {
                    "SQLite" => "''",
                    _ => "''::text",
                }),
                since => text(since),
            };
            let order = if *table == "search_terms" || *table == "participants" {
                "1"
            } else {
                "id"
            };
            let rows = lines(
                db,
                format!(
                    "SELECT {since} || '\u{1f}' || {} AS line FROM {table} WHERE {of} ORDER BY {order}",
                    values.join(glue)
                ),
            );
            // Rows of one step go in one statement, unless their keys are needed.
            let mut of_step: Vec<Vec<String>> = vec![Vec::new(); steps.len()];
            for row in rows {
                let (at, values) = row.split_once('\u{1f}').expect("a row");
                let step = moments.iter().position(|moment| moment == at).unwrap_or(0);
                of_step[step].push(values.replace(":random", random));
            }
            for (step, rows) in of_step.into_iter().enumerate() {
                if rows.is_empty() {
                    continue;
                }
                let head = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
                match key {
                    Some(_) => steps[step]
                        .extend(rows.into_iter().map(|row| (format!("{head}({row})"), *key))),
                    None => steps[step].push((format!("{head}({})", rows.join("), (")), None)),
                }
                if *table == "tasks" {
                    steps[step].push((
                        "INSERT INTO task_offers (task_id, addressee, due_sort) VALUES (:t, 'post:section_head@office', '2027-01-01 00:00:00')"
                            .to_owned(),
                        None,
                    ));
                    steps[step].push((
                        "INSERT INTO timers (case_id, fire_at, available_at, attempts) VALUES (:c, '2027-01-01 00:00:00', \
                         '2027-01-01 00:00:00', 0) ON CONFLICT (case_id) DO UPDATE SET fire_at = excluded.fire_at"
                            .to_owned(),
                        None,
                    ));
                }
            }
        }
        if let Some(last) = steps.last_mut() {
            last.push(("DELETE FROM timers WHERE case_id = :c".to_owned(), None));
        }
        // The first of the four writes a draft, the second takes it away.
        let draft = format!(
            "INSERT INTO drafts (ulid, workflow_key, author_id, department, title, answers, revision, created_at, updated_at) \
             VALUES ({random}, 'load', 1, 'office', '人口信息核验', '{}', 1, '2026-11-28 00:00:00', '2026-11-28 00:00:00')",
            crate::office::new_case()["answers"]
        );
        steps[0].push(("DELETE FROM drafts WHERE id = :d".to_owned(), None));
        steps.insert(0, vec![(draft, Some("d"))]);
        Self { steps }
    }

    /// Cases a second by `pgbench` with prepared statements, and milliseconds of the database for each.
    pub fn by_pgbench(
        &self,
        cluster: &Postgres,
        url: &str,
        clients: usize,
        seconds: u64,
    ) -> Option<f64> {
        let mut text = String::new();
        for step in &self.steps {
            text.push_str("BEGIN;\n");
            for (statement, key) in step {
                let statement = escaped(statement);
                match key {
                    Some(key) => {
                        let _ = writeln!(text, "{statement} RETURNING id AS {key} \\gset");
                    }
                    None => {
                        let _ = writeln!(text, "{statement};");
                    }
                }
            }
            text.push_str("COMMIT;\n");
        }
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), text).expect("written");
        let output = Postgres::program("pgbench")?
            .args([
                "-n",
                "-M",
                "prepared",
                "-U",
                "huiqian",
                "-c",
                &clients.to_string(),
                "-j",
                "2",
            ])
            .args(["-T", &seconds.to_string(), "-f"])
            .arg(file.path())
            .arg("-h")
            .arg(cluster.folder())
            .arg(url.rsplit('/').next().expect("a name"))
            .output()
            .expect("pgbench runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().find(|line| line.starts_with("tps"));
        let Some(rate) = line.and_then(|line| line.split_whitespace().nth(2)?.parse().ok()) else {
            println!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr));
            return None;
        };
        Some(rate)
    }

    /// Cases a second by one connection to SQLite, one transaction for each step.
    pub fn by_sqlite(&self, path: &str, span: Duration) -> f64 {
        let mut conn = diesel::SqliteConnection::establish(path).expect("opens");
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
        )
        .expect("set");
        let start = Instant::now();
        let mut cases = 0.0;
        while start.elapsed() < span {
            let mut keys: Vec<(&str, i64)> = Vec::new();
            for step in &self.steps {
                conn.batch_execute("BEGIN IMMEDIATE").expect("begun");
                for (statement, key) in step {
                    let mut statement = statement.clone();
                    for (name, id) in keys.iter().rev() {
                        statement = with_key(&statement, name, *id);
                    }
                    diesel::sql_query(statement)
                        .execute(&mut conn)
                        .expect("written");
                    if let Some(key) = key {
                        let id: i64 = diesel::select(
                            diesel::dsl::sql::<diesel::sql_types::BigInt>("last_insert_rowid()"),
                        )
                        .get_result(&mut conn)
                        .expect("a key");
                        keys.push((key, id));
                    }
                }
                conn.batch_execute("COMMIT").expect("committed");
            }
            cases += 1.0;
        }
        cases / start.elapsed().as_secs_f64()
    }
}

/// `:c` as the key, where it stands by itself.
fn with_key(statement: &str, name: &str, id: i64) -> String {
    let id = id.to_string();
    let mut text = statement.to_owned();
    for end in [",", ")", " "] {
        text = text.replace(&format!(":{name}{end}"), &format!("{id}{end}"));
    }
    match text.strip_suffix(&format!(":{name}")) {
        Some(start) => format!("{start}{id}"),
        None => text,
    }
}

/// Colons within texts are not the names of pgbench's variables.
fn escaped(statement: &str) -> String {
    let mut text = String::new();
    for (number, part) in statement.split('\'').enumerate() {
        match number % 2 {
            0 => text.push_str(part),
            _ => {
                text.push_str(if part.contains(':') || part.contains('\\') {
                    "E'"
                } else {
                    "'"
                });
                let body = match part.contains(':') || part.contains('\\') {
                    true => part.replace('\\', "\\\\").replace(':', "\\x3a"),
                    false => part.to_owned(),
                };
                text.push_str(&body);
                text.push('\'');
            }
        }
    }
    text
}
