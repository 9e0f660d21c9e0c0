//! The main job through the API: file, sign four times, and what two people at once, repeats and drafts do.

use std::thread;

use huiqian::engine::Command;
use huiqian::services::cases::{By, Done};
use huiqian::services::drafts;
use huiqian::storage;
use serde_json::{Value, json};

use crate::support::api::{Api, PDF, SHARING, answers, open_task};
use crate::support::app::Fixture;
use crate::support::world::answers_of;

/// A case of [`SHARING`], filed by ann.
pub fn filed(api: &Api<'_>) -> Value {
    let body = json!({"workflow": "sharing", "answers": answers(), "submit": true});
    api.post("ann", "/api/v1/cases", &body).expect(201)
}

pub fn id(case: &Value) -> String {
    case["id"].as_str().expect("an id").to_owned()
}

pub fn sign(api: &Api<'_>, login: &str, case: &Value, action: &str, more: Value) -> Value {
    let mut body = json!({"action": action, "task": open_task(case), "revision": case["revision"]});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    api.act(login, &id(case), &body).expect(200)
}

pub fn statuses(case: &Value) -> Vec<String> {
    let stages = case["stages"].as_array().expect("stages");
    stages
        .iter()
        .map(|stage| {
            format!(
                "{} {}",
                stage["id"].as_str().unwrap_or_default(),
                stage["status"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn a_request_is_filed_and_signed_by_four_until_it_is_approved() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);

        let case = filed(&api);
        assert_eq!(case["status"], "open");
        assert_eq!(case["number"], "数享申〔2026〕1号");
        assert_eq!(case["version"], 1);
        assert_eq!(case["title"], "人口信息核验");
        assert_eq!(
            case["applicant"],
            json!({"login": "ann", "name": "ann先生"})
        );
        assert_eq!(
            statuses(&case),
            [
                "review open",
                "head to_come",
                "reply to_come",
                "intake to_come",
                "answer to_come"
            ]
        );
        assert_eq!(
            case["answers"]["phone"], "0371-65506886",
            "who filed it sees it"
        );
        let task = &case["tasks"][0];
        assert_eq!(task["offered_to"][0]["code"], "section_head@A");
        assert_eq!(task["due_at"], "2026-03-04T16:00:00Z");
        assert_eq!(case["clocks"][0]["law"], Value::Null);

        // Everybody finds it in their inbox and signs there.
        let inbox = api.get("bob", "/api/v1/tasks?state=open").expect(200);
        assert_eq!(inbox["items"][0]["case"]["id"], case["id"]);
        assert_eq!(inbox["next"], Value::Null);
        let case = sign(&api, "bob", &case, "approve", json!({"comment": "属实"}));
        let case = sign(&api, "cat", &case, "approve", json!({}));
        let clock = case["clocks"]
            .as_array()
            .and_then(|clocks| clocks.iter().find(|clock| clock["stage"] == "reply"));
        let clock = clock.expect("the statutory clock");
        assert_eq!(clock["law"], "《政务数据共享条例》第二十一条");
        assert_eq!(
            (&clock["state"], &clock["budget"], &clock["left"]),
            (&json!("running"), &json!("10wd"), &json!("10wd"))
        );
        let case = sign(&api, "pat", &case, "approve", json!({}));
        let offered = api
            .get("pat", &format!("/api/v1/cases/{}", id(&case)))
            .expect(200);
        let choose = offered["actions"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["action"] == "choose"))
            .expect("choose is offered");
        assert_eq!(choose["needs"][0]["options"][1]["value"], "refuse");
        assert_eq!(choose["needs"][0]["options"][1]["comment"], true);
        assert_eq!(choose["needs"][1]["options"][0]["value"], "conditions");
        let done = sign(
            &api,
            "pat",
            &case,
            "choose",
            json!({"choice": "agree", "answers": {"conditions": "不得转给第三方"}}),
        );

        assert_eq!(
            (&done["status"], &done["outcome"]),
            (&json!("ended"), &json!("approved"))
        );
        assert_eq!(done["end"], json!({"id": "approved", "title": "已办结"}));
        assert_eq!(done["answers"]["conditions"], "不得转给第三方");
        assert!(
            statuses(&done)
                .iter()
                .all(|stage| stage.ends_with("passed"))
        );
        assert_eq!(done["tasks"][0]["comment"], "属实");
        assert_eq!(done["tasks"][0]["by"]["login"], "bob");
        let left: Vec<_> = done["actions"].as_array().into_iter().flatten().collect();
        assert!(
            left.iter().all(|action| action["action"] == "copy"),
            "only copies are given of what has ended: {left:?}"
        );

        let history = api
            .get("ann", &format!("/api/v1/cases/{}/events", id(&done)))
            .expect(200);
        let events = history["items"].as_array().expect("events");
        assert_eq!(events[0]["kind"], "submitted");
        assert_eq!(events[0]["parameters"]["applicant"], "ann");
        assert_eq!(events[0]["parameters"]["private"], json!(["phone"]));
        assert_eq!(events[0]["channel"], "api");
        assert!(!history.to_string().contains("65506886"), "{history}");
        for (place, event) in events.iter().enumerate() {
            assert_eq!(event["seq"], place as i64 + 1);
            assert_eq!(event["hash"].as_str().map(str::len), Some(64));
        }
        let answered: Vec<&Value> = events
            .iter()
            .filter(|event| event["kind"] == "answered")
            .map(|event| &event["actor"]["login"])
            .collect();
        assert_eq!(answered, ["bob", "cat", "pat", "pat"]);

        let found = api
            .get(
                "ann",
                "/api/v1/cases?status=ended&workflow=sharing&q=%E6%A0%B8%E9%AA%8C",
            )
            .expect(200);
        assert_eq!(found["items"][0]["id"], done["id"]);
        let nothing = api.get("ann", "/api/v1/cases?status=open").expect(200);
        assert_eq!(nothing["items"], json!([]));
    });
}

