//! Samples of filing a request.

use super::*;
use crate::forms::{
    FieldView, FileFacts, Line, PartView, ResourceView, RowView, SectionView, TableDisplay,
};

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let mine = |here| shell(Nav::Mine, here, language);
    let none = NewView {
        ask_whom: "请联系本部门的系统管理员。".into(),
        ..NewView::default()
    };
    let again = SubmittedView {
        again: true,
        ..submitted()
    };
    vec![
        ("new", page(&shell(Nav::New, "/new", language), &new())),
        ("new-none", page(&shell(Nav::New, "/new", language), &none)),
        ("edit", page(&mine("/c/1/edit/use"), &edit(language))),
        (
            "edit-conflict",
            page(&mine("/c/1/edit/use"), &conflicting(language)),
        ),
        ("check", page(&mine("/c/1/check"), &check(language, true))),
        (
            "check-errors",
            page(&mine("/c/1/check"), &check(language, false)),
        ),
        ("submitted", page(&mine("/c/1/submitted"), &submitted())),
        ("submitted-again", page(&mine("/c/1/submitted"), &again)),
        ("ask", page(&mine("/c/1/discard"), &ask())),
    ]
}

fn new() -> NewView {
    NewView {
        workflows: vec![WorkflowCard {
            key: "data-sharing".into(),
            title: "政务数据共享申请".into(),
            about: "向其他政务部门申请共享其数据。一次申请一个提供部门的数据。".into(),
            basis: "《政务数据共享条例》第二十条、第二十一条".into(),
            needs: vec![
                "申请函（盖章扫描件）".into(),
                "使用依据（法律、法规或文件的条款）".into(),
                "安全保障措施".into(),
            ],
            takes: "填写约 20 分钟；提供部门 10 个工作日内答复".into(),
            departments: vec![
                Choice::new("410000-gat", "省公安厅", true),
                Choice::new("410000-gat-kx", "省公安厅科技信息化总队", false),
            ],
            several: true,
            draft: Some(Link::new(
                format!("/c/{CASE}/edit/use"),
                "继续填写草稿（今天 10:32）",
            )),
        }],
        ask_whom: String::new(),
    }
}

fn steps(current: usize) -> Vec<Step> {
    [
        ("申请单位与联系人", StepState::Ok, "已完成"),
        ("数据与用途", StepState::Bad, "3 处需要修改"),
        ("使用依据与材料", StepState::Todo, "未填写"),
        ("安全保障措施", StepState::Todo, "未填写"),
        ("核对并提交", StepState::Todo, "填完前 4 步后可用"),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (title, state, note))| Step {
        number: index + 1,
        title: title.into(),
        href: (index < 4).then(|| format!("/c/{CASE}/edit/s{index}")),
        state,
        note: note.into(),
        current: index == current,
    })
    .collect()
}

fn edit(language: Language) -> EditView {
    EditView {
        id: CASE.into(),
        heading: "申请共享数据".into(),
        lead: "流程：政务数据共享申请。填写约需 20 分钟，可随时保存后再填。".into(),
        saved: "新申请（草稿，10:32 已保存）".into(),
        progress: EditView::progress(&steps(1), language),
        steps: steps(1),
        errors: mistakes(""),
        error_heading: EditView::count_errors(2, language),
        section: section(),
        revision: 3,
        conflict: None,
        asked: None,
        discard_href: Some(format!("/c/{CASE}/discard")),
        back_href: Some(format!("/c/{CASE}/edit/s0")),
    }
}

/// As links of the page itself, or to another one.
fn mistakes(page: &str) -> Vec<ErrorLink> {
    vec![
        ErrorLink::new(
            format!("{page}#f-purpose"),
            "使用场景至少写 30 个字，现在是 12 个字",
        ),
        ErrorLink::new(
            format!("{page}#f-span-to"),
            "使用期限的截止日期不能早于开始日期",
        ),
    ]
}

