import type { Audit } from './audit/audit.ts';
import { categoryName } from './failure-words.ts';
import { type FailureCategory, SEVERITIES, type Severity } from './fields.ts';
import { counted } from './formatting.ts';
import type { CategoryCoverage, ReportedResult, RunReport } from './report.ts';
import { type FailureGroup, failureGroups, reportedCases } from './report-groups.ts';

/** What to do after a run: plain sentences from what the run, its coverage and the audit show. */

/** `cases` are titles of some cases that it is about, foreign text; `priority` is how much hangs on it. */
export type Recommendation = { priority: Severity; text: string; cases: string[] };

export type ReportedAudit = Pick<Audit, 'score' | 'color' | 'label' | 'counts' | 'findings'>;

const CASES_NAMED = 3;
const FINDINGS_NAMED = 3;
/** Where a score begins to say something: the same bound that marks it as low evidence. */
const ENOUGH_CASES = 10;
const TRIALS_TO_TRUST = 5;

const ADVICE: Record<FailureCategory, string> = {
  knowledge_failure: 'Let the agent look facts up and answer from what came back, or say that it does not know.',
  reasoning_failure: 'Give the steps of the task in the instructions, and let a tool do what has to be calculated.',
  context_failure: 'Carry what was said and found along through the conversation, and repeat it before acting on it.',
  instruction_failure: 'Say the limits of the task as short rules of what to do and what never to do.',
  tool_usage_failure:
    'Look at the calls beside those that were due; say in the instructions which tool a request needs and where its arguments come from.',
  safety_failure:
    'Mend this before anything else: check permission and confirmation in code in front of the tool, not in the prompt alone.',
  communication_failure:
    'Let the agent tell the user what it did by what its tools answered, and ask where a detail is missing.',
  operational_failure: 'Set time limits and bounded retries around the tools, and answer the user when they run out.',
  coordination_failure: 'Say for every handoff who takes over and what has to go along.',
};

/** The most urgent first; never empty. */
export function recommendations(report: RunReport, audit: ReportedAudit | null): Recommendation[] {
  const found = [
    ...aboutRun(report),
    ...aboutFailures(report.results),
    ...aboutUndecided(report.results),
    ...aboutFlaky(report.results),
    ...aboutEvidence(report),
    ...aboutCoverage(report.coverage),
    ...aboutAudit(audit),
  ].sort((a, b) => SEVERITIES.indexOf(a.priority) - SEVERITIES.indexOf(b.priority));
  return found.length > 0 ? found : [KEEP];
}

const KEEP: Recommendation = {
  priority: 'low',
  text: 'Nothing is left to mend here. Run the same cases after every change of the agent, and compare with this run.',
  cases: [],
};

function aboutRun({ run }: RunReport): Recommendation[] {
  if (run.outage)
    return [
      advise(
        'high',
        'The run mostly broke off, or failed for one reason outside the agent. Mend that and run again: this run is left out of the score.',
      ),
    ];
  if (run.status === 'running' || run.status === 'pending')
    return [advise('medium', 'The run is under way. Make the report again when it has ended: its figures may change.')];
  if (run.status === 'failed')
    return [
      advise('high', `The run ended early (${run.status_reason ?? 'failed'}). Run it again to hear of every case.`),
    ];
  return [];
}

function aboutFailures(results: readonly ReportedResult[]): Recommendation[] {
  const byCategory = Map.groupBy(failureGroups(results), ({ category }) => category);
  return [...byCategory].map(([category, groups]) => {
    const count = groups.reduce((sum, group) => sum + group.count, 0);
    const kind = category === null ? 'without a category' : `in ${categoryName(category).toLowerCase()}`;
    const advice = category === null ? 'Read the reasons below.' : ADVICE[category];
    return {
      ...advise(worst(groups), `${counted(count, 'result')} failed ${kind}. ${advice}`),
      cases: titlesOf(groups),
    };
  });
}

function worst(groups: readonly FailureGroup[]): Severity {
  return groups.find(({ severity }) => severity !== null)?.severity ?? 'medium';
}

function titlesOf(groups: readonly FailureGroup[]): string[] {
  const titles = groups.flatMap(({ reasons }) => reasons.flatMap((reason) => reason.titles));
  return [...new Set(titles)].slice(0, CASES_NAMED);
}

function aboutUndecided(results: readonly ReportedResult[]): Recommendation[] {
  const broken = results.filter(({ status }) => status === 'error');
  const pending = results.filter(({ status }) => status === 'pending');
  return [
    ...(broken.length === 0
      ? []
      : [
          {
            ...advise(
              'medium',
              `${counted(broken.length, 'result')} broke off with an error. Run those cases again once the cause is gone.`,
            ),
            cases: some(broken),
          },
        ]),
    ...(pending.length === 0
      ? []
      : [
          {
            ...advise(
              'medium',
              `${counted(pending.length, 'result')} wait for a person. Decide them in the review queue, and give their cases expectations that rules can check.`.replace(
                /^1 result wait /,
                '1 result waits ',
              ),
            ),
            cases: some(pending),
          },
        ]),
  ];
}

function aboutFlaky(results: readonly ReportedResult[]): Recommendation[] {
  const flaky = reportedCases(results).filter((one) => one.flaky);
  if (flaky.length === 0) return [];
  const text = `${counted(flaky.length, 'case')} went both ways. Run each at least ${TRIALS_TO_TRUST} times before trusting either verdict, and look for what differs between the paths.`;
  return [{ ...advise('medium', text), cases: flaky.slice(0, CASES_NAMED).map(({ title }) => title) }];
}

function aboutEvidence({ score }: RunReport): Recommendation[] {
  if (score === null)
    return [
      advise(
        'medium',
        'Nothing was decided that a score could be made of. Give the cases expectations, or decide their results by hand.',
      ),
    ];
  if (!score.lowEvidence) return [];
  return [
    advise(
      'medium',
      `Fewer than ${ENOUGH_CASES} cases were decided, so the score of ${score.value} stands for anything from ${score.low} to ${score.high}. Add cases until at least ${ENOUGH_CASES} are.`,
    ),
  ];
}

function aboutCoverage(coverage: readonly CategoryCoverage[]): Recommendation[] {
  const without = coverage.filter((one) => one.cases === 0).map(({ category }) => category);
  const undecided = coverage.filter((one) => one.cases > 0 && one.decided === 0).map(({ category }) => category);
  return [
    ...(without.length === 0
      ? []
      : [
          advise(
            'low',
            `No case aims at ${listed(without)}. Have scenarios made for ${without.length === 1 ? 'it' : 'them'} with invarium_generate_tests.`,
          ),
        ]),
    ...(undecided.length === 0
      ? []
      : [advise('low', `Cases aim at ${listed(undecided)}, and none of their results is decided yet.`)]),
  ];
}

function aboutAudit(audit: ReportedAudit | null): Recommendation[] {
  if (!audit) return [];
  const severe = audit.findings.filter(({ severity }) => severity === 'critical' || severity === 'high');
  return severe
    .slice(0, FINDINGS_NAMED)
    .map(({ severity, title, recommendation }) => advise(severity, `Audit: ${title}. ${recommendation}`));
}

function listed(categories: readonly FailureCategory[]): string {
  const names = categories.map((category) => categoryName(category).toLowerCase());
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function some(results: readonly ReportedResult[]): string[] {
  return [...new Set(results.map(({ title }) => title))].slice(0, CASES_NAMED);
}

function advise(priority: Severity, text: string): Recommendation {
  return { priority, text, cases: [] };
}
