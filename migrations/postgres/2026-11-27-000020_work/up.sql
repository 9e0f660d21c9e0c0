-- Who was given the last task of a line, where tasks are given out in turn. A line is a stage of a workflow and whom it
-- asks.
CREATE TABLE turns (
  workflow_key TEXT NOT NULL,
  line TEXT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  PRIMARY KEY (workflow_key, line)
);
