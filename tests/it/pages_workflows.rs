//! 流程定义 as a browser without scripts sees it: writing, checking, proposing, confirming, comparing, moving cases.

use serde_json::json;
use ulid::Ulid;

use crate::support::office::request;
use crate::support::visitor::{Form, Page, Site, Visitor};

const HOME: &str = "/admin/workflows/data-sharing";

/// The editor's form with the text changed and a button pressed.
fn write(page: &Page, change: impl FnOnce(&str) -> String, button: &str) -> Form {
    let mut form = page.form("form:has(textarea[name=source])");
    let source = form.value("source").expect("a text").to_owned();
    form.set("source", &change(&source)).set("do", button);
    form
}

/// The section heads get two days instead of one, and their stage another id.
fn changed(source: &str) -> String {
    assert!(source.contains("section_review"));
    source
        .replace("section_review", "office_review")
        .replacen("in: 1wd", "in: 2wd", 1)
}

/// Writes the changed definition and proposes it; answers with the page of the version.
#[track_caller]
fn propose(visitor: &Visitor) -> Page {
    let form = write(&visitor.get(HOME), changed, "propose");
    let look = visitor.follow(&visitor.send(&form));
    assert_eq!(look.status, 200, "{}", look.text("main"));
    let sent = visitor.send(&look.form("form[action$='/propose']"));
    visitor.follow(&sent)
}

#[track_caller]
fn confirm(visitor: &Visitor, version: u32) -> Page {
    let page = visitor.get(&format!("{HOME}/versions/{version}"));
    let sent = visitor.send(&page.form("form[action$='/confirm']"));
    visitor.follow(&sent)
}

fn filed(site: &Site) -> Ulid {
    site.office.file(request(json!({}))).expect("filed")
}

#[test]
fn the_list_says_what_is_in_force_what_waits_and_how_many_cases_run_on_what() {
    let site = Site::open();
    filed(&site);
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    propose(&one);

    let list = two.get("/admin/workflows");

    let row = list.text("tbody tr");
    assert!(row.contains("政务数据共享申请"), "{row}");
    assert!(row.contains("第 1 版在办 1 件"), "{row}");
    let waiting = list.text(".ti--v");
    assert!(waiting.contains("第 2 版"), "{waiting}");
    assert!(
        waiting.contains("陈思远（省行政审批政务信息局）"),
        "{waiting}"
    );
    assert!(waiting.contains("去核对"), "{waiting}");
    let own = one.get("/admin/workflows").text(".ti--v");
    assert!(
        !own.contains("去核对"),
        "nobody decides about their own: {own}"
    );
    assert!(list.has("nav a[href='/admin/workflows'][aria-current]"));
}

#[test]
fn a_second_person_puts_in_force_what_one_has_written() {
    let site = Site::open();
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));

    let form = write(&one.get(HOME), changed, "propose");
    let look = one.follow(&one.send(&form));
    let words = look.text("main");
    assert!(
        words.contains("标识由 section_review 改为 office_review"),
        "{words}"
    );
    assert!(
        words.contains("期限由 1 个工作日 改为 2 个工作日"),
        "{words}"
    );
    assert!(
        !words.contains("actor(section_review)、"),
        "follows from the name: {words}"
    );
    let gone = look.text(".df-gone td:nth-child(4)");
    let gone: Vec<&str> = gone.split_whitespace().collect();
    assert_eq!(
        gone.join(" "),
        "- stage: section_review in: 1wd not: [actor(section_review), actor(demand_head)]"
    );
    let proposed = one.follow(&one.send(&look.form("form[action$='/propose']")));

    assert!(proposed.path.ends_with("/versions/2"), "{}", proposed.path);
    assert!(
        proposed
            .text("[role=status]")
            .contains("等待另一名流程管理员确认")
    );
    assert!(
        !proposed.has("form[action$='/confirm']"),
        "never the proposer"
    );
    assert!(proposed.text("main").contains("必须由另一名流程管理员确认"));
    assert!(one.get(HOME).text("main").contains("正在使用：第 1 版"));

    let done = confirm(&two, 2);

    assert!(done.text("[role=status]").contains("已确认"));
    assert!(done.text("main").contains("正在使用：第 2 版"));
    let versions = two.get(&format!("{HOME}/versions")).text("tbody tr");
    assert!(
        versions.contains("陈思远（省行政审批政务信息局）"),
        "{versions}"
    );
    assert!(
        versions.contains("周岚（省行政审批政务信息局）"),
        "{versions}"
    );
    let draft = one.get(HOME);
    assert!(
        !draft.has("a[href$='/discard']"),
        "the draft became the proposal"
    );
}

