-- What was done about a day in an entry: a reminder that went out, a case that was started. A start without a case waits
-- for somebody who may file it.
CREATE TABLE register_marks (
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  field TEXT NOT NULL,
  day DATE NOT NULL,
  mark TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  people BIGINT NOT NULL,
  started TEXT,
  PRIMARY KEY (entry_id, field, day, mark)
);
CREATE INDEX register_marks_by_started ON register_marks (started, mark, entry_id);

-- Up to which day the days of a register have been looked through, for each of its rules.
CREATE TABLE register_rounds (
  register TEXT NOT NULL,
  field TEXT NOT NULL,
  mark TEXT NOT NULL,
  upto DATE NOT NULL,
  PRIMARY KEY (register, field, mark)
);

-- Bodies that sign for a whole region see its entries in the registers that name them.
ALTER TABLE roles ADD COLUMN region BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE roles SET region = TRUE
  WHERE code IN ('cac', 'police', 'crypto', 'secrecy_bureau', 'finance', 'ndrc', 'government_leader');

-- Statuses that registers say to be over.
DELETE FROM register_values WHERE entry_id IN (
  SELECT id FROM register_entries WHERE
    (register = 'contractors' AND status = 'gone')
    OR (register = 'corrections' AND status IN ('closed', 'returned'))
    OR (register = 'disputes' AND status IN ('settled', 'coordinated', 'decided'))
    OR (register = 'incidents' AND status IN ('closed', 'false_alarm'))
    OR (register = 'open_data' AND status IN ('removed', 'not_opened'))
    OR (register = 'systems' AND status IN ('finished', 'retired'))
);
