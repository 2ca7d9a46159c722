import type { Parameter } from '../parameter.ts';
import { stemsIn } from '../rules.ts';
import type { ToolFacts } from '../tool-facts.ts';
import { capitalised, isPlural } from './value-words.ts';

/** One argument in words: what it is, its value as people write it, and whether the value is the user's own words for it. */
export type Saying = { parameter: Parameter; words: string; value: unknown; renamed: boolean };

/** How an argument follows the request itself: ` from Oslo`, ` on 3 May 2026`; undefined where it takes a sentence of its own. */
export function inline({ parameter, words, value, renamed }: Saying, tool: ToolFacts): string | undefined {
  if (renamed && RENAMED[parameter.role] !== undefined) return `${RENAMED[parameter.role]} ${words}`;
  const say = INLINE[parameter.role];
  return say?.(parameter, words, { tool, value });
}

/** How "the second one" follows, which no longer says what it is. */
const RENAMED: Partial<Record<Parameter['role'], string>> = {
  id: 'for',
  self: 'for',
  other: 'for',
  title: 'for',
  person: 'for',
  query: 'for',
  email: 'for',
  place: 'in',
  from: 'from',
  to: 'to',
};

type Context = { tool: ToolFacts; value: unknown };
type Inline = (parameter: Parameter, words: string, context: Context) => string | undefined;

/** `account` of `from account`. */
function rest(label: string, lead: RegExp): string {
  const left = label
    .replace(lead, '')
    .replace(/^(?:city|airport|ID|code|name|location)$/, '')
    .trim();
  return left === '' ? '' : `${left} `;
}

const FROM = /^(?:from|origin|source|departure|sender)\s*/;
const TO = /^(?:to|destination|target|recipients?|receiver|arrival)\s*/;
const START = /\b(?:start|from|check ?in|begin|pick ?up|after|outbound)\b/;
const END = /\b(?:end|until|check ?out|drop ?off|to|before|return)\b/;

const date: Inline = ({ label }, words, { tool }) => {
  if (/birth|dob/.test(label)) return undefined;
  if (/^new\b/.test(label) || /^(?:move|reschedule|shift|extend)$/.test(tool.verb)) return `to ${words}`;
  if (/\b(?:due|deadline)\b/.test(label)) return `due ${words}`;
  if (/\b(?:expir|valid)/.test(label)) return `valid until ${words}`;
  if (/\bsince\b/.test(label)) return `since ${words}`;
  if (/\b(?:arriv|depart)/.test(label)) return travelled(label, words, tool);
  if (START.test(label)) return `from ${words}`;
  return END.test(label) ? `until ${words}` : `on ${words}`;
};

/** Of a day of arrival and one of departure the first that the tool lists begins the stay; one alone is just a day. */
function travelled(label: string, words: string, { parameters }: ToolFacts): string {
  const days = parameters.filter(({ role, label: other }) => role === 'date' && TRAVELLED.test(other));
  if (days.length < 2) return `on ${words}`;
  return days[0]?.label === label ? `from ${words}` : `until ${words}`;
}

const TRAVELLED = /\b(?:arriv|depart|return)/;

const moment: Inline = ({ label }, words, { tool }) => {
  if (/^new\b/.test(label) || /^(?:move|reschedule|shift)$/.test(tool.verb)) return `to ${words}`;
  if (START.test(label)) return `${tool.parameters.some((one) => END.test(one.label)) ? 'from' : 'on'} ${words}`;
  return END.test(label) ? `until ${words}` : `for ${words}`;
};

const time: Inline = ({ label }, words) => {
  if (/zone/.test(label)) return undefined;
  if (/\bstart\b/.test(label)) return `from ${words}`;
  return /\bend\b/.test(label) ? `until ${words}` : `at ${words}`;
};

const money: Inline = ({ label }, words, { tool }) => {
  if (/\b(?:max|maximum|budget|limit)\b/.test(label)) return `for at most ${words}`;
  if (/\b(?:min|minimum)\b/.test(label)) return `for at least ${words}`;
  if (!/^(?:\w+ )?(?:amount|total|price|value|sum|payment|refund)$/.test(label)) return `with a ${label} of ${words}`;
  return /(?:refund|payment|transfer|deposit|fee|credit|charge|certificate)$/.test(tool.noun)
    ? `of ${words}`
    : `for ${words}`;
};

