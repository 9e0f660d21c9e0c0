-- The whole database, as SQLite says it. Tables and columns are the same in `migrations/postgres`; a test compares them.
-- Column types are written for the reader (TIMESTAMP, BOOLEAN): SQLite keeps the text and numbers that it is given.

-- People and posts ---------------------------------------------------------------------------------------------------

CREATE TABLE roles (
  code TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  title_en TEXT NOT NULL,
  leads BOOLEAN NOT NULL
);

CREATE TABLE departments (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  short_name TEXT NOT NULL,
  parent TEXT REFERENCES departments (code) DEFERRABLE INITIALLY DEFERRED,
  region TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('province', 'city', 'county')),
  authority TEXT REFERENCES departments (code) DEFERRABLE INITIALLY DEFERRED,
  active BOOLEAN NOT NULL
);

CREATE TABLE people (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  department TEXT NOT NULL REFERENCES departments (code),
  clearance INTEGER NOT NULL CHECK (clearance BETWEEN 0 AND 6),
  password_hash TEXT,
  language TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE posts (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  person_id BIGINT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL REFERENCES roles (code),
  department TEXT NOT NULL REFERENCES departments (code),
  valid_from DATE,
  valid_until DATE
);
CREATE INDEX posts_by_person ON posts (person_id);

CREATE TABLE substitutes (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  person_id BIGINT NOT NULL REFERENCES people (id),
  substitute_id BIGINT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL REFERENCES roles (code),
  department TEXT NOT NULL REFERENCES departments (code),
  valid_from DATE NOT NULL,
  valid_until DATE NOT NULL,
  CHECK (person_id <> substitute_id)
);
CREATE INDEX substitutes_by_substitute ON substitutes (substitute_id);

-- One row: the revision that every change of the directory raises.
CREATE TABLE directory_state (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  revision BIGINT NOT NULL
);
INSERT INTO directory_state (id, revision) VALUES (1, 0);

-- The data directory -------------------------------------------------------------------------------------------------

CREATE TABLE resources (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  provider TEXT NOT NULL,
  summary TEXT NOT NULL,
  sharing TEXT NOT NULL,
  conditions TEXT NOT NULL CHECK (json_valid(conditions)),
  method TEXT NOT NULL,
  cycle TEXT NOT NULL,
  format TEXT NOT NULL,
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 6),
  open TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
);
CREATE INDEX resources_by_provider ON resources (provider, code);
CREATE INDEX resources_by_sharing ON resources (sharing, code);

CREATE TABLE resource_items (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  resource_id BIGINT NOT NULL REFERENCES resources (id),
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  length INTEGER,
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 6),
  personal BOOLEAN NOT NULL,
  sensitive BOOLEAN NOT NULL,
  sharing TEXT NOT NULL,
  conditions TEXT NOT NULL CHECK (json_valid(conditions)),
  position BIGINT NOT NULL,
  UNIQUE (resource_id, code)
);

CREATE TABLE resource_terms (
  term TEXT NOT NULL,
  resource_id BIGINT NOT NULL REFERENCES resources (id),
  PRIMARY KEY (term, resource_id)
);
CREATE INDEX resource_terms_by_resource ON resource_terms (resource_id, term);

-- Workflows ----------------------------------------------------------------------------------------------------------

CREATE TABLE workflow_versions (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('proposed', 'current', 'retired')),
  proposed_by BIGINT NOT NULL REFERENCES people (id),
  proposed_at TIMESTAMP NOT NULL,
  confirmed_by BIGINT REFERENCES people (id),
  confirmed_at TIMESTAMP,
  UNIQUE (key, version)
);
CREATE UNIQUE INDEX workflow_versions_current ON workflow_versions (key) WHERE status = 'current';

-- Cases --------------------------------------------------------------------------------------------------------------

CREATE TABLE cases (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  number TEXT,
  workflow_key TEXT NOT NULL,
  version_id BIGINT NOT NULL REFERENCES workflow_versions (id),
  status TEXT NOT NULL,
  outcome TEXT,
  end_id TEXT,
  title TEXT NOT NULL,
  applicant_id BIGINT NOT NULL REFERENCES people (id),
  department TEXT NOT NULL REFERENCES departments (code),
  authority TEXT NOT NULL REFERENCES departments (code),
  snapshot TEXT NOT NULL CHECK (json_valid(snapshot)),
  revision BIGINT NOT NULL,
  level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 6),
  due_at TIMESTAMP,
  awaiting TEXT,
  submitted_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  hold BOOLEAN NOT NULL,
  keep_until DATE
);
-- Each authority counts its own numbers.
CREATE UNIQUE INDEX cases_by_number ON cases (number, authority, workflow_key);
CREATE INDEX cases_by_applicant ON cases (applicant_id, id);
CREATE INDEX cases_by_workflow ON cases (workflow_key, id);
CREATE INDEX cases_by_status ON cases (status, id);
CREATE INDEX cases_by_version ON cases (version_id);
CREATE INDEX cases_to_clear ON cases (keep_until) WHERE NOT hold;

