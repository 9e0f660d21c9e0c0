//! The API of a case with branches: places, branches, entries, clocks, signals, jumps, holding up.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::joint::{asked, filed, replied, task_at};
use crate::support::office::Office;

fn at<'a>(list: &'a Value, place: &str) -> &'a Value {
    let all = list.as_array().expect("a list");
    all.iter()
        .find(|one| one["place"] == place)
        .unwrap_or_else(|| panic!("nothing at {place}: {list}"))
}

fn need<'a>(case: &'a Value, action: &str, member: &str) -> &'a Value {
    let actions = case["actions"].as_array().expect("actions");
    let offered = actions.iter().find(|offered| offered["action"] == action);
    let needs = &offered.unwrap_or_else(|| panic!("no {action}: {actions:?}"))["needs"];
    let mut needs = needs.as_array().expect("needs").iter();
    needs.find(|need| need["member"] == member).expect("a need")
}

#[test]
fn a_stage_in_a_foreach_is_there_once_for_each_branch() {
    let office = Office::new();
    let case = replied(&office);
    let api = Api::of_office(&office);

    let body = api
        .get("li.wenjing", &format!("/api/v1/cases/{case}"))
        .expect(200);

    let intake = at(&body["stages"], "intake[hn-civil]");
    assert_eq!(intake["id"], "intake");
    assert_eq!(intake["status"], "open");
    assert_eq!(
        intake["branch"],
        json!({"key": "hn-civil", "label": "省民政厅", "place": "offices[hn-civil]"})
    );
    assert_eq!(
        at(&body["stages"], "in_use[hn-police]")["status"],
        "in_force"
    );
    assert_eq!(at(&body["stages"], "check")["branch"], json!(null));

    let police = at(&body["branches"], "offices[hn-police]");
    assert_eq!(police["block"], "offices");
    assert_eq!(police["label"], "省公安厅");
    assert_eq!(police["status"], "in_force");
    assert_eq!(police["answers"]["reply"], "同意提供核验接口");
    assert_eq!(police["answers"]["contact"], "13800000009");
    assert_eq!(at(&body["branches"], "review.safety")["status"], "passed");
    assert_eq!(at(&body["branches"], "review.safety")["label"], "安全审查");

    let task = at(&body["tasks"], "reply[hn-police]");
    assert_eq!(task["stage"], "reply");
    assert_eq!(task["title"], "答复（省公安厅）");
    assert_eq!(task["branch"]["key"], "hn-police");
    assert_eq!(at(&body["tasks"], "safety")["answers"]["risk"], "low");

    let clocks = body["clocks"].as_array().expect("clocks");
    let legal = clocks
        .iter()
        .find(|clock| clock["place"] == "intake[hn-civil]" && clock["law"].is_string());
    assert_eq!(legal.expect("a clock")["branch"]["label"], "省民政厅");

    let entry = &body["entries"][0];
    assert_eq!(entry["register"], "grants");
    assert_eq!(entry["branch"]["key"], "hn-police");
    assert_eq!(entry["status"], "agreed");
    assert_eq!(entry["values"]["until"], "2027-03-01");
}

#[test]
fn a_foreach_that_was_not_entered_shows_its_stages_once() {
    let office = Office::new();
    let case = filed(&office);
    let api = Api::of_office(&office);

    let body = api
        .get("li.wenjing", &format!("/api/v1/cases/{case}"))
        .expect(200);

    assert_eq!(at(&body["stages"], "intake")["status"], "to_come");
    assert_eq!(body["branches"], json!([]));
}

#[test]
fn the_inbox_names_the_branch_of_a_task() {
    let office = Office::new();
    asked(&office);
    let api = Api::of_office(&office);

    let tasks = api.get("yang.xuemei", "/api/v1/tasks").expect(200);

    let task = &tasks["items"][0];
    assert_eq!(task["title"], "受理（省民政厅）");
    assert_eq!(
        (&task["stage"], &task["place"]),
        (&json!("intake"), &json!("intake[hn-civil]"))
    );
    assert_eq!(task["branch"]["label"], "省民政厅");
}

#[test]
fn a_signal_is_offered_with_its_place_and_what_goes_with_it() {
    let office = Office::new();
    let case = replied(&office).to_string();
    let api = Api::of_office(&office);
    let body = api
        .get("li.wenjing", &format!("/api/v1/cases/{case}"))
        .expect(200);

    let options = &need(&body, "signal", "signal")["options"];
    let renew = &options[0];
    assert_eq!(renew["value"], "renew");
    assert_eq!(renew["title"], "申请续期");
    assert_eq!(renew["place"], "in_use[hn-police]");
    assert_eq!(renew["fills"], json!(["renew_until"]));

    let nothing = json!({"action": "signal", "signal": "renew", "stage": "in_use[hn-police]"});
    assert_eq!(api.act("li.wenjing", &case, &nothing).status, 422);
    let renewed = json!({
        "action": "signal", "signal": "renew", "stage": "in_use[hn-police]",
        "answers": {"renew_until": "2027-06-01"}, "comment": "项目延期",
    });
    let body = api.act("li.wenjing", &case, &renewed).expect(200);
    let police = at(&body["branches"], "offices[hn-police]");
    assert_eq!(police["answers"]["renew_until"], "2027-06-01");
    let unknown = json!({"action": "signal", "signal": "stop"});
    assert_eq!(api.act("li.wenjing", &case, &unknown).status, 422);
}

