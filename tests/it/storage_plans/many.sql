-- Ten thousand cases of ten years, of which the last two thousand are open; what belongs to one person, post or department
-- is a small part of each table.
INSERT INTO departments (code, name, short_name, parent, region, level, authority, active)
SELECT 'D' || n, '部门', '部门', NULL, '410000', 'city', NULL, TRUE FROM generate_series(1, 50) n;
INSERT INTO people (ulid, login, name, email, department, clearance, language, active, created_at)
SELECT 'P' || n, 'p' || n, '人', 'p@example.cn', 'D' || 1 + n % 50, 3, 'zh-CN', TRUE, now() FROM generate_series(1, 2000) n;

INSERT INTO cases (ulid, number, workflow_key, version_id, status, title, applicant_id, department, authority, snapshot, revision,
  level, submitted_at, updated_at, ended_at, hold, keep_until)
SELECT '00000000000000000000' || 100000 + n, '号' || n, CASE WHEN n % 20 = 0 THEN 'data-sharing' ELSE 'w' || n % 40 END, c.version_id,
  CASE WHEN n <= 8000 THEN 'ended' ELSE 'open' END, c.title, 1 + n % 2000, 'D' || 1 + n % 50, 'HN-WJW', c.snapshot, 1, 1 + n % 4,
  t, t, CASE WHEN n <= 8000 THEN t + interval '20 days' END, FALSE, CASE WHEN n <= 8000 THEN (t + interval '10 years')::date END
FROM generate_series(1, 10000) n, LATERAL (SELECT timestamptz '2026-01-01' - (10000 - n) * interval '8 hours' AS t) at,
  (SELECT * FROM cases ORDER BY id LIMIT 1) c;
CREATE TEMPORARY TABLE made AS SELECT id, id - min(id) OVER () + 1 AS n FROM cases WHERE number LIKE '号%';

INSERT INTO participants (case_id, addressee, reason, since)
SELECT id, addressee, reason, now() FROM made, LATERAL (VALUES ('person:' || 1 + n % 200, 'asked'), ('person:' || 1 + n % 200, 'signed'),
  ('post:section_head@D' || 1 + n % 50, 'asked'), ('department:D' || 1 + n % 50, 'department')) them (addressee, reason)
ON CONFLICT DO NOTHING;
-- Of the pairs in a title one stands in every case, one in a hundredth of them.
INSERT INTO search_terms (term, case_id)
SELECT term, id FROM made, LATERAL (VALUES ('共享'), ('申请'), (CASE WHEN n % 100 = 0 THEN '体检' ELSE '信息' END),
  (CASE WHEN n < 4 THEN '罕见' ELSE '常见' END)) t (term);
INSERT INTO case_resources (resource, case_id) SELECT 'r' || n % 500, id FROM made;
INSERT INTO copies (case_id, person_id, reason, at) SELECT id, 1 + n % 200, 'copied', now() FROM made;
INSERT INTO events (case_id, seq, kind, body, actor_id, channel, at, version_id, algorithm, previous_hash, hash)
SELECT made.id, seq, 'opened', '{}', 1, 'web', now(), c.version_id, 'sha256', '', repeat('ab', 32) FROM made,
  generate_series(1, 5) seq, (SELECT * FROM cases ORDER BY id LIMIT 1) c ORDER BY seq, made.id;
INSERT INTO log_leaves (position, event_id, hash) SELECT row_number() OVER (ORDER BY id) - 1, id, '\x00'::bytea FROM events
  WHERE id <= (SELECT max(id) - 50 FROM events);
INSERT INTO log_nodes (level, place, hash) SELECT 0, position, '\x00'::bytea FROM log_leaves;
INSERT INTO log_state (id, algorithm, size, edge, settled_event) SELECT 1, 'sha256', count(*), ''::bytea, max(event_id) FROM log_leaves;
INSERT INTO checkpoints (size, note, at, anchored_at) SELECT n, '', now(), CASE WHEN n < 9990 THEN now() END FROM generate_series(1, 10000) n;

