-- Who acts for the holder of a post, and when (代理). Nothing wrote to this table before; a row stays when it has ended, and
-- says who named the substitute and who ended it.
DROP TABLE substitutes;
CREATE TABLE substitutes (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  substitute_id BIGINT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL REFERENCES roles (code),
  department TEXT NOT NULL REFERENCES departments (code),
  valid_from DATE NOT NULL,
  valid_until DATE NOT NULL,
  named_by BIGINT NOT NULL REFERENCES people (id),
  named_at TIMESTAMP NOT NULL,
  ended_by BIGINT REFERENCES people (id),
  ended_at TIMESTAMP,
  CHECK (person_id <> substitute_id),
  CHECK (valid_from <= valid_until)
);
CREATE INDEX substitutes_by_person ON substitutes (person_id);
CREATE INDEX substitutes_by_substitute ON substitutes (substitute_id);

-- What somebody has taken of a post's tasks is found by who acts for them.
INSERT INTO task_offers (task_id, addressee, due_sort)
SELECT tasks.id, 'held:' || tasks.person_id || '/' || tasks.post, task_offers.due_sort
FROM tasks
JOIN task_offers ON task_offers.task_id = tasks.id AND task_offers.addressee = 'person:' || tasks.person_id
WHERE tasks.state = 'open' AND tasks.person_id IS NOT NULL AND tasks.post IS NOT NULL;
