//! Checking: what is shown, asked, computed and refused.

mod catalogue;
mod every_type;
mod shipped;
mod tables;

use serde_json::json;

use super::super::testing::*;
use super::super::*;
use crate::expression::Value;

fn secret_form() -> Form {
    form(vec![
        field("secret", "yes_no").required(),
        field("measures", "paragraph")
            .show_when("form.secret")
            .required(),
    ])
}

#[test]
fn a_hidden_field_is_neither_asked_nor_kept() {
    let checked = submitted(&secret_form(), json!({"secret": false, "measures": "x"}));

    assert_eq!(wrong(&checked), []);
    assert_eq!(checked.answers, answers(json!({"secret": false})));
}

#[test]
fn a_shown_field_is_asked() {
    let checked = submitted(&secret_form(), json!({"secret": true}));

    assert_eq!(wrong(&checked), [("measures", "fill")]);
}

#[test]
fn a_guard_over_a_missing_answer_says_only_what_is_missing() {
    let checked = submitted(&secret_form(), json!({"measures": "x"}));

    assert_eq!(wrong(&checked), [("secret", "choose")]);
}

#[test]
fn a_guard_that_gives_no_answer_is_neither_true_nor_false() {
    let form = form(vec![
        field("secret", "yes_no"),
        field("measures", "text")
            .label("措施")
            .show_when("form.secret")
            .required(),
    ]);

    let checked = submitted(&form, json!({"measures": "x"}));

    assert_eq!(wrong(&checked), [("measures", "guard")]);
    let said = checked.problems[0].message(&Spoken::zh());
    assert!(
        said.contains("措施") && said.contains("form.secret"),
        "{said}"
    );
    assert_eq!(
        checked.answers["measures"],
        json!("x"),
        "nothing typed is lost"
    );
}

#[test]
fn a_section_hides_its_fields() {
    let mut form = form(vec![field("third_party", "yes_no").required()]);
    form.sections.push(Section {
        show_when: Some(cel("form.third_party")),
        ..section("third", vec![field("name", "text").required()])
    });

    assert_eq!(wrong(&submitted(&form, json!({"third_party": false}))), []);
    assert_eq!(
        wrong(&submitted(&form, json!({"third_party": true}))),
        [("name", "fill")]
    );
}

#[test]
fn what_depends_on_a_hidden_field_sees_null() {
    let form = form(vec![
        field("personal", "yes_no").required(),
        field("sensitive", "yes_no")
            .show_when("form.personal")
            .required(),
        field("report", "text")
            .show_when("form.sensitive == true")
            .required(),
    ]);

    let checked = submitted(
        &form,
        json!({"personal": false, "sensitive": true, "report": "x"}),
    );

    assert_eq!(wrong(&checked), []);
    assert_eq!(checked.answers, answers(json!({"personal": false})));
}

#[test]
fn guards_may_read_fields_further_down() {
    let form = form(vec![
        field("detail", "text")
            .show_when("form.kind == \"new\"")
            .required(),
        field("kind", "text").required(),
    ]);

    assert_eq!(
        wrong(&submitted(&form, json!({"kind": "new"}))),
        [("detail", "fill")]
    );
    assert_eq!(wrong(&submitted(&form, json!({"kind": "old"}))), []);
}

#[test]
fn guards_that_contradict_one_another_are_told_and_do_not_hang() {
    let form = form(vec![
        field("a", "text").show_when("form.b == null"),
        field("b", "text").show_when("form.a != null"),
    ]);

    let checked = submitted(&form, json!({"a": "1", "b": "2"}));

    assert_ne!(wrong(&checked), []);
    assert!(
        checked
            .problems
            .iter()
            .all(|problem| problem.code == "guard")
    );
}

#[test]
fn required_may_depend_on_another_answer() {
    let form = form(vec![
        field("mlps", "choice").options(&[("l1", "一级"), ("l3", "三级")]),
        field("filing", "text").required_when("form.mlps in [\"l3\"]"),
    ]);

    assert_eq!(wrong(&submitted(&form, json!({"mlps": "l1"}))), []);
    assert_eq!(
        wrong(&submitted(&form, json!({"mlps": "l3"}))),
        [("filing", "fill")]
    );
}

#[test]
fn a_check_speaks_with_its_own_message() {
    let form = form(vec![
        field("period", "period")
            .label("使用时限")
            .required()
            .check(
                "form.period.to > form.period.from",
                "截止日期要晚于开始日期",
            ),
    ]);

    let checked = submitted(
        &form,
        json!({"period": {"from": "2026-11-01", "to": "2026-11-01"}}),
    );

    assert_eq!(
        checked.problems[0].message(&Spoken::zh()),
        "使用时限：截止日期要晚于开始日期"
    );
}

#[test]
fn checks_may_read_now_and_settings() {
    let found = form(vec![
        field("found_at", "time")
            .required()
            .check("form.found_at <= now", "不能晚于现在"),
    ]);
    let now = scope(&[("now", Value::Time("2026-10-18T02:00:00Z".parse().unwrap()))]);
    let check = |typed: &str| {
        checked_in(&found, json!({"found_at": typed}), &now, Strictness::Submit)
            .problems
            .len()
    };

    assert_eq!(check("2026-10-18T10:00"), 0);
    assert_eq!(check("2026-10-18T10:01"), 1);
}

