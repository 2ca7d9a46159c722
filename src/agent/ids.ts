/** Ids carry their kind: `ag_`, `sc_`, `tr_`, `gen_` and 16 hex digits, 64 random bits. */
export function newId(kind: 'ag' | 'sc' | 'tr' | 'gen' | 'key' | 'ws' | 'mb'): string {
  return `${kind}_${crypto.randomUUID().replaceAll('-', '').slice(-16)}`;
}
