import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { ROUTES } from '../../src/http/api/routes.ts';
import { TOOLS } from '../../src/tools/catalog.ts';
import { anonymous, ID_KINDS, type Ids, nobodysIds, type Owned, ownedWorkspace } from './access-ids.ts';
import { type Credentials, credentialsOf, csrfOf, PRINCIPALS, type Principal } from './access-principals.ts';
import { ACCESS_ROWS, kindsOf, type Row } from './access-rows.ts';
import { ORIGIN, request } from './client.ts';

/** Who may do what, for every tool, route and page, and with whose ids: an answer for each cell. */

type Heard = { status: number; location: string; says: string; text: string };
type Whose = 'own' | 'foreign' | 'nobody';

let own: Owned;
let other: Owned;
let nobody: Ids;
let credentials: Credentials;
beforeAll(async () => {
  own = await ownedWorkspace('agent-a');
  other = await ownedWorkspace('agent-b');
  nobody = nobodysIds();
  credentials = await credentialsOf(own, other);
}, 60_000);

async function hear(row: Row, principal: Principal, ids: Ids): Promise<Heard> {
  const ask = row.ask(ids);
  const brought = await credentials(principal, row, ask);
  const isForm = row.door === 'page' && ask.method === 'POST';
  const form = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const body = isForm ? `csrf=${csrfOf(brought.cookie ?? '')}&confirm=yes` : ask.body;
  const headers = { ...ask.headers, ...(isForm ? form : {}), ...brought };
  const answer = await request(ask.path, { method: ask.method, headers, ...(body === undefined ? {} : { body }) });
  const { status } = answer;
  const location = anonymous(answer.headers.get('location') ?? '', ids);
  // A run that was made just now has an id of its own.
  const text = status === 101 ? '' : anonymous(await answer.text(), ids).replace(/tr_[0-9a-f]{16}/g, '<a run>');
  answer.webSocket?.accept();
  answer.webSocket?.close();
  return { status, location, text, says: saidBy(row, status, location, text) };
}

/** What an answer comes to. */
function saidBy({ door }: Row, status: number, location: string, text: string): string {
  if (door === 'tool' && status === 200) {
    if (!text.includes('"isError":true')) return 'done';
    if (text.includes('AUTH_FAILED')) return 'not allowed';
    return /NOT_FOUND/.test(text) ? 'not found' : 'refused';
  }
  if (status === 401) return 'who are you';
  if (status === 403) return 'not allowed';
  if (status === 404 || status === 410) return 'not found';
  if (door === 'page' && location.startsWith('/sign-in')) return 'who are you';
  return status < 400 ? 'done' : 'refused';
}

/** Pages that a viewer may not look at, and forms that a viewer may send, because they concern nobody else. */
const OWNERS_ONLY = /^GET \/settings\/(export|delete|audit-log)|^GET \/(webhooks|api-keys)\/.+\/(delete|revoke)$/;
/** Where somebody who may look, at what is theirs or not, hears something else than that it is there or is not. */
const LOOKED: Record<string, Partial<Record<Whose, readonly string[]>>> = {
  // A first version has nothing to be compared with, and no runs were ticked.
  'GET /agent/:id/blueprint/diff': { own: ['not found'] },
  'GET /agent/:id/compare': { own: ['refused'] },
  // A request that names no client, and a name that is not the workspace's.
  'GET /authorize': { own: ['refused'], foreign: ['refused'], nobody: ['refused'] },
  'DELETE /v1/workspace': { foreign: ['refused'], nobody: ['refused'] },
  // A list without an entry.
  'GET /v1/runs': { foreign: ['done'], nobody: ['done'] },
};
const VIEWERS_TOO =
  /^POST \/(sign-(in|out).*|authorize|agent\/:id\/blueprint\/check|workspaces\/:id\/enter|settings\/apps\/withdraw|settings\/members\/:id\/link)$/;
const NOBODY: readonly Principal[] = ['none', 'malformed', 'signed-out session', 'forged session'];
const NO_GOOD_KEY: readonly Principal[] = ['bad', 'revoked', 'expired'];

/** What a cell has to say; several where the row decides between them. */
function expected(row: Row, principal: Principal, whose: Whose): readonly string[] {
  const { needs, door, reads } = row;
  const names = kindsOf(row, own.ids).length > 0;
  const looked = LOOKED[row.name]?.[whose] ?? [whose === 'own' || !names ? 'done' : 'not found'];
  if (door === 'tool') {
    if (principal === 'malformed' || /token/.test(principal)) return ['who are you'];
    if (needs === 'open') return ['done'];
    if (NOBODY.includes(principal) || principal === 'CI signature') return ['who are you'];
    if (NO_GOOD_KEY.includes(principal) || principal === 'wrong scope') return ['not allowed'];
    if (principal === 'viewer' && !reads) return ['not allowed'];
    return whose === 'own' || !names ? ['done'] : ['not found'];
  }
  if (needs === 'open') return ['done', 'not found', 'refused', 'who are you', 'not allowed'];
  if (door === 'rest') {
    if (needs === 'proof') return proved(row, principal, whose);
    if (principal === 'wrong scope') return ['not allowed'];
    if (principal !== 'other workspace') return ['who are you'];
    return looked;
  }
  if (principal === 'viewer') {
    if (!reads && !VIEWERS_TOO.test(row.name)) return whose === 'own' ? ['not allowed'] : ['not allowed', 'not found'];
    if (!reads) return ['done', 'refused', 'not allowed', 'not found'];
    return OWNERS_ONLY.test(row.name) ? ['not allowed', 'not found', 'done'] : looked;
  }
  if (principal === 'other workspace')
    return reads ? [...looked, 'not allowed'] : ['done', 'refused', 'not allowed', 'not found'];
  return ['who are you'];
}

