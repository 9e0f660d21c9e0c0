//! Registers: what a case leaves there keeps its history, is seen by whom the register says, is found, taken out and asked.

use huiqian::directory::PersonId;
use huiqian::engine::Channel;
use huiqian::services::cases::By;
use huiqian::services::ledger::{self, Narrowing};
use huiqian::services::migration::{self, Order};
use huiqian::services::{Error, Viewer};
use huiqian::storage::register_search::{Found, Within};
use huiqian::workflow::StageMap;
use serde_json::{Value, json};
use ulid::Ulid;

use crate::support::api::Api;
use crate::support::app::{Fixture, reason};
use crate::support::definitions::for_each;
use crate::support::visitor::Site;
use crate::support::world::definition;

/// A grant that is agreed to, provided, in force, suspended and in force again, and then in a status to which no move leads.
pub fn grants() -> String {
    definition(
        "",
        "{id: resource, type: text, label: 资源, required: true}
{id: item, type: text, label: 数据项, required: true}
{id: purpose, type: text, label: 用途, required: true}
{id: provider, type: department, label: 提供部门, required: true}
{id: until, type: date, label: 到期, required: true}",
        "  - stage: agree
    title: 同意
    who: section_head@applicant
    record: {register: grants, status: agreed, set: {resource: form.resource, item: form.item, purpose: form.purpose, requester: case.department, provider: form.provider, until: form.until}}
  - {stage: provide, title: 提供, kind: work, who: section_head@applicant, record: {register: grants, status: provided}}
  - {stage: confirm, title: 确认, kind: work, who: section_head@applicant, record: {register: grants, status: in_force}}
  - {stage: suspend, title: 暂停, kind: work, who: section_head@applicant, record: {register: grants, status: suspended}}
  - {stage: renew, title: 恢复, kind: work, who: section_head@applicant, record: {register: grants, status: in_force}}
  - {stage: stray, title: 处置, kind: work, who: section_head@applicant, record: {register: grants, status: disposed}}
",
        "",
    )
}

/// What a grant of this item answers.
pub fn asked_for(item: &str) -> Value {
    json!({"resource": "pop", "item": item, "purpose": "医保待遇核验", "provider": "P", "until": "2026-12-31"})
}

/// The stages by which a grant comes in force.
pub const TO_FORCE: &[(&str, &str)] = &[
    ("approve", "agree"),
    ("done", "provide"),
    ("done", "confirm"),
];

/// A grant of an item of `pop` to A, after these steps of `bob`.
pub fn granted(fixture: &Fixture, key: &str, item: &str, steps: &[(&str, &str)]) -> Ulid {
    let case = fixture.file("ann", key, asked_for(item));
    for (action, stage) in steps {
        fixture.on("bob", case, action, stage).expect(stage);
    }
    case
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory = fixture.app.directory_now().expect("a directory");
    let person: PersonId = fixture.id(login);
    Viewer::of(&directory, person, fixture.clock_now()).expect("active")
}

fn seen(fixture: &Fixture, login: &str, narrowing: &Narrowing) -> Vec<Found> {
    let readable = ledger::of(&fixture.app, &viewer(fixture, login), "grants").expect("readable");
    let page = ledger::page(&fixture.app, &readable, narrowing, None, 100);
    page.expect("a page").rows
}

fn items(found: &[Found]) -> Vec<&str> {
    found
        .iter()
        .filter_map(|(entry, _)| entry.document["values"]["item"].as_str())
        .collect()
}

#[test]
fn an_entry_keeps_who_gave_it_each_status_and_when_and_void_is_the_last() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", TO_FORCE);
        fixture
            .act("adi", case, "void", reason("误批"))
            .expect("voided");

        let entry = seen(fixture, "cat", &Narrowing::default()).remove(0).0.ulid;
        let seen = ledger::entry(&fixture.app, &viewer(fixture, "cat"), "grants", entry);
        let seen = seen.expect("seen");

        let statuses: Vec<&str> = seen.history.iter().map(|step| &*step.status).collect();
        assert_eq!(statuses, ["agreed", "provided", "in_force", "voided"]);
        let people: Vec<_> = seen.history.iter().map(|step| step.person_id).collect();
        let (bob, adi) = (Some(fixture.id("bob")), Some(fixture.id("adi")));
        assert_eq!(people, [bob, bob, bob, adi]);
        assert!(seen.history.is_sorted_by_key(|step| step.event));
        assert!(
            seen.history
                .iter()
                .all(|step| step.at == fixture.clock_now())
        );
        assert_eq!(seen.found.0.status.as_deref(), Some("voided"));
    });
}

