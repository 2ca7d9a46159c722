import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { Played, Playing } from './js-shop.ts';

const SCRIPT = path.join(import.meta.dirname, 'shop_run.py');
const PYTHON = process.platform === 'win32' ? 'python' : 'python3';
const OLDEST = 'import sys; sys.exit(sys.version_info < (3, 8))';

/** The tracer needs Python 3.8; the demo does without it where there is none. */
export function hasPython(): boolean {
  return spawnSync(PYTHON, ['-c', OLDEST]).status === 0;
}

/** Plays the cases of the demo in a process of its own, with the Python tracer, as a test script of a user would. */
export async function playWithPython(playing: Playing): Promise<Played> {
  const child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(playing));
  const [said, [code]] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'close')]);
  if (code !== 0) throw new Problem('The Python tracer could not play the cases of the demo.');
  return JSON.parse(said.join('')) as Played;
}
