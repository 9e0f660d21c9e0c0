//! The names that a file of tests may use: stages, ends, fields, people, posts, actions; a slip gets the nearest one.

use serde_json::Value as Json;

use crate::directory::{Directory, Person};
use crate::engine::{EDITING, PARKED, actions};
use crate::expression::Words;
use crate::forms::FileFacts;
use crate::workflow::place::{branch_of, id_of};
use crate::workflow::{Kind, Sheet, Tree, Workflow, json};

/// What names are looked up in.
#[derive(Clone, Copy)]
pub(in crate::trial) struct Names<'a> {
    pub workflow: &'a Workflow,
    pub directory: &'a Directory,
    /// The attachments that answers may name.
    pub files: &'a [FileFacts],
}

/// The ends that always exist.
const STANDING_ENDS: [&str; 3] = ["approved", "rejected", "withdrawn"];

impl<'a> Names<'a> {
    /// A value as an answer: where the name of an attachment stands, its id.
    pub fn answer(&self, tree: &Tree) -> Json {
        self.with_ids(json(tree))
    }

    fn with_ids(&self, value: Json) -> Json {
        match value {
            Json::String(text) => match self.files.iter().find(|file| file.name == text) {
                Some(file) => Json::String(file.id.clone()),
                None => Json::String(text),
            },
            Json::Array(all) => all.into_iter().map(|one| self.with_ids(one)).collect(),
            Json::Object(parts) => parts
                .into_iter()
                .map(|(name, part)| (name, self.with_ids(part)))
                .collect(),
            other => other,
        }
    }

    /// A stage or block, or a place of one.
    pub fn place<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<String> {
        let written = sheet.text(tree)?;
        self.is_place(sheet, written, &tree.at)
            .then(|| written.to_owned())
    }

    /// Likewise for the key of a map.
    pub fn is_place(
        &self,
        sheet: &mut Sheet<'_>,
        written: &str,
        at: &std::ops::Range<usize>,
    ) -> bool {
        let id = id_of(written);
        let node = self.workflow.node(id);
        let branch = branch_of(written);
        let there = match (node.map(|node| &node.kind), branch) {
            (Some(Kind::Parallel(parallel)), Some(branch)) => {
                parallel.branches.iter().any(|known| known.name == branch)
            }
            (Some(_), branch) => branch.is_none(),
            (None, _) => [EDITING, PARKED].contains(&written),
        };
        if !there {
            let known: Vec<&str> = self.workflow.nodes().map(|node| node.id.as_str()).collect();
            sheet.unknown(
                "unknown-id",
                at,
                (&Words::new("环节", "stage"), written),
                known,
            );
        }
        there
    }

    /// Several places, or one.
    pub fn places<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Vec<String> {
        sheet
            .one_or_more(tree)
            .iter()
            .filter_map(|item| self.place(sheet, item))
            .collect()
    }

    /// An end.
    pub fn end<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<String> {
        let written = sheet.text(tree)?;
        let ends = self.workflow.ends.iter().map(|end| end.id.as_str());
        let known: Vec<&str> = ends.chain(STANDING_ENDS).collect();
        if known.contains(&written) {
            return Some(written.to_owned());
        }
        let what = Words::new("结果", "end");
        sheet.unknown("unknown-id", &tree.at, (&what, written), known);
        None
    }

    /// A person, by login.
    pub fn person<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<&'a Person> {
        let login = sheet.text(tree)?;
        self.login(sheet, login, &tree.at)
    }

    /// Likewise for the key of a map.
    pub fn login(
        &self,
        sheet: &mut Sheet<'_>,
        login: &str,
        at: &std::ops::Range<usize>,
    ) -> Option<&'a Person> {
        let found = self.directory.by_login(login);
        if found.is_none() {
            let mut known: Vec<&str> = self
                .directory
                .people
                .values()
                .map(|one| &*one.login)
                .collect();
            known.sort_unstable();
            sheet.unknown(
                "unknown-name",
                at,
                (&Words::new("人员", "person"), login),
                known,
            );
        }
        found
    }

    /// Logins and posts; `none` and an empty list are nobody.
    pub fn people_or_posts<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Vec<String> {
        if tree.text() == Some("none") {
            return Vec::new();
        }
        let items = sheet.one_or_more(tree);
        items
            .iter()
            .filter_map(|item| {
                let written = sheet.text(item)?;
                let known = match written.split_once('@') {
                    Some((role, department)) => self.is_post(sheet, (role, department), &item.at),
                    None => self.login(sheet, written, &item.at).is_some(),
                };
                known.then(|| written.to_owned())
            })
            .collect()
    }

    /// A post: its role and its department.
    pub fn is_post(
        &self,
        sheet: &mut Sheet<'_>,
        (role, department): (&str, &str),
        at: &std::ops::Range<usize>,
    ) -> bool {
        let roles: Vec<&str> = self.directory.roles.keys().map(|role| &*role.0).collect();
        if !roles.contains(&role) {
            sheet.unknown(
                "unknown-role",
                at,
                (&Words::new("角色", "role"), role),
                roles,
            );
            return false;
        }
        let departments = self.directory.departments.keys();
        let departments: Vec<&str> = departments.map(|code| &*code.0).collect();
        let there = departments.contains(&department);
        if !there {
            let what = Words::new("部门", "department");
            sheet.unknown("unknown-name", at, (&what, department), departments);
        }
        there
    }

    /// An action.
    pub fn action<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<&'static str> {
        let written = sheet.text(tree)?;
        if let Some(rule) = actions::find(written) {
            return Some(rule.name());
        }
        let known: Vec<&str> = actions::ALL.iter().map(|rule| rule.name()).collect();
        let what = Words::new("操作", "action");
        sheet.unknown("unknown-action", &tree.at, (&what, written), known);
        None
    }

    /// A choice of a stage.
    pub fn is_choice(
        &self,
        sheet: &mut Sheet<'_>,
        (stage, written): (&str, &str),
        at: &std::ops::Range<usize>,
    ) -> bool {
        let node = self.workflow.node(stage);
        let choices = node
            .and_then(|node| node.stage())
            .map(|stage| &stage.choices);
        let known: Vec<&str> = choices
            .into_iter()
            .flatten()
            .map(|choice| choice.id.as_str())
            .collect();
        let there = known.contains(&written);
        if !there {
            let what = Words::new("选项", "choice");
            sheet.unknown("unknown-name", at, (&what, written), known);
        }
        there
    }

    /// A field of the form; of a dotted path the first part.
    pub fn field(&self, sheet: &mut Sheet<'_>, written: &str, at: &std::ops::Range<usize>) -> bool {
        let id = written.split('.').next().unwrap_or(written);
        let there = self.workflow.form.field(id).is_some();
        if !there {
            let known: Vec<&str> = self.workflow.form.fields().map(|one| &*one.id).collect();
            sheet.unknown(
                "unknown-field",
                at,
                (&Words::new("字段", "field"), id),
                known,
            );
        }
        there
    }
}
