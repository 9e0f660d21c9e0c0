//! PostgreSQL is restarted under load: the servers find back by themselves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huiqian::storage::Db;

use super::long;
use crate::support::errands::{self, Couple};
use crate::support::invariants;
use crate::support::postgres::{Postgres, Settings};
use crate::support::process::{Deployment, SECRET};
use crate::support::smtp::{Protection, SmtpServer};

const CLIENTS: usize = 4;
/// Orderly, and as when power fails.
const MODES: [&str; 2] = ["fast", "immediate"];

#[test]
fn postgresql_restarted_under_load_is_used_again_by_itself() {
    let Some(cluster) = Postgres::start(Settings {
        durable: true,
        ..Settings::default()
    }) else {
        return;
    };
    let url = cluster.new_database();
    let mail = SmtpServer::start(Protection::None, "localhost", None);
    let mut deployment = Deployment::new(&url, mail.port);
    errands::set_up(&deployment);
    let couple = Couple::new(&deployment);
    deployment.start();
    let cases = if long() { 200 } else { 15 };

    let told = errands::work_together(&couple, CLIENTS, cases, |done| {
        for (number, mode) in (1..).zip(MODES) {
            let share = number * CLIENTS * cases * 2 / (MODES.len() + 1);
            restart(&cluster, mode, &deployment, share, done);
        }
    });

    let db = Db::open(&url, 2).expect("opens");
    invariants::wait_for_mail(&db, &mail, CLIENTS * cases);
    invariants::hold(&db, SECRET, &told);
}

/// After this share of the work; then work must go on within ten seconds.
fn restart(
    cluster: &Postgres,
    mode: &str,
    deployment: &Deployment,
    share: usize,
    done: &AtomicUsize,
) {
    while done.load(Ordering::Relaxed) < share {
        std::thread::sleep(Duration::from_millis(5));
    }
    cluster.restart(mode);
    let (since, before) = (Instant::now(), done.load(Ordering::Relaxed));
    while !deployment.is_ready() || done.load(Ordering::Relaxed) <= before {
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{mode}: it is back in time"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("{mode}: back after {:?}", since.elapsed());
}
