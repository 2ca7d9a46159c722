import { createHash, randomBytes } from 'node:crypto';
import { isSameText } from '../../src/http/same-text.ts';

/**
 * Prints whether the time that a comparison with a secret takes depends on how much of a guess is right: `node test/bench/secret-timing.ts`.
 * Guesses with a valid prefix (all but the last character) against random ones, in random order, 100,000 tries; Welch's t-test of the two
 * samples of times. |t| under 4.5 is what dudect (Reparaz, Balasch, Verbauwhede 2017) takes as no evidence of a leak. A comparison that stops
 * at the first difference stands beside it, to show that the measurement would see one.
 */

const TRIES = 100_000;
const CALLS_A_TRY = 40;
const LIMIT = 4.5;
/** The slowest tries are the machine's own doing: the garbage collector, another process. Cut at the same time for both. */
const KEPT = 0.95;
const KEY_CHARS = 44;
const GUESSES = 1_000;

type Comparison = { name: string; isSame: (given: string) => boolean };

const secret = `inv_${randomBytes(30).toString('base64url')}`;
const keys = new Map([[hash(secret), 'key']]);
const signature = hash('a message');

const COMPARISONS: { comparison: Comparison; right: string; isControl?: boolean }[] = [
  { comparison: { name: 'an API key, found by its SHA-256', isSame: (given) => keys.has(hash(given)) }, right: secret },
  {
    comparison: { name: 'a signature or form token', isSame: (given) => isSameText(given, signature) },
    right: signature,
  },
  {
    comparison: { name: 'control: stops at the first difference', isSame: stopsEarly },
    right: signature,
    isControl: true,
  },
];

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function stopsEarly(given: string): boolean {
  for (let at = 0; at < signature.length; at++) if (given.charCodeAt(at) !== signature.charCodeAt(at)) return false;
  return true;
}

/** Guesses of the secret's length, made before anything is timed. */
function guesses(right: string): { close: string[]; random: string[] } {
  const alphabet = right.length === KEY_CHARS ? 'base64url' : 'hex';
  const random = () => `${right.slice(0, 4)}${randomBytes(right.length).toString(alphabet)}`.slice(0, right.length);
  const last = right.at(-1) === 'a' ? 'b' : 'a';
  const close = () => `${right.slice(0, -2)}${random().at(-2)}${last}`;
  const pool = (make: () => string) => Array.from({ length: GUESSES }, () => flat(make()));
  return { close: pool(close), random: pool(random) };
}

/** The engine keeps a text that was put together in another form than one that was cut out; what arrives on a wire is always the same. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function measure({ isSame }: Comparison, right: string): { close: number[]; random: number[] } {
  const pools = guesses(right);
  const times = { close: [] as number[], random: [] as number[] };
  for (let n = 0; n < TRIES; n++) {
    const kind = Math.random() < 0.5 ? 'close' : 'random';
    const guess = pools[kind][n % GUESSES] ?? '';
    const from = process.hrtime.bigint();
    for (let call = 0; call < CALLS_A_TRY; call++) isSame(guess);
    times[kind].push(Number(process.hrtime.bigint() - from) / CALLS_A_TRY);
  }
  const limit = times.close.concat(times.random).sort((a, b) => a - b)[Math.floor(TRIES * KEPT)] ?? 0;
  return { close: times.close.filter((time) => time <= limit), random: times.random.filter((time) => time <= limit) };
}

function moments(sample: number[]): { mean: number; variance: number; n: number } {
  const n = sample.length;
  const mean = sample.reduce((sum, value) => sum + value, 0) / n;
  return { mean, variance: sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1), n };
}

/** Welch 1947. */
function welch(a: number[], b: number[]): number {
  const [x, y] = [moments(a), moments(b)];
  return (x.mean - y.mean) / Math.sqrt(x.variance / x.n + y.variance / y.n);
}

let leaks = false;
for (const { comparison, right, isControl } of COMPARISONS) {
  measure(comparison, right);
  const { close, random } = measure(comparison, right);
  const t = welch(close, random);
  const [near, far] = [moments(close).mean.toFixed(1), moments(random).mean.toFixed(1)];
  console.log(`${comparison.name}: valid prefix ${near} ns, random ${far} ns, t = ${t.toFixed(2)}`);
  leaks ||= isControl ? Math.abs(t) < LIMIT : Math.abs(t) >= LIMIT;
}
if (leaks) {
  console.error(`|t| must be under ${LIMIT}, and over it for the control.`);
  process.exitCode = 1;
}
