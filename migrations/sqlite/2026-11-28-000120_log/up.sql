-- How far the log reaches; one row.
CREATE TABLE log_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  algorithm TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- The roots of the complete subtrees, the largest first, 32 bytes each.
  edge BLOB NOT NULL,
  -- All events up to this key are in the log.
  settled_event INTEGER NOT NULL,
  -- Events up to this key were there when the next transaction was to be this one.
  mark_event INTEGER,
  mark_transaction INTEGER
);

-- The events in the order of the log, without gaps.
CREATE TABLE log_leaves (
  position INTEGER PRIMARY KEY,
  event_id INTEGER NOT NULL UNIQUE REFERENCES events (id),
  hash BLOB NOT NULL
);

-- Roots of complete subtrees on every eighth level.
CREATE TABLE log_nodes (
  level INTEGER NOT NULL,
  place INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, place)
);

CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  at TEXT NOT NULL,
  -- When it was written outside the database.
  anchored_at TEXT
);
CREATE INDEX checkpoints_to_anchor ON checkpoints (size) WHERE anchored_at IS NULL;

CREATE TRIGGER log_leaves_are_never_changed BEFORE UPDATE ON log_leaves
BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END;
CREATE TRIGGER log_leaves_are_never_removed BEFORE DELETE ON log_leaves
BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END;
CREATE TRIGGER log_nodes_are_never_changed BEFORE UPDATE ON log_nodes
BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END;
CREATE TRIGGER log_nodes_are_never_removed BEFORE DELETE ON log_nodes
BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END;
CREATE TRIGGER checkpoints_are_never_removed BEFORE DELETE ON checkpoints
BEGIN
  SELECT RAISE(ABORT, 'checkpoints are never removed');
END;
