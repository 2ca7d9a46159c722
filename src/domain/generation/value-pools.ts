/** What people, places and things are called where a blueprint gives no sample. Domains end in `.example`, numbers have 555: nobody's. */

export const FIRST_NAMES =
  'Amara Bruno Carmen Dmitri Elif Fiona Gareth Hana Ines Jonas Kavya Liam Marta Nadia Oscar Priya Rafael Selma Tomas Yuki'.split(
    ' ',
  );
export const LAST_NAMES =
  'Okafor Lindqvist Moreau Castillo Hartley Novak Petrov Whitfield Tanaka Rossi Mensah Keller Doyle Sandhu Vargas Nilsson Brandt Achebe'.split(
    ' ',
  );
/** Names that trip systems which expect plain letters. */
export const RARE_NAMES = ["Siobhán O'Dwyer", 'Łukasz Żak', 'Renée D’Arcy-Smythe', 'Ng Bảo Ý', 'Øyvind Ås'];
export const MAIL_DOMAINS = ['harborview.example', 'northgate.example', 'elmstreet-studio.example', 'lakeside.example'];

type Pool = { label: RegExp; values: readonly string[] };

const split = (text: string) => text.split(' | ');

/** The first pool whose label fits is used. */
export const TEXT_POOLS: readonly Pool[] = [
  { label: /\bmonth\b/, values: split('August 2026 | July 2026 | September 2026') },
  { label: /\bweek\b|\bperiod\b|timeframe/, values: split('this week | last week | the last four weeks') },
  { label: /\bquarter\b/, values: split('Q1 | Q2 | Q3') },
  { label: /frequency|interval|recurrence/, values: split('weekly | monthly | every two weeks') },
  { label: /\bleave\b/, values: split('vacation | sick leave | parental leave') },
  { label: /\b(?:door|gate|entrance)\b/, values: split('front door | garage door | back door') },
  { label: /\bfloor\b/, values: split('second floor | ground floor | fourth floor') },
  { label: /\bseat\b/, values: split('14C | 7A | 22F') },
  { label: /\b(?:vehicle|car)\b/, values: split('Volvo V60 | Toyota Yaris | Ford Transit') },
  { label: /\bmetric\b/, values: split('CPU load | error rate | sign-ups per day') },
  { label: /\b(?:actions?|steps?)$/, values: split('switch off the lights | lower the blinds | lock the front door') },
  { label: /\b(?:skill|course)\b/, values: split('pottery for beginners | Spanish | first aid') },
  { label: /\b(?:job|position|occupation)\b/, values: split('electrician | bookkeeper | night nurse') },
  { label: /\bformat$/, values: split('PDF | CSV | plain text') },
  { label: /\b(?:plan|tier|subscription)$/, values: split('standard plan | family plan | premium plan') },
  { label: /promo|coupon|voucher|discount code/, values: split('SPRING25 | WELCOME10 | FREESHIP') },
  { label: /currency/, values: split('USD | EUR | GBP | CAD') },
  { label: /country/, values: split('Portugal | Canada | Japan | Kenya | Norway') },
  { label: /language/, values: split('French | German | Spanish | Japanese') },
  { label: /time zone|timezone/, values: split('Europe/Lisbon | America/Chicago | Asia/Tokyo') },
  {
    label: /address|street/,
    values: split('14 Birch Lane, Portland | 220 Harbor Street, Galway | 8 Rue des Lilas, Lyon | 61 Kingsway, Leeds'),
  },
  { label: /airport|IATA|(?:origin|destination) code/, values: split('SFO | JFK | LIS | SEA | BOS') },
  { label: /^(?:origin|departure|from)(?: city)?$/, values: split('Boston | Lisbon | Denver | Oslo') },
  { label: /^(?:destination|arrival)(?: city)?$/, values: split('Seattle | Prague | Austin | Kyoto') },
  { label: /city|location|place|town|area|venue/, values: split('Lisbon | Denver | Rotterdam | Nairobi | Osaka') },
  { label: /region|zone/, values: split('eu-west-1 | us-east-2 | ap-southeast-1') },
  { label: /ZIP|postal/, values: split('97205 | 60614 | 02139 | 30309') },
  { label: /environment|stage|cluster/, values: split('staging | production | preview') },
  {
    label: /service|deployment|app(?:lication)?|container|pod|workload/,
    values: split('checkout-api | search-indexer | billing-worker | media-proxy'),
  },
  { label: /version|release|image/, values: split('2.14.1 | 3.0.4 | 1.9.7 | 4.2.0') },
  { label: /repository|project/, values: split('storefront | mobile-app | data-pipeline | design-system') },
  { label: /branch/, values: split('release/4.2 | fix-login-timeout | main | feature-export') },
  { label: /host|server|node|machine|instance/, values: split('web-07 | db-replica-2 | cache-03 | worker-11') },
  { label: /folder|directory/, values: split('/reports | /shared/contracts | /finance/invoices') },
  {
    label: /file|path/,
    values: split('/reports/q2-summary.csv | /var/log/app/worker.log | /shared/contracts/lease.pdf'),
  },
  { label: /database|schema|table name/, values: split('orders_archive | analytics_daily | session_store') },
  {
    label: /SQL/,
    values: ['SELECT region, SUM(total) FROM orders GROUP BY region', 'SELECT COUNT(*) FROM invoices WHERE paid = 0'],
  },
  { label: /command/, values: split('df -h | uptime | systemctl status nginx') },
  { label: /expression|formula/, values: split('(45 + 30) * 2 | 1250 / 4 | 18.5 * 12 | 96 - 17 * 3') },
  { label: /ticker|stock symbol|symbol/, values: split('MSFT | AAPL | SAP | TM') },
  {
    label: /product|item|article/,
    values: split('walnut desk lamp | trail running shoes | espresso grinder | canvas backpack'),
  },
  {
    label: /dish|meal|food|menu|recipe/,
    values: split('mushroom risotto | pad thai | lentil soup | margherita pizza'),
  },
  { label: /medication|medicine|drug/, values: split('amoxicillin | metformin | lisinopril | ibuprofen') },
  {
    label: /symptom|condition|diagnosis/,
    values: split('a dry cough for four days | a rash on both arms | a stiff lower back'),
  },
  {
    label: /specialty|speciality|department|team|group/,
    values: split('cardiology | accounts payable | field support | dermatology'),
  },
  { label: /dosage|dose/, values: split('250 mg | 10 mg | 500 mg') },
  { label: /room/, values: split('Maple Room | Room 214 | Lakeside') },
  { label: /calendar/, values: split('work | family | team-planning') },
  { label: /channel/, values: split('#releases | #facilities | #customer-care') },
  { label: /category|genre/, values: split('kitchen | outdoor | stationery | lighting') },
  { label: /colou?r/, values: split('navy | olive | burgundy | slate') },
  { label: /size/, values: split('medium | large | small') },
  {
    label: /brand|company|organisation|vendor|supplier|merchant/,
    values: split('Northgate Supplies | Harborview Ltd | Bluefin Logistics'),
  },
  { label: /song|track|artist|album|playlist/, values: split('Clair de Lune | Take Five | Blue in Green') },
  { label: /device|appliance|light|thermostat/, values: split('hallway lamp | bedroom heater | kitchen speaker') },
  { label: /status|state/, values: split('open | on hold | completed') },
  { label: /priority|severity|urgency/, values: split('high | medium | low') },
  { label: /method/, values: split('bank transfer | credit card') },
  { label: /unit/, values: split('metric | kilograms | miles') },
  { label: /tag|label/, values: split('follow-up | urgent-review | facilities') },
  { label: /name/, values: split('Spring catalogue | Harborview pilot | Team offsite | Winter stock check') },
];

