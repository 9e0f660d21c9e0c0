DROP TABLE workflow_drafts;
DROP INDEX workflow_versions_proposed;
ALTER TABLE workflow_versions DROP COLUMN withdrawn_at;
ALTER TABLE workflow_versions DROP COLUMN withdrawn_by;
