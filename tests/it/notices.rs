//! What mails say: every kind, to the right people, with nothing that must not be in a mail.

use chrono::TimeDelta;
use huiqian::engine::Input;
use huiqian::services::mail;
use huiqian::storage::outbox::OutboxState;
use serde_json::json;

use crate::support::app::{Fixture, reason, token_in};
use crate::support::definitions::{for_data, one_review, with_stages};
use crate::support::world::{answers_of, with_form};

/// The subjects of a person's caught mails.
fn subjects(fixture: &Fixture, login: &str) -> Vec<String> {
    fixture
        .mails_to(login)
        .into_iter()
        .map(|mail| mail.mail.subject)
        .collect()
}

/// The subject of a person's latest mail.
fn last(fixture: &Fixture, login: &str) -> String {
    subjects(fixture, login).pop().unwrap_or_default()
}

fn in_time_and_late() -> String {
    with_stages(
        "  - stage: intake\n    title: 受理\n    who: section_head@applicant\n    supplement: {times: 1, due: 5wd}\n    due: {in: 3wd, remind: [1wd before], overdue: [{after: 1wd, escalate: dept_leader@applicant}]}\n  - {stage: head, title: 负责人同意, who: share_office_head@applicant}",
    )
}

#[test]
fn a_supplement_is_asked_for_with_its_time_and_where_to_go() {
    let fixture = Fixture::new();
    let case = fixture.filed(&in_time_and_late());
    let missing = Input {
        fields: vec!["note".into()],
        ..reason("缺说明")
    };
    fixture
        .on_with("bob", case, "supplement", "intake", missing)
        .expect("asked");

    let mail = fixture.mails_to("ann").pop().expect("a mail").mail;

    assert_eq!(mail.subject, "【补正】请补充材料：试〔2026〕1号");
    for wanted in [
        "省卫健委要求补充材料。补正期间暂停计时，请在 5 个工作日内提交。",
        "补正期限：3月9日（周一）24:00 前",
        &format!("https://share.henan.example/c/{case}/edit"),
    ] {
        assert!(mail.text.contains(wanted), "{wanted}\n{}", mail.text);
    }
}

#[test]
fn what_was_supplied_comes_back_to_who_asked_for_it() {
    let fixture = Fixture::new();
    let case = fixture.filed(&in_time_and_late());
    let missing = Input {
        fields: vec!["note".into()],
        ..reason("缺说明")
    };
    fixture
        .on_with("bob", case, "supplement", "intake", missing)
        .expect("asked");
    let supplied = Input {
        answers: Some(answers_of(json!({"note": "补上"}))),
        ..Input::default()
    };
    fixture
        .on_with("ann", case, "supply", "intake", supplied)
        .expect("supplied");

    assert_eq!(
        subjects(&fixture, "bob").len(),
        1,
        "the first was replaced before it left"
    );
}

#[test]
fn time_reminds_presses_and_reports() {
    let fixture = Fixture::new();
    fixture.filed(&in_time_and_late());
    assert_eq!(
        subjects(&fixture, "bea"),
        ["【待办】请审核试验 试〔2026〕1号，3月5日前"]
    );

    fixture.wait_until("2026-03-05 10:00");
    assert_eq!(
        last(&fixture, "bea"),
        "【提醒】还剩 1 个工作日：试〔2026〕1号"
    );
    fixture.wait_until("2026-03-06 10:00");
    assert_eq!(
        last(&fixture, "bea"),
        "【逾期】已逾期 1 个工作日：试〔2026〕1号"
    );
    fixture.wait_until("2026-03-09 10:00");

    let mail = fixture.mails_to("eve").pop().expect("a mail").mail;
    assert_eq!(
        mail.subject,
        "【督办】省卫健委 1 件申请逾期 2 个工作日：试〔2026〕1号"
    );
    assert!(
        mail.text.contains("等待：bob先生、bea先生"),
        "{}",
        mail.text
    );
    assert_eq!(token_in(&mail.text), None);
}

