//! A request of 省卫健委 to several departments at once: two reviews beside each other, then a branch per department.

use huiqian::engine::{Input, TaskId};
use serde_json::{Value, json};
use ulid::Ulid;

use super::office::{Office, object};

/// The definition.
pub const JOINT: &str = include_str!("joint.yaml");

/// Good answers, for 省公安厅 and 省民政厅.
pub fn joint_request() -> Value {
    json!({
        "subject": "联合核验人口信息",
        "phone": "13800000001",
        "providers": ["hn-police", "hn-civil"],
        "until": "2027-03-01",
    })
}

/// Published and filed.
pub fn filed(office: &Office) -> Ulid {
    let key = office.publish(JOINT);
    office.file_by(&key, joint_request()).expect("filed")
}

/// As [`filed`], with both reviews done: the departments are asked.
pub fn asked(office: &Office) -> Ulid {
    let case = filed(office);
    office.does(case, "zhang.huimin", "approve");
    let risk = answers(json!({"risk": "low"}));
    office.act(case, "song.jia", "approve", risk).expect("safe");
    office.does(case, "wu.min", "approve");
    case
}

/// As [`asked`], and 省公安厅 has replied.
pub fn replied(office: &Office) -> Ulid {
    let case = asked(office);
    office.does(case, "zhao.ming", "approve");
    let reply =
        json!({"reply": "同意提供核验接口", "contact": "13800000009", "helper": "zhao.ming"});
    office
        .act(case, "zheng.guoqiang", "approve", answers(reply))
        .expect("replied");
    case
}

/// What is filled in, and nothing else.
pub fn answers(value: Value) -> Input {
    Input {
        answers: Some(object(value)),
        ..Input::default()
    }
}

/// The open task at a place.
pub fn task_at(office: &Office, case: Ulid, place: &str) -> TaskId {
    let case = office.case(case);
    let found = case.open_tasks().find(|task| task.stage == place);
    found
        .unwrap_or_else(|| panic!("nothing is open at {place}"))
        .id
}
