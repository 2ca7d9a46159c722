import { Hono } from 'hono';
import { GraphTab } from '../dashboard/graph-tab.tsx';
import { ScoreTab } from '../dashboard/score-tab.tsx';
import { parseBlueprint } from '../domain/blueprint/blueprint.ts';
import type { Blueprint } from '../domain/blueprint/schema.ts';
import { Refusal, unwrap } from '../domain/errors.ts';
import { layoutGraph } from '../domain/graph-layout.ts';
import { markGraph } from '../domain/graph-marks.ts';
import type { ToolUsage } from '../domain/tool-use.ts';
import { type BlueprintDocument, selectBlueprintDocument } from '../store/blueprints.ts';
import { withDeadline } from '../store/deadline.ts';
import { D1_DEADLINE_MS, viewing } from './agent-access.tsx';
import type { App } from './app.ts';

/** How good an agent is, and what it is made of. */
export const scorePages = new Hono<App>();

scorePages.get('/agent/:id/score', (c) =>
  viewing(c, async ({ found, page }) => {
    const { score, previousScore: previous } = found.detail;
    const trend = unwrap(await found.object.viewTrend());
    return c.html(<ScoreTab {...page} score={score} previous={previous} trend={trend} />);
  }),
);

scorePages.get('/agent/:id/graph', (c) =>
  viewing(c, async ({ found, workspaceId, page }) => {
    const [usage, stored] = await Promise.all([
      found.object.viewToolUsage(),
      withDeadline(selectBlueprintDocument(c.env.DB, workspaceId, found.agent.id, null), D1_DEADLINE_MS),
    ]);
    const graph = stored && drawGraph(stored, unwrap(usage));
    return c.html(<GraphTab {...page} graph={graph} usage={unwrap(usage)} />);
  }),
);

function drawGraph({ document, version }: BlueprintDocument, usage: ToolUsage) {
  const blueprint = readBlueprint(document);
  if (!blueprint) return null;
  const marked = markGraph(blueprint, usage);
  return { marked, layout: layoutGraph(marked), version };
}

/** Null for a document that rules have outgrown since it was stored. */
function readBlueprint(document: string): Blueprint | null {
  try {
    return parseBlueprint(document).blueprint;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
