import { parseBlueprint } from '../../domain/blueprint/blueprint.ts';
import { Refusal, refusalText } from '../../domain/errors.ts';
import type { Expectations } from '../../domain/expectations.ts';
import type { FailureCategory } from '../../domain/fields.ts';
import type { RunResult } from '../../domain/result.ts';
import { targetCategory } from '../../domain/scenario.ts';
import type { Tool } from '../../domain/tool.ts';
import { judge } from '../../domain/verdict/judge.ts';
import { type ToolTable, toolTable } from '../../domain/verdict/tool-table.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { Corpus } from '../corpus.ts';
import { Problem } from '../problem.ts';

/** A corpus made ready for judging: its tools as the product reads them from a blueprint, its cases by task. */
export type Bench = { tools: readonly Tool[]; table: ToolTable; cases: ReadonlyMap<string, Expectations> };

/** Throws a `Problem` where the product would refuse the agent. */
export function benchFor({ blueprint, scenarios, agentName }: Corpus): Bench {
  try {
    const { tools } = parseBlueprint(JSON.stringify(blueprint)).blueprint;
    return {
      tools,
      table: toolTable(tools),
      cases: new Map(scenarios.map((each) => [each.taskId, each.expectations])),
    };
  } catch (error) {
    throw error instanceof Refusal ? new Problem(`${agentName}: ${refusalText(error)}`) : error;
  }
}

/** The product's own verdict; `scenario_id` is the task. */
export function verdictOn({ cases, table }: Bench, result: RunResult): Verdict {
  return judge({ result, expectations: cases.get(result.scenario_id) ?? {}, tools: table });
}

export function targetOf({ cases }: Bench, taskId: string): FailureCategory {
  return targetCategory({ title: '', user_message: '', expectations: cases.get(taskId) ?? {} });
}
