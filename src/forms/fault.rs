//! What is wrong with an answer: a code, and the values for the sentence that says how to mend it.

use crate::workflow::Text;

use super::Words;
use super::words::plain;

/// What is wrong with one answer, before it is known where the field stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The code; `forms.error.CODE` is the sentence.
    pub code: &'static str,
    /// The part of the answer: `to` of a period, `email` of a contact.
    pub part: Option<&'static str>,
    /// The values of the sentence.
    pub values: Vec<(&'static str, Text)>,
}

impl Fault {
    /// A fault without values.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self {
            code,
            part: None,
            values: Vec::new(),
        }
    }

    /// With a value that reads the same in every language.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl ToString) -> Self {
        self.worded(name, plain(value))
    }

    /// With a value in words.
    #[must_use]
    pub fn worded(mut self, name: &'static str, value: Text) -> Self {
        self.values.push((name, value));
        self
    }

    /// In a part of the answer.
    #[must_use]
    pub fn at(mut self, part: &'static str) -> Self {
        self.part = Some(part);
        self
    }
}

/// The row in which a cell stands.
#[derive(Debug, Clone, PartialEq)]
pub struct InRow {
    /// The table's label.
    pub table: Text,
    /// Counted from 1.
    pub number: usize,
}

/// A fault in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The field: `purpose`, `period.to`, `users.2.name` (rows counted from 0, as inputs are named).
    pub path: String,
    /// The field's label.
    pub label: Text,
    /// The row, for a cell of a table.
    pub row: Option<InRow>,
    /// What is wrong; `forms.error.CODE` is the sentence.
    pub code: &'static str,
    /// The values of the sentence.
    pub values: Vec<(&'static str, Text)>,
}

impl Problem {
    /// The sentence beside the field: what is wrong, what to do.
    #[must_use]
    pub fn sentence(&self, words: &dyn Words) -> String {
        let mut values = vec![("label", words.pick(&self.label))];
        values.extend(
            self.values
                .iter()
                .map(|(name, text)| (*name, words.pick(text))),
        );
        words.say(&format!("forms.error.{}", self.code), &values)
    }

    /// The sentence away from the field, as in the error summary: for a cell it also says in which row.
    #[must_use]
    pub fn message(&self, words: &dyn Words) -> String {
        let sentence = self.sentence(words);
        match &self.row {
            None => sentence,
            Some(row) => words.say(
                "forms.error.row",
                &[
                    ("table", words.pick(&row.table)),
                    ("number", &row.number.to_string()),
                    ("sentence", &sentence),
                ],
            ),
        }
    }

    /// The id of the element on the page to which the error summary links.
    #[must_use]
    pub fn element(&self) -> String {
        element(&self.path)
    }
}

/// The id of a control on the page.
pub(super) fn element(path: &str) -> String {
    format!("f-{}", path.replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::testing::Spoken;
    use super::*;

    /// Every code is written where a fault is made or as what `missing` gives, so the sources tell which there are.
    fn codes(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for rest in text.split("Fault::new(").skip(1) {
                let code = rest
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split('"').next());
                let named = |code: &&str| {
                    code.bytes()
                        .all(|byte| byte == b'_' || byte.is_ascii_lowercase())
                };
                found.extend(code.filter(named).map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_fault_has_a_sentence_in_both_languages() {
        let mut found = Vec::new();
        codes(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/forms"),
            &mut found,
        );
        found.extend(
            super::super::ALL
                .iter()
                .map(|kind| kind.missing().to_owned()),
        );

        assert!(20 < found.len());
        for code in found {
            for words in [Spoken::zh(), Spoken::en()] {
                let key = format!("forms.error.{code}");
                assert_ne!(words.say(&key, &[]), key, "no sentence");
            }
        }
    }
}
