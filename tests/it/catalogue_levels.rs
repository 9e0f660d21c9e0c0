//! A level or class that changes in the directory reaches the open cases: by a job, in batches, as often as one likes.

use std::sync::{Arc, mpsc};
use std::thread;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use huiqian::engine::Event;
use huiqian::services::catalogue;
use huiqian::services::projection::Body;
use huiqian::services::{Error, Viewer, rechecks, seen};
use huiqian::storage::action_links::{self, LinkState};
use huiqian::storage::{StorageError, at_once, case_resources, directory, events, people, tasks};
use serde_json::json;
use ulid::Ulid;

use crate::support::app::Fixture;
use crate::support::world::definition;

fn request() -> String {
    definition(
        "",
        "{id: resources, type: resources, label: 数据, pick: item, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: security, title: 安全, when: 'form.resources.exists(r, r.level >= 4)', who: data_security_officer@applicant}
",
        "",
    )
}

fn filed(fixture: &Fixture) -> Ulid {
    let key = fixture.publish(&request());
    let case = fixture.file(
        "ann",
        &key,
        json!({"resources": [{"resource": "pop", "item": "name"}]}),
    );
    all_looked_at(fixture);
    case
}

fn all_looked_at(fixture: &Fixture) {
    rechecks::pass(&fixture.app, &|| false).expect("looked at");
}

/// The directory says this of the resource and its item from now on.
fn now(fixture: &Fixture, level: u8, sharing: &str) {
    let text = format!(
        "信息资源代码,信息资源名称,提供方代码,共享类型,共享条件,数据级别,数据项代码,数据项名称,数据项级别\n\
         pop,人口基础信息,P,{sharing},依照规定,{level},name,姓名,{level}\n"
    );
    let db = &fixture.app.db;
    catalogue::import(db, &fixture.clock, "目录.csv", text.into_bytes()).expect("imported");
}

/// Everybody may see data up to this level.
fn clear(fixture: &Fixture, login: &str, clearance: u8) {
    let id = fixture.id(login);
    fixture.write(move |conn| {
        let all = people::all(conn)?;
        let found = all
            .into_iter()
            .find(|person| person.id == id)
            .expect("somebody");
        let person = people::NewPerson {
            ulid: Ulid::new(),
            login: found.login,
            name: found.name,
            email: found.email,
            department: found.department,
            clearance,
            language: "zh-CN".into(),
            active: true,
            created_at: huiqian::calendar::Instant::default(),
        };
        people::save(conn, &person)?;
        directory::changed(conn).map(drop)
    });
}

fn reweighed(fixture: &Fixture, case: Ulid) -> Vec<(u8, u8)> {
    let id = fixture.case_id(case);
    let rows = fixture.read(|conn| events::of_case(conn, id));
    let bodies = rows
        .iter()
        .map(|row| serde_json::from_str::<Body>(&row.event.body).expect("a body"));
    let found = bodies.filter_map(|body| match body.event {
        Event::Reweighed { from, to, .. } => Some((from, to)),
        _ => None,
    });
    found.collect()
}

