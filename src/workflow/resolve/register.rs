//! A register's file: the same mechanisms as a workflow's, other keys.

use std::collections::BTreeSet;

use crate::directory::RoleCode;
use crate::expression::{Words, suggestion};
use crate::forms::{Field, Options, Pick, Required};
use crate::workflow::register::StatusRule;
use crate::workflow::tree::Tree;
use crate::workflow::{Id, Register};

use super::Reader;

const TOP: &[&str] = &[
    "register",
    "title",
    "statuses",
    "moves",
    "sees",
    "directory",
    "fields",
    "dates",
    "tells",
];
const NEEDED: &[&str] = &["register", "title", "statuses", "sees", "fields"];
const FIELD: &[&str] = &["id", "type", "label", "options", "unit", "help"];

/// What may hold what people wrote about people, and is told to nobody outside.
const UNTOLD: &[&str] = &["paragraph", "person", "people", "contact", "phone"];

/// What is made of rows or files has no place in one column.
const NO_COLUMN: &[&str] = &["table", "resources", "file", "files"];

impl<'t> Reader<'t> {
    /// The register as far as it can be read; `None` when there is nothing to hold it together.
    pub fn register_file(&mut self, tree: &'t Tree) -> Option<Register> {
        let keys = self.keys(tree, TOP)?;
        let missing = NEEDED.iter().filter(|key| keys.get(key).is_none());
        let missing: Vec<&str> = missing.copied().collect();
        if !missing.is_empty() {
            self.missing(tree, &missing.join("`, `"));
        }
        let id = keys.get("register").and_then(|id| self.id(id));
        let title = self.words_at(&keys, "title");
        let statuses = keys
            .get("statuses")
            .map_or_else(Vec::new, |statuses| self.statuses(statuses));
        let moves = keys
            .get("moves")
            .map_or_else(Vec::new, |moves| self.moves(moves, &statuses));
        let sees = keys
            .get("sees")
            .map_or_else(Vec::new, |sees| self.readers(sees));
        let directory = self.switch_at(&keys, "directory").unwrap_or(false);
        let fields = keys
            .get("fields")
            .map_or_else(Vec::new, |fields| self.columns_of(fields, directory));
        // `entry.FIELD` says who, as `form.FIELD` does in a workflow.
        self.root = "entry.";
        let kinds = fields
            .iter()
            .map(|field| (field.id.clone(), field.kind.0.name().to_owned()));
        self.names.fields = kinds.collect();
        let dates = keys
            .get("dates")
            .map_or_else(Vec::new, |dates| self.dates(dates, &fields, &statuses));
        let tells = keys
            .get("tells")
            .map_or_else(Vec::new, |tells| self.tells(tells, &fields));
        Some(Register {
            id: id?,
            title: title?,
            statuses,
            moves,
            sees,
            directory,
            fields,
            dates,
            tells,
        })
    }

    /// The fields that other programs are told of.
    fn tells(&mut self, tree: &'t Tree, fields: &[Field]) -> Vec<Id> {
        let mut found = Vec::new();
        for item in self.items(tree) {
            let Some(id) = self.scalar(item) else {
                continue;
            };
            let kind = fields.iter().find(|known| known.id == id);
            match kind.map(|known| known.kind.0.name()) {
                Some(kind) if UNTOLD.contains(&kind) => self.note(
                    "bad-value",
                    &item.at,
                    Words::new(
                        format!("`{id}` 的类型是 {kind}，不能告诉其他系统"),
                        format!("`{id}` is a {kind}, which other programs are not told"),
                    ),
                ),
                Some(_) => found.push(id.to_owned()),
                None => self.unknown_field(id, item, fields),
            }
        }
        found
    }

    pub(super) fn unknown_field(&mut self, id: &str, at: &Tree, fields: &[Field]) {
        self.note_with(
            "unknown-field",
            &at.at,
            Words::new(
                format!("没有栏 `{id}`"),
                format!("there is no field `{id}`"),
            ),
            suggestion(id, fields.iter().map(|known| known.id.as_str())),
        );
    }

    fn statuses(&mut self, tree: &'t Tree) -> Vec<StatusRule> {
        let mut found: Vec<StatusRule> = Vec::new();
        for entry in self.named_entries(tree) {
            let id = self.id_of(entry);
            if id == Register::VOIDED {
                self.note(
                    "bad-value",
                    &entry.at,
                    Words::new(
                        "`voided` 是每个台账都有的最后状态，不用写",
                        "`voided` is every register's last status and is not written",
                    ),
                );
            }
            let Some(keys) = self.keys(&entry.value, &["title", "over"]) else {
                continue;
            };
            let over = self.switch_at(&keys, "over").unwrap_or(false);
            if let Some(title) = self.words_needed(&keys, "title") {
                found.push(StatusRule { id, title, over });
            }
        }
        if !found.is_empty() && found.iter().all(|status| status.over) {
            self.note(
                "bad-value",
                &tree.at,
                Words::new(
                    "每个状态都写了 `over`，台账里就没有有效的条目",
                    "every status has `over`, so no entry would ever be in force",
                ),
            );
        }
        found
    }

