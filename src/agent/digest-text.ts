import type { CaseDigest, RunDigest } from '../domain/scores.ts';

/**
 * How a run's digest is stored: a list per case, zeros at its end left out. A run of 100,000 cases, the most there can be, has to fit into
 * the 2 MB that a value may take on Cloudflare.
 */
type Packed = { outage: boolean; cases: (number[] | CaseDigest)[] };

export function packDigest({ outage, cases }: RunDigest): string {
  const packed = cases.map(({ caseNo, decided, passed, weight, excused, flaky }) => {
    const fields = [caseNo, decided, passed, weight, excused, Number(flaky)];
    return fields.slice(0, fields.findLastIndex((field) => field !== 0) + 1);
  });
  return JSON.stringify({ outage, cases: packed } satisfies Packed);
}

export function unpackDigest(text: string): RunDigest {
  const { outage, cases } = JSON.parse(text) as Packed;
  return { outage, cases: cases.map(unpackCase) };
}

/** Digests used to be stored as they are, without what was excused. */
function unpackCase(packed: Packed['cases'][number]): CaseDigest {
  if (!Array.isArray(packed)) return { ...packed, excused: 0 };
  const [caseNo = 0, decided = 0, passed = 0, weight = 0, excused = 0, flaky = 0] = packed;
  return { caseNo, decided, passed, weight, excused, flaky: flaky === 1 };
}
