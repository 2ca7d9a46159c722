import type { Child } from 'hono/jsx';
import { type NamedRun, type PlacedRun, runUrl } from './run-links.ts';
import { RunName } from './run-name.tsx';

/** A place above a page, and what it is called. */
type Step = { href: string; name: Child };

/** Where a page lies: the places above it, the widest first; its own name is the heading. `children` stand on the other side of the line. */
export function Trail({ steps, children }: { steps: readonly Step[]; children?: Child }) {
  return (
    <div class="trail">
      {steps.map(({ href, name }, index) => (
        <>
          {index > 0 && <span aria-hidden="true">/</span>}
          <a href={href}>{name}</a>
        </>
      ))}
      {children}
    </div>
  );
}

/** The way down to an agent's runs; without the agent's address it is left out. */
export function stepsToAgent(agentUrl: string | undefined, name: string): Step[] {
  const agent = agentUrl === undefined ? [] : [{ href: agentUrl, name: <bdi>{name}</bdi> }];
  return [{ href: '/runs', name: 'Test runs' }, ...agent];
}

/** The way down to what belongs to one run. */
export function stepsToRun(agentUrl: string | undefined, run: NamedRun & PlacedRun): Step[] {
  return [...stepsToAgent(agentUrl, run.agent_name), { href: runUrl(run), name: <RunName run={run} /> }];
}
