//! Timers and messages: claimed once, settled by whoever holds them, never by whoever held them.

use std::collections::BTreeSet;

use huiqian::storage::action_links::{self, Link, LinkState};
use huiqian::storage::outbox::{self, NewMessage, OutboxState};
use huiqian::storage::{Connection, Lease, StorageError, at_once, timers};
use serde_json::json;
use ulid::Ulid;

use crate::support::databases::on_each_database;
use crate::support::seed::{self, Seed, at, seed};

/// Until so many minutes.
pub fn lease(owner: &str, until: i64) -> Lease {
    Lease {
        owner: owner.into(),
        until: at(until),
    }
}

/// A mail to be sent.
pub fn enqueue(conn: &mut Connection, seed: Seed, task: Option<i64>) -> Result<i64, StorageError> {
    let ulid = Ulid::new();
    let new = NewMessage {
        ulid,
        kind: "mail".into(),
        notice: "task_opened".into(),
        case_id: None,
        task_id: task,
        recipient_id: seed.wang,
        params: json!({"task": 1}),
        message_id: format!("<{ulid}@huiqian.test>"),
        available_at: at(0),
        deliver_until: at(72 * 60),
        created_at: at(0),
    };
    outbox::enqueue(conn, new)
}

#[test]
fn four_workers_claim_each_message_once() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        database
            .db
            .write(move |conn| (0..40).try_for_each(|_| enqueue(conn, seed, None).map(|_| ())))
            .unwrap();

        let claimed: Vec<i64> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|worker| {
                    scope.spawn(move || {
                        let mut mine = Vec::new();
                        loop {
                            let lease = lease(&format!("worker-{worker}"), 10);
                            let got = database
                                .db
                                .write(move |conn| outbox::claim(conn, &lease, at(1), 3))
                                .unwrap();
                            if got.is_empty() {
                                return mine;
                            }
                            mine.extend(got.into_iter().map(|message| message.id));
                        }
                    })
                })
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect()
        });

        assert_eq!(claimed.len(), 40);
        assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 40);
    });
}

