import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPublicAddress, targetFault } from '../../src/domain/webhook-target.ts';

const PUBLIC = [
  'https://hooks.example.com/run',
  'https://hooks.example.com:8443/run?token=a',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]/',
  'https://172.32.0.1/',
  'https://100.128.0.1/',
  'https://localhost.example.com/',
  'https://xn--bcher-kva.example/',
];

const REFUSED: Record<string, string[]> = {
  not_a_url: ['', 'hooks.example.com', 'https://', 'https://exa mple.com', 'https://999.1.1.1.1', 'https://[::g]/'],
  not_https: [
    'http://hooks.example.com',
    'http://127.0.0.1',
    'ftp://hooks.example.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ],
  credentials: ['https://user@hooks.example.com', 'https://user:pass@hooks.example.com', 'https://:pass@8.8.8.8'],
  private_name: [
    'https://localhost',
    'https://LOCALHOST.',
    'https://a.localhost',
    'https://printer.local',
    'https://metadata.google.internal/computeMetadata/v1/',
    'https://metadata',
    'https://intranet/',
    'https://router.home.arpa',
    'https://host.docker.internal',
    'https://kubernetes.default.svc.cluster.local.',
    'https://%6c%6fcalhost',
    'https://ｌocalhost',
  ],
  private_address: [
    'https://127.0.0.1',
    'https://127.0.0.1.',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://0177.0.0.1',
    'https://0x7f.1',
    'https://１２７.０.０.１',
    'https://127。0。0。1',
    'https://0.0.0.0',
    'https://10.1.2.3',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.168.1.1',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1',
    'https://100.100.100.200',
    'https://192.0.0.1',
    'https://198.18.0.1',
    'https://203.0.113.9',
    'https://224.0.0.1',
    'https://255.255.255.255',
    'https://[::]',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:8.8.8.8]',
    'https://[::127.0.0.1]',
    'https://[64:ff9b::7f00:1]',
    'https://[64:ff9b:1::1]',
    'https://[2002:7f00:1::]',
    'https://[2001::1]',
    'https://[2001:db8::1]',
    'https://[fe80::1]',
    'https://[fc00::1]',
    'https://[fd00:ec2::254]',
    'https://[fec0::1]',
    'https://[ff02::1]',
    'https://[3fff::1]',
    'https://[100::1]',
  ],
};

test('a webhook may go to names and addresses of the public internet over https, on any port', () => {
  for (const url of PUBLIC) expect([url, targetFault(url)]).toEqual([url, null]);
});

for (const [fault, urls] of Object.entries(REFUSED)) {
  test(`a webhook must not go where the URL is refused as ${fault}`, () => {
    for (const url of urls) expect([url, targetFault(url)]).toEqual([url, fault]);
  });
}

test('what is no address is not a public one', () => {
  for (const text of [
    '',
    'example.com',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '2606::4700::1',
    ':::',
    '2606:4700',
    '2606:4700::1%eth0',
    'g::1',
  ])
    expect([text, isPublicAddress(text)]).toEqual([text, false]);
});

test('an address that is mapped into IPv6, however it is written, is never public', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const host = new URL(`https://[::ffff:${address}]`).hostname;
      expect([isPublicAddress(`::ffff:${address}`), isPublicAddress(host)]).toEqual([false, false]);
    }),
  );
});

test('every address of IPv6 reads the same in its short form and as the URL parser writes it', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      expect(isPublicAddress(new URL(`https://[${address}]`).hostname)).toBe(isPublicAddress(address));
    }),
  );
});

test('an address is private in every form in which a URL may write it', () => {
  const privates = fc
    .tuple(fc.constantFrom([10, 8], [127, 8], [0, 8]), fc.nat(0xffffff))
    .map(([[first = 0], rest]) => first * 0x1000000 + rest);
  const forms = (value: number) => [
    String(value),
    `0x${value.toString(16)}`,
    `0${value.toString(8)}`,
    [24, 16, 8, 0].map((shift) => `0${((value >>> shift) & 255).toString(8)}`).join('.'),
    `${value >>> 24}.${value & 0xffffff}`,
  ];
  fc.assert(
    fc.property(privates, (value) => {
      expect(forms(value).map((host) => targetFault(`https://${host}/`))).toEqual(Array(5).fill('private_address'));
    }),
  );
});
