//! Sessions of the API: who is let in, for how long, and what wrong passwords cost.

use serde_json::json;

use crate::api_input::refused;
use crate::support::api::{Answer, Api, SHARING, answers};
use crate::support::app::{Fixture, PASSWORD};

const CASES: &str = "/api/v1/cases";

#[test]
fn logins_and_tokens_that_are_none_are_refused_alike() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);
    api.token("ann");
    let log_in = |login: &str, password: &str| {
        let body = json!({"login": login, "password": password});
        api.post("", "/api/v1/sessions", &body)
    };
    for (login, password) in [
        ("ａｎｎ", PASSWORD),
        ("аnn", PASSWORD),
        ("' OR '1'='1", "x"),
    ] {
        refused(&api, log_in(login, password), 401, "wrong-login", login);
        fixture.advance(chrono::TimeDelta::minutes(20));
    }
    refused(&api, log_in("ann", ""), 401, "wrong-login", "no password");
    fixture.advance(chrono::TimeDelta::minutes(20));
    refused(
        &api,
        log_in(&"a".repeat(5000), "x"),
        401,
        "wrong-login",
        "a long login",
    );
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "bearer \u{7f}x",
    ] {
        let headers: &[(&str, &str)] = match header {
            "" => &[],
            header => &[("Authorization", header)],
        };
        if headers
            .iter()
            .all(|(_, value)| value.is_ascii() && !value.contains('\u{7f}'))
        {
            let answer = api.send("", "GET", CASES, headers, b"");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            refused(&api, answer, 401, "unauthenticated", header);
        }
    }
}

#[test]
fn a_session_that_ended_is_told_and_the_draft_is_still_there() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let draft = api
        .post(
            "ann",
            CASES,
            &json!({"workflow": "sharing", "answers": answers()}),
        )
        .expect(201);
    let path = format!("{CASES}/{}", draft["id"].as_str().expect("an id"));

    fixture.advance(chrono::TimeDelta::minutes(16));

    refused(
        &api,
        api.get("ann", &path),
        401,
        "unauthenticated",
        "an idle session",
    );
    api.forget();
    assert_eq!(api.get("ann", &path).expect(200)["answers"], answers());
}

#[test]
fn too_many_wrong_passwords_have_to_wait() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);
    let body = json!({"login": "ann", "password": "wrong"});

    let answers: Vec<Answer> = (0..30)
        .map(|_| api.post("", "/api/v1/sessions", &body))
        .collect();

    let waits = answers
        .iter()
        .find(|answer| answer.status == 429)
        .expect("a limit");
    assert!(0 < waits.header("retry-after").parse::<u64>().expect("seconds"));
    assert_eq!(waits.json["code"], "too-many");
}

#[test]
fn people_behind_a_proxy_wait_for_their_own_mistakes_alone() {
    let fixture = Fixture::new();
    let api = Api::of(&fixture);
    let log_in = |number: usize, noted: &str| {
        let body = json!({"login": format!("nobody{number}"), "password": "wrong"});
        let body = serde_json::to_vec(&body).expect("a body");
        let headers = [
            ("content-type", "application/json"),
            ("x-forwarded-for", noted),
        ];
        api.send("", "POST", "/api/v1/sessions", &headers, &body)
            .status
    };

    let guessing: Vec<u16> = (0..25).map(|number| log_in(number, "9.9.9.9")).collect();

    assert!(guessing.contains(&429), "{guessing:?}");
    assert_eq!(log_in(30, "1.2.3.4"), 401, "somebody else at once");
    assert_eq!(
        log_in(31, "1.2.3.4, 9.9.9.9"),
        429,
        "who guesses may not invent another address"
    );
}
