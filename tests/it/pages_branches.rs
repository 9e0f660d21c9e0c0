//! Pages of a case with branches: what is shown of them, what is filled in there, what can be signalled, moved and held up.

use huiqian::engine::{Input, LeftAs};
use serde_json::json;

use crate::support::joint::{JOINT, answers, asked, filed, joint_request, replied, task_at};
use crate::support::visitor::{Page, Site};

/// The card of a block, by its title.
fn card(page: &Page, title: &str) -> String {
    let at = page
        .attributes("section.card[aria-labelledby^='block-']", "aria-labelledby")
        .into_iter()
        .find(|id| page.text(&format!("#{id}")).contains(title));
    let id = at.unwrap_or_else(|| panic!("no card {title}: {}", page.text("main")));
    page.text(&format!("section[aria-labelledby='{id}']"))
}

#[test]
fn branches_stand_by_name_with_state_signatures_clocks_and_whom_they_wait_for() {
    let site = Site::open();
    let case = replied(&site.office);

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}"));

    let reviews = card(&page, "会审");
    assert!(
        reviews.contains("安全审查") && reviews.contains("合法性审查"),
        "{reviews}"
    );
    assert!(
        reviews.contains("已通过") && reviews.contains("低风险"),
        "{reviews}"
    );
    let offices = card(&page, "提供部门办理");
    for words in [
        "省公安厅",
        "生效中",
        "郑国强",
        "同意提供核验接口",
        "使用期至 2027年3月1日",
        "省民政厅",
        "办理中",
        "受理：等待 杨雪梅（省民政厅）",
        "法定",
        "答复期限",
        "《政务数据共享条例》第二十一条",
        "内部",
        "13800000009",
    ] {
        assert!(offices.contains(words), "{words}: {offices}");
    }
    let entries = page.text("section[aria-labelledby='entries-t']");
    assert!(
        entries.contains("共享台账") && entries.contains("省公安厅"),
        "{entries}"
    );
    let timeline = page.text("section[aria-labelledby='timeline-t']");
    assert!(
        timeline.contains("郑国强 同意：答复（省公安厅）"),
        "{timeline}"
    );
    let signatures = page.text("section[aria-labelledby='signatures-t']");
    assert!(!signatures.contains("郑国强"), "{signatures}");
}

#[test]
fn a_department_sees_the_request_and_its_own_branch_and_nothing_of_the_others() {
    let site = Site::open();
    let case = replied(&site.office);

    let page = site.visitor("yang.xuemei").get(&format!("/c/{case}"));

    assert_eq!(page.status, 200);
    // Everybody who is there can be asked for advice, so all are listed to choose from.
    let words = page.text("main").replace(&page.text("datalist"), "");
    assert!(
        words.contains("联合核验人口信息") && words.contains("省民政厅"),
        "{words}"
    );
    for hidden in [
        "郑国强",
        "赵明",
        "同意提供核验接口",
        "13800000009",
        "共享台账",
    ] {
        assert!(!words.contains(hidden), "{hidden}: {words}");
    }
    assert!(!card(&page, "提供部门办理").contains("省公安厅"));
    let own = site.visitor("zheng.guoqiang").get("/done").text("main");
    assert!(
        own.contains("答复（省公安厅）") && !own.contains("杨雪梅"),
        "{own}"
    );
}

#[test]
fn lists_say_which_branch_a_task_is_in() {
    let site = Site::open();
    asked(&site.office);

    let inbox = site.visitor("yang.xuemei").get("/inbox").text(".ti");
    assert!(inbox.contains("受理（省民政厅）"), "{inbox}");

    let mine = site.visitor("li.wenjing").get("/mine").text(".ti");
    assert!(mine.contains("杨雪梅（省民政厅）"), "{mine}");
}

