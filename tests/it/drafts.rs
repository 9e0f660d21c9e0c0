//! The five drafts of the domain: complete definitions that use the whole language.

use std::path::Path;
use std::process::Command;

use huiqian::workflow::{Severity, Surroundings, read};

use crate::support::shell::Said;

/// The drafts, by key.
pub const DRAFTS: &[(&str, &str)] = &[
    (
        "data-destruction",
        include_str!("drafts/data-destruction.yaml"),
    ),
    ("data-sharing", include_str!("drafts/data-sharing.yaml")),
    (
        "incident-report",
        include_str!("drafts/incident-report.yaml"),
    ),
    (
        "open-data-scope",
        include_str!("drafts/open-data-scope.yaml"),
    ),
    (
        "system-construction",
        include_str!("drafts/system-construction.yaml"),
    ),
];

/// The names around a draft: those that are shipped, and the forms of the others. A draft need not meet the law yet.
pub fn surroundings() -> Surroundings {
    let mut all = Surroundings::named();
    DRAFTS.iter().for_each(|(_, text)| all.learn(text));
    all
}

#[test]
fn the_drafts_pass_the_check() {
    for (key, text) in DRAFTS {
        let checked = read(key, text, &surroundings());

        let errors: Vec<String> = checked
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.show(text))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        let workflow = checked.workflow.expect("a workflow without errors");
        assert_eq!(workflow.key, *key);
    }
}

#[test]
fn no_guard_of_the_drafts_fails_on_null() {
    for (key, text) in DRAFTS {
        let findings = read(key, text, &surroundings()).findings;

        let nulls: Vec<String> = findings
            .iter()
            .filter(|finding| finding.code == "guard-null")
            .map(|finding| finding.show(text))
            .collect();

        assert!(nulls.is_empty(), "{}", nulls.join("\n"));
    }
}

/// Each is played by the tests beside it, from draft to its ends and back out of its blocks.
#[test]
fn the_drafts_run_from_draft_to_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/drafts");
    let files = DRAFTS
        .iter()
        .map(|(key, _)| folder.join(format!("{key}.yaml")));

    let said = Command::new(env!("CARGO_BIN_EXE_huiqian"))
        .args(["workflow", "test"])
        .args(files)
        .env_clear()
        .output();

    let said: Said = said.expect("it runs").into();
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(!said.out.contains('✗'), "{}", said.out);
    for (_, text) in DRAFTS {
        let title = text.lines().find_map(|line| line.strip_prefix("title: "));
        let played = said.out.split_once(title.expect("a title"));
        let (_, played) = played.expect("each is played");
        assert!(played.trim_start().starts_with('✓'), "{}", said.out);
    }
}
