import { statSync } from 'node:fs';
import { join } from 'node:path';

const ASSETS = join(import.meta.dirname, '../../src/dashboard/assets');

/** What a page may weigh with its style sheets and scripts, in bytes before compression. */
export const PAGE_BYTES = 100_000;

/** What a page weighs with what it loads. */
export function weightOf(html: string): number {
  const loaded = [...html.matchAll(/(?:href|src)="\/assets\/([\w.-]+\.(?:css|js))"/g)].map(([, name]) => name ?? '');
  const assets = loaded.reduce((sum, name) => sum + statSync(join(ASSETS, name)).size, 0);
  return new TextEncoder().encode(html).length + assets;
}
