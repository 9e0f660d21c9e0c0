//! Where a setting comes from: the environment first, then `huiqian.toml`; each also as the name of a file that holds it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{ConfigError, webhook};

/// Everything that settings are read from, as values, so that reading them can be tested.
pub struct Sources<'a> {
    /// The variables of the process.
    pub environment: BTreeMap<String, String>,
    /// The path and the text of `huiqian.toml`, if there is one.
    pub file: Option<(String, String)>,
    /// Reads a file that a setting names.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// A value with the name it goes by in errors.
pub(super) struct Found {
    pub(super) setting: String,
    pub(super) text: String,
}

/// The checked file and the environment, to be asked setting by setting.
pub(super) struct Lookup<'a> {
    sources: &'a Sources<'a>,
    file: BTreeMap<String, String>,
}

impl<'a> Lookup<'a> {
    /// Reads the file and refuses keys that belong to none of the variables (with or without `_file`).
    pub(super) fn new(
        sources: &'a Sources<'a>,
        texts: &[&str],
        others: &[&[&str]],
    ) -> Result<Self, ConfigError> {
        let known = Known {
            texts: texts.iter().copied().map(key_of).collect(),
            others: others.concat().into_iter().map(key_of).collect(),
        };
        let file = match &sources.file {
            Some((path, text)) => table(path, text, &known)?,
            None => BTreeMap::new(),
        };
        Ok(Self { sources, file })
    }

    /// The value of `variable` (`HUIQIAN_LISTEN`), from the environment or the file's key (`listen`).
    pub(super) fn text(&self, variable: &str) -> Result<Option<Found>, ConfigError> {
        let key = key_of(variable);
        let in_environment = |name: &str| {
            self.sources
                .environment
                .get(name)
                .filter(|text| !text.trim().is_empty())
                .cloned()
        };
        let in_file = |name: &str| self.file.get(name).cloned();

        let from_environment = one_of(
            variable,
            in_environment(variable),
            in_environment(&format!("{variable}_FILE")),
        )?;
        let given = match from_environment {
            Some(given) => Some(given),
            None => one_of(variable, in_file(&key), in_file(&format!("{key}_file")))?,
        };
        match given {
            None => Ok(None),
            Some(Given::Text(text)) => Ok(Some(Found {
                setting: variable.to_owned(),
                text,
            })),
            Some(Given::Path(path)) => self.read(variable, &path).map(Some),
        }
    }

    /// Likewise, for a setting that must be there.
    pub(super) fn required(&self, variable: &str) -> Result<Found, ConfigError> {
        self.text(variable)?.ok_or_else(|| ConfigError::Missing {
            setting: variable.to_owned(),
        })
    }

    /// The names between a prefix and one of these ends, in the file or the environment: `exchange` of
    /// `HUIQIAN_WEBHOOK_EXCHANGE_URL`. A name has no `_`, so it is told from what follows.
    pub(super) fn named(&self, prefix: &str, ends: &[&str]) -> BTreeSet<String> {
        let variables = self.sources.environment.iter();
        let given = variables.filter(|(_, text)| !text.trim().is_empty());
        let keys = given
            .map(|(name, _)| key_of(name))
            .chain(self.file.keys().cloned());
        keys.filter_map(|key| {
            let (name, end) = key.strip_prefix(prefix)?.split_once('_')?;
            let end = end.strip_suffix("_file").unwrap_or(end);
            (!name.is_empty() && ends.contains(&end)).then(|| name.to_owned())
        })
        .collect()
    }

    /// A whole number between `least` and `most`.
    pub(super) fn number(
        &self,
        variable: &'static str,
        default: i64,
        least: i64,
        most: i64,
    ) -> Result<i64, ConfigError> {
        let Some(found) = self.text(variable)? else {
            return Ok(default);
        };
        let number: i64 = found
            .text
            .trim()
            .parse()
            .map_err(|_| ConfigError::Malformed {
                setting: found.setting,
                expected: "number",
            })?;
        if number < least || most < number {
            return Err(ConfigError::OutOfRange {
                setting: variable,
                least,
                most,
            });
        }
        Ok(number)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, variable: &'static str) -> Result<bool, ConfigError> {
        match self.text(variable)? {
            None => Ok(false),
            Some(found) => match found.text.trim() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(ConfigError::Malformed {
                    setting: found.setting,
                    expected: "flag",
                }),
            },
        }
    }

    fn read(&self, variable: &str, path: &str) -> Result<Found, ConfigError> {
        let setting = format!("{variable}_FILE");
        match (self.sources.read)(Path::new(path)) {
            // Editors and `echo` end files with a line break that is not part of the value.
            Ok(text) => Ok(Found {
                setting,
                text: text.trim_end_matches(['\r', '\n']).to_owned(),
            }),
            Err(error) => Err(ConfigError::Unreadable {
                setting,
                path: path.to_owned(),
                cause: error.to_string(),
            }),
        }
    }
}

enum Given {
    Text(String),
    Path(String),
}