#[test]
fn a_return_tells_the_applicant_where_and_the_others_that_it_is_done() {
    let fixture = Fixture::new();
    let case = fixture.filed(&in_time_and_late());
    fixture.deliver();
    fixture
        .on_with("bob", case, "return", "intake", reason("请改"))
        .expect("returned");

    let mail = fixture.mails_to("ann").pop().expect("a mail").mail;

    assert_eq!(mail.subject, "【退回】请修改：试〔2026〕1号");
    assert!(mail.text.contains("退回环节：受理"), "{}", mail.text);
    assert_eq!(
        last(&fixture, "bea"),
        "【无需办理】已由他人办理：试〔2026〕1号"
    );
}

#[test]
fn a_refusal_tells_who_decided_and_when() {
    let fixture = Fixture::new();
    let case = fixture.filed(&in_time_and_late());
    fixture
        .on("bob", case, "approve", "intake")
        .expect("approved");
    fixture
        .on_with("cat", case, "reject", "head", reason("依据不足"))
        .expect("rejected");

    let mail = fixture.mails_to("ann").pop().expect("a mail").mail;

    assert_eq!(mail.subject, "【办结】不予同意：试〔2026〕1号");
    assert!(
        mail.text.contains("作出决定：省卫健委\n日期：2026年3月2日"),
        "{}",
        mail.text
    );
}

#[test]
fn who_was_asked_is_told_how_the_case_ended_instead() {
    let fixture = Fixture::new();
    let key = fixture.publish(&in_time_and_late());
    let (first, second) = (
        fixture.file("ann", &key, json!({})),
        fixture.file("ann", &key, json!({})),
    );
    fixture.deliver();

    fixture
        .act("ann", first, "withdraw", Input::default())
        .expect("withdrawn");
    assert_eq!(last(&fixture, "bob"), "【无需办理】已撤回：试〔2026〕1号");
    fixture
        .act("adm", second, "terminate", reason("重复"))
        .expect("terminated");
    assert_eq!(last(&fixture, "bob"), "【无需办理】已结束：试〔2026〕2号");
    assert_eq!(last(&fixture, "ann"), "【办结】已终止：试〔2026〕2号");
}

#[test]
fn the_same_mail_put_together_twice_carries_the_same_link() {
    let fixture = Fixture::new();
    let case = fixture.filed(&one_review());
    let row = fixture.outbox(case).remove(0);

    let app = &fixture.app;
    let put_together = || {
        let mail = app.db.read(|conn| mail::compose(app, conn, &row));
        mail.expect("composes").expect("needed")
    };
    let first = put_together();
    fixture.advance(TimeDelta::hours(1));
    let second = put_together();

    assert!(token_in(&first.written.text).is_some());
    assert_eq!(first, second);
}

#[test]
fn an_overdue_mail_says_who_was_told() {
    let fixture = Fixture::new();
    fixture.filed(&with_stages(
        "  - stage: review\n    title: 审核\n    who: share_office_head@applicant\n    due: {in: 1wd, remind: [every 1wd after], overdue: [{after: 0wd, escalate: dept_leader@applicant}]}",
    ));
    fixture.wait_until("2026-03-04 09:00");
    fixture.deliver();
    fixture.wait_until("2026-03-05 09:30");

    let mail = fixture.mails_to("cat").pop().expect("a mail").mail;

    assert!(
        mail.text.contains("已按规定报告 eve先生。"),
        "{}",
        mail.text
    );
}

