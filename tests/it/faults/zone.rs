//! The zone of the machine means nothing: what is due when, which year a number is of and what mails say is the same under
//! every zone, also where clocks are put forward and back in between.

use std::cell::RefCell;
use std::fmt::Write;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use huiqian::storage::timers;
use serde_json::json;

use crate::support::app::Fixture;
use crate::support::definitions::with_stages;

/// New York puts its clocks forward on 2026-03-08 at 07:00 and back on 2026-11-01 at 06:00, London an hour before 2026-03-29
/// 02:00 and back on 2026-10-25; in Beijing the year ends at 16:00. All in UTC.
const FILED: &[&str] = &[
    "2026-03-06T04:30:00Z",
    "2026-03-08T06:59:00Z",
    "2026-03-27T09:00:00Z",
    "2026-10-23T15:59:59Z",
    "2026-10-30T16:00:00Z",
    "2026-11-01T05:30:00Z",
    "2026-12-31T15:59:59Z",
    "2026-12-31T16:00:01Z",
];
const ZONES: &[&str] = &["America/New_York", "Europe/London"];
/// Set where the test runs itself under another zone.
const ASKED: &str = "HUIQIAN_ZONE";
const MARK: &str = "in this zone: ";

/// Everything that depends on time, of cases that are filed at those instants.
fn story() -> String {
    let story = RefCell::new(String::new());
    Fixture::each(|fixture| {
        for unit in ["1wd", "6wh"] {
            let review = format!(
                "  - stage: review\n    title: 审核\n    who: share_office_head@applicant\n    due: {{in: {unit}, remind: [50%], overdue: [{{after: 1d, escalate: dept_leader@applicant}}]}}"
            );
            let key = fixture.publish(&with_stages(&review));
            for at in FILED {
                fixture.clock.set(instant(at));
                of_case(fixture, &key, &mut story.borrow_mut()).expect("a text grows");
            }
        }
    });
    story.into_inner()
}

fn of_case(fixture: &Fixture, key: &str, story: &mut String) -> std::fmt::Result {
    let case = fixture.file("ann", key, json!({}));
    let id = fixture.case_id(case);
    let number = fixture.read(|conn| huiqian::storage::cases::get(conn, case));
    let number = number.expect("a case").summary.number;
    write!(story, "{} {number:?}", fixture.kind)?;
    while let Some(timer) = fixture.read(|conn| timers::get(conn, id)) {
        write!(story, " {}", timer.fire_at.to_rfc3339())?;
        fixture
            .clock
            .set(timer.fire_at - TimeDelta::microseconds(1));
        fixture.let_time_act();
        let waits = fixture.read(|conn| timers::get(conn, id));
        assert_eq!(waits, Some(timer.clone()), "nothing comes before its time");
        fixture.clock.set(timer.fire_at);
        fixture.let_time_act();
    }
    let mails = fixture.mails_to("cat");
    let last = mails.last().expect("a mail");
    let text = last.mail.text.lines().filter(|line| !line.contains("://"));
    let text: Vec<&str> = text.collect();
    writeln!(story, " {} {text:?}", last.mail.subject)
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[test]
fn what_is_due_when_is_the_same_in_every_zone_of_the_machine() {
    let here = story();
    if std::env::var_os(ASKED).is_some() {
        println!("{MARK}{}", json!(here));
        return;
    }
    for zone in ZONES {
        let there = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "--nocapture"])
            .arg("faults::zone::what_is_due_when_is_the_same_in_every_zone_of_the_machine")
            .env(ASKED, zone)
            // The programs of PostgreSQL that are started there live in the zone too.
            .envs([("TZ", zone), ("PGTZ", zone)])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&there.stdout);
        let there = said.lines().find_map(|line| line.strip_prefix(MARK));
        let there: String =
            serde_json::from_str(there.unwrap_or_else(|| panic!("{said}"))).expect("JSON");
        for (here, there) in here.lines().zip(there.lines()) {
            assert_eq!(here, there, "in {zone}");
        }
        assert_eq!(here.len(), there.len());
    }
}
