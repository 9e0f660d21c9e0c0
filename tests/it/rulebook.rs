//! Registers and policies of an administrator's own: published like workflows, known to every server of the database.

use huiqian::services::ledger::{self, Narrowing};
use huiqian::services::workflows::{self, Proposed};
use huiqian::services::{Error, Viewer, dates, definitions};
use huiqian::storage::workflows::WorkflowVersion;
use serde_json::json;

use crate::support::app::Fixture;
use crate::support::visitor::Site;
use crate::support::world::{at, definition};

const OWN: &str = "register: licences
title: {zh: 执照台账, en: Licences}
statuses:
  valid: {title: {zh: 有效, en: Valid}}
  lapsed: {title: {zh: 失效, en: Lapsed}, over: true}
sees: [any]
fields:
  - {id: holder, type: text, label: {zh: 持有人, en: Holder}}
  - {id: department, type: department, label: {zh: 部门, en: Department}}
  - {id: until, type: date, label: {zh: 有效期至, en: Valid until}}
dates:
  - {field: until, remind: [10d before]}
";

const RULES: &str = r#"policy: house
title: {zh: 本局规定, en: Rules of the bureau}
applies: workflow.kind == "trial"
demands:
  - demand: registered
    that: '"licences" in workflow.registers'
    at: ends
    message: {zh: 要写入执照台账, en: It writes the register of licences}
"#;

