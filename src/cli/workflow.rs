//! `huiqian workflow check`, `schema`, `publish` and `confirm`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::arguments::Format;
use super::failure::{Failure, say};
use super::{Answer, database, imports, policies, surroundings};
use crate::clock::SystemClock;
use crate::services::Error;
use crate::services::workflows::{self, Proposed};
use crate::workflow::{self, Finding, Severity, Surroundings};

/// Checks files; errors are findings, warnings are not.
pub(super) fn check(files: &[PathBuf], format: Format) -> Result<Answer, Failure> {
    let files_named = files.iter().map(PathBuf::as_path);
    let mut surroundings = surroundings::around(Surroundings::standard(), files_named)?;
    let mut all: Vec<Finding> = Vec::new();
    let mut unreadable = Vec::new();
    let mut texts = Vec::new();
    for file in files {
        let name = file.display().to_string();
        if is_test(file) {
            eprintln!("{}", say("workflow.test_file", &[("path", &name)]));
            continue;
        }
        match imports::text(file) {
            Ok(text) => texts.push((name, text)),
            Err(failure) => unreadable.push(failure),
        }
    }
    let (mut policies, texts): (Vec<_>, Vec<_>) = texts
        .into_iter()
        .partition(|(_, text)| workflow::policy::is_policy(text));
    policies::beside(files, &mut policies)?;
    let mut found = |findings: Vec<Finding>, text: &str| {
        if format == Format::Text {
            for finding in &findings {
                println!("{}\n", finding.show(text));
            }
        }
        all.extend(findings);
    };
    for (name, text) in &policies {
        found(surroundings.demand(name, text), text);
    }
    // Definitions that are checked together may refer to one another.
    for (_, text) in &texts {
        surroundings.learn(text);
    }
    for (name, text) in texts {
        let findings = match workflow::is_register(&text) {
            true => workflow::read_register(&name, &text, &surroundings).findings,
            false => workflow::read(&name, &text, &surroundings).findings,
        };
        found(findings, &text);
    }
    if format == Format::Json {
        let findings: Value = all.iter().map(Finding::json).collect();
        println!("{findings:#}");
    }
    // What could not be read outweighs what was found: the answer would speak for files that nobody has seen.
    if let Some(failure) = unreadable.pop() {
        for earlier in unreadable {
            earlier.answer();
        }
        return Err(failure);
    }
    let errors = count(&all, Severity::Error);
    eprintln!(
        "{}",
        say(
            "workflow.checked",
            &[
                ("errors", &errors.to_string()),
                ("warnings", &count(&all, Severity::Warning).to_string()),
            ],
        )
    );
    Ok(if errors == 0 {
        Answer::Fine
    } else {
        Answer::Findings
    })
}

/// Prints the JSON Schema of definitions.
pub(super) fn schema() -> Result<Answer, Failure> {
    println!("{:#}", workflow::json_schema());
    Ok(Answer::Fine)
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    let same = |finding: &&Finding| finding.severity == severity;
    findings.iter().filter(same).count()
}

/// The tests of a definition lie beside it and are known by their names.
fn is_test(file: &Path) -> bool {
    file.file_name()
        .is_some_and(|name| name.to_string_lossy().ends_with(".test.yaml"))
}

/// Proposes each file as a new version.
pub(super) fn publish(
    config: Option<&Path>,
    files: &[PathBuf],
    by: &str,
) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let mut texts = Vec::new();
    for file in files.iter().filter(|file| !is_test(file)) {
        texts.push((file, imports::text(file)?));
    }
    // Definitions may write the registers that are proposed with them.
    texts.sort_by_key(|(_, text)| !workflow::is_register(text));
    for (file, text) in texts {
        let name = file.display().to_string();
        let said = match workflows::propose(&db, &SystemClock, by, &name, &text)? {
            Proposed::Waiting(version) => say(
                "workflow.proposed",
                &[
                    ("title", &version.title),
                    ("version", &version.version.to_string()),
                    ("key", &version.key),
                ],
            ),
            Proposed::InForce(version) => say(
                "workflow.in_force",
                &[
                    ("title", &version.title),
                    ("version", &version.version.to_string()),
                ],
            ),
        };
        println!("{said}");
    }
    Ok(Answer::Fine)
}

/// Puts a proposal in force.
pub(super) fn confirm(
    config: Option<&Path>,
    key: &str,
    by: &str,
    unbound: bool,
) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let confirmed = match unbound {
        true => workflows::confirm_unbound(&db, &SystemClock, key, by, None),
        false => workflows::confirm(&db, &SystemClock, key, by, None),
    };
    let version = match confirmed {
        Ok(version) => version,
        Err(Error::NotFound) => {
            return Err(Failure::refused(say(
                "workflow.nothing_waits",
                &[("key", key)],
            )));
        }
        Err(error) => return Err(error.into()),
    };
    println!(
        "{}",
        say(
            "workflow.confirmed",
            &[
                ("title", &version.title),
                ("version", &version.version.to_string()),
            ],
        )
    );
    Ok(Answer::Fine)
}
