//! What was typed cannot be understood: one sentence with the nearest thing that can.

use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::say;

/// Shows help or version, or says what is wrong.
pub(super) fn answer(error: &Error) -> ExitCode {
    let shown = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if shown || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // A closed pipe is the reader's own choice, so a failure to print is none of ours.
        let printed = error.print();
        return ExitCode::from(if shown && printed.is_ok() { 0 } else { 2 });
    }
    eprintln!("{}", sentence(error));
    ExitCode::from(2)
}

fn sentence(error: &Error) -> String {
    let arg = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    let hint = hint(error);
    match error.kind() {
        ErrorKind::UnknownArgument => say("usage.unknown", &[("arg", &arg), ("hint", &hint)]),
        ErrorKind::InvalidSubcommand => {
            let command = text(error, ContextKind::InvalidSubcommand);
            say("usage.unknown", &[("arg", &command), ("hint", &hint)])
        }
        ErrorKind::MissingRequiredArgument => say("usage.missing", &[("arg", &arg)]),
        ErrorKind::MissingSubcommand => {
            let known = text(error, ContextKind::ValidSubcommand);
            say("usage.incomplete", &[("known", &known)])
        }
        ErrorKind::InvalidValue if value.is_empty() => say("usage.no_value", &[("arg", &arg)]),
        ErrorKind::InvalidValue => {
            let known = text(error, ContextKind::ValidValue);
            say(
                "usage.value",
                &[("arg", &arg), ("value", &value), ("known", &known)],
            )
        }
        ErrorKind::ValueValidation => {
            use std::error::Error as _;
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            say(
                "usage.validation",
                &[("arg", &arg), ("value", &value), ("cause", &cause)],
            )
        }
        // Rare ones keep clap's own first line.
        _ => {
            let rendered = error.to_string();
            let first = rendered.lines().next().unwrap_or_default();
            say("usage.other", &[("cause", first)])
        }
    }
}

fn text(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn hint(error: &Error) -> String {
    let near = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .map(|kind| text(error, kind))
    .find(|near| !near.is_empty());
    near.map(|near| say("usage.near", &[("near", &near)]))
        .unwrap_or_default()
}
