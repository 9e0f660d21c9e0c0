//! Texts: the number's pattern, private answers in titles, English beside Chinese, years of record.

use std::ops::Range;

use super::Lint;
use crate::calendar::{Duration, Unit};
use crate::expression::{Words, suggestion};
use crate::workflow::{Kind, Text};

/// What a number's pattern may have between braces.
const PLACEHOLDERS: &[&str] = &["year", "seq"];

impl<'a> Lint<'a> {
    pub fn texts(&mut self) {
        self.number();
        self.keep();
        self.titles();
        self.english();
    }

    fn number(&mut self) {
        let pattern = self.workflow.number.as_str();
        let at = self.root.place(&["number"]);
        for name in placeholders(pattern) {
            if self.is_private(name) {
                self.private_text(name, at.clone());
            } else if !PLACEHOLDERS.contains(&name) {
                let help = suggestion(name, PLACEHOLDERS.iter().copied());
                self.note_with(
                    "number-pattern",
                    at.clone(),
                    (
                        format!("编号里不能写 `{{{name}}}`"),
                        format!("a number has no `{{{name}}}`"),
                    ),
                    help.unwrap_or_default(),
                );
            }
        }
        let missing: Vec<&str> = ["{year}", "{seq}"]
            .into_iter()
            .filter(|part| !pattern.contains(part))
            .collect();
        if !missing.is_empty() {
            let list = missing.join(" ");
            self.note_with(
                "number-pattern",
                at,
                (
                    format!("编号缺少 {list}，会重复"),
                    format!("without {list} numbers would repeat"),
                ),
                Words::new(
                    "例如 数享申〔{year}〕{seq}号",
                    "for instance 数享申〔{year}〕{seq}号",
                ),
            );
        }
    }

    fn private_text(&mut self, path: &str, at: Range<usize>) {
        self.note(
            "private-read",
            at,
            format!("`{path}` 是私密内容，不能写进编号或标题"),
            format!("`{path}` is private and cannot stand in a number or title"),
        );
    }

    fn keep(&mut self) {
        let keep = &self.workflow.keep;
        let short = keep
            .min
            .is_some_and(|min| rough_days(keep.span) < rough_days(min));
        if short {
            let at = self
                .root
                .get("keep")
                .map_or(0..0, |keep| keep.place(&["for"]));
            self.note(
                "keep-short",
                at,
                "保存年限低于 `min`".to_owned(),
                "the record is kept for less than `min`".to_owned(),
            );
        }
    }

    /// Titles go into mails, so a private answer in one would leave the house.
    fn titles(&mut self) {
        for (text, at) in self.all_titles() {
            let private: Vec<&str> = placeholders(&text.zh)
                .chain(text.en.as_deref().into_iter().flat_map(placeholders))
                .filter(|path| self.is_private(path))
                .collect();
            for path in private {
                self.private_text(path, at.clone());
            }
        }
    }

    /// One finding for the file: the words without English can be many hundreds.
    fn english(&mut self) {
        let titles = self.all_titles();
        let missing: Vec<&Range<usize>> = titles
            .iter()
            .filter(|(text, _)| text.en.is_none())
            .map(|(_, at)| at)
            .collect();
        if let Some(first) = missing.first() {
            let (at, without) = ((*first).clone(), missing.len());
            self.note_with(
                "no-english",
                at,
                (
                    format!(
                        "{} 个标题中有 {without} 个没有英文，第一个在这里",
                        titles.len()
                    ),
                    format!(
                        "{without} of {} titles have no English, the first of them here",
                        titles.len()
                    ),
                ),
                Words::new(
                    "写成 {zh: 申请, en: Request}",
                    "write {zh: 申请, en: Request}",
                ),
            );
        }
    }

    /// Titles of the workflow, its sections, fields, stages, seats, choices and ends, with their places.
    fn all_titles(&self) -> Vec<(&'a Text, Range<usize>)> {
        let workflow = self.workflow;
        let mut found = vec![(&workflow.title, self.root.place(&["title"]))];
        for section in &workflow.form.sections {
            let tree = self.trees.sections.get(&section.id);
            found.push((
                &section.title,
                tree.map_or(0..0, |tree| tree.place(&["title"])),
            ));
            for field in &section.fields {
                let tree = self.trees.fields.get(&field.id);
                found.push((
                    &field.label,
                    tree.map_or(0..0, |tree| tree.place(&["label"])),
                ));
            }
        }
        for node in workflow.nodes() {
            // Without a title the id stands in for it, which is told already.
            if node.title.zh != node.id {
                found.push((&node.title, self.of_node(&node.id, &["title"])));
            }
            for signal in &node.signals {
                let at = self.of_node(&node.id, &["signals", &signal.name, "title"]);
                found.push((&signal.title, at));
            }
            if let Kind::Stage(stage) = &node.kind {
                let seats = stage.seats.iter().filter_map(|seat| seat.title.as_ref());
                let choices = stage.choices.iter().map(|choice| &choice.title);
                let at = self.of_node(&node.id, &["who"]);
                found.extend(seats.map(|title| (title, at.clone())));
                let at = self.of_node(&node.id, &["choices"]);
                found.extend(choices.map(|title| (title, at.clone())));
            }
        }
        for end in &workflow.ends {
            let at = self.root.place(&["ends"]);
            found.push((&end.title, at));
        }
        found
    }
}

/// What stands between braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim())
}

/// Good enough to tell three years from ten.
fn rough_days(duration: Duration) -> u64 {
    let count = u64::from(duration.count);
    match duration.unit {
        Unit::Y => count * 366,
        Unit::Mo => count * 30,
        Unit::D | Unit::Wd => count,
        Unit::H | Unit::Wh => count / 24,
        Unit::Min => count / (24 * 60),
    }
}
