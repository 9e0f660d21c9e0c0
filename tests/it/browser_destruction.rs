//! A destruction in a real browser: filed in its form, destroyed with a picture as proof, certified, and its certificate.

use std::path::Path;

use serde_json::json;
use ulid::Ulid;

use crate::support::browser::Browser;
use crate::support::joint::answers;
use crate::support::visitor::Site;

async fn log_in(browser: &Browser, site: &Site, login: &str) {
    browser.goto(&format!("{}/login", site.address)).await;
    browser.fill("#login", login).await;
    browser
        .fill("#password", huiqian::services::demo::PASSWORD)
        .await;
    browser.click("form[action='/login'] button").await;
    browser.wait_for_text("待办").await;
}

async fn choose(browser: &Browser, answers: &[(&str, &str)]) {
    for (name, value) in answers {
        let css = format!("[name='{name}'][value='{value}']:not([type=hidden])");
        browser.click(&css).await;
    }
}

async fn fill(browser: &Browser, answers: &[(&str, &str)]) {
    for (name, value) in answers {
        browser.fill(&format!("[name='{name}']"), value).await;
    }
}

async fn upload(browser: &Browser, field: &str) {
    let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/paper.pdf");
    let input = format!("[name='upload.{field}']");
    browser.fill(&input, &paper.display().to_string()).await;
    browser
        .click(&format!("button[value='upload:{field}']"))
        .await;
    browser.wait_for_text("paper.pdf").await;
}

/// Files the request and answers with the case.
async fn file(browser: &Browser, site: &Site) -> Ulid {
    log_in(browser, site, "zhao.ming").await;
    browser.goto(&format!("{}/new", site.address)).await;
    browser
        .click("form[action='/new']:has([value='data-destruction']) button")
        .await;
    choose(
        browser,
        &[
            ("state_secret", "false"),
            ("source", "own"),
            ("archived", "true"),
            ("personal", "false"),
            ("whole_base", "false"),
        ],
    )
    .await;
    fill(
        browser,
        &[
            ("subject", "报废磁带销毁"),
            ("office", "科技信息化总队"),
            ("phone", "13800000004"),
        ],
    )
    .await;
    browser.choose("[name=reason]", "scrapped").await;
    browser.set("[name=kept_until]", "2026-01-31").await;
    browser.click(".btnrow button[value=next]").await;
    browser.wait_for_text("拟销毁方式").await;

    fill(
        browser,
        &[
            ("items.0.name", "备份磁带"),
            ("items.0.asset", "GA-ZC-0102"),
            ("items.0.volume", "1 TB"),
            ("items.0.place", "介质库"),
            ("items.0.keeper", "李四"),
            ("planned_place", "一号机房"),
        ],
    )
    .await;
    for (name, value) in [
        ("items.0.medium", "tape"),
        ("items.0.level", "l2"),
        ("items.0.copies", "false"),
        ("method", "degauss"),
    ] {
        browser.choose(&format!("[name='{name}']"), value).await;
    }
    browser.set("[name=planned_on]", "2026-03-02").await;
    browser.click(".btnrow button[value=next]").await;
    browser.wait_for_text("提交后由谁办理").await;
    browser.click("form[action$='/check'] button").await;
    browser.wait_for_text("数销审〔2026〕1号").await;

    let address = browser.address().await;
    let id = address.rsplit('/').nth(1).expect("the case in the address");
    id.parse().expect("an id")
}

fn acts(site: &Site, case: Ulid, who: &str, action: &str, given: serde_json::Value) {
    let done = site.office.act(case, who, action, answers(given));
    done.unwrap_or_else(|error| panic!("{who} {action}: {error}"));
}

#[actix_web::test]
async fn a_destruction_is_filed_done_before_witnesses_and_certified() {
    let Some(browser) = Browser::start(1280, 900).await else {
        return;
    };
    let site = Site::open();
    let case = file(&browser, &site).await;
    let page = format!("{}/c/{case}", site.address);
    acts(&site, case, "wang.jianguo", "approve", json!({}));
    let checked = json!({"hold": false, "archive_checked": true});
    acts(&site, case, "ren.guixiang", "approve", checked);
    acts(&site, case, "li.haitao", "approve", json!({}));
    acts(&site, case, "zheng.guoqiang", "approve", json!({}));
    site.office.until("2026-03-02 16:00");

    browser.forget().await;
    log_in(&browser, &site, "tan.zhijie").await;
    browser.goto(&page).await;
    browser.set("[name=started]", "2026-03-02T14:00").await;
    browser.set("[name=finished]", "2026-03-02T15:00").await;
    browser.fill("[name=executed_at]", "一号机房").await;
    browser
        .choose("[name='destroyed.0.result']", "success")
        .await;
    choose(&browser, &[("destroyed.0.serial_ok", "true")]).await;
    upload(&browser, "photos").await;
    browser.click(".card--act .btnrow .btn--p").await;
    browser.wait_for_text("已办结这一环节").await;

    acts(&site, case, "lu.yiming", "done", json!({"seen": true}));
    acts(&site, case, "xia.yun", "done", json!({"seen": true}));
    let verified = json!({"verify_method": "抽样通电读取", "sample": 1, "recovered": 0, "copies_cleared": true});
    acts(&site, case, "li.haitao", "approve", verified);

    browser.forget().await;
    log_in(&browser, &site, "ren.guixiang").await;
    browser.goto(&page).await;
    browser
        .fill("[name=certificate_number]", "公销清〔2026〕1号")
        .await;
    upload(&browser, "certificate_files").await;
    browser.click(".card--act .btnrow .btn--p").await;
    browser.wait_for_text("已销毁并归档").await;

    browser
        .goto(&format!("{page}/print/destruction-certificate"))
        .await;
    let certificate = browser.text(".sheet").await;
    for told in [
        "数据销毁证明",
        "公销清〔2026〕1号",
        "备份磁带",
        "谭志杰",
        "陆一鸣",
        "夏芸",
        "李海涛",
        "2026年3月2日 15:00",
        "消磁",
    ] {
        assert!(certificate.contains(told), "{told}: {certificate}");
    }
    assert!(
        browser
            .has(".pbar a[href$='destruction-certificate.pdf']")
            .await
    );
    browser.close().await;
}