INSERT INTO tasks (ulid, case_id, number, stage, stage_title, round, asks, state, due_at, law, level, created_at, settled_at, settled_by,
  answer, revision)
SELECT '0000000000' || nr || '000000000' || 100000 + n, id, nr, 'review', '审核', 1, 'sign', CASE WHEN done THEN 'settled' ELSE 'open' END, now(), FALSE,
  1, t, CASE WHEN done THEN t END, CASE WHEN done THEN 1 + n % 200 END, CASE WHEN done THEN 'approved' END, 1
FROM made, generate_series(1, 3) nr, LATERAL (SELECT nr < 3 OR n <= 8000 AS done, timestamptz '2026-01-01' - (10000 - n) * interval '8 hours' AS t) as_of;
INSERT INTO task_offers (task_id, addressee, due_sort)
SELECT t.id, addressee, timestamptz '2026-01-09' FROM tasks t, LATERAL (VALUES ('post:section_head@D' || 1 + t.id % 200), ('person:' || 1 + t.id % 200)) o (addressee)
WHERE t.state = 'open' ON CONFLICT DO NOTHING;
INSERT INTO timers (case_id, fire_at, available_at, attempts) SELECT id, t, t, CASE WHEN n < 20 THEN 3 ELSE 0 END
FROM made, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 hour' AS t) at;
INSERT INTO opinions (case_id, person_id, stage, asks, answers, saved_at) SELECT id, 1, 'review', 'sign', '{}', now() FROM made;
INSERT INTO drafts (ulid, workflow_key, author_id, department, title, answers, revision, created_at, updated_at, submitted_case)
SELECT '00000000000000000001' || 100000 + n, 'data-sharing', 1 + n % 200, 'D1', '草稿', '{}', 1, now(), now(), CASE WHEN n % 10 <> 0 THEN id END FROM made;

-- Of mails and messages nearly all are settled.
INSERT INTO outbox (ulid, kind, notice, case_id, task_id, recipient_id, params, message_id, state, available_at, attempts, created_at, sent_at,
  deliver_until, last_error)
SELECT '00000000000000000002' || 100000 + t.id, 'mail', 'asked', t.case_id, t.id, 1, '{}', 'm' || t.id,
  CASE t.id % 300 WHEN 0 THEN 'waiting' WHEN 1 THEN 'failed' ELSE 'sent' END, t.created_at, 1, t.created_at, t.created_at,
  t.created_at + interval '3 days', CASE WHEN t.id % 300 < 2 THEN 'network' END FROM tasks t;
INSERT INTO action_links (token_hash, person_id, case_id, task_id, round, actions, mail_id, key_id, expires_at, state, created_at)
SELECT 'h' || o.id, 1 + o.id % 200, o.case_id, o.task_id, 1, '[]', o.id, 'k', now(), CASE WHEN o.id % 300 < 2 THEN 'live' ELSE 'used' END, now()
FROM outbox o;
INSERT INTO mailbox (message_id, recipient, subject, headers, html, text, at)
SELECT 'm' || n, 'p@example.cn', '', '', '', '', now() FROM generate_series(1, 10000) n;

INSERT INTO register_entries (ulid, register, case_id, entry, department, status, document, opened_at, updated_at)
SELECT '00000000000000000003' || 100000 + n, CASE WHEN n % 4 = 0 THEN 'systems' ELSE 'grants' END, id, 'grants:', 'D' || 1 + n % 50,
  CASE n % 3 WHEN 0 THEN 'in_force' WHEN 1 THEN 'expired' ELSE 'suspended' END, '{}', now(), now() FROM made;
