-- What became of a resource, the first change first; a row never changes.
CREATE TABLE resource_versions (
  resource_id BIGINT NOT NULL REFERENCES resources (id),
  version BIGINT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('file', 'page', 'case')),
  person_id BIGINT REFERENCES people (id),
  case_id BIGINT REFERENCES cases (id),
  at TIMESTAMP NOT NULL,
  was TEXT CHECK (was IS NULL OR json_valid(was)),
  document TEXT NOT NULL CHECK (json_valid(document)),
  PRIMARY KEY (resource_id, version)
);
CREATE INDEX resource_versions_by_case ON resource_versions (case_id, resource_id);
CREATE INDEX resources_by_level ON resources (level, code);

-- A file that somebody has looked at and not confirmed yet.
CREATE TABLE resource_imports (
  person_id BIGINT NOT NULL PRIMARY KEY REFERENCES people (id),
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document)),
  at TIMESTAMP NOT NULL
);

-- Which cases name which resources.
CREATE TABLE case_resources (
  resource TEXT NOT NULL,
  case_id BIGINT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (resource, case_id)
);
CREATE INDEX case_resources_by_case ON case_resources (case_id, resource);
INSERT INTO case_resources (resource, case_id)
  SELECT DISTINCT found.value, cases.id FROM cases, json_tree(cases.snapshot) AS found
  WHERE found.key = 'resource' AND found.type = 'text';

-- Cases whose data may have another level now; a job looks at each of them.
CREATE TABLE rechecks (
  case_id BIGINT NOT NULL PRIMARY KEY REFERENCES cases (id),
  since TIMESTAMP NOT NULL
);
