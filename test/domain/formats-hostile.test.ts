import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReportFault } from '../../src/domain/formats/fault.ts';
import { REPORT_FORMATS } from '../../src/domain/formats/reported-case.ts';
import { bytesOf, CORPUS, faultOf, readAll } from './formats-samples.ts';

const documents = readdirSync(CORPUS, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'expected.txt')
  .map((entry) => readFileSync(path.join(entry.parentPath, entry.name)));

const suite = (inner: string, head = '') =>
  `${head}<testsuite name="s"><testcase name="a">${inner}</testcase></testsuite>`;
const tests = (...items: string[]) => `{"reportFormat":"CTRF","results":{"tool":{},"tests":[${items.join(',')}]}}`;
const GOOD = '{"name":"a","status":"passed","duration":1}';

test.each([
  ['a bomb of entities', `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${suite('<failure>&b;</failure>')}`],
  ['an external entity', `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>${suite('&x;')}`],
  ['a DTD elsewhere', `<!DOCTYPE testsuite SYSTEM "http://example.org/junit.dtd">${suite('')}`],
  ['an entity nobody defined', suite('<failure>&nbsp;</failure>')],
  ['a reference to half of a pair', suite('<failure>&#xD800;</failure>')],
  ['a reference beyond Unicode', suite('<failure message="&#1114112;"/>')],
  ['a reference without end', suite(`<failure>&#${'9'.repeat(100_000)};</failure>`)],
  ['an attribute twice', '<testsuite name="a" name="b"><testcase name="a"/></testsuite>'],
  ['elements that cross', '<testsuite><testcase name="a"></testsuite></testcase>'],
  ['two roots', '<testsuite/><testsuite/>'],
  ['an encoding that is unknown', suite('', '<?xml version="1.0" encoding="x-none"?>')],
])('XML with %s is refused, with the line', (_, report) => {
  const fault = faultOf(report);
  expect(fault).toMatchObject({ kind: 'unparseable', code: 'INVALID_RESULTS' });
  expect(fault.message).toMatch(/line \d+|encoding x-none/);
  expect(fault.hint).toMatch(/\.$/);
});

