//! Work that nobody waits for: mails that leave, timers that come due, what is cleared away. Plain threads; each look
//! takes what is there, and may run beside others on other servers.

mod anchor;
mod claims;
mod outbox;
mod running;
mod timers;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

pub use anchor::Anchorer;
pub use outbox::Mailer;
pub use running::Running;
pub use timers::{Act, pass as timer_pass};
pub use webhooks::Courier;

use crate::config::Delivery;
use crate::notify::sender::Sender;
use crate::notify::smtp::{PATIENCE, Smtp};
use crate::notify::webhook;
use crate::services::{App, Error, cases, dates, mailbox, queues, rechecks, sequencer};

/// Mails that are handed over at the same time.
const SIDE_BY_SIDE: usize = 4;
/// How often a worker looks for something to do.
const POLL: Duration = Duration::from_millis(500);
/// How often the days in registers are looked through.
const DATES: Duration = Duration::from_secs(60);
/// How often it is looked whether the clock has put something off that it should not have.
const CLOCK: Duration = Duration::from_secs(60);
/// How often things are cleared away.
const CLEAR: Duration = Duration::from_secs(60 * 60);

/// Starts the workers.
pub fn start(app: Arc<App>) -> Result<Running, Error> {
    let mailer = Mailer::new(Arc::clone(&app), sender(&app)?).side_by_side(SIDE_BY_SIDE);
    let timed = Arc::clone(&app);
    let mut running = Running::new();
    // Each target has its own, so that none waits for another.
    for target in &app.settings.webhooks.targets {
        let courier = Courier::new(&app, target, webhook::PATIENCE)?;
        let name = format!("webhook {}", target.name);
        running.worker(&name, POLL, move |signal| {
            courier.pass_until(&|| signal.is_stopping())
        })?;
    }
    running.worker("mails", POLL, move |signal| {
        mailer.pass_until(&|| signal.is_stopping())
    })?;
    let rechecked = Arc::clone(&app);
    running.worker("rechecks", POLL, move |signal| {
        rechecks::pass(&rechecked, &|| signal.is_stopping())
    })?;
    running.worker("timers", POLL, move |_| timer_pass(&timed, &cases::tick))?;
    let anchor = Anchorer::new(Arc::clone(&app));
    running.worker("log", POLL, move |_| {
        let more = sequencer::pass(&anchor.app)?;
        anchor.pass()?;
        Ok(more)
    })?;
    let set = Arc::clone(&app);
    running.worker("clock", CLOCK, move |_| {
        let moved = queues::set_right(&set)?;
        if 0 < moved {
            tracing::warn!(
                moved,
                "the clock was ahead; what it had put off is brought forward"
            );
        }
        Ok(false)
    })?;
    let dated = Arc::clone(&app);
    running.worker("dates", DATES, move |_| dates::pass(&dated))?;
    running.worker("housekeeping", CLEAR, move |signal| {
        let cleared = queues::clear_away(&app)?;
        tracing::debug!(?cleared, "cleared away");
        while !signal.is_stopping() && queues::archive(&app)? {}
        // Nothing more for another hour.
        Ok(false)
    })?;
    Ok(running)
}

/// How mail leaves: over SMTP, or into the mailbox of the demo.
pub fn sender(app: &Arc<App>) -> Result<Box<dyn Sender>, Error> {
    match &app.settings.mail.delivery {
        Delivery::Smtp { server, ca } if !app.catches_mail => {
            let smtp = Smtp::new(server, ca.as_deref(), PATIENCE);
            Ok(Box::new(
                smtp.map_err(|error| Error::Fault(error.to_string()))?,
            ))
        }
        Delivery::Smtp { .. } | Delivery::Mailbox => Ok(mailbox::sender(app)),
    }
}

/// What went wrong, for the log: a kind, never a text that may hold what people wrote.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Storage(_) => "database",
        Error::Corrupt(_) => "stored data cannot be read",
        Error::Rejected(rejection) => rejection.code(),
        Error::NotFound => "missing",
        Error::Stale => "taken by another",
        Error::Attachments(_) => "attachments folder",
        _ => "fault",
    }
}
