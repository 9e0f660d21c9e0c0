//! A YAML text as a tree that keeps the place of every key and value.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error, Location, Spanned, Tagged};

use super::finding::{Lines, Note};
use crate::expression::Words;

/// Largest definition, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
const MAX_NODES: usize = 30_000;
const MAX_DEPTH: usize = 32;

/// A value and its place in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// What a value is. Numbers keep their spelling, because a title may be one.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub at: Range<usize>,
    pub value: Tree,
}

impl Tree {
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Tree] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The place of what stands under `path` (keys, or positions in lists), as far as it can be followed.
    pub fn place(&self, path: &[&str]) -> Range<usize> {
        let Some((first, rest)) = path.split_first() else {
            return self.at.clone();
        };
        match &self.kind {
            Kind::Map(_) => match self.entry(first) {
                Some(entry) if rest.is_empty() && !entry.value.is_scalar() => entry.at.clone(),
                Some(entry) => entry.value.place(rest),
                // A single value may stand where a list could: `due: 1wd` is its own first clock.
                None if first.parse::<usize>().is_ok() => self.place(rest),
                None => self.at.clone(),
            },
            Kind::List(items) => first
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index))
                .map_or_else(|| self.at.clone(), |item| item.place(rest)),
            _ => self.at.clone(),
        }
    }

    /// From the first key or value inside to the end of the last; the place of a list or map alone may be its beginning.
    pub fn reach(&self) -> Range<usize> {
        let inside: Box<dyn Iterator<Item = Range<usize>> + '_> = match &self.kind {
            Kind::Map(entries) => Box::new(
                entries
                    .iter()
                    .flat_map(|entry| [entry.at.clone(), entry.value.reach()]),
            ),
            Kind::List(items) => Box::new(items.iter().map(Self::reach)),
            _ => Box::new(std::iter::empty()),
        };
        inside.fold(self.at.clone(), |whole, part| {
            whole.start.min(part.start)..whole.end.max(part.end)
        })
    }

    fn is_scalar(&self) -> bool {
        !matches!(self.kind, Kind::List(_) | Kind::Map(_))
    }
}

/// Reads a text, or says why it cannot be read.
pub(super) fn parse(text: &str) -> Result<Tree, Box<Note>> {
    if MAX_BYTES < text.len() {
        return Err(Box::new(Note {
            code: "yaml-limit",
            place: 0..0,
            message: Words::new(
                format!("文件太大：{} 字节，最多 {MAX_BYTES} 字节", text.len()),
                format!(
                    "the file is too large: {} bytes, at most {MAX_BYTES}",
                    text.len()
                ),
            ),
            help: None,
        }));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_anchors: 0,
            max_aliases: 0,
            max_documents: 1,
        },
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options::<Raw>(text, options)
        .map(|raw| raw.place(text))
        .map_err(|error| Box::new(explain(text, &error)))
}

struct Raw(Spanned<Tagged<RawKind>>);

enum RawKind {
    Plain(Kind),
    List(Vec<Raw>),
    Map(Vec<(Spanned<Tagged<String>>, Raw)>),
}

impl Raw {
    fn place(self, text: &str) -> Tree {
        let at = bytes(text, self.0.referenced);
        let kind = match self.0.value.0 {
            RawKind::Plain(kind) => kind,
            RawKind::List(items) => {
                Kind::List(items.into_iter().map(|item| item.place(text)).collect())
            }
            RawKind::Map(entries) => Kind::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        at: bytes(text, key.referenced),
                        key: key.value.0,
                        value: value.place(text),
                    })
                    .collect(),
            ),
        };
        Tree { kind, at }
    }
}

fn bytes(text: &str, location: Location) -> Range<usize> {
    let span = location.span();
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
    match (number(span.byte_offset()), number(span.byte_len())) {
        (Some(start), Some(length)) => start..start + length,
        _ => {
            let line = usize::try_from(location.line()).unwrap_or(1);
            let column = usize::try_from(location.column()).unwrap_or(1);
            let start = Lines::of(text).byte(line, column);
            start..start
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Spanned::<Tagged<RawKind>>::deserialize(deserializer)?;
        match &raw.value.1 {
            Some(tag) => Err(serde::de::Error::custom(format!("{TAG_FAULT}{tag}"))),
            None => Ok(Self(raw)),
        }
    }
}

const TAG_FAULT: &str = "tag:";

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyKind)
    }
}

struct AnyKind;