#[test]
fn a_forged_confirmation_of_ones_own_proposal_is_refused() {
    let site = Site::open();
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    propose(&one);

    let page = one.get(&format!("{HOME}/versions/2"));
    let mut form = page.form("form[action$='/withdraw']");
    form.act(&format!("{HOME}/versions/2/confirm"));
    let own = one.send(&form);
    assert_eq!(own.status, 403);
    assert!(own.text("main").contains("必须由另一名流程管理员确认"));

    let page = two.get(&format!("{HOME}/versions/2"));
    let mut form = page.form("form[action$='/confirm']");
    form.leave_out("csrf");
    assert_eq!(two.send(&form).status, 403, "without the token");
}

#[test]
fn who_comes_second_is_told_that_it_was_decided() {
    let site = Site::open();
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    propose(&one);
    let open = two.get(&format!("{HOME}/versions/2"));
    let withdrawn = one.get(&format!("{HOME}/versions/2"));
    let withdrawn = one.send(&withdrawn.form("form[action$='/withdraw']"));
    assert!(
        one.follow(&withdrawn)
            .text("[role=status]")
            .contains("已撤回")
    );

    let late = two.send(&open.form("form[action$='/confirm']"));

    assert_eq!(late.status, 409);
    assert!(late.text("main").contains("第 2 版已经不在等待确认"));
    let version = two.get(&format!("{HOME}/versions/2"));
    assert!(version.text(".tag").contains("已撤回"));
    assert!(!version.has("form[action$='/confirm']"));
}

#[test]
fn errors_stop_a_proposal_and_lead_to_their_lines() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let broken = |source: &str| source.replacen("section_head@applicant", "chef@applicant", 1);

    let sent = visitor.send(&write(&visitor.get(HOME), broken, "propose"));
    let look = visitor.follow(&sent);
    let page = visitor.follow(&look);

    assert!(
        page.path.starts_with(HOME) && page.path.ends_with("check=1"),
        "{}",
        page.path
    );
    assert!(page.text("title").starts_with("错误："));
    let summary = page.text("[data-error-summary]");
    assert!(summary.contains("没有角色 chef"), "{summary}");
    assert_eq!(page.text(".checks .c-bad ~ div > b code"), "chef");
    let lines = page.attributes(".checks .c-bad ~ a", "href");
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert!(
        page.text(&format!(".src li{line}"))
            .contains("chef@applicant")
    );
    let marks = &page.attributes("textarea", "data-diagnostics")[0];
    let marks: serde_json::Value = serde_json::from_str(marks).expect("JSON");
    assert_eq!(
        marks
            .as_array()
            .expect("a list")
            .iter()
            .filter(|one| one["severity"] == "error")
            .count(),
        1
    );
    let rule = page.attributes(".checks .c-bad ~ div a", "href");
    assert_eq!(rule, ["/admin/workflow-rules#rule-unknown-role"]);
    let rules = visitor.get("/admin/workflow-rules");
    assert!(
        rules
            .text("#rule-unknown-role")
            .contains("section_haed@applicant")
    );
    assert!(page.text("main").contains("图上只有读得出来的部分"));
    let number = line.trim_start_matches("#L");
    assert_eq!(
        page.attributes(".flow .bad", "class").len(),
        1,
        "one stage is marked"
    );
    assert!(
        page.text(".flow .bad .m")
            .contains(&format!("第 {number} 行：没有角色"))
    );
    let words = page.text("details .ol");
    assert!(
        words.contains(&format!("第 {number} 行：没有角色")),
        "{words}"
    );
    assert!(
        page.form("form:has(textarea)")
            .value("source")
            .expect("kept")
            .contains("chef@applicant")
    );
}

