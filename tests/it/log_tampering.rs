//! Whoever may do anything in the database changes the records, also with all hashes made to fit again: it is found.
//!
//! `HUIQIAN_TAMPERINGS=1000` tries more than `cargo test` does.

use std::path::Path;

use diesel::Connection as _;
#[cfg(feature = "postgres")]
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use huiqian::audit::anchor::Anchors;
use huiqian::audit::merkle::{self, Edge};
use huiqian::audit::{Algorithm, Link};
use huiqian::config::Anchor;
use huiqian::services::audit::{self, log as logged};
use huiqian::storage::events::{self, StoredEvent};
use huiqian::storage::{Connection, Db};

use crate::log::{file_cases, log, witness};
use crate::registers::{TO_FORCE, granted, grants};
use crate::support::app::Fixture;
use crate::support::definitions::reviewed;
#[cfg(feature = "postgres")]
use crate::support::postgres::Postgres;

/// Cases in the log that is tampered with.
const CASES: usize = 8;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// What a superuser does. Each answers whether it changed anything.
type Tampering = fn(&mut Hand<'_>) -> bool;

const TAMPERINGS: &[(&str, Tampering)] = &[
    ("a changed body", |hand| hand.edit("body")),
    ("a changed person", |hand| hand.edit("actor")),
    ("a changed channel", |hand| hand.edit("channel")),
    ("a changed time", |hand| hand.edit("time")),
    ("a changed kind", |hand| hand.edit("kind")),
    ("a changed hash", |hand| hand.edit("hash")),
    ("a changed link to the event before", |hand| {
        hand.edit("previous")
    }),
    ("another function's name", |hand| hand.edit("algorithm")),
    ("a changed event with its chain made to fit", |hand| {
        hand.edit("channel") && hand.rechain()
    }),
    ("a changed event with chain and tree made to fit", |hand| {
        hand.edit("channel") && hand.rechain() && hand.relog()
    }),
    (
        "all made to fit, and no checkpoint left in the database",
        |hand| {
            hand.edit("time")
                && hand.rechain()
                && hand.relog()
                && hand.sql("DELETE FROM checkpoints")
        },
    ),
    ("a removed event", |hand| hand.remove_event()),
    ("a removed event with its place", |hand| {
        let event = hand.event();
        hand.sql(&format!("DELETE FROM log_leaves WHERE event_id = {event}")) && hand.remove_event()
    }),
    ("a removed event with all made to fit", |hand| {
        hand.remove_event() && hand.rechain() && hand.relog()
    }),
    ("two bodies changed for each other", |hand| {
        hand.swap("body")
    }),
    ("two hashes changed for each other", |hand| {
        hand.swap("hash")
    }),
    ("two events changed for each other in the log", |hand| {
        hand.swap_leaves()
    }),
    ("the end cut off", |hand| hand.cut(false)),
    ("the end cut off with all made to fit", |hand| {
        hand.cut(true)
    }),
    ("a case removed", |hand| hand.remove_case(false)),
    ("a case removed with all made to fit", |hand| {
        hand.remove_case(true)
    }),
    ("a changed snapshot", |hand| hand.edit_snapshot()),
    ("a changed status", |hand| {
        let case = hand.case();
        hand.sql(&format!(
            "UPDATE cases SET status = 'suspended' WHERE id = {case}"
        ))
    }),
    ("a changed number", |hand| {
        let case = hand.case();
        hand.sql(&format!(
            "UPDATE cases SET number = number || '1' WHERE id = {case}"
        ))
    }),
    ("a changed place in the log", |hand| {
        let event = hand.event();
        let hash = if hand.postgres {
            "'\\x00'::bytea"
        } else {
            "X'00'"
        };
        hand.sql(&format!(
            "UPDATE log_leaves SET hash = {hash} WHERE event_id = {event}"
        ))
    }),
];

/// What a superuser does to registers.
const IN_REGISTERS: &[(&str, Tampering)] = &[
    ("a changed value in a register", |hand| {
        let set = match hand.postgres {
            true => "document = jsonb_set(document, '{values,until}', '\"2036-12-31\"')",
            false => "document = json_set(document, '$.values.until', '2036-12-31')",
        };
        hand.entry(set)
    }),
    ("a changed status in a register", |hand| {
        hand.entry("status = 'disposed'")
    }),
    ("an entry given to another department", |hand| {
        hand.entry("department = 'P'")
    }),
    ("an entry in another register", |hand| {
        hand.entry("register = 'systems'")
    }),
    ("an entry that looks older", |hand| {
        hand.entry("opened_at = (SELECT MIN(created_at) FROM people)")
    }),
    ("an entry under another key", |hand| {
        hand.entry("entry = entry || 'x'")
    }),
    ("an entry of another case", |hand| {
        hand.entry("case_id = (SELECT MAX(id) FROM cases)")
    }),
    ("a removed entry", |hand| {
        let entry = hand.an_entry();
        for table in ["values", "departments", "terms", "dates", "history"] {
            hand.sql(&format!(
                "DELETE FROM register_{table} WHERE entry_id = {entry}"
            ));
        }
        hand.sql(&format!("DELETE FROM register_entries WHERE id = {entry}"))
    }),
    ("an invented entry", |hand| {
        let entry = hand.an_entry();
        let columns =
            "register, case_id, entry, department, status, document, opened_at, updated_at";
        hand.sql(&format!(
            "INSERT INTO register_entries (ulid, {columns}) SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', register, case_id, \
             entry || '2', department, status, document, opened_at, updated_at FROM register_entries WHERE id = {entry}"
        ))
    }),
    ("an invented value that guards find", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "INSERT INTO register_values (entry_id, register, department, value) VALUES ({entry}, 'grants', 'A', 'all')"
        ))
    }),
    ("an invented value of no entry", |hand| {
        hand.sql("INSERT INTO register_values (entry_id, register, department, value) VALUES (-1, 'grants', 'A', 'all')")
    }),
    ("a value that guards find no more", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "DELETE FROM register_values WHERE entry_id = {entry} AND value = 'pop'"
        ))
    }),
    ("a department that sees an entry", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "INSERT INTO register_departments (entry_id, register, department) VALUES ({entry}, 'grants', 'Z')"
        ))
    }),
    ("a changed day", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "UPDATE register_dates SET day = '2036-12-31' WHERE entry_id = {entry}"
        ))
    }),
    ("a status that was never taken", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "UPDATE register_history SET status = 'suspended' WHERE entry_id = {entry} AND status = 'agreed'"
        ))
    }),
    ("a status that another gave", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "UPDATE register_history SET person_id = (SELECT MAX(id) FROM people) WHERE entry_id = {entry}"
        ))
    }),
    ("a status that was removed", |hand| {
        let entry = hand.an_entry();
        hand.sql(&format!(
            "DELETE FROM register_history WHERE entry_id = {entry} AND status = 'agreed'"
        ))
    }),
];

