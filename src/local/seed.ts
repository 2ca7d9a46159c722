import { createHash, randomBytes } from 'node:crypto';
import { SCOPES } from '../domain/access.ts';
import { type CredentialStores, projectKey } from '../store/credentials.ts';
import { selectKey } from '../store/keys.ts';

const WORKSPACE_NAME = 'Local workspace';
const OWNER_EMAIL = 'you@localhost';
const KEY_NAME = 'Local key';
const ID_BYTES = 8;
const KEY_BYTES = 30; // 40 url-safe characters
const PREFIX_LENGTH = 8;

/** Who the person at this machine is for the server. */
export type Identity = { workspaceId: string; apiKey: string };

/** Fills in what is not known yet. */
export function makeIdentity({ workspaceId, apiKey }: Partial<Identity>): Identity {
  return {
    workspaceId: workspaceId ?? newId('ws'),
    apiKey: apiKey ?? `inv_${randomBytes(KEY_BYTES).toString('base64url')}`,
  };
}

/** The first member bears the number of the workspace, so that a later start knows it without asking. */
export function ownerId(workspaceId: string): string {
  return workspaceId.replace(/^ws_/, 'mb_');
}

/** SQL that makes a workspace, its owner and a key; what is there already stays as it is. The key itself is not in it. */
export function seedSql({ workspaceId, apiKey }: Identity, now: number): string {
  const owner = { id: ownerId(workspaceId), workspace_id: workspaceId, email: OWNER_EMAIL, role: 'owner' };
  const key = {
    id: newId('key'),
    hash: hashKey(apiKey),
    workspace_id: workspaceId,
    name: KEY_NAME,
    prefix: apiKey.slice(0, PREFIX_LENGTH),
    scopes: JSON.stringify(SCOPES),
  };
  return [
    insert('workspaces', { id: workspaceId, name: WORKSPACE_NAME, created_at: now }),
    insert('members', { ...owner, created_at: now }),
    insert('api_keys', { ...key, created_at: now }),
  ].join('\n');
}

/** Writes the local identity and says what it is; what `known` or the database names is kept. */
export async function seedLocal(
  { DB, KV }: CredentialStores,
  known: Partial<Identity>,
  now: number,
): Promise<Identity> {
  const workspaceId = known.workspaceId ?? (await selectOldestWorkspace(DB));
  const identity = makeIdentity({ ...known, ...(workspaceId ? { workspaceId } : {}) });
  await DB.prepare(seedSql(identity, now)).run();
  const hash = hashKey(identity.apiKey);
  const record = await selectKey(DB, hash);
  if (record) await projectKey(KV, hash, record);
  return identity;
}

async function selectOldestWorkspace(db: D1Database): Promise<string | undefined> {
  const sql = 'SELECT id FROM workspaces ORDER BY created_at, id LIMIT 1';
  return (await db.prepare(sql).first<{ id: string }>())?.id;
}

/** Literals, because wrangler takes a command without parameters; no value in here comes from outside. */
function insert(table: string, row: Record<string, string | number>): string {
  const values = Object.values(row).map((value) => (typeof value === 'number' ? value : `'${value}'`));
  return `INSERT OR IGNORE INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')});`;
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function newId(kind: string): string {
  return `${kind}_${randomBytes(ID_BYTES).toString('hex')}`;
}
