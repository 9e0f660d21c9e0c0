//! What was settled long ago leaves the queues, in small batches, and is known all the same.

use chrono::TimeDelta;
use huiqian::jobs;
use huiqian::services::queues;
use huiqian::storage::outbox::{self, OutboxState};
use huiqian::storage::webhook_messages::{self, NewMessage};
use huiqian::storage::{StorageError, action_links, at_once, outbox_archive};
use ulid::Ulid;

use crate::storage_claims::{enqueue, lease, new_link};
use crate::support::app::Fixture;
use crate::support::databases::on_each_database;
use crate::support::definitions::one_review;
use crate::support::seed::{self, at, bureau, seed};

#[test]
fn mails_that_were_settled_long_ago_go_to_the_archive_and_those_that_wait_stay() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        database
            .db
            .write(move |conn| {
                let waiting = enqueue(conn, seed, None)?;
                let mut settled = Vec::new();
                for owner in ["a", "b", "c"] {
                    let id = enqueue(conn, seed, None)?;
                    settled.push((owner, id));
                }
                // The one that waits is put back each time.
                for (owner, id) in &settled {
                    for claimed in outbox::claim(conn, &lease(owner, 9), at(0), 9)? {
                        match claimed.id == *id {
                            true => outbox::sent(conn, *id, owner, at(1))?,
                            false => outbox::retry(conn, claimed.id, owner, at(0), "network")?,
                        }
                    }
                }
                assert_eq!(outbox_archive::take(conn, at(0), 9)?, 0, "not old enough");

                let batches = [(); 3].map(|()| outbox_archive::take(conn, at(1), 2));

                assert_eq!(batches.map(Result::unwrap), [2, 1, 0]);
                assert_eq!(outbox::get(conn, waiting)?.map(|row| row.id), Some(waiting));
                for (_, id) in settled {
                    assert_eq!(outbox::get(conn, id)?, None);
                }
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_link_outlives_the_mail_that_carried_it() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                let task = seed::ask(conn, case, 1, &[], None)?;
                let mail = enqueue(conn, seed, Some(task))?;
                let mut link = new_link(seed, case, task, "h");
                link.mail_id = Some(mail);
                at_once(conn, |writes| action_links::insert(writes, &link))?;
                at_once(conn, |writes| outbox::cancel_for_task(writes, task))?;

                assert_eq!(outbox_archive::take(conn, at(1), 9)?, 1);

                let kept = action_links::by_hash(conn, "h")?.unwrap();
                assert_eq!((kept.link.task_id, kept.link.mail_id), (task, None));
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn changes_that_were_told_long_ago_are_forgotten_and_those_that_were_given_up_are_not() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                let entry = seed::enter(conn, case)?;
                for sequence in 1..=3 {
                    let message = NewMessage {
                        ulid: Ulid::new(),
                        target: "a".into(),
                        register: "grants".into(),
                        entry_id: entry,
                        sequence,
                        body: bureau().0,
                        at: at(0),
                        deliver_until: at(9),
                    };
                    webhook_messages::enqueue(conn, &message)?;
                    let claimed = webhook_messages::claim(conn, "a", &lease("a", 9), at(0), 3, 9)?;
                    match sequence {
                        1 => webhook_messages::failed(conn, claimed[0].id, "a", "status 400")?,
                        _ => webhook_messages::sent(conn, claimed[0].id, "a", at(0))?,
                    }
                }

                let batches = [(); 3].map(|()| webhook_messages::forget(conn, at(1), 1));

                assert_eq!(batches.map(Result::unwrap), [1, 1, 0]);
                let left = webhook_messages::of_target(conn, "a")?;
                assert_eq!(left.len(), 1);
                assert_eq!(left[0].state, OutboxState::Failed);
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_case_that_runs_for_long_still_knows_what_was_told_of_it() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&one_review());
        let mailer = jobs::Mailer::new(
            std::sync::Arc::clone(&fixture.app),
            jobs::sender(&fixture.app).expect("a sender"),
        );
        mailer.pass().expect("sends");
        let told = fixture.outbox(case);
        assert_eq!(told[0].state, OutboxState::Sent);

        fixture.advance(TimeDelta::days(100));
        while queues::archive(&fixture.app).expect("archives") {}

        let id = told[0].id;
        assert_eq!(fixture.read(move |conn| outbox::get(conn, id)), None);
        assert_eq!(fixture.outbox(case)[..told.len()], told);
    });
}
