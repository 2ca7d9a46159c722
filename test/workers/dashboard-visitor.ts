import { signInAs } from './browser.ts';
import { AGENT, request, type Workspace } from './client.ts';

/** Somebody who is signed in to a workspace and looks at its pages, without script. */
export type Visitor = {
  cookie: string;
  open: (path: string) => Promise<{ status: number; html: string; text: string }>;
  post: (path: string, fields: Record<string, string>, origin?: string) => Promise<Response>;
};

export async function visit(workspace: Workspace): Promise<Visitor> {
  const cookie = await signInAs(workspace);
  return {
    cookie,
    open: async (path) => {
      const answer = await request(path, { headers: { cookie } });
      const html = await answer.text();
      return { status: answer.status, html, text: textOf(html) };
    },
    post: (path, fields, origin = 'http://localhost') => {
      const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
      return request(path, { method: 'POST', headers, body: String(new URLSearchParams(fields)) });
    },
  };
}

/** What a reader sees, blanks collapsed. */
function textOf(html: string): string {
  return html
    .replace(/<(p|li)\b[^>]*\shidden=""[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

export function runPath(runId: string, page = ''): string {
  return `/runs/${runId}${page}?agent=${AGENT}`;
}

/** The address a link of these words leads to. */
export function linkOf(html: string, words: string): string {
  const [, href = ''] = new RegExp(`<a href="([^"]*)"[^>]*>(?:<bdi>)?${words}`).exec(html) ?? [];
  return href.replaceAll('&amp;', '&');
}
