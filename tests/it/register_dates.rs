//! The days in registers: who is reminded of them, once, and what they start.

use huiqian::services::ledger::{self, Narrowing};
use huiqian::services::{App, Viewer, dates};
use huiqian::storage::outbox::StoredMessage;
use huiqian::storage::register_search::Found;
use huiqian::storage::{cases, drafts, register_marks};
use serde_json::json;
use std::sync::Arc;
use ulid::Ulid;

use crate::support::app::{Fixture, reason};
use crate::support::world::{at, definition};

/// A grant in force until a day, which is renewed until the second one, and then suspended.
fn grant() -> String {
    definition(
        "",
        "{id: item, type: text, label: 数据项, required: true}
{id: until, type: date, label: 到期, required: true}
{id: longer, type: date, label: 延长到, required: true}",
        "  - stage: agree
    title: 同意
    who: section_head@applicant
    record: {register: grants, status: in_force, set: {item: form.item, requester: case.department, provider: '\"P\"', until: form.until}}
  - {stage: renew, title: 续期, kind: work, who: section_head@applicant, record: {register: grants, set: {until: form.longer}}}
  - {stage: finish, title: 结束, kind: work, who: section_head@applicant, record: {register: grants, status: ended}}
",
        "",
    )
}

fn granted(fixture: &Fixture, until: &str) -> Ulid {
    let key = fixture.publish(&grant());
    let answers = json!({"item": "name", "until": until, "longer": "2027-04-30"});
    let case = fixture.file("ann", &key, answers);
    fixture.on("bob", case, "approve", "agree").expect("agreed");
    case
}

/// What the outbox holds about days of entries.
fn told(fixture: &Fixture, case: Ulid) -> Vec<(String, String)> {
    let about = |row: &StoredMessage| row.notice.starts_with("entry_");
    let mails = fixture.outbox(case).into_iter().filter(about);
    let names =
        ["ann", "dan", "pat", "eve", "cat", "adm", "adi"].map(|login| (fixture.id(login), login));
    mails
        .map(|row| {
            let name = names.iter().find(|(id, _)| *id == row.recipient_id);
            let mark = row.params["mark"].as_str().unwrap_or_default().to_owned();
            (name.map_or("?", |(_, login)| login).to_owned(), mark)
        })
        .collect()
}

fn look(app: &Arc<App>) {
    while dates::pass(app).expect("looks") {}
}

fn look_at(fixture: &Fixture, time: &str) {
    fixture.clock.set(at(time));
    look(&fixture.app);
}

fn both(mark: &str) -> [(String, String); 2] {
    ["dan", "pat"].map(|login| (login.to_owned(), mark.to_owned()))
}

#[test]
fn who_looks_after_an_entry_is_reminded_of_its_day_once_and_not_at_night() {
    Fixture::each(|fixture| {
        let case = granted(fixture, "2026-06-30");
        look(&fixture.app);
        assert_eq!(told(fixture, case), [], "nothing comes near");

        look_at(fixture, "2026-05-31 07:59");
        assert_eq!(told(fixture, case), [], "it is night");
        look_at(fixture, "2026-05-31 08:00");
        look_at(fixture, "2026-05-31 09:00");
        assert_eq!(told(fixture, case), both("30d"));

        look_at(fixture, "2026-06-01 09:00");
        look_at(fixture, "2026-06-23 09:00");
        look_at(fixture, "2026-06-30 09:00");
        assert_eq!(told(fixture, case), [both("30d"), both("7d")].concat());
    });
}

#[test]
fn the_mail_says_what_comes_when_and_leads_to_the_entry() {
    let fixture = Fixture::new();
    let case = granted(&fixture, "2026-06-30");
    look(&fixture.app);
    look_at(&fixture, "2026-05-31 09:00");

    let mail = fixture.mails_to("dan").pop().expect("a mail").mail;

    let number = fixture.case(case).number.expect("numbered");
    assert_eq!(
        mail.subject,
        format!("【提醒】使用期限届满，还有 30 天：{number}")
    );
    assert!(mail.text.contains("2026年6月30日"), "{}", mail.text);
    let entry = entries(&fixture, "cat", "grants").remove(0).0.ulid;
    let link = format!("https://share.henan.example/ledger/grants/{entry}");
    assert!(mail.text.contains(&link), "{}", mail.text);
    assert!(!mail.text.contains("name"), "no values: {}", mail.text);
}