#[test]
fn a_draft_is_kept_as_typed_and_submitted_when_it_is_complete() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let typed = json!({"subject": "  ", "purpose": "短", "amount": "十"});

        let draft = api
            .post(
                "ann",
                "/api/v1/cases",
                &json!({"workflow": "sharing", "answers": typed}),
            )
            .expect(201);
        let path = format!("/api/v1/cases/{}", id(&draft));

        assert_eq!(draft["status"], "draft");
        assert_eq!(draft["number"], Value::Null);
        assert_eq!(draft["answers"], typed, "nothing typed is lost");
        let fields: Vec<&str> = draft["problems"]
            .as_array()
            .expect("problems")
            .iter()
            .filter_map(|problem| problem["field"].as_str())
            .collect();
        for field in ["state_secret", "subject", "purpose", "phone", "amount"] {
            assert!(fields.contains(&field), "{field} in {fields:?}");
        }
        assert_eq!(api.get("bob", &path).problem(404), "not-found");
        assert_eq!(
            api.act("ann", &id(&draft), &json!({"action": "submit"}))
                .problem(422),
            "answers"
        );

        let saved = api
            .put(
                "ann",
                &format!("{path}/answers"),
                &json!({"answers": answers(), "revision": draft["revision"]}),
            )
            .expect(200);
        assert_eq!(saved["revision"], 2);
        let again = json!({"answers": {"amount": null}, "revision": 1});
        let stale = api
            .put("ann", &format!("{path}/answers"), &again)
            .expect(409);
        assert_eq!(
            (&stale["code"], &stale["revision"]),
            (&json!("stale"), &json!(2))
        );
        let saved = api
            .put(
                "ann",
                &format!("{path}/answers"),
                &json!({"answers": {"amount": null}}),
            )
            .expect(200);
        assert_eq!(saved["problems"], json!([]));
        let file = api.upload("ann", &id(&draft), &PDF).expect(201);
        assert_eq!(file["name"], "依据.pdf");

        let case = api
            .act(
                "ann",
                &id(&draft),
                &json!({"action": "submit", "answers": {"papers": [file["id"]]}, "revision": saved["revision"]}),
            )
            .expect(200);

        assert_eq!(
            (&case["status"], &case["id"]),
            (&json!("open"), &draft["id"])
        );
        assert_eq!(case["attachments"][0]["id"], file["id"]);
        let bytes = api.get(
            "bob",
            &format!(
                "/api/v1/attachments/{}",
                file["id"].as_str().expect("an id")
            ),
        );
        assert_eq!(bytes.bytes, PDF.bytes);
        assert_eq!(
            bytes.header("content-disposition"),
            "attachment; filename*=UTF-8''%E4%BE%9D%E6%8D%AE%2Epdf"
        );
        assert_eq!(
            api.put("ann", &format!("{path}/answers"), &json!({"answers": {}}))
                .problem(409),
            "not-editable",
            "a submitted request cannot be changed"
        );
    });
}

