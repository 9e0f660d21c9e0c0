//! Mails on their way out: claimed with a lease, put together, handed over outside any transaction, and settled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use chrono::TimeDelta;

use super::claims::{self, Outage};
use super::kind;
use crate::notify::backoff::{self, GivenUp, Settlement, Tried};
use crate::notify::sender::{Fault, SendError, Sender};
use crate::services::mail::{self, Ready};
use crate::services::queues::{self, MailEnd};
use crate::services::{App, Error};
use crate::storage::outbox::StoredMessage;
use crate::storage::{Lease, StorageError};

/// Mails that are claimed together.
const BATCH: u32 = 20;

/// Sends what waits in the outbox.
pub struct Mailer {
    app: Arc<App>,
    sender: Box<dyn Sender>,
    outage: Outage,
    at_once: usize,
}

/// What became of a try.
enum Attempt {
    Settle(MailEnd),
    /// The server is out of reach, for the others too.
    Outage(SendError),
    /// Cancelled meanwhile, or another's by now.
    Lost,
    /// The database cannot be used; the lease will end.
    Leave(Error),
}

impl Mailer {
    /// Sends by `sender`.
    #[must_use]
    pub fn new(app: Arc<App>, sender: Box<dyn Sender>) -> Self {
        Self {
            app,
            sender,
            outage: Outage::new(),
            at_once: 1,
        }
    }

