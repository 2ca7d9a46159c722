-- Workspaces, members, keys: who may do what.
CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_workspace ON members (workspace_id, created_at, id);

CREATE TABLE api_keys (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_by_id ON api_keys (workspace_id, id);

CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  member_id TEXT NOT NULL REFERENCES members (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- A one-time code is signed; only its redemption is stored, so that it works once.
CREATE TABLE redeemed_codes (
  jti TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Agents and what was said of them.
CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'INACTIVE', 'UNKNOWN')),
  blueprint_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX agents_by_name ON agents (workspace_id, name);

CREATE TABLE blueprints (
  agent_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  confidence TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (agent_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE audits (
  agent_id TEXT NOT NULL,
  blueprint_version INTEGER NOT NULL,
  score INTEGER NOT NULL,
  report TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (agent_id, blueprint_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE scenarios (
  id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT,
  complexity TEXT NOT NULL,
  tags TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('generated', 'manual')),
  active INTEGER NOT NULL DEFAULT 1,
  status TEXT NOT NULL DEFAULT 'not_run',
  status_rev INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX scenarios_by_agent ON scenarios (agent_id, created_at DESC, id);

CREATE TABLE test_cases (
  scenario_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (scenario_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE generations (
  id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  workspace_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'timed_out')),
  cases INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX generations_by_workspace ON generations (workspace_id, created_at, cases);

-- Who did what that cannot be undone. Outlives what it speaks of.
CREATE TABLE audit_log (
  workspace_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (workspace_id, at, action, subject)
) STRICT, WITHOUT ROWID;

-- Run headers and scores: written only by an agent object's flush, `rev` only ever grows.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
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
  rev INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_workspace ON runs (workspace_id, started_at DESC, id);
CREATE INDEX runs_by_agent ON runs (agent_id, started_at DESC);

CREATE TABLE scores (
  agent_id TEXT PRIMARY KEY,
  value INTEGER NOT NULL,
  previous INTEGER,
  report TEXT NOT NULL,
  rev INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
