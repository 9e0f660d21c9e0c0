//! What the places of a case are called: stages and blocks with the branches that they stand in, and branches by what
//! they stand for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cases::Running;
use crate::directory::{DepartmentCode, Directory};
use crate::engine::{self, CalledAs, Case, Task, TaskAsks};
use crate::expression::Read;
use crate::forms::{self, Field, Options, Words};
use crate::messages::{Language, text};
use crate::workflow::place::{self, branch_of, keys_of};
use crate::workflow::{Foreach, Kind, Place, Text, Workflow};

/// Names for the places of one case.
#[derive(Clone, Copy)]
pub struct Titles<'a> {
    /// Its definition.
    pub workflow: &'a Workflow,
    /// The case.
    pub case: &'a Case,
    /// Departments and people.
    pub directory: &'a Directory,
    /// The language.
    pub language: Language,
    /// What stages are called that only earlier versions have.
    pub former: Option<&'a BTreeMap<Place, Text>>,
}

impl<'a> Titles<'a> {
    /// The names in a case as it is stored.
    #[must_use]
    pub fn of(running: &'a Running, language: Language) -> Self {
        Self {
            workflow: &running.workflow,
            case: &running.case,
            directory: &running.directory,
            language,
            former: Some(&running.former),
        }
    }

    /// 审核（省公安厅，数据安全）: the stage of a task with its branch, and with the seat's own title where it has one.
    #[must_use]
    pub fn task(&self, task: &Task) -> String {
        let branch = branch_of_task(self.workflow, self.case, task);
        let parts = [branch.map(|branch| self.branches(&branch)), self.seat(task)];
        self.with(self.bare(&task.stage), parts)
    }

    /// The same without the branch.
    #[must_use]
    pub fn task_alone(&self, task: &Task) -> String {
        self.with(self.bare(&task.stage), [self.seat(task), None])
    }

    /// 答复（省公安厅）: a stage, block, branch or end with the branches of the foreach blocks around it.
    #[must_use]
    pub fn place(&self, place: &str) -> String {
        self.in_branch(self.bare(place), place)
    }

    /// Something at a place, with the branches around it.
    #[must_use]
    pub fn in_branch(&self, title: String, place: &str) -> String {
        let branch = branch_at(self.workflow, self.case, place);
        let branch = branch.map(|branch| self.branches(&branch));
        self.with(title, [branch, None])
    }

    /// Its title alone; of a branch of a parallel, the branch's.
    #[must_use]
    pub fn bare(&self, place: &str) -> String {
        if let Some(branch) = self.named_branch(place) {
            return branch;
        }
        let id = place::id_of(place);
        let node = self.workflow.node(id).map(|node| &node.title);
        let former = || self.former.and_then(|former| former.get(place));
        let title = node
            .or_else(|| self.workflow.end(id).map(|end| &end.title))
            .or_else(former);
        match (title, id) {
            (Some(title), _) => self.language.pick(title).to_owned(),
            (None, engine::EDITING) => text(self.language, "branch.editing", &[]),
            (None, engine::PARKED) => text(self.language, "branch.parked", &[]),
            (None, id) => id.to_owned(),
        }
    }

    /// 省公安厅，人口基础信息: what a branch of a foreach stands for, after those around it.
    #[must_use]
    pub fn branches(&self, branch: &str) -> String {
        let around = self.workflow.around(branch).into_iter();
        let parts: Vec<String> = around
            .chain([branch.to_owned()])
            .filter(|place| branch_of(place).is_none() && self.workflow.is_branch(place))
            .map(|place| self.branch(&place))
            .collect();
        self.list(&parts)
    }