CREATE TABLE drafts (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  workflow_key TEXT NOT NULL,
  author_id BIGINT NOT NULL REFERENCES people (id),
  department TEXT NOT NULL REFERENCES departments (code),
  title TEXT NOT NULL,
  answers TEXT NOT NULL CHECK (json_valid(answers)),
  sealed TEXT CHECK (json_valid(sealed)),
  from_case BIGINT REFERENCES cases (id),
  revision BIGINT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  submitted_case BIGINT REFERENCES cases (id)
);
CREATE INDEX drafts_by_author ON drafts (author_id, id) WHERE submitted_case IS NULL;

-- The body is text and not a document type, because the hash covers its very bytes.
CREATE TABLE events (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  case_id BIGINT NOT NULL REFERENCES cases (id),
  seq BIGINT NOT NULL CHECK (0 < seq),
  kind TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  actor_id BIGINT REFERENCES people (id),
  on_behalf_id BIGINT REFERENCES people (id),
  channel TEXT NOT NULL,
  at TIMESTAMP NOT NULL,
  version_id BIGINT NOT NULL REFERENCES workflow_versions (id),
  algorithm TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (case_id, seq)
);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never removed');
END;

-- Who sees a case: the only source of lists and searches. An addressee is `person:12`, `post:role@department` or
-- `department:code`.
CREATE TABLE participants (
  case_id BIGINT NOT NULL REFERENCES cases (id),
  addressee TEXT NOT NULL,
  reason TEXT NOT NULL,
  since TIMESTAMP NOT NULL,
  PRIMARY KEY (case_id, addressee, reason)
);
CREATE INDEX participants_by_addressee ON participants (addressee, case_id);

CREATE TABLE copies (
  case_id BIGINT NOT NULL REFERENCES cases (id),
  person_id BIGINT NOT NULL REFERENCES people (id),
  reason TEXT NOT NULL,
  at TIMESTAMP NOT NULL,
  read_at TIMESTAMP,
  PRIMARY KEY (case_id, person_id, reason)
);
CREATE INDEX copies_by_person ON copies (person_id, at, case_id);

CREATE TABLE search_terms (
  term TEXT NOT NULL,
  case_id BIGINT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (term, case_id)
);
CREATE INDEX search_terms_by_case ON search_terms (case_id, term);

CREATE TABLE number_counters (
  workflow_key TEXT NOT NULL,
  authority TEXT NOT NULL,
  year INTEGER NOT NULL,
  next BIGINT NOT NULL,
  PRIMARY KEY (workflow_key, authority, year)
);

-- Tasks and time -----------------------------------------------------------------------------------------------------

CREATE TABLE tasks (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  case_id BIGINT NOT NULL REFERENCES cases (id),
  number BIGINT NOT NULL,
  stage TEXT NOT NULL,
  stage_title TEXT NOT NULL,
  round BIGINT NOT NULL,
  seat TEXT,
  asks TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'cancelled')),
  person_id BIGINT REFERENCES people (id),
  post TEXT,
  due_at TIMESTAMP,
  law BOOLEAN NOT NULL,
  level INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  settled_at TIMESTAMP,
  settled_by BIGINT REFERENCES people (id),
  answer TEXT,
  revision BIGINT NOT NULL,
  UNIQUE (case_id, number)
);
CREATE INDEX tasks_done ON tasks (settled_by, settled_at, id) WHERE settled_by IS NOT NULL;

-- The inbox: one row for each addressee of an open task, gone when the task closes. `due_sort` is far away where
-- nothing is due, because the two databases sort NULL at different ends.
CREATE TABLE task_offers (
  task_id BIGINT NOT NULL REFERENCES tasks (id),
  addressee TEXT NOT NULL,
  due_sort TIMESTAMP NOT NULL,
  PRIMARY KEY (task_id, addressee)
);
CREATE INDEX task_offers_inbox ON task_offers (addressee, due_sort, task_id);

