//! Who signs, changed while a case runs: through the API, on the pages, and in the mails.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::app::Fixture;
use crate::support::definitions::{reviewed, with_stages};
use crate::support::office::request;
use crate::support::visitor::{Form, Page, Site, Visitor};
use crate::support::world::with_form;

/// The subjects of a person's caught mails.
fn subjects(fixture: &Fixture, login: &str) -> Vec<String> {
    let mails = fixture.mails_to(login).into_iter();
    mails.map(|mail| mail.mail.subject).collect()
}

/// What `login` is told that an action on a task needs.
fn needs(api: &Api<'_>, login: &str, case: &str, action: &str) -> Vec<(String, bool)> {
    let seen = api.get(login, &format!("/api/v1/cases/{case}")).expect(200);
    let offered = seen["actions"].as_array().expect("actions").clone();
    let wanted = offered
        .iter()
        .find(|offered| offered["action"] == action)
        .unwrap_or_else(|| panic!("{login} is not offered {action}: {offered:?}"));
    let needs = wanted["needs"].as_array().expect("needs");
    let pair = |need: &Value| {
        let member = need["member"].as_str().expect("a name").to_owned();
        (member, need["required"] == true)
    };
    needs.iter().map(pair).collect()
}

fn must(member: &str) -> (String, bool) {
    (member.to_owned(), true)
}

/// The form of an action of its own on the case's page.
fn form_of(page: &Page, action: &str) -> Form {
    let css = format!("form:has(> input[name='action'][value='{action}'])");
    assert!(page.has(&css), "{action}: {}", page.text("main"));
    page.form(&css)
}

/// Sends it, and answers with the page that says that it was done.
#[track_caller]
fn done(visitor: &Visitor, form: &Form) -> Page {
    let sent = visitor.send(form);
    assert_eq!(sent.status, 303, "{}", sent.text("main"));
    visitor.follow(&sent)
}

#[test]
fn a_task_is_handed_over_through_the_api() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed()).to_string();
        let api = Api::of(fixture);
        let old_link = fixture.link("bob");
        assert_eq!(
            needs(&api, "bob", &case, "transfer"),
            [must("person"), must("comment")]
        );
        let transfer = json!({"action": "transfer", "task": 1, "person": "dan", "comment": "出差"});

        let after = api.act("bob", &case, &transfer).expect(200);

        assert_eq!(after["tasks"][0]["offered_to"][0]["code"], "dan");
        let events = api
            .get("dan", &format!("/api/v1/cases/{case}/events"))
            .expect(200);
        let last = events["items"]
            .as_array()
            .and_then(|all| all.last().cloned());
        let last = last.expect("an event");
        assert_eq!(last["kind"], "transferred");
        assert_eq!(last["actor"]["login"], "bob");
        assert_eq!(last["parameters"]["person"], "dan");
        assert_eq!(api.act("bob", &case, &transfer).problem(403), "not-asked");
        assert_eq!(
            subjects(fixture, "dan"),
            ["【待办】请审核试验 试〔2026〕1号，3月16日前"]
        );
        assert_eq!(
            subjects(fixture, "bea").pop().as_deref(),
            Some("【无需办理】已转给他人：试〔2026〕1号")
        );
        let dead = huiqian::services::links::open(&fixture.app, &old_link);
        assert!(dead.is_err(), "the giver's link is dead");
        let inbox = api.get("dan", "/api/v1/tasks").expect(200);
        assert_eq!(inbox["items"][0]["case"]["id"], *case);
        assert_eq!(
            api.get("bea", "/api/v1/tasks").expect(200)["items"],
            json!([])
        );
    });
}

