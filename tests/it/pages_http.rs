//! The pages over HTTP, as a browser without scripts sees them.

use huiqian::engine::{Input, TaskState};
use serde_json::json;
use ulid::Ulid;

use crate::support::office::request;
use crate::support::visitor::{Form, Page, Site, Visitor};

/// The form of a section.
const SECTION: &str = "form[action*='/edit/']";

/// Begins a request and answers with the page of its first section.
fn begin(visitor: &Visitor) -> Page {
    let page = visitor.get("/new");
    let mut form = page.form("form[action='/new']");
    form.set("workflow", "data-sharing");
    let sent = visitor.send(&form);
    assert_eq!(sent.status, 303, "{}", sent.text("main"));
    visitor.follow(&sent)
}

/// The draft that a page belongs to.
fn draft_of(page: &Page) -> Ulid {
    let id = page.path.split('/').nth(2).expect("an id");
    id.parse().expect("a draft's id")
}

fn first_section(form: &mut Form) {
    form.set("state_secret", "false")
        .set("work_secret", "false")
        .set("subject", "申请使用定点医药机构名录")
        .set("office", "医政医管处")
        .set("phone", "13800000001");
}

/// Presses a button of a section's form.
fn press(visitor: &Visitor, page: &Page, fill: impl FnOnce(&mut Form), button: &str) -> Page {
    let mut form = page.form(SECTION);
    fill(&mut form);
    form.set("do", button);
    visitor.send(&form)
}

/// As [`press`] on 保存并继续, which must lead on.
#[track_caller]
fn go_on(visitor: &Visitor, page: &Page, fill: impl FnOnce(&mut Form)) -> Page {
    let sent = press(visitor, page, fill, "next");
    assert_eq!(sent.status, 303, "{}", sent.text(".es"));
    visitor.follow(&sent)
}

/// Fills in a whole request and answers with the page that checks it.
fn fill_in(visitor: &Visitor) -> Page {
    let page = begin(visitor);
    let page = go_on(visitor, &page, first_section);
    let found = press(
        visitor,
        &page,
        |form| {
            form.set("find.resources", "定点医药机构");
        },
        "find:resources",
    );
    let found = visitor.follow(&found);
    let items = found.attributes(".pick__i input", "value");
    let picked = press(
        visitor,
        &found,
        |form| {
            form.tick("resources", &items[0])
                .tick("resources", &items[1]);
        },
        "pick:resources",
    );
    let page = visitor.follow(&picked);
    let page = go_on(visitor, &page, |form| {
        form.set("resources.0.use", "核对")
            .set("resources.1.use", "核对")
            .set("basis", "依据本部门职责申请共享。")
            .set("purpose", &"在医疗机构年度校验环节核对。".repeat(4))
            .set("scope", "仅限医政医管处使用。")
            .set("period.from", "2026-04-01")
            .set("period.to", "2027-03-31");
    });
    let page = go_on(visitor, &page, |form| {
        form.set("method", "batch")
            .set("frequency", "periodic")
            .set("storage", "省政务云，到期清除。")
            .set("users.0.name", "张三")
            .set("users.0.post", "数据管理员");
    });
    go_on(visitor, &page, |form| {
        form.set("personal", "false")
            .set("third_party", "false")
            .tick("measures", "audit")
            .set("masking", "full")
            .set("afterwards", "destroy")
            .set("promise", "true");
    })
}

/// A key of the message files that was not found shows itself.
fn untranslated(page: &Page) -> Option<String> {
    let words = format!("{} {}", page.text("body"), page.text("title"));
    let tables = ["pages", "case", "forms", "links", "rejection", "attachment"];
    words
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || "._-".contains(letter)))
        .find(|word| {
            let mut parts = word.split('.');
            let first = parts.next().unwrap_or_default();
            tables.contains(&first) && parts.next().is_some_and(|part| !part.is_empty())
        })
        .map(str::to_owned)
}

#[test]
fn every_page_is_complete_in_both_languages_and_has_no_inline_code() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("li.wenjing");
    let draft = draft_of(&begin(&visitor));
    site.links("zhang.huimin");

    for path in [
        "/inbox".to_owned(),
        "/done".to_owned(),
        "/mine".to_owned(),
        "/cc".to_owned(),
        "/new".to_owned(),
        "/logout".to_owned(),
        "/dev/mail".to_owned(),
        "/dev/mail/1".to_owned(),
        format!("/c/{draft}/edit/request"),
        format!("/c/{draft}/edit/data?check=1"),
        format!("/c/{draft}/edit/use"),
        format!("/c/{draft}/edit/safety"),
        format!("/c/{draft}/check"),
        format!("/c/{draft}/discard"),
        format!("/c/{case}"),
        format!("/c/{case}/submitted"),
    ] {
        for language in ["zh", "en"] {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = visitor.get(&format!("{path}{joint}lang={language}"));

            assert_eq!(page.status, 200, "{path}");
            assert_eq!(untranslated(&page), None, "{path} in {language}");
            assert!(!page.has("style, [style], script:not([src])"), "{path}");
            assert!(page.header("content-security-policy").is_some(), "{path}");
            assert_eq!(page.header("cache-control").as_deref(), Some("no-store"));
        }
    }
}

