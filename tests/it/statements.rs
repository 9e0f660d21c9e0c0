//! How many statements an action takes: each is a round trip to PostgreSQL.

use huiqian::engine::Input;

use crate::support::app::Fixture;
use crate::support::definitions::reviewed;
use crate::support::statements::{heard, listen};

/// The most that an approval may take, with what begins and ends its transaction.
const MOST: usize = 10;

#[test]
fn an_approval_takes_few_statements() {
    listen();
    // SQLite has no round trips, and does the work of those who wait on one thread.
    let Some(fixture) = Fixture::on_postgres() else {
        return;
    };
    fixture.publish(&reviewed());
    // What is kept in memory of directory and workflow is there after the first case.
    for _ in 0..2 {
        let case = fixture.file("ann", "trial", serde_json::json!({"note": "一"}));
        for (login, stage) in [("bob", "review"), ("cat", "head")] {
            let task = Some(fixture.task(login, case, stage));
            let input = Input {
                task,
                ..Input::default()
            };
            let by = fixture.by(login);
            let (done, sent) = heard(|| fixture.act_by(&by, case, "approve", input));
            done.expect("approved");
            let listed = sent.join("\n");
            println!("{} {stage}: {}\n{listed}", fixture.kind, sent.len());
            assert!(sent.len() <= MOST, "{stage}: {}", sent.len());
        }
    }
}
