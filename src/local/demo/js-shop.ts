import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Problem } from '../problem.ts';

const SCRIPT = path.join(import.meta.dirname, 'js-shop-run.mjs');

export type Playing = {
  apiKey: string;
  mcpUrl: string;
  agentName: string;
  runId: string;
  /** Where results wait that could not be delivered. */
  spoolPath: string;
  /** Between two cases, for people who watch. */
  pauseMs: number;
  cases: { id: string; user_message: string }[];
};
/** What became of the results. */
export type Played = { delivered: number; kept: number; refused: number };

/** Plays the cases of the demo in a process of its own, with the JavaScript tracer, as a test script of a user would. */
export async function playWithJavaScript(playing: Playing): Promise<Played> {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(playing));
  const [said, [code]] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'close')]);
  if (code !== 0) throw new Problem('The JavaScript tracer could not play the cases of the demo.');
  return JSON.parse(said.join('')) as Played;
}
