//! What holds whatever went wrong: told by the database, by what clients were told, and by the mails that arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use huiqian::audit::anchor::Anchors;
use huiqian::config::{KeySettings, Secret};
use huiqian::services::audit::log::{self, Witness};
use huiqian::services::audit::{self, Which};
use huiqian::storage::{Connection, Db, StorageError};

use super::smtp::{Received, SmtpServer};

/// How often clients were told that something was done: the case's public id and the kind of its event.
pub type Told = BTreeMap<(String, &'static str), i64>;

/// Each is broken by the rows that it finds, and tells which.
const NEVER: &[(&str, &str)] = &[
    (
        "an open task on a closed case",
        "SELECT cases.ulid || '/' || tasks.number AS word FROM tasks JOIN cases ON cases.id = tasks.case_id \
         WHERE cases.status = 'ended' AND tasks.state = 'open'",
    ),
    (
        "a timer of a closed case",
        "SELECT cases.ulid AS word FROM timers JOIN cases ON cases.id = timers.case_id \
         WHERE cases.status = 'ended'",
    ),
    (
        "a live link on a closed task",
        "SELECT tasks.ulid AS word FROM action_links JOIN tasks ON tasks.id = action_links.task_id \
         WHERE action_links.state = 'live' AND tasks.state <> 'open'",
    ),
    (
        "an open task that nobody is told of",
        "SELECT tasks.ulid AS word FROM tasks JOIN cases ON cases.id = tasks.case_id WHERE tasks.state = 'open' AND NOT EXISTS \
         (SELECT 1 FROM outbox WHERE outbox.task_id = tasks.id AND outbox.state <> 'cancelled') AND NOT EXISTS \
         (SELECT 1 FROM outbox WHERE outbox.case_id = cases.id AND outbox.recipient_id = cases.applicant_id AND \
         outbox.notice IN ('returned', 'supplement') AND tasks.created_at <= outbox.created_at)",
    ),
    (
        "an ended case whose applicant is not told",
        "SELECT cases.ulid AS word FROM cases WHERE cases.outcome IN ('approved', 'rejected') AND \
         cases.status = 'ended' AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.case_id = cases.id AND \
         outbox.recipient_id = cases.applicant_id AND outbox.notice = cases.outcome AND outbox.state <> 'cancelled')",
    ),
    (
        "an end that is told twice",
        "SELECT cases.ulid AS word FROM cases JOIN outbox ON outbox.case_id = cases.id AND \
         outbox.notice = cases.outcome AND outbox.recipient_id = cases.applicant_id GROUP BY cases.ulid \
         HAVING 1 < COUNT(*)",
    ),
    (
        "a number that is given twice",
        "SELECT number AS word FROM cases WHERE number IS NOT NULL GROUP BY workflow_key, authority, number \
         HAVING 1 < COUNT(*)",
    ),
    (
        "a request that was begun and has no answer",
        "SELECT key AS word FROM idempotency_keys WHERE status IS NULL",
    ),
];

/// Numbers come from counters alone, so as many different ones as were counted leave no gap.
const GAPS: &str = "SELECT number_counters.workflow_key || ' ' || number_counters.authority AS word FROM \
    (SELECT workflow_key, authority, SUM(next - 1) AS given FROM number_counters GROUP BY workflow_key, authority) \
    number_counters WHERE given <> (SELECT COUNT(DISTINCT number) FROM cases \
    WHERE cases.workflow_key = number_counters.workflow_key AND cases.authority = number_counters.authority)";

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Event {
    #[diesel(sql_type = Text)]
    case: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

/// Fails with everything that does not hold in this database, whose checkpoints are signed with `secret`.
pub fn hold(db: &Db, secret: &str, told: &Told) {
    let broken = broken(db, secret, told);
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Everything that does not hold, in words.
pub fn broken(db: &Db, secret: &str, told: &Told) -> Vec<String> {
    let mut broken = rows(db);
    broken.extend(history(db, told));
    broken.extend(records(db, secret));
    broken
}

/// What the rows say against one another.
pub fn rows(db: &Db) -> Vec<String> {
    let questions = NEVER
        .iter()
        .copied()
        .chain([("a gap in the numbers", GAPS)]);
    let mut broken = Vec::new();
    for (never, question) in questions {
        let found = ask(db, |conn| diesel::sql_query(question).load::<Word>(conn));
        broken.extend(
            found
                .into_iter()
                .map(|row| format!("{never}: {}", row.word)),
        );
    }
    broken
}

/// What was acknowledged is in the history, once.
fn history(db: &Db, told: &Told) -> Vec<String> {
    // `case` is a word of SQL.
    let all = "SELECT cases.ulid AS \"case\", events.kind AS kind, COUNT(*) AS times FROM events \
               JOIN cases ON cases.id = events.case_id GROUP BY cases.ulid, events.kind";
    let found: BTreeMap<(String, String), i64> =
        ask(db, |conn| diesel::sql_query(all).load::<Event>(conn))
            .into_iter()
            .map(|row| ((row.case, row.kind), row.times))
            .collect();
    told.iter()
        .filter_map(|((case, kind), times)| {
            let is = found.get(&(case.clone(), (*kind).to_owned())).copied();
            (is != Some(*times))
                .then(|| format!("`{kind}` of {case} is there {is:?} times instead of {times}"))
        })
        .collect()
}

/// Replay gives the state, chains hold, and so does the log.
fn records(db: &Db, secret: &str) -> Vec<String> {
    let report = audit::verify(db, &Which::All).expect("the cases can be read");
    let keys = KeySettings {
        current: Some(Secret::new(secret)),
        previous: Vec::new(),
        host: None,
    };
    let witness = Witness::new(Anchors::default(), &keys);
    let findings = log::verify(db, &witness).expect("the log can be read");
    let cases = report.faults.iter().map(|fault| format!("{fault:?}"));
    let strays = (0 < report.strays).then(|| format!("{} strays in registers", report.strays));
    cases
        .chain(strays)
        .chain(findings.faults.iter().map(|fault| format!("{fault:?}")))
        .collect()
}

/// The tables that filing, deciding, mails and the log write to.
pub const TABLES: &[&str] = &[
    "cases",
    "drafts",
    "events",
    "participants",
    "number_counters",
    "tasks",
    "task_offers",
    "timers",
    "outbox",
    "action_links",
    "idempotency_keys",
    "search_terms",
    "mailbox",
    "log_leaves",
    "log_nodes",
    "log_state",
    "checkpoints",
];

/// How many rows each table has, for comparing before and after.
pub fn counts(db: &Db) -> BTreeMap<&'static str, i64> {
    TABLES
        .iter()
        .map(|table| {
            let all = format!("SELECT '' AS \"case\", '' AS kind, COUNT(*) AS times FROM {table}");
            let found = ask(db, |conn| diesel::sql_query(&all).load::<Event>(conn));
            (*table, found.first().map_or(0, |row| row.times))
        })
        .collect()
}

fn ask<T>(db: &Db, question: impl FnOnce(&mut Connection) -> QueryResult<T>) -> T {
    db.read(|conn| Ok::<_, StorageError>(question(conn)?))
        .expect("the database answers")
}

/// Waits until `ann` was told of so many ends. What a server had claimed when it fell goes out when its claim ends, so
/// nothing may come for half a minute.
pub fn wait_for_mail(db: &Db, mail: &SmtpServer, ends: usize) {
    let (mut came, mut since) = (0, Instant::now());
    while came < ends {
        std::thread::sleep(Duration::from_millis(500));
        let now = arrived(&mail.to("ann@henan.example")).mails;
        if came < now {
            (came, since) = (now, Instant::now());
        }
        let waited = since.elapsed();
        assert!(
            waited < Duration::from_secs(90),
            "{came} of {ends} were told; {:#?}",
            owed(db)
        );
    }
}

/// The mails that have not gone out, each with how it stands.
fn owed(db: &Db) -> Vec<String> {
    let rows = "SELECT notice || ' ' || state || ' tried ' || attempts || ', next ' || available_at || ', claimed until ' \
                || COALESCE(CAST(lease_until AS TEXT), '-') || ': ' || COALESCE(last_error, '-') AS word \
                FROM outbox WHERE state <> 'sent'";
    let rows: Vec<Word> = ask(db, |conn| diesel::sql_query(rows).load(conn));
    rows.into_iter().map(|row| row.word).collect()
}

/// How mails arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Different ones.
    pub mails: usize,
    /// Those that came more than once.
    pub repeated: usize,
    /// Those that came more than twice.
    pub more: usize,
}

/// Counts mails by their Message-ID, which is the same each time that a mail is sent.
pub fn arrived(received: &[Received]) -> Arrived {
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for mail in received {
        let id = message_id(mail).expect("every mail has a Message-ID");
        said.insert((id.clone(), mail.to.clone()));
        *copies.entry(id).or_default() += 1;
    }
    assert_eq!(said.len(), copies.len(), "one Message-ID, one recipient");
    let over = |most: usize| copies.values().filter(|count| most < **count).count();
    Arrived {
        mails: copies.len(),
        repeated: over(1),
        more: over(2),
    }
}

/// The Message-ID of a mail as it arrived.
pub fn message_id(mail: &Received) -> Option<String> {
    mail_parser::MessageParser::default()
        .parse(&mail.content)?
        .message_id()
        .map(str::to_owned)
}
