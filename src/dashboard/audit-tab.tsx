import type { Audit } from '../domain/audit/audit.ts';
import { AUDIT_CATEGORIES, AuditCategory, type Finding } from '../domain/audit/finding.ts';
import { SEVERITIES } from '../domain/fields.ts';
import { counted, grouped } from '../domain/formatting.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, isLost, shown, type Take } from './bounded-text.ts';
import { Coded } from './coded.tsx';
import { Inline } from './inline.tsx';

export type AuditTabProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  audit: Audit | null;
  /** The line of the newest blueprint that a finding's element stands on; some have none. */
  places: ReadonlyMap<string, number>;
  /** The version that was audited. */
  version: number | null;
};

const BYTES = 36_000;
const FINDINGS_SHOWN = 60;
const ELEMENT_CHARS = 120;
const TEXT_CHARS = 700;
/** Lines that are shown above the one a link leads to. */
const LINES_ABOVE = 5;

/** How ready the agent is by its blueprint alone, and what would make it readier. */
export function AuditTab({ agent, workspaceName, csrf, audit, places, version }: AuditTabProps) {
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="audit">
      {audit === null ? (
        <p class="empty">
          No audit yet. Upload a blueprint with <code>invarium_upload_blueprint</code>, and it is audited at once.
        </p>
      ) : (
        <>
          <Readiness audit={audit} version={version} />
          <Findings audit={audit} places={places} agentId={agent.id} />
        </>
      )}
    </AgentFrame>
  );
}

function Readiness({ audit, version }: { audit: Audit; version: number | null }) {
  const { score, color, label, checks, categories } = audit;
  return (
    <section aria-labelledby="readiness">
      <h2 id="readiness">Agent Readiness Score</h2>
      <div class="readiness">
        <p class="score" data-color={color.toLowerCase()}>
          <strong>{score}</strong>/100 <span>{label}</span>
        </p>
        <dl class="categories">
          {AuditCategory.options.map((category) => (
            <div>
              <dt>{AUDIT_CATEGORIES[category].label}</dt>
              <dd>
                {categories[category].left}
                <small>/{categories[category].budget}</small>
              </dd>
              <dd>
                <Bar {...categories[category]} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <p class="notes">
        By {checks} checks of the blueprint{version !== null && `, version ${grouped(version)}`}. It needs no test
        results; each finding takes points from its category.
      </p>
    </section>
  );
}

/** The share of a category that is left; its figures stand above it. */
function Bar({ left, budget }: { left: number; budget: number }) {
  return (
    <svg class="share-bar" aria-hidden="true" viewBox={`0 0 ${budget} 1`} preserveAspectRatio="none">
      <rect class="left" width={left} height="1" />
    </svg>
  );
}

type FindingsProps = { audit: Audit; places: ReadonlyMap<string, number>; agentId: string };

function Findings({ audit, places, agentId }: FindingsProps) {
  const { findings, counts } = audit;
  const take = allowance(BYTES);
  const total = SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
  const drawn = findings
    .slice(0, FINDINGS_SHOWN)
    .map((finding) => ({ finding, title: take(finding.title, TEXT_CHARS), detail: take(finding.detail, TEXT_CHARS) }))
    .filter(({ title }) => !isLost(title));
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">
        {counted(total, 'finding')}{' '}
        <small>
          {SEVERITIES.filter((severity) => counts[severity] > 0)
            .map((severity) => `${grouped(counts[severity])} ${severity}`)
            .join(', ')}
        </small>
      </h2>
      {total === 0 && <p class="empty">Nothing to mend: every check passed.</p>}
      <ol class="results">
        {drawn.map(({ finding, title, detail }) => (
          <li class="result finding" data-severity={finding.severity}>
            <span class="badge" data-severity={finding.severity}>
              {finding.severity}
            </span>
            <h3>
              <Inline clip={title} />
            </h3>
            <p class="reason" dir="auto">
              {shown(detail)}
            </p>
            <p class="fix" dir="auto">
              <strong>Fix:</strong> <Coded clip={take(finding.recommendation, TEXT_CHARS)} />
            </p>
            <Place finding={finding} line={places.get(finding.element)} agentId={agentId} take={take} />
          </li>
        ))}
      </ol>
      {drawn.length < total && (
        <p class="muted">… and {grouped(total - drawn.length)} more, none of them worse. They go with their causes.</p>
      )}
    </section>
  );
}

type PlaceProps = { finding: Finding; line: number | undefined; agentId: string; take: Take };

function Place({ finding: { check, category, element }, line, agentId, take }: PlaceProps) {
  const name = <Inline clip={take(element, ELEMENT_CHARS)} />;
  return (
    <ul class="facts">
      <li>{AUDIT_CATEGORIES[category].label}</li>
      <li>{check}</li>
      <li>
        {line === undefined ? (
          <>in {name}</>
        ) : (
          <a href={lineUrl(agentId, line)}>
            {name}, line {grouped(line)}
          </a>
        )}
      </li>
    </ul>
  );
}

function lineUrl(agentId: string, line: number): string {
  const from = Math.max(1, line - LINES_ABOVE);
  return `${agentUrl(agentId, 'blueprint')}?from=${from}#L${line}`;
}