#[test]
fn a_stop_check_keeps_nothing() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let mut secret = answers();
        secret["state_secret"] = json!(true);

        let refused = api.post(
            "ann",
            "/api/v1/cases",
            &json!({"workflow": "sharing", "answers": secret}),
        );
        assert_eq!(refused.problem(422), "stopped");

        let draft = api
            .post(
                "ann",
                "/api/v1/cases",
                &json!({"workflow": "sharing", "answers": answers()}),
            )
            .expect(201);
        let path = format!("/api/v1/cases/{}", id(&draft));
        let stopped = api.put(
            "ann",
            &format!("{path}/answers"),
            &json!({"answers": {"state_secret": true}}),
        );
        assert_eq!(stopped.problem(422), "stopped");
        assert_eq!(api.get("ann", &path).problem(404), "not-found");
    });
}

#[test]
fn a_repeated_request_gets_the_first_answer() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let post = |login: &str, path: &str, key: &str, body: &Value| {
            api.json(login, "POST", path, &[("Idempotency-Key", key)], body)
        };
        let cases = "/api/v1/cases";

        for submit in [true, false] {
            let body = json!({"workflow": "sharing", "answers": answers(), "submit": submit});
            let key = format!("create-{submit}");
            let first = post("ann", cases, &key, &body);
            assert_eq!(first.header("idempotent-replayed"), "");
            let first = first.expect(201);
            let again = post("ann", cases, &key, &body);
            assert_eq!(again.header("idempotent-replayed"), "true");
            assert_eq!(again.expect(201), first);
            let other = json!({"workflow": "sharing", "answers": {}, "submit": submit});
            assert_eq!(post("ann", cases, &key, &other).problem(422), "key-reused");
        }
        let listed = api.get("ann", cases).expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));

        let case = filed(&api);
        let path = format!("/api/v1/cases/{}/actions", id(&case));
        let approve = json!({"action": "approve", "task": 1});
        let first = post("bob", &path, "k", &approve).expect(200);
        let again = post("bob", &path, "k", &approve);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.expect(200)["revision"], first["revision"]);
        assert_eq!(
            post("cat", &path, "k", &json!({"action": "approve", "task": 2})).status,
            200,
            "a key belongs to one person"
        );
        let elsewhere = format!("/api/v1/cases/{}/actions", id(&filed(&api)));
        assert_eq!(
            post("bob", &elsewhere, "k", &approve).problem(422),
            "key-reused",
            "and to one address"
        );

        let draft = api
            .post("ann", cases, &json!({"workflow": "sharing"}))
            .expect(201);
        let path = format!("/api/v1/cases/{}/attachments", id(&draft));
        let upload = || {
            let headers = [
                ("Content-Type", "multipart/form-data; boundary=edge"),
                ("Idempotency-Key", "file"),
            ];
            api.send("ann", "POST", &path, &headers, &PDF.body())
                .expect(201)
        };
        assert_eq!(upload()["id"], upload()["id"]);
        let draft = api
            .get("ann", &format!("/api/v1/cases/{}", id(&draft)))
            .expect(200);
        assert_eq!(draft["attachments"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn the_same_request_sent_many_times_at_once_is_done_once() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let by = By {
            key: Some(("k".into(), "digest".into())),
            ..fixture.by("ann")
        };
        let submit = || {
            Some(Command {
                action: "submit".into(),
                ..Command::default()
            })
        };
        let create = || {
            let filled = answers_of(answers());
            drafts::create(&fixture.app, &by, "sharing", filled, submit()).expect("answered")
        };
        let at_once = || -> Vec<Done> {
            thread::scope(|scope| {
                let sent: Vec<_> = (0..8).map(|_| scope.spawn(create)).collect();
                let sent = sent.into_iter();
                sent.map(|one| one.join().expect("no panic")).collect()
            })
        };

        let told = at_once();

        let first: Vec<&Done> = told.iter().filter(|done| !done.repeated).collect();
        assert_eq!(first.len(), 1, "{told:?}");
        assert!(told.iter().all(|done| done.ulid == first[0].ulid));
        let cases = fixture.app.db.read(storage::cases::count);
        assert_eq!(cases.expect("counted"), 1);
        let next = fixture.file("ann", "sharing", answers());
        let number = fixture.case(next).number;
        assert!(number.is_some_and(|number| number.ends_with("2号")));
    });
}

