//! Actions on a case as a whole through the API, on both databases: what they need, what they answer, who is told.

use serde_json::json;

use crate::support::api::{Api, SHARING, answers};
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
