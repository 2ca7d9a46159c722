import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { SharedReportPage } from '../dashboard/report-page.tsx';
import { withDeadline } from '../store/deadline.ts';
import { selectShare } from '../store/report-shares.ts';
import type { App } from './app.ts';
import { sha256 } from './auth.ts';
import { notFoundPage } from './failures.tsx';
import { assertAttempt } from './rate-limit.ts';
import { readDocument, sendReport, toFormat } from './report-files.tsx';

/** A report for whoever has a link to it. A link that is wrong, expired or revoked is no page at all, like any other. */
export const sharedReport = new Hono<App>();

const TOKEN_BYTES = 32;
const LINK = /^([\w-]{43})(?:\.(\w{1,8}))?$/;
const D1_DEADLINE_MS = 5_000;

/** 256 random bits, safe in a path. */
export function newShareToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

sharedReport.get('/report/:link', async (c) => {
  const now = Date.now();
  c.header('Cache-Control', 'private, no-store');
  c.header('X-Robots-Tag', 'noindex, nofollow');
  const [, token, extension] = LINK.exec(c.req.param('link')) ?? [];
  const format = toFormat(extension);
  if (token === undefined || (extension !== undefined && format === null)) return notFoundPage(c);
  await assertAttempt(c, now);
  const share = await withDeadline(selectShare(c.env.DB, sha256(token)), D1_DEADLINE_MS);
  if (!share || share.revokedAt !== null || share.expiresAt <= now) return notFoundPage(c);
  c.set('workspace', share.workspaceId);
  const document = await readDocument(c, share, now);
  if (!document) return notFoundPage(c);
  return format
    ? sendReport(c, document, format)
    : c.html(<SharedReportPage document={document} path={`/report/${token}`} />);
});