#[test]
fn a_name_that_will_not_do_is_refused_with_the_reason_at_its_member() {
    let fixture = Fixture::new();
    let case = fixture.filed(&reviewed()).to_string();
    let api = Api::of(&fixture);
    let ask = |person: &str| {
        let body = json!({"action": "transfer", "task": 1, "person": person, "comment": "出差"});
        api.act("bob", &case, &body).expect(422)
    };

    let (applicant, oneself, unknown) = (ask("ann"), ask("bob"), ask("zoe"));

    assert_eq!(applicant["code"], "person-barred");
    assert_eq!(applicant["detail"], "ann先生是申请人一方，不能办理。");
    assert_eq!(oneself["code"], "names-oneself");
    assert_eq!(unknown["code"], "unknown-person");
    for problem in [applicant, oneself, unknown] {
        assert_eq!(problem["errors"][0]["field"], "person");
    }
}

#[test]
fn a_task_is_handed_over_on_the_page() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let path = format!("/c/{case}");
    let giver = site.visitor("zhang.huimin");
    let page = giver.get(&path);
    assert!(page.has("#people option[value='xu.xiaofeng']"));
    let mut form = form_of(&page, "transfer");

    form.set("person", "li.wenjing").set("comment", "出差");
    let refused = giver.send(&form);
    assert_eq!(refused.status, 422);
    let again = form_of(&refused, "transfer");
    assert_eq!(
        again.value("comment"),
        Some("出差"),
        "what was typed is kept"
    );
    assert!(
        refused.text("details[open]").contains("李文静是申请人一方"),
        "{}",
        refused.text("details[open]")
    );
    form.set("person", "xu.xiaofeng");
    let page = done(&giver, &form);

    assert!(page.text("main").contains("把“科室审核”转办给 徐晓峰"));
    assert!(!page.has(".card--act"));
    let taker = site.visitor("xu.xiaofeng").get(&path);
    assert!(taker.has(".card--act"));
    assert!(taker.text(".tm").contains("出差"));
}

#[test]
fn what_is_denied_is_neither_offered_nor_taken() {
    let fixture = Fixture::new();
    let yaml = with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, deny: [transfer]}",
    );
    let case = fixture.filed(&yaml).to_string();
    let api = Api::of(&fixture);
    let body = json!({"action": "transfer", "task": 1, "person": "dan", "comment": "出差"});

    assert_eq!(api.act("bob", &case, &body).problem(403), "not-offered");
}

#[test]
fn who_may_not_sign_says_so_and_the_others_keep_their_links() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed()).to_string();
        let (mine, others) = (fixture.link("bob"), fixture.link("bea"));
        let api = Api::of(fixture);
        assert_eq!(needs(&api, "bob", &case, "recuse"), [must("comment")]);

        let recuse = json!({"action": "recuse", "task": 1, "comment": "与申请人有亲属关系"});
        api.act("bob", &case, &recuse).expect(200);

        let open = |link: &str| huiqian::services::links::open(&fixture.app, link);
        assert!(open(&mine).is_err());
        assert!(open(&others).is_ok());
        assert_eq!(subjects(fixture, "bea").len(), 1, "bea has been asked");
        assert_eq!(
            api.get("bob", "/api/v1/tasks").expect(200)["items"],
            json!([]),
            "it is not in the inbox of who is recused"
        );
        let approve = json!({"action": "approve", "task": 1});
        assert_eq!(api.act("bob", &case, &approve).problem(403), "excluded");
        api.act("bea", &case, &approve).expect(200);
    });
}

#[test]
fn the_page_of_a_recusal_says_what_follows_and_the_timeline_why() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let path = format!("/c/{case}");
    let signer = site.visitor("zhang.huimin");
    let mut form = form_of(&signer.get(&path), "recuse");
    assert_eq!(signer.send(&form).status, 422, "it needs a reason");

    form.set("comment", "与经办人有亲属关系");
    let page = done(&signer, &form);

    assert!(
        page.text(".tm").contains("张慧敏 回避：科室审核"),
        "{}",
        page.text(".tm")
    );
    assert!(!page.has(".card--act"));
    let inbox = signer.get("/inbox").text("main");
    assert!(!inbox.contains("定点医药机构"), "{inbox}");
}

