//! Reading a file of tests.

use std::collections::BTreeMap;

use super::head::{self, Head, KEYS};
use super::names::Names;
use super::steps::{self, Scenes};
use super::{Script, Shelf, Test};
use crate::expression::Words;
use crate::workflow::{Finding, Sheet, Tree, Workflow, json, read_sheet};

/// Reads the tests of a definition.
///
/// # Errors
/// What is wrong in the file, with line and column.
pub fn read(
    file: &str,
    text: &str,
    workflow: &Workflow,
    shelf: &dyn Shelf,
) -> Result<Script, Vec<Finding>> {
    read_sheet(file, text, |sheet, tree| {
        script(sheet, tree, workflow, shelf)
    })
}

fn script<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    workflow: &Workflow,
    shelf: &dyn Shelf,
) -> Option<Script> {
    let keys: Vec<&str> = KEYS.iter().copied().chain(["scenes", "tests"]).collect();
    if !sheet.keys(tree, &keys) {
        return None;
    }
    let head = head::head(sheet, tree, workflow, shelf);
    let names = Names {
        workflow,
        directory: &head.setting.directory,
        files: &head.setting.files,
    };
    let scenes = scenes(sheet, tree, names, &head);
    let Some(list) = tree.get("tests") else {
        sheet.missing(tree, "tests");
        return None;
    };
    let items = sheet.items(list).iter();
    let tests = items
        .filter_map(|item| test(sheet, item, names, &head, &scenes))
        .collect();
    Some(Script {
        tests,
        setting: head.setting,
    })
}

/// `scenes`: steps with a name; one may begin with those before it.
fn scenes<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, names: Names<'_>, head: &Head) -> Scenes {
    let Some(written) = tree.get("scenes") else {
        return Scenes::new();
    };
    let mut scenes = BTreeMap::new();
    for entry in sheet.entries(written) {
        let steps = steps::steps(sheet, &entry.value, names, head, &scenes);
        scenes.insert(entry.key.clone(), steps);
    }
    scenes
}

fn test<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    names: Names<'_>,
    head: &Head,
    scenes: &Scenes,
) -> Option<Test> {
    if !sheet.keys(
        tree,
        &["case", "start", "applicant", "answers", "settings", "steps"],
    ) {
        return None;
    }
    let (Some(name), Some(steps)) = (tree.get("case"), tree.get("steps")) else {
        let key = if tree.get("case").is_none() {
            "case"
        } else {
            "steps"
        };
        sheet.missing(tree, key);
        return None;
    };
    let spot = sheet.spot(&name.at);
    let name = sheet.text(name)?.to_owned();
    let own = tree.get("applicant");
    let applicant = match own {
        Some(who) => names.person(sheet, who)?,
        None => match head
            .applicant
            .as_deref()
            .and_then(|login| names.directory.by_login(login))
        {
            Some(person) => person,
            None => {
                let message = Words::new(
                    "没有写由谁申请（applicant）",
                    "nobody files: write `applicant`",
                );
                sheet.note("missing-key", &tree.at, message, None);
                return None;
            }
        },
    };
    let start = tree.get("start").and_then(|at| head::moment(sheet, at));
    let mut answers = head.answers.clone();
    if let Some(written) = tree.get("answers") {
        answers.extend(head::answers(sheet, written, names, &head.sets));
    }
    Some(Test {
        name,
        spot,
        start: start.unwrap_or(head.start),
        applicant: applicant.id,
        department: applicant.department.clone(),
        answers,
        settings: settings(sheet, tree, names),
        steps: steps::steps(sheet, steps, names, head, scenes),
    })
}

fn settings<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    names: Names<'_>,
) -> BTreeMap<String, serde_json::Value> {
    let Some(written) = tree.get("settings") else {
        return BTreeMap::new();
    };
    let known = &names.workflow.settings;
    let mut settings = BTreeMap::new();
    for entry in sheet.entries(written) {
        if known.contains_key(&entry.key) {
            settings.insert(entry.key.clone(), json(&entry.value));
            continue;
        }
        let what = Words::new("设置", "setting");
        let keys: Vec<&str> = known.keys().map(String::as_str).collect();
        sheet.unknown("unknown-name", &entry.at, (&what, &entry.key), keys);
    }
    settings
}
