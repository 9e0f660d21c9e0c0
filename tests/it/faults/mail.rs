//! A mail server with every fault at once: nothing is lost, and what comes twice is the same mail. Nobody waits for one that
//! says nothing.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use huiqian::auth::tokens;
use huiqian::config::{Delivery, SmtpUrl};
use huiqian::jobs::{self, Mailer};
use huiqian::notify::smtp::PATIENCE;
use huiqian::storage::outbox::OutboxState;
use huiqian::storage::sessions::{self, Session};
use huiqian::storage::{Db, people};
use serde_json::json;

use super::long;
use crate::support::app::{Fixture, SECRET};
use crate::support::databases;
use crate::support::definitions::one_review;
use crate::support::errands::{self, Couple};
use crate::support::invariants::{self, Told};
use crate::support::process::{self, Deployment};
use crate::support::smtp::{Fault, Protection, SmtpServer};

/// In this order, again and again. Whatever ends a connection stands before what happens to a new one.
const FAULTS: &[Fault] = &[
    Fault::Slow(Duration::from_millis(200)),
    Fault::Recipient("451 4.7.1 greylisted, come back later"),
    Fault::Content("452 4.3.1 no room"),
    Fault::DropAfterData,
    Fault::Greeting("421 4.3.2 too busy"),
    Fault::Recipient("450 4.2.1 busy"),
    Fault::DropAfterData,
];

#[test]
fn a_mail_server_with_every_fault_loses_nothing_and_repeats_only_what_it_dropped() {
    Fixture::each(|fixture| {
        let server = SmtpServer::start(Protection::None, "localhost", None);
        let app = fixture.another(|settings| {
            let url = format!("smtp://localhost:{}?tls=none", server.port);
            let server = SmtpUrl::parse(&url).expect("a URL");
            settings.mail.delivery = Delivery::Smtp { server, ca: None };
        });
        let rounds = if long() { 30 } else { 3 };
        let key = fixture.publish(&one_review());
        let cases: Vec<_> = (0..rounds * 8)
            .map(|_| fixture.file("ann", &key, json!({})))
            .collect();
        for fault in FAULTS.iter().cycle().take(rounds * FAULTS.len()) {
            server.order(*fault);
        }

        let mailer = Mailer::new(Arc::clone(&app), jobs::sender(&app).expect("a sender"));
        // A day of tries.
        for _ in 0..24 * 6 {
            while mailer.pass().expect("goes on") {}
            fixture.advance(TimeDelta::minutes(10));
        }

        for case in &cases {
            for row in fixture.outbox(*case) {
                assert_eq!(row.state, OutboxState::Sent, "{row:?}");
            }
        }
        let arrived = invariants::arrived(&server.received());
        println!("{arrived:?}");
        assert_eq!(arrived.mails, cases.len());
        assert!(arrived.repeated <= rounds * 2, "{arrived:?}");
        invariants::hold(&fixture.app.db, SECRET, &Told::new());
    });
}

/// Whoever waited for the mail server would wait for longer; on a busy machine everybody waits for a while.
const QUICK: Duration = PATIENCE.saturating_sub(Duration::from_secs(1));

#[test]
fn pages_and_actions_do_not_wait_for_a_mail_server_that_says_nothing() {
    for database in [Some(databases::sqlite()), databases::postgres()]
        .into_iter()
        .flatten()
    {
        println!("on {}", database.kind);
        stay_quick(&database.url, if long() { 500 } else { 10 });
    }
}

fn stay_quick(database: &str, cases: usize) {
    // Takes connections, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let mut deployment = Deployment::new(database, port);
    errands::set_up(&deployment);
    let couple = Couple::new(&deployment);
    let cookie = session(database, "bob");
    deployment.start();
    let agent = ureq::Agent::new_with_defaults();
    let mut took = Vec::new();
    let mut timed = |what: &str, act: &dyn Fn() -> String| {
        let since = Instant::now();
        let answer = act();
        took.push(since.elapsed());
        assert!(since.elapsed() < QUICK, "{what}: {:?}", since.elapsed());
        answer
    };
    let mut told = Told::new();
    for number in 0..cases {
        let key = format!("case-{number}");
        let case = timed("filing", &|| {
            let request =
                json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true });
            let (status, case) = couple.ann.post("/cases", &key, &request);
            assert_eq!(status, 201, "{case}");
            case["id"].as_str().expect("an id").to_owned()
        });
        for page in ["/inbox".to_owned(), format!("/c/{case}")] {
            timed(&page, &|| {
                let mut answer = agent
                    .get(format!("{}{page}", deployment.address()))
                    .header("cookie", format!("huiqian={cookie}"))
                    .call()
                    .expect("a page");
                let body = answer.body_mut().read_to_string().expect("text");
                assert!(body.contains(&case), "the case is on {page}");
                body
            });
        }
        timed("approving", &|| {
            let approve = json!({ "action": "approve", "task": 1 });
            let path = format!("/cases/{case}/actions");
            let (status, answer) = couple.bob.post(&path, &format!("{key}-approve"), &approve);
            assert_eq!(status, 200, "{answer}");
            String::new()
        });
        told.insert((case.clone(), "submitted"), 1);
        told.insert((case, "answered"), 1);
    }
    took.sort_unstable();
    let (half, most, all) = (took[took.len() / 2], took.last(), took.len());
    println!("of {all} answers half came within {half:?}, all within {most:?}");
    let db = Db::open(database, 2).expect("opens");
    invariants::hold(&db, process::SECRET, &told);

    // Another server takes all of it.
    deployment.kill();
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    deployment.set(
        "SMTP_URL",
        &format!("smtp://127.0.0.1:{}?tls=none", mail.port),
    );
    deployment.start();
    invariants::wait_for_mail(&db, &mail, cases);
}

/// Logs somebody in, who has no password, and answers with their cookie.
fn session(database: &str, login: &str) -> String {
    let secret = "pages-while-mail-is-down".to_owned();
    let (hash, now, login) = (tokens::hash(&secret), Utc::now(), login.to_owned());
    let db = Db::open(database, 1).expect("opens");
    let opened = db.write(move |conn| {
        let session = Session {
            id_hash: hash,
            person_id: people::by_login(conn, &login)?.expect("somebody").id,
            csrf: "csrf".into(),
            created_at: now,
            seen_at: now,
            expires_at: now + TimeDelta::hours(1),
            source: "127.0.0.1".into(),
        };
        sessions::insert(conn, &session)
    });
    opened.expect("logged in");
    secret
}
