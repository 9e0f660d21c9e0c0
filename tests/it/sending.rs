//! Mails on their way: over SMTP, while the server is down, picky or gone, from one server and from several.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use huiqian::config::{Delivery, SmtpUrl};
use huiqian::jobs::{self, Mailer};
use huiqian::notify::message::Prepared;
use huiqian::notify::sender::{self, SendError, Sender};
use huiqian::services::queues::{self, MailEnd};
use huiqian::services::{App, Error};
use huiqian::storage::Lease;
use huiqian::storage::outbox::{self, OutboxState};
use mail_parser::MessageParser;
use serde_json::json;
use ulid::Ulid;

use crate::support::app::Fixture;
use crate::support::definitions::one_review;
use crate::support::smtp::{Fault, Protection, Received, SmtpServer};

/// An application whose mails go to a server of the test.
fn over_smtp() -> (Fixture, SmtpServer, Mailer) {
    let server = SmtpServer::start(Protection::None, "localhost", None);
    let fixture = Fixture::with(|settings| settings.mail.delivery = delivery(server.port));
    let mailer = mailer(&fixture.app);
    (fixture, server, mailer)
}

fn delivery(port: u16) -> Delivery {
    Delivery::Smtp {
        server: SmtpUrl::parse(&format!("smtp://localhost:{port}?tls=none")).expect("a URL"),
        ca: None,
    }
}

fn mailer(app: &Arc<App>) -> Mailer {
    Mailer::new(Arc::clone(app), jobs::sender(app).expect("a sender"))
}

fn send(mailer: &Mailer) {
    while mailer.pass().expect("goes on") {}
}

/// Subject and text of a mail as a mail program reads it.
fn read(received: &Received) -> (String, String) {
    let mail = MessageParser::default()
        .parse(&received.content)
        .expect("a mail");
    (
        mail.subject().expect("a subject").to_owned(),
        mail.body_text(0).expect("a text").into_owned(),
    )
}

fn message_id(received: &Received) -> String {
    let mail = MessageParser::default()
        .parse(&received.content)
        .expect("a mail");
    format!("<{}>", mail.message_id().expect("a Message-ID"))
}

