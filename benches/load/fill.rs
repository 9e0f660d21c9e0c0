//! Many open cases, made by SQL after one that was filed. Fifty wait for each post, whatever their number, and each
//! leaves an entry in a register.

use huiqian::storage::Db;
use serde_json::json;

use crate::{Office, limit, new_case, timed};

/// So many wait for one post.
const FOR_EACH: usize = 50;

/// Files one case and copies it until there are so many more.
pub fn fill(db: &Db, kind: &str, office: &Office, count: usize) {
    let (case, _) = timed(&office.client(0), "/cases", &new_case());
    let id = case["id"].as_str().expect("an id").to_owned();
    timed(
        &office.client(0),
        &format!("/cases/{id}/actions"),
        &json!({"action": "submit"}),
    );
    limit::sql(db, rows(kind, &id, count));
}

fn rows(kind: &str, filed: &str, count: usize) -> String {
    let jsonb = if kind == "PostgreSQL" { "::jsonb" } else { "" };
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    );
    let posts = count.div_ceil(FOR_EACH);
    let mark = format!("{count}-");
    let ulid = format!(
        "'01' || substr('ABCDEFGH', {}, 1) || CAST(10000000 + i AS TEXT) || '000000000000000'",
        count.to_string().len()
    );
    let entry = ulid.replace("'01'", "'02'");
    let task = ulid.replace("'01'", "'03'");
    // The first post is the one that is asked for.
    let place = |column: &str| {
        format!(
            "CASE WHEN n.i % {posts} = 0 THEN {column} ELSE {column} || CAST(n.i % {posts} AS TEXT) END"
        )
    };
    let addressee = place("o.addressee");
    let department = place("c.department");
    let document = format!(
        "('{{\"branch\":null,\"element\":\"\",\"values\":{{\"resource\":\"R' || CAST(n.i AS TEXT) || '\",\"item\":\"I1\",\"requester\":\"office\",\
         \"provider\":\"authority\",\"purpose\":\"办理医保待遇核验时核对参保人信息。\",\"until\":\"2027-12-31\"}}}}'){jsonb}"
    );
    format!(
        "INSERT INTO departments (code, name, short_name, parent, region, level, authority, active) {numbers} \
         SELECT code || CAST(n.i AS TEXT), name, short_name, parent, region, level, authority, active FROM n, departments \
         WHERE code = 'office' AND n.i < {posts} ON CONFLICT DO NOTHING;
         INSERT INTO cases (ulid, number, workflow_key, version_id, status, title, applicant_id, department, authority, snapshot, \
         revision, level, due_at, awaiting, submitted_at, updated_at, hold) {numbers} \
         SELECT {ulid}, '{mark}' || CAST(i AS TEXT), workflow_key, version_id, status, title, applicant_id, department, authority, \
         snapshot, revision, level, due_at, awaiting, submitted_at, updated_at, hold FROM n, cases WHERE ulid = '{filed}' ORDER BY i;
         CREATE TABLE bench_made AS {numbers} SELECT n.i AS i, c.id AS id FROM n JOIN cases c ON c.number = '{mark}' || CAST(n.i AS TEXT);
         INSERT INTO tasks (ulid, case_id, number, stage, stage_title, round, seat, asks, state, person_id, post, due_at, law, level, \
         created_at, revision) SELECT {task}, n.id, t.number, stage, stage_title, round, seat, asks, state, person_id, post, due_at, law, \
         level, created_at, revision FROM bench_made n, tasks t WHERE t.case_id = (SELECT id FROM cases WHERE ulid = '{filed}');
         INSERT INTO task_offers (task_id, addressee, due_sort) SELECT t.id, {addressee}, o.due_sort FROM bench_made n \
         JOIN tasks t ON t.case_id = n.id, task_offers o WHERE o.task_id = (SELECT id FROM tasks WHERE case_id = \
         (SELECT id FROM cases WHERE ulid = '{filed}'));
         INSERT INTO participants (case_id, addressee, reason, since) SELECT n.id, {addressee}, o.reason, o.since FROM bench_made n, \
         participants o WHERE o.case_id = (SELECT id FROM cases WHERE ulid = '{filed}');
         INSERT INTO search_terms (term, case_id) SELECT o.term, n.id FROM bench_made n, search_terms o \
         WHERE o.case_id = (SELECT id FROM cases WHERE ulid = '{filed}');
         INSERT INTO events (case_id, seq, kind, body, actor_id, on_behalf_id, channel, at, version_id, algorithm, previous_hash, hash) \
         SELECT n.id, e.seq, kind, body, actor_id, on_behalf_id, channel, at, version_id, algorithm, previous_hash, hash \
         FROM bench_made n, events e WHERE e.case_id = (SELECT id FROM cases WHERE ulid = '{filed}');
         INSERT INTO register_entries (ulid, register, case_id, entry, department, status, document, opened_at, updated_at) \
         SELECT {entry}, 'grants', n.id, 'grants:', {department}, 'in_force', {document}, c.submitted_at, c.updated_at \
         FROM bench_made n JOIN cases c ON c.id = n.id ORDER BY n.i;
         INSERT INTO register_departments (entry_id, register, department) SELECT e.id, 'grants', e.department FROM bench_made n \
         JOIN register_entries e ON e.case_id = n.id;
         DROP TABLE bench_made;
         ANALYZE;"
    )
}
