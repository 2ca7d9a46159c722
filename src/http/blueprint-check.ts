import type { Context } from 'hono';
import * as z from 'zod';
import type { BlueprintVerdict } from '../dashboard/blueprint-form.tsx';
import { readDocument } from '../domain/blueprint/document.ts';
import { isObject } from '../domain/blueprint/raw.ts';
import { echo } from '../domain/errors.ts';
import { counted } from '../domain/formatting.ts';
import { prepareBlueprint } from '../tools/blueprints.ts';
import { callTool, type Denied } from '../tools/catalog.ts';
import { sentence, toolContext } from './agent-access.tsx';
import type { App } from './app.ts';
import type { SignedIn } from './auth.ts';

/** What of a preview is said beside the form. */
const Preview = z.object({
  score: z.int(),
  label: z.string(),
  confidence: z.object({ level: z.string() }),
  tools: z.array(z.unknown()),
  counts: z.record(z.string(), z.int()),
});

/** What is wrong with a text as the blueprint of the agent of that name, or what its audit would say. Nothing is stored. */
export async function checkBlueprint(
  c: Context<App>,
  who: SignedIn,
  { name, text }: { name: string; text: string },
): Promise<BlueprintVerdict> {
  const other = otherName(text, name);
  if (other !== null) return { ok: false, problems: [renamed(name, other)] };
  const answer = await callTool(prepareBlueprint, { blueprint: text, agent_name: name }, toolContext(c, who));
  if (!answer.ok) return { ok: false, problems: problemsOf(answer) };
  const { score, label, confidence, tools, counts } = Preview.parse(answer.structured);
  const findings = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const audit = `Readiness ${score}/100 (${label}), ${counted(findings, 'finding')}`;
  return { ok: true, summary: `Valid. ${audit}, ${counted(tools.length, 'tool')}, ${confidence.level} confidence.` };
}

/** The problems one by one, as far as there are several. */
export function problemsOf(denied: Denied): string[] {
  const problems = denied.details.problems ?? [];
  return problems.length > 1 ? problems.map((problem) => `${problem}.`) : [sentence(denied)];
}

/** The name that a text gives its agent where it is not this one. A text that cannot be read is left to the validation. */
function otherName(text: string, name: string): string | null {
  try {
    const { value } = readDocument(text);
    const given = isObject(value) ? (value.agent_name ?? value.name ?? name) : name;
    return given === name ? null : String(given);
  } catch {
    return null;
  }
}

function renamed(name: string, other: string): string {
  return `An edit cannot rename the agent: agent_name must stay '${name}', and is '${echo(other)}' here. For an agent of another name, upload a blueprint of its own with invarium_upload_blueprint.`;
}
