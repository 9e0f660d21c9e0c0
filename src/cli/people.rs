//! `huiqian person add`, `person password`, `token create`, `token list` and `token revoke`.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use super::arguments::AddPerson;
use super::failure::{Failure, say};
use super::{Answer, database, imports};
use crate::calendar::day_of;
use crate::clock::{Clock, SystemClock};
use crate::services::people::{self, NewAccount};

/// Adds a person.
pub(super) fn add(config: Option<&Path>, options: &AddPerson) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let password = read_password(options.password_file.as_deref())?;
    let new = NewAccount {
        login: options.login.clone(),
        name: options.name.clone(),
        email: options.email.clone(),
        department: options.department.clone(),
        clearance: options.clearance,
        posts: options.posts.clone(),
    };
    people::add(&db, &SystemClock, &imports::passwords()?, &new, &password)?;
    println!("{}", say("person.added", &[("login", &options.login)]));
    Ok(Answer::Fine)
}

/// Sets a password.
pub(super) fn password(
    config: Option<&Path>,
    login: &str,
    file: Option<&Path>,
) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let password = read_password(file)?;
    people::set_password(&db, &imports::passwords()?, login, &password)?;
    println!("{}", say("person.password_set", &[("login", login)]));
    Ok(Answer::Fine)
}

/// From the file, else the first line of stdin. It is never an argument: those can be seen in the list of processes.
fn read_password(file: Option<&Path>) -> Result<String, Failure> {
    let text = match file {
        Some(file) => imports::text(file)?,
        None => {
            let stdin = std::io::stdin();
            if stdin.is_terminal() {
                eprintln!("{}", say("person.ask", &[]));
            }
            let mut line = String::new();
            stdin.lock().read_line(&mut line).map_err(|error| {
                Failure::trouble(say(
                    "file.unreadable",
                    &[("path", "stdin"), ("cause", &error.to_string())],
                ))
            })?;
            line
        }
    };
    let password = text.lines().next().unwrap_or_default();
    if password.is_empty() {
        return Err(Failure::refused(say("person.no_password", &[])));
    }
    Ok(password.to_owned())
}

/// Makes an API token; stdout holds it and nothing else.
pub(super) fn token(
    config: Option<&Path>,
    login: &str,
    name: &str,
    days: u32,
) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let (token, expires_at) = people::create_token(&db, &SystemClock, login, name, days)?;
    println!("{}", token.as_str());
    let day = day_of(expires_at).to_string();
    eprintln!(
        "{}",
        say("token.made", &[("login", login), ("until", &day)])
    );
    Ok(Answer::Fine)
}

/// Lists somebody's tokens, a line each.
pub(super) fn tokens(config: Option<&Path>, login: &str) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let now = SystemClock.now();
    for token in people::tokens(&db, login)? {
        let day = |at| day_of(at).to_string();
        let used = token.last_used.map_or_else(|| say("token.never", &[]), day);
        let (key, since) = match token.revoked_at {
            Some(at) => ("token.revoked", at),
            None if token.expires_at <= now => ("token.expired", token.expires_at),
            None => ("token.valid", token.expires_at),
        };
        let standing = say(key, &[("day", &day(since))]);
        let words = [
            ("mark", people::mark(&token)),
            ("name", &token.name),
            ("made", &day(token.created_at)),
            ("used", &used),
            ("standing", &standing),
        ];
        println!("{}", say("token.line", &words));
    }
    Ok(Answer::Fine)
}

/// Takes one of somebody's tokens back, or all of them.
pub(super) fn revoke(
    config: Option<&Path>,
    login: &str,
    mark: Option<&str>,
) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let count = people::revoke_tokens(&db, &SystemClock, login, mark)?;
    let words = [("login", login), ("count", &count.to_string())];
    println!("{}", say("token.taken_back", &words));
    Ok(Answer::Fine)
}
