//! What happens while nobody looks: workers, timers, and what is cleared away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use chrono::TimeDelta;
use huiqian::config::{Delivery, SmtpUrl};
use huiqian::jobs;
use huiqian::services::{App, Error, cases, mailbox, queues};
use huiqian::storage::outbox::OutboxState;
use huiqian::storage::sessions::{self, Session};
use huiqian::storage::{Lease, StorageError, logins, timers};
use serde_json::json;
use ulid::Ulid;

use crate::support::app::{Fixture, reason};
use crate::support::definitions::{one_review, with_stages};
use crate::support::world::at;

#[test]
fn the_workers_catch_a_mail_within_seconds_and_stop_when_told() {
    let fixture = Fixture::new();
    let running = jobs::start(Arc::clone(&fixture.app)).expect("starts");
    let case = fixture.filed(&one_review());
    running.wake();

    let patience = SystemTime::now() + Duration::from_secs(20);
    while fixture.outbox(case)[0].state != OutboxState::Sent {
        assert!(SystemTime::now() < patience, "no mail went out");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.stop();

    let page = mailbox::list(&fixture.app, Some("cat@henan.example"), None, 10).expect("lists");
    let caught = mailbox::get(&fixture.app, page.rows[0].id).expect("there");
    let header = |name: &str| {
        let found = caught.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(header("Subject"), caught.stored.mail.subject);
    assert_eq!(header("From"), "会签 <noreply@share.henan.example>");
    assert_eq!(header("Message-ID"), caught.stored.mail.message_id);
}

#[test]
fn where_mails_are_sent_there_is_no_mailbox() {
    let server = SmtpUrl::parse("smtp://localhost:25?tls=none").expect("a URL");
    let fixture = Fixture::with(|settings| {
        settings.mail.delivery = Delivery::Smtp { server, ca: None };
    });

    assert!(matches!(
        mailbox::list(&fixture.app, None, None, 10),
        Err(Error::NotFound)
    ));
}

fn timed() -> String {
    with_stages(
        "  - stage: review\n    title: 审核\n    who: share_office_head@applicant\n    due: {in: 2wd, remind: [1wd before, every 1wd after], overdue: [{after: 1wd, escalate: dept_leader@applicant}]}",
    )
}

#[test]
fn after_three_days_down_everything_fires_once_and_the_oldest_first() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&timed());
        let mut cases = Vec::new();
        for _ in 0..70 {
            cases.push(fixture.file("ann", &key, json!({})));
            fixture.advance(TimeDelta::seconds(1));
        }
        fixture.deliver();
        let fired = std::sync::Mutex::new(Vec::new());

        fixture.clock.set(at("2026-03-09 12:00"));
        let act = |app: &Arc<App>, case: i64, lease: &Lease| {
            fired.lock().expect("not poisoned").push(case);
            cases::tick(app, case, lease)
        };
        while jobs::timer_pass(&fixture.app, &act).expect("timers act") {}

        let fired = fired.into_inner().expect("not poisoned");
        let ids: Vec<i64> = cases.iter().map(|case| fixture.case_id(*case)).collect();
        assert_eq!(fired, ids, "each once, in the order in which they were due");
        for case in &cases {
            let sent = fixture.outbox(*case);
            let count = |notice: &str| sent.iter().filter(|row| row.notice == notice).count();
            // The reminder would be wrong by now, and the deadline's own mail and the recurring one say the same.
            assert_eq!(
                (count("reminder"), count("overdue"), count("escalated")),
                (0, 1, 1),
                "{sent:?}"
            );
            let id = fixture.case_id(*case);
            let next = fixture.read(|conn| timers::get(conn, id)).expect("a timer");
            assert!(fixture.clock_now() < next.fire_at);
        }
    });
}