#[test]
fn a_request_is_filled_in_checked_and_submitted_without_any_script() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");

    let check = fill_in(&visitor);

    assert!(check.path.ends_with("/check"), "{}", check.path);
    let words = check.text("main");
    assert!(words.contains("定点医药机构"), "{words}");
    assert!(words.contains("省卫健委科室负责人"), "{words}");
    assert!(words.contains("1 个工作日（法定）"), "{words}");
    let sent = visitor.send(&check.form("form[action$='/check']"));
    let done = visitor.follow(&sent);
    assert!(
        done.text("main").contains("数享申〔2026〕1号"),
        "{}",
        done.text("main")
    );
    assert!(
        done.text("main").contains("张慧敏"),
        "{}",
        done.text("main")
    );
    assert_eq!(site.office.waits_at(draft_of(&done)), ["section_review"]);
}

#[test]
fn the_same_submission_twice_files_one_case() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let form = fill_in(&visitor).form("form[action$='/check']");

    let first = visitor.send(&form);
    let second = visitor.send(&form);

    assert_eq!(first.header("location"), second.header("location"));
    let page = visitor.follow(&second);
    assert!(page.text("main").contains("数享申〔2026〕1号"));
    assert!(!visitor.get("/mine").text("main").contains("2号"));
}

#[test]
fn mistakes_are_named_with_links_and_everything_typed_is_kept() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let page = begin(&visitor);
    let page = go_on(&visitor, &page, first_section);

    let wrong = press(
        &visitor,
        &page,
        |form| {
            form.set("purpose", "太短 <b>&\"了")
                .set("period.from", "2026-13-40")
                .set("period.to", "明年");
        },
        "next",
    );

    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text("title").starts_with("错误："),
        "{}",
        wrong.text("title")
    );
    assert!(
        wrong.text(".es").contains("使用场景至少写 30 个字"),
        "{}",
        wrong.text(".es")
    );
    for anchor in wrong.attributes(".es a", "href") {
        assert!(wrong.has(&format!("[id='{}']", &anchor[1..])), "{anchor}");
    }
    let form = wrong.form(SECTION);
    assert_eq!(form.value("purpose"), Some("太短 <b>&\"了"));
    assert_eq!(form.value("period.from"), Some("2026-13-40"));
    assert_eq!(form.value("period.to"), Some("明年"));
    // It was saved as well: another look finds it again.
    let again = visitor.get(&wrong.path).form(SECTION);
    assert_eq!(again.value("period.to"), Some("明年"));
}

#[test]
fn gaps_are_listed_on_the_checking_page_with_the_pages_that_mend_them() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let page = begin(&visitor);
    let id = draft_of(&page);

    let check = visitor.get(&format!("/c/{id}/check"));

    let links = check.attributes(".es a", "href");
    assert!(
        links.contains(&format!("/c/{id}/edit/request?check=1#f-subject")),
        "{links:?}"
    );
    assert!(
        !check.has("form[action$='/check'] button"),
        "nothing to submit yet"
    );
    let mut form = check.form("form[action$='/check']");
    form.set("confirmed", "0");
    assert_eq!(visitor.send(&form).status, 422);
    let shown = visitor.get(&format!("/c/{id}/edit/request?check=1"));
    assert!(
        shown.text(".es").contains("填写标题"),
        "{}",
        shown.text(".es")
    );
}

#[test]
fn rows_are_added_and_removed_by_buttons() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let id = draft_of(&begin(&visitor));
    let page = visitor.get(&format!("/c/{id}/edit/use"));

    let added = press(
        &visitor,
        &page,
        |form| {
            form.set("users.0.name", "张三")
                .set("users.0.post", "管理员");
        },
        "add:users",
    );
    let two = visitor.follow(&added);
    assert!(two.has("[name='users.1.name']"), "{}", two.text("main"));
    let removed = press(&visitor, &two, |_| {}, "remove:users:1");
    let one = visitor.follow(&removed);

    assert!(!one.has("[name='users.1.name']"));
    assert_eq!(one.form(SECTION).value("users.0.name"), Some("张三"));
}

#[test]
fn an_older_form_shows_both_versions_and_keeps_what_was_typed() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let here = begin(&visitor);
    let elsewhere = visitor.get(&here.path);
    let office = |words: &'static str| {
        move |form: &mut Form| {
            form.set("office", words);
        }
    };
    press(&visitor, &elsewhere, office("规划处"), "draft");

    let stale = press(&visitor, &here, office("医政处"), "draft");

    assert_eq!(stale.status, 409);
    let words = stale.text(".note--warn");
    assert!(
        words.contains("医政处") && words.contains("规划处"),
        "{words}"
    );
    assert_eq!(stale.form(SECTION).value("office"), Some("医政处"));
    let saved = press(&visitor, &stale, |_| {}, "draft");
    assert_eq!(saved.status, 303, "the second time it is meant");
    assert_eq!(
        visitor.get(&here.path).form(SECTION).value("office"),
        Some("医政处")
    );
}

