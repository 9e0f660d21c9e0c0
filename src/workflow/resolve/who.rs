//! Who: `role@DEPARTMENT`, `applicant`, `actor(id.seat)`, `form.FIELD`, `each …`, `user:LOGIN`, `any`.

use std::ops::Range;

use crate::directory::{DepartmentCode, RoleCode};
use crate::expression::{Words, suggestion};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Where, Who};

use super::Reader;

const FORMS: &str =
    "role@applicant, each role@authority, applicant, actor(id), form.FIELD, user:LOGIN, any";
const DEPARTMENTS: &[&str] = &["applicant", "authority", "region", "any"];

impl<'t> Reader<'t> {
    pub fn who(&mut self, tree: &'t Tree) -> Option<Who> {
        let text = self.scalar(tree)?.trim();
        let start = self
            .source
            .get(tree.at.clone())
            .and_then(|written| written.find(text))
            .map_or(tree.at.start, |at| tree.at.start + at);
        self.parse_who(text, &(start..tree.at.end))
    }

    /// A list of who; a single one is not taken for a list of one.
    pub fn who_list(&mut self, tree: &'t Tree) -> Vec<Who> {
        self.items(tree)
            .iter()
            .filter_map(|item| self.who(item))
            .collect()
    }

    /// One or a list.
    pub fn who_or_list(&mut self, tree: &'t Tree) -> Vec<Who> {
        match tree.kind {
            Kind::List(_) => {
                if tree.items().is_empty() {
                    self.expected(tree, &Words::new("至少一个人或岗位", "at least one"));
                }
                self.who_list(tree)
            }
            _ => self.who(tree).into_iter().collect(),
        }
    }

