//! How long it takes to ask whether a use is covered, over HTTP and logged in, beside 100,000 grants.
//!
//! `cargo bench --bench grants` fills SQLite and, where it is installed, PostgreSQL: 200 departments with five people each,
//! 2,000 requests of 50 items. Then it asks some thousand times, alone and from four sides at once.

// The little world of the tests; the bench needs a part of it.
#![allow(
    dead_code,
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod record;
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use huiqian::directory::{Department, DepartmentCode, Holding, Level, PersonId, Post, RoleCode};
use huiqian::storage::connection::Connection;
use huiqian::storage::people::NewPerson;
use huiqian::storage::{StorageError, departments, directory, people, posts};
use record::say;
use support::api::Api;
use support::app::Fixture;
use support::definitions::one_review;
use ulid::Ulid;

const DEPARTMENTS: usize = 200;
const CASES: usize = 2_000;
const ITEMS: usize = 50;
const TIMES: usize = 2_000;

fn main() {
    say(
        "| database | asked for | clients | p50 ms | p99 ms | longest ms | answers/s |\n|---|---|---|---|---|---|---|",
    );
    Fixture::each(|fixture| {
        fill(fixture);
        for (what, items) in [("3 items", "&items=I1,I2,I3"), ("a whole resource", "")] {
            for clients in [1, 4] {
                let (took, since) = ask(fixture, items, clients);
                show(fixture.kind, what, clients, took, since);
            }
        }
    });
    record::keep("grants", "");
}

/// Every department asks for each of its ten resources in turn.
fn ask(fixture: &Fixture, items: &str, clients: usize) -> (Vec<Duration>, Duration) {
    let api = Api::of(fixture);
    let (address, token) = (api.server.address.clone(), api.token("adi"));
    let one = |client: usize| {
        let agent = ureq::Agent::new_with_defaults();
        let mut took = Vec::new();
        for time in 0..TIMES / clients {
            let case = (time * 37 + client * 501) % CASES;
            let (department, resource) = (case % DEPARTMENTS, case);
            let url = format!(
                "{address}/api/v1/grants/check?department=D{department}&resource=R{resource}{items}"
            );
            let start = Instant::now();
            let mut answer = agent
                .get(url)
                .header("authorization", format!("Bearer {token}"))
                .call()
                .expect("an answer");
            let body = answer.body_mut().read_to_string().expect("a body");
            took.push(start.elapsed());
            assert!(body.contains("\"allowed\":true"), "{body}");
        }
        took
    };
    one(0);
    let start = Instant::now();
    let took = thread::scope(|scope| {
        let one = &one;
        let asked: Vec<_> = (0..clients)
            .map(|client| scope.spawn(move || one(client)))
            .collect();
        let took = asked.into_iter().map(|asked| asked.join().expect("asks"));
        took.flatten().collect()
    });
    (took, start.elapsed())
}

fn show(kind: &str, what: &str, clients: usize, mut took: Vec<Duration>, since: Duration) {
    took.sort();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let place = (took.len() as f64 * share) as usize;
        took[place.min(took.len() - 1)].as_secs_f64() * 1000.0
    };
    say(format!(
        "| {kind} | {what} | {clients} | {:.2} | {:.2} | {:.2} | {:.0} |",
        at(0.5),
        at(0.99),
        at(1.0),
        f64::from(u32::try_from(took.len()).unwrap_or(u32::MAX)) / since.as_secs_f64()
    ));
}

fn fill(fixture: &Fixture) {
    let filed = fixture.case_id(fixture.filed(&one_review()));
    let jsonb = if fixture.kind == "PostgreSQL" {
        "::jsonb"
    } else {
        ""
    };
    fixture.write(move |conn| {
        for number in 0..DEPARTMENTS {
            department(conn, number)?;
        }
        directory::changed(conn)?;
        conn.batch_execute(&rows(filed, jsonb))?;
        Ok(())
    });
}

