//! Other programs that are told of changes: where they are, what signs what they are told, and which addresses may be
//! connected to.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};

use super::network::{self, Network, may_connect};
use super::sources::{Lookup, words};
use super::{ConfigError, malformed};

/// What the settings of a target end in; `_file` comes on top of each.
pub(super) const KEYS: &[&str] = &["url", "secret", "previous_secret", "ca", "registers"];
/// What stands before them, in the file's manner.
pub(super) const PREFIX: &str = "webhook_";

const SHORTEST: usize = 24;
const LONGEST: usize = 64;

/// Who is told of changes, and how far that may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Who.
    pub targets: Vec<WebhookTarget>,
    /// Networks that may be connected to although they are not public.
    pub networks: Vec<Network>,
}

/// A program that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    /// What it is called here: `exchange`.
    pub name: String,
    /// Where it listens.
    pub url: Url,
    /// What signs: the one in force, and while it is being replaced the one before it.
    pub secrets: Vec<SigningSecret>,
    /// The certificates in PEM that are trusted instead of the public ones.
    pub ca: Option<String>,
    /// The registers of whose entries it is told.
    pub registers: Vec<String>,
}

/// A secret as Standard Webhooks write it: `whsec_` and 24 to 64 bytes in Base64. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// Reads `whsec_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok()?;
        (SHORTEST..=LONGEST)
            .contains(&bytes.len())
            .then_some(Self(bytes))
    }

    /// The key, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

impl WebhookSettings {
    pub(super) fn read(lookup: &Lookup<'_>) -> Result<Self, ConfigError> {
        let networks = network::read(lookup, "HUIQIAN_WEBHOOK_NETWORKS", "webhook_networks")?;
        let hosts = lookup.text("HUIQIAN_WEBHOOK_HOSTS")?;
        let hosts: Vec<String> = hosts
            .iter()
            .flat_map(|found| words(&found.text))
            .map(str::to_lowercase)
            .collect();
        let targets = lookup.named(PREFIX, KEYS).into_iter();
        let targets = targets.map(|name| target(lookup, name, &hosts, &networks));
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            networks,
        })
    }
}

fn target(
    lookup: &Lookup<'_>,
    name: String,
    hosts: &[String],
    networks: &[Network],
) -> Result<WebhookTarget, ConfigError> {
    let variable = |key: &str| format!("HUIQIAN_WEBHOOK_{name}_{key}").to_uppercase();
    let url = url(lookup, &variable("url"), hosts, networks)?;
    let secret = |variable: &str| match lookup.text(variable)? {
        None => Ok(None),
        Some(found) => match SigningSecret::parse(&found.text) {
            None => Err(malformed(found, "webhook_secret")),
            secret => Ok(secret),
        },
    };
    let in_force = secret(&variable("secret"))?.ok_or_else(|| ConfigError::Missing {
        setting: variable("secret"),
    })?;
    let previous = secret(&variable("previous_secret"))?;
    let ca = match lookup.text(&variable("ca"))? {
        Some(found) if !found.text.contains("-----BEGIN CERTIFICATE-----") => {
            return Err(malformed(found, "webhook_ca"));
        }
        found => found.map(|found| found.text),
    };
    let registers = match lookup.text(&variable("registers"))? {
        None => vec!["grants".to_owned()],
        Some(found) => {
            let named: Vec<String> = words(&found.text).map(str::to_owned).collect();
            // Which registers there are only the database knows; the start holds the names to it.
            let id = |name: &String| {
                name.chars().all(|letter| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
                })
            };
            if named.is_empty() || !named.iter().all(id) {
                return Err(malformed(found, "webhook_registers"));
            }
            named
        }
    };
    Ok(WebhookTarget {
        name,
        url,
        secrets: std::iter::once(in_force).chain(previous).collect(),
        ca,
        registers,
    })
}

fn url(
    lookup: &Lookup<'_>,
    variable: &str,
    hosts: &[String],
    networks: &[Network],
) -> Result<Url, ConfigError> {
    let found = lookup.required(variable)?;
    let good = Url::parse(found.text.trim()).ok().filter(|url| {
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
    });
    let Some((url, host)) = good.and_then(|url| Some((url.clone(), url.host()?.to_owned()))) else {
        return Err(malformed(found, "webhook_url"));
    };
    let safe = match url.scheme() {
        "https" => true,
        // In the clear only to this machine itself, and only where that is said.
        "http" => loopback(&host).iter().any(|ip| may_connect(*ip, networks)),
        _ => false,
    };
    if !safe {
        return Err(malformed(found, "webhook_url"));
    }
    let refused = |why| ConfigError::WebhookHost {
        setting: found.setting.clone(),
        host: url.host_str().unwrap_or_default().to_owned(),
        why,
    };
    if !hosts
        .iter()
        .any(|known| Some(known.as_str()) == url.host_str())
    {
        return Err(refused("unlisted"));
    }
    match address(&host) {
        Some(ip) if !may_connect(ip, networks) => Err(refused("private")),
        Some(_) | None => Ok(url),
    }
}

/// The addresses of this machine itself that a host stands for.
fn loopback(host: &Host) -> Vec<IpAddr> {
    match (host, address(host)) {
        (_, Some(ip)) if ip.is_loopback() => vec![ip],
        (Host::Domain(name), None) if name == "localhost" => {
            vec![[127, 0, 0, 1].into(), std::net::Ipv6Addr::LOCALHOST.into()]
        }
        _ => Vec::new(),
    }
}

fn address(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Ipv4(ip) => Some((*ip).into()),
        Host::Ipv6(ip) => Some((*ip).into()),
        Host::Domain(_) => None,
    }
}
