//! `kill -9`: what was acknowledged is there, once, and every notification that is owed goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::databases;
use crate::support::process::{Client, Deployment};
use crate::support::smtp::{Protection, Received, SmtpServer};

const PEOPLE: &str = "departments:
  - {code: authority, name: 省数据主管部门, short: 主管部门, region: '410000', level: province}
  - {code: office, name: 省某某厅, short: 某某厅, region: '410000', level: province, authority: authority}
people:
  - {login: ann, name: 安宁, email: ann@henan.example, department: office, clearance: 4}
  - {login: bob, name: 鲍博, email: bob@henan.example, department: office, clearance: 4}
  - {login: adm, name: 管一, email: adm@henan.example, department: authority, clearance: 4}
  - {login: adi, name: 管二, email: adi@henan.example, department: authority, clearance: 4}
posts:
  - {person: ann, role: applicant, department: office}
  - {person: bob, role: section_head, department: office}
  - {person: adm, role: workflow_admin, department: authority}
  - {person: adi, role: workflow_admin, department: authority}
";

const WORKFLOW: &str = "workflow: errand
title: {zh: 事务, en: Errand}
number: 事〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: subject, type: text, label: {zh: 标题, en: Subject}, required: true}
stages:
  - {stage: review, title: {zh: 审核, en: Review}, who: section_head@applicant, due: 2wd}
ends:
  approved: {title: {zh: 已办结, en: Done}}
  rejected: {title: {zh: 不同意, en: Refused}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

const CLIENTS: usize = 4;
const CASES: usize = 12;
const KILLS: usize = 5;

/// What a client was told.
#[derive(Default)]
struct Told {
    /// The case's id by the key that created it.
    created: BTreeMap<String, String>,
    /// The cases whose approval was acknowledged.
    approved: BTreeSet<String>,
}

#[test]
fn kill_9_loses_nothing_acknowledged_and_does_nothing_twice() {
    for database in [Some(databases::sqlite()), databases::postgres()]
        .into_iter()
        .flatten()
    {
        println!("on {}", database.kind);
        let url = database.url.clone();
        drop(database.db);
        survives(&url);
    }
}

fn survives(database: &str) {
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(database, mail.port);
    set_up(&deployment);
    let token = |login: &str| {
        deployment
            .ok(&["token", "create", login])
            .trim()
            .lines()
            .last()
            .expect("a token")
            .to_owned()
    };
    let (ann, bob) = (token("ann"), token("bob"));
    deployment.start();
    let api = deployment.api();

    let done = AtomicUsize::new(0);
    let told: Vec<Told> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (ann, bob) = (
                    Client::new(api.clone(), ann.clone()),
                    Client::new(api.clone(), bob.clone()),
                );
                let done = &done;
                scope.spawn(move || work(number, &ann, &bob, done))
            })
            .collect();
        for kill in 1..=KILLS {
            // After a share of the work, so that every kill falls into the middle of it.
            while done.load(Ordering::Relaxed) < kill * CLIENTS * CASES * 2 / (KILLS + 1) {
                std::thread::sleep(Duration::from_millis(5));
            }
            deployment.kill();
            deployment.start();
        }
        clients
            .into_iter()
            .map(|client| client.join().expect("a client finishes"))
            .collect()
    });

    let client = Client::new(api, ann);
    check_cases(&client, &told);
    deployment.ok(&["audit", "verify"]);
    check_mail(&mail);
}

pub fn set_up(deployment: &Deployment) {
    let people = deployment.file("people.yaml", PEOPLE);
    let workflow = deployment.file("errand.yaml", WORKFLOW);
    deployment.ok(&["migrate"]);
    deployment.ok(&["directory", "import", people.to_str().expect("a path")]);
    deployment.ok(&[
        "workflow",
        "publish",
        workflow.to_str().expect("a path"),
        "--by",
        "adm",
    ]);
    deployment.ok(&["workflow", "confirm", "errand", "--by", "adi"]);
}

/// Files cases and approves them, each request with a key of its own.
fn work(number: usize, ann: &Client, bob: &Client, done: &AtomicUsize) -> Told {
    let mut told = Told::default();
    for count in 0..CASES {
        let key = format!("client-{number}-case-{count}");
        let request =
            json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true });
        let (status, case) = ann.post("/cases", &key, &request);
        assert!(status == 201 || status == 200, "{status} {case}");
        let id = case["id"].as_str().expect("an id").to_owned();
        told.created.insert(key.clone(), id.clone());
        done.fetch_add(1, Ordering::Relaxed);

        let (status, answer) = bob.post(
            &format!("/cases/{id}/actions"),
            &format!("{key}-approve"),
            &json!({ "action": "approve", "task": 1 }),
        );
        assert_eq!(status, 200, "{answer}");
        told.approved.insert(id);
        done.fetch_add(1, Ordering::Relaxed);
    }
    told
}

fn check_cases(client: &Client, told: &[Told]) {
    let created: BTreeMap<&String, &String> = told.iter().flat_map(|one| &one.created).collect();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/cases?limit=50{cursor}"));
        for case in page["items"].as_array().expect("items") {
            found
                .entry(case["title"].as_str().expect("a title").to_owned())
                .or_default()
                .push(case.clone());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }

    assert_eq!(found.len(), CLIENTS * CASES, "each request made one case");
    let numbers: BTreeSet<&str> = found
        .values()
        .flatten()
        .filter_map(|case| case["number"].as_str())
        .collect();
    assert_eq!(numbers.len(), CLIENTS * CASES, "no number was given twice");
    for (key, cases) in &found {
        assert_eq!(cases.len(), 1, "{key} was filed once");
        assert_eq!(
            cases[0]["id"].as_str(),
            created.get(key).map(|id| id.as_str()),
            "{key} is the acknowledged case"
        );
    }
    for id in told.iter().flat_map(|one| &one.approved) {
        let events = client.get(&format!("/cases/{id}/events"));
        let approvals = events["items"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|event| event["kind"] == "answered")
            .count();
        assert_eq!(approvals, 1, "{id} was approved once");
        assert_eq!(client.get(&format!("/cases/{id}"))["outcome"], "approved");
    }
}

/// Two mails a case are owed: the task to the head, unless it was done before the mail went out, and the end to the
/// applicant. One that is sent again keeps its Message-ID.
fn check_mail(mail: &SmtpServer) {
    let ended = |received: &[Received]| -> usize {
        let to_applicants = received
            .iter()
            .filter(|one| one.to.contains("ann@henan.example"));
        let ids: BTreeSet<String> = to_applicants.filter_map(message_id).collect();
        ids.len()
    };
    for _ in 0..600 {
        if CLIENTS * CASES <= ended(&mail.received()) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(
        ended(&mail.received()),
        CLIENTS * CASES,
        "every applicant is told of every end"
    );
}

fn message_id(mail: &Received) -> Option<String> {
    mail_parser::MessageParser::default()
        .parse(&mail.content)?
        .message_id()
        .map(str::to_owned)
}
