//! Erasing personal information, on both databases: what goes, what stays, who may, and that the record holds.

use std::collections::BTreeSet;

use diesel::{QueryableByName, RunQueryDsl};
use huiqian::engine::{Event, Input, Rejection};
use huiqian::services::{Error, Viewer, audit, drafts, seen};
use huiqian::storage::{opinions, personal_values};
use serde_json::{Value, json};
use ulid::Ulid;

use crate::support::api::Api;
use crate::support::app::{Fixture, reason};
use crate::support::office::{object, request};
use crate::support::visitor::Site;
use crate::support::world::with_form;

const PHONE: &str = "13800138000";

fn definition() -> String {
    with_form(
        "{id: note, type: text, label: 说明}
{id: phone, type: phone, label: 联系电话, private: true}
{id: spare, type: phone, label: 备用电话, private: true}
{id: users, type: table, label: 使用人员, columns: [{id: name, type: text, label: 姓名, private: true}, {id: post, type: text, label: 岗位}]}
{id: contact, type: text, label: 答复人, private: true}",
        "  - {stage: review, title: 审核, who: section_head@applicant, fills: [contact], return: {to: [applicant]}}",
    )
}

fn answers() -> Value {
    json!({
        "note": "公开的内容", "phone": PHONE, "spare": "13900139000",
        "users": [{"name": "张三丰", "post": "数据员"}, {"name": "李四光", "post": "档案员"}],
    })
}

fn filed(fixture: &Fixture) -> Ulid {
    let key = fixture.publish(&definition());
    fixture.file("ann", &key, answers())
}

/// What somebody erases, having confirmed it.
fn named(fields: &[&str]) -> Input {
    Input {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        confirmed: true,
        ..reason("本人申请删除")
    }
}

fn seen_by(fixture: &Fixture, login: &str, case: Ulid) -> seen::Seen {
    let (app, person) = (&fixture.app, fixture.id(login));
    let viewer = app.db.read(|conn| {
        let directory = app.directory(conn)?;
        Ok::<_, Error>(Viewer::of(&directory, person, fixture.clock_now()))
    });
    let viewer = viewer.expect("read").expect("somebody");
    seen::see(app, &viewer, case).expect("seen")
}

fn faults(fixture: &Fixture) -> Vec<String> {
    let report = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");
    let faults = report.faults.iter();
    faults
        .map(|fault| format!("{:?} {}", fault.seq, fault.what.code()))
        .collect()
}

#[test]
fn a_value_goes_and_its_neighbours_and_the_record_stay() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let before = seen_by(fixture, "bob", case).chain;

        fixture
            .act("adm", case, "erase", named(&["phone", "users.0.name"]))
            .expect("erased");

        let seen = seen_by(fixture, "bob", case);
        let shown = seen.answers_at("", None);
        assert_eq!(shown.get("phone"), None);
        assert_eq!(shown["spare"], "13900139000");
        assert_eq!(
            shown["users"],
            json!([{"post": "数据员"}, {"name": "李四光", "post": "档案员"}])
        );
        let erased = seen.running.case.erased_answers();
        let names: Vec<String> = erased.iter().map(|one| one.key()).collect();
        assert_eq!(names, ["phone", "users.0.name"]);
        assert_eq!(seen.chain[..before.len()], before[..], "nothing before it");
        assert_eq!(faults(fixture), [""; 0]);
    });
}

#[test]
fn the_record_says_who_erased_what_and_why_and_never_what_it_said() {
    Fixture::each(|fixture| {
        let case = filed(fixture);

        fixture
            .act("adm", case, "erase", named(&["phone"]))
            .expect("erased");

        let seen = seen_by(fixture, "adm", case);
        let last = seen.history.last().expect("an event");
        assert_eq!(last.actor, Some(fixture.id("adm")));
        let Event::Erased {
            values, comment, ..
        } = &last.body.event
        else {
            panic!("{:?}", last.body.event);
        };
        assert_eq!((values.len(), &*values[0].path), (1, "phone"));
        assert_eq!(comment, "本人申请删除");
        let mut export = Vec::new();
        audit::export::write(&fixture.app.db, &mut export).expect("exported");
        let export = String::from_utf8(export).expect("text");
        assert!(export.contains("\"erased\"") && !export.contains(PHONE));
    });
}