#[test]
fn a_move_that_the_register_does_not_have_parks_the_case_and_changes_nothing() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", TO_FORCE);
        for (action, stage) in [("done", "suspend"), ("done", "renew"), ("done", "stray")] {
            fixture.on("bob", case, action, stage).expect(stage);
        }

        let parked = fixture.case(case);
        let open: Vec<&str> = parked.open_tasks().map(|task| &*task.stage).collect();
        assert_eq!(open, ["parked-case"]);
        let found = seen(fixture, "cat", &Narrowing::default());
        assert_eq!(found[0].0.status.as_deref(), Some("in_force"));
    });
}

#[test]
fn an_entry_stays_the_same_when_its_branch_is_called_otherwise_in_the_next_version() {
    Fixture::each(|fixture| {
        let new = for_each(
            "",
            "      - {stage: agree, title: 同意, who: section_head@applicant, record: {register: grants, status: agreed, set: {provider: '\"P\"', requester: case.department}}}
      - {stage: provide, title: 提供, kind: work, who: section_head@applicant, record: {register: grants, status: provided}}
",
        );
        let key = fixture.publish(&new.replace("foreach: replies", "foreach: offices"));
        let case = fixture.file("ann", &key, json!({"providers": ["P"]}));
        fixture
            .on("bob", case, "approve", "agree[P]")
            .expect("agreed");
        fixture.publish(&new);
        let order = Order {
            key,
            map: StageMap {
                stages: [("offices".to_owned(), Some("replies".to_owned()))].into(),
                ..StageMap::same(1, 2)
            },
            by: By::person(fixture.id("adm"), Channel::Page),
        };
        let moved = migration::carry_out(&fixture.app, &order, "改名", 0, 10, |_| {});
        assert_eq!(moved.expect("carried out").moved, 1);

        fixture
            .on("bob", case, "done", "provide[P]")
            .expect("provided");

        let found = seen(fixture, "pat", &Narrowing::default());
        let statuses: Vec<_> = found
            .iter()
            .map(|(entry, _)| entry.status.as_deref())
            .collect();
        assert_eq!(statuses, [Some("provided")]);
    });
}

#[test]
fn departments_see_the_entries_that_name_them_and_their_authority_sees_all() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", TO_FORCE);

        for (login, sees) in [("cat", 1), ("pat", 1), ("dan", 1), ("eve", 1), ("adi", 1)] {
            let found = seen(fixture, login, &Narrowing::default());
            assert_eq!(found.len(), sees, "{login}");
        }
        for login in ["ann", "bob", "adm"] {
            let refused = ledger::of(&fixture.app, &viewer(fixture, login), "grants");
            assert!(matches!(refused, Err(Error::NotFound)), "{login}");
        }
        let open =
            ledger::of(&fixture.app, &viewer(fixture, "ann"), "open_data").expect("for everyone");
        assert_eq!(open.within, Within::All);
    });
}

#[test]
fn an_entry_of_other_departments_is_not_there() {
    Fixture::each(|fixture| {
        let yaml = grants().replace(", provider: form.provider", "");
        let key = fixture.publish(&yaml);
        granted(fixture, &key, "name", TO_FORCE);
        let entry = seen(fixture, "cat", &Narrowing::default()).remove(0).0.ulid;

        assert!(seen(fixture, "pat", &Narrowing::default()).is_empty());
        let asked = ledger::entry(&fixture.app, &viewer(fixture, "pat"), "grants", entry);
        assert!(matches!(asked, Err(Error::NotFound)));
        let elsewhere = ledger::entry(&fixture.app, &viewer(fixture, "cat"), "systems", entry);
        assert!(matches!(elsewhere, Err(Error::NotFound)));
    });
}

