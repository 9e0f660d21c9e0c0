//! Action links: opened as often as anybody likes, used once, dead for a dozen reasons.

use std::sync::{Arc, Barrier};
use std::thread;

use huiqian::engine::Rejection;
use huiqian::services::links::{self, Reply};
use huiqian::services::{App, Error};
use huiqian::storage::{action_links, events};
use serde_json::json;
use ulid::Ulid;

use crate::support::app::{Fixture, token_in};
use crate::support::definitions::{for_data, reviewed, with_stages};

/// The cause of a dead link.
pub fn dead(answer: Result<impl std::fmt::Debug, Error>) -> &'static str {
    match answer {
        Err(Error::DeadLink(key)) => key,
        other => panic!("not dead: {other:?}"),
    }
}

/// Approves through a link.
pub fn approve(app: &Arc<App>, token: &str) -> Result<links::Done, Error> {
    links::act(app, token, Reply::named("approve"))
}

/// Everything that opening a link could change.
fn state(fixture: &Fixture, case: Ulid) -> (i64, usize, String) {
    let id = fixture.case_id(case);
    let events = fixture.read(|conn| events::of_case(conn, id)).len();
    let revision = fixture.case(case).revision;
    let links = fixture.read(|conn| {
        let task = huiqian::storage::tasks::of_case(conn, id)?;
        let mut live = Vec::new();
        for task in task {
            live.extend(action_links::live_of_task(conn, task.id)?);
        }
        Ok(format!("{live:?}"))
    });
    (revision, events, links)
}

#[test]
fn a_link_shows_who_signs_what_and_says_it_in_few_words() {
    let fixture = Fixture::new();
    let case = fixture.filed(&reviewed());
    let token = fixture.link("bob");

    let page = links::show(&fixture.app, &token).expect("shows");

    assert_eq!(page.name, "bob先生");
    assert_eq!(page.department, "省卫健委");
    assert_eq!(page.address, "b***@henan.example");
    assert_eq!(page.number, fixture.case(case).number.expect("a number"));
    assert_eq!(page.stage.zh, "业务审核");
    assert_eq!(page.case, case);
    let offers: Vec<_> = page
        .offers
        .iter()
        .map(|offer| (offer.answer.as_str(), offer.comment))
        .collect();
    assert_eq!(
        offers,
        [("approve", false), ("return", true), ("reject", true)]
    );
    assert_eq!(
        page.offers[1].return_to.last().expect("a target").id,
        "applicant"
    );
    assert!(page.due.is_some() && page.signed.is_empty());
}

#[test]
fn opening_a_link_a_thousand_times_changes_nothing_and_it_still_acts() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed());
        let token = fixture.link("bob");
        let before = state(fixture, case);

        for _ in 0..500 {
            links::open(&fixture.app, &token).expect("opens");
            links::show(&fixture.app, &token).expect("shows");
        }

        assert_eq!(state(fixture, case), before);
        approve(&fixture.app, &token).expect("acts");
        assert_eq!(fixture.task("cat", case, "head").0, 2);
    });
}

#[test]
fn an_answer_is_logged_as_that_persons_through_a_link() {
    let fixture = Fixture::new();
    let case = fixture.filed(&reviewed());

    let done = approve(&fixture.app, &fixture.link("bob")).expect("acts");

    let id = fixture.case_id(case);
    let events = fixture.read(|conn| events::of_case(conn, id));
    let answered = events
        .iter()
        .find(|stored| stored.event.kind == "answered")
        .expect("an answer");
    assert_eq!(answered.event.channel, "link");
    assert_eq!(answered.event.actor_id, Some(fixture.id("bob")));
    assert_eq!((done.case, done.answer.as_str()), (case, "approve"));
    assert_eq!(done.receipt.len(), 14);
    let counted = fixture.app.counters.actions();
    assert!(counted.contains(&("approve", true, 1)), "{counted:?}");
}

