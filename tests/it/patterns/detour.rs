//! Detours: what becomes of a task that does not simply go its way.

use huiqian::engine::{Input, Rejection, Status, TaskState};
use serde_json::{Value, json};

use super::table::{Pattern, wrp};
use super::{open, who_may};
use crate::support::api::Api;
use crate::support::app::Fixture;
use crate::support::world::{
    World, answering, back_to, because, missing, naming, with_form, with_stages,
};

pub const ROWS: &[Pattern] = &[
    wrp(27, "Delegation", "委托", "操作“转办”（`transfer`）"),
    wrp(
        28,
        "Escalation",
        "升级",
        "`overdue` 的 `escalate`（告知上级）、`assign`（改由他人办）",
    ),
    wrp(
        29,
        "Deallocation",
        "退签",
        "操作“退签”（`release`）：先问其他人",
    ),
    wrp(
        30,
        "Stateful Reallocation",
        "带着进度转交",
        "操作“转办”：已填的内容、征求到的意见、已用的时限都随任务走",
    ),
    wrp(
        31,
        "Stateless Reallocation",
        "从头转交",
        "操作“退签”“改派”：下一个人从空白开始",
    ),
    wrp(
        32,
        "Suspension/Resumption",
        "挂起和恢复",
        "操作“补正”（办理人停下等材料）、“挂起”“恢复”（管理员），时限都停",
    ),
    wrp(
        33,
        "Skip",
        "跳过",
        "表决里的“弃权”（`abstain`）、管理员“跳转”；法定环节不能跳过",
    ),
    wrp(
        34,
        "Redo",
        "重办",
        "操作“退回”“拿回”：本环节和其后的都重新办",
    ),
    wrp(
        35,
        "Pre-Do",
        "提前办",
        "外层块的 `signals` 加 `fills` 先填，该环节 `when` 未填才问",
    ),
];

const REVIEW: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

#[test]
fn wrp_27_delegation() {
    let mut world = World::filed(&with_stages(REVIEW));
    world.on("bob", "claim", "review").expect("claimed");

    world
        .on_with("bob", "transfer", "review", naming("dan"))
        .expect("handed over");

    assert_eq!(who_may(&world, "approve", "review"), ["dan"]);
    assert!(world.on("bob", "approve", "review").is_err());
    assert!(matches!(
        world.on_with("dan", "transfer", "review", naming("ann")),
        Err(Rejection::PersonBarred { .. })
    ));
}

#[test]
fn wrp_28_escalation() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, escalate: share_office_head@applicant}, {after: 1wd, assign: dept_leader@applicant}]}}",
    ));
    world.wait_until("2026-03-04 00:00");
    assert!(world.told().contains(&"Escalated: cat".to_owned()));
    assert_eq!(who_may(&world, "approve", "review"), ["bob", "bea"]);

    world.wait_until("2026-03-05 00:00");

    assert_eq!(
        who_may(&world, "approve", "review"),
        ["eve"],
        "by the system"
    );
    assert!(world.on("bob", "approve", "review").is_err());
}

#[test]
fn wrp_29_deallocation() {
    let mut world = World::filed(&with_stages(REVIEW));
    world.on("bob", "claim", "review").expect("claimed");
    assert_eq!(who_may(&world, "approve", "review"), ["bob"]);
    world.told();

    world.on("bob", "release", "review").expect("given back");

    assert_eq!(world.told(), ["Assigned: bea"], "and not the giver again");
    assert_eq!(world.case.tasks[0].holder, None);
    world.on("bea", "claim", "review").expect("taken");
}

/// A review in which an answer is filled in, in five working days.
fn filling() -> String {
    with_form(
        "{id: note, type: text, label: 说明}",
        "  - section: answer
    title: 答复
    fields:
      - {id: reply, type: text, label: 答复, required: true}
stages:
  - {stage: review, title: 审核, who: section_head@applicant, fills: [answer], due: 5wd}
",
    )
}

/// What somebody finds filled in on the first task.
fn found(api: &Api<'_>, login: &str, case: &str) -> Value {
    let seen = api.get(login, &format!("/api/v1/cases/{case}")).expect(200);
    seen["tasks"][0]["draft"].clone()
}

#[test]
fn wrp_30_stateful_reallocation() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&filling()).to_string();
        let api = Api::of(fixture);
        let act = |login: &str, body: Value| api.act(login, &case, &body).expect(200);
        act(
            "bob",
            json!({"action": "save_draft", "task": 1, "comment": "先不给人看", "answers": {"reply": "原则同意"}}),
        );
        act(
            "bob",
            json!({"action": "consult", "task": 1, "people": ["eve"], "comment": "合适吗"}),
        );
        act(
            "eve",
            json!({"action": "advise", "task": 2, "comment": "合适"}),
        );
        fixture.wait_until("2026-03-04 09:00");
        api.forget();

        act(
            "bob",
            json!({"action": "transfer", "task": 1, "person": "dan", "comment": "出差"}),
        );

        let given = found(&api, "dan", &case);
        assert_eq!(given["answers"], json!({"reply": "原则同意"}));
        assert_ne!(
            given["comment"],
            json!("先不给人看"),
            "words are their writer's"
        );
        let after = fixture.case(case.parse().expect("an id"));
        assert_eq!(
            after.stage("review").rounds,
            1,
            "it goes on, it does not begin again"
        );
        assert!(
            matches!(after.tasks[1].state, TaskState::Settled { .. }),
            "advice stays"
        );
        act(
            "dan",
            json!({"action": "approve", "task": 1, "answers": {"reply": "原则同意"}}),
        );
    });
}

