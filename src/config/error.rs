//! Why the settings are not good: one sentence each, naming the setting and the remedy.

use std::fmt;

use crate::messages::{self, Language};

/// A setting by the name of its environment variable, and where its value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// A setting that is needed is nowhere.
    Missing {
        /// The environment variable.
        setting: String,
    },
    /// A text and a file for one setting.
    Both {
        /// The environment variable.
        setting: String,
    },
    /// A file that a setting names cannot be read.
    Unreadable {
        /// The setting.
        setting: String,
        /// The file.
        path: String,
        /// What the system says.
        cause: String,
    },
    /// The secret key is too short.
    ShortSecret {
        /// The setting.
        setting: &'static str,
        /// How many bytes it has.
        bytes: usize,
    },
    /// The secret key is long but says nothing: one character over and over.
    PoorSecret {
        /// The setting.
        setting: &'static str,
    },
    /// A value that does not have the form it should. The value itself is not repeated: it may hold a password.
    Malformed {
        /// The setting.
        setting: String,
        /// The key of the sentence that says what is expected.
        expected: &'static str,
    },
    /// A webhook to a host that may not be told.
    WebhookHost {
        /// The setting.
        setting: String,
        /// The host.
        host: String,
        /// The key of the sentence that says why: `unlisted`, `private`.
        why: &'static str,
    },
    /// A number outside its bounds.
    OutOfRange {
        /// The setting.
        setting: &'static str,
        /// The least that is possible.
        least: i64,
        /// The most that is possible.
        most: i64,
    },
    /// A key in the file that means nothing.
    UnknownKey {
        /// The file.
        path: String,
        /// Its line.
        line: usize,
        /// The key.
        key: String,
        /// The key that was meant, if one is near.
        nearest: Option<String>,
    },
    /// The file is not TOML, or a value has the wrong type.
    Syntax {
        /// The file.
        path: String,
        /// Its line.
        line: usize,
        /// What is wrong there.
        cause: String,
    },
}

impl ConfigError {
    /// The sentence, in the reader's language.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let say = |key: &str, values: &[(&str, &str)]| {
            messages::text(language, &format!("config.{key}"), values)
        };
        match self {
            Self::Missing { setting } => say("missing", &[("setting", setting)]),
            Self::Both { setting } => say("both", &[("setting", setting)]),
            Self::Unreadable {
                setting,
                path,
                cause,
            } => say(
                "unreadable",
                &[("setting", setting), ("path", path), ("cause", cause)],
            ),
            Self::ShortSecret { setting, bytes } => say(
                "short_secret",
                &[("setting", setting), ("bytes", &bytes.to_string())],
            ),
            Self::PoorSecret { setting } => say("poor_secret", &[("setting", setting)]),
            Self::Malformed { setting, expected } => {
                let expected = say(&format!("expected.{expected}"), &[]);
                say(
                    "malformed",
                    &[("setting", setting), ("expected", &expected)],
                )
            }
            Self::WebhookHost { setting, host, why } => say(
                &format!("webhook_host.{why}"),
                &[("setting", setting), ("host", host)],
            ),
            Self::OutOfRange {
                setting,
                least,
                most,
            } => say(
                "out_of_range",
                &[
                    ("setting", setting),
                    ("least", &least.to_string()),
                    ("most", &most.to_string()),
                ],
            ),
            Self::UnknownKey {
                path,
                line,
                key,
                nearest,
            } => {
                let line = line.to_string();
                let at = [("path", path.as_str()), ("line", &line), ("key", key)];
                match nearest {
                    Some(nearest) => say(
                        "unknown_key_near",
                        &[&at[..], &[("nearest", nearest)]].concat(),
                    ),
                    None => say("unknown_key", &at),
                }
            }
            Self::Syntax { path, line, cause } => say(
                "syntax",
                &[
                    ("path", path),
                    ("line", &line.to_string()),
                    ("cause", cause),
                ],
            ),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Language::En))
    }
}

impl std::error::Error for ConfigError {}