/// The superuser at work on a copy.
struct Hand<'a> {
    conn: &'a mut Connection,
    random: &'a mut fastrand::Rng,
    postgres: bool,
    chosen: Option<StoredEvent>,
}

impl Hand<'_> {
    fn sql(&mut self, sql: &str) -> bool {
        0 < diesel::sql_query(sql).execute(self.conn).expect("done")
    }

    fn all(&mut self) -> Vec<StoredEvent> {
        events::all(self.conn, None, 100_000).expect("read").rows
    }

    /// The key of a random event that the log has; the same one until another is chosen.
    fn event(&mut self) -> i64 {
        if self.chosen.is_none() {
            let all = self.all();
            let place = self.random.usize(..all.len());
            self.chosen = Some(all[place].clone());
        }
        self.chosen.as_ref().expect("chosen").id
    }

    fn case(&mut self) -> i64 {
        self.event();
        self.chosen.as_ref().expect("chosen").case_id
    }

    /// The key of a random entry of a register.
    fn an_entry(&mut self) -> String {
        let all = "SELECT CAST(id AS TEXT) AS word FROM register_entries ORDER BY id";
        let all: Vec<Word> = diesel::sql_query(all).load(self.conn).expect("read");
        all[self.random.usize(..all.len())].word.clone()
    }

    fn entry(&mut self, set: &str) -> bool {
        let entry = self.an_entry();
        self.sql(&format!(
            "UPDATE register_entries SET {set} WHERE id = {entry}"
        ))
    }

    fn edit(&mut self, what: &str) -> bool {
        let event = self.event();
        let row = self.chosen.clone().expect("chosen").event;
        let set = match what {
            // A blank more reads the same and is another text.
            "body" => "body = body || ' '".to_owned(),
            "actor" => "actor_id = (SELECT MAX(id) FROM people)".to_owned(),
            "channel" if row.channel == "api" => "channel = 'page'".to_owned(),
            "channel" => "channel = 'api'".to_owned(),
            "time" => "at = (SELECT MIN(at) FROM events WHERE id <> 1)".to_owned(),
            "kind" => format!("kind = 'x{}'", row.kind),
            "hash" => format!("hash = '{}'", turned(&row.hash)),
            "previous" => format!("previous_hash = '{}'", turned(&row.hash)),
            "algorithm" => "algorithm = 'sm3'".to_owned(),
            other => unreachable!("{other}"),
        };
        self.sql(&format!("UPDATE events SET {set} WHERE id = {event}"));
        let now = self.all().into_iter().find(|now| now.id == event);
        now.map(|now| now.event) != Some(row)
    }

    /// Every chain made to fit what the events say now.
    fn rechain(&mut self) -> bool {
        let all = self.all();
        let mut ends: std::collections::BTreeMap<i64, (i64, String)> = Default::default();
        for StoredEvent { id, case_id, event } in all {
            let ulid = self.word(&format!(
                "SELECT ulid AS word FROM cases WHERE id = {case_id}"
            ));
            let (seq, previous) = ends.get(&case_id).cloned().unwrap_or_default();
            let hash = Link {
                algorithm: Algorithm::Sha256,
                case: &ulid,
                seq: seq + 1,
                previous: &previous,
                body: &event.body,
                actor: event.actor_id.map(|person| person.0),
                on_behalf: event.on_behalf_id.map(|person| person.0),
                channel: &event.channel,
                at: event.at,
                version: event.version_id,
            }
            .hash();
            self.sql(&format!(
                "UPDATE events SET seq = {}, previous_hash = '{previous}', hash = '{hash}' WHERE id = {id}",
                seq + 1
            ));
            ends.insert(case_id, (seq + 1, hash));
        }
        true
    }

    /// The tree made to fit the events as they are now.
    fn relog(&mut self) -> bool {
        let hashes: Vec<(i64, String)> = self
            .all()
            .into_iter()
            .map(|stored| (stored.id, stored.event.hash))
            .collect();
        let mut edge = Edge::empty(Algorithm::Sha256);
        for table in ["log_leaves", "log_nodes"] {
            diesel::sql_query(format!("DELETE FROM {table}"))
                .execute(self.conn)
                .expect("emptied");
        }
        for (position, (event, hash)) in hashes.into_iter().enumerate() {
            let bytes = hex::decode(hash).expect("hex");
            let leaf = merkle::leaf(Algorithm::Sha256, &bytes);
            edge.push(leaf);
            let leaf = self.bytes(&leaf);
            self.sql(&format!(
                "INSERT INTO log_leaves VALUES ({position}, {event}, {leaf})"
            ));
        }
        let peaks = self.bytes(&edge.peaks().concat());
        let size = edge.size();
        self.sql(&format!(
            "UPDATE log_state SET size = {size}, edge = {peaks}"
        ))
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        let hex = hex::encode(bytes);
        match self.postgres {
            true => format!("'\\x{hex}'::bytea"),
            false => format!("X'{hex}'"),
        }
    }

    fn word(&mut self, sql: &str) -> String {
        diesel::sql_query(sql)
            .get_result::<Word>(self.conn)
            .expect("a word")
            .word
    }

    fn remove_event(&mut self) -> bool {
        let event = self.event();
        self.sql(&format!("DELETE FROM events WHERE id = {event}"))
    }

    fn another(&mut self) -> i64 {
        let event = self.event();
        let all = self.all();
        loop {
            let other = &all[self.random.usize(..all.len())];
            if other.id != event {
                return other.id;
            }
        }
    }

    fn swap(&mut self, column: &str) -> bool {
        let (one, other) = (self.event(), self.another());
        let before = self.all();
        self.sql(&format!(
            "UPDATE events SET {column} = (SELECT e.{column} FROM events e WHERE e.id = {one} + {other} - events.id) \
             WHERE id IN ({one}, {other})"
        ));
        self.all() != before
    }

    fn swap_leaves(&mut self) -> bool {
        let (one, other) = (self.event(), self.another());
        self.sql(&format!(
            "UPDATE log_leaves SET event_id = -1 WHERE event_id = {one}"
        ));
        self.sql(&format!(
            "UPDATE log_leaves SET event_id = {one} WHERE event_id = {other}"
        ));
        self.sql(&format!(
            "UPDATE log_leaves SET event_id = {other} WHERE event_id = -1"
        ))
    }

    fn cut(&mut self, fitting: bool) -> bool {
        let keep = self.event() - 1;
        let cut = self.sql(&format!("DELETE FROM events WHERE {keep} < id"));
        self.sql("DELETE FROM cases WHERE id NOT IN (SELECT case_id FROM events)");
        cut && (!fitting || self.relog())
    }

    fn remove_case(&mut self, fitting: bool) -> bool {
        let case = self.case();
        for table in ["tasks", "participants", "timers", "outbox", "events"] {
            self.sql(&format!("DELETE FROM {table} WHERE case_id = {case}"));
        }
        let removed = self.sql(&format!("DELETE FROM cases WHERE id = {case}"));
        removed && (!fitting || self.relog())
    }

    fn edit_snapshot(&mut self) -> bool {
        let case = self.case();
        let set = match self.postgres {
            true => "snapshot = jsonb_set(snapshot, '{revision}', '999')",
            false => "snapshot = json_set(snapshot, '$.revision', 999)",
        };
        self.sql(&format!("UPDATE cases SET {set} WHERE id = {case}"))
    }
}