#[test]
fn a_private_answer_may_be_checked_while_it_is_typed() {
    let form =
        form(vec![field("phone", "phone").private().check(
            "form.phone.startsWith(\"13\")",
            "请写 13 开头的号码",
        )]);

    assert_eq!(
        wrong(&submitted(&form, json!({"phone": "13803711234"}))),
        []
    );
    assert_eq!(
        wrong(&submitted(&form, json!({"phone": "15803711234"}))),
        [("phone", "own")]
    );
}

#[test]
fn computed_fields_are_filled_in_whatever_was_typed() {
    let form = form(vec![
        field("items", "table").columns(vec![field("quantity", "integer").required()]),
        field("total", "integer").computed("sum(form.items.map(i, i.quantity))"),
        field("large", "text")
            .show_when("form.total > 10")
            .required(),
    ]);

    let checked = submitted(
        &form,
        json!({"items": [{"quantity": "7"}, {"quantity": "5"}], "total": 1}),
    );

    assert_eq!(checked.answers["total"], json!(12));
    assert_eq!(wrong(&checked), [("large", "fill")]);
}

#[test]
fn a_default_stands_where_nothing_came_and_not_where_a_blank_did() {
    let form = form(vec![
        field("period", "period").required(),
        field("until", "date").default("form.period.to"),
    ]);
    let period = json!({"from": "2026-11-01", "to": "2027-10-31"});

    let untouched = submitted(&form, json!({"period": period}));
    let blanked = submitted(&form, json!({"period": period, "until": ""}));
    let draft = checked(&form, json!({"period": period}), Strictness::Draft);

    assert_eq!(untouched.answers["until"], json!("2027-10-31"));
    assert_eq!(blanked.answers["until"], json!(null));
    assert_eq!(draft.answers.get("until"), None);
}

#[test]
fn a_draft_keeps_whatever_was_typed_and_tells_only_faults_of_shape() {
    let form = form(vec![
        field("amount", "number").required(),
        field("purpose", "paragraph").required().lengths(30, 1000),
        field("secret", "yes_no").required(),
        field("measures", "text").show_when("form.secret"),
    ]);

    let checked = checked(
        &form,
        json!({"amount": "abc", "purpose": "短", "secret": false, "measures": "留着"}),
        Strictness::Draft,
    );

    assert_eq!(wrong(&checked), [("amount", "not_number")]);
    assert_eq!(
        checked.answers,
        answers(json!({"amount": "abc", "purpose": "短", "secret": false, "measures": "留着"}))
    );
}

#[test]
fn a_draft_can_be_stored_whatever_was_typed() {
    let form = form(vec![
        field("office", "text"),
        field("users", "table").columns(vec![field("name", "text")]),
    ]);

    let checked = checked(
        &form,
        json!({"office": "a\u{0}b", "users": [{"name": "c\u{0}"}]}),
        Strictness::Draft,
    );

    assert_eq!(
        wrong(&checked),
        [("office", "control"), ("users.0.name", "control")]
    );
    assert!(
        !serde_json::to_string(&checked.answers)
            .unwrap()
            .contains("u0000")
    );
}

#[test]
fn unknown_fields_are_named() {
    let form = form(vec![
        field("office", "text"),
        field("users", "table").columns(vec![field("name", "text")]),
    ]);

    let checked = submitted(&form, json!({"ofice": "x", "users": [{"nam": "x"}]}));

    assert_eq!(
        wrong(&checked),
        [("ofice", "unknown"), ("users.0.nam", "unknown")]
    );
}

#[test]
fn a_part_is_checked_with_the_other_answers_at_hand() {
    let mut form = form(vec![field("period", "period").required()]);
    form.sections.push(section(
        "renewal",
        vec![
            field("until", "date")
                .required()
                .check("form.until > form.period.to", "要晚于原截止日期"),
        ],
    ));
    let stored = answers(json!({"period": {"from": "2026-11-01", "to": "2026-12-31"}}));
    let context = CheckContext {
        form: &form,
        scope: &Default::default(),
        lookup: &World,
        others: &stored,
    };
    let renew = |until: &str| {
        let typed = answers(json!({ "until": until }));
        check(
            &form.part(&["renewal"]),
            typed,
            &context,
            Strictness::Submit,
        )
    };

    assert_eq!(wrong(&renew("2026-12-31")), [("until", "own")]);
    assert_eq!(
        renew("2027-01-01").answers,
        answers(json!({"until": "2027-01-01"}))
    );
}

#[test]
fn answers_outside_the_part_are_refused() {
    let form = form(vec![field("a", "text"), field("b", "text")]);
    let context = CheckContext {
        form: &form,
        scope: &Default::default(),
        lookup: &World,
        others: &Answers::new(),
    };

    let checked = check(
        &form.part(&["a"]),
        answers(json!({"a": "1", "b": "2"})),
        &context,
        Strictness::Submit,
    );

    assert_eq!(wrong(&checked), [("b", "unknown")]);
    assert_eq!(checked.answers, answers(json!({"a": "1"})));
}