const count: Inline = ({ label }, words, { value, tool }) => {
  const many = value !== 1;
  const unit =
    /\b(people|guests?|passengers?|nights?|days|minutes|hours|weeks|months|seats|persons|travell?ers|adults)\b/.exec(
      label,
    )?.[1];
  if (/^party size$/.test(label)) return `for ${words} people`;
  if (unit && /^(?:number of |duration |duration in |length )?\w+$/.test(label))
    return `for ${words} ${many ? plural(unit) : unit.replace(/s$/, '')}`;
  const whole = /^total ([a-z ]+s)$/.exec(label)?.[1];
  if (whole) return `with ${words} ${many ? whole : whole.replace(/s$/, '')} in total`;
  const past = /^(?:since|last|past|lookback) (minutes|hours|days|weeks)$/.exec(label)?.[1];
  if (past) return many ? `from the last ${words} ${past}` : `from the last ${past.slice(0, -1)}`;
  if (/^temperature$/.test(label)) return `${RESIZED.test(tool.verb) ? 'to' : 'at'} ${words} degrees`;
  if (RESIZED.test(tool.verb) && !/ /.test(label))
    return isPlural(label) ? `to ${words} ${many ? label : label.replace(/s$/, '')}` : `to ${words}`;
  if (/^(?:quantity|count|number of items)$/.test(label)) return `, ${many ? `${words} of them` : 'just one'}`;
  if (/\b(?:limit|max results|top)\b/.test(label)) return `no more than ${words} results`;
  if (/^page/.test(label)) return `page ${words}`;
  if (/\bpercent/.test(label)) return `at ${words} percent`;
  if (/^(?:number of )?[a-z ]+$/.test(label) && isPlural(label)) {
    const things = label.replace(/^number of /, '');
    return `with ${words} ${many ? things : things.replace(/s$/, '')}`;
  }
  return undefined;
};

const RESIZED = /^(?:scale|set|resize|increase|decrease|adjust|change|update)/;

function plural(unit: string): string {
  return unit === 'people' || unit.endsWith('s') ? unit : `${unit}s`;
}

const self: Inline = ({ entity, label }, words, { tool }) => {
  const who = entity || label.replace(/ (?:ID|number|code)$/, '');
  return tool.deed === 'send' && tool.noun !== '' ? `to ${who} ${words}` : undefined;
};

const PAID_WITH = /\b(?:payment|card|coupon|promo|voucher|gift|template|plan|method)\b/;

const id: Inline = ({ entity, label }, words) => {
  const thing = entity || label.replace(/ ID$/, '');
  if (/^(?:payment|payment method|method)$/.test(thing)) return `using ${words}`;
  if (FROM.test(thing)) return `from ${rest(thing, FROM)}${words}`;
  if (TO.test(thing)) return `to ${rest(thing, TO)}${words}`;
  if (PAID_WITH.test(label)) return `with ${label.replace(/ ID$/, '')} ${words}`;
  return /\b(?:ID|number|code|reference)$/.test(label) ? `for ${thing} ${words}` : undefined;
};

const place: Inline = ({ label }, words, { tool }) => {
  const moves = tool.deed === 'change' || /\b(?:new|shipping|delivery|to|destination)\b/.test(label);
  if (/address|street/.test(label)) return moves ? `to ${words}` : `at ${words}`;
  return tool.deed === 'change' && sharesStem(label, tool.noun) ? `to ${words}` : `in ${words}`;
};

const person: Inline = ({ label }, words, { tool }) => {
  if (/first name|last name/.test(label)) return undefined;
  if (/doctor|provider|physician|host|manager/.test(label)) return `with ${words}`;
  return /assignee|reviewer|owner|driver/.test(label) || tool.verb === 'assign' ? `to ${words}` : `for ${words}`;
};

const title: Inline = ({ label }, words, { tool }) => {
  if (/subject|headline/.test(label)) return `with the subject "${words}"`;
  return tool.deed === 'make' || tool.deed === 'change' ? `called "${words}"` : `for "${words}"`;
};

const text: Inline = ({ label }, words) => {
  if (/message|body|content|text|reply/.test(label)) return `saying "${words}"`;
  if (/symptom/.test(label)) return `because of ${words}`;
  return /description|summary|details/.test(label) ? `described as "${words}"` : `with the ${label} "${words}"`;
};

const choice: Inline = ({ label }, words, { tool, value }) => {
  if (typeof value === 'number')
    return tool.deed === 'do' || tool.deed === 'change' ? `to ${label} ${words}` : undefined;
  if (/\breason\b/.test(label)) return undefined;
  if (/\b(?:type|kind|category|format|units?|mode)$/.test(label))
    return tool.deed === 'change' ? `to ${label} ${words}` : `(${words})`;
  if (
    /^(?:new )?(?:status|state|role|plan|tier|address|mode)$/.test(label) &&
    (tool.deed === 'change' || tool.deed === 'do')
  )
    return `to ${words}`;
  if (/^(?:priority|severity|urgency)$/.test(label))
    return /\d/.test(words) ? `with ${label} ${words}` : `with ${words} ${label}`;
  if (SETTING.test(label)) return settingOf(tool, words);
  if (/^(?:currency|to currency|language|target language)$/.test(label)) return `in ${words}`;
  if (/^(?:cabin|class|cabin class|travel class)$/.test(label)) return `in ${words}`;
  if (/^(?:payment method|method)$/.test(label)) return `by ${words}`;
  return undefined;
};

