//! Settings, from `huiqian.toml` and the environment; whatever is wrong with them is one sentence with the remedy.

mod audit;
mod error;
mod limits;
mod network;
mod secret;
mod smtp_url;
mod sources;
mod webhook;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

pub use audit::{Anchor, AuditSettings};
pub use error::ConfigError;
pub use limits::Limits;
pub use network::{Network, may_connect};
pub use secret::Secret;
pub use smtp_url::{MailTls, SmtpUrl};
pub use sources::Sources;
pub use webhook::{SigningSecret, WebhookSettings, WebhookTarget};

use crate::messages::Language;
use sources::{Found, Lookup};

/// What was sent stays in the queues for so many days, where nothing else is set.
pub const OUTBOX_DAYS: i64 = 90;
/// The file that is read when no other is named.
pub const FILE: &str = "huiqian.toml";
/// Bytes that the secret key needs at least.
pub const SHORTEST_SECRET: usize = 32;

/// Where the database is; all that commands beside the server need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// `sqlite:PATH` or `postgres://…`; a secret, because it may hold a password.
    pub url: Secret,
    /// Connections that are kept.
    pub pool_size: u32,
}

/// What is backed up and restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSettings {
    /// The database.
    pub database: DatabaseSettings,
    /// The folder of the attachments.
    pub attachments: PathBuf,
}

/// Everything that the server and its jobs need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The database.
    pub database: DatabaseSettings,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The proxies before it, whose word is taken for where a request comes from; one on this machine need not be named.
    pub trusted_proxies: Vec<Network>,
    /// How people reach it, without a slash at the end: `https://share.henan.example`.
    pub base_url: String,
    /// The key that signs links and seals private values.
    pub secret_key: Secret,
    /// Keys that were in force before it, newest first: they open what they made.
    pub previous_secret_keys: Vec<Secret>,
    /// The folder of the attachments.
    pub attachments: PathBuf,
    /// Mail.
    pub mail: MailSettings,
    /// Sessions.
    pub session: SessionSettings,
    /// Action links are good for this long at most.
    pub link_validity: Duration,
    /// Days after which what was sent leaves the queues.
    pub outbox_days: i64,
    /// What the product is called in this place.
    pub place: PlaceSettings,
    /// The file of the font that papers are set in as PDF; none looks for one that is installed.
    pub pdf_font: Option<PathBuf>,
    /// The log of everything that happened.
    pub audit: AuditSettings,
    /// Limits on input.
    pub limits: Limits,
    /// Other programs that are told of changes.
    pub webhooks: WebhookSettings,
}

/// How mail leaves and what it may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// How it leaves.
    pub delivery: Delivery,
    /// Who the mail is from: `数据共享审批 <noreply@share.henan.example>`.
    pub from: String,
    /// Leaves data and departments out of every mail.
    pub hide_details: bool,
    /// Whom to ask when a mail went astray: `省数据局数据资源处`.
    pub contact: Option<String>,
}

/// Where mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// To a mail server.
    Smtp {
        /// The server.
        server: SmtpUrl,
        /// More certificates to trust, in PEM: an authority of the place.
        ca: Option<String>,
    },
    /// Nowhere: it is kept and shown. For `demo`; no setting leads here.
    Mailbox,
}

/// How long somebody stays logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionSettings {
    /// Without doing anything.
    pub idle: Duration,
    /// In all.
    pub longest: Duration,
}

/// Names for titles and headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceSettings {
    /// The product's name on pages and in mail.
    pub product: String,
    /// The place: 河南省.
    pub name: String,
    /// The authority in charge, as shown to people: 河南省数据局.
    pub authority: String,
    /// The language of those who have chosen none.
    pub language: Language,
}

/// The secret keys alone, for commands that can do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySettings {
    /// The key in force.
    pub current: Option<Secret>,
    /// Keys that were in force before it, newest first.
    pub previous: Vec<Secret>,
    /// The host of the base URL, which names the log.
    pub host: Option<String>,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// One line of words or of JSON for each event.
    pub format: LogFormat,
    /// What is logged, as `info` or `warn,huiqian=debug`.
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