#[test]
fn what_had_stood_there_earlier_goes_too() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let back = Input {
            to: Some("applicant".into()),
            ..reason("请改")
        };
        fixture
            .on_with("bob", case, "return", "review", back)
            .expect("returned");
        let mut revised = answers();
        revised["phone"] = json!("13700137000");
        revised["users"] = json!([{"name": "李四光", "post": "档案员"}]);
        let input = Input {
            answers: Some(object(revised)),
            ..Input::default()
        };
        fixture
            .on_with("ann", case, "submit", "applicant", input)
            .expect("revised");

        fixture
            .act("adm", case, "erase", named(&["phone", "users"]))
            .expect("erased");

        let id = fixture.case_id(case);
        let kept = fixture.read(move |conn| personal_values::of_case(conn, id));
        let left: BTreeSet<&str> = kept
            .iter()
            .filter(|value| value.envelope.is_some() || value.salt.is_some())
            .map(|value| value.field.as_str())
            .collect();
        assert_eq!(left, BTreeSet::from(["spare"]));
        assert!(4 < kept.len(), "earlier versions were there");
        assert_eq!(faults(fixture), [""; 0]);
    });
}

#[test]
fn a_verdict_that_is_taken_back_brings_no_erased_value_back() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let first = Input {
            answers: Some(object(json!({"contact": "王五"}))),
            ..Input::default()
        };
        fixture
            .on_with("bob", case, "approve", "review", first)
            .expect("approved");
        fixture
            .act("adm", case, "erase", named(&["contact"]))
            .expect("erased, though the case has ended");

        let seen = seen_by(fixture, "bob", case);
        assert_eq!(seen.answers_at("", None).get("contact"), None);
        assert_eq!(faults(fixture), [""; 0]);
        assert_eq!(
            fixture
                .act("adm", case, "erase", named(&["contact"]))
                .map(|done| done.revision)
                .map_err(|error| error.to_string()),
            Err(Rejection::NothingToErase("contact".into()).to_string())
        );
    });
}

#[test]
fn what_is_typed_and_not_given_yet_is_stripped_of_it() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let typed = |login: &str, contact: &str| {
            let input = Input {
                answers: Some(object(json!({"contact": contact}))),
                ..reason("拟同意")
            };
            fixture
                .on_with(login, case, "save_draft", "review", input)
                .expect("saved");
        };
        typed("bob", "王五");
        let given = Input {
            answers: Some(object(json!({"contact": "赵六"}))),
            to: Some("applicant".into()),
            ..reason("请改")
        };
        // A return fills nothing in, so the answer comes by approval in the next round.
        fixture
            .on_with(
                "bea",
                case,
                "return",
                "review",
                Input {
                    answers: None,
                    ..given
                },
            )
            .expect("returned");
        let by = fixture.by("ann");
        drafts::open(&fixture.app, &by, case).expect("a revision is begun");
        let id = fixture.case_id(case);

        fixture
            .act("adm", case, "erase", named(&["phone"]))
            .expect("erased");

        let (revision, answers) = drafts::revision_of(&fixture.app, &by, case)
            .expect("read")
            .expect("a revision");
        assert_eq!(revision, 2, "whoever writes it is told that it has changed");
        assert_eq!(answers.get("phone"), None);
        assert_eq!(answers["spare"], "13900139000");
        let opinions = fixture.read(move |conn| opinions::of_case(conn, id));
        assert_eq!(opinions.len(), 1);
        assert!(opinions[0].1.sealed.is_some(), "another field's is left");
    });
}

