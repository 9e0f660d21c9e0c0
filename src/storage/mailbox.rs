//! Table `mailbox`: the mails that the demo shows instead of sending them.

use diesel::prelude::*;

use super::columns::one_more;
use super::connection::{MultiBackend, OnConflict, moment};
use super::schema::mailbox;
use super::{Connection, Page, StorageError};
use crate::calendar::Instant;

/// A mail as it would have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mailbox, check_for_backend(MultiBackend))]
pub struct StoredMail {
    /// The key.
    pub id: i64,
    /// What it says.
    #[diesel(embed)]
    pub mail: Mail,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mailbox, check_for_backend(MultiBackend))]
pub struct Mail {
    /// Its Message-ID.
    pub message_id: String,
    /// To which address.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its headers, as they would have been sent.
    pub headers: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// Keeps a mail; the same one tried again is kept once.
///
/// # Errors
/// The database's own failure.
pub fn insert(conn: &mut Connection, mail: &Mail) -> Result<(), StorageError> {
    let insert = diesel::insert_into(mailbox::table).values((
        mailbox::message_id.eq(&mail.message_id),
        mailbox::recipient.eq(&mail.recipient),
        mailbox::subject.eq(&mail.subject),
        mailbox::headers.eq(&mail.headers),
        mailbox::html.eq(&mail.html),
        mailbox::text.eq(&mail.text),
        mailbox::at.eq(moment(mail.at)),
    ));
    OnConflict(insert, "(message_id) DO NOTHING").execute(conn)?;
    Ok(())
}

/// A page of mails, newest first, before the key `before`.
///
/// # Errors
/// The database's own failure.
pub fn list(
    conn: &mut Connection,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<StoredMail, i64>, StorageError> {
    list_to(conn, None, before, limit)
}

/// As [`list`], only those to this address where one is given.
///
/// # Errors
/// The database's own failure.
pub fn list_to(
    conn: &mut Connection,
    recipient: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<StoredMail, i64>, StorageError> {
    let mut query = mailbox::table
        .filter(mailbox::id.lt(before.unwrap_or(i64::MAX)))
        .into_boxed::<MultiBackend>();
    if let Some(recipient) = recipient {
        query = query.filter(mailbox::recipient.eq(recipient.to_owned()));
    }
    let rows = query
        .order(mailbox::id.desc())
        .limit(one_more(limit))
        .select(StoredMail::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |mail: &StoredMail| mail.id))
}

/// The mail with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, id: i64) -> Result<Option<StoredMail>, StorageError> {
    Ok(mailbox::table
        .find(id)
        .select(StoredMail::as_select())
        .first(conn)
        .optional()?)
}