#[test]
fn a_form_in_a_branch_reads_and_keeps_what_belongs_to_the_branch() {
    let site = Site::open();
    let case = asked(&site.office);
    site.office.does(case, "yang.xuemei", "approve");
    let head = site.visitor("guo.yulan");
    let page = head.get(&format!("/c/{case}"));
    assert!(
        page.text(".card--act")
            .contains("请您办理：答复（省民政厅）"),
        "{}",
        page.text(".card--act")
    );

    let mut form = page.form(".card--act form[action$='/act']");
    form.set("action", "approve").set("helper", "zhao.ming");
    let wrong = head.send(&form);
    assert_eq!(wrong.status, 422);
    let hrefs = wrong.attributes(".es a", "href");
    for href in &hrefs {
        assert!(wrong.has(&format!("[id='{}']", &href[1..])), "{href}");
    }
    assert!(
        2 <= hrefs.len(),
        "a reply is missing, and the helper is of another department: {hrefs:?}"
    );

    form.set("reply", "不能提供")
        .set("helper", "yang.xuemei")
        .set("contact", "13800000010");
    form.attach("upload.evidence", "a.txt", b"why");
    let sent = head.send(&form);
    assert_eq!(sent.status, 303, "{}", sent.text(".es"));
    let stored = site.office.case(case);
    let own = &stored.branches["offices[hn-civil]"];
    assert_eq!(own.answers["reply"], "不能提供");
    assert!(own.private.contains_key("contact"), "sealed, not told");
    assert!(!stored.answers.contains_key("reply"));
}

#[test]
fn files_of_a_branch_are_for_those_who_see_the_branch() {
    let site = Site::open();
    let case = asked(&site.office);
    site.office.does(case, "yang.xuemei", "approve");
    let head = site.visitor("guo.yulan");
    let mut form = head
        .get(&format!("/c/{case}"))
        .form(".card--act form[action$='/act']");
    form.set("action", "approve").set("reply", "同意");
    form.attach("upload.evidence", "依据.txt", b"why");
    assert_eq!(head.send(&form).status, 303);
    let page = head.get(&format!("/c/{case}"));
    let file = page.attributes("a[href^='/files/']", "href").remove(0);

    assert_eq!(head.get(&file).status, 200);
    assert_eq!(site.visitor("li.wenjing").get(&file).status, 200);
    assert_eq!(site.visitor("zhou.lan").get(&file).status, 200);
    let other = site.visitor("zhao.ming");
    assert_eq!(other.get(&file).status, 404);
    assert!(
        !other
            .get(&format!("/c/{case}"))
            .text("main")
            .contains("依据.txt")
    );
}

#[test]
fn a_branch_that_was_sent_back_waits_and_its_revision_says_for_which() {
    let site = Site::open();
    let case = asked(&site.office);
    site.office.does(case, "yang.xuemei", "approve");
    let back = Input {
        to: Some("applicant".into()),
        comment: Some("请写清用途".into()),
        ..Input::default()
    };
    site.office
        .act(case, "guo.yulan", "return", back)
        .expect("returned");

    let applicant = site.visitor("li.wenjing");
    let page = applicant.get(&format!("/c/{case}"));
    let act = page.text(".card--act");
    assert!(
        act.contains("请您修改申请（省民政厅）") && act.contains("请写清用途"),
        "{act}"
    );
    let offices = card(&page, "提供部门办理");
    assert!(offices.contains("退回等待"), "{offices}");
    assert!(offices.contains("等待 李文静（省卫健委）"), "{offices}");
    let inbox = applicant.get("/inbox").text(".ti");
    assert!(inbox.contains("修改申请（省民政厅）"), "{inbox}");

    let check = applicant.get(&format!("/c/{case}/check"));
    let sent = applicant.send(&check.form("form[action$='/check']"));
    assert_eq!(sent.status, 303, "{}", sent.text(".es"));
    assert!(
        site.office
            .waits_at(case)
            .contains(&"reply[hn-civil]".to_owned())
    );
}

#[test]
fn a_signal_has_a_form_of_its_own_with_its_mistakes_in_place() {
    let site = Site::open();
    let case = replied(&site.office);
    let applicant = site.visitor("li.wenjing");
    let page = applicant.get(&format!("/c/{case}"));
    let signals = page.text("section[aria-labelledby='signals-t']");
    assert!(
        signals.contains("使用期（省公安厅）") && signals.contains("申请续期"),
        "{signals}"
    );

    let renew = "form:has(input[value='signal:renew'])";
    let mut form = page.form(renew);
    let wrong = applicant.send(&form);
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text(".es").contains("申请使用到"),
        "{}",
        wrong.text(".es")
    );
    for href in wrong.attributes(".es a", "href") {
        assert!(wrong.has(&format!("[id='{}']", &href[1..])), "{href}");
    }

    form.set("renew_until", "2027-06-01");
    assert_eq!(applicant.send(&form).status, 303);
    let branch = &site.office.case(case).branches["offices[hn-police]"];
    assert_eq!(branch.answers["renew_until"], "2027-06-01");
    let page = applicant.get(&format!("/c/{case}"));
    let timeline = page.text("section[aria-labelledby='timeline-t']");
    assert!(
        timeline.contains("李文静：申请续期（省公安厅）"),
        "{timeline}"
    );

    let finish = page.form("form:has(input[value='signal:finish'])");
    assert_eq!(applicant.send(&finish).status, 303);
    let stands = site.office.case(case).stage("offices[hn-police]").how;
    assert_eq!(stands, Some(LeftAs::Passed));
    let others = site.visitor("zheng.guoqiang").get(&format!("/c/{case}"));
    assert!(!others.has("section[aria-labelledby='signals-t']"));
}