#[test]
fn wrp_31_stateless_reallocation() {
    Fixture::each(|fixture| {
        let case = fixture.filed(&filling()).to_string();
        let api = Api::of(fixture);
        let act = |login: &str, body: Value| api.act(login, &case, &body).expect(200);
        act("bob", json!({"action": "claim", "task": 1}));
        act(
            "bob",
            json!({"action": "save_draft", "task": 1, "answers": {"reply": "原则同意"}}),
        );

        act("bob", json!({"action": "release", "task": 1}));
        assert_eq!(found(&api, "bea", &case), Value::Null, "from the start");
        act(
            "adm",
            json!({"action": "reassign", "task": 1, "person": "dan", "comment": "改由安全员办"}),
        );

        assert_eq!(found(&api, "dan", &case), Value::Null);
        let lacking = api.act("dan", &case, &json!({"action": "approve", "task": 1}));
        assert_eq!(lacking.status, 422, "what bob filled in is not there");
        act(
            "dan",
            json!({"action": "approve", "task": 1, "answers": {"reply": "重新写的"}}),
        );
    });
}

#[test]
fn wrp_32_suspension_resumption() {
    let mut world = World::submitted(
        &with_form(
            "{id: note, type: text, label: 说明, required: true}",
            "  - {stage: review, title: 审核, who: section_head@applicant, due: 5wd, supplement: {times: 1}}",
        ),
        json!({"note": "一"}),
    );
    let runs = |world: &World| world.case.clocks["review#0@1"].is_running();
    world
        .on_with("bob", "supplement", "review", missing(&["note"]))
        .expect("put aside");
    assert!(!runs(&world));
    assert_eq!(who_may(&world, "approve", "review"), [""; 0]);
    world
        .on_with("ann", "supply", "review", answering(json!({"note": "二"})))
        .expect("resumed");
    assert!(runs(&world));

    world
        .act("adm", "suspend", because("等待核实"))
        .expect("suspended");
    assert!(matches!(world.case.status, Status::Suspended { .. }));
    assert!(!runs(&world));
    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::Suspended)
    );
    world
        .act("adm", "resume", Input::default())
        .expect("resumed");
    world.on("bob", "approve", "review").expect("approved");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn wrp_33_skip() {
    let mut vote = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant], sign: {pass: 2, abstain: true}}",
    ));
    vote.on("eve", "abstain", "panel").expect("skipped");
    assert!(!vote.case.tasks[2].is_live(), "complete, and nothing said");
    vote.on("bob", "approve", "panel").expect("approved");
    vote.on("cat", "approve", "panel").expect("approved");
    assert_eq!(vote.end().as_deref(), Some("approved"));

    let mut work = World::filed(&with_stages(
        "  - {stage: visit, title: 现场核查, kind: work, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, law: 《条例》第二十条}
  - {stage: last, title: 归档, who: dept_leader@applicant}",
    ));
    assert!(work.act("bob", "jump", back_to("head")).is_err());
    work.act("adm", "jump", back_to("head")).expect("skipped");
    assert_eq!(open(&work), ["head"]);
    let past = work
        .act("adm", "jump", back_to("last"))
        .expect_err("required by law");
    assert_eq!(past.code(), "past-law");
}

#[test]
fn wrp_34_redo() {
    let stages = "  - {stage: draft, title: 拟办, kind: work, who: section_head@applicant}
  - {stage: check, title: 复核, who: data_security_officer@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}";
    let mut world = World::filed(&with_stages(stages));
    world.on("bob", "done", "draft").expect("done");
    world.on("dan", "approve", "check").expect("approved");

    world
        .on_with("cat", "return", "head", back_to("draft"))
        .expect("returned");

    assert_eq!(open(&world), ["draft"]);
    world.on("bea", "done", "draft").expect("done again");
    assert_eq!(open(&world), ["check"], "and what followed, too");
    assert_eq!(world.case.stage("check").rounds, 2);
    world.on("dan", "approve", "check").expect("approved again");
    assert_eq!(open(&world), ["head"]);

    world
        .act("dan", "take_back", because("看错了"))
        .expect("taken back");
    assert_eq!(
        open(&world),
        ["check"],
        "one's own answer, before anybody went on"
    );
    world.on("dan", "approve", "check").expect("approved again");
    assert!(world.act("bea", "take_back", because("看错了")).is_err());
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn wrp_35_pre_do() {
    let yaml = with_form(
        "{id: note, type: text, label: 说明}",
        "  - section: views
    title: 领导意见
    fields:
      - {id: view, type: text, label: 意见, required: true}
stages:
  - group: handling
    title: 办理
    signals:
      early: {title: 提前批示, by: [dept_leader@applicant], fills: [views], next: stay}
    stages:
      - {stage: review, title: 审核, who: section_head@applicant}
      - {stage: leader, title: 领导批示, when: form.view == null, who: dept_leader@applicant, fills: [views]}
      - {stage: archive, title: 归档, kind: work, who: share_office_head@applicant}
",
    );
    let early = || Input {
        signal: Some("early".into()),
        ..answering(json!({"view": "同意，从快办理"}))
    };
    let mut ahead = World::filed(&yaml);
    assert_eq!(
        ahead.asked(),
        ["review: bob bea"],
        "eve's turn has not come"
    );
    assert!(ahead.act("bob", "signal", early()).is_err());
    ahead.act("eve", "signal", early()).expect("ahead of it");
    assert_eq!(ahead.open(), ["handling", "review"], "nothing else moves");
    ahead.on("bob", "approve", "review").expect("approved");
    assert_eq!(open(&ahead), ["archive"], "done already");
    assert_eq!(ahead.case.answers["view"], json!("同意，从快办理"));

    let mut in_turn = World::filed(&yaml);
    in_turn.on("bob", "approve", "review").expect("approved");
    assert_eq!(who_may(&in_turn, "approve", "leader"), ["eve"]);
}
