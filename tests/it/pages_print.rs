//! What is printed of a case: the approval form, the papers that it leaves, and the page that verifies them.

use huiqian::engine::Input;
use huiqian::services::Error;
use huiqian::storage;
use serde_json::json;
use ulid::Ulid;

use crate::support::joint::{answers, asked, filed, replied};
use crate::support::office::Office;
use crate::support::visitor::{Page, Site};

/// The chain of a case, oldest first.
fn hashes(office: &Office, case: Ulid) -> Vec<String> {
    let read = office.app.db.read(|conn| {
        let stored = storage::cases::get(conn, case)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(storage::events::of_case(conn, stored.summary.id)?)
    });
    let events = read.expect("read");
    events.into_iter().map(|stored| stored.event.hash).collect()
}

pub fn record_hash(office: &Office, case: Ulid) -> String {
    hashes(office, case).pop().expect("an event")
}

/// The box of a stage, by its title.
fn boxed(page: &Page, title: &str) -> String {
    let html = scraper::Html::parse_document(&page.body);
    let rows = scraper::Selector::parse(".form > tbody > tr").expect("a selector");
    let heading = scraper::Selector::parse("th").expect("a selector");
    let found = html.select(&rows).find(|row| {
        let words: String = row.select(&heading).flat_map(|th| th.text()).collect();
        words.trim() == title
    });
    let row = found.unwrap_or_else(|| panic!("no box {title}: {}", page.text("main")));
    row.text().collect()
}

#[test]
fn the_form_holds_the_request_the_opinions_by_branch_and_what_verifies_it() {
    let site = Site::open();
    let case = replied(&site.office);

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}/print"));

    assert_eq!(page.status, 200);
    assert_eq!(page.text("h1").trim(), "多部门答复审批表");
    let sheet = page.text(".sheet");
    let number = "联答〔2026〕1号";
    for words in [
        "河南省行政审批政务信息局",
        number,
        "河南省卫生健康委员会",
        "李文静",
        "2026年3月2日 09:00",
        "联合核验人口信息",
        "13800000001",
        "会审：安全审查",
        "提供部门办理：省公安厅",
        "同意提供核验接口",
        "13800000009",
    ] {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }
    let check = boxed(&page, "科室审核");
    for words in [
        "同意",
        "同意。",
        "张慧敏",
        "河南省卫生健康委员会科室负责人",
        "2026年3月2日",
    ] {
        assert!(check.contains(words), "{words}: {check}");
    }
    assert!(boxed(&page, "安全").contains("低风险"), "{sheet}");
    let hash = record_hash(&site.office, case);
    assert!(sheet.contains(&hash), "the whole hash: {sheet}");
    let address = format!("/verify/{case}?hash={hash}");
    let hrefs = page.attributes(".sheet__ft a", "href");
    assert!(hrefs[0].ends_with(&address), "{hrefs:?}");
    assert!(page.has(".sheet__ft svg[role='img'] path[d^='M']"));
    let back = page.attributes(".pbar a", "href");
    let pdf = format!("/c/{case}/print.pdf");
    assert_eq!(
        back,
        [format!("/c/{case}"), pdf],
        "it has left no other paper"
    );
}

#[test]
fn a_seal_has_its_place_where_the_head_of_a_department_signs_and_nowhere_else() {
    let site = Site::open();
    let case = asked(&site.office);

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}/print"));

    assert!(!boxed(&page, "科室审核").contains("盖章处"));
    let html = page.text(".sheet");
    let seals = html.matches("（盖章处）").count();
    assert_eq!(seals, 2, "the heads of both departments: {html}");
    assert!(boxed(&page, "答复").contains("（盖章处）"));
}

#[test]
fn what_is_not_signed_stays_open_and_says_whom_it_waits_for() {
    let site = Site::open();
    let case = filed(&site.office);

    let page = site.visitor("li.wenjing").get(&format!("/c/{case}/print"));

    let check = boxed(&page, "科室审核");
    assert!(check.contains("待签：张慧敏（省卫健委）"), "{check}");
    assert!(!check.contains("尚未办理"), "{check}");
    let review = boxed(&page, "会审");
    assert!(
        review.contains("（尚未办理）") && review.contains("年　　月　　日"),
        "{review}"
    );
}

#[test]
fn a_department_prints_the_request_and_its_own_branch_and_nothing_of_the_others() {
    let site = Site::open();
    let case = replied(&site.office);

    let page = site.visitor("yang.xuemei").get(&format!("/c/{case}/print"));

    let sheet = page.text(".sheet");
    assert!(
        sheet.contains("联合核验人口信息") && sheet.contains("省民政厅"),
        "{sheet}"
    );
    for hidden in ["郑国强", "赵明", "同意提供核验接口", "13800000009"] {
        assert!(!sheet.contains(hidden), "{hidden}: {sheet}");
    }
    assert!(sheet.contains(&record_hash(&site.office, case)), "{sheet}");
}