#[test]
fn more_time_in_a_branch_is_asked_decided_and_told_with_the_branch() {
    let site = Site::open();
    let case = asked(&site.office);
    let input = Input {
        comment: Some("资料较多".into()),
        time: Some("5".into()),
        ..Input::default()
    };
    site.office
        .act(case, "yang.xuemei", "extend", input)
        .expect("asked");

    let decider = site.visitor("chen.siyuan");
    let inbox = decider.get("/inbox").text(".ti");
    assert!(inbox.contains("审批延期：受理（省民政厅）"), "{inbox}");
    let page = decider.get(&format!("/c/{case}"));
    let act = page.text(".card--act");
    assert!(
        act.contains("请您决定是否延期：受理（省民政厅）") && act.contains("资料较多"),
        "{act}"
    );
    let rail = page.text(".rail");
    assert!(rail.contains("延期审批：受理（省民政厅）"), "{rail}");
    let offices = card(&page, "提供部门办理");
    assert!(
        offices.contains("受理（延期）：等待") && offices.contains("决定是否延期"),
        "{offices}"
    );
    let others = page.text("section[aria-labelledby='others-t']");
    assert!(others.contains("改派：受理（省民政厅，延期）"), "{others}");
    let police = site.visitor("zhao.ming").get(&format!("/c/{case}"));
    assert!(!police.text("main").contains("资料较多"));

    let mut form = page.form(".card--act form[action$='/act']");
    form.set("action", "grant_extension");
    assert_eq!(decider.send(&form).status, 303);
    let mail = site.mail("li.wenjing").text("main");
    assert!(mail.contains("受理（省民政厅）"), "{mail}");
}

#[test]
fn what_a_supplement_is_for_stands_in_its_deadline() {
    let site = Site::open();
    let case = asked(&site.office);
    let missing = Input {
        comment: Some("请写清标题".into()),
        fields: vec!["subject".into()],
        ..Input::default()
    };
    site.office
        .act(case, "yang.xuemei", "supplement", missing)
        .expect("asked");

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}"));

    let rail = page.text(".rail");
    assert!(rail.contains("补正：受理（省民政厅）"), "{rail}");
    let offices = card(&page, "提供部门办理");
    assert!(
        offices.contains("受理：等待 李文静（省卫健委） 补充材料"),
        "{offices}"
    );
}

#[test]
fn a_manager_holds_a_case_up_and_lets_it_go_on() {
    let site = Site::open();
    let case = asked(&site.office);
    let manager = site.visitor("chen.siyuan");
    let page = manager.get(&format!("/c/{case}"));
    let mut form = page.form("form:has(input[name='action'][value='suspend'])");
    let refused = manager.send(&form);
    assert_eq!(refused.status, 422, "a reason is needed");
    form.set("comment", "等待核实");
    assert_eq!(manager.send(&form).status, 303);

    let held = site.visitor("yang.xuemei").get(&format!("/c/{case}"));
    assert!(
        held.text(".note").contains("等待核实"),
        "{}",
        held.text(".note")
    );
    assert!(held.text(".ph").contains("已挂起"), "{}", held.text(".ph"));
    assert!(!held.has(".card--act"));
    let mine = site
        .visitor("li.wenjing")
        .get("/mine?status=suspended")
        .text(".ti");
    assert!(mine.contains("已挂起"), "{mine}");
    let open = site.visitor("li.wenjing").get("/mine?status=open");
    assert!(!open.has(".ti"), "{}", open.text("main"));

    let page = manager.get(&format!("/c/{case}"));
    let form = page.form("form:has(input[name='action'][value='resume'])");
    assert_eq!(manager.send(&form).status, 303);
    assert!(
        site.visitor("yang.xuemei")
            .get(&format!("/c/{case}"))
            .has(".card--act")
    );
}

