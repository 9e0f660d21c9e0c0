//! Every kind of mail, in both languages, open and discreet.

use chrono::{TimeZone, Utc};

use super::*;
use crate::calendar::Unit;
use crate::messages::Language;
use crate::notify::facts::{ActionLink, DataFacts, Recipient, SubstituteFacts};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a date")
}

fn working_days(count: u32) -> Duration {
    Duration {
        count,
        unit: Unit::Wd,
    }
}

fn facts() -> MailFacts {
    MailFacts {
        language: Language::Zh,
        today: day(10, 13),
        product: "数据共享审批".into(),
        recipient: Recipient {
            name: "王建国".into(),
            department: "省公安厅".into(),
        },
        why: Why::Signer,
        acts_for: Some("王建国".into()),
        number: "豫数共申〔2026〕0137号".into(),
        workflow: "政务数据共享申请".into(),
        applicant: "省卫生健康委".into(),
        data: Some(DataFacts {
            title: "人口基础信息".into(),
            provider: "省数据提供厅".into(),
        }),
        case_url: "https://share.henan.example/cases/01K7CASE".into(),
        contact: Some("省数据局数据资源处".into()),
        hide_details: false,
    }
}

fn task() -> TaskFacts {
    let link = |label: &str, action: &str| ActionLink {
        label: label.into(),
        url: format!("https://share.henan.example/a/TOKEN?d={action}&x=1"),
    };
    TaskFacts {
        asked: Asked::Sign,
        stage: "业务审核".into(),
        due: Some(Due::EndOf(day(10, 22))),
        budget: Some(working_days(10)),
        links: vec![link("同意", "approve"), link("不同意", "reject")],
    }
}

fn every_kind() -> Vec<Notice> {
    let edit_url = "https://share.henan.example/cases/01K7CASE/edit".to_owned();
    let mut all = vec![
        Notice::Assigned(task()),
        Notice::Assigned(TaskFacts {
            asked: Asked::Work,
            links: Vec::new(),
            ..task()
        }),
        Notice::Assigned(TaskFacts {
            asked: Asked::Acknowledge,
            due: None,
            ..task()
        }),
        Notice::Reminder {
            task: task(),
            left: working_days(3),
        },
        Notice::Reminder {
            task: TaskFacts {
                due: None,
                ..task()
            },
            left: working_days(1),
        },
        Notice::Overdue {
            task: task(),
            late: working_days(2),
            told: Some("张志远".into()),
        },
        Notice::Overdue {
            task: task(),
            late: working_days(2),
            told: None,
        },
        Notice::Escalated {
            task: task(),
            late: working_days(2),
            department: "省公安厅".into(),
            waiting_for: Some("王建国".into()),
        },
        Notice::WaitEnds {
            stage: "使用期".into(),
            left: working_days(7),
            due: task().due.expect("a deadline"),
        },
        Notice::Urged(task()),
        Notice::Copied {
            by: Some("王建国".into()),
        },
        Notice::Copied { by: None },
        Notice::Assigned(TaskFacts {
            asked: Asked::Extension,
            links: Vec::new(),
            ..task()
        }),
        Notice::Extended {
            stage: "业务审核".into(),
            by: working_days(5),
            due: Some(Due::EndOf(day(10, 22))),
        },
        Notice::Extended {
            stage: "业务审核".into(),
            by: working_days(5),
            due: None,
        },
        Notice::ExtensionRefused {
            stage: "业务审核".into(),
            due: Some(Due::EndOf(day(10, 22))),
        },
        Notice::Returned {
            stage: "综合审批".into(),
            department: "省公安厅".into(),
            edit_url: edit_url.clone(),
        },
        Notice::Approved {
            valid: Some((day(11, 1), day(12, 31))),
            conditions: 2,
        },
        Notice::Approved {
            valid: None,
            conditions: 0,
        },
        Notice::Rejected {
            department: "省公安厅".into(),
            on: day(10, 14),
        },
        Notice::Assigned(TaskFacts {
            asked: Asked::Advise,
            links: Vec::new(),
            ..task()
        }),
        Notice::Advised(TaskFacts {
            links: Vec::new(),
            ..task()
        }),
    ];
    for budget in [None, Some(working_days(5))] {
        all.push(Notice::Supplement {
            stage: "受理".into(),
            department: "省公安厅".into(),
            due: budget.map(|_| Due::EndOf(day(10, 22))),
            budget,
            paused: true,
            edit_url: edit_url.clone(),
        });
        all.push(Notice::Supplement {
            stage: "受理".into(),
            department: "省公安厅".into(),
            due: None,
            budget,
            paused: false,
            edit_url: edit_url.clone(),
        });
    }
    for cause in [Cause::NoHolder, Cause::Definition] {
        all.push(Notice::Stuck {
            stage: Some("业务审核".into()),
            cause,
        });
    }
    let moots = [
        Moot::DoneByOther,
        Moot::Reassigned,
        Moot::TakenBack,
        Moot::Removed,
        Moot::Withdrawn,
        Moot::Ended,
    ];
    let closings = [
        Closing::Withdrawn,
        Closing::Terminated,
        Closing::Voided,
        Closing::Ended,
    ];
    let substitute = SubstituteFacts {
        holder: "王建国".into(),
        post: "省公安厅科室负责人".into(),
        from: day(10, 13),
        until: day(10, 20),
        url: "https://share.henan.example/settings/substitutes".into(),
    };
    all.push(Notice::SubstituteNamed(substitute.clone()));
    all.push(Notice::SubstituteEnded(substitute));
    all.push(Notice::WebhookGone {
        target: "exchange".into(),
        url: "https://share.henan.example/admin/webhooks".into(),
    });
    all.extend(moots.map(Notice::NoLongerNeeded));
    all.extend(closings.map(Notice::Closed));
    all
}

