//! Who may do what at the API: every route, for everyone who could stand to a case in some way.

use std::collections::BTreeSet;

use huiqian::directory::DepartmentCode;
use huiqian::services::Error;
use huiqian::storage::people::NewPerson;
use huiqian::storage::{directory, people};
use huiqian::web::api::ROUTES;
use serde_json::{Value, json};

use crate::support::api::{Answer, Api, PDF, SHARING, answers};
use crate::support::app::Fixture;
use crate::support::definitions::reviewed;
use crate::support::seed;

/// Who asks, and how they stand to the case: filed by `ann` of A, waiting for the section heads of A, with a file.
const PEOPLE: &[(&str, &str)] = &[
    ("stranger", ""),
    ("applicant", "ann"),
    ("asked", "bob"),
    ("colleague", "dan"),
    ("leader", "eve"),
    ("authority", "adi"),
    ("elsewhere", "pat"),
    ("sysadmin", "bea"),
];

/// The routes with the status that each of these gets.
#[rustfmt::skip]
const MATRIX: &[(&str, &str, [u16; 8])] = &[
    //                                        stranger applicant asked colleague leader authority elsewhere sysadmin
    ("POST", "/sessions",                     [200,    200,      200,  200,      200,   200,      200,      200]),
    ("GET",  "/cases",                        [401,    200,      200,  200,      200,   200,      200,      200]),
    ("POST", "/cases",                        [401,    201,      403,  403,      403,   403,      403,      403]),
    ("GET",  "/cases/{id}",                   [401,    200,      200,  404,      200,   200,      404,      404]),
    ("PUT",  "/cases/{id}/answers",           [401,    409,      409,  404,      409,   409,      404,      404]),
    ("POST", "/cases/{id}/actions",           [401,    403,      200,  404,      403,   403,      404,      404]),
    ("GET",  "/cases/{id}/events",            [401,    200,      200,  404,      200,   200,      404,      404]),
    ("POST", "/cases/{id}/drafts",            [401,    403,      403,  404,      403,   403,      404,      404]),
    ("POST", "/cases/{id}/attachments",       [401,    403,      201,  404,      403,   403,      404,      404]),
    ("GET",  "/attachments/{id}",             [401,    200,      200,  404,      200,   200,      404,      404]),
    ("GET",  "/tasks",                        [401,    200,      200,  200,      200,   200,      200,      200]),
    ("POST", "/tasks/acknowledge",            [401,    200,      200,  200,      200,   200,      200,      200]),
    ("GET",  "/workflows",                    [401,    200,      200,  200,      200,   200,      200,      200]),
    ("GET",  "/workflows/{key}",              [401,    200,      200,  200,      200,   200,      200,      200]),
    ("GET",  "/workflows/{key}/form",         [401,    200,      200,  200,      200,   200,      200,      200]),
    ("GET",  "/registers/{name}",             [401,    404,      404,  200,      200,   200,      200,      404]),
    ("GET",  "/grants/check",                 [401,    200,      200,  200,      200,   200,      403,      200]),
    ("GET",  "/substitutes",                  [401,    200,      200,  200,      200,   200,      200,      200]),
    ("POST", "/substitutes",                  [401,    403,      409,  403,      403,   201,      403,      409]),
    ("DELETE", "/substitutes/{id}",           [401,    404,      200,  404,      404,   200,      404,      200]),
    ("GET",  "/openapi.json",                 [200,    200,      200,  200,      200,   200,      200,      200]),
];

struct World<'f> {
    api: Api<'f>,
    case: String,
    file: String,
    substitution: String,
}

impl<'f> World<'f> {
    fn of(fixture: &'f Fixture) -> Self {
        fixture.publish(SHARING);
        fixture.give_posts("bea", "A", &["sysadmin"]);
        let api = Api::of(fixture);
        let draft = json!({"workflow": "sharing", "answers": answers()});
        let draft = api.post("ann", "/api/v1/cases", &draft).expect(201);
        let case = draft["id"].as_str().expect("an id").to_owned();
        let file = api.upload("ann", &case, &PDF).expect(201);
        api.act("ann", &case, &json!({"action": "submit"}))
            .expect(200);
        let named = api.post("bob", "/api/v1/substitutes", &away("2026-05-06"));
        let named = named.expect(201);
        let substitution = named["items"][0]["id"].as_str().expect("an id").to_owned();
        Self {
            api,
            case,
            file: file["id"].as_str().expect("an id").to_owned(),
            substitution,
        }
    }

