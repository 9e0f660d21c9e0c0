//! Answers on their way into a case: what stages fill in, what is private, what stops.

use huiqian::engine::{Channel, Context, Input, Rejection};
use serde_json::json;

use crate::support::world::{
    World, answering, at, because, definition, missing, with_form, with_stages,
};

const ANSWER: &str = "  - section: answer
    title: 答复
    fields:
      - {id: opinion, type: text, label: 意见, required: true}
      - {id: code, type: text, label: 编号, private: true}
stages:
";

fn answered(stage: &str) -> World {
    World::filed(&with_form(
        "{id: note, type: text, label: 说明}",
        &format!("{ANSWER}{stage}"),
    ))
}

#[test]
fn what_a_stage_fills_is_not_asked_at_the_start_and_is_asked_there() {
    let mut world =
        answered("  - {stage: review, title: 审核, who: section_head@applicant, fills: [answer]}");

    let without = world.on("bob", "approve", "review").expect_err("required");
    assert_eq!(without.code(), "answers");
    world
        .on_with(
            "bob",
            "approve",
            "review",
            answering(json!({"opinion": "可以", "code": "K7"})),
        )
        .expect("approved");

    assert_eq!(world.case.answers["opinion"], json!("可以"));
    assert_eq!(world.case.answers.get("code"), None);
    assert_eq!(world.case.private["code"], json!({"sealed": "code"}));
    let events =
        serde_json::to_string(&world.log.iter().map(|(event, _)| event).collect::<Vec<_>>());
    assert!(
        !events.expect("json").contains("K7"),
        "private values are in no event"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_refusal_fills_in_nothing() {
    let mut world =
        answered("  - {stage: review, title: 审核, who: section_head@applicant, fills: [answer]}");
    let input = Input {
        comment: Some("不行".into()),
        ..answering(json!({"opinion": "可以"}))
    };
    world
        .on_with("bob", "reject", "review", input)
        .expect("rejected");

    assert_eq!(world.case.answers.get("opinion"), None);
}

#[test]
fn only_the_stages_own_fields_may_be_filled_in() {
    let mut world = answered(
        "  - {stage: review, title: 审核, who: section_head@applicant, fills: [opinion]}
  - {stage: other, title: 其他, who: dept_leader@applicant, fills: [code]}",
    );

    let stranger = answering(json!({"opinion": "可以", "note": "改写"}));
    let refused = world.on_with("bob", "approve", "review", stranger);
    assert_eq!(refused.expect_err("not theirs").code(), "answers");
    world
        .on_with(
            "bob",
            "approve",
            "review",
            answering(json!({"opinion": "可以"})),
        )
        .expect("approved");
}

#[test]
fn what_a_seat_fills_is_filled_by_it_alone() {
    let mut world = answered(
        "  - stage: panel
    title: 会签
    who:
      one: {who: section_head@applicant, fills: [answer]}
      two: dept_leader@applicant
    sign: all",
    );

    let refused = world.on_with(
        "eve",
        "approve",
        "panel",
        answering(json!({"opinion": "可以"})),
    );
    assert_eq!(refused.expect_err("not hers").code(), "answers");
    world.on("eve", "approve", "panel").expect("approved");
    world
        .on_with(
            "bob",
            "approve",
            "panel",
            answering(json!({"opinion": "可以"})),
        )
        .expect("approved");
}

#[test]
fn an_answer_that_is_hidden_by_a_change_is_dropped() {
    let yaml = with_form(
        "{id: third, type: yes_no, label: 第三方, required: true}
{id: name, type: text, label: 名称, show_when: form.third == true}",
        "  - {stage: review, title: 审核, who: section_head@applicant, supplement: {times: 1}}",
    );
    let mut world = World::submitted(&yaml, json!({"third": true, "name": "甲公司"}));
    world
        .on_with("bob", "return", "review", because("请改"))
        .expect("returned");
    world
        .act("ann", "submit", answering(json!({"third": false})))
        .expect("submitted");

    assert_eq!(world.case.answers.get("name"), None);
}

const GATE: &str = "checks:\n  - {that: form.secret != true, level: stop, message: 涉密不办}\n";

#[test]
fn a_stop_check_refuses_and_nothing_has_happened() {
    let yaml = definition(
        GATE,
        "{id: secret, type: yes_no, label: 涉密, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant, supplement: {times: 1}}",
        "",
    );
    let mut world = World::new(&yaml);
    let refused = world
        .act("ann", "submit", answering(json!({"secret": true})))
        .expect_err("stopped");
    assert_eq!(refused.to_string(), "涉密不办");
    assert!(world.log.is_empty());

    world
        .act("ann", "submit", answering(json!({"secret": false})))
        .expect("submitted");
    world
        .on_with("bob", "supplement", "review", missing(&["secret"]))
        .expect("asked");
    let refused = world
        .on_with(
            "ann",
            "supply",
            "review",
            answering(json!({"secret": true})),
        )
        .expect_err("stopped later too");
    assert_eq!(refused.code(), "check");
}

#[test]
fn a_private_answer_that_is_not_given_again_stays() {
    let yaml = with_form(
        "{id: phone, type: text, label: 电话, private: true}
{id: note, type: text, label: 说明}",
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    );
    let mut world = World::submitted(&yaml, json!({"phone": "1", "note": "一"}));
    world
        .on_with("bob", "return", "review", because("请改"))
        .expect("returned");
    world
        .act("ann", "submit", answering(json!({"note": "二"})))
        .expect("submitted");
    assert_eq!(world.case.private["phone"], json!({"sealed": "phone"}));

    world
        .on_with("bob", "return", "review", because("请改"))
        .expect("returned");
    world
        .act("ann", "submit", answering(json!({"phone": null})))
        .expect("submitted");
    assert_eq!(world.case.private.get("phone"), None);
}

#[test]
fn a_link_in_a_mail_does_what_the_stage_lets_it() {
    let try_link = |stage: &str, action: &str| {
        let world = World::filed(&with_stages(&format!(
            "  - {{stage: review, title: 审核, who: section_head@applicant{stage}}}"
        )));
        let context = Context {
            channel: Channel::Link,
            ..world.context(huiqian::engine::Actor::Person(world.id("bob")))
        };
        let input = Input {
            task: Some(world.task_of("bob", "review")),
            ..because("理由")
        };
        world.act_in(&context, action, input, None).map(|_| ())
    };

    assert_eq!(try_link("", "approve"), Ok(()));
    assert_eq!(
        try_link(", email_link: never", "approve"),
        Err(Rejection::LoginFirst)
    );
    assert_eq!(
        try_link(", email_link: {auth: login}", "approve"),
        Err(Rejection::LoginFirst)
    );
    let only_yes = ", email_link: {actions: [approve], auth: confirm}";
    assert_eq!(try_link(only_yes, "approve"), Ok(()));
    assert_eq!(try_link(only_yes, "reject"), Err(Rejection::LoginFirst));
}

#[test]
fn data_of_level_3_is_not_handled_by_link() {
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, pick: resource, required: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    );
    let by_link = |code: &str| {
        let world = World::submitted(&yaml, json!({"data": [{"resource": code}]}));
        let context = Context {
            channel: Channel::Link,
            ..world.context(huiqian::engine::Actor::Person(world.id("bob")))
        };
        let input = Input {
            task: Some(world.task_of("bob", "review")),
            ..Input::default()
        };
        world.act_in(&context, "approve", input, None).map(|_| ())
    };

    assert_eq!(by_link("R2"), Ok(()));
    assert_eq!(by_link("R3"), Err(Rejection::LoginFirst));
}

#[test]
fn when_it_was_submitted_stays_when_it_is_revised() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    world.sleep_until("2026-03-04 10:00");
    world
        .on_with("bob", "return", "review", because("请改"))
        .expect("returned");
    world
        .act("ann", "submit", Input::default())
        .expect("submitted");

    assert_eq!(world.case.submitted, Some(at("2026-03-02 09:00")));
}
