//! `huiqian serve` and `huiqian work`.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use super::arguments::Serve;
use super::failure::{Failure, say};
use super::{Answer, database, logging};
use crate::clock::SystemClock;
use crate::config::{LogSettings, Settings, Sources};
use crate::jobs;
use crate::services::{App, webhooks};
use crate::storage::connection::Lock;

/// The server, and the jobs unless somebody else does them.
pub(super) fn serve(config: Option<&Path>, options: &Serve) -> Result<Answer, Failure> {
    let (app, _claim) = open(config)?;
    let listener = bind(app.settings.listen, "serve.port_used")?;
    run(&app, listener, !options.no_jobs)?;
    Ok(Answer::Fine)
}

/// The jobs alone, until the process is asked to end.
pub(super) fn work(config: Option<&Path>) -> Result<Answer, Failure> {
    let (app, _claim) = open(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::trouble(error.to_string()))?;
    let jobs = jobs::start(app)?;
    runtime
        .block_on(asked_to_end())
        .map_err(|error| Failure::trouble(error.to_string()))?;
    jobs.stop();
    Ok(Answer::Fine)
}

/// The application over the database of the settings, which is claimed for this process.
fn open(config: Option<&Path>) -> Result<(Arc<App>, Lock), Failure> {
    let sources = Sources::of_process(config)?;
    let log = LogSettings::read(&sources)?;
    let settings = Settings::read(&sources)?;
    logging::start(&log)?;
    let db = database::open_current(&settings.database)?;
    let claim = db.exclusive()?;
    let app = App::new(db, settings, Arc::new(SystemClock), false)?;
    // A misspelt name would leave the other program without what it waits for, and nobody would notice.
    if let Some((target, register)) = webhooks::unknown_register(&app)? {
        let values = [("target", &*target), ("register", &*register)];
        return Err(Failure::refused(say("serve.no_register", &values)));
    }
    Ok((Arc::new(app), claim))
}

/// Takes the address, or says what to do when it is taken. `used` is the key of that sentence.
pub(super) fn bind(address: SocketAddr, used: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        let address = address.to_string();
        let cause = error.to_string();
        let key = if error.kind() == std::io::ErrorKind::AddrInUse {
            used
        } else {
            "serve.no_address"
        };
        Failure::trouble(say(key, &[("address", &address), ("cause", &cause)]))
    })
}

/// Serves until the process is asked to end; requests and jobs under way are finished first.
pub(super) fn run(app: &Arc<App>, listener: TcpListener, with_jobs: bool) -> Result<(), Failure> {
    let jobs = match with_jobs {
        true => Some(jobs::start(Arc::clone(app))?),
        false => None,
    };
    let served = start_server(Arc::clone(app), listener);
    if let Some(jobs) = jobs {
        jobs.stop();
    }
    served.map_err(|error| Failure::trouble(say("serve.failed", &[("cause", &error.to_string())])))
}

async fn asked_to_end() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

fn start_server(app: Arc<App>, listener: TcpListener) -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(crate::web::server::run(app, listener))
}
