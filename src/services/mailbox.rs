//! The mails that the demo catches instead of sending them: keeping, listing and showing them.

use std::sync::Arc;

use super::{App, Error};
use crate::notify::message::Prepared;
use crate::notify::sender::{Mailbox, Sender};
use crate::storage::Page;
use crate::storage::mailbox::{self, Mail, StoredMail};

/// A caught mail, and its headers as a mail program shows them.
pub struct Caught {
    /// The mail.
    pub stored: StoredMail,
    /// Names and values, decoded, in their order.
    pub headers: Vec<(String, String)>,
}

/// A page of caught mails, newest first, before the key `before`; only those to one address where it is given. Nothing
/// is found where mails are sent.
pub fn list(
    app: &App,
    to: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<StoredMail, i64>, Error> {
    catching(app)?;
    app.db
        .read(|conn| Ok::<_, Error>(mailbox::list_to(conn, to, before, limit)?))
}

/// A caught mail.
pub fn get(app: &App, id: i64) -> Result<Caught, Error> {
    catching(app)?;
    let stored = app
        .db
        .read(|conn| mailbox::get(conn, id)?.ok_or(Error::NotFound))?;
    let headers = headers(&stored.mail.headers);
    Ok(Caught { stored, headers })
}

/// Hands mails to the mailbox.
#[must_use]
pub fn sender(app: &Arc<App>) -> Box<dyn Sender> {
    let app = Arc::clone(app);
    Box::new(Mailbox::new(move |prepared: &Prepared| {
        keep(&app, prepared)
    }))
}

fn keep(app: &App, prepared: &Prepared) -> Result<(), Error> {
    let at = app.now();
    let message = prepared
        .message()
        .map_err(|error| Error::Fault(error.to_string()))?;
    let wire = String::from_utf8_lossy(&message.formatted()).into_owned();
    let mail = Mail {
        message_id: prepared.message_id.clone(),
        recipient: prepared.to.email.clone(),
        subject: prepared.written.subject.clone(),
        headers: wire.split("\r\n\r\n").next().unwrap_or_default().to_owned(),
        html: prepared.written.html.clone(),
        text: prepared.written.text.clone(),
        at,
    };
    app.db.write(move |conn| Ok(mailbox::insert(conn, &mail)?))
}

fn catching(app: &App) -> Result<(), Error> {
    if app.catches_mail {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Headers as sent, unfolded and decoded.
fn headers(sent: &str) -> Vec<(String, String)> {
    let unfolded = sent.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), decoded(value.trim())))
        .collect()
}

/// A header's value with its encoded words (RFC 2047) in plain text; blanks between two of them are not part of it.
fn decoded(value: &str) -> String {
    let mut bytes: Vec<u8> = Vec::new();
    let mut after_word = false;
    for part in value.split(' ') {
        let word = part
            .strip_prefix("=?utf-8?b?")
            .and_then(|rest| rest.strip_suffix("?="))
            .and_then(from_base64);
        let between_words = after_word && word.is_some();
        if !bytes.is_empty() && !between_words {
            bytes.push(b' ');
        }
        after_word = word.is_some();
        bytes.extend(word.unwrap_or_else(|| part.as_bytes().to_vec()));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0_u32, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let digit = DIGITS.iter().position(|known| *known == byte)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        count += 6;
        if 8 <= count {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_shown_unfolded_and_decoded() {
        let sent = "Subject: =?utf-8?b?44CQ5b6F5Yqe44CR?=\r\n =?utf-8?b?6K+3?= 2026\r\nTo: a <a@b.example>";

        assert_eq!(
            headers(sent),
            [
                ("Subject".to_owned(), "【待办】请 2026".to_owned()),
                ("To".to_owned(), "a <a@b.example>".to_owned()),
            ]
        );
    }

    #[test]
    fn what_only_looks_encoded_stays_as_it_is() {
        assert_eq!(decoded("=?utf-8?b?***?="), "=?utf-8?b?***?=");
    }
}
