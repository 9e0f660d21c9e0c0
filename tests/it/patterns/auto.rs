//! Auto-start: what begins by itself.

use huiqian::engine::{Input, TaskState};
use serde_json::json;
use ulid::Ulid;

use super::table::{Pattern, wrp};
use super::who_may;
use crate::support::office::request;
use crate::support::visitor::{Page, Site, Visitor};
use crate::support::world::{World, with_stages};

pub const ROWS: &[Pattern] = &[
    wrp(
        36,
        "Commencement on Creation",
        "产生即开始",
        "缺省：一个人的任务产生时就是他的，时限同时起算，没有“开始”这一步",
    ),
    wrp(
        37,
        "Commencement on Allocation",
        "分配即开始",
        "签收或分派（`offer`）以后就在办理中，没有“开始”这一步",
    ),
    wrp(
        38,
        "Piled Execution",
        "同类连办",
        "事项页“处理下一件”：同一环节的下一件，按期限先后",
    ),
    wrp(
        39,
        "Chained Execution",
        "同件连办",
        "办完一项，同一事项里轮到本人的下一项就在同一页上打开",
    ),
];

#[test]
fn wrp_36_commencement_on_creation() {
    let mut world = World::filed(&with_stages(
        "  - {stage: report, title: 报告, kind: work, who: dept_leader@applicant, due: 3wd}",
    ));
    let task = &world.case.tasks[0];

    assert!(task.is_open());
    assert!(
        world.case.clocks["report#0@1"].is_running(),
        "from its creation on"
    );
    for action in ["claim", "start", "begin"] {
        assert!(!world.actions("eve").contains(&action), "{action}");
    }
    world.on("eve", "done", "report").expect("at once");
    assert!(world.case.tasks.iter().all(|task| !task.is_live()));
}

#[test]
fn wrp_37_commencement_on_allocation() {
    let mut world = World::filed(&with_stages(
        "  - {stage: report, title: 报告, kind: work, who: section_head@applicant}",
    ));
    assert!(world.actions("bob").contains(&"claim"));

    world.on("bob", "claim", "report").expect("claimed");

    assert!(!world.actions("bob").contains(&"claim"));
    assert_eq!(who_may(&world, "done", "report"), ["bob"], "under way");
    assert_eq!(who_may(&world, "save_draft", "report"), ["bob"]);
    world
        .act(
            "bob",
            "done",
            Input {
                task: Some(world.case.tasks[0].id),
                ..Input::default()
            },
        )
        .expect("done");
}

/// Approves on the page of a case and goes where that leads.
fn approve(visitor: &Visitor, page: &Page) -> Page {
    let mut form = page.form(".card--act form");
    form.set("action", "approve");
    visitor.follow(&visitor.send(&form))
}

fn open(site: &Site, case: Ulid) -> bool {
    let case = site.office.case(case);
    matches!(case.tasks[0].state, TaskState::Open)
}

#[test]
fn wrp_38_piled_execution() {
    let site = Site::open();
    let cases: Vec<Ulid> = (0..3)
        .map(|_| site.office.file(request(json!({}))).expect("filed"))
        .collect();
    let visitor = site.visitor("zhang.huimin");
    let mut page = visitor.get(&format!("/c/{}", cases[0]));
    assert!(!page.text("main").contains("处理下一件"), "this one first");

    for _ in 0..2 {
        page = approve(&visitor, &page);
        assert!(
            page.text(".btnrow").contains("处理下一件"),
            "{}",
            page.text("main")
        );
        let next = page.attributes(".btnrow a.btn--p", "href");
        page = visitor.get(&next[0]);
        assert!(page.has(".card--act form"), "the same work, the next case");
    }
    let last = approve(&visitor, &page);

    assert!(!last.text("main").contains("处理下一件"), "none is left");
    assert!(cases.iter().all(|case| !open(&site, *case)));
}

#[test]
fn wrp_39_chained_execution() {
    let site = Site::open();
    let case = site.office.filed_by(&with_stages(
        "  - {stage: review, title: 业务审核, who: section_head@applicant, same_person: ask}
  - {stage: confirm, title: 复核确认, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    ));
    let visitor = site.visitor("zhang.huimin");
    let page = visitor.get(&format!("/c/{case}"));
    assert!(
        page.text(".card--act").contains("业务审核"),
        "{}",
        page.text(".card--act")
    );

    let page = approve(&visitor, &page);

    assert_eq!(page.path, format!("/c/{case}"));
    assert!(
        page.text(".card--act").contains("复核确认"),
        "{}",
        page.text("main")
    );
    let page = approve(&visitor, &page);
    assert!(!page.has(".card--act"), "the next one is another's");
    assert_eq!(site.office.waits_at(case), ["head"]);
}
