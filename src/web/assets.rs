//! `GET /assets/<hash>/<name>`: embedded files, kept by browsers for as long as their content stays the same.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::assets;

/// Adds the route of the assets.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/assets/{hash}/{name:.*}", web::get().to(serve));
}

async fn serve(path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(asset) = assets::find(&name) else {
        return HttpResponse::NotFound()
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .finish();
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, caching(&hash)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(asset.bytes.into_owned())
}

/// A page of the build before this one still asks for its own hash: it is served, but not kept.
fn caching(hash: &str) -> &'static str {
    if hash == assets::hash() {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, test};

    use super::*;

    async fn get(address: &str) -> actix_web::dev::ServiceResponse {
        let app = test::init_service(App::new().configure(configure)).await;
        let request = test::TestRequest::get().uri(address).to_request();
        test::call_service(&app, request).await
    }

    #[actix_web::test]
    async fn a_current_asset_is_kept_for_a_year() {
        let answer = get(&assets::asset("app.css")).await;

        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers().get("cache-control").expect("set"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            answer.headers().get("x-content-type-options").expect("set"),
            "nosniff"
        );
    }

    #[actix_web::test]
    async fn an_asset_of_another_build_is_not_kept() {
        let answer = get("/assets/0000000000000000/app.css").await;

        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers().get("cache-control").expect("set"),
            "no-store"
        );
    }

    #[actix_web::test]
    async fn what_is_not_an_asset_is_not_found() {
        assert_eq!(get("/assets/x/../../Cargo.toml").await.status(), 404);
        assert_eq!(get("/assets/x/missing.css").await.status(), 404);
    }
}
