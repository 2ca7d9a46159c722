import { AGENTS } from './contract-agents.ts';
import { BLUEPRINTS } from './contract-blueprints.ts';
import { CONNECTION } from './contract-connection.ts';
import { GENERATION } from './contract-generation.ts';
import type { ToolContract } from './contract-row.ts';
import { RUNS } from './contract-runs.ts';
import { SYNC } from './contract-sync.ts';
import { TESTING } from './contract-testing.ts';

/** The published contract of every tool; each file of it is held by the test of its name. */
export const CONTRACT: readonly ToolContract[] = [
  ...CONNECTION,
  ...BLUEPRINTS,
  ...AGENTS,
  ...GENERATION,
  ...TESTING,
  ...SYNC,
  ...RUNS,
];
