-- Whom a workspace trusts to bring results without an API key. `policy` is public; `secrets` holds sealed ones, newest first.
CREATE TABLE trust_rules (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('standard_webhook', 'github_oidc', 'github_webhook')),
  policy TEXT NOT NULL,
  secrets TEXT NOT NULL,
  agent_name TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

-- Deliveries that were taken in, so that none counts twice: held longer than any signature is accepted. `answer` is null while the first
-- one is being worked on; `token` says who does that.
CREATE TABLE seen_deliveries (
  rule_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  token TEXT NOT NULL,
  claimed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,
  answer TEXT,
  PRIMARY KEY (rule_id, delivery_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_deliveries_by_expiry ON seen_deliveries (expires_at);

-- Addresses that hear of ended runs. `base_url` is where this server's pages are.
CREATE TABLE webhooks (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  agent_name TEXT,
  enabled INTEGER NOT NULL DEFAULT 1,
  secrets TEXT NOT NULL,
  base_url TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
