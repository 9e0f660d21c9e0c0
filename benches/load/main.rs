//! Load over HTTP on real server processes with everything on, beside the limit that the database itself sets.
//!
//! `cargo bench --bench load` runs the four-step case (create with ten fields, submit, approve, approve) with 1 and 16
//! clients on SQLite and, where it is installed, on PostgreSQL; then it fills the database with open cases and asks for
//! inbox, case and register. It prints Markdown tables. `-- --seconds 10 --open 1000,100000` sets how long each part takes
//! and how many open cases there are.

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
mod limit;
mod system;

use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use huiqian::storage::{Db, StorageError};
use limit::Script;
use postgres::{Postgres, Settings};
use process::{Client, Deployment};
use serde_json::{Value, json};
use smtp::{Protection, SmtpServer};

const PEOPLE: &str = "departments:
  - {code: authority, name: 省数据主管部门, short: 主管部门, region: '410000', level: province}
  - {code: office, name: 省某某厅, short: 某某厅, region: '410000', level: province, authority: authority}
people:
  - {login: ann, name: 安宁, email: ann@henan.example, department: office, clearance: 4}
  - {login: bob, name: 鲍博, email: bob@henan.example, department: office, clearance: 4}
  - {login: cat, name: 蔡婷, email: cat@henan.example, department: office, clearance: 4}
  - {login: adm, name: 管一, email: adm@henan.example, department: authority, clearance: 4}
  - {login: adi, name: 管二, email: adi@henan.example, department: authority, clearance: 4}
posts:
  - {person: ann, role: applicant, department: office}
  - {person: bob, role: section_head, department: office}
  - {person: bob, role: dept_leader, department: office}
  - {person: cat, role: share_office_head, department: office}
  - {person: adm, role: workflow_admin, department: authority}
  - {person: adi, role: workflow_admin, department: authority}
";

const WORKFLOW: &str = "workflow: load
title: {zh: 数据使用申请, en: Request to use data}
number: 用〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: subject, type: text, label: {zh: 标题, en: Subject}, required: true, max_length: 80}
      - {id: purpose, type: paragraph, label: {zh: 用途, en: Purpose}, required: true, min_length: 5, max_length: 500}
      - {id: basis, type: paragraph, label: {zh: 依据, en: Basis}, required: true, max_length: 500}
      - {id: secret, type: yes_no, label: {zh: 是否涉密, en: State secret}, required: true}
      - {id: level, type: choice, label: {zh: 级别, en: Level}, options: {l1: {zh: 一级, en: One}, l2: {zh: 二级, en: Two}}, required: true}
      - {id: amount, type: integer, label: {zh: 数量, en: Amount}, min: 1, max: 1000000}
      - {id: cost, type: money, label: {zh: 金额, en: Cost}, min: 0}
      - {id: until, type: date, label: {zh: 使用到, en: Until}, required: true}
      - {id: contact, type: text, label: {zh: 联系人, en: Contact}, required: true, max_length: 40}
      - {id: note, type: paragraph, label: {zh: 备注, en: Note}, max_length: 500}
checks:
  - {that: form.secret != true, level: stop, message: 本系统为非涉密系统，已填内容不会保存。}
