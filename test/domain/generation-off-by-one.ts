/** A value as near to another as can be and yet not the same: one more, the next day, the next choice, one sign changed. */
export function otherLeaves(value: unknown, choices: readonly unknown[] | undefined): unknown {
  const next = choices?.find((choice) => choice !== value);
  if (next !== undefined) return next;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return otherText(value);
  if (Array.isArray(value))
    return [...value.slice(0, -1), ...value.slice(-1).map((item) => otherLeaves(item, undefined))];
  if (typeof value === 'object' && value !== null) return withOtherField(value);
  return value;
}

function withOtherField(group: object): object {
  const fields = Object.entries(group);
  return Object.fromEntries(
    fields.map(([name, value], at) => [name, at === 0 ? otherLeaves(value, undefined) : value]),
  );
}

const LAST_SIGN = /[\p{L}\p{N}](?=[^\p{L}\p{N}]*$)/u;

function otherText(text: string): string {
  if (!LAST_SIGN.test(text)) return `${text}x`;
  return text.replace(LAST_SIGN, (sign) =>
    /\d/.test(sign) ? String((Number(sign) + 1) % 10) : sign === 'a' ? 'b' : 'a',
  );
}
