//! Push: how and when what is to be done comes to people.

use huiqian::engine::Event;
use huiqian::services::{audit, lists};
use serde_json::json;
use ulid::Ulid;

use super::table::{Pattern, wrp};
use super::who_may;
use crate::support::api::Api;
use crate::support::app::Fixture;
use crate::support::world::{World, naming, with_form, with_stages};

pub const ROWS: &[Pattern] = &[
    wrp(
        12,
        "Distribution by Offer - Single Resource",
        "单人提供",
        "`offer: turn`、`fewest`、`random`：只问一人，可以退签，退签后问下一人",
    ),
    wrp(
        13,
        "Distribution by Offer - Multiple Resources",
        "多人提供",
        "`who: 角色@部门`（`offer: claim`，缺省）",
    ),
    wrp(
        14,
        "Distribution by Allocation - Single Resource",
        "单人分配",
        "只有一人的岗位、`form.字段` 或 `user:`；`deny: [transfer, recuse]` 使其不能推开",
    ),
    wrp(15, "Random Allocation", "随机分派", "`offer: random`"),
    wrp(16, "Round Robin Allocation", "轮流分派", "`offer: turn`"),
    wrp(17, "Shortest Queue", "待办最少者", "`offer: fewest`"),
    wrp(
        18,
        "Early Distribution",
        "提前告知",
        "`copy: {entered: [下一环节的人]}`：在“抄送我的”里看到事项，流程图上有将要到来的环节",
    )
    .partly(
        "任务到时才进待办，没有“即将到来”的列表。",
        "The task itself enters the inbox only when it is enabled: there is no list of what is to come.",
    ),
    wrp(19, "Distribution on Enablement", "到达即分发", "缺省：环节一进入，任务就在待办和邮件里"),
    wrp(
        20,
        "Late Distribution",
        "延后分发",
        "人员待定的环节：环节已进入、时限已计，由 `nobody` 指明的人以后用改派来分",
    ),
];

fn review(offer: &str) -> String {
    with_stages(&format!(
        "  - {{stage: review, title: 审核, who: section_head@applicant, offer: {offer}}}"
    ))
}

#[test]
fn wrp_12_distribution_by_offer_single_resource() {
    let mut world = World::filed(&review("turn"));
    assert_eq!(world.told(), ["Assigned: bob"], "one is asked");
    assert_eq!(who_may(&world, "approve", "review"), ["bob"]);

    world.on("bob", "release", "review").expect("not binding");

    assert_eq!(world.told(), ["Assigned: bea"], "then the next");
    assert_eq!(who_may(&world, "approve", "review"), ["bea"]);
    assert!(world.on("bob", "approve", "review").is_err());
}

#[test]
fn wrp_13_distribution_by_offer_multiple_resources() {
    let mut world = World::filed(&review("claim"));
    assert_eq!(world.told(), ["Assigned: bob bea"]);
    assert_eq!(world.case.tasks.len(), 1, "one task, offered to several");
    assert_eq!(who_may(&world, "claim", "review"), ["bob", "bea"]);

    world.on("bea", "claim", "review").expect("claimed");

    assert_eq!(who_may(&world, "approve", "review"), ["bea"]);
}

#[test]
fn wrp_14_distribution_by_allocation_single_resource() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: dept_leader@applicant, deny: [transfer, recuse]}",
    ));

    assert_eq!(who_may(&world, "approve", "review"), ["eve"]);
    for action in ["claim", "release", "transfer", "recuse"] {
        assert!(!world.actions("eve").contains(&action), "{action}");
        assert!(world.on("eve", action, "review").is_err(), "{action}");
    }
}

/// Files so many cases; answers with who has each.
fn given(fixture: &Fixture, key: &str, cases: usize) -> Vec<(Ulid, &'static str)> {
    (0..cases)
        .map(|_| {
            let case = fixture.file("ann", key, json!({}));
            let holder = fixture.case(case).tasks[0].holder.expect("given");
            let login = ["bob", "bea"]
                .into_iter()
                .find(|login| fixture.id(login) == holder);
            (case, login.expect("a section head"))
        })
        .collect()
}