/// A licence, which a second stage lets lapse.
fn licence() -> String {
    definition(
        "",
        "{id: holder, type: text, label: 持有人, required: true}",
        "  - stage: grant
    title: 发放
    who: section_head@applicant
    record: {register: licences, status: valid, set: {holder: form.holder, department: case.department, until: now + duration(\"480h\")}}
  - {stage: strike, title: 注销, kind: work, who: section_head@applicant, record: {register: licences, status: lapsed}}
",
        "",
    )
}

/// As the register of licences, where a day starts a renewal that is filled in from the entry.
fn renewing() -> String {
    OWN.replace(
        "  - {field: until, remind: [10d before]}",
        "  - {field: until, start: {workflow: trial, with: {holder: entry.holder + entry.note}, for: [applicant]}}",
    )
    .replace(
        "  - {id: department,",
        "  - {id: note, type: text, label: {zh: 备注, en: Note}}\n  - {id: department,",
    )
}

fn propose(fixture: &Fixture, text: &str) -> Result<WorkflowVersion, Error> {
    let app = &fixture.app;
    match workflows::propose(&app.db, &*app.clock, "adm", "text.yaml", text)? {
        Proposed::Waiting(version) | Proposed::InForce(version) => Ok(version),
    }
}

fn confirm(fixture: &Fixture, key: &str) -> Result<WorkflowVersion, Error> {
    let app = &fixture.app;
    workflows::confirm(&app.db, &*app.clock, key, "adi", None)
}

fn publish(fixture: &Fixture, text: &str) {
    let key = propose(fixture, text).expect("sound").key;
    confirm(fixture, &key).expect("put in force");
}

#[track_caller]
fn refused(result: Result<WorkflowVersion, Error>, words: &str) {
    match result {
        Err(Error::Import(findings)) => {
            let all = findings.join("\n");
            assert!(all.contains(words), "{all}");
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory = fixture.app.directory_now().expect("a directory");
    Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active")
}

#[test]
fn a_register_is_known_to_every_server_once_a_second_person_has_confirmed_it() {
    Fixture::each(|fixture| {
        let version = propose(fixture, OWN).expect("sound");
        assert_eq!(
            (version.key.as_str(), &*version.title),
            ("register:licences", "执照台账")
        );
        let alone = workflows::confirm(
            &fixture.app.db,
            &*fixture.app.clock,
            "register:licences",
            "adm",
            None,
        );
        assert!(matches!(alone, Err(Error::Forbidden("second_person"))));
        let known = |app| ledger::of(app, &viewer(fixture, "ann"), "licences").is_ok();
        assert!(!known(&fixture.app));

        confirm(fixture, "register:licences").expect("confirmed");

        assert!(known(&fixture.app));
        if fixture.kind != "SQLite" {
            assert!(known(&fixture.another(|_| {})));
        }
        let listed = huiqian::services::lists::workflows(&fixture.app, &viewer(fixture, "ann"));
        assert!(listed.expect("lists").is_empty(), "it is no workflow");
    });
}

#[test]
fn a_workflow_waits_with_its_register_and_comes_in_force_after_it() {
    let fixture = Fixture::new();
    refused(propose(&fixture, &licence()), "licences");

    propose(&fixture, OWN).expect("sound");
    propose(&fixture, &licence()).expect("sound beside what waits");
    refused(confirm(&fixture, "trial"), "licences");

    confirm(&fixture, "register:licences").expect("confirmed");
    confirm(&fixture, "trial").expect("confirmed");
}

/// Nobody is named, so the applicant and who leads their department are reminded: `cat` and `eve`.
#[test]
fn its_entries_are_written_and_reminded_of_like_others() {
    Fixture::each(|fixture| {
        publish(fixture, OWN);
        publish(fixture, &licence());
        let case = fixture.file("ann", "trial", json!({"holder": "某公司"}));
        fixture
            .on("bob", case, "approve", "grant")
            .expect("granted");
        dates::pass(&fixture.app).expect("looks");

        fixture.clock.set(at("2026-03-12 09:00"));
        dates::pass(&fixture.app).expect("looks");

        let readable = ledger::of(&fixture.app, &viewer(fixture, "ann"), "licences");
        let page = ledger::page(
            &fixture.app,
            &readable.expect("readable"),
            &Narrowing::default(),
            None,
            9,
        );
        assert_eq!(
            page.expect("a page").rows[0].0.status.as_deref(),
            Some("valid")
        );
        for (login, mails) in [("ann", 1), ("cat", 1), ("eve", 1), ("dan", 0), ("adm", 0)] {
            let about = |mail: &huiqian::storage::mailbox::StoredMail| {
                mail.mail.subject.contains("有效期至，还有 10 天")
            };
            let found = fixture.mails_to(login).into_iter().filter(about).count();
            assert_eq!(found, mails, "{login}");
        }
    });
}

#[test]
fn a_running_case_writes_the_register_as_it_is_now() {
    Fixture::each(|fixture| {
        publish(fixture, OWN);
        publish(fixture, &licence());
        let case = fixture.file("ann", "trial", json!({"holder": "某公司"}));
        fixture
            .on("bob", case, "approve", "grant")
            .expect("granted");

        // Until now the register has no move, and the case would be parked.
        publish(
            fixture,
            &OWN.replace("sees:", "moves: [valid > lapsed]\nsees:"),
        );
        fixture.on("bob", case, "done", "strike").expect("ended");

        assert!(
            !fixture.case(case).is_open(),
            "{:?}",
            fixture.case(case).status
        );
    });
}

#[test]
fn a_register_must_fit_what_is_there() {
    let fixture = Fixture::new();
    publish(&fixture, OWN);
    publish(&fixture, &licence());
    let case = fixture.file("ann", "trial", json!({"holder": "某公司"}));
    fixture
        .on("bob", case, "approve", "grant")
        .expect("granted");

    let without_status = OWN.replace("  valid:", "  good:");
    refused(propose(&fixture, &without_status), "`valid`");
    let holder = "  - {id: holder, type: text, label: {zh: 持有人, en: Holder}}\n";
    refused(propose(&fixture, &OWN.replace(holder, "")), "holder");
    refused(
        propose(&fixture, &OWN.replace("field: until,", "field: ended,")),
        "ended",
    );
}

#[test]
fn a_policy_holds_for_what_is_published_after_it() {
    let fixture = Fixture::new();
    publish(&fixture, OWN);
    publish(&fixture, RULES);
    let plain = licence().replace(", record: {register: licences, status: lapsed}", "");
    let start = plain.find("    record:").expect("a record");
    let end = plain[start..].find('\n').expect("a line") + start + 1;
    let plain = format!("{}{}", &plain[..start], &plain[end..]);

    refused(propose(&fixture, &plain), "要写入执照台账（内部管理要求）");
    let found = definitions::check(&fixture.app, "trial.yaml", &plain).expect("checked");
    assert!(found.workflow.is_none(), "the page finds it as well");
    propose(&fixture, &licence()).expect("sound");
    refused(
        propose(&fixture, &RULES.replace("policy: house", "policy: sharing")),
        "sharing",
    );
}

#[test]
fn the_pages_show_registers_and_policies_and_a_second_person_confirms_them() {
    let site = Site::open();
    let app = &site.office.app;
    workflows::propose(&app.db, &*app.clock, "chen.siyuan", "licences.yaml", OWN).expect("sound");
    let second = site.visitor("zhou.lan");

    let list = second.get("/admin/workflows");
    assert!(
        list.text("main").contains("执照台账"),
        "{}",
        list.text("main")
    );
    let page = second.get("/admin/workflows/register:licences/versions/1");
    assert_eq!(page.status, 200);
    assert!(page.text("main").contains("register: licences"));
    let done = second.follow(&second.send(&page.form("form[action$='/confirm']")));
    assert_eq!(done.status, 200, "{}", done.text("main"));
    assert!(!done.has("form[action$='/confirm']"));

    let ledger = second.get("/ledger");
    assert!(
        ledger.text("main").contains("执照台账"),
        "{}",
        ledger.text("main")
    );
    assert_eq!(
        second
            .get("/admin/workflows/register:licences/trial")
            .status,
        404
    );
    let rules = second.get("/admin/workflow-rules");
    assert!(!rules.text("main").contains("本局规定"));
}

#[test]
fn who_mends_a_register_is_told_that_a_case_cannot_be_filled_in_from_its_entry() {
    Fixture::each(|fixture| {
        publish(fixture, OWN);
        publish(fixture, &licence());
        publish(fixture, &renewing());
        let case = fixture.file("ann", "trial", json!({"holder": "某公司"}));
        fixture
            .on("bob", case, "approve", "grant")
            .expect("granted");

        // Days count from the first look at a register on.
        while dates::pass(&fixture.app).expect("looks") {}
        fixture.clock.set(at("2026-04-01 09:00"));
        while dates::pass(&fixture.app).expect("looks") {}

        let mail = fixture.mails_to("adm").pop().expect("a mail").mail;
        assert!(mail.subject.contains("填不进申请"), "{}", mail.subject);
        assert!(mail.text.contains("with"), "{}", mail.text);
    });
}

#[test]
fn a_version_that_escapes_its_policies_is_put_in_force_only_by_who_says_that_they_know() {
    Fixture::each(|fixture| {
        publish(fixture, OWN);
        publish(fixture, &licence());
        publish(fixture, RULES);
        let escaping = licence().replace("workflow: trial", "workflow: trial\nkind: other");
        propose(fixture, &escaping).expect("sound");

        match confirm(fixture, "trial") {
            Err(Error::Unbound(policies)) => assert_eq!(policies, ["本局规定"]),
            other => panic!("{other:?}"),
        }
        let app = &fixture.app;
        workflows::confirm_unbound(&app.db, &*app.clock, "trial", "adi", None).expect("known");

        propose(fixture, &licence()).expect("sound");
        confirm(fixture, "trial").expect("bound again, which nobody has to say");
    });
}