#[test]
fn a_message_is_not_claimed_before_its_time_nor_while_it_is_leased() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                enqueue(conn, seed, None)?;
                assert!(outbox::claim(conn, &lease("a", 5), at(-1), 9)?.is_empty());
                assert_eq!(outbox::claim(conn, &lease("a", 5), at(0), 9)?.len(), 1);
                assert!(outbox::claim(conn, &lease("b", 9), at(4), 9)?.is_empty());

                let again = outbox::claim(conn, &lease("b", 9), at(5), 9)?;
                assert_eq!(
                    again
                        .iter()
                        .map(|message| message.attempts)
                        .collect::<Vec<_>>(),
                    [2]
                );
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_worker_that_lost_its_lease_settles_nothing() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let id = enqueue(conn, seed, None)?;
                outbox::claim(conn, &lease("slow", 5), at(0), 9)?;
                outbox::claim(conn, &lease("quick", 15), at(6), 9)?;

                assert!(matches!(
                    outbox::sent(conn, id, "slow", at(7)),
                    Err(StorageError::Conflict)
                ));
                assert!(matches!(
                    outbox::retry(conn, id, "slow", at(7), "-"),
                    Err(StorageError::Conflict)
                ));
                assert!(matches!(
                    outbox::failed(conn, id, "slow", "-"),
                    Err(StorageError::Conflict)
                ));
                outbox::sent(conn, id, "quick", at(8))?;
                assert!(matches!(
                    outbox::sent(conn, id, "quick", at(9)),
                    Err(StorageError::Conflict)
                ));

                let message = outbox::get(conn, id)?.unwrap();
                assert_eq!(
                    (message.state, message.sent_at),
                    (OutboxState::Sent, Some(at(8)))
                );
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_message_put_back_waits_for_its_time_and_a_cancelled_one_for_ever() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                let task = seed::ask(conn, case, 1, &[], None)?;
                let id = enqueue(conn, seed, Some(task))?;
                outbox::claim(conn, &lease("a", 5), at(0), 9)?;
                outbox::retry(conn, id, "a", at(30), "451 later")?;

                assert!(outbox::claim(conn, &lease("a", 40), at(29), 9)?.is_empty());
                assert_eq!(outbox::claim(conn, &lease("a", 40), at(30), 9)?.len(), 1);
                at_once(conn, |writes| outbox::cancel_for_task(writes, task))?;
                assert!(matches!(
                    outbox::retry(conn, id, "a", at(60), "-"),
                    Err(StorageError::Conflict)
                ));
                assert!(outbox::claim(conn, &lease("a", 99), at(90), 9)?.is_empty());
                assert_eq!(outbox::counts(conn)?.waiting, 0);
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_timer_fires_for_one_worker_and_goes_on_to_its_next_instant() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                timers::set(conn, case, Some(at(10)))?;
                assert!(timers::claim(conn, &lease("a", 20), at(9), 3, 9)?.is_empty());
                assert_eq!(timers::claim(conn, &lease("a", 20), at(10), 3, 9)?.len(), 1);
                assert!(timers::claim(conn, &lease("b", 20), at(11), 3, 9)?.is_empty());

                timers::settle(conn, case, "a", Some(at(60)))?;
                assert!(matches!(
                    timers::settle(conn, case, "a", None),
                    Err(StorageError::Conflict)
                ));
                assert!(timers::claim(conn, &lease("b", 70), at(59), 3, 9)?.is_empty());
                let next = timers::claim(conn, &lease("b", 70), at(60), 3, 9)?;
                assert_eq!(
                    next.iter()
                        .map(|timer| (timer.fire_at, timer.attempts))
                        .collect::<Vec<_>>(),
                    [(at(60), 0)]
                );

                timers::settle(conn, case, "b", None)?;
                assert_eq!(timers::get(conn, case)?, None);
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_timer_set_anew_is_lost_to_whoever_was_working_on_it() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                timers::set(conn, case, Some(at(0)))?;
                timers::claim(conn, &lease("late", 5), at(0), 3, 9)?;
                timers::set(conn, case, Some(at(30)))?;

                assert!(matches!(
                    timers::hold(conn, case, "late"),
                    Err(StorageError::Conflict)
                ));
                assert!(matches!(
                    timers::settle(conn, case, "late", None),
                    Err(StorageError::Conflict)
                ));
                assert_eq!(
                    timers::get(conn, case)?.map(|timer| timer.fire_at),
                    Some(at(30))
                );
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_timer_that_fails_three_times_is_set_aside_and_shown() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                timers::set(conn, case, Some(at(0)))?;
                for minute in [0, 10, 20] {
                    let due = timers::claim(conn, &lease("a", minute + 5), at(minute), 3, 9)?;
                    assert_eq!(due.len(), 1);
                    timers::release(conn, &due[0], "a", at(minute + 10), "boom")?;
                }

                assert!(timers::claim(conn, &lease("a", 99), at(90), 3, 9)?.is_empty());
                let stuck = timers::stuck(conn, 3)?;
                assert_eq!(
                    stuck
                        .iter()
                        .map(|timer| timer.last_error.as_deref())
                        .collect::<Vec<_>>(),
                    [Some("boom")]
                );
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn of_many_who_use_one_link_at_once_one_succeeds() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let link = database.db.write(move |conn| {
            let case = seed::file(conn, seed, "申请")?;
            let task = seed::ask(conn, case, 1, &[], None)?;
            at_once(conn, |writes| {
                action_links::insert(writes, &new_link(seed, case, task, "a"))
            })?;
            action_links::by_hash(conn, "a")
        });
        let link = link.unwrap().expect("it is kept").id;

        let used: usize = std::thread::scope(|scope| {
            let clicks: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(move || {
                        match database
                            .db
                            .write(move |conn| action_links::use_up(conn, link, at(1)))
                        {
                            Ok(()) => 1,
                            Err(StorageError::Conflict) => 0,
                            Err(error) => panic!("{error:?}"),
                        }
                    })
                })
                .collect();
            clicks.into_iter().map(|click| click.join().unwrap()).sum()
        });

        assert_eq!(used, 1);
    });
}

#[test]
fn a_link_dies_with_its_siblings_its_task_its_person_and_its_time() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                let one = seed::ask(conn, case, 1, &[], None)?;
                let two = seed::ask(conn, case, 2, &[], None)?;
                for (hash, task) in [("a", one), ("b", one), ("c", two), ("d", two)] {
                    at_once(conn, |writes| {
                        action_links::insert(writes, &new_link(seed, case, task, hash))
                    })?;
                }

                assert_eq!(
                    action_links::revoke_siblings(conn, one, seed.li, "newer", at(2))?,
                    0
                );
                assert_eq!(
                    action_links::revoke_siblings(conn, one, seed.wang, "newer", at(2))?,
                    2
                );
                at_once(conn, |writes| {
                    action_links::revoke_for_task(writes, one, "closed", at(3))
                })?;
                let late = action_links::by_hash(conn, "c")?.unwrap();
                assert!(matches!(
                    action_links::use_up(conn, late.id, at(60)),
                    Err(StorageError::Conflict)
                ));
                assert_eq!(
                    action_links::revoke_for_person(conn, seed.wang, "left", at(4))?,
                    2
                );

                let first = action_links::by_hash(conn, "a")?.unwrap();
                assert_eq!(first.state, LinkState::Revoked);
                assert_eq!(
                    (first.revoked_at, first.revoked_why.as_deref()),
                    (Some(at(2)), Some("newer"))
                );
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

/// A link to a task.
pub fn new_link(seed: Seed, case: i64, task: i64, hash: &str) -> Link {
    Link {
        token_hash: hash.into(),
        person_id: seed.wang,
        case_id: case,
        task_id: task,
        round: 1,
        actions: json!(["approve", "reject"]),
        mail_id: None,
        key_id: "k1".into(),
        expires_at: at(60),
        created_at: at(0),
    }
}
