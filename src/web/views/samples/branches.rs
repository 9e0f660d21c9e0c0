//! Samples of blocks with branches on the case page.

use super::case::{case_sample, signature};
use super::filing::{answer_section, lines};
use super::*;
use crate::forms::SectionDisplay;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = shell(Nav::Mine, "/c/1", language);
    vec![
        ("case-branches", page(&shell, &with_branches(language))),
        ("case-signals", page(&shell, &in_force(language))),
    ]
}

/// Two providers, one of whom has answered, and inside the other a block of its own.
fn with_branches(language: Language) -> CaseView {
    CaseView {
        blocks: vec![BlockView {
            key: "b4".into(),
            title: "数据提供部门办理".into(),
            summary: "1 个办理中，1 个已通过".into(),
            branches: vec![open_branch(language), passed_branch()],
        }],
        entries: vec![EntryRow {
            register: "数据使用许可".into(),
            href: String::new(),
            about: "人口基础信息：姓名".into(),
            branch: "省公安厅".into(),
            status: Tag::plain(Tone::Ok, "使用中"),
            opened: "10月8日".into(),
            machine: "2026-10-08T09:00:00+08:00".into(),
        }],
        ..case_sample(language)
    }
}

fn open_branch(language: Language) -> BranchView {
    let inner = BranchView {
        key: "b9".into(),
        title: "安全".into(),
        more: String::new(),
        state: Tag::running("办理中"),
        waiting: Vec::new(),
        dues: Vec::new(),
        signatures: Signatures::default(),
        sections: Vec::new(),
        blocks: Vec::new(),
        open: false,
    };
    let mut asked = signature("答复", "郑国强", Tag::running("待签"), "10月22日 前");
    (asked.now, asked.until) = (true, true);
    BranchView {
        key: "b5".into(),
        title: "省公安厅".into(),
        more: "有条件共享".into(),
        state: Tag::running("办理中"),
        waiting: vec!["答复：等待 郑国强（省公安厅）".into()],
        dues: vec![due("uuhhhtlllllll", 10, 23, language)],
        signatures: rows(vec![asked]),
        blocks: vec![BlockView {
            key: "b8".into(),
            title: "会审".into(),
            summary: "1 个办理中".into(),
            branches: vec![inner.clone()],
        }],
        open: true,
        ..inner
    }
}

fn rows(rows: Vec<Signature>) -> Signatures {
    Signatures {
        summary: String::new(),
        rows,
    }
}

fn passed_branch() -> BranchView {
    let mut signed = signature(
        "答复",
        "杨雪梅",
        Tag::new(Tone::Ok, "同意"),
        "10月8日 17:05",
    );
    signed.answers = vec![SectionDisplay {
        id: "note".into(),
        title: "说明".into(),
        lines: lines(),
    }];
    BranchView {
        key: "b6".into(),
        title: "省民政厅".into(),
        more: String::new(),
        state: Tag::new(Tone::Ok, "已通过"),
        waiting: Vec::new(),
        dues: Vec::new(),
        signatures: rows(vec![signed]),
        sections: vec![SectionDisplay {
            id: "answer".into(),
            title: "提供部门答复".into(),
            lines: lines(),
        }],
        blocks: Vec::new(),
        open: false,
    }
}

/// Only waits are open: what can be signalled, and where a manager may move the run.
fn in_force(language: Language) -> CaseView {
    let signal = |number: usize, title: &str, fills| SignalForm {
        key: format!("signal-{number}"),
        action: format!("signal:s{number}"),
        stage: "in_use[hn-police]".into(),
        title: title.into(),
        fills,
        files: false,
        comment: CommentField {
            optional: "（可不填）".into(),
            max: 4000,
            ..CommentField::default()
        },
        errors: Vec::new(),
        error_heading: String::new(),
        revision: 12,
        open: false,
    };
    let mut renewal = signal(
        0,
        "申请续期或变更",
        vec![answer_section().with_prefix("s0-")],
    );
    renewal.open = true;
    renewal.comment.error = "最多 4000 个字".into();
    renewal.errors = vec![ErrorLink::new("#task-signal-0-comment", "最多 4000 个字")];
    renewal.error_heading = EditView::count_errors(1, language);
    CaseView {
        state: Tag::new(Tone::Ok, "生效中"),
        acts: Vec::new(),
        others: Vec::new(),
        signals: vec![SignalGroup {
            title: "使用期（省公安厅）".into(),
            forms: vec![renewal, signal(1, "不再需要", Vec::new())],
        }],
        jump: Some(JumpForm {
            targets: vec![Choice::new(
                "disposal[hn-police]",
                "使用记录与处置（省公安厅）",
                true,
            )],
            error: "请选择列出的位置".into(),
            value: String::new(),
            comment_error: "请写明理由".into(),
            revision: 12,
            open: true,
        }),
        ..case_sample(language)
    }
}
