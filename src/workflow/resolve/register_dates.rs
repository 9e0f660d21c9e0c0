//! `dates` of a register: the days that somebody is reminded of, and those that start a case.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::{Duration, Unit};
use crate::expression::{Surface, Type, Words, suggestion};
use crate::forms::Field;
use crate::workflow::clock::Remind;
use crate::workflow::register::{RegisterDate, RegisterStart, StatusRule};
use crate::workflow::tree::Tree;
use crate::workflow::{Id, Text, Who};

use super::{Reader, Site};

const DATE: &[&str] = &["field", "title", "after", "while", "remind", "to", "start"];
const START: &[&str] = &["workflow", "with", "for", "submit"];

impl<'t> Reader<'t> {
    pub fn dates(
        &mut self,
        tree: &'t Tree,
        fields: &[Field],
        statuses: &[StatusRule],
    ) -> Vec<RegisterDate> {
        let mut found: Vec<RegisterDate> = Vec::new();
        let mut marks = BTreeSet::new();
        for item in self.items(tree) {
            let Some(date) = self.date(item, fields, statuses) else {
                continue;
            };
            for mark in date.marks() {
                // What was done about a day is kept by field and mark, so no two rules may share them.
                if !marks.insert((date.field.clone(), mark.clone())) {
                    self.note(
                        "bad-value",
                        &item.place(&["field"]),
                        Words::new(
                            format!("`{}` 的 `{mark}` 写了两次", date.field),
                            format!("`{mark}` of `{}` is there twice", date.field),
                        ),
                    );
                }
            }
            found.push(date);
        }
        found
    }

    fn date(
        &mut self,
        tree: &'t Tree,
        fields: &[Field],
        statuses: &[StatusRule],
    ) -> Option<RegisterDate> {
        let keys = self.keys(tree, DATE)?;
        if keys.get("field").is_none() {
            self.missing(tree, "field");
        }
        if keys.get("remind").is_none() && keys.get("start").is_none() {
            self.missing(tree, "remind` / `start");
        }
        let title = self.words_at(&keys, "title");
        let after = keys.get("after").and_then(|after| self.days(after));
        let matters = match keys.get("while") {
            Some(list) => self.statuses_of(list, statuses),
            None => in_force(statuses),
        };
        let mut remind = keys
            .get("remind")
            .map_or_else(Vec::new, |list| self.days_before(list));
        remind.sort_by_key(|one| length(*one));
        remind.dedup();
        let to = keys.get("to").map_or_else(Vec::new, |to| self.people(to));
        let start = keys
            .get("start")
            .and_then(|start| self.start_by_date(start, fields));
        let at = keys.get("field")?;
        let field = self.scalar(at)?;
        let label = self.dated(field, at, fields)?;
        Some(RegisterDate {
            field: field.to_owned(),
            title: title.unwrap_or(label),
            after,
            matters,
            remind,
            to,
            start,
        })
    }

    /// What a field that holds a day is called.
    fn dated(&mut self, field: &str, at: &Tree, fields: &[Field]) -> Option<Text> {
        let Some(known) = fields.iter().find(|known| known.id == field) else {
            self.unknown_field(field, at, fields);
            return None;
        };
        if !matches!(known.kind.0.name(), "date" | "time") {
            self.note(
                "bad-value",
                &at.at,
                Words::new(
                    format!("`{field}` 不是日期"),
                    format!("`{field}` is not a date"),
                ),
            );
        }
        Some(known.label.clone())
    }

    fn statuses_of(&mut self, tree: &'t Tree, statuses: &[StatusRule]) -> Vec<Id> {
        let mut found = Vec::new();
        for item in self.items(tree) {
            if let Some(status) = self.scalar(item) {
                self.known_status(status, item, statuses);
                found.push(status.to_owned());
            }
        }
        found
    }

    /// A length of calendar days, months or years: a register knows no working days.
    fn days(&mut self, tree: &'t Tree) -> Option<Duration> {
        let duration = self.duration(tree)?;
        self.is_of_days(duration, tree).then_some(duration)
    }

    fn is_of_days(&mut self, duration: Duration, tree: &Tree) -> bool {
        let fits = matches!(duration.unit, Unit::D | Unit::Mo | Unit::Y);
        if !fits {
            self.note(
                "bad-value",
                &tree.at,
                Words::new(
                    "台账的日期按自然日、月、年计，写成 30d、1mo、1y",
                    "days of a register are counted in 30d, 1mo or 1y",
                ),
            );
        }
        fits
    }

    fn days_before(&mut self, tree: &'t Tree) -> Vec<Duration> {
        let mut found = Vec::new();
        for item in self.items(tree) {
            match self.remind(item) {
                Some(Remind::Before(duration)) if self.is_of_days(duration, item) => {
                    found.push(duration);
                }
                Some(Remind::Before(_)) | None => {}
                Some(Remind::Share(_) | Remind::EveryAfter(_)) => self.note(
                    "bad-value",
                    &item.at,
                    Words::new(
                        "日期只能提前提醒，写成 30d before",
                        "a date is reminded of before it comes: write 30d before",
                    ),
                ),
            }
        }
        found
    }

