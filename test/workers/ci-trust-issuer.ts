import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An OIDC issuer of a test's own, with the claims that GitHub Actions makes: test/faults/outbound.ts serves its keys. */

export const AUDIENCE = 'https://qa.test';
export const CLAIMS = {
  sub: 'repo:octo-org/shop:ref:refs/heads/main',
  repository: 'octo-org/shop',
  repository_id: '74',
  repository_owner: 'octo-org',
  repository_owner_id: '65',
  event_name: 'push',
  run_id: '9001234567',
  run_attempt: '2',
  run_number: '12',
  ref: 'refs/heads/main',
  actor: 'octocat',
};

const LIFETIME_S = 300;

export type Wish = {
  claims?: Record<string, unknown>;
  kid?: string;
  alg?: string;
  /** Epoch milliseconds. */
  at: number;
  expiresInS?: number;
};
type Key = Awaited<ReturnType<typeof generateKeyPair>>;

export class Issuer {
  readonly url = `https://issuer.test/${crypto.randomUUID()}`;
  readonly #keys = new Map<string, Key>();

  /** Makes a key and publishes all that there are now. */
  async publish(...kids: string[]): Promise<this> {
    for (const kid of kids) this.#keys.set(kid, await generateKeyPair('RS256', { extractable: true }));
    const keys = [...this.#keys].map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg: 'RS256',
      use: 'sig',
    }));
    await fetch(this.url, { method: 'PUT', body: JSON.stringify({ keys: await Promise.all(keys) }) });
    return this;
  }

  /** A key that nobody is told of. */
  async keep(kid: string): Promise<void> {
    this.#keys.set(kid, await generateKeyPair('RS256'));
  }

  /** How often the keys were asked for. */
  async asked(): Promise<number> {
    return ((await (await fetch(this.url)).json()) as { asked: number }).asked;
  }

  token({ claims = {}, kid = 'k1', alg = 'RS256', at, expiresInS = LIFETIME_S }: Wish): Promise<string> {
    const now = Math.floor(at / 1000);
    const all = { iss: this.url, aud: AUDIENCE, iat: now, nbf: now - 10, exp: now + expiresInS, ...CLAIMS, ...claims };
    const key = this.#keys.get(kid)?.privateKey;
    if (!key) throw new Error(`no key ${kid}`);
    return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
  }
}
