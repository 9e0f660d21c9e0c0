//! Cases that another case starts, and what cases leave in registers, on both databases.

use huiqian::engine::{Channel, Input, Rejection, TaskAsks};
use huiqian::services::cases::By;
use huiqian::services::{Error, audit, started};
use huiqian::storage::register_entries;
use serde_json::{Value, json};
use ulid::Ulid;

use crate::support::app::{Fixture, reason};
use crate::support::world::definition;

/// A case that is started, with one signature.
fn child() -> String {
    definition(
        "",
        "{id: origin, type: text, label: 来自, required: true}\n{id: note, type: text, label: 说明}",
        "  - {stage: check, title: 核对, who: section_head@applicant}",
        "",
    )
    .replace("workflow: trial", "workflow: data-correction")
}

/// One that starts it and waits for it, and goes on by how it ended.
fn parent(more: &str) -> String {
    definition(
        "",
        "{id: note, type: text, label: 说明}",
        &format!(
            "  - start: correct
    title: 校核申请
    workflow: data-correction
    with: {{origin: case.number, unknown: '\"x\"'}}
{more}    next: [{{when: 'correct.outcome == \"approved\"', goto: head}}, {{goto: rejected}}]
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
        ),
        "",
    )
    .replace("unknown: '\"x\"'", "note: '\"由上一件发起\"'")
}

fn open_child(fixture: &Fixture, case: Ulid, login: &str) -> Result<Ulid, Error> {
    let task = fixture
        .case(case)
        .open_tasks()
        .find(|task| task.asks == TaskAsks::File)
        .map(|task| task.id)
        .expect("a task that asks to file");
    let by = By::person(fixture.id(login), Channel::Page);
    started::open(&fixture.app, &by, case, task)
}

fn submit(fixture: &Fixture, login: &str, draft: Ulid) {
    fixture
        .act(login, draft, "submit", Input::default())
        .expect("submitted");
}

#[test]
fn a_started_case_opens_as_a_draft_and_the_other_goes_on_when_it_has_ended() {
    Fixture::each(|fixture| {
        fixture.publish(&child());
        let case = fixture.filed(&parent(""));
        let number = fixture.case(case).number.expect("numbered");

        let draft = open_child(fixture, case, "ann").expect("opened");
        assert_eq!(
            open_child(fixture, case, "ann").expect("opened again"),
            draft
        );
        submit(fixture, "ann", draft);
        let started = fixture.case(draft);
        assert_eq!(started.answers["origin"], json!(number));
        assert_eq!(started.answers["note"], json!("由上一件发起"));

        fixture.let_time_act();
        let waiting = fixture.case(case);
        assert_eq!(waiting.open_tasks().count(), 0, "the draft was filed");
        assert!(waiting.is_open(), "the other one has not ended");

        fixture
            .on("bob", draft, "approve", "check")
            .expect("approved");
        fixture.let_time_act();
        let stages: Vec<_> = fixture
            .case(case)
            .open_tasks()
            .map(|task| task.stage.clone())
            .collect();
        assert_eq!(stages, ["head"]);

        let faults = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");
        assert!(faults.faults.is_empty(), "{faults:?}");
    });
}

#[test]
fn how_the_started_case_ended_decides_where_the_other_goes() {
    Fixture::each(|fixture| {
        fixture.publish(&child());
        let case = fixture.filed(&parent(""));
        let draft = open_child(fixture, case, "ann").expect("opened");
        submit(fixture, "ann", draft);

        fixture
            .on_with("bob", draft, "reject", "check", reason("不属实"))
            .expect("rejected");
        fixture.let_time_act();

        assert!(!fixture.case(case).is_open());
    });
}

#[test]
fn only_who_is_asked_opens_the_draft() {
    let fixture = Fixture::new();
    fixture.publish(&child());
    let case = fixture.filed(&parent(""));

    assert!(matches!(
        open_child(&fixture, case, "cat"),
        Err(Error::Rejected(Rejection::NotAsked(_)))
    ));
    assert!(open_child(&fixture, case, "ann").is_ok());
}

#[test]
fn one_that_is_submitted_at_once_is_filed_with_the_other_and_one_that_lacks_answers_stays_a_draft()
{
    Fixture::each(|fixture| {
        fixture.publish(&child());
        let case = fixture.filed(&parent("    submit: true\n"));
        fixture.let_time_act();
        assert_eq!(fixture.case(case).open_tasks().count(), 0, "filed at once");

        let lacking = parent("    submit: true\n").replace("origin: case.number, ", "");
        let lacking = fixture.filed(&lacking.replace("workflow: trial", "workflow: lacking"));
        let tasks: Vec<_> = fixture
            .case(lacking)
            .open_tasks()
            .map(|task| task.asks)
            .collect();
        assert_eq!(tasks, [TaskAsks::File]);
        let draft = open_child(fixture, lacking, "ann").expect("the draft is there");
        fixture
            .act("ann", draft, "submit", answering("origin", json!("补填")))
            .expect("submitted");
    });
}

fn answering(field: &str, value: Value) -> Input {
    Input {
        answers: Some([(field.to_owned(), value)].into()),
        ..Input::default()
    }
}

#[test]
fn what_a_case_leaves_in_a_register_is_found_by_the_next_one() {
    Fixture::each(|fixture| {
        let yaml = definition(
            "checks:\n  - {that: '!registered(\"grants\", form.item, case.department)', message: 已经有许可}\n",
            "{id: item, type: text, label: 数据项, required: true}",
            "  - stage: check
    title: 审核
    who: section_head@applicant
    record: {register: grants, status: agreed, set: {item: form.item, requester: case.department}}
",
            "",
        );
        let key = fixture.publish(&yaml);
        let case = fixture.file("ann", &key, json!({"item": "HN-01"}));
        fixture
            .on("bob", case, "approve", "check")
            .expect("approved");

        let known = fixture.read(|conn| {
            register_entries::known(conn, &fixture.case(case).department, &["HN-01".to_owned()])
        });
        assert_eq!(known, [("grants".to_owned(), "HN-01".to_owned())]);
        assert!(
            fixture
                .try_file("ann", &key, json!({"item": "HN-01"}))
                .is_err()
        );
        assert!(
            fixture
                .try_file("ann", &key, json!({"item": "HN-02"}))
                .is_ok()
        );
    });
}
