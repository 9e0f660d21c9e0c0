//! `/a/{token}` and `/a/confirm`: deciding through a mail's link. Opening shows; only the button on the page acts.

use actix_web::http::StatusCode;
use actix_web::web;

use super::answer::Answer;
use super::failure::Failure;
use super::posted::{Body, Posted};
use super::words;
use crate::engine::{MOST_COMMENT, Rejection};
use crate::forms::Words;
use crate::messages::{Language, text};
use crate::services::links::{self, Offer, Page, Reply};
use crate::services::{Error, seen};
use crate::web::format;
use crate::web::session::{Site, Visit};
use crate::web::views::{
    ActOption, Choice, CommentField, ConfirmDoneView, ConfirmView, DeadLinkView, EditView,
    ErrorLink, Fact, Problem,
};
use crate::workflow::Text;

/// Between the token and the button that was pressed in the mail, in the link's cookie.
const PRESSED: char = '|';
/// What the value in the form is bound to, beside cookie and link.
const CONFIRM: &str = "confirm";
/// No token is longer.
const LONGEST: usize = 2048;

/// `GET /a/{token}`: the token moves from the address bar into a short cookie. A look ahead gets none.
pub async fn open(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let token = path.into_inner();
            let answer = Answer::found("/a/confirm");
            let looks = visit.looks_ahead || visit.method != actix_web::http::Method::GET;
            if looks || !is_token(&token) {
                return Ok(answer);
            }
            let pressed: String = visit
                .param("d")
                .unwrap_or_default()
                .chars()
                .filter(|letter| {
                    letter.is_ascii_alphanumeric() || matches!(letter, ':' | '_' | '-')
                })
                .take(80)
                .collect();
            Ok(answer.set(visit.link_cookie(format!("{token}{PRESSED}{pressed}"))))
        })
        .await
}

fn is_token(token: &str) -> bool {
    token.len() <= LONGEST
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The token and the button that was pressed in the mail.
fn carried(visit: &Visit) -> Result<(&str, &str), Failure> {
    let cookie = visit.link.as_deref().unwrap_or_default();
    let (token, pressed) = cookie.split_once(PRESSED).unwrap_or((cookie, ""));
    if token.is_empty() {
        return Err(Error::DeadLink("").into());
    }
    Ok((token, pressed))
}

/// What was typed on the page, and what is wrong with it.
#[derive(Default)]
struct Tried {
    answer: String,
    comment: String,
    to: String,
    /// At the comment.
    comment_error: String,
    /// At the answers.
    error: String,
}

/// `GET /a/confirm`
pub async fn confirm(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let (token, pressed) = carried(visit)?;
            let page = links::show(&visit.app, token)?;
            let tried = Tried {
                answer: pressed.to_owned(),
                ..Tried::default()
            };
            show(visit, token, &page, StatusCode::OK, &tried)
        })
        .await
}

fn show(
    visit: &Visit,
    token: &str,
    page: &Page,
    status: StatusCode,
    tried: &Tried,
) -> Result<Answer, Failure> {
    let language = visit.language;
    let options: Vec<ActOption> = page
        .offers
        .iter()
        .map(|offer| ActOption {
            value: offer.answer.clone(),
            label: label(language, offer),
            hint: hint(language, offer),
            chosen: offer.answer == tried.answer,
        })
        .collect();
    let anchor = if options.len() == 1 {
        "#task-link-comment"
    } else {
        "#task-link-action"
    };
    let errors: Vec<ErrorLink> = [
        (&tried.error, anchor),
        (&tried.comment_error, "#task-link-comment"),
    ]
    .into_iter()
    .filter(|(sentence, _)| !sentence.is_empty())
    .map(|(sentence, href)| ErrorLink::new(href, sentence.clone()))
    .collect();
    let view = ConfirmView {
        person: page.name.clone(),
        department: page.department.clone(),
        address: page.address.clone(),
        number: page.number.clone(),
        facts: facts(visit, page),
        legend: text(language, "case.legend", &[]),
        single: options.len() == 1,
        options,
        comment: Some(CommentField {
            optional: optional(language, &page.offers),
            hint: text(language, "case.comment_hint_link", &[]),
            value: tried.comment.clone(),
            error: tried.comment_error.clone(),
            max: u32::try_from(MOST_COMMENT).unwrap_or(u32::MAX),
        }),
        supplement: None,
        return_to: return_to(language, page, &tried.to),
        error_heading: EditView::count_errors(errors.len(), language),
        errors,
        csrf: csrf(visit, token, page),
        revision: page.revision,
        ends: format::deadline(page.expires_at, visit.app.now(), language),
        case_href: format!("/c/{}", page.case),
    };
    visit.outside(status, &view)
}

