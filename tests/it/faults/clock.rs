//! The clock jumps forward by days and back by hours: nothing comes twice, nothing is lost, and what a clock that was ahead
//! has claimed, put off or opened does not keep anybody waiting until its time has come.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Text;
use huiqian::config::{Delivery, SmtpUrl};
use huiqian::jobs::{self, Mailer};
use huiqian::services::{App, Error, links, queues, sequencer, sessions};
use huiqian::storage::outbox::{OutboxState, StoredMessage};
use huiqian::storage::{Lease, timers};
use serde_json::json;
use ulid::Ulid;

use super::long;
use crate::links::dead;
use crate::support::app::{Fixture, SECRET};
use crate::support::definitions::with_stages;
use crate::support::invariants::{self, Told};
use crate::support::smtp::{Fault, Protection, SmtpServer};
use crate::support::world::at;

fn timed() -> String {
    with_stages(
        "  - stage: review\n    title: 审核\n    who: share_office_head@applicant\n    due: {in: 2wd, remind: [1wd before], overdue: [{after: 1wd, escalate: dept_leader@applicant}]}",
    )
}

/// A server that claims what is due and is killed before it does any of it.
fn killed(fixture: &Fixture) {
    let lease = Lease {
        owner: Ulid::new().to_string(),
        until: fixture.clock_now() + TimeDelta::seconds(30),
    };
    queues::claim_timers(&fixture.app, &lease, 20).expect("claims");
    queues::claim_mails(&fixture.app, &lease, 20).expect("claims");
}

/// Whether a mail has left, or is not needed any more: a newer one has taken its place.
fn is_over(mail: &StoredMessage) -> bool {
    matches!(mail.state, OutboxState::Sent | OutboxState::Cancelled)
}

/// One look of every worker.
fn look(fixture: &Fixture) {
    queues::set_right(&fixture.app).expect("set right");
    fixture.let_time_act();
    fixture.deliver();
    while sequencer::pass(&fixture.app).expect("sequenced") {}
    queues::clear_away(&fixture.app).expect("cleared away");
}

#[test]
fn a_clock_that_jumps_makes_nothing_come_twice_and_loses_nothing() {
    Fixture::each(|fixture| {
        let mut random = fastrand::Rng::with_seed(20_261_128);
        let key = fixture.publish(&timed());
        let (mut open, mut told) = (Vec::new(), Told::new());
        let mut latest = fixture.clock_now();
        for _ in 0..if long() { 1500 } else { 80 } {
            match random.u32(..12) {
                0..=2 => {
                    let case = fixture.file("ann", &key, json!({}));
                    told.insert((case.to_string(), "submitted"), 1);
                    open.push(case);
                }
                3 | 4 if 3 < open.len() => {
                    let case = open.swap_remove(random.usize(..open.len()));
                    fixture.on("cat", case, "approve", "review").expect("acts");
                    told.insert((case.to_string(), "answered"), 1);
                }
                5 => killed(fixture),
                6 | 7 => fixture.advance(TimeDelta::days(random.i64(1..6))),
                8 | 9 => fixture.advance(-TimeDelta::hours(random.i64(1..20))),
                _ => fixture.advance(TimeDelta::minutes(random.i64(1..300))),
            }
            latest = latest.max(fixture.clock_now());
            if random.bool() {
                look(fixture);
            }
        }
        fixture.clock.set(latest + TimeDelta::days(30));
        look(fixture);

        assert_eq!(queues::stuck_timers(&fixture.app).expect("read"), []);
        let twice = steps(
            fixture,
            "GROUP BY cases.ulid, events.body HAVING 1 < COUNT(*)",
        );
        assert_eq!(twice, [""; 0], "each step of a deadline comes once");
        for case in open {
            let came = steps(fixture, &format!("AND cases.ulid = '{case}'"));
            assert_eq!(came.len(), 3, "all of them: {came:?}");
            let told = fixture.outbox(case);
            assert!(told.iter().all(is_over), "{told:?}");
        }
        let counts = invariants::counts(&fixture.app.db);
        assert_eq!(counts["log_leaves"], counts["events"]);
        invariants::hold(&fixture.app.db, SECRET, &told);
    });
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// The steps of deadlines that came.
fn steps(fixture: &Fixture, which: &str) -> Vec<String> {
    let steps = format!(
        "SELECT cases.ulid || ' ' || events.body AS word FROM events JOIN cases ON cases.id = events.case_id \
         WHERE events.kind = 'step_came' {which}"
    );
    let rows: Vec<Word> = fixture.read(|conn| Ok(diesel::sql_query(steps).load(conn)?));
    rows.into_iter().map(|row| row.word).collect()
}

#[test]
fn what_a_clock_that_was_ahead_had_claimed_is_free_when_it_is_set_right() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&timed());
        let case = fixture.file("ann", &key, json!({}));
        let due = at("2026-03-04 09:00");
        fixture.clock.set(due + TimeDelta::days(3));
        killed(fixture);

        fixture.clock.set(due);
        fixture.let_time_act();
        fixture.deliver();

        let told = fixture.outbox(case);
        assert!(1 < told.len(), "it has reminded: {told:?}");
        assert!(told.iter().all(is_over), "{told:?}");
    });
}