#[test]
fn a_manager_moves_the_run_to_one_of_the_places_that_there_are() {
    let site = Site::open();
    let case = asked(&site.office);
    let manager = site.visitor("chen.siyuan");
    let page = manager.get(&format!("/c/{case}"));
    let mut form = page.form("form:has(input[name='action'][value='jump'])");
    let places = page.attributes("#jump-to option", "value");
    assert!(
        places.contains(&"reply[hn-police]".to_owned()),
        "{places:?}"
    );
    let words = page.text("#jump-to");
    assert!(words.contains("答复（省公安厅）"), "{words}");

    form.set("to", "reply[hn-police]");
    assert_eq!(manager.send(&form).status, 422, "a reason is needed");
    form.set("comment", "受理已线下完成");
    assert_eq!(manager.send(&form).status, 303);

    assert!(
        site.office
            .waits_at(case)
            .contains(&"reply[hn-police]".to_owned())
    );
}

#[test]
fn a_mail_and_the_page_behind_its_link_say_which_branch() {
    let site = Site::open();
    let case = asked(&site.office);

    let links = site.links("yang.xuemei");
    let approve = links
        .iter()
        .find(|href| href.ends_with("d=approve"))
        .expect("a button");
    let visitor = site.stranger();
    let page = visitor.follow(&visitor.get(approve));

    let words = page.text("main");
    assert!(words.contains("受理（省民政厅）"), "{words}");
    assert!(!words.contains("省公安厅"), "{words}");
    let form = page.form("form[action='/a/confirm']");
    assert_eq!(visitor.send(&form).status, 200);
    assert!(
        site.office
            .waits_at(case)
            .contains(&"reply[hn-civil]".to_owned())
    );
}

#[test]
fn before_submission_every_branch_that_would_open_is_told() {
    let site = Site::open();
    let key = site.office.publish(JOINT);
    let visitor = site.visitor("li.wenjing");
    let by = site.office.by("li.wenjing");
    let request = crate::support::office::object(joint_request());
    let draft = huiqian::services::drafts::start(&site.office.app, &by, &key, request);
    let draft = draft.expect("a draft").draft.ulid;

    let ahead = visitor
        .get(&format!("/c/{draft}/check"))
        .text("section[aria-labelledby='check-stages']");

    for words in [
        "安全",
        "法规",
        "受理（省公安厅）",
        "省公安厅提供部门受理人",
        "答复（省民政厅）",
        "使用期（省民政厅）",
        "至 2027年3月1日",
        "10 个工作日（法定）",
    ] {
        assert!(ahead.contains(words), "{words}: {ahead}");
    }
}

#[test]
fn these_pages_are_complete_in_both_languages() {
    let site = Site::open();
    let case = replied(&site.office);
    for login in ["li.wenjing", "yang.xuemei", "zhao.ming", "chen.siyuan"] {
        let visitor = site.visitor(login);
        for path in [
            format!("/c/{case}"),
            "/inbox".to_owned(),
            "/mine".to_owned(),
        ] {
            for language in ["zh", "en"] {
                let page = visitor.get(&format!("{path}?lang={language}"));
                assert_eq!(page.status, 200, "{login} {path}");
                let words = page.text("body");
                for key in ["branch.", "case.", "pages.", "forms."] {
                    let shown = words.split_whitespace().find(|word| word.starts_with(key));
                    assert_eq!(shown, None, "{login} {path} in {language}");
                }
                assert!(!page.has("style, [style], script:not([src])"));
                let ids = page.attributes("[id]", "id");
                let once: std::collections::BTreeSet<_> = ids.iter().collect();
                assert_eq!(ids.len(), once.len(), "{login} {path}: every id once");
            }
        }
    }
}

#[test]
fn only_the_listed_answers_of_a_task_belong_to_it() {
    let site = Site::open();
    let case = filed(&site.office);
    site.office.does(case, "zhang.huimin", "approve");
    let officer = site.visitor("song.jia");
    let page = officer.get(&format!("/c/{case}"));
    let mut form = page.form(".card--act form[action$='/act']");
    form.set("action", "approve").set("risk", "high");
    let task = task_at(&site.office, case, "safety");
    assert_eq!(officer.send(&form).status, 303);

    let stored = site.office.case(case);
    let own = stored.task(task).expect("the task");
    assert_eq!(own.answers["risk"], json!("high"));
    let risk = answers(json!({"risk": "low"}));
    assert!(
        site.office.act(case, "wu.min", "approve", risk).is_err(),
        "not asked of the lawyer"
    );
}
