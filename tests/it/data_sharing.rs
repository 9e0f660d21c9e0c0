//! `workflows/data-sharing.yaml`, driven through all its stages by the use cases that every door uses.

use huiqian::engine::{Input, PositionState, Status};
use huiqian::forms::Answers;
use huiqian::services::audit::{self, Which};
use huiqian::services::{Error, drafts};
use huiqian::storage::{self, StorageError};
use huiqian::workflow::place::id_of;
use serde_json::json;
use ulid::Ulid;

use super::support::office::{Office, object, request};
use super::support::world;

fn chooses(choice: &str, answers: serde_json::Value) -> Input {
    Input {
        choice: Some(choice.into()),
        comment: Some("理由如下。".into()),
        answers: (!answers.is_null()).then(|| object(answers)),
        ..Input::default()
    }
}

fn decision(decision: &str) -> serde_json::Value {
    match decision {
        "agree" => {
            json!({"decision": "agree", "approved": {"from": "2026-04-01", "to": "2027-03-31"}})
        }
        _ => json!({"decision": "refuse", "code": "scope", "reason": "超出履职需要"}),
    }
}

/// Filed, and agreed to on the demand side and by the authority, on the first two days.
fn with_the_provider(office: &Office, over: serde_json::Value) -> Ulid {
    let ulid = office.file(request(over)).expect("filed");
    office.does(ulid, "zhang.huimin", "approve");
    if waits_at(office, ulid).contains(&"safeguards".to_owned()) {
        office.does(ulid, "song.jia", "approve");
    }
    office.does(ulid, "xu.xiaofeng", "approve");
    office.until("2026-03-03 10:00");
    office.does(ulid, "zhou.lan", "approve");
    ulid
}

/// The stages of the open tasks, in whatever branch.
fn waits_at(office: &Office, ulid: Ulid) -> Vec<String> {
    let places = office.waits_at(ulid);
    places.iter().map(|place| id_of(place).to_owned()).collect()
}

fn ended(office: &Office, ulid: Ulid) -> String {
    match office.case(ulid).status {
        Status::Ended { end, .. } => end,
        open => panic!("{open:?}"),
    }
}

fn all_is_sound(office: &Office) {
    let report = audit::verify(&office.app.db, &Which::All).expect("checked");
    assert_eq!(report.faults, []);
    assert!(0 < report.events);
}

#[test]
fn a_request_goes_from_draft_to_its_end() {
    let office = Office::new();
    let ulid = office.file(request(json!({}))).expect("filed");
    let case = office.case(ulid);
    assert_eq!(case.number.as_deref(), Some("数享申〔2026〕1号"));
    assert_eq!(case.answers["sharing"], "unconditional");

    for (stage, login) in [
        ("section_review", "zhang.huimin"),
        ("demand_head", "xu.xiaofeng"),
        ("conformity", "zhou.lan"),
        ("intake", "yan.chenxi"),
    ] {
        assert_eq!(waits_at(&office, ulid), [stage]);
        office.does(ulid, login, "approve");
    }
    assert_eq!(waits_at(&office, ulid), ["answer"]);
    let agreed = json!({"decisions": [decision("agree"), decision("agree")]});
    office
        .act(ulid, "pan.zhiming", "choose", chooses("agree", agreed))
        .expect("answered");
    let provided = Input {
        answers: Some(object(
            json!({"provided_by": "batch", "platform_ref": "批次 1"}),
        )),
        ..Input::default()
    };
    office
        .act(ulid, "yan.chenxi", "done", provided.clone())
        .expect("provided");
    office
        .act(ulid, "li.wenjing", "choose", chooses("wrong", json!(null)))
        .expect("something is wrong");
    assert_eq!(waits_at(&office, ulid), ["provide"]);
    office
        .act(ulid, "yan.chenxi", "done", provided)
        .expect("provided again");
    office
        .act(ulid, "li.wenjing", "choose", chooses("usable", json!(null)))
        .expect("usable");
    let case = office.case(ulid);
    assert!(case.in_force() && case.is_open(), "it is in use");
    assert!(waits_at(&office, ulid).is_empty());

    let finish = Input {
        signal: Some("finish".into()),
        ..Input::default()
    };
    office
        .act(ulid, "li.wenjing", "signal", finish)
        .expect("no longer needed");
    let used = Input {
        answers: Some(object(json!({
            "usage_process": "每季度比对一次", "usage_effect": "更正登记信息",
            "usage_storage": "没有落地存储", "disposal_how": "none",
        }))),
        ..Input::default()
    };
    office
        .act(ulid, "li.wenjing", "done", used)
        .expect("disposed of");
    office.does(ulid, "yan.chenxi", "approve");

    assert_eq!(ended(&office, ulid), "approved");
    all_is_sound(&office);
}

