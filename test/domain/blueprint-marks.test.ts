import { expect, test } from 'vitest';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { readDocument } from '../../src/domain/blueprint/document.ts';
import { lineFinder, marksOf, readableDocument } from '../../src/domain/blueprint/marks.ts';

const YAML = `# what it is
agent_name: "shop" # quoted
tools:
  - name: get_order
    description: |
      Looks up # not a comment
      12
    parameters: {}
    requires_confirmation: true
  - { name: refund, max: 12.5, note: 'it''s' }
workflow:
  chains:
    - name: daily
      steps: [get_order, refund]
constraints:
  max_retries: 3
`;

test('marks say what keys, values, quoted texts and comments are, and leave every other text alone', () => {
  const marks = marksOf(readDocument(YAML));
  const of = (kind: string) =>
    marks.filter((mark) => mark.kind === kind).map(({ start, end }) => YAML.slice(start, end));
  expect(of('comment')).toEqual(['# what it is', '# quoted']);
  expect(of('value')).toEqual(['true', '12.5', '3']);
  expect(of('quoted')).toEqual(['"shop"', "'it''s'"]);
  expect(of('key').slice(0, 5)).toEqual(['agent_name', 'tools', 'name', 'description', 'parameters']);
  const ends = marks.map(({ end }) => end);
  expect(marks.every(({ start }, index) => start >= (ends[index - 1] ?? 0))).toBe(true);
});

test('what a finding is about is found by its name or its path, as deep as the blueprint goes', () => {
  const lineOf = lineFinder(readDocument(YAML));
  expect(['get_order', 'refund', 'daily'].map(lineOf)).toEqual([4, 10, 13]);
  expect(['constraints.max_retries', 'constraints.guardrails', 'tools[1].note'].map(lineOf)).toEqual([16, 15, 10]);
  expect(['refund, get_order and 7 more', 'refund -> bank', 'line 7', 'guardrails'].map(lineOf)).toEqual([
    10,
    10,
    7,
    null,
  ]);
});

test('a blueprint in JSON is read as the YAML it means, any other text as it is', () => {
  const json = JSON.stringify({ agent_name: 'shop', tools: [{ name: 'a', description: 'b', parameters: {} }] });
  const yaml = readableDocument(json);
  expect(yaml.split('\n').length).toBeGreaterThan(4);
  expect(parseBlueprint(yaml).blueprint).toEqual(parseBlueprint(json).blueprint);
  expect(readableDocument(YAML)).toBe(YAML);
  expect(readableDocument('{ broken')).toBe('{ broken');
});
