//! The server: what is served where, and how it starts and stops.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::num::NonZero;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, FormConfig, PayloadConfig, ServiceConfig};
use actix_web::{App as Web, HttpRequest, HttpResponse, HttpServer};

use super::metrics::{self, Requests};
use super::problem::{Problem, spoken};
use super::security::Guard;
use super::{api, assets, blocking, pages};
use crate::services::{App, health};
use crate::storage::connection::SchemaState;

/// Requests under way may take so long to finish once the server is told to stop.
const DRAIN_SECONDS: u64 = 30;

/// Serves until SIGTERM or SIGINT, then finishes what is under way. One thread for each core.
///
/// # Errors
/// When the listener cannot be used.
pub async fn run(app: Arc<App>, listener: TcpListener) -> io::Result<()> {
    let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
    run_with(app, listener, cores).await
}

/// As [`run`], with so many threads.
///
/// # Errors
/// When the listener cannot be used.
pub async fn run_with(app: Arc<App>, listener: TcpListener, workers: usize) -> io::Result<()> {
    start(app, listener, workers, stop_signal()?)?.await
}

/// Starts to serve, until `stop` is done; awaiting the server waits for its end.
///
/// # Errors
/// When the listener cannot be used.
pub fn start(
    app: Arc<App>,
    listener: TcpListener,
    workers: usize,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<Server> {
    let configure = configure(app);
    let server = HttpServer::new(move || Web::new().configure(configure.clone()))
        .workers(workers.max(1))
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .shutdown_signal(stop)
        .listen(listener)?;
    Ok(server.run())
}

/// Both signals end gently: Ctrl-C in a terminal must not cut off a request any more than a service manager may.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop; finishing what is under way");
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be heard");
        }
    })
}

/// Everything that is served, for the server and for tests.
pub fn configure(app: Arc<App>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let requests = Arc::new(Requests::default());
    let guard = Arc::new(Guard {
        https: app.settings.base_url.starts_with("https://"),
        requests: Arc::clone(&requests),
    });
    move |config| {
        let limits = &app.settings.limits;
        config
            .app_data(Data::from(Arc::clone(&app)))
            .app_data(Data::from(Arc::clone(&requests)))
            .app_data(FormConfig::default().limit(limits.form_bytes))
            .app_data(PayloadConfig::new(limits.json_bytes));
        let guard = Arc::clone(&guard);
        let everything = web::scope("")
            .wrap(Compress::default())
            .wrap(from_fn(move |request, next| {
                Arc::clone(&guard).pass(request, next)
            }))
            .route("/healthz", web::get().to(alive))
            .route("/readyz", web::get().to(ready))
            .route("/metrics", web::get().to(measured))
            .configure(assets::configure)
            .configure(api::routes)
            .configure(pages::routes)
            .default_service(web::to(pages::not_found));
        config.service(everything);
    }
}

/// The process answers.
async fn alive() -> HttpResponse {
    plain("ok\n")
}

/// The database answers and has the tables that this program knows.
async fn ready(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let app = app.into_inner();
    let detail = match blocking(&app, health::schema).await {
        Ok(SchemaState::Current) => return plain("ready\n"),
        Ok(SchemaState::Older { pending }) => {
            tracing::error!(?pending, "not ready: migrations are to be run");
            "not-migrated"
        }
        Ok(SchemaState::Newer { unknown }) => {
            tracing::error!(?unknown, "not ready: a newer program has been here");
            "newer-database"
        }
        Err(error) => {
            tracing::error!(%error, "not ready: the database does not answer");
            "unavailable"
        }
    };
    Problem::plain(503, detail, spoken(&request), &[]).response()
}

async fn measured(app: Data<App>, requests: Data<Requests>, request: HttpRequest) -> HttpResponse {
    let app = app.into_inner();
    match blocking(&app, health::load).await {
        Ok(load) => HttpResponse::Ok()
            .insert_header((
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            ))
            .body(metrics::text(&requests, &app.counters.actions(), &load)),
        Err(error) => Problem::of(&error, spoken(&request), None).response(),
    }
}

fn plain(text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(text)
}
