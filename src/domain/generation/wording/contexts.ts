import type { Domain } from '../domain.ts';
import type { Deed } from '../verbs.ts';

/** Why people of a field ask for something: true of them, and without any bearing on what is due. */
type Contexts = { look: readonly string[]; make: readonly string[]; change: readonly string[]; end: readonly string[] };

const CONTEXTS: Readonly<Record<Domain, Contexts>> = {
  travel: {
    look: [
      'We leave in a few days and I am putting the papers together.',
      'My wife keeps asking me and I do not have it at hand.',
      'The confirmation mail went to an old address of mine.',
      'I am at the station with a bad connection.',
    ],
    make: [
      'My sister gets married and the whole family is flying out.',
      'My employer pays, I only have to arrange it.',
      'We are travelling with the whole family this time.',
      'I promised my wife to have it settled tonight.',
    ],
    change: [
      'The conference was moved by a week.',
      'My son broke his leg, so the plan looks different now.',
      'I mistyped something when I booked at midnight.',
      'We had to move our holiday by a few days.',
    ],
    end: [
      'My mother was taken to hospital and I am staying with her.',
      'The meeting over there was called off.',
      'We broke up, so nobody is going anywhere.',
      'My visa did not come through.',
    ],
  },
  shop: {
    look: [
      'I am standing in front of the cupboard and cannot find the paper slip.',
      'It is a present and the birthday is on Sunday.',
      'The courier left a card that nobody here can read.',
      'I want to know before I drive into town.',
    ],
    make: [
      'We just moved and half the kitchen is missing.',
      'It is a present for a colleague who retires.',
      'The old one gave up last night with a bang.',
      'I compared for weeks and have made up my mind.',
    ],
    change: [
      'We moved last weekend and I forgot about it.',
      'I was on the phone while ordering and it shows.',
      'My flatmate pointed out a mistake.',
      'I will be at my parents’ place until the end of the month.',
    ],
    end: [
      'I bought the same thing in town an hour later.',
      'It turned out we still had one in the cellar.',
      'It arrived with a crack right across the front.',
      'My brother had already ordered one.',
    ],
  },
  bank: {
    look: [
      'I am doing my taxes tonight.',
      'Something on my statement looks odd.',
      'The landlord says nothing has arrived.',
      'I am about to sign a contract and need to be sure.',
    ],
    make: [
      'The landlord wants it before the first.',
      'My daughter starts studying abroad.',
      'I owe a friend for the concert tickets.',
      'The garage only hands over the car after that.',
    ],
    change: [
      'I changed jobs and everything shifts by a few days.',
      'I was one digit off last time.',
      'We agreed on something else over dinner.',
      'My salary arrives later from now on.',
    ],
    end: [
      'I was on the tram and now my wallet is gone.',
      'I never use it and pay for it every month.',
      'I do not recognise the last three items at all.',
      'The shop went out of business.',
    ],
  },
  operations: {
    look: [
      'Customers report time-outs since about nine.',
      'I have the incident review in ten minutes.',
      'The graph on the wall just turned orange.',
      'I take over the shift and want to know where we stand.',
    ],
    make: [
      'The engineer on call asked me for it.',
      'We agreed on it in stand-up.',
      'It has been on the board since Monday.',
      'The ticket has been sitting there for a week.',
    ],
    change: [
      'The campaign starts at noon and traffic will double.',
      'We agreed on it in stand-up.',
      'The engineer on call asked me for it.',
      'The runbook asks for it before the maintenance.',
    ],
    end: [
      'It was a trial that nobody needs any more.',
      'It was left over from the migration.',
      'The team that owned it was dissolved.',
      'It costs us money every hour it runs.',
    ],
  },
  office: {
    look: [
      'My manager wants an overview by lunch.',
      'I am back from two weeks of leave.',
      'I am sharing my screen in five minutes.',
      'Two people gave me two different answers.',
    ],
    make: [
      'The client finally answered.',
      'We talked about it over coffee and everyone agreed.',
      'It is the last open item on my list.',
      'Our new colleague starts on Monday.',
    ],
    change: [
      'The board meeting was moved and takes everything with it.',
      'Half of the team is ill.',
      'I had the wrong week in mind.',
      'The room is being painted.',
    ],
    end: [
      'The client pulled out.',
      'I accidentally set it up twice.',
      'We settled it by mail in the end.',
      'The project was shelved.',
    ],
  },
  health: {
    look: [
      'My daughter drives me and has to know.',
      'I lost the card you gave me.',
      'My other doctor asked me about it.',
      'I am sorting my papers for the insurance.',
    ],
    make: [
      'My knee has been hurting since the hike.',
      'I finally got the referral.',
      'The last tablets run out on Sunday.',
      'My boss gave me the morning off.',
    ],
    change: [
      'My shift at work was moved.',
      'My lift fell through.',
      'I was given a different date at the hospital.',
      'The bus from our village no longer runs that early.',
    ],
    end: [
      'I have a fever and should not be around people.',
      'The symptoms are gone.',
      'I found someone closer to home.',
      'I have to travel to a funeral.',
    ],
  },
  support: {
    look: [
      'My whole team is stuck because of it.',
      'I opened it last week and heard nothing.',
      'The page only shows me an error number.',
      'I am on the phone with the user right now.',
    ],
    make: [
      'It happens to three colleagues as well.',
      'I tried the steps from the help page twice.',
      'It stopped working right after the update.',
      'My predecessor left no notes about it.',
    ],
    change: [
      'The colleague who had it is on leave.',
      'It is worse than I first thought.',
      'I found out more since I wrote.',
      'We restructured last month.',
    ],
    end: [
      'A restart did the trick.',
      'Somebody else had reported it before me.',
      'The device went to the scrap yard.',
      'We switched to another product.',
    ],
  },
  food: {
    look: [
      'We are eight people and three of us are picky.',
      'My guest has allergies.',
      'We are already on the way.',
      'I promised to choose for everyone.',
    ],
    make: [
      'It is our tenth anniversary.',
      'The kids picked your place.',
      'My parents are visiting.',
      'The team deserves a treat after this month.',
    ],
    change: [
      'Two more friends want to join.',
      'The babysitter comes later.',
      'One of us turned vegetarian last week.',
      'The train is delayed.',
    ],
    end: [
      'Half of the group has a cold.',
      'We decided to cook at home.',
      'I picked the wrong evening.',
      'The birthday child has a temperature.',
    ],
  },
  general: {
    look: [
      'Somebody asked me and I could not answer.',
      'I am putting my notes in order.',
      'I need it for a call in ten minutes.',
      'I wrote it down once and lost the slip.',
    ],
    make: [
      'It has been on my list for weeks.',
      'A colleague asked me to take care of it.',
      'We decided on it yesterday.',
      'I promised to have it done by tonight.',
    ],
    change: [
      'Something came up at home.',
      'I made a mistake the first time.',
      'The plan looks different since yesterday.',
      'A friend pointed it out to me.',
    ],
    end: [
      'We do not need it any more.',
      'It was a misunderstanding from the start.',
      'I ended up doing it another way.',
      'Nobody uses it.',
    ],
  },
};

const GROUP: Readonly<Record<Exclude<Deed, 'send' | 'do'>, keyof Contexts>> = {
  look: 'look',
  find: 'look',
  list: 'look',
  make: 'make',
  change: 'change',
  end: 'end',
};
/** What people send or do is in few fields what the reasons of the field are about; elsewhere it is anything. */
const SENT_OR_DONE: Partial<Record<Domain, Partial<Record<Deed, keyof Contexts>>>> = {
  bank: { send: 'make' },
  shop: { send: 'end' },
  operations: { do: 'change' },
  health: { do: 'make' },
};

export function contextsFor(domain: Domain, deed: Deed): readonly string[] {
  if (deed !== 'send' && deed !== 'do') return CONTEXTS[domain][GROUP[deed]];
  const own = SENT_OR_DONE[domain]?.[deed];
  return own ? CONTEXTS[domain][own] : CONTEXTS.general.make;
}
