//! Substitutes (代理) through API, pages and mails: named, seen at work with both names, and ended.

use std::thread;

use huiqian::directory::{DepartmentCode, Post, RoleCode, Unfit};
use huiqian::engine::{Channel, Input, TaskId, TaskState};
use huiqian::services::Error;
use huiqian::services::audit::{self, Which};
use huiqian::services::cases::By;
use huiqian::services::links::{self, Reply};
use huiqian::services::substitutes::{self, Naming};
use huiqian::storage::substitutes::StoredSubstitution;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::app::Fixture;
use crate::support::definitions::{reviewed, with_stages};
use crate::support::office::request;
use crate::support::visitor::{Page, Site, Visitor};

const SUBSTITUTES: &str = "/api/v1/substitutes";

/// For this person on the section head's post in the first week, unless told otherwise.
fn away(over: Value) -> Value {
    let mut body = json!({"post": "section_head@A", "substitute": "dan", "from": "2026-03-02", "until": "2026-03-06"});
    for (name, value) in over.as_object().expect("members") {
        body[name] = value.clone();
    }
    body
}

fn inbox(api: &Api<'_>, login: &str) -> Vec<Value> {
    let page = api.get(login, "/api/v1/tasks").expect(200);
    page["items"].as_array().expect("items").clone()
}

/// Names a substitute on the pages.
fn named(fixture: &Fixture, login: &str, naming: Naming) -> Result<Vec<StoredSubstitution>, Error> {
    let by = By::person(fixture.id(login), Channel::Page);
    substitutes::name(&fixture.app, &by, naming)
}

fn dan_for_bob(from: &str, until: &str) -> Naming {
    Naming {
        holder: None,
        post: Some(Post {
            role: RoleCode("section_head".into()),
            department: DepartmentCode("A".into()),
        }),
        substitute: "dan".into(),
        from: from.parse().expect("a day"),
        until: until.parse().expect("a day"),
    }
}

#[test]
fn a_substitute_finds_the_open_task_and_acts_with_both_names_on_record() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed()).to_string();
        let api = Api::of(fixture);
        let path = format!("/api/v1/cases/{case}");
        assert_eq!(api.get("dan", &path).status, 404);
        assert_eq!(inbox(&api, "dan"), Vec::<Value>::new());

        let made = api.post("bob", SUBSTITUTES, &away(json!({}))).expect(201);

        let items = made["items"].as_array().expect("items");
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["state"], "current");
        assert_eq!(items[0]["post"]["code"], "section_head@A");
        let found = inbox(&api, "dan");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["acts_for"]["login"], "bob");
        let seen = api.get("dan", &path).expect(200);
        assert_eq!(seen["tasks"][0]["acts_for"]["login"], "bob");

        let approve = json!({"action": "approve", "task": 1});
        let after = api.act("dan", &case, &approve).expect(200);

        assert_eq!(after["tasks"][0]["by"]["login"], "dan");
        assert_eq!(after["tasks"][0]["on_behalf"]["login"], "bob");
        let events = api.get("bob", &format!("{path}/events")).expect(200);
        let events = events["items"].as_array().expect("items");
        let answered = events.iter().find(|event| event["kind"] == "answered");
        let answered = answered.expect("an answer");
        assert_eq!(answered["actor"]["login"], "dan");
        assert_eq!(answered["on_behalf"]["login"], "bob");
        let report = audit::verify(&fixture.app.db, &Which::All).expect("verified");
        assert_eq!(report.faults, []);
    });
}

#[test]
fn what_the_holder_has_taken_is_the_substitutes_too_and_only_while_they_stand_in() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed());
        fixture.on("bob", case, "claim", "review").expect("claimed");
        let api = Api::of(fixture);
        let away = away(json!({"from": "2026-03-03", "until": "2026-03-04"}));
        api.post("bob", SUBSTITUTES, &away).expect(201);
        for (time, shown) in [
            ("2026-03-02 18:00", 0),
            ("2026-03-03 09:00", 1),
            ("2026-03-04 23:00", 1),
            ("2026-03-05 00:00", 0),
        ] {
            fixture.wait_until(time);
            api.forget();
            assert_eq!(inbox(&api, "dan").len(), shown, "{time}");
        }
    });
}

