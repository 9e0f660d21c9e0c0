-- What cases leave in registers, one row per entry, written with the case that leaves it.
CREATE TABLE register_entries (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  register TEXT NOT NULL,
  case_id BIGINT NOT NULL REFERENCES cases (id),
  entry TEXT NOT NULL,
  department TEXT NOT NULL REFERENCES departments (code),
  status TEXT,
  document TEXT NOT NULL CHECK (json_valid(document)),
  opened_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (case_id, entry)
);
CREATE INDEX register_entries_by_register ON register_entries (register, status, id);

-- The texts in an entry, by which guards ask whether something is registered.
CREATE TABLE register_values (
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  register TEXT NOT NULL,
  department TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (entry_id, value)
);
CREATE INDEX register_values_by_value ON register_values (register, department, value);

-- The case that a task of another one has started, as a draft or filed; a draft keeps its public id when it is filed.
CREATE TABLE started_cases (
  parent_id BIGINT NOT NULL REFERENCES cases (id),
  task BIGINT NOT NULL,
  ulid TEXT NOT NULL UNIQUE,
  PRIMARY KEY (parent_id, task)
);
