//! Changing the data directory by a case: written with the case's end, undone by void, and never past the provider.

use huiqian::engine::Channel;
use huiqian::engine::Input;
use huiqian::services::cases::By;
use huiqian::services::catalogue::browse;
use huiqian::services::catalogue::start;
use huiqian::services::{Error, Viewer};
use huiqian::storage::resource_versions::Source;
use serde_json::{Value, json};

use crate::support::app::{Fixture, reason};
use crate::support::world::definition;

/// A proposal that one head agrees to; `set` is what is written.
fn proposal(status: &str) -> String {
    definition(
        "",
        "{id: code, type: text, label: 代码, required: true}
{id: title, type: text, label: 名称, required: true}
{id: level, type: choice, label: 级别, options: {l2: 二级, l3: 三级, l4: 四级}, required: true}
{id: items, type: table, label: 数据项, columns: [{id: code, type: text, label: 代码}, {id: title, type: text, label: 名称}, {id: level, type: choice, label: 级别, options: {l2: 二级, l3: 三级, l4: 四级}}]}",
        &format!(
            "  - stage: agree
    title: 同意
    who: section_head@applicant
    record: {{register: catalogue, status: {status}, set: {{code: form.code, title: form.title, provider: case.department, sharing: '\"conditional\"', conditions: '\"不得留存\"', level: form.level, items: form.items}}}}
"
        ),
        "",
    )
}

fn answers(code: &str, level: &str) -> Value {
    json!({"code": code, "title": "出生医学证明", "level": level,
        "items": [{"code": "a", "title": "姓名", "level": level}]})
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory = fixture.app.directory_now().expect("a directory");
    Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active")
}

fn seen(fixture: &Fixture, code: &str) -> Result<browse::Seen, Error> {
    browse::one(&fixture.app, &viewer(fixture, "ann"), code)
}

#[test]
fn the_directory_is_changed_with_the_case_and_its_history_names_the_case() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&proposal("listed"));
        let case = fixture.file("ann", &key, answers("R-9", "l3"));
        assert!(matches!(seen(fixture, "R-9"), Err(Error::NotFound)));

        fixture.on("bob", case, "approve", "agree").expect("agreed");

        let found = seen(fixture, "R-9").expect("there");
        let resource = &found.kept.resource;
        assert_eq!((resource.level, &*resource.provider.0), (3, "A"));
        assert_eq!(resource.conditions, ["不得留存"]);
        let step = &found.history[0];
        assert_eq!(
            (step.source, step.person),
            (Source::Case, Some(fixture.id("bob")))
        );
        assert_eq!(step.case.as_ref().map(|(ulid, _)| *ulid), Some(case));
    });
}

#[test]
fn void_brings_back_what_was_there_unless_it_was_changed_since() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&proposal("listed"));
        let first = fixture.file("ann", &key, answers("R-9", "l3"));
        fixture
            .on("bob", first, "approve", "agree")
            .expect("agreed");
        let second = fixture.file("ann", &key, answers("R-9", "l4"));
        fixture
            .on("bob", second, "approve", "agree")
            .expect("agreed");

        fixture
            .act("adi", first, "void", reason("误批"))
            .expect("voided");
        assert_eq!(seen(fixture, "R-9").expect("there").kept.resource.level, 4);
        fixture
            .act("adi", second, "void", reason("误批"))
            .expect("voided");
        assert_eq!(seen(fixture, "R-9").expect("there").kept.resource.level, 3);
    });
}

#[test]
fn what_a_case_takes_out_cannot_be_asked_for_and_keeps_its_history() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&proposal("listed"));
        let case = fixture.file("ann", &key, answers("R-9", "l3"));
        fixture.on("bob", case, "approve", "agree").expect("agreed");
        let out = proposal("removed").replace("workflow: trial", "workflow: trial-out");
        let key = fixture.publish(&out);
        let case = fixture.file("ann", &key, answers("R-9", "l3"));

        fixture.on("bob", case, "approve", "agree").expect("agreed");

        let found = seen(fixture, "R-9").expect("there");
        assert!(!found.kept.active);
        let active: Vec<_> = found.history.iter().map(|step| step.active).collect();
        assert_eq!(active, [(true, false), (false, true)]);
        let request = definition(
            "",
            "{id: resources, type: resources, label: 数据, pick: item, required: true}",
            "  - {stage: review, title: 审核, who: section_head@applicant}\n",
            "",
        );
        let key = fixture.publish(&request.replace("workflow: trial", "workflow: trial-use"));
        let asked = |code: &str, item: &str| {
            let chosen = json!({"resources": [{"resource": code, "item": item}]});
            fixture.try_file("ann", &key, chosen)
        };
        assert!(asked("pop", "name").is_ok());
        assert!(asked("R-9", "a").is_err(), "it was taken out");
    });
}

#[test]
fn a_resource_of_another_department_or_against_the_rules_parks_the_case_and_changes_nothing() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&proposal("listed"));
        let mut above = answers("R-9", "l3");
        above["items"][0]["level"] = json!("l4");
        for (code, wrong) in [("pop", answers("pop", "l4")), ("R-9", above)] {
            let case = fixture.file("ann", &key, wrong);
            fixture
                .on_with("bob", case, "approve", "agree", Input::default())
                .expect("taken");

            let parked = fixture.case(case);
            let open: Vec<&str> = parked.open_tasks().map(|task| &*task.stage).collect();
            assert_eq!(open, ["parked-case"], "{code}");
        }
        assert_eq!(seen(fixture, "pop").expect("there").kept.resource.level, 2);
        assert!(matches!(seen(fixture, "R-9"), Err(Error::NotFound)));
    });
}

#[test]
fn a_proposal_that_begins_at_a_resource_is_filled_in_from_the_directory() {
    let fixture = Fixture::new();
    let key = fixture.publish(&proposal("listed"));
    let case = fixture.file("ann", &key, answers("R-9", "l3"));
    fixture.on("bob", case, "approve", "agree").expect("agreed");
    let by = |login| By::person(fixture.id(login), Channel::Page);

    let ann = viewer(&fixture, "ann");
    let open = start::to_change(&fixture.app, &by("ann"), &ann, "R-9").expect("begun");

    assert_eq!(open.answers["title"], "出生医学证明");
    assert_eq!(open.answers["level"], "l3");
    assert_eq!(open.answers["items"][0]["code"], "a");
    let other = start::to_change(&fixture.app, &by("ann"), &ann, "pop");
    assert!(
        matches!(other, Err(Error::Forbidden("file"))),
        "another's resource"
    );
}