#[test]
fn a_timer_that_panics_is_left_alone_after_three_tries_and_holds_up_no_other() {
    let fixture = Fixture::new();
    let key = fixture.publish(&timed());
    let bad = fixture.file("ann", &key, json!({}));
    let good = fixture.file("ann", &key, json!({}));
    let bad = fixture.case_id(bad);
    let tries = AtomicUsize::new(0);
    let act = |app: &Arc<App>, case: i64, lease: &Lease| {
        if case == bad {
            tries.fetch_add(1, Ordering::Relaxed);
            // Inside a transaction, where it could hold on to the database.
            return app
                .db
                .write(|_| -> Result<bool, Error> { panic!("for the test") });
        }
        cases::tick(app, case, lease)
    };

    fixture.clock.set(at("2026-03-04 09:00"));
    for _ in 0..6 {
        while jobs::timer_pass(&fixture.app, &act).expect("goes on") {}
        fixture.advance(TimeDelta::minutes(10));
    }

    assert_eq!(tries.load(Ordering::Relaxed), 3);
    let stuck = queues::stuck_timers(&fixture.app).expect("answers");
    assert_eq!(stuck.len(), 1);
    assert_eq!(
        (stuck[0].case_id, stuck[0].last_error.as_deref()),
        (bad, Some("panic"))
    );
    let good = fixture.case_id(good);
    let next = fixture
        .read(|conn| timers::get(conn, good))
        .expect("a timer");
    assert!(fixture.clock_now() < next.fire_at);
}

#[test]
fn a_timer_that_met_no_database_is_not_given_up() {
    let fixture = Fixture::new();
    let key = fixture.publish(&timed());
    let case = fixture.file("ann", &key, json!({}));
    fixture.clock.set(at("2026-03-04 09:00"));
    let gone = |_: &Arc<App>, _: i64, _: &Lease| {
        let gone = StorageError::Unavailable("the database is gone".into());
        Err::<bool, Error>(gone.into())
    };
    for _ in 0..5 {
        jobs::timer_pass(&fixture.app, &gone).expect("goes on");
        fixture.advance(TimeDelta::minutes(10));
    }

    assert_eq!(queues::stuck_timers(&fixture.app).expect("answers"), []);
    fixture.let_time_act();
    let id = fixture.case_id(case);
    let next = fixture.read(|conn| timers::get(conn, id)).expect("a timer");
    assert!(fixture.clock_now() < next.fire_at);
}

#[test]
fn somebodys_action_sets_a_stuck_timer_going_again() {
    let fixture = Fixture::new();
    let key = fixture.publish(&timed());
    let case = fixture.file("ann", &key, json!({}));
    fixture.clock.set(at("2026-03-04 09:00"));
    let fails = |_: &Arc<App>, _: i64, _: &Lease| Err::<bool, Error>(Error::Corrupt("test".into()));
    for _ in 0..3 {
        jobs::timer_pass(&fixture.app, &fails).expect("goes on");
        fixture.advance(TimeDelta::minutes(10));
    }
    assert_eq!(
        queues::stuck_timers(&fixture.app).expect("answers").len(),
        1
    );

    fixture
        .act("cat", case, "comment", reason("在办"))
        .expect("said");
    fixture.let_time_act();

    assert!(
        queues::stuck_timers(&fixture.app)
            .expect("answers")
            .is_empty()
    );
}

/// A server that is killed in the middle: it claims, fires until it comes to `fatal`, and leaves the rest as it is.
fn killed_at(fixture: &Fixture, fatal: Option<i64>) {
    let lease = Lease {
        owner: Ulid::new().to_string(),
        until: fixture.clock_now() + TimeDelta::seconds(30),
    };
    let due = queues::claim_timers(&fixture.app, &lease, 20).expect("claims");
    for timer in due {
        if fatal.is_none_or(|fatal| fatal == timer.case_id) {
            break;
        }
        cases::tick(&fixture.app, timer.case_id, &lease).expect("fires");
    }
    fixture.advance(TimeDelta::minutes(1));
}

