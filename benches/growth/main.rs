//! What becomes slower with age: pages and actions beside many open cases, timers that come due together, the check of the
//! whole log.
//!
//! `cargo bench --bench growth` fills SQLite and, where it is installed, PostgreSQL to each size of
//! `-- --open 1000,100000,1000000`, asks for pages and acts, makes up `--events 10000000` by cases that have ended, lets the
//! timers of all open cases come due, and checks the log; without `--events` it ends after the pages. `--on SQLite` takes
//! one of them, `--buffers 2048` gives PostgreSQL so many megabytes of memory of its own, `--drain` waits until the last
//! timer is through. At full size it needs 20 GB of disk and an hour.

// The little world of the tests; the bench needs a part of it.
#![allow(
    dead_code,
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "../../tests/it/support/postgres.rs"]
mod postgres;
#[path = "../../tests/it/support/process.rs"]
mod process;
#[path = "../../tests/it/support/smtp.rs"]
mod smtp;

mod fill;
#[path = "../load/office.rs"]
mod office;
#[path = "../record.rs"]
mod record;
#[path = "../load/system.rs"]
mod system;

use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use fill::{Filling, PARKED};
use huiqian::storage::{Db, StorageError};
use office::{
    Office, argument, ask, at, new_case, number, one_case, postmaster, set_up, sql, timed,
};
use postgres::{Postgres, Settings};
use process::{Client, Deployment};
use record::say;
use serde_json::json;
use smtp::{Protection, SmtpServer};

/// As many cases wait for those who are asked, whatever the number of cases.
const HERE: usize = 50;

const PAGES: &str = "| open cases | clients | inbox p50 | p99 | case | p99 | register | p99 | search | p99 | approve (first) | p99 |\n\
                     |---|---|---|---|---|---|---|---|---|---|---|---|";

struct Sizes {
    seconds: u64,
    open: Vec<usize>,
    events: i64,
    drain: bool,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// One text of each row.
pub fn lines(db: &Db, sql: &str) -> Vec<String> {
    let found = db.read(|conn| {
        let found: Vec<Line> = diesel::sql_query(sql).load(conn)?;
        Ok::<_, StorageError>(found.into_iter().map(|line| line.line).collect())
    });
    found.expect("read")
}

fn main() {
    let number = |name: &str| argument(name).and_then(|text| text.parse().ok());
    let open = argument("--open").unwrap_or_else(|| "1000,100000".to_owned());
    let sizes = Sizes {
        seconds: number("--seconds").unwrap_or(10),
        open: open
            .split(',')
            .filter_map(|text| text.parse().ok())
            .collect(),
        events: number("--events").map_or(0, |events| i64::try_from(events).unwrap_or(0)),
        drain: std::env::args().any(|argument| argument == "--drain"),
    };
    let on = argument("--on");
    let wanted = |kind: &str| on.as_ref().is_none_or(|on| on == kind);
    if wanted("SQLite") {
        run("SQLite", &sizes, None);
    }
    if wanted("PostgreSQL") {
        let cluster = Postgres::start(Settings {
            durable: true,
            counts: true,
            buffers: argument("--buffers").and_then(|text| text.parse().ok()),
        });
        match &cluster {
            Some(cluster) => run("PostgreSQL", &sizes, Some(cluster)),
            None => eprintln!("PostgreSQL is not installed."),
        }
    }
}

fn run(kind: &'static str, sizes: &Sizes, cluster: Option<&Postgres>) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = match cluster {
        Some(cluster) => cluster.new_database(),
        None => format!("sqlite:{}", folder.path().join("growth.db").display()),
    };
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(&url, mail.port);
    // What is copied is late a minute after it was filed, so that its timer has something to do.
    set_up(
        &deployment,
        &office::WORKFLOW.replace("due: 2wd", "due: 1min"),
    );
    let tokens = ["ann", "bob", "cat"].map(|login| deployment.token(login));
    deployment.start();
    let db = Db::open(&url, 2).expect("opens");
    let mut office = Office {
        api: deployment.api(),
        server: deployment.pid().expect("it runs"),
        tokens,
        database: cluster.map(|_| postmaster(&db)),
    };
    let (ended, _) = one_case(&[0, 1, 2].map(|who| office.client(who)));
    let filling = Filling {
        db: &db,
        url: &url,
        cluster,
    };

