//! Load over HTTP on real server processes with everything on, beside the limit that the database itself sets.
//!
//! `cargo bench --bench load` runs the four-step case (create with ten fields, submit, approve, approve) with 1 and 16
//! clients on SQLite and, where it is installed, on PostgreSQL. It prints Markdown tables, and with `-- --record` puts
//! them into `docs/benchmarks.md`. `-- --seconds 10` sets how long
//! each part takes, `--on SQLite` takes one of the databases.

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

mod limit;
mod office;
#[path = "../record.rs"]
mod record;
mod system;

use std::thread;
use std::time::{Duration, Instant};

use huiqian::storage::Db;
use limit::Script;
use office::{Office, at, new_case, number, one_case, paced_case, postmaster, set_up, sql, timed};
use postgres::{Postgres, Settings};
use process::Deployment;
use record::say;
use serde_json::json;
use smtp::{Protection, SmtpServer};

const STEPS: [&str; 4] = ["create", "submit", "approve (first)", "approve (last)"];

struct Sizes {
    seconds: u64,
}

fn main() {
    let sizes = sizes();
    let on = office::argument("--on");
    let wanted = |kind: &str| on.as_ref().is_none_or(|on| on == kind);
    if wanted("SQLite") {
        run("SQLite", &sizes, None);
    }
    if !wanted("PostgreSQL") {
        return;
    }
    let cluster = Postgres::start(Settings {
        durable: true,
        counts: true,
        ..Settings::default()
    });
    match &cluster {
        Some(cluster) => run("PostgreSQL", &sizes, Some(cluster)),
        None => eprintln!("PostgreSQL is not installed."),
    }
}

fn sizes() -> Sizes {
    let seconds = office::argument("--seconds").and_then(|text| text.parse().ok());
    Sizes {
        seconds: seconds.unwrap_or(10),
    }
}

fn run(kind: &'static str, sizes: &Sizes, cluster: Option<&Postgres>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("load.db").display().to_string();
    let url = match cluster {
        Some(cluster) => cluster.new_database(),
        None => format!("sqlite:{path}"),
    };
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(&url, mail.port);
    set_up(&deployment, office::WORKFLOW);
    let token = |login: &str| {
        let said = deployment.ok(&["token", "create", login]);
        said.trim().lines().last().expect("a token").to_owned()
    };
    let tokens = [token("ann"), token("bob"), token("cat")];
    deployment.start();
    let db = Db::open(&url, 2).expect("opens");
    let database = cluster.map(|_| postmaster(&db));
    let office = Office {
        api: deployment.api(),
        server: deployment.pid().expect("it runs"),
        tokens,
        database,
    };
    thread::sleep(Duration::from_secs(2));
    let at_rest = system::memory(office.server, "VmRSS");
    // Plans and what is kept in memory are there after the first cases.
    office.cases(&db, 1, Duration::from_secs(1), Duration::ZERO);

    say(
        "| clients | pause | cases/s | server, ms/case | database, ms/case | step | p50 ms | p99 ms |",
    );
    say("|---|---|---|---|---|---|---|---|");
    let span = Duration::from_secs(sizes.seconds);
    let mut last = None;
    for (clients, pause) in [(1, 0), (16, 100), (16, 0)] {
        let pause = Duration::from_millis(pause);
        let measured = office.cases(&db, clients, span, pause);
        measured.show(clients, pause);
        last = Some(measured);
    }
    say("");
    let full = last.expect("it was measured");
    let (mails, took) = full.mails;
    say(format!(
        "At the end {mails} mails were waiting, and left within {:.1} s.\n",
        took.as_secs_f64()
    ));
    let (case, _) = one_case(&[0, 1, 2].map(|who| office.client(who)));
    let script = Script::of(&db, kind, &case);
    let peak = system::memory(office.server, "VmHWM");
    // Alone: the server would send the mails that the bare statements write.
    deployment.kill();
    let limit = limit(&script, &office, cluster, (&url, &path), sizes);
    sql(
        &db,
        "UPDATE outbox SET state = 'cancelled' WHERE state = 'waiting'".to_owned(),
    );
    let start = Instant::now();
    deployment.start();
    let ready = start.elapsed().as_secs_f64();
    let share = if cluster.is_some() { 60.0 } else { 100.0 };
    let goals = [
        Goal::at_least(
            "cases/s at 16 clients, of the limit",
            full.rate / limit * 100.0,
            share,
            "%",
        ),
        Goal::at_most(
            "processor time for a case",
            full.server + full.database,
            3.0,
            "ms",
        ),
        Goal::at_most("p99 of an action at 16 clients", full.slowest(), 25.0, "ms"),
        Goal::at_most("memory at rest", at_rest, 40.0, "MB"),
        Goal::at_most("memory under load", peak, 150.0, "MB"),
        Goal::at_most("ready on an existing database", ready, 0.3, "s"),
    ];
    say("| | measured | goal | |\n|---|---|---|---|");
    for goal in goals {
        goal.show();
    }
    say("");
    let office = Office {
        server: deployment.pid().expect("it runs"),
        ..office
    };
    if cluster.is_some() {
        statements(&office, &db);
    }
    record::keep("load", kind);
}