#[test]
fn a_reader_of_english_finds_it_beside_the_chinese() {
    let site = Site::open();
    let case = replied(&site.office);
    let visitor = site.visitor("li.wenjing");

    let page = visitor.get(&format!("/c/{case}/print?lang=en"));

    let heading = page.text("h1");
    assert!(heading.contains("多部门答复审批表"), "{heading}");
    assert!(
        heading.contains("Replies of several departments: approval form"),
        "{heading}"
    );
    let sheet = page.text(".sheet");
    assert!(
        sheet.contains("科室审核") && sheet.contains("Check"),
        "{sheet}"
    );
    assert!(
        sheet.contains("标题") && sheet.contains("Subject"),
        "{sheet}"
    );
    let tags = page.attributes("h1 span", "lang");
    assert_eq!(tags, ["zh-CN", "en"]);
}

#[test]
fn only_who_sees_a_case_prints_it() {
    let site = Site::open();
    let case = asked(&site.office);
    let address = format!("/c/{case}/print");

    let stranger = site.stranger().get(&address);
    let other = site.visitor("lv.sihan").get(&address);

    assert_eq!(stranger.status, 303);
    assert_eq!(other.status, 404);
    let link = site.visitor("li.wenjing").get(&format!("/c/{case}"));
    assert!(
        link.has(&format!("a[href='{address}']")),
        "the case's page leads to it"
    );
}

#[test]
fn a_hash_is_told_as_that_of_now_of_earlier_or_of_never() {
    let site = Site::open();
    let case = filed(&site.office);
    let printed = record_hash(&site.office, case);
    let visitor = site.visitor("li.wenjing");
    let verify = |named: &str, hash: &str| visitor.get(&format!("/verify/{named}?hash={hash}"));

    let now = verify(&case.to_string(), &printed.to_uppercase());
    assert!(
        now.text(".note--ok").contains("与现在的办理记录一致"),
        "{}",
        now.text("main")
    );

    site.office.does(case, "zhang.huimin", "approve");

    // 联答〔2026〕1号
    let number = "%E8%81%94%E7%AD%94%E3%80%942026%E3%80%951%E5%8F%B7";
    let earlier = verify(number, &printed);
    let words = earlier.text("main");
    assert!(
        earlier.text(".note--warn").contains("较早的记录"),
        "{words}"
    );
    assert!(
        words.contains("李文静") && words.contains("2026年3月2日 09:00"),
        "{words}"
    );
    assert!(words.contains("完整，没有改动痕迹"), "{words}");
    assert!(words.contains(&record_hash(&site.office, case)), "{words}");
    let never = verify(&case.to_string(), &"0".repeat(64));
    assert!(
        never.text(".note--bad").contains("没有过这个校验值"),
        "{}",
        never.text("main")
    );
    let unasked = visitor.get(&format!("/verify/{case}"));
    assert!(
        !unasked.has(".note") && unasked.has("input[name='hash']"),
        "{}",
        unasked.text("main")
    );
}

#[test]
fn of_a_state_that_another_branch_made_the_reader_learns_only_that() {
    let site = Site::open();
    let case = asked(&site.office);
    site.office.does(case, "zhao.ming", "approve");
    let printed = record_hash(&site.office, case);
    site.office.does(case, "yang.xuemei", "approve");

    let page = site
        .visitor("yang.xuemei")
        .get(&format!("/verify/{case}?hash={printed}"));

    let words = page.text("main");
    assert!(
        words.contains("较早的记录") && words.contains("您看不到内容"),
        "{words}"
    );
    assert!(!words.contains("赵明"), "{words}");
}

#[test]
fn a_stranger_learns_nothing_but_that_they_must_log_in() {
    let site = Site::open();
    let case = filed(&site.office);
    let hash = record_hash(&site.office, case);

    let known = site.stranger().get(&format!("/verify/{case}?hash={hash}"));
    let unknown = site.stranger().get("/verify/nothing?hash=1");

    assert_eq!((known.status, unknown.status), (401, 401));
    assert_eq!(known.text("main"), unknown.text("main"));
    let next = known.attributes("main a", "href");
    assert!(next[0].starts_with("/login?next=%2Fverify%2F"), "{next:?}");
    let other = site.visitor("lv.sihan");
    assert_eq!(
        other.get(&format!("/verify/{case}?hash={hash}")).status,
        404
    );
    assert_eq!(other.get("/verify/nothing?hash=1").status, 404);
}

