//! Policies on the command line: the shipped ones hold everywhere, a folder beside the definitions adds to them.

use super::support::shell::Shell;

const SHARING: &str = include_str!("../../workflows/data-sharing.yaml");
const CORRECTION: &str = include_str!("../../workflows/data-correction.yaml");
const SHIPPED: &str = include_str!("../../workflows/policies/sharing.yaml");

const OWN: &str = "\
policy: own
title: {zh: 本局规定, en: Rules of the bureau}
law: 《本局数据管理规定》
applies: workflow.key == \"data-correction\"
demands:
  - demand: kept
    law: 第三条
    that: 20 <= workflow.keep_years
    at: keep
    message: {zh: 校核记录保存 20 年, en: Records of checks are kept for 20 years}
";

#[test]
fn a_workflow_below_the_law_is_refused_with_the_article_at_its_line() {
    let shell = Shell::new();
    let late = SHARING.replacen("then: 1wd}, {then: 10wd}]", "then: 1wd}, {then: 15wd}]", 1);
    let due = late.lines().position(|line| line.contains("{then: 15wd}"));
    shell.write("late.yaml", &late);

    let said = shell.run(&["workflow", "check", "late.yaml"]);

    // The clock begins on the line before its budget.
    let head = format!("late.yaml:{}:9: error[policy]: ", due.expect("the line"));
    let line = said.out.lines().find(|line| line.starts_with(&head));
    let line = line.unwrap_or_else(|| panic!("{head}: {said:?}"));
    assert_eq!(said.code, 1);
    assert!(line.contains("10 个工作日内答复"), "{line}");
    assert!(
        line.ends_with("（《政务数据共享条例》第二十一条）"),
        "{line}"
    );
}

#[test]
fn the_policies_of_the_folder_beside_the_definitions_apply_too() {
    let shell = Shell::new();
    std::fs::create_dir(shell.path().join("policies")).expect("a folder");
    shell.write("correction.yaml", CORRECTION);
    shell.write("policies/own.yaml", OWN);

    let json = shell.run(&["workflow", "check", "correction.yaml", "--format", "json"]);

    let findings: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let found = findings.as_array().expect("a list");
    let found = found.iter().find(|one| one["code"] == "policy");
    let found = found.unwrap_or_else(|| panic!("{findings}"));
    assert_eq!(json.code, 1);
    assert_eq!(
        found["message"],
        "校核记录保存 20 年（《本局数据管理规定》第三条）"
    );
    assert_eq!(
        found["message_en"],
        "Records of checks are kept for 20 years (《本局数据管理规定》第三条)"
    );
    let line = CORRECTION
        .lines()
        .position(|line| line.starts_with("keep:"));
    assert_eq!(found["line"], line.expect("the line") + 1);
}

#[test]
fn a_policy_is_checked_itself_and_a_shipped_one_is_not_replaced() {
    let shell = Shell::new();
    std::fs::create_dir(shell.path().join("policies")).expect("a folder");
    shell.write("own.yaml", OWN.replace("keep_years", "keep_year"));
    shell.write(
        "policies/sharing.yaml",
        SHIPPED.replacen("c.days <= 20", "c.days <= 60", 1),
    );
    shell.write(
        "late.yaml",
        SHARING.replacen("          in: 20wd", "          in: 30wd", 1),
    );

    let said = shell.run(&["workflow", "check", "own.yaml", "late.yaml"]);

    assert_eq!(said.code, 1);
    for (place, text) in [
        ("own.yaml:8:", "keep_years"),
        ("policies/sharing.yaml:3:", "不能改写"),
        ("late.yaml:", "20 个工作日内共享数据"),
    ] {
        assert!(
            said.out.contains(place) && said.out.contains(text),
            "{place} {said:?}"
        );
    }
}
