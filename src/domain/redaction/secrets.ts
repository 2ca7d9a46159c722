import { collectSpans, type Finder, type RedactedKind, type Span } from './span.ts';

const FINDERS: Finder[] = [
  // Keys whose issuer gave them a recognisable beginning. At least 16 characters follow, so `inv_2024_001` stays an invoice.
  {
    kind: 'api_key',
    pattern:
      /[_-](?<=(?<![A-Za-z0-9])(?<before>inv|sk|sk_live|sk_test|rk_live|gh[opsru]|github_pat|glpat|xox[abeprs]|whsec|hf|npm)[_-])[\w-]{16,}/g,
    accept: mixesLettersAndDigits,
  },
  { kind: 'api_key', pattern: /(?<![A-Za-z0-9])A(?:Iza|KIA|SIA)[\w-]{16,}/g, accept: mixesLettersAndDigits },
  { kind: 'api_key', pattern: /(?<![\w-])SG\.[\w-]{16,64}\.[\w-]{16,64}/g },
  { kind: 'token', pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g },
  { kind: 'token', pattern: /\bBearer\s{1,3}(?<value>[\w.~+/=-]{8,})/gi, accept: isTokenValue },
  { kind: 'token', pattern: /\bauthorization\W{1,6}basic\s{1,3}(?<value>[\w+/=-]{6,})/gi },
  { kind: 'password', pattern: /:\/\/[^\s:@/]{1,100}:(?<value>[^\s@/]{1,200})(?=@)/g },
];
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;

const SECRET_NAME =
  'password|passwd|passphrase|pwd|api[-_ ]?key|access[-_]?key|private[-_]?key|secret|token|authorization';
const QUOTE = `\\\\{0,3}["']`;
const GAP = '[ \\t]{0,3}';
const SCHEME = '(?:(?:bearer|basic)[ \\t]{1,3})?';

/** `password: x`, `API_KEY=x`, `"token": "x"`, also inside JSON that is itself a string (`\"token\": \"x\"`). */
const NOTATION = new RegExp(
  `[:=](?<=(?<name>${SECRET_NAME})(?:${QUOTE})?${GAP}[:=])${GAP}` +
    `(?:${QUOTE}${SCHEME}(?<quoted>[^"'\\\\\\n]+)|${SCHEME}(?<bare>[^\\s"'\\\\,;&<>(){}[\\]][^\\s"'\\\\,;&<>]*))`,
  'gi',
);
/** The same names as the end of an object's key: `db_password`, `clientSecret`, `X-Api-Key`, `password_confirmation`. */
const SECRET_KEY = new RegExp(`(${SECRET_NAME})(?:[-_ ]?confirm(?:ation)?|\\d)?$`, 'i');

/** What follows "password:" in a form, a schema or a sentence, and is not a password. */
const ORDINARY_WORDS = new Set(
  (
    'a an and any are at be boolean can cannot changed contains do does enter expired false field for has hidden if in incorrect invalid ' +
    'is it may minimum missing must n no none not null number of ok one optional or please policy protected required reset see set ' +
    'should string that the this to too true undefined unknown updated valid was we weak will wrong yes you your'
  ).split(' '),
);
/** What stands for a secret that is kept elsewhere: a mark, a variable, a place to look it up. */
const PLACEHOLDER =
  /^(?:\[REDACTED|\$\{|\{\{|<|%\w+%|[*•.x_-]+$|(?:your|my|change)[-_]|process\.env|os\.|env[.(]|getenv|secrets?[./]|vault[:/]|arn:)/i;
const VARIABLE_NAME = /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/;

export function findSecrets(text: string): Span[] {
  const spans: Span[] = [];
  for (const finder of FINDERS) collectSpans(text, finder, spans);
  collectPrivateKeys(text, spans);
  collectNotations(text, spans);
  return spans;
}

/** The kind of secret that stands under this key of an object, if the value looks like one. */
export function secretUnderKey(key: string, value: string): RedactedKind | undefined {
  const name = SECRET_KEY.exec(key)?.[1];
  if (!name) return undefined;
  const withScheme = /^(?:bearer|basic)\s+(\S{6,})$/i.exec(value)?.[1];
  return withScheme && !PLACEHOLDER.test(withScheme) ? 'token' : secretKind(name, value);
}

function collectNotations(text: string, spans: Span[]): void {
  NOTATION.lastIndex = 0;
  for (let match = NOTATION.exec(text); match; match = NOTATION.exec(text)) {
    const { name = '', quoted, bare = '' } = match.groups ?? {};
    const value = quoted ?? bare;
    const end = match.index + match[0].length;
    const kind = secretKind(name, value);
    if (kind) spans.push({ start: end - value.length, end, kind });
    // What was quoted may be a sentence with a notation of its own.
    else if (quoted) NOTATION.lastIndex = end - value.length;
  }
}

/** From BEGIN to the next END; a block that was cut off is taken to the end of the text. */
function collectPrivateKeys(text: string, spans: Span[]): void {
  PRIVATE_KEY.lastIndex = 0;
  for (let match = PRIVATE_KEY.exec(text); match; match = PRIVATE_KEY.exec(text)) {
    const closing = text.indexOf('-----END', match.index);
    const dashes = closing < 0 ? -1 : text.indexOf('-----', closing + '-----END'.length);
    const end = dashes < 0 ? text.length : dashes + '-----'.length;
    spans.push({ start: match.index, end, kind: 'private_key' });
    PRIVATE_KEY.lastIndex = end;
  }
}

function secretKind(name: string, value: string): RedactedKind | undefined {
  if (PLACEHOLDER.test(value)) return undefined;
  const lower = name.toLowerCase();
  if (lower.startsWith('pass') || lower === 'pwd') return isPasswordValue(lower, value) ? 'password' : undefined;
  if (!isTokenValue(value)) return undefined;
  return lower.endsWith('key') ? 'api_key' : 'token';
}

/** A password may be any word, so only what is plainly something else is let through. `PWD=/home` is a directory. */
function isPasswordValue(name: string, value: string): boolean {
  if (name === 'pwd' && /^[/~]/.test(value)) return false;
  const [first = ''] = value
    .trim()
    .toLowerCase()
    .split(/[\s.,!?:/]/, 1);
  return /[\p{L}\p{N}]/u.test(value) && !ORDINARY_WORDS.has(first);
}

/** One word of at least 8 characters with letters and digits that is neither a call nor the name of a variable. */
function isTokenValue(value: string): boolean {
  if (value.length < 8 || /[\s([]/.test(value) || VARIABLE_NAME.test(value)) return false;
  return mixesLettersAndDigits(value);
}

function mixesLettersAndDigits(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value);
}
