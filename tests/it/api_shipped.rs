//! The shipped workflow through the API, as a program of another department would drive it.

use serde_json::{Value, json};

use crate::support::api::{Api, open_task};
use crate::support::office::{Office, request};

/// Somebody takes the action on the one open task; what it needs is in `more`.
fn act(api: &Api<'_>, login: &str, case: &Value, action: &str, more: Value) -> Value {
    let id = case["id"].as_str().expect("an id");
    let seen = api.get(login, &format!("/api/v1/cases/{id}")).expect(200);
    let offered = seen["actions"].as_array().expect("actions");
    assert!(
        offered.iter().any(|one| one["action"] == action),
        "{action} is offered to {login}: {offered:?}"
    );
    let mut body =
        json!({"action": action, "task": open_task(&seen), "revision": seen["revision"]});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    api.act(login, id, &body).expect(200)
}

#[test]
fn data_are_asked_for_agreed_to_provided_and_received() {
    let office = Office::new();
    let api = Api::of_office(&office);
    let form = api
        .get("li.wenjing", "/api/v1/workflows/data-sharing/form")
        .expect(200);
    for field in request(json!({})).as_object().expect("answers").keys() {
        assert!(form["properties"].get(field).is_some(), "{field}");
    }
    let filed = json!({"workflow": "data-sharing", "answers": request(json!({})), "submit": true});

    let case = api.post("li.wenjing", "/api/v1/cases", &filed).expect(201);
    assert_eq!(case["number"], "数享申〔2026〕1号");
    assert_eq!(case["answers"]["sharing"], "unconditional");
    for login in ["zhang.huimin", "xu.xiaofeng", "zhou.lan", "yan.chenxi"] {
        act(&api, login, &case, "approve", json!({}));
    }
    let agreed =
        json!({"decision": "agree", "approved": {"from": "2026-04-01", "to": "2027-03-31"}});
    act(
        &api,
        "pan.zhiming",
        &case,
        "choose",
        json!({"choice": "agree", "answers": {"decisions": [agreed, agreed]}}),
    );
    act(
        &api,
        "yan.chenxi",
        &case,
        "done",
        json!({"answers": {"provided_by": "batch", "platform_ref": "批次 1"}}),
    );
    let used = act(
        &api,
        "li.wenjing",
        &case,
        "choose",
        json!({"choice": "usable"}),
    );
    assert_eq!(used["outcome"], Value::Null, "it is in use");
    let id = case["id"].as_str().expect("an id");
    api.act(
        "li.wenjing",
        id,
        &json!({"action": "signal", "signal": "finish"}),
    )
    .expect(200);
    act(
        &api,
        "li.wenjing",
        &case,
        "done",
        json!({"answers": {
            "usage_process": "每季度比对一次", "usage_effect": "更正登记信息",
            "usage_storage": "没有落地存储", "disposal_how": "none",
        }}),
    );
    let done = act(&api, "yan.chenxi", &case, "approve", json!({}));

    assert_eq!(done["outcome"], "approved");
    let stages = done["stages"].as_array().expect("stages");
    let status = |id: &str| {
        let found = stages.iter().find(|stage| stage["id"] == id);
        found.expect(id)["status"].clone()
    };
    assert_eq!(status("safeguards"), "skipped");
    assert_eq!(status("providers"), "passed");
    assert_eq!(status("reply"), "passed");
    let laws: Vec<&Value> = done["clocks"]
        .as_array()
        .expect("clocks")
        .iter()
        .filter(|clock| clock["law"].is_string())
        .map(|clock| &clock["state"])
        .collect();
    assert_eq!(laws, ["stopped", "stopped"], "both statutory clocks");
}

#[test]
fn state_secrets_leave_nothing_behind() {
    let office = Office::new();
    let api = Api::of_office(&office);
    let answers = request(json!({"state_secret": true}));

    let body = json!({"workflow": "data-sharing", "answers": answers});
    let stopped = api.post("li.wenjing", "/api/v1/cases", &body);

    assert_eq!(stopped.problem(422), "stopped");
}
