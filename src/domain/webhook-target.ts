/**
 * Where webhooks may go: https, to a name or address of the public internet. What a name resolves to is for whoever connects to check,
 * with `isPublicAddress`.
 */

export const TARGET_FAULTS = ['not_a_url', 'not_https', 'credentials', 'private_name', 'private_address'] as const;
export type TargetFault = (typeof TARGET_FAULTS)[number];

/** Why each is refused, after "The webhook's URL". */
export const TARGET_FAULT_WORDS: Record<TargetFault, string> = {
  not_a_url: 'is not a URL',
  not_https: 'must begin with https://',
  credentials: 'must not hold a user name or password',
  private_name: 'names a host that is not on the public internet',
  private_address: 'leads to an address that is not on the public internet',
};

/** How a local server's outbound service says that it did not connect, and why. It passes on no header of a receiver. */
export const OUTBOUND_FAULT_HEADER = 'outbound-fault';
export const OUTBOUND_FAULTS = ['private_address', 'name_not_found', 'no_connection'] as const;
export type OutboundFault = (typeof OUTBOUND_FAULTS)[number];

/** Names that never mean a host on the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`), and those that networks use inside. */
const PRIVATE_SUFFIXES = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'home.arpa',
  'onion',
];

/**
 * Why a webhook must not go to this URL, or null. The URL parser has the last word on what the host is: it writes decimal, octal, hexadecimal
 * and full-width forms of an address as the address. Any port will do: TLS comes first, so that nothing which speaks another protocol is reached.
 */
export function targetFault(text: string): TargetFault | null {
  const url = URL.parse(text);
  if (!url) return 'not_a_url';
  if (url.protocol !== 'https:') return 'not_https';
  if (url.username !== '' || url.password !== '') return 'credentials';
  const host = url.hostname.replace(/\.+$/, '');
  if (host.startsWith('[') || IPV4.test(host)) return isPublicAddress(host) ? null : 'private_address';
  const isPrivate =
    !host.includes('.') || PRIVATE_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return isPrivate ? 'private_name' : null;
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
type Range = readonly [start: string, bits: number];

/** What is not globally reachable in the IANA registry of special-purpose addresses, with multicast and the former class E. */
const NOT_PUBLIC_V4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Global unicast is 2000::/3; everything else is refused, with it loopback, link-local, unique local, multicast, IPv4-mapped and NAT64. */
const GLOBAL_UNICAST: Range = ['2000::', 3];
/** Of that: protocol assignments with Teredo and ORCHID, documentation, 6to4, documentation again. */
const NOT_PUBLIC_V6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Whether an address, with or without brackets, is one of the public internet. What is no address is not. */
export function isPublicAddress(text: string): boolean {
  const address = text.replace(/^\[|\]$/g, '');
  if (IPV4.test(address)) {
    const value = v4(address);
    return value !== null && !NOT_PUBLIC_V4.some(([start, bits]) => isWithin(value, v4(start), 32 - bits));
  }
  const value = v6(address);
  const [start, bits] = GLOBAL_UNICAST;
  if (value === null || !isWithin(value, v6(start), 128 - bits)) return false;
  return !NOT_PUBLIC_V6.some(([from, length]) => isWithin(value, v6(from), 128 - length));
}

function isWithin(value: bigint, start: bigint | null, hostBits: number): boolean {
  return start !== null && value >> BigInt(hostBits) === start >> BigInt(hostBits);
}

function v4(text: string): bigint | null {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part <= 255))) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** Groups of hexadecimal digits, at most one `::`, and perhaps an IPv4 address at the end. A zone is no part of a public address. */
function v6(text: string): bigint | null {
  const [head = '', tail, ...more] = text.split('::');
  const [left, right] = [groups(head), groups(tail ?? '')];
  if (more.length > 0 || !left || !right) return null;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...left, ...Array<bigint>(missing).fill(0n), ...right];
  return all.reduce((sum, group) => sum * 0x10000n + group, 0n);
}

function groups(text: string): bigint[] | null {
  if (text === '') return [];
  const found: bigint[] = [];
  for (const part of text.split(':')) {
    const low = part.includes('.') ? v4(part) : null;
    if (low !== null) found.push(low >> 16n, low & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) found.push(BigInt(`0x${part}`));
    else return null;
  }
  return found;
}