fn written(notice: &Notice, facts: &MailFacts) -> Written {
    write(notice, facts).expect("renders")
}

/// All mails in both languages, open and discreet.
fn all() -> Vec<(MailFacts, Notice, Written)> {
    let mut all = Vec::new();
    for language in [Language::Zh, Language::En] {
        for hide_details in [false, true] {
            let whys = [
                Why::Signer,
                Why::Handler,
                Why::Substitute,
                Why::Adviser,
                Why::Overseer,
                Why::Applicant,
                Why::Copied,
            ];
            for (notice, why) in every_kind().into_iter().zip(whys.into_iter().cycle()) {
                let facts = MailFacts {
                    language,
                    hide_details,
                    why,
                    ..facts()
                };
                let mail = written(&notice, &facts);
                all.push((facts, notice, mail));
            }
        }
    }
    all
}

#[test]
fn the_subjects_are_those_of_the_handbook() {
    let subject = |notice: &Notice| written(notice, &facts()).subject;
    let kinds = every_kind();

    assert_eq!(
        subject(&kinds[0]),
        "【待办】请审核政务数据共享申请 豫数共申〔2026〕0137号，10月22日前"
    );
    assert_eq!(
        subject(&kinds[3]),
        "【提醒】还剩 3 个工作日：豫数共申〔2026〕0137号"
    );
    assert_eq!(
        subject(&kinds[5]),
        "【逾期】已逾期 2 个工作日：豫数共申〔2026〕0137号"
    );
    assert_eq!(
        subject(&kinds[7]),
        "【督办】省公安厅 1 件申请逾期 2 个工作日：豫数共申〔2026〕0137号"
    );
}

#[test]
fn the_text_of_an_assigned_mail_reads_as_designed() {
    let text = written(&Notice::Assigned(task()), &facts()).text;

    assert_eq!(
        text,
        "请您审核：政务数据共享申请

省卫生健康委提交的申请，等您签署意见。

编号：豫数共申〔2026〕0137号
事项：政务数据共享申请
申请部门：省卫生健康委
申请数据：人口基础信息（省数据提供厅）
您的环节：业务审核
期限：10月22日（周四）24:00 前，共 10 个工作日

同意：
https://share.henan.example/a/TOKEN?d=approve&x=1
不同意：
https://share.henan.example/a/TOKEN?d=reject&x=1

点按钮会打开确认页，在那里提交后才生效。不需要登录。
附件和数据项请登录查看：
https://share.henan.example/cases/01K7CASE

-- 
这封邮件发给 王建国（省公安厅），因为您是本环节的审核人。链接只供您本人使用，请勿转发。
系统不会在邮件里索要密码或验证码。收件有误请联系省数据局数据资源处。
"
    );
}

#[test]
fn every_sentence_is_there_and_filled_in() {
    for (_, notice, mail) in all() {
        for part in [&mail.subject, &mail.html, &mail.text] {
            // A missing sentence shows as its key.
            let key = part
                .split("mail.")
                .skip(1)
                .find(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            assert_eq!(key, None, "{notice:?}: {part}");
            assert!(
                !part.contains("{{") && !part.contains("}}"),
                "{notice:?}: {part}"
            );
        }
        assert!(!mail.text.contains('{'), "{notice:?}: {}", mail.text);
        assert!(!mail.text.contains("\n\n\n"), "{notice:?}: {}", mail.text);
        assert!(!mail.subject.is_empty());
    }
}

#[test]
fn english_mails_are_english_but_for_the_names() {
    for (facts, notice, mail) in all() {
        if facts.language == Language::En {
            let own: Vec<&str> = mail
                .text
                .lines()
                .filter(|line| line.contains('，') || line.contains('。'))
                .collect();
            assert!(own.is_empty(), "{notice:?}: {own:?}");
        }
    }
}

/// Whether it is about no case.
fn is_beside(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::WebhookGone { .. } | Notice::SubstituteNamed(_) | Notice::SubstituteEnded(_)
    )
}

