//! The request that brings an event: to a checked address, without redirects, and with little patience.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::signature::sign;
use crate::calendar::Instant;
use crate::config::{Network, SigningSecret, WebhookTarget, may_connect};

/// How long a receiver may take to answer, all in all.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// Nobody puts us off for longer.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(24);

/// Brings events to one target.
pub struct Caller {
    agent: Agent,
    url: String,
    secrets: Vec<SigningSecret>,
}

/// An event on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// Its key: the same at every try.
    pub id: &'a str,
    /// The event.
    pub body: &'a str,
    /// When it is tried.
    pub at: Instant,
}

/// Why an event was not taken. Nothing of it is what the receiver wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 410: it wants no more.
    Gone,
    /// Another answer than 2xx, and for how long it wants to be left alone.
    Status(u16, TimeDelta),
    /// No connection, or it broke.
    Network,
    /// It took too long.
    Timeout,
    /// No TLS, or a certificate that is not for this host or not trusted.
    Tls,
    /// The host's name leads to addresses that may not be connected to.
    Address,
    /// The answer was no HTTP.
    Nonsense,
}

/// In the manner of a code, for rows, logs and messages.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("status 410"),
            Self::Status(status, _) => write!(f, "status {status}"),
            Self::Network => f.write_str("network"),
            Self::Timeout => f.write_str("timeout"),
            Self::Tls => f.write_str("tls"),
            Self::Address => f.write_str("address"),
            Self::Nonsense => f.write_str("nonsense"),
        }
    }
}

impl Fault {
    /// Whether the trouble is the target's, and not this event's.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Gone | Self::Network | Self::Timeout | Self::Tls | Self::Address => true,
            // 500 and the like may be about this event alone, and must not hold up the others.
            Self::Status(status, _) => matches!(status, 401 | 403 | 404 | 429 | 502..=504),
            Self::Nonsense => false,
        }
    }

    /// For how long the receiver wants to be left alone.
    #[must_use]
    pub fn pause(&self) -> TimeDelta {
        match self {
            Self::Status(_, pause) => *pause,
            _ => TimeDelta::zero(),
        }
    }
}

/// The certificates that are to be trusted cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the certificates of the webhook {0} cannot be read")]
pub struct Unusable(String);

impl Caller {
    /// Connects to public addresses and those of `networks`, and waits for `patience` at most.
    pub fn new(
        target: &WebhookTarget,
        networks: &[Network],
        patience: Duration,
    ) -> Result<Self, Unusable> {
        let provider = rustls::crypto::ring::default_provider();
        let roots = roots(target).ok_or_else(|| Unusable(target.name.clone()))?;
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(provider))
            .root_certs(roots);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            // A proxy would connect for us, to whatever it likes.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("huiqian/", env!("CARGO_PKG_VERSION")))
            .max_response_header_size(16 * 1024)
            // Each call looks its address up and checks it.
            .max_idle_connections(0)
            .timeout_global(Some(patience))
            .build();
        let resolver = Checked {
            networks: networks.to_vec(),
        };
        Ok(Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
            url: target.url.to_string(),
            secrets: target.secrets.clone(),
        })
    }

    /// Brings one event. When this returns `Ok`, the receiver has taken it.
    pub fn post(&self, call: &Call<'_>) -> Result<(), Fault> {
        let timestamp = call.at.timestamp();
        let signature = sign(&self.secrets, call.id, timestamp, call.body);
        let answer = self
            .agent
            .post(&self.url)
            .header(
                "content-type",
                "application/cloudevents+json; charset=utf-8",
            )
            .header("webhook-id", call.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .send(call.body);
        // What else it says is not read, however long it is.
        match answer {
            Err(error) => Err(fault(&error)),
            Ok(answer) => match answer.status().as_u16() {
                200..=299 => Ok(()),
                410 => Err(Fault::Gone),
                status => Err(Fault::Status(status, pause(answer.headers(), call.at))),
            },
        }
    }
}

/// The certificates to trust: the target's own, or the public ones.
fn roots(target: &WebhookTarget) -> Option<RootCerts> {
    let Some(ca) = &target.ca else {
        return Some(RootCerts::WebPki);
    };
    let items: Result<Vec<PemItem<'_>>, Error> = parse_pem(ca.as_bytes()).collect();
    let certificates: Vec<Certificate<'static>> = items
        .ok()?
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate.to_owned()),
            _ => None,
        })
        .collect();
    (!certificates.is_empty()).then(|| RootCerts::new_with_certs(&certificates))
}

fn fault(error: &Error) -> Fault {
    match error {
        Error::Timeout(_) => Fault::Timeout,
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => Fault::Tls,
        Error::Io(error) => match error.get_ref() {
            Some(inner) if inner.is::<Forbidden>() => Fault::Address,
            Some(inner) if inner.is::<rustls::Error>() => Fault::Tls,
            _ => Fault::Network,
        },
        Error::HostNotFound | Error::ConnectionFailed => Fault::Network,
        _ => Fault::Nonsense,
    }
}

/// `Retry-After`, in seconds or as a date.
fn pause(headers: &HeaderMap, now: Instant) -> TimeDelta {
    let wanted = headers.get("retry-after").and_then(|text| {
        let text = text.to_str().ok()?.trim();
        match text.parse::<u32>() {
            Ok(seconds) => Some(TimeDelta::seconds(seconds.into())),
            Err(_) => Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now),
        }
    });
    wanted
        .unwrap_or_default()
        .clamp(TimeDelta::zero(), LONGEST_PAUSE)
}

/// The host's name leads nowhere that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("no address that may be connected to")]
struct Forbidden;

/// Looks addresses up and lets through what may be connected to; the connection is opened to what came through here, so
/// a name that leads elsewhere a moment later leads nowhere.
#[derive(Debug)]
struct Checked {
    networks: Vec<Network>,
}

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut checked = self.empty();
        for address in found.iter() {
            if may_connect(address.ip(), &self.networks) {
                checked.push(*address);
            }
        }
        if checked.is_empty() {
            return Err(Error::Io(io::Error::other(Forbidden)));
        }
        Ok(checked)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    #[test]
    fn a_receiver_may_ask_for_patience_in_seconds_or_until_a_date_for_a_day_at_most() {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).single();
        let now = now.expect("a time that exists");
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().expect("a value"));
            pause(&headers, now)
        };

        assert_eq!(asked("120"), TimeDelta::minutes(2));
        assert_eq!(asked("Mon, 02 Mar 2026 02:00:00 GMT"), TimeDelta::hours(1));
        assert_eq!(asked("Sun, 01 Mar 2026 02:00:00 GMT"), TimeDelta::zero());
        assert_eq!(asked("4000000000"), LONGEST_PAUSE);
        assert_eq!(asked("soon"), TimeDelta::zero());
    }
}
