//! Samples of the lists.

use super::*;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = |nav, here| shell(nav, here, language);
    let empty = InboxView {
        lead: InboxView::lead(0, 0, 0, "10月13日（周二）", true, language),
        address: "wangjianguo@henan.example".into(),
        ..InboxView::default()
    };
    let nothing = InboxView {
        lead: InboxView::lead(7, 1, 1, "10月13日（周二）", true, language),
        filter: Filter {
            active: true,
            ..filter(language)
        },
        ..InboxView::default()
    };
    vec![
        (
            "inbox",
            page(&shell(Nav::Inbox, "/inbox"), &inbox(language)),
        ),
        ("inbox-empty", page(&shell(Nav::Inbox, "/inbox"), &empty)),
        ("batch", page(&shell(Nav::Inbox, "/inbox"), &batch())),
        (
            "inbox-nothing",
            page(&shell(Nav::Inbox, "/inbox?k=x"), &nothing),
        ),
        (
            "vacant",
            page(
                &managing(&shell(Nav::Vacant, "/admin/vacant")),
                &vacant(language),
            ),
        ),
        (
            "vacant-empty",
            page(
                &managing(&shell(Nav::Vacant, "/admin/vacant")),
                &VacantView::default(),
            ),
        ),
        ("done", page(&shell(Nav::Done, "/done"), &done(language))),
        (
            "done-empty",
            page(&shell(Nav::Done, "/done"), &DoneView::default()),
        ),
        ("mine", page(&shell(Nav::Mine, "/mine"), &mine(language))),
        (
            "mine-empty",
            page(&shell(Nav::Mine, "/mine"), &MineView::default()),
        ),
        ("cc", page(&shell(Nav::Cc, "/cc"), &cc(language))),
        ("cc-empty", page(&shell(Nav::Cc, "/cc"), &CcView::default())),
        (
            "mail-list",
            page(&shell(Nav::Mail, "/dev/mail"), &mail_list()),
        ),
        (
            "mail-list-empty",
            page(&shell(Nav::Mail, "/dev/mail"), &MailListView::default()),
        ),
        ("mail", page(&shell(Nav::Mail, "/dev/mail/1"), &mail())),
    ]
}

fn managing(shell: &Shell) -> Shell {
    Shell {
        manages: true,
        ..shell.clone()
    }
}

fn vacant(language: Language) -> VacantView {
    VacantView {
        filter: filter(language),
        rows: vec![VacantRow {
            href: "/c/1#others-t".into(),
            title: "省卫生健康委申请“人口基础信息”".into(),
            number: "豫数共申〔2026〕0137号".into(),
            asked: "法制审核".into(),
            whom: "原定 省公安厅法制审核".into(),
            due: Some(due("uuhhhtlllllll", 10, 22, language)),
        }],
        pager: Pager::default(),
    }
}

fn filter(language: Language) -> Filter {
    let known = [
        ("data-sharing".to_owned(), "政务数据共享申请".to_owned()),
        ("record".to_owned(), "无条件共享备案".to_owned()),
    ];
    Filter {
        text: String::new(),
        workflows: Filter::workflows(&known, None, language),
        statuses: Filter::statuses("", language),
        dues: Filter::dues("", language),
        active: false,
    }
}

fn row(title: &str, number: &str, asked: &str, more: &str, due: Option<DueView>) -> InboxRow {
    InboxRow {
        href: format!("/c/{CASE}"),
        title: title.into(),
        number: number.into(),
        marks: vec!["含敏感个人信息".into()],
        tags: Vec::new(),
        asked: asked.into(),
        asked_more: more.into(),
        due,
        offered: false,
        notice: String::new(),
    }
}

fn batch() -> BatchView {
    let row = |title: &str, number: &str, result: Tag| BatchRow {
        href: "/c/1".into(),
        title: title.into(),
        number: number.into(),
        result,
    };
    BatchView {
        lead: "已知悉 1 件，1 件没有成功。".into(),
        rows: vec![
            row(
                "省教育厅申请“户籍迁移信息”",
                "豫数共申〔2026〕0128号",
                Tag::new(Tone::Ok, "已知悉"),
            ),
            row(
                "省民政厅申请“死亡人口注销信息”",
                "豫数共申〔2026〕0140号",
                Tag::new(Tone::Bad, "这一环节已经有结果，不用再办"),
            ),
        ],
    }
}

fn inbox(language: Language) -> InboxView {
    let mut late = row(
        "省住房城乡建设厅申请“居住证登记信息”",
        "豫数共申〔2026〕0121号",
        "业务审核",
        "已交办 12 个工作日",
        Some(due("uuuuuuuuuuoo", 10, 11, language)),
    );
    late.marks.push("已升级至 张志远".into());
    let today = row(
        "省教育厅申请“户籍迁移信息”",
        "豫数共申〔2026〕0129号",
        "业务审核",
        "已交办 10 个工作日",
        Some(due("uuuuuuuuut", 10, 14, language)),
    );
    let mut supplied = row(
        "省卫生健康委申请“人口基础信息”",
        NUMBER,
        "业务审核",
        "会签 2 人，还差您 1 人",
        Some(due("uuhhhtlllllll", 10, 23, language)),
    );
    supplied.tags = vec![Tag::with_icon(Tone::Run, "undo-2", "补正后重新提交")];
    let mut offered = row(
        "省民政厅申请“死亡人口注销信息”",
        "豫数共申〔2026〕0140号",
        "受理",
        "昨天 16:20 交办",
        Some(due("tlllllllll", 10, 27, language)),
    );
    offered.offered = true;
    let mut notice = row(
        "省教育厅申请“户籍迁移信息”",
        "豫数共申〔2026〕0128号",
        "知悉：答复",
        "昨天 16:20 交办",
        None,
    );
    notice.notice = "01K7A4V0M9".into();
    let paused = row(
        "省人力资源社会保障厅申请“身份核验接口”扩大调用量",
        "豫数共申〔2026〕0133号",
        "业务审核",
        "您于 10月12日 要求补正",
        Some(due("uuuuhllllll", 10, 27, language)),
    );
    InboxView {
        lead: InboxView::lead(5, 1, 1, "10月13日（周二）", true, language),
        filter: filter(language),
        groups: vec![
            InboxGroup::late(vec![late], language),
            InboxGroup::today(vec![today], language),
            InboxGroup::open(vec![supplied, offered, paused, notice], language),
        ],
        batch: true,
        address: "wangjianguo@henan.example".into(),
        pager: Pager {
            first: Some("/inbox".into()),
            next: Some("/inbox?after=x".into()),
        },
    }
}