#[test]
fn after_a_standstill_only_the_latest_reminder_goes_out() {
    Fixture::each(|fixture| {
        let case = granted(fixture, "2026-06-30");
        look(&fixture.app);

        look_at(fixture, "2026-06-26 09:00");

        assert_eq!(told(fixture, case), both("7d"));
    });
}

#[test]
fn a_day_that_moved_is_reminded_of_anew_and_its_old_mail_is_not_sent() {
    Fixture::each(|fixture| {
        let case = granted(fixture, "2026-06-30");
        look(&fixture.app);
        look_at(fixture, "2026-05-31 09:00");
        fixture.on("bob", case, "done", "renew").expect("renewed");

        assert!(
            fixture.mails_to("dan").is_empty(),
            "what waited is moot by now"
        );
        look_at(fixture, "2026-06-23 09:00");
        assert_eq!(told(fixture, case), both("30d"));
        look_at(fixture, "2027-03-31 09:00");
        assert_eq!(told(fixture, case), [both("30d"), both("30d")].concat());
        assert_eq!(fixture.mails_to("dan").len(), 1);
    });
}

#[test]
fn nobody_is_reminded_of_an_entry_that_is_over() {
    Fixture::each(|fixture| {
        let case = granted(fixture, "2026-06-30");
        look(&fixture.app);
        for stage in ["renew", "finish"] {
            fixture.on("bob", case, "done", stage).expect(stage);
        }
        look_at(fixture, "2027-03-31 09:00");

        assert_eq!(told(fixture, case), []);
    });
}

#[test]
fn several_entries_of_a_case_are_told_of_in_one_mail_and_two_servers_send_it_once() {
    Fixture::each(|fixture| {
        let yaml = grant().replace(
            "record: {register: grants, status: in_force,",
            "record: {register: grants, each: '[\"name\", \"born\", \"address\"]', status: in_force,",
        );
        let key = fixture.publish(&yaml);
        let answers = json!({"item": "name", "until": "2026-06-30", "longer": "2027-04-30"});
        let case = fixture.file("ann", &key, answers);
        fixture.on("bob", case, "approve", "agree").expect("agreed");
        assert_eq!(entries(fixture, "cat", "grants").len(), 3);
        look(&fixture.app);
        fixture.clock.set(at("2026-05-31 09:00"));

        // SQLite belongs to one process.
        let servers = match fixture.kind {
            "SQLite" => vec![Arc::clone(&fixture.app)],
            _ => vec![Arc::clone(&fixture.app), fixture.another(|_| {})],
        };
        std::thread::scope(|scope| {
            for server in &servers {
                for _ in 0..2 {
                    scope.spawn(|| look(server));
                }
            }
        });

        assert_eq!(told(fixture, case), both("30d"));
        let mail = fixture.mails_to("dan").pop().expect("a mail").mail;
        assert!(mail.text.contains("3 条"), "{}", mail.text);
        assert!(mail.text.contains("/ledger/grants?k="), "{}", mail.text);
    });
}

#[test]
fn a_post_that_nobody_holds_leaves_the_reminder_to_the_workflow_administrator() {
    let fixture = Fixture::new();
    let case = granted(&fixture, "2026-06-30");
    look(&fixture.app);
    for login in ["dan", "pat"] {
        fixture.take_posts(login);
    }

    look_at(&fixture, "2026-05-31 09:00");

    let logins: Vec<String> = told(&fixture, case)
        .into_iter()
        .map(|(login, _)| login)
        .collect();
    assert_eq!(logins, ["adm", "adi"]);
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory = fixture.app.directory_now().expect("a directory");
    Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active")
}

fn entries(fixture: &Fixture, login: &str, register: &str) -> Vec<Found> {
    let readable = ledger::of(&fixture.app, &viewer(fixture, login), register).expect("readable");
    let page = ledger::page(&fixture.app, &readable, &Narrowing::default(), None, 100);
    page.expect("a page").rows
}

