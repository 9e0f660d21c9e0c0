//! Checking: what is shown, asked, computed and refused.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::testing::*;
use super::super::*;
use crate::expression::{Scope, Value};

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

mod tables {
    use super::*;

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
        let typed =
            json!({"users": [{"name": "甲", "post": "科员"}, {"name": "", "post": ""}, {}]});

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
        let rows =
            |count: usize| json!({"users": vec![json!({"name": "甲", "post": "乙"}); count]});

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
                field("reason", "text")
                    .required_when("row.decision == \"refuse\" && row.level > 2"),
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
}

mod catalogue {
    use super::*;

    fn resources() -> Form {
        form(vec![
            field("resources", "resources")
                .pick_items()
                .required()
                .bounds(0.0, 2.0)
                .columns(vec![
                    field("use", "text").required(),
                    field("cleared", "yes_no")
                        .show_when("row.level >= 4")
                        .required(),
                ]),
            field("provider", "department").computed("form.resources[0].provider"),
        ])
    }

    #[test]
    fn what_was_chosen_is_completed_from_the_catalogue_alone() {
        let checked = submitted(
            &resources(),
            json!({"resources": [
                {"resource": "3107/000012", "item": "name", "use": "核验", "level": 1, "provider": "me"},
            ]}),
        );

        assert_eq!(wrong(&checked), []);
        assert_eq!(
            checked.answers["resources"],
            json!([{
                "resource": "3107/000012", "item": "name", "title": "人口基础信息",
                "item_title": "姓名", "provider": "410000-ga", "sharing": "conditional",
                "level": 2, "conditions": ["仅限核验"], "use": "核验",
            }])
        );
        assert_eq!(checked.answers["provider"], json!("410000-ga"));
    }

    #[test]
    fn columns_are_asked_per_chosen_item() {
        let checked = submitted(
            &resources(),
            json!({"resources": ["3107/000012/name", "3107/000012/id%2Fnumber"]}),
        );

        assert_eq!(
            wrong(&checked),
            [
                ("resources.0.use", "fill"),
                ("resources.1.use", "fill"),
                ("resources.1.cleared", "choose"),
            ]
        );
    }

    #[test]
    fn what_the_catalogue_no_longer_has_is_told_and_kept() {
        let gone = json!([{"resource": "3107/000099", "item": "x", "use": "核验"}]);

        let checked = submitted(&resources(), json!({ "resources": gone }));

        assert_eq!(wrong(&checked), [("resources.0", "no_such_resource")]);
        assert_eq!(checked.answers["resources"], gone);
    }

    #[test]
    fn an_item_is_chosen_once() {
        let one = json!({"resource": "3107/000012", "item": "name", "use": "核验"});

        let checked = submitted(&resources(), json!({"resources": [one, one]}));

        assert_eq!(wrong(&checked), [("resources", "chosen_twice")]);
    }

    #[test]
    fn nothing_chosen_is_no_answer() {
        for typed in [json!([]), json!(null), json!("")] {
            let checked = submitted(&resources(), json!({ "resources": typed }));

            assert_eq!(wrong(&checked), [("resources", "choose_resources")]);
        }
        let checked = submitted(&resources(), json!({"resources": [7]}));
        assert_eq!(wrong(&checked), [("resources", "not_resources")]);
    }
}

mod scopes {
    use super::*;

    #[test]
    fn every_field_is_there_and_private_ones_are_null() {
        let form = form(vec![
            field("office", "text"),
            field("phone", "phone").private(),
            field("users", "table").columns(vec![
                field("name", "text").private(),
                field("post", "text"),
                field("level", "integer"),
            ]),
        ]);
        let stored = answers(json!({
            "phone": "13803711234",
            "users": [{"name": "某甲", "post": "科员"}],
        }));

        let Value::Record(parts) = scope_value(&form, &stored) else {
            panic!("a record");
        };

        let row = [
            ("name", Value::Null),
            ("post", Value::Text("科员".into())),
            ("level", Value::Null),
        ];
        let row = Value::Record(row.map(|(name, part)| (name.to_owned(), part)).into());
        assert_eq!(parts["office"], Value::Null);
        assert_eq!(parts["phone"], Value::Null);
        assert_eq!(parts["users"], Value::List(vec![row]));
    }

