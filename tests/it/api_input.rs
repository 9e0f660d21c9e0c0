//! Bad input at the API: never a fault of ours, always a sentence that names the thing, and the next request is served.

use serde_json::{Value, json};

use crate::support::api::{Answer, Api, File, PDF, SHARING, answers};
use crate::support::app::Fixture;

const CASES: &str = "/api/v1/cases";
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Refused with this status and code, and the server still serves.
#[track_caller]
pub fn refused(api: &Api<'_>, answer: Answer, status: u16, code: &str, what: &str) {
    assert_eq!(
        (answer.status, answer.json["code"].as_str()),
        (status, Some(code)),
        "{what}: {}",
        answer.json
    );
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(api.get("", "/healthz").status, 200, "after {what}");
}

fn with(field: &str, value: Value) -> Value {
    let mut all = answers();
    all[field] = value;
    json!({"workflow": "sharing", "answers": all, "submit": true})
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let deep = format!("{{\"answers\":{}1{}}}", "[".repeat(40), "]".repeat(40));
        let bottomless = "[".repeat(100_000);
        let long = format!("{{\"workflow\":\"{}\"}}", "a".repeat(600 * 1024));
        for (body, status, code) in [
            (&b""[..], 400, "malformed-json"),
            (b"   ", 400, "malformed-json"),
            (b"{", 400, "malformed-json"),
            (b"{\"workflow\": \"\xff\xfe\"}", 400, "malformed-json"),
            (b"{\"answers\": {\"amount\": NaN}}", 400, "malformed-json"),
            (b"{\"answers\": {\"amount\": 1e999}}", 400, "malformed-json"),
            (b"\"workflow\"", 422, "not-an-object"),
            (b"[]", 422, "not-an-object"),
            (b"{}", 422, "missing-member"),
            (b"{\"workflow\": null}", 422, "missing-member"),
            (b"{\"workflow\": 7}", 422, "wrong-type"),
            (
                b"{\"workflow\": \"sharing\", \"answers\": []}",
                422,
                "wrong-type",
            ),
            (
                b"{\"workflow\": \"sharing\", \"submit\": 1}",
                422,
                "wrong-type",
            ),
            (
                b"{\"workflow\": \"sharing\", \"__proto__\": 1}",
                422,
                "unknown-member",
            ),
            (
                b"{\"workflow\": \"a\", \"workflow\": \"b\"}",
                422,
                "duplicate-member",
            ),
            (
                b"{\"workflow\": \"sharing\", \"answers\": {\"a\": 1, \"a\": 2}}",
                422,
                "duplicate-member",
            ),
            (
                b"{\"workflow\": \"sharing\", \"answers\": {\"subject\": \"a\\u0000b\"}}",
                422,
                "unprintable-member",
            ),
            (b"{\"workflow\": \"x\\u0000\"}", 422, "unprintable-member"),
            (b"{\"workflow\": \"' OR 1=1 --\"}", 422, "unknown-workflow"),
            (deep.as_bytes(), 422, "too-deep"),
            (bottomless.as_bytes(), 422, "too-deep"),
            (long.as_bytes(), 413, "body-too-large"),
        ] {
            let what = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            let answer = api.send("ann", "POST", CASES, &[JSON], body);
            refused(&api, answer, status, code, &what);
        }
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = api.send("ann", "POST", CASES, &form, b"workflow=sharing");
        refused(&api, answer, 415, "not-json", "a form");
        let answer = api.send("ann", "POST", CASES, &[], b"{}");
        refused(&api, answer, 415, "not-json", "no type");
        let zipped = [JSON, ("Content-Encoding", "gzip")];
        let answer = api.send("ann", "POST", CASES, &zipped, b"\x1f\x8b\x08\0\0\0\0\0");
        refused(&api, answer, 400, "malformed-json", "a zipped body");
        assert_eq!(api.get("ann", CASES).expect(200)["items"], json!([]));
    });
}

