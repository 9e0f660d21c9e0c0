//! Both databases: the same tables, the same promises about writing.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use huiqian::storage::connection::{ExclusiveError, MigrateError, SchemaState};
use huiqian::storage::events::EventRow;
use huiqian::storage::idempotency_keys::{Answer, Earlier, NewKey};
use huiqian::storage::keys::{self, Table};
use huiqian::storage::{
    Connection, Db, StorageError, at_once, cases, directory, events, idempotency_keys, numbers,
    people,
};
use ulid::Ulid;

use crate::support::databases::{
    TestDatabase, on_each_database, on_each_empty_database, postgres, sqlite,
};
use crate::support::seed::{self, at, bureau, seed};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    nullable: i64,
}

const ON_SQLITE: &str = "SELECT t.name || '.' || c.name AS place, c.type AS kind, 1 - c.\"notnull\" AS nullable \
    FROM sqlite_master t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";

const ON_POSTGRES: &str = "SELECT (table_name || '.' || column_name)::text AS place, data_type::text AS kind, \
    CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END::bigint AS nullable FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

/// The columns by place, with their family of types and whether they may be empty.
fn columns(database: &TestDatabase, question: &'static str) -> BTreeMap<String, (String, bool)> {
    let rows: Vec<Column> = database
        .db
        .read(|conn| Ok::<_, StorageError>(diesel::sql_query(question).load(conn)?))
        .expect("the catalogue can be read");
    rows.into_iter()
        .map(|row| (row.place, (family(&row.kind), row.nullable == 1)))
        .collect()
}

fn family(kind: &str) -> String {
    match kind.to_lowercase().as_str() {
        "timestamp" | "timestamp with time zone" => "instant",
        "text" | "jsonb" => "text",
        "blob" | "bytea" => "bytes",
        // SQLite has one kind of key, of 64 bits.
        "integer" | "bigint" => "integer",
        other => return other.to_owned(),
    }
    .to_owned()
}

#[test]
fn both_migrations_give_the_same_tables_and_columns() {
    let lite = sqlite();
    lite.db.migrate().expect("SQLite migrates");
    let on_sqlite = columns(&lite, ON_SQLITE);
    assert!(
        on_sqlite.contains_key("cases.snapshot") && 200 < on_sqlite.len(),
        "{on_sqlite:?}"
    );

    let Some(server) = postgres() else { return };
    server.db.migrate().expect("PostgreSQL migrates");

    assert_eq!(columns(&server, ON_POSTGRES), on_sqlite);
}

/// The versions of the migrations in the source tree, oldest first: the digits of their folders' dates.
fn migrations() -> Vec<String> {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"));
    let mut versions: Vec<String> = folders
        .expect("the migrations")
        .map(|folder| {
            folder
                .expect("a folder")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .map(|name| name.split('_').next().unwrap_or_default().replace('-', ""))
        .collect();
    versions.sort();
    versions
}

#[test]
fn the_tables_are_older_then_current_and_newer_after_a_newer_program() {
    on_each_empty_database(|database| {
        let all = migrations();

        assert_eq!(
            database.db.schema_state().unwrap(),
            SchemaState::Older {
                pending: all.clone()
            }
        );
        assert_eq!(database.db.migrate().unwrap(), all);
        assert_eq!(database.db.schema_state().unwrap(), SchemaState::Current);
        assert!(database.db.migrate().unwrap().is_empty());

        execute(
            &database.db,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231')",
        )
        .unwrap();
        let unknown = vec!["29991231".to_owned()];
        assert_eq!(
            database.db.schema_state().unwrap(),
            SchemaState::Newer {
                unknown: unknown.clone()
            }
        );
        assert!(
            matches!(database.db.migrate(), Err(MigrateError::Newer(found)) if found == unknown)
        );
    });
}

#[test]
fn several_processes_may_migrate_at_once() {
    on_each_empty_database(|database| {
        let added: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| database.db.migrate().expect("no one fails").len()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });

        assert_eq!(added.iter().sum::<usize>(), migrations().len(), "{added:?}");
    });
}

