//! Checking the form that is shipped: a whole application, and one that is as large as it may be.

use serde_json::json;

use crate::expression::{Scope, Value};
use crate::forms::testing::*;
use crate::forms::*;
use crate::workflow::{Surroundings, Workflow, read};

fn sharing() -> Workflow {
    let text = include_str!("../../../../workflows/data-sharing.yaml");
    let found = read("data-sharing.yaml", text, &Surroundings::standard());
    found.workflow.expect("the shipped definition is sound")
}

fn application() -> serde_json::Value {
    json!({
        "state_secret": "false",
        "work_secret": "false",
        "subject": "出生医学证明核验父母身份",
        "office": "妇幼健康处",
        "phone": "0371－65506886转801",
        "resources": [
            {"resource": "3107/000012", "item": "name", "use": "核验"},
            {"resource": "3107/000012", "item": "id/number", "use": "核验"},
        ],
        "basis": "《中华人民共和国母婴保健法》第二十三条",
        "purpose": "助产机构签发《出生医学证明》时，在签发环节核验新生儿父母的身份信息，由妇幼健康处使用。",
        "scope": "省卫生健康委妇幼健康处",
        "period": {"from": "2026-11-01", "to": "2027-10-31"},
        "method": "interface",
        "frequency": "realtime",
        "calls": "10000",
        "personal": "true",
        "sensitive": "false",
        "third_party": "false",
        "storage": "不落地存储",
        "measures": ["audit", "encrypt"],
        "masking": "full",
        "users": [{"name": "𠮷某", "post": "科员"}],
        "afterwards": "destroy",
        "promise": "true",
    })
}

fn surroundings() -> Scope {
    scope(&[
        ("now", Value::Time("2026-10-18T02:00:00Z".parse().unwrap())),
        (
            "case",
            Value::Record([("department".to_owned(), Value::Text("410000-wj".into()))].into()),
        ),
        ("settings", Value::Record(Default::default())),
    ])
}

fn filed(form: &Form, typed: serde_json::Value) -> Checked {
    let context = CheckContext {
        form,
        scope: &surroundings(),
        lookup: &World,
        others: &Answers::new(),
    };
    let part = form.part(&["request", "data", "use", "safety"]);
    check(&part, answers(typed), &context, Strictness::Submit)
}

#[test]
fn the_shipped_application_can_be_filled_in() {
    let form = sharing().form;

    let checked = filed(&form, application());

    assert_eq!(wrong(&checked), []);
    assert_eq!(checked.answers["sharing"], json!("conditional"));
    assert_eq!(checked.answers["phone"], json!("0371-65506886-801"));
}

#[test]
fn an_empty_application_says_once_what_is_missing() {
    let form = sharing().form;

    let checked = filed(&form, json!({}));

    let mut paths: Vec<&str> = checked
        .problems
        .iter()
        .map(|problem| &*problem.path)
        .collect();
    assert!(
        checked
            .problems
            .iter()
            .all(|problem| problem.code != "guard")
    );
    assert!(paths.contains(&"purpose") && !paths.contains(&"work_secret_measures"));
    let told = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), told);
}

#[test]
fn an_application_as_large_as_it_may_be_is_checked() {
    let form = sharing().form;
    let row = json!({"resource": "3107/000012", "item": "name", "use": "核验"});
    let mut typed = application();
    typed["resources"] = vec![row; 200].into();
    typed["users"] = vec![json!({"name": "甲", "post": "乙"}); 50].into();

    // A seventh of a second without optimisation; when every guard was given the whole form it took 28 s.
    let checked = filed(&form, typed);

    assert_eq!(wrong(&checked), [("resources", "chosen_twice")]);
}
