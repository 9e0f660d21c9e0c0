//! What is done with a case as a whole, on its page, as a browser without scripts sees it.

use serde_json::json;
use ulid::Ulid;

use crate::support::definitions::with_stages;
use crate::support::office::request;
use crate::support::visitor::{Form, Page, Site, Visitor};

/// The form of an action that stands under 其他操作.
fn form(page: &Page, action: &str) -> Form {
    page.form(&format!("form:has([name='action'][value='{action}'])"))
}

/// Opens the case, fills in the form of an action, sends it and follows where it leads.
#[track_caller]
fn does(visitor: &Visitor, case: Ulid, action: &str, fields: &[(&str, &str)]) -> Page {
    let page = visitor.get(&format!("/c/{case}"));
    let mut form = form(&page, action);
    for (name, value) in fields {
        form.set(name, value);
    }
    visitor.follow(&visitor.send(&form))
}

fn filed(site: &Site) -> Ulid {
    site.office.file(request(json!({}))).expect("filed")
}

#[test]
fn urging_says_so_and_then_from_when_on_it_may_be_repeated() {
    let site = Site::open();
    let case = filed(&site);
    let visitor = site.visitor("li.wenjing");

    let page = does(&visitor, case, "urge", &[("comment", "较急")]);

    let said = page.text("[role=status]");
    assert!(said.contains("已催办"), "{}", page.text("main"));
    let again = page.text("details:has([value='urge'])");
    assert!(again.contains("今天 11:00 以后可以再催"), "{again}");
    assert!(!page.has("details:has([value='urge']) button"));
    assert!(page.text("main").contains("李文静 催办"));
}

#[test]
fn a_copy_shows_its_receipt_once_its_reader_has_opened_it() {
    let site = Site::open();
    let case = filed(&site);
    let applicant = site.visitor("li.wenjing");

    let page = does(&applicant, case, "copy", &[("people", "song.jia, wu.min")]);
    let receipts = page.text("section[aria-labelledby='copies-t']");
    assert!(receipts.contains("宋佳（省卫健委）"), "{receipts}");
    assert_eq!(receipts.matches("未阅").count(), 2, "{receipts}");

    let reader = site.visitor("song.jia");
    let list = reader.get("/cc").text(".ti");
    assert!(list.contains("李文静（省卫健委） 抄送"), "{list}");
    let opened = reader.get(&format!("/c/{case}"));
    assert_eq!(opened.status, 200);
    assert!(!opened.has("form:has([value='copy'])"), "only to be read");

    let page = applicant.get(&format!("/c/{case}"));
    let receipts = page.text("section[aria-labelledby='copies-t']");
    assert!(receipts.contains("今天 09:00 已阅"), "{receipts}");
    assert_eq!(receipts.matches("未阅").count(), 1, "{receipts}");
}

#[test]
fn a_copy_to_somebody_unknown_comes_back_with_what_was_typed() {
    let site = Site::open();
    let case = filed(&site);
    let visitor = site.visitor("li.wenjing");
    let page = visitor.get(&format!("/c/{case}"));
    let mut form = form(&page, "copy");
    form.set("people", "song.jia nobody").set("comment", "请阅");

    let page = visitor.send(&form);

    assert_eq!(page.status, 422);
    let wrong = page.text("details[open] .err");
    assert!(wrong.contains("没有登录名为“nobody”的在职人员"), "{wrong}");
    let kept = page.attributes("details[open] input[name='people']", "value");
    assert_eq!(kept, ["song.jia nobody"]);
}

#[test]
fn what_nobody_can_act_on_is_a_page_for_whoever_names_a_holder() {
    let site = Site::open();
    let case = filed(&site);
    let manager = site.visitor("chen.siyuan");
    assert!(manager.get("/inbox").has(".side a[href='/admin/vacant']"));
    let page = manager.get("/admin/vacant");
    assert!(page.text("main").contains("没有无人可办的任务"));

    site.office.leaves("zhang.huimin");

    let page = manager.get("/admin/vacant");
    let row = page.text(".ti");
    assert!(row.contains("原定"), "{}", page.text("main"));
    let opened = manager.get(&format!("/c/{case}"));
    let mut form = form(&opened, "reassign");
    form.set("person", "song.jia").set("comment", "人员离职");
    let page = manager.follow(&manager.send(&form));
    assert!(page.text("[role=status]").contains("已改派"));
    let page = manager.get("/admin/vacant");
    assert!(page.text("main").contains("没有无人可办的任务"));

    let other = site.visitor("li.wenjing");
    assert!(!other.get("/inbox").has(".side a[href='/admin/vacant']"));
    assert_eq!(other.get("/admin/vacant").status, 403);
}