#[test]
fn a_definition_below_the_law_is_not_proposed_and_the_article_stands_at_its_stage() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let late = |source: &str| source.replacen("          in: 20wd", "          in: 30wd", 1);

    let sent = visitor.send(&write(&visitor.get(HOME), late, "propose"));
    let page = visitor.follow(&visitor.follow(&sent));

    let summary = page.text("[data-error-summary]");
    assert!(summary.contains("20 个工作日内共享数据"), "{summary}");
    assert!(
        summary.contains("《政务数据共享条例》第二十二条"),
        "{summary}"
    );
    let line = &page.attributes(".checks .c-bad ~ a", "href")[0];
    assert!(page.text(&format!(".src li{line}")).contains("due:"));
    let mark = page.text(".flow .bad .m");
    assert!(mark.contains("提供部门应当"), "{mark}");
    let demands = visitor.get("/admin/workflow-rules").text("#policy-sharing");
    assert!(demands.contains("第二十二条"), "{demands}");
}

#[test]
fn where_nothing_can_be_read_it_is_said_why_there_is_no_diagram() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");

    for text in [
        "stages: [",
        "workflow: x\nstages: 3\n",
        "- a\n",
        "stages:\n  - {}\n",
    ] {
        let sent = visitor.send(&write(&visitor.get(HOME), |_| text.to_owned(), "check"));
        let page = visitor.follow(&sent);

        assert_eq!(page.status, 200, "{text}");
        assert!(page.has(".checks .c-bad"), "{text}");
        assert!(!page.has("svg.flow"), "{text}");
        assert!(
            page.text("main").contains("改正错误后才能画出流程图"),
            "{text}"
        );
    }
}

/// The trial's form with a text, sent.
#[track_caller]
fn try_out(visitor: &Visitor, text: &str) -> Page {
    let page = visitor.get(&format!("{HOME}/trial"));
    let mut form = page.form("form:has(textarea[name=text])");
    visitor.send(form.set("text", text))
}

#[test]
fn a_request_is_walked_on_paper() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let example = visitor.get(&format!("{HOME}/trial?example=request"));

    let form = example.form("form:has(textarea[name=text])");
    let walked = visitor.send(&form);

    assert_eq!(walked.status, 200, "{}", walked.text("main"));
    let legs = walked.text(".walk");
    assert!(legs.contains("section_review"), "{legs}");
    assert!(legs.contains("张慧敏"), "who is asked: {legs}");
    assert!(legs.contains("如果不同意"), "{legs}");
    let ends = walked.text("dl.sl");
    assert!(ends.contains("都同意"), "{ends}");
    let kept = walked.form("form:has(textarea[name=text])");
    assert_eq!(kept.value("text"), form.value("text"), "it is still there");
    assert!(
        !visitor
            .get("/admin/workflows")
            .text("tbody")
            .contains("在办 1 件")
    );
}

#[test]
fn a_request_is_walked_among_the_systems_own_people() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let example = visitor.get(&format!("{HOME}/trial?example=request"));
    let form = example.form("form:has(textarea[name=text])");
    let text = form.value("text").expect("an example");
    let own = text.replace(": demo", ": system");
    assert_ne!(text, own);

    let walked = try_out(&visitor, &own);
    assert_eq!(walked.status, 200, "{}", walked.text("main"));
    assert!(walked.text(".walk").contains("张慧敏"));

    let elsewhere = try_out(&visitor, &text.replace(": demo", ": /etc/passwd"));
    assert_eq!(elsewhere.status, 422, "no file is read");
    assert!(elsewhere.text(".checks").contains("不能用"));
}

