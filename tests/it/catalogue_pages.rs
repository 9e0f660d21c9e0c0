//! The data directory's pages: finding a resource, what is said of it, asking for it in one click, and importing.

use crate::support::visitor::Site;

#[test]
fn an_officer_finds_a_resource_and_starts_the_request_in_one_click() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");

    let list = visitor.get("/catalogue?k=HN-YB-003&sharing=&level=&department=");
    let form = list.form("form[action='/catalogue/use']");
    let begun = visitor.send(&form);
    let edit = visitor.follow(&begun);

    assert_eq!(edit.status, 200, "{}", edit.text("main"));
    assert!(edit.text(".note").contains("已选好数据项"));
    let data = visitor.get(&edit.path.replace("/request", "/data"));
    let chosen = data.text("table");
    assert!(chosen.contains("定点医药机构：机构代码"), "{chosen}");
}

#[test]
fn the_filter_stands_in_the_address_and_nonsense_is_refused() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");

    let narrowed = visitor.get("/catalogue?department=hn-police&sharing=none");
    let codes = narrowed.text(".ti .mono");
    assert!(
        codes.contains("HN-GA-006") && !codes.contains("HN-GA-001"),
        "{codes}"
    );
    assert!(!narrowed.has("form[action='/catalogue/use']"));

    assert!(
        visitor
            .get("/catalogue?k=nothing-like-it")
            .text("main")
            .contains("没有符合条件的资源")
    );
    for wrong in ["level=x", "sharing=all", "level=999"] {
        assert_eq!(
            visitor.get(&format!("/catalogue?{wrong}")).status,
            422,
            "{wrong}"
        );
    }
}

#[test]
fn a_resource_that_is_not_shared_says_why_and_is_not_offered() {
    let site = Site::open();
    let visitor = site.visitor("li.wenjing");

    let page = visitor.get("/catalogue/HN-GA-006");

    assert!(page.text(".note").contains("不予共享"));
    assert!(page.text("main").contains("不宜提供的个人信息"));
    assert!(!page.has("form[action='/catalogue/use']"));
    assert_eq!(visitor.get("/catalogue/HN-NO-1").status, 404);
    assert!(
        visitor
            .get("/catalogue/HN-GA-001")
            .has("form[action='/catalogue/use']")
    );
    let posted = {
        let mut form = visitor
            .get("/catalogue/HN-GA-001")
            .form("form[action='/catalogue/use']");
        form.set("resource", "HN-GA-006");
        visitor.send(&form)
    };
    assert_eq!(posted.status, 403);
}

#[test]
fn the_administrator_sees_what_a_file_would_do_and_then_confirms() {
    let site = Site::open();
    let visitor = site.visitor("sun.liping");
    let csv = visitor.get("/catalogue/export.csv?k=HN-YB-003").body;
    let changed = csv.replace("每周", "每月");
    assert_ne!(csv, changed);

    let page = visitor.get("/catalogue/import");
    let mut form = page.form("form[action='/catalogue/import']");
    form.attach("file", "目录.csv", changed.as_bytes());
    let plan = visitor.follow(&visitor.send(&form));
    assert!(
        plan.text("main").contains("变更 1 个"),
        "{}",
        plan.text("main")
    );
    assert!(plan.text("table").contains("→ 每月"));
    let done = visitor.send(&plan.form("form[action='/catalogue/import/confirm']"));

    assert_eq!(done.status, 303);
    let resource = visitor.get("/catalogue/HN-YB-003");
    assert!(
        resource.text(".tm").contains("孙立平"),
        "{}",
        resource.text(".tm")
    );
    assert!(resource.text(".tm q").contains("→ 每月"));
}

#[test]
fn a_file_with_faults_is_answered_line_by_line() {
    let site = Site::open();
    let visitor = site.visitor("sun.liping");

    let page = visitor.get("/catalogue/import");
    let mut form = page.form("form[action='/catalogue/import']");
    form.attach("file", "目录.csv", "信息资源代码,名字\n1,2\n".as_bytes());
    let refused = visitor.send(&form);

    assert_eq!(refused.status, 422);
    assert!(
        refused.text(".es").contains("第 1 行"),
        "{}",
        refused.text(".es")
    );
    assert_eq!(
        site.visitor("li.wenjing").get("/catalogue/import").status,
        403
    );
}