#[test]
fn all_posts_are_given_at_once_and_a_repeat_gets_the_first_answer() {
    Fixture::each(|fixture| {
        fixture.give_posts("bob", "A", &["section_head", "dept_leader"]);
        let api = Api::of(fixture);
        let all = away(json!({"post": null}));
        let key = [("Idempotency-Key", "k1")];

        let first = api.json("bob", "POST", SUBSTITUTES, &key, &all).expect(201);
        let again = api.json("bob", "POST", SUBSTITUTES, &key, &all).expect(201);

        assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(first, again);
        let twice = api.post("bob", SUBSTITUTES, &all);
        assert_eq!(twice.problem(409), "substitute-overlaps");
    });
}

#[test]
fn ending_it_ends_it_at_once_and_says_who_did() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&reviewed()).to_string();
        let api = Api::of(fixture);
        let made = api.post("bob", SUBSTITUTES, &away(json!({}))).expect(201);
        let path = format!(
            "{SUBSTITUTES}/{}",
            made["items"][0]["id"].as_str().expect("an id")
        );
        assert_eq!(
            api.send("eve", "DELETE", &path, &[], b"").problem(404),
            "not-found"
        );

        let ended = api.send("dan", "DELETE", &path, &[], b"").expect(200);

        assert_eq!(ended["state"], "ended");
        assert_eq!(ended["ended_by"]["login"], "dan");
        assert_eq!(api.get("dan", &format!("/api/v1/cases/{case}")).status, 404);
        let again = api.send("bob", "DELETE", &path, &[], b"").expect(200);
        assert_eq!(again["ended_by"]["login"], "dan", "it stays as it was");
        let listed = api.get("bob", SUBSTITUTES).expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
        api.post("bob", SUBSTITUTES, &away(json!({}))).expect(201);
    });
}

#[test]
fn administrators_name_a_substitute_for_somebody_away_but_never_themselves() {
    Fixture::each(|fixture| {
        fixture.give_posts("dan", "A", &["data_security_officer"]);
        let api = Api::of(fixture);
        let for_bob = away(json!({"holder": "bob"}));
        let refused = api.post("eve", SUBSTITUTES, &for_bob);
        assert_eq!(refused.problem(403), "forbidden");
        let refused = api.post("pat", SUBSTITUTES, &for_bob);
        assert_eq!(refused.problem(403), "forbidden");

        let made = api.post("adm", SUBSTITUTES, &for_bob).expect(201);

        assert_eq!(made["items"][0]["named_by"]["login"], "adm");
        let to_oneself =
            away(json!({"holder": "cat", "post": "share_office_head@A", "substitute": "adm"}));
        let refused = api.post("adm", SUBSTITUTES, &to_oneself);
        assert_eq!(refused.problem(422), "substitute-oneself");
    });
}

#[test]
fn what_cannot_be_is_told_with_the_member_to_blame() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);
    for (over, status, code, member) in [
        (
            json!({"until": "2026-03-01"}),
            422,
            "substitute-backwards",
            "until",
        ),
        (
            json!({"from": "2026-03-01"}),
            422,
            "substitute-past",
            "from",
        ),
        (
            json!({"substitute": "nobody"}),
            422,
            "substitute-unavailable",
            "substitute",
        ),
        (
            json!({"substitute": "pat"}),
            422,
            "substitute-department",
            "substitute",
        ),
        (
            json!({"substitute": "bob"}),
            422,
            "substitute-oneself",
            "substitute",
        ),
        (
            json!({"post": "dept_leader@A"}),
            422,
            "substitute-not-held",
            "post",
        ),
        (json!({"from": "soon"}), 422, "wrong-type", "from"),
        (json!({"until": null}), 422, "missing-member", "until"),
        (json!({"post": "section_head"}), 422, "wrong-type", "post"),
    ] {
        let answer = api.post("bob", SUBSTITUTES, &away(over.clone()));
        assert_eq!(answer.status, status, "{over}");
        assert_eq!(answer.json["code"], code, "{over}");
        assert_eq!(answer.json["errors"][0]["field"], member, "{over}");
    }
}

#[test]
fn of_two_who_name_somebody_at_once_one_is_told_of_the_other() {
    Fixture::each(|fixture| {
        let naming = || dan_for_bob("2026-03-02", "2026-03-06");
        let results: Vec<_> = thread::scope(|scope| {
            let both: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| named(fixture, "bob", naming())))
                .collect();
            let joined = both.into_iter().map(|one| one.join().expect("ends"));
            joined.collect()
        });

        let made = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(made, 1, "{results:?}");
        let refused = results.iter().find_map(|result| result.as_ref().err());
        assert!(
            matches!(refused, Some(Error::Unfit(Unfit::Overlaps))),
            "{refused:?}"
        );
    });
}