    fn parse_who(&mut self, text: &str, place: &Range<usize>) -> Option<Who> {
        let (each, rest) = match text.strip_prefix("each ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let at = place.start + (text.len() - rest.len())..place.end;
        match rest {
            "applicant" if !each => return Some(Who::Applicant),
            "any" if !each => return Some(Who::Any),
            _ => {}
        }
        if let Some((role, department)) = rest.split_once('@') {
            return self.post(role, department, each, &at);
        }
        if let Some(login) = rest.strip_prefix("user:").filter(|_| !each) {
            return Some(Who::User(login.to_owned()));
        }
        if let Some(inner) = rest
            .strip_prefix("actor(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return self.actor(inner, each, &at);
        }
        if let Some(field) = rest.strip_prefix(self.root) {
            return self.person_field(field, each, &at);
        }
        let root = rest.split('.').next().unwrap_or(rest);
        if self.loops.iter().any(|name| name == root) {
            return Some(Who::Path {
                path: rest.to_owned(),
                each,
            });
        }
        self.bad_who(text, place);
        None
    }

    fn bad_who(&mut self, text: &str, place: &Range<usize>) {
        let help = if self.surroundings.roles.contains(text) {
            Words::new(
                format!("岗位要写明部门，例如 `{text}@applicant`"),
                format!("name the department too: `{text}@applicant`"),
            )
        } else {
            Words::new(format!("写法有: {FORMS}"), format!("write one of: {FORMS}"))
        };
        self.note_with(
            "bad-who",
            place,
            Words::new(
                format!("`{text}` 没有指明是谁"),
                format!("`{text}` does not say who"),
            ),
            Some(help),
        );
    }

    fn post(
        &mut self,
        role: &str,
        department: &str,
        each: bool,
        place: &Range<usize>,
    ) -> Option<Who> {
        self.role(role, &(place.start..place.start + role.len()));
        let start = place.start + role.len() + 1;
        let at = self.department(department.trim(), &(start..start + department.len()))?;
        Some(Who::Post {
            role: RoleCode(role.to_owned()),
            at,
            each,
        })
    }

    pub fn role(&mut self, role: &str, place: &Range<usize>) {
        let roles = &self.surroundings.roles;
        if !roles.contains(role) {
            self.note_with(
                "unknown-role",
                place,
                Words::new(
                    format!("没有角色 `{role}`"),
                    format!("there is no role `{role}`"),
                ),
                suggestion(role, roles.iter().map(String::as_str)),
            );
        }
    }

    fn actor(&mut self, inner: &str, each: bool, place: &Range<usize>) -> Option<Who> {
        let (stage, seat) = match inner.split_once('.') {
            Some((stage, seat)) => (stage.trim(), Some(seat.trim().to_owned())),
            None => (inner.trim(), None),
        };
        if each {
            self.bad_who(&format!("each actor({inner})"), place);
            return None;
        }
        if !self.names.nodes.contains_key(stage) {
            self.unknown_node(stage, place);
        }
        Some(Who::Actor {
            stage: stage.to_owned(),
            seat,
        })
    }

    pub fn unknown_node(&mut self, id: &str, place: &Range<usize>) {
        self.note_with(
            "unknown-id",
            place,
            Words::new(
                format!("没有环节 `{id}`"),
                format!("there is no stage `{id}`"),
            ),
            suggestion(id, self.names.nodes.keys().map(String::as_str)),
        );
    }

    fn person_field(&mut self, field: &str, each: bool, place: &Range<usize>) -> Option<Who> {
        let wanted: &[&str] = if each {
            &["people"]
        } else {
            &["person", "contact", "people"]
        };
        self.field_of(field, wanted, place)?;
        Some(Who::Path {
            path: format!("form.{field}"),
            each,
        })
    }

    /// Notes a field that does not exist, or is of another type than one of `wanted`.
    fn field_of(&mut self, field: &str, wanted: &[&str], place: &Range<usize>) -> Option<()> {
        let Some(kind) = self.names.fields.get(field) else {
            self.note_with(
                "unknown-field",
                place,
                Words::new(
                    format!("表单里没有 `{field}`"),
                    format!("the form has no field `{field}`"),
                ),
                suggestion(field, self.names.fields.keys().map(String::as_str)),
            );
            return None;
        };
        if !wanted.contains(&kind.as_str()) {
            let (kind, root) = (kind.clone(), self.root);
            let list = wanted.join(", ");
            self.note(
                "bad-who",
                place,
                Words::new(
                    format!("`{root}{field}` 的类型是 {kind}，这里要 {list}"),
                    format!("`{root}{field}` is of type {kind}, but {list} is needed here"),
                ),
            );
            return None;
        }
        Some(())
    }

    fn department(&mut self, text: &str, place: &Range<usize>) -> Option<Where> {
        let inside = |name: &str| {
            text.strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('('))
                .and_then(|rest| rest.strip_suffix(')'))
        };
        if let Some(inner) = inside("parent") {
            return self
                .department(inner.trim(), place)
                .map(|of| Where::Parent(Box::new(of)));
        }
        if let Some((one, two)) = inside("common").and_then(split_at_comma) {
            let one = self.department(one.trim(), place)?;
            let two = self.department(two.trim(), place)?;
            return Some(Where::Common(Box::new(one), Box::new(two)));
        }
        match text {
            "applicant" => return Some(Where::Applicant),
            "authority" => return Some(Where::Authority),
            "region" => return Some(Where::Region),
            "any" => return Some(Where::Any),
            _ => {}
        }
        if let Some(code) = text.strip_prefix("dept:").filter(|code| !code.is_empty()) {
            return Some(Where::Code(DepartmentCode(code.to_owned())));
        }
        if let Some(field) = text.strip_prefix(self.root) {
            self.field_of(field, &["department"], place)?;
            return Some(Where::Path(format!("form.{field}")));
        }
        let root = text.split('.').next().unwrap_or(text);
        if self.loops.iter().any(|name| name == root) {
            return Some(Where::Path(text.to_owned()));
        }
        let help =
            "applicant, authority, region, form.FIELD, dept:CODE, parent(D), common(D, D), any";
        self.note_with(
            "bad-who",
            place,
            Words::new(
                format!("`{text}` 不是部门"),
                format!("`{text}` is not a department"),
            ),
            suggestion(text, DEPARTMENTS.iter().copied()).or_else(|| {
                Some(Words::new(
                    format!("写法有: {help}"),
                    format!("write one of: {help}"),
                ))
            }),
        );
        None
    }
}

/// At the comma that is not inside another pair of brackets.
fn split_at_comma(text: &str) -> Option<(&str, &str)> {
    let mut open = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            ',' if open == 0 => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}
