//! The editor of a definition in a real browser: typed into, checked, led to the line of a finding.

use crate::support::browser::Browser;
use crate::support::visitor::Site;

/// Something inside the editor, which lives in a shadow root of its own.
async fn inside(browser: &Browser, script: &str) -> serde_json::Value {
    let script =
        format!("const editor = document.querySelector('.yaml-host').shadowRoot; return {script};");
    browser.execute(&script).await
}

#[actix_web::test]
async fn a_definition_is_typed_checked_and_led_to_its_error() {
    let Some(browser) = Browser::start(1280, 900).await else {
        return;
    };
    let site = Site::open();
    browser.goto(&format!("{}/login", site.address)).await;
    browser.fill("#login", "chen.siyuan").await;
    browser
        .fill("#password", huiqian::services::demo::PASSWORD)
        .await;
    browser.click("form[action='/login'] button").await;
    browser.wait_for_text("流程定义").await;
    let home = format!("{}/admin/workflows/data-sharing", site.address);
    browser.goto(&home).await;

    browser.click(".yaml-host").await;
    browser.control('a').await;
    browser.press("workflow: data-sharing\nnonsense: 1").await;
    browser.click("button[value=check]").await;
    browser.wait_for_text("这里没有名为 nonsense 的键").await;

    assert!(browser.address().await.ends_with("?check=1"));
    assert_eq!(
        inside(
            &browser,
            "editor.querySelectorAll('.cm-lint-marker-error').length"
        )
        .await,
        2,
        "the key that is not known, and what is missing"
    );
    // The editor brings its styles along without the page's policy giving way.
    let colour = "getComputedStyle(editor.querySelector('.cm-lint-marker-error')).backgroundColor";
    assert_eq!(inside(&browser, colour).await, "rgb(200, 55, 43)");
    browser.click(".checks a[data-line='2']").await;
    let line = "editor.querySelector('.cm-activeLine').textContent";
    assert_eq!(inside(&browser, line).await, "nonsense: 1");

    browser.click("button[value=save]").await;
    browser.wait_for_text("第 2 版草稿").await;
    let kept = "document.querySelector('textarea[name=source]').value";
    assert_eq!(
        inside(&browser, kept).await,
        "workflow: data-sharing\nnonsense: 1"
    );
    browser.close().await;
}
