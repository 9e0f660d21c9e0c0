-- Who let a mail or a webhook that was given up be sent again; rows are only added.
CREATE TABLE resendings (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL CHECK (queue IN ('mail', 'webhook')),
  -- The key that others see of the message; it may be cleared away before this row is.
  message TEXT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  at TIMESTAMP NOT NULL
);
CREATE TRIGGER resendings_are_never_changed BEFORE UPDATE ON resendings
BEGIN
  SELECT RAISE(ABORT, 'who sent what again is never changed');
END;
CREATE TRIGGER resendings_are_never_removed BEFORE DELETE ON resendings
BEGIN
  SELECT RAISE(ABORT, 'who sent what again is never removed');
END;
