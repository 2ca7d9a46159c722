-- A session that was opened with a key ends with it, and a member can end all of theirs.
ALTER TABLE sessions ADD COLUMN key_id TEXT;
CREATE INDEX sessions_by_member ON sessions (workspace_id, member_id);