    fn ask(&self, login: &str, method: &str, path: &str) -> Answer {
        let id = match path {
            _ if path.starts_with("/attachments") => &self.file,
            _ if path.starts_with("/substitutes") => &self.substitution,
            _ => &self.case,
        };
        let address = format!("/api/v1{path}")
            .replace("{id}", id)
            .replace("{key}", "sharing")
            .replace("{name}", "grants")
            .replace("/check", "/check?department=A&resource=pop");
        let (api, address) = (&self.api, &*address);
        match (method, path) {
            ("POST", "/sessions") => {
                api.token("ann");
                let password = crate::support::app::PASSWORD;
                api.post(
                    login,
                    address,
                    &json!({"login": "ann", "password": password}),
                )
            }
            ("POST", "/cases") => api.post(login, address, &json!({"workflow": "sharing"})),
            ("PUT", _) => api.put(login, address, &json!({"answers": {"subject": "x"}})),
            ("POST", "/tasks/acknowledge") => {
                let tasks = json!({"tasks": ["01J00000000000000000000000"]});
                api.post(login, address, &tasks)
            }
            ("POST", "/substitutes") => api.post(login, address, &away("2026-04-01")),
            ("POST", "/cases/{id}/actions") => {
                api.post(login, address, &json!({"action": "approve", "task": 1}))
            }
            ("POST", "/cases/{id}/drafts") => api.post(login, address, &json!({"task": 1})),
            ("POST", _) => api.upload(login, &self.case, &PDF),
            ("DELETE", _) => api.send(login, method, address, &[], b""),
            _ => api.get(login, address),
        }
    }
}

/// `cat` acts for `bob` on a day.
fn away(day: &str) -> Value {
    json!({"holder": "bob", "post": "section_head@A", "substitute": "cat", "from": day, "until": day})
}

#[test]
fn the_matrix_covers_every_route() {
    let covered: BTreeSet<(&str, &str)> = MATRIX
        .iter()
        .map(|(method, path, _)| (*method, *path))
        .collect();
    let served: BTreeSet<(&str, &str)> = ROUTES
        .iter()
        .map(|route| (route.method, route.path))
        .collect();

    assert_eq!(covered, served);
    assert_eq!(covered.len(), MATRIX.len());
}