#[test]
fn conditional_data_is_reviewed_and_the_statutory_clock_pauses_for_a_supplement() {
    let office = Office::new();
    let data = json!({
        "personal": true, "sensitive": false,
        "resources": [{"resource": "HN-GA-004", "item": "HN-GA-004-01", "use": "核对"}],
    });
    let ulid = with_the_provider(&office, data);
    assert_eq!(office.case(ulid).answers["sharing"], "conditional");
    let due = |office: &Office| {
        office.app.db.read(|conn| {
            let stored = storage::cases::get(conn, ulid)?.expect("filed");
            Ok::<_, StorageError>(stored.summary.due_at)
        })
    };
    assert_eq!(due(&office).unwrap(), Some(world::at("2026-03-18 00:00")));

    office.until("2026-03-05 10:00");
    let missing = Input {
        fields: vec!["scope".into(), "phone".into()],
        comment: Some("请写明使用人员范围。".into()),
        ..Input::default()
    };
    office
        .act(ulid, "zhao.ming", "supplement", missing.clone())
        .expect("asked");
    let case = office.case(ulid);
    assert!(matches!(
        case.position("intake[hn-police/conditional]")
            .map(|position| &position.state),
        Some(PositionState::Supplement { .. })
    ));
    assert!(
        case.clocks
            .values()
            .any(|clock| clock.law && !clock.is_running())
    );
    let refused = office.act(ulid, "zhao.ming", "approve", Input::default());
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");

    office.until("2026-03-10 10:00");
    let more = Input {
        answers: Some(object(
            json!({"scope": "仅限卫生应急办公室两名工作人员使用。", "phone": "13800000002"}),
        )),
        ..Input::default()
    };
    office
        .act(ulid, "li.wenjing", "supply", more)
        .expect("came");
    // Away from the 5th to the 10th, three working days, of which the days that it ran through only in part do not count.
    let later = due(&office).unwrap().expect("it runs again");
    assert!(world::at("2026-03-20 00:00") <= later, "{later}");
    assert_eq!(
        office.case(ulid).answers["scope"],
        "仅限卫生应急办公室两名工作人员使用。"
    );
    let again = office.act(ulid, "zhao.ming", "supplement", missing);
    assert!(again.is_err(), "the law allows one: {again:?}");

    office.does(ulid, "zhao.ming", "approve");
    assert_eq!(waits_at(&office, ulid), ["review", "review"]);
    office.does(ulid, "wang.jianguo", "approve");
    office.does(ulid, "li.haitao", "reject");
    assert_eq!(
        waits_at(&office, ulid),
        ["answer"],
        "the answer is the head's"
    );
    all_is_sound(&office);
}

#[test]
fn a_partial_answer_names_both_and_goes_on_to_provision() {
    let office = Office::new();
    let ulid = with_the_provider(&office, json!({}));
    office.does(ulid, "yan.chenxi", "approve");
    let answer = |decisions: [&str; 2]| json!({"decisions": decisions.map(decision)});

    let all = chooses("partial", answer(["agree", "agree"]));
    let refused = office.act(ulid, "pan.zhiming", "choose", all);
    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
    let papers = json!({"decisions": [
        decision("agree"),
        {"decision": "refuse", "code": "other", "reason": "材料不全"},
    ]});
    let refused = office.act(ulid, "pan.zhiming", "choose", chooses("partial", papers));
    assert!(
        refused.is_err(),
        "missing papers are no reason: {refused:?}"
    );

    let some = chooses("partial", answer(["agree", "refuse"]));
    office
        .act(ulid, "pan.zhiming", "choose", some)
        .expect("answered in part");
    assert_eq!(waits_at(&office, ulid), ["provide"]);
    all_is_sound(&office);
}