#[test]
fn events_can_be_added_and_read_but_not_changed_or_removed() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let written = event(seed.version, 1);
        let kept = written.clone();
        let case = database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                at_once(conn, |writes| events::append(writes, case, vec![written]))?;
                Ok::<_, StorageError>(case)
            })
            .unwrap();

        assert!(execute(&database.db, "UPDATE events SET body = '{}'").is_err());
        assert!(execute(&database.db, "DELETE FROM events").is_err());

        let found = database
            .db
            .read(|conn| events::of_case(conn, case))
            .unwrap();
        assert_eq!(
            found
                .into_iter()
                .map(|stored| stored.event)
                .collect::<Vec<_>>(),
            [kept]
        );
        let end = database
            .db
            .read(|conn| events::last(conn, case))
            .unwrap()
            .unwrap();
        assert_eq!((end.seq, end.hash), (1, "b".repeat(64)));
    });
}

#[test]
fn a_place_in_the_chain_is_taken_once() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        let refused = database.db.write(move |conn| {
            let case = seed::file(conn, seed, "申请")?;
            let twice = vec![event(seed.version, 1), event(seed.version, 1)];
            at_once(conn, |writes| events::append(writes, case, twice))
        });

        assert!(
            matches!(refused, Err(StorageError::Duplicate(_))),
            "{refused:?}"
        );
    });
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        let failed = database.db.write(move |conn| {
            seed::file(conn, seed, "申请")?;
            Err::<(), _>(StorageError::Conflict)
        });

        assert!(matches!(failed, Err(StorageError::Conflict)));
        assert_eq!(
            count(
                &database.db,
                "SELECT COUNT(*) AS nullable, '' AS place, '' AS kind FROM cases"
            ),
            0
        );
    });
}

#[test]
fn a_view_for_reading_refuses_to_write() {
    on_each_database(|database| {
        let refused = database.db.read(|conn| {
            conn.batch_execute("UPDATE directory_state SET revision = 7")
                .map_err(StorageError::from)
        });

        assert!(refused.is_err());
        assert_eq!(database.db.read(directory::revision).unwrap(), 0);
    });
}

#[test]
fn writers_that_read_first_lose_nothing() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let ulid = Ulid::new();
        database
            .db
            .write(move |conn| new_case(conn, seed, ulid))
            .unwrap();

        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let db = &database.db;
                        db.write(move |conn| {
                            let case = cases::lock(conn, ulid)?.expect("the case is there");
                            cases::save(
                                conn,
                                case.summary.id,
                                case.revision,
                                seed::state(seed, "改"),
                            )
                        })
                        .expect("no writer fails");
                    }
                });
            }
        });

        let case = database
            .db
            .read(|conn| cases::get(conn, ulid))
            .unwrap()
            .unwrap();
        assert_eq!(case.revision, 401);
        assert_eq!(case.snapshot, seed::state(seed, "改").snapshot);
    });
}

#[test]
fn a_case_saved_on_an_old_revision_is_a_conflict() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        let refused = database.db.write(move |conn| {
            let case = seed::file(conn, seed, "申请")?;
            assert_eq!(cases::save(conn, case, 1, seed::state(seed, "一"))?, 2);
            cases::save(conn, case, 1, seed::state(seed, "二"))
        });

        assert!(matches!(refused, Err(StorageError::Conflict)));
    });
}

#[test]
fn numbers_have_no_gaps_although_many_ask_and_some_fail() {
    on_each_database(|database| {
        let mut given: Vec<i64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    scope.spawn(move || {
                        (0..20)
                            .filter_map(|turn| take_number(&database.db, (thread + turn) % 4 == 0))
                            .collect()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| -> Vec<i64> { thread.join().unwrap() })
                .collect()
        });

        given.sort_unstable();
        assert_eq!(given, (1..=120).collect::<Vec<i64>>());
        let another_year = database
            .db
            .write(|conn| numbers::next(conn, "data-sharing", &bureau(), 2027))
            .unwrap();
        assert_eq!(another_year, 1);
    });
}

