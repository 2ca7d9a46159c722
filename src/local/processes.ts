import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that cannot be taken for a later one with the same number. */
export type ProcessId = { pid: number; birth: string };

const POLL_MS = 50;
/** Field 22 of /proc/PID/stat, in a list that begins with field 4. */
const START_TIME = 18;

/** When a running process began, in the system's own notation; undefined when there is none. */
export function birthOf(pid: number): string | undefined {
  return birthFrom(describe(pid));
}

/** The process that a line describes: of /proc/PID/stat on Linux, of `ps -o pid=,lstart=` elsewhere. */
export function processFrom(line: string): ProcessId | undefined {
  const pid = Number.parseInt(line, 10);
  const birth = birthFrom(line);
  return pid > 0 && birth ? { pid, birth } : undefined;
}

export function isAlive(process: ProcessId): boolean {
  return birthOf(process.pid) === process.birth;
}

/** Ends a process: asked first, if it is given time, then killed. Never one that took over its number. */
export async function endProcess(target: ProcessId, graceMs: number): Promise<void> {
  if (graceMs > 0) send(target, 'SIGTERM');
  for (let waited = 0; waited < graceMs && isAlive(target); waited += POLL_MS) await sleep(POLL_MS);
  send(target, 'SIGKILL');
  while (isAlive(target)) await sleep(POLL_MS);
}

function send(target: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // It ended between the two lines, which is what was wanted.
  }
}

function describe(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/stat`, 'utf8');
    return execFileSync('ps', ['-o', 'pid=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function birthFrom(line: string): string | undefined {
  const nameEnd = line.lastIndexOf(')');
  if (nameEnd === -1) return line.trim().replace(/^\d+\s+/, '') || undefined;
  const [state, ...rest] = line.slice(nameEnd + 2).split(' ');
  // A zombie has ended; only its parent has not looked yet.
  return state === 'Z' ? undefined : rest[START_TIME];
}
