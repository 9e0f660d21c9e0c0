//! The HTTP API under `/api/v1`, which other programs rely on: JSON in, JSON out, errors as problems.

mod actions;
mod attachments;
mod body;
mod caller;
mod cases;
mod conflict;
mod events;
mod needs;
mod openapi;
mod query;
mod registers;
mod sessions;
mod shapes;
mod started;
mod substitutes;
mod tasks;
mod workflows;

use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route};

pub use caller::Caller;

use super::problem::{Problem, spoken};

/// Where the API begins.
pub const ROOT: &str = "/api/v1";

/// One route: what the description of the API and the matrix of rights are held to.
pub struct Served {
    /// The method.
    pub method: &'static str,
    /// The path below [`ROOT`].
    pub path: &'static str,
    handler: fn() -> Route,
}

const fn served(method: &'static str, path: &'static str, handler: fn() -> Route) -> Served {
    Served {
        method,
        path,
        handler,
    }
}

/// Every route.
pub const ROUTES: &[Served] = &[
    served("POST", "/sessions", || web::post().to(sessions::open)),
    served("GET", "/cases", || web::get().to(cases::list)),
    served("POST", "/cases", || web::post().to(cases::create)),
    served("GET", "/cases/{id}", || web::get().to(cases::show)),
    served("PUT", "/cases/{id}/answers", || {
        web::put().to(cases::save_answers)
    }),
    served("POST", "/cases/{id}/actions", || {
        web::post().to(actions::act)
    }),
    served("GET", "/cases/{id}/events", || {
        web::get().to(events::history)
    }),
    served("POST", "/cases/{id}/drafts", || {
        web::post().to(started::open)
    }),
    served("POST", "/cases/{id}/attachments", || {
        web::post().to(attachments::upload)
    }),
    served("GET", "/attachments/{id}", || {
        web::get().to(attachments::download)
    }),
    served("GET", "/tasks", || web::get().to(tasks::list)),
    served("POST", "/tasks/acknowledge", || {
        web::post().to(tasks::acknowledge)
    }),
    served("GET", "/workflows", || web::get().to(workflows::list)),
    served("GET", "/workflows/{key}", || web::get().to(workflows::show)),
    served("GET", "/workflows/{key}/form", || {
        web::get().to(workflows::form)
    }),
    served("GET", "/registers/{name}", || {
        web::get().to(registers::list)
    }),
    served("GET", "/grants/check", || web::get().to(registers::check)),
    served("GET", "/substitutes", || web::get().to(substitutes::list)),
    served("POST", "/substitutes", || {
        web::post().to(substitutes::create)
    }),
    served("DELETE", "/substitutes/{id}", || {
        web::delete().to(substitutes::end)
    }),
    served("GET", "/openapi.json", || web::get().to(openapi::show)),
];

/// Adds the routes of the API.
pub fn routes(config: &mut ServiceConfig) {
    let mut api = web::scope(ROOT);
    let mut known: Vec<&str> = Vec::new();
    for route in ROUTES {
        if known.contains(&route.path) {
            continue;
        }
        known.push(route.path);
        let mut resource = web::resource(route.path);
        for same in ROUTES.iter().filter(|same| same.path == route.path) {
            resource = resource.route((same.handler)());
        }
        let allowed = allowed(route.path);
        api = api.service(
            resource.default_service(web::to(move |request: HttpRequest| {
                not_this_way(request, allowed.clone())
            })),
        );
    }
    config.service(api.default_service(web::to(no_such_route)));
}

fn allowed(path: &str) -> String {
    let methods: Vec<&str> = ROUTES
        .iter()
        .filter(|route| route.path == path)
        .map(|route| route.method)
        .collect();
    methods.join(", ")
}

async fn not_this_way(request: HttpRequest, allowed: String) -> HttpResponse {
    let values = [
        ("method", request.method().as_str()),
        ("allowed", allowed.as_str()),
    ];
    let mut response = Problem::plain(405, "method", spoken(&request), &values).response();
    if let Ok(allowed) = header::HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

async fn no_such_route(request: HttpRequest) -> HttpResponse {
    Problem::plain(404, "no-such-route", spoken(&request), &[]).response()
}
