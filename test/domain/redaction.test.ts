import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { asSent, cleanInput } from '../../src/domain/redaction/as-sent.ts';
import { logLine } from '../../src/domain/redaction/log-line.ts';
import { redact, redactText } from '../../src/domain/redaction/redaction.ts';

const ALL = { personalData: true };
const SECRETS_ONLY = { personalData: false };
const KEY = `inv_${'aB3dE6gH9'.repeat(5).slice(0, 40)}`;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P';
/** A value that a shell fills in; in pieces, or it would look like a template's. */
const FROM_ENVIRONMENT = ['$', '{API_KEY}'].join('');
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\nq83v\n-----END RSA PRIVATE KEY-----';

/** The text, and what is left of it. */
const SECRETS: [string, string][] = [
  [`my key is ${KEY}, keep it`, 'my key is [REDACTED:api_key], keep it'],
  ['use sk-proj-4f9aKq82LmN0pQrStUvWx now', 'use [REDACTED:api_key] now'],
  ['sk_live_51H8abcDEF99ghiJKLmno', '[REDACTED:api_key]'],
  ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '[REDACTED:api_key]'],
  ['github_pat_11ABCDEFG0abcdefghijkl_mnop', '[REDACTED:api_key]'],
  ['glpat-abcDEF1234567890zzzz', '[REDACTED:api_key]'],
  ['token xoxb-123456789012-abcDEFghiJKL', 'token [REDACTED:api_key]'],
  ['AWS says AKIAIOSFODNN7EXAMPLE.', 'AWS says [REDACTED:api_key].'],
  ['maps AIzaSyA1234567890abcdefghijklmnopqrstu', 'maps [REDACTED:api_key]'],
  [`cookie=${JWT};`, 'cookie=[REDACTED:token];'],
  ['Authorization: Bearer abc123def456', 'Authorization: Bearer [REDACTED:token]'],
  ['-H "authorization: Basic dXNlcjpwYXNz"', '-H "authorization: Basic [REDACTED:token]"'],
  [`before ${PEM} after`, 'before [REDACTED:private_key] after'],
  ['-----BEGIN PRIVATE KEY-----\nMIIEcut off', '[REDACTED:private_key]'],
  ['password: hunter2', 'password: [REDACTED:password]'],
  ['Password=swordfish please', 'Password=[REDACTED:password] please'],
  ['log in with user=bob&pwd=s3cret&next=1', 'log in with user=bob&pwd=[REDACTED:password]&next=1'],
  ['DB_PASSWORD = "two words"', 'DB_PASSWORD = "[REDACTED:password]"'],
  ['{"user_password": "hunter2", "id": 4}', '{"user_password": "[REDACTED:password]", "id": 4}'],
  ['{\\"password\\": \\"hunter2\\"}', '{\\"password\\": \\"[REDACTED:password]\\"}'],
  ['OPENAI_API_KEY=abc123def456', 'OPENAI_API_KEY=[REDACTED:api_key]'],
  ['client_secret: 9f8e7d6c5b4a', 'client_secret: [REDACTED:token]'],
  ['SG.abcdEFGH1234abcdEFGH.abcdEFGH1234abcdEFGH1234', '[REDACTED:api_key]'],
  [`${PEM} and ${PEM}`, '[REDACTED:private_key] and [REDACTED:private_key]'],
  ['token: "the password: hunter2"', 'token: "the password: [REDACTED:password]"'],
  ['password: "x AKIAIOSFODNN7EXAMPLE tail"', 'password: "[REDACTED:password]"'],
  ['"it says: password: hunter2"', '"it says: password: [REDACTED:password]"'],
  ['postgres://app:hunter2@db.internal/x', 'postgres://app:[REDACTED:password]@db.internal/x'],
];

