import { env } from 'cloudflare:workers';
import { newWorkspace, ORIGIN, request, type Workspace } from './client.ts';
import { type Visitor, visit } from './dashboard-visitor.ts';

/** People who are invited to a workspace and join it, each in a browser of their own. */

export type Person = { visitor: Visitor; id: string; workspace: Workspace };

/** Sends a form with the token of the page that it stands on. */
export async function send(
  visitor: Visitor,
  path: string,
  fields: Record<string, string> = {},
  from = '/settings/members',
): Promise<Response> {
  const { html } = await visitor.open(from);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return visitor.post(path, { csrf, ...fields });
}

const LINK = /http:\/\/localhost(\/(?:join|sign-in)[\w\-/?=.]+)/;

/** The path of the link that an answer shows. */
export async function linkIn(answer: Response): Promise<string> {
  return LINK.exec(await answer.text())?.[1] ?? '';
}

export async function invitationFor(owner: Visitor, email: string, role = 'member'): Promise<string> {
  return linkIn(await send(owner, '/settings/invitations', { email, role }));
}

/** Accepts an invitation in a browser that nobody is signed in with, or that `visitor` is. */
export async function accept(path: string, visitor?: Visitor): Promise<Response> {
  if (visitor) return send(visitor, path, {}, path);
  return request(path, { method: 'POST', headers: { origin: ORIGIN } });
}

export function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** What a browser with this cookie does. */
export function browserWith(cookie: string): Visitor {
  const headers = { cookie, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  return {
    cookie,
    open: async (path) => {
      const answer = await request(path, { headers: { cookie } });
      const html = await answer.text();
      return { status: answer.status, html, text: html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ') };
    },
    post: (path, fields) => request(path, { method: 'POST', headers, body: String(new URLSearchParams(fields)) }),
  };
}

/** A workspace whose owner is signed in. */
export async function owned(): Promise<Person> {
  const workspace = await newWorkspace();
  return { workspace, id: workspace.memberId, visitor: await visit(workspace) };
}

let people = 0;

/** Somebody who was invited by that owner and has joined. */
export async function newMember(owner: Person, role = 'member', email = `p${++people}@example.com`): Promise<Person> {
  const answer = await accept(await invitationFor(owner.visitor, email, role));
  const id = await memberNamed(owner.workspace, email);
  return { visitor: browserWith(cookieOf(answer)), id, workspace: { ...owner.workspace, memberId: id } };
}

export async function memberNamed({ id }: Workspace, email: string): Promise<string> {
  const sql = 'SELECT id FROM members WHERE workspace_id = ?1 AND email = ?2';
  return String(await env.DB.prepare(sql).bind(id, email).first('id'));
}

export async function membersOf({ id }: Workspace): Promise<{ id: string; email: string; role: string }[]> {
  const sql = 'SELECT id, email, role FROM members WHERE workspace_id = ?1 ORDER BY created_at, id';
  return (await env.DB.prepare(sql).bind(id).all<{ id: string; email: string; role: string }>()).results;
}

export async function rolesOf(workspace: Workspace): Promise<string[]> {
  return (await membersOf(workspace)).map(({ role }) => role).sort();
}

export async function logOf({ id }: Workspace): Promise<string[]> {
  const sql = 'SELECT actor, action, subject FROM audit_log WHERE workspace_id = ?1 ORDER BY at, action';
  const { results } = await env.DB.prepare(sql).bind(id).all<{ actor: string; action: string; subject: string }>();
  return results.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`);
}
