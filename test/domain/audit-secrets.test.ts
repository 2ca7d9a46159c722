import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { audit } from '../../src/domain/audit/audit.ts';
import { redactSecrets } from '../../src/domain/audit/secrets.ts';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { AGENT, auditOf, CLEAN, READER, withTools } from './audit-samples.ts';

const KEY = 'sk-proj-4f9aB2c81d7E6503aa91';

test('SEC-03: a secret is named with kind and path, never with its value', () => {
  const { findings } = auditOf({ ...CLEAN, sample_data: { users: [{ login: 'a', password: 'hunter2!' }], key: KEY } });
  expect(findings.map(({ check, severity, element, title }) => ({ check, severity, element, title }))).toEqual([
    {
      check: 'SEC-03',
      severity: 'critical',
      element: 'sample_data.key',
      title: 'Exposed secret: API key at sample_data.key',
    },
    {
      check: 'SEC-03',
      severity: 'critical',
      element: 'sample_data.users[0].password',
      title: 'Exposed secret: password at sample_data.users[0].password',
    },
  ]);
  expect(JSON.stringify(findings)).not.toMatch(/hunter2|4f9aB2c8/);
});

const GOOGLE_KEY = 'AIzaSyA1234567890abcdefghijklmnopqrstuv';
const JWT = `eyJhbGciOiJIUzI1NiJ9${'a'.repeat(60)}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N`;

test('no finding repeats a secret that stands where a name should', () => {
  const steps = ['find_order', 'refund_order', `call with ${GOOGLE_KEY}`, JWT];
  const graph = { nodes: [{ ...AGENT }, { id: GOOGLE_KEY, type: 'Tool' }], edges: [] };
  const { findings } = auditOf({
    ...withTools({ ...READER, name: GOOGLE_KEY }),
    workflow: { chains: [{ name: 'main', steps }] },
    graph,
  });
  expect(findings.length).toBeGreaterThan(4);
  expect(JSON.stringify(findings)).not.toMatch(/AIzaSyA|eyJhbGci/);
});

test('SEC-03: comments, unknown fields and keys are searched too', () => {
  const text = `agent_name: shop-agent # ${KEY}\nowner: {note: 'use ${KEY} here', ${GOOGLE_KEY}: 1, ${JWT}: 1}\ntools: [{name: a, description: b, parameters: {}}]`;
  const { blueprint } = parseBlueprint(text);
  const places = audit(blueprint, text).findings.filter(({ check }) => check === 'SEC-03');
  expect(places.map(({ element }) => element)).toEqual([
    'line 1',
    'owner.<REDACTED:api_key>',
    'owner.<REDACTED:token>',
    'owner.note',
  ]);
});

test('SEC-03: talk about secrets is none, nor is the place where one is kept', () => {
  const lines = [
    'password: string',
    'password: "at least 8 characters"',
    'note: Resets a password: sends a link',
    'token: {type: string}',
    'access_token: uuid4',
    'token: session_id_2',
    'token: customer_reference_number_2',
    'api_key: {{API_KEY_1}}',
    'api_key: $API_KEY_1',
    'api_key: env.SHOP_KEY_123456789',
    'client_secret: SHOP_CLIENT_SECRET_2',
    'secret: vault/shop/path12345678',
    'password: your-password-1',
    'password: "********"',
    'url: postgres://user:password@host/db',
    'authorization: Bearer <token>',
    'max_tokens: 100000',
    'name: npm_package_version_2_lookup',
  ];
  for (const line of lines) expect(redactSecrets(line)).toBe(line);
});