const TEXTS: &[&str] = &[
    "HUIQIAN_LOG",
    "HUIQIAN_LOG_FORMAT",
    "HUIQIAN_DATABASE_URL",
    "HUIQIAN_LISTEN",
    "HUIQIAN_TRUSTED_PROXIES",
    "HUIQIAN_BASE_URL",
    "HUIQIAN_SMTP_URL",
    "HUIQIAN_SMTP_CA",
    "HUIQIAN_MAIL_FROM",
    "HUIQIAN_MAIL_CONTACT",
    "HUIQIAN_SECRET_KEY",
    "HUIQIAN_PREVIOUS_SECRET_KEYS",
    "HUIQIAN_ATTACHMENTS",
    "HUIQIAN_PRODUCT",
    "HUIQIAN_PLACE",
    "HUIQIAN_AUTHORITY",
    "HUIQIAN_LANGUAGE",
    "HUIQIAN_PDF_FONT",
    "HUIQIAN_HASH",
    "HUIQIAN_CHECKPOINTS",
    "HUIQIAN_WEBHOOK_HOSTS",
    "HUIQIAN_WEBHOOK_NETWORKS",
];

const NUMBERS_AND_FLAGS: &[&str] = &[
    "HUIQIAN_DATABASE_POOL",
    "HUIQIAN_MAIL_HIDE_DETAILS",
    "HUIQIAN_SESSION_IDLE_MINUTES",
    "HUIQIAN_SESSION_HOURS",
    "HUIQIAN_LINK_DAYS",
    "HUIQIAN_OUTBOX_DAYS",
    "HUIQIAN_CHECKPOINT_SECONDS",
];

impl Settings {
    /// Reads everything; stops at the first thing that is wrong.
    pub fn read(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let lookup = Lookup::all(sources)?;
        Ok(Self {
            database: database(&lookup)?,
            listen: listen(&lookup)?,
            trusted_proxies: network::read(&lookup, "HUIQIAN_TRUSTED_PROXIES", "trusted_proxies")?,
            base_url: base_url(&lookup)?,
            secret_key: secret_key(&lookup)?,
            previous_secret_keys: previous_secret_keys(&lookup)?,
            attachments: attachments(&lookup)?,
            mail: mail(&lookup)?,
            session: session(&lookup)?,
            link_validity: Duration::from_secs(
                86_400 * whole(lookup.number("HUIQIAN_LINK_DAYS", 30, 1, 365)?),
            ),
            outbox_days: lookup.number("HUIQIAN_OUTBOX_DAYS", OUTBOX_DAYS, 1, 3650)?,
            place: place(&lookup)?,
            pdf_font: lookup
                .text("HUIQIAN_PDF_FONT")?
                .map(|found| PathBuf::from(found.text)),
            audit: AuditSettings::read(&lookup)?,
            limits: Limits::read(&lookup)?,
            webhooks: WebhookSettings::read(&lookup)?,
        })
    }

    /// The host of the base URL: mail carries it in its Message-IDs.
    #[must_use]
    pub fn host(&self) -> String {
        host(&self.base_url).unwrap_or_default()
    }
}

impl DatabaseSettings {
    /// Reads what `migrate`, `audit` and the imports need. The file is checked as a whole all the same.
    pub fn read(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        database(&Lookup::all(sources)?)
    }
}

impl BackupSettings {
    /// Reads where the data is, and nothing else.
    ///
    /// # Errors
    /// An address that cannot be read, or no folder.
    pub fn read(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let lookup = Lookup::all(sources)?;
        Ok(Self {
            database: database(&lookup)?,
            attachments: attachments(&lookup)?,
        })
    }
}