#[test]
fn both_parts_carry_the_same_links_and_the_number() {
    for (facts, notice, mail) in all() {
        let html = mail.html.replace("&amp;", "&").replace("&#x3D;", "=");
        for line in mail
            .text
            .lines()
            .filter(|line| line.starts_with("https://"))
        {
            assert!(html.contains(line), "{notice:?}: {line} is not in {html}");
        }
        assert_eq!(
            mail.text.matches("https://").count(),
            html.matches("href=\"https://").count(),
            "{notice:?}"
        );
        let both = mail.text.contains(&facts.number) && html.contains(&facts.number);
        assert_ne!(both, is_beside(&notice), "{notice:?}");
        assert!(mail.text.contains(&facts.recipient.name), "{notice:?}");
    }
}

#[test]
fn a_subject_names_no_data_and_no_person() {
    for (_, notice, mail) in all() {
        for name in ["人口基础信息", "省数据提供厅", "王建国", "张志远"] {
            assert!(!mail.subject.contains(name), "{notice:?}: {}", mail.subject);
        }
    }
}

#[test]
fn discreet_mails_name_neither_data_nor_departments() {
    for (facts, notice, mail) in all() {
        let whole = format!("{}{}{}", mail.subject, mail.html, mail.text);
        let named = ["人口基础信息", "省数据提供厅", "省卫生健康委", "省公安厅"]
            .into_iter()
            .filter(|name| whole.contains(name))
            .count();
        assert!(!facts.hide_details || named == 0, "{notice:?}: {whole}");
    }
}

#[test]
fn only_tasks_with_links_act_and_everything_else_points_to_the_login() {
    let acting = written(&Notice::Assigned(task()), &facts());
    let pointer = written(
        &Notice::Assigned(TaskFacts {
            links: Vec::new(),
            ..task()
        }),
        &facts(),
    );

    assert!(acting.text.contains("/a/TOKEN"));
    assert!(!pointer.text.contains("/a/"), "{}", pointer.text);
    assert!(
        pointer
            .text
            .contains("登录处理：\nhttps://share.henan.example/cases/01K7CASE\n")
    );
    assert!(!pointer.text.contains("不需要登录"));
}

#[test]
fn deadlines_in_days_end_at_midnight_and_others_at_their_minute() {
    let at = Utc
        .with_ymd_and_hms(2027, 1, 4, 1, 5, 0)
        .single()
        .expect("a date");
    let hourly = TaskFacts {
        due: Some(Due::At(at)),
        budget: None,
        ..task()
    };

    let days = written(&Notice::Assigned(task()), &facts()).text;
    let hours = written(&Notice::Assigned(hourly), &facts()).text;

    assert!(days.contains("10月22日（周四）24:00 前"), "{days}");
    assert!(hours.contains("2027年1月4日（周一）09:05 前"), "{hours}");
    assert!(
        all()
            .iter()
            .all(|(_, _, mail)| !mail.html.contains("18:00"))
    );
}

#[test]
fn markup_in_names_is_text() {
    let evil = MailFacts {
        applicant: "<script>alert(1)</script>".into(),
        workflow: "A & B {{number}} {number}".into(),
        ..facts()
    };

    let mail = written(&Notice::Assigned(task()), &evil);

    assert!(!mail.html.contains("<script"), "{}", mail.html);
    assert!(
        mail.html.contains("A &amp; B {{number}} {number}"),
        "{}",
        mail.html
    );
    assert!(mail.text.contains("<script>alert(1)</script>"));
    assert!(mail.text.contains("A & B {{number}} {number}"));
}

#[test]
fn the_html_has_no_pictures_scripts_or_foreign_parts() {
    for (_, notice, mail) in all() {
        let html = mail.html.to_lowercase();
        for banned in [
            "<img", "<script", "<link", "<style", "url(", "@import", "http://",
        ] {
            assert!(!html.contains(banned), "{notice:?}: {banned}");
        }
        assert!(html.len() < 8 * 1024, "{notice:?}: {} bytes", html.len());
        assert!(html.contains("content=\"light\""));
    }
}

#[test]
fn english_sentences_exist_for_every_chinese_one() {
    let keys = |language: &str| {
        let path = format!(
            "{}/templates/messages/{language}/mail.toml",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("readable");
        let table: toml::Table = text.parse().expect("TOML");
        let mut keys = Vec::new();
        collect("", &toml::Value::Table(table), &mut keys);
        keys.sort();
        keys
    };

    assert_eq!(keys("zh"), keys("en"));
}

fn collect(prefix: &str, value: &toml::Value, keys: &mut Vec<String>) {
    match value.as_table() {
        Some(table) => table
            .iter()
            .for_each(|(key, value)| collect(&format!("{prefix}.{key}"), value, keys)),
        None => keys.push(prefix.to_owned()),
    }
}
