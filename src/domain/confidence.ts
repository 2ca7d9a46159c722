import { constraintTexts } from './blueprint/blueprint.ts';
import type { Blueprint } from './blueprint/schema.ts';
import type { Tool } from './tool.ts';

export type Confidence = { level: 'low' | 'medium' | 'high'; points: number; reasons: string[] };

const MIN_DESCRIPTION_CHARS = 40;
const MEDIUM_POINTS = 4;
const HIGH_POINTS = 7;
const TOOLS_NAMED = 3;

/** How much a blueprint says for tests to be written from: 0 to 10 points, and a reason for each point that is missing. */
export function confidence(blueprint: Blueprint): Confidence {
  const { description = '', framework_declared, tools, workflow, graph, sample_data = {} } = blueprint;
  const elements = [
    {
      points: 1,
      missing:
        description.length < MIN_DESCRIPTION_CHARS &&
        `The description has fewer than ${MIN_DESCRIPTION_CHARS} characters`,
    },
    { points: 1, missing: !framework_declared && 'The framework is not set' },
    { points: 2, missing: lacking('parameters', tools, hasParameters) },
    { points: 1, missing: lacking('returns', tools, (tool) => !!tool.returns) },
    { points: 1, missing: lacking('side_effects', tools, (tool) => !!tool.side_effects) },
    { points: 1, missing: lacking('error_handling', tools, (tool) => !!tool.error_handling) },
    { points: 1, missing: workflow.chains.length === 0 && 'No workflow chain is described' },
    { points: 1, missing: constraintTexts(blueprint).length === 0 && 'No constraint or guardrail is given' },
    {
      points: 1,
      missing: !graph && Object.keys(sample_data).length === 0 && 'Neither a graph nor sample_data is given',
    },
  ];
  const points = elements.reduce((sum, element) => sum + (element.missing ? 0 : element.points), 0);
  const level = points >= HIGH_POINTS ? 'high' : points >= MEDIUM_POINTS ? 'medium' : 'low';
  return { level, points, reasons: elements.flatMap(({ missing }) => missing || []) };
}

/** A schema that says something, be it that there are no parameters (`{type: object, properties: {}}`). */
export function hasParameters({ parameters }: Tool): boolean {
  return Object.keys(parameters).length > 0;
}

/** `returns is missing on 2 of 5 tools: a, b`, or nothing when no tool lacks it. */
function lacking(field: string, tools: Tool[], has: (tool: Tool) => boolean): string | false {
  const without = tools.filter((tool) => !has(tool)).map(({ name }) => name);
  if (without.length === 0) return false;
  const named = without.slice(0, TOOLS_NAMED).join(', ');
  const more = without.length > TOOLS_NAMED ? ` and ${without.length - TOOLS_NAMED} more` : '';
  return `${field} is missing on ${without.length} of ${tools.length} tools: ${named}${more}`;
}