fn take_number(db: &Db, fail: bool) -> Option<i64> {
    let taken = db.write(move |conn| {
        let number = numbers::next(conn, "data-sharing", &bureau(), 2026)?;
        if fail {
            Err(StorageError::Conflict)
        } else {
            Ok(number)
        }
    });
    match taken {
        Ok(number) => Some(number),
        Err(StorageError::Conflict) if fail => None,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn only_one_process_serves_an_sqlite_database() {
    let database = sqlite();
    let beside = Db::open(&database.url, 1).unwrap();

    let first = database.db.exclusive().unwrap();

    assert!(matches!(beside.exclusive(), Err(ExclusiveError::Held(_))));
    assert!(
        beside.schema_state().is_ok(),
        "commands still open the file beside it"
    );
    drop(first);
    assert!(beside.exclusive().is_ok());
}

#[test]
fn several_processes_serve_one_postgresql() {
    let Some(database) = postgres() else { return };

    let _first = database.db.exclusive().unwrap();

    assert!(database.db.exclusive().is_ok());
}

#[test]
fn a_login_is_known_once_and_its_person_keeps_their_keys() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let before = database
            .db
            .read(|conn| people::by_login(conn, "li.ming"))
            .unwrap()
            .unwrap();

        let again = database
            .db
            .write(|conn| people::save(conn, &seed::person("li.ming", "李明明")))
            .unwrap();

        let after = database
            .db
            .read(|conn| people::account(conn, again))
            .unwrap()
            .unwrap();
        assert_eq!(
            (again, after.ulid, after.name.as_str()),
            (seed.li, before.ulid, "李明明")
        );
        let directory = database.db.read(directory::load).unwrap();
        assert_eq!((directory.people.len(), directory.revision), (2, 1));
    });
}

#[test]
fn a_repeated_request_finds_its_answer_and_another_one_is_told_apart() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let answer = Answer {
            status: 201,
            case_id: None,
            ulid: Some(Ulid(7)),
            revision: Some(1),
        };
        let keep = |digest: &'static str, minute: i64| {
            database.db.write(move |conn| {
                let new = NewKey {
                    person: seed.li,
                    key: "k".into(),
                    digest: digest.into(),
                    answer,
                    at: at(minute),
                };
                at_once(conn, |writes| {
                    idempotency_keys::keep(writes, new, at(minute - 60))
                })
            })
        };
        let look = |digest: &'static str, minute: i64| {
            let found = database.db.read(move |conn| {
                idempotency_keys::look(conn, seed.li, "k", digest, at(minute - 60))
            });
            found.unwrap()
        };

        assert_eq!(look("one", 0), Earlier::None);
        keep("one", 0).unwrap();
        assert_eq!(look("one", 1), Earlier::Answered(answer));
        assert_eq!(look("two", 2), Earlier::Other);
        for digest in ["one", "two"] {
            let taken = keep(digest, 3);
            assert!(matches!(taken, Err(StorageError::Conflict)), "{taken:?}");
        }
        assert_eq!(look("one", 61), Earlier::None);
        keep("two", 61).expect("after its time the key is free again");
        assert_eq!(look("two", 62), Earlier::Answered(answer));
    });
}

#[test]
fn as_many_events_as_there_are_come_in_at_once_and_in_order() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let all: Vec<EventRow> = (1..=9_000).map(|seq| event(seed.version, seq)).collect();
        let kept = all.clone();
        let case = database.db.write(move |conn| {
            let case = seed::file(conn, seed, "申请")?;
            at_once(conn, |writes| events::append(writes, case, all))?;
            Ok::<_, StorageError>(case)
        });
        let case = case.expect("written");
        let found = database.db.read(|conn| events::of_case(conn, case));
        let found: Vec<EventRow> = found
            .expect("read")
            .into_iter()
            .map(|row| row.event)
            .collect();
        assert_eq!(found, kept);
    });
}

