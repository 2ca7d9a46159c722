import { ReportReader } from '../../src/domain/formats/report-reader.ts';

/**
 * Prints how many results of a 10 MB report a core reads in a second of its own time, and by how much memory grows while it does:
 * `node --expose-gc test/bench/formats.ts`. Wanted for the reading alone: 30,000 results a second, less than 64 MB.
 */

const TESTS = 20_000;
const ROUNDS = 5;
const CHUNK_BYTES = 64 * 1024;
const MEGABYTE = 1024 * 1024;
const FAILS_EVERY = 10;
const OUTPUT = 'took the order, looked it up, asked the customer, and wrote what it had found into the ticket. '.repeat(
  3,
);
const TRACE = 'at checkRefund (tests/refunds.py:120)\n'.repeat(8);

type Report = { name: string; wanted: number; pieces: () => Iterable<string> };

function* ctrf(): Generator<string> {
  yield '{"reportFormat":"CTRF","specVersion":"1.0.0","results":{"tool":{"name":"bench"},"tests":[\n';
  for (let i = 0; i < TESTS; i++) {
    const failed = i % FAILS_EVERY === 0;
    const test = {
      name: `answers question ${i} about an order`,
      status: failed ? 'failed' : 'passed',
      duration: i % 900,
      suite: ['support', 'orders'],
      ...(failed ? { message: 'refund of 12.50 was due, 11.00 was made', trace: TRACE } : {}),
      labels: { scenario_id: `sc_bench_${i + 1}` },
      filePath: 'tests/test_orders.py',
      tags: ['orders', 'slow'],
      stdout: [OUTPUT],
    };
    yield `${i === 0 ? '' : ',\n'}${JSON.stringify(test)}`;
  }
  yield `],"summary":{"tests":${TESTS},"passed":${TESTS - TESTS / FAILS_EVERY},"failed":${TESTS / FAILS_EVERY}}}}`;
}

function* junit(): Generator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="bench" tests="${TESTS}">\n`;
  for (let i = 0; i < TESTS; i++) {
    const failure = i % FAILS_EVERY === 0 ? `<failure message="refund was due">${TRACE}</failure>` : '';
    const property = `<properties><property name="scenario_id" value="sc_bench_${i + 1}"/></properties>`;
    const open = `<testcase classname="tests.test_orders" name="answers question ${i} about an order" time="0.${i % 900}">`;
    yield `${open}${property}${failure}<system-out><![CDATA[${OUTPUT}]]></system-out></testcase>\n`;
  }
  yield '</testsuite></testsuites>';
}

const REPORTS: Report[] = [
  { name: 'CTRF', wanted: 30_000, pieces: ctrf },
  { name: 'JUnit XML', wanted: 30_000, pieces: junit },
];

/** Of this thread alone: what else runs on the machine does not count. */
function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function bytesOf(report: Report): Uint8Array {
  return new TextEncoder().encode([...report.pieces()].join(''));
}

type Figures = { results: number; seconds: number; peak: number; resident: number };

/** `peak` is heap and buffers, `resident` all memory, over what was there before, looked at after each chunk. */
function readOnce(bytes: Uint8Array): Figures {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const start = cpuSeconds();
  const reader = new ReportReader();
  let [results, peak, resident, measuring] = [0, 0, 0, 0];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    results += reader.push(bytes.subarray(at, at + CHUNK_BYTES)).length;
    const pause = cpuSeconds();
    const now = process.memoryUsage();
    peak = Math.max(peak, now.heapUsed + now.arrayBuffers - before.heapUsed - before.arrayBuffers);
    resident = Math.max(resident, now.rss - before.rss);
    measuring += cpuSeconds() - pause;
  }
  results += reader.end().length;
  return { results, seconds: cpuSeconds() - start - measuring, peak, resident };
}

for (const report of REPORTS) {
  const bytes = bytesOf(report);
  const rounds = Array.from({ length: ROUNDS }, () => readOnce(bytes));
  const best = Math.min(...rounds.map(({ seconds }) => seconds));
  const first = rounds[0]?.seconds ?? 0;
  const most = (of: 'peak' | 'resident') => (Math.max(...rounds.map((round) => round[of])) / MEGABYTE).toFixed(0);
  const perSecond = (seconds: number) => Math.round(TESTS / seconds).toLocaleString('en');
  const size = `${(bytes.length / MEGABYTE).toFixed(1)} MB, ${rounds[0]?.results} results`;
  const speed = `${perSecond(best)} results/s (${perSecond(first)} cold, ${report.wanted.toLocaleString('en')} wanted)`;
  console.log(
    `${report.name}: ${size}, ${speed}, at most ${most('peak')} MB over idle, resident ${most('resident')} MB`,
  );
}
