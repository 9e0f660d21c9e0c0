//! Many cases, made after one that went over HTTP: the tables by SQL, the events with hashes of their own.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use huiqian::audit::{Algorithm, GENESIS, chain::Link};
use huiqian::storage::events::{self, EventRow};
use huiqian::storage::{Db, StorageError, cases};

use crate::office::{number, sql};
use crate::postgres::Postgres;

/// What the rows refer to is there.
const UNCHECKED: &str = "SET session_replication_role = replica";
/// When the timers of the copies are due until they are let go: both of its times, or the server would take it for what a
/// wrong clock has put off and bring it forward.
pub const PARKED: &str = "2099-01-01 00:00:00";
/// Departments share out the cases, and hold no more of them than so many, however many there are.
const DEPARTMENTS: usize = 2000;
const FOR_EACH: usize = 50;
/// Rows of one statement on SQLite.
const ROWS: usize = 500;

/// A database that is filled.
pub struct Filling<'a> {
    pub db: &'a Db,
    pub url: &'a str,
    pub cluster: Option<&'a Postgres>,
}

/// How a row is moved to another case: one of `of` departments, unless it is among the first `here`.
struct Place {
    here: usize,
    of: usize,
}

impl Place {
    /// Behind the names of departments, in SQL.
    fn sql(&self) -> String {
        let Self { here, of } = self;
        format!("CASE WHEN n.i <= {here} THEN '' ELSE CAST(1 + n.i % {of} AS TEXT) END")
    }

    fn of(&self, i: usize) -> String {
        match i <= self.here {
            true => String::new(),
            false => (1 + i % self.of).to_string(),
        }
    }
}

