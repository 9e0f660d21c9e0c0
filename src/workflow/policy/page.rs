//! `docs/policies.md`, written from the shipped policies and from what policies may read.

use std::fmt::Write as _;

use super::parts::{EXTEND, Of, Part, VARIABLES};
use super::shipped::shipped;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies.md");

const HEAD: &str = "\
# 政策：对流程定义的要求

`workflows/policies/*.yaml` 写明法律对各类流程的要求。`huiqian workflow check` 和页面“流程定义”对照它们检查每个定义：
改到要求以下的，是**错误**，不能发布；所依据的条文写在括号里，位置指到有关的环节或者计时。没有条文的是内部管理要求，不作为法律引用。

本页由政策文件生成，请勿手改；变动后用 `HUIQIAN_WRITE=1 cargo test --lib policy::page` 重写。

A policy is data in the guard language of the workflows. The shipped ones are part of the program and cannot be replaced;
`workflow check` also applies the files in a folder `policies` beside the definitions, and any policy named on the command line.
A policy of your own that is published (`workflow publish`, see [registers](registers.md)) is applied by the server as well.

Policies apply by `workflow.kind`, which is the key unless the definition says otherwise (`kind: data-sharing`). The shipped
definitions say it, so a copy under another key stays of its kind. Where a new version would escape a policy that binds the one in force,
whoever confirms it has to say that they know (a tick on the page, `workflow confirm KEY --by LOGIN --unbound`).
";

const FORMAT: &str = "
## 怎样写一条政策

```yaml
policy: own                          # id，不能与随系统提供的相同
title: {zh: 本局规定, en: Rules of the bureau}
law: 《本局数据管理规定》              # 各条要求的 law 只写第几条；以《开头的是别的法
applies: workflow.kind == \"data-sharing\"   # 只能读 workflow
demands:
  - demand: internal_limits          # id，在本政策中唯一
    law: 第三条                      # 没有的是内部管理要求
    each: clocks.filter(c, c.law == null)   # 可选：逐项检查，that 里叫 row
    that: row.days <= 15             # 成立才符合
    given: {part: {sharing: conditional}}   # 可选：设想的情形，流程里的条件按它判断
    at: remind                       # 指到哪里：有 each 的在该项之下，否则如 stages.reply.due、fields.purpose、keep
    level: error                     # 缺省 error；warning 只提醒
    message: {zh: 内部时限不超过 15 个工作日, en: Internal limits are at most 15 working days}
```

`that`、`each` 与流程里的条件同一种语言、同样的类型检查和计算量限制：`all`、`exists`、`filter`、`map` 只能用一层，
空值要先判断。不能问事项的经过（`entered(…)` 等），因为还没有事项。政策写错时，`workflow check` 在它的那一行指出。

## 政策可以读什么

`given` 没有写到的、要看事项经过的条件，一律当作两种可能都有：计时取最长的，环节不算一定进入。
流程的 `settings` 按定义里的值。
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for policy in shipped().iter() {
        let title = &policy.title;
        let english = title.en.as_ref().unwrap_or(&title.zh);
        write!(
            page,
            "\n## {}：{}（{english}）\n\n适用：`{}`\n\n| 要求 | 内容 | 依据 |\n|---|---|---|\n",
            policy.id,
            title.zh,
            policy.applies.source().trim()
        )
        .expect("a string");
        for demand in &policy.demands {
            let law = demand.law.as_deref().unwrap_or("内部管理要求");
            let level = if demand.warns { "（提醒）" } else { "" };
            let message = &demand.message;
            let english = message.en.as_ref().unwrap_or(&message.zh);
            writeln!(
                page,
                "| `{}`{level} | {}<br>{english} | {law} |",
                demand.id, message.zh
            )
            .expect("a string");
        }
    }
    page.push_str(FORMAT);
    for variable in VARIABLES {
        let many = if variable.many { "，一个列表" } else { "" };
        write!(
            page,
            "\n### {}\n\n{}{many}。\n\n",
            variable.name, variable.about
        )
        .expect("a string");
        table(&mut page, variable.parts);
    }
    page.push_str("\n### extend\n\n`clocks` 的 `extend`；没有延期的为空。\n\n");
    table(&mut page, EXTEND);
    page
}

fn table(page: &mut String, parts: &[Part]) {
    page.push_str("| 名称 | 类型 | 含义 |\n|---|---|---|\n");
    for part in parts {
        let of = type_of(part.of);
        writeln!(page, "| `{}` | {of} | {} |", part.name, part.about).expect("a string");
    }
}

fn type_of(of: Of) -> &'static str {
    match of {
        Of::Text => "文本",
        Of::MaybeText => "文本或者空",
        Of::Bool => "是或否",
        Of::Int => "整数",
        Of::Texts => "文本的列表",
        Of::MaybeExtend => "一组值或者空",
    }
}

#[test]
fn the_page_of_policies_is_up_to_date() {
    let page = page();
    if std::env::var_os("HUIQIAN_WRITE").is_some() {
        std::fs::write(PAGE, &page).expect("the page is written");
    }

    let written = std::fs::read_to_string(PAGE).unwrap_or_default();

    assert!(
        written == page,
        "docs/policies.md is stale: write it anew with `HUIQIAN_WRITE=1 cargo test --lib policy::page`"
    );
}
