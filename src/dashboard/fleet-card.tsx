import { agentListUrl, EVERY_AGENT } from '../domain/agent-list.ts';
import { FLEET_HEALTH, type FleetHealth, SCORES_OF } from '../domain/fleet.ts';
import { counted, grouped } from '../domain/formatting.ts';
import { ShareBar } from './share-bar.tsx';

/** How many agents are in which state; each state leads to its agents. */
export function FleetCard({ fleet }: { fleet: FleetHealth }) {
  const agents = FLEET_HEALTH.reduce((sum, health) => sum + fleet[health], 0);
  return (
    <ul class="sheet fleet" aria-label={`Of ${counted(agents, 'agent')}`}>
      {FLEET_HEALTH.map((health) => (
        <li data-health={health}>
          <span>
            <strong>{grouped(fleet[health])}</strong> <a href={agentListUrl({ ...EVERY_AGENT, health })}>{health}</a>
          </span>
          <small>{scoresText(health)}</small>
          <ShareBar part={fleet[health]} whole={agents} />
        </li>
      ))}
    </ul>
  );
}

function scoresText(health: keyof FleetHealth): string {
  const [from, below] = SCORES_OF[health];
  if (from < 0) return 'no score yet';
  return from === 0 ? `AQS below ${below}` : `AQS ${from} to ${below - 1}`;
}
