import { expect, test } from 'vitest';
import { KeyCreatedPage } from '../../src/dashboard/key-created-page.tsx';
import type { KeyLine } from '../../src/dashboard/key-list.tsx';
import { KeysPage, type KeysPageProps } from '../../src/dashboard/keys-page.tsx';
import { RevokeKeyPage } from '../../src/dashboard/revoke-key-page.tsx';
import { SettingsPage, type SettingsPageProps } from '../../src/dashboard/settings-page.tsx';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
/** What style sheets, script and what the frame may grow by leave of 100 KB. */
const PAGE_BYTES = 60_000;
const COPY = '<script type="module" src="/assets/copy.js"></script>';
const HOSTILE = '<script>alert(1)</script>"><b onclick=x>';

const LINE: KeyLine = {
  id: 'key_0000000000000001',
  name: 'Laptop',
  prefix: 'inv_abcd',
  scopes: ['read'],
  status: 'active',
  createdAt: NOW,
};

const KEYS: KeysPageProps = {
  workspaceName: 'Northwind',
  now: NOW,
  keys: [LINE],
  quota: { used: 1, limit: null },
  planName: 'Self-hosted',
  mayChange: true,
  form: {
    id: 'key_0000000000000002',
    name: '',
    days: '',
    agent: '',
    agents: ['shop'],
    scopes: [{ name: 'read', meaning: 'Look.', isChosen: true }],
  },
};

const SETTINGS: SettingsPageProps = {
  workspace: { id: 'ws_1', name: 'Northwind' },
  member: { email: 'dev@example.com', role: 'owner' },
  usage: {
    resetsOn: '2026-09-01',
    quotas: {
      agents: { used: 3, limit: 2 },
      generations: { used: 0, limit: 200 },
      credits: { used: 5, limit: 0 },
      api_keys: { used: 1, limit: null },
    },
  },
  settings: { stallMinutes: 30, retentionDays: 90, redactPersonal: true },
  mayChange: true,
  csrf: 'token',
  planName: 'Team',
  mcpUrl: 'http://localhost:8787/mcp',
};

const keysPage = (more: Partial<KeysPageProps> = {}) => String(KeysPage({ ...KEYS, ...more }));
const settingsPage = (more: Partial<SettingsPageProps> = {}) => String(SettingsPage({ ...SETTINGS, ...more }));

test('every field of a form has a label, and nothing needs script', () => {
  const pages = [
    keysPage({ error: 'No.' }),
    settingsPage(),
    String(RevokeKeyPage({ workspaceName: 'N', line: LINE, now: NOW })),
    String(KeyCreatedPage({ workspaceName: 'N', value: 'inv_x', name: 'n', scopes: [], mcpUrl: '/mcp' })),
  ];
  for (const html of pages) {
    const loose = html.replace(/<label>.*?<\/label>/gs, '');
    const ids = [...loose.matchAll(/<input (?!type="hidden")[^>]*?id="([^"]+)"/g)].map(([, id]) => id);
    expect(loose.match(/<input (?!type="hidden")/g)?.length ?? 0).toBe(ids.length);
    for (const id of ids) expect(html).toContain(`<label for="${id}"`);
    expect(html.replaceAll(COPY, '')).not.toMatch(/<script|style="| on\w+=/);
  }
  expect(keysPage({ error: 'No.' })).toContain('role="alert" id="key-error">No.');
});

test('foreign text stays text on the pages of keys and settings', () => {
  const line = { ...LINE, name: HOSTILE };
  const form = { ...KEYS.form, name: HOSTILE, days: HOSTILE };
  const pages = [
    keysPage({ workspaceName: HOSTILE, planName: HOSTILE, keys: [line], form, quota: { used: 1, limit: 2 } }),
    settingsPage({
      workspace: { id: 'ws_1', name: HOSTILE },
      member: { email: HOSTILE, role: HOSTILE },
      planName: HOSTILE,
    }),
    String(RevokeKeyPage({ workspaceName: HOSTILE, line, now: NOW })),
    String(KeyCreatedPage({ workspaceName: HOSTILE, value: 'inv_x', name: HOSTILE, scopes: [], mcpUrl: HOSTILE })),
  ];
  for (const html of pages) {
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script>|<b /);
  }
});

test('a key that is revoked has no way to revoke it, one that expired has', () => {
  const ways = (status: KeyLine['status']) =>
    keysPage({ keys: [{ ...LINE, status }] }).match(/\/revoke"/g)?.length ?? 0;
  expect([ways('active'), ways('expired'), ways('revoked')]).toEqual([1, 1, 0]);
});

test('a reader who may not change keys sees them, and neither form nor links', () => {
  const html = keysPage({ mayChange: false });
  expect(html).toContain('inv_abcd…');
  expect(html).not.toMatch(/action="\/api-keys"|\/revoke"/);
  expect(html).toContain('Ask its owner.');
});

test('long names are cut, and a full list of them stays under the weight of a page', () => {
  expect(keysPage({ keys: [{ ...LINE, name: 'x'.repeat(500) }] })).toMatch(/<bdi>x{80}…</);
  const keys = Array.from({ length: 50 }, (_, n) => ({
    ...{ ...LINE, id: `key_${String(n).padStart(16, '0')}`, name: '\u202E'.repeat(500) },
    scopes: ['read', 'write', 'ingest', 'admin'],
    ...{ expiresAt: NOW, lastUsedAt: NOW },
  }));
  expect(new TextEncoder().encode(keysPage({ keys })).length).toBeLessThan(PAGE_BYTES);
});

test('a bar never goes beyond its end, and stands only where there is something to fill', () => {
  const html = settingsPage();
  const meters = [...html.matchAll(/<meter [^>]*max="(\d+)"[^>]*value="(\d+)"[^>]*aria-label="([^"]+)"/g)];
  expect(meters.map(([, max, value, label]) => [label, value, max])).toEqual([
    ['Agents', '2', '2'],
    ['Test case generations', '0', '200'],
  ]);
  for (const figure of ['3/2 (150%)', '0/200 (0%)', '5/0 (100%)', '1 (unlimited)']) expect(html).toContain(figure);
});

test('without figures the page says that the database does not answer, and that nobody who left has a role', () => {
  const { usage: _, ...away } = SETTINGS;
  expect(String(SettingsPage(away))).toContain('The database does not answer');
  expect(settingsPage()).not.toContain('does not answer');
  expect(settingsPage({ member: { email: 'a@b.c', role: null } })).toContain('no member of this workspace any more');
  expect(settingsPage()).not.toContain('no member');
});