impl KeySettings {
    /// Reads the secret keys where they are set, and nothing else.
    ///
    /// # Errors
    /// A key that is too short or too poor.
    pub fn read(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let lookup = Lookup::all(sources)?;
        let current = match lookup.text("HUIQIAN_SECRET_KEY")? {
            Some(found) => Some(strong("HUIQIAN_SECRET_KEY", &found.text)?),
            None => None,
        };
        Ok(Self {
            current,
            previous: previous_secret_keys(&lookup)?,
            host: match lookup.text("HUIQIAN_BASE_URL")? {
                Some(_) => host(&base_url(&lookup)?),
                None => None,
            },
        })
    }
}

impl LogSettings {
    /// Reads what the log needs.
    pub fn read(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let lookup = Lookup::all(sources)?;
        let format = match lookup.text("HUIQIAN_LOG_FORMAT")? {
            None => LogFormat::Text,
            Some(found) => match found.text.trim() {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(malformed(found, "log_format")),
            },
        };
        let filter = lookup.text("HUIQIAN_LOG")?;
        Ok(Self {
            format,
            filter: filter.map_or_else(|| "info".to_owned(), |found| found.text),
        })
    }
}

impl Sources<'static> {
    /// The environment of this process, and the file at `named`, or else `huiqian.toml` here if there is one.
    pub fn of_process(named: Option<&Path>) -> Result<Self, ConfigError> {
        Ok(Self {
            environment: environment(),
            file: file(named)?,
            read: &|path| std::fs::read_to_string(path),
        })
    }
}

/// Variables that are not UTF-8 are not ours.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("HUIQIAN_"))
        .collect()
}

fn file(named: Option<&Path>) -> Result<Option<(String, String)>, ConfigError> {
    let path = named.unwrap_or(Path::new(FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((path.display().to_string(), text))),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::Unreadable {
            setting: "--config".to_owned(),
            path: path.display().to_string(),
            cause: error.to_string(),
        }),
    }
}

impl<'a> Lookup<'a> {
    fn all(sources: &'a Sources<'a>) -> Result<Self, ConfigError> {
        Self::new(sources, TEXTS, &[NUMBERS_AND_FLAGS, Limits::VARIABLES])
    }
}

fn database(lookup: &Lookup<'_>) -> Result<DatabaseSettings, ConfigError> {
    let url = lookup.required("HUIQIAN_DATABASE_URL")?;
    let path = url.text.strip_prefix("sqlite:");
    let good = path.is_some_and(|path| !path.is_empty())
        || url.text.starts_with("postgres://")
        || url.text.starts_with("postgresql://");
    if !good {
        return Err(malformed(url, "database_url"));
    }
    let pool_size = lookup.number("HUIQIAN_DATABASE_POOL", 8, 1, 200)?;
    Ok(DatabaseSettings {
        url: Secret::new(url.text),
        pool_size: u32::try_from(pool_size).unwrap_or(1),
    })
}

fn attachments(lookup: &Lookup<'_>) -> Result<PathBuf, ConfigError> {
    Ok(lookup.required("HUIQIAN_ATTACHMENTS")?.text.into())
}

fn listen(lookup: &Lookup<'_>) -> Result<SocketAddr, ConfigError> {
    match lookup.text("HUIQIAN_LISTEN")? {
        None => Ok(SocketAddr::from(([127, 0, 0, 1], 8080))),
        Some(found) => found
            .text
            .trim()
            .parse()
            .map_err(|_| malformed(found, "listen")),
    }
}

fn base_url(lookup: &Lookup<'_>) -> Result<String, ConfigError> {
    let found = lookup.required("HUIQIAN_BASE_URL")?;
    let good = Url::parse(found.text.trim()).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
    });
    match good {
        Some(url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
        None => Err(malformed(found, "base_url")),
    }
}

fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.host_str().map(str::to_owned)
}

fn secret_key(lookup: &Lookup<'_>) -> Result<Secret, ConfigError> {
    let found = lookup.required("HUIQIAN_SECRET_KEY")?;
    strong("HUIQIAN_SECRET_KEY", &found.text)
}