#[test]
fn what_a_clock_that_was_ahead_had_put_off_goes_on_when_it_is_set_right() {
    Fixture::each(|fixture| {
        let server = SmtpServer::start(Protection::None, "localhost", None);
        let app = fixture.another(|settings| {
            let url = format!("smtp://localhost:{}?tls=none", server.port);
            let server = SmtpUrl::parse(&url).expect("a URL");
            settings.mail.delivery = Delivery::Smtp { server, ca: None };
        });
        let mailer = Mailer::new(Arc::clone(&app), jobs::sender(&app).expect("a sender"));
        let key = fixture.publish(&timed());
        let case = fixture.file("ann", &key, json!({}));
        let due = at("2026-03-04 09:00");
        fixture.clock.set(due + TimeDelta::days(2));
        server.order(Fault::Recipient("451 4.7.1 greylisted, come back later"));
        mailer.pass().expect("goes on");
        let fails = |_: &Arc<App>, _: i64, _: &Lease| Err::<bool, _>(Error::Corrupt("test".into()));
        jobs::timer_pass(&fixture.app, &fails).expect("goes on");

        fixture.clock.set(due);
        assert_eq!(queues::set_right(&fixture.app).expect("set right"), 2);
        assert_eq!(queues::set_right(&fixture.app).expect("nothing more"), 0);
        fixture.let_time_act();
        while mailer.pass().expect("goes on") {}

        let told = fixture.outbox(case);
        assert!(1 < told.len(), "it has reminded: {told:?}");
        assert!(told.iter().all(is_over), "{told:?}");
        let id = fixture.case_id(case);
        let next = fixture.read(|conn| timers::get(conn, id));
        assert!(next.is_some_and(|next| due < next.fire_at && next.attempts == 0));
    });
}

#[test]
fn a_session_ends_with_the_clock_that_opened_it_and_failures_do_not_count_before_their_time() {
    let fixture = Fixture::new();
    let now = fixture.clock_now();
    let is_open = |secret: &str| sessions::of_cookie(&fixture.app, secret).is_ok();
    let before = fixture.login("ann");
    assert!(is_open(before.token.as_str()));

    fixture.clock.set(now + TimeDelta::days(3));
    assert!(!is_open(before.token.as_str()));
    let ahead = fixture.login("ann");
    for _ in 0..8 {
        let refused = sessions::log_in(&fixture.app, "bob", "wrong", "127.0.0.1");
        assert!(refused.is_err());
    }

    fixture.clock.set(now + TimeDelta::minutes(1));
    assert!(
        !is_open(ahead.token.as_str()),
        "nobody knows how long it is idle"
    );
    assert!(is_open(before.token.as_str()));
    fixture
        .clock
        .set(now + TimeDelta::days(3) - TimeDelta::hours(5));
    fixture.login("bob");
}

#[test]
fn a_link_lives_in_the_time_that_was_written_into_it() {
    let fixture = Fixture::new();
    let now = fixture.clock_now();
    let key = fixture.publish(&timed());
    let written = || {
        fixture.file("ann", &key, json!({}));
        fixture.link("cat")
    };
    let link = written();
    fixture.clock.set(now + TimeDelta::days(60));
    assert_eq!(dead(links::open(&fixture.app, &link)), "links.dead.expired");
    let ahead = written();

    fixture.clock.set(now + TimeDelta::hours(1));
    assert_eq!(
        dead(links::open(&fixture.app, &ahead)),
        "links.dead.unknown"
    );
    crate::links::approve(&fixture.app, &link).expect("acts");
}

#[test]
fn a_clock_that_was_ahead_does_not_keep_the_log_from_being_signed() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&timed());
        let now = fixture.clock_now();
        let signed = |count: i64| {
            while sequencer::pass(&fixture.app).expect("sequenced") {}
            let checkpoints = invariants::counts(&fixture.app.db)["checkpoints"];
            assert_eq!(checkpoints, count);
        };
        fixture.clock.set(now + TimeDelta::days(3));
        fixture.file("ann", &key, json!({}));
        signed(1);

        fixture.clock.set(now);
        fixture.file("ann", &key, json!({}));
        signed(2);
        invariants::hold(&fixture.app.db, SECRET, &Told::new());
    });
}