const PERSONAL: [string, string][] = [
  ['write to mia.li3818@example.com.', 'write to [REDACTED:email].'],
  ['<jörg+x@büro-münchen.co.uk>', '<[REDACTED:email]>'],
  ['call (555) 123-4567 today', 'call [REDACTED:phone] today'],
  ['555-123-4567', '[REDACTED:phone]'],
  ['1-800-555-0199', '[REDACTED:phone]'],
  ['555.123.4567', '[REDACTED:phone]'],
  ['+1 415 555 2671 or', '[REDACTED:phone] or'],
  ['+44 20 7946 0958', '[REDACTED:phone]'],
  ['+4915112345678', '[REDACTED:phone]'],
  ['Phone: 5551234567', 'Phone: [REDACTED:phone]'],
  ['my mobile number is 0171 2345678', 'my mobile number is [REDACTED:phone]'],
  ['{\\"phone_number\\": \\"5551234567\\"}', '{\\"phone_number\\": \\"[REDACTED:phone]\\"}'],
  ['card 4111 1111 1111 1111 123', 'card [REDACTED:card] 123'],
  ['4111-1111-1111-1111', '[REDACTED:card]'],
  ['378282246310005', '[REDACTED:card]'],
  ['3782 822463 10005', '[REDACTED:card]'],
  ['2223003122003222', '[REDACTED:card]'],
  ['6304 0000 0000 0000 000', '[REDACTED:card]'],
  ['SSN 123-45-6789', 'SSN [REDACTED:ssn]'],
  ['social security number is 123456789', 'social security number is [REDACTED:ssn]'],
  ['ssn: 123456789 555.123.4567', 'ssn: [REDACTED:ssn] [REDACTED:phone]'],
  ['tel. 5551234567 2024-05-15', 'tel. [REDACTED:phone] 2024-05-15'],
  ['from 192.168.1.17.', 'from [REDACTED:ip].'],
  ['http://10.0.0.1:8080/x', 'http://[REDACTED:ip]:8080/x'],
  ['2001:db8:85a3::8a2e:370:7334', '[REDACTED:ip]'],
  ['fe80:0:0:0:202:b3ff:fe1e:8329', '[REDACTED:ip]'],
];

const CLEAN = [
  'Your user id is sara_doe_496, reservation ZFA04Y, flight HAT083.',
  'mia_li_3818 paid with credit_card_4421486, gift_card_7504069 and certificate_3765853',
  'Order #W2378156, order 112-1234567-1234567, order 4111111111111112, item 9783161484100',
  'ids 1715731200000, 1715731200004 and 1715731200000000 and 550e8400-e29b-41d4-a716-446655440000',
  'sc_7f3a9b2c1d4e5f60_12, tr_0123456789abcdef, ag_abc123, gen_42',
  'on 2024-05-15 at 15:00:00 EST, 2024-05-15T10:00:00.000Z, 2024-05-15T10:00:00+02:00, 20240515T100000+0200, 05-15-2024, 15.05.2024',
  'phone: 2024-05-15, phone 12 34 56, [REDACTED:phone] 5551234567',
  'ord-555-123-4567, A555-123-4567, ord-123-45-6789, 9-123-45-6789, 1+4915112345678',
  '$1,234.56, 180.10, -340.5, +12.5%, +250000, 1.000.000,00 EUR, 3 x 120 = 360, +100000',
  'v1.2.3, 10.0.19041.1, version 1.2.3.4, Chrome/120.0.0.0, Safari/537.36, node 24.21.0, 1.2.3.4.5',
  'seats 12, 14 and 16; gate 5; row 100 200 3000; 555 of 1234; 12345-6789; ext. 4567',
  'react@18.2.0, @types/node, user@localhost, a @ b',
  '12:30:45, a::b, a1::b2, std::vector<int>, 00:1a:2b:3c:4d:5e, Dead::Beef',
  'Password: must be at least 8 characters. password: required. password = "string"',
  `Enter your password: (hidden). password: ${FROM_ENVIRONMENT} password: <password> password=******`,
  'PWD=/home/agent',
  'total tokens: 152342, max_tokens=4096, token: 42, token: a1b2, token: "see page 12 of it", next token: something, the secret: be patient',
  `Authorization: Bearer ${FROM_ENVIRONMENT}, bearer of bad news, Bearer authentication`,
  'sk-learn, desk-a1b2c3d4e5f6g7h8i9j0, task-force-of-the-whole-department, inv_2024_000123, invoice_number_2024_000123_final, hf_model',
  'https://example.com:8080/a?b=c#d and ftp://host/x:y@z',
  'Your api key: see the settings page. API key: required',
  'api_key = process.env.OPENAI_API_KEY_2; token = get_token_v2(user); API_KEY: OPENAI_API_KEY_2, secret=vault:kv/app2',
  '-----BEGIN CERTIFICATE-----',
  '',
];