#[test]
fn answers_that_will_not_do_are_named_with_their_label_and_nothing_is_kept() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        for (field, value) in [
            ("subject", json!("")),
            ("subject", json!("   ")),
            ("subject", json!("一".repeat(51))),
            ("subject", json!("a\u{202e}b")),
            ("subject", json!("a\u{7}b")),
            ("subject", json!("a\r\nBcc: x@y.example")),
            ("subject", json!({"$time": "2026-01-01T00:00:00Z"})),
            ("subject", json!(["x"])),
            ("purpose", json!("短")),
            ("phone", json!("123")),
            ("phone", json!(true)),
            ("until", json!("2026-02-30")),
            ("until", json!("0000-00-00")),
            ("until", json!("99999-01-01")),
            ("until", json!(20260101)),
            ("amount", json!(1.5)),
            ("amount", json!(1e300)),
            ("amount", json!(-1)),
            ("amount", json!("9".repeat(400))),
            ("amount", json!("1; DROP TABLE cases")),
            ("papers", json!(["01J00000000000000000000000"])),
            ("papers", json!("../../etc/passwd")),
            ("state_secret", json!("maybe")),
            ("conditions", json!("not asked of the applicant")),
            ("no_such_field", json!(1)),
        ] {
            let answer = api.post("ann", CASES, &with(field, value.clone()));
            let errors = answer.json["errors"].clone();
            refused(&api, answer, 422, "answers", &format!("{field}: {value}"));
            assert_eq!(errors[0]["field"], field, "{errors}");
            assert!(
                errors[0]["message"].as_str().is_some_and(|said| {
                    said.contains(errors[0]["label"].as_str().expect("a label"))
                }),
                "{errors}"
            );
        }
        assert_eq!(api.get("ann", CASES).expect(200)["items"], json!([]));
    });
}

#[test]
fn rare_characters_markup_and_metacharacters_come_back_as_they_were() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        for text in [
            "𠮷田·\u{fa11}",
            "<script>alert(1)</script>",
            "{{#each users}}{{password}}{{/each}}",
            "${7*7} <%= 7 %>",
            "'; DROP TABLE cases; --",
            "100%_\\%",
            "=SUM(A1) +1 -1 @x",
            "../../etc/passwd",
        ] {
            let case = api
                .post("ann", CASES, &with("subject", json!(text)))
                .expect(201);
            let path = format!("{CASES}/{}", case["id"].as_str().expect("an id"));

            let read = api.get("bob", &path).expect(200);

            assert_eq!(read["answers"]["subject"], text);
            assert_eq!(read["title"], text);
        }
    });
}

#[test]
fn queries_are_read_strictly() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        for (query, code) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("cursor=", "cursor"),
            ("cursor=7", "cursor"),
            ("cursor=%27%20OR%201%3D1", "cursor"),
            ("cursor=7~00000000000000000000000000000000", "cursor"),
            ("status=all", "status-parameter"),
            ("unknown=1", "unknown-parameter"),
            ("limit=1&limit=2", "duplicate-parameter"),
            ("q=%00", "text-parameter"),
            ("workflow=%00", "text-parameter"),
            ("q=%0D%0A", "text-parameter"),
        ] {
            let answer = api.get("ann", &format!("{CASES}?{query}"));
            refused(&api, answer, 422, code, query);
        }
        let long = format!("{CASES}?q={}", "a".repeat(300));
        refused(
            &api,
            api.get("ann", &long),
            422,
            "text-parameter",
            "a long q",
        );
        for query in [
            "q=%25",
            "q=_",
            "q=%27",
            "q=%5C",
            "q=%FF%FE",
            "q=%20",
            "q=%F0%A0%AE%B7",
        ] {
            assert_eq!(
                api.get("ann", &format!("{CASES}?{query}")).status,
                200,
                "{query}"
            );
        }
        let answer = api.get("ann", "/api/v1/tasks?state=closed");
        refused(&api, answer, 422, "state-parameter", "a state that is none");
    });
}

#[test]
fn addresses_that_name_nothing_are_not_found() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        for id in [
            "1",
            "x",
            "%00",
            "..%2f..%2fetc",
            "%27%20OR%201%3D1",
            "01J00000000000000000000000",
            "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "01J0000000000000000000000O",
            "%F0%A0%AE%B7",
        ] {
            for path in [
                format!("/api/v1/cases/{id}"),
                format!("/api/v1/cases/{id}/events"),
                format!("/api/v1/attachments/{id}"),
                format!("/api/v1/workflows/{id}"),
                format!("/api/v1/workflows/{id}/form"),
            ] {
                let answer = api.get("ann", &path);
                refused(&api, answer, 404, "not-found", &path);
            }
        }
        refused(
            &api,
            api.get("ann", "/api/v1/nothing"),
            404,
            "no-such-route",
            "no route",
        );
        let answer = api.send("ann", "DELETE", CASES, &[], b"");
        assert_eq!(answer.header("allow"), "GET, POST");
        refused(&api, answer, 405, "method", "DELETE");
        let answer = api.send("ann", "BREW", CASES, &[], b"");
        refused(&api, answer, 405, "method", "BREW");
    });
}

