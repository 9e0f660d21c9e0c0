-- How far the log reaches; one row.
CREATE TABLE log_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  algorithm TEXT NOT NULL,
  size BIGINT NOT NULL,
  -- The roots of the complete subtrees, the largest first, 32 bytes each.
  edge BYTEA NOT NULL,
  -- All events up to this key are in the log.
  settled_event BIGINT NOT NULL,
  -- Events up to this key were there when the next transaction was to be this one.
  mark_event BIGINT,
  mark_transaction BIGINT
);

-- The events in the order of the log, without gaps.
CREATE TABLE log_leaves (
  position BIGINT PRIMARY KEY,
  event_id BIGINT NOT NULL UNIQUE REFERENCES events (id),
  hash BYTEA NOT NULL
);

-- Roots of complete subtrees on every eighth level.
CREATE TABLE log_nodes (
  level INTEGER NOT NULL,
  place BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (level, place)
);

CREATE TABLE checkpoints (
  size BIGINT PRIMARY KEY,
  note TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  -- When it was written outside the database.
  anchored_at TIMESTAMPTZ
);
CREATE INDEX checkpoints_to_anchor ON checkpoints (size) WHERE anchored_at IS NULL;

CREATE FUNCTION log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is never changed';
END $$;
CREATE TRIGGER log_leaves_are_never_changed BEFORE UPDATE OR DELETE ON log_leaves
  FOR EACH ROW EXECUTE FUNCTION log_stays();
CREATE TRIGGER log_leaves_are_never_emptied BEFORE TRUNCATE ON log_leaves
  FOR EACH STATEMENT EXECUTE FUNCTION log_stays();
CREATE TRIGGER log_nodes_are_never_changed BEFORE UPDATE OR DELETE ON log_nodes
  FOR EACH ROW EXECUTE FUNCTION log_stays();
CREATE TRIGGER log_nodes_are_never_emptied BEFORE TRUNCATE ON log_nodes
  FOR EACH STATEMENT EXECUTE FUNCTION log_stays();
CREATE TRIGGER checkpoints_are_never_removed BEFORE DELETE ON checkpoints
  FOR EACH ROW EXECUTE FUNCTION log_stays();
