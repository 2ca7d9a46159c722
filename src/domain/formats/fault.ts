import { Refusal } from '../errors.ts';

/** Why a report as a whole is refused: it cannot be parsed (400), is too large in some way (413), or is of no known format (415). */
export type ReportFaultKind = 'unparseable' | 'too_large' | 'unknown_format';

/** The refusal of a report. `line` is 1-based, `offset` counts bytes from 0; which of them is known depends on the format. */
export class ReportFault extends Refusal {
  readonly kind: ReportFaultKind;
  readonly line: number | undefined;
  readonly offset: number | undefined;

  constructor(kind: ReportFaultKind, words: { message: string; hint: string; line?: number; offset?: number }) {
    super(kind === 'unparseable' ? 'INVALID_RESULTS' : 'INVALID_ARGUMENT', words.message, words.hint);
    this.name = 'ReportFault';
    this.kind = kind;
    this.line = words.line;
    this.offset = words.offset;
  }
}

/** An item that cannot be read, while the report goes on; what it says becomes the item's rejection. */
export class ItemFault extends Error {}
