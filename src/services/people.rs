//! Accounts from the command line: the first administrator, passwords, tokens for other programs.

use chrono::TimeDelta;
use serde_json::json;

use super::{Error, directory};
use crate::auth::passwords::{self, Passwords};
use crate::auth::tokens::Token;
use crate::calendar::Instant;
use crate::clock::Clock;
use crate::storage::api_tokens::ApiToken;
use crate::storage::people::Account;
use crate::storage::{self, Connection, Db};

/// Somebody to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAccount {
    /// The login.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// The department's code.
    pub department: String,
    /// The highest data level they are cleared for.
    pub clearance: u8,
    /// Posts, as role and department.
    pub posts: Vec<(String, String)>,
}

/// Adds a person with a password. The same rules hold as for an import.
///
/// # Errors
/// [`Error::Import`] with every rule that is broken, [`Error::BadRequest`] when the login is taken.
pub fn add(
    db: &Db,
    clock: &dyn Clock,
    passwords: &Passwords,
    new: &NewAccount,
    password: &str,
) -> Result<(), Error> {
    let login = new.login.clone();
    let taken = db.read(|conn| Ok::<_, Error>(storage::people::by_login(conn, &login)?))?;
    if taken.is_some() {
        return Err(Error::BadRequest {
            name: "login",
            problem: format!(
                "登录名“{login}”已经有了；改资料用 huiqian directory import，改密码用 huiqian person password"
            ),
        });
    }
    let posts: Vec<_> = new
        .posts
        .iter()
        .map(
            |(role, department)| json!({ "person": login, "role": role, "department": department }),
        )
        .collect();
    let person = json!({
        "login": login, "name": new.name, "email": new.email, "department": new.department,
        "clearance": new.clearance, "password": password,
    });
    let file = json!({ "people": [person], "posts": posts });
    directory::import_made(db, clock, &file.to_string(), |password| {
        passwords.hash(password).map_err(directory::unhashed)
    })?;
    Ok(())
}

/// Gives somebody another password; whoever is logged in as them is logged out.
///
/// # Errors
/// [`Error::BadRequest`] when there is nobody with this login, [`Error::Import`] when the password will not do.
pub fn set_password(
    db: &Db,
    passwords: &Passwords,
    login: &str,
    password: &str,
) -> Result<(), Error> {
    passwords::check(login, password)
        .map_err(|weak| Error::Import(vec![directory::sentence(&weak)]))?;
    let hash = passwords.hash(password).map_err(directory::unhashed)?;
    let login = login.to_owned();
    db.write(move |conn| {
        let account = account(conn, &login)?;
        storage::people::set_password(conn, account.id, Some(&hash))?;
        storage::sessions::remove_of(conn, account.id)?;
        Ok(())
    })
}

/// A token for a program that acts as this person. Only its hash is kept; it can be shown once.
///
/// # Errors
/// [`Error::BadRequest`] when there is nobody with this login.
pub fn create_token(
    db: &Db,
    clock: &dyn Clock,
    login: &str,
    name: &str,
    days: u32,
) -> Result<(Token, Instant), Error> {
    let token = Token::generate()?;
    let now = clock.now();
    let expires_at = now + TimeDelta::days(i64::from(days));
    let (hash, login, name) = (token.hash(), login.to_owned(), name.to_owned());
    db.write(move |conn| {
        let account = account(conn, &login)?;
        let row = ApiToken {
            hash,
            person_id: account.id,
            name,
            created_at: now,
            expires_at,
            revoked_at: None,
            last_used: None,
        };
        storage::api_tokens::insert(conn, &row)?;
        Ok::<_, Error>(())
    })?;
    Ok((token, expires_at))
}

/// Somebody's tokens, newest first; also of one who was deactivated.
///
/// # Errors
/// [`Error::BadRequest`] when there is nobody with this login.
pub fn tokens(db: &Db, login: &str) -> Result<Vec<ApiToken>, Error> {
    let login = login.to_owned();
    db.read(move |conn| tokens_in(conn, &login))
}

fn tokens_in(conn: &mut Connection, login: &str) -> Result<Vec<ApiToken>, Error> {
    let account = storage::people::by_login(conn, login)?.ok_or_else(|| unknown(login))?;
    Ok(storage::api_tokens::of_person(conn, account.id)?)
}

/// What a token is known by, which tells nothing of it: the beginning of its hash.
#[must_use]
pub fn mark(token: &ApiToken) -> &str {
    token.hash.get(..MARK).unwrap_or(&token.hash)
}

/// Digits of a token's mark.
const MARK: usize = 12;

/// Takes the token with this mark back, or all of somebody's tokens, and answers how many were valid until now.
///
/// # Errors
/// [`Error::BadRequest`] when there is nobody with this login, or none of their tokens has this mark.
pub fn revoke_tokens(
    db: &Db,
    clock: &dyn Clock,
    login: &str,
    known_by: Option<&str>,
) -> Result<usize, Error> {
    let (login, known_by, now) = (login.to_owned(), known_by.map(str::to_owned), clock.now());
    db.write(move |conn| {
        let all = tokens_in(conn, &login)?;
        let meant: Vec<&ApiToken> = match &known_by {
            Some(known_by) => all.iter().filter(|token| mark(token) == known_by).collect(),
            None => all.iter().collect(),
        };
        if let (Some(known_by), true) = (&known_by, meant.is_empty()) {
            return Err(Error::BadRequest {
                name: "mark",
                problem: format!(
                    "{login} 没有标识为“{known_by}”的接口令牌；用 huiqian token list {login} 查看"
                ),
            });
        }
        let mut count = 0;
        for token in meant {
            let was_valid = storage::api_tokens::revoke(conn, token.person_id, &token.hash, now)?;
            count += usize::from(was_valid);
        }
        Ok(count)
    })
}

fn account(conn: &mut Connection, login: &str) -> Result<Account, Error> {
    let account = storage::people::by_login(conn, login)?.ok_or_else(|| unknown(login))?;
    if account.active {
        Ok(account)
    } else {
        Err(Error::Forbidden("deactivated"))
    }
}

/// Nobody has this login.
pub(super) fn unknown(login: &str) -> Error {
    Error::BadRequest {
        name: "login",
        problem: format!(
            "没有登录名“{login}”；请检查拼写，或者先用 huiqian directory import 或 huiqian person add 添加"
        ),
    }
}
