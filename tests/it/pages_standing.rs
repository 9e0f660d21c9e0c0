//! What a case page says of that which stands without a signature: the next round, a step that is held back, another case
//! that was started.

use huiqian::engine::TaskAsks;
use serde_json::json;

use crate::support::api::Api;
use crate::support::visitor::{Page, Site};
use crate::support::world::definition;

fn workflow(key: &str, stages: &str) -> String {
    definition("", "{id: note, type: text, label: 说明}", stages, "")
        .replace("workflow: trial", &format!("workflow: {key}"))
}

fn told(page: &Page) -> String {
    page.text("section[aria-labelledby='timeline-t']")
}

#[test]
fn a_stage_that_comes_again_says_when() {
    let site = Site::open();
    let key = site.office.publish(&workflow(
        "recurring",
        "  - parallel: response
    title: 处置
    branches:
      reports:
        - {stage: report, title: 续报, kind: work, who: data_security_officer@applicant, every: 24h, while: '!done(\"contain\")'}
      work:
        - {stage: contain, title: 现场处置, kind: work, who: section_head@applicant}
",
    ));
    let case = site.office.file_by(&key, json!({})).expect("filed");

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}"));

    assert!(
        told(&page).contains("续报，下次：3月3日"),
        "{}",
        told(&page)
    );
    let branches = page.text(".br");
    assert!(branches.contains("等下一次"), "{branches}");
}

#[test]
fn a_step_that_is_held_back_says_what_it_waits_for() {
    let site = Site::open();
    let key = site.office.publish(&workflow(
        "held",
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: check, title: 审核, who: section_head@applicant}
",
    ));
    let case = site.office.file_by(&key, json!({})).expect("filed");
    site.office.does(case, "zhang.huimin", "approve");

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}"));

    assert!(
        told(&page).contains("等“备案”办结后继续"),
        "{}",
        told(&page)
    );
}

/// A case that starts another one.
fn starting(site: &Site) -> ulid::Ulid {
    site.office.publish(&workflow(
        "system-assessment",
        "  - {stage: check, title: 核对, who: section_head@applicant}\n",
    ));
    let key = site.office.publish(&workflow(
        "starting",
        "  - {start: correct, title: 校核申请, workflow: system-assessment, with: {note: case.number}}\n",
    ));
    site.office.file_by(&key, json!({})).expect("filed")
}

#[test]
fn a_task_that_asks_for_another_case_opens_its_draft_and_waits_for_it() {
    let site = Site::open();
    let case = starting(&site);
    let applicant = site.visitor("li.wenjing");
    let page = applicant.get(&format!("/c/{case}"));
    assert!(
        page.text(".card--act").contains("请填报：校核申请"),
        "{}",
        page.text(".card--act")
    );

    let sent = applicant.send(&page.form("form[action$='/file']"));
    assert_eq!(sent.status, 303, "{}", sent.text("main"));
    let draft = sent.header("location").expect("a draft");
    let id = draft.split('/').nth(2).expect("an id").to_owned();
    let check = applicant.get(&format!("/c/{id}/check"));
    assert!(
        check.text("main").contains("试〔2026〕1号"),
        "{}",
        check.text("main")
    );
    let sent = applicant.send(&check.form("form[action$='/check']"));
    assert_eq!(sent.status, 303, "{}", sent.text(".es"));
    site.office.until("2026-03-02 09:05");

    let page = applicant.get(&format!("/c/{case}"));
    assert!(
        told(&page).contains("校核申请：等待 试〔2026〕1号 办结"),
        "{}",
        told(&page)
    );
    let stranger = site.visitor("zhang.huimin");
    let form = applicant.get(&format!("/c/{case}"));
    assert!(!form.has("form[action$='/file']"));
    assert_eq!(stranger.get(&format!("/c/{case}")).status, 404);
}

#[test]
fn the_api_opens_the_draft_of_another_case_once() {
    let site = Site::open();
    let case = starting(&site);
    let api = Api::of_office(&site.office);
    let path = format!("/api/v1/cases/{case}/drafts");
    let task = site.office.case(case);
    let task = task.open_tasks().find(|task| task.asks == TaskAsks::File);
    let body = json!({"task": task.expect("a task").id.0});

    let draft = api.post("li.wenjing", &path, &body).expect(201);
    let again = api.post("li.wenjing", &path, &body).expect(201);

    assert_eq!(draft["status"], "draft");
    assert_eq!(draft["workflow"], "system-assessment");
    assert_eq!(draft["answers"]["note"], "试〔2026〕1号");
    assert_eq!(draft["id"], again["id"]);
    assert_eq!(api.post("li.wenjing", &path, &json!({})).status, 422);
    assert_eq!(api.post("zhang.huimin", &path, &body).status, 404);
}