#[test]
fn a_task_reaches_its_holder_over_smtp_with_buttons_and_deadline() {
    let (fixture, server, mailer) = over_smtp();
    let case = fixture.filed(&one_review());

    send(&mailer);

    let received = server.received().remove(0);
    assert_eq!(received.to, "cat@henan.example");
    let (subject, text) = read(&received);
    assert_eq!(subject, "【待办】请审核试验 试〔2026〕1号，3月16日前");
    for wanted in [
        "申请部门：省卫健委",
        "您的环节：业务审核",
        "期限：3月16日（周一）24:00 前，共 10 个工作日",
        "?d=approve",
        "?d=return",
        "?d=reject",
        "这封邮件发给 cat先生（省卫健委），因为您是本环节的审核人。",
        &format!("https://share.henan.example/c/{case}"),
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    let row = fixture.outbox(case).remove(0);
    assert_eq!(row.state, OutboxState::Sent);
    assert_eq!(message_id(&received), row.message_id);
}

#[test]
fn all_mails_of_a_case_are_one_thread() {
    let (fixture, server, mailer) = over_smtp();
    let case = fixture.filed(&one_review());
    fixture
        .on("cat", case, "approve", "review")
        .expect("approved");
    send(&mailer);

    let received = server.received();
    let heads: Vec<String> = received
        .iter()
        .map(|mail| String::from_utf8_lossy(&mail.content).into_owned())
        .collect();
    let wanted = format!("References: <case-{case}@share.henan.example>");

    // The first was not needed any more before it left.
    assert_eq!(heads.len(), 1);
    assert!(heads.iter().all(|head| head.contains(&wanted)), "{heads:?}");
    assert_eq!(read(&received[0]).0, "【办结】已同意：试〔2026〕1号");
}

#[test]
fn a_mail_waits_for_the_server_and_arrives_once_under_its_own_name() {
    let fixture = Fixture::with(|settings| {
        // Nobody listens at the discard port.
        settings.mail.delivery = delivery(9);
    });
    let case = fixture.filed(&one_review());
    let down = mailer(&fixture.app);
    for _ in 0..3 {
        send(&down);
        fixture.advance(TimeDelta::hours(1));
    }
    let row = fixture.outbox(case).remove(0);
    assert_eq!((row.state, row.attempts), (OutboxState::Waiting, 3));
    assert_eq!(
        row.last_error.as_deref(),
        Some("the mail server could not be reached")
    );

    let server = SmtpServer::start(Protection::None, "localhost", None);
    let up = fixture.another(|settings| settings.mail.delivery = delivery(server.port));
    let up = mailer(&up);
    for _ in 0..3 {
        send(&up);
        fixture.advance(TimeDelta::hours(1));
    }

    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(message_id(&received[0]), row.message_id);
}

#[test]
fn when_the_server_is_back_everything_goes_out_at_once() {
    let fixture = Fixture::with(|settings| settings.mail.delivery = delivery(9));
    let key = fixture.publish(&one_review());
    let cases: Vec<Ulid> = (0..30)
        .map(|_| fixture.file("ann", &key, json!({})))
        .collect();
    let down = mailer(&fixture.app);
    for _ in 0..10 {
        send(&down);
        fixture.advance(TimeDelta::hours(2));
    }
    send(&down);
    let server = SmtpServer::start(Protection::None, "localhost", None);
    let up = fixture.another(|settings| settings.mail.delivery = delivery(server.port));
    let up = mailer(&up);
    // One that is due at last meets a server that listens.
    let first = fixture.file("ann", &key, json!({}));

    for _ in 0..3 {
        send(&up);
    }

    assert_eq!(server.received().len(), 31);
    for case in cases.into_iter().chain([first]) {
        assert_eq!(fixture.outbox(case)[0].state, OutboxState::Sent);
    }
}

#[test]
fn greylisting_puts_a_mail_off_and_no_other() {
    let (fixture, server, mailer) = over_smtp();
    server.order(Fault::Recipient(
        "451 4.7.1 come back later, cat@henan.example",
    ));
    let key = fixture.publish(&one_review());
    let greylisted = fixture.file("ann", &key, json!({}));
    let other = fixture.file("ann", &key, json!({}));

    send(&mailer);
    let row = fixture.outbox(greylisted).remove(0);
    assert_eq!(row.state, OutboxState::Waiting);
    assert_eq!(
        row.last_error.as_deref(),
        Some("the mail server asks for patience (451)")
    );
    assert_eq!(fixture.outbox(other)[0].state, OutboxState::Sent);

    fixture.advance(TimeDelta::minutes(1));
    send(&mailer);
    assert_eq!(fixture.outbox(greylisted)[0].state, OutboxState::Sent);
    assert_eq!(server.received().len(), 2);
}

#[test]
fn a_mail_that_is_refused_for_good_is_given_up_with_the_reason() {
    let (fixture, server, mailer) = over_smtp();
    server.order(Fault::Recipient("550 5.1.1 no such user"));
    let case = fixture.filed(&one_review());

    send(&mailer);
    fixture.advance(TimeDelta::hours(1));
    send(&mailer);

    let row = fixture.outbox(case).remove(0);
    assert_eq!((row.state, row.attempts), (OutboxState::Failed, 1));
    assert_eq!(
        row.last_error.as_deref(),
        Some("the mail server refused the mail (550)")
    );
    assert!(server.received().is_empty());
}

#[test]
fn a_mail_is_given_up_after_three_days() {
    let fixture = Fixture::with(|settings| settings.mail.delivery = delivery(9));
    let case = fixture.filed(&one_review());
    let down = mailer(&fixture.app);

    for _ in 0..80 {
        send(&down);
        fixture.advance(TimeDelta::minutes(75));
    }

    let row = fixture.outbox(case).remove(0);
    assert_eq!(row.state, OutboxState::Failed);
    assert!((50..80).contains(&row.attempts), "{}", row.attempts);
}

#[test]
fn a_mail_that_cannot_be_put_together_is_given_up_and_holds_up_no_other() {
    let fixture = Fixture::new();
    let key = fixture.publish(&one_review());
    let case = fixture.file("ann", &key, json!({}));
    let good = fixture.outbox(case).remove(0);
    let (id, broken) = (good.id, Ulid::new());
    let now = fixture.clock_now();
    fixture.write(move |conn| {
        let found = outbox::get(conn, id)?.expect("a row");
        outbox::enqueue(
            conn,
            outbox::NewMessage {
                ulid: broken,
                kind: "mail".into(),
                notice: "nonsense".into(),
                case_id: found.case_id,
                task_id: None,
                recipient_id: found.recipient_id,
                params: json!({}),
                message_id: format!("<{broken}@share.henan.example>"),
                available_at: now - TimeDelta::hours(1),
                deliver_until: now + TimeDelta::hours(72),
                created_at: now,
            },
        )
    });

    fixture.deliver();

    let rows = fixture.outbox(case);
    assert_eq!(rows[0].state, OutboxState::Sent);
    assert_eq!(rows[1].state, OutboxState::Failed);
    assert!(
        rows[1]
            .last_error
            .as_deref()
            .is_some_and(|why| why.contains("nonsense"))
    );
}

#[test]
fn two_servers_send_each_mail_once() {
    let Some(fixture) = Fixture::on_postgres() else {
        return;
    };
    let server = SmtpServer::start(Protection::None, "localhost", None);
    let key = fixture.publish(&one_review());
    for _ in 0..60 {
        fixture.file("ann", &key, json!({}));
    }

    let workers: Vec<_> = (0..3)
        .map(|_| {
            let app = fixture.another(|settings| settings.mail.delivery = delivery(server.port));
            std::thread::spawn(move || send(&mailer(&app)))
        })
        .collect();
    for worker in workers {
        worker.join().expect("no panic");
    }

    let mut ids: Vec<String> = server.received().iter().map(message_id).collect();
    ids.sort();
    assert_eq!(ids.len(), 60);
    ids.dedup();
    assert_eq!(ids.len(), 60);
}

#[test]
fn what_a_killed_server_had_claimed_goes_out_soon_and_what_a_living_one_has_does_not() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&one_review());
        let lease = |owner: &str, from: chrono::DateTime<chrono::Utc>| Lease {
            owner: owner.into(),
            until: from + TimeDelta::seconds(30),
        };
        let living = lease("living", fixture.clock_now());
        let claimed = queues::claim_mails(&fixture.app, &living, 10).expect("claims");
        assert_eq!(claimed.len(), 1);
        fixture.advance(TimeDelta::seconds(20));
        let longer = lease("living", fixture.clock_now());
        queues::extend_mails(&fixture.app, &longer).expect("extends");

        fixture.advance(TimeDelta::seconds(20));
        fixture.deliver();
        assert_eq!(
            fixture.outbox(case)[0].state,
            OutboxState::Waiting,
            "it is kept"
        );
        fixture.advance(TimeDelta::seconds(20));
        fixture.deliver();
        assert_eq!(fixture.outbox(case)[0].state, OutboxState::Sent);

        let late = queues::settle_mail(
            &fixture.app,
            &longer,
            claimed[0].id,
            &MailEnd::Failed("late".into()),
        );
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    });
}

