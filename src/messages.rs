//! The sentences that people read: `templates/messages/{zh,en}/*.toml`, by dotted key, with `{name}` for a value.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};

use crate::forms::Words;
use crate::workflow::Text;

/// A language of pages and mails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// zh-CN, complete.
    #[default]
    Zh,
    /// English; falls back to Chinese.
    En,
}

impl Language {
    /// The value of the `lang` attribute.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

impl Words for Language {
    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        match self {
            Self::Zh => &text.zh,
            Self::En => text.en.as_deref().unwrap_or(&text.zh),
        }
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(*self, key, values)
    }
}

#[derive(RustEmbed)]
#[folder = "templates/messages"]
struct Files;

static ZH: LazyLock<HashMap<String, String>> = LazyLock::new(|| read("zh/"));
static EN: LazyLock<HashMap<String, String>> = LazyLock::new(|| read("en/"));

/// The sentence for `key`, with each `{name}` replaced by its value in `values`. A missing key gives the key itself,
/// which a test over the templates keeps from happening.
#[must_use]
pub fn text(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let Some(pattern) = find(language, key) else {
        return key.to_owned();
    };
    fill(pattern, values)
}

/// Whether there is a sentence for `key`, in this language itself.
#[must_use]
pub fn has(language: Language, key: &str) -> bool {
    match language {
        Language::Zh => ZH.contains_key(key),
        Language::En => EN.contains_key(key),
    }
}

fn find(language: Language, key: &str) -> Option<&'static String> {
    match language {
        Language::Zh => ZH.get(key),
        Language::En => EN.get(key).or_else(|| ZH.get(key)),
    }
}

/// Fixed substitution: values are never read as patterns again.
pub(crate) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = rest.find('}') else { break };
        match values.iter().find(|(name, _)| *name == &rest[1..close]) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[..=close]),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

fn read(folder: &str) -> HashMap<String, String> {
    let mut all = HashMap::new();
    for name in Files::iter().filter(|name| name.starts_with(folder)) {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        // The files are embedded, so a broken one is a fault of the build; a test parses each of them.
        if let Ok(table) = text.parse::<toml::Table>() {
            flatten("", &table, &mut all);
        }
    }
    all
}

fn flatten(prefix: &str, table: &toml::Table, all: &mut HashMap<String, String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, all),
            toml::Value::String(text) => {
                all.insert(path, text.clone());
            }
            other => {
                all.insert(path, other.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_file_is_a_table_of_texts() {
        for name in Files::iter() {
            let file = Files::get(&name).expect("listed, so there");
            let text = std::str::from_utf8(&file.data).expect("UTF-8");
            text.parse::<toml::Table>()
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    fn a_value_is_never_read_as_a_pattern() {
        let filled = fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]);

        assert_eq!(filled, "{b} and 2");
    }
}