#[test]
fn who_comes_second_is_told_who_was_first_and_others_do_not_conflict() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = filed(&api);
        let seen = case["revision"].clone();
        sign(&api, "bob", &case, "approve", json!({}));

        let second = json!({"action": "approve", "task": 1, "revision": seen});
        let late = api.act("bea", &id(&case), &second).expect(409);

        assert_eq!(late["code"], "moved-on");
        assert_eq!(late["revision"], 2);
        assert_eq!(late["happened"][0]["name"], "bob先生");
        assert_eq!(late["happened"][0]["kind"], "answered");
        assert_eq!(
            late["detail"],
            "bob先生在 2026-03-02 09:00 刚提交了意见。请看后再办。"
        );
        let english = api
            .json(
                "bea",
                "POST",
                &format!("/api/v1/cases/{}/actions", id(&case)),
                &[("Accept-Language", "en")],
                &json!({"action": "approve", "task": 1}),
            )
            .expect(409);
        assert_eq!(english["code"], "task-closed");
        assert_eq!(
            english["detail"],
            "Task 1 is closed. Look at the case again before you act. bob先生 gave an opinion at 2026-03-02 09:00. Look at the case again before you act."
        );

        // Somebody talks meanwhile: no conflict for whoever signs.
        let before = api
            .get("cat", &format!("/api/v1/cases/{}", id(&case)))
            .expect(200);
        api.act(
            "ann",
            &id(&case),
            &json!({"action": "comment", "comment": "请尽快"}),
        )
        .expect(200);
        sign(&api, "cat", &before, "approve", json!({}));
    });
}

#[test]
fn a_task_may_be_named_by_number_or_id_and_nothing_else() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let case = filed(&api);

    for (task, code) in [
        (json!(9), "unknown-task"),
        (json!("01J00000000000000000000000"), "bad-request"),
        (json!("x"), "bad-request"),
        (json!(-1), "wrong-type"),
        (json!(1.5), "wrong-type"),
        (json!([1]), "wrong-type"),
        (json!(null), "task-missing"),
    ] {
        let body = json!({"action": "approve", "task": task});
        assert_eq!(
            api.act("bob", &id(&case), &body).problem(422),
            code,
            "{task}"
        );
    }
    let by_id = json!({"action": "approve", "task": case["tasks"][0]["id"]});
    assert_eq!(api.act("bob", &id(&case), &by_id).status, 200);
}