#[test]
fn a_void_case_is_shown_as_void_wherever_it_is_listed() {
    let site = Site::open();
    let case = filed(&site);
    let manager = site.visitor("chen.siyuan");

    let page = does(&manager, case, "void", &[("comment", "重复申请")]);

    assert!(page.text("[role=status]").contains("已作废"));
    assert!(page.text(".ph").contains("已作废"), "{}", page.text(".ph"));
    assert!(page.text("main").contains("陈思远 宣布作废"));
    let mine = site.visitor("li.wenjing").get("/mine");
    assert!(
        mine.text("main").contains("已作废"),
        "{}",
        mine.text("main")
    );
}

#[test]
fn more_time_is_asked_for_and_decided_on_the_page() {
    let site = Site::open();
    let case = site.office.filed_by(&with_stages(
        "  - stage: review
    title: 审核
    who: section_head@applicant
    due: {in: 3wd, extend: {max: 5wd, by: share_office_head@applicant}}",
    ));
    let asker = site.visitor("zhang.huimin");
    let page = asker.get(&format!("/c/{case}"));
    assert!(
        page.text("details:has([value='extend'])")
            .contains("最多再延长 5 个工作日")
    );
    let mut form = form(&page, "extend");
    form.set("time", "9").set("comment", "材料较多");
    let wrong = asker.send(&form);
    assert_eq!(wrong.status, 422);
    let said = wrong.text("details[open] .err");
    assert!(said.contains("最多 5 个工作日"), "{said}");

    let page = does(
        &asker,
        case,
        "extend",
        &[("time", "4"), ("comment", "材料较多")],
    );
    assert!(page.text("[role=status]").contains("已提交延期"));

    let head = site.visitor("xu.xiaofeng");
    assert!(head.get("/inbox").text(".ti").contains("审批延期：审核"));
    let page = head.get(&format!("/c/{case}"));
    let card = page.text(".card--act");
    assert!(
        card.contains("张慧敏（省卫健委） 申请延长 4 个工作日：材料较多"),
        "{card}"
    );
    let mut answer = page.form(".card--act form");
    answer.set("action", "grant_extension").set("time", "3");
    let page = head.follow(&head.send(&answer));
    assert!(
        page.text("[role=status]").contains("已同意延期"),
        "{}",
        page.text("main")
    );

    let page = asker.get(&format!("/c/{case}"));
    assert!(
        page.text(".rail").contains("已延长"),
        "{}",
        page.text(".rail")
    );
    assert!(page.text(".rail").contains("3 个工作日"));
    assert!(
        page.text("main")
            .contains("徐晓峰 把“审核”的期限延长 3 个工作日")
    );
}

#[test]
fn an_ended_case_is_filled_into_a_new_one_by_a_button() {
    let site = Site::open();
    let case = filed(&site);
    let visitor = site.visitor("li.wenjing");
    assert!(
        !visitor
            .get(&format!("/c/{case}"))
            .has("form:has([value='resubmit'])")
    );
    does(&visitor, case, "withdraw", &[]);

    let page = visitor.get(&format!("/c/{case}"));
    let sent = visitor.send(&form(&page, "resubmit"));

    let first = visitor.follow(&visitor.follow(&sent));
    assert!(first.path.contains("/edit/"), "{}", first.path);
    assert!(!first.path.contains(&case.to_string()));
    let subject = first.attributes("input[name='subject']", "value");
    assert_eq!(subject, ["申请使用定点医药机构名录"]);
    assert_eq!(
        first.attributes("input[name='phone']", "value"),
        ["13800000001"]
    );
    assert!(visitor.get("/mine").text("main").contains("继续填写"));
}

#[test]
fn an_opinion_is_taken_back_by_a_button_until_somebody_goes_on() {
    let site = Site::open();
    let case = filed(&site);
    let signer = site.visitor("zhang.huimin");
    let mut form_of_mine = signer.get(&format!("/c/{case}")).form(".card--act form");
    form_of_mine.set("action", "approve");
    signer.follow(&signer.send(&form_of_mine));

    let page = does(&signer, case, "take_back", &[("comment", "看错了")]);

    assert!(page.text("[role=status]").contains("意见已拿回"));
    assert!(page.has(".card--act form"), "the task is there again");
    let history = page.text("main");
    assert!(history.contains("张慧敏 拿回了"), "{history}");
    assert!(history.contains("看错了"));
    assert!(!page.has("form:has([value='take_back'])"));
    let next = site.visitor("xu.xiaofeng");
    assert!(!next.get("/inbox").text("main").contains("名录"));

    let mut form_of_mine = page.form(".card--act form");
    form_of_mine.set("action", "approve");
    signer.follow(&signer.send(&form_of_mine));
    let mut theirs = next.get(&format!("/c/{case}")).form(".card--act form");
    theirs.set("action", "approve");
    next.follow(&next.send(&theirs));
    assert!(
        !signer
            .get(&format!("/c/{case}"))
            .has("form:has([value='take_back'])")
    );
}
