//! Samples of what is printed, and of the page that verifies it.

use super::filing::lines;
use super::*;
use crate::forms::Line;
use crate::web::qr::Qr;

const HASH: &str = "8f2c41d70a93be65d1f0c7a4e2b98d3c5a6f7081921334455667788992d7710c";

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let inside = shell(Nav::None, "/c/1/print", language);
    let outside = stranger(language);
    let login = VerifyView {
        login: "/login?next=/verify/1".into(),
        ..VerifyView::default()
    };
    vec![
        ("print", page(&inside, &sheet(language))),
        ("print-refusal", page(&inside, &refusal(language))),
        ("print-certificate", page(&inside, &certificate(language))),
        ("verify", page(&inside, &verified(language))),
        ("verify-unasked", page(&inside, &unasked())),
        ("verify-stranger", page(&outside, &login)),
    ]
}

fn both(language: Language, zh: &str, en: &str) -> Both {
    Both::of(language, |language| match language {
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
    })
}

fn record() -> Record {
    let href = format!("https://share.henan.example/verify/{CASE}?hash={HASH}");
    Record {
        hash: HASH.into(),
        qr: Qr::of(&href),
        href,
        printed: "2026年10月13日 10:00".into(),
    }
}

fn cell(label: &str, text: &str) -> SheetCell {
    SheetCell {
        label: Both::plain(label),
        line: Line {
            text: Some(text.into()),
            ..Line::default()
        },
        ..SheetCell::default()
    }
}

fn request() -> SheetSection {
    let wide = |mut line: Line| {
        let table = line.table.take().map(|table| SheetTable {
            columns: table.columns.into_iter().map(Both::plain).collect(),
            rows: vec![vec![
                cell("数据目录", "人口基础信息（3107001000/000012）"),
                cell("共享属性", "有条件共享"),
            ]],
        });
        vec![SheetCell {
            label: Both::plain(line.label.clone()),
            wide: true,
            line,
            table,
            ..SheetCell::default()
        }]
    };
    let mut rows = vec![vec![cell("共享方式", "接口核验"), cell("频度", "实时")]];
    rows.extend(lines().into_iter().map(wide));
    SheetSection {
        title: Both::plain("申请内容"),
        rows,
    }
}

fn signed(language: Language) -> Signed {
    Signed {
        said: both(language, "同意", "Approved"),
        comment: "通过。条件：一、核验结果不落库；二、调用日志保存不少于六个月。".into(),
        name: "李娜 代 王建国".into(),
        post: both(
            language,
            "河南省公安厅科室负责人",
            "河南省公安厅 Section head",
        ),
        when: "2026年10月8日 10:36".into(),
        machine: "2026-10-08T10:36+08:00".into(),
        ..Signed::default()
    }
}

fn sheet(language: Language) -> SheetView {
    let stage = |title: &str, en: &str| SheetBox {
        title: both(language, title, en),
        ..SheetBox::default()
    };
    let head = SheetSection {
        rows: vec![vec![
            cell("申请部门", "河南省卫生健康委员会"),
            cell("申请人", "李文静"),
        ]],
        ..SheetSection::default()
    };
    SheetView {
        back: Link::new("/c/1", "返回事项"),
        papers: vec![Link::new("/c/1/print/refusal", "不予共享通知书")],
        pdf: Download {
            href: "/c/1/print.pdf".into(),
            why_not: String::new(),
        },
        office: "河南省行政审批和政务信息管理局".into(),
        number: NUMBER.into(),
        heading: both(
            language,
            "政务数据共享申请审批表",
            "Request to share: approval form",
        ),
        parts: vec![
            Part::Section(head),
            Part::Section(request()),
            Part::Stage(SheetBox {
                opinions: vec![signed(language)],
                ..stage("科室审核", "Section")
            }),
            Part::Branch(SheetBranch {
                title: both(language, "提供部门办理：省公安厅", "Providers: 省公安厅"),
                state: "办理中".into(),
            }),
            Part::Stage(SheetBox {
                opinions: vec![signed(language), signed(language)],
                awaited: vec!["郑国强（省公安厅）".into()],
                law: "《政务数据共享条例》第二十条".into(),
                seal: true,
                ..stage("答复", "Answer")
            }),
            Part::Stage(SheetBox {
                blank: true,
                ..stage("接收确认", "Receipt")
            }),
        ],
        record: record(),
    }
}

fn refusal(language: Language) -> PaperView {
    PaperView {
        back: Link::new("/c/1", "返回事项"),
        papers: vec![Link::new("/c/1/print", "审批表")],
        pdf: Download {
            href: String::new(),
            why_not: crate::messages::text(language, "print.no_font", &[]),
        },
        office: "河南省行政审批和政务信息管理局".into(),
        number: NUMBER.into(),
        heading: both(language, "不予共享通知书", "Notice: not shared"),
        addressee: "河南省卫生健康委员会".into(),
        lead: Both::plain("你单位提交的申请收悉。经审核，结论为：不予共享。理由如下："),
        reasons: vec![Reason {
            stage: both(language, "答复（省公安厅）", "Answer (省公安厅)"),
            signed: signed(language),
            sections: vec![request()],
            law: "《政务数据共享条例》第二十一条".into(),
        }],
        close: Both::plain("特此通知。"),
        sender: "河南省公安厅".into(),
        day: "2026年10月13日".into(),
        record: record(),
        ..PaperView::default()
    }
}

fn certificate(language: Language) -> PaperView {
    let plain = |words: &[&str]| words.iter().map(|word| Both::plain(*word)).collect();
    PaperView {
        heading: both(language, "数据销毁证明", "Certificate of destruction"),
        addressee: String::new(),
        lead: Both::plain("下列数据及载体已在监销人在场的情况下销毁，并经复核验证。"),
        reasons: Vec::new(),
        facts: vec![PaperFact {
            label: both(language, "销毁方式", "Method"),
            value: both(language, "物理粉碎", "Shredding"),
        }],
        columns: plain(&["序号", "名称", "载体类别"]),
        rows: vec![plain(&["1", "旧业务库", "服务器硬盘"])],
        signs: plain(&["销毁人", "监销人一", "监销人二"]),
        ..refusal(language)
    }
}

fn unasked() -> VerifyView {
    VerifyView {
        named: CASE.into(),
        case: Some(Link::new("/c/1", "申请使用人口基础信息")),
        number: NUMBER.into(),
        now: HASH.into(),
        state: Some(Tag::new(Tone::Ok, "完整，没有改动痕迹")),
        ..VerifyView::default()
    }
}

fn verified(language: Language) -> VerifyView {
    let earlier = crate::messages::text(language, "print.verify.earlier", &[]);
    VerifyView {
        hash: HASH.into(),
        verdict: Some(Notice::new(Tone::Warn, earlier)),
        event: "王建国 同意：审核".into(),
        when: "2026年10月8日 10:36".into(),
        ..unasked()
    }
}
