import { words } from '../blueprint/wording.ts';

/** The field an agent works in, as far as it changes why people write to it. */
export type Domain = 'travel' | 'shop' | 'bank' | 'operations' | 'office' | 'health' | 'support' | 'food' | 'general';

const KEYWORDS: Record<Exclude<Domain, 'general'>, string> = {
  travel:
    'flight flights airline airport hotel reservation reservations trip passenger passengers baggage cabin itinerary travel booking car rental checkin luggage train',
  shop: 'order orders product products cart refund refunds return shipping shop store stock inventory delivery parcel purchase catalog coupon sku item items kitchen',
  bank: 'account accounts balance transaction transactions transfer funds card cards loan bank iban payment payments deposit withdrawal statement currency beneficiary',
  operations:
    'deploy deployment service services server servers cluster pod pods log logs incident incidents rollback restart kubernetes container pipeline environment replica replicas metrics alert alerts database host devops infrastructure shell hosts ops production sql backups branch repository commit',
  office:
    'calendar event events meeting meetings attendee attendees task tasks reminder email emails document documents project note notes invite employee leave payroll hr',
  health:
    'patient patients appointment appointments doctor medication medications prescription prescriptions clinic symptom symptoms medical health diagnosis allergy allergies dosage lab',
  support:
    'ticket tickets issue issues helpdesk escalate support complaint case cases knowledge password subscription plan license',
  food: 'restaurant table dish dishes menu meal meals recipe ingredient ingredients dinner lunch pizza food allergen',
};

const SETS = Object.entries(KEYWORDS).map(([domain, list]) => ({
  domain: domain as Domain,
  known: new Set(list.split(' ')),
}));
const ENOUGH = 2;
const MAX_TOOLS_READ = 100;

type Described = {
  agent_name: string;
  description?: string | undefined;
  tools: { name: string; description: string }[];
};

export function domainOf({ agent_name, description = '', tools }: Described): Domain {
  const names = tools
    .slice(0, MAX_TOOLS_READ)
    .map((tool) => `${tool.name.slice(0, 100)} ${tool.description.slice(0, 200)}`);
  const said = words(`${agent_name} ${description.slice(0, 1_000)} ${names.join(' ')}`);
  const counted = SETS.map(({ domain, known }) => ({ domain, hits: said.filter((word) => known.has(word)).length }));
  const best = counted.reduce((one, other) => (other.hits > one.hits ? other : one));
  return best.hits >= ENOUGH ? best.domain : 'general';
}
