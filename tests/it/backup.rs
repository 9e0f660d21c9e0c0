//! Backups: made while actions run, restored elsewhere, and nothing goes out before somebody says so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use huiqian::storage::{Connection, Db, StorageError, outbox};
use serde_json::{Value, json};

use crate::support::api::File;
use crate::support::databases;
use crate::support::errands::set_up;
use crate::support::process::{Client, Deployment};
use crate::support::smtp::{Protection, Received, SmtpServer};
use crate::support::visitor::Site;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz012345";

/// A deployment with cases, mails that were sent, and attachments.
pub struct Office {
    pub deployment: Deployment,
    mail: SmtpServer,
    ann: String,
    bob: String,
    checkpoints: PathBuf,
}

impl Office {
    pub fn open(database: &str) -> Self {
        let mail = SmtpServer::start(Protection::None, "localhost", None);
        let mut deployment = Deployment::new(database, mail.port);
        let checkpoints = deployment.path().join("checkpoints");
        deployment.set("CHECKPOINTS", &checkpoints.display().to_string());
        deployment.set("CHECKPOINT_SECONDS", "1");
        deployment.set("SECRET_KEY", KEY);
        set_up(&deployment);
        let (ann, bob) = (deployment.token("ann"), deployment.token("bob"));
        Self {
            deployment,
            mail,
            ann,
            bob,
            checkpoints,
        }
    }

    fn client(&self, token: &str) -> Client {
        Client::new(self.deployment.api(), token.to_owned())
    }

    /// A case that waits for bob, with a file that he has added.
    pub fn file(&self, key: &str) -> (String, String) {
        let request =
            json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true });
        let (status, case) = self.client(&self.ann).post("/cases", key, &request);
        assert_eq!(status, 201, "{case}");
        let case = case["id"].as_str().expect("an id").to_owned();
        let file = File {
            part: "file",
            name: "paper.pdf",
            media_type: "application/pdf",
            bytes: PDF,
        };
        let mut answer = ureq::post(format!(
            "{}/cases/{case}/attachments",
            self.deployment.api()
        ))
        .header("authorization", format!("Bearer {}", self.bob))
        .header("content-type", "multipart/form-data; boundary=edge")
        .send(&file.body()[..])
        .expect("taken");
        let file: Value = answer.body_mut().read_json().expect("JSON");
        let id = file["id"].as_str().expect("an id").to_owned();
        (case, id)
    }

    fn approve(&self, case: &str) {
        approve(&self.client(&self.bob), case);
    }

    pub fn backup(&self, name: &str) -> PathBuf {
        self.deployment.ok(&["backup", name]);
        self.deployment.path().join(name)
    }
}

fn approve(bob: &Client, case: &str) {
    let body = json!({ "action": "approve", "task": 1 });
    let (status, answer) = bob.post(&format!("/cases/{case}/actions"), case, &body);
    assert_eq!(status, 200, "{answer}");
}

/// Another machine, with nothing in its database and its folder.
pub fn elsewhere(database: &str, smtp_port: u16) -> Deployment {
    let mut deployment = Deployment::new(database, smtp_port);
    deployment.set("SECRET_KEY", KEY);
    deployment
}

/// Runs on SQLite, and on PostgreSQL where it is: with the address of a database in use and that of an empty one.
pub fn on_each(test: impl Fn(&str, &str)) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = databases::sqlite();
    let empty = format!("sqlite:{}", folder.path().join("restored.db").display());
    test(&database.url, &empty);
    if let (Some(database), Some(empty)) = (databases::postgres(), databases::postgres()) {
        println!("on PostgreSQL");
        test(&database.url, &empty.url);
    }
}

fn ids(received: &[Received]) -> Vec<String> {
    let id = |mail: &Received| {
        let parsed = mail_parser::MessageParser::default().parse(&mail.content)?;
        parsed.message_id().map(str::to_owned)
    };
    received.iter().filter_map(id).collect()
}

