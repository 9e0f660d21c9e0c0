//! The log over all events: places without gaps, checkpoints outside the database, proofs and exports.

use std::sync::{Arc, mpsc};
use std::thread;

use chrono::TimeDelta;
use diesel::RunQueryDsl;
use huiqian::audit::Algorithm;
use huiqian::audit::anchor::Anchors;
use huiqian::audit::scan::{Fault, Findings};
use huiqian::config::{Anchor, KeySettings, Secret};
use huiqian::engine::{Channel, Command, Input};
use huiqian::jobs::Anchorer;
use huiqian::services::audit::log::{self as logged, Witness};
use huiqian::services::audit::prove::{self, NoProof, Proof, Shown};
use huiqian::services::audit::{self, export};
use huiqian::services::cases::{self, By};
use huiqian::services::{App, sequencer};
use huiqian::storage::connection::GrantError;
use huiqian::storage::{StorageError, events, personal_values};
use ulid::Ulid;

use crate::support::app::{Fixture, SECRET};
use crate::support::definitions::reviewed;
use crate::support::shell::Shell;
use crate::support::world::with_form;

/// Runs the sequencer until nothing is left, and writes checkpoints outside.
pub fn log(fixture: &Fixture) {
    fixture.advance(TimeDelta::minutes(2));
    while sequencer::pass(&fixture.app).expect("sequenced") {}
    Anchorer::new(fixture.app.clone())
        .pass()
        .expect("written outside");
}

/// What knows the deployment's own key, and nothing from outside.
pub fn witness(anchors: Anchors) -> Witness {
    let settings = KeySettings {
        current: Some(Secret::new(SECRET)),
        previous: Vec::new(),
        host: None,
    };
    Witness::new(anchors, &settings)
}

/// So many cases that two people were asked about.
pub fn file_cases(fixture: &Fixture, count: usize) {
    for _ in 0..count {
        let case = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
        fixture
            .on("bob", case, "approve", "review")
            .expect("approved");
    }
}

/// Bob reviews the case on this server.
fn approve(fixture: &Fixture, server: &Arc<App>, case: Ulid) {
    let by = By::person(fixture.id("bob"), Channel::Page);
    let approve = Command {
        action: "approve".into(),
        input: Input {
            task: Some(fixture.task("bob", case, "review")),
            ..Input::default()
        },
        seen: None,
    };
    cases::perform(server, &by, case, approve).expect("approved");
}

fn verified(fixture: &Fixture) -> Findings {
    logged::verify(&fixture.app.db, &witness(Anchors::default())).expect("verified")
}

fn event_count(fixture: &Fixture) -> u64 {
    let all = fixture.read(|conn| events::all(conn, None, 10_000));
    all.rows.len() as u64
}

#[test]
fn every_event_gets_a_place_and_checkpoints_say_what_the_log_was() {
    Fixture::each(|fixture| {
        fixture.publish(&reviewed());
        for _ in 0..3 {
            file_cases(fixture, 2);
            log(fixture);
        }

        let found = verified(fixture);

        assert_eq!(found.size, event_count(fixture));
        assert_eq!((found.checkpoints, found.untried), (3, 0));
        assert_eq!(found.faults, []);
    });
}

#[test]
fn a_checkpoint_is_made_once_a_minute_at_most() {
    let fixture = Fixture::new();
    fixture.publish(&reviewed());
    file_cases(&fixture, 1);
    log(&fixture);
    file_cases(&fixture, 1);
    while sequencer::pass(&fixture.app).expect("sequenced") {}
    assert_eq!(verified(&fixture).checkpoints, 1);

    fixture.advance(TimeDelta::minutes(1));
    while sequencer::pass(&fixture.app).expect("sequenced") {}

    assert_eq!(verified(&fixture).checkpoints, 2);
}

/// An event with a lower key may become visible after one with a higher key; it must not be passed over.
#[test]
fn an_event_of_a_slow_transaction_is_not_passed_over() {
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
    file_cases(&fixture, 2);
    for _ in 0..4 {
        while sequencer::pass(&fixture.app).expect("sequenced") {}
        file_cases(&fixture, 1);
    }
    commit.send(()).expect("it waits");
    slow.join().expect("no panic").expect("committed");

    while sequencer::pass(&fixture.app).expect("sequenced") {}
    let found = verified(&fixture);
    assert_eq!(found.size, event_count(&fixture));
    // Once nothing is under way, the log looks no further back than it must.
    for _ in 0..2 {
        file_cases(&fixture, 1);
        while sequencer::pass(&fixture.app).expect("sequenced") {}
    }
    let state = fixture
        .read(huiqian::storage::log::state)
        .expect("there is a log");
    assert!(state.size <= state.settled_event + 20, "{state:?}");
}

