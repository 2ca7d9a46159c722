import { OUTBOX_SCHEMA } from './webhook-outbox.ts';

/** The object's own database. Steps are append-only; `register` runs them all, a wake only those that are new. */

const STEPS: readonly string[] = [
  `CREATE TABLE schema (version INTEGER NOT NULL) STRICT;
   INSERT INTO schema (version) VALUES (0);

   -- One row: who this agent is. catalogue_rev grows with every change of a scenario or case. With deleted_by set the agent is gone
   -- for everyone, and its deletion is being carried out.
   CREATE TABLE agent (
     id TEXT NOT NULL,
     workspace_id TEXT NOT NULL,
     name TEXT NOT NULL,
     status TEXT NOT NULL,
     description TEXT,
     constraints TEXT NOT NULL,
     tools_version INTEGER NOT NULL,
     catalogue_rev INTEGER NOT NULL,
     stale INTEGER NOT NULL DEFAULT 0,
     deleted_by TEXT
   ) STRICT;

   CREATE TABLE tools (
     version INTEGER NOT NULL,
     position INTEGER NOT NULL,
     tool TEXT NOT NULL,
     PRIMARY KEY (version, position)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE scenarios (
     scenario_no INTEGER PRIMARY KEY,
     scenario_id TEXT NOT NULL UNIQUE,
     title TEXT NOT NULL,
     description TEXT,
     complexity TEXT NOT NULL,
     tags TEXT NOT NULL,
     origin TEXT NOT NULL,
     active INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     deleted_rev INTEGER
   ) STRICT;

   -- A row per switch: active as of that revision. A scenario without one was never switched off.
   CREATE TABLE scenario_switches (
     scenario_no INTEGER NOT NULL,
     rev INTEGER NOT NULL,
     active INTEGER NOT NULL,
     PRIMARY KEY (scenario_no, rev)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE cases (
     case_no INTEGER PRIMARY KEY,
     scenario_no INTEGER NOT NULL,
     n INTEGER NOT NULL,
     UNIQUE (scenario_no, n)
   ) STRICT;

   -- Runs pin a revision, not rows: the version a run judges by is the newest with rev <= its pin.
   CREATE TABLE case_versions (
     case_no INTEGER NOT NULL,
     rev INTEGER NOT NULL,
     content TEXT NOT NULL,
     PRIMARY KEY (case_no, rev)
   ) STRICT, WITHOUT ROWID;

   -- dirty: D1 has not seen the newest header. tally: exact figures of an ended run, to be trusted only while it is not dirty.
   CREATE TABLE runs (
     seq INTEGER PRIMARY KEY,
     run_id TEXT NOT NULL UNIQUE,
     name TEXT,
     source TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     expected_total INTEGER,
     pinned_rev INTEGER NOT NULL,
     tools_version INTEGER NOT NULL,
     evaluator_version INTEGER NOT NULL,
     redact_personal INTEGER NOT NULL,
     stall_ms INTEGER NOT NULL,
     end_status TEXT,
     end_reason TEXT,
     ended_at INTEGER,
     header_rev INTEGER NOT NULL,
     tally TEXT,
     dirty INTEGER NOT NULL
   ) STRICT;

   -- One row per attempt, and no index beside the key: the streaming path writes one row a result. Small columns first, so that
   -- counting never reads the long ones.
   CREATE TABLE results (
     run_seq INTEGER NOT NULL,
     case_no INTEGER NOT NULL,
     trial INTEGER NOT NULL,
     attempt INTEGER NOT NULL,
     arrival INTEGER NOT NULL,
     received_at INTEGER NOT NULL,
     hash TEXT NOT NULL,
     result_id TEXT,
     case_rev INTEGER NOT NULL,
     late INTEGER NOT NULL,
     status TEXT NOT NULL,
     severity TEXT,
     agent_fault INTEGER NOT NULL,
     redactions TEXT,
     verdict TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (run_seq, case_no, trial, attempt)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE scores (
     run_seq INTEGER PRIMARY KEY,
     rev INTEGER NOT NULL,
     value INTEGER,
     report TEXT,
     digest TEXT NOT NULL
   ) STRICT;

   -- The newest generations of tests; at most one is running and not expired, which makes it the lock.
   CREATE TABLE generations (
     generation_id TEXT PRIMARY KEY,
     status TEXT NOT NULL,
     scenario_id TEXT NOT NULL,
     request TEXT NOT NULL,
     reason TEXT,
     started_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE timers (
     kind TEXT NOT NULL,
     key INTEGER NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (kind, key)
   ) STRICT, WITHOUT ROWID;`,

  `-- The blueprint a generation works from, until it has ended; how many of its cases are stored; whether D1 knows how it ended.
   ALTER TABLE generations ADD COLUMN document TEXT;
   ALTER TABLE generations ADD COLUMN produced INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE generations ADD COLUMN told INTEGER NOT NULL DEFAULT 0;`,

  `-- Failures by category and severity, and latency, of a scored run. A result's latency is a column, because to look for it in bodies
   -- takes ten times as long.
   ALTER TABLE scores ADD COLUMN facts TEXT;
   ALTER TABLE results ADD COLUMN latency_ms REAL;`,

  `-- Runs of a CI job: all shards with one key are one run, which is over when all of them were delivered.
   ALTER TABLE runs ADD COLUMN external_key TEXT;
   ALTER TABLE runs ADD COLUMN branch TEXT;
   ALTER TABLE runs ADD COLUMN commit_sha TEXT;
   ALTER TABLE runs ADD COLUMN shard_total INTEGER;
   CREATE UNIQUE INDEX runs_by_external_key ON runs (external_key) WHERE external_key IS NOT NULL;
   CREATE INDEX runs_by_branch ON runs (branch, seq) WHERE branch IS NOT NULL;

   -- Uploads that were delivered whole, and how many of their tests could not be taken. Shard 0 stands for uploads without a number.
   CREATE TABLE shards (
     run_seq INTEGER NOT NULL,
     shard INTEGER NOT NULL,
     rejected INTEGER NOT NULL,
     PRIMARY KEY (run_seq, shard)
   ) STRICT, WITHOUT ROWID;

   -- Tests of reports that no case was made for. Their numbers are negative, so that counting knows them without a look at the case.
   CREATE TABLE unmapped_cases (
     name TEXT PRIMARY KEY,
     case_no INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE refused_uploads (
     id INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     format TEXT,
     code TEXT NOT NULL,
     reason TEXT NOT NULL,
     bytes INTEGER,
     sender TEXT NOT NULL
   ) STRICT;

   -- First answers to requests with an idempotency key; without an answer the request is still being served.
   CREATE TABLE replies (
     key TEXT PRIMARY KEY,
     hash TEXT NOT NULL,
     answer TEXT,
     expires_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,

  OUTBOX_SCHEMA,

  `-- Runs that were deleted here and that D1 may still hold.
   CREATE TABLE removed_runs (
     run_id TEXT PRIMARY KEY,
     actor TEXT NOT NULL,
     at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,

  `-- When the texts of a result, and of all results of a run, were removed for their age; null while they are here.
   ALTER TABLE results ADD COLUMN removed_at INTEGER;
   ALTER TABLE runs ADD COLUMN texts_removed_at INTEGER;
   -- 90 days after the first end; what the workspace has decided is asked a day from now.
   INSERT INTO timers (kind, key, at)
     SELECT 'retention', 0, min(ended_at) + 7776000000 FROM runs WHERE ended_at IS NOT NULL HAVING count(*) > 0;`,
];

/** True when this object was registered: an object that was not holds no table at all. */
export function hasSchema(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema' LIMIT 1").toArray().length > 0;
}

export function upgradeSchema(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const from = hasSchema(sql) ? Number(sql.exec('SELECT version FROM schema LIMIT 1').one().version) : 0;
  if (from === STEPS.length) return;
  storage.transactionSync(() => {
    for (const step of STEPS.slice(from)) sql.exec(step);
    sql.exec('UPDATE schema SET version = ?1', STEPS.length);
  });
}