    #[test]
    fn types_say_what_may_be_unanswered() {
        use crate::expression::Type;
        let mut form = form(vec![
            field("a", "number").required(),
            field("b", "number"),
            field("c", "date").required().show_when("form.a > 0"),
        ]);
        form.sections.push(Section {
            show_when: Some(cel("form.a > 0")),
            ..section("more", vec![field("d", "yes_no").required()])
        });

        let Type::Record(parts) = form_type(&form) else {
            panic!("a record");
        };

        assert_eq!(parts["a"], Type::Number);
        assert_eq!(parts["b"], Type::Number.maybe());
        assert_eq!(parts["c"], Type::Time.maybe());
        assert_eq!(parts["d"], Type::Bool.maybe());
    }

    #[test]
    fn the_value_of_every_type_fits_the_type() {
        let typed = every_answer();
        for (_, asked) in every_field().whole().fields {
            let kind = field_type_of(asked);
            let seen = value(asked, typed[&asked.id].clone());
            assert!(seen != Value::Null, "{} is answered", asked.id);
            assert!(fits(&seen, &kind), "{}: {seen:?} is no {kind:?}", asked.id);
        }
    }

    fn fits(value: &Value, kind: &crate::expression::Type) -> bool {
        use crate::expression::Type;
        match (value, kind) {
            (_, Type::Any) | (Value::Null, Type::Null | Type::Maybe(_)) => true,
            (_, Type::Maybe(inner)) => fits(value, inner),
            (Value::Bool(_), Type::Bool)
            | (Value::Int(_), Type::Int)
            | (Value::Number(_), Type::Number)
            | (Value::Text(_), Type::Text)
            | (Value::Time(_), Type::Time) => true,
            (Value::List(all), Type::List(one)) => all.iter().all(|value| fits(value, one)),
            (Value::Record(parts), Type::Record(kinds)) => {
                parts.keys().eq(kinds.keys())
                    && parts.iter().all(|(name, part)| fits(part, &kinds[name]))
            }
            _ => false,
        }
    }
}

mod privacy {
    use super::*;

    #[test]
    fn private_answers_are_split_off_by_path_and_joined_again() {
        let form = form(vec![
            field("office", "text"),
            field("phone", "phone").private(),
            field("users", "table")
                .columns(vec![field("name", "text").private(), field("post", "text")]),
        ]);
        let all = answers(json!({
            "office": "数据科",
            "phone": "13803711234",
            "users": [{"name": "甲", "post": "一"}, {"post": "二"}, {"name": "丙"}],
        }));

        let (open, private) = split_private(&form, &all);

        assert_eq!(
            open,
            answers(json!({"office": "数据科", "users": [{"post": "一"}, {"post": "二"}, {}]}))
        );
        assert_eq!(
            private,
            answers(json!({"phone": "13803711234", "users.0.name": "甲", "users.2.name": "丙"}))
        );
        assert_eq!(join_private(&form, &open, &private), all);
    }
}

mod schemas {
    use super::*;

    #[test]
    fn the_schema_says_what_is_asked() {
        let mut form = form(vec![
            field("purpose", "paragraph").required().lengths(30, 1000),
            field("method", "choice")
                .required()
                .options(&[("api", "服务接口")]),
            field("calls", "integer")
                .required()
                .show_when("form.method == \"api\""),
            field("resources", "resources")
                .pick_items()
                .required()
                .columns(vec![field("use", "text").required()]),
        ]);
        form.sections.push(Section {
            show_when: Some(cel("form.calls != null")),
            ..section("more", vec![field("why", "text").required()])
        });

        let schema = json_schema(&form, &Spoken::zh());

        assert_eq!(
            schema["required"],
            json!(["purpose", "method", "resources"])
        );
        assert_eq!(schema["properties"]["purpose"]["minLength"], json!(30));
        assert_eq!(
            schema["properties"]["method"]["oneOf"],
            json!([{"const": "api", "title": "服务接口"}])
        );
        assert_eq!(
            schema["properties"]["calls"]["x-show-when"],
            json!("form.method == \"api\"")
        );
        assert_eq!(
            schema["properties"]["resources"]["items"]["required"],
            json!(["resource", "item", "use"])
        );
    }
}

/// A form with a field of every type, and columns of most.
fn every_field() -> Form {
    let columns = || {
        ALL.iter()
            .map(|kind| kind.name())
            .filter(|name| !["table", "resources"].contains(name))
            .map(|name| shaped(field(name, name)))
            .collect::<Vec<_>>()
    };
    let fields = ALL
        .iter()
        .map(|kind| match kind.name() {
            name @ "table" => field(name, name).columns(columns()),
            name @ "resources" => field(name, name).pick_items().columns(columns()),
            name => shaped(field(name, name)),
        })
        .collect();
    form(fields)
}

