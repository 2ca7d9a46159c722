import { type FirstUse, type FirstUseStep, firstUseStep } from '../domain/first-use.ts';
import { agentUrl } from './agent-frame.tsx';
import { allowance, shown } from './bounded-text.ts';
import { runUrl } from './run-links.ts';

/** What has arrived so far in words, and where that can be seen; the page that waits asks for it again and again. */
export type FirstUseNews = { step: FirstUseStep; says: string; url: string | null };

const NAME_CHARS = 80;
const NAME_BYTES = 500;

export function firstUseNews(use: FirstUse): FirstUseNews {
  const step = firstUseStep(use);
  const { key, agent, run } = use;
  if (step === 'running' && run)
    return {
      step,
      says: `The first run has arrived, of ${run.agentName}.`,
      url: runUrl({ id: run.id, agent_name: run.agentName }),
    };
  if (step === 'registered' && agent)
    return { step, says: `Connected: ${agent.name} is registered. Now run its tests.`, url: agentUrl(agent.id) };
  if (step === 'connected' && key) {
    const name = shown(allowance(NAME_BYTES)(key.name, NAME_CHARS));
    return { step, says: `Connected: the key “${name}” has been used. Now register an agent.`, url: null };
  }
  return { step, says: 'Waiting for the first connection.', url: null };
}

/** `stays` on a page that shows a key once: there the script only says what arrived, and does not move on. */
export function FirstUseState({ news, stays }: { news: FirstUseNews; stays: boolean }) {
  return (
    <div class="first-use" id="first-use" data-step={news.step} data-stays={stays ? '' : undefined}>
      <p role="status" dir="auto">
        {news.says}
      </p>
      <a href={news.url ?? '/'}>{news.url ? 'Open it' : 'Check again'}</a>
    </div>
  );
}