/// What was asked for, and what came of it.
struct Goal {
    what: &'static str,
    measured: f64,
    goal: f64,
    unit: &'static str,
    more: bool,
}

impl Goal {
    fn at_least(what: &'static str, measured: f64, goal: f64, unit: &'static str) -> Self {
        Self {
            what,
            measured,
            goal,
            unit,
            more: true,
        }
    }

    fn at_most(what: &'static str, measured: f64, goal: f64, unit: &'static str) -> Self {
        Self {
            more: false,
            ..Self::at_least(what, measured, goal, unit)
        }
    }

    fn show(&self) {
        let Self {
            what,
            measured,
            goal,
            unit,
            more,
        } = self;
        let digits = if *goal < 10.0 { 2 } else { 0 };
        let (bound, reached) = match more {
            true => ("at least", goal <= measured),
            false => ("at most", measured <= goal),
        };
        let verdict = match reached {
            true => "reached".to_owned(),
            false => format!("missed: {:.2} times", measured / goal),
        };
        say(format!(
            "| {what} | {measured:.digits$} {unit} | {bound} {goal} {unit} | {verdict} |"
        ));
    }
}

struct Measured {
    rate: f64,
    server: f64,
    database: f64,
    /// How many mails were waiting at the end, and how long they took.
    mails: (i64, Duration),
    /// By step, sorted.
    took: [Vec<f64>; 4],
}

impl Office {
    /// Takes so many clients through cases for a while; each waits for the pause before every step. What the processors did
    /// is told once all mails have left: they belong to the cases.
    fn cases(&self, db: &Db, clients: usize, span: Duration, pause: Duration) -> Measured {
        let database = || self.database.map_or(0.0, system::used_with_children);
        let before = (system::used(self.server), database());
        let start = Instant::now();
        let took: Vec<[f64; 4]> = thread::scope(|scope| {
            let working: Vec<_> = (0..clients)
                .map(|_| {
                    scope.spawn(move || {
                        let people = [0, 1, 2].map(|who| self.client(who));
                        let mut took = Vec::new();
                        while start.elapsed() < span {
                            took.push(paced_case(&people, pause).1);
                        }
                        took
                    })
                })
                .collect();
            working
                .into_iter()
                .flat_map(|one| one.join().expect("works"))
                .collect()
        });
        let lasted = start.elapsed().as_secs_f64();
        let mails = mails_left(db);
        let count = f64::from(u32::try_from(took.len()).expect("a number of cases"));
        let step = |step: usize| {
            let mut all: Vec<f64> = took.iter().map(|took| took[step]).collect();
            all.sort_by(f64::total_cmp);
            all
        };
        Measured {
            rate: count / lasted,
            server: (system::used(self.server) - before.0) / count,
            database: (database() - before.1) / count,
            mails,
            took: [step(0), step(1), step(2), step(3)],
        }
    }
}