/// A sender that stands still at its first mail, until everybody else has had time to take over.
struct Sleeper {
    app: Arc<App>,
    clock: huiqian::clock::ManualClock,
    sent: Arc<AtomicUsize>,
}

impl Sender for Sleeper {
    fn send(&self, _: &Prepared) -> Result<(), SendError> {
        if self.sent.fetch_add(1, Ordering::Relaxed) == 0 {
            self.clock.advance(TimeDelta::minutes(1));
            let waker = mailer(&self.app);
            send(&waker);
        }
        Ok(())
    }
}

/// A server that answers only once four mails are on their way.
struct Gate {
    came: Arc<AtomicUsize>,
    turn: Mutex<()>,
    all: Condvar,
    outcome: Result<(), SendError>,
}

impl Gate {
    const WANTED: usize = 4;

    /// The gate, and how many came to it.
    fn with(outcome: Result<(), SendError>) -> (Self, Arc<AtomicUsize>) {
        let came = Arc::new(AtomicUsize::new(0));
        let gate = Self {
            came: Arc::clone(&came),
            turn: Mutex::new(()),
            all: Condvar::new(),
            outcome,
        };
        (gate, came)
    }
}

impl Sender for Gate {
    fn send(&self, _: &Prepared) -> Result<(), SendError> {
        let turn = self.turn.lock().expect("sound");
        self.came.fetch_add(1, Ordering::Relaxed);
        self.all.notify_all();
        let too_few = |_: &mut ()| self.came.load(Ordering::Relaxed) < Self::WANTED;
        let patience = Duration::from_secs(20);
        let (_turn, waited) = self
            .all
            .wait_timeout_while(turn, patience, too_few)
            .expect("sound");
        assert!(!waited.timed_out(), "one after another");
        self.outcome.clone()
    }
}

