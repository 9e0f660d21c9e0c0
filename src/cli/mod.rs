//! The command line: reads what was typed, calls one service, and says in one sentence what came of it.

mod arguments;
mod audit;
mod backup;
mod calendar;
mod database;
mod demo;
mod diagram;
mod failure;
mod imports;
mod logging;
mod people;
mod policies;
mod serve;
mod simulate;
mod surroundings;
mod trials;
mod usage;
mod versions;
mod workflow;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Calendar, Catalogue, Command, Directory, Person, Token, Workflow};
use failure::Failure;

/// What a command answers to the shell when it did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// All is well: 0.
    Fine,
    /// It has found something: 1.
    Findings,
}

/// Runs the program with these arguments, the program's own name first. Answers 0, 1 for findings and refusals, 2 for
/// wrong usage and trouble with settings, files or the database.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage::answer(&error),
    };
    match execute(arguments) {
        Ok(Answer::Fine) => ExitCode::SUCCESS,
        Ok(Answer::Findings) => ExitCode::from(1),
        Err(failure) => failure.answer(),
    }
}

/// Prints a line or several. That nobody reads on is the reader's own choice.
fn print(text: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

fn execute(arguments: Arguments) -> Result<Answer, Failure> {
    let config = arguments.config.as_deref();
    match arguments.command {
        Command::Demo(options) => demo::run(&options),
        Command::Serve(options) => serve::serve(config, &options),
        Command::Work => serve::work(config),
        Command::Migrate { grant } => database::migrate(config, grant.as_deref()),
        Command::Workflow(Workflow::Check { files, format }) => workflow::check(&files, format),
        Command::Workflow(Workflow::Schema) => workflow::schema(),
        Command::Workflow(Workflow::Diagram {
            file,
            format,
            width,
            across,
            english,
        }) => diagram::draw(&file, format, (width, across), english),
        Command::Workflow(Workflow::Test { files, min }) => trials::test(&files, min),
        Command::Workflow(Workflow::Simulate(options)) => simulate::run(config, &options),
        Command::Workflow(Workflow::Publish { files, by }) => {
            workflow::publish(config, &files, &by)
        }
        Command::Workflow(Workflow::Confirm { key, by, unbound }) => {
            workflow::confirm(config, &key, &by, unbound)
        }
        Command::Workflow(Workflow::Withdraw { key, by }) => versions::withdraw(config, &key, &by),
        Command::Workflow(Workflow::Versions { key }) => versions::list(config, &key),
        Command::Workflow(Workflow::Diff { key, from, to }) => {
            versions::diff(config, &key, from.zip(to))
        }
        Command::Workflow(Workflow::Migrate {
            key,
            map,
            dry_run,
            by,
            reason,
        }) => versions::migrate(
            config,
            &versions::Migration {
                key: &key,
                map: &map,
                by: &by,
                reason: reason.as_deref(),
                dry_run,
            },
        ),
        Command::Calendar(Calendar::Add {
            date,
            days,
            calendar,
        }) => calendar::add(config, date, days, &calendar),
        Command::Calendar(Calendar::Import { file, calendar }) => {
            imports::calendar(config, &file, &calendar)
        }
        Command::Directory(Directory::Import { file }) => imports::directory(config, &file),
        Command::Catalogue(Catalogue::Import { file }) => imports::catalogue(config, &file),
        Command::Person(Person::Add(options)) => people::add(config, &options),
        Command::Person(Person::Password {
            login,
            password_file,
        }) => people::password(config, &login, password_file.as_deref()),
        Command::Token(Token::Create { login, name, days }) => {
            people::token(config, &login, &name, days)
        }
        Command::Token(Token::List { login }) => people::tokens(config, &login),
        Command::Token(Token::Revoke { login, mark, .. }) => {
            people::revoke(config, &login, mark.as_deref())
        }
        Command::Audit(command) => audit::run(config, command),
        Command::Backup { folder } => backup::backup(config, &folder),
        Command::Restore { folder } => backup::restore(config, &folder),
        Command::Outbox(command) => backup::outbox(config, command),
    }
}
