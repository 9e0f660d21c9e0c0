-- What other programs are told: a row for each change of a register's entry and each target. The body never changes.
CREATE TABLE webhook_messages (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  ulid TEXT NOT NULL,
  target TEXT NOT NULL,
  register TEXT NOT NULL,
  entry_id BIGINT NOT NULL REFERENCES register_entries (id),
  sequence BIGINT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'cancelled')),
  available_at TIMESTAMP NOT NULL,
  attempts INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until TIMESTAMP,
  last_error TEXT,
  created_at TIMESTAMP NOT NULL,
  sent_at TIMESTAMP,
  deliver_until TIMESTAMP NOT NULL,
  UNIQUE (ulid, target)
);
CREATE INDEX webhook_messages_waiting ON webhook_messages (target, available_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_messages_waiting_by_entry ON webhook_messages (target, entry_id, id) WHERE state = 'waiting';
CREATE INDEX webhook_messages_waiting_until ON webhook_messages (deliver_until) WHERE state = 'waiting';
CREATE INDEX webhook_messages_failed ON webhook_messages (id) WHERE state = 'failed';
CREATE INDEX webhook_messages_late ON webhook_messages (id) WHERE state = 'waiting' AND last_error IS NOT NULL;

-- Targets that said they are gone; nothing is sent to them until an administrator says so.
CREATE TABLE webhook_stops (
  target TEXT NOT NULL PRIMARY KEY,
  at TIMESTAMP NOT NULL
);
