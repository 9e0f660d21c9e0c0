//! Whom and what a definition names, in the words of those who read the diagram.

use std::collections::{BTreeMap, BTreeSet};

use crate::directory::{DepartmentCode, RoleCode, standard_roles};
use crate::forms::{Field, Options, Words};
use crate::workflow::{Foreach, Kind, Seat, Text, Where, Who, Workflow};

/// How roles and departments are called.
pub trait Names {
    /// 科室负责人
    fn role(&self, code: &RoleCode) -> String;

    /// 省公安厅
    fn department(&self, code: &DepartmentCode) -> String;

    /// 数据销毁: another workflow, by its key where nothing more is known of it.
    fn workflow(&self, key: &str) -> String {
        key.to_owned()
    }
}

/// The names that the product ships, where there is no directory.
pub struct StandardNames<'a>(pub &'a dyn Words);

impl Names for StandardNames<'_> {
    fn role(&self, code: &RoleCode) -> String {
        let known = standard_roles().into_iter().find(|role| role.code == *code);
        known.map_or_else(
            || code.0.clone(),
            |role| {
                let title = Text {
                    zh: role.title,
                    en: (!role.title_en.is_empty()).then_some(role.title_en),
                };
                self.0.pick(&title).to_owned()
            },
        )
    }

    fn department(&self, code: &DepartmentCode) -> String {
        code.0.clone()
    }
}

/// The language and the names that a diagram is written in.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    /// The language.
    pub words: &'a dyn Words,
    /// The names.
    pub names: &'a dyn Names,
}

/// A definition with the words for what it names.
pub(super) struct Lexicon<'a> {
    pub workflow: &'a Workflow,
    labels: Labels<'a>,
    /// By the id of a stage, block or end.
    titles: BTreeMap<&'a str, &'a Text>,
    /// By the name that a foreach gives its branches.
    parts: BTreeMap<&'a str, &'a Foreach>,
}

impl<'a> Lexicon<'a> {
    pub fn new(workflow: &'a Workflow, labels: Labels<'a>) -> Self {
        let nodes = workflow.nodes().map(|node| (node.id.as_str(), &node.title));
        let ends = workflow
            .ends
            .iter()
            .map(|end| (end.id.as_str(), &end.title));
        let parts = workflow.nodes().filter_map(|node| match &node.kind {
            Kind::Foreach(foreach) => Some((foreach.name.as_str(), &**foreach)),
            _ => None,
        });
        Self {
            workflow,
            labels,
            titles: nodes.chain(ends).collect(),
            parts: parts.collect(),
        }
    }

    /// A sentence that other pages say as well.
    pub fn say_common(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.labels.words.say(key, values)
    }

