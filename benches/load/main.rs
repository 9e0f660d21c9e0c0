//! Load over HTTP on real server processes with everything on, beside the limit that the database itself sets.
//!
//! `cargo bench --bench load` runs the four-step case (create with ten fields, submit, approve, approve) with 1 and 16
//! clients on SQLite and, where it is installed, on PostgreSQL. It prints Markdown tables. `-- --seconds 10` sets how long
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
mod system;

use std::thread;
use std::time::{Duration, Instant};

use huiqian::storage::Db;
use limit::Script;
use office::{Office, at, new_case, number, one_case, postmaster, set_up, sql, timed};
use postgres::{Postgres, Settings};
use process::Deployment;
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
    println!("## Four steps over HTTP\n");
    if wanted("SQLite") {
        run("SQLite", &sizes, None);
    }
    if !wanted("PostgreSQL") {
        return;
    }
    let cluster = Postgres::start(Settings {
        durable: true,
        counts: true,
    });
    match &cluster {
        Some(cluster) => run("PostgreSQL", &sizes, Some(cluster)),
        None => println!("PostgreSQL is not installed."),
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
    office.cases(1, Duration::from_secs(1));

    println!(
        "| {kind} | clients | cases/s | CPU of server, ms/case | CPU of database, ms/case | step | p50 ms | p99 ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut best = 0.0f64;
    for clients in [1, 16] {
        let measured = office.cases(clients, Duration::from_secs(sizes.seconds));
        best = best.max(measured.rate);
        measured.show(clients);
    }
    println!();
    let (case, _) = one_case(&[0, 1, 2].map(|who| office.client(who)));
    let script = Script::of(&db, kind, &case);
    let peak = system::memory(office.server, "VmHWM");
    // Alone: the server would send the mails that the bare statements write.
    deployment.kill();
    limits(kind, &script, &office, cluster, (&url, &path), sizes, best);
    sql(
        &db,
        "UPDATE outbox SET state = 'cancelled' WHERE state = 'waiting'".to_owned(),
    );
    let start = Instant::now();
    deployment.start();
    let ready = start.elapsed().as_secs_f64();
    println!(
        "{kind}: {at_rest:.0} MB at rest, {peak:.0} MB at most under load; ready {ready:.2} s after its start\n"
    );
    let office = Office {
        server: deployment.pid().expect("it runs"),
        ..office
    };
    if cluster.is_some() {
        statements(&office, &db);
    }
}

struct Measured {
    rate: f64,
    server: f64,
    database: f64,
    /// By step, sorted.
    took: [Vec<f64>; 4],
}

impl Office {
    /// Takes so many clients through cases for a while.
    fn cases(&self, clients: usize, span: Duration) -> Measured {
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
                            took.push(one_case(&people).1);
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
            took: [step(0), step(1), step(2), step(3)],
        }
    }
}

impl Measured {
    fn show(&self, clients: usize) {
        for (step, took) in STEPS.iter().zip(&self.took) {
            println!(
                "| | {clients} | {:.0} | {:.2} | {:.2} | {step} | {:.1} | {:.1} |",
                self.rate,
                self.server,
                self.database,
                at(took, 0.5),
                at(took, 0.99)
            );
        }
    }
}

/// What the same rows cost without the program.
fn limits(
    kind: &'static str,
    script: &Script,
    office: &Office,
    cluster: Option<&Postgres>,
    (url, path): (&str, &str),
    sizes: &Sizes,
    best: f64,
) {
    let rate = match cluster {
        Some(cluster) => {
            let before = office.database.map_or(0.0, system::used_with_children);
            let rate = script.by_pgbench(cluster, url, 16, sizes.seconds);
            let used = office.database.map_or(0.0, system::used_with_children) - before;
            rate.inspect(|rate| {
                #[expect(clippy::cast_precision_loss)]
                let cases = rate * sizes.seconds as f64;
                println!("pgbench, prepared, 16 clients: {rate:.0} cases/s, {:.2} ms of the database for each", used / cases);
            })
        }
        None => {
            let rate = script.by_sqlite(path, Duration::from_secs(sizes.seconds));
            println!("one transaction for each step, bare: {rate:.0} cases/s");
            Some(rate)
        }
    };
    if let Some(rate) = rate {
        println!("{kind}: {:.0} % of the limit\n", best / rate * 100.0);
    }
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
    println!("| step | statements |\n|---|---|");
    let mut last = count();
    let mut told = |step: &str| {
        let now = count();
        // The count itself, with what begins and ends its transaction.
        println!("| {step} | {} |", now - last - 3);
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
    println!();
}
