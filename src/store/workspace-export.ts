/** What D1 holds of a workspace, as records of an export: table by table, page by page, in an order that a later page goes on in. */

type Value = string | number | null;
type Row = Record<string, Value>;

/** A kind of record: where it is read, by what it is ordered and gone on after. Nothing that could open a door is among the columns. */
type Table = {
  columns: string;
  /** What it is read from; rows of the workspace ?1 alone. */
  from: string;
  where: string;
  /** Columns that order the records, unique together; they need not be told. */
  key: readonly string[];
  /** Members that hold JSON, and those that hold yes or no as a number. */
  json?: readonly string[];
  flags?: readonly string[];
  /** Records a page at most, by the largest there can be: some 10 MB. */
  limit: number;
};

const OF_AGENT = 'a.workspace_id = ?1';
const MANY = 500;
const LARGE = 16;

const TABLES = {
  workspace: {
    columns: 'w.id, w.name, w.created_at, w.stall_minutes, w.retention_days, w.redact_personal',
    ...{ from: 'workspaces w', where: 'w.id = ?1', key: ['w.id'], flags: ['redact_personal'], limit: 1 },
  },
  member: {
    columns: 'm.id, m.email, m.role, m.created_at',
    ...{ from: 'members m', where: 'm.workspace_id = ?1', key: ['m.created_at', 'm.id'], limit: MANY },
  },
  invitation: {
    columns: 'i.id, i.email, i.role, i.invited_by, i.created_at, i.expires_at, i.accepted_at, i.revoked_at',
    ...{ from: 'invitations i', where: 'i.workspace_id = ?1', key: ['i.id'], limit: MANY },
  },
  api_key: {
    columns:
      'k.id, k.name, k.scopes, k.agent_name, k.member_id, k.created_at, k.expires_at, k.revoked_at, k.last_used_at',
    ...{ from: 'api_keys k', where: 'k.workspace_id = ?1', key: ['k.id'], json: ['scopes'], limit: MANY },
  },
  trust_rule: {
    columns: 't.id, t.name, t.kind, t.policy, t.agent_name, t.created_at',
    ...{ from: 'trust_rules t', where: 't.workspace_id = ?1', key: ['t.id'], json: ['policy'], limit: MANY },
  },
  webhook: {
    columns: 'h.id, h.url, h.events, h.agent_name, h.enabled, h.created_at',
    ...{ from: 'webhooks h', where: 'h.workspace_id = ?1', key: ['h.id'], json: ['events'], flags: ['enabled'] },
    limit: MANY,
  },
  report_share: {
    columns: 's.agent_name, s.run_id, s.created_at, s.expires_at, s.revoked_at',
    // Some of the hash of a random token says nothing of either, and orders links that were made in one millisecond.
    ...{
      from: 'report_shares s',
      where: 's.workspace_id = ?1',
      key: ['s.run_id', 's.created_at', 'substr(s.hash, 1, 8)'],
    },
    limit: MANY,
  },
  spent_usage: {
    columns: 'u.month AS month_at, u.generations, u.credits',
    ...{ from: 'spent_usage u', where: 'u.workspace_id = ?1', key: ['u.month'], limit: MANY },
  },
  agent: {
    columns: 'a.id, a.name, a.status, a.blueprint_version, a.created_at, a.updated_at',
    ...{ from: 'agents a', where: OF_AGENT, key: ['a.name'], limit: MANY },
  },
  blueprint: {
    columns: 'a.name AS agent, b.version, b.confidence, b.created_at, b.document',
    ...{ from: 'agents a JOIN blueprints b ON b.agent_id = a.id', where: OF_AGENT, key: ['a.name', 'b.version'] },
    limit: LARGE,
  },
  audit: {
    columns: 'a.name AS agent, u.blueprint_version, u.score, u.created_at, u.report',
    from: 'agents a JOIN audits u ON u.agent_id = a.id',
    ...{ where: OF_AGENT, key: ['a.name', 'u.blueprint_version'], json: ['report'], limit: LARGE },
  },
  scenario: {
    columns: `a.name AS agent, s.id, s.title, s.description, s.complexity, s.tags, s.origin, s.active, s.status, s.created_at,
      s.updated_at`,
    ...{ from: 'agents a JOIN scenarios s ON s.agent_id = a.id', where: OF_AGENT, key: ['a.name', 's.id'] },
    ...{ json: ['tags'], flags: ['active'], limit: MANY },
  },
  test_case: {
    columns: "a.name AS agent, c.scenario_id || '_' || c.n AS id, c.scenario_id, c.content",
    from: 'agents a JOIN scenarios s ON s.agent_id = a.id JOIN test_cases c ON c.scenario_id = s.id',
    ...{ where: OF_AGENT, key: ['a.name', 's.id', 'c.n'], json: ['content'], limit: 100 },
  },
  generation: {
    columns: 'a.name AS agent, g.id, g.status, g.cases, g.created_at',
    from: 'generations g LEFT JOIN agents a ON a.id = g.agent_id',
    ...{ where: 'g.workspace_id = ?1', key: ['g.created_at', 'g.id'], limit: MANY },
  },
  audit_entry: {
    columns: 'l.at, l.actor, l.action, l.subject',
    ...{ from: 'audit_log l', where: 'l.workspace_id = ?1', key: ['l.at', 'l.action', 'l.subject'], limit: MANY },
  },
} as const satisfies Record<string, Table>;

