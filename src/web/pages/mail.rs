//! `/dev/mail`: the mails that the demonstration catches instead of sending them. Not there where mails are sent.

use actix_web::http::header;
use actix_web::web;

use super::answer::Answer;
use super::failure::Failure;
use crate::messages::text;
use crate::services::mailbox;
use crate::storage::mailbox::StoredMail;
use crate::web::format;
use crate::web::session::Visit;
use crate::web::views::{
    Link, MailHeader, MailListView, MailRow, MailView, Nav, Problem, Tag, Tone, View,
};
use actix_web::http::StatusCode;

/// So many mails on a page.
const ROWS: usize = 50;

/// What the page around a mail may load, beside what every page may: the mail itself, in a frame.
const FRAMING: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-src 'self'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'";

/// What a mail's own HTML may do: show its inline styles to the page around it, and nothing else.
const FRAMED: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

/// `GET /dev/mail`
pub async fn list(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let to = visit.param("to").unwrap_or_default().trim().to_owned();
            let before = visit.param("before").and_then(|key| key.parse().ok());
            let wanted = Some(to.as_str()).filter(|to| !to.is_empty());
            let page = mailbox::list(&visit.app, wanted, before, ROWS)?;
            let view = MailListView {
                rows: page.rows.iter().map(|mail| row(visit, mail)).collect(),
                next: page.next.map(|next| {
                    let to: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
                    format!("/dev/mail?to={to}&before={next}")
                }),
                to,
            };
            framed(visit, &view)
        })
        .await
}

/// Whoever runs the demonstration reads everybody's mail, logged in or not.
fn framed<V: View>(visit: &Visit, view: &V) -> Result<Answer, Failure> {
    match visit.reader() {
        Ok(reader) => visit.page(&reader, Nav::Mail, view),
        Err(_) => visit.outside(StatusCode::OK, view),
    }
}

fn row(visit: &Visit, mail: &StoredMail) -> MailRow {
    let now = visit.app.now();
    MailRow {
        href: format!("/dev/mail/{}", mail.id),
        subject: mail.mail.subject.clone(),
        to: mail.mail.recipient.clone(),
        when: format::moment(mail.mail.at, now, visit.language),
        machine: format::machine(mail.mail.at),
        kind: kind(&mail.mail.subject),
    }
}

/// 待办 of 【待办】请审核…
fn kind(subject: &str) -> Tag {
    let word = subject
        .strip_prefix('【')
        .and_then(|rest| rest.split_once('】'))
        .or_else(|| {
            subject
                .strip_prefix('[')
                .and_then(|rest| rest.split_once(']'))
        })
        .map(|(word, _)| word);
    Tag::plain(Tone::Line, word.unwrap_or("✉"))
}

fn number(path: &str) -> Result<i64, Failure> {
    path.parse().map_err(|_| Problem::NotFound.into())
}

/// `GET /dev/mail/{id}`
pub async fn one(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let caught = mailbox::get(&visit.app, number(&path)?)?;
            let mail = &caught.stored.mail;
            let header = |name: &str| {
                caught
                    .headers
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value.clone())
                    .unwrap_or_default()
            };
            let view = MailView {
                subject: mail.subject.clone(),
                to: mail.recipient.clone(),
                from: header("From"),
                when: format::full(mail.at, visit.language),
                html_href: format!("/dev/mail/{}/html", caught.stored.id),
                text: mail.text.clone(),
                links: links(visit, &mail.html),
                headers: caught
                    .headers
                    .iter()
                    .map(|(name, value)| MailHeader {
                        name: name.clone(),
                        value: value.clone(),
                    })
                    .collect(),
            };
            Ok(framed(visit, &view)?.with(header::CONTENT_SECURITY_POLICY, FRAMING))
        })
        .await
}

/// `GET /dev/mail/{id}/html`
pub async fn html(visit: Visit, path: web::Path<String>) -> Answer {
    visit
        .show(move |visit| {
            let caught = mailbox::get(&visit.app, number(&path)?)?;
            let page = Answer::html(StatusCode::OK, caught.stored.mail.html);
            Ok(page
                .with(header::CONTENT_SECURITY_POLICY, FRAMED)
                .with(header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        })
        .await
}

/// Every link of a mail with its words, in order. Our own templates write `<a … href="…">words</a>`.
fn links(visit: &Visit, html: &str) -> Vec<Link> {
    let mut found: Vec<Link> = Vec::new();
    for piece in html.split("<a ").skip(1) {
        let Some((tag, rest)) = piece.split_once('>') else {
            continue;
        };
        let href = tag
            .split_once("href=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(href, _)| plain(href));
        let words = rest.split_once("</a>").map(|(words, _)| plain(words));
        let (Some(href), Some(words)) = (href, words) else {
            continue;
        };
        if !href.starts_with("http") || found.iter().any(|link| link.href == href) {
            continue;
        }
        let words = if words.is_empty() {
            text(visit.language, "pages.mail.link", &[])
        } else {
            words
        };
        found.push(Link::new(local(visit, &href), words));
    }
    found
}

/// A link to ourselves is opened here, under whatever name the browser reached us.
fn local(visit: &Visit, href: &str) -> String {
    match href.strip_prefix(visit.app.settings.base_url.as_str()) {
        Some(path) if path.starts_with('/') => path.to_owned(),
        _ => href.to_owned(),
    }
}

/// Text without tags and entities.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    let entities = [
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x3D;", "="),
        ("&#x60;", "`"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    for (entity, letter) in entities {
        out = out.replace(entity, letter);
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_mail_stands_before_its_subject() {
        assert_eq!(kind("【待办】请审核").text, "待办");
        assert_eq!(kind("[To do] Please review").text, "To do");
    }

    #[test]
    fn an_address_is_read_without_its_entities() {
        assert_eq!(
            plain("https://a/b?d&#x3D;x&amp;e<b>!</b>"),
            "https://a/b?d=x&e!"
        );
    }
}