-- One row per case: the next instant at which something of it is due.
CREATE TABLE timers (
  case_id BIGINT NOT NULL PRIMARY KEY REFERENCES cases (id),
  fire_at TIMESTAMP NOT NULL,
  available_at TIMESTAMP NOT NULL,
  attempts INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until TIMESTAMP,
  last_error TEXT
);
CREATE INDEX timers_due ON timers (available_at, case_id);

CREATE TABLE calendars (
  name TEXT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  imported_at TIMESTAMP NOT NULL
);

CREATE TABLE calendar_days (
  calendar TEXT NOT NULL REFERENCES calendars (name),
  day DATE NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('work', 'off')),
  name TEXT NOT NULL,
  PRIMARY KEY (calendar, day)
);

-- Mail ---------------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  notice TEXT NOT NULL,
  case_id BIGINT REFERENCES cases (id),
  task_id BIGINT REFERENCES tasks (id),
  recipient_id BIGINT NOT NULL REFERENCES people (id),
  params TEXT NOT NULL CHECK (json_valid(params)),
  message_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'cancelled')),
  available_at TIMESTAMP NOT NULL,
  attempts INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until TIMESTAMP,
  last_error TEXT,
  created_at TIMESTAMP NOT NULL,
  sent_at TIMESTAMP,
  deliver_until TIMESTAMP NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (available_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_waiting_by_task ON outbox (task_id) WHERE state = 'waiting';
CREATE INDEX outbox_by_case ON outbox (case_id, id);
CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';

CREATE TABLE action_links (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  case_id BIGINT NOT NULL REFERENCES cases (id),
  task_id BIGINT NOT NULL REFERENCES tasks (id),
  round BIGINT NOT NULL,
  actions TEXT NOT NULL CHECK (json_valid(actions)),
  mail_id BIGINT REFERENCES outbox (id),
  key_id TEXT NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'used', 'revoked')),
  used_at TIMESTAMP,
  revoked_at TIMESTAMP,
  revoked_why TEXT,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX action_links_live_by_task ON action_links (task_id, person_id) WHERE state = 'live';
CREATE INDEX action_links_by_mail ON action_links (mail_id);
CREATE INDEX action_links_live_by_person ON action_links (person_id) WHERE state = 'live';

-- What the demo shows instead of sending it.
CREATE TABLE mailbox (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL UNIQUE,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  headers TEXT NOT NULL,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  at TIMESTAMP NOT NULL
);

-- Signing in ---------------------------------------------------------------------------------------------------------

CREATE TABLE sessions (
  id_hash TEXT NOT NULL PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  csrf TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  seen_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  source TEXT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_expiring ON sessions (expires_at);

CREATE TABLE api_tokens (
  hash TEXT NOT NULL PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  name TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP,
  last_used TIMESTAMP
);
CREATE INDEX api_tokens_by_person ON api_tokens (person_id);

-- The key names an account or a source address.
CREATE TABLE login_attempts (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  failures INTEGER NOT NULL,
  day DATE NOT NULL,
  last_at TIMESTAMP NOT NULL,
  blocked_until TIMESTAMP
);
CREATE INDEX login_attempts_by_last ON login_attempts (last_at);

CREATE TABLE idempotency_keys (
  person_id BIGINT NOT NULL REFERENCES people (id),
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  status INTEGER,
  case_id BIGINT REFERENCES cases (id),
  ulid TEXT,
  revision BIGINT,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (person_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Values and files ---------------------------------------------------------------------------------------------------

CREATE TABLE personal_values (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL CHECK (owner IN ('case', 'draft')),
  case_id BIGINT REFERENCES cases (id),
  draft_id BIGINT REFERENCES drafts (id),
  field TEXT NOT NULL,
  salt BLOB,
  envelope BLOB,
  key_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  erased_at TIMESTAMP,
  CHECK ((owner = 'case') = (case_id IS NOT NULL)),
  CHECK ((owner = 'draft') = (draft_id IS NOT NULL AND case_id IS NULL)),
  CHECK ((erased_at IS NULL) = (envelope IS NOT NULL AND salt IS NOT NULL))
);
CREATE INDEX personal_values_by_case ON personal_values (case_id);
CREATE INDEX personal_values_by_draft ON personal_values (draft_id);

CREATE TABLE attachments (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  case_id BIGINT REFERENCES cases (id),
  draft_id BIGINT REFERENCES drafts (id),
  uploader_id BIGINT NOT NULL REFERENCES people (id),
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  digest TEXT NOT NULL,
  stored_as TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL,
  CHECK (case_id IS NOT NULL OR draft_id IS NOT NULL)
);
CREATE INDEX attachments_by_case ON attachments (case_id);
CREATE INDEX attachments_by_draft ON attachments (draft_id);
