//! Changes on their way to another program: claimed with a lease, sent outside any transaction, and settled.

use std::sync::Arc;
use std::time::Duration;

use super::claims::{self, Outage};
use crate::config::WebhookTarget;
use crate::notify::backoff::{self, GIVEN_UP_AFTER, Settlement, Tried};
use crate::notify::webhook::{Call, Caller, Fault};
use crate::services::webhooks::{self, End};
use crate::services::{App, Error};
use crate::storage::Lease;
use crate::storage::webhook_messages::StoredMessage;

/// Messages that are claimed together.
const BATCH: u32 = 20;

/// Tells one target what waits for it.
pub struct Courier {
    app: Arc<App>,
    target: String,
    caller: Caller,
    outage: Outage,
}

/// How a batch went.
#[derive(Default)]
struct Round {
    /// What keeps the target from taking any.
    outage: Option<Fault>,
    /// Whether it has taken one.
    taken: bool,
}

impl Courier {
    /// To `target`, which is given `patience` to answer.
    pub fn new(app: &Arc<App>, target: &WebhookTarget, patience: Duration) -> Result<Self, Error> {
        let networks = &app.settings.webhooks.networks;
        let caller = Caller::new(target, networks, patience)
            .map_err(|error| Error::Fault(error.to_string()))?;
        Ok(Self {
            app: Arc::clone(app),
            target: target.name.clone(),
            caller,
            outage: Outage::new(),
        })
    }

    /// Claims one batch and works it off. Answers whether there may be more.
    pub fn pass(&self) -> Result<bool, Error> {
        self.pass_until(&|| false)
    }

    /// As [`Self::pass`], stopping between two messages when it is time to.
    pub fn pass_until(&self, stopping: &dyn Fn() -> bool) -> Result<bool, Error> {
        let lease = claims::lease(&self.app);
        let batch = webhooks::claim(&self.app, &self.target, &lease, BATCH)?;
        if batch.is_empty() {
            return Ok(false);
        }
        let extend = |lease: &Lease| webhooks::extend(&self.app, &self.target, lease);
        let round = claims::kept(&self.app, &lease, &extend, || {
            self.work_off(&batch, &lease, stopping)
        })??;
        self.note(&round)?;
        // Of an entry one message is claimed at a time, so a small batch may be followed by another.
        Ok(round.outage.is_none() && !stopping())
    }

    /// Sends one after another.
    fn work_off(
        &self,
        batch: &[StoredMessage],
        lease: &Lease,
        stopping: &dyn Fn() -> bool,
    ) -> Result<Round, Error> {
        let mut round = Round::default();
        for message in batch {
            let end = match round.outage {
                _ if stopping() => put_back(message),
                Some(Fault::Gone) => put_back(message),
                Some(fault) => self.failed(message, fault),
                // Looked up and not remembered: this process may have stood still since it claimed the message.
                None if !webhooks::holds(&self.app, lease, message.id)? => continue,
                None => match self.post(message) {
                    Ok(()) => {
                        round.taken = true;
                        End::Sent
                    }
                    Err(fault) => {
                        round.outage = Some(fault).filter(Fault::is_outage);
                        self.failed(message, fault)
                    }
                },
            };
            self.settle(lease, message, &end)?;
        }
        Ok(round)
    }

    fn post(&self, message: &StoredMessage) -> Result<(), Fault> {
        let id = message.ulid.to_string();
        self.caller.post(&Call {
            id: &id,
            body: &message.body,
            at: self.app.now(),
        })
    }

    fn failed(&self, message: &StoredMessage, fault: Fault) -> End {
        if fault == Fault::Gone {
            return End::Gone;
        }
        let tried = Tried {
            attempts: message.attempts,
            queued_at: message.deliver_until - GIVEN_UP_AFTER,
            still_needed: true,
            seed: message.id.unsigned_abs(),
        };
        match backoff::again(&tried, fault.pause(), self.app.now()) {
            Settlement::RetryAt(at) => End::Retry(at, Some(fault.to_string())),
            Settlement::Sent | Settlement::GivenUp(_) => End::Failed(fault.to_string()),
        }
    }

    fn settle(&self, lease: &Lease, message: &StoredMessage, end: &End) -> Result<(), Error> {
        if !claims::settled(|| webhooks::settle(&self.app, lease, message, end))? {
            return Ok(());
        }
        let (message, attempts) = (message.id, message.attempts);
        let target = self.target.as_str();
        match end {
            End::Sent => tracing::info!(target_name = target, message, attempts, "webhook taken"),
            End::Retry(at, why) => {
                tracing::warn!(target_name = target, message, attempts, %at, ?why, "webhook put off");
            }
            End::Failed(why) => {
                tracing::error!(
                    target_name = target,
                    message,
                    attempts,
                    why,
                    "webhook given up"
                );
            }
            End::Gone => tracing::error!(
                target_name = target,
                message,
                "the webhook's target is gone: it is told no more until an administrator says so"
            ),
        }
        Ok(())
    }

    /// After an outage, the first message that is taken takes along all that waited.
    fn note(&self, round: &Round) -> Result<(), Error> {
        let met = round.outage.is_some();
        if self.outage.is_over(self.app.now(), met, round.taken) {
            let moved = webhooks::bring_forward(&self.app, &self.target)?;
            if 0 < moved {
                tracing::info!(
                    target_name = self.target,
                    moved,
                    "a webhook's target is back"
                );
            }
        }
        Ok(())
    }
}

/// As it was before it was claimed.
fn put_back(message: &StoredMessage) -> End {
    End::Retry(message.available_at, message.last_error.clone())
}
