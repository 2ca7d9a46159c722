import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { Problem } from './problem.ts';
import { birthOf, endProcess, isAlive, type ProcessId, processFrom } from './processes.ts';
import { readIfThere } from './state-directory.ts';

const RECORD_FILE = 'server.pid';
const NOTE_PREFIX = 'runtime-';
const GRACE_MS = 5000;

const Process = z.object({ pid: z.int(), birth: z.string() });
const ServerRecord = z.object({ server: Process, launcher: Process.optional() });

/** Where the runtime of this start notes its process id; a name of its own, so that two starts never share one. */
export function runtimeNote(directory: string): string {
  return path.join(directory, `${NOTE_PREFIX}${process.pid}`);
}

/** Ends what an earlier start left behind. Refuses while that start is well. */
export async function endOrphans(directory: string): Promise<void> {
  const record = readRecord(path.join(directory, RECORD_FILE));
  if (record && isAlive(record.server)) {
    const orphaned = record.launcher && !isAlive(record.launcher);
    if (!orphaned) throw new Problem(alreadyRunning(directory, record.server.pid));
    await endProcess(record.server, GRACE_MS);
  }
  for (const name of readdirSync(directory).filter((file) => file.startsWith(NOTE_PREFIX))) {
    const note = path.join(directory, name);
    const runtime = processFrom(readIfThere(note) ?? '');
    if (runtime) await endProcess(runtime, 0);
    rmSync(note, { force: true });
  }
  rmSync(path.join(directory, RECORD_FILE), { force: true });
}

/** Notes this process, and npm above it, for the next start. */
export function writeServerRecord(directory: string, launcher: ProcessId | undefined): void {
  const server = { pid: process.pid, birth: birthOf(process.pid) };
  const record = JSON.stringify({ server, ...(launcher ? { launcher } : {}) });
  writeFileSync(path.join(directory, RECORD_FILE), `${record}\n`, { mode: 0o600 });
}

export function removeServerRecord(directory: string): void {
  rmSync(runtimeNote(directory), { force: true });
  rmSync(path.join(directory, RECORD_FILE), { force: true });
}

/** npm, when it started this process: if npm is killed nobody can end the server by its usual handle. */
export function launcher(): ProcessId | undefined {
  const birth = process.env.npm_lifecycle_event === 'start' ? birthOf(process.ppid) : undefined;
  return birth ? { pid: process.ppid, birth } : undefined;
}

function readRecord(file: string): z.infer<typeof ServerRecord> | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return ServerRecord.parse(JSON.parse(text));
  } catch {
    // Half a record is what a kill during its writing leaves; the runtime's note does not depend on it.
    return undefined;
  }
}

function alreadyRunning(directory: string, pid: number): string {
  return `Invarium already runs on ${directory} (process ${pid}). Stop it first, or set INVARIUM_DATA to another directory.`;
}
