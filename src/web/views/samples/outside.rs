//! Samples of what strangers see, and of what goes wrong.

use super::case::{comment, options, supplement};
use super::*;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let outside = stranger(language);
    let dead = DeadLinkView {
        href: "/login?next=/inbox".into(),
        ..DeadLinkView::default()
    };
    let missing = ErrorView::new(Problem::NotFound, "01K7A4V0M7Q9", language);
    let mut pages = vec![
        ("confirm", page(&outside, &confirm(false, language))),
        ("confirm-errors", page(&outside, &confirm(true, language))),
        ("confirm-done", page(&outside, &confirm_done())),
        ("dead-link", page(&outside, &dead)),
        ("dead-link-cause", page(&outside, &dead_link_with_cause())),
        ("login", page(&outside, &login(false))),
        ("login-error", page(&outside, &login(true))),
        ("logout", page(&outside, &LogoutView {})),
        ("substitutes", page(&inside(language), &substitutes(false))),
        (
            "substitutes-errors",
            page(&inside(language), &substitutes(true)),
        ),
        (
            "substitutes-empty",
            page(&inside(language), &SubstitutesView::default()),
        ),
        ("error-stranger", page(&outside, &missing)),
    ];
    pages.extend(errors(language));
    pages
}

fn inside(language: Language) -> Shell {
    shell(Nav::Substitutes, "/settings/substitutes", language)
}

fn substitutes(wrong: bool) -> SubstitutesView {
    let row = |id: &str, state: Tag, lasts| SubstituteRow {
        id: id.into(),
        post: "省公安厅科室负责人".into(),
        holder: "王建国".into(),
        substitute: "李娜".into(),
        days: "10月13日 至 10月20日".into(),
        state,
        by: "王建国 10月12日 09:00 指定".into(),
        lasts,
    };
    let mistake = || match wrong {
        true => "这些天里，这个岗位已经有人代理。".to_owned(),
        false => String::new(),
    };
    SubstitutesView {
        mine: vec![row(
            "01K7A4V0M7Q9H3Z8X2B5C6D7F0",
            Tag::new(Tone::Run, "代理中"),
            true,
        )],
        for_others: vec![row(
            "01K7A4V0M7Q9H3Z8X2B5C6D7F1",
            Tag::new(Tone::Hold, "未开始"),
            true,
        )],
        managed: vec![row(
            "01K7A4V0M7Q9H3Z8X2B5C6D7F2",
            Tag::new(Tone::Run, "代理中"),
            true,
        )],
        earlier: vec![row(
            "01K7A4V0M7Q9H3Z8X2B5C6D7F3",
            Tag::new(Tone::Hold, "已结束"),
            false,
        )],
        form: Some(SubstituteForm {
            heading: "指定代理人".into(),
            posts: vec![
                Choice::new("", "全部岗位", true),
                Choice::new("section_head@HN-GAT", "省公安厅科室负责人", false),
            ],
            post_error: mistake(),
            people: vec![
                Choice::new("", "请选择", true),
                Choice::new("lina", "李娜（省公安厅）", false),
            ],
            substitute_error: mistake(),
            from: "2026-10-13".into(),
            from_error: mistake(),
            until: "2026-10-20".into(),
            until_error: mistake(),
            today: "2026-10-13".into(),
        }),
        administers: true,
        of: "wang".into(),
        of_error: mistake(),
        errors: match wrong {
            true => vec![ErrorLink::new("#substitute-from", mistake())],
            false => Vec::new(),
        },
        error_heading: "有 1 处需要修改".into(),
    }
}

fn errors(language: Language) -> Vec<Rendered> {
    let inside = shell(Nav::None, "", language);
    let mut pages: Vec<Rendered> = [
        ("error-400", Problem::BadRequest),
        ("error-403", Problem::Forbidden),
        ("error-404", Problem::NotFound),
        ("error-405", Problem::MethodNotAllowed),
        ("error-413", Problem::TooLarge),
        ("error-415", Problem::WrongKind),
        ("error-429", Problem::TooMany),
        ("error-500", Problem::Internal),
        ("error-503", Problem::Maintenance),
    ]
    .into_iter()
    .map(|(name, problem)| {
        let view = ErrorView::new(problem, "01K7A4V0M7Q9", language);
        (name, page(&inside, &view))
    })
    .collect();
    pages.push(("error-409", page(&inside, &moved_on(language))));
    pages
}

fn confirm(wrong: bool, language: Language) -> ConfirmView {
    ConfirmView {
        person: "王建国".into(),
        department: "省公安厅".into(),
        address: format::masked_address("wangjianguo@henan.example"),
        number: NUMBER.into(),
        revision: 12,
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
        comment: Some(CommentField {
            hint: String::new(),
            ..comment(if wrong { "请写明要补什么" } else { "" })
        }),
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
        again: format!("/c/{CASE}/edit/use"),
        kept: vec![Choice::new("kept.purpose", "第一行\n第二行", false)],
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
