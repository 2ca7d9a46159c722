import * as z from 'zod';
import { ExportPlace } from '../../agent/agent-export.ts';
import { Refusal } from '../../domain/errors.ts';
import { EXPORT_TABLES, type ExportTable, isPlaceIn } from '../../store/workspace-export.ts';

/** Where an export goes on: in a table, behind an agent by name, or within what an agent's object holds. */
export const Place = z.union([
  z.strictObject({
    table: z.enum(EXPORT_TABLES as [ExportTable, ...ExportTable[]]),
    after: z.array(z.union([z.string(), z.number()])).nullable(),
  }),
  z.strictObject({ behind: z.string() }),
  z.strictObject({ agent: z.string(), from: ExportPlace.nullable() }),
]);
export type Place = z.infer<typeof Place>;

/** A place as a client carries it. It names nothing but a position: whose it is a position in, the client's key says. */
export function placeToken(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws Refusal INVALID_ARGUMENT for what is no place */
export function readPlace(token: string): Place {
  const place = Place.safeParse(parsed(token)).data;
  const isPlace = place && (!('table' in place) || !place.after || isPlaceIn(place.table, place.after));
  if (!isPlace) throw new Refusal('INVALID_ARGUMENT', "'after' is not the `next` of an export");
  return place;
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}
