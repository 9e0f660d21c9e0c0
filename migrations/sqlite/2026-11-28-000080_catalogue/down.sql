DROP TABLE rechecks;
DROP TABLE case_resources;
DROP TABLE resource_imports;
DROP INDEX resources_by_level;
DROP TABLE resource_versions;
