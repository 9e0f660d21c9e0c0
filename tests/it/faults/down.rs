//! Nobody was there for days, or a server stood still: timers fire once, the oldest first, and mails leave once.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use huiqian::storage::timers;
use serde_json::json;
use ulid::Ulid;

use super::long;
use crate::support::app::Fixture;
use crate::support::definitions::with_stages;
use crate::support::invariants::{self, Told};
use crate::support::process::{Deployment, SECRET};
use crate::support::smtp::{Protection, SmtpServer};

/// Longer than two leases of half a minute.
const ASLEEP: Duration = Duration::from_secs(64);

/// Cases whose deadlines have passed while nobody was there, oldest first.
fn neglected(fixture: &Fixture) -> Vec<Ulid> {
    let count = if long() { 1000 } else { 50 };
    fixture.clock.set(Utc::now() - TimeDelta::days(12));
    let review = "  - {stage: review, title: 审核, who: share_office_head@applicant, due: 2wd}";
    let key = fixture.publish(&with_stages(review));
    let cases = (0..count)
        .map(|_| {
            fixture.advance(TimeDelta::seconds(1));
            fixture.file("ann", &key, json!({}))
        })
        .collect();
    // What was to be said then was said then.
    fixture.deliver();
    fixture.clock.set(Utc::now());
    cases
}

/// The cases whose deadline was told, in the order in which that was done, as often as it was.
fn told(fixture: &Fixture, cases: &[Ulid]) -> Vec<Ulid> {
    let mut told: Vec<(i64, Ulid)> = cases
        .iter()
        .flat_map(|case| {
            fixture
                .outbox(*case)
                .into_iter()
                .map(move |row| (row, *case))
        })
        .filter(|(row, _)| row.notice == "overdue")
        .map(|(row, case)| (row.id, case))
        .collect();
    told.sort_unstable();
    told.into_iter().map(|(_, case)| case).collect()
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let since = Instant::now();
    let patience = Duration::from_secs(if long() { 900 } else { 120 });
    while !done() {
        assert!(since.elapsed() < patience, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn nothing_is_due(fixture: &Fixture, cases: &[Ulid]) {
    for case in cases {
        let id = fixture.case_id(*case);
        let timer = fixture.read(|conn| timers::get(conn, id));
        assert!(timer.is_none_or(|timer| Utc::now() < timer.fire_at));
    }
}

#[test]
fn a_server_that_comes_up_after_days_lets_every_timer_fire_once_and_the_oldest_first() {
    Fixture::each(|fixture| {
        let cases = neglected(fixture);
        let mail = SmtpServer::start(Protection::None, "localhost", None);
        let mut deployment = Deployment::new(fixture.url(), mail.port);

        let since = Instant::now();
        deployment.start();
        let sent = || invariants::arrived(&mail.received()).mails;
        wait_until("each is told of", || cases.len() <= sent());
        println!("{} timers in {:?}", cases.len(), since.elapsed());

        assert_eq!(told(fixture, &cases), cases, "each once, the oldest first");
        assert_eq!(invariants::arrived(&mail.received()).repeated, 0);
        nothing_is_due(fixture, &cases);
        deployment.kill();
        invariants::hold(&fixture.app.db, SECRET, &Told::new());
    });
}

#[test]
fn a_server_that_stood_still_for_two_leases_does_nothing_again_that_another_has_done() {
    let Some(fixture) = Fixture::on_postgres() else {
        return;
    };
    let cases = neglected(&fixture);
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut sleeper = Deployment::new(fixture.url(), mail.port);
    let mut other = Deployment::new(fixture.url(), mail.port);
    sleeper.start();
    wait_until("it has begun", || !told(&fixture, &cases).is_empty());

    sleeper.signal("STOP");
    let since = Instant::now();
    let begun = told(&fixture, &cases).len();
    other.start();
    let sent = || invariants::arrived(&mail.received()).mails;
    wait_until("the other does it all", || {
        told(&fixture, &cases).len() == cases.len() && cases.len() <= sent()
    });
    println!("{begun} of {} before it stood still", cases.len());
    std::thread::sleep(ASLEEP.saturating_sub(since.elapsed()));
    let before = mail.received().len();
    sleeper.signal("CONT");
    // It wakes up in the middle of what it did, and looks for more a few times.
    std::thread::sleep(Duration::from_secs(4));

    let mut fired = told(&fixture, &cases);
    fired.sort_unstable();
    assert_eq!(fired, cases, "each once");
    assert!(
        mail.received().len() <= before + 1,
        "at most the mail under way leaves again"
    );
    assert!(invariants::arrived(&mail.received()).repeated <= 1);
    nothing_is_due(&fixture, &cases);
    sleeper.kill();
    other.kill();
    invariants::hold(&fixture.app.db, SECRET, &Told::new());
}
