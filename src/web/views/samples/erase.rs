//! Samples of the page that erases personal information.

use super::*;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = shell(Nav::Inbox, "/inbox", language);
    let row = |key: &str, label: &str, about: &str, chosen| ErasableRow {
        choice: Choice::new(key, label, chosen),
        about: about.into(),
        value: None,
    };
    let view = EraseView {
        id: CASE.into(),
        number: NUMBER.into(),
        rows: vec![
            row("phone", "联系电话", "", true),
            ErasableRow {
                value: Some("张三".into()),
                ..row("users.0.name", "使用人员清单，第 1 行，姓名", "", false)
            },
            row("providers[PSB]:keeper", "保管人", "省公安厅", false),
        ],
        comment: "本人来函要求删除".into(),
        comment_error: String::new(),
        error: String::new(),
        confirming: false,
        back: Link::new(format!("/c/{CASE}"), "返回事项"),
    };
    let wrong = EraseView {
        comment_error: "理由里有要删除的内容。".into(),
        error: "请至少指明一项要删除的个人信息。".into(),
        ..view.clone()
    };
    let confirming = EraseView {
        confirming: true,
        ..view.clone()
    };
    vec![
        ("erase", page(&shell, &view)),
        ("erase-wrong", page(&shell, &wrong)),
        ("erase-confirm", page(&shell, &confirming)),
    ]
}