#[test]
fn signers_are_added_and_removed_through_the_api() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed()).to_string();
        let api = Api::of(fixture);
        assert_eq!(
            needs(&api, "bob", &case, "add_signer"),
            [must("people"), must("how"), ("comment".into(), false)]
        );
        let old_link = fixture.link("bob");
        let add = json!({"action": "add_signer", "task": 1, "how": "before", "people": ["dan", "eve"], "comment": "请先把关"});

        let after = api.act("bob", &case, &add).expect(200);

        assert_eq!(after["tasks"][0]["state"], "waiting");
        assert_eq!(after["tasks"][1]["state"], "open");
        assert_eq!(after["tasks"][1]["called"]["how"], "before");
        assert_eq!(after["tasks"][1]["called"]["by"]["login"], "bob");
        assert_eq!(after["tasks"][1]["title"], "业务审核（加签）");
        let inbox = |login: &str| {
            let page = api.get(login, "/api/v1/tasks").expect(200);
            page["items"].as_array().map_or(0, Vec::len)
        };
        assert_eq!((inbox("bob"), inbox("bea"), inbox("dan")), (0, 0, 1));
        let dead = huiqian::services::links::open(&fixture.app, &old_link);
        assert!(
            matches!(
                dead,
                Err(huiqian::services::Error::DeadLink(
                    "links.dead.others_first"
                ))
            ),
            "{dead:?}"
        );
        assert_eq!(
            api.act("bob", &case, &json!({"action": "approve", "task": 1}))
                .problem(409),
            "not-your-turn"
        );
        api.act("dan", &case, &json!({"action": "approve", "task": 2}))
            .expect(200);
        assert_eq!(subjects(fixture, "eve").len(), 1);
        let remove = json!({"action": "remove_signer", "task": 3, "comment": "不用了"});
        let back = api.act("bob", &case, &remove).expect(200);

        assert_eq!(back["tasks"][0]["state"], "open");
        assert_eq!(inbox("bob"), 1);
        assert_eq!(
            subjects(fixture, "eve").pop().as_deref(),
            Some("【无需办理】已减签：试〔2026〕1号")
        );
        let new_link = fixture.link("bob");
        assert!(huiqian::services::links::open(&fixture.app, &new_link).is_ok());
        api.act("bob", &case, &json!({"action": "approve", "task": 1}))
            .expect(200);
    });
}

#[test]
fn how_signers_cannot_be_added_is_said_at_the_member() {
    let fixture = Fixture::new();
    let case = fixture.filed(&reviewed()).to_string();
    let api = Api::of(&fixture);
    let ask = |how: Value, people: Value| {
        let body = json!({"action": "add_signer", "task": 1, "how": how, "people": people});
        let problem = api.act("bob", &case, &body).expect(422);
        let field = problem["errors"][0]["field"].clone();
        (problem["code"].clone(), field)
    };

    assert_eq!(
        ask(json!("beside"), json!(["dan"])),
        (json!("unknown-way"), json!("how"))
    );
    assert_eq!(
        ask(json!("with"), json!([])),
        (json!("people-missing"), json!("people"))
    );
    assert_eq!(
        ask(json!("with"), json!("dan")),
        (json!("wrong-type"), json!("people"))
    );
}

#[test]
fn signers_are_added_and_removed_on_the_page() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let path = format!("/c/{case}");
    let signer = site.visitor("zhang.huimin");
    let mut form = form_of(&signer.get(&path), "add_signer");
    assert_eq!(form.value("how"), Some("before"), "the first is chosen");
    let refused = signer.send(&form);
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text("details[open] .err")
            .contains("至少填一个登录名"),
        "{}",
        refused.text("details[open]")
    );

    form.set("people", "xu.xiaofeng，zhou.lan")
        .set("comment", "请先看");
    let page = done(&signer, &form);

    assert!(
        page.text(".tm").contains("张慧敏 前加签 徐晓峰"),
        "{}",
        page.text(".tm")
    );
    assert!(!page.has(".card--act"), "others sign first");
    let other = site.visitor("xu.xiaofeng").get(&path);
    assert!(other.text(".card--act h2").contains("科室审核（加签）"));
    let signatures = other.text(".tb--sig");
    assert!(signatures.contains("科室审核（加签）"), "{signatures}");
    let mut remove = form_of(&page, "remove_signer");
    remove.set("comment", "先不用");
    let page = done(&signer, &remove);
    assert!(
        page.text(".tm").contains("张慧敏 减签 徐晓峰"),
        "{}",
        page.text(".tm")
    );
    site.office.does(case, "zhou.lan", "approve");
    assert!(signer.get(&path).has(".card--act"));
}

