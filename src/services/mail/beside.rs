//! Mails about no case: a program that wants to be told no more, somebody who acts for somebody.

use serde::{Deserialize, Serialize};
use serde_json::json;
use ulid::Ulid;

use super::language;
use crate::calendar::day_of;
use crate::directory::{Directory, Person, PersonId, Post};
use crate::messages::{self, Language};
use crate::notify::backoff::GIVEN_UP_AFTER;
use crate::notify::facts::{MailFacts, Notice, Recipient, SubstituteFacts, Why};
use crate::notify::mail;
use crate::notify::message::{self, Prepared};
use crate::services::{App, Error, substitutes as substituting};
use crate::storage::outbox::{self, NewMessage, StoredMessage};
use crate::storage::{Connection, people, substitutes, webhook_stops};

/// What such a mail tells, as its outbox row keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::services) enum Beside {
    /// A target of webhooks has answered that it is gone.
    WebhookGone(String),
    /// Somebody is to act for somebody.
    SubstituteNamed(Ulid),
    /// They do so no more.
    SubstituteEnded(Ulid),
}

impl Beside {
    fn word(&self) -> &'static str {
        match self {
            Self::WebhookGone(_) => "webhook_gone",
            Self::SubstituteNamed(_) => "substitute_named",
            Self::SubstituteEnded(_) => "substitute_ended",
        }
    }
}

/// Writes the mail to somebody, with what it is about.
pub(in crate::services) fn tell(
    app: &App,
    conn: &mut Connection,
    person: PersonId,
    about: &Beside,
) -> Result<(), Error> {
    let (ulid, now) = (Ulid::new(), app.now());
    outbox::enqueue(
        conn,
        NewMessage {
            ulid,
            kind: "mail".into(),
            notice: about.word().into(),
            case_id: None,
            task_id: None,
            recipient_id: person,
            params: json!(about),
            message_id: message::message_id(&ulid.to_string(), &app.settings.host()),
            available_at: now,
            deliver_until: now + GIVEN_UP_AFTER,
            created_at: now,
        },
    )?;
    Ok(())
}

/// Puts the mail together; `None` when it is not so any more, or the person is gone.
pub(super) fn compose(
    app: &App,
    conn: &mut Connection,
    row: &StoredMessage,
) -> Result<Option<Prepared>, Error> {
    let about: Beside = serde_json::from_value(row.params.clone())?;
    let directory = app.directory(conn)?;
    let account = people::account(conn, row.recipient_id)?;
    let person = directory.person(row.recipient_id);
    let (Some(account), Some(person)) = (account, person.filter(|person| person.active)) else {
        return Ok(None);
    };
    let language = language(&account.language);
    let Some((said, why)) = said(app, conn, &directory, &about, language)? else {
        return Ok(None);
    };
    let fault = |error: String| Error::Fault(error);
    let facts = facts(app, &directory, person, why, language);
    Ok(Some(Prepared {
        from: message::Person::parse(&app.settings.mail.from)
            .map_err(|error| fault(error.to_string()))?,
        to: message::Person {
            name: person.name.clone(),
            email: person.email.clone(),
        },
        written: mail::write(&said, &facts).map_err(|error| fault(error.to_string()))?,
        message_id: row.message_id.clone(),
        thread: None,
        date: row.created_at,
    }))
}

fn said(
    app: &App,
    conn: &mut Connection,
    directory: &Directory,
    about: &Beside,
    language: Language,
) -> Result<Option<(Notice, Why)>, Error> {
    let base = &app.settings.base_url;
    let (ulid, named) = match about {
        Beside::WebhookGone(target) => {
            let stopped = webhook_stops::of(conn, target)?;
            let gone = Notice::WebhookGone {
                target: target.clone(),
                url: format!("{base}/admin/webhooks"),
            };
            return Ok(stopped.map(|_| (gone, Why::Administrator)));
        }
        Beside::SubstituteNamed(ulid) => (ulid, true),
        Beside::SubstituteEnded(ulid) => (ulid, false),
    };
    let Some(stored) = substitutes::get(conn, *ulid)? else {
        return Ok(None);
    };
    let all = match named {
        true => substituting::named_with(conn, *ulid)?,
        false => vec![stored.clone()],
    };
    let posts: Vec<String> = all
        .iter()
        .map(|one| post(directory, &one.substitution.post, language))
        .collect();
    let of = &stored.substitution;
    let holder = directory.person(of.holder);
    let facts = SubstituteFacts {
        holder: holder.map_or_else(String::new, |holder| holder.name.clone()),
        post: posts.join(&messages::text(language, "mail.names", &[])),
        from: of.from,
        until: of.until,
        url: format!("{base}/settings/substitutes"),
    };
    Ok(match (named, stored.ended) {
        (true, None) => Some((Notice::SubstituteNamed(facts), Why::Named)),
        (false, Some(_)) => Some((Notice::SubstituteEnded(facts), Why::Named)),
        (true, Some(_)) | (false, None) => None,
    })
}

fn post(directory: &Directory, post: &Post, language: Language) -> String {
    let department = directory.department(&post.department);
    let title = directory.role(&post.role).map(|role| match language {
        Language::En if !role.title_en.is_empty() => role.title_en.as_str(),
        Language::En | Language::Zh => role.title.as_str(),
    });
    let department = department.map_or("", |department| &department.short_name);
    format!("{department}{}", title.unwrap_or_default())
}

fn facts(
    app: &App,
    directory: &Directory,
    person: &Person,
    why: Why,
    language: Language,
) -> MailFacts {
    let settings = &app.settings;
    let department = directory.department(&person.department);
    MailFacts {
        language,
        today: day_of(app.now()),
        product: settings.place.product.clone(),
        recipient: Recipient {
            name: person.name.clone(),
            department: department.map_or_else(String::new, |known| known.short_name.clone()),
        },
        why,
        acts_for: None,
        number: String::new(),
        workflow: String::new(),
        applicant: String::new(),
        data: None,
        case_url: String::new(),
        contact: settings.mail.contact.clone(),
        hide_details: settings.mail.hide_details,
    }
}
