//! The HTTP door: pages as values (`views`) that templates show and handlers fill in, the API, assets, and what watches
//! the server.

pub mod api;
pub mod assets;
pub mod format;
pub mod metrics;
pub mod pages;
pub mod pdf;
pub mod problem;
pub mod qr;
mod refusal;
pub mod security;
pub mod server;
pub mod session;
mod source;
pub mod trials;
pub mod versions;
pub mod views;

use std::sync::Arc;

use crate::services::{App, Error};

/// Runs work that waits for the database or the disk where waiting stops nobody else.
pub async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&Arc<App>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let app = Arc::clone(app);
    match aside(move || work(&app)).await {
        Ok(done) => done,
        // The thread is gone: the work panicked. Its transaction went with it.
        Err(_) => Err(Error::Fault("a piece of work broke off".to_owned())),
    }
}

/// Runs work on a thread that may wait. What it logs bears the request's id.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, actix_web::error::BlockingError> {
    let request = tracing::Span::current();
    actix_web::web::block(move || request.in_scope(work)).await
}
