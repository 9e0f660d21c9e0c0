//! Samples of the pages of workflow definitions.

use super::*;
use crate::workflow::compare::hunks;

const BASE: &str = "/admin/workflows/data-sharing";

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = |here: &str| Shell {
        manages: true,
        sees_definitions: true,
        ..shell(Nav::Workflows, here, language)
    };
    vec![
        (
            "workflows",
            page(&shell("/admin/workflows"), &list(language)),
        ),
        (
            "workflows-empty",
            page(&shell("/admin/workflows"), &WorkflowsView::default()),
        ),
        ("workflow", page(&shell(BASE), &editor(language))),
        ("workflow-read", page(&shell(BASE), &read(language))),
        ("workflow-conflict", page(&shell(BASE), &conflict(language))),
        (
            "workflow-new",
            page(
                &shell("/admin/new-workflow"),
                &DefinitionView {
                    crumb: crumb(),
                    writes: true,
                    propose: "提出新流程…".into(),
                    diagnostics: "[]".into(),
                    ..DefinitionView::default()
                },
            ),
        ),
        ("workflow-propose", page(&shell(BASE), &propose(language))),
        ("workflow-version", page(&shell(BASE), &version(language))),
        ("workflow-versions", page(&shell(BASE), &versions(language))),
        ("workflow-diff", page(&shell(BASE), &diff(language))),
        (
            "workflow-diff-none",
            page(
                &shell(BASE),
                &DiffView {
                    crumb: crumb(),
                    ..DiffView::default()
                },
            ),
        ),
        ("workflow-migrate", page(&shell(BASE), &migrate(language))),
        ("workflow-tried", page(&shell(BASE), &tried(language))),
        ("workflow-moved", page(&shell(BASE), &moved(language))),
        ("workflow-trial", page(&shell(BASE), &trial(language))),
        ("workflow-walked", page(&shell(BASE), &walked(language))),
        ("workflow-played", page(&shell(BASE), &played(language))),
        ("workflow-rules", page(&shell(BASE), &rules(language))),
    ]
}

fn crumb() -> Crumb {
    Crumb {
        title: "政务数据共享申请".into(),
        base: BASE.into(),
    }
}

fn name(number: u32, language: Language) -> String {
    let n = number.to_string();
    text(language, "workflows.numbered", &[("n", &n)])
}

fn list(language: Language) -> WorkflowsView {
    let row = |title: &str, key: &str, state: Tag, draft: &str| WorkflowRow {
        href: format!("/admin/workflows/{key}"),
        title: title.into(),
        key: key.into(),
        state,
        running: vec!["第 4 版在办 46 件".into(), "第 3 版在办 2 件".into()],
        since: "周岚（省行政审批政务信息局），9月1日 10:21".into(),
        draft: draft.into(),
    };
    WorkflowsView {
        writes: true,
        waiting: vec![WaitingRow {
            href: format!("{BASE}/versions/5"),
            title: "政务数据共享申请".into(),
            version: Tag::plain(Tone::Warn, name(5, language)),
            who: "陈思远（省行政审批政务信息局） 今天 10:21 提出".into(),
            look: text(language, "workflows.list.review", &[]),
            decides: true,
        }],
        others: Vec::new(),
        rows: vec![
            row(
                "政务数据共享申请",
                "data-sharing",
                Tag::new(Tone::Ok, name(4, language)),
                "您的草稿，今天 10:21 保存",
            ),
            row(
                "无条件共享备案",
                "record",
                Tag::plain(Tone::Hold, "尚未启用"),
                "",
            ),
        ],
        fresh: String::new(),
    }
}

const OLD: &str = "workflow: data-sharing\ntitle: 政务数据共享申请\n\nstages:\n  - stage: intake\n    due: 10wd\n";
const NEW: &str = "workflow: data-sharing\ntitle: 政务数据共享申请\n\nstages:\n  - stage: intake\n    who: chef@authority\n    due: 15wd\n";

fn finding(tone: &'static str, line: usize, language: Language) -> FindingRow {
    let (icon, key) = match tone {
        "bad" => ("circle-x", "workflows.checks.error"),
        _ => ("triangle-alert", "workflows.checks.warning"),
    };
    FindingRow {
        tone,
        icon,
        severity: text(language, key, &[]),
        message: "没有角色 `chef`".into(),
        help: "是否想写 `chief`?".into(),
        rule: "/admin/workflow-rules#rule-unknown-role".into(),
        code: "unknown-role",
        line,
        node: "intake".into(),
    }
}

fn checks(language: Language) -> Checks {
    Checks {
        tags: vec![
            Tag::new(Tone::Bad, "1 个错误"),
            Tag::new(Tone::Warn, "1 个提醒"),
            Tag::new(Tone::Ok, "76 项通过"),
        ],
        rows: vec![finding("bad", 6, language), finding("warn", 7, language)],
    }
}

