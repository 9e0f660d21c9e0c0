//! Mail over a real wire: protected, refused, delayed, dropped, and read back as a mail program reads it.

use std::time::Duration;

use chrono::{NaiveDate, TimeZone, Utc};
use huiqian::calendar::{Duration as Budget, Unit};
use huiqian::config::SmtpUrl;
use huiqian::messages::Language;
use huiqian::notify::facts::{
    ActionLink, Asked, Due, MailFacts, Notice, Recipient, TaskFacts, Why,
};
use huiqian::notify::mail;
use huiqian::notify::message::{Person, Prepared, message_id};
use huiqian::notify::sender::{Fault as Trouble, SendError, Sender};
use huiqian::notify::smtp::Smtp;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders};

use crate::support::smtp::{Fault, Protection, SmtpServer};

fn smtp(url: &str, ca: Option<&str>) -> Smtp {
    let url = SmtpUrl::parse(url).expect("a good URL");
    Smtp::new(&url, ca, Duration::from_secs(3)).expect("set up")
}

/// A server without protection, and a sender for it.
fn plain() -> (SmtpServer, Smtp) {
    let server = SmtpServer::start(Protection::None, "localhost", None);
    let sender = smtp(&format!("smtp://localhost:{}?tls=none", server.port), None);
    (server, sender)
}

fn prepared(id: &str) -> Prepared {
    Prepared {
        from: Person::parse("数据共享审批 <noreply@share.henan.example>").expect("good"),
        to: Person {
            name: "王建国".into(),
            email: "wangjianguo@gat.henan.example".into(),
        },
        written: mail::write(&Notice::Assigned(task()), &facts()).expect("renders"),
        message_id: message_id(id, "share.henan.example"),
        thread: Some(message_id("case-01K7CASE", "share.henan.example")),
        date: Utc
            .with_ymd_and_hms(2026, 10, 13, 0, 30, 0)
            .single()
            .expect("a date"),
    }
}

fn task() -> TaskFacts {
    TaskFacts {
        asked: Asked::Sign,
        stage: "业务审核".into(),
        due: NaiveDate::from_ymd_opt(2026, 10, 22).map(Due::EndOf),
        budget: Some(Budget {
            count: 10,
            unit: Unit::Wd,
        }),
        links: vec![ActionLink {
            label: "同意".into(),
            url: format!(
                "https://share.henan.example/a/{}?d=approve",
                "x".repeat(400)
            ),
        }],
    }
}

fn facts() -> MailFacts {
    MailFacts {
        language: Language::Zh,
        today: NaiveDate::from_ymd_opt(2026, 10, 13).expect("a date"),
        product: "数据共享审批".into(),
        recipient: Recipient {
            name: "王建国".into(),
            department: "省公安厅".into(),
        },
        why: Why::Signer,
        acts_for: None,
        number: "豫数共申〔2026〕0137号".into(),
        workflow: "政务数据共享申请".into(),
        applicant: "省卫生健康委".into(),
        data: None,
        case_url: "https://share.henan.example/cases/01K7CASE".into(),
        contact: None,
        hide_details: false,
    }
}

fn parsed(content: &[u8]) -> Message<'_> {
    MessageParser::default().parse(content).expect("a mail")
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    value
        .as_text_list()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn transient(sent: Result<(), SendError>) -> Trouble {
    match sent {
        Err(SendError::Transient(trouble)) => trouble,
        other => panic!("not transient: {other:?}"),
    }
}

#[test]
fn a_mail_arrives_as_it_was_written() {
    let (server, sender) = plain();
    let sent = prepared("01K7MAIL");

    sender.send(&sent).expect("taken");

    let received = server.received().remove(0);
    assert_eq!(received.from, "noreply@share.henan.example");
    assert_eq!(received.to, "wangjianguo@gat.henan.example");
    let mail = parsed(&received.content);
    assert_eq!(mail.subject(), Some(sent.written.subject.as_str()));
    let unix = |text: &str| text.replace("\r\n", "\n");
    assert_eq!(
        unix(&mail.body_text(0).expect("text")).trim_end(),
        sent.written.text.trim_end()
    );
    assert_eq!(
        unix(&mail.body_html(0).expect("HTML")).trim_end(),
        sent.written.html.trim_end()
    );
    assert_eq!(mail.attachment_count(), 0);
    let content_type = mail.content_type().expect("a type");
    assert_eq!(content_type.ctype(), "multipart");
    assert_eq!(content_type.subtype(), Some("alternative"));
    let to = mail.to().and_then(|to| to.first()).expect("a recipient");
    assert_eq!(to.name(), Some("王建国"));
}