impl Filling<'_> {
    /// Copies the case `filed` so many times; `here` of the copies stay in its department.
    pub fn copies(&self, filed: &str, count: usize, here: usize) {
        let place = Place {
            here,
            of: count.div_ceil(FOR_EACH).clamp(1, DEPARTMENTS),
        };
        let filed = filed.parse().expect("an id");
        let (id, case_number) = self
            .db
            .read(|conn| {
                let case = cases::get(conn, filed)?.expect("the case").summary;
                Ok::<_, StorageError>((case.id, case.number.expect("a number")))
            })
            .expect("read");
        let last = number(self.db, "SELECT COALESCE(MAX(id), 0) AS number FROM cases");
        let rows = self.rows(id, &case_number, count, &place);
        sql(
            self.db,
            match self.cluster {
                Some(_) => format!("{UNCHECKED};\n{rows}\nSET session_replication_role = DEFAULT"),
                None => rows,
            },
        );
        self.events(id, &case_number, last, count, &place);
        self.settle();
    }

    /// What is filled at once leaves work behind that would have been done on the way over years: dead and new rows to be
    /// looked through, pages to be written. It is done here, and not beside what is measured.
    pub fn settle(&self) {
        let Some(mut psql) = self.psql() else {
            return sql(self.db, "ANALYZE".to_owned());
        };
        let ended = psql
            .args(["-c", "VACUUM (ANALYZE)", "-c", "CHECKPOINT"])
            .status();
        assert!(ended.expect("psql runs").success());
    }

    /// PostgreSQL's own client on the database, if it is that.
    fn psql(&self) -> Option<Command> {
        let mut psql = Postgres::program("psql").expect("psql");
        psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-U", "huiqian", "-h"])
            .arg(self.cluster?.folder())
            .arg("-d")
            .arg(self.url.rsplit('/').next().expect("a name"));
        Some(psql)
    }

    fn rows(&self, filed: i64, case_number: &str, count: usize, place: &Place) -> String {
        let postgres = self.cluster.is_some();
        let numbers = match postgres {
            true => format!("WITH n(i) AS (SELECT generate_series(1, {count}))"),
            false => format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            ),
        };
        let next = |table: &str| {
            number(
                self.db,
                &format!("SELECT COALESCE(MAX(id), 0) AS number FROM {table}"),
            )
        };
        let [case, task, entry, mail] = ["cases", "tasks", "register_entries", "outbox"].map(next);
        let tasks = number(
            self.db,
            &format!("SELECT COUNT(*) AS number FROM tasks WHERE case_id = {filed}"),
        );
        let suffix = place.sql();
        let ulid = |mark: &str, key: &str| match postgres {
            true => format!("'{mark}' || lpad(({key})::text, 24, '0')"),
            false => format!("'{mark}' || printf('%024d', {key})"),
        };
        let moved = |column: &str| {
            format!(
                "CASE WHEN {column} LIKE '%office' THEN {column} || {suffix} WHEN n.i <= {here} THEN {column} \
                 ELSE {column} || CAST(1 + n.i % {of} AS TEXT) END",
                here = place.here,
                of = place.of
            )
        };
        let jsonb = if postgres { "::jsonb" } else { "" };
        let snapshot = format!(
            "replace(replace(replace(CAST(snapshot AS TEXT), '\"{case_number}\"', '\"N' || ({case} + n.i) || '\"'), '\"office\"', \
             '\"office' || {suffix} || '\"'), '@office\"', '@office' || {suffix} || '\"'){jsonb}"
        );
        let document = format!(
            "('{{\"branch\":null,\"element\":\"\",\"values\":{{\"resource\":\"R' || n.i || '\",\"item\":\"I1\",\"requester\":\"office\",\
             \"provider\":\"authority\",\"purpose\":\"办理医保待遇核验时核对参保人信息。\",\"until\":\"2027-12-31\"}}}}'){jsonb}"
        );
        // The tasks, mails and links of the copies stand side by side in the order of the first case's.
        let place_of = |table: &str| {
            format!(
                "(SELECT id, row_number() OVER (ORDER BY id) AS at FROM {table} WHERE case_id = {filed})"
            )
        };
        let (task_at, mail_at) = (place_of("tasks"), place_of("outbox"));
        let mails = number(
            self.db,
            &format!("SELECT COUNT(*) AS number FROM outbox WHERE case_id = {filed}"),
        );
        let task_key = format!("{task} + (n.i - 1) * {tasks} + p.at");
        let mail_key = format!("{mail} + (n.i - 1) * {mails} + p.at");
        let mut text = format!(
            "INSERT INTO departments (code, name, short_name, parent, region, level, authority, active) {numbers} \
             SELECT code || CAST(n.i AS TEXT), name, short_name, parent, region, level, authority, active FROM n, departments \
             WHERE code = 'office' AND n.i <= {of} ON CONFLICT DO NOTHING;
             INSERT INTO cases (id, ulid, number, workflow_key, version_id, status, outcome, end_id, title, applicant_id, department, \
             authority, snapshot, revision, level, due_at, awaiting, submitted_at, updated_at, ended_at, hold, keep_until) {numbers} \
             SELECT {case} + n.i, {ulid_of_case}, 'N' || ({case} + n.i), workflow_key, version_id, status, outcome, end_id, title, \
             applicant_id, 'office' || {suffix}, authority, {snapshot}, revision, level, due_at, awaiting, submitted_at, updated_at, \
             ended_at, hold, keep_until FROM n, cases c WHERE c.id = {filed};
             INSERT INTO tasks (id, ulid, case_id, number, stage, stage_title, round, seat, asks, state, person_id, post, due_at, law, \
             level, created_at, settled_at, settled_by, answer, revision) {numbers} \
             SELECT {task_key}, {ulid_of_task}, {case} + n.i, t.number, stage, stage_title, round, seat, asks, state, person_id, post, \
             due_at, law, level, created_at, settled_at, settled_by, answer, revision FROM n, tasks t JOIN {task_at} p ON p.id = t.id;
             INSERT INTO task_offers (task_id, addressee, due_sort) {numbers} SELECT {task_key}, {offered}, o.due_sort \
             FROM n, task_offers o JOIN {task_at} p ON p.id = o.task_id;
             INSERT INTO participants (case_id, addressee, reason, since) {numbers} SELECT {case} + n.i, {taking_part}, o.reason, o.since \
             FROM n, participants o WHERE o.case_id = {filed};
             INSERT INTO search_terms (term, case_id) {numbers} SELECT o.term, {case} + n.i FROM n, search_terms o WHERE o.case_id = {filed};
             INSERT INTO timers (case_id, fire_at, available_at, attempts) {numbers} \
             SELECT {case} + n.i, '{PARKED}', '{PARKED}', 0 FROM n, timers t WHERE t.case_id = {filed};
             INSERT INTO outbox (id, ulid, kind, notice, case_id, task_id, recipient_id, params, message_id, state, available_at, \
             attempts, created_at, sent_at, deliver_until) {numbers} \
             SELECT {mail_key}, {ulid_of_mail}, kind, notice, {case} + n.i, NULL, recipient_id, params, 'm' || ({mail_key}), 'sent', \
             available_at, 1, created_at, created_at, deliver_until FROM n, outbox o JOIN {mail_at} p ON p.id = o.id;
             INSERT INTO register_entries (id, ulid, register, case_id, entry, department, status, document, opened_at, updated_at) \
             {numbers} SELECT {entry} + n.i, {ulid_of_entry}, 'grants', {case} + n.i, 'grants:', 'office' || {suffix}, 'in_force', \
             {document}, c.submitted_at, c.updated_at FROM n, cases c WHERE c.id = {filed};
             INSERT INTO register_departments (entry_id, register, department) {numbers} \
             SELECT {entry} + n.i, 'grants', 'office' || {suffix} FROM n;\n",
            of = place.of,
            ulid_of_case = ulid("01", &format!("{case} + n.i")),
            ulid_of_task = ulid("03", &task_key),
            ulid_of_mail = ulid("04", &mail_key),
            ulid_of_entry = ulid("02", &format!("{entry} + n.i")),
            offered = moved("o.addressee"),
            taking_part = moved("o.addressee"),
        );
        if postgres {
            for table in ["cases", "tasks", "outbox", "register_entries"] {
                let _ = writeln!(
                    text,
                    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}));"
                );
            }
        }
        text
    }

    /// The same events in each case, one case after another, with their chains.
    fn events(&self, filed: i64, case_number: &str, last: i64, count: usize, place: &Place) {
        let (rows, times) = (self.rows_of(filed), self.times_of(filed));
        let mut sink = Sink::new(self);
        for i in 1..=count {
            let id = last + i64::try_from(i).expect("a key");
            let (ulid, own) = (format!("01{id:024}"), place.of(i));
            let mut previous = GENESIS.to_owned();
            for (row, time) in rows.iter().zip(&times) {
                let body = row
                    .body
                    .replace(&format!("\"{case_number}\""), &format!("\"N{id}\""))
                    .replace("\"office\"", &format!("\"office{own}\""))
                    .replace("@office\"", &format!("@office{own}\""));
                let link = Link {
                    algorithm: Algorithm::named(&row.algorithm).expect("known"),
                    case: &ulid,
                    seq: row.seq,
                    previous: &previous,
                    body: &body,
                    actor: row.actor_id.map(|person| person.0),
                    on_behalf: row.on_behalf_id.map(|person| person.0),
                    channel: &row.channel,
                    at: row.at,
                    version: row.version_id,
                };
                let hash = link.hash();
                sink.row(id, row, time, &body, &previous, &hash);
                previous = hash;
            }
        }
        sink.end();
    }

    fn rows_of(&self, filed: i64) -> Vec<EventRow> {
        let found = self.db.read(|conn| events::of_case(conn, filed));
        found
            .expect("read")
            .into_iter()
            .map(|stored| stored.event)
            .collect()
    }

    /// When each event was, as the database writes it.
    fn times_of(&self, filed: i64) -> Vec<String> {
        crate::lines(
            self.db,
            &format!(
                "SELECT CAST(at AS TEXT) AS line FROM events WHERE case_id = {filed} ORDER BY seq"
            ),
        )
    }
}