/// The hash with its first digit changed.
fn turned(hash: &str) -> String {
    let first = if hash.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &hash[1..])
}

fn sound(db: &Db, anchors: &Anchors) -> bool {
    let cases = audit::verify(db, &audit::Which::All);
    let log = logged::verify(db, &witness(anchors.clone()));
    // What cannot be read any more is found as well.
    cases.is_ok_and(|report| report.is_sound())
        && log.is_ok_and(|found| found.faults.is_empty() && found.untried == 0)
}

/// A log with a checkpoint behind every second case, and what was written outside.
fn original(anchor: &Path, fixture: &Fixture) -> Anchors {
    let key = fixture.publish(&grants());
    for item in ["name", "id", "both"] {
        granted(fixture, &key, item, TO_FORCE);
    }
    // The next version of it.
    fixture.publish(&reviewed());
    for _ in 0..CASES / 2 {
        file_cases(fixture, 2);
        log(fixture);
    }
    Anchors::read(&std::fs::read_to_string(anchor).expect("checkpoints"))
}

/// Tampers with the database behind `conn` once. Answers whether anything was changed.
fn tamper(conn: &mut Connection, tampering: Tampering, random: &mut fastrand::Rng) -> bool {
    let postgres = !matches!(conn, Connection::Sqlite(_));
    let unlocked: Vec<String> = if postgres {
        vec!["SET session_replication_role = replica".to_owned()]
    } else {
        let triggers =
            "SELECT 'DROP TRIGGER ' || name AS word FROM sqlite_master WHERE type = 'trigger'";
        let triggers: Vec<Word> = diesel::sql_query(triggers).load(conn).expect("read");
        // Nobody needs these copies after a power cut.
        let settings = ["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"];
        let triggers = triggers.into_iter().map(|drop| drop.word);
        settings
            .map(str::to_owned)
            .into_iter()
            .chain(triggers)
            .collect()
    };
    for sql in unlocked {
        diesel::sql_query(sql).execute(conn).expect("unlocked");
    }
    tampering(&mut Hand {
        conn,
        random,
        postgres,
        chosen: None,
    })
}