#[test]
fn a_refused_naming_leaves_nothing_behind_in_memory_either() {
    let fixture = Fixture::new();
    let refused = named(&fixture, "bob", dan_for_bob("2026-03-06", "2026-03-02"));
    assert!(matches!(refused, Err(Error::Unfit(Unfit::Backwards))));

    named(&fixture, "bob", dan_for_bob("2026-03-02", "2026-03-06")).expect("named");

    let directory = fixture.app.directory_now().expect("a directory");
    assert_eq!(directory.substitutions.len(), 1);
}

#[test]
fn a_mail_reaches_the_substitute_says_for_whom_and_its_link_acts() {
    Fixture::each(|fixture| {
        named(fixture, "bob", dan_for_bob("2026-03-02", "2026-03-06")).expect("named");
        let case = fixture.filed(&reviewed());

        let mails = fixture.mails_to("dan");

        let text = &mails.last().expect("a mail").mail.text;
        assert!(text.contains("您正在代理 bob先生 办理"), "{text}");
        let done = links::act(&fixture.app, &fixture.link("dan"), Reply::named("approve"));
        assert_eq!(done.expect("acted").case, case);
        let case = fixture.case(case);
        let TaskState::Settled { by, on_behalf, .. } = case.tasks[0].state else {
            panic!("{:?}", case.tasks[0]);
        };
        assert_eq!(
            (by, on_behalf),
            (fixture.id("dan"), Some(fixture.id("bob")))
        );
    });
}

#[test]
fn whoever_is_named_is_told_by_mail_and_again_when_it_ends() {
    let fixture = Fixture::new();
    let all = Naming {
        post: None,
        ..dan_for_bob("2026-03-03", "2026-03-06")
    };
    let made = named(&fixture, "bob", all).expect("named");

    let told = fixture.mails_to("dan");
    assert_eq!(told.len(), 1, "{told:?}");
    let mail = &told[0].mail;
    assert!(
        mail.subject.starts_with("【代理】您被指定为代理人"),
        "{}",
        mail.subject
    );
    for wanted in [
        "bob先生",
        "省卫健委",
        "3月3日",
        "3月6日",
        "/settings/substitutes",
    ] {
        assert!(mail.text.contains(wanted), "{wanted}\n{}", mail.text);
    }

    let by = By::person(fixture.id("bob"), Channel::Page);
    substitutes::end(&fixture.app, &by, made[0].ulid).expect("ended");
    let told = fixture.mails_to("dan");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1].mail.subject, "【代理】您的代理已结束");

    fixture.advance(chrono::TimeDelta::minutes(1));
    let short = named(&fixture, "bob", dan_for_bob("2026-03-09", "2026-03-10")).expect("named");
    let by = By::person(fixture.id("dan"), Channel::Page);
    substitutes::end(&fixture.app, &by, short[0].ulid).expect("ended");
    assert_eq!(
        fixture.mails_to("dan").len(),
        2,
        "it was over before the mail left"
    );
}

#[test]
fn the_link_of_a_mail_ends_with_the_last_day() {
    let fixture = Fixture::new();
    named(&fixture, "bob", dan_for_bob("2026-03-02", "2026-03-02")).expect("named");
    fixture.filed(&reviewed());
    let token = fixture.link("dan");
    fixture.wait_until("2026-03-03 09:00");

    let dead = links::act(&fixture.app, &token, Reply::named("approve"));

    assert!(matches!(dead, Err(Error::DeadLink(_))), "{dead:?}");
}

#[test]
fn a_claim_by_the_substitute_leaves_both_their_links() {
    let fixture = Fixture::new();
    named(&fixture, "bob", dan_for_bob("2026-03-02", "2026-03-06")).expect("named");
    let case = fixture.filed(&reviewed());
    let (dans, bobs, beas) = (
        fixture.link("dan"),
        fixture.link("bob"),
        fixture.link("bea"),
    );

    fixture.on("dan", case, "claim", "review").expect("claimed");

    assert!(links::show(&fixture.app, &dans).is_ok());
    assert!(links::show(&fixture.app, &bobs).is_ok());
    assert!(links::show(&fixture.app, &beas).is_err(), "bob has it");
}