#[test]
fn advice_is_asked_for_and_given_through_the_api() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_form(
            "{id: note, type: text, label: 说明}\n{id: phone, type: text, label: 电话, private: true}",
            "  - {stage: review, title: 审核, who: share_office_head@applicant, due: 10wd}",
        ));
        let answers = json!({"note": "一", "phone": "13800000001"});
        let case = fixture.file("ann", &key, answers).to_string();
        let api = Api::of(fixture);
        let path = format!("/api/v1/cases/{case}");
        assert_eq!(api.get("dan", &path).status, 404, "before he is asked");
        assert_eq!(
            needs(&api, "cat", &case, "consult"),
            [must("people"), must("comment")]
        );

        let consult =
            json!({"action": "consult", "task": 1, "people": ["dan"], "comment": "范围合适吗？"});
        api.act("cat", &case, &consult).expect(200);

        let seen = api.get("dan", &path).expect(200);
        assert_eq!(seen["answers"]["note"], "一");
        assert_eq!(
            seen["answers"].get("phone"),
            None,
            "advice needs no private answers"
        );
        assert_eq!(seen["tasks"][1]["question"], "范围合适吗？");
        assert_eq!(seen["tasks"][1]["asks"], "advise");
        assert_eq!(needs(&api, "dan", &case, "advise"), [must("comment")]);
        let mail = fixture.mails_to("dan").pop().expect("a mail").mail;
        assert!(
            mail.subject.starts_with("【征求意见】请提供意见：试验"),
            "{}",
            mail.subject
        );
        assert!(!mail.text.contains("范围合适吗"), "no free text in a mail");
        assert!(
            mail.text.contains("本环节的办理人征求您的意见"),
            "{}",
            mail.text
        );

        let advise = json!({"action": "advise", "task": 2, "comment": "建议缩小"});
        api.act("dan", &case, &advise).expect(200);

        let seen = api.get("dan", &path).expect(200);
        assert_eq!(seen["answers"].get("phone"), None, "nor after it");
        assert_eq!(seen["tasks"][1]["answer"], "advised");
        assert_eq!(
            subjects(fixture, "cat").pop().as_deref(),
            Some("【意见】征求的意见已回复：试〔2026〕1号")
        );
        let done = api.get("dan", "/api/v1/tasks?state=done").expect(200);
        assert_eq!(done["items"][0]["answer"], "advised");
        api.act("cat", &case, &json!({"action": "approve", "task": 1}))
            .expect(200);
    });
}

#[test]
fn advice_is_asked_for_and_given_on_the_page() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let path = format!("/c/{case}");
    let signer = site.visitor("zhang.huimin");
    let mut form = form_of(&signer.get(&path), "consult");
    form.set("people", "xu.xiaofeng")
        .set("comment", "范围合适吗？");
    let page = done(&signer, &form);
    assert!(page.has(".card--act"), "the task stays");
    assert!(
        page.text(".tm").contains("张慧敏 向 徐晓峰"),
        "{}",
        page.text(".tm")
    );

    let adviser = site.visitor("xu.xiaofeng");
    assert!(
        adviser
            .get("/inbox")
            .text("main")
            .contains("提供意见：科室审核"),
        "{}",
        adviser.get("/inbox").text("main")
    );
    let page = adviser.get(&path);
    let card = page.text(".card--act");
    assert!(
        card.contains("请您提供意见") && card.contains("范围合适吗？"),
        "{card}"
    );
    let mut form = page.form(".card--act form");
    assert_eq!(adviser.send(&form).status, 422, "it needs words");
    form.set("comment", "建议只用名录");
    done(&adviser, &form);

    let page = signer.get(&path);
    let signatures = page.text(".tb--sig");
    assert!(
        signatures.contains("科室审核（征求意见）") && signatures.contains("建议只用名录"),
        "{signatures}"
    );
    let mut approve = page.form(".card--act form");
    approve.set("action", "approve");
    done(&signer, &approve);
}