fn section() -> SectionView {
    let found = |number: usize, title: &str, sharing: &str, label: &str| ResourceView {
        token: format!("3107001000/0000{number}"),
        element: format!("f-resources-found-{number}"),
        title: title.into(),
        code: format!("3107001000/0000{number}"),
        provider: "省公安厅".into(),
        sharing: sharing.into(),
        sharing_label: label.into(),
        level: "2 级".into(),
    };
    let resources = FieldView {
        partial: "fields/resources".into(),
        group: true,
        required: true,
        query: Some("人口基础".into()),
        found: vec![
            found(
                13,
                "人口基础信息（统计汇总）",
                "unconditional",
                "无条件共享",
            ),
            found(27, "流动人口基础信息", "conditional", "有条件共享"),
        ],
        rows: vec![RowView {
            number: 1,
            name: "resources.0".into(),
            element: "f-resources-0".into(),
            resource: Some(found(12, "人口基础信息", "conditional", "有条件共享")),
            remove: Some("remove:resources:0".into()),
            ..RowView::default()
        }],
        ..field(
            "resources",
            "需要哪些数据",
            "按数据目录名称、编码或提供部门查找，可多选。",
        )
    };
    let purpose = wrong(
        FieldView {
            partial: "fields/paragraph".into(),
            required: true,
            value: "办理出生医学证明时核验。\n  第二行".into(),
            max_length: Some(500),
            ..field(
                "purpose",
                "使用场景",
                "说明用在哪个业务、哪个环节、谁使用。审批人会据此判断必要性。",
            )
        },
        "使用场景至少写 30 个字，现在是 12 个字",
    );
    let mut span = wrong(
        FieldView {
            partial: "fields/period".into(),
            group: true,
            required: true,
            ..field(
                "span",
                "使用期限",
                "最长 1 年，到期前 20 个工作日可申请续期。",
            )
        },
        "使用期限的截止日期不能早于开始日期",
    );
    let part = |id: &str, label: &str, value: &str, invalid| PartView {
        id: id.into(),
        name: format!("span.{id}"),
        element: format!("f-span-{id}"),
        label: label.into(),
        value: value.into(),
        invalid,
        described_by: span.described_by.clone(),
        ..PartView::default()
    };
    span.parts = vec![
        part("from", "使用期限：开始日期", "2026-11-01", false),
        part("to", "使用期限：截止日期", "2026-10-31", true),
    ];
    let calls = FieldView {
        partial: "fields/number".into(),
        value: "2400".into(),
        unit: Some("次".into()),
        ..field("calls", "预计日均调用量", "用于提供部门评估接口容量。")
    };
    SectionView {
        id: "use".into(),
        title: "数据与用途".into(),
        about: None,
        hidden: false,
        has_files: false,
        problems: 2,
        fields: vec![resources, purpose, span, calls],
    }
}

fn field(id: &str, label: &str, help: &str) -> FieldView {
    FieldView {
        id: id.into(),
        name: id.into(),
        element: format!("f-{id}"),
        label: label.into(),
        help: Some(help.into()),
        hint_id: format!("h-{id}"),
        error_id: format!("e-{id}"),
        described_by: Some(format!("h-{id}")),
        ..FieldView::default()
    }
}

fn wrong(field: FieldView, error: &str) -> FieldView {
    FieldView {
        invalid: true,
        error: Some(error.into()),
        described_by: Some(format!("{} {}", field.hint_id, field.error_id)),
        ..field
    }
}

/// Fields filled in by whoever answers.
pub(super) fn answer_section() -> SectionView {
    SectionView {
        id: "answer".into(),
        title: "答复".into(),
        about: None,
        hidden: false,
        has_files: false,
        problems: 0,
        fields: vec![FieldView {
            partial: "fields/paragraph".into(),
            max_length: Some(500),
            ..field(
                "conditions",
                "使用条件",
                "同意共享时写明，例如只返回比对结果。",
            )
        }],
    }
}

fn conflicting(language: Language) -> EditView {
    EditView {
        errors: Vec::new(),
        conflict: Some(Conflict {
            text: "10:35 在另一个窗口保存过。".into(),
            rows: vec![ConflictRow {
                label: "使用场景".into(),
                mine: "办理出生医学证明时核验。".into(),
                theirs: "助产机构签发《出生医学证明》时核验新生儿父母身份。".into(),
            }],
        }),
        asked: Some(Asked {
            heading: "王建国（省公安厅）于 10月9日 要求补正".into(),
            comment: "请补充接口安全方案，说明核验结果是否落库。".into(),
            items: vec![Link::new("#main", "接口安全方案")],
            due: "请在 10月16日（周五）24:00 前补正。".into(),
        }),
        ..edit(language)
    }
}

