//! Every shipped demand: the shipped workflows meet it, and a change that breaks it is found at its line.

use std::collections::BTreeSet;

use super::read;
use super::shipped::{SHIPPED, shipped};
use crate::expression::{Type, Value};
use crate::workflow::policy::parts::variables;
use crate::workflow::{Checked, Finding, Surroundings};

const EXAMPLES: &str = include_str!("broken.txt");

/// The shipped workflows, by key.
pub(super) const WORKFLOWS: &[(&str, &str)] = &[
    (
        "data-sharing",
        include_str!("../../../workflows/data-sharing.yaml"),
    ),
    (
        "data-correction",
        include_str!("../../../workflows/data-correction.yaml"),
    ),
    (
        "open-data-scope",
        include_str!("../../../workflows/open-data-scope.yaml"),
    ),
    (
        "system-construction",
        include_str!("../../../workflows/system-construction.yaml"),
    ),
    (
        "data-destruction",
        include_str!("../../../workflows/data-destruction.yaml"),
    ),
    (
        "incident-report",
        include_str!("../../../workflows/incident-report.yaml"),
    ),
    (
        "catalogue-change",
        include_str!("../../../workflows/catalogue-change.yaml"),
    ),
];

/// A shipped workflow changed so that it breaks one demand.
struct Broken {
    policy: &'static str,
    demand: &'static str,
    /// The whole definition.
    text: String,
    /// What stands on the line that the finding points to.
    at: &'static str,
}

fn shipped_text(key: &str) -> &'static str {
    let found = WORKFLOWS.iter().find(|(known, _)| *known == key);
    found.expect("a shipped workflow").1
}

fn broken() -> Vec<Broken> {
    EXAMPLES.trim_end().split("\n\n").map(one).collect()
}

/// `policy.demand in workflow @ text of the line`, then the lines taken out (`-`) and put in (`+`).
fn one(block: &'static str) -> Broken {
    let (head, changes) = block.split_once('\n').expect("a head and changes");
    let (what, at) = head.split_once(" @ ").expect("a demand and a line");
    let (name, key) = what.split_once(" in ").expect("a demand in a workflow");
    let (policy, demand) = name.split_once('.').expect("a policy and its demand");
    let mut text = shipped_text(key).to_owned();
    for (out, put) in crate::workflow::lint::broken::pairs(changes) {
        assert!(text.contains(&out), "{name}: there is no {out:?} to change");
        text = text.replacen(&out, &put, 1);
    }
    Broken {
        policy,
        demand,
        text,
        at,
    }
}

fn check(text: &str) -> Checked {
    crate::workflow::read("a.yaml", text, &Surroundings::standard())
}

fn by_policies(findings: Vec<Finding>) -> Vec<Finding> {
    let by_policy = |finding: &Finding| matches!(finding.code, "policy" | "policy-advice");
    findings.into_iter().filter(by_policy).collect()
}

