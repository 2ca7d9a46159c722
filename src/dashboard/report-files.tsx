import { REPORT_FORMATS, type ReportFormat } from './report-links.ts';

const FORMAT_WORDS: Record<ReportFormat, string> = { html: 'HTML', md: 'Markdown', json: 'JSON' };

/** The report as a file, in each of its forms. */
export function ReportFiles({ path }: { path: (format: ReportFormat) => string }) {
  return (
    <ul class="facts ways downloads" aria-label="The report as a file">
      <li>As a file:</li>
      {REPORT_FORMATS.map((format) => (
        <li>
          <a href={path(format)} download>
            {FORMAT_WORDS[format]}
          </a>
        </li>
      ))}
    </ul>
  );
}
