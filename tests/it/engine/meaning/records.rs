//! Records: rules 19 to 23.

use huiqian::engine::{Child, Event, LeftAs, PositionState, Status};
use huiqian::workflow::Outcome;
use serde_json::json;

use crate::support::world::{World, answering, definition, missing, with_form, with_stages};

const ANSWERED: &str = "  - section: answer
    title: 答复
    per: branch
    fields:
      - {id: reply, type: text, label: 答复, required: true}
  - section: reading
    title: 阅读
    per: task
    fields:
      - {id: seen, type: text, label: 意见}
stages:
  - foreach: replies
    title: 答复
    over: form.kinds
    as: part
    stages:
      - {stage: answer, title: 答复, kind: work, who: section_head@applicant, fills: [answer], next: [{when: form.reply == \"短\", goto: more}, {goto: passed}]}
      - {stage: more, title: 补充, kind: work, who: dept_leader@applicant}
  - {stage: read, title: 传阅, who: {a: section_head@applicant, b: dept_leader@applicant}, sign: all, fills: [reading]}
  - {stage: head, title: 负责人, when: 'form.replies.exists(r, r.form.reply == \"长\")', who: share_office_head@applicant}
";

#[test]
fn rule_19_register_entries_change_by_a_new_status_and_nothing_is_deleted() {
    let mut world = World::filed(&with_stages(
        "  - {stage: grant, title: 同意, who: section_head@applicant, record: {register: grants, status: agreed, set: {requester: case.department}}}
  - {stage: stop, title: 停止, kind: work, who: dept_leader@applicant, record: {register: grants, status: provided}}
",
    ));
    world.on("bob", "approve", "grant").unwrap();
    world.on("eve", "done", "stop").unwrap();

    let entry = &world.case.entries["grants//"];
    assert_eq!(entry.status.as_deref(), Some("provided"));
    assert_eq!(entry.values["requester"], json!("A"));
    let statuses: Vec<Option<String>> = world
        .log
        .iter()
        .filter_map(|(event, _)| match event {
            Event::Recorded { status, .. } => Some(status.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [Some("agreed".into()), Some("provided".into())]);
}

#[test]
fn rule_20_answers_of_a_branch_and_of_a_task_belong_to_them_and_are_read_there() {
    let yaml = definition(
        "",
        "{id: kinds, type: choices, label: 类别, required: true, options: {a: 甲, b: 乙}}",
        ANSWERED,
        "",
    );
    let mut world = World::submitted(&yaml, json!({"kinds": ["a", "b"]}));
    world
        .on_with(
            "bob",
            "done",
            "answer[a]",
            answering(json!({"reply": "短"})),
        )
        .unwrap();
    world
        .on_with(
            "bea",
            "done",
            "answer[b]",
            answering(json!({"reply": "长"})),
        )
        .unwrap();
    assert_eq!(world.tasks(), ["more[a]"], "each branch reads its own");
    assert_eq!(world.case.branches["replies[a]"].answers["reply"], "短");
    assert_eq!(world.case.answers.get("reply"), None);

    world.on("eve", "done", "more[a]").unwrap();
    world
        .on_with("bob", "approve", "read", answering(json!({"seen": "已阅"})))
        .unwrap();
    world
        .on_with("eve", "approve", "read", answering(json!({"seen": "同意"})))
        .unwrap();
    let seen: Vec<_> = world
        .case
        .round("read", 1)
        .map(|task| task.answers["seen"].clone())
        .collect();
    assert_eq!(seen, ["已阅", "同意"]);
    assert_eq!(world.tasks(), ["head"], "afterwards the parts are a list");
}

#[test]
fn rule_20_what_is_known_of_chosen_resources_is_copied_at_submission() {
    let yaml = with_form(
        "{id: resources, type: resources, label: 数据, required: true}",
        "  - {stage: check, title: 审核, who: section_head@applicant}\n",
    );
    let world = World::submitted(&yaml, json!({"resources": [{"resource": "R3"}]}));

    let chosen = &world.case.answers["resources"][0];
    assert_eq!(chosen["provider"], "P");
    assert_eq!(chosen["sharing"], "conditional");
    assert_eq!(chosen["level"], 3);
}

#[test]
fn rule_21_a_draft_has_no_number_and_no_events_and_submission_gives_the_number() {
    let yaml = with_stages("  - {stage: check, title: 审核, who: section_head@applicant}\n");
    let mut world = World::new(&yaml);
    assert_eq!(
        (world.case.status.clone(), &world.case.number),
        (Status::Draft, &None)
    );
    assert!(world.log.is_empty());

    world.act("ann", "submit", answering(json!({}))).unwrap();

    assert_eq!(world.case.number.as_deref(), Some("试〔2026〕1号"));
    assert_eq!(world.kinds()[0], "submitted");
}

#[test]
fn rule_22_a_child_case_is_asked_of_its_applicant_and_the_run_waits_for_its_outcome() {
    let mut world = World::filed(&with_stages(
        "  - parallel: both
    title: 同时
    branches:
      child:
        - {start: destroy, title: 销毁, workflow: data-destruction, for: section_head@applicant, with: {subject: '\"销毁：\" + case.number'}}
      other:
        - {stage: other, title: 归档, kind: work, who: dept_leader@applicant}
  - {stage: after, title: 未销毁, when: destroy.outcome != \"approved\", kind: work, who: share_office_head@applicant}
",
    ));
    assert_eq!(world.asked(), ["destroy: bob bea", "other: eve"]);
    let place = world.case.position("destroy").expect("open");
    let PositionState::Started { with } = &place.state else {
        panic!("{place:?}");
    };
    assert_eq!(with["subject"], "销毁：试〔2026〕1号");

    let task = world.task_of("bob", "destroy");
    let filed = Child {
        task,
        number: Some("数销〔2026〕1号".into()),
        by: world.id("bob"),
        outcome: None,
    };
    world.children.push(filed);
    world.tick();
    assert_eq!(world.tasks(), ["other"], "it was filed");
    world.on("eve", "done", "other").unwrap();
    assert_eq!(world.end(), None);

    world.children[0].outcome = Some(Outcome::Rejected);
    world.tick();
    assert_eq!(world.tasks(), ["after"]);
}

#[test]
fn rule_22_what_a_child_case_came_to_may_not_matter_but_it_is_filed_before_the_end() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 核实, kind: work, who: dept_leader@applicant}
  - {start: mend, title: 整改, workflow: data-correction, for: section_head@applicant, await: never}
",
    ));
    world.on("eve", "done", "check").unwrap();
    assert_eq!(world.asked(), ["mend: bob bea"]);
    assert_eq!(world.end(), None, "nobody else knows of it");

    let filed = Child {
        task: world.task_of("bob", "mend"),
        number: Some("校〔2026〕1号".into()),
        by: world.id("bob"),
        outcome: None,
    };
    world.children.push(filed);
    world.tick();

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn rule_23_private_values_and_those_of_parties_are_in_no_event() {
    let yaml = with_form(
        "{id: phone, type: phone, label: 电话, private: true, required: true}
{id: partner, type: contact, label: 联系人, party: true, private: true}
{id: note, type: text, label: 说明}",
        "  - {stage: check, title: 审核, who: section_head@applicant, supplement: {times: 1}}\n",
    );
    let answers = json!({
        "phone": "13800000000",
        "partner": {"name": "张三", "email": "zhang@example.com", "phone": "13900000000"},
        "note": "说明",
    });
    let mut world = World::submitted(&yaml, answers);
    world
        .on_with("bob", "supplement", "check", missing(&["phone"]))
        .unwrap();
    world
        .on_with(
            "ann",
            "supply",
            "check",
            answering(json!({"phone": "13700000000"})),
        )
        .unwrap();

    let all = serde_json::to_string(&world.log.iter().map(|(event, _)| event).collect::<Vec<_>>())
        .expect("events are JSON");
    let case = serde_json::to_string(&world.case).expect("a case is JSON");
    for value in ["13800000000", "13700000000", "张三", "zhang@example.com"] {
        assert!(!all.contains(value) && !case.contains(value), "{value}");
    }
    assert!(all.contains("说明"));
}

/// A case that waits for the one that it starts, which ends so.
fn whose_child_ends(refused: &str, outcome: Outcome) -> World {
    let mut world = World::filed(&with_stages(&format!(
        "  - start: destroy
    title: 销毁
    workflow: data-destruction
    for: section_head@applicant
{refused}  - {{stage: noted, title: 归档, when: destroy.outcome == \"rejected\", kind: work, who: dept_leader@applicant, next: approved}}
  - {{stage: head, title: 负责人, kind: work, who: share_office_head@applicant, next: [{{when: form.amount == 1, goto: anew}}, {{goto: approved}}]}}
  - {{stage: anew, title: 重新处置, kind: work, who: section_head@applicant}}
"
    )));
    let filed = Child {
        task: world.task_of("bob", "destroy"),
        number: Some("数销〔2026〕1号".into()),
        by: world.id("bob"),
        outcome: Some(outcome),
    };
    world.children.push(filed);
    world.tick();
    world
}

#[test]
fn a_started_case_that_was_rejected_refuses_the_start_that_says_where_that_leads() {
    let refused = whose_child_ends("    refused: anew\n", Outcome::Rejected);
    assert_eq!(refused.tasks(), ["anew"]);
    assert_eq!(refused.case.stage("destroy").how, Some(LeftAs::Refused));
    assert_eq!(refused.replayed(), refused.case);

    let withdrawn = whose_child_ends("    refused: anew\n", Outcome::Withdrawn);
    assert_eq!(withdrawn.tasks(), ["head"], "only a rejection refuses");

    let unsaid = whose_child_ends("", Outcome::Rejected);
    assert_eq!(
        unsaid.tasks(),
        ["noted"],
        "its outcome is for guards to read"
    );
}
