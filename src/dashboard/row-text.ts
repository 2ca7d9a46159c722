import type { ResultView } from '../domain/run.ts';
import type { Evidence } from '../domain/verdict/verdict.ts';
import { allowance, type Clip, isLost, type Take } from './bounded-text.ts';

/**
 * How much of a result a row may show. Twenty rows have to fit into a page that weighs 100 KB with its style and script, and travel in every
 * live frame, so all text of a row shares one allowance, counted as the bytes it takes after escaping. The result's own page shows more.
 */
const ROW_BYTES = 1200;
const TITLE_CHARS = 160;
const REASON_CHARS = 600;
const REVIEWER_CHARS = 100;
const BEFORE_CHARS = 300;
const TOOL_NAME_CHARS = 64;
const TOOLS_SHOWN = 10;
const EVIDENCE_SHOWN = 5;
const VALUE_CHARS = 300;
const BODY_CHARS = 600;

export type EvidenceText = Pick<Evidence, 'call' | 'step'> & {
  tool?: Clip;
  path?: Clip;
  expected?: Clip;
  actual?: Clip;
  quote?: Clip;
  note?: Clip;
};
export type RowText = {
  title: Clip;
  reason: Clip;
  reviewer?: Clip;
  /** Why the verdict was what it was before a judge or a reviewer. */
  before?: Clip;
  tools: Clip[];
  moreTools: number;
  expectedTools: Clip[];
  evidence: EvidenceText[];
  moreEvidence: number;
  message: Clip;
  response: Clip;
};

/** The parts of a result in the order in which they may claim room: what explains the verdict first, the conversation last. */
export function fitRow(result: ResultView): RowText {
  const take = allowance(ROW_BYTES);
  const title = take(result.title, TITLE_CHARS);
  const reason = take(result.reason, REASON_CHARS);
  const told = fitHistory(result, take);
  const tools = fitNames(result.tools_called, take);
  const expectedTools = fitNames(result.expected_tools ?? [], take);
  const evidence = fitEvidenceList(result.evidence.slice(0, EVIDENCE_SHOWN), take);
  return {
    title,
    reason,
    ...told,
    tools,
    expectedTools,
    evidence,
    moreTools: result.tools_called.length - tools.length,
    moreEvidence: result.evidence.length - evidence.length,
    message: take(result.user_message, BODY_CHARS, 0.5),
    response: take(result.agent_response, BODY_CHARS),
  };
}

function fitHistory({ reviewer, instead_of }: ResultView, take: Take): Pick<RowText, 'reviewer' | 'before'> {
  return {
    ...(reviewer === undefined ? {} : { reviewer: take(reviewer, REVIEWER_CHARS) }),
    ...(instead_of === undefined ? {} : { before: take(instead_of.reason, BEFORE_CHARS) }),
  };
}

function fitNames(names: string[], take: Take): Clip[] {
  return names
    .slice(0, TOOLS_SHOWN)
    .map((name) => take(name, TOOL_NAME_CHARS))
    .filter((clip) => !isLost(clip));
}

/** Evidence, piece by piece, as long as there is room for whole ones. */
export function fitEvidenceList(items: readonly Evidence[], take: Take): EvidenceText[] {
  return items
    .map((item) => fitEvidence(item, take))
    .filter((item) => !Object.values(item).some((part) => typeof part === 'object' && isLost(part)));
}

function fitEvidence(item: Evidence, take: Take): EvidenceText {
  const fitted: EvidenceText = { ...pick(item, 'call'), ...pick(item, 'step') };
  if (item.tool !== undefined) fitted.tool = take(item.tool, TOOL_NAME_CHARS);
  if (item.path !== undefined) fitted.path = take(item.path, VALUE_CHARS);
  if (item.expected !== undefined) fitted.expected = take(asText(item.expected), VALUE_CHARS);
  if (item.actual !== undefined) fitted.actual = take(asText(item.actual), VALUE_CHARS);
  else if (item.path !== undefined && item.expected !== undefined) fitted.actual = { text: 'absent', cut: 0 };
  if (item.quote !== undefined) fitted.quote = take(item.quote, VALUE_CHARS);
  if (item.note !== undefined) fitted.note = take(item.note, VALUE_CHARS);
  return fitted;
}

function pick<K extends 'call' | 'step'>(item: Evidence, key: K): Pick<Evidence, K> {
  return (item[key] === undefined ? {} : { [key]: item[key] }) as Pick<Evidence, K>;
}

/** JSON, so that "3" and 3 look different: that difference can be the whole failure. */
function asText(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