/// Who holds the first task of a case.
fn holder(api: &Api<'_>, case: &str) -> Value {
    let seen = api.get("adm", &format!("/api/v1/cases/{case}")).expect(200);
    seen["tasks"][0]["holder"]["login"].clone()
}

#[test]
fn tasks_are_given_out_in_turn_over_all_cases() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant, offer: turn}",
        ));
        let api = Api::of(fixture);
        let file = || fixture.file("ann", &key, json!({})).to_string();

        let cases = [file(), file(), file()];

        let holders = cases.clone().map(|case| holder(&api, &case));
        assert_eq!(holders, [json!("bob"), json!("bea"), json!("bob")]);
        let inbox = |login: &str| {
            let page = api.get(login, "/api/v1/tasks").expect(200);
            page["items"].as_array().map_or(0, Vec::len)
        };
        assert_eq!((inbox("bob"), inbox("bea")), (2, 1));
        let given_back = json!({"action": "release", "task": 1});
        api.act("bob", &cases[0], &given_back).expect(200);
        assert_eq!(holder(&api, &cases[0]), json!("bea"));
        assert_eq!((inbox("bob"), inbox("bea")), (1, 2));
        assert_eq!(holder(&api, &file()), json!("bob"), "that was bea's turn");
    });
}

#[test]
fn tasks_are_given_to_whoever_has_the_fewest_in_all_cases() {
    Fixture::each(|fixture| {
        let fewest = fixture.publish(&with_stages(
            "  - {stage: review, title: 审核, who: section_head@applicant, offer: fewest}",
        ));
        let api = Api::of(fixture);
        let file = || fixture.file("ann", &fewest, json!({})).to_string();
        assert_eq!(holder(&api, &file()), json!("bob"));
        assert_eq!(holder(&api, &file()), json!("bea"));

        let third = file();
        assert_eq!(holder(&api, &third), json!("bob"));
        api.act("bob", &third, &json!({"action": "approve", "task": 1}))
            .expect(200);
        let fourth = file();
        api.act(
            "bea",
            &fourth,
            &json!({"action": "comment", "comment": "看看"}),
        )
        .expect(200);

        assert_eq!(holder(&api, &fourth), json!("bob"), "one of each is open");
    });
}

#[test]
fn a_given_task_says_on_the_page_by_which_rule() {
    let fixture = Fixture::new();
    let case = fixture.filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, offer: turn}",
    ));
    let api = Api::of(&fixture);

    let events = api
        .get("ann", &format!("/api/v1/cases/{case}/events"))
        .expect(200);

    let kinds: Vec<&Value> = events["items"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| &event["kind"])
        .collect();
    assert!(kinds.contains(&&json!("allotted")), "{kinds:?}");
    let given = &events["items"][kinds.len() - 1]["parameters"];
    assert_eq!(
        (&given["person"], &given["how"]),
        (&json!("bob"), &json!("turn"))
    );
}