/// Tries the tamperings one after the other, each on a fresh copy.
fn try_all<C>(count: usize, anchors: &Anchors, copy: impl Fn() -> C, url: impl Fn(&C) -> String) {
    let tamperings: Vec<_> = TAMPERINGS.iter().chain(IN_REGISTERS).collect();
    let mut random = fastrand::Rng::with_seed(20_261_128);
    let untouched = copy();
    let opened = |copy: &C| Db::open(&url(copy), 1).expect("opened");
    assert!(sound(&opened(&untouched), anchors), "the original is sound");
    let mut changed = 0;
    let since = std::time::Instant::now();
    for number in 0..count {
        let (name, tampering) = *tamperings[number % tamperings.len()];
        let copy = copy();
        let address = url(&copy);
        let mut conn = match address.strip_prefix("sqlite:") {
            Some(path) => Connection::Sqlite(SqliteConnection::establish(path).expect("opened")),
            #[cfg(feature = "postgres")]
            None => Connection::Pg(PgConnection::establish(&address).expect("opened")),
            #[cfg(not(feature = "postgres"))]
            None => unreachable!(),
        };
        let touched = tamper(&mut conn, tampering, &mut random);
        drop(conn);
        if touched {
            changed += 1;
            assert!(!sound(&opened(&copy), anchors), "not found: {name}");
        }
    }
    println!("{changed} of {count} found, in {:?}", since.elapsed());
    assert!(sound(&opened(&copy()), anchors), "each had a sound copy");
    assert!(
        count * 9 / 10 <= changed,
        "{changed} of {count} changed anything"
    );
}