export type ExportTable = keyof typeof TABLES;
export const EXPORT_TABLES = Object.keys(TABLES) as ExportTable[];

/** Values of a table's ordering columns: those of the record that was told last. */
export type TablePlace = (string | number)[];
/** Records as they are told: snake_case, times in ISO 8601. `next` is null after the last page. */
export type TablePage = { records: Record<string, unknown>[]; next: TablePlace | null };

/** Whether a place is one of this table. */
export function isPlaceIn(table: ExportTable, place: TablePlace): boolean {
  return TABLES[table].key.length === place.length;
}

export type TableQuery = { workspaceId: string; table: ExportTable; after: TablePlace | null };

/** A page of what a workspace holds in a table. */
export async function selectExportPage(db: D1Database, { workspaceId, table, after }: TableQuery): Promise<TablePage> {
  const read: Table = TABLES[table];
  const { columns, from, where, key, limit } = read;
  const beyond = after ? `AND (${key.join(', ')}) > (${key.map((_, at) => `?${at + 2}`).join(', ')})` : '';
  const { results } = await db
    .prepare(
      `SELECT ${columns}, json_array(${key.join(', ')}) AS place FROM ${from}
       WHERE ${where} ${beyond} ORDER BY ${key.join(', ')} LIMIT ${limit}`,
    )
    .bind(workspaceId, ...(after ?? []))
    .all<Row & { place: string }>();
  const last = results.length === limit ? results.at(-1) : undefined;
  return {
    records: results.map(({ place: _, ...row }) => toRecord(read, row)),
    next: last ? (JSON.parse(last.place) as TablePlace) : null,
  };
}

function toRecord({ json = [], flags = [] }: Table, row: Row): Record<string, unknown> {
  const told = Object.entries(row).map(([name, value]) => {
    if (json.includes(name)) return [name, JSON.parse(String(value))];
    if (flags.includes(name)) return [name, value === 1];
    const isTime = typeof value === 'number' && /(?:^|_)at$/.test(name);
    return [name, isTime ? new Date(value).toISOString() : value];
  });
  return Object.fromEntries(told);
}

/** The agent of a workspace whose name comes next, or null. */
export async function selectNextAgent(db: D1Database, workspaceId: string, after: string): Promise<string | null> {
  return db
    .prepare('SELECT name FROM agents WHERE workspace_id = ?1 AND name > ?2 ORDER BY name LIMIT 1')
    .bind(workspaceId, after)
    .first<string>('name');
}
