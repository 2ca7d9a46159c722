-- Results of a run that no test case was made for, and the CI job that a run is of.
ALTER TABLE runs ADD COLUMN unmapped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN external_key TEXT;
CREATE INDEX runs_by_external_key ON runs (workspace_id, external_key) WHERE external_key IS NOT NULL;