#[test]
fn a_state_secret_stops_the_form_and_nothing_is_kept() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let page = begin(&visitor);

    let stopped = press(
        &visitor,
        &page,
        |form| {
            first_section(form);
            form.set("state_secret", "true");
        },
        "draft",
    );

    assert_eq!(stopped.status, 422);
    let words = stopped.text("main");
    assert!(words.contains("按保密规定线下办理"), "{words}");
    assert!(words.contains("没有保存"), "{words}");
    assert_eq!(visitor.get(&page.path).status, 404, "the draft is gone");
    assert!(!visitor.get("/mine").text("main").contains("定点医药机构"));
}

#[test]
fn a_session_that_ends_while_a_form_is_filled_in_loses_nothing() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let page = begin(&visitor);
    site.office.clock.advance(chrono::TimeDelta::minutes(16));

    let ended = press(&visitor, &page, first_section, "next");

    assert_eq!(ended.status, 401);
    assert!(
        ended.text("main").contains("还在这一页"),
        "{}",
        ended.text("main")
    );
    let wrong = visitor.log_in_on(&ended, "li.wenjing", "not the password");
    assert_eq!(wrong.status, 422);
    let back = visitor.log_in_on(&wrong, "li.wenjing", huiqian::services::demo::PASSWORD);
    let draft = visitor.follow(&back);
    assert_eq!(draft.path, page.path);
    let form = draft.form(SECTION);
    assert_eq!(form.value("subject"), Some("申请使用定点医药机构名录"));
    assert_eq!(form.value("phone"), Some("13800000001"));
}

#[test]
fn an_action_that_waited_for_a_login_is_shown_and_sent_by_a_click() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("zhang.huimin");
    let mut form = visitor.get(&format!("/c/{case}")).form(".card--act form");
    form.set("action", "approve")
        .set("comment", "第一行\n第二行");
    site.office.clock.advance(chrono::TimeDelta::minutes(16));

    let ended = visitor.send(&form);
    let again = visitor.log_in_on(&ended, "zhang.huimin", huiqian::services::demo::PASSWORD);

    assert_eq!(again.status, 200);
    assert_eq!(
        site.office.waits_at(case),
        ["section_review"],
        "not by itself"
    );
    let sent = visitor.send(&again.form("form[action$='/act']"));
    assert_eq!(sent.status, 303, "{}", sent.text("main"));
    let signed = &site.office.case(case).tasks[0].state;
    let TaskState::Settled { comment, .. } = signed else {
        panic!("{signed:?}");
    };
    assert_eq!(comment.as_deref(), Some("第一行\n第二行"));
}

#[test]
fn a_form_without_its_token_or_from_elsewhere_is_refused() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("zhang.huimin");
    let form = || {
        let mut form = visitor.get(&format!("/c/{case}")).form(".card--act form");
        form.set("action", "approve");
        form
    };
    let mut without = form();
    without.leave_out("csrf");
    let mut another = form();
    another.set("csrf", &"0".repeat(64));

    for refused in [
        visitor.send(&without),
        visitor.send(&another),
        visitor.send_from(&form(), &[("origin", "https://evil.example")]),
        visitor.send_from(&form(), &[("sec-fetch-site", "cross-site")]),
        visitor.send_from(&form(), &[("sec-fetch-site", "same-site")]),
    ] {
        assert_eq!(refused.status, 403, "{}", refused.text("main"));
    }
    assert_eq!(site.office.waits_at(case), ["section_review"]);

    let own = visitor.send_from(&form(), &[("sec-fetch-site", "same-origin")]);
    assert_eq!(own.status, 303);
}

#[test]
fn login_needs_its_own_token_and_leads_nowhere_else() {
    let site = Site::open();
    let visitor = site.stranger();
    let page = visitor.get("/login?next=//evil.example");
    let mut form = page.form("form[action='/login']");
    assert_eq!(form.value("next"), Some("/inbox"));
    form.leave_out("csrf").set("login", "li.wenjing");
    form.set("password", huiqian::services::demo::PASSWORD);

    assert_eq!(visitor.send(&form).status, 403);

    let mut form = page.form("form[action='/login']");
    form.set("next", "https://evil.example/");
    form.set("login", "li.wenjing");
    form.set("password", huiqian::services::demo::PASSWORD);
    let sent = visitor.send(&form);
    assert_eq!(sent.header("location").as_deref(), Some("/inbox"));
}