#[test]
fn the_draft_of_a_second_filing_is_stripped_of_it() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        fixture
            .act("ann", case, "withdraw", Input::default())
            .expect("withdrawn");
        let again = fixture
            .act("ann", case, "resubmit", Input::default())
            .expect("a draft");

        fixture
            .act("adm", case, "erase", named(&["phone", "users.1.name"]))
            .expect("erased");

        let open = drafts::open(&fixture.app, &fixture.by("ann"), again.ulid).expect("open");
        assert_eq!(open.answers.get("phone"), None);
        assert_eq!(
            open.answers["users"],
            json!([{"name": "张三丰", "post": "数据员"}, {"post": "档案员"}])
        );
    });
}

#[test]
fn only_who_manages_the_case_may_and_never_unasked() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let rejected = |login: &str, input: Input| {
            let done = fixture.act(login, case, "erase", input);
            match done.expect_err("refused") {
                Error::Rejected(rejection) => rejection,
                other => panic!("{other}"),
            }
        };

        for login in ["bob", "eve"] {
            let refused = rejected(login, named(&["phone"]));
            assert_eq!(refused, Rejection::MissingPost("workflow_admin".into()));
        }
        assert_eq!(rejected("ann", named(&["phone"])), Rejection::Excluded);
        let unconfirmed = Input {
            confirmed: false,
            ..named(&["phone"])
        };
        assert_eq!(rejected("adm", unconfirmed), Rejection::EraseUnconfirmed);
        let silent = Input {
            comment: None,
            ..named(&["phone"])
        };
        assert_eq!(
            rejected("adm", silent),
            Rejection::CommentMissing("erase".into())
        );
        assert_eq!(rejected("adm", named(&[])), Rejection::NothingNamed);
        for open in ["note", "users.0.post", "nothing"] {
            assert_eq!(
                rejected("adm", named(&[open])),
                Rejection::NothingToErase(open.into())
            );
        }
        let telling = Input {
            comment: Some(format!("删除电话{PHONE}")),
            ..named(&["phone"])
        };
        assert_eq!(rejected("adm", telling), Rejection::ReasonTells);
        let shown = seen_by(fixture, "bob", case).answers_at("", None);
        assert_eq!(shown["phone"], PHONE, "nothing has happened");
        assert_eq!(faults(fixture), [""; 0]);
    });
}

#[test]
fn the_interface_offers_it_and_forgets_what_was_sent() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&definition());
        let api = Api::of(fixture);
        let body = json!({"workflow": key, "answers": answers(), "submit": true});
        let sent = serde_json::to_vec(&body).expect("a body");
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "first"),
        ];
        let post = || api.send("ann", "POST", "/api/v1/cases", &headers, &sent);
        let case = post().expect(201)["id"].as_str().expect("an id").to_owned();
        assert_eq!(post().expect(201)["id"], case, "the same answer again");
        let offered = api.get("adm", &format!("/api/v1/cases/{case}")).expect(200);
        let erase = offered["actions"]
            .as_array()
            .expect("actions")
            .iter()
            .find(|offered| offered["action"] == "erase")
            .expect("offered");
        let names: Vec<&Value> = erase["needs"][0]["options"]
            .as_array()
            .expect("options")
            .iter()
            .map(|option| &option["title"])
            .collect();
        assert_eq!(
            names,
            [
                "联系电话",
                "备用电话",
                "使用人员，第 1 行，姓名",
                "使用人员，第 2 行，姓名"
            ]
        );

        let body = json!({
            "action": "erase", "fields": ["phone"], "comment": "本人申请", "confirmed": true,
        });
        let sent = serde_json::to_vec(&body).expect("a body");
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "gone"),
        ];
        let path = format!("/api/v1/cases/{case}/actions");
        let erase = || api.send("adm", "POST", &path, &headers, &sent).expect(200);
        let after = erase();

        assert_eq!(erase()["revision"], after["revision"], "it is repeated");
        assert_eq!(after["erased"], json!(["phone"]));
        assert_eq!(after["answers"].get("phone"), None);
        assert_eq!(
            post().problem(422),
            "key-reused",
            "a repeat is not done a second time, though nobody knows what it said"
        );
        let events = api.get("bob", &format!("/api/v1/cases/{case}/events"));
        let events = events.expect(200).to_string();
        assert!(events.contains("\"erased\"") && !events.contains(PHONE));
    });
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    found: i64,
}