stages:
  - {stage: review, title: {zh: 科室审核, en: Review}, who: section_head@applicant, due: 2wd, next: [{when: choice == \"approve\" && form.amount < 1000000, goto: head}, {when: choice == \"approve\", goto: head}, {goto: rejected}]}
  - {stage: head, title: {zh: 负责人同意, en: Head}, who: share_office_head@applicant, due: 3wd}
ends:
  approved: {title: {zh: 已办结, en: Done}}
  rejected: {title: {zh: 不同意, en: Refused}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

const STEPS: [&str; 4] = ["create", "submit", "approve (first)", "approve (last)"];

struct Sizes {
    seconds: u64,
    open: Vec<usize>,
}

fn main() {
    let sizes = sizes();
    println!("## Four steps over HTTP\n");
    run("SQLite", &sizes, None);
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
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    let open = after("--open").unwrap_or_else(|| "1000,100000".to_owned());
    Sizes {
        seconds: after("--seconds")
            .and_then(|text| text.parse().ok())
            .unwrap_or(10),
        open: open
            .split(',')
            .filter_map(|text| text.parse().ok())
            .collect(),
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
    set_up(&deployment);
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
    limit::sql(
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
    println!("| {kind}, open cases | inbox p50 | p99 | case p50 | p99 | register p50 | p99 (ms) |");
    println!("|---|---|---|---|---|---|---|");
    for open in &sizes.open {
        fill::fill(&db, kind, &office, *open);
        for clients in [1, 16] {
            lists(
                &office,
                *open,
                clients,
                Duration::from_secs(sizes.seconds.div_ceil(3)),
            );
        }
    }
    println!();
}

fn set_up(deployment: &Deployment) {
    let people = deployment.file("people.yaml", PEOPLE);
    let workflow = deployment.file("load.yaml", WORKFLOW);
    deployment.ok(&["migrate"]);
    deployment.ok(&["directory", "import", people.to_str().expect("a path")]);
    let workflow = workflow.to_str().expect("a path");
    deployment.ok(&["workflow", "publish", workflow, "--by", "adm"]);
    deployment.ok(&["workflow", "confirm", "load", "--by", "adi"]);
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(db: &Db, sql: &'static str) -> i64 {
    db.read(move |conn| {
        Ok::<_, StorageError>(diesel::sql_query(sql).get_result::<Number>(conn)?.number)
    })
    .expect("a number")
}

/// The process that started the one that serves this connection.
fn postmaster(db: &Db) -> u32 {
    let backend = number(db, "SELECT pg_backend_pid()::bigint AS number");
    system::parent(u32::try_from(backend).expect("a process")).expect("it has a parent")
}

/// A server under load.
pub struct Office {
    api: String,
    server: u32,
    /// Of the applicant and the two who sign.
    tokens: [String; 3],
    database: Option<u32>,
}

struct Measured {
    rate: f64,
    server: f64,
    database: f64,
    /// By step, sorted.
    took: [Vec<f64>; 4],
}

impl Office {
    pub fn client(&self, who: usize) -> Client {
        Client::new(self.api.clone(), self.tokens[who].clone())
    }

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

/// The value below which this share lies.
fn at(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let place = (sorted.len() as f64 * share) as usize;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Creates a case and takes it to its end. Answers with its id and how long each step took, in milliseconds.
fn one_case([ann, bob, cat]: &[Client; 3]) -> (String, [f64; 4]) {
    let (case, created) = timed(ann, "/cases", &new_case());
    let id = case["id"].as_str().expect("an id").to_owned();
    let path = format!("/cases/{id}/actions");
    let (_, submitted) = timed(ann, &path, &json!({"action": "submit"}));
    let (_, first) = timed(bob, &path, &json!({"action": "approve", "task": 1}));
    let (_, last) = timed(cat, &path, &json!({"action": "approve", "task": 2}));
    (id, [created, submitted, first, last])
}

fn new_case() -> Value {
    json!({"workflow": "load", "answers": {
        "subject": "人口信息核验", "purpose": "办理出生登记时核验父母身份，减少群众提交的材料。",
        "basis": "依据本部门职责申请共享，见机构职能第三条。", "secret": false, "level": "l1", "amount": 5000,
        "cost": "12.50", "until": "2027-12-31", "contact": "王芳", "note": "仅限窗口使用，不转供第三方。",
    }})
}

fn timed(client: &Client, path: &str, body: &Value) -> (Value, f64) {
    let start = Instant::now();
    let (status, answer) = client.post(path, &ulid::Ulid::new().to_string(), body);
    let took = start.elapsed().as_secs_f64() * 1000.0;
    assert!((200..300).contains(&status), "{path} {status} {answer}");
    (answer, took)
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
    limit::sql(
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

/// How long inbox, case and register take while there are so many open cases.
fn lists(office: &Office, open: usize, clients: usize, span: Duration) {
    let bob = office.client(1);
    let inbox = bob.get("/tasks?limit=20");
    let items = inbox["items"].as_array().expect("tasks").clone();
    assert_eq!(items.len(), 20, "a full page of the inbox");
    let ids: Vec<String> = items
        .iter()
        .map(|item| format!("/cases/{}", item["case"]["id"].as_str().expect("an id")))
        .collect();
    let inbox = ask(office, clients, span, &["/tasks?limit=20".to_owned()]);
    let case = ask(office, clients, span, &ids);
    let register = ask(
        office,
        clients,
        span,
        &["/registers/grants?limit=20&status=in_force".to_owned()],
    );
    println!(
        "| {open}, {clients} clients | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
        at(&inbox, 0.5),
        at(&inbox, 0.99),
        at(&case, 0.5),
        at(&case, 0.99),
        at(&register, 0.5),
        at(&register, 0.99)
    );
}

/// Asks for these in turn; answers with the times, sorted.
fn ask(office: &Office, clients: usize, span: Duration, paths: &[String]) -> Vec<f64> {
    let start = Instant::now();
    let mut took: Vec<f64> = thread::scope(|scope| {
        let asking: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(move || {
                    let bob = office.client(1);
                    let mut took = Vec::new();
                    for path in paths.iter().cycle() {
                        let since = Instant::now();
                        bob.get(path);
                        took.push(since.elapsed().as_secs_f64() * 1000.0);
                        if span < start.elapsed() {
                            return took;
                        }
                    }
                    took
                })
            })
            .collect();
        asking
            .into_iter()
            .flat_map(|one| one.join().expect("asks"))
            .collect()
    });
    took.sort_by(f64::total_cmp);
    took
}
