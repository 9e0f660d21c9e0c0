//! Pages in a real browser: they fit a phone, the policy blocks nothing of ours, and no script is needed.

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};

use huiqian::messages::Language;
use huiqian::web::assets;
use huiqian::web::views::{
    Choice, DemoAccount, LoginView, LogoutView, Nav, NewView, Reader, Shell, WorkflowCard, page,
};

use crate::support::browser::Browser;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'none'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

async fn login_page() -> HttpResponse {
    let shell = Shell {
        language: Language::Zh,
        csrf: "token".into(),
        here: "/login".into(),
        place: Some("河南省".into()),
        demo: true,
        ..Shell::default()
    };
    let view = LoginView {
        error: "登录名或密码不对".into(),
        accounts: vec![DemoAccount {
            login: "wangjianguo".into(),
            name: "王建国".into(),
            about: "省公安厅".into(),
        }],
        ..LoginView::default()
    };
    html(page(&shell, &view).expect("renders"))
}

async fn new_page() -> HttpResponse {
    let shell = Shell {
        reader: Some(Reader {
            name: "李文静".into(),
            department: "省卫生健康委".into(),
        }),
        nav: Nav::New,
        csrf: "token".into(),
        ..Shell::default()
    };
    let card = WorkflowCard {
        key: "data-sharing".into(),
        title: "政务数据共享申请".into(),
        about: String::new(),
        basis: String::new(),
        needs: Vec::new(),
        takes: String::new(),
        departments: vec![
            Choice::new("wjw", "省卫生健康委", true),
            Choice::new("wjw-gh", "规划信息处", false),
        ],
        several: true,
        draft: None,
    };
    let view = NewView {
        workflows: vec![card],
        ..NewView::default()
    };
    html(page(&shell, &view).expect("renders"))
}

/// Says back what was sent, as a page has no other way to show it here.
async fn sent(form: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let sent: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    html(format!(
        "<!doctype html><title>sent</title><p>{}</p>",
        sent.join(" ")
    ))
}

async fn logged_out() -> HttpResponse {
    html(page(&Shell::default(), &LogoutView {}).expect("renders"))
}

fn html(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .content_type("text/html; charset=utf-8")
        .body(body)
}

fn serve() -> (String, ServerHandle) {
    let server = HttpServer::new(|| {
        App::new()
            .configure(assets::configure)
            .route("/login", web::get().to(login_page))
            .route("/login", web::post().to(sent))
            .route("/new", web::get().to(new_page))
            .route("/new", web::post().to(sent))
            .route("/logout", web::post().to(logged_out))
    })
    .workers(1)
    .bind(("127.0.0.1", 0))
    .expect("a free port");
    let address = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (address, handle)
}

#[actix_web::test]
async fn a_page_fits_a_phone_and_the_policy_blocks_nothing_of_ours() {
    let Some(browser) = Browser::start(390, 844).await else {
        return;
    };
    let (address, server) = serve();

    browser.goto(&format!("{address}/login")).await;
    browser.fill("#login", "王建国").await;

    let styled = browser
        .execute("return getComputedStyle(document.querySelector('.hd')).backgroundColor")
        .await;
    assert_eq!(styled, "rgb(20, 51, 92)");
    let wide = browser
        .execute("return document.documentElement.scrollWidth")
        .await;
    assert_eq!(wide, 390);
    assert_eq!(browser.title().await, "错误：登录 - 会签");
    assert_eq!(browser.text("h1").await, "登录");
    assert!(browser.has("table").await);
    browser.close().await;
    server.stop(false).await;
}

#[actix_web::test]
async fn a_picture_shows_the_whole_page() {
    let Some(browser) = Browser::start(390, 300).await else {
        return;
    };
    let (address, server) = serve();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("login.png");

    browser.goto(&format!("{address}/login")).await;
    browser.screenshot(&file).await;

    let picture = std::fs::read(&file).expect("a picture");
    assert_eq!(&picture[1..4], b"PNG");
    let height = u32::from_be_bytes([picture[20], picture[21], picture[22], picture[23]]);
    assert!(height > 500, "only {height} high");
    browser.close().await;
    server.stop(false).await;
}

#[actix_web::test]
async fn what_is_filled_in_is_what_arrives() {
    let Some(browser) = Browser::start(1280, 900).await else {
        return;
    };
    let (address, server) = serve();

    browser.goto(&format!("{address}/login")).await;
    browser.fill("#login", "wangjianguo").await;
    browser.set("#password", "a & b").await;
    browser.click("main form button").await;
    browser
        .wait_for_text("csrf=token next= login=wangjianguo password=a & b")
        .await;

    browser.goto(&format!("{address}/new")).await;
    browser.choose("#department-0", "wjw-gh").await;
    browser.click("main form button").await;
    browser
        .wait_for_text("csrf=token workflow=data-sharing department=wjw-gh")
        .await;
    browser.close().await;
    server.stop(false).await;
}

#[actix_web::test]
async fn the_way_out_is_a_button_and_not_a_link() {
    let Some(browser) = Browser::start(1280, 900).await else {
        return;
    };
    let (address, server) = serve();

    browser.goto(&format!("{address}/new")).await;
    assert_eq!(
        browser.texts(".side .nav a").await,
        ["待办", "已办", "我发起的", "抄送我的", "数据目录", "台账"]
    );
    let lang = browser.attribute("html", "lang").await;
    assert_eq!(lang.as_deref(), Some("zh-CN"));
    browser.click(".hd__me button").await;

    browser.wait_for_text("您已退出").await;
    assert_eq!(browser.address().await, format!("{address}/logout"));
    browser.close().await;
    server.stop(false).await;
}
