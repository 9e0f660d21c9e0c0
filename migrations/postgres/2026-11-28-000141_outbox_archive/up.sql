-- What became of mails long ago: what is still to be sent stays in a small table. Ids and codes, as there.
CREATE TABLE outbox_archive (
  id BIGINT NOT NULL PRIMARY KEY,
  ulid TEXT NOT NULL,
  kind TEXT NOT NULL,
  notice TEXT NOT NULL,
  case_id BIGINT REFERENCES cases (id),
  task_id BIGINT REFERENCES tasks (id),
  recipient_id BIGINT NOT NULL REFERENCES people (id),
  params JSONB NOT NULL,
  message_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'failed', 'cancelled')),
  available_at TIMESTAMPTZ NOT NULL,
  attempts INTEGER NOT NULL,
  last_error TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  sent_at TIMESTAMPTZ,
  deliver_until TIMESTAMPTZ NOT NULL
);
CREATE INDEX outbox_archive_by_case ON outbox_archive (case_id, id);
CREATE INDEX outbox_settled ON outbox (created_at) WHERE state <> 'waiting';
CREATE INDEX webhook_messages_sent ON webhook_messages (created_at) WHERE state = 'sent';
