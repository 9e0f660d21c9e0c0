//! How long stages take and how they are answered, as a file estimates it or a database remembers it.

use std::collections::BTreeMap;

use crate::directory::{DepartmentCode, Directory, Post, RoleCode};
use crate::expression::Words;
use crate::trial::script::Names;
use crate::workflow::{Entry, Finding, Id, Sheet, Tree, Workflow, read_sheet};

/// What a stage takes that nobody has estimated, in working hours.
const USUAL: Spread = Spread {
    least: 0.5,
    usual: 1.0,
    most: 4.0,
};

/// A triangular distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Never less.
    pub least: f64,
    /// Most often.
    pub usual: f64,
    /// Never more.
    pub most: f64,
}

/// How long a task takes, in working hours.
#[derive(Debug, Clone, PartialEq)]
pub enum Time {
    /// So much work, which its person does between others.
    Work(Spread),
    /// From asking to answering, with the waiting in it: one of these.
    Elapsed(Vec<f64>),
}

/// What is estimated of a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// How long each task takes.
    pub time: Time,
    /// The chance of a refusal, from 0 to 1.
    pub refuse: f64,
    /// Of a return.
    pub back: f64,
    /// Of asking for a supplement.
    pub supplement: f64,
    /// Of each choice; what is left of the whole goes to the one that passes.
    pub choices: BTreeMap<Id, f64>,
}

/// What is estimated.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Estimates {
    /// For stages without an estimate of their own.
    pub default: Estimate,
    /// By stage; `applicant` for revising and supplying.
    pub stages: BTreeMap<String, Estimate>,
    /// Posts with so many holders at least.
    pub staff: Vec<(Post, u32)>,
}

impl Default for Estimate {
    fn default() -> Self {
        Self {
            time: Time::Work(USUAL),
            refuse: 0.0,
            back: 0.0,
            supplement: 0.0,
            choices: BTreeMap::new(),
        }
    }
}

impl Estimates {
    /// The estimate for a stage.
    #[must_use]
    pub fn of(&self, stage: &str) -> &Estimate {
        self.stages.get(stage).unwrap_or(&self.default)
    }
}

/// Reads a file of estimates.
///
/// # Errors
/// What is wrong in the file, with line and column.
pub fn read_estimates(
    file: &str,
    text: &str,
    workflow: &Workflow,
    directory: &Directory,
) -> Result<Estimates, Vec<Finding>> {
    let names = Names {
        workflow,
        directory,
        files: &[],
    };
    read_sheet(file, text, |sheet, tree| estimates(sheet, tree, names))
}

fn estimates<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, names: Names<'_>) -> Option<Estimates> {
    if !sheet.keys(tree, &["default", "stages", "staff"]) {
        return None;
    }
    let mut all = Estimates::default();
    if let Some(default) = tree.get("default") {
        all.default = estimate(sheet, default, &Estimate::default(), (names, ""));
    }
    if let Some(stages) = tree.get("stages") {
        for entry in sheet.entries(stages) {
            if names.is_place(sheet, &entry.key, &entry.at) {
                let of = (names, entry.key.as_str());
                let made = estimate(sheet, &entry.value, &all.default, of);
                all.stages.insert(entry.key.clone(), made);
            }
        }
    }
    if let Some(staff) = tree.get("staff") {
        for entry in sheet.entries(staff) {
            all.staff.extend(holders(sheet, entry, names));
        }
    }
    Some(all)
}

fn estimate<'t>(
    sheet: &mut Sheet<'t>,
    tree: &'t Tree,
    otherwise: &Estimate,
    (names, stage): (Names<'_>, &str),
) -> Estimate {
    let mut made = otherwise.clone();
    if !sheet.keys(
        tree,
        &["hours", "refuse", "return", "supplement", "choices"],
    ) {
        return made;
    }
    if let Some(hours) = tree.get("hours").and_then(|one| spread(sheet, one)) {
        made.time = Time::Work(hours);
    }
    let mut of = |key: &str| tree.get(key).and_then(|one| chance(sheet, one));
    made.refuse = of("refuse").unwrap_or(made.refuse);
    made.back = of("return").unwrap_or(made.back);
    made.supplement = of("supplement").unwrap_or(made.supplement);
    if let Some(choices) = tree.get("choices") {
        for entry in sheet.entries(choices) {
            let known = names.is_choice(sheet, (stage, &entry.key), &entry.at);
            if let Some(chance) = chance(sheet, &entry.value).filter(|_| known) {
                made.choices.insert(entry.key.clone(), chance);
            }
        }
    }
    made
}

/// `0.5/1/4` working hours: the least, the usual, the most; one number is exact.
fn spread<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<Spread> {
    let written = sheet.text(tree)?;
    let numbers: Option<Vec<f64>> = written
        .split('/')
        .map(|part| {
            part.trim()
                .parse()
                .ok()
                .filter(|hours| (0.0..=10_000.0).contains(hours))
        })
        .collect();
    let spread = match numbers.as_deref() {
        Some([exact]) => Some(Spread {
            least: *exact,
            usual: *exact,
            most: *exact,
        }),
        Some([least, usual, most]) if least <= usual && usual <= most => Some(Spread {
            least: *least,
            usual: *usual,
            most: *most,
        }),
        _ => None,
    };
    if spread.is_none() {
        sheet.expected(
            tree,
            &Words::new(
                "工作小时：最少/通常/最多，如 0.5/1/4",
                "working hours, least/usual/most, as 0.5/1/4",
            ),
        );
    }
    spread
}

/// `15%`.
fn chance<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<f64> {
    let written = sheet.text(tree)?;
    let number = written
        .strip_suffix('%')
        .and_then(|number| number.trim().parse::<f64>().ok());
    let chance = number.filter(|percent| (0.0..=100.0).contains(percent));
    if chance.is_none() {
        sheet.expected(
            tree,
            &Words::new("百分比，如 15%", "a percentage such as 15%"),
        );
    }
    chance.map(|percent| percent / 100.0)
}

fn holders<'t>(sheet: &mut Sheet<'t>, entry: &'t Entry, names: Names<'_>) -> Option<(Post, u32)> {
    let count = sheet.count(&entry.value)?;
    let (role, department) = entry.key.split_once('@').unwrap_or((&entry.key, ""));
    names
        .is_post(sheet, (role, department), &entry.at)
        .then(|| {
            let post = Post {
                role: RoleCode(role.to_owned()),
                department: DepartmentCode(department.to_owned()),
            };
            (post, count)
        })
}
