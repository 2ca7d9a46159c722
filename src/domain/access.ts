import * as z from 'zod';

/** Who may do what in a workspace: scopes of credentials, roles of members. */

export const SCOPES = ['read', 'write', 'ingest', 'admin'] as const;
export const Scope = z.enum(SCOPES);
/** What a credential may do; `admin` includes the others. */
export type Scope = z.infer<typeof Scope>;

export const ROLES = ['owner', 'member', 'viewer'] as const;
export const Role = z.enum(ROLES);
/** What a member is: owners decide about the workspace itself, members work in it, viewers look. */
export type Role = z.infer<typeof Role>;

const OF_ROLE: Record<Role, readonly Scope[]> = {
  owner: ['read', 'write', 'ingest', 'admin'],
  member: ['read', 'write', 'ingest'],
  viewer: ['read'],
};

/** The most that a credential of such a member may be allowed. */
export function scopesOf(role: Role): readonly Scope[] {
  return OF_ROLE[role];
}

/** Roles that may give a credential all of these. */
export function rolesAbove(scopes: readonly Scope[]): Role[] {
  return ROLES.filter((role) => scopes.every((scope) => OF_ROLE[role].includes(scope)));
}

/** Whether these scopes include one that is asked for. */
export function allows(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.includes(wanted) || scopes.includes('admin');
}
