import * as z from 'zod';
import { auditPlaceText, auditRecord, readAuditPlace } from '../../domain/audit-log.ts';
import { Refusal } from '../../domain/errors.ts';
import { selectAuditLog } from '../../store/audit-log.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { json, ownRoute, type Route } from './route.ts';

/** Who did what in the workspace. */

const Line = z
  .object({ at: z.string(), actor: z.string(), action: z.string(), subject: z.string() })
  .meta({ id: 'AuditLine' });

export const AUDIT_LOG_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ method: 'GET', path: '/v1/audit-log', id: 'listAuditLog', tag: 'Workspace', access: 'admin' },
    summary: 'Who did what and when, newest first',
    query: z.object({
      actor: z.string().max(254).optional().meta({ description: 'Only what this one did, as the log names them.' }),
      action: z.string().max(81).optional().meta({ description: 'Only acts of this kind, such as `key.created`.' }),
      cursor: z.string().max(5_000).optional().meta({ description: 'The `next_cursor` of the page before.' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    answers: [
      {
        ...{ status: 200, description: 'A page of lines' },
        schema: z.object({ audit_log: z.array(Line), next_cursor: z.string().nullable() }),
      },
    ],
    run: async ({ query }, { env, caller }) => {
      const { actor = null, action = null, limit } = query;
      const after = readAuditPlace(query.cursor ?? null);
      if (after.note !== undefined) throw new Refusal('INVALID_ARGUMENT', 'cursor is no place in this list');
      const wanted = { workspaceId: caller.workspaceId, actor, action, after: after.value, limit: limit + 1 };
      const lines = await readD1(selectAuditLog(env.DB, wanted));
      const last = lines.length > limit ? lines[limit - 1] : undefined;
      const shown = lines.slice(0, limit).map(auditRecord);
      return json({ audit_log: shown, next_cursor: last ? auditPlaceText(last) : null });
    },
  }),
];