#[test]
fn a_refusal_of_every_item_ends_the_case_unless_it_is_contested() {
    let office = Office::new();
    let ulid = with_the_provider(&office, json!({}));
    office.does(ulid, "yan.chenxi", "approve");
    let none = json!({"decisions": [decision("refuse"), decision("refuse")]});

    office
        .act(ulid, "pan.zhiming", "choose", chooses("refuse", none))
        .expect("refused");
    assert_eq!(waits_at(&office, ulid), ["respond"]);
    office
        .act(
            ulid,
            "xu.xiaofeng",
            "choose",
            chooses("accept", json!(null)),
        )
        .expect("accepted");

    assert_eq!(ended(&office, ulid), "rejected");
    all_is_sound(&office);
}

#[test]
fn a_request_can_be_withdrawn_until_the_provider_has_it() {
    let office = Office::new();
    let early = office.file(request(json!({}))).expect("filed");
    office.does(early, "zhang.huimin", "approve");
    office.does(early, "li.wenjing", "withdraw");
    assert_eq!(ended(&office, early), "withdrawn");

    let late = with_the_provider(&office, json!({}));
    let refused = office.act(late, "li.wenjing", "withdraw", Input::default());

    assert!(matches!(refused, Err(Error::Rejected(_))), "{refused:?}");
    all_is_sound(&office);
}

#[test]
fn state_secrets_stop_the_request_and_nothing_is_kept() {
    let office = Office::new();
    let by = office.by("li.wenjing");
    let secret = object(request(
        json!({"state_secret": true, "purpose": "绝密的内容".repeat(10)}),
    ));
    let started = drafts::start(&office.app, &by, "data-sharing", secret.clone());
    assert!(matches!(started, Err(Error::Stopped(_))));

    let open = drafts::start(&office.app, &by, "data-sharing", Answers::new()).expect("a draft");
    let saved = drafts::save(&office.app, &by, open.draft.ulid, secret, None);
    assert!(matches!(saved, Err(Error::Stopped(_))));
    let kept = office
        .app
        .db
        .read(|conn| storage::drafts::get(conn, open.draft.ulid));
    assert_eq!(kept.unwrap(), None);
}

#[test]
fn every_provider_is_asked_by_itself() {
    let office = Office::new();
    let resources = json!([
        {"resource": "HN-YB-003", "item": "HN-YB-003-01", "use": "核对"},
        {"resource": "HN-GA-004", "item": "HN-GA-004-01", "use": "核对"},
    ]);

    let ulid = with_the_provider(&office, json!({"resources": resources}));

    assert_eq!(waits_at(&office, ulid), ["intake", "intake"]);
    office.does(ulid, "yan.chenxi", "approve");
    let agreed = json!({"decisions": [decision("agree")]});
    office
        .act(ulid, "pan.zhiming", "choose", chooses("agree", agreed))
        .expect("one has answered");
    let mut waits = waits_at(&office, ulid);
    waits.sort();
    assert_eq!(waits, ["intake", "provide"], "the other has not");
    all_is_sound(&office);
}

#[test]
fn a_request_asks_other_departments_for_what_may_be_shared() {
    let office = Office::new();
    for resources in [
        json!([{"resource": "HN-WJ-003", "item": "HN-WJ-003-01", "use": "核对"}]),
        json!([{"resource": "HN-GA-006", "item": "HN-GA-006-01", "use": "核对"}]),
    ] {
        let filed = office.file(request(json!({"resources": resources})));
        assert!(matches!(filed, Err(Error::Rejected(_))), "{filed:?}");
    }
    let short = office.file(request(json!({"purpose": "工作需要"})));
    assert!(matches!(short, Err(Error::Rejected(_))), "{short:?}");
}

#[test]
fn an_answer_that_is_late_goes_up_to_the_authority_and_nothing_is_agreed_by_silence() {
    let office = Office::new();
    let ulid = with_the_provider(&office, json!({}));
    office.until("2026-03-20 10:00");

    assert_eq!(waits_at(&office, ulid), ["intake"]);
    let case = office.case(ulid);
    let informed = |login: &str| {
        let person = office.person(login);
        let told = office.app.db.read(|conn| {
            let page = storage::outbox::of_case(conn, 1)?;
            Ok::<_, StorageError>(page)
        });
        told.unwrap()
            .iter()
            .any(|mail| mail.recipient_id == person && mail.notice == "escalated")
    };
    assert!(informed("pan.zhiming"), "the provider's head");
    assert!(informed("chen.siyuan"), "the authority's officer");
    assert!(informed("liu.zhiqiang"), "the authority's leader");
    assert!(case.is_open());
    all_is_sound(&office);
}