#[test]
fn wrp_15_random_allocation() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&review("random"));

        let given = given(fixture, &key, 20);

        let bobs = given.iter().filter(|(_, login)| *login == "bob").count();
        assert!((4..=16).contains(&bobs), "{given:?}");
        let (first, _) = given[0];
        assert!(
            given
                .iter()
                .map(|(_, login)| login)
                .collect::<Vec<_>>()
                .windows(3)
                .any(|three| three[0] == three[1]),
            "not in turn"
        );
        let (of, other) = match given[0].1 {
            "bob" => ("bob", "bea"),
            _ => ("bea", "bob"),
        };
        assert!(fixture.on(other, first, "approve", "review").is_err());
        fixture.on(of, first, "approve", "review").expect("theirs");
        let faults = audit::verify(&fixture.app.db, &audit::Which::All).expect("verified");
        assert!(faults.faults.is_empty(), "{faults:?}");
    });
}

#[test]
fn wrp_16_round_robin_allocation() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&review("turn"));

        let given = given(fixture, &key, 4);

        let turns: Vec<&str> = given.iter().map(|(_, login)| *login).collect();
        assert_eq!(turns, ["bob", "bea", "bob", "bea"]);
        assert!(fixture.on("bea", given[0].0, "approve", "review").is_err());
    });
}

#[test]
fn wrp_17_shortest_queue() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&review("fewest"));
        let first = given(fixture, &key, 2);
        assert_eq!((first[0].1, first[1].1), ("bob", "bea"));

        fixture
            .on("bea", first[1].0, "approve", "review")
            .expect("one less");
        let next = given(fixture, &key, 1);

        assert_eq!(next[0].1, "bea", "bob has one still");
        assert!(fixture.on("bob", next[0].0, "approve", "review").is_err());
    });
}

#[test]
fn wrp_18_early_distribution() {
    let fixture = Fixture::new();
    let stages = |copy: &str| {
        with_stages(&format!(
            "  - {{stage: review, title: 审核, who: section_head@applicant{copy}}}
  - {{stage: safety, title: 安全审查, who: data_security_officer@applicant}}"
        ))
    };
    let told = fixture.filed(&stages(
        ", copy: {entered: [data_security_officer@applicant]}",
    ));
    let untold = fixture.filed(&stages("").replace("workflow: trial", "workflow: other"));
    let api = Api::of(&fixture);

    let seen = api.get("dan", &format!("/api/v1/cases/{told}")).expect(200);
    assert_eq!(seen["tasks"][0]["stage"], "review", "the turn has not come");
    let copied = lists::copied(&fixture.app, fixture.id("dan"), None, 10).expect("read");
    assert_eq!(copied.rows.len(), 1, "it stands among dan's copies");
    let hidden = api.get("dan", &format!("/api/v1/cases/{untold}"));
    assert_eq!(hidden.problem(404), "not-found");
    let inbox = api.get("dan", "/api/v1/tasks").expect(200);
    assert_eq!(inbox["items"], json!([]), "nothing to do yet");

    fixture
        .on("bob", told, "approve", "review")
        .expect("approved");
    let inbox = api.get("dan", "/api/v1/tasks").expect(200);
    assert_eq!(inbox["items"][0]["stage"], "safety");
}

#[test]
fn wrp_19_distribution_on_enablement() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, due: 2wd}",
    ));
    assert_eq!(world.told(), ["Assigned: bob bea"]);
    assert_eq!(
        who_may(&world, "approve", "head"),
        [""; 0],
        "not yet enabled"
    );

    world.sleep_until("2026-03-03 10:00");
    world.on("bob", "approve", "review").expect("approved");

    assert_eq!(world.told(), ["NoLongerNeeded: bea", "Assigned: cat"]);
    assert_eq!(who_may(&world, "approve", "head"), ["cat"]);
    let opened = world
        .log
        .iter()
        .rev()
        .find_map(|(event, stamp)| match event {
            Event::TasksOpened { .. } => Some(stamp.at),
            _ => None,
        });
    assert_eq!(opened, Some(world.now), "at the same moment");
}

#[test]
fn wrp_20_late_distribution() {
    let mut world = World::filed(&with_form(
        "{id: handler, type: person, label: 承办人}",
        "  - {stage: review, title: 审核, who: form.handler, nobody: authority_handler@authority, due: 5wd}",
    ));
    assert_eq!(world.open(), ["review"], "enabled");
    assert!(world.case.clocks["review#0@1"].is_running());
    assert_eq!(
        who_may(&world, "approve", "review"),
        [""; 0],
        "and nobody's"
    );
    world.told();

    world.sleep_until("2026-03-04 09:00");
    world
        .on_with("adi", "reassign", "review", naming("dan"))
        .expect("distributed two days later");

    assert_eq!(world.told(), ["Assigned: dan"]);
    assert_eq!(who_may(&world, "approve", "review"), ["dan"]);
}
