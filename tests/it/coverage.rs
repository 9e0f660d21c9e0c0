//! `docs/coverage.md`: every article has its place, and what it names is shipped.

use huiqian::workflow::{Surroundings, Workflow, policy, read};

const PAGE: &str = include_str!("../../docs/coverage.md");

/// The articles of the measure.
const MEASURE: usize = 25;
/// The articles of the regulation that bear on the approvals.
const REGULATION: &[usize] = &[
    3, 8, 11, 13, 14, 15, 17, 19, 20, 21, 22, 25, 26, 27, 28, 29, 31, 32, 35, 36, 38, 39, 40, 41,
];

/// One line of a table.
struct Row {
    article: &'static str,
    stages: Vec<&'static str>,
    registers: Vec<&'static str>,
    demands: Vec<&'static str>,
    note: &'static str,
}

/// The lines of the table under a heading.
fn rows(heading: &str) -> Vec<Row> {
    let (_, section) = PAGE
        .split_once(&format!("## {heading}\n"))
        .expect("a heading");
    let section = section.split("\n## ").next().expect("a section");
    let lines = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1);
    lines.map(row).collect()
}

fn row(line: &'static str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [article, _, stages, registers, demands, note] = cells.as_slice() else {
        panic!("six cells: {line}");
    };
    Row {
        article,
        stages: names(stages),
        registers: names(registers),
        demands: names(demands),
        note,
    }
}

/// What stands between backticks.
fn names(cell: &'static str) -> Vec<&'static str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn all_rows() -> Vec<Row> {
    [
        "《河南省政务数据安全管理暂行办法》",
        "《政务数据共享条例》",
        "其他法规",
    ]
    .into_iter()
    .flat_map(rows)
    .collect()
}

/// 第二十一条
fn article(number: usize) -> String {
    let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (tens, ones) = (number / 10, digits[number % 10]);
    let tens = match tens {
        0 => String::new(),
        1 => "十".to_owned(),
        more => format!("{}十", digits[more]),
    };
    format!("第{tens}{ones}条")
}

fn shipped(key: &str) -> Option<Workflow> {
    let path = format!("{}/workflows/{key}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).ok()?;
    let checked = read(key, &text, &Surroundings::standard());
    checked.workflow.or(checked.unsound)
}

#[test]
fn every_article_of_the_measure_stands_in_the_page_once() {
    let listed: Vec<&str> = rows("《河南省政务数据安全管理暂行办法》")
        .iter()
        .map(|row| row.article)
        .collect();

    let all: Vec<String> = (1..=MEASURE).map(article).collect();
    assert_eq!(listed, all);
}

#[test]
fn every_article_of_the_regulation_about_approvals_stands_in_the_page_once() {
    let listed: Vec<&str> = rows("《政务数据共享条例》")
        .iter()
        .map(|row| row.article)
        .collect();

    let all: Vec<String> = REGULATION.iter().copied().map(article).collect();
    assert_eq!(listed, all);
}

#[test]
fn what_is_not_covered_says_why() {
    for row in all_rows() {
        let covered = !row.stages.is_empty();

        assert_ne!(
            covered,
            row.note.starts_with("不覆盖，因为"),
            "{}",
            row.article
        );
    }
}

#[test]
fn the_workflows_stages_registers_and_demands_that_the_page_names_are_shipped() {
    let policies = policy::shipped();
    let mut wrong = Vec::new();
    for row in all_rows() {
        for name in row.stages {
            let (key, stage) = name.split_once('.').unwrap_or((name, ""));
            let there = shipped(key)
                .is_some_and(|workflow| stage.is_empty() || workflow.node(stage).is_some());
            if !there {
                wrong.push(format!("{}: {name}", row.article));
            }
        }
        for name in row.registers {
            let root = env!("CARGO_MANIFEST_DIR");
            if !std::path::Path::new(&format!("{root}/workflows/registers/{name}.yaml")).is_file() {
                wrong.push(format!("{}: {name}", row.article));
            }
        }
        for name in row.demands {
            let (id, demand) = name.split_once('.').expect("a policy and its demand");
            let of_policy = policies.iter().filter(|policy| policy.id == id);
            if !of_policy
                .flat_map(|policy| &policy.demands)
                .any(|one| one.id == demand)
            {
                wrong.push(format!("{}: {name}", row.article));
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_articles_that_policies_quote_stand_in_the_page() {
    for policy in policy::shipped().iter() {
        for law in policy
            .demands
            .iter()
            .filter_map(|demand| demand.law.as_deref())
        {
            let (book, article) = law.split_once('》').expect("a law in 《》");
            let listed = all_rows().iter().any(|row| {
                row.article == law
                    || PAGE.contains(&format!("## {book}》")) && row.article == article
            });

            assert!(listed, "{law} of {}", policy.id);
        }
    }
}