#[test]
fn tests_are_played_and_lead_to_the_step_that_fails() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let example = visitor.get(&format!("{HOME}/trial?example=tests"));
    let form = example.form("form:has(textarea[name=text])");
    let text = form.value("text").expect("an example").to_owned();

    let played = visitor.send(&form);
    assert_eq!(played.status, 200, "{}", played.text("main"));
    assert!(played.text("[role=status]").contains("0 项没有通过"));
    assert!(!played.has(".checks .c-bad"));
    assert!(played.text("main").contains("覆盖"));

    let wrong = text.replacen("section_review", "nowhere", 1);
    let found = try_out(&visitor, &wrong);
    assert_eq!(found.status, 422);
    assert!(found.text(".checks .c-bad ~ div").contains("nowhere"));
    assert!(found.text("title").starts_with("错误："));

    let many = try_out(&visitor, &text.replace("section_review", "nowhere"));
    let summary = many.text("[data-error-summary]");
    let count = many.attributes(".checks li", "id").len();
    assert!(
        summary.contains(&format!("有 {count} 处需要修改")),
        "{summary}"
    );

    let failing = text.replacen("open: [section_review]", "open: [intake]", 1);
    assert_ne!(failing, text);
    let failed = try_out(&visitor, &failing);
    assert_eq!(failed.status, 200, "the run itself went well");
    let row = failed.text(".checks li:has(.c-bad)");
    assert!(row.contains("应为 intake，实为 section_review"), "{row}");
    let line = &failed.attributes(".checks li:has(.c-bad) > a", "href")[0];
    assert!(failed.has(&format!(".src li{line}")), "{line}");
}

#[test]
fn what_is_written_is_tried_out_before_anybody_else_sees_it() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let sent = visitor.send(&write(&visitor.get(HOME), changed, "trial"));

    let trial = visitor.follow(&sent);

    assert_eq!(trial.path, format!("{HOME}/trial"));
    assert!(trial.text("main").contains("第 2 版草稿"));
    let blank = trial.form("form:has(textarea[name=text])");
    assert!(
        blank
            .value("text")
            .expect("a form to fill in")
            .contains("# subject:")
    );
    let example = visitor.get(&format!("{HOME}/trial?example=request"));
    let walked = visitor.send(&example.form("form:has(textarea[name=text])"));
    assert!(walked.text(".walk").contains("office_review"));

    visitor.send(&write(&visitor.get(HOME), |_| "x: 1".to_owned(), "save"));
    let broken = try_out(&visitor, "subject: 1");
    assert!(broken.text(".note").contains("还不能试运行"));
    assert_eq!(
        broken.form("form:has(textarea[name=text])").value("text"),
        Some("subject: 1")
    );
}

#[test]
fn what_is_typed_is_kept_to_the_letter_for_its_author_alone() {
    let site = Site::open();
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    let typed = "\n\nworkflow: x # <script>\"'&amp;\r\n\ttab\n\n";

    let sent = one.send(&write(&one.get(HOME), |_| typed.to_owned(), "save"));
    let page = one.follow(&sent);

    let kept = page
        .form("form:has(textarea)")
        .value("source")
        .expect("kept")
        .to_owned();
    assert_eq!(kept, typed.replace("\r\n", "\n"));
    assert!(page.text("main").contains("第 2 版草稿"));
    let other = two.get(HOME).form("form:has(textarea)");
    assert!(
        other
            .value("source")
            .expect("a text")
            .contains("section_review")
    );

    let ask = one.get(&format!("{HOME}/discard"));
    let gone = one.follow(&one.send(&ask.form("main form")));
    assert!(gone.text("main").contains("草稿已放弃"));
    assert!(
        gone.form("form:has(textarea)")
            .value("source")
            .expect("a text")
            .contains("section_review")
    );
}

#[test]
fn a_draft_that_was_saved_elsewhere_is_not_overwritten_unseen() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let (here, there) = (visitor.get(HOME), visitor.get(HOME));
    visitor.send(&write(
        &there,
        |source| format!("{source}# there\n"),
        "save",
    ));

    let stale = visitor.send(&write(&here, |source| format!("{source}# here\n"), "save"));

    assert_eq!(stale.status, 409);
    assert!(
        stale
            .text("[data-error-summary]")
            .contains("您在别处保存过这份草稿")
    );
    assert_eq!(stale.text(".df-gone td:nth-child(4)"), "# there");
    assert_eq!(stale.text(".df-new td:nth-child(4)"), "# here");
    let again = stale.form("form:has(textarea)");
    assert!(again.value("source").expect("kept").ends_with("# here\n"));
    let mut again = again;
    let page = visitor.follow(&visitor.send(again.set("do", "save")));
    assert!(
        page.form("form:has(textarea)")
            .value("source")
            .expect("a text")
            .ends_with("# here\n")
    );
}