    say(PAGES);
    let mut taken_in = Vec::new();
    let mut filled = 0;
    for size in &sizes.open {
        // One of its own for each: it must not have become due before it is copied.
        let open = filed(&office.client(0));
        deployment.kill();
        let start = Instant::now();
        filling.copies(
            &open,
            size.saturating_sub(filled),
            HERE.saturating_sub(filled),
        );
        told(
            &db,
            &format!(
                "{size} open cases were there after {:.0} s more",
                start.elapsed().as_secs_f64()
            ),
        );
        filled = *size;
        deployment.start();
        office.server = deployment.pid().expect("it runs");
        taken_in.extend(catch_up(&db));
        filling.settle();
        for clients in [1, 16] {
            pages(&office, *size, clients, Duration::from_secs(sizes.seconds));
        }
    }
    record::keep("growth", &format!("pages {kind}"));
    if sizes.events == 0 {
        return deployment.kill();
    }
    let missing = sizes.events - number(&db, "SELECT COUNT(*) AS number FROM events");
    if 0 < missing {
        deployment.kill();
        let each = number(
            &db,
            &format!(
                "SELECT COUNT(*) AS number FROM events WHERE case_id = (SELECT id FROM cases WHERE ulid = '{ended}')"
            ),
        );
        filling.copies(
            &ended,
            usize::try_from(missing / each).expect("a number"),
            0,
        );
        told(&db, "ended cases were added");
        deployment.start();
        office.server = deployment.pid().expect("it runs");
        taken_in.extend(catch_up(&db));
        filling.settle();
        say("With the ended cases as well:\n");
        say(PAGES);
        pages(&office, filled, 1, Duration::from_secs(sizes.seconds));
        say("");
    }
    for line in taken_in {
        say(line);
    }
    deployment.kill();
    check(&db, &deployment);
    record::keep("growth", &format!("log {kind}"));
    deployment.start();
    office.server = deployment.pid().expect("it runs");
    let span = Duration::from_secs(3 * sizes.seconds);
    timers(&db, &office, span, sizes.drain);
    deployment.kill();
    record::keep("growth", &format!("timers {kind}"));
}

/// For whoever watches; the tables go to standard output.
fn told(db: &Db, what: &str) {
    let events = number(db, "SELECT COUNT(*) AS number FROM events");
    eprintln!("{what}; {events} events");
}

/// A case that waits for its first signature.
fn filed(ann: &Client) -> String {
    let (case, _) = timed(ann, "/cases", &new_case());
    let id = case["id"].as_str().expect("an id").to_owned();
    timed(
        ann,
        &format!("/cases/{id}/actions"),
        &json!({"action": "submit"}),
    );
    id
}

/// Waits until every event has its place in the log, which works while pages are asked otherwise. Says how quick that was
/// where there was something to see.
fn catch_up(db: &Db) -> Option<String> {
    let size = || {
        number(
            db,
            "SELECT COALESCE((SELECT size FROM log_state), 0) AS number",
        )
    };
    let events = number(db, "SELECT COUNT(*) AS number FROM events");
    let (start, before) = (Instant::now(), size());
    while size() < events {
        thread::sleep(Duration::from_millis(200));
    }
    let taken = events - before;
    #[expect(clippy::cast_precision_loss)]
    let rate = taken as f64 / start.elapsed().as_secs_f64();
    (10_000 < taken).then(|| format!("The log took in {taken} events, {rate:.0} a second.\n"))
}

