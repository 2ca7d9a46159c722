-- Runs of a workspace lie together in the order of time, so that a page or a sum of them reads one stretch and nothing else; and each keeps
-- the agent's score after it, with its interval: columns, so that telling them costs no row of their own.
CREATE TABLE runs_by_time (
  id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  name TEXT,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  status_reason TEXT,
  started_at INTEGER NOT NULL,
  completed_at INTEGER,
  expected_total INTEGER,
  passed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  error INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  flaky_cases INTEGER NOT NULL,
  failures TEXT NOT NULL DEFAULT '{}',
  score INTEGER,
  score_low INTEGER,
  score_high INTEGER,
  rev INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, started_at DESC, id)
) STRICT, WITHOUT ROWID;
INSERT INTO runs_by_time (id, agent_id, workspace_id, name, source, status, status_reason, started_at, completed_at, expected_total,
  passed, failed, error, pending, flaky_cases, failures, rev)
SELECT id, agent_id, workspace_id, name, source, status, status_reason, started_at, completed_at, expected_total,
  passed, failed, error, pending, flaky_cases, failures, rev FROM runs;
DROP TABLE runs;
ALTER TABLE runs_by_time RENAME TO runs;
CREATE UNIQUE INDEX runs_by_id ON runs (id);
CREATE INDEX runs_by_agent ON runs (agent_id, started_at DESC);
-- Few runs wait for a person, and only those have an entry.
CREATE INDEX runs_pending ON runs (workspace_id, agent_id, pending) WHERE pending > 0;

-- Links under which a report is open to whoever has them, by the SHA-256 of their token.
CREATE TABLE report_shares (
  hash TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  agent_name TEXT NOT NULL,
  run_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX report_shares_by_run ON report_shares (workspace_id, run_id, created_at);