INSERT INTO register_departments (entry_id, register, department) SELECT id, register, department FROM register_entries;
INSERT INTO register_values (entry_id, register, department, value) SELECT id, register, department, 'R' || id FROM register_entries;
INSERT INTO register_terms (term, entry_id)
SELECT term, id FROM register_entries, LATERAL (VALUES ('信息'), (CASE WHEN id % 100 = 0 THEN '人口' ELSE '法人' END)) t (term);
INSERT INTO register_dates (entry_id, field, register, day) SELECT id, 'until', register, date '2016-01-01' + (id % 5000)::integer FROM register_entries;
INSERT INTO register_history (entry_id, event, status, at) SELECT id, 1, 'in_force', now() FROM register_entries;
INSERT INTO register_marks (entry_id, field, day, mark, at, people, started)
SELECT id, 'until', date '2016-01-01', '30d', now(), 1, CASE WHEN id % 300 = 0 THEN NULL ELSE lpad(id::text, 26, '0') END FROM register_entries;
INSERT INTO webhook_messages (ulid, target, register, entry_id, sequence, body, state, available_at, attempts, created_at, deliver_until, last_error)
SELECT '00000000000000000008' || 100000 + id, CASE WHEN id % 2 = 0 THEN 'a' ELSE 'b' END, register, id, 1, '{}',
  CASE id % 300 WHEN 0 THEN 'waiting' WHEN 1 THEN 'failed' ELSE 'sent' END, timestamptz '2026-01-01', 1, opened_at, now(),
  CASE WHEN id % 300 < 2 THEN 'network' END FROM register_entries;
INSERT INTO started_cases (parent_id, task, ulid) SELECT id, 1, '00000000000000000004' || 100000 + n FROM made;

INSERT INTO resources (code, title, provider, summary, sharing, conditions, method, cycle, format, level, open, active, document)
SELECT 'r' || n, '出生', 'D' || 1 + n % 50, '', CASE WHEN n % 2 = 0 THEN 'conditional' ELSE 'none' END, '[]', '', '', '', 1 + n % 4, 'none', TRUE, '{}'
FROM generate_series(1, 5000) n;
INSERT INTO resource_terms (term, resource_id) SELECT term, id FROM resources, LATERAL (VALUES ('出生'), ('r' || id)) t (term) ON CONFLICT DO NOTHING;
INSERT INTO resource_versions (resource_id, version, source, case_id, at, document) SELECT r.id, 1, 'case', made.id, now(), '{}'
FROM resources r JOIN made ON made.n = r.id;

INSERT INTO sessions (id_hash, person_id, csrf, created_at, seen_at, expires_at, source)
SELECT 's' || n, 1 + n % 2000, '', now(), now(), timestamptz '2026-01-05' + n * interval '1 hour', '' FROM generate_series(1, 5000) n;
INSERT INTO api_tokens (hash, person_id, name, created_at, expires_at) SELECT 't' || n, 1 + n % 2000, '', now(), now() FROM generate_series(1, 5000) n;
INSERT INTO login_attempts (key, failures, day, last_at)
SELECT 'a' || n, 1, date '2026-01-05', timestamptz '2026-01-05' + n * interval '1 hour' FROM generate_series(1, 5000) n;
INSERT INTO idempotency_keys (person_id, key, digest, case_id, created_at)
SELECT 1 + n % 2000, 'k' || n, '', made.id, timestamptz '2026-01-05' + n * interval '1 minute' FROM made;
INSERT INTO personal_values (ulid, owner, case_id, field, salt, envelope, key_id, digest, created_at)
SELECT '00000000000000000005' || 100000 + n, 'case', id, 'f', '\x00'::bytea, '\x00'::bytea, 'k', 'd', now() FROM made;
INSERT INTO attachments (ulid, case_id, uploader_id, file_name, media_type, size, digest, stored_as, created_at)
SELECT '00000000000000000006' || 100000 + n, id, 1, 'a', 'text/plain', 1, 'd', 'f' || n, now() FROM made;
INSERT INTO substitutes (ulid, person_id, substitute_id, role, department, valid_from, valid_until, named_by, named_at)
SELECT '00000000000000000007' || 100000 + n, 1 + n % 2000, 2 + n % 1998, 'section_head', 'D1', date '2016-01-01' + n, date '2016-01-08' + n, 1, now()
FROM generate_series(1, 3600) n WHERE 1 + n % 2000 <> 2 + n % 1998;
DROP TABLE made;
