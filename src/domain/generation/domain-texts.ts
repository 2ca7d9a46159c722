import type { Domain } from './domain.ts';

/** Words of their own that people of a field hand over: what they search for, what they write, how they head it, and why. */
export type Texts = {
  query: readonly string[];
  title: readonly string[];
  text: readonly string[];
  reason: readonly string[];
};

const split = (text: string) => text.split(' | ');

export const DOMAIN_TEXTS: Readonly<Record<Domain, Texts>> = {
  travel: {
    query: split('late checkout | sea view | travel insurance with winter sports | vegetarian meal'),
    title: split('Anniversary trip | Conference in May | Family visit | Ski week'),
    text: split(
      'We land after midnight, please keep the room | My daughter is allergic to nuts | We travel with a folding wheelchair | The window seat matters more to me than the meal',
    ),
    reason: split(
      'the conference was moved | my mother is in hospital | we booked the wrong week | the connection is too tight',
    ),
  },
  shop: {
    query: split('cordless drill | waterproof hiking boots | linen tablecloth | espresso cups'),
    title: split('Broken on arrival | Wrong colour delivered | Gift for my sister | Missing screws'),
    text: split(
      'The parcel was left with the neighbour at number 12 | One of the two cups has a crack | The zip broke on the second day | Please leave it at the side door',
    ),
    reason: split('ordered by mistake | it arrived too late | it does not fit | found it cheaper elsewhere'),
  },
  bank: {
    query: split('card fees abroad | standing orders | mortgage rates | savings account'),
    title: split('Rent for October | School fees | Car repair | Shared holiday flat'),
    text: split(
      'Rent for October | My half of the dinner bill | Deposit for the flat on Mill Road | Second instalment for the sofa',
    ),
    reason: split('charged twice | I never bought anything there | the shop had closed already | wrong amount'),
  },
  operations: {
    query: split('connection reset by peer | OutOfMemoryError | status=502 | slow query'),
    title: split(
      'Checkout latency above two seconds | Disk nearly full on the log hosts | Login page returns 502 | Nightly export did not run',
    ),
    text: split(
      'Error rate went up right after the last release | Started at 06:40, only the EU hosts are affected | Memory climbs until the pod is killed | Two of five replicas never become ready',
    ),
    reason: split(
      'memory leak after the last release | certificate runs out tonight | traffic peak expected | failed health checks',
    ),
  },
  office: {
    query: split('quarterly planning | parental leave policy | supplier contracts | onboarding checklist'),
    title: split(
      'Quarterly budget review | Onboarding for new colleagues | Handover before the holidays | Interview with the designer',
    ),
    text: split(
      'Bring the printed contracts | The agenda stays as it was, only the room changed | Ask facilities for a second projector | Send the minutes to everyone who was away',
    ),
    reason: split(
      'two people are on leave | it clashes with the board meeting | the client asked for it | duplicate entry',
    ),
  },
  health: {
    query: split('knee physiotherapy | flu vaccination | opening hours of the lab | allergy test'),
    title: split('Annual check-up | Knee follow-up | Blood pressure review | Vaccination'),
    text: split(
      'The tablets make me dizzy in the morning | The pain moved from the shoulder to the neck | I had a fever of 38.4 last night | The rash is back since Sunday',
    ),
    reason: split('I have a fever | I start a new job that day | the symptoms are gone | my lift fell through'),
  },
  support: {
    query: split('reset two-factor login | export invoices | printer offline | change billing address'),
    title: split(
      'Cannot log in since the update | Invoice shows the wrong company | Export stops at page three | Printer offline on floor two',
    ),
    text: split(
      'It worked until Tuesday, since then the page stays white | The second screen is not recognised any more | I get a code by text message but it is never accepted | The export has only half of the rows',
    ),
    reason: split('solved by a restart | opened twice | wrong department | no answer from the supplier'),
  },
  food: {
    query: split('gluten-free lunch | lemon tart without eggs | table by the window | vegan ramen'),
    title: split('Birthday dinner | Team lunch | Sunday brunch | Tasting menu'),
    text: split(
      'No onions, please | One of us is allergic to shellfish | Could you put a candle on the dessert | We bring a pram',
    ),
    reason: split('one guest is ill | we are stuck in traffic | booked the wrong evening | the group got smaller'),
  },
  general: {
    query: split('opening hours in December | parking near the entrance | refund policy | group discount'),
    title: split('Spring meeting | Leaking tap on the second floor | Handover before the holidays | Lost umbrella'),
    text: split(
      'Please call back after four in the afternoon | The left hinge is bent and the door no longer closes | We moved the start to ten, the rest stays as it was | Two chairs are missing',
    ),
    reason: split('the plan changed | entered twice | no longer needed | wrong address'),
  },
};
