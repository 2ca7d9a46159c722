import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { accuracyCard } from './accuracy/card.ts';
import { cardJson } from './accuracy/card-json.ts';
import { cardText } from './accuracy/card-text.ts';
import { summaryText } from './accuracy/summary-text.ts';
import { Problem, runCommand } from './problem.ts';

const USAGE = `npm run accuracy -- DIR… [--json FILE]

Judges the recorded conversations of each folder with the product's own rules and prints how often they are right:
with everything, with calls but no outcomes, and with the answer alone; then what becomes of passing conversations
that are broken in one way, and how well failures are classified where the folder carries annotations.json.`;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
    if (positionals.length > 0) return { directories: positionals, json: values.json };
  } catch {
    // An option that is not known; the usage below names those that are.
  }
  throw new Problem(USAGE);
}

async function main(): Promise<void> {
  const { directories, json } = readArguments();
  const cards = directories.map((directory) => accuracyCard(path.resolve(directory)));
  console.log([...cards.map(cardText), ...(cards.length > 1 ? [summaryText(cards)] : [])].join('\n\n'));
  if (json) writeFileSync(json, `${JSON.stringify({ cards: cards.map(cardJson) }, null, 2)}\n`);
}

await runCommand(main);
