//! One sample of every page, as the tests and the gallery show it. Names and numbers are made up.

use chrono::{TimeZone, Utc};

use super::*;
use crate::calendar::Instant;
use crate::forms::{
    FieldView, FileFacts, Line, PartView, ResourceView, RowView, SectionDisplay, SectionView,
    TableDisplay,
};
use crate::web::format;

/// A page that was rendered: its name, its language and its HTML.
pub(super) struct Sample {
    pub name: &'static str,
    pub language: Language,
    pub html: String,
}

const CASE: &str = "01K7A4V0M7Q9H3Z8X2B5C6D7E8";
const NUMBER: &str = "豫数共申〔2026〕0137号";

fn at(month: u32, day: u32, hour: u32, minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0)
        .single()
        .expect("a time that exists")
        - chrono::Duration::hours(8)
}

fn now() -> Instant {
    at(10, 13, 10, 0)
}

fn days(pattern: &str) -> Vec<DayCell> {
    pattern
        .chars()
        .map(|letter| match letter {
            'u' => DayCell::Used,
            'h' => DayCell::Hold,
            't' => DayCell::Today,
            'o' => DayCell::Over,
            _ => DayCell::Left,
        })
        .collect()
}

fn due(pattern: &str, month: u32, day: u32, language: Language) -> DueView {
    let facts = ClockFacts {
        title: "省公安厅审核".into(),
        law: Some("《政务数据共享条例》第二十一条".into()),
        due: at(month, day, 0, 0),
        days: days(pattern),
        paused: pattern == "uuuuhllllll",
        overdue: pattern.contains('o'),
        provisional: false,
    };
    DueView::of(facts, now(), language)
}

fn shell(nav: Nav, here: &str, language: Language) -> Shell {
    Shell {
        language,
        reader: Some(Reader {
            name: "王建国".into(),
            department: "省公安厅".into(),
        }),
        nav,
        counts: Counts {
            inbox: 7,
            drafts: 1,
            unread: 2,
        },
        may_file: true,
        csrf: "token".into(),
        here: here.into(),
        place: Some("河南省".into()),
        demo: true,
        dev_mail: true,
        notice: None,
    }
}

fn stranger(language: Language) -> Shell {
    Shell {
        reader: None,
        nav: Nav::None,
        here: "/login".into(),
        ..shell(Nav::None, "", language)
    }
}

/// Every page, in both languages.
pub(super) fn all() -> Vec<Sample> {
    [Language::Zh, Language::En]
        .into_iter()
        .flat_map(in_language)
        .collect()
}

