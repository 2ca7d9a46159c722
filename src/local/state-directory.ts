import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode, Problem } from './problem.ts';

const DEFAULT_DIRECTORY = '.invarium/state';
const SECRET_FILE = 'session-secret';
const SECRET_BYTES = 32;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

export function stateDirectory(usual = DEFAULT_DIRECTORY): string {
  return path.resolve(process.env.INVARIUM_DATA?.trim() || usual);
}

/** Makes the directory where it is missing, and tries to write to it. */
export function openStateDirectory(directory: string): void {
  const probe = path.join(directory, `.probe-${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new Problem(
      `Cannot write to ${directory} (${errorCode(error)}). Set INVARIUM_DATA to a directory that you may write to.`,
    );
  }
}

/** The secret that signs sessions and sign-in links, made on the first start. */
export function sessionSecret(directory: string): string {
  const file = path.join(directory, SECRET_FILE);
  const known = readIfThere(file)?.trim();
  if (known && known.length >= SECRET_BYTES) return known;
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  writePrivately(file, `${secret}\n`);
  return secret;
}

/** Only the owner may read it. Written beside and renamed, so that a kill leaves the old file or the new one. */
export function writePrivately(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: OWNER_ONLY });
  renameSync(draft, file);
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new Problem(`Cannot read ${file} (${errorCode(error)}).`);
  }
}