fn until(what: &str, mut so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn waiting(database: &str) -> i64 {
    let db = Db::open(database, 1).expect("opens");
    db.read(outbox::counts).expect("counted").waiting
}

fn manifest(backup: &Path) -> Value {
    let text = fs::read_to_string(backup.join("manifest.json")).expect("a manifest");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_backup_made_while_actions_run_is_whole_elsewhere_and_sends_nothing_by_itself() {
    on_each(|database, empty| {
        let mut office = Office::open(database);
        office.deployment.start();
        let (first, paper) = office.file("first");
        office.approve(&first);
        until("mail", || {
            let received = office.mail.received();
            received.iter().any(|mail| mail.to.contains("ann@"))
        });
        until("a checkpoint", || office.checkpoints.exists());
        // What has left is known to have left, so that the backup knows it.
        until("mails are settled", || waiting(database) == 0);
        office.deployment.kill();
        let sent: BTreeSet<String> = ids(&office.mail.received()).into_iter().collect();
        office.deployment.start_with(&["serve", "--no-jobs"]);
        let (open, _) = office.file("open");

        let busy = AtomicBool::new(true);
        let backup = std::thread::scope(|scope| {
            for number in 0..3 {
                let (office, busy) = (&office, &busy);
                scope.spawn(move || {
                    let mut count = 0;
                    while busy.load(Ordering::Relaxed) {
                        let (case, _) = office.file(&format!("busy-{number}-{count}"));
                        office.approve(&case);
                        count += 1;
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(500));
            let backup = office.backup("backup");
            std::thread::sleep(Duration::from_millis(200));
            busy.store(false, Ordering::Relaxed);
            backup
        });
        let held = manifest(&backup);
        assert!(2 < held["counts"]["cases"].as_i64().expect("a number"));
        assert!(held["checkpoint"]["root"].is_string(), "{held}");
        let text = held.to_string();
        assert!(!text.contains(KEY), "no secret is in it");

        let mail = SmtpServer::start(Protection::None, "localhost", None);
        let mut other = elsewhere(empty, mail.port);
        let folder = backup.display().to_string();
        let said = other.ok(&["restore", &folder]);
        assert!(said.contains("outbox resume"), "{said}");
        let checkpoints = office.checkpoints.display().to_string();
        other.ok(&["audit", "verify", "--against", &checkpoints]);

        other.start();
        let bob = Client::new(other.api(), office.bob.clone());
        approve(&bob, &open);
        let bytes = ureq::get(format!("{}/attachments/{paper}", other.api()))
            .header("authorization", format!("Bearer {}", office.bob))
            .call()
            .expect("it opens")
            .body_mut()
            .read_to_vec()
            .expect("bytes");
        assert_eq!(bytes, PDF);
        std::thread::sleep(Duration::from_secs(2));
        assert!(mail.received().is_empty(), "nothing leaves by itself");
        let metrics = ureq::get(format!("{}/metrics", other.address()))
            .call()
            .expect("measured")
            .body_mut()
            .read_to_string()
            .expect("text");
        assert!(metrics.contains("huiqian_outbox_paused 1\n"), "{metrics}");
        assert!(other.ok(&["outbox", "show"]).contains("outbox resume"));

        assert!(0 < waiting(empty));
        other.ok(&["outbox", "resume"]);
        until("mails after the pause", || waiting(empty) == 0);
        let received = ids(&mail.received());
        let once: BTreeSet<String> = received.iter().cloned().collect();
        assert!(!once.is_empty());
        assert_eq!(received.len(), once.len(), "each once");
        assert!(
            once.is_disjoint(&sent),
            "none that the backup knows as sent"
        );
        other.ok(&["audit", "verify"]);
    });
}

#[test]
fn what_is_damaged_missing_newer_or_in_the_way_is_refused_and_nothing_is_restored() {
    on_each(|database, empty| {
        let mut office = Office::open(database);
        office.deployment.start();
        office.file("first");
        let backup = office.backup("backup");
        office.deployment.kill();
        let again = office.deployment.run(&["backup", "backup"]);
        refused(&again, &["backup"]);

        let held = manifest(&backup);
        let copy = backup.join(held["database"]["name"].as_str().expect("a name"));
        let name = held["attachments"][0]["name"].as_str().expect("a name");
        let paper = backup.join("attachments").join(&name[..2]).join(name);
        let mail = SmtpServer::start(Protection::None, "localhost", None);
        let mut other = elsewhere(empty, mail.port);
        let folder = backup.display().to_string();
        let files = other.path().join("files");
        let refuses = |other: &Deployment, words: &[&str]| {
            refused(&other.run(&["restore", &folder]), words);
            let left = fs::read_dir(&files).map_or(0, Iterator::count);
            assert_eq!(left, 0, "no file is left");
            assert_eq!(
                other.run(&["outbox", "show"]).status.code(),
                Some(2),
                "no table is there"
            );
        };

        for path in [&copy, &paper] {
            let whole = fs::read(path).expect("read");
            let mut bytes = whole.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, &bytes).expect("written");
            refuses(&other, &["已损坏", &path.display().to_string()]);
            fs::remove_file(path).expect("removed");
            refuses(&other, &["缺少", &path.display().to_string()]);
            fs::write(path, &whole).expect("written");
        }

        let manifest_file = backup.join("manifest.json");
        let whole = fs::read_to_string(&manifest_file).expect("read");
        let with = |change: &dyn Fn(&mut Value)| {
            let mut changed = held.clone();
            change(&mut changed);
            fs::write(&manifest_file, changed.to_string()).expect("written");
        };
        with(&|held| held["schema"] = json!("29990101000000"));
        refuses(&other, &["0.1.0"]);
        with(&|held| held["format"] = json!(2));
        refuses(&other, &["0.1.0"]);
        with(&|held| held["kind"] = json!("other"));
        refuses(&other, &["other", "HUIQIAN_DATABASE_URL"]);
        with(&|held| held["attachments"][0]["name"] = json!("../../etc/passwd"));
        refuses(&other, &["passwd"]);
        fs::remove_file(&manifest_file).expect("removed");
        refuses(&other, &["manifest.json"]);
        fs::write(&manifest_file, whole).expect("written");

        fs::create_dir_all(&files).expect("made");
        fs::write(files.join("mine"), "x").expect("written");
        refused(&other.run(&["restore", &folder]), &["附件文件夹", "files"]);
        fs::remove_file(files.join("mine")).expect("removed");
        other.ok(&["restore", &folder]);
        other.set(
            "ATTACHMENTS",
            &other.path().join("more").display().to_string(),
        );
        refused(&other.run(&["restore", &folder]), &["不是空的"]);
    });
}

#[test]
fn a_missing_attachment_is_named_and_leaves_no_backup() {
    let database = databases::sqlite();
    let mut office = Office::open(&database.url);
    office.deployment.start();
    office.file("first");
    office.deployment.kill();
    let files = office.deployment.path().join("files");
    let folder = fs::read_dir(&files)
        .expect("read")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.is_dir())
        .expect("a folder");
    let file = fs::read_dir(folder)
        .expect("read")
        .next()
        .expect("a file")
        .expect("an entry");
    let name = file.file_name().to_string_lossy().into_owned();
    fs::remove_file(file.path()).expect("removed");

    let said = office.deployment.run(&["backup", "backup"]);

    refused(&said, &[&name]);
    let left: Vec<String> = fs::read_dir(office.deployment.path())
        .expect("read")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.contains("backup"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

/// As a restore leaves it.
pub fn pause(db: &Db) {
    db.write(|conn| {
        diesel::sql_query(
            "INSERT INTO outbox_pauses (id, since, backup_at) \
             VALUES (1, '2026-10-12 01:00:00.000000+00', '2026-10-11 10:00:00.000000+00')"
                .replace("+00", zone(conn)),
        )
        .execute(conn)?;
        Ok::<_, StorageError>(())
    })
    .expect("paused");
}

/// SQLite keeps text without a zone.
fn zone(conn: &Connection) -> &'static str {
    match conn {
        Connection::Sqlite(_) => "",
        #[cfg(feature = "postgres")]
        Connection::Pg(_) => "+00",
    }
}

#[test]
fn a_system_administrator_is_told_of_the_pause_and_ends_it() {
    let site = Site::open();
    pause(&site.office.app.db);

    let other = site.visitor("zhang.huimin");
    assert!(!other.get("/inbox").has("a[href='/admin/outbox']"));
    assert_eq!(other.get("/admin/outbox").status, 403);
    let visitor = site.visitor("sun.liping");
    let inbox = visitor.get("/inbox");
    assert!(inbox.has(".note--warn a[href='/admin/outbox']"));
    let page = visitor.get("/admin/outbox");
    assert_eq!(page.status, 200);
    for wanted in ["已暂停", "10月12日", "10月11日", "再发一次"] {
        let words = page.text("main");
        assert!(words.contains(wanted), "{wanted}\n{words}");
    }

    let sent = visitor.send(&page.form("form[action$='/resume']"));
    let page = visitor.follow(&sent);

    let words = page.text("main");
    assert!(words.contains("正常发送"), "{words}");
    assert!(!page.has("form[action$='/resume']"));
    assert!(!visitor.get("/inbox").has(".note--warn"));
}

#[track_caller]
pub fn refused(said: &std::process::Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success(), "{text}");
    assert_eq!(text.trim().lines().count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "no {word}: {text}");
    }
}