#[test]
fn checkpoints_are_written_to_the_file_with_the_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoints.jsonl");
    let fixture = Fixture::with(|settings| {
        settings.audit.anchor = Some(Anchor::File(path.clone()));
    });
    fixture.publish(&reviewed());
    for _ in 0..2 {
        file_cases(&fixture, 2);
        log(&fixture);
    }

    let anchors = Anchors::read(&std::fs::read_to_string(&path).expect("a file"));

    assert_eq!((anchors.notes.len(), anchors.unreadable.len()), (2, 0));
    assert!(
        anchors
            .keys
            .iter()
            .all(|key| key.verifies(&anchors.notes[1]))
    );
    // The file alone is enough to try the signatures of an old database.
    let old = Witness {
        anchors,
        keys: Vec::new(),
    };
    let found = logged::verify(&fixture.app.db, &old).expect("verified");
    assert_eq!((found.checkpoints, found.faults), (2, vec![]));
}

#[test]
fn checkpoints_go_to_syslog() {
    let server = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let patience = std::time::Duration::from_secs(20);
    server.set_read_timeout(Some(patience)).expect("set");
    let address = server.local_addr().expect("an address").to_string();
    let fixture = Fixture::with(|settings| {
        settings.audit.anchor = Some(Anchor::Syslog(address));
    });
    fixture.publish(&reviewed());
    file_cases(&fixture, 1);
    log(&fixture);

    let mut text = String::new();
    for _ in 0..2 {
        let mut buffer = [0; 2048];
        let size = server.recv(&mut buffer).expect("a line");
        let line = std::str::from_utf8(&buffer[..size]).expect("UTF-8");
        assert!(line.starts_with("<109>1 2026-03-02T"), "{line}");
        text.push_str(line);
        text.push('\n');
    }

    let anchors = Anchors::read(&text);
    assert_eq!((anchors.keys.len(), anchors.notes.len()), (1, 1));
}

#[test]
fn a_place_that_cannot_be_written_to_is_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("not there").join("checkpoints.jsonl");
    let fixture = Fixture::with(|settings| {
        settings.audit.anchor = Some(Anchor::File(path.clone()));
    });
    fixture.publish(&reviewed());
    file_cases(&fixture, 1);
    while sequencer::pass(&fixture.app).expect("sequenced") {}
    let anchorer = Anchorer::new(fixture.app.clone());
    assert!(anchorer.pass().is_err());

    std::fs::create_dir(folder.path().join("not there")).expect("made");
    anchorer.pass().expect("written");

    let anchors = Anchors::read(&std::fs::read_to_string(&path).expect("a file"));
    assert_eq!(anchors.notes.len(), 1);
}

#[test]
fn an_event_is_proved_to_somebody_without_the_database() {
    Fixture::each(|fixture| {
        fixture.publish(&reviewed());
        file_cases(fixture, 60);
        let case = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
        log(fixture);
        file_cases(fixture, 1);
        log(fixture);
        let db = &fixture.app.db;

        let proof = prove::prove(db, &case.to_string(), 1).expect("proved");
        let text = serde_json::to_string(&proof).expect("JSON");
        let check = |text: &str, witness: &Witness| {
            let proof: Proof = serde_json::from_str(text).expect("reads");
            proof.check(witness)
        };
        let own = witness(Anchors::default());
        assert_eq!(check(&text, &own), Some(Shown::Holds));
        assert_eq!(check(&text, &Witness::default()), Some(Shown::Untried));
        let changed = text.replace("\"channel\":\"page\"", "\"channel\":\"api\"");
        assert_ne!(changed, text);
        assert_eq!(check(&changed, &own), Some(Shown::Event));
        let position = format!("\"position\":{}", 60 * 4 - 1);
        let moved = regex::Regex::new("\"position\":[0-9]+")
            .expect("a pattern")
            .replace(&text, position.as_str())
            .into_owned();
        assert_eq!(check(&moved, &own), Some(Shown::Path));
        let stranger = Witness::new(
            Anchors::default(),
            &KeySettings {
                current: Some(Secret::new("another secret of 32 bytes or so")),
                previous: Vec::new(),
                host: None,
            },
        );
        assert_eq!(check(&text, &stranger), Some(Shown::Signature));

        let unknown = prove::prove(db, &case.to_string(), 1000);
        assert!(matches!(unknown, Err(NoProof::Unknown)), "{unknown:?}");
        let new = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
        let early = prove::prove(db, &new.to_string(), 1);
        assert!(matches!(early, Err(NoProof::TooNew)), "{early:?}");
    });
}

