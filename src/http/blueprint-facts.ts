import type { BlueprintFacts, ListedAgent } from '../domain/agent-list.ts';
import { parseBlueprint } from '../domain/blueprint/blueprint.ts';
import { selectBlueprintTexts } from '../store/agent-list.ts';

/** What a list says of a blueprint takes parsing it, so each version is read once an isolate: a version never changes. */

const MAX_KNOWN = 2_000;
const known = new Map<string, BlueprintFacts | null>();

type Version = Pick<ListedAgent, 'id' | 'blueprint_version'>;

/** By agent id; agents whose blueprint can no longer be read are missing. */
export async function blueprintFacts(
  db: D1Database,
  workspaceId: string,
  agents: readonly Version[],
): Promise<Map<string, BlueprintFacts>> {
  const strange = agents.filter((agent) => !known.has(keyOf(agent))).map(({ id }) => id);
  const texts = strange.length > 0 ? await selectBlueprintTexts(db, workspaceId, strange) : [];
  const documents = new Map(texts.map(({ agent_id, document }) => [agent_id, document]));
  const facts = agents.map((agent) => [agent.id, factsOf(agent, documents.get(agent.id))] as const);
  return new Map(facts.flatMap(([id, fact]) => (fact ? [[id, fact]] : [])));
}

function factsOf(agent: Version, document: string | undefined): BlueprintFacts | null {
  const key = keyOf(agent);
  const seen = known.get(key);
  if (seen !== undefined || document === undefined) return seen ?? null;
  const facts = readFacts(document);
  if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value ?? '');
  known.set(key, facts);
  return facts;
}

function keyOf({ id, blueprint_version }: Version): string {
  return `${id}/${blueprint_version}`;
}

/** A document that rules have outgrown since it was stored still has a card. */
function readFacts(document: string): BlueprintFacts | null {
  try {
    const { framework, tools } = parseBlueprint(document).blueprint;
    return { framework, tools: tools.length };
  } catch {
    return null;
  }
}
