import { afterEach, expect, test } from 'vitest';
import { TOOLS } from '../../src/tools/catalog.ts';
import { d1, engine, plan } from '../faults/worker.ts';
import { expectText, filled, type Row, type ToolContract } from './contract-row.ts';
import { oneScenario, type Stage } from './contract-scenes.ts';

/** What is refused changes nothing, so that refusals can share a scene. */
const shared = new Map<() => Promise<Stage>, Promise<Stage>>();

/** A test for each row: the call is made through a real client, and the whole answer compared. */
export function holdContract(contracts: readonly ToolContract[]): void {
  afterEach(() => {
    d1.mode = 'ok';
    plan.text = null;
    engine.isHeld = false;
  });
  for (const { tool, section, rows } of contracts.filter(({ tool }) => isRegistered(tool))) {
    for (const row of rows) {
      const { mark, when, see = section } = row;
      test(`invarium_${tool} answers as published when ${when} [${see}, ${mark}]`, () => check(tool, row));
    }
  }
}

function isRegistered(tool: string): boolean {
  return TOOLS.some(({ name }) => name === `invarium_${tool}`);
}

async function check(tool: string, row: Row): Promise<void> {
  const { call, names } = await stageOf(row);
  const said = await call(tool, filled(row.args ?? {}, names) as Record<string, unknown>);
  expectText(said.text, row.text, names);
  expect({ isError: said.isError, code: said.error?.code }).toEqual({
    isError: row.code !== undefined,
    code: row.code,
  });
  const isStructured = Object.keys(said.structured).length > 0;
  expect(isStructured, 'structured content stands beside every answer but a refusal').toBe(row.code === undefined);
}

function stageOf({ scene = oneScenario, code }: Row): Promise<Stage> {
  if (code === undefined) return scene();
  const stage = shared.get(scene) ?? scene();
  shared.set(scene, stage);
  return stage;
}