const SETTING = /^(?:target )?(?:environment|region|zone|stage|cluster|namespace)$/;
const SUBSTANCE = /\b(?:medication|medicine|drug|dish|product|item|material)\b/;

function settingOf({ verb }: ToolFacts, words: string): string {
  return /^(?:deploy|release|promote|ship|publish|push|roll out|move)$/.test(verb) ? `to ${words}` : `in ${words}`;
}

const other: Inline = ({ label, required }, words, { tool }) => {
  if (SETTING.test(label)) return settingOf(tool, words);
  if (label === 'room') return `in ${/^[a-z]/.test(words) ? 'the ' : ''}${words}`;
  if (/^(?:host|hosts|server|machine|node|instance)$/.test(label)) return `on ${words}`;
  if (/^(?:version|release|image|tag)$/.test(label))
    return `${tool.deed === 'do' ? '' : 'for '}${label} ${words}`.trim();
  if (/channel|recipient/.test(label)) return `to ${words}`;
  if (/dosage|dose|size|colou?r/.test(label)) return `, ${words}`;
  if (SUBSTANCE.test(label) && tool.deed === 'make') return `of ${words}`;
  return required && tool.deed !== 'change'
    ? `for ${/^[a-z]+(?: [a-z]+)+$/.test(words) ? 'the ' : ''}${words}`
    : undefined;
};

function sharesStem(one: string, two: string): boolean {
  const stems = stemsIn(two);
  return [...stemsIn(one)].some((stem) => stems.has(stem));
}

const INLINE: Partial<Record<Parameter['role'], Inline>> = {
  from: ({ label }, words) => `from ${rest(label, FROM)}${words}`,
  to: ({ label }, words) => `to ${rest(label, TO)}${words}`,
  email: ({ label }, words, { tool }) => {
    if (tool.deed === 'send') return `to ${words}`;
    return /^new\b/.test(label) ? `to ${words}` : `with the e-mail ${words}`;
  },
  query: (_parameter, words, { tool }) => {
    if (tool.noun !== '' && !isPlural(tool.noun)) return `for "${words}"`;
    return `${/(?:documents|articles|notes|mails|papers|messages|FAQs|files|pages)$/.test(tool.noun) ? 'about' : 'matching'} "${words}"`;
  },
  url: (_parameter, words) => `at ${words}`,
  list: ({ label }, words) =>
    /^(?:attendees|participants|guests|invitees|members)$/.test(label) ? `with ${words}` : undefined,
  date,
  moment,
  time,
  money,
  count,
  self,
  id,
  place,
  person,
  title,
  text,
  choice,
  other,
};

/** An argument that needs a sentence of its own. */
export function sentence(saying: Saying, turn: number): string {
  const { parameter, value, renamed } = saying;
  const { role, label } = parameter;
  const words = role === 'text' || role === 'title' ? `"${saying.words}"` : saying.words;
  if (renamed) return `It is about ${words}.`;
  if (role === 'self') return turn % 2 === 0 ? `My ${label} is ${words}.` : `${capitalised(label)}: ${words}.`;
  if (role === 'email') return OWN_EMAIL.test(label) ? `My e-mail is ${words}.` : `The ${label} is ${words}.`;
  if (role === 'phone') return `You can reach me at ${words}.`;
  if (role === 'reason') return turn % 2 === 0 ? `Put "${words}" down as the reason.` : `The reason: "${words}".`;
  if (role === 'flag') return flagSentence(label, value === true);
  if (isPlural(label) && role !== 'list' && role !== 'group') return `The ${label} are ${words}.`;
  if (role === 'list' || role === 'group') return `${capitalised(label)}: ${words}.`;
  return turn % 2 === 0 ? `The ${label} is ${words}.` : `${capitalised(label)}: ${words}.`;
}

const OWN_EMAIL = /^(?:(?:contact|my|user|customer|guest|account) )?e ?mail(?: address)?$/i;
const STATES =
  /^(?:is |mark |make )?(?:urgent|private|public|recurring|active|confidential|important|all day|optional|express|refundable|gift)$/;
const DEEDS = /^(?:notify|send|include|allow|force|enable|keep|restock|expedite|require|attach|apply|skip|auto)\b/;

function flagSentence(label: string, value: boolean): string {
  const only = /^(.+) only$/.exec(label)?.[1];
  if (only) return value ? `Only ${only} ones, please.` : `It does not have to be ${only}.`;
  if (STATES.test(label)) return `It should ${value ? '' : 'not '}be ${label.replace(/^(?:is|mark|make) /, '')}.`;
  if (DEEDS.test(label)) return value ? `And do ${label}.` : `Don't ${label}.`;
  return `${capitalised(label)}: ${value ? 'yes' : 'no'}.`;
}
