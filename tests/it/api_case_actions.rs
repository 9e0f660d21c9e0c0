//! Actions on a case as a whole through the API, on both databases: what they need, what they answer, who is told.

use huiqian::engine::{Channel, Input};
use huiqian::services::cases::By;
use huiqian::services::{audit, drafts};
use serde_json::json;

use crate::support::api::{Api, PDF, SHARING, answers};
use crate::support::app::Fixture;
use crate::support::definitions::with_stages;

/// A case filed by `ann` that waits for the section heads of A.
fn filed(api: &Api<'_>) -> String {
    let body = json!({"workflow": "sharing", "answers": answers(), "submit": true});
    let case = api.post("ann", "/api/v1/cases", &body).expect(201);
    case["id"].as_str().expect("an id").to_owned()
}

/// The subject of somebody's latest mail.
fn last_subject(fixture: &Fixture, login: &str) -> String {
    let mail = fixture.mails_to(login).pop();
    mail.map(|mail| mail.mail.subject).unwrap_or_default()
}

#[test]
fn urging_reminds_by_mail_and_says_from_when_on_it_may_be_repeated() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = filed(&api);
        fixture.deliver();
        let urge = json!({"action": "urge", "comment": "较急"});

        let body = api.act("ann", &case, &urge).expect(200);

        assert!(last_subject(fixture, "bob").starts_with("【催办】"));
        let offered = body["actions"].as_array().expect("actions");
        assert!(offered.iter().all(|offered| offered["action"] != "urge"));
        let again = api.act("adi", &case, &urge);
        let detail = again.json["detail"].as_str().expect("a sentence");
        assert!(detail.contains("2026-03-02 11:00"), "{detail}");
        assert_eq!(again.problem(409), "urged-already");
    });
}

#[test]
fn a_copy_lets_people_read_tells_them_by_mail_and_notes_when_they_did() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = filed(&api);
        let path = format!("/api/v1/cases/{case}");
        assert_eq!(api.get("dan", &path).problem(404), "not-found");
        let copy = json!({"action": "copy", "people": ["dan"], "comment": "请了解"});

        let body = api.act("bob", &case, &copy).expect(200);

        assert_eq!(
            body["copies"],
            json!([{
                "person": {"login": "dan", "name": "dan先生"},
                "stage": null,
                "by": {"login": "bob", "name": "bob先生"},
                "at": "2026-03-02T01:00:00Z",
                "read_at": null,
            }])
        );
        let mail = fixture.mails_to("dan").pop().expect("a mail").mail;
        assert!(mail.subject.starts_with("【抄送】"), "{}", mail.subject);
        assert!(mail.text.contains("抄送人：bob先生"), "{}", mail.text);
        let seen = api.get("dan", &path).expect(200);
        assert_eq!(
            seen["answers"]["phone"],
            json!(null),
            "private answers stay private"
        );
        let actions = seen["actions"].as_array().expect("actions");
        assert!(actions.iter().all(|one| one["action"] == "comment"));

        let id = fixture.case_id(case.parse().expect("an id"));
        let dan = fixture.id("dan");
        huiqian::services::lists::mark_read(&fixture.app, dan, id).expect("noted");

        let read = api.get("bob", &path).expect(200);
        assert_eq!(read["copies"][0]["read_at"], "2026-03-02T01:00:00Z");
        let nobody = json!({"action": "copy", "people": []});
        assert_eq!(
            api.act("bob", &case, &nobody).problem(422),
            "people-missing"
        );
    });
}

#[test]
fn what_nobody_can_act_on_is_listed_for_whoever_names_a_holder() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = filed(&api);
        let vacant = |login: &str| api.get(login, "/api/v1/tasks?state=vacant");
        assert_eq!(vacant("adi").expect(200)["items"], json!([]));
        assert_eq!(vacant("cat").problem(403), "forbidden");

        api.act("bob", &case, &json!({"action": "claim", "task": 1}))
            .expect(200);
        fixture.deactivate("bob");
        assert_eq!(vacant("adi").expect(200)["items"], json!([]), "bea is left");
        fixture.deactivate("bea");

        let listed = vacant("adi").expect(200);
        let items = listed["items"].as_array().expect("items");
        assert_eq!(items.len(), 1, "{listed}");
        assert_eq!(items[0]["case"]["id"], json!(case));
        let give = json!({"action": "reassign", "task": 1, "person": "dan", "comment": "人员离职"});
        api.act("adi", &case, &give).expect(200);

        assert_eq!(vacant("adi").expect(200)["items"], json!([]));
        let inbox = api.get("dan", "/api/v1/tasks").expect(200);
        assert_eq!(inbox["items"][0]["case"]["id"], json!(case));
    });
}

