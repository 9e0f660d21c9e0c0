DELETE FROM task_offers WHERE addressee LIKE 'held:%';
DELETE FROM participants WHERE addressee LIKE 'held:%';
DROP TABLE substitutes;
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
