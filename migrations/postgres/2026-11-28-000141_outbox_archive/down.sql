DROP INDEX webhook_messages_sent;
DROP INDEX outbox_settled;
INSERT INTO outbox (id, ulid, kind, notice, case_id, task_id, recipient_id, params, message_id, state, available_at, attempts, last_error,
  created_at, sent_at, deliver_until)
SELECT id, ulid, kind, notice, case_id, task_id, recipient_id, params, message_id, state, available_at, attempts, last_error,
  created_at, sent_at, deliver_until FROM outbox_archive;
DROP TABLE outbox_archive;