/// A dataset that is kept closed, by a case that files the same workflow again after a year.
fn kept_closed(fixture: &Fixture) -> Ulid {
    let yaml = definition(
        "",
        "{id: subject, type: text, label: 数据集, required: true}",
        "  - stage: decide
    title: 决定
    who: section_head@applicant
    record: {register: open_data, status: not_opened, set: {dataset: form.subject, department: case.department, decided: now}}
",
        "",
    );
    let key = fixture.publish(&yaml.replace("workflow: trial", "workflow: open-data-scope"));
    let case = fixture.file("ann", &key, json!({"subject": "医疗机构名录"}));
    fixture
        .on("bob", case, "approve", "decide")
        .expect("decided");
    case
}

fn draft_of(fixture: &Fixture, login: &str) -> Vec<(String, String)> {
    let id = fixture.id(login);
    let page = fixture.read(move |conn| drafts::by_author(conn, id, None, 10));
    let rows = page.rows.into_iter();
    rows.map(|draft| (draft.workflow_key, draft.title))
        .collect()
}

#[test]
fn a_day_starts_a_draft_for_who_files_once_and_the_entry_shows_it() {
    Fixture::each(|fixture| {
        let case = kept_closed(fixture);
        look(&fixture.app);

        look_at(fixture, "2027-03-01 09:00");
        assert_eq!(draft_of(fixture, "ann"), []);
        look_at(fixture, "2027-03-02 09:00");
        look_at(fixture, "2027-03-03 09:00");

        let drafts = draft_of(fixture, "ann");
        let wanted = ("open-data-scope".to_owned(), "医疗机构名录".to_owned());
        assert_eq!(drafts, [wanted]);
        let mail = fixture.mails_to("ann").pop().expect("a mail").mail;
        assert!(
            mail.subject.contains("重新研究能否开放"),
            "{}",
            mail.subject
        );
        assert_eq!(
            told(fixture, case),
            [("ann".to_owned(), "start".to_owned())]
        );

        let entry = entries(fixture, "cat", "open_data").remove(0).0;
        let marks = fixture.read(move |conn| register_marks::of_entry(conn, entry.id));
        let started: Ulid = marks[0]
            .started
            .as_deref()
            .expect("started")
            .parse()
            .expect("an id");
        fixture
            .act("ann", started, "submit", Default::default())
            .expect("submitted");
        let seen = ledger::entry(
            &fixture.app,
            &viewer(fixture, "ann"),
            "open_data",
            entry.ulid,
        );
        let (shown, _) = seen.expect("seen").marks[0].case.clone().expect("a case");
        assert_eq!(shown, started);
        let look = fixture.read(move |conn| cases::look(conn, started));
        let look = look.expect("the case");
        assert_eq!((look.origin, look.has_files), (Some(entry.ulid), false));
    });
}

#[test]
fn where_nobody_can_file_it_the_administrator_is_told_once_and_it_starts_when_somebody_can() {
    Fixture::each(|fixture| {
        let case = kept_closed(fixture);
        look(&fixture.app);
        fixture.take_posts("ann");

        look_at(fixture, "2027-03-02 09:00");
        look_at(fixture, "2027-03-02 09:01");
        let logins: Vec<String> = told(fixture, case)
            .into_iter()
            .map(|(login, _)| login)
            .collect();
        assert_eq!(logins, ["adm", "adi"]);
        let mail = fixture.mails_to("adm").pop().expect("a mail").mail;
        assert!(mail.subject.contains("没有人可以提交"), "{}", mail.subject);

        fixture.give_posts("bea", "A", &["applicant"]);
        look_at(fixture, "2027-03-02 09:02");
        look_at(fixture, "2027-03-02 09:03");
        assert_eq!(draft_of(fixture, "bea").len(), 1);
        assert_eq!(told(fixture, case).len(), 3);
    });
}

#[test]
fn an_entry_that_was_voided_starts_nothing() {
    let fixture = Fixture::new();
    let case = kept_closed(&fixture);
    look(&fixture.app);
    fixture
        .act("adi", case, "void", reason("误批"))
        .expect("voided");

    look_at(&fixture, "2027-03-02 09:00");

    assert_eq!(draft_of(&fixture, "ann"), []);
}
