//! `/admin/outbox`: what waits to go out, and the word of an administrator that it may, after a restore.

use super::answer::Answer;
use super::posted::Body;
use crate::calendar::Instant;
use crate::messages::text;
use crate::services::pauses::{self, Outbox};
use crate::web::format;
use crate::web::session::Visit;
use crate::web::views::{Fact, Nav, OutboxView, Tag, Tone};

const ADDRESS: &str = "/admin/outbox";

/// `GET /admin/outbox`
pub async fn show(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let found = pauses::seen(&visit.app, &reader.viewer)?;
            visit.page(&reader, Nav::Outbox, &view(visit, &found))
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

fn view(visit: &Visit, found: &Outbox) -> OutboxView {
    let say = |key: &str, values: &[(&str, &str)]| {
        text(visit.language, &format!("pages.outbox.{key}"), values)
    };
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
    }
}