#[test]
fn unknown_logins_and_wrong_passwords_read_the_same_and_guessing_is_slowed_down() {
    let site = Site::open();
    let visitor = site.stranger();
    let page = visitor.get("/login");

    let unknown = visitor.log_in_on(&page, "nobody", "a wrong password");
    let wrong = visitor.log_in_on(&page, "zhao.ming", "a wrong password");

    assert_eq!((unknown.status, wrong.status), (422, 422));
    assert_eq!(unknown.text(".err"), wrong.text(".err"));
    for _ in 0..6 {
        visitor.log_in_on(&page, "zhao.ming", "a wrong password");
    }
    let slowed = visitor.log_in_on(&page, "zhao.ming", huiqian::services::demo::PASSWORD);
    assert_eq!(slowed.status, 429, "{}", slowed.text("main"));
    assert_eq!(slowed.form("form").value("login"), Some("zhao.ming"));
}

#[test]
fn logging_out_ends_the_session_for_every_copy_of_its_cookie() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let form = visitor.get("/inbox").form("form[action='/logout']");

    let out = visitor.send(&form);

    let page = visitor.follow(&out);
    assert!(
        page.text("main").contains("您已退出"),
        "{}",
        page.text("main")
    );
    assert_eq!(visitor.get("/inbox").status, 303);
}

#[test]
fn what_somebody_may_not_see_does_not_exist_for_them() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let owner = site.visitor("li.wenjing");
    let draft = draft_of(&begin(&owner));
    let other = site.visitor("wei.zixuan");

    for path in [
        format!("/c/{case}"),
        format!("/c/{case}/submitted"),
        format!("/c/{draft}"),
        format!("/c/{draft}/edit/request"),
        format!("/c/{draft}/check"),
        format!("/c/{draft}/discard"),
        format!("/files/{draft}"),
        "/c/1".to_owned(),
        format!("/c/{}", Ulid::new()),
        "/dev/mail/999".to_owned(),
        "/nothing".to_owned(),
    ] {
        let page = other.get(&path);
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text("main").contains("没有找到这一页"), "{path}");
        assert!(page.text(".mono").len() == 26, "the request's id: {path}");
    }
    let mut form = owner
        .get(&format!("/c/{case}"))
        .form("form[action$='/act']");
    form.set(
        "csrf",
        other
            .get("/inbox")
            .form("form[action='/logout']")
            .value("csrf")
            .expect("a token"),
    );
    assert_eq!(other.send(&form).status, 404);
}

#[test]
fn addresses_asked_in_the_wrong_way_and_forged_places_have_pages_of_their_own() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");

    assert_eq!(visitor.get("/cc/read").status, 405);
    assert_eq!(visitor.ask("DELETE", "/inbox", &[]).status, 405);
    assert_eq!(visitor.ask("HEAD", "/inbox", &[]).status, 200);
    for path in [
        "/inbox?after=x",
        "/mine?after=-1",
        "/done?after=1.2.3",
        "/cc?after=%00",
    ] {
        assert_eq!(visitor.get(path).status, 422, "{path}");
    }
    assert_eq!(
        visitor
            .get("/inbox?k=%25_'%22%3Cb%3E&due=odd&workflow=none")
            .status,
        200
    );
}

#[test]
fn looking_at_a_mails_link_changes_nothing_however_it_is_done() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let link = site.links("zhang.huimin").remove(0);
    let before = site.office.case(case).revision;
    let scanner = site.stranger();

    for headers in [
        &[][..],
        &[("sec-purpose", "prefetch")],
        &[("purpose", "preview")],
    ] {
        for method in ["GET", "HEAD"] {
            let answer = scanner.ask(method, &link, headers);
            assert_eq!(answer.status, 302);
            assert_eq!(answer.header("location").as_deref(), Some("/a/confirm"));
            let sets = answer.header("set-cookie").is_some();
            assert_eq!(
                sets,
                method == "GET" && headers.is_empty(),
                "{method} {headers:?}"
            );
        }
    }
    let page = scanner.get("/a/confirm");
    assert_eq!(page.status, 200);
    assert!(
        !page.body.contains(&link[3..60]),
        "the token stays in the cookie"
    );
    let mut forged = page.form("form[action='/a/confirm']");
    forged.leave_out("csrf");
    assert_eq!(scanner.send(&forged).status, 403);

    assert_eq!(site.office.case(case).revision, before);
    assert_eq!(
        site.stranger().get("/a/confirm").status,
        410,
        "without the cookie"
    );
}

#[test]
fn a_mails_link_decides_once_and_tells_its_end_only_to_its_person() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let link = site.links("zhang.huimin").remove(0);
    let phone = site.stranger();
    phone.get(&link);
    let page = phone.get("/a/confirm");
    let form = page.form("form[action='/a/confirm']");
    assert_eq!(
        form.value("action"),
        Some("approve"),
        "as pressed in the mail"
    );

    let done = phone.send(&form);

    assert_eq!(done.status, 200);
    assert!(
        done.text("main").contains("您的意见已提交：同意"),
        "{}",
        done.text("main")
    );
    assert_eq!(site.office.waits_at(case), ["demand_head"]);
    phone.get(&link);
    let dead = phone.get("/a/confirm");
    assert_eq!(dead.status, 410);
    assert!(
        !dead.text("main").contains("您已经用这个链接"),
        "{}",
        dead.text("main")
    );
    assert_eq!(phone.send(&form).status, 410);
    let own = site.visitor("zhang.huimin");
    own.get(&link);
    let told = own.get("/a/confirm");
    assert_eq!(told.status, 410);
    assert!(
        told.text("main").contains("您已经用这个链接提交过意见"),
        "{}",
        told.text("main")
    );
    let timeline = site
        .visitor("li.wenjing")
        .get(&format!("/c/{case}"))
        .text(".tm");
    assert!(
        timeline.contains("张慧敏 同意") && timeline.contains("通过邮件链接"),
        "{timeline}"
    );
}

