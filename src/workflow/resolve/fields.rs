//! One field of the form, or one column of a table.

use std::collections::BTreeSet;

use crate::expression::{Type, Words, suggestion};
use crate::forms::{Bound, Field, FieldKind, Options, Pick, Required};
use crate::workflow::tree::{Kind, Tree};

use super::keys::Keys;
use super::{Reader, Site};

pub(in crate::workflow) const FIELD: &[&str] = &[
    "id",
    "type",
    "label",
    "required",
    "show_when",
    "check",
    "message",
    "default",
    "value",
    "options",
    "min",
    "max",
    "min_length",
    "max_length",
    "pattern",
    "unit",
    "help",
    "columns",
    "rows",
    "pick",
    "from",
    "workflow",
    "party",
    "private",
];

/// Keys that only some types have.
pub(in crate::workflow) const ONLY: &[(&str, &[&str])] = &[
    ("options", &["choice", "choices"]),
    ("columns", &["table", "resources"]),
    ("rows", &["table"]),
    ("pick", &["resources"]),
    ("from", &["person", "people"]),
    ("workflow", &["case"]),
    ("party", &["person", "contact"]),
    ("pattern", &["text", "paragraph", "phone"]),
    ("min_length", &["text", "paragraph"]),
    ("max_length", &["text", "paragraph"]),
    ("unit", &["number", "integer", "money"]),
];

/// Keys that a type cannot do without.
pub(in crate::workflow) const NEEDED: &[(&str, &[&str])] = &[
    ("options", &["choice", "choices"]),
    ("columns", &["table"]),
    ("workflow", &["case"]),
];

const PICKS: &[(&str, Pick)] = &[("resource", Pick::Resource), ("item", Pick::Item)];

impl<'t> Reader<'t> {
    /// `table` is the field around a column.
    pub fn field(&mut self, tree: &'t Tree, section: &str, table: Option<&str>) -> Option<Field> {
        let keys = self.keys(tree, FIELD)?;
        for key in ["id", "type", "label"] {
            if keys.get(key).is_none() {
                self.missing(tree, key);
            }
        }
        let id = keys.get("id").and_then(|id| self.id(id))?;
        let full = table.map_or_else(|| id.clone(), |table| format!("{table}.{id}"));
        self.trees.fields.insert(full.clone(), tree);
        let kind = keys
            .get("type")
            .and_then(|kind| self.kind(kind, table.is_some()))?;
        let label = self.words_at(&keys, "label")?;
        self.fitting(&keys, kind);
        let mut field = Field {
            id,
            kind,
            label,
            help: self.words_at(&keys, "help"),
            required: Required::No,
            show_when: None,
            check: None,
            message: self.words_at(&keys, "message"),
            default: None,
            value: None,
            options: Options::None,
            min: keys.get("min").and_then(|bound| self.bound(bound)),
            max: keys.get("max").and_then(|bound| self.bound(bound)),
            min_length: self.count_at(&keys, "min_length"),
            max_length: self.count_at(&keys, "max_length"),
            pattern: keys.get("pattern").and_then(|tree| self.pattern(tree)),
            unit: self.words_at(&keys, "unit"),
            columns: keys
                .get("columns")
                .map_or_else(Vec::new, |columns| self.columns(columns, section, &full)),
            rows: None,
            pick: self.word_at(&keys, "pick", PICKS).unwrap_or_default(),
            from: self.who_at(&keys, "from"),
            workflow: keys
                .get("workflow")
                .and_then(|key| self.other_workflow(key)),
            party: self.switch_at(&keys, "party").unwrap_or(false),
            private: self.switch_at(&keys, "private").unwrap_or(false),
        };
        self.expressions(&keys, &mut field, section, &full);
        self.bounds(&field, &keys);
        Some(field)
    }

    fn expressions(&mut self, keys: &Keys<'t>, field: &mut Field, section: &str, full: &str) {
        let site = |shown| Site::Field {
            section: section.to_owned(),
            field: full.to_owned(),
            shown,
        };
        field.required = keys
            .get("required")
            .map_or(Required::No, |tree| self.required_when(tree, site(true)));
        field.show_when = self.guard_at(keys, "show_when", &site(false));
        field.check = self.guard_at(keys, "check", &site(true));
        field.options = keys
            .get("options")
            .map_or(Options::None, |options| self.options(options, site(true)));
        field.rows = keys
            .get("rows")
            .and_then(|rows| self.expression(rows, Type::list(Type::Any), site(true)));
        let of = field.kind.0.expression_type(field).maybe();
        field.default = keys
            .get("default")
            .and_then(|value| self.expression(value, of.clone(), site(true)));
        field.value = keys
            .get("value")
            .and_then(|value| self.expression(value, of, site(true)));
    }

    pub fn kind(&mut self, tree: &'t Tree, column: bool) -> Option<FieldKind> {
        let name = self.scalar(tree)?;
        let Some(kind) = crate::forms::field_type(name) else {
            let help = suggestion(
                name,
                crate::forms::ALL
                    .iter()
                    .map(|kind| kind.name())
                    .collect::<Vec<_>>(),
            );
            self.note_with(
                "unknown-type",
                &tree.at,
                Words::new(
                    format!("没有字段类型 `{name}`"),
                    format!("there is no field type `{name}`"),
                ),
                help,
            );
            return None;
        };
        if column && matches!(name, "table" | "resources") {
            self.note(
                "bad-value",
                &tree.at,
                Words::new(
                    format!("表格的列不能是 `{name}`"),
                    format!("a column cannot be a `{name}`"),
                ),
            );
        }
        Some(FieldKind(kind))
    }

