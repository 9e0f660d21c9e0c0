//! `/admin/webhooks`: how the programs stand that are told of changes, what they could not be told, and sending it again.

use actix_web::web;

use super::answer::Answer;
use super::lists::{key, pager};
use super::posted::Body;
use crate::forms::Words;
use crate::messages::text;
use crate::services::rulebook::Registers;
use crate::services::webhooks::{self, Target};
use crate::storage::webhook_messages::StoredMessage;
use crate::web::format;
use crate::web::session::Visit;
use crate::web::views::{Nav, Problem, Tag, Tone, WebhookRow, WebhookTargetRow, WebhooksView};

const ADDRESS: &str = "/admin/webhooks";
/// So many given up on a page.
const ROWS: usize = 50;

/// `GET /admin/webhooks`
pub async fn show(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let found = webhooks::overview(&visit.app, &reader.viewer, key(visit)?, ROWS)?;
            let registers = visit.app.registers_now()?;
            let rows = |messages: &[StoredMessage], waits| {
                let rows = messages
                    .iter()
                    .map(|message| row(visit, &registers, message, waits));
                rows.collect()
            };
            let view = WebhooksView {
                targets: found
                    .targets
                    .iter()
                    .map(|one| target(visit, &registers, one))
                    .collect(),
                failed: rows(&found.failed.rows, false),
                pager: pager(visit, found.failed.next.map(|next| next.to_string())),
                late: rows(&found.late, true),
            };
            visit.page(&reader, Nav::Webhooks, &view)
        })
        .await
}

/// `POST /admin/webhooks/messages/{id}/resend`
pub async fn resend(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            let id = path.parse().map_err(|_| Problem::NotFound)?;
            webhooks::resend(&visit.app, &reader.viewer, id)?;
            Ok(visit.said(ADDRESS, "webhook_resent"))
        })
        .await
}

/// `POST /admin/webhooks/targets/{name}/resume`
pub async fn resume(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            webhooks::resume(&visit.app, &reader.viewer, &path)?;
            Ok(visit.said(ADDRESS, "webhook_resumed"))
        })
        .await
}

fn say(visit: &Visit, key: &str, values: &[(&str, &str)]) -> String {
    text(visit.language, &format!("pages.webhooks.{key}"), values)
}

fn target(visit: &Visit, known: &Registers, target: &Target) -> WebhookTargetRow {
    let registers: Vec<String> = target
        .registers
        .iter()
        .map(|id| register(visit, known, id))
        .collect();
    let state = match target.stopped {
        None => Tag::new(Tone::Ok, say(visit, "told", &[])),
        Some(_) => Tag::new(Tone::Bad, say(visit, "stopped", &[])),
    };
    let stopped = target.stopped.map(|at| {
        let when = format::moment(at, visit.app.now(), visit.language);
        say(visit, "stopped_since", &[("when", &when)])
    });
    WebhookTargetRow {
        name: target.name.clone(),
        host: target.host.clone(),
        registers: registers.join(&say(visit, "and", &[])),
        waiting: target.waiting,
        state,
        stopped: stopped.unwrap_or_default(),
    }
}

fn register(visit: &Visit, known: &Registers, id: &str) -> String {
    match known.get(id) {
        Some(register) => visit.language.pick(&register.title).to_owned(),
        None => say(visit, "no_register", &[("id", id)]),
    }
}

fn row(visit: &Visit, known: &Registers, message: &StoredMessage, waits: bool) -> WebhookRow {
    let (now, language) = (visit.app.now(), visit.language);
    let next = match waits {
        true => format::moment(message.available_at, now, language),
        false => String::new(),
    };
    WebhookRow {
        id: message.id,
        webhook_id: message.ulid.to_string(),
        target: message.target.clone(),
        register: register(visit, known, &message.register),
        when: format::moment(message.created_at, now, language),
        tries: say(visit, "tries", &[("n", &message.attempts.to_string())]),
        fault: fault(visit, message.last_error.as_deref().unwrap_or_default()),
        next,
    }
}

/// A fault's code in words: `timeout`, `status 503`.
fn fault(visit: &Visit, code: &str) -> String {
    match code.split_once(' ') {
        Some(("status", status)) => say(visit, "fault.status", &[("status", status)]),
        _ if code.is_empty() => String::new(),
        _ => say(visit, &format!("fault.{code}"), &[]),
    }
}