#[test]
fn a_register_is_narrowed_and_turned_page_by_page() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", TO_FORCE);
        granted(fixture, &key, "born", &TO_FORCE[..1]);
        granted(fixture, &key, "address", TO_FORCE);
        let narrowed = |narrowing: Narrowing| -> Vec<String> {
            let found = seen(fixture, "cat", &narrowing);
            items(&found).into_iter().map(str::to_owned).collect()
        };
        let day = |text: &str| text.parse().expect("a day");
        let dates = |from: &str, until: &str| Narrowing {
            dates: Some(("until".to_owned(), day(from), day(until))),
            ..Narrowing::default()
        };

        assert_eq!(narrowed(Narrowing::default()), ["address", "born", "name"]);
        let agreed = Narrowing {
            status: Some("agreed".to_owned()),
            ..Narrowing::default()
        };
        assert_eq!(narrowed(agreed), ["born"]);
        let words = Narrowing {
            text: "addr 医保".to_owned(),
            ..Narrowing::default()
        };
        assert_eq!(narrowed(words), ["address"]);
        for (code, count) in [("P", 3), ("Z", 0)] {
            let department = Narrowing {
                department: Some(huiqian::directory::DepartmentCode(code.to_owned())),
                ..Narrowing::default()
            };
            assert_eq!(narrowed(department).len(), count, "{code}");
        }
        assert_eq!(narrowed(dates("2026-12-31", "2026-12-31")).len(), 3);
        assert!(narrowed(dates("2027-01-01", "2027-12-31")).is_empty());

        let readable =
            ledger::of(&fixture.app, &viewer(fixture, "cat"), "grants").expect("readable");
        let page = |before| {
            ledger::page(&fixture.app, &readable, &Narrowing::default(), before, 2).expect("a page")
        };
        let first = page(None);
        let second = page(first.next);
        assert_eq!(items(&first.rows), ["address", "born"]);
        assert_eq!(items(&second.rows), ["name"]);
        assert_eq!(second.next, None);
    });
}

#[test]
fn the_interface_says_whether_a_use_is_covered_and_a_suspension_takes_effect_at_once() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", TO_FORCE);
        let api = Api::of(fixture);
        let ask = |login: &str, more: &str| {
            let path = format!("/api/v1/grants/check?department=A&resource=pop{more}");
            api.get(login, &path)
        };

        let covered = ask("ann", "&items=name&purpose=%E5%8C%BB%E4%BF%9D").expect(200);
        assert_eq!(covered["allowed"], true);
        assert_eq!(covered["until"], "2026-12-31");
        assert_eq!(covered["items"][0]["grant"]["case"]["id"], case.to_string());
        let later = ask("adi", "&items=name&day=2027-01-01").expect(200);
        assert_eq!(later["allowed"], false);
        assert_eq!(later["items"][0]["reason"], "over");
        let other = ask("cat", "&items=name,born").expect(200);
        assert_eq!(other["allowed"], false);
        assert_eq!(other["items"][1]["reason"], "none");

        fixture
            .on("bob", case, "done", "suspend")
            .expect("suspended");
        let suspended = ask("ann", "").expect(200);
        assert_eq!(suspended["allowed"], false);
        assert_eq!(suspended["items"][0]["reason"], "suspended");

        assert_eq!(ask("pat", "").problem(403), "forbidden");
        assert_eq!(ask("ann", "&day=soon").problem(422), "day-parameter");
        let missing = api.get("ann", "/api/v1/grants/check?department=A");
        assert_eq!(missing.problem(422), "parameter-missing");
    });
}

#[test]
fn the_interface_lists_a_register() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", TO_FORCE);
        granted(fixture, &key, "born", TO_FORCE);
        let api = Api::of(fixture);

        let first = api
            .get("cat", "/api/v1/registers/grants?limit=1")
            .expect(200);
        assert_eq!(first["items"][0]["values"]["item"], "born");
        assert_eq!(first["items"][0]["status"], "in_force");
        let next = first["next"].as_str().expect("another page");
        let path = format!("/api/v1/registers/grants?limit=1&cursor={next}");
        let second = api.get("cat", &path).expect(200);
        assert_eq!(second["items"][0]["values"]["item"], "name");
        assert_eq!(second["next"], Value::Null);

        api.get("ann", "/api/v1/registers/grants").problem(404);
        api.get("cat", "/api/v1/registers/nothing").problem(404);
    });
}