/// How long inbox, case, register, a search for words and an approval take while there are so many open cases.
fn pages(office: &Office, open: usize, clients: usize, span: Duration) {
    let bob = office.client(1);
    let inbox = bob.get("/tasks?limit=20");
    let items = inbox["items"].as_array().expect("tasks").clone();
    assert_eq!(items.len(), 20, "a full page of the inbox");
    let ids: Vec<String> = items
        .iter()
        .map(|item| format!("/cases/{}", item["case"]["id"].as_str().expect("an id")))
        .collect();
    let one = |path: &str| ask(office, clients, span, &[path.to_owned()]);
    let took = [
        one("/tasks?limit=20"),
        ask(office, clients, span, &ids),
        one("/registers/grants?limit=20&status=in_force"),
        one("/cases?limit=20&q=%E6%A0%B8%E9%AA%8C"),
        approvals(office, clients, span),
    ];
    let told: Vec<String> = took
        .iter()
        .map(|took| format!("{:.1} | {:.1}", at(took, 0.5), at(took, 0.99)))
        .collect();
    say(format!("| {open} | {clients} | {} |", told.join(" | ")));
}

/// Approves new cases for a while; answers with the milliseconds of each first approval, sorted.
fn approvals(office: &Office, clients: usize, span: Duration) -> Vec<f64> {
    let start = Instant::now();
    let mut took: Vec<f64> = thread::scope(|scope| {
        let acting: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(move || {
                    let people = [0, 1, 2].map(|who| office.client(who));
                    let mut took = Vec::new();
                    while start.elapsed() < span {
                        took.push(one_case(&people).1[2]);
                    }
                    took
                })
            })
            .collect();
        acting
            .into_iter()
            .flat_map(|one| one.join().expect("acts"))
            .collect()
    });
    took.sort_by(f64::total_cmp);
    took
}

/// Checks the whole log, without the server.
fn check(db: &Db, deployment: &Deployment) {
    let events = number(db, "SELECT COUNT(*) AS number FROM events");
    // They were made up, and are of no event.
    sql(
        db,
        "DELETE FROM register_departments; DELETE FROM register_entries".to_owned(),
    );
    let start = Instant::now();
    let (said, memory) = deployment.watched(&["audit", "verify"]);
    say(format!(
        "| events | `audit verify` | memory at most | it says |\n|---|---|---|---|\n| {events} | {:.0} s | {memory:.0} MB | {} |\n",
        start.elapsed().as_secs_f64(),
        said.trim().replace('\n', "; ")
    ));
}

/// Lets the timers of all open cases come due, and asks for pages meanwhile and before.
fn timers(db: &Db, office: &Office, span: Duration, drain: bool) {
    let bob = office.client(1);
    let inbox = bob.get("/tasks?limit=20");
    let case = format!(
        "/cases/{}",
        inbox["items"][0]["case"]["id"].as_str().expect("an id")
    );
    let paths = ["/tasks?limit=20".to_owned(), case];
    let waiting = || {
        number(
            db,
            &format!("SELECT COUNT(*) AS number FROM timers WHERE available_at < '{PARKED}'"),
        )
    };
    let asked = || ask(office, 1, span, &paths);
    // What is warm is warm for both.
    asked();
    let before = asked();
    sql(
        db,
        format!(
            "UPDATE timers SET fire_at = '2026-01-01 00:00:00', available_at = '2026-01-01 00:00:00' WHERE available_at = '{PARKED}'"
        ),
    );
    let (start, due) = (Instant::now(), waiting());
    let meanwhile = asked();
    #[expect(clippy::cast_precision_loss)]
    let rate = (due - waiting()) as f64 / start.elapsed().as_secs_f64();
    say(format!(
        "| timers due | handled a second | pages before, p50 | p99 | meanwhile, p50 | p99 |\n|---|---|---|---|---|---|\n\
         | {due} | {rate:.0} | {:.1} ms | {:.1} ms | {:.1} ms | {:.1} ms |\n",
        at(&before, 0.5),
        at(&before, 0.99),
        at(&meanwhile, 0.5),
        at(&meanwhile, 0.99)
    ));
    if !drain {
        return;
    }
    let (start, left) = (Instant::now(), waiting());
    while 0 < waiting() {
        thread::sleep(Duration::from_secs(1));
    }
    let took = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss)]
    let rate = left as f64 / took;
    say(format!(
        "The other {left} timers in {took:.0} s, {rate:.0} a second\n"
    ));
}
