import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { banner } from './client-setup.ts';
import { identityOf, makeFacts, readFacts, writeFacts } from './local-facts.ts';
import { readPort } from './local-server.ts';
import { Problem, runCommand } from './problem.ts';
import { HOST } from './runtime.ts';
import { makeIdentity, seedSql } from './seed.ts';
import { openStateDirectory, sessionSecret, stateDirectory } from './state-directory.ts';
import { ROOT } from './worker-bundle.ts';

/** Apart from `npm start`'s, because the two keep their storage in different ways. */
const DIRECTORY = '.invarium/dev';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `npm run dev`: wrangler's own server, which builds again whenever a file changes. */
async function main(): Promise<void> {
  const port = readPort(process.env.PORT);
  const directory = stateDirectory(DIRECTORY);
  openStateDirectory(directory);
  const known = readFacts(directory);
  const identity = makeIdentity(identityOf(known));
  const local = ['--local', '--persist-to', path.join(directory, 'storage')];
  await wrangler(['d1', 'migrations', 'apply', 'DB', ...local], 'ignore');
  if (!known) await wrangler(['d1', 'execute', 'DB', ...local, '--command', seedSql(identity, Date.now())], 'ignore');

  const secret = sessionSecret(directory);
  const facts = await makeFacts(`http://${HOST}:${port}`, identity, secret);
  writeFacts(directory, facts);
  console.log(banner(facts, directory));
  await wrangler(['dev', '--port', String(port), ...local.slice(1), '--var', `SESSION_SECRET:${secret}`], 'inherit');
}

/** Runs a wrangler command to its end; a signal that ends this process ends it first. */
async function wrangler(command: string[], output: 'ignore' | 'inherit'): Promise<void> {
  const binary = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const env = { ...process.env, WRANGLER_HIDE_BANNER: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };
  const stdio: StdioOptions = ['ignore', output, 'inherit'];
  const child = spawn(process.execPath, [binary, ...command], { cwd: ROOT, env, stdio });
  let stopping = false;
  const pass = (signal: NodeJS.Signals) => {
    stopping = child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  const [code] = await once(child, 'exit');
  for (const signal of SIGNALS) process.off(signal, pass);
  if (code && !stopping) throw new Problem(`wrangler ${command.slice(0, 2).join(' ')} ended with ${code}.`);
}

await runCommand(main);