#[test]
fn a_draft_that_changed_since_it_was_looked_at_is_not_proposed() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let form = write(&visitor.get(HOME), changed, "propose");
    let look = visitor.follow(&visitor.send(&form));
    let form = write(
        &visitor.get(HOME),
        |source| format!("{source}# more\n"),
        "save",
    );
    visitor.send(&form);

    let stale = visitor.send(&look.form("form[action$='/propose']"));

    assert_eq!(stale.status, 409);
    assert!(stale.text("main").contains("这份草稿刚刚有变化"));
    assert!(
        !visitor.get("/admin/workflows").has(".ti--v"),
        "nothing waits"
    );
}

#[test]
fn what_is_too_long_comes_back_whole() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let long = format!("# {}\n", "长".repeat(100 * 1024));

    let refused = visitor.send(&write(&visitor.get(HOME), |_| long.clone(), "save"));

    assert_eq!(refused.status, 413);
    assert!(
        refused
            .text("[data-error-summary]")
            .contains("定义最长 256 KB")
    );
    let form = refused.form("form:has(textarea)");
    assert_eq!(form.value("source"), Some(long.as_str()));
    let fits = format!("# {}\n", "长".repeat(80 * 1024));
    let sent = visitor.send(&write(&visitor.get(HOME), |_| fits.clone(), "save"));
    assert_eq!(
        sent.status, 303,
        "what the limit allows is taken, form and all"
    );
}

#[test]
fn a_text_belongs_to_its_own_workflow_and_a_new_one_needs_a_new_key() {
    let site = Site::open();
    let visitor = site.visitor("chen.siyuan");
    let renamed = |source: &str| source.replacen("workflow: data-sharing", "workflow: lending", 1);

    let sent = visitor.send(&write(&visitor.get(HOME), renamed, "propose"));
    let page = visitor.follow(&visitor.follow(&sent));
    assert!(
        page.text(".checks").contains("这里写的是流程 lending"),
        "{}",
        page.text("main")
    );

    let source = visitor.get(HOME).form("form:has(textarea)");
    let source = source.value("source").expect("a text").to_owned();
    let blank = visitor.get("/admin/new-workflow");
    assert!(!blank.has(".checks"), "what it begins with is in order");
    assert!(blank.has("svg.flow"));
    assert!(!blank.has("a[href$='/discard']"), "and no draft");
    let taken = source.replacen("workflow: lending", "workflow: data-sharing", 1);
    let sent = visitor.send(&write(&blank, |_| taken, "check"));
    let page = visitor.follow(&sent);
    assert!(page.text(".checks").contains("已经有流程 data-sharing"));

    let sent = visitor.send(&write(&page, |_| source, "propose"));
    let look = visitor.follow(&sent);
    assert!(
        look.text("main").contains("这是这个流程的第一个版本"),
        "{}",
        look.text("main")
    );
    let proposed = visitor.follow(&visitor.send(&look.form("form[action$='/propose']")));
    assert_eq!(proposed.path, "/admin/workflows/lending/versions/1");
    let list = visitor.get("/admin/workflows").text("tbody");
    assert!(list.contains("尚未启用"), "{list}");
}

