//! `huiqian directory import`, `catalogue import` and `calendar import`.

use std::path::{Path, PathBuf};

use super::failure::{Failure, say};
use super::{Answer, database};
use crate::auth::passwords::Passwords;
use crate::clock::SystemClock;
use crate::services::directory::{Counts, Report};
use crate::services::{calendars, catalogue, directory};

/// The bytes of a file that somebody named.
pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| unreadable(file, &error))
}

/// A file or folder that cannot be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::trouble(say(
        "file.unreadable",
        &[
            ("path", &path.display().to_string()),
            ("cause", &error.to_string()),
        ],
    ))
}

/// Likewise as text.
pub(super) fn text(file: &Path) -> Result<String, Failure> {
    let bytes = bytes(file)?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::refused(say(
            "file.not_utf8",
            &[("path", &file.display().to_string())],
        ))
    })
}

/// The YAML files of a folder, by name.
pub(super) fn yaml_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let trouble = |error: std::io::Error| unreadable(folder, &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        let path = entry.map_err(trouble)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Departments, people and posts.
pub(super) fn directory(config: Option<&Path>, file: &Path) -> Result<Answer, Failure> {
    let text = text(file)?;
    let db = database::open(config)?;
    let passwords = passwords()?;
    let name = file.display().to_string();
    let report = directory::import(&db, &SystemClock, &passwords, &name, &text)?;
    println!("{}", told(&report));
    Ok(Answer::Fine)
}

/// Ready to hash.
pub(super) fn passwords() -> Result<Passwords, Failure> {
    Passwords::new()
        .map_err(|error| Failure::trouble(say("fault", &[("cause", &error.to_string())])))
}

fn told(report: &Report) -> String {
    if report.is_empty() {
        return say("import.unchanged", &[]);
    }
    let kinds = [
        ("import.departments", report.departments),
        ("import.people", report.people),
        ("import.posts", report.posts),
        ("import.roles", report.roles),
    ];
    let lines: Vec<String> = kinds
        .into_iter()
        .filter(|(_, counts)| *counts != Counts::default())
        .map(|(key, counts)| {
            let kind = say(key, &[]);
            say(
                "import.counts",
                &[
                    ("kind", &kind),
                    ("added", &counts.added.to_string()),
                    ("changed", &counts.changed.to_string()),
                    ("ended", &counts.ended.to_string()),
                ],
            )
        })
        .collect();
    lines.join("\n")
}

/// The data directory.
pub(super) fn catalogue(config: Option<&Path>, file: &Path) -> Result<Answer, Failure> {
    let bytes = bytes(file)?;
    let db = database::open(config)?;
    let report = catalogue::import(&db, &SystemClock, &file.display().to_string(), bytes)?;
    println!(
        "{}",
        say(
            "import.catalogue",
            &[
                ("added", &report.added.to_string()),
                ("changed", &report.changed.to_string()),
                ("unchanged", &report.unchanged.to_string()),
            ],
        )
    );
    Ok(Answer::Fine)
}

/// Holidays.
pub(super) fn calendar(
    config: Option<&Path>,
    file: &Path,
    calendar: &str,
) -> Result<Answer, Failure> {
    let text = text(file)?;
    let db = database::open(config)?;
    let name = file.display().to_string();
    let report = calendars::import(&db, &SystemClock, calendar, &name, &text)?;
    println!(
        "{}",
        say(
            "import.calendar",
            &[
                ("days", &report.days.to_string()),
                ("tasks", &report.tasks.to_string()),
                ("cases", &report.cases.to_string()),
            ],
        )
    );
    Ok(Answer::Fine)
}