#[test]
fn a_draft_of_an_opinion_is_its_writers_until_they_give_one() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_form(
            "{id: note, type: text, label: 说明}",
            "  - section: answer
    title: 答复
    fields:
      - {id: reply, type: text, label: 答复}
      - {id: phone, type: text, label: 电话, private: true}
stages:
  - {stage: review, title: 审核, who: section_head@applicant, fills: [answer]}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
        ));
        let case = fixture.file("ann", &key, json!({"note": "一"})).to_string();
        let api = Api::of(fixture);
        let path = format!("/api/v1/cases/{case}");
        let draft = |login: &str, task: usize| {
            let seen = api.get(login, &path).expect(200);
            seen["tasks"][task]["draft"].clone()
        };
        let before = api.get("bob", &path).expect(200)["revision"].clone();
        let save = json!({"action": "save_draft", "task": 1, "comment": "初步同意",
            "answers": {"reply": "可", "phone": "13800000001", "note": "别的"}});

        let saved = api.act("bob", &case, &save).expect(200);

        assert_eq!(saved["revision"], before, "no part of the record");
        assert_eq!(draft("bob", 0)["comment"], "初步同意");
        assert_eq!(
            draft("bob", 0)["answers"],
            json!({"reply": "可", "phone": "13800000001"})
        );
        assert_eq!(draft("bea", 0), Value::Null);
        let events = api.get("bea", &format!("{path}/events")).expect(200);
        assert!(!events.to_string().contains("初步同意"));
        let rows = fixture.read(|conn| {
            let id = huiqian::storage::cases::get(conn, case.parse().expect("an id"))?
                .expect("filed")
                .summary
                .id;
            huiqian::storage::opinions::of(conn, id, fixture.id("bob"))
        });
        assert!(!format!("{rows:?}").contains("13800000001"), "{rows:?}");

        api.act("bea", &case, &json!({"action": "approve", "task": 1}))
            .expect(200);
        let back = json!({"action": "return", "task": 2, "to": "review", "comment": "再看"});
        api.act("cat", &case, &back).expect(200);
        assert_eq!(
            draft("bob", 2)["comment"],
            "初步同意",
            "offered in the next round"
        );
        assert_eq!(draft("bea", 2), Value::Null);
        api.act("bob", &case, &json!({"action": "approve", "task": 3}))
            .expect(200);
        api.act(
            "cat",
            &case,
            &json!({"action": "return", "task": 4, "to": "review", "comment": "再看"}),
        )
        .expect(200);
        assert_eq!(draft("bob", 4), Value::Null, "it was given");
    });
}

#[test]
fn an_empty_draft_is_none() {
    let fixture = Fixture::new();
    let case = fixture.filed(&reviewed()).to_string();
    let api = Api::of(&fixture);
    let save = |comment: &str| {
        let body = json!({"action": "save_draft", "task": 1, "comment": comment});
        api.act("bob", &case, &body).expect(200)["tasks"][0]["draft"].clone()
    };

    assert_eq!(save("一")["comment"], "一");
    assert_eq!(save("二")["comment"], "二", "the newer one stands");
    assert_eq!(save(" "), Value::Null);
}

#[test]
fn an_opinion_is_saved_on_the_page_and_is_there_again() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let path = format!("/c/{case}");
    let signer = site.visitor("zhang.huimin");
    let mut form = signer.get(&path).form(".card--act form");
    form.set("comment", "还要核对范围").set("save", "draft");

    let page = done(&signer, &form);

    assert!(
        page.text("main").contains("意见已暂存，还没有提交"),
        "{}",
        page.text("main")
    );
    let card = page.text(".card--act");
    assert!(card.contains("只有您能看到"), "{card}");
    let mut form = page.form(".card--act form");
    assert_eq!(form.value("comment"), Some("还要核对范围"));
    assert_eq!(site.office.waits_at(case), ["section_review"]);
    let other = site.visitor("li.wenjing").get(&path);
    assert!(!other.body.contains("还要核对范围"));
    form.set("action", "approve");
    done(&signer, &form);
    assert!(
        site.visitor("li.wenjing")
            .get(&path)
            .body
            .contains("还要核对范围")
    );
}

fn notices() -> String {
    with_stages(
        "  - {stage: inform, title: 阅知, kind: notice, who: share_office_head@applicant}
  - {stage: review, title: 审核, who: share_office_head@applicant}",
    )
}

/// The open tasks of somebody by id, oldest first.
fn inbox_of(api: &Api<'_>, login: &str) -> Vec<Value> {
    let page = api.get(login, "/api/v1/tasks").expect(200);
    page["items"].as_array().expect("tasks").clone()
}

