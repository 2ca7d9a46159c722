import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AGENT, auditOf, CRM, GUARD, POLICY, tool } from './audit-samples.ts';

/** Words that checks look for, among others: names, descriptions and rules are made of them at random. */
const VERBS = ['find', 'delete', 'send', 'run', 'refund', 'pay', 'transfer', 'fetch', 'note'];
const NOUNS = ['order', 'user', 'mail', 'sql', 'shell', 'human', 'phone', 'url', 'query', 'code', 'path'];
const OTHERS = ['never', 'private', 'retries', 'attempts', 'personal', 'share', 'the', 'not', 'reveal', 'only'];
const toolName = fc.tuple(fc.constantFrom(...VERBS), fc.constantFrom(...NOUNS)).map((parts) => parts.join('_'));
const sentence = fc
  .array(fc.oneof(fc.constantFrom(...VERBS, ...NOUNS, ...OTHERS), toolName), { minLength: 1, maxLength: 8 })
  .map((said) => said.join(' '));
const yesOrNo = fc.constantFrom(true, false, null);
const toolDocument = fc.record({
  name: toolName,
  description: sentence,
  parameters: fc.dictionary(fc.constantFrom(...NOUNS, 'email', 'dob'), fc.constantFrom('string', 'number')),
  side_effects: fc.constantFrom('none', 'read', 'write', 'delete', 'handoff', null),
  requires_confirmation: yesOrNo,
  error_handling: fc.constantFrom('retry', 'fallback', 'fail', 'ignore', null),
});
const pick = fc.nat();
/** A graph over the blueprint's own tools; ends are chosen by number. */
const drawing = fc.option(
  fc.array(
    fc.record({
      from: pick,
      to: pick,
      type: fc.constantFrom('CAN_INVOKE', 'CHAINS_TO', 'READS', 'WRITES', 'GUARDED_BY'),
    }),
    { maxLength: 12 },
  ),
);
const auditedDocument = fc
  .record({
    agent_name: fc.constant('shop-agent'),
    tools: fc.uniqueArray(toolDocument, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
    constraints: fc.record({
      guardrails: fc.array(sentence, { minLength: 1, maxLength: 5 }),
      statements: fc.array(sentence, { maxLength: 2 }),
      max_retries: fc.constantFrom(2, null),
    }),
    drawn: drawing,
  })
  .map(({ drawn, ...document }) => ({ ...document, graph: drawn && drawnOver(document.tools, drawn) }));

function drawnOver(tools: { name: string }[], drawn: { from: number; to: number; type: string }[]) {
  const nodes = [AGENT, CRM, GUARD, POLICY, ...tools.map(({ name }) => tool(name))];
  const id = (end: number) => nodes[end % nodes.length]?.id;
  return { nodes, edges: drawn.map(({ from, to, type }) => ({ from: id(from), to: id(to), type })) };
}

const MANY = { numRuns: 500 };

test('the score lies between 0 and 100 and is the sum of what is left', () => {
  fc.assert(
    fc.property(auditedDocument, (document) => {
      const { score, categories } = auditOf(document);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      expect(Object.values(categories).reduce((sum, { left }) => sum + left, 0)).toBe(score);
    }),
    MANY,
  );
});

test('taking a guardrail away never raises the score', () => {
  fc.assert(
    fc.property(auditedDocument, pick, (document, picked) => {
      const { guardrails } = document.constraints;
      const fewer = guardrails.filter((_, index) => index !== picked % guardrails.length);
      const without = { ...document, constraints: { ...document.constraints, guardrails: fewer } };
      expect(auditOf(without).score).toBeLessThanOrEqual(auditOf(document).score);
    }),
    MANY,
  );
});

test('asking for a confirmation never lowers the score', () => {
  fc.assert(
    fc.property(auditedDocument, pick, (document, picked) => {
      const chosen = picked % document.tools.length;
      const tools = document.tools.map((one, index) =>
        index === chosen ? { ...one, requires_confirmation: true } : one,
      );
      expect(auditOf({ ...document, tools }).score).toBeGreaterThanOrEqual(auditOf(document).score);
    }),
    MANY,
  );
});
