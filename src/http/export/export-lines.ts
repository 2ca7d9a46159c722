import { AGENT_NAME } from '../../domain/fields.ts';
import { logLine } from '../../domain/redaction/log-line.ts';
import { agentObject, type Env } from '../../env.ts';
import { withDeadline } from '../../store/deadline.ts';
import { EXPORT_TABLES, type ExportTable, selectExportPage, selectNextAgent } from '../../store/workspace-export.ts';
import { type Place, placeToken } from './place.ts';

/**
 * All that a workspace holds, as NDJSON. Format `invarium-export`, version 1: every line is a JSON object with a `type`.
 *
 * - The first: `{type: "header", format, version, workspace, exported_at, after}`; `after` is null unless an earlier file is gone on with.
 * - From the database, a line per record: workspace (with its settings), member, invitation, api_key, trust_rule, webhook, report_share,
 *   spent_usage, agent, blueprint (each version), audit, scenario, test_case, generation, and at the end of the file audit_entry. Of
 *   what opens a door (keys, sessions, links, secrets) no value and no hash is told.
 * - From each agent's object, the record of runs: case_version (what results were judged by), run, result (each attempt; `body` as it
 *   was taken in, redacted; `verdict` with evidence and reviews; `texts_removed_at` where retention removed the texts), score (after each
 *   completed run, which is the trend).
 * - `{type: "missing", part | agent, reason}` stands where something could not be read.
 * - The last: `{type: "end", incomplete, counts, missing, next}`; `counts` by type, of this file. A file without this line was cut off.
 *   `next`, if it is not null, is the `after` of the file that goes on where this one stopped: a request can make only so many calls.
 *
 * Times are ISO 8601, UTC. What was acknowledged before the export began is in it; what changes meanwhile may be.
 */
export const FORMAT = { format: 'invarium-export', version: 1 };

/** The platform allows a request 1,000 calls to storage and objects; the session, the log and repeats take some. */
const MOST_CALLS = 900;
const TRIES = 2;
const DEADLINE_MS = 30_000;

export type ExportOrder = {
  workspace: { id: string; name: string };
  /** Epoch milliseconds. */
  now: number;
  after: Place | null;
  mostCalls?: number;
};

/** A page's lines, and where the next one is; null at the end. */
type Step = { lines: string | Uint8Array; counts: Record<string, number>; next: Place | null };

/** The runs stand before the last table: the log of who did what is the one that grows while the rest is told. */
const LAST_TABLE = EXPORT_TABLES.at(-1) as ExportTable;

/** The lines of a file in chunks of whole lines, each read when it is asked for. */
export async function* exportLines(env: Env, order: ExportOrder): AsyncGenerator<string | Uint8Array> {
  const { workspace, now, after, mostCalls = MOST_CALLS } = order;
  const token = after && placeToken(after);
  yield line({ type: 'header', ...FORMAT, workspace, exported_at: new Date(now).toISOString(), after: token });
  const counts: Record<string, number> = {};
  let missing = 0;
  let place: Place | null = after ?? { table: 'workspace', after: null };
  for (let calls = 0; place !== null && calls < mostCalls; calls++) {
    const step: Step | Missing = await read(env, workspace.id, place);
    if ('reason' in step) missing += 1;
    else for (const [type, count] of Object.entries(step.counts)) counts[type] = (counts[type] ?? 0) + count;
    if (step.lines.length > 0) yield step.lines;
    place = step.next;
  }
  const next = place && placeToken(place);
  yield line({ type: 'end', incomplete: missing > 0 || next !== null, counts, missing, next });
}

type Missing = { lines: string; reason: string; next: Place | null };

/** A page, or a line that says what is not there. A page that cannot be read is tried once more. */
async function read(env: Env, workspaceId: string, place: Place): Promise<Step | Missing> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withDeadline(stepAt(env, workspaceId, place), DEADLINE_MS);
    } catch (cause) {
      if (attempt < TRIES) continue;
      console.error(logLine({ level: 'error', event: 'export_page_missing', cause: String(cause) }));
      return missingAt(place, 'It did not answer.');
    }
  }
}

function stepAt(env: Env, workspaceId: string, place: Place): Promise<Step | Missing> {
  if ('table' in place) return tableStep(env, workspaceId, place);
  return 'behind' in place ? nextAgent(env, workspaceId, place.behind) : agentStep(env, workspaceId, place);
}

async function tableStep(
  { DB }: Env,
  workspaceId: string,
  { table, after }: Extract<Place, { table: ExportTable }>,
): Promise<Step> {
  const { records, next } = await selectExportPage(DB, { workspaceId, table, after });
  return {
    lines: records.map((record) => line({ type: table, ...record })).join(''),
    counts: records.length > 0 ? { [table]: records.length } : {},
    next: next ? { table, after: next } : afterTable(table),
  };
}

function afterTable(table: ExportTable): Place | null {
  if (table === LAST_TABLE) return null;
  const next = EXPORT_TABLES[EXPORT_TABLES.indexOf(table) + 1];
  return next === undefined || next === LAST_TABLE ? { behind: '' } : { table: next, after: null };
}

async function nextAgent({ DB }: Env, workspaceId: string, behind: string): Promise<Step> {
  const agent = await selectNextAgent(DB, workspaceId, behind);
  const next: Place = agent === null ? { table: LAST_TABLE, after: null } : { agent, from: null };
  return { lines: '', counts: {}, next };
}

type AgentPlace = Extract<Place, { agent: string }>;

async function agentStep(env: Env, workspaceId: string, place: AgentPlace): Promise<Step | Missing> {
  const { agent, from } = place;
  if (!AGENT_NAME.test(agent)) return missingAt(place, 'There is no such agent.');
  const page = await agentObject(env, workspaceId, agent).exportPage(from);
  if (!page.ok) return missingAt(place, 'There is no such agent any more.');
  const { lines, counts, next } = page.value;
  return { lines, counts, next: next ? { agent, from: next } : { behind: agent } };
}

/** What cannot be read of a table or an agent is left out from there on, and the rest is told. */
function missingAt(place: Place, reason: string): Missing {
  const what = 'agent' in place ? { agent: place.agent } : { part: 'table' in place ? place.table : 'agents' };
  const next: Place | null =
    'table' in place
      ? afterTable(place.table)
      : 'agent' in place
        ? { behind: place.agent }
        : { table: LAST_TABLE, after: null };
  return { lines: line({ type: 'missing', ...what, reason }), reason, next };
}

function line(record: object): string {
  return `${JSON.stringify(record)}\n`;
}