/** Who brings a token of an unknown issuer is told that, or that the issuer cannot be asked. */
function proved({ name }: Row, principal: Principal, whose: Whose): readonly string[] {
  const isSigned = principal === 'CI signature' && whose === 'own' && !name.endsWith('/github');
  if (isSigned) return ['done', 'refused'];
  return principal === 'viewer' || /token/.test(principal) ? ['who are you', 'refused'] : ['who are you'];
}

function idsOf(principal: Principal, whose: Whose): Ids {
  if (whose === 'nobody') return nobody;
  const isOther = principal === 'other workspace';
  return (whose === 'own') === isOther ? other.ids : own.ids;
}

/** Cells that would change what belongs to the one who asks are tried with the ids of others alone. */
function isTried({ reads, door, name, needs }: Row, principal: Principal, whose: Whose): boolean {
  // Whoever signs out can be asked nothing more.
  if (/sign-out/.test(name) && (principal === 'other workspace' || principal === 'viewer')) return false;
  const isGood =
    principal === 'other workspace' ||
    (principal === 'CI signature' && needs === 'proof') ||
    (principal === 'viewer' && door === 'page' && VIEWERS_TOO.test(name));
  return reads || whose !== 'own' || !isGood;
}

const AT_ONCE = 16;

async function eachRow(visit: (row: Row) => Promise<string[]>): Promise<string[]> {
  const wrong: string[] = [];
  const orFault = (row: Row) => visit(row).catch((error: unknown) => [`${row.name}: ${error}`]);
  for (let from = 0; from < ACCESS_ROWS.length; from += AT_ONCE)
    wrong.push(...(await Promise.all(ACCESS_ROWS.slice(from, from + AT_ONCE).map(orFault))).flat());
  return wrong;
}

/** What belongs to the workspace that everybody tries to get at; when its keys were used last is no change. */
async function holdings(): Promise<unknown> {
  const tables = ['agents', 'runs', 'trust_rules', 'webhooks', 'members', 'invitations', 'report_shares'];
  const rows = await Promise.all(
    tables.map((table) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE workspace_id = ?1`).bind(own.workspace.id).all(),
    ),
  );
  const keys = await env.DB.prepare('SELECT id, revoked_at FROM api_keys WHERE workspace_id = ?1 ORDER BY id')
    .bind(own.workspace.id)
    .all();
  return [rows.map(({ results }) => results), keys.results];
}

test('every tool and every route is in the matrix', () => {
  const names = new Set(ACCESS_ROWS.map(({ name }) => name));
  expect(names.size).toBe(ACCESS_ROWS.length);
  for (const { name } of TOOLS) expect(names).toContain(name);
  for (const { method, path } of ROUTES) expect(names).toContain(`${method} ${path}`);
  const pages = ACCESS_ROWS.filter(({ door }) => door === 'page');
  expect(pages.length).toBeGreaterThan(60);
  const used = new Set(ACCESS_ROWS.flatMap((row) => kindsOf(row, own.ids)));
  expect(ID_KINDS(own.ids).filter((kind) => !used.has(kind))).toEqual([]);
});

test('every cell of the matrix answers as it must, and nothing of the workspace is changed by those who may not', async () => {
  const before = await holdings();
  let cells = 0;
  const wrong = await eachRow(async (row) => {
    const faults: string[] = [];
    for (const principal of PRINCIPALS)
      for (const whose of ['own', 'foreign', 'nobody'] as const) {
        if (!isTried(row, principal, whose)) continue;
        cells += 1;
        const { says, status, text } = await hear(row, principal, idsOf(principal, whose));
        if (!expected(row, principal, whose).includes(says))
          faults.push(`${row.name} × ${principal} × ${whose}: ${status} ${says}: ${text.slice(0, 160)}`);
      }
    return faults;
  });
  console.log(`Access matrix: ${cells} cells, ${ACCESS_ROWS.length} rows, ${PRINCIPALS.length} principals`);
  expect(wrong).toEqual([]);
  expect(await holdings()).toEqual(before);
}, 600_000);

test('what belongs to somebody else is answered byte for byte like what does not exist, for each id by itself', async () => {
  const wrong = await eachRow(async (row) => {
    const faults: string[] = [];
    const principals: Principal[] = row.door === 'page' ? ['other workspace', 'viewer'] : ['other workspace'];
    for (const principal of principals) {
      const mine = principal === 'viewer' ? own.ids : other.ids;
      const theirs = principal === 'viewer' ? other.ids : own.ids;
      for (const kind of kindsOf(row, mine)) {
        const foreign = await hear(row, principal, { ...mine, [kind]: theirs[kind] });
        const missing = await hear(row, principal, { ...mine, [kind]: nobody[kind] });
        if (JSON.stringify(foreign) !== JSON.stringify(missing))
          faults.push(
            `${row.name} × ${principal}, ${kind}:\n  ${JSON.stringify(foreign).slice(0, 700)}\n  ${JSON.stringify(missing).slice(0, 700)}`,
          );
      }
    }
    return faults;
  });
  expect(wrong).toEqual([]);
}, 600_000);
