import { type TrustKind, TrustPolicy, type TrustRule } from '../domain/trust-rule.ts';

/** A rule as it is stored: its secrets sealed, newest first. */
export type StoredRule = Omit<TrustRule, 'secrets'> & { sealed: string[] };
type Row = {
  id: string;
  name: string;
  policy: string;
  secrets: string;
  agent_name: string | null;
  created_at: number;
};

/** One query reads them all, and a delivery is compared with each secret: 10 MB take 25 ms each. */
export const MAX_TRUST_RULES = 20;

const COLUMNS = 'id, name, policy, secrets, agent_name, created_at';

export type NewStoredRule = StoredRule & { workspaceId: string; actor: string };

/** Stores a rule with its line in the audit log: one transaction. False when the workspace has as many as it may. */
export async function insertTrustRule(db: D1Database, rule: NewStoredRule): Promise<boolean> {
  const { workspaceId, id, name, policy, sealed, agentName, createdAt, actor } = rule;
  const [inserted] = await db.batch([
    db
      .prepare(
        `INSERT INTO trust_rules (workspace_id, id, name, kind, policy, secrets, agent_name, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM trust_rules WHERE workspace_id = ?1) < ?9`,
      )
      .bind(
        ...[workspaceId, id, name, policy.kind, JSON.stringify(policy), JSON.stringify(sealed), agentName, createdAt],
        MAX_TRUST_RULES,
      ),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?2, ?3, 'trust.created', ?4
         WHERE EXISTS (SELECT 1 FROM trust_rules WHERE workspace_id = ?1 AND id = ?5) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, createdAt, actor, `${id}: ${policy.kind} ${name}`, id),
  ]);
  return inserted?.meta.changes === 1;
}

/** All rules of a workspace, newest first. */
export async function selectTrustRules(db: D1Database, workspaceId: string): Promise<StoredRule[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM trust_rules WHERE workspace_id = ?1 ORDER BY created_at DESC, id LIMIT ${MAX_TRUST_RULES}`,
    )
    .bind(workspaceId)
    .all<Row>();
  return results.map(toRule);
}

export type RulesQuery = { workspaceId: string; kind: TrustKind; agentName: string | null };

/** Rules of one kind inside one workspace, oldest first; with an agent's name those that cover it. None once it is being deleted. */
export async function selectTrustRulesFor(db: D1Database, query: RulesQuery): Promise<StoredRule[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM trust_rules
       WHERE workspace_id = ?1 AND kind = ?2 AND (?3 IS NULL OR agent_name IS NULL OR agent_name = ?3)
         AND EXISTS (SELECT 1 FROM workspaces WHERE id = ?1 AND deleting_at IS NULL)
       ORDER BY created_at, id LIMIT ${MAX_TRUST_RULES}`,
    )
    .bind(query.workspaceId, query.kind, query.agentName)
    .all<Row>();
  return results.map(toRule);
}

export async function selectTrustRule(db: D1Database, workspaceId: string, id: string): Promise<StoredRule | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM trust_rules WHERE workspace_id = ?1 AND id = ?2 LIMIT 1`)
    .bind(workspaceId, id)
    .first<Row>();
  return row && toRule(row);
}

export type RuleChange = { workspaceId: string; id: string; actor: string; now: number };

/** Puts other sealed secrets in place of `from`, with a line in the audit log. False when they are not `from` any more. */
export async function updateTrustSecrets(
  db: D1Database,
  { workspaceId, id, actor, now, from, to }: RuleChange & { from: string[]; to: string[] },
): Promise<boolean> {
  const [, updated] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?3, ?4, 'trust.secrets_changed', ?2
         WHERE EXISTS (SELECT 1 FROM trust_rules WHERE workspace_id = ?1 AND id = ?2 AND secrets = ?5) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, now, actor, JSON.stringify(from)),
    db
      .prepare('UPDATE trust_rules SET secrets = ?4 WHERE workspace_id = ?1 AND id = ?2 AND secrets = ?3')
      .bind(workspaceId, id, JSON.stringify(from), JSON.stringify(to)),
  ]);
  return updated?.meta.changes === 1;
}

/** Removes a rule, with its line in the audit log. False when the workspace has no such rule. */
export async function deleteTrustRule(db: D1Database, { workspaceId, id, actor, now }: RuleChange): Promise<boolean> {
  const [, deleted] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?3, ?4, 'trust.deleted', ?2
         WHERE EXISTS (SELECT 1 FROM trust_rules WHERE workspace_id = ?1 AND id = ?2) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, now, actor),
    db.prepare('DELETE FROM trust_rules WHERE workspace_id = ?1 AND id = ?2').bind(workspaceId, id),
  ]);
  return deleted?.meta.changes === 1;
}

function toRule(row: Row): StoredRule {
  return {
    id: row.id,
    name: row.name,
    policy: TrustPolicy.parse(JSON.parse(row.policy)),
    agentName: row.agent_name,
    sealed: JSON.parse(row.secrets) as string[],
    createdAt: row.created_at,
  };
}