impl<'de> Visitor<'de> for AnyKind {
    type Value = RawKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<RawKind, E> {
        Ok(RawKind::Plain(Kind::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<RawKind, E> {
        Ok(RawKind::Plain(Kind::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<RawKind, E> {
        // Beyond an i64 there is no whole number in the language; as a fraction it is refused where one is asked for.
        #[allow(clippy::cast_precision_loss)]
        let kind = i64::try_from(value).map_or(Kind::Float(value as f64), Kind::Int);
        Ok(RawKind::Plain(kind))
    }

    fn visit_f64<E>(self, value: f64) -> Result<RawKind, E> {
        Ok(RawKind::Plain(Kind::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<RawKind, E> {
        Ok(RawKind::Plain(Kind::Text(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Plain(Kind::Null))
    }

    fn visit_none<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Plain(Kind::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(RawKind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry::<Spanned<Tagged<String>>, Raw>()? {
            if let Some(tag) = &entry.0.value.1 {
                return Err(serde::de::Error::custom(format!("{TAG_FAULT}{tag}")));
            }
            entries.push(entry);
        }
        Ok(RawKind::Map(entries))
    }
}

fn explain(text: &str, error: &Error) -> Note {
    let error = error.without_snippet();
    let place = error
        .location()
        .map_or(0..0, |location| bytes(text, location));
    let line = line_at(text, place.start);
    let said = error.to_string();
    // The parser stops where the value before the tab ends, which may be a line above it.
    let tab = tab_in_indent(text, place.start).filter(|_| said.contains("tab"));
    let (code, message): (_, Words) = match error {
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.clone().unwrap_or_default();
            (
                "duplicate-key",
                Words::new(
                    format!("键 `{key}` 写了两次"),
                    format!("the key `{key}` is written twice"),
                ),
            )
        }
        Error::Budget { breach, .. } => budget(breach),
        Error::MergeKeyNotAllowed { .. } => (
            "yaml-feature",
            Words::new("不能使用合并键 `<<`", "merge keys `<<` are not allowed"),
        ),
        Error::UnsupportedTag { tag, .. } => tag_fault(tag),
        Error::UnknownAnchor { .. } => (
            "yaml-feature",
            Words::new(
                "不能使用锚点和别名 (`&`、`*`)；以 `*` 或 `&` 开头的文本要加引号",
                "anchors and aliases (`&`, `*`) are not allowed; quote a text that begins with one",
            ),
        ),
        Error::MultipleDocuments { .. } => (
            "yaml-feature",
            Words::new(
                "一个文件里只能有一个流程，不能用 `---` 分成几段",
                "one file holds one definition: no second document after `---`",
            ),
        ),
        Error::Eof { .. } => ("yaml", Words::new("文件是空的", "the file is empty")),
        _ => match said.split_once(TAG_FAULT) {
            Some((_, tag)) => tag_fault(tag.split_whitespace().next().unwrap_or_default()),
            None => syntax(&said, tab.is_some()),
        },
    };
    let help = looks_like_a_guard(line).then(quote_this_guard);
    Note {
        code,
        place: tab.unwrap_or(place),
        message,
        help: help.filter(|_| code == "yaml" || code == "yaml-feature"),
    }
}

fn tag_fault(tag: &str) -> (&'static str, Words) {
    (
        "yaml-feature",
        Words::new(
            format!("不能使用标签 `{tag}`；以 `!` 开头的表达式要加引号"),
            format!(
                "tags such as `{tag}` are not allowed; quote an expression that begins with `!`"
            ),
        ),
    )
}

fn budget(breach: &serde_saphyr::budget::BudgetBreach) -> (&'static str, Words) {
    use serde_saphyr::budget::BudgetBreach as Breach;
    match breach {
        Breach::Anchors { .. } | Breach::Aliases { .. } => (
            "yaml-feature",
            Words::new(
                "不能使用锚点和别名 (`&`、`*`)；以 `*` 或 `&` 开头的文本要加引号",
                "anchors and aliases (`&`, `*`) are not allowed; quote a text that begins with one",
            ),
        ),
        Breach::Depth { .. } => (
            "yaml-limit",
            Words::new(
                format!("嵌套太深，最多 {MAX_DEPTH} 层"),
                format!("nested too deeply: at most {MAX_DEPTH} levels"),
            ),
        ),
        Breach::Documents { .. } => (
            "yaml-feature",
            Words::new(
                "一个文件里只能有一个流程，不能用 `---` 分成几段",
                "one file holds one definition: no second document after `---`",
            ),
        ),
        _ => (
            "yaml-limit",
            Words::new(
                format!("内容太多，最多 {MAX_NODES} 个值"),
                format!("too much content: at most {MAX_NODES} values"),
            ),
        ),
    }
}

/// The first tab that indents a line, from the line of `from` on.
fn tab_in_indent(text: &str, from: usize) -> Option<Range<usize>> {
    let start = text[..from.min(text.len())]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(at + tab..at + tab + 1);
        }
        at += line.len();
    }
    None
}

fn syntax(said: &str, tab: bool) -> (&'static str, Words) {
    if tab {
        return (
            "yaml",
            Words::new(
                "缩进不能用制表符 (Tab)，请用空格",
                "tabs cannot indent: use spaces",
            ),
        );
    }
    if said.contains("string scalar") || said.contains("into string") {
        return (
            "yaml",
            Words::new(
                "键只能是文本；`null` 这样的键要加引号",
                "a key is a text; quote keys such as `null`",
            ),
        );
    }
    if said.contains("nesting") || said.contains("recursion") {
        return (
            "yaml-limit",
            Words::new(
                format!("嵌套太深，最多 {MAX_DEPTH} 层"),
                format!("nested too deeply: at most {MAX_DEPTH} levels"),
            ),
        );
    }
    let reason = said.lines().next().unwrap_or_default();
    let reason = reason.split(" at line ").next().unwrap_or(reason);
    (
        "yaml",
        Words::new(
            format!("不是正确的 YAML（{reason}）"),
            format!("this is not valid YAML ({reason})"),
        ),
    )
}

fn line_at(text: &str, at: usize) -> &str {
    let (line, _) = Lines::of(text).locate(at);
    text.lines().nth(line - 1).unwrap_or_default()
}

/// Whether a key or line was probably meant as part of an expression.
pub(super) fn looks_like_a_guard(text: &str) -> bool {
    [
        "==", "!=", "&&", "||", "<=", ">=", "!form.", ".exists(", ".all(", ".filter(", ".map(",
        "form.", " in [",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

/// What helps where an expression fell apart into YAML.
pub(super) fn quote_this_guard() -> Words {
    Words::new(
        "这像是一个表达式：请把整个表达式放进单引号，例如 '!form.a && form.b in [\"x\", \"y\"]'",
        "this looks like an expression: quote this guard, for instance '!form.a && form.b in [\"x\", \"y\"]'",
    )
}
