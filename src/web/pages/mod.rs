//! The pages: each handler takes a visit apart, calls one service, and fills in a view.

mod access;
mod answer;
mod case;
mod catalogue;
mod check;
mod clocks;
mod demo;
mod edit;
mod failure;
mod files;
mod grants;
mod ledger;
mod links;
mod lists;
mod mail;
mod new;
mod outbox;
mod posted;
mod show;
mod substitutes;
mod webhooks;
mod words;
mod workflows;

use actix_web::{Resource, guard, web};

pub use show::not_found;

/// The routes of all pages. They need `web::Data<App>`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(at("/").route(read().to(lists::start)))
        .service(
            at("/login")
                .route(read().to(access::login_page))
                .route(web::post().to(access::log_in)),
        )
        .service(
            at("/logout")
                .route(read().to(access::logged_out))
                .route(web::post().to(access::log_out)),
        )
        .service(at("/lang").route(read().to(access::choose_language)))
        .service(at("/inbox").route(read().to(lists::inbox)))
        .service(at("/admin/vacant").route(read().to(lists::vacant)))
        .service(at("/admin/webhooks").route(read().to(webhooks::show)))
        .service(at("/admin/webhooks/messages/{id}/resend").route(web::post().to(webhooks::resend)))
        .service(
            at("/admin/webhooks/targets/{name}/resume").route(web::post().to(webhooks::resume)),
        )
        .service(at("/admin/outbox").route(read().to(outbox::show)))
        .service(at("/admin/outbox/resume").route(web::post().to(outbox::resume)))
        .service(at("/admin/outbox/resend").route(web::post().to(outbox::resend_all)))
        .service(at("/admin/outbox/messages/{id}/resend").route(web::post().to(outbox::resend)))
        .service(at("/inbox/acknowledge").route(web::post().to(lists::acknowledge)))
        .service(at("/done").route(read().to(lists::done)))
        .service(at("/mine").route(read().to(lists::mine)))
        .service(at("/cc").route(read().to(lists::copies)))
        .service(at("/cc/read").route(web::post().to(lists::read_all)))
        .service(
            at("/settings/substitutes")
                .route(read().to(substitutes::show))
                .route(web::post().to(substitutes::name)),
        )
        .service(at("/settings/substitutes/{id}/end").route(web::post().to(substitutes::end)))
        .service(
            at("/new")
                .route(read().to(new::choose))
                .route(web::post().to(new::start)),
        )
        .configure(of_cases)
        .configure(of_catalogue)
        .configure(of_registers)
        .configure(of_links)
        .configure(workflows::routes)
        .service(at("/dev/mail").route(read().to(mail::list)))
        .service(at("/dev/mail/{id}").route(read().to(mail::one)))
        .service(at("/dev/mail/{id}/html").route(read().to(mail::html)));
}

fn of_cases(config: &mut web::ServiceConfig) {
    config
        .service(at("/new/{workflow}").route(web::post().to(new::start_this)))
        .service(at("/c/{id}").route(read().to(case::show)))
        .service(at("/c/{id}/act").route(web::post().to(case::act)))
        .service(
            at("/c/{id}/erase")
                .route(read().to(case::erase::show))
                .route(web::post().to(case::erase::erase)),
        )
        .service(at("/c/{id}/file").route(web::post().to(case::file)))
        .service(at("/c/{id}/attachments").route(web::post().to(case::attachments::attach)))
        .service(at("/c/{id}/print").route(read().to(case::print::show)))
        .service(at("/c/{id}/print.pdf").route(read().to(case::print::pdf)))
        .service(at("/c/{id}/print/{paper}.pdf").route(read().to(case::print::paper_pdf)))
        .service(at("/c/{id}/print/{paper}").route(read().to(case::print::show_paper)))
        .service(at("/verify/{named}").route(read().to(case::print::verify)))
        .service(at("/c/{id}/edit").route(read().to(edit::first)))
        .service(
            at("/c/{id}/edit/{section}")
                .route(read().to(edit::show))
                .route(web::post().to(edit::save)),
        )
        .service(
            at("/c/{id}/check")
                .route(read().to(check::show))
                .route(web::post().to(check::submit)),
        )
        .service(at("/c/{id}/submit").route(web::post().to(check::submit)))
        .service(at("/c/{id}/submitted").route(read().to(check::submitted)))
        .service(
            at("/c/{id}/discard")
                .route(read().to(edit::ask_to_discard))
                .route(web::post().to(edit::discard)),
        )
        .service(at("/files/{id}").route(read().to(files::give_out)));
}

fn of_catalogue(config: &mut web::ServiceConfig) {
    config
        .service(at("/catalogue").route(read().to(catalogue::list)))
        .service(at("/catalogue/export.csv").route(read().to(catalogue::csv)))
        .service(at("/catalogue/export.xlsx").route(read().to(catalogue::xlsx)))
        .service(
            at("/catalogue/import")
                .route(read().to(catalogue::look))
                .route(web::post().to(catalogue::upload)),
        )
        .service(at("/catalogue/import/confirm").route(web::post().to(catalogue::confirm)))
        .service(at("/catalogue/import/forget").route(web::post().to(catalogue::forget)))
        .service(at("/catalogue/change").route(web::post().to(catalogue::propose)))
        .service(at("/catalogue/use").route(web::post().to(catalogue::ask_for)))
        // A code may have slashes.
        .service(at("/catalogue/{code:.+}").route(read().to(catalogue::resource)));
}

fn of_registers(config: &mut web::ServiceConfig) {
    config
        .service(at("/grants/check").route(read().to(grants::check)))
        .service(at("/ledger").route(read().to(ledger::list)))
        .service(at("/ledger/{register}").route(read().to(ledger::register)))
        .service(at("/ledger/{register}/export.csv").route(read().to(ledger::csv)))
        .service(at("/ledger/{register}/export.xlsx").route(read().to(ledger::xlsx)))
        .service(at("/ledger/{register}/{entry}").route(read().to(ledger::entry)));
}

fn of_links(config: &mut web::ServiceConfig) {
    config
        .service(
            at("/a/confirm")
                .route(read().to(links::confirm))
                .route(web::post().to(links::answer)),
        )
        .service(at("/a/{token}").route(read().to(links::open)));
}

fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(show::wrong_method))
}

/// `GET`, and `HEAD` with it.
fn read() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
