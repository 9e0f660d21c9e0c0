//! Handing a finished mail over: to a mail server, or into a mailbox that is only looked at.

use super::message::{MessageError, Prepared};

/// Hands mails over.
pub trait Sender: Send + Sync {
    /// Hands one over. When this returns `Ok`, somebody else is answerable for it.
    fn send(&self, mail: &Prepared) -> Result<(), SendError>;
}

/// Why a mail did not go out. It says what kind of trouble, never what the server wrote: that may hold addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Worth another try.
    #[error("{0}; it will be tried again")]
    Transient(Fault),
    /// Not worth another try.
    #[error("{0}")]
    Permanent(Fault),
}

impl SendError {
    /// Whether another try is useless.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Permanent(_))
    }

    /// What kind of trouble it was.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        match self {
            Self::Transient(fault) | Self::Permanent(fault) => fault,
        }
    }
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A 5xx reply to this mail.
    #[error("the mail server refused the mail ({0})")]
    Refused(u16),
    /// A 4xx reply: greylisting, too busy, mailbox full.
    #[error("the mail server asks for patience ({0})")]
    Busy(u16),
    /// It does not accept our login. That is ours to mend, so the mails wait.
    #[error("the mail server refused the login ({0}); check HUIQIAN_SMTP_URL")]
    Login(u16),
    /// No connection, or it broke.
    #[error("the mail server could not be reached")]
    Network,
    /// It took too long.
    #[error("the mail server did not answer in time")]
    Timeout,
    /// No TLS, or a certificate that is not for this host or not trusted.
    #[error("no trusted TLS connection to the mail server; check its name and HUIQIAN_SMTP_CA")]
    Tls,
    /// It said something that is not SMTP.
    #[error("the mail server's answer makes no sense")]
    Nonsense,
    /// The mail itself cannot be built.
    #[error("the mail cannot be built; check the recipient's address")]
    Unbuildable,
    /// The mailbox that catches mails could not be written.
    #[error("the mailbox could not be written")]
    Mailbox,
}

impl Fault {
    /// A word for it, by which people are told, and what the server answered with.
    #[must_use]
    pub fn word(self) -> (&'static str, Option<u16>) {
        match self {
            Self::Refused(code) => ("refused", Some(code)),
            Self::Busy(code) => ("busy", Some(code)),
            Self::Login(code) => ("login", Some(code)),
            Self::Network => ("network", None),
            Self::Timeout => ("timeout", None),
            Self::Tls => ("tls", None),
            Self::Nonsense => ("nonsense", None),
            Self::Unbuildable => ("unbuildable", None),
            Self::Mailbox => ("mailbox", None),
        }
    }

    /// The fault that was written down in these words; `None`: something else went wrong.
    #[must_use]
    pub fn written(words: &str) -> Option<Self> {
        let code = words
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'))
            .and_then(|(code, _)| code.parse().ok())
            .unwrap_or_default();
        let all = [
            Self::Refused(code),
            Self::Busy(code),
            Self::Login(code),
            Self::Network,
            Self::Timeout,
            Self::Tls,
            Self::Nonsense,
            Self::Unbuildable,
            Self::Mailbox,
        ];
        all.into_iter().find(|fault| fault.to_string() == words)
    }
}

impl From<MessageError> for SendError {
    fn from(_: MessageError) -> Self {
        Self::Permanent(Fault::Unbuildable)
    }
}

/// Keeps mails instead of sending them: for trying the product out. `keep` stores one.
pub struct Mailbox<F> {
    keep: F,
}

impl<F, E> Mailbox<F>
where
    F: Fn(&Prepared) -> Result<(), E> + Send + Sync,
    E: std::error::Error,
{
    /// A mailbox that stores with `keep`.
    pub fn new(keep: F) -> Self {
        Self { keep }
    }
}

impl<F, E> Sender for Mailbox<F>
where
    F: Fn(&Prepared) -> Result<(), E> + Send + Sync,
    E: std::error::Error,
{
    fn send(&self, mail: &Prepared) -> Result<(), SendError> {
        // Whatever a mail server would refuse is refused here too, so that it shows while trying things out.
        mail.message()?;
        (self.keep)(mail).map_err(|error| {
            tracing::error!(%error, "a mail could not be kept");
            SendError::Transient(Fault::Mailbox)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::notify::message::tests::prepared;

    #[test]
    fn a_fault_is_known_again_by_its_words() {
        for fault in [
            Fault::Refused(550),
            Fault::Busy(451),
            Fault::Login(535),
            Fault::Network,
            Fault::Timeout,
            Fault::Tls,
            Fault::Nonsense,
            Fault::Unbuildable,
            Fault::Mailbox,
        ] {
            assert_eq!(Fault::written(&fault.to_string()), Some(fault));
        }
        assert_eq!(Fault::written("panic while it was put together"), None);
    }

    #[test]
    fn a_mailbox_keeps_what_it_is_given() {
        let kept = Mutex::new(Vec::new());
        let mailbox = Mailbox::new(|mail: &Prepared| {
            kept.lock().expect("not poisoned").push(mail.clone());
            Ok::<(), std::io::Error>(())
        });

        mailbox.send(&prepared()).expect("kept");

        assert_eq!(*kept.lock().expect("not poisoned"), [prepared()]);
    }

    #[test]
    fn a_mailbox_that_is_full_is_worth_another_try() {
        let mailbox = Mailbox::new(|_: &Prepared| Err(std::io::Error::other("full")));

        assert_eq!(
            mailbox.send(&prepared()),
            Err(SendError::Transient(Fault::Mailbox))
        );
    }

    #[test]
    fn an_impossible_address_is_refused_by_the_mailbox_too() {
        let mailbox = Mailbox::new(|_: &Prepared| Ok::<(), std::io::Error>(()));
        let mut mail = prepared();
        mail.to.email = "nobody".into();

        assert_eq!(
            mailbox.send(&mail),
            Err(SendError::Permanent(Fault::Unbuildable))
        );
    }
}