#[test]
fn uploads_are_looked_into() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let draft = api
            .post("ann", CASES, &json!({"workflow": "sharing"}))
            .expect(201);
        let id = draft["id"].as_str().expect("an id");
        let file = |name, media_type, bytes| File {
            part: "file",
            name,
            media_type,
            bytes,
        };
        let large = vec![b'x'; 21 * 1024 * 1024];
        for (sent, status, code) in [
            (
                file("a.svg", "image/svg+xml", b"<svg onload='x'/>"),
                415,
                "file-type",
            ),
            (file("a.html", "text/html", b"<script>"), 415, "file-type"),
            (
                file("a.exe", "application/octet-stream", b"MZ"),
                415,
                "file-type",
            ),
            (
                file("a.pdf", "application/pdf", b"<html><script>"),
                415,
                "file-type",
            ),
            (file("a.png", "image/png", b"%PDF-1.4"), 415, "file-type"),
            (file("a.pdf", "application/pdf", b""), 422, "file-empty"),
            (
                file("../../a.pdf", "application/pdf", PDF.bytes),
                422,
                "file-name",
            ),
            (file("", "application/pdf", PDF.bytes), 422, "file-name"),
            (
                file("a.pdf", "application/pdf", &large),
                413,
                "file-too-large",
            ),
            (
                File {
                    part: "other",
                    ..PDF
                },
                422,
                "unknown-member",
            ),
        ] {
            let what = format!("{} as {}", sent.name, sent.media_type);
            refused(&api, api.upload("ann", id, &sent), status, code, &what);
        }
        let path = format!("{CASES}/{id}/attachments");
        let multipart = ("Content-Type", "multipart/form-data; boundary=edge");
        for (headers, body, status, code) in [
            (vec![JSON], &b"{}"[..], 415, "not-multipart"),
            (
                vec![("Content-Type", "multipart/form-data")],
                b"x",
                400,
                "malformed-multipart",
            ),
            (vec![multipart], b"nonsense", 400, "malformed-multipart"),
            (vec![multipart], b"--edge\r\n", 400, "malformed-multipart"),
            (vec![multipart], b"--edge--\r\n", 422, "no-file"),
        ] {
            let answer = api.send("ann", "POST", &path, &headers, body);
            refused(&api, answer, status, code, code);
        }
        for number in 0..20 {
            let answer = api.upload("ann", id, &PDF);
            assert_eq!(answer.status, 201, "{number}: {}", answer.json);
        }
        let one_more = api.upload("ann", id, &PDF);
        refused(&api, one_more, 413, "too-many-files", "the 21st file");
    });
}

#[test]
fn idempotency_keys_are_short_and_visible() {
    let fixture = Fixture::new();
    fixture.publish(SHARING);
    let api = Api::of(&fixture);
    let long = "k".repeat(201);
    for key in ["", " ", "a b", &long, "鍵"] {
        if key.is_ascii() {
            let answer = api.json(
                "ann",
                "POST",
                CASES,
                &[("Idempotency-Key", key)],
                &json!({}),
            );
            refused(&api, answer, 422, "idempotency-key", key);
        }
    }
}

#[test]
fn comments_are_checked_like_any_text() {
    Fixture::each(|fixture| {
        fixture.publish(SHARING);
        let api = Api::of(fixture);
        let case = api
            .post("ann", CASES, &with("amount", json!(3)))
            .expect(201);
        let id = case["id"].as_str().expect("an id");
        for (body, code, field) in [
            (
                json!({"action": "reject", "task": 1}),
                "comment-missing",
                "comment",
            ),
            (
                json!({"action": "reject", "task": 1, "comment": " "}),
                "comment-missing",
                "comment",
            ),
            (
                json!({"action": "reject", "task": 1, "comment": "x".repeat(4001)}),
                "comment-too-long",
                "comment",
            ),
            (
                json!({"action": "reject", "task": 1, "comment": "a\u{1b}[31m"}),
                "comment-unprintable",
                "comment",
            ),
            (
                json!({"action": "reject", "task": 1, "comment": 7}),
                "wrong-type",
                "comment",
            ),
            (
                json!({"action": "return", "task": 1, "comment": "x", "to": "nowhere"}),
                "unknown-target",
                "to",
            ),
            (json!({"action": "explode"}), "unknown-action", "action"),
            (
                json!({"action": "approve", "task": 1, "answers": {"x": 1}}),
                "answers",
                "x",
            ),
            (
                json!({"action": "approve", "task": 1, "extra": true}),
                "unknown-member",
                "extra",
            ),
            (
                json!({"action": "approve", "task": 1, "revision": "1"}),
                "wrong-type",
                "revision",
            ),
        ] {
            let answer = api.act("bob", id, &body);
            let named = answer.json["errors"][0]["field"].clone();
            refused(&api, answer, 422, code, &body.to_string());
            assert_eq!(named, field);
        }
        let after = api.get("bob", &format!("{CASES}/{id}")).expect(200);
        assert_eq!(after["revision"], case["revision"], "nothing happened");
    });
}
