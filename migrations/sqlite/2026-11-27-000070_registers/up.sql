-- By whom an entry may be seen besides those whom the register names: the departments that stand in it.
CREATE TABLE register_departments (
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  register TEXT NOT NULL,
  department TEXT NOT NULL,
  PRIMARY KEY (entry_id, department)
);
CREATE INDEX register_departments_by_department ON register_departments (register, department, entry_id);
INSERT INTO register_departments (entry_id, register, department) SELECT id, register, department FROM register_entries;

-- What an entry is found by: pairs of characters.
CREATE TABLE register_terms (
  term TEXT NOT NULL,
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  PRIMARY KEY (term, entry_id)
);
CREATE INDEX register_terms_by_entry ON register_terms (entry_id, term);

-- The days in an entry.
CREATE TABLE register_dates (
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  field TEXT NOT NULL,
  register TEXT NOT NULL,
  day DATE NOT NULL,
  PRIMARY KEY (entry_id, field)
);
CREATE INDEX register_dates_by_day ON register_dates (register, field, day, entry_id);

-- The statuses that an entry went through, each with the event that wrote it; a row never changes.
CREATE TABLE register_history (
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  event BIGINT NOT NULL,
  status TEXT NOT NULL,
  person_id BIGINT REFERENCES people (id),
  at TIMESTAMP NOT NULL,
  PRIMARY KEY (entry_id, event)
);

CREATE INDEX register_entries_by_id ON register_entries (register, id);
