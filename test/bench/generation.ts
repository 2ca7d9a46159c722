import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import type { Blueprint } from '../../src/domain/blueprint/schema.ts';
import { BLUEPRINTS, generateCases, requestFor } from '../domain/generation-blueprints.ts';

/** Prints the CPU time that 25 cases take in the embedded engine: for agents of usual size, and for one as large as a blueprint may be. */

const RUNS = 15;
const USUAL_MS = 200;
const HUGE_MS = 2_000;
const HUGE_TOOLS = 500;
const HUGE_BYTES = 500_000;

type Row = { name: string; first: number; median: number; limit: number };

function measured(name: string, blueprint: Blueprint, limit: number): Row {
  const times = Array.from({ length: RUNS }, (_, seed) =>
    cpuMs(() => generateCases(requestFor(blueprint, { seed, complexity: 'mixed' }))),
  );
  const median = times.toSorted((one, other) => one - other)[Math.floor(RUNS / 2)] ?? 0;
  return { name, first: times[0] ?? 0, median, limit };
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const VERBS = ['create', 'update', 'cancel', 'get', 'list', 'search', 'send', 'delete', 'approve', 'assign'];
const NOUNS = ['order', 'invoice', 'ticket', 'shipment', 'contract', 'lead', 'campaign', 'asset', 'payment', 'vendor'];
const AREAS = ['sales', 'legal', 'field', 'web', 'retail'];

function hugeBlueprint(): Blueprint {
  const kinds: Record<string, string> = {
    get: 'read',
    list: 'read',
    search: 'read',
    cancel: 'delete',
    delete: 'delete',
  };
  const tools = Array.from({ length: HUGE_TOOLS }, (_, at) => {
    const [verb, noun, area] = [VERBS[at % 10], NOUNS[Math.floor(at / 10) % 10], AREAS[Math.floor(at / 100)]];
    const described = (words: string) => ({
      type: 'string',
      description: `${words} ${'with a long explanation '.repeat(5)}`,
    });
    const properties = {
      [`${noun}_id`]: described('such as A-1001'),
      amount: { type: 'number', minimum: 1, maximum: 5000 },
      due_date: { type: 'string', format: 'date' },
      notes: described('Notes'),
    };
    return {
      name: `${verb}_${area}_${noun}`,
      description: `Does what its name says. ${'More words about it. '.repeat(14)}`,
      side_effects: kinds[verb ?? ''] ?? 'write',
      parameters: { type: 'object', properties, required: [`${noun}_id`, 'amount'] },
    };
  });
  const guardrails = Array.from(
    { length: 120 },
    (_, at) => `Never ${VERBS[at % 10]} a ${AREAS[at % 5]} ${NOUNS[at % 9]} above $${100 + at}.`,
  );
  const chains = Array.from({ length: 60 }, (_, at) => ({
    name: `chain ${at}`,
    steps: tools.slice(at * 3, at * 3 + 3).map(({ name }) => name),
  }));
  const text = JSON.stringify({ agent_name: 'huge-agent', tools, workflow: { chains }, constraints: { guardrails } });
  if (Math.abs(text.length - HUGE_BYTES) > HUGE_BYTES / 8)
    throw new RangeError(`The document has ${text.length} bytes`);
  return parseBlueprint(text).blueprint;
}

const rows = [
  ...Object.entries(BLUEPRINTS).map(([name, blueprint]) => measured(name, blueprint, USUAL_MS)),
  measured(`${HUGE_TOOLS} tools, about ${HUGE_BYTES / 1_000} KB`, hugeBlueprint(), HUGE_MS),
];
console.log('| blueprint | first, ms CPU | median, ms CPU | limit |\n| --- | ---: | ---: | ---: |');
for (const { name, first, median, limit } of rows)
  console.log(`| ${name} | ${first.toFixed(0)} | ${median.toFixed(0)} | ${limit} |`);
if (rows.some(({ first, median, limit }) => Math.max(first, median) > limit)) process.exitCode = 1;
