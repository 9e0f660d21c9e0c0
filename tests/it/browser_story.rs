//! A whole story in a real browser: a request is filed, signed through the mail's link, and the case shows the signature.

use std::path::PathBuf;

use crate::support::browser::Browser;
use crate::support::visitor::Site;

/// With `HUIQIAN_PICTURES=FOLDER` the pages of the story are kept there as pictures.
async fn keep(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("HUIQIAN_PICTURES") {
        let file = PathBuf::from(folder).join(format!("{name}.png"));
        browser.screenshot(&file).await;
    }
}

async fn log_in(browser: &Browser, site: &Site, login: &str) {
    browser.goto(&format!("{}/login", site.address)).await;
    browser.fill("#login", login).await;
    browser
        .fill("#password", huiqian::services::demo::PASSWORD)
        .await;
    browser.click("form[action='/login'] button").await;
    browser.wait_for_text("待办").await;
}

async fn fill_in(browser: &Browser) {
    for box_of in ["state_secret", "work_secret"] {
        browser
            .click(&format!("[name={box_of}][value=false]"))
            .await;
    }
    browser
        .fill("[name=subject]", "申请使用定点医药机构名录")
        .await;
    browser.fill("[name=office]", "医政医管处").await;
    browser.fill("[name=phone]", "13800000001").await;
    go_on(browser, "数据目录与数据项").await;

    browser
        .fill("[name='find.resources']", "定点医药机构")
        .await;
    browser.click("button[value='find:resources']").await;
    browser.click(".pick__i input").await;
    browser.click("button[value='pick:resources']").await;
    browser.fill("[name='resources.0.use']", "核对").await;
    browser
        .fill("[name=basis]", "依据本部门职责申请共享。")
        .await;
    browser.fill("[name=purpose]", "年度校验时核对。").await;
    browser.fill("[name=scope]", "仅限医政医管处使用。").await;
    browser.set("[name='period.from']", "2026-04-01").await;
    browser.set("[name='period.to']", "2027-03-31").await;
    browser.click(".btnrow button[value=next]").await;
    browser.wait_for_text("使用场景至少写 30 个字").await;
    keep(browser, "form-with-errors").await;
    browser
        .fill("[name=purpose]", &"在医疗机构年度校验环节核对。".repeat(4))
        .await;
    go_on(browser, "使用人员清单").await;

    browser.click("[name=method][value=batch]").await;
    browser.click("[name=frequency][value=periodic]").await;
    browser.fill("[name=storage]", "省政务云，到期清除。").await;
    browser.fill("[name='users.0.name']", "张三").await;
    browser.fill("[name='users.0.post']", "数据管理员").await;
    go_on(browser, "安全措施").await;

    for (name, value) in [
        ("personal", "false"),
        ("third_party", "false"),
        ("measures", "audit"),
        ("masking", "full"),
        ("afterwards", "destroy"),
    ] {
        browser
            .click(&format!("[name={name}][value={value}]"))
            .await;
    }
    browser.click("[type=checkbox][name=promise]").await;
    go_on(browser, "提交后由谁办理").await;
}

async fn go_on(browser: &Browser, next: &str) {
    browser.click(".btnrow button[value=next]").await;
    browser.wait_for_text(next).await;
}

#[actix_web::test]
async fn a_request_is_filed_and_signed_through_the_mail() {
    let Some(browser) = Browser::start(1280, 900).await else {
        return;
    };
    let site = Site::open();

    log_in(&browser, &site, "li.wenjing").await;
    browser.goto(&format!("{}/new", site.address)).await;
    browser
        .click("form[action='/new']:has([value='data-sharing']) button")
        .await;
    fill_in(&browser).await;
    keep(&browser, "check").await;
    browser.click("form[action$='/check'] button").await;
    browser.wait_for_text("数享申〔2026〕1号").await;
    let submitted = browser.address().await;

    // The mail goes out beside the pages; its link is opened where all caught mails are shown.
    site.links("zhang.huimin");
    browser
        .goto(&format!(
            "{}/dev/mail?to=zhang.huimin@henan.example",
            site.address
        ))
        .await;
    browser.click(".tl .ti__t a").await;
    browser.click(".linklist a").await;
    browser.wait_for_text("确认您的审核意见").await;
    assert!(browser.address().await.ends_with("/a/confirm"));
    keep(&browser, "confirm").await;
    browser.click("form[action='/a/confirm'] button").await;
    browser.wait_for_text("您的意见已提交：同意").await;

    browser.goto(&submitted.replace("/submitted", "")).await;
    browser.wait_for_text("张慧敏 同意").await;
    assert!(browser.text(".rail .tm").await.contains("通过邮件链接"));
    assert!(browser.text(".tb--sig").await.contains("张慧敏"));
    keep(&browser, "case").await;
    browser.close().await;
}
