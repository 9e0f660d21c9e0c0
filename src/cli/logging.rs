//! The log of the process, on stderr: ids and causes, never names, addresses, answers or tokens.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use super::failure::Failure;
use crate::config::{LogFormat, LogSettings};

/// Starts the log.
pub(super) fn start(settings: &LogSettings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.filter).map_err(|error| {
        Failure::trouble(super::failure::say(
            "log_filter",
            &[("cause", &error.to_string())],
        ))
    })?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Text => lines.with_ansi(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(tells_no_contents))
        .with(lines)
        .try_init();
    started.map_err(|error| Failure::trouble(error.to_string()))
}

/// Libraries that fill in templates or carry mails tell what is in them where they are asked for details.
fn tells_no_contents(about: &Metadata<'_>) -> bool {
    about.target().starts_with("huiqian") || *about.level() <= Level::INFO
}
