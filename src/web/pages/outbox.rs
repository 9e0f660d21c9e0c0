//! `/admin/outbox`: what waits to go out, and the word of an administrator that it may, after a restore; mails that were
//! given up, and sending them again.

use actix_web::web;

use super::answer::Answer;
use super::lists::{key, pager};
use super::posted::Body;
use super::words::Names;
use crate::calendar::Instant;
use crate::messages::text;
use crate::notify::sender::Fault;
use crate::services::pauses::{self, Outbox};
use crate::services::undelivered::{self, Undelivered};
use crate::storage::outbox::StoredMessage;
use crate::storage::resendings::{Queue, Resending};
use crate::web::format;
use crate::web::session::Visit;
use crate::web::views::{Fact, LostMailRow, Nav, OutboxView, Problem, ResentRow, Tag, Tone};

const ADDRESS: &str = "/admin/outbox";
/// So many given up on a page.
const ROWS: usize = 50;

/// `GET /admin/outbox`
pub async fn show(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let found = pauses::seen(&visit.app, &reader.viewer)?;
            let lost = undelivered::overview(&visit.app, &reader.viewer, key(visit)?, ROWS)?;
            let names = Names {
                directory: &reader.viewer.directory,
                language: visit.language,
            };
            visit.page(&reader, Nav::Outbox, &view(visit, names, &found, &lost))
        })
        .await
}

/// `POST /admin/outbox/resume`
pub async fn resume(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            pauses::resume_by(&visit.app, &reader.viewer)?;
            Ok(visit.said(ADDRESS, "outbox_resumed"))
        })
        .await
}

/// `POST /admin/outbox/messages/{id}/resend`
pub async fn resend(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            let id = path.parse().map_err(|_| Problem::NotFound)?;
            undelivered::resend(&visit.app, &reader.viewer, id)?;
            Ok(visit.said(ADDRESS, "mail_resent"))
        })
        .await
}

/// `POST /admin/outbox/resend`
pub async fn resend_all(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            undelivered::resend_all(&visit.app, &reader.viewer)?;
            Ok(visit.said(ADDRESS, "mail_resent"))
        })
        .await
}

fn say(visit: &Visit, key: &str, values: &[(&str, &str)]) -> String {
    text(visit.language, &format!("pages.outbox.{key}"), values)
}

fn lost_row(visit: &Visit, names: Names<'_>, mail: &StoredMessage) -> LostMailRow {
    let notice = format!("pages.outbox.notice.{}", mail.notice);
    LostMailRow {
        id: mail.id,
        mail: mail.ulid.to_string(),
        notice: text(visit.language, &notice, &[]),
        to: names.full(mail.recipient_id),
        when: format::moment(mail.created_at, visit.app.now(), visit.language),
        tries: say(visit, "tries", &[("n", &mail.attempts.to_string())]),
        fault: fault(visit, mail.last_error.as_deref().unwrap_or_default()),
    }
}

/// What went wrong, in words of the page; the server's log has the rest.
fn fault(visit: &Visit, written: &str) -> String {
    match Fault::written(written).map(Fault::word) {
        None => say(visit, "fault.other", &[]),
        Some((word, code)) => {
            let code = code.map(|code| code.to_string()).unwrap_or_default();
            say(visit, &format!("fault.{word}"), &[("code", &code)])
        }
    }
}

fn again_row(visit: &Visit, names: Names<'_>, again: &Resending) -> ResentRow {
    let queue = match again.queue {
        Queue::Mail => "queue_mail",
        Queue::Webhook => "queue_webhook",
    };
    ResentRow {
        when: format::moment(again.at, visit.app.now(), visit.language),
        who: names.full(again.person_id),
        queue: say(visit, queue, &[]),
        message: again.message.to_string(),
    }
}

fn view(visit: &Visit, names: Names<'_>, found: &Outbox, lost: &Undelivered) -> OutboxView {
    let say = |key: &str, values: &[(&str, &str)]| say(visit, key, values);
    let when = |at: Instant| format::moment(at, visit.app.now(), visit.language);
    let oldest = [found.oldest_mail, found.oldest_webhook];
    let oldest = oldest.into_iter().flatten().min();
    let fact = |key: &str, value: String| Fact::new(say(key, &[]), value);
    OutboxView {
        state: match found.pause {
            None => Tag::new(Tone::Ok, say("running", &[])),
            Some(_) => Tag::new(Tone::Bad, say("paused", &[])),
        },
        paused: found.pause.map_or_else(String::new, |pause| {
            let (since, backup) = (when(pause.since), when(pause.backup_at));
            say("since", &[("since", &since), ("backup", &backup)])
        }),
        facts: vec![
            fact("mails", found.mails.to_string()),
            fact("webhooks", found.webhooks.to_string()),
            fact("oldest", oldest.map_or_else(|| say("none", &[]), when)),
        ],
        lost: lost
            .mails
            .rows
            .iter()
            .map(|mail| lost_row(visit, names, mail))
            .collect(),
        pager: pager(visit, lost.mails.next.map(|next| next.to_string())),
        again: lost
            .again
            .iter()
            .map(|again| again_row(visit, names, again))
            .collect(),
    }
}