#[test]
fn a_revision_that_was_given_to_somebody_else_is_written_and_sent_by_them() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = filed(&api);
        let back = json!({"action": "return", "task": 1, "to": "applicant", "comment": "请改"});
        api.act("bob", &case, &back).expect(200);
        let give =
            json!({"action": "reassign", "task": 2, "person": "dan", "comment": "申请人离岗"});
        api.act("adi", &case, &give).expect(200);

        let path = format!("/api/v1/cases/{case}/answers");
        let answers = json!({"answers": {"subject": "人口信息核验（修改）"}});
        assert_eq!(api.put("ann", &path, &answers).status, 409);
        api.put("dan", &path, &answers).expect(200);
        let body = api.get("dan", &format!("/api/v1/cases/{case}")).expect(200);
        assert_eq!(body["draft"]["answers"]["subject"], "人口信息核验（修改）");
        let sent = api
            .act("dan", &case, &json!({"action": "submit", "task": 2}))
            .expect(200);

        assert_eq!(sent["answers"]["subject"], "人口信息核验（修改）");
    });
}

#[test]
fn a_void_approval_keeps_its_outcome_and_says_since_when_it_does_not_hold() {
    Fixture::each(|fixture| {
        let yaml = with_stages("  - {stage: review, title: 审核, who: section_head@applicant}");
        let case = fixture.filed(&yaml);
        fixture
            .on("bob", case, "approve", "review")
            .expect("approved");
        let api = Api::of(fixture);
        let case = case.to_string();
        fixture.deliver();
        fixture.advance(chrono::TimeDelta::days(3));

        let void = json!({"action": "void", "comment": "材料失实"});
        let body = api.act("adi", &case, &void).expect(200);

        assert_eq!(body["status"], "ended");
        assert_eq!(body["outcome"], "approved");
        assert_eq!(body["voided_at"], "2026-03-05T01:00:00Z");
        for login in ["ann", "bob", "bea"] {
            let subject = last_subject(fixture, login);
            assert!(subject.starts_with("【办结】已作废"), "{login}: {subject}");
        }
        let mail = fixture.mails_to("bob").pop().expect("a mail").mail;
        assert!(mail.text.contains("这件申请请您办理过"), "{}", mail.text);
        assert_eq!(api.act("adi", &case, &void).problem(409), "case-closed");
    });
}

/// A review in three working days, which the head may extend by five.
fn extendable() -> String {
    with_stages(
        "  - stage: review
    title: 审核
    who: section_head@applicant
    due: {in: 3wd, extend: {max: 5wd, by: share_office_head@applicant, due: 1wd}}",
    )
}

#[test]
fn more_time_is_asked_for_decided_and_told_with_the_new_date() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&extendable()).to_string();
        let api = Api::of(fixture);
        let before = api.get("bob", &format!("/api/v1/cases/{case}")).expect(200);
        let offered = before["actions"].as_array().expect("actions");
        let extend = offered.iter().find(|one| one["action"] == "extend");
        let needs = &extend.expect("offered")["needs"];
        assert_eq!(needs[0]["options"][0]["title"], "5 个工作日");
        let ask = |time: &str| json!({"action": "extend", "task": 1, "time": time, "comment": "材料较多"});
        assert_eq!(api.act("bob", &case, &ask("9wd")).problem(422), "no-amount");

        let asked = api.act("bob", &case, &ask("2wd")).expect(200);

        assert_eq!(asked["clocks"][0]["asked"], "2wd");
        let mail = fixture.mails_to("cat").pop().expect("a mail").mail;
        assert!(
            mail.subject.starts_with("【待办】请审批延期"),
            "{}",
            mail.subject
        );
        let inbox = api.get("cat", "/api/v1/tasks").expect(200);
        assert_eq!(inbox["items"][0]["asks"], "extension");
        assert_eq!(inbox["items"][0]["due_at"], "2026-03-03T16:00:00Z");

        let granted = api
            .act(
                "cat",
                &case,
                &json!({"action": "grant_extension", "task": 2}),
            )
            .expect(200);

        let clock = &granted["clocks"][0];
        assert_eq!(
            (&clock["budget"], &clock["extended"]),
            (&json!("5wd"), &json!("2wd"))
        );
        assert_eq!(clock["deadline"], "2026-03-09T16:00:00Z");
        for login in ["ann", "bob"] {
            let mail = fixture.mails_to(login).pop().expect("a mail").mail;
            assert!(
                mail.subject.starts_with("【延期】期限延长 2 个工作日"),
                "{login}: {}",
                mail.subject
            );
            assert!(
                mail.text.contains("3月9日（周一）24:00 前"),
                "{}",
                mail.text
            );
        }
        let inbox = api.get("bob", "/api/v1/tasks").expect(200);
        assert_eq!(
            inbox["items"][0]["due_at"], "2026-03-09T16:00:00Z",
            "lists sort by it"
        );
    });
}

