//! Imports that bear on open cases: a changed directory, a changed calendar.

use huiqian::engine::Input;
use huiqian::services::{Error, calendars, directory};
use huiqian::storage::action_links::LinkState;
use huiqian::storage::{self, StorageError};
use serde_json::json;
use ulid::Ulid;

use super::support::office::{Office, request};
use super::support::world;

fn import(office: &Office, yaml: &str) -> Result<directory::Report, Error> {
    directory::import(
        &office.app.db,
        &office.clock,
        &office.app.passwords,
        "change.yaml",
        yaml,
    )
}

const WITHOUT_ZHANG: &str = "people:\n  - {login: zhang.huimin, name: 张慧敏, \
     email: zhang.huimin@henan.example, department: hn-health, clearance: 4, active: false}\n";

const WU_INSTEAD: &str =
    "posts:\n  - {person: wu.min, role: section_head, department: hn-health}\n";

/// The states of the links to the case's first task, with their holders.
fn links(office: &Office, login: &str) -> Vec<LinkState> {
    let person = office.person(login);
    let links = office.app.db.read(|conn| {
        let task = storage::tasks::by_number(conn, 1, 1)?.expect("a task");
        storage::action_links::live_of_task(conn, task.id)
    });
    let all = links.expect("read").into_iter();
    all.filter(|link| link.link.person_id == person)
        .map(|link| link.state)
        .collect()
}

#[test]
fn the_last_holder_of_an_open_task_cannot_be_deactivated_until_there_is_another() {
    let office = Office::new();
    let ulid = office.file(request(json!({}))).expect("filed");
    assert_eq!(links(&office, "zhang.huimin"), [LinkState::Live]);

    let Err(Error::Import(lines)) = import(&office, WITHOUT_ZHANG) else {
        panic!("it must be refused");
    };
    assert_eq!(lines.len(), 1, "{lines:?}");
    for word in [
        "数享申〔2026〕1号",
        "科室审核",
        "张慧敏（zhang.huimin）",
        "section_head@hn-health",
    ] {
        assert!(lines[0].contains(word), "no {word}: {lines:?}");
    }
    assert_eq!(links(&office, "zhang.huimin"), [LinkState::Live]);

    import(&office, WU_INSTEAD).expect("wu.min is a section head as well");
    let report = import(&office, WITHOUT_ZHANG).expect("now it can be done");
    assert_eq!(report.people.changed, 1);
    assert_eq!(links(&office, "zhang.huimin"), []);
    let gone = office.act(ulid, "zhang.huimin", "approve", Default::default());
    assert!(matches!(gone, Err(Error::Unauthenticated)), "{gone:?}");
    office.does(ulid, "wu.min", "approve");
}

#[test]
fn losing_a_post_ends_the_links_that_it_gave_and_no_others() {
    let office = Office::new();
    let ulid = office.file(request(json!({}))).expect("filed");
    import(&office, WU_INSTEAD).expect("a second section head");

    let ended = "posts:\n  - {person: zhang.huimin, role: section_head, department: hn-health, \
                 until: 2026-03-01}\n";
    import(&office, ended).expect("there is another");

    assert_eq!(links(&office, "zhang.huimin"), []);
    let refused = office.act(ulid, "zhang.huimin", "approve", Default::default());
    assert!(refused.is_err(), "{refused:?}");
}

#[test]
fn a_file_with_one_fault_changes_nothing() {
    let office = Office::new();
    let yaml = "people:\n  - {login: new.one, name: 新人, email: new.one@henan.example, department: hn-health}\n\
                posts:\n  - {person: new.one, role: chef, department: hn-health}\n";

    let refused = import(&office, yaml);

    assert!(matches!(refused, Err(Error::Import(_))), "{refused:?}");
    let known = office
        .app
        .db
        .read(|conn| storage::people::by_login(conn, "new.one"));
    assert_eq!(known.unwrap(), None);
}

fn due(office: &Office, ulid: Ulid) -> [Option<huiqian::calendar::Instant>; 3] {
    let read = office.app.db.read(|conn| {
        let stored = storage::cases::get(conn, ulid)?.expect("filed");
        let id = stored.summary.id;
        let tasks = storage::tasks::open_of_case(conn, id)?;
        let timer = storage::timers::get(conn, id)?;
        Ok::<_, StorageError>([
            stored.summary.due_at,
            tasks.first().and_then(|task| task.due_at),
            timer.map(|timer| timer.fire_at),
        ])
    });
    read.expect("read")
}

#[test]
fn imported_holidays_move_the_deadlines_of_open_cases() {
    let office = Office::new();
    let ulid = office.file(request(json!({}))).expect("filed");
    let midnight = |day: &str| Some(world::at(&format!("{day} 00:00")));
    let [case, task, timer] = due(&office, ulid);
    assert_eq!([case, task], [midnight("2026-03-04"); 2]);

    let report = calendars::import(
        &office.app.db,
        &office.clock,
        "cn-gov",
        "2026.csv",
        "date,kind,name\n2026-03-03,off,试验\n2026-03-04,off,试验\n",
    )
    .expect("imported");

    assert_eq!((report.days, report.tasks, report.cases), (2, 1, 1));
    let [case, task, later] = due(&office, ulid);
    assert_eq!([case, task], [midnight("2026-03-06"); 2]);
    assert!(timer < later, "{timer:?} {later:?}");
    office.does(ulid, "zhang.huimin", "approve");
}

#[test]
fn whose_advice_is_asked_for_may_leave_and_whom_signers_were_added_for_may_not() {
    let office = Office::new();
    let ulid = office.file(request(json!({}))).expect("filed");
    let ask = |action: &str, how: Option<&str>, login: &str| {
        let input = Input {
            people: vec![login.into()],
            how: how.map(str::to_owned),
            comment: Some("请看".into()),
            ..Input::default()
        };
        office
            .act(ulid, "zhang.huimin", action, input)
            .expect(action);
    };
    ask("consult", None, "wu.min");
    ask("add_signer", Some("before"), "xu.xiaofeng");
    let leaves = |login: &str, name: &str, department: &str| {
        format!(
            "people:\n  - {{login: {login}, name: {name}, email: {login}@henan.example, department: {department}, clearance: 4, active: false}}\n"
        )
    };

    import(&office, &leaves("wu.min", "吴敏", "hn-health")).expect("advice holds nothing up");
    let refused = import(&office, &leaves("xu.xiaofeng", "徐晓峰", "hn-health"));

    assert!(matches!(refused, Err(Error::Import(_))), "{refused:?}");
}