    /// 省公安厅: what a branch of a foreach stands for, told as far as it takes to tell it from the others; a branch of a
    /// parallel by its title.
    #[must_use]
    pub fn branch(&self, branch: &str) -> String {
        if let Some(title) = self.named_branch(branch) {
            return title;
        }
        let own = self.words(branch);
        let block = self.workflow.around(branch).pop().unwrap_or_default();
        let siblings = self.case.branches.keys().filter(|other| {
            other.as_str() != branch && self.workflow.around(other).pop().as_ref() == Some(&block)
        });
        let others: Vec<Vec<String>> = siblings.map(|other| self.words(other)).collect();
        let told = (1..own.len()).find(|count| {
            !others
                .iter()
                .any(|other| other.get(..*count) == Some(&own[..*count]))
        });
        self.list(&own[..told.unwrap_or(own.len())])
    }

    /// All that a branch of a foreach is told by: 省公安厅, 有条件共享.
    #[must_use]
    pub fn words(&self, branch: &str) -> Vec<String> {
        let part = self.case.branches.get(branch).map(|record| &record.part);
        let foreach = self.foreach(branch);
        let words: Vec<String> = match (foreach, part) {
            (Some(foreach), Some(part)) => self.part(foreach, part),
            _ => Vec::new(),
        };
        let told: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        match told.is_empty() {
            true => vec![keys_of(branch).last().unwrap_or(branch).to_owned()],
            false => told,
        }
    }

    /// Words in a row.
    #[must_use]
    pub fn list(&self, words: &[String]) -> String {
        words.join(&text(self.language, "branch.and", &[]))
    }

