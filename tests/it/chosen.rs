//! The next signers are chosen in the form: who may be chosen, through the API and on the page, and who then signs.

use huiqian::engine::Input;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::app::Fixture;
use crate::support::office::{object, request};
use crate::support::visitor::Site;
use crate::support::world::with_form;

/// A form whose experts and handler are chosen among these, and who then sign.
fn choosing(from: &str) -> String {
    with_form(
        &format!(
            "{{id: provider, type: department, label: 提供部门}}
{{id: experts, type: people, label: 专家, required: true, from: {from}}}"
        ),
        "  - {stage: opinion, title: 专家意见, who: each form.experts, sign: all}",
    )
}

/// What filing with these experts is answered.
fn file(api: &Api<'_>, key: &str, experts: Value) -> (u16, Value) {
    let body =
        json!({"workflow": key, "submit": true, "answers": {"experts": experts, "provider": "P"}});
    let answer = api.post("ann", "/api/v1/cases", &body);
    (answer.status, answer.json)
}

#[test]
fn only_those_whom_the_definition_names_can_be_chosen() {
    for (from, good, bad) in [
        ("section_head@applicant", "bob", "cat"),
        ("workflow_admin@authority", "adm", "bob"),
        ("share_office_head@form.provider", "pat", "cat"),
        (
            "'workflow_admin@common(applicant, form.provider)'",
            "adi",
            "pat",
        ),
        ("any", "dan", "zoe"),
    ] {
        let fixture = Fixture::new();
        let key = fixture.publish(&choosing(from));
        let api = Api::of(&fixture);

        let (status, refused) = file(&api, &key, json!([bad]));
        assert_eq!(status, 422, "{from}: {refused}");
        assert_eq!(refused["errors"][0]["field"], "experts", "{from}");
        let (status, case) = file(&api, &key, json!([good]));
        assert_eq!(status, 201, "{from}: {case}");
        assert_eq!(case["tasks"][0]["offered_to"][0]["code"], good, "{from}");
    }
}

#[test]
fn each_of_those_chosen_signs_and_the_bars_hold() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&choosing("any"));
        let api = Api::of(fixture);
        let (_, case) = file(&api, &key, json!(["dan", "ann", "eve"]));
        let id = case["id"].as_str().expect("an id").to_owned();
        let approve = |login: &str, task: u32| {
            api.act(login, &id, &json!({"action": "approve", "task": task}))
        };

        approve("dan", 1).expect(200);
        assert_eq!(approve("ann", 2).problem(403), "applicant-signs");
        let named =
            json!({"action": "reassign", "task": 2, "person": "cat", "comment": "申请人要回避"});
        api.act("adm", &id, &named).expect(200);
        approve("cat", 2).expect(200);
        let ended = approve("eve", 3).expect(200);

        assert_eq!(ended["outcome"], "approved");
    });
}

#[test]
fn one_person_is_chosen_in_an_earlier_stage_and_signs_the_next() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_form(
            "{id: note, type: text, label: 说明}",
            "  - section: choice
    title: 选择
    fields:
      - {id: reviewer, type: person, label: 复核人, required: true, from: dept_leader@applicant}
stages:
  - {stage: first, title: 初审, who: share_office_head@applicant, fills: [choice]}
  - {stage: second, title: 复核, who: form.reviewer}
",
        ));
        let case = fixture.file("ann", &key, json!({})).to_string();
        let api = Api::of(fixture);
        let choose = |login: &str| {
            let body = json!({"action": "approve", "task": 1, "answers": {"reviewer": login}});
            api.act("cat", &case, &body)
        };

        let refused = choose("bob").expect(422);
        assert_eq!(refused["errors"][0]["field"], "reviewer");
        let after = choose("eve").expect(200);
        assert_eq!(after["tasks"][1]["offered_to"][0]["code"], "eve");
        fixture.deactivate("eve");
        assert_eq!(
            api.act(
                "adm",
                &case,
                &json!({"action": "reassign", "task": 2, "person": "dan", "comment": "已离职"})
            )
            .status,
            200,
            "whoever was chosen and left is replaced"
        );
        api.act("dan", &case, &json!({"action": "approve", "task": 2}))
            .expect(200);
    });
}

#[test]
fn whoever_has_left_cannot_be_chosen() {
    let fixture = Fixture::new();
    let key = fixture.publish(&choosing("any"));
    let api = Api::of(&fixture);
    fixture.deactivate("dan");

    let (status, refused) = file(&api, &key, json!(["dan"]));

    assert_eq!(status, 422, "{refused}");
}

