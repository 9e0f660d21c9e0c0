//! Checking what was chosen from the catalogue.

use serde_json::json;

use crate::forms::testing::*;
use crate::forms::*;

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