pub(super) fn lines() -> Vec<Line> {
    let line = |id: &str, label: &str| Line {
        id: id.into(),
        label: label.into(),
        ..Line::default()
    };
    let cell = |label: &str, text: &str| Line {
        text: Some(text.into()),
        ..line("cell", label)
    };
    vec![
        Line {
            table: Some(TableDisplay {
                columns: vec!["数据目录".into(), "共享属性".into()],
                rows: vec![vec![
                    cell("数据目录", "人口基础信息（3107001000/000012）"),
                    cell("共享属性", "有条件共享"),
                ]],
            }),
            ..line("resources", "数据目录")
        },
        Line {
            items: vec!["姓名".into(), "公民身份号码（只返回比对结果）".into()],
            ..line("items", "数据项")
        },
        Line {
            paragraph: Some(
                "“出生一件事”联办中，助产机构签发《出生医学证明》时核验新生儿父母身份和户籍关系，由 186 家助产机构经省卫生健康委统一接口调用，不落库。".into(),
            ),
            ..line("purpose", "使用场景")
        },
        Line {
            text: Some("2026年11月1日至2027年10月31日（共 365 天）".into()),
            ..line("span", "使用期限")
        },
        Line {
            private: true,
            kept: true,
            ..line("contact", "联系人")
        },
        Line {
            files: vec![FileFacts {
                id: "01K7A4V0M8".into(),
                name: "申请函（盖章扫描件）.pdf".into(),
                size: 1_843_200,
            }],
            ..line("letter", "申请函")
        },
    ]
}

fn check(language: Language, ready: bool) -> CheckView {
    CheckView {
        id: CASE.into(),
        heading: "申请共享数据".into(),
        saved: "新申请（草稿，10:32 已保存）".into(),
        steps: steps(4),
        progress: EditView::progress(&steps(4), language),
        errors: if ready {
            Vec::new()
        } else {
            mistakes("/c/1/edit/use")
        },
        error_heading: EditView::count_errors(2, language),
        sections: vec![CheckSection {
            id: "use".into(),
            title: "数据与用途".into(),
            edit_href: format!("/c/{CASE}/edit/use"),
            state: if ready {
                Tag::new(Tone::Ok, "已完成")
            } else {
                Tag::with_icon(Tone::Bad, "circle-alert", "2 处需要修改")
            },
            lines: lines(),
        }],
        warnings: vec![WarningRow {
            value: "check-2".into(),
            text: "使用期限超过一年，提供部门可能只同意一年。".into(),
            confirmed: ready,
            error: if ready {
                String::new()
            } else {
                "请勾选，表示已经核实".into()
            },
        }],
        stages: vec![
            PreviewStep {
                title: "需求部门共享工作机构负责人同意".into(),
                who: "省卫生健康委 共享工作机构负责人".into(),
                takes: "1 个工作日（内部）".into(),
            },
            PreviewStep {
                title: "省公安厅审核".into(),
                who: "省公安厅 处室负责人、数据安全员".into(),
                takes: "10 个工作日（法定）".into(),
            },
        ],
        expected: "预计 10月30日 前答复".into(),
        declaration: "提交即表示：所填内容真实，数据只用于所写的用途，不涉及国家秘密。".into(),
        revision: 4,
        ready,
        again: false,
    }
}

fn submitted() -> SubmittedView {
    SubmittedView {
        id: CASE.into(),
        heading: "省卫生健康委申请共享省公安厅“人口基础信息”".into(),
        number: NUMBER.into(),
        when: "2026年10月13日 10:36".into(),
        next: "需求部门共享工作机构负责人同意，等待 李卫东（省卫生健康委）".into(),
        due: "10月14日（周三）24:00 前".into(),
        address: "liwenjing@henan.example".into(),
        again: false,
    }
}

fn ask() -> AskView {
    AskView {
        heading: "放弃这份草稿？".into(),
        about: "草稿和已上传的附件会被删除，不能恢复。".into(),
        facts: vec![Fact::new("流程", "政务数据共享申请")],
        action: format!("/c/{CASE}/discard"),
        hidden: vec![Choice::new("revision", "3", false)],
        button: "放弃草稿".into(),
        irreversible: true,
        back: Link::new(format!("/c/{CASE}/edit/use"), "继续填写"),
    }
}
