//! A hundred clients answer one task in the same moment: one of them wins, and the others are told what has happened.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use huiqian::storage::Db;
use serde_json::{Value, json};

use super::long;
use crate::support::databases;
use crate::support::errands;
use crate::support::invariants::{self, Told};
use crate::support::process::{Client, Deployment, SECRET};
use crate::support::smtp::{Protection, SmtpServer};

const HEADS: usize = 10;
const CLIENTS: usize = 100;
/// For one answer, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client was answered; on a machine that is too busy, after it has asked once more with its key.
type Answer = (u16, Value);

#[test]
fn of_a_hundred_clients_on_one_task_one_wins_and_the_others_are_told_so_on_sqlite() {
    one_wins(&databases::sqlite().url, tasks());
}

#[test]
fn of_a_hundred_clients_on_one_task_one_wins_and_the_others_are_told_so_on_postgresql() {
    if let Some(database) = databases::postgres() {
        one_wins(&database.url, tasks());
    }
}

fn tasks() -> usize {
    if long() { 1000 } else { 3 }
}

fn one_wins(database: &str, tasks: usize) {
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(database, mail.port);
    errands::set_up_with_heads(&deployment, HEADS);
    let ann = Client::new(deployment.api(), deployment.token("ann"));
    let tokens: Vec<String> = (0..HEADS)
        .map(|head| deployment.token(&format!("head-{head}")))
        .collect();
    deployment.start();
    let cases: Vec<String> = (0..tasks).map(|number| filed(&ann, number)).collect();

    let since = Instant::now();
    let answers = all_at_once(&deployment, &tokens, &cases);
    println!("{tasks} tasks in {:?}", since.elapsed());

    let mut told = Told::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (case, answers) in cases.iter().zip(answers) {
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|(status, _)| *status == 200);
        assert_eq!(won.len(), 1, "one wins: {lost:?}");
        assert_eq!(won[0].1["status"], "ended", "{}", won[0].1);
        for (status, answer) in lost {
            assert_eq!(status, 409, "{answer}");
            let sentence = answer["detail"].as_str().unwrap_or_default();
            assert!(!sentence.is_empty(), "{answer}");
            *seen.entry(answer["code"].to_string()).or_default() += 1;
        }
        told.insert((case.clone(), "submitted"), 1);
        told.insert((case.clone(), "answered"), 1);
    }
    println!("the others: {seen:?}");
    deployment.kill();
    let db = Db::open(database, 2).expect("opens");
    invariants::hold(&db, SECRET, &told);
}

fn filed(ann: &Client, number: usize) -> String {
    let key = format!("case-{number}");
    let request = json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true });
    let (status, case) = ann.post("/cases", &key, &request);
    assert_eq!(status, 201, "{case}");
    case["id"].as_str().expect("an id").to_owned()
}

/// One task after the other, each by all clients in the same moment. Answers with what they were told, by task.
fn all_at_once(deployment: &Deployment, tokens: &[String], cases: &[String]) -> Vec<Vec<Answer>> {
    let start = Barrier::new(CLIENTS);
    let by_client: Vec<Vec<Answer>> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let token = tokens[number % tokens.len()].clone();
                let client = Client::patient(deployment.api(), token, PATIENCE);
                let start = &start;
                scope.spawn(move || {
                    let approve = json!({ "action": "approve", "task": 1 });
                    // A client that failed here would leave the others waiting: what it got is looked at afterwards.
                    let act = |case: &String| {
                        start.wait();
                        let key = format!("{number}-{case}");
                        client.post(&format!("/cases/{case}/actions"), &key, &approve)
                    };
                    cases.iter().map(act).collect()
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().expect("a client finishes"))
            .collect()
    });
    let of = |task: usize| -> Vec<Answer> {
        let answers = by_client.iter();
        answers.map(|answers| answers[task].clone()).collect()
    };
    (0..cases.len()).map(of).collect()
}