#[test]
fn the_shipped_policies_are_read_without_findings() {
    for (id, text) in SHIPPED {
        let (policy, findings) = read(id, text);

        let shown: Vec<String> = findings.iter().map(|finding| finding.show(text)).collect();
        assert!(shown.is_empty(), "{}", shown.join("\n"));
        assert_eq!(policy.expect("a policy").id, *id);
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows/policies");
    let files = std::fs::read_dir(folder).expect("the folder of policies");
    assert_eq!(files.count(), SHIPPED.len(), "each file is shipped");
}

#[test]
fn every_shipped_workflow_meets_every_demand() {
    for (key, text) in WORKFLOWS {
        let found = by_policies(check(text).findings);

        let shown: Vec<String> = found.iter().map(|finding| finding.show(text)).collect();
        assert!(shown.is_empty(), "{key}:\n{}", shown.join("\n"));
    }
}

#[test]
fn every_shipped_policy_applies_to_a_shipped_workflow() {
    for policy in shipped().iter() {
        let applies = WORKFLOWS
            .iter()
            .any(|(key, _)| policy.applies.source().contains(&format!("\"{key}\"")));

        assert!(applies, "{}", policy.id);
    }
}

#[test]
fn every_demand_has_a_workflow_that_breaks_it() {
    let shown: BTreeSet<(&str, &str)> = broken()
        .iter()
        .map(|one| (one.policy, one.demand))
        .collect();
    let policies = shipped();
    let demanded: BTreeSet<(&str, &str)> = policies
        .iter()
        .flat_map(|policy| {
            let demands = policy.demands.iter();
            demands.map(|demand| (policy.id.as_str(), demand.id.as_str()))
        })
        .collect();

    assert_eq!(demanded, shown);
}

#[test]
fn a_workflow_below_a_demand_is_found_at_its_line_with_its_article() {
    let wrong: Vec<String> = broken().iter().filter_map(wrong).collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What is found of a broken workflow besides what should be.
fn wrong(broken: &Broken) -> Option<String> {
    let name = format!("{}.{}", broken.policy, broken.demand);
    let policies = shipped();
    let policy = policies.iter().find(|policy| policy.id == broken.policy);
    let policy = policy.expect("a policy");
    let demand = policy.demands.iter().find(|one| one.id == broken.demand);
    let demand = demand.expect("a demand");
    let checked = check(&broken.text);
    if checked.workflow.is_some() != demand.warns {
        return Some(format!(
            "{name}: an error stops publishing, a warning does not"
        ));
    }
    let found = by_policies(checked.findings.clone());
    let Some(first) = found.first() else {
        let others: Vec<String> = checked
            .findings
            .iter()
            .map(|one| one.show(&broken.text))
            .collect();
        return Some(format!("{name}: not found\n{}", others.join("\n")));
    };
    let complaint = policy.complaint(demand);
    if let Some(other) = found.iter().find(|one| one.message != complaint) {
        return Some(format!("{name}: {}", other.show(&broken.text)));
    }
    let line = broken.text.lines().nth(first.line - 1).unwrap_or_default();
    if !line.contains(broken.at) {
        return Some(format!("{name} points at {line:?}, not at {:?}", broken.at));
    }
    let quoted = demand
        .law
        .as_ref()
        .is_none_or(|law| first.message.zh.contains(law));
    (!quoted).then(|| format!("{name} does not quote its article"))
}

/// Whether a value is what its type says.
fn fits(value: &Value, of: &Type) -> bool {
    match (value, of) {
        (Value::Null, Type::Maybe(_)) => true,
        (value, Type::Maybe(inner)) => fits(value, inner),
        (Value::Bool(_), Type::Bool)
        | (Value::Int(_), Type::Int)
        | (Value::Text(_), Type::Text) => true,
        (Value::List(all), Type::List(of)) => all.iter().all(|one| fits(one, of)),
        (Value::Record(parts), Type::Record(of)) => {
            parts.keys().eq(of.keys())
                && parts
                    .iter()
                    .all(|(name, part)| fits(part, &of[name.as_str()]))
        }
        _ => false,
    }
}

#[test]
fn what_policies_read_is_of_the_types_that_are_promised() {
    for (key, text) in WORKFLOWS {
        let workflow = check(text).workflow.expect("a sound workflow");
        let map = crate::workflow::lint::map::Map::of(&workflow);
        let scope =
            super::Description::of(&workflow, &map).scope(&super::description::Given::new());

        for (name, of) in variables(true) {
            assert!(fits(&scope.variables[&name], &of), "{key}: {name}");
        }
    }
}

const OWN: &str = r#"
policy: own
title: {zh: 本局规定, en: Rules of the bureau}
law: 《本局数据管理规定》
applies: workflow.key == "data-correction"
demands:
  - demand: slow
    law: 第三条
    each: clocks.filter(c, c.law == null)
    that: row.days <= 15
    message: {zh: 内部时限不超过 15 个工作日, en: Internal limits are at most 15 working days}
"#;

fn own(old: &str, new: &str) -> Vec<Finding> {
    assert!(OWN.contains(old), "there is no {old:?}");
    read("own.yaml", &OWN.replacen(old, new, 1)).1
}

#[test]
fn a_department_adds_demands_of_its_own() {
    let mut around = Surroundings::standard();
    let findings = around.demand("own.yaml", OWN);
    let text = shipped_text("data-correction").replacen("due: {in: 15wd", "due: {in: 16wd", 1);

    let checked = crate::workflow::read("a.yaml", &text, &around);

    assert_eq!(findings, []);
    let found = by_policies(checked.findings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message.zh,
        "内部时限不超过 15 个工作日（《本局数据管理规定》第三条）"
    );
    assert_eq!(found[0].node.as_deref(), Some("coordinate"));
}

#[test]
fn a_copy_under_another_key_stays_of_its_kind() {
    let text = shipped_text("data-correction").replacen("workflow: data", "workflow: our", 1);
    let slow = text.replacen("in: 10wd", "in: 12wd", 1);
    assert!(text != slow);

    let found =
        by_policies(crate::workflow::read("a.yaml", &slow, &Surroundings::standard()).findings);

    assert!(
        found
            .iter()
            .any(|one| one.message.zh.contains("10 个工作日")),
        "{found:?}"
    );
}

#[test]
fn a_shipped_policy_cannot_be_replaced() {
    let mut around = Surroundings::standard();
    let (id, text) = SHIPPED[1];

    assert_eq!(around.demand("same.yaml", text), []);
    let findings = around.demand(
        "weaker.yaml",
        &text.replacen("c.days <= 10", "c.days <= 30", 1),
    );

    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, "duplicate-id");
    assert!(findings[0].message.zh.contains(id));
    assert_eq!(around, Surroundings::standard());
}

#[test]
fn what_is_wrong_with_a_policy_is_found_at_its_line() {
    for (code, line, old, new) in [
        ("unknown-key", 4, "law: 《本", "laws: 《本"),
        (
            "missing-key",
            2,
            "title: {zh: 本局规定, en: Rules of the bureau}\n",
            "",
        ),
        (
            "guard-type",
            5,
            "workflow.key == \"data-correction\"",
            "workflow.key",
        ),
        ("unknown-name", 5, "workflow.key", "stages.size"),
        ("unknown-name", 10, "row.days", "row.day"),
        ("unknown-name", 9, "c.law == null", "c.laws == null"),
        (
            "guard-type",
            9,
            "clocks.filter(c, c.law == null)",
            "workflow.key",
        ),
        ("guard-syntax", 10, "row.days <= 15", "row.days <="),
        (
            "guard-cost",
            9,
            "c.law == null",
            "stages.exists(s, s.id == c.stage)",
        ),
        ("unknown-id", 10, "row.days <= 15", "done(\"intake\")"),
        ("bad-value", 8, "    law: 第三条\n", "    level: fatal\n"),
        (
            "bad-value",
            8,
            "    law: 第三条\n    each: clocks.filter(c, c.law == null)\n    that: row.days <= 15\n",
            "    at: clock.0\n    that: 3 <= workflow.keep_years\n",
        ),
        ("bad-id", 7, "demand: slow", "demand: Slow"),
    ] {
        let found = own(old, new);

        assert!(!found.is_empty(), "{code}: nothing found with {new:?}");
        assert_eq!(
            (found[0].code, found[0].line),
            (code, line),
            "{new:?}: {}",
            found[0].headline()
        );
    }
    let twice = OWN.replacen(
        "demands:\n",
        "demands:\n  - {demand: slow, that: 3 <= workflow.keep_years, message: 三年}\n",
        1,
    );
    let found = read("own.yaml", &twice).1;
    assert_eq!((found[0].code, found[0].line), ("duplicate-id", 8));
}

#[test]
fn the_element_of_a_foreach_is_called_part_whatever_its_name() {
    let text = shipped_text("data-sharing")
        .replace("as: part", "as: side")
        .replace("part.", "side.");

    assert_eq!(by_policies(check(&text).findings), []);
}