test.each(SECRETS)('in %j the secret is replaced, whatever the option', (text, left) => {
  expect(redactText(text, SECRETS_ONLY).value).toBe(left);
  expect(redactText(text, ALL).value.replace('@db.internal', '')).toBe(left.replace('@db.internal', ''));
});

test.each(PERSONAL)('in %j personal data is replaced by option only', (text, left) => {
  expect(redactText(text, ALL).value).toBe(left);
  expect(redactText(text, SECRETS_ONLY)).toEqual({ value: text, counts: {} });
});

test.each(CLEAN)('nothing is redacted in %j', (text) => {
  expect(redactText(text, ALL)).toEqual({ value: text, counts: {} });
});

test('findings are counted by kind', () => {
  const text = 'a@b.co and c@d.co, 555-123-4567, password: hunter2';
  expect(redactText(text, ALL).counts).toEqual({ email: 2, phone: 1, password: 1 });
});

test('a string under a secret key goes as a whole when it looks like a secret', () => {
  const value = {
    password: 'correct horse, battery',
    new_password_confirmation: 'swordfish',
    apiKey: 'abc123def456',
    'X-Api-Key': 'abc123def456',
    clientSecret: '9f8e7d6c5b4a',
    Authorization: 'Basic dXNlcjpwYXNz',
    id_token: 'abc123def456',
  };
  const { value: redacted, counts } = redact(value, SECRETS_ONLY);
  expect(redacted).toEqual({
    password: '[REDACTED:password]',
    new_password_confirmation: '[REDACTED:password]',
    apiKey: '[REDACTED:api_key]',
    'X-Api-Key': '[REDACTED:api_key]',
    clientSecret: '[REDACTED:token]',
    Authorization: '[REDACTED:token]',
    id_token: '[REDACTED:token]',
  });
  expect(counts).toEqual({ password: 2, api_key: 2, token: 3 });
});

test('a secret key does not touch what is plainly no secret', () => {
  const value = {
    password: '',
    token: 'hello',
    token_type: 'Bearer',
    max_tokens: 4096,
    api_key: FROM_ENVIRONMENT,
    authorization: `Bearer ${FROM_ENVIRONMENT}`,
    secret: null,
    passwords: ['none'],
    schema: { password: { type: 'string', description: 'at least 8 characters' } },
    errors: { password: 'must be at least 8 characters' },
  };
  expect(redact(value, ALL).value).toBe(value);
});

test('personal numbers are known by their key', () => {
  const value = {
    phone: '5551234567',
    ssn: '123456789',
    order: '5551234567',
    card_number: 4111111111111111,
    at: 1715731200000,
  };
  expect(redact(value, ALL).value).toEqual({
    phone: '[REDACTED:phone]',
    ssn: '[REDACTED:ssn]',
    order: '5551234567',
    card_number: '[REDACTED:card]',
    at: 1715731200000,
  });
  expect(redact(value, SECRETS_ONLY).value).toBe(value);
});

test('parts without a finding are shared, and the input stays as it was', () => {
  const clean = { messages: [{ role: 'user', content: 'hello' }] };
  const value = { clean, hit: ['x', { text: 'mail a@b.co' }], n: 1, none: null, yes: true };
  const before = structuredClone(value);
  const redacted = redact(value, ALL).value as typeof value;
  expect(redacted).toEqual({ ...before, hit: ['x', { text: 'mail [REDACTED:email]' }] });
  expect(redacted.clean).toBe(clean);
  expect(value).toEqual(before);
  expect(redact(clean, ALL)).toEqual({ value: clean, counts: {} });
  expect(redact(clean, ALL).value).toBe(clean);
});

test('a key named __proto__ is copied as data', () => {
  const value: unknown = JSON.parse('{"__proto__": "mail a@b.co", "x": 1}');
  const redacted = redact(value, ALL).value as object;
  expect(JSON.stringify(redacted)).toBe('{"__proto__":"mail [REDACTED:email]","x":1}');
  expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype);
});

test('JSON nested to overflow the stack is cut, and the cut is counted', () => {
  const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  expect(redact(deep, ALL).counts).toEqual({ too_deep: 1 });
});