fn csrf(visit: &Visit, token: &str, page: &Page) -> String {
    visit
        .app
        .form_tokens
        .for_link(token, &page.link.to_string(), CONFIRM)
}

fn label(language: Language, offer: &Offer) -> String {
    match &offer.title {
        Some(title) => language.pick(title).to_owned(),
        None => text(language, &format!("case.option.{}", offer.answer), &[]),
    }
}

fn hint(language: Language, offer: &Offer) -> String {
    if offer.comment {
        return text(language, "case.needs_comment", &[]);
    }
    String::new()
}

/// Which answers may go without words.
fn optional(language: Language, offers: &[Offer]) -> String {
    let free: Vec<String> = offers
        .iter()
        .filter(|offer| !offer.comment)
        .map(|offer| label(language, offer))
        .collect();
    if free.is_empty() {
        return String::new();
    }
    if free.len() == offers.len() {
        return text(language, "pages.case.may_be_empty", &[]);
    }
    let answers = free.join(&text(language, "case.and", &[]));
    text(language, "case.optional_for", &[("answers", &answers)])
}

fn return_to(language: Language, page: &Page, chosen: &str) -> Vec<Choice> {
    let places = page.offers.iter().flat_map(|offer| &offer.return_to);
    let all: Vec<_> = places.collect();
    let usual = all
        .last()
        .map(|place| place.id.as_str())
        .unwrap_or_default();
    let wanted = if chosen.is_empty() { usual } else { chosen };
    all.iter()
        .map(|place| {
            let words = place.title.as_ref().map_or_else(
                || text(language, "case.applicant", &[]),
                |title| language.pick(title).to_owned(),
            );
            Choice::new(place.id.clone(), words, place.id == wanted)
        })
        .collect()
}

/// Less than the case's page shows: no files, no discussion, no free text.
fn facts(visit: &Visit, page: &Page) -> Vec<Fact> {
    let language = visit.language;
    let say = |key: &str| text(language, key, &[]);
    let pick = |words: &Text| language.pick(words).to_owned();
    let mut facts = vec![
        Fact::new(say("case.fact.workflow"), pick(&page.workflow)),
        Fact::new(say("case.fact.applicant"), page.applicant.clone()),
    ];
    if let Some(data) = &page.data {
        let values = [("title", &*data.title), ("provider", &*data.provider)];
        let words = text(language, "case.data_of", &values);
        facts.push(Fact::new(say("case.fact.data"), words));
    }
    facts.push(Fact::new(say("case.fact.stage"), pick(&page.stage)));
    if let Some(holder) = &page.acts_for {
        facts.push(Fact::new(say("case.fact.acts_for"), holder.clone()));
    }
    if let Some(due) = page.due {
        let mut fact = Fact::new(
            say("pages.fact.due"),
            format::deadline(due, visit.app.now(), language),
        );
        fact.strong = true;
        facts.push(fact);
    }
    if !page.signed.is_empty() {
        let signed: Vec<String> = page
            .signed
            .iter()
            .map(|signed| {
                let tag = words::answer(&signed.answer, None, false, language);
                let person = match &signed.on_behalf {
                    None => signed.name.clone(),
                    Some(holder) => {
                        let values = [("substitute", &*signed.name), ("holder", &**holder)];
                        text(language, "case.on_behalf", &values)
                    }
                };
                let values = [
                    ("person", &*person),
                    ("department", &*signed.department),
                    ("answer", &*tag.text),
                ];
                text(language, "case.signed", &values)
            })
            .collect();
        facts.push(Fact::new(say("case.fact.signed"), signed.join("\n")));
    }
    facts
}

