-- A proposal that was given up says by whom and when, whether somebody withdrew it or proposed another in its place.
ALTER TABLE workflow_versions ADD COLUMN withdrawn_by BIGINT REFERENCES people (id);
ALTER TABLE workflow_versions ADD COLUMN withdrawn_at TIMESTAMP;
CREATE UNIQUE INDEX workflow_versions_proposed ON workflow_versions (key) WHERE status = 'proposed';

-- Definitions that are being written: one for each workflow and writer. A workflow that has no version yet is kept
-- under an empty key.
CREATE TABLE workflow_drafts (
  key TEXT NOT NULL,
  author_id BIGINT NOT NULL REFERENCES people (id),
  source TEXT NOT NULL,
  revision BIGINT NOT NULL,
  saved_at TIMESTAMP NOT NULL,
  PRIMARY KEY (key, author_id)
);
