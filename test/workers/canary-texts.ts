/**
 * Secrets and personal data of nobody, made so that each place they are planted at gets its own: what is found again says where it came in.
 * `needle` is the part that must not be found: its beginning, so that half of a key that was cut off is found too.
 */
export type Canary = { kind: string; text: string; needle: string };

type Make = (serial: string) => Canary;

function secret(kind: string, before: string, needle: (serial: string) => string, after = ''): Make {
  return (serial) => ({ kind, text: `${before}${needle(serial)}${after}`, needle: needle(serial) });
}

const REST = 'Zq7Lm3Xw9Rt2Kp5Vb8';

/** Each fits into a field of 80 characters. */
const SECRETS: readonly Make[] = [
  secret('openai', '', (n) => `sk-proj-c4N${n}`, REST),
  secret('anthropic', '', (n) => `sk-ant-api03-c4N${n}`, REST),
  secret('github', '', (n) => `ghp_c4N${n}`, `${REST}aB3d`),
  secret('slack', '', (n) => `xoxb-2468${n}`, `-c4N${REST}`),
  secret('aws', '', (n) => `AKIAC4NQ${n}`, 'Q7ZX2B9D'),
  secret('google', '', (n) => `AIzaSyC4N${n}`, `${REST}aB3dE6gH`),
  secret('stripe', '', (n) => `sk_live_51c4N${n}`, REST),
  secret('invarium', '', (n) => `inv_c4N${n}`, `${REST}aB3dE6gH9jK1mN4p`),
  secret('jwt', 'eyJhbGciOiJI.', (n) => `eyJc4N${n}`, `.${REST}`),
  secret('bearer', 'Authorization: Bearer ', (n) => `c4Nb${n}`, `.${REST}`),
  secret('password', 'password=', (n) => `c4Np${n}!`),
  secret('api key', 'my_api_key: ', (n) => `c4Nk${n}`, REST),
  secret('url', 'postgres://app:', (n) => `c4Nu${n}x`, '@db.example.com/x'),
  secret('private key', '-----BEGIN PRIVATE KEY-----\n', (n) => `MIIEc4N${n}`, '\n-----END PRIVATE KEY-----'),
];

const PERSONAL: readonly Make[] = [
  secret('email', '', (n) => `c4n${n}@example.com`),
  secret('phone', '', (n) => `+1 415 555 ${n}`),
  secret('ssn', '', (n) => `219-09-${n}`),
  secret('card', '', cardNumber),
  secret('ip', '', (n) => `10.${Number(n.slice(0, 2))}.${Number(n.slice(2))}.77`),
];

/** A Visa number with a right check digit (Luhn, ISO/IEC 7812-1). */
function cardNumber(serial: string): string {
  const digits = `4000${serial.padStart(11, '7')}`;
  const sum = [...digits].reduceRight((total, digit, index) => {
    const doubled = Number(digit) * ((digits.length - index) % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Around every needle, in lower case: a dump is long, and is read once. */
const LOOKS_PLANTED =
  /[\w-]*c4n[\w@.!-]{0,20}|xoxb-2468\d{4}|\+1 415 555 \d{4}|219-09-\d{4}|4000777\d+|10\.\d{1,2}\.\d{1,2}\.77/g;

/** What is planted at one place: a text that fits there, and what of it may not be found. `personal`: personal data may not be, either. */
export type Planted = { where: string; text: string; canaries: readonly Canary[] };

/** Hands out texts and remembers them. */
export class Plantings {
  readonly planted: Planted[] = [];
  #serial = 1000;

  /** Texts that together hold a canary of every kind; as few as fit into `longest` characters each. */
  texts(where: string, options: { longest: number; personal: boolean }): string[] {
    this.#serial += 1;
    const serial = String(this.#serial);
    const texts: string[] = [];
    let some: Canary[] = [];
    const close = () => {
      if (some.length === 0) return;
      const text = some.map((canary) => canary.text).join(' ');
      this.planted.push({ where, text, canaries: some });
      texts.push(text);
      some = [];
    };
    for (const make of [...SECRETS, ...(options.personal ? PERSONAL : [])]) {
      const canary = make(serial);
      if ([...some, canary].map(({ text }) => text).join(' ').length > options.longest) close();
      some.push(canary);
    }
    close();
    return texts;
  }

  /** The canaries of which something stands in a text, each with where it was planted. */
  survivorsIn(text: string): { where: string; kind: string; needle: string }[] {
    const lower = [...new Set(text.toLowerCase().match(LOOKS_PLANTED))].join('\n');
    return this.planted.flatMap(({ where, canaries }) =>
      canaries
        .filter(({ needle }) => lower.includes(needle.toLowerCase()))
        .map(({ kind, needle }) => ({ where, kind, needle })),
    );
  }
}