/// Separated by blanks or line breaks, newest first.
fn previous_secret_keys(lookup: &Lookup<'_>) -> Result<Vec<Secret>, ConfigError> {
    let Some(found) = lookup.text("HUIQIAN_PREVIOUS_SECRET_KEYS")? else {
        return Ok(Vec::new());
    };
    found
        .text
        .split_whitespace()
        .map(|text| strong("HUIQIAN_PREVIOUS_SECRET_KEYS", text))
        .collect()
}

fn strong(setting: &'static str, text: &str) -> Result<Secret, ConfigError> {
    if text.len() < SHORTEST_SECRET {
        return Err(ConfigError::ShortSecret {
            setting,
            bytes: text.len(),
        });
    }
    let mut different: Vec<u8> = text.bytes().collect();
    different.sort_unstable();
    different.dedup();
    // 32 random hex digits have 14 different ones on average; `changeme…` over and over has not.
    if different.len() < 8 {
        return Err(ConfigError::PoorSecret { setting });
    }
    Ok(Secret::new(text))
}

fn mail(lookup: &Lookup<'_>) -> Result<MailSettings, ConfigError> {
    let url = lookup.required("HUIQIAN_SMTP_URL")?;
    let server = SmtpUrl::parse(url.text.trim()).map_err(|expected| malformed(url, expected))?;
    let from = lookup.required("HUIQIAN_MAIL_FROM")?;
    if from.text.parse::<lettre::message::Mailbox>().is_err()
        || from.text.chars().any(char::is_control)
    {
        return Err(malformed(from, "mail_from"));
    }
    let ca = match lookup.text("HUIQIAN_SMTP_CA")? {
        Some(found) if !found.text.contains("-----BEGIN CERTIFICATE-----") => {
            return Err(malformed(found, "certificate"));
        }
        found => found.map(|found| found.text),
    };
    Ok(MailSettings {
        delivery: Delivery::Smtp { server, ca },
        from: from.text,
        hide_details: lookup.flag("HUIQIAN_MAIL_HIDE_DETAILS")?,
        contact: lookup.text("HUIQIAN_MAIL_CONTACT")?.map(|found| found.text),
    })
}

fn session(lookup: &Lookup<'_>) -> Result<SessionSettings, ConfigError> {
    let idle = lookup.number("HUIQIAN_SESSION_IDLE_MINUTES", 15, 1, 24 * 60)?;
    let longest = lookup.number("HUIQIAN_SESSION_HOURS", 12, 1, 7 * 24)?;
    Ok(SessionSettings {
        idle: Duration::from_secs(60 * whole(idle)),
        longest: Duration::from_secs(3600 * whole(longest)),
    })
}

fn place(lookup: &Lookup<'_>) -> Result<PlaceSettings, ConfigError> {
    let or = |variable, usual: &str| {
        lookup
            .text(variable)
            .map(|found| found.map_or_else(|| usual.to_owned(), |found| found.text))
    };
    let language = match lookup.text("HUIQIAN_LANGUAGE")? {
        None => Language::Zh,
        Some(found) => match found.text.trim() {
            "zh" => Language::Zh,
            "en" => Language::En,
            _ => return Err(malformed(found, "language")),
        },
    };
    Ok(PlaceSettings {
        product: or("HUIQIAN_PRODUCT", "会签")?,
        name: or("HUIQIAN_PLACE", "河南省")?,
        authority: or("HUIQIAN_AUTHORITY", "河南省数据局")?,
        language,
    })
}

fn malformed(found: Found, expected: &'static str) -> ConfigError {
    ConfigError::Malformed {
        setting: found.setting,
        expected,
    }
}

/// The numbers here were checked to be positive.
fn whole(number: i64) -> u64 {
    number.unsigned_abs()
}

#[cfg(test)]
mod tests;