fn one_of(
    setting: &str,
    text: Option<String>,
    path: Option<String>,
) -> Result<Option<Given>, ConfigError> {
    match (text, path) {
        (Some(_), Some(_)) => Err(ConfigError::Both {
            setting: setting.to_owned(),
        }),
        (Some(text), None) => Ok(Some(Given::Text(text))),
        (None, Some(path)) => Ok(Some(Given::Path(path))),
        (None, None) => Ok(None),
    }
}

/// `HUIQIAN_BASE_URL` is `base_url` in the file.
pub(super) fn key_of(variable: &str) -> String {
    variable
        .strip_prefix("HUIQIAN_")
        .unwrap_or(variable)
        .to_lowercase()
}

/// The keys that the file may have.
struct Known {
    texts: Vec<String>,
    others: Vec<String>,
}

impl Known {
    fn wanted(&self, name: &str) -> Option<Wanted> {
        let is = |list: &[String], name: &str| list.iter().any(|known| known == name);
        let bare = name.strip_suffix("_file");
        if is(&self.texts, name) {
            Some(Wanted::Text)
        } else if is(&self.others, name) {
            Some(Wanted::Scalar)
        } else if bare.is_some_and(|bare| is(&self.texts, bare) || is(&self.others, bare)) {
            Some(Wanted::Text)
        } else {
            None
        }
    }

    fn nearest(&self, name: &str) -> Option<String> {
        self.texts
            .iter()
            .chain(&self.others)
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(likeness, _)| 0.8 <= *likeness)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known.clone())
    }
}

fn table(path: &str, text: &str, known: &Known) -> Result<BTreeMap<String, String>, ConfigError> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let parsed = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: line_of(error.span().map_or(0, |span| span.start)),
        cause: error.message().to_owned(),
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in parsed.into_inner() {
        let name: &str = key.get_ref();
        let line = line_of(key.span().start);
        if name == WEBHOOK {
            let found = webhooks(value.get_ref()).map_err(|(key, cause)| ConfigError::Syntax {
                path: path.to_owned(),
                line: key.map_or(line, line_of),
                cause: format!("{name}: {cause}"),
            })?;
            values.extend(found);
            continue;
        }
        let Some(wanted) = known.wanted(name) else {
            return Err(ConfigError::UnknownKey {
                path: path.to_owned(),
                line,
                key: name.to_owned(),
                nearest: known.nearest(name),
            });
        };
        let text = scalar(value.get_ref(), wanted).map_err(|cause| ConfigError::Syntax {
            path: path.to_owned(),
            line,
            cause: format!("{name}: {cause}"),
        })?;
        values.insert(name.to_owned(), text);
    }
    Ok(values)
}

/// Tables of the file, one for each target.
const WEBHOOK: &str = "webhook";

/// `url` of the target `exchange` goes by the key that its variable has: `webhook_exchange_url`. What is wrong comes with
/// the place of the key, where there is one.
fn webhooks(value: &DeValue<'_>) -> Result<BTreeMap<String, String>, (Option<usize>, String)> {
    let DeValue::Array(targets) = value else {
        return Err((None, "expected tables: [[webhook]]".to_owned()));
    };
    let mut found = BTreeMap::new();
    let mut names = BTreeSet::new();
    for target in targets {
        let at = Some(target.span().start);
        let DeValue::Table(target) = target.get_ref() else {
            return Err((at, "expected tables: [[webhook]]".to_owned()));
        };
        let name = target.get("name").and_then(|name| name.get_ref().as_str());
        let good = |name: &&str| {
            name.starts_with(|letter: char| letter.is_ascii_lowercase())
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        };
        let Some(name) = name.filter(good) else {
            return Err((
                at,
                "each needs a name of small letters and digits".to_owned(),
            ));
        };
        if !names.insert(name) {
            return Err((at, format!("there are two of the name {name}")));
        }
        for (key, value) in target.iter() {
            let (at, key): (_, &str) = (Some(key.span().start), key.get_ref());
            let bare = key.strip_suffix("_file").unwrap_or(key);
            let text = match value.get_ref() {
                _ if key == "name" => continue,
                _ if !webhook::KEYS.contains(&bare) => {
                    return Err((at, format!("there is no setting `{key}`")));
                }
                DeValue::Array(list) if key == "registers" => list
                    .iter()
                    .map(|one| scalar(one.get_ref(), Wanted::Text))
                    .collect::<Result<Vec<String>, String>>()
                    .map(|list| list.join(" ")),
                value => scalar(value, Wanted::Text),
            };
            let text = text.map_err(|cause| (at, format!("{key}: {cause}")))?;
            found.insert(format!("{}{name}_{key}", webhook::PREFIX), text);
        }
    }
    Ok(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Text,
    Scalar,
}

fn scalar(value: &DeValue<'_>, wanted: Wanted) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if wanted == Wanted::Scalar => Ok(number.as_str().to_owned()),
        DeValue::Boolean(flag) if wanted == Wanted::Scalar => Ok(flag.to_string()),
        other => Err(format!(
            "expected {}, found {}",
            match wanted {
                Wanted::Text => "a text in quotes",
                Wanted::Scalar => "a text, a whole number, true or false",
            },
            other.type_str()
        )),
    }
}
/// The words of a setting that holds several, with blanks or commas between them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || letter == ',')
        .filter(|word| !word.is_empty())
}