#[test]
fn everyone_gets_what_the_matrix_says() {
    Fixture::each(|fixture| {
        // A signature changes the case, so who signs comes last.
        let world = World::of(fixture);
        let mut wrong = Vec::new();
        let (changing, reading): (Vec<_>, Vec<_>) = MATRIX
            .iter()
            .partition(|(method, path, _)| (*method, *path) == ("POST", "/cases/{id}/actions"));
        for (method, path, expected) in reading.into_iter().chain(changing) {
            let mut people: Vec<_> = PEOPLE.iter().zip(expected).collect();
            people.sort_by_key(|((who, _), _)| *who == "asked");
            for ((who, login), expected) in people {
                let answer = world.ask(login, method, path);
                if answer.status != expected {
                    wrong.push(format!(
                        "{who}: {method} {path}: {} instead of {expected}",
                        answer.status
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

// What others let anybody enumerate: viewflow#505.
#[test]
fn a_case_that_one_may_not_see_is_no_different_from_one_that_is_not_there() {
    Fixture::each(|fixture| {
        let world = World::of(fixture);
        let there = world.case.clone();
        let nowhere = "01J00000000000000000000000".to_owned();
        let ask = |id: &str| -> Vec<(u16, Value)> {
            let api = &world.api;
            let path = |rest: &str| format!("/api/v1/cases/{id}{rest}");
            [
                api.get("pat", &path("")),
                api.get("pat", &path("/events")),
                api.put("pat", &path("/answers"), &json!({"answers": {}})),
                api.put(
                    "pat",
                    &path("/answers"),
                    &json!({"answers": {}, "revision": 1}),
                ),
                api.act("pat", id, &json!({"action": "approve", "task": 1})),
                api.act("pat", id, &json!({"action": "submit"})),
                api.act(
                    "pat",
                    id,
                    &json!({"action": "terminate", "comment": "x", "revision": 0}),
                ),
                api.upload("pat", id, &PDF),
            ]
            .into_iter()
            .map(|answer| (answer.status, answer.json))
            .collect()
        };

        let (hidden, missing) = (ask(&there), ask(&nowhere));

        assert_eq!(hidden, missing);
        assert!(
            hidden.iter().all(|(status, _)| *status == 404),
            "{hidden:?}"
        );
        let listed = world.api.get("pat", "/api/v1/cases").expect(200);
        assert_eq!(listed["items"], json!([]));
        let found = world
            .api
            .get("pat", "/api/v1/cases?q=%E6%A0%B8%E9%AA%8C")
            .expect(200);
        assert_eq!(found["items"], json!([]));
    });
}

#[test]
fn a_post_that_is_lost_is_lost_at_the_next_request() {
    let fixture = Fixture::new();
    let world = World::of(&fixture);
    let path = format!("/api/v1/cases/{}", world.case);
    assert_eq!(world.api.get("bob", &path).status, 200);

    fixture.take_posts("bob");

    assert_eq!(world.api.get("bob", &path).problem(404), "not-found");
    fixture.deactivate("bob");
    assert_eq!(world.api.get("bob", &path).problem(401), "unauthenticated");
}

fn clear(fixture: &Fixture, login: &str, level: u8) {
    let login = login.to_owned();
    fixture.write(move |conn| {
        let account = people::by_login(conn, &login)?.expect("somebody");
        let person = NewPerson {
            ulid: account.ulid,
            login: account.login,
            name: account.name,
            email: format!("{login}@henan.example"),
            department: DepartmentCode("A".into()),
            clearance: level,
            language: account.language,
            active: account.active,
            created_at: seed::at(0),
        };
        people::save(conn, &person)?;
        directory::changed(conn).map(drop)
    });
}

#[test]
fn data_above_the_clearance_is_not_even_listed() {
    use crate::support::definitions::for_data;
    let fixture = Fixture::new();
    let key = fixture.publish(for_data());
    let chosen = json!({"resources": [{"resource": "health", "item": "name"}]});
    let case = fixture.file("ann", &key, chosen);
    let api = Api::of(&fixture);
    let path = format!("/api/v1/cases/{case}");
    assert_eq!(api.get("eve", &path).status, 200);

    clear(&fixture, "eve", 2);

    assert_eq!(api.get("eve", &path).problem(404), "not-found");
    assert_eq!(
        api.get("eve", "/api/v1/cases").expect(200)["items"],
        json!([])
    );
    clear(&fixture, "bob", 2);
    assert_eq!(
        api.get("bob", "/api/v1/tasks").expect(200)["items"],
        json!([])
    );
    clear(&fixture, "ann", 1);
    assert_eq!(
        api.get("ann", &path).status,
        200,
        "who filed it knows what they asked for"
    );
    let mine = api.get("ann", "/api/v1/cases").expect(200);
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(1));
}

/// Who asks about a case that 省公安厅 has replied to and 省民政厅 is asked in: the branches that they see, and whether they
/// read what is private in those.
#[rustfmt::skip]
const BRANCHES: &[(&str, &str, &[&str], bool)] = &[
    ("applicant",                   "li.wenjing",   &["hn-civil", "hn-police"], true),
    ("asked before the branches",   "zhang.huimin", &["hn-civil", "hn-police"], true),
    ("leader of the applicant",     "xu.xiaofeng",  &["hn-civil", "hn-police"], false),
    ("leader of the authority",     "liu.zhiqiang", &["hn-civil", "hn-police"], false),
    ("workflow administrator",      "chen.siyuan",  &["hn-civil", "hn-police"], false),
    ("who replied",                 "zheng.guoqiang", &["hn-police"],           true),
    ("holder of the same post",     "li.haitao",    &["hn-police"],             true),
    ("who is asked",                "yang.xuemei",  &["hn-civil"],              true),
    ("leader of who is asked",      "guo.yulan",    &["hn-civil"],              false),
];

#[test]
fn a_department_sees_its_own_branch_and_those_who_oversee_see_all() {
    use crate::support::{joint, office::Office};
    let office = Office::new();
    let case = joint::replied(&office);
    let api = Api::of_office(&office);
    let path = format!("/api/v1/cases/{case}");
    for (who, login, branches, opens) in BRANCHES {
        let body = api.get(login, &path).expect(200);
        let events = api.get(login, &format!("{path}/events")).expect(200);
        let page = format!("{body}{events}");
        let seen: BTreeSet<&str> = body["branches"]
            .as_array()
            .expect("branches")
            .iter()
            .filter(|branch| branch["block"] == "offices")
            .filter_map(|branch| branch["key"].as_str())
            .collect();

        assert_eq!(seen, branches.iter().copied().collect(), "{who}");
        let police = branches.contains(&"hn-police");
        for (word, told) in [
            ("offices[hn-police]", police),
            ("reply[hn-police]", police),
            ("郑国强", police),
            ("同意提供核验接口", police),
            ("grants", police),
            ("offices[hn-civil]", branches.contains(&"hn-civil")),
            ("13800000009", police && *opens),
            ("联合核验人口信息", true),
        ] {
            assert_eq!(page.contains(word), told, "{who}: {word}");
        }
        assert_eq!(
            page.contains("13800000001"),
            *opens,
            "{who}: the applicant's phone"
        );
    }
    assert_eq!(api.get("dong.xiaoyan", &path).problem(404), "not-found");
}

#[test]
fn what_is_said_by_one_department_is_not_told_to_another() {
    use crate::support::{joint, office::Office};
    let office = Office::new();
    let case = joint::replied(&office).to_string();
    let api = Api::of_office(&office);
    for (login, words) in [
        ("zhao.ming", "公安厅的话"),
        ("yang.xuemei", "民政厅的话"),
        ("li.wenjing", "申请人的话"),
    ] {
        let said = json!({"action": "comment", "comment": words});
        api.act(login, &case, &said).expect(200);
    }

    let heard = |login: &str| {
        let events = api.get(login, &format!("/api/v1/cases/{case}/events"));
        let events = events.expect(200).to_string();
        ["公安厅的话", "民政厅的话", "申请人的话"].map(|words| events.contains(words))
    };

    assert_eq!(heard("li.wenjing"), [true, true, true]);
    assert_eq!(heard("liu.zhiqiang"), [true, true, true]);
    assert_eq!(heard("zheng.guoqiang"), [true, false, true]);
    assert_eq!(heard("yang.xuemei"), [false, true, true]);
}

#[test]
fn who_is_asked_in_two_branches_sees_both_and_speaking_opens_none() {
    use crate::support::{joint, office::Office};
    let office = Office::new();
    let key = office.publish(joint::JOINT);
    let mut request = joint::joint_request();
    request["providers"] = json!(["hn-police", "hn-civil", "hn-hrss"]);
    let case = office.file_by(&key, request).expect("filed");
    office.does(case, "zhang.huimin", "approve");
    let risk = joint::answers(json!({"risk": "low"}));
    office.act(case, "song.jia", "approve", risk).expect("safe");
    office.does(case, "wu.min", "approve");
    let api = Api::of_office(&office);
    let branches = |login: &str| {
        let body = api.get(login, &format!("/api/v1/cases/{case}")).expect(200);
        let all = body["branches"].as_array().expect("branches").iter();
        all.filter(|branch| branch["block"] == "offices").count()
    };

    let said = json!({"action": "comment", "comment": "收到"});
    api.act("yang.xuemei", &case.to_string(), &said).expect(200);

    assert_eq!(branches("yang.xuemei"), 1);
    assert_eq!(branches("li.wenjing"), 3);
}

#[test]
fn a_substitute_sees_the_branch_of_whom_they_act_for_and_no_other() {
    use crate::support::{joint, office::Office};
    let office = Office::new();
    let case = joint::replied(&office);
    let api = Api::of_office(&office);
    let path = format!("/api/v1/cases/{case}");
    let today = huiqian::calendar::day_of(office.app.now()).to_string();
    let away = json!({"post": "provider_intake@hn-civil", "substitute": "feng.zhiyuan", "from": today, "until": today});
    let made = api
        .post("yang.xuemei", "/api/v1/substitutes", &away)
        .expect(201);

    let body = api.get("feng.zhiyuan", &path).expect(200);

    let branches = body["branches"].as_array().expect("branches").iter();
    let offices: Vec<&str> = branches
        .filter(|branch| branch["block"] == "offices")
        .filter_map(|branch| branch["key"].as_str())
        .collect();
    assert_eq!(offices, ["hn-civil"]);
    assert!(!body.to_string().contains("郑国强"));
    assert!(body["actions"].to_string().contains("approve"), "{body}");
    let id = made["items"][0]["id"].as_str().expect("an id");
    api.send(
        "yang.xuemei",
        "DELETE",
        &format!("/api/v1/substitutes/{id}"),
        &[],
        b"",
    )
    .expect(200);
    assert_eq!(api.get("feng.zhiyuan", &path).problem(404), "not-found");
}

/// What anybody may report needs no role; what a role files is not for others.
#[test]
fn where_anybody_may_file_a_role_is_not_asked_for() {
    let fixture = Fixture::new();
    let applicants = reviewed();
    let everybody = applicants.replace("workflow: trial", "workflow: report");
    let everybody = everybody.replace("who: applicant\n", "who: any\n");
    assert_ne!(applicants, everybody);
    fixture.publish(&applicants);
    fixture.publish(&everybody);

    // Eve leads the department and is no applicant.
    let refused = fixture.try_file("eve", "trial", serde_json::json!({"note": "一"}));
    assert!(
        matches!(refused, Err(Error::Forbidden("file"))),
        "{refused:?}"
    );
    let case = fixture.file("eve", "report", serde_json::json!({"note": "一"}));

    assert_eq!(fixture.case(case).applicant, fixture.id("eve"));
}