/// `POST /a/confirm`
pub async fn answer(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            if visit.site == Site::Foreign {
                return Err(Failure::Foreign);
            }
            let (token, _) = carried(visit)?;
            let opened = links::open(&visit.app, token)?;
            let token_of_form = posted.get("csrf").unwrap_or_default();
            let link = opened.link.to_string();
            if !visit
                .app
                .form_tokens
                .is_for_link(token, &link, CONFIRM, token_of_form)
            {
                return Err(Failure::Foreign);
            }
            if let Some(fault) = posted.fault {
                let page = links::show(&visit.app, token)?;
                let mut tried = tried(&posted);
                tried.error = words::form_fault(visit, fault);
                return show(visit, token, &page, fault.status(), &tried);
            }
            act(visit, token, &posted)
        })
        .await
}

fn tried(posted: &Posted) -> Tried {
    let typed = |name: &str| posted.get(name).unwrap_or_default().to_owned();
    Tried {
        answer: typed("action"),
        comment: typed("comment"),
        to: typed("to"),
        ..Tried::default()
    }
}

fn act(visit: &Visit, token: &str, posted: &Posted) -> Result<Answer, Failure> {
    let page = links::show(&visit.app, token)?;
    let mut tried = tried(posted);
    let Some(offer) = page
        .offers
        .iter()
        .find(|offer| offer.answer == tried.answer)
    else {
        tried.error = text(visit.language, "case.choose_answer", &[]);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(visit, token, &page, status, &tried);
    };
    let filled = |words: &str| Some(words.to_owned()).filter(|words| !words.trim().is_empty());
    let reply = Reply {
        comment: filled(&tried.comment),
        to: filled(&tried.to).filter(|_| !offer.return_to.is_empty()),
        confirmed: posted.get("confirmed").is_some(),
        seen: posted.number("revision").or(Some(page.revision)),
        ..Reply::named(&tried.answer)
    };
    let said = label(visit.language, offer);
    match links::act(&visit.app, token, reply) {
        Ok(done) => decided(visit, &done, said),
        Err(Error::Rejected(rejection)) => refused(visit, token, &page, tried, &rejection),
        Err(other) => Err(other.into()),
    }
}

fn refused(
    visit: &Visit,
    token: &str,
    page: &Page,
    mut tried: Tried,
    rejection: &Rejection,
) -> Result<Answer, Failure> {
    let sentence = words::rejection(visit.language, rejection, None);
    let at_comment = matches!(
        rejection,
        Rejection::CommentMissing(_)
            | Rejection::CommentTooLong(..)
            | Rejection::CommentUnprintable
    );
    if at_comment {
        tried.comment_error = sentence;
    } else {
        tried.error = sentence;
    }
    let status = match super::failure::of_rejection(rejection) {
        Problem::Conflict => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    show(visit, token, page, status, &tried)
}

/// The page after the decision. The cookie goes: the link has done its work.
fn decided(visit: &Visit, done: &links::Done, said: String) -> Result<Answer, Failure> {
    let view = ConfirmDoneView {
        answer: said,
        number: done.number.clone(),
        when: format::full(done.at, visit.language),
        next: String::new(),
        receipt: done.receipt.clone(),
        case_href: format!("/c/{}", done.case),
    };
    Ok(visit.outside(StatusCode::OK, &view)?.set(visit.no_link()))
}

/// The one page for links that do not act. Only their own person is told why, after login.
pub fn dead(visit: &Visit) -> Result<Answer, Failure> {
    let stranger = DeadLinkView {
        href: "/login?next=/a/confirm".into(),
        ..DeadLinkView::default()
    };
    let view = match visit.reader() {
        Err(Error::Unauthenticated) => stranger,
        Err(other) => return Err(other.into()),
        Ok(reader) => {
            let inbox = DeadLinkView {
                href: "/inbox".into(),
                ..DeadLinkView::default()
            };
            let token = carried(visit).map(|(token, _)| token).unwrap_or_default();
            match links::why_dead(&visit.app, reader.viewer.person.id, token)? {
                None => inbox,
                Some(cause) => DeadLinkView {
                    cause: text(visit.language, cause.key, &[]),
                    receipt: cause.receipt.unwrap_or_default(),
                    href: match seen::see(&visit.app, &reader.viewer, cause.case) {
                        Ok(_) => format!("/c/{}", cause.case),
                        Err(Error::NotFound) => "/inbox".into(),
                        Err(other) => return Err(other.into()),
                    },
                },
            }
        }
    };
    visit.outside(StatusCode::GONE, &view)
}