    /// Hands so many over at the same time. A mail is mostly waiting: for the way there and back, and for 40 ms because its
    /// end is written apart from its text, which TCP holds back until the other side has answered to the text.
    #[must_use]
    pub fn side_by_side(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// Claims one batch and works it off. Answers whether there may be more.
    pub fn pass(&self) -> Result<bool, Error> {
        self.pass_until(&|| false)
    }

    /// As [`Self::pass`], stopping between two mails when it is time to.
    pub fn pass_until(&self, stopping: &(dyn Fn() -> bool + Sync)) -> Result<bool, Error> {
        let lease = claims::lease(&self.app);
        let batch = queues::claim_mails(&self.app, &lease, BATCH)?;
        if batch.is_empty() {
            return Ok(false);
        }
        let extend = |lease: &Lease| queues::extend_mails(&self.app, lease);
        let outage = claims::kept(&self.app, &lease, &extend, || {
            self.work_off(&batch, &lease, stopping)
        })??;
        self.note(outage.is_some())?;
        Ok(u32::try_from(batch.len()).is_ok_and(|count| count == BATCH) && outage.is_none())
    }

    /// Sends all of them. Answers with what kept the server from taking them.
    fn work_off(
        &self,
        batch: &[StoredMessage],
        lease: &Lease,
        stopping: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<SendError>, Error> {
        let (next, outage) = (AtomicUsize::new(0), Mutex::new(None));
        let work = || {
            while let Some(message) = batch.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.work_on(message, lease, stopping, &outage)?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let mut others = Vec::new();
            for _ in 1..self.at_once.min(batch.len()) {
                let other = thread::Builder::new().name("mails".into());
                let other = other.spawn_scoped(scope, work);
                others.push(other.map_err(|error| Error::Fault(format!("no thread: {error}")))?);
            }
            let own = work();
            others.into_iter().fold(own, |before, other| {
                let other = other.join();
                before
                    .and(other.unwrap_or_else(|_| Err(Error::Fault("a mail's thread fell".into()))))
            })
        })?;
        Ok(outage.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends one, unless the server was found to be out of reach.
    fn work_on(
        &self,
        message: &StoredMessage,
        lease: &Lease,
        stopping: &(dyn Fn() -> bool + Sync),
        outage: &Mutex<Option<SendError>>,
    ) -> Result<(), Error> {
        let met = || outage.lock().unwrap_or_else(PoisonError::into_inner);
        let known = met().clone();
        let tried = match known {
            _ if stopping() => Attempt::Settle(put_back(message)),
            Some(error) => Attempt::Settle(self.ended(message, Err(&error))),
            None => self.caught(lease, message),
        };
        let end = match tried {
            Attempt::Settle(end) => end,
            Attempt::Outage(error) => {
                let end = self.ended(message, Err(&error));
                *met() = Some(error);
                end
            }
            Attempt::Lost => return Ok(()),
            Attempt::Leave(error) => return Err(error),
        };
        self.settle(lease, message, &end)
    }

    /// A panic fails this one mail, and no other waits for it.
    fn caught(&self, lease: &Lease, message: &StoredMessage) -> Attempt {
        catch_unwind(AssertUnwindSafe(|| self.attempt(lease, message))).unwrap_or_else(|_| {
            Attempt::Settle(MailEnd::Failed("panic while it was put together".into()))
        })
    }

    fn attempt(&self, lease: &Lease, message: &StoredMessage) -> Attempt {
        // Looked up and not remembered: this process may have stood still since it claimed the mail.
        let prepared = match mail::prepare(&self.app, lease, message.id) {
            Ok(Ready::Mail(prepared)) => prepared,
            Ok(Ready::Moot) => return Attempt::Settle(MailEnd::Moot),
            Ok(Ready::Lost) => return Attempt::Lost,
            Err(error @ Error::Storage(StorageError::Unavailable(_))) => {
                return Attempt::Leave(error);
            }
            // Whatever the database had, it may not have it the next time.
            Err(error @ Error::Storage(StorageError::Database(_))) => {
                return Attempt::Settle(self.put_off(message, error.to_string()));
            }
            // It will not be readable later either.
            Err(error) => {
                tracing::error!(
                    mail = message.id,
                    fault = kind(&error),
                    "a mail cannot be put together"
                );
                return Attempt::Settle(MailEnd::Failed(error.to_string()));
            }
        };
        match self.sender.send(&prepared) {
            Err(error) if is_outage(error.fault()) => Attempt::Outage(error),
            Err(error) => Attempt::Settle(self.ended(message, Err(&error))),
            Ok(()) => Attempt::Settle(self.ended(message, Ok(()))),
        }
    }

    /// Later again, as after any other trouble that is not the mail's own.
    fn put_off(&self, message: &StoredMessage, why: String) -> MailEnd {
        match backoff::again(&tried(message), TimeDelta::zero(), self.app.now()) {
            Settlement::RetryAt(at) => MailEnd::Retry(at, why),
            Settlement::Sent | Settlement::GivenUp(_) => MailEnd::Failed(why),
        }
    }

    fn ended(&self, message: &StoredMessage, outcome: Result<(), &SendError>) -> MailEnd {
        let why = || outcome.err().map(|error| error.fault().to_string());
        match backoff::settle(outcome, &tried(message), self.app.now()) {
            Settlement::Sent => MailEnd::Sent,
            Settlement::RetryAt(at) => MailEnd::Retry(at, why().unwrap_or_default()),
            Settlement::GivenUp(GivenUp::NoLongerNeeded) => MailEnd::Moot,
            Settlement::GivenUp(GivenUp::Permanent | GivenUp::TooOld) => {
                MailEnd::Failed(why().unwrap_or_default())
            }
        }
    }

    fn settle(&self, lease: &Lease, message: &StoredMessage, end: &MailEnd) -> Result<(), Error> {
        if !claims::settled(|| queues::settle_mail(&self.app, lease, message.id, end))? {
            return Ok(());
        }
        let attempts = message.attempts;
        match end {
            MailEnd::Sent => tracing::info!(mail = message.id, attempts, "mail sent"),
            MailEnd::Moot => tracing::info!(mail = message.id, "mail not needed any more"),
            MailEnd::Retry(at, why) => {
                tracing::warn!(mail = message.id, attempts, %at, why, "mail put off");
            }
            MailEnd::Failed(_) => tracing::error!(mail = message.id, attempts, "mail given up"),
        }
        Ok(())
    }

    /// After an outage, the first mail that goes out takes along all that waited for the server.
    fn note(&self, failed: bool) -> Result<(), Error> {
        if self.outage.is_over(self.app.now(), failed, !failed) {
            let moved = queues::bring_mails_forward(&self.app, outages())?;
            if 0 < moved {
                tracing::info!(moved, "the mail server is back");
            }
        }
        Ok(())
    }
}

fn tried(message: &StoredMessage) -> Tried {
    Tried {
        attempts: message.attempts,
        // One that was given up and is sent again has its time once more.
        queued_at: message.deliver_until - backoff::GIVEN_UP_AFTER,
        // A mail whose task has ended is cancelled, or found moot at the next try.
        still_needed: true,
        seed: message.id.unsigned_abs(),
    }
}

/// As it was before it was claimed.
fn put_back(message: &StoredMessage) -> MailEnd {
    let why = message.last_error.clone();
    MailEnd::Retry(
        message.available_at,
        why.unwrap_or_else(|| "the program stopped".into()),
    )
}

/// Whether the trouble is the server's, and not this mail's.
fn is_outage(fault: &Fault) -> bool {
    match fault {
        Fault::Network | Fault::Timeout | Fault::Tls | Fault::Login(_) | Fault::Mailbox => true,
        Fault::Refused(_) | Fault::Busy(_) | Fault::Nonsense | Fault::Unbuildable => false,
    }
}

/// The words under which mails wait for the server.
fn outages() -> Vec<String> {
    let logins = [530, 534, 535, 538].map(Fault::Login);
    [Fault::Network, Fault::Timeout, Fault::Tls, Fault::Mailbox]
        .into_iter()
        .chain(logins)
        .map(|fault| fault.to_string())
        .collect()
}