#[test]
fn more_time_that_is_refused_is_told_to_who_asked() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&extendable()).to_string();
        let api = Api::of(fixture);
        let ask = json!({"action": "extend", "task": 1, "time": "2wd", "comment": "材料较多"});
        api.act("bob", &case, &ask).expect(200);
        let refuse = json!({"action": "refuse_extension", "task": 2, "comment": "请按期办理"});

        api.act("cat", &case, &refuse).expect(200);

        assert!(last_subject(fixture, "bob").starts_with("【延期】未同意延期"));
        assert!(!last_subject(fixture, "ann").starts_with("【延期】"));
    });
}

#[test]
fn an_ended_case_is_submitted_again_from_a_draft_with_files_of_its_own() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let draft = json!({"workflow": "sharing", "answers": answers()});
        let draft = api.post("ann", "/api/v1/cases", &draft).expect(201);
        let case = draft["id"].as_str().expect("an id").to_owned();
        let file = api.upload("ann", &case, &PDF).expect(201);
        let papers = json!({"answers": {"papers": [file["id"]]}});
        api.put("ann", &format!("/api/v1/cases/{case}/answers"), &papers)
            .expect(200);
        api.act("ann", &case, &json!({"action": "submit"}))
            .expect(200);
        let again = json!({"action": "resubmit"});
        assert_eq!(api.act("ann", &case, &again).problem(403), "not-offered");
        api.act("ann", &case, &json!({"action": "withdraw"}))
            .expect(200);
        assert_eq!(api.act("bob", &case, &again).problem(403), "only-applicant");

        let new = api.act("ann", &case, &again).expect(200);

        assert_eq!(new["status"], "draft");
        assert_ne!(new["id"], json!(case));
        assert_eq!(new["answers"]["subject"], answers()["subject"]);
        assert_eq!(
            new["answers"]["phone"],
            answers()["phone"],
            "private ones too"
        );
        assert_eq!(new["problems"], json!([]));
        let copy = new["answers"]["papers"][0]
            .as_str()
            .expect("a file")
            .to_owned();
        assert_ne!(json!(copy), file["id"]);
        let id = new["id"].as_str().expect("an id");
        let filed = api.act("ann", id, &json!({"action": "submit"})).expect(200);
        assert_eq!(filed["attachments"][0]["id"], json!(copy));
        let bytes =
            |login: &str, file: &str| api.get(login, &format!("/api/v1/attachments/{file}"));
        assert_eq!(bytes("bob", &copy).status, 200);
        let old = file["id"].as_str().expect("an id");
        assert_eq!(bytes("ann", old).status, 200, "the old case keeps its own");
    });
}

