//! Single values: ids, texts, switches, counts, durations, expressions.

use crate::calendar::Duration;
use crate::expression::{Expression, Type, Words, suggestion};
use crate::workflow::model::Text;
use crate::workflow::tree::{Entry, Kind, Tree, looks_like_a_guard, quote_this_guard};

use super::{Reader, Site, Use};

impl<'t> Reader<'t> {
    /// A single value as it is spelt: `1.10` stays `1.10` where a text is asked for.
    pub fn scalar(&mut self, tree: &'t Tree) -> Option<&'t str> {
        match &tree.kind {
            Kind::Text(text) => Some(text),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => self.source.get(tree.at.clone()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                self.expected(tree, &Words::new("文本", "a text"));
                None
            }
        }
    }

    /// A text, or its two languages.
    pub fn words(&mut self, tree: &'t Tree) -> Option<Text> {
        if !matches!(tree.kind, Kind::Map(_)) {
            return self.scalar(tree).map(|zh| Text {
                zh: zh.to_owned(),
                en: None,
            });
        }
        let keys = self.keys(tree, &["zh", "en"])?;
        let Some(zh) = keys.get("zh") else {
            self.missing(tree, "zh");
            return None;
        };
        let zh = self.scalar(zh)?.to_owned();
        let en = self.scalar_at(&keys, "en");
        Some(Text {
            zh,
            en: en.map(str::to_owned),
        })
    }

    pub fn id(&mut self, tree: &'t Tree) -> Option<String> {
        let id = self.scalar(tree)?;
        self.check_id(id, &tree.at);
        Some(id.to_owned())
    }

    pub fn id_of(&mut self, entry: &'t Entry) -> String {
        self.check_id(&entry.key, &entry.at);
        entry.key.clone()
    }

    fn check_id(&mut self, id: &str, place: &std::ops::Range<usize>) {
        let mut letters = id.bytes();
        let first = letters.next().is_some_and(|c| c.is_ascii_lowercase());
        let rest = letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        if !(first && rest) {
            self.note(
                "bad-id",
                place,
                Words::new(
                    format!("id `{id}` 只能用小写字母、数字和下划线，并以字母开头"),
                    format!("the id `{id}` may only have a–z, 0–9 and _, and begins with a letter"),
                ),
            );
        }
    }

    pub fn switch(&mut self, tree: &Tree) -> Option<bool> {
        match tree.kind {
            Kind::Bool(value) => Some(value),
            _ => {
                self.expected(tree, &Words::new("true 或 false", "true or false"));
                None
            }
        }
    }

    pub fn count(&mut self, tree: &Tree) -> Option<u32> {
        match tree.kind {
            Kind::Int(number) if u32::try_from(number).is_ok() => u32::try_from(number).ok(),
            _ => {
                self.expected(tree, &Words::new("非负整数", "a whole number from 0"));
                None
            }
        }
    }

    pub fn duration(&mut self, tree: &'t Tree) -> Option<Duration> {
        let text = self.scalar(tree)?;
        self.duration_of(text, &tree.at)
    }

    pub fn duration_of(&mut self, text: &str, place: &std::ops::Range<usize>) -> Option<Duration> {
        match text.parse() {
            Ok(duration) => Some(duration),
            Err(_) => {
                self.note_with(
                    "bad-duration",
                    place,
                    Words::new(
                        format!("`{text}` 不是时长"),
                        format!("`{text}` is not a duration"),
                    ),
                    Some(Words::new(
                        "时长写成 10wd（工作日）、4wh（工作小时）、30d、24h、30min、1mo、1y",
                        "write 10wd (working days), 4wh (working hours), 30d, 24h, 30min, 1mo or 1y",
                    )),
                );
                None
            }
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, tree: &'t Tree, known: &[(&str, T)]) -> Option<T> {
        let written = self.scalar(tree)?;
        if let Some((_, value)) = known.iter().find(|(word, _)| *word == written) {
            return Some(*value);
        }
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        self.note_with(
            "bad-value",
            &tree.at,
            Words::new(
                format!("`{written}` 不能用在这里"),
                format!("`{written}` cannot be used here"),
            ),
            suggestion(written, words.iter().copied()).or_else(|| {
                Some(Words::new(
                    format!("可用的有: {}", words.join("、")),
                    format!("there are: {}", words.join(", ")),
                ))
            }),
        );
        None
    }

    /// An expression, kept for the type check as well.
    pub fn expression(&mut self, tree: &'t Tree, expected: Type, site: Site) -> Option<Expression> {
        let text = match &tree.kind {
            Kind::Map(_) => {
                // `{when: !form.x}` and the like fall apart into YAML before they get here.
                self.note_with(
                    "quote-guard",
                    &tree.at,
                    Words::new("这里应当是一个表达式", "an expression is expected here"),
                    Some(quote_this_guard()),
                );
                return None;
            }
            _ => self.scalar(tree)?,
        };
        let begins = self
            .source
            .get(tree.at.clone())
            .and_then(|written| written.find(text))
            .map(|at| tree.at.start + at);
        match Expression::compile(text) {
            Ok(expression) => {
                self.uses.push(Use {
                    expression: expression.clone(),
                    expected,
                    site,
                    place: tree.at.clone(),
                    begins,
                });
                Some(expression)
            }
            Err(error) => {
                let place = begins.map_or_else(
                    || tree.at.clone(),
                    |begins| begins + error.offset..tree.at.end.max(begins + error.offset),
                );
                self.note(error.code, &place, error.message);
                None
            }
        }
    }

    pub fn guard(&mut self, tree: &'t Tree, site: Site) -> Option<Expression> {
        self.expression(tree, Type::Bool, site)
    }

    /// A text that looks as if it should have been something else.
    pub fn unreadable(&mut self, tree: &Tree, written: &str, what: &Words, help: Option<Words>) {
        let help = if looks_like_a_guard(written) && help.is_none() {
            Some(quote_this_guard())
        } else {
            help
        };
        self.note_with(
            "bad-value",
            &tree.at,
            Words::new(
                format!("`{written}` 不是{}", what.zh),
                format!("`{written}` is not {}", what.en),
            ),
            help,
        );
    }
}