#[test]
fn notices_are_acknowledged_together_and_nothing_else_is() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&notices());
        let api = Api::of(fixture);
        let cases: Vec<String> = (0..3)
            .map(|_| fixture.file("ann", &key, json!({})).to_string())
            .collect();
        let first = api.act(
            "cat",
            &cases[2],
            &json!({"action": "acknowledge", "task": 1}),
        );
        assert_eq!(first.expect(200)["tasks"][0]["state"], "settled");
        let mut ids: Vec<Value> = inbox_of(&api, "cat")
            .iter()
            .map(|task| task["id"].clone())
            .collect();
        assert_eq!(ids.len(), 3, "two notices and one to sign");
        ids.push(ids[0].clone());
        ids.push(json!("01J00000000000000000000000"));

        let batch = json!({"tasks": ids});
        let done = api
            .post("cat", "/api/v1/tasks/acknowledge", &batch)
            .expect(200);

        let items = done["items"].as_array().expect("items");
        let told: Vec<(bool, &Value)> = items
            .iter()
            .map(|item| (item["acknowledged"] == true, &item["problem"]["code"]))
            .collect();
        assert_eq!(
            told,
            [
                (true, &Value::Null),
                (true, &Value::Null),
                (false, &json!("not-offered")),
                (false, &json!("not-found")),
            ],
            "each once, and what is to be signed is not"
        );
        assert_eq!(items[3]["case"], Value::Null);
        let left = inbox_of(&api, "cat");
        assert!(left.iter().all(|task| task["asks"] == "sign"), "{left:?}");
        assert_eq!(left.len(), 3);
    });
}

#[test]
fn a_batch_obeys_the_bars_of_each_of_its_tasks() {
    let fixture = Fixture::new();
    let key = fixture.publish(&notices());
    let api = Api::of(&fixture);
    fixture.file("ann", &key, json!({}));
    let task = inbox_of(&api, "cat")[0]["id"].clone();
    let ask = |login: &str| {
        let batch = json!({"tasks": [task]});
        let done = api
            .post(login, "/api/v1/tasks/acknowledge", &batch)
            .expect(200);
        done["items"][0]["problem"]["code"].clone()
    };

    assert_eq!(
        ask("bob"),
        "not-found",
        "who does not see the case learns nothing"
    );
    assert_eq!(ask("eve"), "not-asked");
    assert_eq!(ask("ann"), "not-asked");
    assert_eq!(ask("cat"), Value::Null);
    let many: Vec<&Value> = std::iter::repeat_n(&task, 101).collect();
    for wrong in [json!([]), json!(many), json!(["x"])] {
        let answer = api.post("cat", "/api/v1/tasks/acknowledge", &json!({"tasks": wrong}));
        assert_eq!(answer.expect(422)["errors"][0]["field"], "tasks");
    }
}

#[test]
fn the_same_batch_twice_is_answered_alike() {
    let fixture = Fixture::new();
    let key = fixture.publish(&notices());
    let api = Api::of(&fixture);
    fixture.file("ann", &key, json!({}));
    let batch = json!({"tasks": [inbox_of(&api, "cat")[0]["id"]]});
    let send = || {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "read-1"),
        ];
        let body = batch.to_string();
        api.send(
            "cat",
            "POST",
            "/api/v1/tasks/acknowledge",
            &headers,
            body.as_bytes(),
        )
        .expect(200)
    };

    assert_eq!(send(), send());
}

#[test]
fn after_an_answer_the_page_offers_the_next_of_the_same_stage() {
    let site = Site::open();
    let one = site.office.file(request(json!({}))).expect("filed");
    let signer = site.visitor("zhang.huimin");
    let answer = |case| {
        let mut form = signer.get(&format!("/c/{case}")).form(".card--act form");
        form.set("action", "approve");
        done(&signer, &form)
    };
    let alone = answer(one);
    assert!(!alone.text("main").contains("处理下一件"));
    let two = site
        .office
        .file(request(json!({"subject": "第二件"})))
        .expect("filed");
    let three = site
        .office
        .file(request(json!({"subject": "第三件"})))
        .expect("filed");

    let page = answer(two);

    let next = page.attributes(".btnrow a[href^='/c/']", "href");
    assert_eq!(next, [format!("/c/{three}")]);
    assert!(page.text("main").contains("处理下一件：第三件"));
}