#[test]
fn nothing_of_it_is_in_what_is_searched_sent_or_told() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        fixture
            .act("adm", case, "erase", named(&["phone"]))
            .expect("erased");
        fixture.deliver();

        // Both halves of every pair that a search would look for.
        let questions = [
            "SELECT COUNT(*) AS found FROM search_terms WHERE term IN ('13', '38', '80', '01')",
            "SELECT COUNT(*) AS found FROM outbox WHERE CAST(params AS TEXT) LIKE '%13800138000%'",
            "SELECT COUNT(*) AS found FROM mailbox WHERE CAST(text AS TEXT) LIKE '%13800138000%'",
            "SELECT COUNT(*) AS found FROM events WHERE CAST(body AS TEXT) LIKE '%13800138000%'",
            "SELECT COUNT(*) AS found FROM cases WHERE CAST(snapshot AS TEXT) LIKE '%13800138000%'",
        ];
        for question in questions {
            let found = fixture
                .read(move |conn| Ok(diesel::sql_query(question).get_result::<Found>(conn)?));
            assert_eq!(found.found, 0, "{question}");
        }
    });
}

#[test]
fn a_value_that_is_gone_without_an_event_is_found() {
    Fixture::each(|fixture| {
        let case = filed(fixture);
        let id = fixture.case_id(case);
        let kept = fixture.read(move |conn| personal_values::of_case(conn, id));
        let (ulid, now) = (kept[0].ulid, fixture.clock_now());

        assert!(fixture.write(move |conn| personal_values::erase(conn, ulid, now)));

        assert_eq!(faults(fixture), ["Some(1) private"]);
    });
}

#[test]
fn the_page_asks_twice_and_says_what_goes_and_stays() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let applicant = site.visitor("li.wenjing");
    assert_eq!(applicant.get(&format!("/c/{case}/erase")).status, 404);
    let manager = site.visitor("chen.siyuan");
    let page = manager.get(&format!("/c/{case}"));
    assert!(page.has(&format!("a[href='/c/{case}/erase']")));

    let page = manager.get(&format!("/c/{case}/erase"));
    let words = page.text("main");
    assert!(words.contains("使用人员清单，第 1 行，姓名"), "{words}");
    assert!(
        !words.contains("13800000001"),
        "who does not handle the case reads nothing"
    );
    let form = page.form("main form");
    let refused = manager.send(&form);
    assert_eq!(refused.status, 422);
    assert!(refused.text(".err").contains("请至少指明一项"));

    let mut form = page.form("main form");
    form.tick("fields", "phone")
        .set("comment", "本人来函要求删除");
    let asked = manager.send(&form);
    assert_eq!(asked.status, 200);
    let words = asked.text("main");
    assert!(words.contains("确认删除个人信息"), "{words}");
    assert!(words.contains("会删除什么") && words.contains("会留下什么"));
    assert!(!words.contains("13800000001") && !words.contains("张三"));

    let page = manager.follow(&manager.send(&asked.form("main form")));

    assert!(page.text("[role=status]").contains("个人信息已删除"));
    let words = page.text("main");
    assert!(words.contains("陈思远 删除了个人信息：联系电话"), "{words}");
    assert!(!words.contains("13800000001"), "{words}");
    for reader in [&manager, &applicant] {
        let content = reader.get(&format!("/c/{case}"));
        let content = content.text("section[aria-labelledby='content-t']");
        assert!(content.contains("联系电话 已删除"), "{content}");
        let printed = reader.get(&format!("/c/{case}/print")).text("main");
        assert!(printed.contains("已删除"), "{printed}");
    }
    let again = manager.get(&format!("/c/{case}/erase"));
    let left = again.attributes("input[name='fields']", "value");
    assert_eq!(left, ["users.0.name"]);
}
