/** Numbers written in decimal digits, compared by value without going through floating point: card numbers have 16 digits. */

const JSON_NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE][+-]?\d+)?$/;

/** One spelling for one value: `120.0` → `120`. Undefined for what is not a JSON number, so `007` and `1e` are text. */
export function jsonNumberValue(text: string): string | undefined {
  const match = JSON_NUMBER.exec(text);
  if (!match) return undefined;
  if (/[eE]/.test(text)) return String(Number(text));
  const value = decimalValue(match[2] ?? '0', match[3]);
  return match[1] === '-' && value !== '0' ? `-${value}` : value;
}

/** `0180` and `10` → `180.1`. */
export function decimalValue(whole: string, fraction = ''): string {
  const digits = whole.slice(leadingZeros(whole)) || '0';
  const rest = fraction.slice(0, fraction.length - trailingZeros(fraction));
  return rest === '' ? digits : `${digits}.${rest}`;
}

function leadingZeros(digits: string): number {
  let count = 0;
  while (digits[count] === '0') count++;
  return count;
}

function trailingZeros(digits: string): number {
  let count = 0;
  while (count < digits.length && digits[digits.length - 1 - count] === '0') count++;
  return count;
}
