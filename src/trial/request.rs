//! A request on paper: the head of a file, and how its stages are answered where a plain yes is not enough.

use std::collections::BTreeMap;

use super::made_up;
use super::script::{HEAD_KEYS, Head, Names, Shelf, answers, head};
use super::setting::Setting;
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId};
use crate::expression::Words;
use crate::forms::Answers;
use crate::workflow::{Entry, Finding, Id, Sheet, Tree, Workflow, read_sheet};

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who and what there is.
    pub setting: Setting,
    /// Whether the people are made up, one for each post.
    pub made_up: bool,
    /// When it is filed.
    pub start: Instant,
    /// Who files.
    pub applicant: PersonId,
    /// For which department.
    pub department: DepartmentCode,
    /// Every answer, those that stages fill in as well.
    pub answers: Answers,
    /// How stages are answered.
    pub stages: BTreeMap<Id, Wanted>,
}

/// How a stage is answered.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// With this choice; `None`: with the first that does not refuse.
    pub choice: Option<Id>,
    /// What is filled in, over the answers of the request.
    pub answers: Answers,
    /// What is filled in with a choice, over that.
    pub choices: BTreeMap<Id, Answers>,
}

/// Reads a file of answers: the fields alone, or a head with `stages`.
///
/// # Errors
/// What is wrong in the file, with line and column.
pub fn read_request(
    file: &str,
    text: &str,
    workflow: &Workflow,
    shelf: &dyn Shelf,
) -> Result<Request, Vec<Finding>> {
    read_sheet(file, text, |sheet, tree| match is_plain(tree, workflow) {
        true => plain(sheet, tree, workflow),
        false => whole(sheet, tree, workflow, shelf),
    })
}

/// Whether the file holds the answers alone.
fn is_plain(tree: &Tree, workflow: &Workflow) -> bool {
    let entries = tree.entries();
    !entries.is_empty()
        && entries
            .iter()
            .all(|entry| workflow.form.field(&entry.key).is_some())
}

fn plain<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, workflow: &Workflow) -> Option<Request> {
    let directory = crate::directory::Directory::default();
    let names = Names {
        workflow,
        directory: &directory,
        files: &[],
    };
    let answers = answers(sheet, tree, names, &BTreeMap::new());
    Some(made_up(workflow, Head::with(answers), BTreeMap::new()))
}

fn whole<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    workflow: &Workflow,
    shelf: &dyn Shelf,
) -> Option<Request> {
    let keys: Vec<&str> = HEAD_KEYS.iter().copied().chain(["stages"]).collect();
    if !sheet.keys(tree, &keys) {
        return None;
    }
    let head = head(sheet, tree, workflow, shelf);
    let names = Names {
        workflow,
        directory: &head.setting.directory,
        files: &head.setting.files,
    };
    let stages = match tree.get("stages") {
        Some(written) => stages(sheet, written, names, &head),
        None => BTreeMap::new(),
    };
    if head.setting.directory.people.is_empty() {
        return Some(made_up(workflow, head, stages));
    }
    let login = head.applicant.as_deref();
    let applicant = login.and_then(|login| head.setting.directory.by_login(login));
    let Some(applicant) = applicant else {
        let message = Words::new(
            "没有写由谁申请（applicant）",
            "nobody files: write `applicant`",
        );
        sheet.note("missing-key", &tree.place(&["directory"]), message, None);
        return None;
    };
    Some(Request {
        made_up: false,
        start: head.start,
        applicant: applicant.id,
        department: applicant.department.clone(),
        answers: head.answers,
        stages,
        setting: head.setting,
    })
}

/// Without a directory, one invented person holds each post.
fn made_up(workflow: &Workflow, head: Head, stages: BTreeMap<Id, Wanted>) -> Request {
    let made = made_up::staff(workflow, &head.answers, &head.setting.resources);
    Request {
        made_up: true,
        start: head.start,
        applicant: made.applicant,
        department: made.department,
        answers: head.answers,
        stages,
        setting: Setting {
            directory: made.directory,
            ..head.setting
        },
    }
}

fn stages<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    names: Names<'_>,
    head: &Head,
) -> BTreeMap<Id, Wanted> {
    let mut all = BTreeMap::new();
    for entry in sheet.entries(tree) {
        if names.is_place(sheet, &entry.key, &entry.at) {
            all.insert(entry.key.clone(), wanted(sheet, entry, names, head));
        }
    }
    all
}

fn wanted<'t>(sheet: &mut Sheet<'t>, entry: &'t Entry, names: Names<'_>, head: &Head) -> Wanted {
    let tree = &entry.value;
    if !sheet.keys(tree, &["choice", "answers", "choices"]) {
        return Wanted::default();
    }
    let choice = tree.get("choice").and_then(|one| {
        let written = sheet.text(one)?;
        let known = names.is_choice(sheet, (&entry.key, written), &one.at);
        known.then(|| written.to_owned())
    });
    let filled = tree.get("answers");
    let filled = filled.map(|written| answers(sheet, written, names, &head.sets));
    let mut choices = BTreeMap::new();
    if let Some(written) = tree.get("choices") {
        for of in sheet.entries(written) {
            if names.is_choice(sheet, (&entry.key, &of.key), &of.at) {
                let made = answers(sheet, &of.value, names, &head.sets);
                choices.insert(of.key.clone(), made);
            }
        }
    }
    Wanted {
        choice,
        answers: filled.unwrap_or_default(),
        choices,
    }
}
