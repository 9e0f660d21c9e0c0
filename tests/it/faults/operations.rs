//! Failure at the N-th operation of the database, for N = 1, 2, 3 … until none fails: each time nothing half done stays,
//! and the same thing done once more succeeds.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use huiqian::directory::PersonId;
use huiqian::engine::{Channel, Command, Input};
use huiqian::jobs::{self, Mailer};
use huiqian::services::cases::{self, By};
use huiqian::services::{Error, drafts, sequencer};
use huiqian::storage::outbox::OutboxState;
use huiqian::storage::{StorageError, cases as stored};
use serde_json::json;
use ulid::Ulid;

use crate::support::app::{Fixture, SECRET};
use crate::support::definitions::with_stages;
use crate::support::invariants::{self, Told};
use crate::support::statements::{When, aside, listen, struck};
use crate::support::world::answers_of;

/// Something that is done to a subject of its own each time.
struct Deed {
    name: &'static str,
    /// What it is done to.
    subject: fn(&Fixture) -> Ulid,
    run: fn(&Fixture, Ulid) -> Result<(), Error>,
    /// Whether it was done.
    done: fn(&Fixture, Ulid) -> bool,
    /// One transaction: failing, it leaves nothing.
    at_once: bool,
    /// What its success is told as.
    tells: Option<&'static str>,
}

const DEEDS: &[Deed] = &[
    Deed {
        name: "submit",
        subject: drafted,
        run: |fixture, case| act(fixture, "ann", case, "submit", Input::default()),
        done: |fixture, case| waits_in(fixture, case) == ["review"],
        at_once: true,
        tells: Some("submitted"),
    },
    Deed {
        name: "approve",
        subject: filed,
        run: |fixture, case| act(fixture, "bob", case, "approve", Input::default()),
        done: |fixture, case| waits_in(fixture, case) == ["head"],
        at_once: true,
        tells: Some("answered"),
    },
    Deed {
        name: "return",
        subject: filed,
        run: |fixture, case| {
            let input = Input {
                comment: Some("请补充".into()),
                to: Some("applicant".into()),
                ..Input::default()
            };
            act(fixture, "bob", case, "return", input)
        },
        done: |fixture, case| told_of(fixture, case, "returned").len() == 1,
        at_once: true,
        tells: Some("answered"),
    },
    Deed {
        name: "timer",
        subject: |fixture| {
            let case = filed(fixture);
            fixture.advance(TimeDelta::days(20));
            case
        },
        run: |fixture, _| {
            while jobs::timer_pass(&fixture.app, &cases::tick)? {}
            Ok(())
        },
        done: |fixture, case| {
            let told = told_of(fixture, case, "overdue");
            let once: BTreeSet<_> = told.iter().collect();
            assert_eq!(told.len(), once.len(), "nobody is told twice");
            !told.is_empty()
        },
        at_once: false,
        tells: None,
    },
    Deed {
        name: "mail",
        subject: filed,
        run: |fixture, _| {
            let sender = jobs::sender(&fixture.app)?;
            let mailer = Mailer::new(fixture.app.clone(), sender);
            while mailer.pass()? {}
            Ok(())
        },
        done: |fixture, case| {
            let mails = fixture.outbox(case);
            mails.iter().all(|mail| mail.state == OutboxState::Sent)
        },
        at_once: false,
        tells: None,
    },
    Deed {
        name: "log",
        subject: filed,
        run: |fixture, _| {
            while sequencer::pass(&fixture.app)? {}
            Ok(())
        },
        done: |fixture, _| {
            let counts = invariants::counts(&fixture.app.db);
            counts["log_leaves"] == counts["events"]
        },
        at_once: false,
        tells: None,
    },
];

fn workflow() -> String {
    with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: 2wd}\n  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    )
}

fn drafted(fixture: &Fixture) -> Ulid {
    let answers = answers_of(json!({"note": "一"}));
    let draft = drafts::start(&fixture.app, &fixture.by("ann"), "trial", answers);
    draft.expect("a draft").draft.ulid
}