fn shaped(asked: Field) -> Field {
    match asked.kind.0.name() {
        "choice" | "choices" => asked.options(&[("a", "甲"), ("b", "乙")]),
        _ => asked,
    }
}

fn every_answer() -> Answers {
    let mut all = answers(json!({
        "text": "一", "paragraph": "一\n二", "number": 1.5, "integer": 2, "money": 3.25,
        "date": "2026-11-01", "time": "2026-11-01T09:30", "yes_no": true, "choice": "a",
        "period": {"from": "2026-11-01", "to": "2026-11-02"}, "choices": ["a", "b"],
        "person": "liwj", "people": ["liwj"], "department": "410000-ga",
        "departments": ["410000-ga"], "contact": {"name": "甲", "phone": "13803711234"},
        "phone": "13803711234", "file": FILE, "files": [FILE], "case": CASE, "promise": true,
    }));
    let row: serde_json::Map<String, Json> = all.clone().into_iter().collect();
    let mut chosen = row.clone();
    chosen.insert("resource".into(), json!("3107/000012"));
    chosen.insert("item".into(), json!("name"));
    all.insert("table".into(), json!([row]));
    all.insert("resources".into(), json!([chosen]));
    all
}

#[test]
fn a_good_answer_of_every_type_will_do_and_stays_as_it_is() {
    let typed: serde_json::Map<_, _> = every_answer().into_iter().collect();

    let first = submitted(&every_field(), typed.into());
    let again: serde_json::Map<_, _> = first.answers.clone().into_iter().collect();
    let second = submitted(&every_field(), again.into());

    assert_eq!(wrong(&first), []);
    assert_eq!(wrong(&second), []);
    assert_eq!(first.answers, second.answers);
}

#[test]
fn null_is_no_answer_for_every_type() {
    let typed: serde_json::Map<String, Json> = ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), Json::Null))
        .collect();

    let checked = submitted(&every_field(), typed.into());

    assert_eq!(checked, Checked::default());
}

fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        prop::sample::select(vec![
            "",
            "2026-11-01",
            "2026-02-30T10:00",
            "0371-6550",
            "３．５",
            "3107/000012/name",
            "a\u{0}",
            "liwj",
            "١٢",
            "0",
            "0-0-0",
            "年月日",
            "é9-01-01",
        ])
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop::sample::select(
            [
                "from", "to", "name", "phone", "email", "resource", "item", "_element", "$time",
                "text", "period", "file", "date", "table",
            ]
            .to_vec(),
        );
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(key, inner, 0..4).prop_map(|parts| {
                let parts = parts.into_iter().map(|(key, part)| (key.to_owned(), part));
                parts.collect::<serde_json::Map<_, _>>().into()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_a_check_panic(typed in prop::collection::vec(anything(), ALL.len())) {
        let form = every_field();
        let names = ALL.iter().map(|kind| kind.name().to_owned());
        let typed: serde_json::Map<_, _> = names.zip(typed).collect();

        for strictness in [Strictness::Draft, Strictness::Submit] {
            let checked = checked(&form, typed.clone().into(), strictness);
            for problem in &checked.problems {
                prop_assert!(!problem.message(&Spoken::zh()).contains("forms."));
            }
            let _ = scope_value(&form, &checked.answers);
            let _ = display(&form, &checked.answers, &World, &Spoken::zh(), None);
            let _ = view(&form.whole(), &Page {
                form: &form,
                answers: &checked.answers,
                scope: &Default::default(),
                lookup: &World,
                problems: &checked.problems,
                words: &Spoken::zh(),
                searches: &Default::default(),
            });
        }
    }

    #[test]
    fn what_will_do_once_will_do_again(typed in prop::collection::vec(anything(), ALL.len())) {
        let form = every_field();
        let names = ALL.iter().map(|kind| kind.name().to_owned());
        let typed: serde_json::Map<_, _> = names.zip(typed).collect();
        let first = submitted(&form, typed.into());
        let wrong = |id: &str| {
            first.problems.iter().any(|problem| problem.path.split('.').next() == Some(id))
        };
        let good: Answers = first.answers.iter()
            .filter(|(id, _)| !wrong(id))
            .map(|(id, answer)| (id.clone(), answer.clone()))
            .collect();

        let again: serde_json::Map<_, _> = good.clone().into_iter().collect();
        let second = submitted(&form, again.into());

        prop_assert_eq!(second.problems, vec![]);
        prop_assert_eq!(second.answers, good);
    }
}