/// Waits until all mails have left. Answers with how many there were, and how long that took.
fn mails_left(db: &Db) -> (i64, Duration) {
    let waiting = || {
        number(
            db,
            "SELECT COUNT(*) AS number FROM outbox WHERE state = 'waiting'",
        )
    };
    let (start, count) = (Instant::now(), waiting());
    while 0 < waiting() {
        assert!(
            start.elapsed() < Duration::from_secs(600),
            "mails do not leave"
        );
        // Seldom: asking is work as well.
        thread::sleep(Duration::from_secs(1));
    }
    (count, start.elapsed())
}

impl Measured {
    /// The p99 of the slowest step.
    fn slowest(&self) -> f64 {
        self.took
            .iter()
            .map(|took| at(took, 0.99))
            .fold(0.0, f64::max)
    }

    fn show(&self, clients: usize, pause: Duration) {
        for (step, took) in STEPS.iter().zip(&self.took) {
            say(format!(
                "| {clients} | {} | {:.0} | {:.2} | {:.2} | {step} | {:.1} | {:.1} |",
                if pause.is_zero() {
                    "none".to_owned()
                } else {
                    format!("{pause:?}")
                },
                self.rate,
                self.server,
                self.database,
                at(took, 0.5),
                at(took, 0.99)
            ));
        }
    }
}

/// How many cases a second the same rows allow without the program.
fn limit(
    script: &Script,
    office: &Office,
    cluster: Option<&Postgres>,
    (url, path): (&str, &str),
    sizes: &Sizes,
) -> f64 {
    let Some(cluster) = cluster else {
        let rate = script.by_sqlite(path, Duration::from_secs(sizes.seconds));
        say(format!(
            "The limit: one transaction for each step, bare, {rate:.0} cases/s.\n"
        ));
        return rate;
    };
    let before = office.database.map_or(0.0, system::used_with_children);
    let rate = script.by_pgbench(cluster, url, 16, sizes.seconds);
    let Some(rate) = rate else {
        say("The limit is not known: there is no pgbench here.\n");
        return f64::NAN;
    };
    let used = office.database.map_or(0.0, system::used_with_children) - before;
    #[expect(clippy::cast_precision_loss)]
    let cases = rate * sizes.seconds as f64;
    say(format!(
        "The limit: pgbench, prepared, 16 clients, {rate:.0} cases/s, {:.2} ms of the database for each.\n",
        used / cases
    ));
    rate
}

/// Statements that the database counted for each step, with the reading of the token and of the case that is answered.
fn statements(office: &Office, db: &Db) {
    sql(
        db,
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements".to_owned(),
    );
    let count = || {
        number(
            db,
            "SELECT COALESCE(SUM(calls), 0)::bigint AS number FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid \
             WHERE d.datname = current_database()",
        )
    };
    let people = [0, 1, 2].map(|who| office.client(who));
    one_case(&people);
    let [ann, bob, cat] = &people;
    say("| step | statements |\n|---|---|");
    let mut last = count();
    let mut told = |step: &str| {
        let now = count();
        // The count itself, with what begins and ends its transaction.
        say(format!("| {step} | {} |", now - last - 3));
        last = now;
    };
    let (case, _) = timed(ann, "/cases", &new_case());
    told(STEPS[0]);
    let id = case["id"].as_str().expect("an id").to_owned();
    let path = format!("/cases/{id}/actions");
    timed(ann, &path, &json!({"action": "submit"}));
    told(STEPS[1]);
    timed(bob, &path, &json!({"action": "approve", "task": 1}));
    told(STEPS[2]);
    timed(cat, &path, &json!({"action": "approve", "task": 2}));
    told(STEPS[3]);
    say("");
}
