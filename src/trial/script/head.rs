//! The head of a file: people, catalogue, files, the first day, who files, and answers.

use chrono::{NaiveDate, NaiveTime};
use ulid::Ulid;

use super::names::Names;
use super::{Sets, Shelf, people, resources};
use crate::calendar::{self, Instant};
use crate::expression::Words;
use crate::forms::{Answers, CaseFacts, FileFacts};
use crate::trial::Setting;
use crate::workflow::{Sheet, Tree, TreeKind, Workflow};

/// The keys of a head.
pub(in crate::trial) const KEYS: &[&str] = &[
    "directory",
    "departments",
    "people",
    "catalogue",
    "resources",
    "files",
    "cases",
    "registered",
    "start",
    "applicant",
    "answers",
    "sets",
];

/// When nothing else is written: a Monday morning.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 3, 2);
const MORNING: Option<NaiveTime> = NaiveTime::from_hms_opt(9, 0, 0);

/// The head of a file.
#[derive(Debug, Clone)]
pub(in crate::trial) struct Head {
    pub setting: Setting,
    pub start: Instant,
    /// The login of who files.
    pub applicant: Option<String>,
    pub answers: Answers,
    pub sets: Sets,
}

impl Head {
    /// Nothing but answers.
    pub fn with(answers: Answers) -> Self {
        Self {
            setting: Setting::default(),
            start: morning(FIRST_DAY.unwrap_or_default()),
            applicant: None,
            answers,
            sets: Sets::new(),
        }
    }
}

/// Reads the head of a file; its other keys are somebody else's.
pub(in crate::trial) fn head<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    workflow: &Workflow,
    shelf: &dyn Shelf,
) -> Head {
    let directory = people::directory(sheet, tree, shelf);
    let files = files(sheet, tree);
    let names = Names {
        workflow,
        directory: &directory,
        files: &files,
    };
    let start = tree.get("start").and_then(|at| moment(sheet, at));
    let applicant = tree
        .get("applicant")
        .and_then(|who| names.person(sheet, who));
    let applicant = applicant.map(|person| person.login.clone());
    let sets = sets(sheet, tree, names);
    let answers = match tree.get("answers") {
        Some(written) => answers(sheet, written, names, &sets),
        None => Answers::new(),
    };
    let resources = resources::resources(sheet, tree, &directory, shelf);
    let cases = cases(sheet, tree);
    let registered = registered(sheet, tree);
    Head {
        setting: Setting {
            directory,
            resources,
            files,
            cases,
            registered,
        },
        start: start.unwrap_or_else(|| morning(FIRST_DAY.unwrap_or_default())),
        applicant,
        answers,
        sets,
    }
}

/// `2026-03-02 09:00`; a day alone is its morning.
pub(super) fn moment<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<Instant> {
    let written = sheet.text(tree)?;
    let found = read_moment(written);
    if found.is_none() {
        sheet.note(
            "bad-value",
            &tree.at,
            Words::new(
                format!("`{written}` 不是时间"),
                format!("`{written}` is not a time"),
            ),
            Some(Words::new(
                "时间写成 2026-03-02 09:00，或者 2026-03-02（上午 9 点）",
                "write 2026-03-02 09:00, or 2026-03-02 for nine in the morning",
            )),
        );
    }
    found
}

/// A time as files write it.
pub(super) fn read_moment(written: &str) -> Option<Instant> {
    match written.split_once([' ', 'T']) {
        Some((day, time)) => {
            let time = NaiveTime::parse_from_str(time.trim(), "%H:%M").ok()?;
            Some(calendar::at(day.parse().ok()?, time))
        }
        None => Some(morning(written.parse().ok()?)),
    }
}

fn morning(day: NaiveDate) -> Instant {
    calendar::at(day, MORNING.unwrap_or_default())
}

fn sets<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, names: Names<'_>) -> Sets {
    let Some(written) = tree.get("sets") else {
        return Sets::new();
    };
    let mut sets = Sets::new();
    for entry in sheet.entries(written) {
        // A set may begin with the ones before it.
        let made = answers(sheet, &entry.value, names, &sets);
        sets.insert(entry.key.clone(), made);
    }
    sets
}

/// Answers: fields, the name of a set, or a list of both, the later over the earlier.
pub(in crate::trial) fn answers<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    names: Names<'_>,
    sets: &Sets,
) -> Answers {
    let mut all = Answers::new();
    for item in sheet.one_or_more(tree) {
        match &item.kind {
            TreeKind::Map(entries) => {
                for entry in entries {
                    if names.field(sheet, &entry.key, &entry.at) {
                        all.insert(entry.key.clone(), names.answer(&entry.value));
                    }
                }
            }
            _ => all.extend(set(sheet, item, sets)),
        }
    }
    all
}

fn set<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, sets: &Sets) -> Answers {
    let Some(name) = sheet.text(tree) else {
        return Answers::new();
    };
    if let Some(set) = sets.get(name) {
        return set.clone();
    }
    let known: Vec<&str> = sets.keys().map(String::as_str).collect();
    let what = Words::new("答案组", "set of answers");
    sheet.unknown("unknown-name", &tree.at, (&what, name), known);
    Answers::new()
}

/// `files`: names of attachments; ids are made up for them.
fn files<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> Vec<FileFacts> {
    let Some(written) = tree.get("files") else {
        return Vec::new();
    };
    let names = sheet.one_or_more(written).iter();
    names
        .filter_map(|name| sheet.text(name))
        .zip(1..)
        .map(|(name, number)| FileFacts {
            id: Ulid::from_parts(0, number).to_string(),
            name: name.to_owned(),
            size: 1024,
        })
        .collect()
}

/// `cases`: number → workflow and title, for fields that refer to a case.
fn cases<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> Vec<CaseFacts> {
    let Some(written) = tree.get("cases") else {
        return Vec::new();
    };
    let mut cases = Vec::new();
    for entry in sheet.entries(written) {
        if !sheet.keys(&entry.value, &["workflow", "title"]) {
            continue;
        }
        let Some(workflow) = entry.value.get("workflow") else {
            sheet.missing(&entry.value, "workflow");
            continue;
        };
        let title = entry.value.get("title").and_then(|one| sheet.text(one));
        cases.push(CaseFacts {
            id: entry.key.clone(),
            number: entry.key.clone(),
            title: title.unwrap_or(&entry.key).to_owned(),
            workflow: sheet.text(workflow).unwrap_or_default().to_owned(),
        });
    }
    cases
}

/// `registered`: what is in force in registers, as `{register, value, department}`.
fn registered<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> Vec<(String, String, String)> {
    let Some(written) = tree.get("registered") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for item in sheet.items(written) {
        if !sheet.keys(item, &["register", "value", "department"]) {
            continue;
        }
        let mut text = |key: &str| match item.get(key) {
            Some(one) => sheet.text(one).unwrap_or_default().to_owned(),
            None => {
                sheet.missing(item, key);
                String::new()
            }
        };
        all.push((text("register"), text("value"), text("department")));
    }
    all
}