    pub fn pick(&self, text: &Text) -> String {
        self.labels.words.pick(text).to_owned()
    }

    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.labels.words.say(&format!("diagram.{key}"), values)
    }

    /// Words in a row, each once.
    pub fn list(&self, mut words: Vec<String>) -> String {
        let mut known = BTreeSet::new();
        words.retain(|word| !word.is_empty() && known.insert(word.clone()));
        words.join(&self.say("and", &[]))
    }

    pub fn role(&self, code: &RoleCode) -> String {
        self.labels.names.role(code)
    }

    pub fn other_workflow(&self, key: &str) -> String {
        self.labels.names.workflow(key)
    }

    /// Whom seats ask. A department that was just named is not named again: 申请部门科室负责人、法规审核员.
    pub fn seats(&self, seats: &[Seat]) -> String {
        let mut last = None;
        let mut all = Vec::new();
        for who in seats.iter().flat_map(|seat| &seat.who) {
            let at = match who {
                Who::Post {
                    at, each: false, ..
                } => Some(at),
                _ => None,
            };
            all.push(match who {
                Who::Post { role, .. } if at.is_some() && at == last => {
                    self.labels.names.role(role)
                }
                _ => self.who(who),
            });
            last = at;
        }
        self.list(all)
    }

    /// 申请部门科室负责人
    pub fn who(&self, who: &Who) -> String {
        match who {
            Who::Post { role, at, each } => {
                let post = self.post(role, at);
                match each {
                    true => self.say("who.each", &[("who", &post)]),
                    false => post,
                }
            }
            Who::Applicant => self.say("who.applicant", &[]),
            Who::Actor { stage, .. } => {
                let stage = self.title_of(stage);
                self.say("who.actor", &[("stage", &stage)])
            }
            Who::Path { path, each } => {
                let named = self.path(path).unwrap_or_else(|| path.clone());
                match each {
                    true => self.say("who.each", &[("who", &named)]),
                    false => named,
                }
            }
            Who::User(login) => login.clone(),
            Who::Any => self.say("who.any", &[]),
        }
    }

    /// A role that says where it is held in its own name does not say it twice: 主管部门经办人.
    fn post(&self, role: &RoleCode, at: &Where) -> String {
        let role = self.labels.names.role(role);
        let department = self.department(at);
        if role.starts_with(&department) {
            return role;
        }
        self.say("who.post", &[("department", &department), ("role", &role)])
    }

    fn department(&self, at: &Where) -> String {
        match at {
            Where::Applicant => self.say("at.applicant", &[]),
            Where::Authority => self.say("at.authority", &[]),
            Where::Region => self.say("at.region", &[]),
            Where::Path(path) => self.path(path).unwrap_or_else(|| path.clone()),
            Where::Code(code) => self.labels.names.department(code),
            Where::Parent(of) => {
                let of = self.department(of);
                self.say("at.parent", &[("of", &of)])
            }
            Where::Common(..) => self.say("at.common", &[]),
            Where::Any => self.say("at.any", &[]),
        }
    }

    /// The title of a stage, block or end; the id where there is none.
    pub fn title_of(&self, id: &str) -> String {
        self.titles
            .get(id)
            .map(|title| self.pick(title))
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| id.to_owned())
    }

    /// What a dotted path is called on the form: 使用场景 of `form.purpose`, 提供部门 of `part.provider`.
    pub fn path(&self, path: &str) -> Option<String> {
        let mut names = path.split('.');
        let (root, first, second) = (names.next()?, names.next(), names.next());
        match (root, first, second) {
            ("form", Some(field), None) => Some(self.pick(&self.workflow.field(field)?.label)),
            ("form", Some(field), Some(column)) => self.part_of(field, column),
            ("settings", Some(setting), _) => {
                Some(self.pick(&self.workflow.settings.get(setting)?.title))
            }
            ("case", Some("department"), _) => Some(self.say("at.applicant", &[])),
            ("now", None, _) => Some(self.say("guard.now", &[])),
            ("choice", None, _) => Some(self.say("guard.choice", &[])),
            (name, None, _) => Some(self.each(self.parts.get(name)?)),
            (name, Some("items"), Some(column)) => self.of_each(self.parts.get(name)?, column),
            (name, Some(column), _) => self.of_each(self.parts.get(name)?, column),
        }
    }

    /// What a branch of this foreach stands for: 提供部门、共享属性, or what the list is called.
    pub fn each(&self, foreach: &Foreach) -> String {
        if foreach.by.is_empty() {
            let list = self.path(foreach.over.source());
            return list.unwrap_or_else(|| foreach.name.clone());
        }
        let by = foreach.by.iter();
        self.list(
            by.map(|part| self.of_each(foreach, part).unwrap_or_else(|| part.clone()))
                .collect(),
        )
    }

    fn of_each(&self, foreach: &Foreach, column: &str) -> Option<String> {
        match foreach.over.source().strip_prefix("form.") {
            Some(field) => self.part_of(field, column),
            None => self.attribute(column),
        }
    }

    /// A column of a table, or what an answer knows of a chosen resource.
    fn part_of(&self, field: &str, column: &str) -> Option<String> {
        let known = self.workflow.field(field);
        let own = known
            .and_then(|field| field.columns.iter().find(|own| own.id == column))
            .map(|own| self.pick(&own.label));
        own.or_else(|| match (known, column) {
            (Some(field), "from" | "to") => {
                let values = [("label", self.labels.words.pick(&field.label))];
                Some(self.say_common(&format!("forms.part.{column}"), &values))
            }
            _ => self.attribute(column),
        })
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let known = ["provider", "sharing", "level", "resource", "item"].contains(&name);
        known.then(|| self.say(&format!("part.{name}"), &[]))
    }

    /// What an option is called, of the field or column behind a path.
    pub fn option(&self, path: &str, value: &str) -> Option<String> {
        if path.ends_with(".sharing") && matches!(value, "unconditional" | "conditional" | "none") {
            return Some(self.say_common(&format!("forms.sharing.{value}"), &[]));
        }
        let field = self.field_at(path)?;
        let Options::Fixed(options) = &field.options else {
            return None;
        };
        let (_, title) = options.iter().find(|(option, _)| option == value)?;
        Some(self.pick(title))
    }

    fn field_at(&self, path: &str) -> Option<&'a Field> {
        let mut names = path.strip_prefix("form.")?.split('.');
        let field = self.workflow.field(names.next()?)?;
        match names.next() {
            None => Some(field),
            Some(column) => field.columns.iter().find(|own| own.id == column),
        }
    }
}