#[test]
fn a_task_in_other_hands_is_taken_back_from_those_who_were_told() {
    let fixture = Fixture::new();
    fixture.filed(&with_stages(
        "  - stage: review\n    title: 审核\n    who: section_head@applicant\n    due: {in: 1wd, overdue: [{after: 0wd, assign: share_office_head@applicant}]}",
    ));
    assert_eq!(subjects(&fixture, "bob").len(), 1);

    fixture.wait_until("2026-03-04 09:00");

    assert_eq!(
        subjects(&fixture, "bob").pop().as_deref(),
        Some("【无需办理】已转给他人：试〔2026〕1号")
    );
    assert_eq!(subjects(&fixture, "cat").len(), 1);
}

#[test]
fn nobody_is_told_that_they_need_not_do_what_they_never_heard_of() {
    let fixture = Fixture::new();
    let case = fixture.filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    fixture
        .on("bob", case, "approve", "review")
        .expect("approved");

    assert_eq!(subjects(&fixture, "bea"), Vec::<String>::new());
    assert_eq!(subjects(&fixture, "ann"), ["【办结】已同意：试〔2026〕1号"]);
}

#[test]
fn a_case_that_nobody_can_go_on_with_is_told_to_who_mends_it() {
    let fixture = Fixture::new();
    fixture.filed(&with_stages(
        "  - {stage: legal, title: 法规审核, who: legal_reviewer@applicant}",
    ));

    let mail = fixture.mails_to("adm").pop().expect("a mail").mail;

    assert_eq!(mail.subject, "【督办】无人可以办理：试〔2026〕1号");
    assert!(mail.text.contains("环节：法规审核"), "{}", mail.text);
}

#[test]
fn an_approval_tells_its_period() {
    let fixture = Fixture::new();
    let yaml = with_form(
        "{id: period, type: period, label: 使用时限}",
        "  - {stage: review, title: 审核, who: share_office_head@applicant}",
    );
    let key = fixture.publish(&yaml);
    let period = json!({"period": {"from": "2026-04-01", "to": "2027-03-31"}});
    let case = fixture.file("ann", &key, period);
    fixture
        .on("cat", case, "approve", "review")
        .expect("approved");

    let mail = fixture.mails_to("ann").pop().expect("a mail").mail;

    assert!(
        mail.text
            .contains("使用期限：2026年4月1日 至 2027年3月31日"),
        "{}",
        mail.text
    );
}

#[test]
fn a_discreet_place_names_neither_data_nor_departments() {
    let fixture = Fixture::with(|settings| settings.mail.hide_details = true);
    let key = fixture.publish(for_data());
    fixture.file(
        "ann",
        &key,
        json!({"resources": [{"resource": "pop", "item": "name"}]}),
    );

    let mail = fixture.mails_to("bob").remove(0).mail;

    for hidden in ["人口基础信息", "省卫健委", "省公安厅"] {
        assert!(
            !mail.text.contains(hidden)
                && !mail.html.contains(hidden)
                && !mail.subject.contains(hidden)
        );
    }
}

#[test]
fn nobody_who_left_gets_mail() {
    let fixture = Fixture::new();
    let case = fixture.filed(&one_review());
    fixture.deactivate("cat");

    fixture.deliver();

    assert_eq!(fixture.outbox(case)[0].state, OutboxState::Cancelled);
}

#[test]
fn a_wait_that_ends_soon_is_told_with_its_name_and_its_day() {
    let fixture = Fixture::new();
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - {wait: in_use, title: 使用期, until: form.until, remind: [7d before], signals: {stop: {title: 停用, by: [dept_leader@applicant], next: head}}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    );
    let key = fixture.publish(&yaml);
    fixture.file("ann", &key, json!({"until": "2026-03-13"}));

    fixture.wait_until("2026-03-06 08:00");

    let mail = fixture.mails_to("eve").pop().expect("a mail").mail;
    assert_eq!(mail.subject, "【提醒】“使用期”还剩 6 天：试〔2026〕1号");
    assert!(
        mail.text.contains("期限：3月12日（周四）24:00 前"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("您是本环节的办理人"), "{}", mail.text);
    assert_eq!(token_in(&mail.text), None);
}