    /// Who is told or asked. Nobody acted in an entry, and it is not everyone's.
    fn people(&mut self, tree: &'t Tree) -> Vec<Who> {
        let people = self.who_or_list(tree);
        if people.contains(&Who::Any) {
            self.note(
                "bad-who",
                &tree.at,
                Words::new(
                    "`any` 不能用在这里，写明岗位或人",
                    "`any` cannot be used here: name a post or a person",
                ),
            );
        }
        people
    }

    fn start_by_date(&mut self, tree: &'t Tree, fields: &[Field]) -> Option<RegisterStart> {
        let keys = self.keys(tree, START)?;
        let workflow = match keys.get("workflow") {
            Some(workflow) => self.other_workflow(workflow),
            None => {
                self.missing(tree, "workflow");
                None
            }
        };
        let asked = workflow
            .as_ref()
            .and_then(|key| self.surroundings.workflows.get(key))
            .filter(|asked| !asked.is_empty())
            .cloned();
        let known = entry_types(fields);
        let mut with = Vec::new();
        for entry in keys
            .get("with")
            .map_or(&[][..], |with| self.named_entries(with))
        {
            let name = self.id_of(entry);
            let expected = match &asked {
                None => Type::Any,
                Some(asked) => self.answer_type(&name, asked, &entry.at),
            };
            if let Some(value) = self.checked(&entry.value, &expected, &known) {
                with.push((name, value));
            }
        }
        let by = match keys.get("for") {
            Some(people) => self.people(people),
            None => vec![Who::Applicant],
        };
        let submit = self.switch_at(&keys, "submit").unwrap_or(false);
        Some(RegisterStart {
            workflow: workflow?,
            with,
            by,
            submit,
        })
    }

    /// The type of an answer in the other form, by the kind of its field.
    fn answer_type(
        &mut self,
        name: &str,
        asked: &BTreeMap<String, String>,
        place: &std::ops::Range<usize>,
    ) -> Type {
        let Some(kind) = asked.get(name) else {
            self.note_with(
                "unknown-field",
                place,
                Words::new(
                    format!("那个流程的表单里没有 `{name}`"),
                    format!("the other form has no field `{name}`"),
                ),
                suggestion(name, asked.keys().map(String::as_str)),
            );
            return Type::Any;
        };
        match kind.as_str() {
            "yes_no" | "promise" => Type::Bool.maybe(),
            "integer" => Type::Int.maybe(),
            "number" | "money" => Type::Number.maybe(),
            "date" | "time" => Type::Time.maybe(),
            "text" | "paragraph" | "choice" | "person" | "department" | "phone" | "case" => {
                Type::Text.maybe()
            }
            "choices" | "people" | "departments" => Type::list(Type::Text).maybe(),
            _ => Type::Any,
        }
    }

    /// An expression of the expected type over the entry; what is wrong with it is noted at its place.
    fn checked(
        &mut self,
        tree: &'t Tree,
        expected: &Type,
        known: &BTreeMap<String, Type>,
    ) -> Option<crate::expression::Expression> {
        let read = self.expression(tree, expected.clone(), Site::End)?;
        let begins = self.uses.pop().and_then(|used| used.begins);
        for fault in read.check(known, &Surface::default(), expected) {
            let at = begins.map_or_else(
                || tree.at.clone(),
                |begins| begins + fault.offset..begins + fault.offset + fault.length,
            );
            self.note_with(fault.code, &at, fault.message, fault.help);
        }
        Some(read)
    }
}

/// What an expression over an entry may read: its fields, its case, and the time.
fn entry_types(fields: &[Field]) -> BTreeMap<String, Type> {
    let of = |field: &Field| field.kind.0.expression_type(field).maybe();
    let entry = Type::record(fields.iter().map(|field| (field.id.clone(), of(field))));
    let case = Type::record([
        ("number", Type::Text.maybe()),
        ("department", Type::Text),
        ("applicant", Type::Text),
    ]);
    BTreeMap::from([
        ("entry".to_owned(), entry),
        ("case".to_owned(), case),
        ("now".to_owned(), Type::Time),
    ])
}

fn in_force(statuses: &[StatusRule]) -> Vec<Id> {
    let lasting = statuses.iter().filter(|status| !status.over);
    lasting.map(|status| status.id.clone()).collect()
}

/// How long a reminder comes before its day, in days, to put them in order.
fn length(duration: Duration) -> u32 {
    let days = match duration.unit {
        Unit::Y => 366,
        Unit::Mo => 31,
        Unit::D | Unit::Wd | Unit::Wh | Unit::H | Unit::Min => 1,
    };
    duration.count.saturating_mul(days)
}