test.each([
  ['10,000 levels', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`],
  ['a million attributes', `<testsuite ${Array.from({ length: 1_000_000 }, (_, i) => `a${i}=""`).join(' ')}/>`],
  ['10,000 levels of JSON', `{"results":{"tests":${'['.repeat(10_000)}`],
  ['a value over 8 MB', tests(`{"name":"a","stdout":["${Array(9).fill('x'.repeat(1_000_000)).join('","')}"]}`)],
  ['a value of 100,001 values', tests(`{"name":"a","stdout":[${'1,'.repeat(100_001)}1]}`)],
  ['100,000 references to control characters', suite(`<failure>${'&#1;'.repeat(100_000)}</failure>`)],
  ['a text over 4 MB', tests(`{"name":"${'x'.repeat(5_000_000)}"}`)],
  ['more than 10,000 tests that are none', tests(...Array.from({ length: 10_001 }, () => '1'))],
  ['more than 100,000 tests', tests(...Array.from({ length: 100_001 }, () => GOOD))],
])(
  'a report with %s is refused as too large',
  (_, report) => {
    expect(faultOf(report).kind).toBe('too_large');
  },
  30_000,
);

test.each([
  ['a key twice', '{"a":1,"a":2}'],
  ['a key twice that is escaped once', '{"a":1,"\\u0061":2}'],
  ['__proto__', '{"__proto__":{"polluted":true}}'],
  ['half of a surrogate pair', '"\\ud83d"'],
  ['a number no double holds', '1e999'],
])('%s refuses the test that holds it, or the whole document where it lies outside of tests', (_, value) => {
  const { cases, rejected } = readAll(tests(GOOD, `{"name":"b","status":"passed","extra":${value}}`, GOOD));
  expect([cases.length, rejected.length, rejected[0]?.index]).toEqual([2, 1, 1]);
  expect(faultOf(`{"own":${value},"results":{"tests":[${GOOD}]}}`).kind).toBe('unparseable');
});

test('no key of a report changes a prototype', () => {
  const item =
    '{"name":"a","status":"passed","duration":1,"labels":{"constructor":{"prototype":{"polluted":1}},"toString":"x"}}';
  expect(readAll(tests(item)).cases).toHaveLength(1);
  readAll(
    suite('<properties><property name="__proto__" value="x"/><property name="constructor" value="y"/></properties>'),
  );
  const attributes = [{ key: 'llm.input_messages.__proto__.polluted', value: { stringValue: 'x' } }];
  const span = {
    traceId: 't',
    name: 'chat',
    attributes: [...attributes, { key: 'openinference.span.kind', value: { stringValue: 'LLM' } }],
  };
  readAll(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
  expect(Object.prototype).not.toHaveProperty('polluted');
});

test.each(['NaN', 'Infinity', '01', '1.', '+1', "'a'", 'undefined', '{a:1}', '[1,]', '"\t"', '"\\x41"', '/* */1'])(
  'JSON with %s is refused with the byte',
  (value) => {
    const fault = faultOf(`{"results":{"tests":[{"name":${value}}]}}`);
    expect(fault.kind).toBe('unparseable');
    expect(fault.message).toMatch(/byte \d+/);
  },
);

test('bytes that are no text of the encoding are refused', () => {
  const latin = Uint8Array.from(suite('<failure message="ß"/>'), (one) => one.charCodeAt(0));
  expect(faultOf(latin).message).toContain('it is not utf-8');
  const json = Uint8Array.from('{"results":{"tests":[{"name":"ß"}]}}', (one) => one.charCodeAt(0));
  expect(faultOf(json).message).toContain('not UTF-8');
  expect(faultOf(Uint8Array.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0])).message).toContain('utf-32');
});

test.each([
  ['nothing', ''],
  ['blanks', ' \n\t '],
  ['a web page', '<!doctype html><html><body>502 Bad Gateway</body></html>'],
  ['XML of another kind', '<feed><entry/></feed>'],
  ['JSON of another kind', '{"hello":"world"}'],
  ['a bare number', '17'],
  ['text', 'ok - all passed'],
  ['a ZIP archive', 'PK\u0003\u0004'],
])('%s is refused in a sentence', (_, report) => {
  const fault = faultOf(report);
  expect(fault.message).toMatch(/^(?:The report|A value) /);
  expect(fault.hint).toBeTruthy();
});

test('a document that is cut off anywhere is refused, and nothing else is thrown', () => {
  const whole = [tests(GOOD, GOOD), suite('<failure>x</failure>'), JSON.stringify([[{ role: 'user', content: 'ü' }]])];
  for (const document of whole) {
    const bytes = bytesOf(document);
    for (let end = 0; end < bytes.length; end++) expect(faultOf(bytes.slice(0, end))).toBeInstanceOf(ReportFault);
  }
});

test('whatever the bytes are, a report is read or refused', () => {
  const mutated = fc
    .record({
      document: fc.constantFrom(...documents),
      at: fc.nat(),
      remove: fc.nat(8),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc.constantFrom('"', '{', '[', '<', '>', '&', ']]>', '\\u', ',').map(bytesOf),
      ),
    })
    .map(({ document, at, remove, put }) => {
      const place = at % document.length;
      return Buffer.concat([document.subarray(0, place), put, document.subarray(place + remove)]);
    });
  const format = fc.option(fc.constantFrom(...REPORT_FORMATS));
  fc.assert(
    fc.property(
      fc.oneof(mutated, fc.uint8Array()),
      format,
      fc.integer({ min: 1, max: 500 }),
      (bytes, sender, chunk) => {
        try {
          readAll(bytes, { format: sender }, chunk);
        } catch (error) {
          expect(error).toBeInstanceOf(ReportFault);
        }
      },
    ),
    { numRuns: 1500 },
  );
});