fn lines() -> Vec<SourceLine> {
    (1..)
        .zip(NEW.lines())
        .map(|(number, line)| SourceLine {
            number,
            text: line.into(),
            mark: if number == 6 { "bad" } else { "" },
        })
        .collect()
}

fn picture() -> Picture {
    Picture {
        partial: true,
        svg: "<svg class=\"flow\" role=\"img\" aria-labelledby=\"picture-title\"><title id=\"picture-title\">流程图</title></svg>".into(),
        items: vec![crate::diagram::Entry {
            text: "受理".into(),
            state: "",
            inside: Vec::new(),
        }],
    }
}

fn editor(language: Language) -> DefinitionView {
    DefinitionView {
        errors: vec![ErrorLink::new("#finding-0", "第 6 行：没有角色 `chef`")],
        error_heading: EditView::count_errors(1, language),
        crumb: crumb(),
        state: Some(Tag::plain(Tone::Warn, "第 5 版草稿")),
        about: vec!["正在使用：第 4 版，在办 46 件".into()],
        links: vec![Link::new(format!("{BASE}/versions"), "版本记录")],
        waiting: Some(Pointer {
            words: "第 5 版已由陈思远提出。".into(),
            link: Link::new(format!("{BASE}/versions/5"), "去看第 5 版"),
        }),
        writes: true,
        source: NEW.into(),
        revision: 3,
        saved: "今天 10:21 保存".into(),
        conflict: None,
        checks: checks(language),
        diagnostics: "[]".into(),
        lines: lines(),
        picture: None,
        propose: "提出第 6 版…".into(),
        discard: format!("{BASE}/discard"),
    }
}

fn read(language: Language) -> DefinitionView {
    DefinitionView {
        writes: false,
        errors: Vec::new(),
        picture: Some(picture()),
        ..editor(language)
    }
}

fn conflict(language: Language) -> DefinitionView {
    DefinitionView {
        conflict: Some(Conflicting {
            hunks: DiffLine::of(hunks(OLD, NEW)),
        }),
        ..editor(language)
    }
}

fn comparison(language: Language) -> Comparison {
    Comparison {
        from: name(4, language),
        to: name(5, language),
        told: true,
        changes: vec!["环节“受理”（intake）：期限由 10 个工作日 改为 15 个工作日".into()],
        hunks: DiffLine::of(hunks(OLD, NEW)),
    }
}

fn propose(language: Language) -> ProposeView {
    ProposeView {
        crumb: crumb(),
        heading: "提出第 5 版".into(),
        comparison: Some(comparison(language)),
        checks: checks(language),
        lines: lines(),
        notes: vec!["请核对后提出。".into()],
        revision: 3,
    }
}

fn version(language: Language) -> VersionView {
    VersionView {
        unbound: "我知道：这一版启用后不再受“政务数据共享”约束。".into(),
        crumb: crumb(),
        heading: name(5, language),
        state: Some(Tag::new(Tone::Warn, "等待确认")),
        facts: vec![Fact::new(
            "提出",
            "陈思远（省行政审批政务信息局），今天 10:21",
        )],
        links: vec![Link::new(
            format!("{BASE}/diff?from=4&to=5"),
            "与第 4 版对比",
        )],
        version: 5,
        confirms: true,
        withdraws: true,
        notes: vec!["确认后，新申请按第 5 版办理。".into()],
        checks: Some(checks(language)),
        comparison: Some(comparison(language)),
        lines: lines(),
        picture: Some(picture()),
    }
}

fn versions(language: Language) -> VersionsView {
    let deed = || Deed {
        who: "陈思远（省行政审批政务信息局）".into(),
        when: "今天 10:21".into(),
    };
    let row = |number: u32, settled| VersionRow {
        href: format!("{BASE}/versions/{number}"),
        name: name(number, language),
        state: Tag::new(Tone::Ok, "正在使用"),
        proposed: deed(),
        settled,
        running: "46 件".into(),
        links: vec![Link::new(
            format!("{BASE}/migrate?from={number}"),
            "迁移在办件",
        )],
    };
    VersionsView {
        crumb: crumb(),
        rows: vec![row(5, None), row(4, Some(deed()))],
    }
}

fn diff(language: Language) -> DiffView {
    let choices = |chosen: u32| {
        [4, 5]
            .map(|number| Choice::new(number.to_string(), name(number, language), number == chosen))
            .to_vec()
    };
    DiffView {
        crumb: crumb(),
        from: choices(4),
        to: choices(5),
        comparison: Some(comparison(language)),
    }
}

