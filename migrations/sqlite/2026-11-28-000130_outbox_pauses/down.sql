DROP TABLE outbox_pauses;