/// A head who decides by law, and a leader after them.
const REFUSING: &str = "
workflow: print-refusal
title: {zh: 使用申请, en: Request for use}
number: 使申〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: subject, type: text, label: {zh: 标题, en: Subject}}
  - section: answer
    title: {zh: 答复, en: Answer}
    fields:
      - {id: code, type: choice, label: {zh: 理由代码, en: Reason}, options: {beyond: {zh: 超出履职需要, en: Beyond the duties}}}
stages:
  - {stage: head, title: {zh: 负责人审核, en: Head}, who: share_office_head@applicant, law: 《政务数据共享条例》第二十条, fills: [answer], choices: {agree: 同意, refuse: {title: 不同意, verdict: refused, comment: required}}}
  - {stage: leader, title: {zh: 领导审批, en: Leader}, who: dept_leader@applicant}
ends:
  approved: {title: {zh: 同意使用, en: Granted}}
  rejected: {title: {zh: 不予使用, en: Not granted}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

/// The head refuses, with code and words.
fn refuse(office: &Office, case: Ulid) {
    let refusal = Input {
        choice: Some("refuse".into()),
        comment: Some("申请的范围超出本部门职责。".into()),
        ..answers(json!({"code": "beyond"}))
    };
    let done = office.act(case, "xu.xiaofeng", "choose", refusal);
    done.expect("refused");
}

#[test]
fn a_refused_case_leaves_a_notice_with_reason_and_article_and_an_open_one_none() {
    let site = Site::open();
    let case = site.office.filed_by(REFUSING);
    let applicant = site.visitor("li.wenjing");
    let address = format!("/c/{case}/print/refusal");
    assert_eq!(applicant.get(&address).status, 404);
    refuse(&site.office, case);

    let page = applicant.get(&address);

    assert_eq!(page.status, 200);
    assert_eq!(page.text("h1").trim(), "不予使用通知书");
    let letter = page.text(".sheet");
    for words in [
        "河南省卫生健康委员会：",
        "你单位于2026年3月2日提交的“使用申请”（使申〔2026〕1号）收悉",
        "结论为：不予使用",
        "负责人审核",
        "申请的范围超出本部门职责。",
        "超出履职需要",
        "徐晓峰",
        "依据：《政务数据共享条例》第二十条",
        "（盖章处）",
    ] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    assert!(letter.contains(&record_hash(&site.office, case)));
    let sheet = applicant.get(&format!("/c/{case}/print"));
    assert_eq!(sheet.attributes(".pbar a", "href")[1], address);
    assert!(!boxed(&sheet, "负责人审核").contains("领导审批"));
}

#[test]
fn an_article_is_printed_only_where_the_definition_names_one() {
    let site = Site::open();
    let plain = REFUSING.replace("law: 《政务数据共享条例》第二十条, ", "");
    let case = site.office.filed_by(&plain);
    refuse(&site.office, case);

    let page = site
        .visitor("li.wenjing")
        .get(&format!("/c/{case}/print/refusal"));

    assert!(
        !page.text(".sheet").contains("依据："),
        "{}",
        page.text(".sheet")
    );
}

#[test]
fn a_choice_that_leads_to_the_refusing_end_is_the_reason() {
    let site = Site::open();
    let choosing = REFUSING.replace(
        "who: dept_leader@applicant}",
        "who: dept_leader@applicant, choices: {agree: 同意, close: {title: 不再办理, comment: required}}, next: [{when: choice == \"close\", goto: rejected}, {goto: approved}]}",
    );
    let case = site.office.filed_by(&choosing);
    let agreed = Input {
        choice: Some("agree".into()),
        ..Input::default()
    };
    let head = site.office.act(case, "xu.xiaofeng", "choose", agreed);
    head.expect("agreed");
    let input = Input {
        choice: Some("close".into()),
        comment: Some("用途已由别的渠道满足。".into()),
        ..Input::default()
    };
    let done = site.office.act(case, "xu.xiaofeng", "choose", input);
    done.expect("chosen");

    let page = site
        .visitor("li.wenjing")
        .get(&format!("/c/{case}/print/refusal"));

    let letter = page.text(".sheet");
    for words in ["领导审批", "不再办理", "用途已由别的渠道满足。"] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    assert!(!letter.contains("负责人审核"), "{letter}");
}

/// The end of a destruction: who did it, before whom, and the certificate.
pub const DESTROYING: &str = "
workflow: print-destruction
title: {zh: 销毁审批, en: Destruction}
number: 销审〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - id: items
        type: table
        label: {zh: 清单, en: Inventory}
        columns:
          - {id: name, type: text, label: {zh: 名称, en: Name}}
          - {id: medium, type: choice, label: {zh: 载体, en: Medium}, options: {disk: {zh: 服务器硬盘, en: Server disk}, tape: {zh: 磁带, en: Tape}}}
      - {id: method, type: choice, label: {zh: 方式, en: Method}, options: {shred: {zh: 物理粉碎, en: Shredding}}}
  - section: certificate
    title: {zh: 证明, en: Certificate}
    fields:
      - {id: place, type: text, label: {zh: 地点, en: Place}}
stages:
  - stage: execute
    title: {zh: 执行, en: Destroyed}
    who: section_head@applicant
    record:
      register: destructions
      each: form.items
      status: destroyed
      set: {name: row.name, medium: row.medium, method: form.method, destroyer: actor(\"execute\"), destroyed: now}
  - stage: certify
    title: {zh: 发证, en: Certified}
    who: share_office_head@applicant
    fills: [certificate]
    record: {register: destructions, status: certified, set: {place: form.place}}
ends:
  approved: {title: {zh: 已销毁, en: Destroyed}}
  rejected: {title: {zh: 不同意, en: Refused}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

#[test]
fn a_destruction_leaves_its_list_when_it_is_done_and_its_certificate_with_the_end() {
    let site = Site::open();
    let key = site.office.publish(DESTROYING);
    let mut items: Vec<_> = (1..=11)
        .map(|number| json!({"name": format!("介质{number}"), "medium": "disk"}))
        .collect();
    items.push(json!({"name": "备份带", "medium": "tape"}));
    let request = json!({"items": items, "method": "shred"});
    let case = site.office.file_by(&key, request).expect("filed");
    let visitor = site.visitor("li.wenjing");
    let paper = |key: &str| visitor.get(&format!("/c/{case}/print/{key}"));
    assert_eq!(paper("destruction-list").status, 404);

    site.office.does(case, "zhang.huimin", "approve");

    let list = paper("destruction-list");
    assert_eq!(list.text("h1").trim(), "数据销毁清册");
    let words = list.text(".sheet");
    for told in [
        "物理粉碎",
        "张慧敏",
        "服务器硬盘",
        "磁带",
        "2026年3月2日 09:00",
        "销审〔2026〕1号",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    let cells = list.text(".list td:nth-child(2)");
    let names: Vec<&str> = cells.split_whitespace().collect();
    assert_eq!(
        (names[1], names[9], names[11]),
        ("介质2", "介质10", "备份带"),
        "{cells}"
    );
    assert_eq!(paper("destruction-certificate").status, 404);

    let certified = Input {
        comment: Some("发证。".into()),
        ..answers(json!({"place": "省政务云机房"}))
    };
    let done = site.office.act(case, "xu.xiaofeng", "approve", certified);
    done.expect("certified");

    let certificate = paper("destruction-certificate");
    assert_eq!(certificate.text("h1").trim(), "数据销毁证明");
    let words = certificate.text(".sheet");
    for told in [
        "河南省卫生健康委员会经“销毁审批”",
        "省政务云机房",
        "监销人一",
        "（盖章处）",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert_eq!(paper("refusal").status, 404);
    assert_eq!(paper("nothing").status, 404);
}

#[test]
fn a_department_that_refused_its_part_leaves_a_notice_of_its_own() {
    let site = Site::open();
    let case = asked(&site.office);
    let refusal = Input {
        comment: Some("不属于本部门的数据。".into()),
        ..Input::default()
    };
    let done = site.office.act(case, "zhao.ming", "reject", refusal);
    done.expect("refused");
    let applicant = site.visitor("li.wenjing");

    let sheet = applicant.get(&format!("/c/{case}/print"));
    let papers = sheet.attributes(".pbar a", "href");
    let letter = applicant.get(&papers[1]);

    assert!(
        papers[1].contains("/print/refusal-branch?branch=offices"),
        "{papers:?}"
    );
    assert!(sheet.text(".pbar").contains("不同意通知书（省公安厅）"));
    let words = letter.text(".sheet");
    for told in [
        "不同意通知书",
        "河南省卫生健康委员会：",
        "其中由省公安厅办理的部分",
        "不属于本部门的数据。",
        "赵明",
        "2026年3月2日",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert!(letter.has(".pbar a[href*='refusal-branch.pdf?branch=offices']"));
    let other = site.visitor("yang.xuemei");
    assert_eq!(other.get(&papers[1]).status, 404, "not of its own branch");
    assert_eq!(
        applicant
            .get(&format!("/c/{case}/print/refusal-branch"))
            .status,
        404
    );
}