fn filed(fixture: &Fixture) -> Ulid {
    fixture.file("ann", "trial", json!({"note": "一"}))
}

/// With a key of its own, as a client that may have to ask again does.
fn act(
    fixture: &Fixture,
    login: &str,
    case: Ulid,
    action: &str,
    input: Input,
) -> Result<(), Error> {
    let key = Some((format!("{case}-{action}"), "digest".to_owned()));
    let by = By {
        key,
        ..By::person(aside(|| fixture.id(login)), Channel::Api)
    };
    let task = (action != "submit").then_some(huiqian::engine::TaskId(1));
    let command = Command {
        action: action.into(),
        input: Input { task, ..input },
        seen: None,
    };
    cases::perform(&fixture.app, &by, case, command).map(drop)
}

/// The stages in which somebody is asked; none before the case is filed.
fn waits_in(fixture: &Fixture, case: Ulid) -> Vec<String> {
    if fixture.read(move |conn| stored::get(conn, case)).is_none() {
        return Vec::new();
    }
    let case = fixture.case(case);
    case.open_tasks().map(|task| task.stage.clone()).collect()
}

/// To whom the mails of a kind go.
fn told_of(fixture: &Fixture, case: Ulid, notice: &str) -> Vec<PersonId> {
    let mails = fixture.outbox(case);
    let such = mails.iter().filter(|mail| mail.notice == notice);
    such.map(|mail| mail.recipient_id).collect()
}

/// What a deed came to, and whether there were as many operations.
type Outcome = (Result<(), Error>, bool);
/// How an operation fails. The first argument counts them from 1; the last does the deed.
type Failing = fn(usize, &Fixture, &dyn Fn() -> Result<(), Error>) -> Outcome;

/// Does each deed until no operation of it is left to fail.
fn each_recovers(fixture: &Fixture, deeds: &[&str], failing: Failing) {
    fixture.publish(&workflow());
    let mut told = Told::new();
    for deed in DEEDS.iter().filter(|deed| deeds.contains(&deed.name)) {
        let mut at = 1;
        while recovers(fixture, deed, at, failing, &mut told) {
            at += 1;
        }
        println!("{}: {} operations", deed.name, at - 1);
        assert!(2 < at, "{} did not fail", deed.name);
        while sequencer::pass(&fixture.app).expect("goes on") {}
        invariants::hold(&fixture.app.db, SECRET, &told);
    }
}

/// Whether there was an operation `at` to fail.
fn recovers(fixture: &Fixture, deed: &Deed, at: usize, failing: Failing, told: &mut Told) -> bool {
    let subject = (deed.subject)(fixture);
    let before = invariants::counts(&fixture.app.db);

    let (answer, fell) = failing(at, fixture, &|| (deed.run)(fixture, subject));

    println!("{} {at}: {answer:?}", deed.name);
    if deed.at_once && answer.is_err() {
        let after = invariants::counts(&fixture.app.db);
        // An answer may get lost on its way, after the commit.
        let done = after["events"] != before["events"];
        assert!(done || after == before, "{after:?} instead of {before:?}");
    }
    assert_eq!(invariants::rows(&fixture.app.db), Vec::<String>::new());
    // A worker goes on although one piece of its work failed.
    let fell = fell || !(deed.done)(fixture, subject);
    // What was claimed comes up again when its claim ends, and what failed waits for a while. What was done is not
    // done again.
    fixture.advance(TimeDelta::minutes(5));
    (deed.run)(fixture, subject).expect("the same succeeds afterwards");
    assert!((deed.done)(fixture, subject), "{} at {at}", deed.name);
    if let Some(kind) = deed.tells {
        told.insert((subject.to_string(), kind), 1);
    }
    fell
}

