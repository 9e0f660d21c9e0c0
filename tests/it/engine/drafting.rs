//! Drafts of opinions (暂存): kept for their writer, with no trace in the case.

use huiqian::engine::{Actor, Channel, Context, Input, Rejection, TaskId};
use serde_json::json;

use crate::support::world::{World, answering, because, definition, with_form, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

// What other engines lack: viewflow#1.
#[test]
fn saving_a_draft_changes_nothing() {
    let mut world = World::filed(&with_stages(ONE));
    let (before, events) = (world.case.clone(), world.log.len());

    world
        .on_with("bob", "save_draft", "review", because("初步意见"))
        .expect("saved");

    assert_eq!(world.case, before, "not even the revision");
    assert_eq!(world.log.len(), events);
    assert_eq!(world.asked(), ["review: bob bea"], "nor is the task taken");
}

#[test]
fn only_who_is_asked_saves_and_not_through_a_link() {
    let mut world = World::filed(&with_stages(ONE));
    let input = || Input {
        task: Some(TaskId(1)),
        ..because("意见")
    };
    assert_eq!(
        world.act("cat", "save_draft", input()),
        Err(Rejection::NotAsked("section_head@A".into()))
    );
    let by_link = Context {
        channel: Channel::Link,
        ..world.context(Actor::Person(world.id("bob")))
    };
    assert_eq!(
        world
            .act_in(&by_link, "save_draft", input(), None)
            .map(drop),
        Err(Rejection::LoginFirst)
    );
}

// What others have not: viewflow#207, #270.
#[test]
fn half_of_an_answer_can_be_saved_but_nothing_that_may_not_be_kept() {
    let section = "  - section: answer
    title: 答复
    fields:
      - {id: reply, type: text, label: 答复, required: true, min_length: 10}
      - {id: secret, type: yes_no, label: 涉密, required: true}
stages:
  - {stage: review, title: 审核, who: section_head@applicant, fills: [answer]}
";
    let yaml = definition(
        "checks: [{that: 'form.secret == null || !form.secret', level: stop, message: 涉密不受理}]\n",
        "{id: note, type: text, label: 说明}",
        section,
        "",
    );
    let mut world = World::filed(&yaml);

    world
        .on_with(
            "bob",
            "save_draft",
            "review",
            answering(json!({"reply": "短"})),
        )
        .expect("faults are told when it is given");
    let stopped = world.on_with(
        "bob",
        "save_draft",
        "review",
        answering(json!({"secret": "true"})),
    );
    assert_eq!(
        stopped.expect_err("as pages send it").to_string(),
        "涉密不受理"
    );
}

#[test]
fn a_supplement_and_advice_can_be_drafted_too() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: share_office_head@applicant, supplement: {times: 1}}
  - {stage: inform, title: 阅知, kind: notice, who: dept_leader@applicant}",
    );
    let mut world = World::filed(&yaml);
    world
        .on_with(
            "cat",
            "consult",
            "review",
            Input {
                people: vec!["dan".into()],
                ..because("合适吗")
            },
        )
        .expect("asked");
    assert!(world.actions("dan").contains(&"save_draft"));
    world
        .on_with(
            "cat",
            "supplement",
            "review",
            crate::support::world::missing(&["note"]),
        )
        .expect("asked");
    assert!(world.actions("ann").contains(&"save_draft"));
}

#[test]
fn a_draft_is_as_short_and_showable_as_an_opinion() {
    let mut world = World::filed(&with_stages(ONE));

    assert_eq!(
        world.on_with("bob", "save_draft", "review", because(&"长".repeat(4_001))),
        Err(Rejection::CommentTooLong(4_001, 4_000))
    );
}