    fn moves(&mut self, tree: &'t Tree, statuses: &[StatusRule]) -> Vec<(Id, Id)> {
        let mut found: Vec<(Id, Id)> = Vec::new();
        for item in self.items(tree) {
            let Some(written) = self.scalar(item) else {
                continue;
            };
            let Some((from, to)) = written.split_once('>') else {
                self.unreadable(
                    item,
                    written,
                    &Words::new("状态的变化", "a move"),
                    Some(Words::new(
                        "写成 agreed > provided",
                        "write agreed > provided",
                    )),
                );
                continue;
            };
            let one = (from.trim().to_owned(), to.trim().to_owned());
            for status in [&one.0, &one.1] {
                self.known_status(status, item, statuses);
            }
            if one.0 == one.1 || found.contains(&one) {
                self.note(
                    "bad-value",
                    &item.at,
                    Words::new(
                        format!("`{written}` 写了也不起作用"),
                        format!("`{written}` does nothing"),
                    ),
                );
            }
            found.push(one);
        }
        found
    }

    pub(super) fn known_status(&mut self, status: &str, at: &Tree, statuses: &[StatusRule]) {
        let known = || statuses.iter().map(|known| known.id.as_str());
        if !known().any(|id| id == status) {
            self.note_with(
                "unknown-status",
                &at.at,
                Words::new(
                    format!("没有状态 `{status}`"),
                    format!("there is no status `{status}`"),
                ),
                suggestion(status, known()),
            );
        }
    }

    fn readers(&mut self, tree: &'t Tree) -> Vec<RoleCode> {
        let mut found = Vec::new();
        for item in self.items(tree) {
            let Some(role) = self.scalar(item) else {
                continue;
            };
            if role != "any" {
                self.role(role, &item.at);
            }
            found.push(RoleCode(role.to_owned()));
        }
        found
    }

    fn columns_of(&mut self, tree: &'t Tree, directory: bool) -> Vec<Field> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for item in self.items(tree) {
            let Some(field) = self.column_of(item, directory) else {
                continue;
            };
            if !seen.insert(field.id.clone()) {
                self.note(
                    "duplicate-id",
                    &item.place(&["id"]),
                    Words::new(
                        format!("栏 `{}` 写了两次", field.id),
                        format!("the field `{}` is there twice", field.id),
                    ),
                );
            }
            found.push(field);
        }
        found
    }

    fn column_of(&mut self, tree: &'t Tree, directory: bool) -> Option<Field> {
        let keys = self.keys(tree, FIELD)?;
        let id = match keys.get("id") {
            Some(id) => self.id(id),
            None => {
                self.missing(tree, "id");
                None
            }
        };
        let kind = match keys.get("type") {
            Some(kind) => self.kind(kind, false),
            None => {
                self.missing(tree, "type");
                None
            }
        };
        let label = self.words_needed(&keys, "label");
        let kind = kind?;
        let name = kind.0.name();
        // The items of a resource are rows of the data directory itself.
        let rows = directory && name == "table";
        if NO_COLUMN.contains(&name) && !rows {
            self.note(
                "bad-value",
                &tree.place(&["type"]),
                Words::new(
                    format!("台账的栏不能是 `{name}`"),
                    format!("a register's field cannot be a `{name}`"),
                ),
            );
        }
        let chosen = matches!(name, "choice" | "choices");
        let options = match keys.get("options") {
            Some(options) if chosen => Options::Fixed(self.option_map(options)),
            Some(options) => {
                self.note(
                    "not-for-type",
                    &options.at,
                    Words::new(
                        format!("类型 {name} 没有 `options`"),
                        format!("a field of type {name} has no `options`"),
                    ),
                );
                Options::None
            }
            // The conditions of a resource are options of the catalogue.
            None => Options::None,
        };
        Some(Field {
            id: id?,
            kind,
            label: label?,
            help: self.words_at(&keys, "help"),
            required: Required::No,
            show_when: None,
            check: None,
            message: None,
            default: None,
            value: None,
            options,
            min: None,
            max: None,
            min_length: None,
            max_length: None,
            pattern: None,
            unit: self.words_at(&keys, "unit"),
            columns: Vec::new(),
            rows: None,
            pick: Pick::default(),
            from: None,
            workflow: None,
            party: false,
            private: false,
        })
    }
}
