//! Dead links: a dozen causes, each before and after the page was opened, and who is told.

use huiqian::config::Secret;
use huiqian::engine::Input;
use huiqian::messages::{Language, has};
use huiqian::services::links::{self, Reply};
use huiqian::services::sessions;
use serde_json::json;
use ulid::Ulid;

use crate::links::{approve, dead};
use crate::support::app::{Fixture, SECRET};
use crate::support::definitions::{for_data, reviewed, with_stages};
use crate::support::world::{answers_of, at};

/// What makes a link dead, and the sentence that its person is told.
type Death = (&'static str, fn(&Fixture, Ulid, &str), &'static str);

const DEATHS: &[Death] = &[
    (
        "used",
        |fixture, _, token| {
            approve(&fixture.app, token).expect("acts");
        },
        "links.dead.used",
    ),
    (
        "answered after login",
        |fixture, case, _| {
            fixture.on("bob", case, "approve", "review").expect("acts");
        },
        "links.dead.done_by_you",
    ),
    (
        "answered by another",
        |fixture, case, _| {
            fixture.on("bea", case, "approve", "review").expect("acts");
        },
        "links.dead.done_by_other",
    ),
    (
        "claimed by another",
        |fixture, case, _| {
            fixture.on("bea", case, "claim", "review").expect("acts");
        },
        "links.dead.claimed",
    ),
    (
        "reassigned when overdue",
        |fixture, _, _| fixture.wait_until("2026-03-06 09:00"),
        "links.dead.reassigned",
    ),
    (
        "withdrawn",
        |fixture, case, _| {
            fixture
                .act("ann", case, "withdraw", Input::default())
                .expect("withdrawn");
        },
        "links.dead.withdrawn",
    ),
    (
        "returned by another, edited and submitted again",
        |fixture, case, _| {
            let input = Input {
                comment: Some("请改".into()),
                ..Input::default()
            };
            fixture
                .on_with("bea", case, "return", "review", input)
                .expect("returned");
            fixture
                .on("ann", case, "submit", "applicant")
                .expect("submitted");
        },
        "links.dead.done_by_other",
    ),
    (
        "terminated",
        |fixture, case, _| {
            let input = Input {
                comment: Some("重复".into()),
                ..Input::default()
            };
            fixture
                .act("adm", case, "terminate", input)
                .expect("terminated");
        },
        "links.dead.closed",
    ),
    (
        "deactivated",
        |fixture, _, _| fixture.deactivate("bob"),
        "links.dead.inactive",
    ),
    (
        "post lost",
        |fixture, _, _| fixture.take_posts("bob"),
        "links.dead.not_entitled",
    ),
    (
        "newer mail",
        |fixture, _, _| fixture.wait_until("2026-03-04 10:00"),
        "links.dead.newer",
    ),
    (
        "expired",
        |fixture, _, _| fixture.clock.set(at("2026-03-06 00:00")),
        "links.dead.expired",
    ),
];

/// One review with a reminder after a day and another holder after the deadline.
fn mortal() -> String {
    with_stages(
        "  - stage: review\n    title: 审核\n    who: section_head@applicant\n    due: {in: 3wd, remind: [2wd before], overdue: [{after: 0wd, assign: share_office_head@applicant}]}",
    )
}

#[test]
fn a_dead_link_opens_no_page_and_acts_no_more() {
    for (name, kill, key) in DEATHS {
        Fixture::each(|fixture| {
            let case = fixture.filed(&mortal());
            let token = fixture.link("bob");

            kill(fixture, case, &token);

            assert_eq!(dead(links::open(&fixture.app, &token)), *key, "{name}");
            assert_eq!(dead(links::show(&fixture.app, &token)), *key, "{name}");
            let before = fixture.case(case);
            assert_eq!(dead(approve(&fixture.app, &token)), *key, "{name}");
            assert_eq!(fixture.case(case), before, "{name}");
        });
    }
}

#[test]
fn a_page_that_was_open_when_its_link_died_acts_no_more() {
    for (name, kill, key) in DEATHS {
        let fixture = Fixture::new();
        let case = fixture.filed(&mortal());
        let token = fixture.link("bob");
        let page = links::show(&fixture.app, &token).expect("shows");

        kill(&fixture, case, &token);
        let before = fixture.case(case);
        let reply = Reply {
            seen: Some(page.revision),
            ..Reply::named("approve")
        };

        assert_eq!(
            dead(links::act(&fixture.app, &token, reply)),
            *key,
            "{name}"
        );
        assert_eq!(fixture.case(case), before, "{name}");
    }
}

