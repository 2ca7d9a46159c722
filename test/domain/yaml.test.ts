import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, parseDocument, stringify } from 'yaml';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { pathAt, readDocument, renamedText } from '../../src/domain/blueprint/document.ts';
import { yamlText } from '../../src/domain/blueprint/yaml-text.ts';
import { Refusal } from '../../src/domain/errors.ts';

/** Our reading of YAML against another reader's, and our writing against two. */

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a: b', 'a:', '- x', '# y', 'a #b', 'yes', 'No', 'y', 'null', '007', '1_000', '12:30', '2001-01-01'),
  fc.constantFrom('~', '.inf', '1e3', '"', '{', '&a', '*a', '---', 'x\ny', ' lead', 'trail ', 'a\tb', '', '=', '<<'),
  fc.constantFrom('\u0085', 'x\u2028y', '\u007f', '\ufeff', 'a\ufeff', 'caf\u00e9', 'k'.repeat(1100)),
);
const name = text.filter((key) => key !== '__proto__' && key !== '<<');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));
/** JSON has no minus zero. */
const asJson = (data: unknown) => JSON.parse(JSON.stringify(data)) as unknown;

function complaint(document: string): string {
  try {
    readDocument(document);
  } catch (error) {
    if (error instanceof Refusal) return error.details.problems?.[0] ?? '';
    throw error;
  }
  return 'taken';
}

test('what is written reads back as the same data, in YAML 1.2 and in YAML 1.1', () => {
  fc.assert(
    fc.property(value, (data) => {
      const written = yamlText(data);
      expect(readDocument(written).value).toEqual(asJson(data));
      for (const version of ['1.1', '1.2'] as const) expect(parse(written, { version })).toEqual(asJson(data));
    }),
    { numRuns: 500 },
  );
});

test('a document is written in blocks, its plain words without quotes', () => {
  const data = {
    tools: [{ name: 'a', steps: ['Ask: who?', [1]] }],
    none: undefined,
    no: [],
    b: {},
    c: 1e-7,
    d: 'x\ny',
  };
  expect(yamlText(data)).toBe(
    'tools:\n  - name: a\n    steps:\n      - "Ask: who?"\n      - - 1\n"no": []\nb: {}\nc: 1.0e-7\nd: "x\\ny"\n',
  );
});

test('a document in any layout is read as another reader reads it', () => {
  const layouts = fc.record({
    lineWidth: fc.constantFrom(0, 20, 80),
    collectionStyle: fc.constantFrom('any', 'block', 'flow'),
    defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
    indent: fc.constantFrom(1, 2, 4),
    indentSeq: fc.boolean(),
  });
  // A control character outside quotes is no YAML, which neither that writer nor that reader minds.
  const printed = value.filter((data) => !/[\u007f-\u009f\ufffe\uffff]/.test(JSON.stringify(data)));
  fc.assert(
    fc.property(printed, layouts, fc.constantFrom('\n', '\r\n'), (data, layout, lineBreak) => {
      const written = stringify({ data }, layout as object).replaceAll('\n', lineBreak);
      // What that writer writes is not always YAML: where a fold meets a paragraph it writes `undefined`.
      fc.pre(parseDocument(written).errors.length === 0 && !/\\\r?\n\s*\n/.test(written));
      expect(readDocument(written).value).toEqual(asJson(parse(written, { schema: 'core' })));
    }),
    { numRuns: 500 },
  );
});

test('a closing bracket may begin a line as far left as its key, and no text is changed by that', () => {
  const documents = [
    'a: {\n  b: 1\n}\nc: 2',
    'a: [\r\n  x, # ]\r\n]\r\n',
    '- a: [\n    {\n     b: "}\n    ]"\n    }, {}\n  ]\n- |\n  {\n    "x": [\n    ]\n  }\n- x\n  ]\n',
    'a: |\n  ]\n   }\nb: [\n]\nc: >2\n  ]\n   }\n',
  ];
  for (const document of documents) {
    expect(readDocument(document).value).toEqual(parse(document));
    const place = document.lastIndexOf(' ') + 1;
    expect(pathAt(readDocument(document), place)).toEqual(
      pathAt(readDocument(document.replace(/\n([\]}])/g, ' $1')), place),
    );
  }
  expect(renamedText(readDocument('agent_name: [\n  x\n]\nb: {\n}'), 'new')).toBe('agent_name:  "new"\nb: {\n}');
  expect(complaint('a: [\n]\nb: [\n}')).toBe(
    'Invalid YAML at line 4, column 1: a missing comma, colon, quote, bracket or space',
  );
  expect(complaint('a: [\n]\nb: |\n  x\n}')).toContain('Invalid YAML at line 5, column 1: ');
});