#[test]
fn a_draft_of_a_case_that_is_given_up_takes_only_its_own_files_along() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let draft = json!({"workflow": "sharing", "answers": answers()});
        let draft = api.post("ann", "/api/v1/cases", &draft).expect(201);
        let case = draft["id"].as_str().expect("an id").to_owned();
        let file = api.upload("ann", &case, &PDF).expect(201);
        let papers = json!({"answers": {"papers": [file["id"]]}});
        api.put("ann", &format!("/api/v1/cases/{case}/answers"), &papers)
            .expect(200);
        api.act("ann", &case, &json!({"action": "submit"}))
            .expect(200);
        api.act("ann", &case, &json!({"action": "withdraw"}))
            .expect(200);
        let twice = |key: &str| {
            let headers = [
                ("Content-Type", "application/json"),
                ("Idempotency-Key", key),
            ];
            let path = format!("/api/v1/cases/{case}/actions");
            api.send("ann", "POST", &path, &headers, br#"{"action": "resubmit"}"#)
        };
        let new = twice("once").expect(200);
        assert_eq!(
            twice("once").expect(200)["id"],
            new["id"],
            "a repeat makes no second one"
        );

        let id: ulid::Ulid = new["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("an id");
        let by = By::person(fixture.id("ann"), Channel::Page);
        drafts::discard(&fixture.app, &by, id).expect("given up");

        let old = file["id"].as_str().expect("an id");
        assert_eq!(
            api.get("ann", &format!("/api/v1/attachments/{old}")).status,
            200
        );
        let copy = new["answers"]["papers"][0].as_str().expect("a file");
        assert_eq!(
            api.get("ann", &format!("/api/v1/attachments/{copy}"))
                .status,
            404
        );
    });
}

#[test]
fn a_verdict_that_is_taken_back_is_asked_for_again_and_whoever_was_next_is_told() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = filed(&api);
        let inbox = |login: &str| {
            let listed = api.get(login, "/api/v1/tasks").expect(200);
            let items = listed["items"].as_array().expect("items").clone();
            items
                .iter()
                .map(|item| item["stage"].as_str().expect("a stage").to_owned())
                .collect::<Vec<_>>()
        };
        api.act("bob", &case, &json!({"action": "approve", "task": 1}))
            .expect(200);
        fixture.deliver();
        assert_eq!(inbox("cat"), ["head"]);
        let token = fixture.link("cat");

        let body = api
            .act(
                "bob",
                &case,
                &json!({"action": "take_back", "comment": "看错了"}),
            )
            .expect(200);

        assert_eq!(body["tasks"][0]["state"], "open");
        assert_eq!(body["tasks"][0]["holder"]["login"], "bob");
        assert_eq!(body["tasks"][1]["state"], "cancelled");
        let history = api.get("cat", &format!("/api/v1/cases/{case}/events")).json;
        let items = history["items"].as_array().expect("a history");
        let taken_back = items.iter().find(|event| event["kind"] == "taken_back");
        let told = &taken_back.expect("told")["parameters"];
        assert_eq!(told["by"], "bob");
        assert!(
            told.get("before").is_none(),
            "the case says what is put back: {told}"
        );
        assert_eq!(
            (inbox("bob"), inbox("bea"), inbox("cat")),
            (vec!["review".to_owned()], vec![], vec![])
        );
        fixture.deliver();
        let mail = fixture.mails_to("cat").pop().expect("a mail").mail;
        assert!(mail.subject.starts_with("【无需办理】"), "{}", mail.subject);
        assert!(mail.text.contains("拿回"), "{}", mail.text);
        let link = huiqian::services::links::open(&fixture.app, &token);
        assert!(link.is_err(), "the link is dead");
        let again = json!({"action": "take_back"});
        assert_eq!(api.act("bob", &case, &again).problem(403), "not-offered");

        api.act("bob", &case, &json!({"action": "approve", "task": 1}))
            .expect(200);
        assert_eq!(inbox("cat"), ["head"]);
        api.act("cat", &case, &json!({"action": "approve", "task": 3}))
            .expect(200);
        assert_eq!(
            api.act("bob", &case, &again).problem(409),
            "too-late-to-take-back"
        );
        let report = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");
        assert_eq!(report.faults, []);
    });
}

#[test]
fn colleagues_who_need_not_sign_any_more_are_asked_again_when_it_is_taken_back() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&with_stages(
            "  - {stage: review, title: 会签, who: [section_head@applicant, share_office_head@applicant], sign: any}
  - {stage: last, title: 领导, who: legal_reviewer@applicant}",
        ));
        fixture
            .on("cat", case, "approve", "review")
            .expect("approved");
        fixture.deliver();

        fixture
            .act("cat", case, "take_back", Input::default())
            .expect("taken back");

        fixture.deliver();
        assert!(last_subject(fixture, "bob").starts_with("【待办】"));
        fixture
            .on("bob", case, "approve", "review")
            .expect("approved");
        let report = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");
        assert_eq!(report.faults, []);
    });
}
