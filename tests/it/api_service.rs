//! Around the API: pages of lists, its description, headers of every answer, languages, and what watches the server.

use std::collections::BTreeSet;

use huiqian::web::api::{ROOT, ROUTES};
use serde_json::{Value, json};

use crate::support::api::{Api, SHARING, answers};
use crate::support::app::Fixture;

const CASES: &str = "/api/v1/cases";

fn file(api: &Api<'_>) -> String {
    let body = json!({"workflow": "sharing", "answers": answers(), "submit": true});
    let case = api.post("ann", CASES, &body).expect(201);
    case["id"].as_str().expect("an id").to_owned()
}

/// Every id of a list, page by page.
fn walk(
    api: &Api<'_>,
    login: &str,
    path: &str,
    limit: usize,
    id: impl Fn(&Value) -> &Value,
) -> Vec<String> {
    let mut seen = Vec::new();
    let mut address = format!(
        "{path}{}limit={limit}",
        if path.contains('?') { '&' } else { '?' }
    );
    let first = address.clone();
    loop {
        let page = api.get(login, &address).expect(200);
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= limit);
        seen.extend(
            items
                .iter()
                .map(|item| id(item).as_str().expect("an id").to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            return seen;
        };
        assert_eq!(items.len(), limit, "only the last page may be short");
        address = format!("{first}&cursor={next}");
    }
}

#[test]
fn walking_the_pages_visits_each_row_once() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let filed: Vec<String> = (0..7).map(|_| file(&api)).collect();
        let newest_first: Vec<String> = filed.iter().rev().cloned().collect();

        for limit in [1, 2, 3, 7, 100] {
            let cases = walk(&api, "ann", CASES, limit, |item| &item["id"]);
            assert_eq!(cases, newest_first, "{limit}");
            let inbox = walk(
                &api,
                "bob",
                "/api/v1/tasks",
                limit,
                |item| &item["case"]["id"],
            );
            assert_eq!(inbox, filed, "soonest deadline first, {limit}");
        }
        for case in &filed {
            api.act("bob", case, &json!({"action": "approve", "task": 1}))
                .expect(200);
        }
        let done = walk(&api, "bob", "/api/v1/tasks?state=done", 3, |item| {
            &item["case"]["id"]
        });
        assert_eq!(done.iter().collect::<BTreeSet<_>>().len(), 7);
        assert_eq!(done.len(), 7);
    });
}

#[test]
fn a_cursor_is_good_for_its_own_list_and_person_only() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    file(&api);
    file(&api);
    let page = api.get("bob", &format!("{CASES}?limit=1")).expect(200);
    let next = page["next"].as_str().expect("a next page");

    for (login, path) in [
        ("ann", CASES),
        ("bob", "/api/v1/tasks"),
        ("bob", "/api/v1/tasks?state=done"),
    ] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = api.get(login, &format!("{path}{mark}cursor={next}"));
        assert_eq!(answer.json["errors"][0]["field"], "cursor");
        assert_eq!(answer.problem(422), "cursor");
    }
}

#[test]
fn the_description_lists_every_route_and_no_other() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);

    let description = api.get("", "/api/v1/openapi.json").expect(200);

    assert!(
        description["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            described.insert(format!("{} {path}", method.to_uppercase()));
            let responses = operation["responses"].as_object().expect("responses");
            assert!(!responses.is_empty(), "{method} {path}");
        }
    }
    let served: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {ROOT}{}", route.method, route.path))
        .collect();
    assert_eq!(described, served);
    let case = &description["components"]["schemas"]["CaseBody"]["properties"];
    for member in [
        "id", "number", "workflow", "version", "status", "outcome", "stages", "tasks", "clocks",
        "answers", "actions", "revision",
    ] {
        assert!(case.get(member).is_some(), "{member}");
    }
    let mut references = Vec::new();
    collect_references(&description, &mut references);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(reference) if name == "$ref" => found.push(reference.to_owned()),
                    _ => collect_references(value, found),
                }
            }
        }
        Value::Array(all) => all
            .iter()
            .for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

#[test]
fn every_answer_carries_the_security_headers() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);
    let asset = huiqian::assets::asset("app.css");
    let mut ids = BTreeSet::new();
    for (path, status, cache) in [
        ("/healthz", 200, "no-store"),
        ("/readyz", 200, "no-store"),
        ("/metrics", 200, "no-store"),
        ("/api/v1/openapi.json", 200, "no-store"),
        ("/api/v1/cases", 401, "no-store"),
        ("/api/v1/nothing", 404, "no-store"),
        ("/nothing", 404, "no-store"),
        ("/assets/x/nothing.css", 404, "no-store"),
        (&*asset, 200, "public, max-age=31536000, immutable"),
    ] {
        let answer = api.get("", path);
        assert_eq!(answer.status, status, "{path}");
        for (name, expected) in [
            ("cache-control", cache),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=31536000"),
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'none'; \
                 connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                 require-trusted-types-for 'script'",
            ),
        ] {
            assert_eq!(answer.header(name), expected, "{name} of {path}");
        }
        assert_eq!(answer.header("x-request-id").len(), 26, "{path}");
        assert!(
            ids.insert(answer.header("x-request-id").to_owned()),
            "each its own"
        );
    }
}

