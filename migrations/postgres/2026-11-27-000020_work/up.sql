-- Who was given the last task of a line, where tasks are given out in turn. A line is a stage of a workflow and whom it
-- asks.
CREATE TABLE turns (
  workflow_key TEXT NOT NULL,
  line TEXT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  PRIMARY KEY (workflow_key, line)
);

-- Opinions that somebody has typed and not given yet. They are their writer's alone, and no part of the record.
CREATE TABLE opinions (
  case_id BIGINT NOT NULL REFERENCES cases (id),
  person_id BIGINT NOT NULL REFERENCES people (id),
  stage TEXT NOT NULL,
  asks TEXT NOT NULL,
  comment TEXT,
  answers JSONB NOT NULL,
  sealed JSONB,
  saved_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (case_id, person_id, stage, asks)
);