#[test]
fn an_export_is_checked_without_the_database() {
    Fixture::each(|fixture| {
        fixture.publish(&reviewed());
        file_cases(fixture, 3);
        log(fixture);
        // Not in the log yet, and in the export all the same.
        file_cases(fixture, 1);
        let mut bytes = Vec::new();
        let count = export::write(&fixture.app.db, &mut bytes).expect("exported");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(count as u64, event_count(fixture));
        let own = witness(Anchors::default());
        let check = |text: &str| export::verify(text.as_bytes(), &own);

        let (report, found) = check(&text).expect("reads");
        assert_eq!((report.cases, report.events), (4, count));
        assert_eq!((report.faults, found.faults), (vec![], vec![]));
        assert_eq!(found.checkpoints, 1);

        let lines: Vec<&str> = text.lines().collect();
        let without = |place: usize| {
            let mut kept = lines.clone();
            kept.remove(place);
            kept.join("\n")
        };
        let (report, found) = check(&without(4)).expect("reads");
        assert_eq!(report.faults.len(), 1);
        assert_eq!(found.faults[0], Fault::Gap { from: 2 });
        let (report, _) =
            check(&text.replacen("\"channel\":\"page\"", "\"channel\":\"api\"", 1)).expect("reads");
        assert_eq!(report.faults[0].what, audit::Wrong::Hash);
        let half: String = text.chars().take(text.chars().count() / 2).collect();
        assert!(check(&half).is_err(), "half a line");
        assert!(check("").is_err());
    });
}

#[test]
fn a_log_of_sm3_holds_as_well() {
    let fixture = Fixture::with(|settings| settings.audit.algorithm = Algorithm::Sm3);
    fixture.publish(&reviewed());
    file_cases(&fixture, 3);
    log(&fixture);

    let found = verified(&fixture);
    let report = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");

    assert_eq!((found.checkpoints, found.faults), (1, vec![]));
    assert_eq!(report.faults, []);
    let all = fixture.read(|conn| events::all(conn, None, 10));
    assert!(all.rows.iter().all(|row| row.event.algorithm == "sm3"));
}

/// The function may be changed while cases run: each hash names its own.
#[test]
fn a_chain_goes_on_with_another_function() {
    let fixture = Fixture::new();
    fixture.publish(&reviewed());
    let case = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
    log(&fixture);
    let changed = fixture.another(|settings| settings.audit.algorithm = Algorithm::Sm3);
    approve(&fixture, &changed, case);
    log(&fixture);

    let report = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");
    assert_eq!(report.faults, []);
    assert_eq!(verified(&fixture).faults, []);
    let all = fixture.read(|conn| events::all(conn, None, 100));
    let algorithm = |place: usize| all.rows[place].event.algorithm.as_str();
    assert_eq!(
        (algorithm(0), algorithm(all.rows.len() - 1)),
        ("sha256", "sm3")
    );
}

/// The owner of the tables migrates; the server runs under a role that cannot change what was written.
#[test]
fn the_servers_role_adds_to_the_log_and_cannot_change_it() {
    let Some(fixture) = Fixture::on_postgres() else {
        return;
    };
    fixture.publish(&reviewed());
    let no_role = fixture.app.db.grant("nobody of that name");
    assert!(
        matches!(no_role, Err(GrantError::Unknown(_))),
        "{no_role:?}"
    );
    fixture.write(|conn| Ok(diesel::sql_query("CREATE ROLE \"the-server\" LOGIN").execute(conn)?));
    fixture.app.db.grant("the-server").expect("granted");
    let url = fixture.url().replace("huiqian@", "the-server@");
    assert_ne!(url, fixture.url());
    let server = fixture.another(|settings| settings.database.url = Secret::new(url));

    let case = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
    approve(&fixture, &server, case);
    fixture.advance(TimeDelta::days(30));
    while huiqian::jobs::timer_pass(&server, &cases::tick).expect("timers") {}
    while sequencer::pass(&server).expect("sequenced") {}

    let done = fixture.case(case);
    assert!(done.tasks.iter().any(|task| !task.is_open()), "approved");
    assert_eq!(verified(&fixture).size, event_count(&fixture));
    for sql in [
        "UPDATE events SET channel = 'api'",
        "DELETE FROM events",
        "TRUNCATE events CASCADE",
        "DELETE FROM log_leaves",
        "UPDATE log_nodes SET hash = NULL",
        "DELETE FROM checkpoints",
        "DROP TRIGGER events_are_never_changed ON events",
        "SET session_replication_role = replica",
    ] {
        let done = server
            .db
            .write(move |conn| Ok::<_, StorageError>(diesel::sql_query(sql).execute(conn)?));
        let refused = format!("{:?}", done.expect_err(sql));
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{refused}"
        );
    }
}

