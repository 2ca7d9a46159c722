-- What a workspace decides for itself. `deleting_at` is set when its deletion began: nothing new is let in from then on.
ALTER TABLE workspaces ADD COLUMN stall_minutes INTEGER NOT NULL DEFAULT 30;
ALTER TABLE workspaces ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 90;
ALTER TABLE workspaces ADD COLUMN redact_personal INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN deleting_at INTEGER;

-- A person can belong to several workspaces, as a member of each. Only a session can show who one is, never an e-mail address.
ALTER TABLE members ADD COLUMN person_id TEXT NOT NULL DEFAULT '';
UPDATE members SET person_id = id;
CREATE INDEX members_by_person ON members (person_id, created_at, id);

-- Who made a key, and the only agent that it is good for; null for all.
ALTER TABLE api_keys ADD COLUMN member_id TEXT;
ALTER TABLE api_keys ADD COLUMN agent_name TEXT;

-- Links that make whoever opens them a member, once; by the SHA-256 of their token.
CREATE TABLE invitations (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'viewer')),
  invited_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invitations_by_id ON invitations (workspace_id, id);

-- What was used in a month (epoch ms of its first day, UTC) by what has been deleted since, so that deleting gives no quota back.
CREATE TABLE spent_usage (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  month INTEGER NOT NULL,
  generations INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, month)
) STRICT, WITHOUT ROWID;