#[test]
fn twenty_answers_at_once_through_one_link_are_one() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed());
        let token = fixture.link("bob");
        let other = match fixture.kind {
            "PostgreSQL" => fixture.another(|_| {}),
            _ => Arc::clone(&fixture.app),
        };
        let start = Arc::new(Barrier::new(20));
        let tries: Vec<_> = (0..20)
            .map(|index| {
                let app = Arc::clone(if index % 2 == 0 { &fixture.app } else { &other });
                let (token, start) = (token.clone(), Arc::clone(&start));
                thread::spawn(move || {
                    start.wait();
                    approve(&app, &token)
                })
            })
            .collect();

        let answers: Vec<_> = tries
            .into_iter()
            .map(|tried| tried.join().expect("no panic"))
            .collect();

        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(dead(answer), "links.dead.used");
        }
        assert_eq!(fixture.case(case).tasks.len(), 2);
    });
}

#[test]
fn a_refused_answer_leaves_the_link_as_it_was() {
    let fixture = Fixture::new();
    fixture.filed(&reviewed());
    let token = fixture.link("bob");

    let refused = links::act(&fixture.app, &token, Reply::named("reject"));

    assert!(
        matches!(refused, Err(Error::Rejected(Rejection::CommentMissing(_)))),
        "{refused:?}"
    );
    let reply = Reply {
        comment: Some("依据不足".into()),
        ..Reply::named("reject")
    };
    links::act(&fixture.app, &token, reply).expect("acts");
}

#[test]
fn a_link_does_only_what_its_mail_offered() {
    let fixture = Fixture::new();
    let case = fixture.filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, email_link: {actions: [approve]}}",
    ));
    let token = fixture.link("bob");

    for action in ["reject", "return", "withdraw", "comment", "nothing"] {
        let refused = links::act(
            &fixture.app,
            &token,
            Reply {
                comment: Some("理由".into()),
                ..Reply::named(action)
            },
        );
        assert!(
            matches!(refused, Err(Error::Rejected(_))),
            "{action}: {refused:?}"
        );
    }
    assert_eq!(fixture.case(case).revision, 1);
}

#[test]
fn a_stages_own_choices_are_its_buttons() {
    let fixture = Fixture::new();
    fixture.filed(&with_stages(
        "  - stage: receive\n    title: 接收确认\n    kind: work\n    who: section_head@applicant\n    choices:\n      usable: {title: 可用}\n      wrong: {title: 有误, comment: required}",
    ));
    let mail = fixture.mails_to("bob").remove(0);
    let token = token_in(&mail.mail.text).expect("a link");

    assert!(
        mail.mail.text.contains(&format!(
            "可用：\nhttps://share.henan.example/a/{token}?d=choose:usable"
        )),
        "{}",
        mail.mail.text
    );
    let page = links::show(&fixture.app, &token).expect("shows");
    assert_eq!(page.offers.len(), 2);
    assert!(page.offers[1].comment);
    links::act(&fixture.app, &token, Reply::named("choose:usable")).expect("acts");
}

#[test]
fn where_a_login_is_needed_the_mail_only_points_there() {
    let stages = [
        "  - {stage: review, title: 审核, who: section_head@applicant, email_link: never}",
        "  - {stage: review, title: 审核, who: section_head@applicant, email_link: {actions: [approve], auth: login}}",
        "  - {stage: review, title: 审核, who: section_head@applicant, fills: [note]}",
    ];
    for stages in stages {
        let fixture = Fixture::new();
        let case = fixture.filed(&with_stages(stages));

        let mail = fixture.mails_to("bob").remove(0);

        assert_eq!(token_in(&mail.mail.text), None, "{stages}");
        assert!(
            mail.mail
                .text
                .contains(&format!("https://share.henan.example/c/{case}")),
            "{}",
            mail.mail.text
        );
    }
}

#[test]
fn data_of_level_three_needs_a_login_and_data_of_level_two_does_not() {
    let fixture = Fixture::new();
    let key = fixture.publish(for_data());

    fixture.file(
        "ann",
        &key,
        json!({"resources": [{"resource": "pop", "item": "name"}]}),
    );
    let low = fixture.mails_to("bob").pop().expect("a mail");
    assert!(token_in(&low.mail.text).is_some(), "{}", low.mail.text);
    assert!(
        low.mail.text.contains("申请数据：人口基础信息（省公安厅）"),
        "{}",
        low.mail.text
    );
    assert!(!low.mail.text.contains("姓名"), "no item is named");

    fixture.file(
        "ann",
        &key,
        json!({"resources": [{"resource": "health", "item": "name"}]}),
    );
    let high = fixture.mails_to("bob").pop().expect("a mail");
    assert_eq!(token_in(&high.mail.text), None);
}
