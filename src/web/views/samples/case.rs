//! Samples of the case page.

use super::filing::{answer_section, lines};
use super::*;
use crate::diagram::{FILING, Happened, Labels, Mark, Progress, StandardNames, Standing};
use crate::forms::SectionDisplay;
use crate::workflow::Surroundings;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let mut said = shell(Nav::Inbox, "", language);
    said.notice = Some(Notice::new(Tone::Ok, "已提交意见：退回补正。"));
    let inbox = shell(Nav::Inbox, "/c/1", language);
    vec![
        ("case", page(&inbox, &case(language))),
        ("case-errors", page(&said, &case_with_errors(language))),
        ("case-offered", page(&inbox, &case_offered(language))),
        (
            "case-reader",
            page(
                &shell(Nav::Mine, "/c/1", language),
                &case_for_reader(language),
            ),
        ),
    ]
}

/// A task that nobody has taken, and a notice that is only to be read.
fn case_offered(language: Language) -> CaseView {
    let mut view = case(language);
    let offered = &mut view.acts[0];
    offered.options.clear();
    offered.fills.clear();
    offered.claim = Some(Claim {
        action: "claim",
        button: "签收".into(),
        about: "签收后由您办理，同岗位的其他人不再收到提醒。".into(),
    });
    let mut notice = act(language);
    notice.task = "01K7A4V0M9".into();
    notice.heading = "请您知悉：省公安厅答复".into();
    notice.options = vec![option("acknowledge", "知悉", "", true)];
    notice.single = true;
    notice.fills.clear();
    notice.supplement = None;
    notice.return_to.clear();
    notice.comment = None;
    notice.claim = None;
    notice.button = "知悉".into();
    view.acts.push(notice);
    view
}

/// Draws the stages of a definition, each with how far it is and who and when.
fn draw(
    stages: &str,
    notes: &[(&str, Mark, &str)],
    returns: Vec<Happened>,
    summary: &str,
    language: Language,
) -> FlowView {
    let text = format!(
        "workflow: data-sharing\ntitle: 政务数据共享申请\nnumber: 数享申〔{{year}}〕{{seq}}号\nwho: applicant\nform:\n  - section: request\n    title: 申请内容\n    fields:\n      - {{id: personal, type: yes_no, label: 含个人信息}}\nstages:\n{stages}ends:\n  approved: {{title: 办结}}\n"
    );
    let checked = crate::workflow::read("sample.yaml", &text, &Surroundings::named());
    let workflow = match checked.workflow {
        Some(workflow) => workflow,
        None => panic!("{:#?}", checked.findings),
    };
    let standing = |(id, mark, note): &(&str, Mark, &str)| {
        let standing = Standing {
            mark: *mark,
            note: (*note).into(),
            branches: None,
        };
        ((*id).to_owned(), standing)
    };
    let progress = Progress {
        nodes: notes.iter().map(standing).collect(),
        returns,
        ..Progress::default()
    };
    let names = StandardNames(&language);
    let labels = Labels {
        words: &language,
        names: &names,
    };
    let sketch = crate::diagram::sketch(&workflow, labels, Some(&progress));
    FlowView::new(&sketch, summary.into())
}

fn flow(language: Language) -> FlowView {
    let stages = "  - {stage: form_check, title: 形式审查, who: authority_intake@authority}
  - parallel: reviews
    title: 审核
    branches:
      police: [{stage: police, title: 省公安厅审核, who: each section_head@applicant}]
      safety: [{stage: safety, title: 安全合规评估, who: data_security_officer@applicant}]
  - {stage: approval, title: 综合审批, who: authority_leader@authority}
  - {stage: opening, title: 授权开通, kind: work, who: authority_handler@authority}
";
    let notes = [
        (FILING, Mark::Done, "李文静 9月28日"),
        ("form_check", Mark::Done, "陈思远 9月29日"),
        ("reviews", Mark::Now, ""),
        ("reviews.police", Mark::Now, ""),
        ("reviews.safety", Mark::Done, ""),
        ("police", Mark::Now, "已签 1 人，待签 1 人"),
        ("safety", Mark::Done, "周岚 10月8日"),
        ("approval", Mark::ToCome, "省数据局 3 个工作日"),
        ("opening", Mark::ToCome, "省大数据中心"),
    ];
    let returns = vec![Happened {
        from: "police".into(),
        to: FILING.into(),
        text: "10月9日 退回补正，10月12日 重新提交".into(),
    }];
    let summary = "第 3 步，共 6 步：省公安厅审核";
    draw(stages, &notes, returns, summary, language)
}

