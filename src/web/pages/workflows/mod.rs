//! `/admin/workflows`: 流程定义. Workflow administrators write, propose, confirm and move cases; the audit administrator
//! reads.

mod editor;
mod history;
mod list;
mod moving;
mod picture;
mod proposing;
mod rules;
mod sheet;
mod trial;

use actix_web::web;

use super::{at, read};
use crate::services::definitions::NEW;
use crate::services::rulebook;
use crate::web::session::storable;
use crate::web::views::Problem;
use sheet::Sheet;

/// The routes of these pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(at("/admin/workflows").route(read().to(list::show)))
        .service(at("/admin/workflow-rules").route(read().to(rules::show)))
        .configure(|config| of_draft(config, "/admin/new-workflow"))
        .configure(|config| of_draft(config, "/admin/workflows/{key}"))
        .service(at("/admin/workflows/{key}/diff").route(read().to(history::diff)))
        .service(at("/admin/workflows/{key}/versions").route(read().to(history::list)))
        .service(at("/admin/workflows/{key}/versions/{number}").route(read().to(history::show)))
        .service(
            at("/admin/workflows/{key}/versions/{number}/confirm")
                .route(web::post().to(proposing::confirm)),
        )
        .service(
            at("/admin/workflows/{key}/versions/{number}/withdraw")
                .route(web::post().to(proposing::withdraw)),
        )
        .service(
            at("/admin/workflows/{key}/migrate")
                .route(read().to(moving::show))
                .route(web::post().to(moving::order)),
        );
}

/// What is written, of a workflow that is there or of a new one.
fn of_draft(config: &mut web::ServiceConfig, base: &str) {
    config
        .service(
            at(base)
                .route(read().to(editor::show))
                .route(web::post().to(editor::save)),
        )
        .service(
            at(&format!("{base}/propose"))
                .route(read().to(proposing::show))
                .route(web::post().to(proposing::propose)),
        )
        .service(
            at(&format!("{base}/trial"))
                .route(read().to(trial::show))
                .route(web::post().to(trial::run)),
        )
        .service(
            at(&format!("{base}/discard"))
                .route(read().to(editor::ask_to_discard))
                .route(web::post().to(editor::discard)),
        );
}

/// Where the pages of a workflow are.
fn base(key: &str) -> String {
    match key {
        NEW => "/admin/new-workflow".to_owned(),
        key => format!("/admin/workflows/{key}"),
    }
}

/// The page that a decision about a version leads back to: registers and policies are not written here.
fn home(key: &str) -> String {
    match rulebook::is_ours(key) {
        true => format!("{}/versions", base(key)),
        false => base(key),
    }
}

/// The key in the address; none where a new workflow is written.
fn key_of(request: &actix_web::HttpRequest) -> String {
    let key = request.match_info().get("key").unwrap_or(NEW);
    storable(key.to_owned())
}

/// The number of a version in the address.
fn number_of(request: &actix_web::HttpRequest) -> Result<u32, Problem> {
    let number = request.match_info().get("number").unwrap_or_default();
    number.parse().map_err(|_| Problem::NotFound)
}
