import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { selectRemovalState } from '../../store/workspace-removal.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { answerExport, NDJSON } from '../export/export-answer.ts';
import { readPlace } from '../export/place.ts';
import { removeWorkspace } from '../remove-workspace.ts';
import { callerOrRemover } from '../workspace-remover.ts';
import { json, ownRoute, type Route } from './route.ts';
import { actOf } from './trust-routes.ts';

/** A whole workspace: taken along, and deleted. */

const place = { tag: 'Workspace', access: 'admin' } as const;

const Count = z.int().min(0);
const Left = z.object({ keys: Count, members: Count, sessions: Count, agents: Count });

export const WORKSPACE_DATA_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ ...place, method: 'GET', path: '/v1/workspace/export', id: 'exportWorkspace' },
    summary: 'Everything that the workspace holds, as a file',
    description:
      'NDJSON, a record a line, sent as fast as it is read. The last line has the type `end`; without it the file was cut off. Where its `next` is not null, that is the `after` of the file that goes on.',
    query: z.object({
      after: z.string().max(4_000).optional().meta({ description: 'The `next` of the file before.' }),
    }),
    answers: [{ status: 200, description: 'The records', type: NDJSON }],
    run: async ({ query }, context) => {
      const { env, caller, now } = context;
      const workspace = { id: caller.workspaceId, name: caller.workspaceName };
      const after = query.after === undefined ? null : readPlace(query.after);
      return answerExport(env, { workspace, actor: actOf(context).actor, now, after });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'DELETE', path: '/v1/workspace', id: 'deleteWorkspace' },
    whose: callerOrRemover,
    summary: 'Delete the workspace with all it holds, for good',
    description:
      'All keys, sessions and connected apps are refused from the first call on. 202 says that some of it is left: send the same again after `retry_after` seconds, with the same key, until it is 200. Once it is gone its key is unknown: 401.',
    body: z.strictObject({ confirm: z.string().meta({ description: 'The name of the workspace, exactly.' }) }),
    answers: [
      { status: 200, description: 'It is gone', schema: z.object({ deleted: z.string() }) },
      {
        ...{ status: 202, description: 'It is closed, and some of it is left' },
        schema: z.object({ deleting: z.string(), remaining: Left, retry_after: z.int() }),
      },
    ],
    run: async ({ body }, context) => {
      const { env, caller, now } = context;
      const { workspaceId } = caller;
      const state = await readD1(selectRemovalState(env.DB, workspaceId));
      if (state && state.name !== body.confirm)
        throw new Refusal('INVALID_ARGUMENT', "'confirm' is not the name of the workspace", 'Nothing was deleted.');
      const removal = await removeWorkspace(env, { workspaceId, actor: actOf(context).actor, now });
      if (removal.done) return json({ deleted: workspaceId });
      const answer = json({ deleting: workspaceId, remaining: removal.left, retry_after: removal.retryAfterS }, 202);
      answer.headers.set('Retry-After', String(removal.retryAfterS));
      return answer;
    },
  }),
];