fn long_flow(language: Language) -> FlowView {
    let steps = [
        (
            "demand",
            "需求部门共享工作机构负责人同意",
            Mark::Done,
            "李卫东 9月28日",
        ),
        ("leader", "需求部门分管领导同意", Mark::Skipped, "不需要"),
        (
            "conformity",
            "主管部门形式审查",
            Mark::Done,
            "陈思远 9月29日",
        ),
        ("intake", "提供部门受理", Mark::Done, "赵明 9月30日"),
        ("review", "提供部门审核", Mark::Now, "已签 1 人，待签 1 人"),
        (
            "answer",
            "提供部门共享工作机构负责人答复",
            Mark::ToCome,
            "省公安厅 10 个工作日",
        ),
        ("opening", "开通", Mark::ToCome, "省大数据中心"),
    ];
    let stages: String = steps
        .iter()
        .map(|(id, title, ..)| {
            format!("  - {{stage: {id}, title: {title}, who: section_head@applicant}}\n")
        })
        .collect();
    let mut notes = vec![(FILING, Mark::Done, "李文静 9月28日")];
    notes.extend(steps.iter().map(|(id, _, mark, note)| (*id, *mark, *note)));
    let summary = "第 6 步，共 8 步：提供部门审核";
    draw(&stages, &notes, Vec::new(), summary, language)
}

pub(super) fn option(value: &str, label: &str, hint: &str, chosen: bool) -> ActOption {
    ActOption {
        value: value.into(),
        label: label.into(),
        hint: hint.into(),
        chosen,
    }
}