test('a secret never survives, wherever it stands in a text', () => {
  const around = fc.string({ unit: fc.constantFrom(' ', 'a', '\n', ',', '"', '.', 'é', '(', '/'), maxLength: 12 });
  const secret = fc.constantFrom(KEY, JWT, 'ghp_16C7e42F292c6912E7710c838347Ae178B4a');
  fc.assert(
    fc.property(around, secret, around, (before, planted, after) => {
      const text = `${before} ${planted} ${after}`;
      expect(redactText(text, SECRETS_ONLY).value).not.toContain(planted);
    }),
  );
});

test('redacting twice changes nothing more', () => {
  const part = fc.constantFrom(...[...SECRETS, ...PERSONAL].map(([text]) => text), ...CLEAN);
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 6 }), (parts) => {
      const once = redactText(parts.join(' and '), ALL).value;
      expect(redactText(once, ALL).value).toBe(once);
    }),
  );
});

const HOSTILE = [
  'a',
  '1',
  '1 ',
  '11 ',
  '1111 ',
  '1-',
  '555-',
  '(555) ',
  '+1',
  '+',
  '@',
  'a@',
  '@a.',
  'a.',
  '1.',
  '1.1.1.',
  ':',
  'a:',
  '1::',
  '://',
  '://a:',
  '://a:b',
  'eyJ',
  'eyJ-',
  'eyJaaaaaaaa.',
  'eyJaaaaaaaa.a.',
  'sk-',
  'inv_',
  'Bearer ',
  'password=',
  'password: "',
  "token='",
  'token=token:',
  '=',
  '= ',
  'password\t',
  '"',
  '\\',
  "\\'",
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  'phone ',
  'phone 1',
  'is ',
  '\n',
  ' ',
  '_',
  '-',
  'é',
  '[REDACTED:',
];

test.each(HOSTILE)('256 KB of %j cost linear time', (unit) => {
  const text = unit.repeat(Math.ceil((256 * 1024) / unit.length));
  const start = process.cpuUsage();
  redactText(text, ALL);
  redactText(`${text}@x.::`, ALL);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(1500);
});

test('a key of an object is searched like a text, and keys that become the same are numbered', () => {
  const value = { [KEY]: 1, ghp_16C7e42F292c6912E7710c838347Ae178B4a: 2, 'mia@example.com': 3, plain_key: 4 };
  const { value: redacted, counts } = redact(value, ALL);
  expect(redacted).toEqual({ '[REDACTED:api_key]': 1, '[REDACTED:api_key] 2': 2, '[REDACTED:email]': 3, plain_key: 4 });
  expect(counts).toEqual({ api_key: 2, email: 1 });
});

test('a number or a list under a telling key goes as a text there would', () => {
  const value = {
    password: 12345678,
    pin: 12345678,
    ssn: 219099999,
    passwords: 2,
    token: ['abc123def456'],
    password2: 7,
  };
  expect(redact(value, ALL).value).toEqual({
    ...{ password: '[REDACTED:password]', pin: 12345678, ssn: '[REDACTED:ssn]', passwords: 2 },
    ...{ token: ['[REDACTED:token]'], password2: 7 },
  });
});

const Form = z.strictObject({ name: z.string(), password: z.string(), held: z.string(), secret: asSent(z.string()) });

test('what is parsed is cleaned of secrets, but for fields that are wanted as they were sent', () => {
  const given = { name: `of ${KEY}`, password: 'swordfish', held: `["${KEY}", {"password": 12345678}]`, secret: KEY };
  expect(cleanInput(Form, Form.parse(given))).toEqual({
    ...{ name: 'of [REDACTED:api_key]', password: '[REDACTED:password]', secret: KEY },
    held: '["[REDACTED:api_key]",{"password":"[REDACTED:password]"}]',
  });
  expect(cleanInput(asSent(z.unknown()), KEY)).toBe(KEY);
  expect(cleanInput(z.unknown(), KEY)).toBe('[REDACTED:api_key]');
});

test('a line of the log holds neither secrets nor personal data', () => {
  const line = logLine({ event: 'bug', error: `Unexpected token in ${KEY} of mia@example.com`, ms: 5 });
  expect(JSON.parse(line)).toEqual({
    event: 'bug',
    error: 'Unexpected token in [REDACTED:api_key] of [REDACTED:email]',
    ms: 5,
  });
});