#[test]
fn a_manager_moves_the_run_and_holds_the_case_up_and_the_list_finds_it_by_its_status() {
    let office = Office::new();
    let case = asked(&office).to_string();
    let api = Api::of_office(&office);
    let path = format!("/api/v1/cases/{case}");
    let body = api.get("chen.siyuan", &path).expect(200);
    let to = need(&body, "jump", "to");
    let places = to["options"].as_array().expect("options");
    let reply = places
        .iter()
        .find(|place| place["value"] == "reply[hn-police]");
    assert_eq!(reply.expect("a place")["title"], "答复（省公安厅）");
    assert_eq!(need(&body, "jump", "comment")["required"], true);
    assert_eq!(need(&body, "suspend", "comment")["required"], true);

    let jump = json!({"action": "jump", "to": "reply[hn-police]", "comment": "已受理"});
    let body = api.act("chen.siyuan", &case, &jump).expect(200);
    assert_eq!(at(&body["stages"], "reply[hn-police]")["status"], "open");
    let suspend = json!({"action": "suspend", "comment": "等待核实"});
    let body = api.act("chen.siyuan", &case, &suspend).expect(200);
    assert_eq!(body["status"], "suspended");

    let listed = |status: &str| {
        let path = format!("/api/v1/cases?workflow=joint-reply&status={status}");
        let page = api.get("li.wenjing", &path).expect(200);
        page["items"].as_array().expect("items").len()
    };
    assert_eq!(
        (listed("suspended"), listed("open"), listed("in_force")),
        (1, 0, 0)
    );
    let body = api
        .act("chen.siyuan", &case, &json!({"action": "resume"}))
        .expect(200);
    assert_eq!(body["status"], "open");
    assert_eq!(
        api.get("li.wenjing", "/api/v1/cases?status=over").status,
        422
    );
}

#[test]
fn a_case_of_which_only_periods_of_use_are_open_is_in_force() {
    let office = Office::new();
    let case = replied(&office);
    office.does(case, "yang.xuemei", "approve");
    let reply = crate::support::joint::answers(json!({"reply": "同意"}));
    office
        .act(case, "guo.yulan", "approve", reply)
        .expect("replied");
    let api = Api::of_office(&office);

    let body = api
        .get("li.wenjing", &format!("/api/v1/cases/{case}"))
        .expect(200);

    assert_eq!(body["status"], "in_force");
    let listed = api
        .get("li.wenjing", "/api/v1/cases?status=in_force")
        .expect(200);
    assert_eq!(listed["items"][0]["id"], case.to_string());
}

#[test]
fn the_history_tells_of_branches_by_their_places() {
    let office = Office::new();
    let case = replied(&office);
    let api = Api::of_office(&office);

    let path = format!("/api/v1/cases/{case}/events");
    let history = api.get("li.wenjing", &path).expect(200);

    let items = history["items"].as_array().expect("items");
    let kinds: Vec<&str> = items
        .iter()
        .filter_map(|item| item["kind"].as_str())
        .collect();
    for kind in ["branch_opened", "waits", "recorded", "answers_changed"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let opened = items.iter().find(|item| {
        item["kind"] == "branch_opened" && item["parameters"]["id"] == "offices[hn-civil]"
    });
    assert_eq!(opened.expect("a branch")["parameters"]["part"], "hn-civil");
    assert!(
        !history.to_string().contains("13800000009"),
        "private answers are not told"
    );
}

#[test]
fn a_file_of_a_branch_is_not_given_to_the_other_departments() {
    use crate::support::api::PDF;
    let office = Office::new();
    let case = asked(&office);
    office.does(case, "yang.xuemei", "approve");
    let api = Api::of_office(&office);
    let file = api.upload("guo.yulan", &case.to_string(), &PDF).expect(201);
    let file = file["id"].as_str().expect("an id").to_owned();
    let task = task_at(&office, case, "reply[hn-civil]").0;
    let reply = json!({
        "action": "approve", "task": task,
        "answers": {"reply": "同意", "evidence": [file]},
    });
    api.act("guo.yulan", &case.to_string(), &reply).expect(200);

    let path = format!("/api/v1/attachments/{file}");
    let listed = |login: &str| {
        let body = api.get(login, &format!("/api/v1/cases/{case}")).expect(200);
        body["attachments"].as_array().expect("files").len()
    };
    for (login, status, files) in [
        ("guo.yulan", 200, 1),
        ("li.wenjing", 200, 1),
        ("liu.zhiqiang", 200, 1),
        ("zhao.ming", 404, 0),
    ] {
        assert_eq!(
            (api.get(login, &path).status, listed(login)),
            (status, files),
            "{login}"
        );
    }
}