#[test]
fn a_return_through_a_link_wants_a_reason_and_keeps_what_was_chosen() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let link = site.links("zhang.huimin").remove(1);
    let phone = site.stranger();
    phone.get(&link);
    let mut form = phone.get("/a/confirm").form("form[action='/a/confirm']");

    let refused = phone.send(&form);
    assert_eq!(refused.status, 422);
    assert!(
        refused.text(".es").contains("请写明理由"),
        "{}",
        refused.text(".es")
    );
    assert_eq!(refused.form("form").value("action"), Some("return"));

    form.set("comment", "请写清使用场景");
    assert_eq!(phone.send(&form).status, 200);
    let applicant = site.visitor("li.wenjing");
    let edit = applicant.get(&format!("/c/{case}/edit/request"));
    assert!(
        edit.text(".note--warn").contains("请写清使用场景"),
        "{}",
        edit.text("main")
    );
    assert!(applicant.get("/mine").text("main").contains("修改申请"));
}

#[test]
fn a_returned_request_is_revised_and_submitted_again() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    site.office.does(case, "zhang.huimin", "return");
    let visitor = site.visitor("li.wenjing");
    let page = visitor.get(&format!("/c/{case}/edit/request"));
    press(
        &visitor,
        &page,
        |form| {
            form.set("office", "规划处");
        },
        "draft",
    );
    let check = visitor.get(&format!("/c/{case}/check"));

    let sent = visitor.send(&check.form("form[action$='/check']"));

    let done = visitor.follow(&sent);
    assert!(
        done.text("main").contains("已重新提交"),
        "{}",
        done.text("main")
    );
    assert_eq!(site.office.case(case).answers["office"], "规划处");
    assert_eq!(site.office.waits_at(case), ["section_review"]);
}

#[test]
fn a_supplement_asks_for_fields_and_brings_them_on_the_cases_page() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    for login in ["zhang.huimin", "xu.xiaofeng", "zhou.lan"] {
        site.office.does(case, login, "approve");
    }
    let intake = site.visitor("yan.chenxi");
    let page = intake.get(&format!("/c/{case}"));
    let mut form = page.form(".card--act form");
    form.set("action", "supplement")
        .set("comment", "请写清使用范围");
    let nothing = intake.send(&form);
    assert_eq!(nothing.status, 422);
    assert!(
        nothing.text(".es").contains("至少勾选一项"),
        "{}",
        nothing.text(".es")
    );
    assert_eq!(
        nothing.form(".card--act form").value("comment"),
        Some("请写清使用范围")
    );
    form.tick("ask", "scope");
    assert_eq!(intake.send(&form).status, 303);

    let applicant = site.visitor("li.wenjing");
    let page = applicant.get(&format!("/c/{case}"));
    assert!(
        page.text(".card--act").contains("请写清使用范围"),
        "{}",
        page.text(".card--act")
    );
    assert!(
        page.text(".br__d").contains("计时已暂停"),
        "the branch shows its own: {}",
        page.text(".br__d")
    );
    let mut form = page.form(".card--act form");
    form.set("scope", "仅限医政医管处三名工作人员使用。");
    let sent = applicant.send(&form);

    assert_eq!(sent.status, 303, "{}", sent.text(".es"));
    assert_eq!(
        site.office.case(case).answers["scope"],
        "仅限医政医管处三名工作人员使用。"
    );
    let row = intake.get("/inbox").text(".ti");
    assert!(row.contains("补正后重新提交"), "{row}");
}

#[test]
fn an_answer_with_a_form_is_checked_item_by_item_and_kept() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    for login in ["zhang.huimin", "xu.xiaofeng", "zhou.lan", "yan.chenxi"] {
        site.office.does(case, login, "approve");
    }
    let head = site.visitor("pan.zhiming");
    let page = head.get(&format!("/c/{case}"));
    let mut form = page.form(".card--act form");
    form.set("action", "choose:agree")
        .set("comment", "同意共享")
        .set("decisions.0.decision", "agree");

    let gap = head.send(&form);

    assert_eq!(gap.status, 422);
    assert!(gap.text(".es").contains("逐项答复"), "{}", gap.text(".es"));
    let kept = gap.form(".card--act form");
    assert_eq!(kept.value("decisions.0.decision"), Some("agree"));
    assert_eq!(kept.value("action"), Some("choose:agree"));
    form.set("decisions.1.decision", "refuse")
        .set("decisions.1.code", "scope")
        .set("decisions.1.reason", "超出职责");
    let mixed = head.send(&form);
    assert_eq!(mixed.status, 422);
    assert!(
        mixed.text(".es").contains("请选“部分同意”"),
        "{}",
        mixed.text(".es")
    );
    form.set("action", "choose:partial");
    let sent = head.send(&form);
    assert_eq!(sent.status, 303, "{}", sent.text(".es"));
    assert_eq!(
        site.office.waits_at(case),
        ["provide[hn-medins/unconditional]"]
    );
}