#[test]
fn keys_are_drawn_in_order_and_none_is_given_twice() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let draw = |wanted: [(Table, usize); 2]| {
            let drawn = database.db.write(move |conn| keys::draw(conn, wanted));
            let [mut first, mut second] = drawn.expect("drawn");
            let take = |count: usize, from: &mut keys::Keys| -> Vec<i64> {
                (0..count).map(|_| from.take().expect("a key")).collect()
            };
            let keys = (
                take(wanted[0].1, &mut first),
                take(wanted[1].1, &mut second),
            );
            assert!(first.take().is_err(), "no more than were asked for");
            keys
        };

        assert_eq!(
            draw([(Table::Cases, 2), (Table::Tasks, 1)]),
            (vec![1, 2], vec![1])
        );
        // Also after a row that is gone.
        let own = database.db.write(move |conn| {
            let case = seed::file(conn, seed, "申请")?;
            Ok::<_, StorageError>((case, seed::ask(conn, case, 1, &[], None)?))
        });
        assert_eq!(own.expect("written"), (3, 2));
        execute(&database.db, "DELETE FROM tasks").expect("deleted");
        assert_eq!(
            draw([(Table::Outbox, 0), (Table::Tasks, 3)]),
            (vec![], vec![3, 4, 5])
        );
        assert_eq!(
            draw([(Table::Cases, 1), (Table::Outbox, 2)]),
            (vec![4], vec![1, 2])
        );
    });
}

fn new_case(conn: &mut Connection, seed: seed::Seed, ulid: Ulid) -> Result<i64, StorageError> {
    let new = cases::NewCase {
        ulid,
        number: Some("数享申〔2026〕1号".into()),
        workflow_key: "data-sharing".into(),
        applicant_id: seed.li,
        department: bureau(),
        authority: bureau(),
        submitted_at: at(0),
        state: seed::state(seed, "申请"),
    };
    seed::insert(conn, new)
}

fn event(version: i64, seq: i64) -> EventRow {
    EventRow {
        seq,
        kind: "case_submitted".into(),
        // Neither spaces nor the order of keys nor the number's form may change: they are part of the hash.
        body: r#"{"z": 1e20,  "a": "核心"}"#.into(),
        actor_id: None,
        on_behalf_id: None,
        channel: "web".into(),
        at: at(0),
        version_id: version,
        algorithm: "sha256".into(),
        previous_hash: String::new(),
        hash: "b".repeat(64),
    }
}

fn execute(db: &Db, sql: &'static str) -> Result<(), StorageError> {
    db.write(move |conn| conn.batch_execute(sql).map_err(StorageError::from))
}

fn count(db: &Db, sql: &'static str) -> i64 {
    let row: Column = db
        .read(|conn| Ok::<_, StorageError>(diesel::sql_query(sql).get_result(conn)?))
        .expect("it can be counted");
    row.nullable
}

#[cfg(feature = "postgres")]
#[test]
fn connections_that_were_cut_off_while_they_waited_are_replaced() {
    let Some(database) = postgres() else {
        return;
    };
    let backend = |db: &Db| {
        db.read(|conn| {
            let pid = diesel::dsl::sql::<diesel::sql_types::Integer>("pg_backend_pid()");
            Ok::<i32, StorageError>(diesel::select(pid).get_result(conn)?)
        })
    };
    let before = backend(&database.db).unwrap();
    let other = Db::open(&database.url, 1).unwrap();

    other
        .write(|conn| {
            let cut_off = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                           WHERE datname = current_database() AND pid <> pg_backend_pid()";
            Ok::<_, StorageError>(diesel::sql_query(cut_off).execute(conn)?)
        })
        .unwrap();

    assert_ne!(backend(&database.db).unwrap(), before);
    database
        .db
        .write(|_| Ok::<_, StorageError>(()))
        .expect("it writes as well");
}
