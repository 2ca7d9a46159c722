import { raw } from 'hono/html';
import { type ReportDocument, reportTitle } from '../domain/report-text.ts';
import { allowance, shown } from './bounded-text.ts';
import { FILE_ROOM, ReportBody } from './report-body.tsx';

const DOCTYPE = raw('<!DOCTYPE html>');
const TITLE_CHARS = 200;
const TITLE_BYTES = 1000;
/** Opened from a disk, the file runs nothing and asks nobody, whatever it holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one file that needs nothing beside it. `styles` is the text of our own style sheets. */
export function StandaloneReport({ document, styles }: { document: ReportDocument; styles: string }) {
  return (
    <>
      {DOCTYPE}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta http-equiv="Content-Security-Policy" content={POLICY} />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <meta name="referrer" content="no-referrer" />
          <title>{shown(allowance(TITLE_BYTES)(reportTitle(document), TITLE_CHARS))}</title>
          <style>{raw(styles)}</style>
        </head>
        <body>
          <main>
            <h1>QA report</h1>
            <ReportBody document={document} room={FILE_ROOM} />
          </main>
          <footer class="bottom">
            <p>Made by Invarium Edge</p>
          </footer>
        </body>
      </html>
    </>
  );
}