/// 省卫生健康委 has been granted something of 省公安厅; the purpose looks like a formula.
fn shelf(site: &Site) -> Ulid {
    let key = site.office.publish(&grants());
    let answers = json!({"resource": "pop", "item": "name", "purpose": "=HYPERLINK(\"x\")", "provider": "hn-police", "until": "2026-12-31"});
    let case = site.office.file_by(&key, answers).expect("filed");
    for action in ["approve", "done", "done"] {
        site.office.does(case, "zhang.huimin", action);
    }
    case
}

#[test]
fn the_pages_show_registers_entries_and_what_became_of_them() {
    let site = Site::open();
    let case = shelf(&site);
    let visitor = site.visitor("xu.xiaofeng");

    let list = visitor.get("/ledger");
    assert!(
        list.text("main").contains("共享台账"),
        "{}",
        list.text("main")
    );

    let page =
        visitor.get("/ledger/grants?status=in_force&date=until&from=2026-01-01&c=item&c=purpose");
    assert_eq!(page.status, 200);
    let words = page.text("main table");
    assert!(
        words.contains("name") && words.contains("使用中"),
        "{words}"
    );
    assert_eq!(page.attributes("main thead th", "scope").len(), 4);
    let none = visitor.get("/ledger/grants?status=ended");
    assert!(
        none.text("main").contains("没有符合条件的"),
        "{}",
        none.text("main")
    );
    for wrong in ["status=x", "date=until&from=soon", "after=x"] {
        let page = visitor.get(&format!("/ledger/grants?{wrong}"));
        assert_eq!(page.status, 422, "{wrong}");
    }

    let entry = page.attributes("main tbody a", "href").remove(0);
    let entry = visitor.get(&entry);
    let words = entry.text("main");
    for part in ["省公安厅", "2026年12月31日", "已同意，待提供", "张慧敏"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let links = entry.attributes("main a", "href");
    assert!(links.contains(&format!("/c/{case}")), "{links:?}");
}

#[test]
fn a_register_is_taken_out_without_formulas() {
    let site = Site::open();
    shelf(&site);
    let visitor = site.visitor("xu.xiaofeng");

    let csv = visitor.get("/ledger/grants/export.csv?status=in_force");
    assert_eq!(csv.status, 200);
    assert_eq!(
        csv.header("content-type").as_deref(),
        Some("text/csv; charset=utf-8")
    );
    assert!(
        csv.body.contains("\"'=HYPERLINK(\"\"x\"\")\""),
        "{}",
        csv.body
    );
    assert_eq!(csv.body.lines().count(), 2);

    let xlsx = visitor.ask("HEAD", "/ledger/grants/export.xlsx", &[]);
    assert_eq!(xlsx.status, 200);
    let disposition = xlsx.header("content-disposition").expect("a name");
    assert!(disposition.ends_with(".xlsx"), "{disposition}");
    let refused = site.visitor("li.wenjing").get("/ledger/grants/export.csv");
    assert_eq!(refused.status, 404);
}

#[test]
fn the_page_answers_whether_a_use_is_covered() {
    let site = Site::open();
    let case = shelf(&site);
    let visitor = site.visitor("li.wenjing");

    let empty = visitor.get("/grants/check");
    assert_eq!(empty.status, 200);
    let yes = visitor
        .get("/grants/check?department=hn-health&resource=pop&items=name&purpose=&day=2026-06-01");
    let words = yes.text("main");
    assert!(
        words.contains("可以使用") && words.contains("到 2026-12-31"),
        "{words}"
    );
    let no = visitor
        .get("/grants/check?department=hn-health&resource=pop&items=born&purpose=&day=2026-06-01");
    assert!(no.text("main").contains("没有批准"), "{}", no.text("main"));
    let same = "/grants/check?department=hn-health&resource=pop&items=name&day=2026-06-01";
    site.office.does(case, "zhang.huimin", "done");
    let suspended = visitor.get(same).text("main");
    assert!(suspended.contains("已暂停使用"), "{suspended}");
    site.office.does(case, "zhang.huimin", "done");
    let again = visitor.get(same).text("main");
    assert!(!again.contains("已暂停使用"), "{again}");
    let unclear = visitor.get("/grants/check?department=hn-health&resource=&day=");
    assert!(unclear.has("[role=alert]"));
    let others = visitor.get("/grants/check?department=hn-police&resource=pop&day=2026-06-01");
    assert_eq!(others.status, 403);
}
