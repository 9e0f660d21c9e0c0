//! Logging in and out: server-side sessions and API tokens, stored as hashes, and delays for those who keep guessing.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{App, Error, Viewer};
use crate::auth::throttle::{self, Admission, Tries};
use crate::auth::tokens::{self, Token};
use crate::calendar::{Instant, day_of};
use crate::storage::login_attempts::{self, LoginAttempts};
use crate::storage::sessions::{self, Session};
use crate::storage::{Connection, StorageError, api_tokens, logins, people};

/// A session is touched at most this often, so that reading pages does not write at every request.
const TOUCH_SECONDS: i64 = 60;
/// The longest login or password that is looked at.
const LONGEST: usize = 256;

/// A fresh login.
pub struct LoggedIn {
    /// The secret of the cookie or of the `Authorization` header; only its hash is kept.
    pub token: Token,
    /// When it ends, used or not.
    pub expires_at: Instant,
}

/// Checks a password and opens a session. Unknown logins and wrong passwords get the same answer in the same time.
pub fn log_in(
    app: &Arc<App>,
    login: &str,
    password: &str,
    source: &str,
) -> Result<LoggedIn, Error> {
    if LONGEST < login.chars().count() || LONGEST < password.chars().count() {
        return Err(Error::Unauthenticated);
    }
    let keys = [
        format!("login:{}", login.to_lowercase()),
        format!("source:{source}"),
    ];
    let account = {
        let (keys, login) = (keys.clone(), login.to_owned());
        let now = app.now();
        app.db.read(move |conn| {
            admit(conn, &keys, now)?;
            Ok::<_, Error>(people::by_login(conn, &login)?)
        })?
    };
    // The hash takes its time outside of any transaction.
    let stored = account
        .as_ref()
        .filter(|account| account.active)
        .and_then(|account| account.password_hash.as_deref());
    let right = app
        .passwords
        .verify(stored, password)
        .map_err(|error| Error::Fault(error.to_string()))?;
    let now = app.now();
    let Some(account) = account.filter(|_| right) else {
        app.db.write(move |conn| {
            for key in &keys {
                login_attempts::failed(conn, key, day_of(now), now)?;
            }
            Ok::<_, Error>(())
        })?;
        return Err(Error::Unauthenticated);
    };
    let [login_key, _] = keys;
    let token = Token::generate()?;
    let expires_at = now + lasting(app);
    let session = Session {
        id_hash: token.hash(),
        person_id: account.id,
        csrf: app.form_tokens.for_session(&token.hash()),
        created_at: now,
        seen_at: now,
        expires_at,
        source: source.to_owned(),
    };
    app.db.write(move |conn| {
        login_attempts::clear(conn, &login_key)?;
        Ok::<_, Error>(sessions::insert(conn, &session)?)
    })?;
    Ok(LoggedIn { token, expires_at })
}

fn lasting(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.settings.session.longest).unwrap_or(TimeDelta::hours(12))
}

fn admit(conn: &mut Connection, keys: &[String; 2], now: Instant) -> Result<(), Error> {
    let tries = |found: Option<LoginAttempts>| {
        let found = found.filter(|found| found.day == day_of(now));
        found.map_or_else(Tries::default, |found| Tries {
            failures: found.failures,
            today: found.failures,
            last_failure: Some(found.last_at),
        })
    };
    let account = throttle::ACCOUNT.admit(&tries(login_attempts::get(conn, &keys[0])?), now);
    let source = throttle::SOURCE.admit(&tries(login_attempts::get(conn, &keys[1])?), now);
    match throttle::stricter(account, source) {
        Admission::Allowed => Ok(()),
        Admission::Wait(seconds) => Err(Error::TooMany(u64::from(seconds))),
    }
}

/// Who a session's secret belongs to; refused when it has ended, was idle too long, or the person is gone.
pub fn of_cookie(app: &App, secret: &str) -> Result<(Session, Viewer), Error> {
    let hash = tokens::hash(secret);
    let found = app.db.ask(|conn| logins::look(conn, &hash))?;
    let live = found
        .session
        .filter(|session| is_live(app, session, app.now()));
    of_session(app, live.ok_or(Error::Unauthenticated)?, found.directory)
}

fn of_session(app: &App, session: Session, directory: i64) -> Result<(Session, Viewer), Error> {
    let now = app.now();
    let directory = app.directory_at(directory)?;
    let viewer = Viewer::of(&directory, session.person_id, now).ok_or(Error::Unauthenticated)?;
    if TOUCH_SECONDS <= (now - session.seen_at).num_seconds() {
        let hash = session.id_hash.clone();
        noted(
            app.db
                .write(move |conn| Ok::<_, Error>(sessions::touch(conn, &hash, now)?)),
        )?;
    }
    Ok((session, viewer))
}

/// That a login was used is written down where that can be done: on a full disk, reading goes on.
fn noted<T>(written: Result<T, Error>) -> Result<(), Error> {
    match written {
        Err(Error::Storage(StorageError::Unavailable(cause))) => {
            tracing::warn!(%cause, "the use of a login is not written down");
            Ok(())
        }
        other => other.map(drop),
    }
}

fn is_live(app: &App, session: &Session, now: Instant) -> bool {
    let idle = TimeDelta::from_std(app.settings.session.idle).unwrap_or(TimeDelta::minutes(15));
    // Seen at a time that has not come yet: the clock was ahead, and nobody knows for how long it has been idle.
    now < session.expires_at && (now - session.seen_at).abs() < idle
}

/// Who a bearer token belongs to: a session opened through the API, or a token made on the command line.
pub fn of_bearer(app: &App, secret: &str) -> Result<Viewer, Error> {
    let (hash, now) = (tokens::hash(secret), app.now());
    let found = app.db.ask(|conn| logins::look(conn, &hash))?;
    if let Some(session) = found.session.filter(|session| is_live(app, session, now)) {
        return Ok(of_session(app, session, found.directory)?.1);
    }
    let token = found
        .token
        .filter(|token| token.revoked_at.is_none() && now < token.expires_at)
        .ok_or(Error::Unauthenticated)?;
    let directory = app.directory_at(found.directory)?;
    let viewer = Viewer::of(&directory, token.person_id, now).ok_or(Error::Unauthenticated)?;
    if token
        .last_used
        .is_none_or(|last| TOUCH_SECONDS <= (now - last).num_seconds())
    {
        let hash = token.hash;
        noted(
            app.db
                .write(move |conn| Ok::<_, Error>(api_tokens::touch(conn, &hash, now)?)),
        )?;
    }
    Ok(viewer)
}

/// Ends a session at once.
pub fn log_out(app: &Arc<App>, secret: &str) -> Result<(), Error> {
    let hash = tokens::hash(secret);
    app.db
        .write(move |conn| Ok::<_, Error>(sessions::remove(conn, &hash)?))
}
