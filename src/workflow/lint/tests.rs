//! Each rule with definitions that break it and nothing else, and what rules leave alone.

use std::collections::BTreeSet;

use super::{RULES, broken};
use crate::diagram::{Canvas, Labels, Remark, Size, StandardNames, sketch};
use crate::forms::Words;
use crate::workflow::testing::{breaks, changed, check, codes};
use crate::workflow::{Severity, Text};

#[test]
fn every_example_breaks_its_rule_and_nothing_else() {
    let wrong: Vec<String> = broken::all().iter().filter_map(wrong).collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What an example does besides breaking its rule at its line.
fn wrong(example: &broken::Broken) -> Option<String> {
    let (code, text) = (example.code, &example.text);
    let checked = check(text);
    let Some(first) = checked.findings.first() else {
        return Some(format!("{code}: nothing found in\n{}", example.shown));
    };
    if let Some(other) = checked.findings.iter().find(|found| found.code != code) {
        return Some(format!("{code}: {}", other.show(text)));
    }
    let line = text.lines().nth(first.line - 1).unwrap_or_default();
    if !line.contains(example.at) {
        return Some(format!(
            "{code} points at {line:?}, not at {:?}",
            example.at
        ));
    }
    let sound = checked.workflow.is_some() == (first.severity == Severity::Warning);
    (!sound).then(|| format!("{code} does not do what its severity says"))
}

/// Words that say what they are asked for.
struct Keys;

impl Words for Keys {
    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        &text.zh
    }

    fn say(&self, key: &str, _: &[(&str, &str)]) -> String {
        key.to_owned()
    }
}

#[test]
fn what_can_be_read_of_a_broken_definition_is_drawn_with_its_stage_marked() {
    let (mut drawn, mut marked) = (0, 0);
    for example in broken::all() {
        let checked = check(&example.text);
        let readable = checked.workflow.as_ref().or(checked.unsound.as_ref());
        let Some(workflow) = readable else { continue };
        let labels = Labels {
            words: &Keys,
            names: &StandardNames(&Keys),
        };
        let mut sketch = sketch(workflow, labels, None);
        let first = &checked.findings[0];
        let remark = Remark {
            stops: first.severity == Severity::Error,
            text: "here".to_owned(),
        };
        if let Some(node) = &first.node {
            sketch.remark(node, remark.clone());
        }

        let (svg, height) = sketch.svg(Canvas {
            size: Size {
                width: 446,
                across: false,
            },
            alone: false,
            id: "drawn",
        });

        assert!(0 < height, "{}", example.code);
        assert!(!sketch.mermaid().is_empty() && !sketch.bpmn().is_empty());
        drawn += 1;
        if sketch
            .steps()
            .any(|step| step.remark == Some(remark.clone()))
        {
            assert!(svg.contains(">here<"), "{}: {svg}", example.code);
            marked += 1;
        }
    }

    assert!(RULES.len() <= drawn, "{drawn} of {}", RULES.len());
    assert!(40 <= marked, "{marked}");
}

#[test]
fn every_rule_has_an_example_and_there_are_at_least_forty() {
    let shown: BTreeSet<&str> = broken::all().iter().map(|example| example.code).collect();

    let missing: Vec<&str> = RULES
        .iter()
        .map(|rule| rule.code)
        .filter(|code| !shown.contains(code))
        .collect();

    assert_eq!(missing, Vec::<&str>::new());
    assert!(40 <= RULES.len());
}

#[test]
fn a_finding_says_how_to_mend_it_where_that_is_known() {
    for (code, help) in [
        ("unknown-role", "`section_head`"),
        ("unknown-branch", "`panel`"),
        ("unknown-part", "`sharing`"),
        ("register-field", "`item`"),
        ("branch-local", "form.providers"),
        ("task-local", "answers(\"experts\")"),
        ("quote-guard", "quote this guard"),
    ] {
        let examples = broken::all();
        let of_code = examples.iter().filter(|example| example.code == code);
        let helps: Vec<String> = of_code
            .flat_map(|example| check(&example.text).findings)
            .filter_map(|finding| finding.help.map(|help| help.en))
            .collect();

        let found = helps.iter().any(|known| known.contains(help));

        assert!(found, "{code}: {helps:?}");
    }
}

#[test]
fn a_stage_from_which_no_end_is_reached() {
    let text = changed(
        "    next: [{when: choice == \"agree\" && form.decision == \"no_all\", goto: again}, {goto: notify}]\n    refused: [{when: rounds(\"approve\") < 3, goto: review}, {goto: rejected}]",
        "    next: notify\n    refused: again",
    );
    let text = text
        .replacen(
            "    copy: {passed: [form.manager",
            "    next: approve\n    copy: {passed: [form.manager",
            1,
        )
        .replacen(
            "overdue: [{after: 1wd, next: lapsed}]",
            "overdue: [{after: 1wd, next: again}]",
            1,
        );

    let codes: Vec<&str> = check(&text)
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();

    // Every stage before it runs into the same dead end.
    assert!(codes.contains(&"no-end"), "{codes:?}");
    assert!(
        codes
            .iter()
            .all(|code| matches!(*code, "no-end" | "unused-end")),
        "{codes:?}"
    );
}

#[test]
fn what_a_later_stage_fills_is_null_before_it() {
    let before = "{when: form.decision.contains(\"all\"), goto: again}, ";
    breaks(
        "guard-null",
        "        return: {to: [security, applicant], resume: here}\n",
        &format!(
            "        return: {{to: [security, applicant], resume: here}}\n        next: [{before}{{goto: approve}}]\n"
        ),
        "next:",
    );
    // At the stage that fills it, and after, it is there.
    assert_eq!(
        codes(
            "form.decision == \"no_all\", goto",
            "form.decision.contains(\"no\"), goto"
        ),
        Vec::<&str>::new()
    );
}

#[test]
fn what_only_looks_broken_is_left_alone() {
    for (old, new) in [
        // How many experts there are is known when the case runs.
        (
            "who: section_head@applicant\n",
            "who: each form.experts\n        sign: {pass: 30}\n",
        ),
        // Inside one of the alternatives will do: a reminder is dropped for the other.
        ("2wd before", "9wd before"),
        // What the department's own setting decides is no skipping by the applicant.
        (
            "    law: 《条例》第二十条\n",
            "    law: 《条例》第二十条\n    when: settings.limit > 3\n",
        ),
    ] {
        assert_eq!(codes(old, new), Vec::<&str>::new(), "{new}");
    }
}
