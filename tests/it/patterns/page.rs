//! `docs/patterns.md`, written from the rows beside the tests.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::table::{Family, Mark, Pattern};
use super::{SOURCES, all};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/patterns.md");

const HEAD: &str = "\
# 工作流模式

Workflow Patterns initiative（van der Aalst、ter Hofstede、Russell）列出的 43 个资源模式和 43 个控制流模式，本系统支持哪些，靠什么写法、页面或接口。
只有能从流程定义、页面或接口用到、并且有一个测试把它跑出来的，才记 **+**；**±** 是部分支持，**–** 是不支持，都说明原因。
每个测试的名字就是编号加英文名，如 `wrp_01_direct_distribution`，在 `tests/it/patterns/`。

Each pattern marked **+** or **±** is run by the test of its name; **±** and **–** say what is missing.

本页由测试生成，请勿手改；测试变动后用 `HUIQIAN_WRITE=1 cargo test --test it patterns` 重写。
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for family in [Family::Resource, Family::ControlFlow] {
        let mut rows = of(family);
        rows.sort_by_key(|row| row.number);
        let count = |wanted: &str| rows.iter().filter(|row| sign(row) == wanted).count();
        writeln!(
            page,
            "\n## {}\n\n支持 {} 个，部分支持 {} 个，不支持 {} 个。\n\n| 编号 | 名称 | Name | | 靠什么 | 缺什么 |\n|---|---|---|---|---|---|",
            family.title(),
            count("+"),
            count("±"),
            count("–"),
        )
        .expect("a string");
        for row in rows {
            writeln!(page, "{}", line(row)).expect("a string");
        }
    }
    page
}

fn of(family: Family) -> Vec<&'static Pattern> {
    all().filter(|row| row.family == family).collect()
}

fn sign(row: &Pattern) -> &'static str {
    match row.mark {
        Mark::Supported => "+",
        Mark::Partly(..) => "±",
        Mark::No(..) => "–",
    }
}

fn line(row: &Pattern) -> String {
    let number = format!("{}-{:02}", row.family.prefix().to_uppercase(), row.number);
    let why = match row.mark {
        Mark::Supported => String::new(),
        Mark::Partly(zh, en) | Mark::No(zh, en) => format!("{zh}<br>{en}"),
    };
    let cells = [&*number, row.title, row.name, sign(row), row.by, &*why];
    format!(
        "| {} |",
        cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
    )
}

/// The tests of patterns: what is called `wrp_…` or `wcp_…` and marked as a test.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in SOURCES {
        let mut lines = source.lines().peekable();
        while let Some(line) = lines.next() {
            let next = lines.peek().and_then(|next| next.strip_prefix("fn "));
            let name = next.and_then(|next| next.split('(').next());
            if let ("#[test]", Some(name)) = (line, name) {
                found.insert(name.to_owned());
            }
        }
    }
    found.retain(|name| name.starts_with("wrp_") || name.starts_with("wcp_"));
    found
}

#[test]
fn every_number_stands_in_the_table_once() {
    for family in [Family::Resource, Family::ControlFlow] {
        let mut numbers: Vec<u8> = of(family).iter().map(|row| row.number).collect();
        numbers.sort_unstable();

        assert_eq!(numbers, (1..=43).collect::<Vec<_>>(), "{family:?}");
    }
}

#[test]
fn what_is_supported_has_its_test_and_what_is_not_has_none() {
    let wanted: BTreeSet<String> = all()
        .filter(|row| !matches!(row.mark, Mark::No(..)))
        .map(Pattern::test)
        .collect();

    assert_eq!(tests(), wanted);
}

#[test]
fn whatever_is_missing_is_said_in_both_languages() {
    for row in all() {
        let (given, why) = match row.mark {
            Mark::Supported => (!row.by.is_empty(), true),
            Mark::Partly(zh, en) => (!row.by.is_empty(), !zh.is_empty() && !en.is_empty()),
            Mark::No(zh, en) => (row.by.is_empty(), !zh.is_empty() && !en.is_empty()),
        };

        assert!(given && why, "{row:?}");
    }
}

#[test]
fn the_page_of_patterns_is_up_to_date() {
    let page = page();
    if std::env::var_os("HUIQIAN_WRITE").is_some() {
        std::fs::write(PAGE, &page).expect("the page is written");
    }

    let written = std::fs::read_to_string(PAGE).unwrap_or_default();

    assert!(
        written == page,
        "docs/patterns.md is stale: write it anew with `HUIQIAN_WRITE=1 cargo test --test it patterns`"
    );
}