/// Every backend ends before the statement gets there, as when the server is restarted.
fn cut_off(at: usize, fixture: &Fixture, deed: &dyn Fn() -> Result<(), Error>) -> Outcome {
    let url = fixture.url().to_owned();
    struck(at, When::Before, move || end_backends(&url), deed)
}

fn end_backends(url: &str) {
    let mut other = PgConnection::establish(url).expect("another connection");
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    let end = format!("SELECT pg_terminate_backend(pid) {others}");
    other.batch_execute(&end).expect("ended");
    let left = format!("SELECT pid {others}");
    while 0 < diesel::sql_query(&left)
        .execute(&mut other)
        .expect("counted")
    {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The thread dies before the statement.
fn panicking(at: usize, _: &Fixture, deed: &dyn Fn() -> Result<(), Error>) -> Outcome {
    dying(at, When::Before, deed)
}

/// The thread dies after the statement was done: after a commit, the deed is done and nobody was told.
fn panicking_late(at: usize, _: &Fixture, deed: &dyn Fn() -> Result<(), Error>) -> Outcome {
    dying(at, When::After, deed)
}

fn dying(at: usize, when: When, deed: &dyn Fn() -> Result<(), Error>) -> Outcome {
    let deed = || catch_unwind(AssertUnwindSafe(deed));
    let (answer, fell) = struck(at, when, || panic!("for the test"), deed);
    let answer = answer.unwrap_or_else(|_| Err(Error::Fault("a panic".into())));
    (answer, fell)
}

/// The disk refuses the row that is written, until the trap is taken away.
fn refused(at: usize, fixture: &Fixture, deed: &dyn Fn() -> Result<(), Error>) -> Outcome {
    set_trap(fixture, i64::try_from(at).expect("small"));
    let answer = deed();
    set_trap(fixture, NEVER);
    // The trap stays while the deed tries once more, so only one that met no trap succeeds.
    let fell = answer.is_err();
    (answer, fell)
}

const NEVER: i64 = 1_000_000_000;

/// Every table counts the rows written to it, and refuses one.
fn lay_traps(fixture: &Fixture) {
    let mut sql =
        format!("CREATE TABLE trap (left INTEGER NOT NULL); INSERT INTO trap VALUES ({NEVER});");
    for table in invariants::TABLES {
        for what in ["INSERT", "UPDATE", "DELETE"] {
            sql.push_str(&format!(
                "CREATE TRIGGER trap_{table}_{what} BEFORE {what} ON {table} BEGIN \
                 UPDATE trap SET left = left - 1; \
                 SELECT RAISE(ABORT, 'disk I/O error') WHERE (SELECT left FROM trap) = 0; END;"
            ));
        }
    }
    fixture.write(move |conn| Ok::<_, StorageError>(conn.batch_execute(&sql)?));
}

fn set_trap(fixture: &Fixture, left: i64) {
    let sql = format!("UPDATE trap SET left = {left}");
    fixture.write(move |conn| Ok::<_, StorageError>(conn.batch_execute(&sql)?));
}

const COMMANDS: &[&str] = &["submit", "approve", "return"];
const ALL: &[&str] = &["submit", "approve", "return", "timer", "mail", "log"];

#[test]
fn a_connection_that_ends_at_any_statement_leaves_nothing_half_done() {
    listen();
    if let Some(fixture) = Fixture::on_postgres() {
        each_recovers(&fixture, ALL, cut_off);
    }
}

#[test]
fn a_row_that_the_disk_refuses_leaves_nothing_half_done() {
    let fixture = Fixture::new();
    lay_traps(&fixture);
    each_recovers(&fixture, ALL, refused);
}

#[test]
fn a_thread_that_dies_before_any_statement_leaves_nothing_half_done() {
    listen();
    each_recovers(
        &Fixture::new(),
        &["submit", "approve", "return", "timer", "log"],
        panicking,
    );
}

#[test]
fn a_thread_that_dies_after_any_statement_has_done_all_or_nothing() {
    listen();
    each_recovers(&Fixture::new(), COMMANDS, panicking_late);
}
