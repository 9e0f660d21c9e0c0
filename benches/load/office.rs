//! A small office behind a real server: its people, its definition, its clients and how long they wait.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use huiqian::storage::{Connection, Db, StorageError};
use serde_json::{Value, json};

use crate::process::{Client, Deployment};
use crate::system;

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

/// Ten fields and two signatures.
pub const WORKFLOW: &str = "workflow: load
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

/// Tables, people and a definition.
pub fn set_up(deployment: &Deployment, workflow: &str) {
    let people = deployment.file("people.yaml", PEOPLE);
    let workflow = deployment.file("load.yaml", workflow);
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

/// One number.
pub fn number(db: &Db, sql: &str) -> i64 {
    let found = db.read(|conn| {
        patiently(conn)?;
        Ok::<_, StorageError>(diesel::sql_query(sql).get_result::<Number>(conn)?.number)
    });
    found.expect("a number")
}

/// The process that started the one that serves this connection.
pub fn postmaster(db: &Db) -> u32 {
    let backend = number(db, "SELECT pg_backend_pid()::bigint AS number");
    system::parent(u32::try_from(backend).expect("a process")).expect("it has a parent")
}

/// A server under load.
pub struct Office {
    pub api: String,
    pub server: u32,
    /// Of the applicant and the two who sign.
    pub tokens: [String; 3],
    pub database: Option<u32>,
}

impl Office {
    pub fn client(&self, who: usize) -> Client {
        Client::new(self.api.clone(), self.tokens[who].clone())
    }
}

/// The value below which this share lies.
pub fn at(sorted: &[f64], share: f64) -> f64 {
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
pub fn one_case(people: &[Client; 3]) -> (String, [f64; 4]) {
    paced_case(people, Duration::ZERO)
}

/// As [`one_case`], waiting before every step.
pub fn paced_case([ann, bob, cat]: &[Client; 3], pause: Duration) -> (String, [f64; 4]) {
    let step = |who: &Client, path: &str, body: &Value| {
        thread::sleep(pause);
        timed(who, path, body)
    };
    let (case, created) = step(ann, "/cases", &new_case());
    let id = case["id"].as_str().expect("an id").to_owned();
    let path = format!("/cases/{id}/actions");
    let (_, submitted) = step(ann, &path, &json!({"action": "submit"}));
    let (_, first) = step(bob, &path, &json!({"action": "approve", "task": 1}));
    let (_, last) = step(cat, &path, &json!({"action": "approve", "task": 2}));
    (id, [created, submitted, first, last])
}

/// A request with its ten fields.
pub fn new_case() -> Value {
    json!({"workflow": "load", "answers": {
        "subject": "人口信息核验", "purpose": "办理出生登记时核验父母身份，减少群众提交的材料。",
        "basis": "依据本部门职责申请共享，见机构职能第三条。", "secret": false, "level": "l1", "amount": 5000,
        "cost": "12.50", "until": "2027-12-31", "contact": "王芳", "note": "仅限窗口使用，不转供第三方。",
    }})
}

/// Posts, and how many milliseconds that took.
pub fn timed(client: &Client, path: &str, body: &Value) -> (Value, f64) {
    let start = Instant::now();
    let (status, answer) = client.post(path, &ulid::Ulid::new().to_string(), body);
    let took = start.elapsed().as_secs_f64() * 1000.0;
    assert!((200..300).contains(&status), "{path} {status} {answer}");
    (answer, took)
}

/// Asks for these in turn; answers with the times, sorted.
pub fn ask(office: &Office, clients: usize, span: Duration, paths: &[String]) -> Vec<f64> {
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

/// Runs plain SQL.
pub fn sql(db: &Db, text: String) {
    db.write(move |conn| {
        patiently(conn)?;
        Ok::<_, StorageError>(conn.batch_execute(&text)?)
    })
    .expect("the SQL runs");
}

/// What no request may take this takes: minutes.
fn patiently(conn: &mut Connection) -> Result<(), StorageError> {
    match conn {
        Connection::Sqlite(_) => Ok(()),
        #[cfg(feature = "postgres")]
        Connection::Pg(conn) => Ok(conn.batch_execute("SET LOCAL statement_timeout = 0")?),
    }
}

/// What follows a name on the command line.
pub fn argument(name: &str) -> Option<String> {
    let arguments: Vec<String> = std::env::args().collect();
    let place = arguments.iter().position(|argument| argument == name)?;
    arguments.get(place + 1).cloned()
}