#[test]
fn no_line_on_the_wire_is_longer_than_the_standard_allows() {
    let (server, sender) = plain();

    sender.send(&prepared("01K7MAIL")).expect("taken");

    let content = server.received().remove(0).content;
    let longest = content.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
    assert!(longest <= Some(999), "{longest:?}");
    assert!(content.is_ascii());
}

#[test]
fn the_mails_of_a_case_make_one_thread() {
    let (server, sender) = plain();

    sender.send(&prepared("01K7ONE")).expect("taken");
    sender.send(&prepared("01K7TWO")).expect("taken");

    let received = server.received();
    let (one, two) = (parsed(&received[0].content), parsed(&received[1].content));
    assert_eq!(one.message_id(), Some("01K7ONE@share.henan.example"));
    assert_eq!(two.message_id(), Some("01K7TWO@share.henan.example"));
    for mail in [&one, &two] {
        let references = mail.references();
        let id = references
            .as_text()
            .map_or_else(|| ids(references), |id| vec![id.to_owned()]);
        assert_eq!(id, ["case-01K7CASE@share.henan.example"]);
    }
    let automatic = one.header("Auto-Submitted").and_then(HeaderValue::as_text);
    assert_eq!(automatic, Some("auto-generated"));
    assert_eq!(
        one.date().map(mail_parser::DateTime::to_rfc3339).as_deref(),
        Some("2026-10-13T00:30:00Z")
    );
}

#[test]
fn starttls_encrypts_before_anything_is_said() {
    let server = SmtpServer::start(Protection::StartTls, "localhost", Some(("robot", "sesame")));
    let url = format!("smtp://robot:sesame@localhost:{}", server.port);

    smtp(&url, Some(&server.certificate))
        .send(&prepared("01K7MAIL"))
        .expect("taken");

    assert!(server.received()[0].encrypted);
}

#[test]
fn smtps_encrypts_from_the_first_byte() {
    let server = SmtpServer::start(Protection::Implicit, "localhost", None);
    let url = format!("smtps://localhost:{}", server.port);

    smtp(&url, Some(&server.certificate))
        .send(&prepared("01K7MAIL"))
        .expect("taken");

    assert!(server.received()[0].encrypted);
}

