//! Decoding what pages post.

use serde_json::json;

use super::super::testing::*;
use super::super::*;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn decoded(fields: &[Field], posted: &[(&str, &str)]) -> serde_json::Value {
    let all: serde_json::Map<_, _> = decode(fields, &pairs(posted)).into_iter().collect();
    all.into()
}

#[test]
fn inputs_become_answers_as_typed() {
    let fields = [
        field("purpose", "paragraph"),
        field("amount", "number"),
        field("period", "period"),
        field("measures", "choices"),
        field("secret", "yes_no"),
    ];

    let answers = decoded(
        &fields,
        &[
            ("purpose", " 核验\r\n身份 "),
            ("amount", "abc"),
            ("period.from", "2026-13-01"),
            ("period.to", ""),
            ("measures", ""),
            ("measures", "mask"),
            ("measures", "audit"),
            ("secret", ""),
            ("secret", "false"),
            ("csrf", "x"),
        ],
    );

    assert_eq!(
        answers,
        json!({
            "purpose": " 核验\r\n身份 ",
            "amount": "abc",
            "period": {"from": "2026-13-01", "to": ""},
            "measures": ["mask", "audit"],
            "secret": "false",
        })
    );
}

#[test]
fn what_was_not_on_the_page_is_left_out_and_what_was_blank_is_there() {
    let fields = [
        field("hidden", "choices"),
        field("measures", "choices"),
        field("promise", "promise"),
        field("total", "integer").computed("1"),
    ];

    let answers = decoded(
        &fields,
        &[("measures", ""), ("promise", ""), ("total", "7")],
    );

    assert_eq!(answers, json!({"measures": [], "promise": ""}));
}

#[test]
fn many_may_be_typed_one_a_line() {
    let answers = decoded(
        &[field("experts", "people")],
        &[("experts", "liwj\r\n\r\nzhaom")],
    );

    assert_eq!(answers, json!({"experts": ["liwj", "zhaom"]}));
}

fn users() -> Field {
    field("users", "table").columns(vec![field("name", "text"), field("post", "text")])
}

#[test]
fn rows_are_gathered_in_their_order() {
    let posted = [
        ("users", ""),
        ("users.10.name", "丙"),
        ("users.2.name", "乙"),
        ("users.2.post", "二"),
        ("users.0.name", "甲"),
        ("users.x.name", "不是行"),
        ("users.99999999999999999999.name", "不是行"),
    ];

    assert_eq!(
        decoded(&[users()], &posted),
        json!({"users": [{"name": "甲"}, {"name": "乙", "post": "二"}, {"name": "丙"}]})
    );
}

#[test]
fn buttons_add_and_remove_rows() {
    let rows = [
        ("users.0.name", "甲"),
        ("users.1.name", "乙"),
        ("users.2.name", "丙"),
    ];
    let press = |action: &'static str| {
        let mut posted = rows.to_vec();
        posted.push(("do", action));
        decoded(&[users()], &posted)["users"].clone()
    };

    assert_eq!(
        press("add:users"),
        json!([{"name": "甲"}, {"name": "乙"}, {"name": "丙"}, {}])
    );
    assert_eq!(
        press("remove:users:1"),
        json!([{"name": "甲"}, {"name": "丙"}])
    );
    assert_eq!(press("add:others").as_array().unwrap().len(), 3);
    assert_eq!(press("draft").as_array().unwrap().len(), 3);
}

#[test]
fn the_last_row_can_go() {
    let posted = [
        ("users", ""),
        ("users.0.name", "甲"),
        ("do", "remove:users:0"),
    ];

    assert_eq!(decoded(&[users()], &posted), json!({"users": []}));
}

#[test]
fn fixed_rows_keep_their_places() {
    let fixed = users().rows("part.items");

    assert_eq!(
        decoded(
            &[fixed],
            &[("users.2.name", "丙"), ("do", "remove:users:2")]
        ),
        json!({"users": [{}, {}, {"name": "丙"}]})
    );
}

#[test]
fn chosen_rows_are_followed_by_what_was_ticked() {
    let resources = field("resources", "resources")
        .pick_items()
        .columns(vec![field("use", "text")]);
    let posted = [
        ("resources", ""),
        ("resources.0", "3107/000012/name"),
        ("resources.0.use", "核验"),
        ("resources.1", "3107/000012/age"),
        ("resources.1.use", "x"),
        ("resources.2.resource", "3107/000013"),
        ("resources.2.item", "a/b"),
        ("resources", "3107/000012/name"),
        ("resources", "3107/000012/id%2Fnumber"),
        ("do", "remove:resources:1"),
    ];

    assert_eq!(
        decoded(&[resources], &posted),
        json!({"resources": [
            {"resource": "3107/000012", "item": "name", "use": "核验"},
            {"resource": "3107/000013", "item": "a/b"},
            {"resource": "3107/000012", "item": "id/number"},
        ]})
    );
}

#[test]
fn a_resource_without_items_may_have_slashes_in_its_code() {
    let posted = [("resources", "3107/000012")];

    assert_eq!(
        decoded(&[field("resources", "resources")], &posted),
        json!({"resources": [{"resource": "3107/000012"}]})
    );
}

#[test]
fn search_words_are_found_by_field() {
    let found = searches(&pairs(&[("find.resources", "人口"), ("resources", "x")]));

    assert_eq!(found, [("resources".to_owned(), "人口".to_owned())].into());
}

#[test]
fn no_page_posts_more_than_five_hundred_pairs() {
    let posted = vec![("a".to_owned(), String::new()); 501];

    assert!(too_many_pairs(&posted));
    assert!(!too_many_pairs(&posted[1..]));
}
