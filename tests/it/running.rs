//! A server under load: told to stop it finishes what was begun, and its log names requests and nobody.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::databases;
use crate::support::errands::set_up;
use crate::support::process::{Client, Deployment};
use crate::support::smtp::{Protection, SmtpServer};

const CLIENTS: usize = 6;

/// What became of one request.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It was answered in full.
    Answered(u16),
    /// The server had closed before it took anything.
    Refused,
    /// An answer broke off, or a request that was taken got none.
    Torn(String),
}

/// One request on a connection of its own. Its end is known byte by byte.
fn send(port: u16, token: &str, key: &str, body: &Value, pause: Duration) -> End {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return End::Refused;
    };
    let body = body.to_string();
    let (first, rest) = body.split_at(body.len() / 2);
    let head = format!(
        "POST /api/v1/cases HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{first}",
        body.len()
    );
    if stream.write_all(head.as_bytes()).is_err() {
        return End::Refused;
    }
    std::thread::sleep(pause);
    let wrote = stream.write_all(rest.as_bytes());
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    drop(stream.shutdown(Shutdown::Both));
    if answer.is_empty() {
        return match pause.is_zero() {
            // It stood in the queue of connections, and nobody took it.
            true => End::Refused,
            false => End::Torn(format!("no answer: {wrote:?} {read:?}")),
        };
    }
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    let length = text
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")
                .map(str::to_owned)
        })
        .and_then(|length| length.trim().parse::<usize>().ok());
    let has = text.find("\r\n\r\n").map(|at| answer.len() - at - 4);
    match (status, length, has, read) {
        (Some(status), Some(length), Some(has), Ok(_)) if length == has => End::Answered(status),
        other => End::Torn(format!("{other:?}")),
    }
}

#[test]
fn what_was_begun_is_finished_when_the_server_is_told_to_stop() {
    for database in [Some(databases::sqlite()), databases::postgres()]
        .into_iter()
        .flatten()
    {
        println!("on {}", database.kind);
        stops_gently(&database.url);
    }
}

fn stops_gently(database: &str) {
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(database, mail.port);
    set_up(&deployment);
    let ann = deployment.token("ann");
    deployment.start();
    let port = deployment.port();
    let request =
        |key: &str| json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true });
    let ends: Mutex<Vec<(String, End)>> = Mutex::default();
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (ann, ends, stopped, request) = (&ann, &ends, &stopped, &request);
            scope.spawn(move || {
                let mut count = 0;
                while !stopped.load(Ordering::Relaxed) {
                    let key = format!("client-{client}-{count}");
                    let end = send(port, ann, &key, &request(&key), Duration::ZERO);
                    ends.lock().expect("no panic").push((key, end));
                    count += 1;
                }
            });
        }
        // Begun before the signal, sent to the end long after it.
        let slow: Vec<_> = (0..3)
            .map(|number| {
                let (ann, request) = (&ann, &request);
                scope.spawn(move || {
                    let key = format!("slow-{number}");
                    send(port, ann, &key, &request(&key), Duration::from_secs(3))
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(1));
        deployment.ask_to_end();
        for one in slow {
            assert_eq!(one.join().expect("no panic"), End::Answered(201));
        }
        deployment.ended();
        stopped.store(true, Ordering::Relaxed);
    });

    let ends = ends.into_inner().expect("no panic");
    let answered: Vec<&String> = ends
        .iter()
        .filter(|(_, end)| *end == End::Answered(201))
        .map(|(key, _)| key)
        .collect();
    let others: Vec<_> = ends
        .iter()
        .filter(|(_, end)| !matches!(end, End::Answered(201) | End::Refused))
        .collect();
    assert!(CLIENTS < answered.len(), "there was load");
    assert!(others.is_empty(), "{others:?}");

    deployment.start();
    for key in answered {
        // The first answer again.
        let again = send(port, &ann, key, &request(key), Duration::ZERO);
        assert_eq!(again, End::Answered(201), "{key}");
    }
    deployment.ok(&["audit", "verify"]);
}

/// Names, addresses of mail, what people wrote, and tokens: none of it is for the log.
#[test]
fn the_log_names_requests_and_nobody() {
    let database = databases::sqlite();
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(&database.url, mail.port);
    deployment.set("LOG", "trace");
    deployment.set("LOG_FORMAT", "json");
    set_up(&deployment);
    let (ann, bob) = (deployment.token("ann"), deployment.token("bob"));
    deployment.start();
    let (by_ann, by_bob) = (
        Client::new(deployment.api(), ann.clone()),
        Client::new(deployment.api(), bob.clone()),
    );
    let written = "电话13800138000联系张三丰";
    let request =
        json!({ "workflow": "errand", "answers": { "subject": written }, "submit": true });
    let (_, case) = by_ann.post("/cases", "one", &request);
    let case = case["id"].as_str().expect("an id").to_owned();
    let mut link = None;
    for _ in 0..100 {
        let mails = mail.received();
        link = mails.iter().find_map(|mail| {
            let parsed = mail_parser::MessageParser::default().parse(&mail.content)?;
            crate::support::app::token_in(&parsed.body_text(0)?)
        });
        if link.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let link = link.expect("a link");
    by_ann.post(
        "/cases",
        "two",
        &json!({ "workflow": written, "answers": {} }),
    );
    let act = format!("/cases/{case}/actions");
    let comment = json!({ "action": "approve", "task": 1, "comment": "意见13900139000" });
    by_bob.post(&act, "three", &comment);
    by_bob.post(&act, "four", &comment);
    by_bob.post(
        "/sessions",
        "five",
        &json!({ "login": "bob", "password": "pass-word-13700137000" }),
    );
    by_ann.get(&format!(
        "/cases?q={}",
        percent_encoding::utf8_percent_encode(written, percent_encoding::NON_ALPHANUMERIC)
    ));
    drop(ureq::get(format!("{}/a/{link}", deployment.address())).call());
    let answer = ureq::get(format!("{}/readyz", deployment.address())).call();
    let id = answer.expect("ready").headers()["x-request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    deployment.ask_to_end();
    deployment.ended();

    let log = deployment.said();
    let signature = link.rsplit('.').next().expect("a signature").to_owned();
    for private in [
        "安宁",
        "鲍博",
        "ann@henan",
        "bob@henan",
        "13800138000",
        "13900139000",
        "13700137000",
        "张三丰",
        "意见",
        &ann,
        &bob,
        &link,
        &signature,
        "0123456789abcdef0123456789abcdef",
    ] {
        let line = log.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private} is in the log");
    }
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let answered: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .collect();
    assert!(6 < answered.len(), "{log}");
    for line in &answered {
        assert_eq!(
            line["span"]["request"].as_str().map(str::len),
            Some(26),
            "{line}"
        );
    }
    assert!(answered.iter().any(|line| line["span"]["request"] == *id));
}
