import { spawnSync } from 'node:child_process';
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

/** `npm run dev`: wrangler's own server, which builds again whenever a file changes. */
async function main(): Promise<void> {
  const port = readPort(process.env.PORT);
  const directory = stateDirectory(DIRECTORY);
  openStateDirectory(directory);
  const known = readFacts(directory);
  const identity = makeIdentity(identityOf(known));
  const local = ['--local', '--persist-to', path.join(directory, 'storage')];
  wrangler(['d1', 'migrations', 'apply', 'DB', ...local], 'ignore');
  if (!known) wrangler(['d1', 'execute', 'DB', ...local, '--command', seedSql(identity, Date.now())], 'ignore');

  const secret = sessionSecret(directory);
  const facts = await makeFacts(`http://${HOST}:${port}`, identity, secret);
  writeFacts(directory, facts);
  console.log(banner(facts, directory));
  wrangler(['dev', '--port', String(port), ...local.slice(1), '--var', `SESSION_SECRET:${secret}`], 'inherit');
}

function wrangler(command: string[], output: 'ignore' | 'inherit'): void {
  const binary = path.join(ROOT, 'node_modules/.bin/wrangler');
  const env = { ...process.env, WRANGLER_HIDE_BANNER: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };
  const { status } = spawnSync(binary, command, { cwd: ROOT, env, stdio: ['ignore', output, 'inherit'] });
  if (status) throw new Problem(`wrangler ${command.slice(0, 2).join(' ')} ended with ${status}.`);
}

await runCommand(main);
