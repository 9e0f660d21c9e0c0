//! `kill -9`: what was acknowledged is there, once, and every notification that is owed goes out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huiqian::storage::Db;

use crate::faults::long;
use crate::support::databases;
use crate::support::errands::{self, Couple};
use crate::support::invariants::{self, Told};
use crate::support::process::{Deployment, SECRET};
use crate::support::smtp::{Protection, SmtpServer};

/// How much is done, and how often it is interrupted.
#[derive(Clone, Copy)]
struct Size {
    clients: usize,
    /// Of each client; each is filed and approved.
    cases: usize,
    kills: usize,
}

impl Size {
    fn asked() -> Self {
        match long() {
            true => Self {
                clients: 20,
                cases: 250,
                kills: 50,
            },
            false => Self {
                clients: 4,
                cases: 12,
                kills: 5,
            },
        }
    }

    fn total(self) -> usize {
        self.clients * self.cases
    }
}

#[test]
fn kill_9_loses_nothing_acknowledged_and_does_nothing_twice_on_sqlite() {
    let database = databases::sqlite();
    survives(&database.url, Size::asked());
}

#[test]
fn kill_9_loses_nothing_acknowledged_and_does_nothing_twice_on_postgresql() {
    if let Some(database) = databases::postgres() {
        survives(&database.url, Size::asked());
    }
}

fn survives(database: &str, size: Size) {
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(database, mail.port);
    errands::set_up(&deployment);
    let couple = Couple::new(&deployment);
    deployment.start();
    let since = Instant::now();

    let told = errands::work_together(&couple, size.clients, size.cases, |done| {
        kill_often(&mut deployment, size, done);
    });

    println!("{} cases in {:?}", size.total(), since.elapsed());
    let db = Db::open(database, 2).expect("opens");
    invariants::wait_for_mail(&db, &mail, size.total());
    drop(db);
    deployment.kill();
    deployment.ok(&["audit", "verify"]);
    check(database, &told, size);
    check_mail(&mail, size);
}

fn kill_often(deployment: &mut Deployment, size: Size, done: &AtomicUsize) {
    for kill in 1..=size.kills {
        // After a share of the work, so that every kill falls into the middle of it.
        while done.load(Ordering::Relaxed) < kill * size.total() * 2 / (size.kills + 1) {
            std::thread::sleep(Duration::from_millis(5));
        }
        deployment.kill();
        deployment.start();
    }
}

fn check(database: &str, told: &Told, size: Size) {
    let db = Db::open(database, 2).expect("opens");
    invariants::hold(&db, SECRET, told);
    let counts = invariants::counts(&db);
    let total = i64::try_from(size.total()).expect("fits");
    assert_eq!(counts["cases"], total, "each request made one case");
    assert_eq!(counts["drafts"], 0, "no draft is left");
}

/// Two mails a case are owed: the task to the head, unless it was done before the mail went out, and the end to the
/// applicant. One that is sent again keeps its Message-ID.
fn check_mail(mail: &SmtpServer, size: Size) {
    let ends = invariants::arrived(&mail.to("ann@henan.example"));
    assert_eq!(ends.mails, size.total(), "each end is one mail");
    let all = invariants::arrived(&mail.received());
    println!("{all:?}");
    assert!(
        all.more * 1000 <= all.mails,
        "more than two copies only of one in a thousand: {all:?}"
    );
}