test('a document without its secrets still parses, and says where they were', () => {
  const lines: [string, string][] = [
    [`key: ${KEY}`, 'key: <REDACTED:api_key>'],
    [`{key: ${KEY}}`, '{key: <REDACTED:api_key>}'],
    ['{password: hunter22}', '{password: <REDACTED:password>}'],
    ['"db_password":"hunter22"', '"db_password":"<REDACTED:password>"'],
    ['x: "{\\"password\\": \\"hunter22\\"}"', 'x: "{\\"password\\": \\"<REDACTED:password>\\"}"'],
    ['url: postgres://admin:s3cr3tpw@db.shop/x', 'url: postgres://admin:<REDACTED:password>@db.shop/x'],
    ['auth: Bearer abcdef1234567890abcdef', 'auth: Bearer <REDACTED:token>'],
    ['id: AKIAIOSFODNN7EXAMPLE', 'id: <REDACTED:api_key>'],
    ['aws_secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'aws_secret_access_key: <REDACTED:api_key>'],
    ['t: ghp_abcdefghijklmnopqrstuvwxyz0123456789', 't: <REDACTED:api_key>'],
    [
      'k: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkq\n  -----END PRIVATE KEY-----\nb: 1',
      'k: |\n  <REDACTED:private_key>\nb: 1',
    ],
    [
      `k: |\n  -----BEGIN RSA PRIVATE KEY-----\n  ${'Ab1/'.repeat(16)}\n  ${'Ab1/'.repeat(16)}\nb: 1`,
      'k: |\n  <REDACTED:private_key>\nb: 1',
    ],
    [
      'a: |\n  -----BEGIN PRIVATE KEY-----\nb: |\n  -----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----\nc: 1',
      'a: |\n  <REDACTED:private_key>\nb: |\n  <REDACTED:private_key>\nc: 1',
    ],
    ['k: -----BEGIN RSA PRIVATE KEY----- is cut\nb: 1', 'k: <REDACTED:private_key> is cut\nb: 1'],
  ];
  for (const [line, redacted] of lines) {
    expect(redactSecrets(line)).toBe(redacted);
    expect(redactSecrets(redacted)).toBe(redacted);
  }
  const { text } = parseBlueprint(
    JSON.stringify({ ...CLEAN, sample_data: { password: 'hunter22', note: `see ${KEY}` } }),
  );
  expect(parseBlueprint(redactSecrets(text)).blueprint.sample_data).toEqual({
    password: '<REDACTED:password>',
    note: 'see <REDACTED:api_key>',
  });
});

const planted = fc.constantFrom(
  KEY,
  GOOGLE_KEY,
  'hunter22',
  'password: hunter22, and',
  'pwd="hunt\\"er22"',
  '{"token":"abcdef1234567890abcd"}',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n',
  '-----BEGIN PRIVATE KEY-----\nnote: cut',
  'Bearer abcdef1234567890abcdef',
);
const secretive = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.array(fc.oneof(planted, fc.string({ maxLength: 4 }))).map((parts) => parts.join(' ')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('password', 'api_key', 'note', 'token'), tie('value')),
  ),
})).value;

/** Long lines stay long: folding may break the first line of a private key in two. */
const toYaml = (document: object) => stringify(document, { lineWidth: 0 });
const toJson = (document: object) => JSON.stringify(document);

test('whatever secrets a document holds, it parses without them', () => {
  fc.assert(
    fc.property(secretive, fc.constantFrom(toYaml, toJson), (sample, write) => {
      const redacted = redactSecrets(write({ ...CLEAN, sample_data: { sample } }));
      expect(parseBlueprint(redacted).blueprint.tools).toHaveLength(2);
      expect(redacted).not.toMatch(/4f9aB2c8|AIzaSyA|MIIEvQ/);
    }),
    { numRuns: 300 },
  );
});

test('secrets are looked for in time that grows with the text, whatever the text', () => {
  for (const part of [
    'password: ',
    'token',
    'eyJ',
    '-----BEGIN PRIVATE KEY-----',
    'sk-',
    'a://b:',
    '"token":"',
    'Bearer ',
    'x',
  ]) {
    const text = part.repeat(500_000 / part.length);
    const started = process.cpuUsage();
    redactSecrets(text);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000);
  }
});

test('SEC-03: a document that was stored without its secrets has the same findings as before', () => {
  const given = `agent_name: shop-agent\ntools: [{name: a, description: b, parameters: {}}]\nowner: {key: ${KEY}, password: "hunter2!"}`;
  const exposed = (text: string) => audit(parseBlueprint(text).blueprint, text).findings.filter(isExposure);
  const isExposure = ({ check }: { check: string }) => check === 'SEC-03';
  expect(exposed(given)).toHaveLength(2);
  expect(exposed(redactSecrets(given))).toEqual(exposed(given));
});
