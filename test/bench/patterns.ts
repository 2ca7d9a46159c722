import { Pattern } from '../../src/domain/pattern/pattern.ts';
import { PatternError } from '../../src/domain/pattern/syntax.ts';

/** Prints how long hostile patterns take on 64 KB of hostile text: `node test/bench/patterns.ts`. The limit is 100 ms. */

const TEXT_BYTES = 64 * 1024;
const filled = (unit: string) => unit.repeat(TEXT_BYTES / unit.length);
const noise = (units: string) =>
  Array.from({ length: TEXT_BYTES }, (_, i) => units[Math.floor(((Math.sin(i) + 1) * 1e6) % units.length)]).join('');
const everyChar = (from: number) =>
  String.fromCodePoint(...Array.from({ length: TEXT_BYTES / 3 }, (_, i) => from + ((i * 7919) % 0xa000)));

/** The largest of a family of patterns that is still taken. */
function largest(make: (n: number) => string): string {
  let low = 1;
  let high = 2000;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isTaken(make(middle))) low = middle;
    else high = middle - 1;
  }
  return make(low);
}

function isTaken(source: string): boolean {
  if (source.length > 2000) return false;
  try {
    new Pattern(source);
    return true;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}

const alternatives = (n: number, one: (i: number) => string) => Array.from({ length: n }, (_, i) => one(i)).join('|');
const sequence = (n: number, one: (i: number) => string) => Array.from({ length: n }, (_, i) => one(i)).join('');
const letter = (i: number) => String.fromCharCode(0x4e00 + i * 3);

const FAMILIES: [name: string, make: (n: number) => string, texts: string[]][] = [
  ['(a|b)*a(a|b){n}c', (n) => `(a|b)*a(a|b){${Math.min(n, 1000)}}c`, [noise('ab'), `${noise('ab')}c`]],
  ['a(a|b){0,n}c', (n) => `a(a|b){0,${Math.min(n, 1000)}}c`, [noise('ab'), `${noise('ab')}c`]],
  ['a(?:a|bb){n}c', (n) => `a(?:a|bb){${Math.min(n, 1000)}}c`, [noise('ab')]],
  ['(?:a?){n}b', (n) => `(?:a?){${Math.min(n, 1000)}}b`, [filled('a'), noise('ac')]],
  ['a?a?…b', (n) => `x*a${sequence(n, (i) => (i % 2 ? 'a?' : 'b?'))}c`, [noise('ab')]],
  ['(a?b?)…', (n) => `a(?:a?b?[ab]?){${Math.min(n, 1000)}}c`, [noise('ab')]],
  ['((a{0,10}){0,10}){0,n}b', (n) => `((a{0,10}b?){0,10}a?){0,${Math.min(n, 1000)}}c`, [noise('ab')]],
  ['a*b*a*b*…', (n) => `a${sequence(n, (i) => (i % 2 ? 'a*' : 'b*'))}c`, [noise('ab')]],
  ['alternatives a*b*i', (n) => alternatives(n, (i) => `a*b*${i}`), [noise('ab')]],
  ['alternatives of a[ab]{i}', (n) => alternatives(n, (i) => `a[ab]{${i + 2}}c`), [noise('ab')]],
  ['x.{0,n}y', (n) => `x.{0,${Math.min(n, 1000)}}y`, [noise('xxxxxz'), `${noise('xxxxxz')}y`]],
  [
    'words before a word',
    (n) => `\\b(?:\\w+\\W+){0,${Math.min(n, 1000)}}refund`,
    [noise('ab -'), `${noise('ab -')} refund`],
  ],
  ['places', (n) => `a(?:\\b|\\Ba|b\\B){${Math.min(n, 1000)}}c`, [noise('ab ')]],
  ['many classes', (n) => sequence(n, (i) => `[a${letter(i)}]`), [everyChar(0x4e00), filled('a')]],
  ['many negated classes', (n) => alternatives(n, (i) => `[^${letter(i)}]x`), [everyChar(0x4e00), noise('abx')]],
  [
    'properties',
    (n) =>
      alternatives(Math.min(n, 8), (i) => `\\p{${['L', 'Lu', 'Ll', 'N', 'P', 'S', 'Script=Greek', 'Script=Han'][i]}}x`),
    [everyChar(0x100)],
  ],
  [
    'scripts',
    (n) =>
      alternatives(
        n,
        (i) =>
          `\\p{${['L', 'Lu', 'Ll', 'N', 'P', 'S', 'Lo', 'Lm', 'Lt', 'M', 'Mn', 'Mc', 'Me', 'Nd', 'Nl', 'No', 'Pc', 'Pd', 'Ps', 'Pe', 'Pi', 'Pf', 'Po', 'Sm', 'Sc', 'Sk', 'So', 'Z', 'Zs', 'Zl', 'Zp', 'C', 'Cc', 'Cf', 'Co', 'Cs', 'Cn'][i % 37]}}${i}`,
      ),
    [everyChar(0x100)],
  ],
  ['nested plus', () => '(a+)+$', [`${filled('a')}!`]],
  ['e-mail', () => '^(([a-z])+.)+[A-Z]([a-z])+$', [filled('a')]],
];

/** Milliseconds of this thread's own time: what else runs on the machine does not count. */
function timed(act: () => void): number {
  const before = process.threadCpuUsage();
  act();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

let worst = 0;
for (const [name, make, texts] of FAMILIES) {
  const source = largest(make);
  const shown = source.length > 60 ? `${source.slice(0, 60)}… (${source.length} characters)` : source;
  if (!isTaken(source)) console.log(`refused          ${name}: ${shown}`);
  else for (const text of texts) report(`${name}: ${shown}`, source, text);
}
console.log(`worst: ${worst.toFixed(1)} ms`);

function report(name: string, source: string, text: string): void {
  let found = false;
  const tookMs = timed(() => {
    found = new Pattern(source).find(text) !== undefined;
  });
  worst = Math.max(worst, tookMs);
  console.log(`${tookMs.toFixed(1).padStart(7)} ms ${found ? 'found' : 'none '} ${name}`);
}
