//! Sending over SMTP: always with TLS unless the settings say otherwise, with pooled connections, time-outs, and errors
//! sorted into those worth another try and those not.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::sync::Once;
use std::time::Duration;

use lettre::Transport;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{Error, PoolConfig, SmtpTransport};

use super::message::Prepared;
use super::sender::{Fault, SendError, Sender};
use crate::config::{MailTls, SmtpUrl};

/// How long one step may take: connecting, or the answer to one command.
pub const PATIENCE: Duration = Duration::from_secs(20);
const CONNECTIONS: u32 = 4;
const IDLE: Duration = Duration::from_secs(50);

/// A mail server that mails are handed to.
#[derive(Debug, Clone)]
pub struct Smtp {
    transport: SmtpTransport,
}

/// The settings make no connection possible.
#[derive(Debug, thiserror::Error)]
#[error("TLS to the mail server cannot be set up; check HUIQIAN_SMTP_URL and HUIQIAN_SMTP_CA")]
pub struct SetupError;

impl Smtp {
    /// For the server at `url`, trusting the certificates in `ca` (PEM) too. Connects when the first mail goes out.
    pub fn new(url: &SmtpUrl, ca: Option<&str>, patience: Duration) -> Result<Self, SetupError> {
        install_tls_provider();
        let tls = match url.tls {
            MailTls::Implicit => Tls::Wrapper(parameters(url, ca)?),
            MailTls::Required => Tls::Required(parameters(url, ca)?),
            MailTls::Opportunistic => Tls::Opportunistic(parameters(url, ca)?),
            MailTls::None => Tls::None,
        };
        let mut builder = SmtpTransport::builder_dangerous(&url.host)
            .port(url.port)
            .tls(tls)
            .timeout(Some(patience))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE));
        if let Some((user, password)) = &url.login {
            builder = builder
                .credentials(Credentials::new(user.clone(), password.reveal().to_owned()))
                .authentication(vec![Mechanism::Plain, Mechanism::Login]);
        }
        Ok(Self {
            transport: builder.build(),
        })
    }
}

impl Sender for Smtp {
    fn send(&self, mail: &Prepared) -> Result<(), SendError> {
        let message = mail.message()?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(error) => Err(sort(&error)),
        }
    }
}

fn parameters(url: &SmtpUrl, ca: Option<&str>) -> Result<TlsParameters, SetupError> {
    let mut builder = TlsParameters::builder(url.host.clone());
    if let Some(pem) = ca {
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|_| SetupError)?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|_| SetupError)
}

/// One cryptographic provider for the whole process, so that no library has to guess.
pub fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
        {
            tracing::debug!("another part of the program has installed a TLS provider already");
        }
    });
}

/// Only codes and kinds leave this function: the server's words may hold addresses.
fn sort(error: &Error) -> SendError {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        return match code {
            // What the administrator must mend is not the mail's fault (RFC 4954).
            530 | 534 | 535 | 538 => SendError::Transient(Fault::Login(code)),
            400..=499 => SendError::Transient(Fault::Busy(code)),
            _ => SendError::Permanent(Fault::Refused(code)),
        };
    }
    let tls = error.is_tls() || causes(error).any(is_tls);
    SendError::Transient(if error.is_timeout() || causes(error).any(is_timeout) {
        Fault::Timeout
    } else if tls || error.is_client() {
        // The client's own errors are a server without STARTTLS or without a login that we know.
        Fault::Tls
    } else if error.is_response() {
        Fault::Nonsense
    } else {
        Fault::Network
    })
}

fn causes(error: &Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// Unix says that reading would block when the time for it is over.
fn is_timeout(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause
        .downcast_ref::<io::Error>()
        .is_some_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

/// A failed handshake comes as an I/O error with the reason inside.
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    let inner = cause
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>())
}