    fn fitting(&mut self, keys: &Keys<'t>, kind: FieldKind) {
        let name = kind.0.name();
        for (key, kinds) in ONLY {
            if let Some(entry) = keys.entry(key).filter(|_| !kinds.contains(&name)) {
                let list = kinds.join(", ");
                self.note(
                    "not-for-type",
                    &entry.at,
                    Words::new(
                        format!("类型 {name} 没有 `{key}`，只有 {list} 有"),
                        format!("a field of type {name} has no `{key}`: only {list}"),
                    ),
                );
            }
        }
        for (key, kinds) in NEEDED {
            if kinds.contains(&name) && keys.get(key).is_none() {
                self.missing(keys.tree, key);
            }
        }
        if let Some(entry) = keys
            .entry("check")
            .filter(|_| keys.get("message").is_none())
        {
            self.note(
                "missing-key",
                &entry.at,
                Words::new(
                    "`check` 要配 `message`，说明怎样填才对",
                    "a `check` needs a `message` that says what would be right",
                ),
            );
        }
    }

    fn required_when(&mut self, tree: &'t Tree, site: Site) -> Required {
        match tree.kind {
            Kind::Bool(true) => Required::Yes,
            Kind::Bool(false) => Required::No,
            _ => self.guard(tree, site).map_or(Required::No, Required::When),
        }
    }

    /// A map, the name of a shared list, or a value with a dot.
    fn options(&mut self, tree: &'t Tree, site: Site) -> Options {
        if matches!(tree.kind, Kind::Map(_)) {
            return Options::Fixed(self.option_map(tree));
        }
        let Some(text) = self.scalar(tree) else {
            return Options::None;
        };
        if text.contains('.') {
            return self
                .expression(tree, Type::list(Type::Any).maybe(), site)
                .map_or(Options::None, Options::From);
        }
        let Some(list) = self.lists.get(text).cloned() else {
            self.note_with(
                "unknown-list",
                &tree.at,
                Words::new(
                    format!("没有选项列表 `{text}`"),
                    format!("there is no list `{text}`"),
                ),
                suggestion(text, self.names.lists.iter().map(String::as_str)),
            );
            return Options::None;
        };
        self.used_lists.insert(text.to_owned());
        Options::Fixed(list)
    }

    pub fn option_map(&mut self, tree: &'t Tree) -> Vec<(String, crate::workflow::Text)> {
        let entries = self.named_entries(tree);
        if entries.is_empty() && matches!(tree.kind, Kind::Map(_)) {
            self.expected(tree, &Words::new("至少一个选项", "at least one option"));
        }
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), self.words(&entry.value)?)))
            .collect()
    }

    fn bound(&mut self, tree: &'t Tree) -> Option<Bound> {
        match &tree.kind {
            // Whole numbers in a definition are far below 2^53.
            #[allow(clippy::cast_precision_loss)]
            Kind::Int(number) => Some(Bound::Number(*number as f64)),
            Kind::Float(number) => Some(Bound::Number(*number)),
            Kind::Text(text) if text.parse::<chrono::NaiveDate>().is_ok() => {
                text.parse().ok().map(Bound::Date)
            }
            _ => {
                self.expected(
                    tree,
                    &Words::new(
                        "数字或日期（2026-01-31）",
                        "a number or a date (2026-01-31)",
                    ),
                );
                None
            }
        }
    }

    fn bounds(&mut self, field: &Field, keys: &Keys<'t>) {
        let crossed = match (&field.min, &field.max) {
            (Some(Bound::Number(min)), Some(Bound::Number(max))) => max < min,
            (Some(Bound::Date(min)), Some(Bound::Date(max))) => max < min,
            (Some(_), Some(_)) => true,
            _ => false,
        };
        let short = field
            .min_length
            .zip(field.max_length)
            .is_some_and(|(min, max)| max < min);
        for (wrong, key) in [(crossed, "max"), (short, "max_length")] {
            if let Some(entry) = keys.entry(key).filter(|_| wrong) {
                self.note(
                    "bad-value",
                    &entry.value.at,
                    Words::new("最大值小于最小值", "the maximum is below the minimum"),
                );
            }
        }
    }

    fn pattern(&mut self, tree: &'t Tree) -> Option<String> {
        let pattern = self.scalar(tree)?;
        if let Err(reason) = crate::forms::pattern(pattern) {
            let reason = reason.lines().last().unwrap_or_default().to_owned();
            self.unreadable(
                tree,
                pattern,
                &Words::new("正确的正则表达式", "a regular expression that works"),
                Some(Words::new(reason.clone(), reason)),
            );
        }
        Some(pattern.to_owned())
    }

    fn columns(&mut self, tree: &'t Tree, section: &str, table: &str) -> Vec<Field> {
        let items = self.items(tree);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for item in items {
            let Some(column) = self.field(item, section, Some(table)) else {
                continue;
            };
            if !seen.insert(column.id.clone()) {
                self.note(
                    "duplicate-id",
                    &item.place(&["id"]),
                    Words::new(
                        format!("列 `{}` 写了两次", column.id),
                        format!("the column `{}` is there twice", column.id),
                    ),
                );
            }
            found.push(column);
        }
        found
    }

    pub fn other_workflow(&mut self, tree: &'t Tree) -> Option<String> {
        let key = self.scalar(tree)?;
        let known = &self.surroundings.workflows;
        if !known.contains_key(key) && self.names.key != key {
            self.note_with(
                "unknown-workflow",
                &tree.at,
                Words::new(
                    format!("没有流程 `{key}`"),
                    format!("there is no workflow `{key}`"),
                ),
                suggestion(key, known.keys().map(String::as_str)),
            );
        }
        Some(key.to_owned())
    }
}