const COLUMNS: &str =
    "case_id, seq, kind, body, actor_id, channel, at, version_id, algorithm, previous_hash, hash";

/// Where events go: through `COPY` on PostgreSQL, in long statements of one transaction on SQLite.
enum Sink<'a> {
    Copy(
        std::process::Child,
        std::io::BufWriter<std::process::ChildStdin>,
    ),
    Statements {
        db: &'a Db,
        text: String,
        rows: usize,
    },
}

impl<'a> Sink<'a> {
    fn new(filling: &Filling<'a>) -> Self {
        let Some(mut psql) = filling.psql() else {
            return Self::Statements {
                db: filling.db,
                text: String::new(),
                rows: 0,
            };
        };
        let copy = format!("COPY events ({COLUMNS}) FROM STDIN");
        let mut psql = psql
            .args(["-c", UNCHECKED, "-c", &copy])
            .stdin(Stdio::piped())
            .spawn()
            .expect("psql runs");
        let input = psql.stdin.take().expect("its input");
        Self::Copy(psql, std::io::BufWriter::with_capacity(1 << 20, input))
    }

    fn row(
        &mut self,
        case: i64,
        row: &EventRow,
        time: &str,
        body: &str,
        previous: &str,
        hash: &str,
    ) {
        let EventRow {
            seq,
            kind,
            channel,
            version_id,
            algorithm,
            ..
        } = row;
        let actor = row.actor_id.map(|person| person.0.to_string());
        match self {
            Self::Copy(_, out) => {
                let (actor, body) = (actor.unwrap_or("\\N".into()), body.replace('\\', "\\\\"));
                writeln!(
                    out,
                    "{case}\t{seq}\t{kind}\t{body}\t{actor}\t{channel}\t{time}\t{version_id}\t{algorithm}\t{previous}\t{hash}"
                )
                .expect("psql reads");
            }
            Self::Statements { db, text, rows } => {
                let (actor, body) = (actor.unwrap_or("NULL".into()), body.replace('\'', "''"));
                match *rows % ROWS {
                    0 => {
                        let _ = write!(text, ";\nINSERT INTO events ({COLUMNS}) VALUES ");
                    }
                    _ => text.push_str(", "),
                }
                let _ = write!(
                    text,
                    "({case}, {seq}, '{kind}', '{body}', {actor}, '{channel}', '{time}', {version_id}, '{algorithm}', '{previous}', '{hash}')"
                );
                *rows += 1;
                if *rows == 100 * ROWS {
                    *rows = 0;
                    sql(db, std::mem::take(text));
                }
            }
        }
    }

    fn end(self) {
        match self {
            Self::Copy(mut psql, out) => {
                drop(out);
                assert!(psql.wait().expect("psql ends").success());
            }
            Self::Statements { db, text, .. } => sql(db, text),
        }
    }
}