fn how_many(otherwise: usize) -> usize {
    std::env::var("HUIQIAN_TAMPERINGS").map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn a_superuser_of_sqlite_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let anchor = folder.path().join("checkpoints.jsonl");
    let fixture = Fixture::with(|settings| {
        settings.audit.anchor = Some(Anchor::File(anchor.clone()));
    });
    let file = fixture.url().trim_start_matches("sqlite:").to_owned();
    let save = |name: &str| {
        let path = folder.path().join(name);
        let mut conn = SqliteConnection::establish(&file).expect("opened");
        diesel::sql_query(format!("VACUUM INTO '{}'", path.display()))
            .execute(&mut conn)
            .expect("saved");
        path
    };
    let before = original(&anchor, &fixture);
    let old = save("old.db");
    file_cases(&fixture, 1);
    log(&fixture);
    let anchors = Anchors::read(&std::fs::read_to_string(&anchor).expect("checkpoints"));
    let saved = save("saved.db");

    // An old backup is sound by itself; only what was written outside knows better.
    let backup = Db::open(&format!("sqlite:{}", old.display()), 1).expect("opened");
    assert!(sound(&backup, &before), "as it was");
    assert!(!sound(&backup, &anchors), "a restored old backup");

    let copy = || {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::copy(&saved, folder.path().join("copy.db")).expect("copied");
        folder
    };
    let url =
        |folder: &tempfile::TempDir| format!("sqlite:{}", folder.path().join("copy.db").display());
    try_all(how_many(84), &anchors, copy, url);
}

/// A copy in PostgreSQL that is put back to what it was: a copy of its own for each tampering would take most of the time.
/// What is verified is what the superuser has committed all the same.
#[cfg(feature = "postgres")]
struct Scratch {
    url: String,
    undo: String,
}

#[cfg(feature = "postgres")]
impl Scratch {
    fn new(url: String) -> Self {
        let mut conn = PgConnection::establish(&url).expect("opened");
        let tables = "SELECT relname::text AS word FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                      AND relkind = 'r' ORDER BY relname";
        let tables: Vec<Word> = diesel::sql_query(tables).load(&mut conn).expect("read");
        let (mut save, mut undo) = ("CREATE SCHEMA saved;".to_owned(), String::new());
        for Word { word } in &tables {
            save += &format!("CREATE TABLE saved.{word} AS TABLE public.{word};");
            undo += &format!(
                "DELETE FROM public.{word}; INSERT INTO public.{word} OVERRIDING SYSTEM VALUE TABLE saved.{word};"
            );
        }
        conn.batch_execute(&save).expect("saved");
        Self {
            url,
            undo: format!("SET session_replication_role = replica; {undo}"),
        }
    }

    /// The copy as it was.
    fn fresh(&self) -> &str {
        let mut conn = PgConnection::establish(&self.url).expect("opened");
        conn.batch_execute(&self.undo).expect("undone");
        &self.url
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_superuser_of_postgresql_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let anchor = folder.path().join("checkpoints.jsonl");
    let made = Fixture::on_postgres_with(|settings| {
        settings.audit.anchor = Some(Anchor::File(anchor.clone()));
    });
    let Some(fixture) = made else { return };
    let anchors = original(&anchor, &fixture);
    let saved = fixture.url().to_owned();
    // A database can be copied only while nobody is connected to it.
    drop(fixture);
    let server = Postgres::shared().expect("it is there");
    let scratch = Scratch::new(server.copy_of(&saved));

    let url = |url: &&str| (*url).to_owned();
    try_all(how_many(84), &anchors, || scratch.fresh(), url);
}
