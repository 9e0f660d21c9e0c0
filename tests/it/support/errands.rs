//! The smallest approval there is, served by real processes: who files it, who signs it, and clients that do both.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::invariants::Told;
use super::process::{Client, Deployment};

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

/// Tables, people and the workflow in force.
pub fn set_up(deployment: &Deployment) {
    set_up_with_heads(deployment, 0);
}

/// As [`set_up`], with more people like bob: `head-0`, `head-1` …
pub fn set_up_with_heads(deployment: &Deployment, heads: usize) {
    let (mut people, mut posts) = (String::new(), String::new());
    for head in 0..heads {
        people += &format!(
            "  - {{login: head-{head}, name: 负责人, email: head-{head}@henan.example, department: office, clearance: 4}}\n"
        );
        posts += &format!("  - {{person: head-{head}, role: section_head, department: office}}\n");
    }
    let all = PEOPLE.replace("posts:\n", &format!("{people}posts:\n{posts}"));
    let people = deployment.file("people.yaml", &all);
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

/// Who files and who signs.
#[derive(Clone)]
pub struct Couple {
    pub ann: Client,
    pub bob: Client,
}

impl Couple {
    /// With tokens made on the command line.
    pub fn new(deployment: &Deployment) -> Self {
        let client = |login: &str| {
            let said = deployment.ok(&["token", "create", login]);
            let token = said.trim().lines().last().expect("a token");
            Client::new(deployment.api(), token.to_owned())
        };
        Self {
            ann: client("ann"),
            bob: client("bob"),
        }
    }
}

/// What a client was told.
#[derive(Default)]
pub struct Heard {
    /// The case's id by the key that created it.
    pub created: BTreeMap<String, String>,
    /// What was acknowledged.
    pub told: Told,
}

/// Files so many cases and approves them, each request with a key of its own, and counts what is done.
pub fn work(couple: &Couple, client: usize, cases: usize, done: &AtomicUsize) -> Heard {
    let mut heard = Heard::default();
    for count in 0..cases {
        let key = format!("client-{client}-case-{count}");
        let request =
            json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true });
        let (status, case) = couple.ann.post("/cases", &key, &request);
        assert!(status == 201 || status == 200, "{status} {case}");
        let id = case["id"].as_str().expect("an id").to_owned();
        heard.created.insert(key.clone(), id.clone());
        heard.told.insert((id.clone(), "submitted"), 1);
        done.fetch_add(1, Ordering::Relaxed);

        let (status, answer) = couple.bob.post(
            &format!("/cases/{id}/actions"),
            &format!("{key}-approve"),
            &json!({ "action": "approve", "task": 1 }),
        );
        assert_eq!(status, 200, "{answer}");
        heard.told.insert((id, "answered"), 1);
        done.fetch_add(1, Ordering::Relaxed);
    }
    heard
}

/// So many clients at once, with `beside` going on until it ends. Answers with all that they were told.
pub fn work_together(
    couple: &Couple,
    clients: usize,
    cases: usize,
    beside: impl FnOnce(&AtomicUsize),
) -> Told {
    let done = AtomicUsize::new(0);
    let heard: Vec<Heard> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|client| {
                let done = &done;
                scope.spawn(move || work(couple, client, cases, done))
            })
            .collect();
        beside(&done);
        clients
            .into_iter()
            .map(|client| client.join().expect("a client finishes"))
            .collect()
    });
    let created: usize = heard.iter().map(|one| one.created.len()).sum();
    let told: Told = heard.into_iter().flat_map(|one| one.told).collect();
    let filed = told.keys().filter(|(_, kind)| *kind == "submitted").count();
    assert_eq!(filed, created, "each request made a case of its own");
    told
}