test('numbers, truths and nothing are what the core schema of YAML 1.2 says', () => {
  const cases: [string, unknown][] = [
    ['yes', 'yes'],
    ['on', 'on'],
    ['True', true],
    ['~', null],
    ['', null],
    ['0o17', 15],
    ['0x1F', 31],
    ['017', 17],
    ['+1.', 1],
    ['.5e1', 5],
    ['1_000', '1_000'],
    ['12:30', '12:30'],
    ['!!str 1', '1'],
    ['! 1', '1'],
    ['!!int "3"', 3],
    ['!!float 1', 1],
    ['!<tag:yaml.org,2002:null> ""', null],
    ['!!map {}', {}],
  ];
  for (const [written, data] of cases) expect(readDocument(`a: ${written}`).value).toEqual({ a: data });
  for (const key of ['1', 'null', 'yes', '"x y"', '!!str a']) {
    expect(readDocument(`${key}: 1`).value).toEqual({ [key.replace(/"|!!str /g, '')]: 1 });
  }
});

test('what no number, tag or key can be is refused at its place', () => {
  const cases: [string, string][] = [
    ['a: 1e400', 'line 1, column 4: a number that is not finite'],
    [`a: -${'9'.repeat(400)}`, 'line 1, column 4: a number that is not finite'],
    ['a: -.INF', 'line 1, column 4: a number that is not finite'],
    ['a: !!int 1.5', 'line 1, column 4: a tag that is not supported'],
    ['a: !!bool maybe', 'line 1, column 4: a tag that is not supported'],
    ['a: !!seq {}', 'line 1, column 4: a tag that is not supported'],
    ['%TAG !! x:\n---\na: !!str 1', 'line 3, column 4: a tag that is not supported'],
    ['!!int 1: a', 'line 1, column 7: a key that is not a plain text'],
    ['- &a x\n- *a : b', 'line 2, column 3: a key that is not a plain text'],
    ['a: {x: 1}\r\nb:\r\n  - c: 1\r\n    c: 2', 'line 4, column 5: a key that stands twice in one mapping'],
    ['a: 1\n...\n# end\n---\nb: 2', 'line 2, column 1: more than one document'],
    ['a: [{b: 1}, # ]\n ]\n---\n', 'line 3, column 1: more than one document'],
  ];
  for (const [document, words] of cases) expect(complaint(document)).toBe(`Invalid YAML at ${words}`);
});

test('each kind of wrong syntax is told in our words', () => {
  const cases: [string, string][] = [
    ['a:\n  b: 1\n c: secret', 'line 3, column 2: wrong indentation or a bracket that is not closed'],
    ['a: @secret', 'line 1, column 4: a text that must be quoted because of its first character'],
    ['a: "b" secret', 'line 1, column 8: an unexpected character'],
    ['secret\nb: 1', 'line 2, column 2: a line that is indented wrongly, or a key that goes over more than one line'],
    ['a: !secret,x 1', 'line 1, column 13: a tag that is not supported'],
    ['a: !s!secret 1', 'line 1, column 13: a tag that is not supported'],
    ['{"secret" 1}', 'line 1, column 11: a missing comma, colon, quote, bracket or space'],
    ['a: "\\q"', 'line 1, column 6: an escape that is not known in a quoted string'],
    ['a: &x &y secret', 'line 1, column 7: more than one anchor on a value'],
    ['a: secret\u007f', 'line 1, column 10: a control character that must be written as an escape'],
    ['a: |secret', 'line 1, column 5: a wrong first line of an indented text'],
    ['%YAML 9.9\n---\na: 1', 'line 2, column 1: a directive that is not known'],
  ];
  for (const [document, words] of cases) expect(complaint(document)).toBe(`Invalid YAML at ${words}`);
});

test('the place of a character is found in blocks, lists of pairs and behind empty values', () => {
  const document = readDocument('a: |- # no\n  one\nb: [x: 1, ]\n? c\n: - \n  - {d, e: "two"}\n');
  const at = (word: string) => pathAt(document, document.text.indexOf(word));
  expect([at('one'), at('1'), at('two')]).toEqual([['a'], ['b', 0, 'x'], ['c', 1, 'e']]);
});

test('a new name replaces whatever stood for the old one and nothing else', () => {
  const cases: [string, string][] = [
    ['agent_name: &n >- # c | >\n  x\n\n# d\nb: 1', 'agent_name: &n "new"\n# d\nb: 1'],
    ['agent_name:\n- a\n- # c\n-\nb: 1', 'agent_name:\n "new"\nb: 1'],
    ['{agent_name: {a: [1, ], b}, c: 1}', '{agent_name: "new", c: 1}'],
    ['{agent_name: [a: 1], c: 1}', '{agent_name:  "new", c: 1}'],
    ['{agent_name, c: 1}', '{agent_name: "new", c: 1}'],
    ['? agent_name\n? b', '? agent_name\n: "new"\n? b'],
    ["? agent_name # c\n: 'it''s' # d\nb: 1", '? agent_name # c\n: "new" # d\nb: 1'],
    ['a: &x y\nagent_name: *x # k', 'a: &x y\nagent_name: "new" # k'],
    ['&k a: 1', 'agent_name: "new"\n&k a: 1'],
  ];
  for (const [given, kept] of cases) {
    expect(renamedText(readDocument(given), 'new')).toBe(kept);
    expect(readDocument(kept).value).toMatchObject({ agent_name: 'new' });
  }
});

test('a document built to be slow is answered in time', () => {
  const fill = (part: string, before = '', after = '') => before + part.repeat(500_000 / part.length) + after;
  const documents = [
    fill(' ', '', 'a: 1\nb: 2'),
    fill('\n', 'a: x', 'y'),
    fill('# x\n'),
    fill('[],', '[', ']'),
    fill('- '),
    fill('? ,', '[', ']'),
    fill('&a\n'),
    fill('a,', '&x\n&y [', ']: 1'),
    fill('---\n'),
    fill('x\n\n', 'a: >\n '),
    fill('- [\n]\n'),
    fill(']\n', 'a: [\n]\nb: |\n'),
  ];
  // This process's own time: a busy machine does not count.
  const started = process.cpuUsage();
  for (const document of documents) expect(() => parseBlueprint(document)).toThrow(Refusal);
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1e6).toBeLessThan(10);
}, 60_000);
