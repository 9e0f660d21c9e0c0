-- After a restore nothing leaves the process until an administrator says so; one row while that is so.
CREATE TABLE outbox_pauses (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  since TIMESTAMP NOT NULL,
  -- When the backup was made that was restored.
  backup_at TIMESTAMP NOT NULL
);
