import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from './server.ts';

const KB_PER_MB = 1024;

type Process = { pid: number; parent: number; command: string };

/** A process and everything below it. Linux only, as CI is. */
export function processTree(root: number): Process[] {
  const all = allProcesses();
  const tree = all.filter(({ pid }) => pid === root);
  for (const member of tree) tree.push(...all.filter(({ parent }) => parent === member.pid));
  return tree;
}

/** Resident memory of a whole tree, in MB. */
export function memoryMb(root: number): number {
  const kb = processTree(root).map(({ pid }) => Number(read(`/proc/${pid}/status`).match(/VmRSS:\s+(\d+)/)?.[1] ?? 0));
  return kb.reduce((sum, value) => sum + value, 0) / KB_PER_MB;
}

/** Running Workers runtimes among some processes. */
export function runtimesOf(tree: Process[]): Process[] {
  return tree.filter(({ command }) => command.includes('workerd\0serve'));
}

export function isRunning(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && !/\) Z /.test(stat);
}

function allProcesses(): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((name) => ({
    pid: Number(name),
    parent: Number(read(`/proc/${name}/stat`).match(/\) . (\d+)/)?.[1] ?? 0),
    command: read(`/proc/${name}/cmdline`),
  }));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It ended while we looked.
    return '';
  }
}

/** Ends the server as a power cut would: sometimes the starting process alone, sometimes all it started. */
export async function cutOff(server: Server, whole: boolean): Promise<void> {
  const others = whole ? processTree(server.pid).map(({ pid }) => pid) : [];
  await server.kill('SIGKILL');
  for (const pid of others.filter((pid) => pid !== server.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went with its parent.
    }
  }
}
