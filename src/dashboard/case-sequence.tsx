import type { ExpectedStep } from '../domain/expected-steps.ts';
import { counted } from '../domain/formatting.ts';
import type { DiffRow } from '../domain/sequence-diff.ts';
import type { Call } from '../domain/verdict/calls.ts';
import type { Evidence } from '../domain/verdict/verdict.ts';
import { inWords, listArguments } from '../domain/verdict/wording.ts';
import { shown, type Take } from './bounded-text.ts';
import type { CaseView } from './case-view.ts';
import { callAnchor } from './evidence-list.tsx';

const ROWS_SHOWN = 16;
const NAME_CHARS = 64;
const ARGUMENT_CHARS = 120;
const ARGUMENTS_SHOWN = 6;

const WORDS = {
  matched: 'as expected',
  differs: 'other arguments',
  failed: 'call failed',
  missing: 'missing',
  moved: 'out of order',
  unwanted: 'not expected',
  extra: 'also called',
  unknown: 'not known',
};
type State = keyof typeof WORDS;
type Line = { state: State; step: ExpectedStep | null; call: Call | null; found: Evidence[] };

type SequenceProps = {
  view: CaseView;
  /** Calls that the page has a place for. */
  linked: ReadonlySet<number>;
  take: Take;
};

/** Expected against actual calls, side by side; stacked where the screen is narrow. */
export function Sequence({ view, linked, take }: SequenceProps) {
  const lines = linesOf(view);
  const { kept, left } = mostTelling(lines);
  if (lines.length === 0 && view.calls) return null;
  return (
    <section aria-labelledby="sequence">
      <h2 id="sequence">
        {view.steps ? 'Expected and actual calls' : 'Calls'} <small>{summary(view, lines)}</small>
      </h2>
      {kept.length > 0 && (
        <div class="diff">
          <p class="heads" aria-hidden="true">
            <span>Expected</span>
            <span>Actual</span>
          </p>
          <ol>
            {kept.map((line) => (
              <SequenceLine line={line} linked={linked} take={take} />
            ))}
          </ol>
        </div>
      )}
      {left > 0 && (
        <p class="muted">… and {counted(left, 'further call')} that no finding points at. The JSON has them all.</p>
      )}
    </section>
  );
}

function linesOf({ rows, steps, calls, pointed }: CaseView): Line[] {
  if (!calls) return (steps ?? []).map((step) => ({ state: 'unknown', step, call: null, found: [] }));
  return rows.map((row) => {
    const step = 'expected' in row ? (steps?.[row.expected] ?? null) : null;
    const call = 'actual' in row ? (calls[row.actual] ?? null) : null;
    const found = (call && pointed.calls.get(call.index)) ?? [];
    return { state: stateOf(row, { call, found }), step, call, found };
  });
}

/** What the verdict found wins: it was made on the values as they were sent, before they were redacted. */
function stateOf({ kind }: DiffRow, { call, found }: { call: Call | null; found: Evidence[] }): State {
  if (kind === 'extra') return found.length > 0 ? 'unwanted' : 'extra';
  if (kind !== 'missing' && found.some(({ path }) => path !== undefined)) return 'differs';
  return kind === 'matched' && call?.failed ? 'failed' : kind;
}

function mostTelling(lines: readonly Line[]): { kept: Line[]; left: number } {
  const telling = lines.filter(({ state }) => state !== 'extra').length;
  let room = Math.max(0, ROWS_SHOWN - telling);
  const kept = lines.filter(({ state }) => state !== 'extra' || room-- > 0).slice(0, ROWS_SHOWN);
  return { kept, left: lines.length - kept.length };
}

function summary({ steps, calls, content }: CaseView, lines: readonly Line[]): string {
  if (!calls) return 'the result says nothing of its calls';
  const made = calls.length === 0 ? 'no tool was called' : `${counted(calls.length, 'call')} made`;
  if (steps && steps.length > 0) {
    const fine = lines.filter(({ state }) => state === 'matched').length;
    return `${fine} of ${steps.length} as expected, ${made}`;
  }
  return content.expectations.required_effects
    ? `nothing was to be changed, ${made}`
    : `none in particular was due, ${made}`;
}

type LineProps = Omit<SequenceProps, 'view'> & { line: Line };

function SequenceLine({ line: { state, step, call, found }, linked, take }: LineProps) {
  const names = new Set([...Object.keys(step?.arguments ?? {}), ...Object.keys(step?.match ?? {})]);
  const wrong = new Set(found.flatMap(({ path }) => path?.split(/[.[]/)[0] ?? []));
  const named = call ? [...names, ...wrong].filter((name) => name in call.arguments) : [];
  const told = state === 'unwanted' ? Object.keys(call?.arguments ?? {}) : [...new Set(named)];
  return (
    <li data-diff={state}>
      <p class="state">{WORDS[state]}</p>
      <div class="side" data-side="expected">
        {step && <CallName name={step.tool} take={take} />}
        {step && <p class="given">{shown(take(patternWords(step), ARGUMENT_CHARS * 2))}</p>}
      </div>
      <div class="side" data-side="actual">
        {call && (
          <>
            <CallNumber index={call.index} linked={linked} /> <CallName name={call.name} take={take} />
            <Given call={call} names={told} wrong={wrong} take={take} />
            {call.failure !== undefined && <p class="failure">failed: {shown(take(call.failure, ARGUMENT_CHARS))}</p>}
          </>
        )}
      </div>
    </li>
  );
}

function patternWords({ arguments: given, match }: ExpectedStep): string {
  const ways = match ? `compared by ${inWords(match)}` : '';
  return [given ? listArguments(given) : '', ways].filter((words) => words !== '').join('; ');
}

function CallName({ name, take }: { name: string; take: Take }) {
  return (
    <code>
      <bdi>{shown(take(name, NAME_CHARS))}</bdi>
    </code>
  );
}

/** The number of a call, and the way to where it stands. */
export function CallNumber({ index, linked }: { index: number; linked: ReadonlySet<number> }) {
  const words = `call ${index + 1}`;
  return linked.has(index) ? <a href={`#${callAnchor(index)}`}>{words}</a> : <span>{words}</span>;
}

type GivenProps = { call: Call; names: readonly string[]; wrong: ReadonlySet<string>; take: Take };

/** The arguments that an expectation names, as they were sent. */
function Given({ call, names, wrong, take }: GivenProps) {
  if (names.length === 0) return null;
  return (
    <p class="given">
      {names.slice(0, ARGUMENTS_SHOWN).map((name, index) => {
        const words = shown(take(`${name} ${inWords(call.arguments[name], ARGUMENT_CHARS)}`, ARGUMENT_CHARS));
        return (
          <>
            {index > 0 && ', '}
            {wrong.has(name) ? <mark>{words}</mark> : <bdi>{words}</bdi>}
          </>
        );
      })}
      {names.length > ARGUMENTS_SHOWN && ' …'}
    </p>
  );
}