/** Words that make a text longer where a schema wants more of it. */
export const OTHER_TEXTS = split(
  'for the main office | as agreed last week | see the note from Monday | the same as last time',
);
/** For a room of a house. */
export const HOME_ROOMS = split('kitchen | living room | guest room');

type Range = { label: RegExp; values: readonly number[] };

/** Amounts that are larger than what one pays at a counter. */
export const MONEY_POOLS: readonly Range[] = [
  { label: /\brent\b/, values: [850, 980, 1_150, 1_400] },
  { label: /income|salary|wage|revenue/, values: [2_800, 3_400, 4_200, 5_600] },
  { label: /loan|mortgage|credit limit/, values: [9_000, 12_000, 18_000, 25_000] },
];

/** Whole numbers that people name; `money` and coordinates have their own. */
export const NUMBER_POOLS: readonly Range[] = [
  { label: /percent|discount|rate/, values: [5, 8, 10, 12, 15, 20] },
  { label: /minutes|duration|timeout/, values: [15, 20, 30, 45, 60, 90] },
  { label: /seconds/, values: [20, 30, 45, 90] },
  { label: /hours/, values: [2, 3, 4, 6, 8] },
  { label: /days|nights/, values: [2, 3, 4, 5, 7, 10] },
  { label: /weeks|months/, values: [2, 3, 4, 6, 9] },
  { label: /\byear\b/, values: [2019, 2021, 2022, 2024] },
  { label: /\bage\b/, values: [24, 31, 42, 57, 68] },
  { label: /rating|stars|score/, values: [2, 3, 4, 5] },
  { label: /page|offset/, values: [1, 2, 3] },
  { label: /limit|max|top|results/, values: [5, 10, 15, 20] },
  { label: /\bport\b/, values: [8080, 5432, 9200] },
  {
    label:
      /replica|instance|retries|quantity|count|seats?|guests?|people|passengers?|party|copies|rooms?|bags|baggages?|luggage|items?|units?|tickets/,
    values: [2, 3, 4, 5, 6],
  },
  { label: /brightness|volume|intensity|level/, values: [20, 30, 40, 60, 80] },
  { label: /temperature|degrees/, values: [18, 19, 21, 22] },
  { label: /weight|distance|height|length|width/, values: [3, 7, 12, 24, 35] },
  { label: /latitude/, values: [38, 41, 52, 60] },
  { label: /longitude/, values: [-9, 4, 10, 24] },
];
export const OTHER_NUMBERS = [2, 3, 4, 6, 7, 9, 12, 14];