#[test]
fn two_people_on_one_task_hear_of_each_other_and_lose_no_words() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    for login in ["zhang.huimin", "xu.xiaofeng"] {
        site.office.does(case, login, "approve");
    }
    let (one, other) = (site.visitor("zhou.lan"), site.visitor("li.wenjing"));
    let mut form = one.get(&format!("/c/{case}")).form(".card--act form");
    let mut withdraw = other
        .get(&format!("/c/{case}"))
        .form("form[action$='/act']");
    let tasks = site.office.case(case).tasks;
    assert!(!tasks.is_empty());
    form.set("action", "approve")
        .set("comment", "要素齐全，符合要求");
    // The applicant writes meanwhile: nobody else's words stand in the way.
    withdraw
        .set("action", "comment")
        .set("comment", "已备好原件");
    assert_eq!(other.send(&withdraw).status, 303);
    let sent = one.send(&form);
    assert_eq!(sent.status, 303, "{}", sent.text("main"));

    let again = site.visitor("zhou.lan");
    form.set(
        "csrf",
        again
            .get("/inbox")
            .form("form[action='/logout']")
            .value("csrf")
            .expect("a token"),
    );
    form.set("comment", "又写了一遍");
    let late = again.send(&form);

    assert_eq!(late.status, 409);
    assert!(
        late.text("main").contains("又写了一遍"),
        "{}",
        late.text("main")
    );
}

#[test]
fn the_same_form_sent_twice_is_one_action() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("li.wenjing");
    let mut form = visitor.get(&format!("/c/{case}")).form("form:has(#talk)");
    form.set("comment", "材料已备齐");

    let statuses = [visitor.send(&form).status, visitor.send(&form).status];

    assert_eq!(statuses, [303, 303]);
    let page = visitor.get(&format!("/c/{case}"));
    assert_eq!(page.text(".msg").matches("材料已备齐").count(), 1);
}

#[test]
fn a_comment_that_is_too_long_comes_back_whole() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("zhang.huimin");
    let mut form = visitor.get(&format!("/c/{case}")).form(".card--act form");
    let long = "字".repeat(4001);
    form.set("action", "approve").set("comment", &long);

    let refused = visitor.send(&form);

    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.form(".card--act form").value("comment"),
        Some(&*long)
    );
    assert!(
        refused.text(".es").contains("4001"),
        "{}",
        refused.text(".es")
    );
    form.set("action", "").set("comment", "同意");
    let none = visitor.send(&form);
    assert!(
        none.text(".es").contains("请选择办理意见"),
        "{}",
        none.text(".es")
    );
}

#[test]
fn a_form_beyond_the_limits_is_refused_and_given_back() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let page = begin(&visitor);

    let large = press(
        &visitor,
        &page,
        |form| {
            first_section(form);
            form.set("padding", &"x".repeat(300 * 1024));
        },
        "draft",
    );
    let many = press(
        &visitor,
        &page,
        |form| {
            first_section(form);
            for n in 0..600 {
                form.tick("more", &n.to_string());
            }
        },
        "draft",
    );

    for (answer, status) in [(large, 413), (many, 422)] {
        assert_eq!(answer.status, status);
        assert_eq!(answer.form(SECTION).value("office"), Some("医政医管处"));
    }
    assert_eq!(
        visitor.get(&page.path).form(SECTION).value("office"),
        Some("")
    );
}

#[test]
fn files_are_taken_with_the_form_refused_at_their_field_and_given_out_as_downloads() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let id = draft_of(&begin(&visitor));
    let page = visitor.get(&format!("/c/{id}/edit/data"));
    let mut form = page.form(SECTION);
    form.set("scope", "仅限本处")
        .set("do", "upload:basis_files");
    form.attach("upload.basis_files", "图.svg", b"<svg/>");

    let refused = visitor.send(&form);
    assert_eq!(refused.status, 422);
    assert!(
        refused.text(".es").contains("图.svg"),
        "{}",
        refused.text(".es")
    );
    assert_eq!(refused.form(SECTION).value("scope"), Some("仅限本处"));

    let mut form = refused.form(SECTION);
    form.set("do", "upload:basis_files");
    form.attach("upload.basis_files", "依据.txt", "依据职责".as_bytes());
    let taken = visitor.send(&form);
    let page = visitor.follow(&taken);
    assert!(
        page.text("main").contains("依据.txt"),
        "{}",
        page.text("main")
    );
    let check = visitor.get(&format!("/c/{id}/check"));
    let href = check.attributes("a[href^='/files/']", "href").remove(0);
    let file = visitor.get(&href);
    assert_eq!(file.body, "依据职责");
    assert!(
        file.header("content-disposition")
            .is_some_and(|value| value.starts_with("attachment;"))
    );
    assert_eq!(
        file.header("x-content-type-options").as_deref(),
        Some("nosniff")
    );
    assert_eq!(site.visitor("wei.zixuan").get(&href).status, 404);
}

