//! Files written in the manner of a definition, such as its tests: read into a tree, with findings at their places.

use std::ops::Range;

use serde_json::{Number, Value as Json};

use super::finding::{Finding, Lines};
use super::resolve::Reader;
use super::tree::{self, Entry, Kind, Tree};
use super::{Surroundings, findings};
use crate::calendar::Duration;
use crate::expression::{Words, suggestion};

/// A file while it is read.
pub(crate) struct Sheet<'t> {
    reader: Reader<'t>,
    lines: Lines<'t>,
}

/// A line and column, from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Reads a file; what `interpret` makes of it counts only when nothing was found.
pub(crate) fn read_sheet<T>(
    file: &str,
    text: &str,
    interpret: impl for<'t> FnOnce(&mut Sheet<'t>, &'t Tree) -> Option<T>,
) -> Result<T, Vec<Finding>> {
    let tree = tree::parse(text).map_err(|note| findings(file, text, vec![*note], &[]))?;
    let surroundings = Surroundings::standard();
    let mut sheet = Sheet {
        reader: Reader::new(text, &tree, &surroundings),
        lines: Lines::of(text),
    };
    let made = interpret(&mut sheet, &tree);
    let found = findings(file, text, sheet.reader.notes, &[]);
    match made {
        Some(made) if found.is_empty() => Ok(made),
        Some(_) | None => Err(found),
    }
}

impl<'t> Sheet<'t> {
    /// Where a place in bytes begins.
    pub fn spot(&self, place: &Range<usize>) -> Spot {
        let (line, column) = self.lines.locate(place.start);
        Spot { line, column }
    }

    /// Whether the tree is a map; those of its keys that are not `known` are noted with the nearest that is.
    pub fn keys(&mut self, tree: &'t Tree, known: &[&str]) -> bool {
        self.reader.keys(tree, known).is_some()
    }

    /// The entries of a map whose keys the author chooses.
    pub fn entries(&mut self, tree: &'t Tree) -> &'t [Entry] {
        self.reader.named_entries(tree)
    }

    /// The items of a list; a single value is a list of one.
    pub fn one_or_more(&mut self, tree: &'t Tree) -> &'t [Tree] {
        match &tree.kind {
            Kind::List(items) => items,
            _ => std::slice::from_ref(tree),
        }
    }

    /// The items of a list.
    pub fn items(&mut self, tree: &'t Tree) -> &'t [Tree] {
        self.reader.items(tree)
    }

    /// A single value as it is spelt.
    pub fn text(&mut self, tree: &'t Tree) -> Option<&'t str> {
        self.reader.scalar(tree).map(str::trim)
    }

    /// `true` or `false`.
    pub fn switch(&mut self, tree: &Tree) -> Option<bool> {
        self.reader.switch(tree)
    }

    /// A whole number from 0.
    pub fn count(&mut self, tree: &Tree) -> Option<u32> {
        self.reader.count(tree)
    }

    /// A duration of the language: `3wd`.
    pub fn duration(&mut self, tree: &'t Tree) -> Option<Duration> {
        self.reader.duration(tree)
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, tree: &'t Tree, known: &[(&str, T)]) -> Option<T> {
        self.reader.word(tree, known)
    }

    /// A key that must be there is not.
    pub fn missing(&mut self, tree: &Tree, key: &str) {
        self.reader.missing(tree, key);
    }

    /// Something else should stand here.
    pub fn expected(&mut self, tree: &Tree, what: &Words) {
        self.reader.expected(tree, what);
    }

    /// A finding.
    pub fn note(
        &mut self,
        code: &'static str,
        place: &Range<usize>,
        message: Words,
        help: Option<Words>,
    ) {
        self.reader.note_with(code, place, message, help);
    }

    /// Notes that there is no `what` called `name`, with the nearest that there is.
    pub fn unknown<'k>(
        &mut self,
        code: &'static str,
        place: &Range<usize>,
        (what, name): (&Words, &str),
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) {
        let message = Words::new(
            format!("没有{}“{name}”", what.zh),
            format!("there is no {} `{name}`", what.en),
        );
        self.note(code, place, message, suggestion(name, known));
    }
}

/// A value as JSON.
pub(crate) fn json(tree: &Tree) -> Json {
    match &tree.kind {
        Kind::Null => Json::Null,
        Kind::Bool(answer) => Json::Bool(*answer),
        Kind::Int(number) => Json::Number((*number).into()),
        Kind::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Kind::Text(text) => Json::String(text.clone()),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), json(&entry.value)))
                .collect(),
        ),
    }
}
