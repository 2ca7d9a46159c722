import * as z from 'zod';
import type { Cell } from './csv.ts';
import { echo } from './errors.ts';
import { isoTime } from './formatting.ts';
import { type Query, type Read, textOf } from './query.ts';

/** Who did what in a workspace, as it is listed, filtered and taken along. */

/** `at` is epoch milliseconds; `actor` is an e-mail address, or the id of a key that nobody's name is known to. */
export type AuditLine = { at: number; actor: string; action: string; subject: string };

/** What each action says after the name of who did it. One that is not here is shown as it is stored. */
export const ACTIONS: Readonly<Record<string, string>> = {
  'agent.deleted': 'deleted an agent',
  'app.connected': 'connected an app',
  'app.withdrawn': 'withdrew access from an app',
  'invitation.made': 'invited somebody',
  'invitation.revoked': 'revoked an invitation',
  'key.created': 'made an API key',
  'key.revoked': 'revoked an API key',
  'member.joined': 'joined the workspace',
  'member.removed': 'removed a member',
  'member.role_changed': 'changed a role',
  'report.shared': 'shared a report',
  'report.unshared': 'ended the sharing of a report',
  'result.reviewed': 'decided about a result',
  'run.deleted': 'deleted a run',
  'sign_in_link.made': 'made a sign-in link',
  'trust.created': 'made a trust rule',
  'trust.deleted': 'deleted a trust rule',
  'trust.secrets_changed': 'changed the secrets of a trust rule',
  'webhook.changed': 'changed a webhook',
  'webhook.created': 'made a webhook',
  'webhook.deleted': 'deleted a webhook',
  'webhook.gone': 'said that a webhook is gone',
  'workspace.created': 'made the workspace',
  'workspace.deleted': 'deleted the workspace',
  'workspace.deletion_started': 'began to delete the workspace',
  'workspace.exported': 'took an export',
  'workspace.settings_changed': 'changed the settings',
};

/** The line after which a list goes on: what lines are ordered by. */
const AuditPlace = z.tuple([z.int(), z.string(), z.string()]);
export type AuditPlace = z.infer<typeof AuditPlace>;

export type AuditFilter = { actor: string | null; action: string | null; after: AuditPlace | null };

const ACTION = /^[a-z_]{1,40}\.[a-z_]{1,40}$/;
const MAX_ACTOR_CHARS = 254;

/** What an address asks for, with a sentence for each value that was left out. */
export function readAuditFilter(query: Query): { filter: AuditFilter; notes: string[] } {
  const action = readAction(textOf(query, 'action'));
  const after = readAuditPlace(textOf(query, 'after'));
  const actor = textOf(query, 'actor')?.slice(0, MAX_ACTOR_CHARS) ?? null;
  const notes = [action, after].flatMap(({ note }) => note ?? []);
  return { filter: { actor, action: action.value, after: after.value }, notes };
}

function readAction(text: string | null): Read<string | null> {
  if (text === null || text === 'all') return { value: null };
  if (ACTION.test(text)) return { value: text };
  return { value: null, note: `action=${echo(text)} means nothing here and was left out.` };
}

/** Reads what `auditPlaceText` wrote. */
export function readAuditPlace(text: string | null): Read<AuditPlace | null> {
  if (text === null) return { value: null };
  const parsed = AuditPlace.safeParse(parseJson(text));
  if (parsed.success) return { value: parsed.data };
  return { value: null, note: `after=${echo(text)} is no place in this list, so it begins at its beginning.` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function auditPlaceText({ at, action, subject }: AuditLine): string {
  return JSON.stringify([at, action, subject]);
}

type AuditPath = '/settings/audit-log' | '/settings/audit-log.csv' | '/settings/audit-log.json';

/** The address of a view; `after` is what `auditPlaceText` wrote. */
export function auditLogUrl(
  { actor, action, after }: { actor: string | null; action: string | null; after?: string | null },
  path: AuditPath = '/settings/audit-log',
): string {
  const pairs = Object.entries({ actor, action, after }).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const query = String(new URLSearchParams(pairs));
  return query === '' ? path : `${path}?${query}`;
}

/** A line as a file holds it, its time in ISO 8601. */
export const AUDIT_COLUMNS = ['at', 'actor', 'action', 'subject'] as const;
export type AuditRecord = Record<(typeof AUDIT_COLUMNS)[number], Cell>;

export function auditRecord({ at, ...line }: AuditLine): AuditRecord {
  return { at: isoTime(at) ?? null, ...line };
}
