//! The log when it is far behind: thousands of events that came in while no process took them in.

use std::sync::mpsc;
use std::thread;

use diesel::RunQueryDsl;
use huiqian::services::sequencer;
use huiqian::storage::{StorageError, log};

use crate::log::file_cases;
use crate::support::app::Fixture;
use crate::support::definitions::reviewed;

/// More than the sequencer takes at a time, several times over.
fn write_many(fixture: &Fixture) {
    fixture.write(|conn| {
        diesel::sql_query(
            "INSERT INTO events (case_id, seq, kind, body, actor_id, channel, at, version_id, algorithm, previous_hash, hash) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500) \
             SELECT case_id, 10000 + i, kind, body, actor_id, channel, at, version_id, algorithm, hash, hash FROM n, \
             (SELECT * FROM events WHERE seq = 1 ORDER BY id LIMIT 1) first",
        )
        .execute(conn)?;
        Ok::<_, StorageError>(())
    });
}

#[test]
fn a_long_way_is_not_begun_again_with_each_step() {
    Fixture::each(|fixture| {
        fixture.publish(&reviewed());
        file_cases(fixture, 1);
        write_many(fixture);

        for step in 1..=4 {
            assert!(sequencer::pass(&fixture.app).expect("sequenced"), "{step}");
            let state = fixture.read(log::state).expect("there is a log");
            assert_eq!(state.size, step * 1000);
            // PostgreSQL knows from the second look on that nothing can come in before.
            let behind = state.size - state.settled_event;
            assert!(step == 1 || behind < 20, "step {step}: {state:?}");
        }
    });
}

#[test]
fn an_event_that_becomes_visible_late_is_not_passed_over_on_a_long_way() {
    let Some(fixture) = Fixture::on_postgres() else {
        return;
    };
    fixture.publish(&reviewed());
    file_cases(&fixture, 1);
    let (written, is_written) = mpsc::channel::<()>();
    let (commit, may_commit) = mpsc::channel::<()>();
    let db = fixture.app.db.clone();
    let slow = thread::spawn(move || {
        db.write(move |conn| {
            // Like every command, it has written to its case before its events.
            diesel::sql_query("UPDATE cases SET title = title").execute(conn)?;
            diesel::sql_query(
                "INSERT INTO events (case_id, seq, kind, body, actor_id, channel, at, version_id, algorithm, previous_hash, hash) \
                 SELECT case_id, 1000, kind, body, actor_id, channel, at, version_id, algorithm, hash, hash FROM events WHERE seq = 1",
            )
            .execute(conn)?;
            written.send(()).expect("the test waits");
            may_commit.recv().expect("the test goes on");
            Ok::<_, StorageError>(())
        })
    });
    is_written.recv().expect("it is written");
    write_many(&fixture);
    for _ in 0..3 {
        assert!(sequencer::pass(&fixture.app).expect("sequenced"));
    }

    commit.send(()).expect("it waits");
    slow.join().expect("no panic").expect("committed");
    while sequencer::pass(&fixture.app).expect("sequenced") {}

    assert_eq!(fixture.read(log::lag), 0);
    let state = fixture.read(log::state).expect("there is a log");
    let events = fixture.read(huiqian::storage::events::count);
    assert_eq!(state.size, events);
}