#[test]
fn a_request_with_a_file_is_submitted_and_its_signers_may_open_it() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let check = fill_in(&visitor);
    let id = draft_of(&check);
    let page = visitor.get(&format!("/c/{id}/edit/data"));
    let mut form = page.form(SECTION);
    form.set("do", "next");
    form.attach("upload.basis_files", "依据.txt", "依据职责".as_bytes());
    assert_eq!(visitor.send(&form).status, 303);
    let check = visitor.get(&format!("/c/{id}/check"));

    let sent = visitor.send(&check.form("form[action$='/check']"));

    assert_eq!(sent.status, 303, "{}", sent.text("main"));
    let signer = site.visitor("zhang.huimin");
    let page = signer.get(&format!("/c/{id}"));
    let href = page.attributes("a[href^='/files/']", "href").remove(0);
    assert_eq!(signer.get(&href).body, "依据职责");
}

#[test]
fn private_answers_are_for_those_who_handle_the_case() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let signer = site.visitor("zhang.huimin").get(&format!("/c/{case}"));
    // The authority oversees the case, and nobody has asked it anything yet.
    let overseer = site.visitor("liu.zhiqiang").get(&format!("/c/{case}"));

    assert_eq!((signer.status, overseer.status), (200, 200));
    assert!(signer.text("main").contains("13800000001"));
    assert!(!overseer.body.contains("13800000001"));
    assert!(!overseer.body.contains("张三"));
}

#[test]
fn a_deadline_is_shown_with_its_days_and_a_late_one_first() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("zhang.huimin");
    let page = visitor.get("/inbox");
    assert!(
        page.text(".ti__d").contains("3月3日（周二）24:00"),
        "{}",
        page.text(".ti__d")
    );
    assert!(page.has(".dayscale rect"));

    site.office.until("2026-03-05 10:00");

    let visitor = site.visitor("zhang.huimin");
    let late = visitor.get("/inbox");
    assert!(
        late.text(".grp--bad").contains("已逾期"),
        "{}",
        late.text("main")
    );
    assert!(
        late.text(".ti__d").contains("逾期 2 个工作日"),
        "{}",
        late.text(".ti__d")
    );
    assert!(!visitor.get("/inbox?due=soon").has(".ti"));
    assert!(
        visitor
            .get("/inbox?due=late&k=%E5%8C%BB%E8%8D%AF%E6%9C%BA%E6%9E%84")
            .has(".ti")
    );
    let timeline = visitor.get(&format!("/c/{case}")).text(".tm");
    assert!(timeline.contains("已到期限"), "{timeline}");
}

#[test]
fn only_the_actions_that_the_server_takes_are_on_the_page() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let applicant = site.visitor("li.wenjing");
    let page = applicant.get(&format!("/c/{case}"));
    assert!(!page.has(".card--act"), "nobody signs their own request");
    assert!(page.has("form [name='action'][value='withdraw']"));

    site.office.does(case, "zhang.huimin", "approve");

    let head = site.visitor("xu.xiaofeng").get(&format!("/c/{case}"));
    let mut offered = head.attributes(".card--act [name='action']", "value");
    offered.sort();
    assert_eq!(offered, ["approve", "reject", "return"]);
    for login in ["xu.xiaofeng", "zhou.lan"] {
        site.office.does(case, login, "approve");
    }
    let page = applicant.get(&format!("/c/{case}"));
    assert!(
        !page.has("form [name='action'][value='withdraw']"),
        "the provider has it now"
    );
}

#[test]
fn withdrawing_ends_the_case_and_says_so() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    let visitor = site.visitor("li.wenjing");
    let mut form = visitor
        .get(&format!("/c/{case}"))
        .form("form:has([name='action'][value='withdraw'])");
    form.set("comment", "另行申请");

    let sent = visitor.send(&form);

    let page = visitor.follow(&sent);
    assert!(
        page.text("[role=status]").contains("申请已撤回"),
        "{}",
        page.text("main")
    );
    assert!(page.text(".ph").contains("已撤回"), "{}", page.text(".ph"));
    let again = visitor.get(&format!("/c/{case}"));
    assert!(!again.has("[role=status]"), "said once");
}