#[test]
fn cases_are_tried_out_and_then_moved_along_the_map_that_was_looked_at() {
    let site = Site::open();
    let case = filed(&site);
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    propose(&one);
    confirm(&two, 2);

    let map = two.get(&format!("{HOME}/migrate"));
    let mut form = map.form("form:has([value=try])");
    assert_eq!(
        form.value("stage.section_review"),
        Some("office_review"),
        "as the titles tell"
    );
    assert_eq!(form.value("stage.intake"), Some("intake"));
    let without = two.send(form.set("stage.section_review", "").set("do", "try"));
    let row = without.text("table tbody tr");
    assert!(row.contains("不能迁移"), "{row}");
    assert!(row.contains("在新版本中没有对应"), "{row}");
    assert!(
        !without.has("form:has([value=move])"),
        "there is nothing to move"
    );

    let tried = two.send(form.set("stage.section_review", "office_review"));
    let row = tried.text("table tbody tr");
    assert!(row.contains("可以迁移"), "{row}");
    assert_eq!(
        site.office.waits_at(case),
        ["section_review"],
        "nothing has moved"
    );
    let mut go = tried.form("form:has([value=move])");
    let silent = two.send(go.set("do", "move"));
    assert_eq!(silent.status, 422);
    assert!(silent.has("#reason[aria-invalid]"));
    let mut go = silent.form("form:has([value=move])");
    let moved = two.send(go.set("reason", "放宽科室审核的时限").set("do", "move"));

    assert!(
        moved.text("main").contains("已迁移 1 件。"),
        "{}",
        moved.text("main")
    );
    assert_eq!(site.office.waits_at(case), ["office_review"]);
    let page = two.get(&format!("{HOME}/migrate"));
    assert!(page.text("main").contains("不需要迁移"));
    let timeline = site
        .visitor("li.wenjing")
        .get(&format!("/c/{case}"))
        .text("main");
    assert!(timeline.contains("放宽科室审核的时限"), "{timeline}");
}

#[test]
fn any_two_versions_are_compared_and_ones_draft_with_them() {
    let site = Site::open();
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    propose(&one);
    confirm(&two, 2);
    let form = write(
        &one.get(HOME),
        |source| source.replacen("in: 2wd", "in: 3wd", 1),
        "save",
    );
    one.send(&form);

    let last = one.get(&format!("{HOME}/diff"));
    assert!(
        last.text("main")
            .contains("期限由 1 个工作日 改为 2 个工作日")
    );
    let draft = one.get(&format!("{HOME}/diff?from=1&to=draft"));
    assert!(
        draft
            .text("main")
            .contains("期限由 1 个工作日 改为 3 个工作日")
    );
    let same = one.get(&format!("{HOME}/diff?from=2&to=2"));
    assert!(same.text("main").contains("内容相同"));
    for odd in ["from=9&to=2", "from=x&to=2", "from=1&to=-1"] {
        assert_eq!(one.get(&format!("{HOME}/diff?{odd}")).status, 404, "{odd}");
    }
    let other = two.get(&format!("{HOME}/diff?from=1&to=draft"));
    assert_eq!(other.status, 404, "a draft is its author's");
}

/// Every page, and what an administrator of workflows, of audits, of the system, an applicant and a stranger get.
#[rustfmt::skip]
const MATRIX: &[(&str, &str, [u16; 5])] = &[
    ("GET",  "/admin/workflows",              [200, 200, 403, 403, 303]),
    ("GET",  "/admin/new-workflow",           [200, 403, 403, 403, 303]),
    ("POST", "/admin/new-workflow",           [303, 403, 403, 403, 403]),
    ("GET",  "/admin/new-workflow/propose",   [303, 403, 403, 403, 303]),
    ("GET",  "{home}",                        [200, 200, 403, 403, 303]),
    ("POST", "{home}",                        [303, 403, 403, 403, 403]),
    ("GET",  "{home}/propose",                [303, 403, 403, 403, 303]),
    ("POST", "{home}/propose",                [409, 403, 403, 403, 403]),
    ("GET",  "/admin/workflow-rules",         [200, 200, 403, 403, 303]),
    ("GET",  "/admin/new-workflow/trial",     [200, 403, 403, 403, 303]),
    ("GET",  "{home}/trial",                  [200, 403, 403, 403, 303]),
    ("POST", "{home}/trial",                  [422, 403, 403, 403, 403]),
    ("GET",  "{home}/discard",                [200, 403, 403, 403, 303]),
    ("POST", "{home}/discard",                [303, 403, 403, 403, 403]),
    ("GET",  "{home}/diff",                   [200, 200, 403, 403, 303]),
    ("GET",  "{home}/versions",               [200, 200, 403, 403, 303]),
    ("GET",  "{home}/versions/1",             [200, 200, 403, 403, 303]),
    ("POST", "{home}/versions/2/confirm",     [409, 403, 403, 403, 403]),
    ("POST", "{home}/versions/2/withdraw",    [409, 403, 403, 403, 403]),
    ("GET",  "{home}/migrate",                [200, 403, 403, 403, 303]),
    ("POST", "{home}/migrate",                [200, 403, 403, 403, 403]),
];