#[test]
fn a_substitute_of_one_of_each_holder_sees_the_case_that_asks_them_by_name() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&with_stages(
            "  - {stage: review, title: 审核, who: each section_head@applicant, sign: all}",
        ));
        let api = Api::of(fixture);
        api.post("bob", SUBSTITUTES, &away(json!({}))).expect(201);

        assert_eq!(inbox(&api, "dan").len(), 1);
        let seen = api.get("dan", &format!("/api/v1/cases/{case}")).expect(200);
        assert_eq!(
            seen["actions"].as_array().map(|all| !all.is_empty()),
            Some(true)
        );
    });
}

/// Fills in the form of 我的代理.
fn names(visitor: &Visitor, fields: &[(&str, &str)]) -> Page {
    let page = visitor.get("/settings/substitutes");
    let mut form = page.form("form[action='/settings/substitutes'][method='post']");
    for (name, value) in fields {
        form.set(name, value);
    }
    visitor.send(&form)
}

#[test]
fn the_page_names_a_substitute_who_then_acts_with_both_names_shown() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let holder = site.visitor("zhang.huimin");
    assert!(
        holder
            .get("/inbox")
            .has(".hd a[href='/settings/substitutes']")
    );
    let today = huiqian::calendar::day_of(site.office.app.now()).to_string();
    let days = [("from", &*today), ("until", &*today)];

    let wrong = names(&holder, &days);
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text(".es").contains("请选择代理人"),
        "{}",
        wrong.text("main")
    );
    let sent = names(&holder, &[days[0], days[1], ("substitute", "song.jia")]);
    assert_eq!(sent.status, 303, "{}", sent.text("main"));
    let page = holder.follow(&sent);
    assert!(page.text("[role=status]").contains("已指定代理人"));
    let mine = page.text("section[aria-labelledby='mine-t']");
    assert!(mine.contains("宋佳 代 张慧敏"), "{mine}");

    let substitute = site.visitor("song.jia");
    let row = substitute.get("/inbox").text(".ti");
    assert!(row.contains("代 张慧敏"), "{row}");
    let page = substitute.get(&format!("/c/{case}"));
    assert!(
        page.text(".card--act")
            .contains("您代理 张慧敏（省卫健委） 办理"),
        "{}",
        page.text("main")
    );
    let applicant = site.visitor("li.wenjing");
    let waiting = applicant.get(&format!("/c/{case}")).text("main");
    assert!(waiting.contains("现由 宋佳 代理"), "{waiting}");

    let task = Some(TaskId(1));
    let input = Input {
        task,
        ..Input::default()
    };
    site.office
        .act(case, "song.jia", "approve", input)
        .expect("approved");

    let shown = applicant.get(&format!("/c/{case}")).text("main");
    assert!(shown.contains("宋佳 代 张慧敏"), "{shown}");
}

#[test]
fn the_page_ends_it_and_an_administrator_sets_it_for_others() {
    let site = Site::open();
    let today = huiqian::calendar::day_of(site.office.app.now()).to_string();
    let manager = site.visitor("chen.siyuan");
    let page = manager.get("/settings/substitutes?for=zhang.huimin");
    let mut form = page.form("form[action='/settings/substitutes'][method='post']");
    form.set("substitute", "song.jia")
        .set("from", &today)
        .set("until", &today);

    let page = manager.follow(&manager.send(&form));

    let managed = page.text("section[aria-labelledby='managed-t']");
    assert!(managed.contains("陈思远 今天"), "{managed}");
    let holder = site.visitor("zhang.huimin");
    let page = holder.get("/settings/substitutes");
    let form = page.form("section[aria-labelledby='mine-t'] form");
    let page = holder.follow(&holder.send(&form));
    assert!(page.text("[role=status]").contains("代理已结束"));
    let earlier = page.text("section[aria-labelledby='earlier-t']");
    assert!(earlier.contains("张慧敏 今天"), "{earlier}");
    let unknown = manager.get("/settings/substitutes?for=nobody").text("main");
    assert!(unknown.contains("没有这个登录名"), "{unknown}");
    let stranger = holder
        .get("/settings/substitutes?for=song.jia")
        .text("main");
    assert!(!stranger.contains("为 宋佳"), "{stranger}");
}
