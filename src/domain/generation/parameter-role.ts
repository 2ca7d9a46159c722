import { words } from '../blueprint/wording.ts';
import { plainText } from './plain-text.ts';
import type { ValueShape } from './value-shape.ts';

/** What a value is to the person who says it; decides how it is made up and how it is put into words. */
export type Role =
  | 'flag'
  | 'choice'
  | 'list'
  | 'group'
  | 'email'
  | 'phone'
  | 'url'
  | 'moment'
  | 'date'
  | 'time'
  | 'money'
  | 'count'
  | 'self'
  | 'id'
  | 'from'
  | 'to'
  | 'reason'
  | 'query'
  | 'title'
  | 'text'
  | 'person'
  | 'place'
  | 'other';

const SPELLED_OUT: ReadonlyMap<string, string> = new Map([
  ['dob', 'date of birth'],
  ['qty', 'quantity'],
  ['desc', 'description'],
  ['addr', 'address'],
  ['num', 'number'],
  ['no', 'number'],
  ['msg', 'message'],
  ['acct', 'account'],
  ['acc', 'account'],
  ['pct', 'percent'],
  ['dest', 'destination'],
  ['src', 'source'],
  ['amt', 'amount'],
  ['ts', 'timestamp'],
  ['dt', 'date'],
  ['cust', 'customer'],
  ['env', 'environment'],
  ['repo', 'repository'],
  ['svc', 'service'],
  ['org', 'organisation'],
  ['lang', 'language'],
  ['tz', 'time zone'],
  ['ref', 'reference'],
  ['pr', 'pull request'],
  ['baggages', 'bags'],
  ['nonfree', 'non-free'],
  ['onestop', 'one-stop'],
  ['infos', 'information'],
]);

const IN_CAPITALS = new Set([
  'id',
  'url',
  'uri',
  'iban',
  'sku',
  'vin',
  'ip',
  'sql',
  'api',
  'isbn',
  'vat',
  'pin',
  'zip',
  'cpu',
  'dns',
  'faq',
]);
const MAX_LABEL_WORDS = 6;
const MAX_LABEL_CHARS = 48;

/** A name as a person would say it: `customerID` is "customer ID", `dob` "date of birth". */
export function labelOf(name: string): string {
  const said = words(name.slice(0, 200)).slice(0, MAX_LABEL_WORDS);
  const label = said
    .map((word) => (IN_CAPITALS.has(word) ? word.toUpperCase() : (SPELLED_OUT.get(word) ?? word)))
    .join(' ');
  const measured = label.replace(/^(duration|length|timeout|delay) (minutes|hours|days|seconds)$/, '$1 in $2');
  return plainText(measured, MAX_LABEL_CHARS) || 'value';
}

const SELF =
  /^(?:user|customer|client|member|account holder|cardholder|employee|guest|passenger|student|subscriber|my|caller|requester) (?:ID|number|code|name|key)$|^(?:username|user|login)$/;
const ID_END =
  /(?:^| )(?:ID|UUID|PIN|number|code|key|SKU|IBAN|handle|reference|username|VIN|ISBN|slug|hash|sha|tag|identifier)$/;

type Reading = { role: Role; label: RegExp };

const TEXT_ROLES: readonly Reading[] = [
  { role: 'email', label: /\be ?mails?\b/i },
  { role: 'phone', label: /\b(?:phone|mobile|telephone|fax)\b/ },
  { role: 'url', label: /\b(?:URL|URI|link|website|webhook|endpoint)\b/ },
  { role: 'moment', label: /\b(?:datetime|date time|timestamp)\b/ },
  { role: 'date', label: /\b(?:date|day|deadline|birthday|due)\b/ },
  { role: 'self', label: SELF },
  { role: 'from', label: /^(?:from|origin|source|departure|sender)\b/ },
  { role: 'to', label: /^(?:to|destination|target|recipients?|receiver|arrival)\b/ },
  { role: 'id', label: ID_END },
  { role: 'time', label: /\btime$/ },
  { role: 'reason', label: /\b(?:reason|cause|justification|why)\b/ },
  { role: 'query', label: /\b(?:query|keywords?|search|term|question|expression|SQL)\b/ },
  {
    role: 'text',
    label:
      /\b(?:body|message|content|text|comments?|notes?|description|summary|details|instructions?|prompt|remarks?|memo|thought|feedback|symptoms?|reply|requests?)$/,
  },
  {
    role: 'person',
    label:
      /\b(?:full name|first name|last name|customer name|passenger name|guest name|contact name|patient name|user name|doctor|provider|assignee|attendee|participant|manager|driver|author|owner|reviewer|employee|physician|patient|beneficiary|payee)\b/,
  },
  {
    role: 'place',
    label:
      /\b(?:city|country|location|place|region|address|street|town|area|destination|zone|venue|store|branch|warehouse)$/,
  },
  { role: 'title', label: /\b(?:title|subject|name|headline|label|topic)$/ },
];

const MONEY =
  /\bamount\b|\b(?:price|cost|fee|total|payment|budget|salary|refund|deposit|balance|fare|credit|money|rent|income|wage|revenue|premium|mortgage|loan)(?: limit| USD| EUR| value)?$/;
const FORMATS: ReadonlyMap<string, Role> = new Map([
  ['email', 'email'],
  ['uri', 'url'],
  ['url', 'url'],
  ['date', 'date'],
  ['date-time', 'moment'],
  ['time', 'time'],
  ['uuid', 'id'],
]);

/** The first reading that fits: what the schema says before what the name suggests. */
export function roleOf(label: string, shape: ValueShape): Role {
  if (shape.choices) return 'choice';
  switch (shape.type) {
    case 'boolean':
      return 'flag';
    case 'array':
      return 'list';
    case 'object':
      return 'group';
    case 'number':
    case 'integer':
      return numberRole(label);
    default:
      return (
        FORMATS.get(shape.format ?? '') ?? TEXT_ROLES.find((reading) => reading.label.test(label))?.role ?? 'other'
      );
  }
}

function numberRole(label: string): Role {
  if (/ID$/.test(label)) return SELF.test(label) ? 'self' : 'id';
  if (/(?:^| )(?:account|order|invoice|ticket|booking|reservation|phone|room|table) number$/.test(label)) return 'id';
  return MONEY.test(label) && !/percent|number/.test(label) ? 'money' : 'count';
}

/** The thing an identifier stands for: "order" for "order ID"; empty for a bare "ID". */
export function entityOf(label: string): string {
  return label.replace(ID_END, '').trim();
}