#[test]
fn a_server_without_starttls_gets_nothing() {
    let server = SmtpServer::start(Protection::None, "localhost", None);
    let url = format!("smtp://localhost:{}", server.port);

    let sent = smtp(&url, None).send(&prepared("01K7MAIL"));

    assert_eq!(transient(sent), Trouble::Tls);
    assert!(server.received().is_empty());
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    for protection in [Protection::StartTls, Protection::Implicit] {
        let server = SmtpServer::start(protection, "mail.elsewhere.example", None);
        let scheme = if protection == Protection::Implicit {
            "smtps"
        } else {
            "smtp"
        };
        let url = format!("{scheme}://localhost:{}", server.port);

        let sent = smtp(&url, Some(&server.certificate)).send(&prepared("01K7MAIL"));

        assert_eq!(transient(sent), Trouble::Tls, "{protection:?}");
        assert!(server.received().is_empty());
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = SmtpServer::start(Protection::StartTls, "localhost", None);
    let url = format!("smtp://localhost:{}", server.port);

    let sent = smtp(&url, None).send(&prepared("01K7MAIL"));

    assert_eq!(transient(sent), Trouble::Tls);
    assert!(server.received().is_empty());
}

#[test]
fn a_wrong_login_keeps_the_mail_and_repeats_no_address() {
    let server = SmtpServer::start(Protection::StartTls, "localhost", Some(("robot", "sesame")));
    let url = format!("smtp://robot:wrong@localhost:{}", server.port);

    let error = smtp(&url, Some(&server.certificate))
        .send(&prepared("01K7MAIL"))
        .expect_err("refused");

    assert_eq!(error, SendError::Transient(Trouble::Login(535)));
    let said = format!("{error} {error:?}");
    assert!(!said.contains('@') && !said.contains("wrong"), "{said}");
}

#[test]
fn a_server_that_wants_a_login_says_so_and_the_mail_waits() {
    let server = SmtpServer::start(Protection::StartTls, "localhost", Some(("robot", "sesame")));
    let url = format!("smtp://localhost:{}", server.port);

    let sent = smtp(&url, Some(&server.certificate)).send(&prepared("01K7MAIL"));

    assert_eq!(transient(sent), Trouble::Login(530));
}

#[test]
fn greylisting_and_a_busy_server_are_worth_another_try() {
    let (server, sender) = plain();
    server.order(Fault::Recipient(
        "451 4.7.1 greylisted, wangjianguo@gat.henan.example",
    ));
    server.order(Fault::Content("452 4.3.1 disk full"));
    server.order(Fault::Greeting("421 4.3.2 too busy"));

    assert_eq!(
        transient(sender.send(&prepared("01K7MAIL"))),
        Trouble::Busy(451)
    );
    assert_eq!(
        transient(sender.send(&prepared("01K7MAIL"))),
        Trouble::Busy(452)
    );
    assert_eq!(
        transient(sender.send(&prepared("01K7MAIL"))),
        Trouble::Busy(421)
    );
    sender.send(&prepared("01K7MAIL")).expect("taken at last");

    assert_eq!(server.received().len(), 1);
}

#[test]
fn an_unknown_recipient_is_permanent_and_the_answer_is_not_repeated() {
    let (server, sender) = plain();
    server.order(Fault::Recipient(
        "550 5.1.1 no such user wangjianguo@gat.henan.example",
    ));

    let error = sender.send(&prepared("01K7MAIL")).expect_err("refused");

    assert_eq!(error, SendError::Permanent(Trouble::Refused(550)));
    let said = format!("{error} {error:?}");
    assert!(
        !said.contains('@') && !said.contains("wangjianguo"),
        "{said}"
    );
}

#[test]
fn a_connection_lost_after_the_content_leads_to_the_same_message_id_again() {
    let (server, sender) = plain();
    server.order(Fault::DropAfterData);
    let mail = prepared("01K7MAIL");

    let first = sender.send(&mail);
    let second = sender.send(&mail);

    assert!(!first.expect_err("no answer").is_permanent());
    second.expect("taken");
    let received = server.received();
    assert_eq!(received.len(), 2);
    let ids: Vec<_> = received
        .iter()
        .map(|mail| parsed(&mail.content).message_id().map(str::to_owned))
        .collect();
    assert_eq!(ids[0].as_deref(), Some("01K7MAIL@share.henan.example"));
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn a_server_that_says_nothing_is_left_in_time() {
    let (server, sender) = plain();
    server.order(Fault::Slow(Duration::from_secs(8)));

    let sent = sender.send(&prepared("01K7MAIL"));

    // Whoever waited would have been greeted in the end.
    assert_eq!(transient(sent), Trouble::Timeout);
}

#[test]
fn a_server_that_is_not_there_is_worth_another_try() {
    let sent = smtp("smtp://localhost:1?tls=none", None).send(&prepared("01K7MAIL"));

    assert_eq!(transient(sent), Trouble::Network);
}

#[test]
fn a_connection_is_used_for_more_than_one_mail_and_replaced_when_it_breaks() {
    let (server, sender) = plain();

    for at in 0..3 {
        sender.send(&prepared(&format!("01K7{at}"))).expect("taken");
    }
    server.order(Fault::DropAfterData);
    assert!(sender.send(&prepared("01K7LOST")).is_err());
    sender.send(&prepared("01K7LAST")).expect("taken");

    assert_eq!(server.received().len(), 5);
}
