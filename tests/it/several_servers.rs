//! Two server processes on one PostgreSQL behind a reverse proxy: whoever goes from one to the other notices nothing.

use std::time::{Duration, Instant};

use mail_parser::MessageParser;

use crate::support::balancer::Balancer;
use crate::support::databases::{self, TestDatabase};
use crate::support::errands::set_up;
use crate::support::process::Deployment;
use crate::support::smtp::{Protection, SmtpServer};
use crate::support::visitor::{Page, Visitor};

const PASSWORD: &str = "correct horse battery staple";

struct Servers {
    first: Deployment,
    second: Deployment,
    balancer: Balancer,
    mail: SmtpServer,
    _database: TestDatabase,
}

/// `None` where there is no PostgreSQL.
fn servers() -> Option<Servers> {
    let database = databases::postgres()?;
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let (listener, port) = Balancer::listen();
    let mut first = Deployment::new(&database.url, mail.port);
    let mut second = Deployment::new(&database.url, mail.port);
    let files = first.path().join("files").display().to_string();
    second.set("ATTACHMENTS", &files);
    for server in [&mut first, &mut second] {
        server.set("BASE_URL", &format!("http://127.0.0.1:{port}"));
    }
    set_up(&first);
    let password = first.file("password", PASSWORD);
    let password = password.to_str().expect("a path");
    for login in ["ann", "bob"] {
        first.ok(&["person", "password", login, "--password-file", password]);
    }
    first.start();
    second.start();
    let balancer = Balancer::open(listener, &[first.port(), second.port()]);
    Some(Servers {
        first,
        second,
        balancer,
        mail,
        _database: database,
    })
}

#[track_caller]
fn log_in(visitor: &Visitor, login: &str) {
    let page = visitor.log_in_on(&visitor.get("/login"), login, PASSWORD);
    assert_eq!(page.status, 303, "{}", page.text("main"));
}

/// Fills in the form and submits it; each step where `at` says. Answers with the case's page.
fn file(at: &dyn Fn() -> Visitor, subject: &str) -> String {
    let chosen = at().get("/new");
    let mut form = chosen.form("form[action='/new']");
    form.set("workflow", "errand");
    let begun = at().send(&form);
    let first = at().follow(&begun);
    let first = match first.status {
        200 => first,
        _ => at().follow(&first),
    };
    let mut form = first.form("form[action*='/edit/']");
    form.set("subject", subject).set("do", "next");
    let check = at().follow(&at().send(&form));
    let sent = at().send(&check.form("form[action$='/check']"));
    let submitted = sent.header("location").expect("submitted");
    let case = submitted.trim_end_matches("/submitted").to_owned();
    assert!(case.starts_with("/c/"), "{case}");
    case
}

/// The address of the first link in the latest mail to somebody, from its path on.
fn link(mail: &SmtpServer, address: &str) -> String {
    let since = Instant::now();
    loop {
        if let Some(received) = mail.to(address).pop() {
            let read = MessageParser::default().parse(&received.content);
            let read = read.expect("a mail");
            let text = read.body_text(0).expect("a text").into_owned();
            let (_, rest) = text.split_once("/a/").expect("a link");
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            return format!("/a/{}", &rest[..end]);
        }
        assert!(since.elapsed() < Duration::from_secs(30), "no mail came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Approves by a mail's link, without logging in.
fn approve(visitor: &Visitor, link: &str) -> Page {
    visitor.get(link);
    let confirm = visitor.get("/a/confirm");
    visitor.send(&confirm.form("form[action='/a/confirm']"))
}

#[test]
fn a_login_here_a_request_there_and_a_mail_link_here_are_one_story() {
    let Some(servers) = servers() else { return };
    let (one, other) = (servers.first.address(), servers.second.address());
    let ann = Visitor::of(&one);
    log_in(&ann, "ann");

    let there = ann.at(&other);
    let case = file(&|| there.at(&other), "调研材料");

    let link = link(&servers.mail, "bob@henan.example");
    let done = approve(&Visitor::of(&one), &link);
    assert_eq!(done.status, 200, "{}", done.text("main"));
    assert!(done.text("main").contains("您的意见已提交：同意"));
    for address in [&one, &other] {
        let page = ann.at(address).get(&case);
        assert!(page.text(".ph").contains("已办结"), "{}", page.text(".ph"));
    }
    assert_eq!(
        approve_again(&Visitor::of(&other), &link),
        410,
        "used up there too"
    );

    let page = there.get("/inbox");
    let out = there.send(&page.form("form[action='/logout']"));
    assert_eq!(out.status, 303, "{}", out.text("main"));
    for address in [&one, &other] {
        let page = ann.at(address).get("/inbox");
        assert_eq!(page.status, 303, "a session ends everywhere");
        assert!(
            page.header("location")
                .is_some_and(|to| to.starts_with("/login"))
        );
    }
}

fn approve_again(visitor: &Visitor, link: &str) -> u16 {
    visitor.get(link);
    visitor.get("/a/confirm").status
}

#[test]
fn behind_a_proxy_each_request_may_go_to_another_server_and_one_may_go_away() {
    let Some(mut servers) = servers() else { return };
    let ann = Visitor::of(&servers.balancer.address());
    log_in(&ann, "ann");
    let bob = Visitor::of(&servers.balancer.address());

    let address = servers.balancer.address();
    let case = file(&|| ann.at(&address), "第一件");
    let done = approve(&bob, &link(&servers.mail, "bob@henan.example"));
    assert!(done.text("main").contains("您的意见已提交：同意"));
    let shares = servers.balancer.answered();
    assert!(shares.iter().all(|share| 3 <= *share), "{shares:?}");

    servers.first.ask_to_end();
    servers.first.ended();
    let page = ann.get(&case);
    assert!(page.text(".ph").contains("已办结"), "{}", page.text(".ph"));
    let before = servers.mail.to("bob@henan.example").len();
    file(&|| ann.at(&address), "第二件");
    let since = Instant::now();
    while servers.mail.to("bob@henan.example").len() == before {
        assert!(since.elapsed() < Duration::from_secs(30), "no mail came");
        std::thread::sleep(Duration::from_millis(50));
    }
}