/// So many cases' mails by four at a time through a gate. Answers with their rows and with how many came to the gate.
fn through_the_gate(
    cases: usize,
    outcome: Result<(), SendError>,
) -> (Vec<outbox::StoredMessage>, usize) {
    let fixture = Fixture::new();
    let key = fixture.publish(&one_review());
    let cases: Vec<Ulid> = (0..cases)
        .map(|_| fixture.file("ann", &key, json!({})))
        .collect();
    let (gate, came) = Gate::with(outcome);
    let mailer = Mailer::new(Arc::clone(&fixture.app), Box::new(gate));
    send(&mailer.side_by_side(Gate::WANTED));
    let rows = cases.iter().flat_map(|case| fixture.outbox(*case));
    (rows.collect(), came.load(Ordering::Relaxed))
}

#[test]
fn four_mails_are_on_their_way_at_the_same_time_and_each_once() {
    let (rows, came) = through_the_gate(8, Ok(()));

    assert_eq!(came, rows.len());
    let is_sent = |row: &outbox::StoredMessage| row.state == OutboxState::Sent && row.attempts == 1;
    assert!(rows.iter().all(is_sent), "{rows:?}");
}

#[test]
fn where_the_server_is_away_those_on_their_way_try_and_the_others_wait() {
    let away = SendError::Transient(sender::Fault::Network);

    let (rows, came) = through_the_gate(12, Err(away));

    assert!((4..=7).contains(&came), "{came} of {}", rows.len());
    let waits =
        |row: &outbox::StoredMessage| row.state == OutboxState::Waiting && row.last_error.is_some();
    assert!(rows.iter().all(waits), "{rows:?}");
}

#[test]
fn a_server_that_stood_still_sends_nothing_that_others_have_taken_over() {
    let fixture = Fixture::new();
    let key = fixture.publish(&one_review());
    let cases: Vec<Ulid> = (0..5)
        .map(|_| fixture.file("ann", &key, json!({})))
        .collect();
    let sent = Arc::new(AtomicUsize::new(0));
    let sleeper = Sleeper {
        app: Arc::clone(&fixture.app),
        clock: fixture.clock.clone(),
        sent: Arc::clone(&sent),
    };

    send(&Mailer::new(Arc::clone(&fixture.app), Box::new(sleeper)));

    // The one that was under way may leave twice; the others left once.
    assert_eq!(sent.load(Ordering::Relaxed), 1);
    assert_eq!(fixture.mails_to("cat").len(), 5);
    for case in cases {
        assert_eq!(fixture.outbox(case)[0].state, OutboxState::Sent);
    }
}
