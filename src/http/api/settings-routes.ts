import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { RETENTION_DAYS } from '../../domain/retention.ts';
import { STALL_MINUTES } from '../../domain/run-state.ts';
import { NAME_CHARS, type Settings, selectSettings } from '../../store/settings.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { changeSettings } from '../change-settings.ts';
import { json, ownRoute, type Route } from './route.ts';
import { actOf } from './trust-routes.ts';

/** What a workspace decides for itself. */

const fields = {
  name: z.string().trim().min(1).max(NAME_CHARS),
  stall_minutes: z
    .int()
    .min(STALL_MINUTES.least)
    .max(STALL_MINUTES.most)
    .meta({ description: 'A run that hears nothing for so long ends. Runs keep what held when they were made.' }),
  retention_days: z.int().min(RETENTION_DAYS.least).max(RETENTION_DAYS.most).meta({
    description: 'Texts of results go so long after the end of their run. A change is followed within a day.',
  }),
  redact_personal_data: z.boolean().meta({
    description:
      'Whether e-mail addresses, phone and card numbers and the like are taken out of results. Runs keep it.',
  }),
};
const WireSettings = z.object(fields).meta({ id: 'Settings' });
const SettingsChange = z.strictObject(fields).partial().meta({ id: 'SettingsChange' });
const place = { tag: 'Workspace', path: '/v1/settings' } as const;

export const SETTINGS_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ ...place, method: 'GET', id: 'getSettings', access: 'read' },
    summary: 'What the workspace has decided for its runs',
    answers: [{ status: 200, description: 'The settings', schema: WireSettings }],
    run: async (_, { env, caller }) => json(wire(await readD1(selectSettings(env.DB, caller.workspaceId)))),
  }),
  ownRoute({
    ...{ ...place, method: 'PATCH', id: 'changeSettings', access: 'admin' },
    summary: 'Change settings; what is not named stays',
    body: SettingsChange,
    answers: [{ status: 200, description: 'The settings as they are now', schema: WireSettings }],
    run: async ({ body }, context) => {
      const { name, stall_minutes: stallMinutes, retention_days: retentionDays } = body;
      const change = { name, stallMinutes, retentionDays, redactPersonal: body.redact_personal_data };
      return json(wire(await readD1(changeSettings(context.env, { ...actOf(context), change }))));
    },
  }),
];

function wire(settings: Settings | null): z.infer<typeof WireSettings> {
  if (!settings) throw new Refusal('NOT_FOUND', 'There is no such workspace');
  const { name = '', stallMinutes, retentionDays, redactPersonal } = settings;
  return { name, stall_minutes: stallMinutes, retention_days: retentionDays, redact_personal_data: redactPersonal };
}
