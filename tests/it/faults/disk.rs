//! The disk is full: what would be written is refused with a clear sentence, reading goes on, and room is all it takes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use huiqian::storage::Db;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::errands::{self, Couple};
use crate::support::invariants::{self, Told};
use crate::support::process::{Deployment, SECRET};
use crate::support::smtp::{Protection, SmtpServer};

/// A small disk in memory, for those who may mount one.
struct Disk(TempDir);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder.path())
            .output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        if !mounted {
            // Past the test harness, which would hide it.
            let said = "no disk can be mounted: a full disk is tried with a limit to the size of files only";
            writeln!(std::io::stderr(), "{said}").ok();
        }
        mounted.then_some(Self(folder))
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    /// Writes until there is no room.
    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        for size in [1 << 16, 1 << 8, 1] {
            while ballast.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0.path()).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("the disk stays mounted at {}", self.0.path().display());
        }
    }
}

#[test]
fn a_full_disk_refuses_what_is_written_and_nothing_else() {
    let Some(disk) = Disk::mount() else {
        return;
    };
    let file = disk.0.path().join("test.db");
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(&format!("sqlite:{}", file.display()), mail.port);
    let couple = ready(&mut deployment);
    goes_on(&couple, &file, || disk.fill(), || disk.free());
    deployment.kill();
}

#[test]
fn a_file_that_may_not_grow_refuses_what_is_written_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("test.db");
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(&format!("sqlite:{}", file.display()), mail.port);
    let couple = ready(&mut deployment);
    let log = folder.path().join("test.db-wal");
    let size = || std::fs::metadata(&log).expect("it is there").len();
    goes_on(
        &couple,
        &file,
        || deployment.limit(&size().to_string()),
        || deployment.limit("unlimited"),
    );
}

fn ready(deployment: &mut Deployment) -> Couple {
    errands::set_up(deployment);
    let couple = Couple::new(deployment);
    deployment.start_limited();
    couple
}

/// Files cases until one is refused, reads all the same, and files that one when there is room.
fn goes_on(couple: &Couple, file: &Path, fill: impl FnOnce(), free: impl FnOnce()) {
    let mut told = Told::new();
    let id = filed(couple, "before", &mut told);
    fill();

    let (key, refused) = (0..2000)
        .find_map(|number| {
            let key = format!("full-{number}");
            match couple
                .ann
                .once("/cases", &key, &errand(&key))
                .expect("an answer")
            {
                (201, case) => {
                    remember(&case, &mut told);
                    None
                }
                other => Some((key, other)),
            }
        })
        .expect("there is an end of room");

    let (status, answer) = refused;
    assert_eq!(
        (status, &answer["code"]),
        (503, &json!("unavailable")),
        "{answer}"
    );
    let sentence = answer["detail"].as_str().expect("a sentence");
    assert!(sentence.contains("存储空间不足"), "{sentence}");
    // Bob's token was never used before: that it is now cannot be written down, and he reads all the same.
    for _ in 0..5 {
        assert_eq!(couple.ann.get(&format!("/cases/{id}"))["id"], json!(id));
        let listed = couple.bob.get("/cases?limit=3");
        assert!(!listed["items"].as_array().expect("items").is_empty());
        std::thread::sleep(Duration::from_millis(300));
    }

    free();

    let (status, case) = couple.ann.post("/cases", &key, &errand(&key));
    assert_eq!(status, 201, "{case}");
    remember(&case, &mut told);
    filed(couple, "after", &mut told);
    let db = Db::open(&format!("sqlite:{}", file.display()), 2).expect("opens");
    invariants::hold(&db, SECRET, &told);
    let cases = i64::try_from(told.len()).expect("few");
    assert_eq!(
        invariants::counts(&db)["cases"],
        cases,
        "what was refused is not there"
    );
}

fn errand(key: &str) -> Value {
    json!({ "workflow": "errand", "answers": { "subject": key }, "submit": true })
}

fn filed(couple: &Couple, key: &str, told: &mut Told) -> String {
    let (status, case) = couple.ann.post("/cases", key, &errand(key));
    assert_eq!(status, 201, "{case}");
    remember(&case, told)
}

fn remember(case: &Value, told: &mut Told) -> String {
    let id = case["id"].as_str().expect("an id").to_owned();
    told.insert((id.clone(), "submitted"), 1);
    id
}