#[test]
fn the_page_lists_who_may_be_chosen_and_takes_the_choice() {
    let site = Site::open();
    let key = site.office.publish(&with_form(
        "{id: subject, type: text, label: 事由, required: true}\n{id: experts, type: people, label: 专家, required: true, from: section_head@any}",
        "  - {stage: opinion, title: 专家意见, who: each form.experts, sign: all}",
    ));
    let draft = site.office.draft("li.wenjing", &key);
    let visitor = site.visitor("li.wenjing");
    let page = visitor.get(&format!("/c/{draft}/edit/request"));
    let offered = page.attributes("input[name='experts']", "value");
    assert!(offered.contains(&"zhang.huimin".to_owned()), "{offered:?}");
    assert!(!offered.contains(&"li.wenjing".to_owned()), "{offered:?}");

    let mut form = page.form("form[action*='/edit/']");
    form.set("subject", "请专家把关")
        .tick("experts", "zhang.huimin")
        .set("do", "next");
    let sent = visitor.send(&form);
    let check = visitor.follow(&sent);
    let sent = visitor.send(&check.form("form[action$='/check']"));
    assert_eq!(sent.status, 303, "{}", sent.text("main"));

    let signer = site.visitor("zhang.huimin").get(&format!("/c/{draft}"));
    assert!(
        signer.text(".card--act h2").contains("专家意见"),
        "{}",
        signer.text("main")
    );
}

#[test]
fn notices_are_ticked_and_acknowledged_in_the_inbox() {
    let site = Site::open();
    let key = site.office.publish(&with_form(
        "{id: subject, type: text, label: 事由, required: true}",
        "  - {stage: inform, title: 阅知, kind: notice, who: section_head@applicant}",
    ));
    for subject in ["第一件", "第二件"] {
        let draft = site.office.draft("li.wenjing", &key);
        let answers = crate::support::world::answering(json!({"subject": subject}));
        site.office
            .act(draft, "li.wenjing", "submit", answers)
            .expect("filed");
    }
    site.office.file(request(json!({}))).expect("filed");
    let reader = site.visitor("zhang.huimin");
    let inbox = reader.get("/inbox");
    let boxes = inbox.attributes("input[name='task'][form='batch']", "value");
    assert_eq!(boxes.len(), 2, "what is to be signed has none");
    let mut form = inbox.form("#batch");

    let nothing = reader.send(&form);
    assert!(
        reader
            .follow(&nothing)
            .text("main")
            .contains("没有勾选任何一件")
    );
    form.tick("task", &boxes[0]).tick("task", &boxes[1]);
    let page = reader.send(&form);

    assert_eq!(page.status, 200);
    assert!(
        page.text("main").contains("已知悉 2 件。"),
        "{}",
        page.text("main")
    );
    let again = reader.send(&form).text("main");
    assert!(
        again.contains("2 件没有成功") && again.contains("已经"),
        "{again}"
    );
    let inbox = reader.get("/inbox");
    assert!(!inbox.has("#batch"), "only what is to be signed is left");
}

#[test]
fn in_a_branch_those_are_offered_who_were_named_in_the_same_form() {
    let site = Site::open();
    let key = site.office.publish(
        "workflow: teams
title: 分组办理
number: 组〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: 申请
    fields:
      - {id: offices, type: departments, label: 部门, required: true}
  - section: team
    title: 办理组
    per: branch
    fields:
      - {id: members, type: people, label: 成员, required: true}
      - {id: lead, type: person, label: 组长, required: true, from: each form.members}
stages:
  - foreach: parts
    title: 各部门
    over: form.offices
    as: part
    stages:
      - {stage: name, title: 组队, who: section_head@part, fills: [team]}
      - {stage: work, title: 办理, who: form.lead}
ends:
  approved: {title: 已办结}
",
    );
    let offices = json!({"offices": ["hn-police", "hn-civil"]});
    let case = site.office.file_by(&key, offices).expect("filed");
    let team = |members: Value, lead: &str| Input {
        answers: Some(object(json!({"members": members, "lead": lead}))),
        ..Input::default()
    };

    let office = &site.office;
    let stranger = team(json!(["zhao.ming", "ma.lina"]), "yang.xuemei");
    assert!(
        office
            .act(case, "wang.jianguo", "approve", stranger)
            .is_err()
    );
    let named = team(json!(["zhao.ming", "ma.lina"]), "ma.lina");
    office
        .act(case, "wang.jianguo", "approve", named)
        .expect("one of those named");
    let own = team(json!(["yang.xuemei"]), "yang.xuemei");
    office
        .act(case, "feng.zhiyuan", "approve", own)
        .expect("what another branch named is nothing to this one");
    let open: Vec<String> = office.waits_at(case);
    assert_eq!(open, ["work[hn-police]", "work[hn-civil]"]);
}