#[test]
fn a_link_signed_with_a_revoked_key_is_no_link() {
    let fixture = Fixture::new();
    fixture.filed(&reviewed());
    let token = fixture.link("bob");
    let new = "vutsrqponmlkjihgfedcba9876543210";
    let revoked = fixture.another(|settings| settings.secret_key = Secret::new(new));
    let rotated = fixture.another(|settings| {
        settings.secret_key = Secret::new(new);
        settings.previous_secret_keys = vec![Secret::new(SECRET)];
    });

    assert_eq!(dead(links::open(&revoked, &token)), "links.dead.unknown");
    assert_eq!(dead(approve(&revoked, &token)), "links.dead.unknown");
    approve(&rotated, &token).expect("the old key still opens what it made");
}

#[test]
fn only_its_own_person_is_told_why_a_link_is_dead() {
    let fixture = Fixture::new();
    let case = fixture.filed(&reviewed());
    let token = fixture.link("bob");
    let done = approve(&fixture.app, &token).expect("acts");

    let session = fixture.login("bob");
    let (_, viewer) = sessions::of_cookie(&fixture.app, session.token.as_str()).expect("in");
    let told = links::why_dead(&fixture.app, viewer.person.id, &token)
        .expect("answers")
        .expect("a cause");

    assert_eq!((told.key, told.case), ("links.dead.used", case));
    assert_eq!(told.receipt, Some(done.receipt));
    let other = links::why_dead(&fixture.app, fixture.id("bea"), &token).expect("answers");
    assert_eq!(other, None);
    let forged = links::why_dead(&fixture.app, fixture.id("bob"), "x.y.z").expect("answers");
    assert_eq!(forged, None);
}

#[test]
fn every_cause_has_its_sentence() {
    let keys = DEATHS.iter().map(|(_, _, key)| *key);
    for key in keys.chain([
        "links.dead.unknown",
        "links.dead.waiting",
        "links.dead.others_first",
        "links.dead.login_needed",
    ]) {
        for language in [Language::Zh, Language::En] {
            assert!(has(language, key), "{key}");
        }
    }
}

#[test]
fn data_that_rose_to_level_three_takes_its_links_away() {
    let fixture = Fixture::new();
    let key = fixture.publish(for_data());
    let case = fixture.file(
        "ann",
        &key,
        json!({"resources": [{"resource": "pop", "item": "name"}]}),
    );
    let token = fixture.link("bob");
    let id = fixture.case_id(case);
    // As a supplement would change it, without its newer mail.
    let mut risen = fixture.case(case);
    risen.answers.insert(
        "resources".into(),
        json!([{"resource": "pop", "item": "name", "level": 3}]),
    );
    fixture.write(move |conn| {
        let stored = huiqian::storage::cases::get_by_id(conn, id)?.expect("a case");
        let state = huiqian::storage::cases::CaseState {
            version_id: stored.summary.version_id,
            status: stored.summary.status,
            outcome: None,
            end_id: None,
            title: stored.summary.title,
            snapshot: serde_json::to_value(&risen).expect("JSON"),
            level: 3,
            due_at: None,
            awaiting: None,
            updated_at: stored.summary.updated_at,
            ended_at: None,
            keep_until: None,
        };
        huiqian::storage::cases::save(conn, id, stored.revision, state)
    });

    assert_eq!(
        dead(approve(&fixture.app, &token)),
        "links.dead.login_needed"
    );
}

#[test]
fn a_supplement_that_is_out_stops_the_link_until_the_next_mail() {
    let fixture = Fixture::new();
    let case = fixture.filed(&with_stages(
        "  - {stage: intake, title: 受理, who: section_head@applicant, supplement: {times: 1, due: 5wd}}",
    ));
    let token = fixture.link("bob");
    let missing = Input {
        comment: Some("缺说明".into()),
        fields: vec!["note".into()],
        ..Input::default()
    };
    fixture
        .on_with("bea", case, "supplement", "intake", missing)
        .expect("asked");

    assert_eq!(dead(approve(&fixture.app, &token)), "links.dead.waiting");

    let supplied = Input {
        answers: Some(answers_of(json!({"note": "补上"}))),
        ..Input::default()
    };
    fixture
        .on_with("ann", case, "supply", "intake", supplied)
        .expect("supplied");
    assert_eq!(dead(approve(&fixture.app, &token)), "links.dead.newer");
    approve(&fixture.app, &fixture.link("bob")).expect("the newer one acts");
}