fn in_language(language: Language) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut add = |name, html: Result<String, RenderError>| {
        samples.push(Sample {
            name,
            language,
            html: html.unwrap_or_else(|error| panic!("{name}: {error}")),
        });
    };
    let signed_in = |nav, here| shell(nav, here, language);

    add(
        "inbox",
        page(&signed_in(Nav::Inbox, "/inbox"), &inbox(language)),
    );
    add(
        "inbox-empty",
        page(
            &signed_in(Nav::Inbox, "/inbox"),
            &InboxView {
                lead: InboxView::lead(0, 0, 0, "10月13日（周二）", true, language),
                address: "wangjianguo@henan.example".into(),
                ..InboxView::default()
            },
        ),
    );
    add(
        "inbox-nothing",
        page(
            &signed_in(Nav::Inbox, "/inbox?k=x"),
            &InboxView {
                lead: InboxView::lead(7, 1, 1, "10月13日（周二）", true, language),
                filter: Filter {
                    active: true,
                    ..filter(language)
                },
                ..InboxView::default()
            },
        ),
    );
    add(
        "done",
        page(&signed_in(Nav::Done, "/done"), &done(language)),
    );
    add(
        "mine",
        page(&signed_in(Nav::Mine, "/mine"), &mine(language)),
    );
    add("cc", page(&signed_in(Nav::Cc, "/cc"), &cc(language)));
    add("new", page(&signed_in(Nav::New, "/new"), &new()));
    add(
        "edit",
        page(&signed_in(Nav::Mine, "/c/1/edit/use"), &edit(language)),
    );
    add(
        "edit-conflict",
        page(
            &signed_in(Nav::Mine, "/c/1/edit/use"),
            &conflicting(language),
        ),
    );
    add(
        "check",
        page(&signed_in(Nav::Mine, "/c/1/check"), &check(language, true)),
    );
    add(
        "check-errors",
        page(&signed_in(Nav::Mine, "/c/1/check"), &check(language, false)),
    );
    add(
        "submitted",
        page(&signed_in(Nav::Mine, "/c/1/submitted"), &submitted()),
    );
    add("ask", page(&signed_in(Nav::Mine, "/c/1/discard"), &ask()));
    add(
        "case",
        page(&signed_in(Nav::Inbox, "/c/1"), &case(language)),
    );
    let mut said = signed_in(Nav::Inbox, "");
    said.notice = Some(Notice::new(Tone::Ok, "已提交意见：退回补正。"));
    add("case-errors", page(&said, &case_with_errors(language)));
    add(
        "case-reader",
        page(&signed_in(Nav::Mine, "/c/1"), &case_for_reader(language)),
    );
    let outside = stranger(language);
    add("confirm", page(&outside, &confirm(false, language)));
    add("confirm-errors", page(&outside, &confirm(true, language)));
    add("confirm-done", page(&outside, &confirm_done()));
    add(
        "dead-link",
        page(
            &outside,
            &DeadLinkView {
                href: "/login?next=/inbox".into(),
                ..DeadLinkView::default()
            },
        ),
    );
    add("dead-link-cause", page(&outside, &dead_link_with_cause()));
    add("login", page(&outside, &login(false)));
    add("login-error", page(&outside, &login(true)));
    add("logout", page(&outside, &LogoutView {}));
    for (name, problem) in [
        ("error-400", Problem::BadRequest),
        ("error-403", Problem::Forbidden),
        ("error-404", Problem::NotFound),
        ("error-405", Problem::MethodNotAllowed),
        ("error-413", Problem::TooLarge),
        ("error-415", Problem::WrongKind),
        ("error-429", Problem::TooMany),
        ("error-500", Problem::Internal),
        ("error-503", Problem::Maintenance),
    ] {
        let view = ErrorView::new(problem, "01K7A4V0M7Q9", language);
        add(name, page(&signed_in(Nav::None, ""), &view));
    }
    add(
        "error-409",
        page(&signed_in(Nav::None, ""), &moved_on(language)),
    );
    add(
        "error-stranger",
        page(
            &outside,
            &ErrorView::new(Problem::NotFound, "01K7A4V0M7Q9", language),
        ),
    );
    add(
        "mail-list",
        page(&signed_in(Nav::Mail, "/dev/mail"), &mail_list()),
    );
    add("mail", page(&signed_in(Nav::Mail, "/dev/mail/1"), &mail()));
    samples
}