    fn with(&self, title: String, parts: [Option<String>; 2]) -> String {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            return title;
        }
        let of = self.list(&parts);
        if title.is_empty() {
            return of;
        }
        let values = [("title", &*title), ("of", &*of)];
        text(self.language, "branch.title_of", &values)
    }

    /// The seat's own title; else as what somebody is asked who is there besides the definition's seats: 加签, 延期.
    fn seat(&self, task: &Task) -> Option<String> {
        match task.asks {
            TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice | TaskAsks::Advise => {}
            TaskAsks::Extension => return Some(text(self.language, "case.called.extension", &[])),
            TaskAsks::Edit | TaskAsks::Supply | TaskAsks::Repair | TaskAsks::File => return None,
        }
        let stage = self.workflow.node(&task.stage)?.stage()?;
        let seat = stage.seats.get(usize::from(task.place));
        let title = seat.and_then(|seat| seat.title.as_ref());
        let own = title.map(|title| self.language.pick(title).to_owned());
        own.or_else(|| {
            let key = match task.called.as_ref()?.how {
                CalledAs::Before | CalledAs::After | CalledAs::With => "case.called.signer",
                CalledAs::Adviser => "case.called.adviser",
            };
            Some(text(self.language, key, &[]))
        })
    }

    fn named_branch(&self, place: &str) -> Option<String> {
        let name = branch_of(place)?;
        let Kind::Parallel(parallel) = &self.workflow.node(place)?.kind else {
            return None;
        };
        let mut branches = parallel.branches.iter();
        let branch = branches.find(|branch| branch.name == name)?;
        Some(self.language.pick(&branch.title).to_owned())
    }

    fn foreach(&self, place: &str) -> Option<&'a Foreach> {
        match &self.workflow.node(place)?.kind {
            Kind::Foreach(foreach) => Some(foreach),
            _ => None,
        }
    }

    fn part(&self, foreach: &Foreach, part: &Value) -> Vec<String> {
        let field = self.field_behind(foreach);
        match foreach.by.as_slice() {
            [] => vec![self.element(field, part)],
            by => by
                .iter()
                .map(|name| self.cell(field, name, part.get(name).unwrap_or(&Value::Null)))
                .collect(),
        }
    }

    /// The field whose answers a foreach goes over: `form.resources`, or the items of a foreach around it.
    fn field_behind(&self, foreach: &Foreach) -> Option<&'a Field> {
        let reads = foreach.over.reads();
        let Read { path, .. } = reads.first()?;
        let mut names = path.split('.');
        match (names.next()?, names.next()?) {
            ("form", field) => self.workflow.field(field),
            (name, "items") => {
                let outer = self.workflow.nodes().find_map(|node| match &node.kind {
                    Kind::Foreach(outer) if outer.name == name => Some(outer),
                    _ => None,
                })?;
                self.field_behind(outer)
            }
            _ => None,
        }
    }

    fn element(&self, field: Option<&Field>, element: &Value) -> String {
        match (field.map(|field| field.kind.0.name()), element) {
            (Some("table"), Value::Object(row)) if !row.contains_key("name") => {
                let columns = field.map_or(&[][..], |field| &field.columns);
                let first = columns
                    .iter()
                    .find_map(|column| Some((column, row.get(&column.id)?)));
                first.map_or_else(String::new, |(column, cell)| self.answer(column, cell))
            }
            (_, Value::Object(_)) => forms::heading(element),
            (_, element) => {
                field.map_or_else(|| as_text(element), |field| self.answer(field, element))
            }
        }
    }

    fn cell(&self, field: Option<&Field>, name: &str, value: &Value) -> String {
        let Some(field) = field else {
            return as_text(value);
        };
        match (field.kind.0.name(), name) {
            ("resources", "provider") => self.department(&as_text(value)),
            ("resources", "sharing") => forms::sharing(&as_text(value), &self.language),
            ("resources", "resource" | "item") => self.chosen(&field.id, name, value),
            _ => {
                let column = field.columns.iter().find(|column| column.id == name);
                column.map_or_else(|| as_text(value), |column| self.answer(column, value))
            }
        }
    }

    /// A resource or item by its title, as it stands in the answers.
    fn chosen(&self, field: &str, name: &str, code: &Value) -> String {
        let rows = self.case.answers.get(field).and_then(Value::as_array);
        let mut rows = rows.into_iter().flatten();
        let row = rows.find(|row| row.get(name) == Some(code));
        let title = match name {
            "item" => "item_title",
            _ => "title",
        };
        let found = row.and_then(|row| row.get(title)).and_then(Value::as_str);
        found.map_or_else(|| as_text(code), str::to_owned)
    }

    fn answer(&self, field: &Field, value: &Value) -> String {
        let word = as_text(value);
        match field.kind.0.name() {
            "department" | "departments" => self.department(&word),
            "person" | "people" => {
                let person = self.directory.by_login(&word);
                person.map_or(word, |person| person.name.clone())
            }
            "choice" | "choices" => {
                let Options::Fixed(options) = &field.options else {
                    return word;
                };
                let option = options.iter().find(|(id, _)| *id == word);
                option.map_or(word, |(_, title)| self.language.pick(title).to_owned())
            }
            _ => word,
        }
    }

    fn department(&self, code: &str) -> String {
        let known = self.directory.department(&DepartmentCode(code.to_owned()));
        known.map_or_else(|| code.to_owned(), |known| known.short_name.clone())
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The branch of a foreach that a task stands in, innermost.
#[must_use]
pub fn branch_of_task(workflow: &Workflow, case: &Case, task: &Task) -> Option<Place> {
    branch_at(workflow, case, &task.stage)
}

/// The branch of a foreach that a place stands in or is, innermost. A revision of the request and what is parked stand
/// where they were caused.
#[must_use]
pub fn branch_at(workflow: &Workflow, case: &Case, place: &str) -> Option<Place> {
    if workflow.node(place).is_some() {
        return workflow.part_around(place);
    }
    let cause = case
        .position(place)
        .and_then(|position| position.state.cause());
    if let Some(cause) = cause {
        return workflow.part_around(cause);
    }
    // Of a revision that came back, and of a stage that only an earlier version has, the keys of the branch are left.
    let keys: Vec<&str> = match place::id_of(place) {
        engine::PARKED => Vec::new(),
        _ => keys_of(place).collect(),
    };
    let mut branches = case.branches.keys();
    let same = |branch: &&Place| branch_of(branch).is_none() && keys_of(branch).eq(keys.clone());
    match keys.is_empty() {
        true => None,
        false => branches.find(same).cloned(),
    }
}
