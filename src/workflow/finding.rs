//! What is found in a definition, with its place, and how it is shown.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value as Json, json};

use super::model::Id;
use crate::expression::Words;

/// Whether a finding stops publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// One thing found in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, as it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The place in the text, in bytes.
    pub place: Range<usize>,
    /// Whether it stops publishing.
    pub severity: Severity,
    /// The stage or block within which it is.
    pub node: Option<Id>,
    /// The rule, as in [`RULES`](super::RULES).
    pub code: &'static str,
    /// What is wrong.
    pub message: Words,
    /// How to mend it.
    pub help: Option<Words>,
}

impl Finding {
    /// `file:line:col: error[code]: message`, in Chinese.
    #[must_use]
    pub fn headline(&self) -> String {
        format!(
            "{}:{}:{}: {}[{}]: {}",
            self.file,
            self.line,
            self.column,
            self.severity.word(),
            self.code,
            self.message.zh
        )
    }

    /// The headline, and under it the line of `text` with the place marked.
    #[must_use]
    pub fn show(&self, text: &str) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let place = within(text, &self.place);
        let marked = Snippet::source(text).annotation(AnnotationKind::Primary.span(place));
        let mut group = Group::with_level(level).element(marked);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.zh.as_str()));
        }
        format!(
            "{}\n{}",
            self.headline(),
            Renderer::plain().render(&[group])
        )
    }

    /// For other programs; `message` is Chinese, `message_en` English.
    #[must_use]
    pub fn json(&self) -> Json {
        json!({
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity.word(),
            "code": self.code,
            "message": self.message.zh,
            "message_en": self.message.en,
            "help": self.help.as_ref().map(|help| help.zh.as_str()),
            "help_en": self.help.as_ref().map(|help| help.en.as_str()),
        })
    }
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A finding before it has a line: what the reader and the rules write down.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub code: &'static str,
    pub place: Range<usize>,
    pub message: Words,
    pub help: Option<Words>,
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// Line and column, from 1.
    pub fn locate(&self, at: usize) -> (usize, usize) {
        let at = floor(self.text, at);
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        (line, self.text[start..at].chars().count() + 1)
    }

    /// The byte at which a line begins, from 1, and `column` characters further.
    pub fn byte(&self, line: usize, column: usize) -> usize {
        let start = line
            .checked_sub(1)
            .and_then(|line| self.starts.get(line))
            .copied()
            .unwrap_or(self.text.len());
        let rest = &self.text[start..];
        let end = rest.find('\n').unwrap_or(rest.len());
        rest[..end]
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(start + end, |(at, _)| start + at)
    }
}

/// A place that can be marked: inside the text, on the borders of characters, and on one line.
fn within(text: &str, place: &Range<usize>) -> Range<usize> {
    let start = floor(text, place.start);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = floor(text, place.end).clamp(start, line_end);
    start..end
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding {
            file: "a.yaml".to_owned(),
            line: 2,
            column: 5,
            place: 11..17,
            severity: Severity::Error,
            node: None,
            code: "unknown-key",
            message: Words::new("没有键 `标`", "there is no key `标`"),
            help: Some(Words::new("是否想写 `title`?", "did you mean `title`?")),
        }
    }

    #[test]
    fn a_finding_shows_its_line_with_the_place_marked() {
        let shown = finding().show("a: 1\n标题：标题\n");

        assert!(
            shown.starts_with("a.yaml:2:5: error[unknown-key]: 没有键 `标`\n"),
            "{shown}"
        );
        assert!(shown.contains("标题：标题"), "{shown}");
        assert!(shown.contains("是否想写"), "{shown}");
    }

    #[test]
    fn a_finding_is_read_by_other_programs_in_both_languages() {
        let json = finding().json();

        assert_eq!(json["message"], "没有键 `标`");
        assert_eq!(json["message_en"], "there is no key `标`");
        assert_eq!(json["severity"], "error");
        assert_eq!(json["line"], 2);
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "ab\n数据x\n";
        let lines = Lines::of(text);

        assert_eq!(lines.locate(0), (1, 1));
        assert_eq!(lines.locate(9), (2, 3));
        assert_eq!(lines.byte(2, 3), 9);
        assert_eq!(lines.locate(999), (3, 1));
    }
}
