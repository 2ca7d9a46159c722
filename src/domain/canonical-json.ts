/**
 * One text for one JSON value, whatever the order of its keys and the notation of its numbers: keys sorted by UTF-16 code unit,
 * numbers as ECMAScript prints them (the rules of RFC 8785). Keys listed in `without` are left out at the top level.
 */
export function canonicalJson(value: unknown, without: readonly string[] = []): string {
  if (!isPlainObject(value)) return print(value);
  return printObject(value, (key) => !without.includes(key));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  if (isPlainObject(value)) return printObject(value, () => true);
  return JSON.stringify(value) ?? 'null';
}

function printObject(value: Record<string, unknown>, keep: (key: string) => boolean): string {
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    if (value[key] !== undefined && keep(key)) parts.push(`${JSON.stringify(key)}:${print(value[key])}`);
  }
  return `{${parts.join(',')}}`;
}