pub(super) fn options(chosen: &str) -> Vec<ActOption> {
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

pub(super) fn comment(error: &str) -> CommentField {
    CommentField {
        optional: "（选“同意”时可不填）".into(),
        hint: "会写入审批表，申请部门可见。内部讨论请写在页面下方。".into(),
        value: String::new(),
        error: error.into(),
        max: 500,
    }
}

pub(super) fn supplement(error: &str) -> SupplementForm {
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
        comment: Some(comment("")),
        fills: vec![answer_section()],
        more: vec![OtherField {
            name: "time",
            label: "延长多少（可不填）".into(),
            hint: "不填就按申请的时间。可以比申请的少。".into(),
            error: "最多 10 个工作日".into(),
            ..OtherField::default()
        }],
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
        link: None,
        begin: String::new(),
        may_save: true,
        saved: "今天 10:12 暂存，还没有提交，只有您能看到。".into(),
        warning: String::new(),
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

pub(super) fn signature(stage: &str, person: &str, opinion: Tag, when: &str) -> Signature {
    Signature {
        stage: stage.into(),
        person: person.into(),
        department: "省公安厅科技信息化总队".into(),
        opinion,
        when: when.into(),
        ..Signature::default()
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
pub(in crate::web::views) fn case_sample(language: Language) -> CaseView {
    case(language)
}

fn case(language: Language) -> CaseView {
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
        next: None,
        flow: flow(language),
        acts: vec![act(language)],
        dues: vec![deadline(language)],
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
        attachments: attachments(),
        upload: Some(Upload {
            hint: "PDF、DOCX、XLSX、JPG、PNG，单个不超过 20 MB".into(),
            accept: ".pdf,.docx".into(),
            error: String::new(),
        }),
        copies: vec![
            CopyReceipt {
                person: "张志远（省公安厅）".into(),
                why: "李文静 抄送".into(),
                when: "10月3日 09:12".into(),
                read: Tag::new(Tone::Ok, "10月3日 14:20 已阅"),
            },
            CopyReceipt {
                person: "赵明（省公安厅）".into(),
                why: "“综合审批”环节抄送".into(),
                when: "10月3日 09:12".into(),
                read: Tag::plain(Tone::Line, "未阅"),
            },
        ],
        discussion: discussion(),
        people: vec![Choice::new("wang.jianguo", "王建国（省公安厅）", false)],
        others: others(),
        signals: Vec::new(),
        jump: None,
        erase_href: None,
        blocks: Vec::new(),
        entries: Vec::new(),
    }
}

fn deadline(language: Language) -> DueView {
    due("uuhhhtlllllll", 10, 23, language).explained(
        vec![
            Fact::new("开始计时", "9月30日（周三）"),
            Fact::new("暂停", "10月9日 至 10月12日，3 个工作日"),
            Fact::new("节假日", "10月1日 至 7日 不计"),
            Fact::new("调休", "10月10日（周六）上班"),
        ],
        vec!["交办次日起算，只计工作日。要求补正到重新提交之间暂停。".into()],
    )
}

fn attachments() -> Vec<AttachmentRow> {
    vec![
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
    ]
}

fn discussion() -> Discussion {
    Discussion {
        comments: vec![Comment {
            initial: format::initial("赵明"),
            person: "赵明".into(),
            about: "省公安厅，今天 09:31".into(),
            text: "“与户主关系”由我们返回“父/母/其他”三值即可，\n不需要返回原值，请确认。".into(),
        }],
        may_write: true,
        value: String::new(),
        error: String::new(),
        revision: 12,
        max: 1000,
    }
}

fn others() -> Vec<OtherAction> {
    let reassign = OtherAction {
        key: "reassign-7".into(),
        action: "reassign".into(),
        task: Some("7".into()),
        named: Some(Named {
            field: "person",
            label: "新办理人的登录名".into(),
            hint: "这个人要在职，并且没有回避事由。不能指定自己。".into(),
            value: "wang".into(),
            error: "没有登录名为“wang”的人员".into(),
        }),
        ways: vec![
            Choice::new("before", "前加签：对方先签", true),
            Choice::new("with", "并加签：和您一起签", false),
        ],
        ways_error: "请选择一种加签方式".into(),
        fields: vec![
            OtherField {
                name: "clock",
                label: "哪一个期限".into(),
                options: vec![
                    Choice::new("reply#0", "审核与答复，最多再延长 10 个工作日", true),
                    Choice::new("intake#0@1", "受理，最多再延长 1 个工作日", false),
                ],
                ..OtherField::default()
            },
            OtherField {
                name: "time",
                label: "延长多少".into(),
                value: "5".into(),
                ..OtherField::default()
            },
        ],
        title: "改派：科室审核".into(),
        about: "没有人能办理这一环节，请指定一个人。".into(),
        reason: Needed::Must,
        value: String::new(),
        error: String::new(),
        button: "改派".into(),
        irreversible: false,
        revision: 12,
        open: true,
    };
    let terminate = OtherAction {
        key: "terminate".into(),
        task: None,
        named: None,
        ways: Vec::new(),
        ways_error: String::new(),
        fields: Vec::new(),
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
    };
    vec![reassign, terminate]
}

fn case_with_errors(language: Language) -> CaseView {
    let mut view = case(language);
    view.flow = long_flow(language);
    view.meanwhile = Some(Notice::new(
        Tone::Warn,
        "赵明 刚提交了意见：同意。请看后再办，您写的内容还在。",
    ));
    view.acts[0].options = options("supplement");
    view.acts[0].comment = Some(comment("请写明要补什么"));
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
    view.next = Some(Link::new("/c/2", "处理下一件：省教育厅申请“户籍迁移信息”"));
    view
}
