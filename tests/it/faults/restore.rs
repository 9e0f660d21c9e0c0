//! A restore that is killed, at whatever moment, leaves everything or nothing, and the next one does it.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use super::long;
use crate::backup::{Office, elsewhere, on_each, refused};
use crate::support::process::Deployment;

/// Cases with an attachment each.
const CASES: usize = 8;

/// An office with a backup of it, and a machine with nothing on it.
fn prepared(database: &str, empty: &str) -> (Office, String, Deployment) {
    let mut office = Office::open(database);
    office.deployment.start();
    for number in 0..CASES {
        office.file(&format!("case-{number}"));
    }
    office.deployment.kill();
    let backup = office.backup("backup").display().to_string();
    let other = elsewhere(empty, office.deployment.port());
    (office, backup, other)
}

/// All is there: the backup of what was restored holds every attachment to its digest, and the log holds.
fn is_whole(other: &Deployment, name: &str) {
    other.ok(&["audit", "verify"]);
    let said = other.ok(&["backup", name]);
    assert!(said.contains(&format!("{CASES} ")), "{said}");
    let manifest = other.path().join(name).join("manifest.json");
    let manifest = fs::read_to_string(manifest).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(
        manifest["attachments"].as_array().map(Vec::len),
        Some(CASES)
    );
    assert_eq!(manifest["counts"]["cases"], CASES);
    assert!(
        other.ok(&["outbox", "show"]).contains("outbox resume"),
        "it is paused"
    );
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// What a restore that is killed leaves to `psql` ends by itself.
fn restored(other: &Deployment, backup: &str) -> Output {
    loop {
        let output = other.run(&["restore", backup]);
        if !said(&output).contains("还没有结束") {
            return output;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_restore_that_is_killed_at_any_moment_leaves_all_or_nothing_and_can_be_repeated() {
    // Moments close together at the start and further apart later, so that a quick machine meets as many as a slow one.
    let next = |pause: Duration| match long() {
        true => pause + Duration::from_millis(2),
        false => pause * 6 / 5 + Duration::from_millis(2),
    };
    on_each(|database, empty| {
        let (_office, backup, other) = prepared(database, empty);
        let (mut pause, mut kills) = (Duration::ZERO, 0);
        let last = loop {
            let mut restore = other.begin(&["restore", &backup]);
            std::thread::sleep(pause);
            if restore.try_wait().expect("asked").is_some() {
                break restore.wait_with_output().expect("it ended");
            }
            restore.kill().expect("ours to end");
            restore.wait().expect("it ends");
            kills += 1;
            pause = next(pause);
        };
        println!("killed {kills} times, up to {pause:?} after the start");
        assert!(0 < kills, "it was over before it could be killed");

        // The last but one may have been killed with all done.
        let text = said(&last);
        let done = last.status.success() || text.contains("不是空的");
        if !done {
            let last = restored(&other, &backup);
            assert!(
                last.status.success() || said(&last).contains("不是空的"),
                "{text}"
            );
        }
        is_whole(&other, "again");
        assert_eq!(attachments(&other.path().join("files")), CASES);
    });
}

#[test]
fn what_a_cut_off_restore_has_left_is_cleared_away_and_nothing_else_is() {
    on_each(|database, empty| {
        let (_office, backup, other) = prepared(database, empty);
        let files = other.path().join("files");
        let held = Path::new(&backup).join("attachments");
        let (name, folder) = first(&held);
        // As a power cut leaves it: half of a file, and the names of all in the mark, the last one torn.
        fs::create_dir_all(files.join(&folder)).expect("made");
        fs::write(files.join(&folder).join(&name), "half").expect("written");
        fs::write(files.join(".tmp-restore"), format!("{name}\n0123abc")).expect("written");
        fs::write(files.join("mine"), "x").expect("written");

        refused(&other.run(&["restore", &backup]), &["附件文件夹", "files"]);
        assert!(files.join("mine").exists());
        fs::remove_file(files.join("mine")).expect("removed");
        assert_eq!(fs::read_dir(&files).map(Iterator::count).expect("read"), 0);

        fs::create_dir_all(files.join(&folder)).expect("made");
        fs::write(files.join(&folder).join(&name), "half").expect("written");
        fs::write(files.join(".tmp-restore"), &name).expect("written");
        let said = other.ok(&["restore", &backup]);
        assert!(said.contains("附件已先清除"), "{said}");
        is_whole(&other, "again");
    });
}

/// How many files the folders in this one hold.
fn attachments(held: &Path) -> usize {
    let folders = fs::read_dir(held).expect("read");
    let folders = folders.map(|entry| entry.expect("an entry").path());
    folders
        .filter(|path| path.is_dir())
        .map(|folder| fs::read_dir(folder).expect("read").count())
        .sum()
}

/// The first file of a folder of attachments, and the folder in it.
fn first(held: &Path) -> (String, String) {
    let entry = |folder: &Path| {
        let mut entries = fs::read_dir(folder).expect("read");
        let entry = entries.next().expect("something").expect("an entry");
        entry.file_name().to_string_lossy().into_owned()
    };
    let folder = entry(held);
    (entry(&held.join(&folder)), folder)
}

#[cfg(feature = "postgres")]
#[test]
fn while_psql_outlives_a_restore_that_was_killed_no_other_begins() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};

    use crate::support::databases;

    let (Some(database), Some(empty)) = (databases::postgres(), databases::postgres()) else {
        return;
    };
    let (_office, backup, other) = prepared(&database.url, &empty.url);
    // Where `psql` comes to this table, it waits for whoever is about to make it.
    let mut conn = PgConnection::establish(&empty.url).expect("opened");
    conn.batch_execute("BEGIN; CREATE TABLE people (id INTEGER)")
        .expect("begun");
    let mut restore = other.begin(&["restore", &backup]);
    while waiting(&empty.url) == 0 {
        assert_eq!(restore.try_wait().expect("asked"), None, "it waits");
        std::thread::sleep(Duration::from_millis(20));
    }
    restore.kill().expect("ours to end");
    restore.wait().expect("it ends");

    refused(&other.run(&["restore", &backup]), &["还没有结束"]);
    conn.batch_execute("ROLLBACK").expect("ended");
    let last = restored(&other, &backup);

    assert!(last.status.success(), "{}", said(&last));
    assert!(said(&last).contains("附件已先清除"));
    is_whole(&other, "again");
}

/// How many sessions of this database wait for a lock.
#[cfg(feature = "postgres")]
fn waiting(url: &str) -> i64 {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    use diesel::{Connection, PgConnection, RunQueryDsl};

    let mut conn = PgConnection::establish(url).expect("opened");
    let count = "COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    diesel::select(sql::<BigInt>(count))
        .get_result(&mut conn)
        .expect("counted")
}