fn department(conn: &mut Connection, number: usize) -> Result<(), StorageError> {
    let code = DepartmentCode(format!("D{number}"));
    departments::save(
        conn,
        &Department {
            code: code.clone(),
            name: format!("部门{number}"),
            short_name: format!("部门{number}"),
            parent: None,
            region: "410000".into(),
            level: Level::Province,
            authority: Some(DepartmentCode("Z".into())),
            active: true,
        },
    )?;
    for role in [
        "applicant",
        "section_head",
        "share_office_head",
        "dept_leader",
        "provider_intake",
    ] {
        let person = NewPerson {
            ulid: Ulid::new(),
            login: format!("{role}.{number}"),
            name: format!("{role}{number}"),
            email: format!("{role}.{number}@henan.example"),
            department: code.clone(),
            clearance: 4,
            language: "zh-CN".into(),
            active: true,
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        let id = people::save(conn, &person)?;
        let post = Post {
            role: RoleCode(role.into()),
            department: code.clone(),
        };
        let holding = Holding {
            person: PersonId(0),
            from: None,
            until: None,
        };
        posts::replace(conn, id, &[(post, holding)])?;
    }
    Ok(())
}

/// The cases are made after one that was filed; each leaves its grants, a tenth of them over.
fn rows(filed: i64, jsonb: &str) -> String {
    let numbers = |least: usize, most: usize| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT {least} UNION ALL SELECT i + 1 FROM n WHERE i < {most})"
        )
    };
    let ulid =
        |first: &str| format!("'01{first}' || CAST(10000000 + i AS TEXT) || '000000000000000'");
    let (cases, entries) = (numbers(0, CASES - 1), numbers(0, CASES * ITEMS - 1));
    let case = format!("(i / {ITEMS})");
    let department = format!("'D' || CAST(({case} % {DEPARTMENTS}) AS TEXT)");
    let resource = format!("'R' || CAST({case} AS TEXT)");
    let item = format!("'I' || CAST((i % {ITEMS}) AS TEXT)");
    let document = format!(
        "('{{\"branch\":null,\"element\":\"\",\"values\":{{\"resource\":\"' || {resource} || '\",\"item\":\"' || {item} || \
         '\",\"requester\":\"' || {department} || '\",\"provider\":\"P\",\"sharing\":\"conditional\",\
         \"basis\":\"依据本部门职责申请共享。\",\"purpose\":\"办理医保待遇核验时核对参保人信息。\",\
         \"scope\":\"仅限医政医管处使用。\",\"method\":\"interface\",\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\
         \"calls\":50000,\"conditions\":[\"不得转供第三方\",\"使用后销毁\"]}}}}'){jsonb}"
    );
    let value = |value: &str| {
        format!(
            "INSERT INTO register_values (entry_id, register, department, value) {entries} \
             SELECT e.id, 'grants', e.department, {value} FROM n JOIN register_entries e ON e.entry = 'grants:' || CAST(i AS TEXT) \
             WHERE e.status <> 'ended';"
        )
    };
    let values: String = [
        resource.as_str(),
        item.as_str(),
        "'P'",
        "'interface'",
        "'conditional'",
        "'2026-12-31'",
    ]
    .into_iter()
    .map(value)
    .collect();
    format!(
        "CREATE INDEX bench_by_entry ON register_entries (entry);
         INSERT INTO cases (ulid, number, workflow_key, version_id, status, title, applicant_id, department, authority, \
         snapshot, revision, level, submitted_at, updated_at, hold) {cases} \
         SELECT {}, '数〔2026〕' || CAST(i AS TEXT) || '号', workflow_key, version_id, 'ended', title, applicant_id, \
         'D' || CAST((i % {DEPARTMENTS}) AS TEXT), authority, snapshot, revision, 2, submitted_at, updated_at, hold \
         FROM n, cases WHERE id = {filed} ORDER BY i;
         INSERT INTO register_entries (ulid, register, case_id, entry, department, status, document, opened_at, updated_at) \
         {entries} SELECT {}, 'grants', {filed} + 1 + {case}, 'grants:' || CAST(i AS TEXT), {department}, \
         CASE WHEN i % 10 = 9 THEN 'ended' ELSE 'in_force' END, {document}, submitted_at, updated_at \
         FROM n, cases WHERE cases.id = {filed} ORDER BY i;
         {values}
         INSERT INTO register_departments (entry_id, register, department) SELECT id, register, department FROM register_entries;
         DROP INDEX bench_by_entry;
         ANALYZE;",
        ulid("C"),
        ulid("E"),
    )
}
