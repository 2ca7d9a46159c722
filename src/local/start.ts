import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { banner } from './client-setup.ts';
import type { LocalFacts } from './local-facts.ts';
import { type LocalServer, startLocalServer } from './local-server.ts';
import { Problem, runCommand } from './problem.ts';
import { launcher } from './server-record.ts';
import { stateDirectory } from './state-directory.ts';

const LOG_FILE = 'server.log';
const LAUNCHER_CHECK_MS = 500;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const USAGE = `npm start                 starts the server
npm start -- --demo       and runs the sample agent against it

  --bundle DIR   a Worker that is already built (wrangler deploy --dry-run --outdir DIR)

PORT (8787) and INVARIUM_DATA (.invarium/state) are read from the environment. Requests are logged to server.log there.`;

function readArguments() {
  try {
    const options = { demo: { type: 'boolean' }, bundle: { type: 'string' }, help: { type: 'boolean' } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** Ends on a signal, and when npm, which would have passed the signal on, is gone. */
function stopWhenAsked(server: Promise<LocalServer>): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server.then(({ stop }) => stop()).catch(() => undefined);
    process.exit();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  // Whoever read the output may leave; the server stays.
  process.stdout.on('error', () => undefined);
  const npm = launcher();
  if (npm) setInterval(() => process.ppid === npm.pid || stop(), LAUNCHER_CHECK_MS).unref();
}

/** In a process of its own, which takes its memory with it. */
function runDemo({ mcp_url, api_key }: LocalFacts): void {
  const env = { ...process.env, INVARIUM_MCP_URL: mcp_url, INVARIUM_API_KEY: api_key };
  const demo = spawn(process.execPath, [path.join(import.meta.dirname, 'demo.ts')], { stdio: 'inherit', env });
  process.once('exit', () => demo.kill());
}

/** Requests go to a file, so that the terminal keeps showing where the server is; what went wrong is shown there as well. */
function requestLog(file: string): (line: string) => void {
  return (line) => {
    appendFileSync(file, `${line}\n`);
    if (line.includes('"level":"error"')) console.error(line);
  };
}

async function main(): Promise<void> {
  const { demo, bundle, help } = readArguments();
  if (help) return console.log(USAGE);
  const directory = stateDirectory();
  const log = requestLog(path.join(directory, LOG_FILE));
  const starting = startLocalServer({ directory, bundle, log });
  stopWhenAsked(starting);
  const { facts } = await starting;
  console.log(banner(facts, directory));
  if (demo) runDemo(facts);
}

await runCommand(main);
