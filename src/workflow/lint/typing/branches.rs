//! What stands in branches: the parts of a foreach, and the rows that run over them.

use std::collections::BTreeMap;

use super::stand::Stand;
use super::{Typing, with_options};
use crate::expression::Type;
use crate::forms::{Field, Per, Section};
use crate::workflow::lint::Lint;
use crate::workflow::resolve::Site;
use crate::workflow::{Foreach, Kind, Node};

/// What every part has, whatever the elements have under these names.
pub(in crate::workflow::lint) const OF_PARTS: &[&str] = &["items", "form", "verdict"];
/// What tells it from its siblings; an element may well have a part of this name that does the same.
const KEY: &str = "key";

impl<'a> Typing<'a> {
    /// Types the parts of each foreach, outer ones first; with their answers once rows are typed.
    pub(super) fn type_parts(&mut self, with_form: bool) {
        self.last.replace(None);
        for standing in self.lint.map.all() {
            let Kind::Foreach(foreach) = &standing.node.kind else {
                continue;
            };
            let element = self.over(standing.node, foreach);
            if element == Type::Any {
                self.parts.insert(&standing.node.id, Type::Any);
                continue;
            }
            let mut parts = fields_of(&element);
            // Of elements that are the same only in `by`, the rest differs from one to the next.
            if !foreach.by.is_empty() {
                parts.retain(|name, _| foreach.by.contains(name));
            }
            let form = match with_form {
                true => self.branch_form(&standing.node.id),
                false => Type::Any,
            };
            let verdict = Type::one_of(["passed", "refused", "void"]).maybe();
            let own = std::iter::zip(OF_PARTS, [Type::list(element), form, verdict]);
            for (name, of) in own.chain([(&KEY, Type::Text)]) {
                parts.insert((*name).to_owned(), of);
            }
            self.parts.insert(&standing.node.id, Type::record(parts));
        }
        self.last.replace(None);
    }

    /// What a foreach runs over, one element of it.
    pub fn over(&self, node: &Node, foreach: &Foreach) -> Type {
        self.element(&foreach.over, &Site::Entry(node.id.clone()))
    }

    /// The answers of one branch; which of them have been asked differs from branch to branch.
    fn branch_form(&self, block: &str) -> Type {
        let own = self
            .asked
            .iter()
            .filter(|asked| asked.branches.contains(block));
        Type::record(own.map(|asked| (asked.field.id.clone(), asked.of.clone().maybe())))
    }

    /// Tables with one fixed row per element have what the element has, too.
    pub(super) fn type_rows(&mut self) {
        for index in 0..self.asked.len() {
            let asked = &self.asked[index];
            let Some(rows) = &asked.field.rows else {
                continue;
            };
            let element = self.element(rows, &Site::Section(asked.section.id.clone()));
            self.asked[index].of = Type::list(row_of(&element, asked.field));
            self.last.replace(None);
        }
    }
}

/// By section: the foreach blocks around everything that fills it, outermost first.
pub(super) fn sections<'a>(lint: &Lint<'a>) -> BTreeMap<&'a str, Vec<&'a Node>> {
    let sections = lint.workflow.form.sections.iter();
    let owners: BTreeMap<&str, &Section> = sections
        .flat_map(|section| {
            let own = section.fields.iter().map(|field| field.id.as_str());
            own.chain([section.id.as_str()])
                .map(move |name| (name, section))
        })
        .collect();
    let mut found: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for standing in lint.map.all() {
        for name in standing.node.fills() {
            let Some(section) = owners.get(name) else {
                continue;
            };
            let around: Vec<&Node> = standing.foreachs().collect();
            // Where answers of branches are filled outside of any, that is told and nothing else.
            if section.per == Per::Branch && around.is_empty() {
                continue;
            }
            let common = found.entry(&section.id).or_insert_with(|| around.clone());
            let same = std::iter::zip(common.iter(), &around)
                .take_while(|(one, two)| one.id == two.id)
                .count();
            common.truncate(same);
        }
    }
    found
}

impl<'a> Stand<'a> {
    /// Whether what stands in branches of the same foreach blocks as `id` can be read.
    pub fn may_read(&self, typing: &Typing<'a>, id: &str) -> bool {
        typing
            .lint
            .map
            .get(id)
            .is_some_and(|standing| standing.foreachs().all(|block| self.is_inside(&block.id)))
    }
}

/// The parts of an element; one that has none is read as `value`.
pub(in crate::workflow::lint) fn fields_of(element: &Type) -> BTreeMap<String, Type> {
    match element.known() {
        Type::Record(parts) => parts.as_ref().clone(),
        other => BTreeMap::from([("value".to_owned(), other.clone())]),
    }
}

/// What the element of a fixed row has, and the columns beside it.
fn row_of(element: &Type, field: &Field) -> Type {
    if *element == Type::Any {
        return Type::Any;
    }
    let mut parts = fields_of(element);
    for column in &field.columns {
        let of = with_options(crate::forms::field_type_of(column), column);
        parts.insert(column.id.clone(), of);
    }
    Type::record(parts)
}
