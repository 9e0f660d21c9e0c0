//! Samples of the registers.

use super::*;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = |here| shell(Nav::Ledger, here, language);
    let list = LedgerView {
        rows: vec![LedgerRow {
            href: "/ledger/grants".into(),
            title: "共享台账".into(),
            statuses: vec![Link::new("/ledger/grants?status=in_force", "使用中")],
        }],
        asks: true,
    };
    let nothing = RegisterView {
        active: true,
        rows: Vec::new(),
        ..register()
    };
    let asked = GrantsView {
        department: "hn-health".into(),
        resource: "HN-GA-0001".into(),
        day: "2026-10-13".into(),
        wrong: "请填写部门和数据资源代码。".into(),
        answer: Some(answer()),
        ..GrantsView::default()
    };
    vec![
        ("ledger", page(&shell("/ledger"), &list)),
        (
            "ledger-empty",
            page(&shell("/ledger"), &LedgerView::default()),
        ),
        (
            "ledger-register",
            page(&shell("/ledger/grants"), &register()),
        ),
        (
            "ledger-nothing",
            page(&shell("/ledger/grants?k=x"), &nothing),
        ),
        (
            "ledger-register-empty",
            page(
                &shell("/ledger/disputes"),
                &RegisterView {
                    heading: "争议台账".into(),
                    ..RegisterView::default()
                },
            ),
        ),
        ("ledger-entry", page(&shell("/ledger/grants/1"), &entry())),
        ("grants", page(&shell("/grants/check"), &asked)),
    ]
}

fn register() -> RegisterView {
    RegisterView {
        heading: "共享台账".into(),
        text: "人口".into(),
        statuses: vec![
            Choice::new("", "全部", true),
            Choice::new("in_force", "使用中", false),
        ],
        departments: vec![Choice::new("hn-health", "省卫健委", false)],
        dates: vec![Choice::new("until", "可以使用的最后一天", true)],
        from: "2026-01-01".into(),
        until: "2026-12-31".into(),
        columns: vec![Choice::new("item", "数据项代码", true)],
        heads: vec!["数据项代码".into()],
        rows: vec![RegisterRow {
            href: "/ledger/grants/1".into(),
            number: NUMBER.into(),
            status: Tag::plain(Tone::Ok, "使用中"),
            cells: vec![Cell {
                label: "数据项代码".into(),
                text: "name".into(),
            }],
        }],
        files: vec![Link::new("/ledger/grants/export.csv", "导出 CSV")],
        pager: Pager {
            first: None,
            next: Some("/ledger/grants?after=1".into()),
        },
        ..RegisterView::default()
    }
}

fn entry() -> EntryView {
    EntryView {
        register: Some(Link::new("/ledger/grants", "共享台账")),
        heading: format!("共享台账 {NUMBER}"),
        status: Tag::plain(Tone::Ok, "使用中"),
        facts: vec![Fact::new("数据项代码", "name")],
        case: Some(Link::new(format!("/c/{CASE}"), NUMBER)),
        case_title: NUMBER.into(),
        started: Vec::new(),
        items: vec![TimelineItem {
            dot: "ok",
            text: "使用中".into(),
            machine: format::machine(now()),
            when: "今天 10:00，王建国".into(),
            comment: String::new(),
        }],
    }
}

fn answer() -> GrantsAnswer {
    GrantsAnswer {
        verdict: Tag::new(Tone::Bad, "不可以使用"),
        until: String::new(),
        rows: vec![
            GrantRow {
                item: "name".into(),
                verdict: Tag::new(Tone::Ok, "可以使用"),
                entry: Some(Link::new("/ledger/grants/1", NUMBER)),
                facts: vec![Fact::new("使用条件", "不得转给第三方")],
            },
            GrantRow {
                item: "born".into(),
                verdict: Tag::new(Tone::Bad, "没有批准"),
                entry: None,
                facts: Vec::new(),
            },
        ],
    }
}