fn migrate(language: Language) -> MigrationView {
    let n = |number: u32| Choice::new(number.to_string(), name(number, language), number == 3);
    MigrationView {
        crumb: crumb(),
        heading: "从第 3 版迁移到第 4 版".into(),
        lead: "第 3 版在办 12 件。".into(),
        from: 3,
        to: 4,
        versions: vec![n(2), n(3)],
        stages: vec![StageRow {
            id: "intake".into(),
            title: "受理".into(),
            choices: vec![
                Choice::new("", "没有对应", false),
                Choice::new("intake", "受理（intake）", true),
            ],
        }],
        ..MigrationView::default()
    }
}

fn fates() -> Vec<FateRow> {
    let row = |href: &str, state: Tag, note: &str| FateRow {
        number: NUMBER.into(),
        href: href.into(),
        at: "“受理”（intake）".into(),
        state,
        notes: vec![note.into()],
    };
    vec![
        row("", Tag::new(Tone::Bad, "不能迁移"), "没有对应"),
        row("/c/1", Tag::new(Tone::Ok, "可以迁移"), "环节不变"),
    ]
}

fn tried(language: Language) -> MigrationView {
    MigrationView {
        errors: vec![ErrorLink::new("#reason", "请写理由")],
        error_heading: EditView::count_errors(1, language),
        tried: Some(Tried {
            lead: "共 2 件：1 件可以迁移，1 件不能。".into(),
            none: false,
            rows: fates(),
            more: "另有 3 件没有列出。".into(),
            map: "from: 3\nto: 4\n".into(),
            hidden: vec![Choice::new("stage.intake", "intake", false)],
            reason: String::new(),
            reason_error: "请写理由".into(),
            button: "迁移这 1 件".into(),
        }),
        ..migrate(language)
    }
}

fn moved(language: Language) -> MigrationView {
    MigrationView {
        done: Some(Done {
            lead: "已迁移 1 件，1 件保持原样。".into(),
            rows: fates(),
            hidden: vec![Choice::new("after", "12", false)],
        }),
        stages: Vec::new(),
        ..migrate(language)
    }
}

fn trial(language: Language) -> TrialView {
    TrialView {
        crumb: crumb(),
        about: "用第 5 版草稿".into(),
        broken: Some(Pointer {
            words: "定义有错误。".into(),
            link: Link::new(format!("{BASE}?check=1"), "去改正"),
        }),
        text: "# subject:    # 申请事项\n".into(),
        examples: vec![Link::new(format!("{BASE}/trial?example=tests"), "示例测试")],
        diagnostics: "[]".into(),
        checks: Checks::default(),
        error_heading: EditView::count_errors(0, language),
        ..TrialView::default()
    }
}

fn walked(language: Language) -> TrialView {
    let leg = |skipped: bool| LegRow {
        title: "受理".into(),
        place: "intake".into(),
        skipped,
        facts: vec!["由 省公安厅受理员 办理".into()],
        ways: vec!["如果退回：不予共享".into()],
    };
    TrialView {
        broken: None,
        walked: Some(Walked {
            opening: "李文静 2026-03-02 09:00 提交。".into(),
            legs: vec![leg(false), leg(true)],
            result: vec!["结果：已办结".into()],
            ends: vec![EndRow {
                title: "已办结 (approved)".into(),
                how: vec!["都同意".into()],
            }],
        }),
        ..trial(language)
    }
}

fn played(language: Language) -> TrialView {
    let row = |state: Tag, step: &str| TestRow {
        name: "远途由领导同意".into(),
        state,
        line: 2,
        step: step.into(),
        differences: vec![DifferenceRow {
            words: "open（第 3 行）：应为 head，实为 leader".into(),
            line: 3,
        }],
        before: vec![vec!["李文静 提交申请".into()]],
    };
    TrialView {
        broken: None,
        lines: lines(),
        played: Some(PlayedTests {
            summary: "2 项测试，1 项通过，1 项没有通过".into(),
            tests: vec![
                row(
                    Tag::new(Tone::Bad, "没有通过"),
                    "第 3 步（第 3 行）bob approve",
                ),
                row(Tag::new(Tone::Ok, "通过"), ""),
            ],
            covered: "覆盖 81%：环节 7/9".into(),
            missing: vec![MissingRow {
                heading: "没有进入的环节：".into(),
                items: vec!["leader".into()],
            }],
        }),
        ..trial(language)
    }
}

fn rules(_: Language) -> RulesView {
    RulesView {
        rows: vec![RuleRow {
            code: "unknown-role",
            severity: Tag::new(Tone::Bad, "错误"),
            title: "没有这个角色",
            explanation: "没有人能担任的角色会让事项停住。",
            example: "who: section_haed@applicant",
        }],
        policies: vec![PolicyRow {
            id: "sharing".into(),
            title: "政务数据共享".into(),
            demands: vec!["20 个工作日内共享数据（《政务数据共享条例》第二十二条）".into()],
        }],
    }
}
