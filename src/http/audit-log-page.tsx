import { type Context, Hono } from 'hono';
import { AuditLogPage } from '../dashboard/audit-log-page.tsx';
import {
  ACTIONS,
  AUDIT_COLUMNS,
  type AuditFilter,
  auditLogUrl,
  auditPlaceText,
  auditRecord,
  readAuditFilter,
} from '../domain/audit-log.ts';
import { csv } from '../domain/csv.ts';
import { selectAuditLog } from '../store/audit-log.ts';
import { selectMembers } from '../store/member-list.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import { assertOwner, type Present, present } from './members-access.tsx';

/** Who did what in the workspace, for its owners. Every view has an address, and can be taken along as a file. */
export const auditLogPage = new Hono<App>();

const LINES_A_PAGE = 50;
const LINES_A_FILE = 1_000;
const MEMBERS_OFFERED = 200;

auditLogPage.get('/settings/audit-log', (c) =>
  present(c, async (here) => {
    assertOwner(here);
    const { filter, notes } = readAuditFilter(c.req.queries());
    const [{ lines, next }, members] = await Promise.all([
      readLines(c, here, { filter, limit: LINES_A_PAGE }),
      answered(selectMembers(c.env.DB, here.workspaceId, MEMBERS_OFFERED)),
    ]);
    const offered = { actors: members.map(({ email }) => email), actions: Object.keys(ACTIONS) };
    return c.html(<AuditLogPage {...here.page} {...{ lines, next, filter, notes, ...offered }} />);
  }),
);

auditLogPage.get('/settings/audit-log.csv', (c) =>
  present(c, async (here) => {
    const { records } = await readFile(c, here, 'csv');
    return c.body(csv(AUDIT_COLUMNS, records), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  }),
);

auditLogPage.get('/settings/audit-log.json', (c) =>
  present(c, async (here) => {
    const { records, next, notes } = await readFile(c, here, 'json');
    return c.json({ audit_log: records, next, notes });
  }),
);

async function readLines(
  c: Context<App>,
  { workspaceId }: Present,
  { filter, limit }: { filter: AuditFilter; limit: number },
) {
  const read = await answered(selectAuditLog(c.env.DB, { workspaceId, ...filter, limit: limit + 1 }));
  const lines = read.slice(0, limit);
  const last = read.length > limit ? lines.at(-1) : undefined;
  return { lines, next: last ? auditPlaceText(last) : null };
}

async function readFile(c: Context<App>, here: Present, ending: 'csv' | 'json') {
  assertOwner(here);
  const { filter, notes } = readAuditFilter(c.req.queries());
  const { lines, next: after } = await readLines(c, here, { filter, limit: LINES_A_FILE });
  const next = after && `${baseUrl(c)}${auditLogUrl({ ...filter, after }, `/settings/audit-log.${ending}`)}`;
  c.header('Content-Disposition', `attachment; filename="audit-log.${ending}"`);
  if (next) c.header('Link', `<${next}>; rel="next"`);
  return { records: lines.map(auditRecord), next, notes };
}