#[test]
fn without_https_nobody_is_told_to_use_it() {
    let fixture = Fixture::with(|settings| settings.base_url = "http://127.0.0.1:8080".into());
    let api = Api::of(&fixture);

    assert_eq!(
        api.get("", "/healthz").header("strict-transport-security"),
        ""
    );
}

#[test]
fn sentences_are_chinese_unless_english_is_asked_for() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let title = |language: &str| {
        let headers = [("Accept-Language", language)];
        let answer = api.send("ann", "GET", "/api/v1/cases/x", &headers, b"");
        answer.json["title"].as_str().expect("a title").to_owned()
    };
    assert_eq!(title("en"), "Not found");
    assert_eq!(title("zh-CN"), "没有找到");
    assert_eq!(title("fr"), "没有找到");
    assert_eq!(api.get("ann", "/api/v1/cases/x").json["title"], "没有找到");
    let english = [("Accept-Language", "en")];
    let form = api.send(
        "ann",
        "GET",
        "/api/v1/workflows/sharing/form",
        &english,
        b"",
    );
    assert_eq!(form.header("content-type"), "application/schema+json");
    assert_eq!(
        form.expect(200)["properties"]["subject"]["title"],
        "Subject"
    );
}

#[test]
fn the_workflows_in_force_are_listed_with_who_may_file() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);

    let listed = api.get("ann", "/api/v1/workflows").expect(200);
    let other = api.get("bob", "/api/v1/workflows").expect(200);
    let one = api.get("bob", "/api/v1/workflows/sharing").expect(200);

    assert_eq!(listed["items"][0]["key"], "sharing");
    assert_eq!(listed["items"][0]["may_file"], true);
    assert_eq!(other["items"][0]["may_file"], false);
    assert_eq!(one["stages"][3]["block"], "reply");
    assert_eq!(one["ends"][1]["outcome"], "rejected");
}

#[test]
fn metrics_count_requests_by_pattern_and_actions_by_result() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let case = file(&api);
    api.act("bob", &case, &json!({"action": "approve", "task": 1}))
        .expect(200);
    api.act("bob", &case, &json!({"action": "approve", "task": 1}))
        .expect(409);
    api.get("ann", &format!("{CASES}/{case}?secret=1"));

    let answer = api.get("", "/metrics");

    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = String::from_utf8(answer.bytes).expect("text");
    for line in [
        "huiqian_http_requests_total{method=\"POST\",route=\"/api/v1/cases\",status=\"201\"} 1",
        "huiqian_http_requests_total{method=\"POST\",route=\"/api/v1/cases/{id}/actions\",status=\"409\"} 1",
        "huiqian_http_requests_total{method=\"GET\",route=\"/api/v1/cases/{id}\",status=\"200\"} 1",
        "huiqian_actions_total{action=\"submit\",result=\"taken\"} 1",
        "huiqian_actions_total{action=\"approve\",result=\"taken\"} 1",
        "huiqian_actions_total{action=\"approve\",result=\"refused\"} 1",
        "huiqian_timers_due 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains(&case) && !text.contains("secret"), "{text}");
}

#[test]
fn a_database_of_another_version_is_not_ready() {
    use crate::support::databases::on_each_empty_database;
    use std::sync::Arc;

    on_each_empty_database(|database| {
        let fixture = Fixture::new();
        let settings = fixture.app.settings.clone();
        let clock = Arc::new(fixture.clock.clone());
        let app = huiqian::services::App::new(database.db.clone(), settings, clock, true)
            .expect("an app");
        let server = crate::support::api::Server::start(Arc::new(app));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        let agent: ureq::Agent = config.into();
        let ready = || {
            let answer = agent.get(format!("{}/readyz", server.address)).call();
            answer.expect("an answer").status().as_u16()
        };

        assert_eq!(ready(), 503);
        database.db.migrate().expect("migrates");
        assert_eq!(ready(), 200);
    });
}

#[test]
fn a_long_answer_is_compressed_for_those_who_can_read_it() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);
    let gzip = [("Accept-Encoding", "gzip")];

    let answer = api.send("", "GET", "/api/v1/openapi.json", &gzip, b"");

    assert_eq!(answer.header("content-encoding"), "gzip");
}

#[test]
fn a_server_that_is_told_to_stop_finishes_what_is_under_way() {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    let fixture = Fixture::new();
    let mut server = crate::support::api::Server::start(std::sync::Arc::clone(&fixture.app));
    let address = server.address.trim_start_matches("http://").to_owned();
    let body = json!({"login": "ann", "password": "wrong"}).to_string();
    let (first, rest) = body.split_at(10);
    let mut slow = TcpStream::connect(&address).expect("connects");
    write!(
        slow,
        "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{first}",
        body.len()
    )
    .expect("sent");
    std::thread::sleep(Duration::from_millis(300));

    server.tell_to_stop();

    let patience = Instant::now() + Duration::from_secs(4);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < patience, "nobody new is let in");
        std::thread::sleep(Duration::from_millis(50));
    }
    slow.write_all(rest.as_bytes()).expect("sent");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains("wrong-login"), "{answer}");
}
