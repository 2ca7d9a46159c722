import type { Path } from './json-values.ts';
import type { ReportedCase, ReportFacts } from './reported-case.ts';
import type { Warnings } from './warnings.ts';

/** What a format's reader may use while it reads: where to say what it noticed, and the facts it fills in. */
export type Reading = { facts: ReportFacts; warnings: Warnings; nextIndex: () => number };

/**
 * A format that is written as JSON. `item` is called with the value at each item path and answers the case, or null where the value is none
 * by itself; it throws ItemFault for one that cannot be read. `fact` is called with the values at `facts`. `rest` answers the cases that
 * only the whole document makes.
 */
export type JsonDialect = {
  facts?: readonly Path[];
  item: (value: unknown, path: Path) => ReportedCase | null;
  fact?: (path: Path, value: unknown) => void;
  rest?: () => ReportedCase[];
};