fn filter(language: Language) -> Filter {
    let known = [
        ("data-sharing".to_owned(), "政务数据共享申请".to_owned()),
        ("record".to_owned(), "无条件共享备案".to_owned()),
    ];
    Filter {
        text: String::new(),
        workflows: Filter::workflows(&known, None, language),
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
            InboxGroup::open(vec![supplied, offered, paused], language),
        ],
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
fn answer_section() -> SectionView {
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

fn lines() -> Vec<Line> {
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

fn node(title: &str, note: &str, state: NodeState) -> FlowNode {
    FlowNode {
        title: title.into(),
        note: note.into(),
        state,
    }
}

fn flow() -> FlowView {
    let blocks = [
        FlowBlock::One(node("提交申请", "李文静 9月28日", NodeState::Done)),
        FlowBlock::One(node("形式审查", "陈思远 9月29日", NodeState::Done)),
        FlowBlock::Parallel(vec![
            vec![node("省公安厅审核", "已签 1 人，待签 1 人", NodeState::Now)],
            vec![node("安全合规评估", "周岚 10月8日", NodeState::Done)],
        ]),
        FlowBlock::One(node("综合审批", "省数据局 3 个工作日", NodeState::Todo)),
        FlowBlock::One(node("授权开通", "省大数据中心", NodeState::Todo)),
    ];
    let returns = [FlowReturn {
        from: 2,
        to: 0,
        text: "10月9日 退回补正，10月12日 重新提交".into(),
    }];
    FlowView::new(
        &blocks,
        &returns,
        "办结",
        "第 3 步，共 6 步：省公安厅审核".into(),
        "提交申请和形式审查已完成；省公安厅审核进行中，安全合规评估已完成；之后是综合审批和授权开通。"
            .into(),
    )
}

fn long_flow() -> FlowView {
    let blocks: Vec<FlowBlock> = [
        ("提交申请", "李文静 9月28日", NodeState::Done),
        (
            "需求部门共享工作机构负责人同意",
            "李卫东 9月28日",
            NodeState::Done,
        ),
        ("需求部门分管领导同意", "不需要", NodeState::Skipped),
        ("主管部门形式审查", "陈思远 9月29日", NodeState::Done),
        ("提供部门受理", "赵明 9月30日", NodeState::Done),
        ("提供部门审核", "已签 1 人，待签 1 人", NodeState::Now),
        (
            "提供部门共享工作机构负责人答复",
            "省公安厅 10 个工作日",
            NodeState::Todo,
        ),
        ("开通", "省大数据中心", NodeState::Todo),
    ]
    .into_iter()
    .map(|(title, note, state)| FlowBlock::One(node(title, note, state)))
    .collect();
    FlowView::new(
        &blocks,
        &[],
        "办结",
        "第 6 步，共 8 步：提供部门审核".into(),
        "前 5 步已完成，提供部门审核进行中。".into(),
    )
}

fn option(value: &str, label: &str, hint: &str, chosen: bool) -> ActOption {
    ActOption {
        value: value.into(),
        label: label.into(),
        hint: hint.into(),
        chosen,
    }
}

fn options(chosen: &str) -> Vec<ActOption> {
    [
        ("approve", "同意", "流转到综合审批"),
        ("supplement", "要求补正", "申请部门补正期间暂停计时"),
        ("return", "退回修改", "申请部门改好后重新走流程"),
        ("reject", "不同意", "申请办结为“不予共享”，须写明理由和依据"),
    ]
    .into_iter()
    .map(|(value, label, hint)| option(value, label, hint, value == chosen))
    .collect()
}

fn comment(error: &str) -> CommentField {
    CommentField {
        optional: "（选“同意”时可不填）".into(),
        hint: "会写入审批表，申请部门可见。内部讨论请写在页面下方。".into(),
        value: String::new(),
        error: error.into(),
        max: 500,
    }
}

fn supplement(error: &str) -> SupplementForm {
    SupplementForm {
        hint: "只能要求补正 1 次，请一次写全。申请部门要在 5 个工作日内补正。".into(),
        items: vec![
            Choice::new("purpose", "使用场景", false),
            Choice::new("plan", "接口安全方案", true),
        ],
        error: error.into(),
    }
}

fn act(language: Language) -> ActCard {
    ActCard {
        task: "01K7A4V0M7".into(),
        revision: 12,
        heading: "请您办理：省公安厅业务审核".into(),
        capacity: "您以 科技信息化总队 审核人 的身份办理".into(),
        about: String::new(),
        legend: "审核意见".into(),
        options: options(""),
        single: false,
        errors: Vec::new(),
        error_heading: EditView::count_errors(2, language),
        comment: comment(""),
        fills: vec![answer_section()],
        files: false,
        supplement: Some(supplement("")),
        return_to: vec![
            Choice::new("applicant", "申请人", true),
            Choice::new("intake", "受理", false),
        ],
        button: "提交意见".into(),
        claim: Some(Claim {
            action: "release",
            button: "退签".into(),
            about: "退签后由同岗位的其他人签收。".into(),
        }),
    }
}

fn event(dot: &'static str, words: &str, when: &str, comment: &str) -> TimelineItem {
    TimelineItem {
        dot,
        text: words.into(),
        machine: if dot == "now" {
            String::new()
        } else {
            "2026-10-13T09:48+08:00".into()
        },
        when: when.into(),
        comment: comment.into(),
    }
}

fn timeline(language: Language) -> Timeline {
    Timeline::folded(
        vec![event(
            "now",
            "等待 王建国（省公安厅）签署",
            "省公安厅审核",
            "",
        )],
        vec![
            event(
                "ok",
                "赵明 同意",
                "今天 09:48，通过邮件链接",
                "按三值返回“与户主关系”，同意开通核验接口。",
            ),
            event("", "李文静 重新提交", "10月12日 16:05，恢复计时", ""),
            event(
                "warn",
                "王建国 要求补正",
                "10月9日 10:20，暂停计时",
                "请补充接口安全方案，说明核验结果是否落库。",
            ),
            event("ok", "周岚 通过安全合规评估", "10月8日 17:05", ""),
            event("ok", "陈思远 通过形式审查", "9月29日 15:40", ""),
            event("ok", "李文静 提交申请", "9月28日 09:12", ""),
        ],
        language,
    )
}

fn signature(stage: &str, person: &str, opinion: Tag, when: &str) -> Signature {
    Signature {
        stage: stage.into(),
        person: person.into(),
        department: "省公安厅科技信息化总队".into(),
        opinion,
        comment: String::new(),
        when: when.into(),
        until: false,
        now: false,
    }
}

fn signatures() -> Signatures {
    let mut mine = signature(
        "省公安厅审核",
        "王建国（您）",
        Tag::new(Tone::Run, "待签"),
        "10月22日 前",
    );
    mine.now = true;
    mine.until = true;
    let mut first = signature(
        "省公安厅审核",
        "赵明",
        Tag::new(Tone::Ok, "同意"),
        "今天 09:48",
    );
    first.comment = "按三值返回“与户主关系”，同意开通核验接口。".into();
    Signatures {
        summary: "已签 4 人，待签 1 人，未开始 2 步".into(),
        rows: vec![
            signature(
                "提交申请",
                "李文静",
                Tag::new(Tone::Ok, "已提交"),
                "9月28日 09:12",
            ),
            signature(
                "安全合规评估",
                "周岚",
                Tag::new(Tone::Ok, "通过，附 2 项条件"),
                "10月8日 17:05",
            ),
            first,
            mine,
            signature("综合审批", "刘志强", Tag::plain(Tone::Line, "未开始"), ""),
        ],
    }
}

/// The case page, to vary.
pub(super) fn case_sample(language: Language) -> CaseView {
    case(language)
}

fn case(language: Language) -> CaseView {
    let mut deadline = due("uuhhhtlllllll", 10, 23, language).explained(
        vec![
            Fact::new("开始计时", "9月30日（周三）"),
            Fact::new("暂停", "10月9日 至 10月12日，3 个工作日"),
            Fact::new("节假日", "10月1日 至 7日 不计"),
            Fact::new("调休", "10月10日（周六）上班"),
        ],
        vec!["交办次日起算，只计工作日。要求补正到重新提交之间暂停。".into()],
    );
    deadline.title = "省公安厅审核".into();
    CaseView {
        id: CASE.into(),
        heading: "省卫生健康委申请共享省公安厅“人口基础信息”".into(),
        number: NUMBER.into(),
        state: Tag::running("审核中"),
        workflow: "政务数据共享申请（第 4 版）".into(),
        submitted: "9月28日 09:12 提交".into(),
        crumb: Link::new("/inbox", text(language, "pages.nav.inbox", &[])),
        print_href: Some(format!("/c/{CASE}/print")),
        meanwhile: None,
        flow: flow(),
        acts: vec![act(language)],
        dues: vec![deadline],
        timeline: timeline(language),
        signatures: signatures(),
        content: Content {
            version: "第 2 稿（补正后）".into(),
            sections: vec![SectionDisplay {
                id: "use".into(),
                title: "数据与用途".into(),
                lines: lines(),
            }],
        },
        attachments: vec![
            AttachmentRow {
                href: Some("/attachments/1".into()),
                name: "申请函（盖章扫描件）.pdf".into(),
                uploaded: "李文静，9月28日".into(),
                tag: None,
                size: format::file_size(1_843_200),
            },
            AttachmentRow {
                href: None,
                name: "接口安全方案（补正稿）.docx".into(),
                uploaded: "李文静，10月12日".into(),
                tag: Some(Tag::plain(Tone::Run, "补正新增")),
                size: format::file_size(655_360),
            },
        ],
        upload: Some(Upload {
            hint: "PDF、DOCX、XLSX、JPG、PNG，单个不超过 20 MB".into(),
            accept: ".pdf,.docx".into(),
            error: String::new(),
        }),
        discussion: Discussion {
            comments: vec![Comment {
                initial: format::initial("赵明"),
                person: "赵明".into(),
                about: "省公安厅，今天 09:31".into(),
                text: "“与户主关系”由我们返回“父/母/其他”三值即可，\n不需要返回原值，请确认。"
                    .into(),
            }],
            may_write: true,
            value: String::new(),
            error: String::new(),
            revision: 12,
            max: 1000,
        },
        others: vec![OtherAction {
            action: "terminate".into(),
            title: "终止这一件…".into(),
            about: "终止后不能恢复，所有参与人会收到通知。".into(),
            reason: Needed::Must,
            value: String::new(),
            error: String::new(),
            button: "终止".into(),
            irreversible: true,
            revision: 12,
            open: false,
        }],
    }
}

fn case_with_errors(language: Language) -> CaseView {
    let mut view = case(language);
    view.flow = long_flow();
    view.meanwhile = Some(Notice::new(
        Tone::Warn,
        "赵明 刚提交了意见：同意。请看后再办，您写的内容还在。",
    ));
    view.acts[0].options = options("supplement");
    view.acts[0].comment = comment("请写明要补什么");
    view.acts[0].supplement = Some(supplement("请至少勾选一项"));
    view.acts[0].errors = vec![
        ErrorLink::new("#task-01K7A4V0M7-ask", "请至少勾选一项"),
        ErrorLink::new("#task-01K7A4V0M7-comment", "请写明要补什么"),
    ];
    view.others[0].open = true;
    view.others[0].error = "请写明终止的理由".into();
    view.discussion.error = "讨论不能是空的".into();
    view.upload = Some(Upload {
        error: "文件超过 20 MB，请压缩后再上传".into(),
        ..view.upload.expect("the sample has one")
    });
    view
}

fn case_for_reader(language: Language) -> CaseView {
    let mut view = case(language);
    view.acts.clear();
    view.others.clear();
    view.dues.clear();
    view.attachments.clear();
    view.upload = None;
    view.discussion = Discussion::default();
    view.state = Tag::new(Tone::Ok, "已办结：同意共享");
    view
}

fn confirm(wrong: bool, language: Language) -> ConfirmView {
    ConfirmView {
        person: "王建国".into(),
        department: "省公安厅".into(),
        address: format::masked_address("wangjianguo@henan.example"),
        number: NUMBER.into(),
        facts: vec![
            Fact::new("申请部门", "省卫生健康委"),
            Fact::new("申请数据", "人口基础信息（省公安厅）"),
            Fact::new("您的环节", "省公安厅业务审核，赵明 已同意"),
            Fact {
                strong: true,
                ..Fact::new("期限", "10月22日（周四）24:00 前").more("还剩 7 个工作日")
            },
        ],
        legend: "审核意见".into(),
        options: options(if wrong { "supplement" } else { "approve" }),
        single: false,
        comment: CommentField {
            hint: String::new(),
            ..comment(if wrong { "请写明要补什么" } else { "" })
        },
        supplement: Some(supplement(if wrong { "请至少勾选一项" } else { "" })),
        return_to: vec![Choice::new("applicant", "申请人", true)],
        errors: if wrong {
            vec![ErrorLink::new("#task-link-comment", "请写明要补什么")]
        } else {
            Vec::new()
        },
        error_heading: EditView::count_errors(1, language),
        csrf: "bound".into(),
        ends: format::deadline(at(10, 23, 0, 0), now(), language),
        case_href: format!("/login?next=/c/{CASE}"),
    }
}

fn confirm_done() -> ConfirmDoneView {
    ConfirmDoneView {
        answer: "同意".into(),
        number: NUMBER.into(),
        when: "2026年10月13日 10:36".into(),
        next: "省数据局综合审批，3 个工作日".into(),
        receipt: "8F2C-41D7-0A93".into(),
        case_href: format!("/login?next=/c/{CASE}"),
    }
}

fn dead_link_with_cause() -> DeadLinkView {
    DeadLinkView {
        cause: "王建国 已于 10月13日 10:36 提交意见：同意。一个链接只能提交一次。".into(),
        href: format!("/c/{CASE}"),
        receipt: "8F2C-41D7-0A93".into(),
    }
}

fn login(wrong: bool) -> LoginView {
    LoginView {
        login: if wrong {
            "wangjianguo".into()
        } else {
            String::new()
        },
        error: if wrong {
            "登录名或密码不对".into()
        } else {
            String::new()
        },
        next: "/inbox".into(),
        why: if wrong {
            "登录已过期，请重新登录。您的草稿已经保存。".into()
        } else {
            String::new()
        },
        accounts: vec![DemoAccount {
            login: "wangjianguo".into(),
            name: "王建国".into(),
            about: "省公安厅，处室负责人".into(),
        }],
        demo_password: "henan-demo-2026".into(),
    }
}

fn moved_on(language: Language) -> ErrorView {
    ErrorView::new(Problem::Conflict, "01K7A4V0M7Q9", language)
        .detail("赵明 刚提交了意见，请看后再办。")
        .kept(vec![Fact::new("意见说明", "同意，\n但只开放三值。")])
        .next(Link::new(format!("/c/{CASE}"), "查看这一件"))
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
