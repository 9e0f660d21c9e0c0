//! Checking tables: cells, spare rows, fixed rows.

use serde_json::json;

use crate::expression::{Scope, Value};
use crate::forms::testing::*;
use crate::forms::*;

fn users() -> Form {
    form(vec![
        field("users", "table")
            .label("使用人员清单")
            .bounds(1.0, 3.0)
            .columns(vec![
                field("name", "text").label("姓名").required().private(),
                field("post", "text").label("岗位").required(),
            ]),
    ])
}

#[test]
fn a_cell_is_named_by_its_table_and_row() {
    let checked = submitted(
        &users(),
        json!({"users": [{"name": "甲", "post": "科员"}, {"name": " ", "post": "科长"}]}),
    );

    assert_eq!(wrong(&checked), [("users.1.name", "fill")]);
    assert_eq!(checked.problems[0].element(), "f-users-1-name");
    assert_eq!(
        checked.problems[0].message(&Spoken::zh()),
        "“使用人员清单”第 2 行：填写姓名"
    );
}

#[test]
fn spare_rows_are_no_answers_but_stay_in_drafts() {
    let typed = json!({"users": [{"name": "甲", "post": "科员"}, {"name": "", "post": ""}, {}]});

    let submitted = submitted(&users(), typed.clone());
    let draft = checked(&users(), typed, Strictness::Draft);

    assert_eq!(wrong(&submitted), []);
    assert_eq!(
        submitted.answers["users"],
        json!([{"name": "甲", "post": "科员"}])
    );
    assert_eq!(draft.answers["users"].as_array().unwrap().len(), 3);
}

#[test]
fn rows_are_counted() {
    let rows = |count: usize| json!({"users": vec![json!({"name": "甲", "post": "乙"}); count]});

    assert_eq!(wrong(&submitted(&users(), json!({}))), [("users", "rows")]);
    assert_eq!(wrong(&submitted(&users(), rows(0))), [("users", "rows")]);
    assert_eq!(wrong(&submitted(&users(), rows(3))), []);
    assert_eq!(
        wrong(&submitted(&users(), rows(4))),
        [("users", "too_many")]
    );
    assert_eq!(
        wrong(&submitted(&users(), rows(1001))),
        [("users", "too_many")]
    );
}

#[test]
fn what_is_no_table_is_told_and_kept() {
    for typed in [json!("x"), json!({"a": 1}), json!([1]), json!([[]])] {
        let checked = submitted(&users(), json!({ "users": typed }));

        assert_eq!(wrong(&checked), [("users", "not_rows")]);
        assert_eq!(checked.answers["users"], typed);
    }
}

#[test]
fn columns_read_their_own_row() {
    let form = form(vec![field("items", "table").columns(vec![
        field("kind", "text").required(),
        field("other", "text").show_when("row.kind == \"other\"").required(),
        field("double", "integer").computed("row.count * 2"),
        field("count", "integer").required().check("row.count > 0", "要大于 0"),
    ])]);

    let checked = submitted(
        &form,
        json!({"items": [
            {"kind": "other", "count": 0},
            {"kind": "disk", "other": "x", "count": 2},
        ]}),
    );

    assert_eq!(
        wrong(&checked),
        [("items.0.other", "fill"), ("items.0.count", "own")]
    );
    assert_eq!(
        checked.answers["items"][1],
        json!({"kind": "disk", "count": 2, "double": 4})
    );
}

fn decisions() -> Form {
    form(vec![
        field("decisions", "table").rows("part.items").columns(vec![
            field("decision", "choice")
                .options(&[("agree", "同意"), ("refuse", "不同意")])
                .required(),
            field("conditions", "choices").options_from("row.conditions"),
            field("reason", "text").required_when("row.decision == \"refuse\" && row.level > 2"),
        ]),
    ])
}

fn part() -> Scope {
    let item = |code: &str, level: i64| {
        let parts = [
            ("item", Value::Text(code.into())),
            ("level", Value::Int(level)),
            (
                "conditions",
                Value::List(vec![Value::Text("仅限核验".into())]),
            ),
        ];
        Value::Record(parts.map(|(name, part)| (name.to_owned(), part)).into())
    };
    let items = Value::List(vec![item("name", 2), item("id", 4)]);
    scope(&[("part", Value::Record([("items".to_owned(), items)].into()))])
}

#[test]
fn fixed_rows_stand_for_their_elements() {
    let typed = json!({"decisions": [
        {"decision": "agree", "conditions": ["仅限核验"]},
        {"decision": "refuse", "reason": "超出职责"},
        {"decision": "agree"},
    ]});

    let checked = checked_in(&decisions(), typed, &part(), Strictness::Submit);

    assert_eq!(wrong(&checked), []);
    let Value::Record(parts) = scope_value(&decisions(), &checked.answers) else {
        panic!("a record");
    };
    let Value::List(rows) = &parts["decisions"] else {
        panic!("a list");
    };
    assert_eq!(rows.len(), 2, "as many rows as elements");
    let Value::Record(row) = &rows[1] else {
        panic!("a record");
    };
    assert_eq!(row["item"], Value::Text("id".into()), "the element's");
    assert_eq!(row["level"], Value::Int(4), "the element's");
    assert_eq!(row["decision"], Value::Text("refuse".into()), "the row's");
    assert_eq!(row["conditions"], Value::Null, "the row's own, unanswered");
}

#[test]
fn every_element_must_be_answered() {
    let checked = checked_in(&decisions(), json!({}), &part(), Strictness::Submit);

    assert_eq!(
        wrong(&checked),
        [
            ("decisions.0.decision", "choose"),
            ("decisions.1.decision", "choose")
        ]
    );
}

#[test]
fn columns_read_their_element() {
    let typed = json!({"decisions": [
        {"decision": "refuse"},
        {"decision": "refuse", "conditions": ["随意"]},
    ]});

    let checked = checked_in(&decisions(), typed, &part(), Strictness::Submit);

    assert_eq!(
        wrong(&checked),
        [
            ("decisions.1.conditions", "no_such_option"),
            ("decisions.1.reason", "fill")
        ]
    );
}

#[test]
fn an_element_cannot_be_forged() {
    let typed = json!({"decisions": [
        {"decision": "refuse", "_element": {"level": 1}},
        {"decision": "refuse", "_element": {"level": 1}},
    ]});

    let checked = checked_in(&decisions(), typed, &part(), Strictness::Submit);

    assert_eq!(wrong(&checked), [("decisions.1.reason", "fill")]);
}

#[test]
fn private_cells_do_not_get_into_fixed_rows() {
    let mut form = users();
    form.sections[0].fields.push(
        field("badges", "table")
            .rows("form.users")
            .columns(vec![field("number", "text")]),
    );

    let checked = submitted(
        &form,
        json!({"users": [{"name": "某甲", "post": "科员"}], "badges": [{"number": "1"}]}),
    );

    let badges = checked.answers["badges"].to_string();
    assert!(
        badges.contains("科员") && !badges.contains("某甲"),
        "{badges}"
    );
}