#[test]
fn sqlite_has_no_roles() {
    let fixture = Fixture::new();

    assert!(matches!(
        fixture.app.db.grant("server"),
        Err(GrantError::NoRoles)
    ));
}

#[test]
fn erasing_a_personal_value_leaves_the_log_as_it_was() {
    Fixture::each(|fixture| {
        fixture.publish(&with_form(
            "{id: phone, type: phone, label: 电话, private: true}",
            "  - {stage: review, title: 审核, who: section_head@applicant}",
        ));
        let case = fixture.file("ann", "trial", serde_json::json!({"phone": "13800138000"}));
        log(fixture);
        let id = fixture.case_id(case);
        let kept = fixture.read(move |conn| personal_values::of_case(conn, id));
        assert_eq!(kept.len(), 1);

        let (ulid, now) = (kept[0].ulid, fixture.clock_now());
        assert!(fixture.write(move |conn| personal_values::erase(conn, ulid, now)));

        let kept = fixture.read(move |conn| personal_values::of_case(conn, id));
        assert_eq!((&kept[0].salt, &kept[0].envelope), (&None, &None));
        assert_eq!(verified(fixture).faults, vec![]);
    });
}

#[test]
fn the_shell_verifies_proves_and_exports() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoints.jsonl");
    let fixture = Fixture::with(|settings| {
        settings.audit.anchor = Some(Anchor::File(path.clone()));
    });
    fixture.publish(&reviewed());
    file_cases(&fixture, 2);
    log(&fixture);
    let case = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
    log(&fixture);
    let shell = Shell::new();
    let environment = [
        ("HUIQIAN_DATABASE_URL", fixture.url()),
        ("HUIQIAN_SECRET_KEY", SECRET),
        ("HUIQIAN_BASE_URL", "https://share.henan.example"),
    ];
    let run = |arguments: &[&str]| shell.run_with(arguments, &environment);
    let against = path.display().to_string();

    let said = run(&["audit", "verify", "--against", &against]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("2 个检查点，全部相符"), "{said:?}");

    let key = run(&["audit", "key"]).out;
    assert!(key.starts_with("share.henan.example/huiqian+"), "{key}");
    let said = run(&["audit", "prove", &format!("{case}#1")]);
    assert_eq!(said.code, 0, "{said:?}");
    let proof = folder.path().join("proof.json");
    std::fs::write(&proof, &said.out).expect("written");
    let bare = |arguments: &[&str]| shell.run_with(arguments, &[]);
    let proof = proof.display().to_string();
    let said = bare(&["audit", "verify", "--proof", &proof, "--key", key.trim()]);
    assert_eq!(
        (said.code, said.out.trim()),
        (0, "证明成立：这条记录在签名的日志里。")
    );
    let said = bare(&["audit", "verify", "--proof", &proof]);
    assert_eq!(said.code, 1, "{said:?}");

    let said = run(&["audit", "export"]);
    assert_eq!(said.code, 0, "{said:?}");
    let export = folder.path().join("export.jsonl");
    std::fs::write(&export, &said.out).expect("written");
    let export = export.display().to_string();
    let said = bare(&[
        "audit",
        "verify",
        "--export",
        &export,
        "--against",
        &against,
    ]);
    assert_eq!(said.code, 0, "{said:?}");

    run(&["audit", "prove", "01J#x"]).refuses(1, &["#4"]);
    run(&["audit", "prove", &format!("{case}#99")]).refuses(1, &["没有"]);
    bare(&["audit", "verify", "--export", &proof]).refuses(1, &["第 1 行"]);
    bare(&["audit", "verify", "--proof", &export]).refuses(1, &["证明"]);
    bare(&["audit", "verify", "--proof", &proof, "--key", "x"]).refuses(1, &["公钥"]);
    bare(&["audit", "verify", "--against", &proof]).refuses(1, &["检查点"]);
    bare(&["audit", "key"]).refuses(2, &["HUIQIAN_SECRET_KEY"]);
}