fn sees(fixture: &Fixture, login: &str, case: Ulid) -> bool {
    let directory = fixture.app.directory_now().expect("a directory");
    let viewer = Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active");
    match seen::see(&fixture.app, &viewer, case) {
        Ok(_) => true,
        Err(Error::NotFound) => false,
        Err(error) => panic!("{error}"),
    }
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many sessions of the database wait for a lock.
fn waiting(fixture: &Fixture) -> i64 {
    let sql = "SELECT COUNT(*) AS count FROM pg_stat_activity \
               WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let found: Waiting = fixture.read(|conn| Ok(diesel::sql_query(sql).get_result(conn)?));
    found.count
}

#[test]
fn a_change_that_comes_while_the_case_is_looked_at_is_not_lost() {
    let Some(fixture) = Fixture::on_postgres() else {
        return;
    };
    let case = filed(&fixture);
    let (id, at) = (fixture.case_id(case), fixture.clock_now());
    now(&fixture, 3, "2");
    let (written, is_written) = mpsc::channel::<()>();
    let (commit, may_commit) = mpsc::channel::<()>();
    let db = fixture.app.db.clone();
    let change = thread::spawn(move || {
        db.write(move |conn| {
            for table in ["resources", "resource_items"] {
                diesel::sql_query(format!("UPDATE {table} SET level = 4 WHERE level = 3"))
                    .execute(conn)?;
            }
            at_once(conn, |writes| case_resources::ask(writes, id, at))?;
            written.send(()).expect("the test waits");
            may_commit.recv().expect("the test goes on");
            Ok::<_, StorageError>(())
        })
    });
    is_written.recv().expect("it is written");
    let app = Arc::clone(&fixture.app);
    let look = thread::spawn(move || rechecks::pass(&app, &|| false));
    while !look.is_finished() && waiting(&fixture) == 0 {
        thread::yield_now();
    }
    commit.send(()).expect("it waits");
    change.join().expect("no panic").expect("changed");
    look.join().expect("no panic").expect("looked at");

    all_looked_at(&fixture);

    assert_eq!(fixture.case(case).level(), 4);
}

#[test]
fn a_level_that_rises_is_in_the_case_its_history_and_its_guards_and_is_told_once() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        assert_eq!(fixture.case(case).level(), 2);

        now(fixture, 4, "2");
        assert_eq!(
            fixture.case(case).level(),
            2,
            "not in the request of the import"
        );
        all_looked_at(fixture);
        all_looked_at(fixture);
        now(fixture, 4, "2");
        all_looked_at(fixture);

        assert_eq!(fixture.case(case).level(), 4);
        assert_eq!(reweighed(fixture, case), [(2, 4)]);
        fixture
            .on("bob", case, "approve", "review")
            .expect("agreed");
        let open: Vec<_> = fixture
            .case(case)
            .open_tasks()
            .map(|task| task.stage.clone())
            .collect();
        assert_eq!(open, ["security"], "the guard reads the level of today");
    });
}

#[test]
fn the_links_in_mails_die_where_the_level_forbids_them() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let bob = fixture.id("bob");
        fixture.deliver();
        let id = fixture.case_id(case);
        let live = || {
            let found: Result<_, StorageError> = fixture.app.db.read(|conn| {
                let task = tasks::by_number(conn, id, 1)?.expect("a task");
                action_links::live_of_task(conn, task.id)
            });
            let all = found.expect("read").into_iter();
            all.filter(|link| link.link.person_id == bob && link.state == LinkState::Live)
                .count()
        };
        assert_eq!(live(), 1);

        now(fixture, 4, "2");
        all_looked_at(fixture);

        assert_eq!(live(), 0);
    });
}

#[test]
fn whoever_is_not_cleared_any_more_loses_the_task_and_sight_of_the_case() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        fixture.on("bob", case, "claim", "review").expect("claimed");
        clear(fixture, "bob", 3);
        assert!(sees(fixture, "bob", case));

        now(fixture, 4, "2");
        all_looked_at(fixture);

        assert!(!sees(fixture, "bob", case));
        let holders: Vec<_> = fixture
            .case(case)
            .open_tasks()
            .map(|task| task.holder)
            .collect();
        assert_eq!(holders, [None]);
        fixture
            .on("bea", case, "approve", "review")
            .expect("another one acts");
    });
}

#[test]
fn another_class_is_told_and_the_request_goes_on_under_the_one_it_was_filed_with() {
    Fixture::each(|fixture| {
        let case = filed(fixture);

        now(fixture, 2, "3");
        all_looked_at(fixture);
        all_looked_at(fixture);

        let row = fixture.case(case).answers["resources"][0].clone();
        assert_eq!(
            (&row["sharing"], &row["sharing_now"]),
            (&json!("conditional"), &json!("none"))
        );
        assert_eq!(reweighed(fixture, case), [(2, 2)]);
        now(fixture, 2, "2");
        all_looked_at(fixture);
        assert_eq!(
            fixture.case(case).answers["resources"][0].get("sharing_now"),
            None
        );
    });
}

#[test]
fn a_job_that_is_stopped_goes_on_later_and_an_ended_case_is_left_as_it_is() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let ended = filed(fixture);
        fixture
            .on("bob", ended, "approve", "review")
            .expect("agreed");
        now(fixture, 4, "2");
        let marked = || fixture.read(|conn| case_resources::asked(conn, 0, 100));
        assert_eq!(marked(), [fixture.case_id(case)]);

        rechecks::pass(&fixture.app, &|| true).expect("stopped");
        assert_eq!(marked(), [fixture.case_id(case)]);
        all_looked_at(fixture);

        assert!(marked().is_empty());
        assert_eq!(fixture.case(ended).level(), 2);
    });
}
