//! `docs/lint.md`, written from the rules and their examples.

use std::fmt::Write as _;

use super::{RULES, Rule, broken};
use crate::workflow::Severity;
use crate::workflow::testing::check;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lint.md");

const HEAD: &str = "\
# 流程定义的检查规则

`huiqian workflow check FILE…` 检查流程定义。**错误**不能发布，**警告**可以。每条规则下面是一处违反它的写法，以及检查给出的话。
Findings in English stand beside the Chinese ones: `workflow check --format json` gives both.

本页由规则和测试生成，请勿手改；规则变动后用 `HUIQIAN_WRITE=1 cargo test --lib lint::page` 重写。
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| 规则 | | 名称 |\n|---|---|---|\n");
    for rule in RULES {
        let (code, title) = (rule.code, rule.title);
        let severity = severity(rule);
        writeln!(page, "| [`{code}`](#{code}) | {severity} | {title} |").expect("a string");
    }
    let examples = broken::all();
    for rule in RULES {
        let example = examples.iter().find(|example| example.code == rule.code);
        let example = example.expect("an example of each rule");
        let finding = check(&example.text).findings.swap_remove(0);
        let (zh, en) = (&finding.message.zh, &finding.message.en);
        writeln!(
            page,
            "\n## {}\n\n**{}：{}。**{}\n",
            rule.code,
            severity(rule),
            rule.title,
            rule.explanation
        )
        .expect("a string");
        writeln!(
            page,
            "```yaml\n{}\n```\n\n{zh}  \n{en}",
            dedented(&example.shown)
        )
        .expect("a string");
        if let Some(help) = &finding.help {
            writeln!(page, "\n*{}*  \n*{}*", help.zh, help.en).expect("a string");
        }
    }
    page
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
    }
}

/// Without the indentation that all lines share.
fn dedented(text: &str) -> String {
    let written = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with("# "));
    let indent = written
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| match line.starts_with("# ") {
            true => line,
            false => line.get(indent..).unwrap_or_default(),
        })
        .collect();
    lines.join("\n")
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let page = page();
    if std::env::var_os("HUIQIAN_WRITE").is_some() {
        std::fs::write(PAGE, &page).expect("the page is written");
    }

    let written = std::fs::read_to_string(PAGE).unwrap_or_default();

    assert!(
        written == page,
        "docs/lint.md is stale: write it anew with `HUIQIAN_WRITE=1 cargo test --lib lint::page`"
    );
}
