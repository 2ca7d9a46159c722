import * as z from 'zod';

/** Who writes to the agent. Without one, cases speak in ordinary voices. */
export const PERSONAS = ['novice', 'expert', 'frustrated', 'confused', 'adversarial'] as const;
export const Persona = z.enum(PERSONAS);
export type Persona = z.infer<typeof Persona>;