#[test]
fn a_copy_is_unread_until_its_case_is_opened() {
    let site = Site::open();
    let case = site.office.file(request(json!({}))).expect("filed");
    for login in ["zhang.huimin", "xu.xiaofeng", "zhou.lan", "yan.chenxi"] {
        site.office.does(case, login, "approve");
    }
    let agree = json!({"decisions": [{"decision": "agree", "approved": {"from": "2026-04-01", "to": "2027-03-31"}},
                                     {"decision": "agree", "approved": {"from": "2026-04-01", "to": "2027-03-31"}}]});
    let input = Input {
        choice: Some("agree".into()),
        answers: Some(crate::support::office::object(agree)),
        ..Input::default()
    };
    site.office
        .act(case, "pan.zhiming", "choose", input)
        .expect("answered");
    let visitor = site.visitor("li.wenjing");
    assert!(
        visitor.get("/cc").text(".ti").contains("未读"),
        "{}",
        visitor.get("/cc").text("main")
    );

    visitor.ask("GET", &format!("/c/{case}"), &[("sec-purpose", "prefetch")]);
    assert!(
        visitor.get("/cc").text(".ti").contains("未读"),
        "only looked ahead"
    );
    visitor.get(&format!("/c/{case}"));

    assert!(!visitor.get("/cc").text(".ti").contains("未读"));
}

#[test]
fn the_language_is_chosen_by_a_link_and_remembered() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let link = visitor
        .get("/mine?k=a")
        .attributes("a[hreflang=en]", "href")
        .remove(0);
    assert_eq!(link, "/mine?k=a&lang=en");

    let english = visitor.get(&link);

    assert_eq!(english.attributes("html", "lang"), ["en"]);
    assert_eq!(visitor.get("/inbox").attributes("html", "lang"), ["en"]);
    let back = visitor.get("/lang?to=zh&next=/done");
    assert_eq!(back.header("location").as_deref(), Some("/done"));
    assert_eq!(visitor.follow(&back).attributes("html", "lang"), ["zh-CN"]);
}

#[test]
fn a_caught_mail_is_framed_where_it_can_do_nothing() {
    let site = Site::open();
    site.office.file(request(json!({}))).expect("filed");
    site.links("zhang.huimin");
    let visitor = site.stranger();

    let list = visitor.get("/dev/mail?to=zhang.huimin@henan.example");
    let mail = list.attributes(".ti__t a", "href").remove(0);
    let frame = visitor.get(&mail).attributes("iframe", "src").remove(0);
    let html = visitor.get(&frame);

    let policy = html.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert!(visitor.get(&mail).has("iframe[sandbox='']"));
}

#[test]
fn giving_up_a_draft_asks_first() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let id = draft_of(&begin(&visitor));
    let asked = visitor.get(&format!("/c/{id}/discard"));
    assert_eq!(visitor.get(&format!("/c/{id}/edit/request")).status, 200);

    let sent = visitor.send(&asked.form("form[action$='/discard']"));

    assert_eq!(sent.header("location").as_deref(), Some("/mine"));
    assert_eq!(visitor.get(&format!("/c/{id}/edit/request")).status, 404);
}

#[test]
fn names_in_cookies_and_addresses_from_elsewhere_do_no_harm() {
    let site = Site::open();
    let stranger = site.stranger();

    for token in ["x", "a.b.c", &"a".repeat(5000), "%00", "%22%3E%3Cscript%3E"] {
        let opened = stranger.get(&format!("/a/{token}"));
        assert_eq!(opened.status, 302, "{token}");
        assert_eq!(stranger.get("/a/confirm").status, 410, "{token}");
    }
}

#[test]
fn characters_that_cannot_be_kept_or_seen_are_refused_with_the_field_named() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");
    let page = begin(&visitor);

    for (typed, told) in [
        ("医政\0处", "控制字符"),
        ("医政\u{202E}处", "改变文字方向"),
        ("医政\n处", "只能写一行"),
    ] {
        let refused = press(
            &visitor,
            &visitor.get(&page.path),
            |form| {
                first_section(form);
                form.set("office", typed);
            },
            "next",
        );
        assert_eq!(refused.status, 422, "{typed:?}");
        let words = refused.text(".es");
        assert!(
            words.contains("申请科室") && words.contains(told),
            "{words}"
        );
    }
    let rare = "𠮷田\u{FA11}·买买提<b>{{7*7}}</b>' OR 1=1 --";
    let kept = press(
        &visitor,
        &visitor.get(&page.path),
        |form| {
            first_section(form);
            form.set("office", rare);
        },
        "next",
    );
    assert_eq!(kept.status, 303, "{}", kept.text(".es"));
    assert_eq!(
        visitor.get(&page.path).form(SECTION).value("office"),
        Some(rare)
    );
}

#[test]
fn odd_logins_are_only_wrong() {
    let site = Site::open();
    let visitor = site.stranger();
    let page = visitor.get("/login");

    for login in [
        "ｌｉ．ｗｅｎｊｉｎｇ",
        "li.wenjing\0",
        "' OR 1=1 --",
        "",
        "\u{202E}gnijnew.il",
        &"x".repeat(5000),
    ] {
        let refused = visitor.log_in_on(&page, login, huiqian::services::demo::PASSWORD);
        assert!(
            matches!(refused.status, 422 | 429),
            "{login:?}: {}",
            refused.status
        );
    }
}