fn done(language: Language) -> DoneView {
    let one = |title: &str, mine: Tag, result: Tag, more: &str| DoneRow {
        href: format!("/c/{CASE}"),
        title: title.into(),
        number: NUMBER.into(),
        stage: "省公安厅审核".into(),
        mine,
        when: format::moment(at(10, 12, 16, 5), now(), language),
        machine: format::machine(at(10, 12, 16, 5)),
        result,
        result_more: more.into(),
    };
    DoneView {
        filter: filter(language),
        rows: vec![
            one(
                "省卫生健康委申请“人口基础信息”",
                Tag::new(Tone::Ok, "同意"),
                Tag::running("办理中"),
                "等待 刘志强（省数据局）综合审批",
            ),
            one(
                "省教育厅申请“户籍迁移信息”",
                Tag::new(Tone::Bad, "不同意"),
                Tag::plain(Tone::Hold, "已办结：不予共享"),
                "10月12日 16:05",
            ),
        ],
        pager: Pager::default(),
    }
}

fn mine(language: Language) -> MineView {
    MineView {
        filter: filter(language),
        drafts: vec![Draft {
            href: format!("/c/{CASE}/edit/use"),
            discard_href: format!("/c/{CASE}/discard"),
            title: "政务数据共享申请（未命名）".into(),
            workflow: "政务数据共享申请".into(),
            state: "今天 10:32 保存，已填 2 步，共 5 步".into(),
            returned: None,
            number: String::new(),
            due: None,
        }],
        rows: vec![
            MineRow {
                href: format!("/c/{CASE}"),
                title: "申请省公安厅“人口基础信息”".into(),
                number: NUMBER.into(),
                state: Tag::with_icon(Tone::Warn, "undo-2", "等您补正"),
                waiting: "王建国（省公安厅）要求补正".into(),
                since: "昨天 16:20 起".into(),
                due: Some(due("uuuuhllllll", 10, 27, language)),
                action: Some(Link::new(format!("/c/{CASE}/edit/use"), "去补正")),
            },
            MineRow {
                href: format!("/c/{CASE}"),
                title: "申请省民政厅“婚姻登记信息”".into(),
                number: "豫数共申〔2026〕0135号".into(),
                state: Tag::running("审核中"),
                waiting: "等待 李卫东（省民政厅）签署".into(),
                since: "10月9日 起".into(),
                due: Some(due("uutlllllll", 10, 23, language)),
                action: None,
            },
        ],
        may_file: true,
        pager: Pager::default(),
    }
}

fn cc(language: Language) -> CcView {
    let one = |title: &str, unread| CcRow {
        href: format!("/c/{CASE}"),
        title: title.into(),
        number: NUMBER.into(),
        why: "综合审批通过后抄送".into(),
        when: format::moment(at(10, 12, 16, 5), now(), language),
        machine: format::machine(at(10, 12, 16, 5)),
        state: Tag::new(Tone::Ok, "已办结：同意共享"),
        unread,
    };
    CcView {
        filter: filter(language),
        unread: 1,
        rows: vec![
            one("省卫生健康委申请“人口基础信息”", true),
            one("省教育厅申请“户籍迁移信息”", false),
        ],
        pager: Pager::default(),
    }
}

fn mail_list() -> MailListView {
    MailListView {
        rows: vec![MailRow {
            href: "/dev/mail/1".into(),
            subject: format!("【待办】请审核数据共享申请 {NUMBER}，10月22日前"),
            to: "wangjianguo@henan.example".into(),
            when: "今天 09:48".into(),
            machine: "2026-10-13T09:48+08:00".into(),
            kind: Tag::plain(Tone::Line, "待办"),
        }],
        to: String::new(),
        next: None,
    }
}

fn mail() -> MailView {
    MailView {
        subject: format!("【待办】请审核数据共享申请 {NUMBER}，10月22日前"),
        to: "wangjianguo@henan.example".into(),
        from: "会签 <noreply@henan.example>".into(),
        when: "2026年10月13日 09:48".into(),
        html_href: "/dev/mail/1/html".into(),
        text: "王建国：\n\n请审核。\n\nhttps://huiqian.example/a/abc\n".into(),
        headers: vec![MailHeader {
            name: "Message-ID".into(),
            value: "<1@huiqian.example>".into(),
        }],
        links: vec![Link::new("/a/abc?d=approve", "同意")],
    }
}
