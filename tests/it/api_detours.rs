//! Ways off the straight line, through the API: returned, supplemented, seen by some more than by others.

use serde_json::{Value, json};

use crate::api::{filed, id, sign, statuses};
use crate::support::api::{Api, SHARING, answers};
use crate::support::app::Fixture;

#[test]
fn a_returned_case_is_revised_and_submitted_again() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let case = filed(&api);
    sign(
        &api,
        "bob",
        &case,
        "return",
        json!({"to": "applicant", "comment": "用途不清"}),
    );
    let path = format!("/api/v1/cases/{}", id(&case));

    let returned = api.get("ann", &path).expect(200);
    assert_eq!(returned["draft"], Value::Null);
    let saved = api
        .put(
            "ann",
            &format!("{path}/answers"),
            &json!({"answers": {"purpose": "核验父母身份和户籍"}}),
        )
        .expect(200);
    assert_eq!(saved["draft"]["answers"]["purpose"], "核验父母身份和户籍");
    assert_eq!(saved["answers"]["purpose"], answers()["purpose"]);
    let again = api
        .act("ann", &id(&case), &json!({"action": "submit"}))
        .expect(200);

    assert_eq!(again["answers"]["purpose"], "核验父母身份和户籍");
    assert_eq!(again["answers"]["phone"], "0371-65506886");
    assert_eq!(again["draft"], Value::Null);
}

#[test]
fn a_supplement_pauses_the_statutory_clock_and_lists_what_is_missing() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let case = filed(&api);
    let case = sign(&api, "bob", &case, "approve", json!({}));
    let case = sign(&api, "cat", &case, "approve", json!({}));

    let asked = sign(
        &api,
        "pat",
        &case,
        "supplement",
        json!({"fields": ["purpose"], "comment": "请写明环节"}),
    );

    let clock = |case: &Value, stage: &str| {
        let clocks = case["clocks"].as_array().expect("clocks");
        let found = clocks
            .iter()
            .find(|clock| clock["stage"] == stage && clock["supplement"] == (stage == "intake"));
        found.expect("a clock")["state"].clone()
    };
    assert_eq!(clock(&asked, "reply"), "paused");
    assert_eq!(clock(&asked, "intake"), "running");
    assert!(statuses(&asked).contains(&"intake waiting".to_owned()));
    let mine = api
        .get("ann", &format!("/api/v1/cases/{}", id(&case)))
        .expect(200);
    let supply = mine["actions"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["action"] == "supply"))
        .expect("supply is offered");
    assert_eq!(supply["needs"][0]["options"][0]["value"], "purpose");
    let back = api
        .act(
            "ann",
            &id(&case),
            &json!({"action": "supply", "task": supply["task"], "answers": {"purpose": "在受理环节核验父母身份"}}),
        )
        .expect(200);
    assert_eq!(clock(&back, "reply"), "running");
}

#[test]
fn private_answers_are_for_those_who_handle_the_case() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let path = format!("/api/v1/cases/{}", id(&filed(&api)));

    let handles = api.get("bob", &path).expect(200);
    let oversees = api.get("adi", &path).expect(200);

    assert_eq!(handles["answers"]["phone"], "0371-65506886");
    assert_eq!(oversees["answers"].get("phone"), None);
    assert_eq!(oversees["answers"]["subject"], "人口信息核验");
}