#[test]
fn only_workflow_administrators_write_and_the_audit_administrator_reads() {
    let site = Site::open();
    let logins = ["zhou.lan", "gao.wenbo", "sun.liping", "li.wenjing"];
    let visitors: Vec<Visitor> = logins.iter().map(|login| site.visitor(login)).collect();
    let stranger = site.stranger();

    let mut wrong = Vec::new();
    for (method, path, expected) in MATRIX {
        let path = path.replace("{home}", HOME);
        for (visitor, expected) in visitors.iter().chain([&stranger]).zip(expected) {
            let answer = match *method {
                "GET" => visitor.get(&path),
                _ => {
                    let page = visitor.get("/inbox");
                    let mut form = match page.status {
                        200 => page.form("form[action='/logout']"),
                        _ => stranger.get("/login").form("form[action='/login']"),
                    };
                    form.act(&path)
                        .set("source", "x: 1")
                        .set("text", "y: 1")
                        .set("do", "check");
                    visitor.send(&form)
                }
            };
            let answered = match (answer.status, *method) {
                // A form of somebody who is not logged in waits for that.
                (401, "POST") => 403,
                (status, _) => status,
            };
            if answered != *expected {
                wrong.push(format!(
                    "{method} {path}: {} instead of {expected}",
                    answer.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let auditor = &visitors[1];
    let page = auditor.get(HOME);
    assert!(!page.has("main form"), "nothing to be changed");
    assert!(page.has(".src li#L1"));
    assert!(page.has("nav a[href='/admin/workflows']"));
    assert!(
        !visitors[3]
            .get("/inbox")
            .has("nav a[href='/admin/workflows']")
    );
    assert_eq!(auditor.get("/admin/workflows/nothing").status, 404);
    assert_eq!(auditor.get(&format!("{HOME}/versions/9")).status, 404);
    assert_eq!(auditor.get(&format!("{HOME}/versions/x")).status, 404);
}

#[test]
fn every_page_is_complete_in_both_languages() {
    let site = Site::open();
    filed(&site);
    let (one, two) = (site.visitor("chen.siyuan"), site.visitor("zhou.lan"));
    propose(&one);
    let form = write(&one.get(HOME), changed, "save");
    one.send(&form);
    let pages = |visitor: &Visitor, paths: &[&str]| {
        for path in paths {
            let path = path.replace("{home}", HOME);
            for language in ["zh", "en"] {
                let joint = if path.contains('?') { '&' } else { '?' };
                let page = visitor.get(&format!("{path}{joint}lang={language}"));
                assert_eq!(page.status, 200, "{path}");
                let words = format!("{} {}", page.text("body"), page.text("title"));
                for table in ["workflows.", "versions.", "pages."] {
                    assert!(!words.contains(table), "{path} in {language}: {words}");
                }
                assert!(!page.has("style, [style], script:not([src])"), "{path}");
                assert!(page.header("content-security-policy").is_some(), "{path}");
            }
        }
    };
    pages(
        &one,
        &[
            "{home}",
            "{home}/propose",
            "{home}/versions/2",
            "{home}/discard",
            "{home}/diff?from=1&to=draft",
            "{home}/trial",
        ],
    );
    confirm(&two, 2);
    pages(
        &two,
        &[
            "/admin/workflows",
            "/admin/new-workflow",
            "{home}",
            "{home}/versions",
            "{home}/versions/1",
            "{home}/diff",
            "{home}/migrate",
            "/admin/workflow-rules",
        ],
    );
}