#[test]
fn a_server_that_is_killed_three_times_leaves_no_timer_to_an_administrator_that_was_not_tried() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&timed());
        let cases: Vec<i64> = (0..5)
            .map(|_| fixture.case_id(fixture.file("ann", &key, json!({}))))
            .collect();
        fixture.clock.set(at("2026-03-04 09:00"));
        for _ in 0..3 {
            killed_at(fixture, None);
        }

        fixture.let_time_act();

        assert_eq!(queues::stuck_timers(&fixture.app).expect("answers"), []);
        for case in cases {
            let next = fixture.read(|conn| timers::get(conn, case));
            let next = next.expect("a timer");
            assert!(fixture.clock_now() < next.fire_at, "it has fired");
            assert_eq!(next.attempts, 0);
        }
    });
}

#[test]
fn a_timer_that_ends_the_server_is_left_alone_after_three_tries_and_the_others_fire() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&timed());
        let cases: Vec<i64> = (0..5)
            .map(|_| fixture.case_id(fixture.file("ann", &key, json!({}))))
            .collect();
        let fatal = cases[2];
        fixture.clock.set(at("2026-03-04 09:00"));

        // Once among the others, and then alone: three times, with the others between.
        for _ in 0..8 {
            killed_at(fixture, Some(fatal));
        }

        let stuck = queues::stuck_timers(&fixture.app).expect("answers");
        assert_eq!(
            stuck.iter().map(|timer| timer.case_id).collect::<Vec<_>>(),
            [fatal]
        );
        for case in cases.into_iter().filter(|case| *case != fatal) {
            let next = fixture.read(|conn| timers::get(conn, case));
            assert!(fixture.clock_now() < next.expect("a timer").fire_at);
        }
    });
}

#[test]
fn a_server_that_woke_up_late_settles_nothing() {
    let fixture = Fixture::new();
    let key = fixture.publish(&timed());
    let case = fixture.case_id(fixture.file("ann", &key, json!({})));
    fixture.clock.set(at("2026-03-04 09:00"));
    let lease = |app: &App, owner: &str| Lease {
        owner: owner.into(),
        until: app.now() + TimeDelta::minutes(2),
    };
    let sleeper = lease(&fixture.app, "sleeper");
    queues::claim_timers(&fixture.app, &sleeper, 10).expect("claims");
    fixture.advance(TimeDelta::minutes(4));
    let waker = lease(&fixture.app, "waker");
    assert_eq!(
        queues::claim_timers(&fixture.app, &waker, 10)
            .expect("claims")
            .len(),
        1
    );
    cases::tick(&fixture.app, case, &waker).expect("fires");

    assert!(matches!(
        cases::tick(&fixture.app, case, &sleeper),
        Err(Error::Stale)
    ));
}

#[test]
fn what_time_has_made_useless_is_cleared_away_and_nothing_else() {
    let fixture = Fixture::new();
    let now = fixture.clock_now();
    let (ended, running) = (now - TimeDelta::hours(1), now + TimeDelta::hours(1));
    let id = fixture.id("ann");
    for (hash, expires_at) in [("old", ended), ("new", running)] {
        let session = Session {
            id_hash: hash.into(),
            person_id: id,
            csrf: String::new(),
            created_at: now,
            seen_at: now,
            expires_at,
            source: String::new(),
        };
        fixture.write(move |conn| sessions::insert(conn, &session));
    }
    let folder = fixture.app.settings.attachments.clone();
    for (name, age) in [(".tmpold", 48), (".tmpnew", 1), ("kept", 48)] {
        let file = std::fs::File::create(folder.join(name)).expect("a file");
        file.set_modified((now - TimeDelta::hours(age)).into())
            .expect("a date");
    }

    let first = queues::clear_away(&fixture.app).expect("clears");
    let second = queues::clear_away(&fixture.app).expect("clears");

    assert_eq!((first.sessions, first.uploads), (1, 1));
    assert_eq!(second, queues::Cleared::default());
    assert!(
        fixture
            .read(|conn| logins::look(conn, "new"))
            .session
            .is_some()
    );
    assert!(folder.join(".tmpnew").exists() && folder.join("kept").exists());
}
