//! `/verify/{number-or-ulid}?hash=…`: what a hash on a paper is to the case's record. To strangers it says only that they
//! must log in.

use actix_web::http::StatusCode;
use actix_web::web;
use url::form_urlencoded;

use super::Sight;
use crate::services::Error;
use crate::services::verify::{self, Standing, Verified};
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::case::timeline;
use crate::web::session::Visit;
use crate::web::views::{Link, Nav, Notice, Tag, Tone, VerifyView};

/// `GET /verify/{named}`
pub async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let reader = match visit.reader() {
                Ok(reader) => reader,
                Err(Error::Unauthenticated) => {
                    return visit.outside(StatusCode::UNAUTHORIZED, &for_strangers(visit));
                }
                Err(other) => return Err(other.into()),
            };
            let hash = visit.param("hash").unwrap_or_default().to_owned();
            let verified = verify::verify(&visit.app, &reader.viewer, &path, &hash)?;
            let sight = Sight::new(visit, &verified.seen);
            visit.page(&reader, Nav::None, &view(&sight, &verified, hash))
        })
        .await
}

fn for_strangers(visit: &Visit) -> VerifyView {
    let next: String = form_urlencoded::byte_serialize(visit.here().as_bytes()).collect();
    VerifyView {
        login: format!("/login?next={next}"),
        ..VerifyView::default()
    }
}

fn view(sight: &Sight<'_>, verified: &Verified, hash: String) -> VerifyView {
    let summary = &sight.seen.summary;
    let case = format!("/c/{}", summary.ulid);
    let mut view = VerifyView {
        named: summary.ulid.to_string(),
        case: Some(Link::new(case, summary.title.clone())),
        number: sight.number(),
        now: sight.seen.record_hash().to_owned(),
        state: Some(match verified.sound {
            true => Tag::new(Tone::Ok, sight.say("print.verify.sound", &[])),
            false => Tag::new(Tone::Bad, sight.say("print.verify.broken", &[])),
        }),
        ..VerifyView::default()
    };
    let typed = !hash.trim().is_empty();
    view.hash = hash;
    if !typed {
        return view;
    }
    let said = |tone, key: &str| Some(Notice::new(tone, sight.say(key, &[])));
    match verified.standing {
        Standing::Now => view.verdict = said(Tone::Ok, "print.verify.now"),
        Standing::Never => view.verdict = said(Tone::Bad, "print.verify.never"),
        Standing::Earlier(seq) => {
            view.verdict = said(Tone::Warn, "print.verify.earlier");
            (view.event, view.when) = event(sight, seq);
        }
    }
    view
}

/// What happened then, and when; of what the reader does not see, only that.
fn event(sight: &Sight<'_>, seq: i64) -> (String, String) {
    let mut history = sight.seen.history.iter();
    let Some(happened) = history.find(|happened| happened.seq == seq) else {
        return (sight.say("print.verify.elsewhere", &[]), String::new());
    };
    let told = timeline::told(sight, happened.body.revision);
    let words =
        told.unwrap_or_else(|| sight.say("print.verify.event", &[("number", &seq.to_string())]));
    (words, format::full(happened.at, sight.language))
}
