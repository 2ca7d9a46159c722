import type { RunResult } from './result.ts';
import type { Call } from './verdict/calls.ts';
import { isObject } from './verdict/equality.ts';

/** One stretch of a result's time. `start` is in milliseconds from the first known start; `call` counts from 0. */
export type Span = {
  kind: 'call' | 'model';
  name: string;
  start: number | null;
  duration: number | null;
  failed: boolean;
  call?: number;
};
/**
 * What a result did when. `clock`: starts are known. `durations`: only how long calls took, so they are drawn one after another; their
 * `start` is then the sum of those before. `order`: neither is known.
 */
export type Timeline = { scale: 'clock' | 'durations' | 'order'; spans: Span[]; total: number };

/** Tool and model calls of a result on one scale, from `started_at` and `duration_ms` of its calls and the events of its trace. */
export function timelineOf(result: RunResult, calls: readonly Call[]): Timeline {
  const spans = [...callSpans(result, calls), ...modelSpans(result)];
  const starts = spans.flatMap(({ start }) => start ?? []);
  if (spans.length === 0 || starts.length < spans.length) return withoutClock(spans);
  const first = Math.min(...starts);
  const set = spans.map((span) => ({ ...span, start: (span.start ?? first) - first }));
  set.sort((one, other) => one.start - other.start);
  return { scale: 'clock', spans: set, total: Math.max(...set.map(({ start, duration }) => start + (duration ?? 0))) };
}

function withoutClock(spans: readonly Span[]): Timeline {
  let total = 0;
  const known = spans.length > 0 && spans.every(({ duration }) => duration !== null);
  const placed = spans.map((span) => {
    const start = known ? total : null;
    total += span.duration ?? 0;
    return { ...span, start };
  });
  return { scale: known ? 'durations' : 'order', spans: placed, total: known ? total : 0 };
}

function callSpans({ tools_called, trace }: RunResult, calls: readonly Call[]): Span[] {
  const reported = tools_called?.length === calls.length ? tools_called : [];
  const events = eventsOf(trace, 'tool_call');
  const traced = events.length === calls.length ? events : [];
  return calls.map((call, index) => ({
    kind: 'call',
    name: call.name,
    start: timeOf(reported[index]?.started_at) ?? traced[index]?.at ?? null,
    duration: reported[index]?.duration_ms ?? traced[index]?.duration ?? null,
    failed: call.failed,
    call: index,
  }));
}

function modelSpans({ trace }: RunResult): Span[] {
  return eventsOf(trace, 'llm_call').map(({ at, duration, name }) => ({
    ...{ kind: 'model', name: name ?? 'model', start: at, duration, failed: false },
  }));
}

type TraceEvent = { at: number | null; duration: number | null; name: string | null };

/** A trace is the sender's own: whatever is not in the form of an event is passed over. */
function eventsOf(trace: RunResult['trace'], type: string): TraceEvent[] {
  const events = Array.isArray(trace?.events) ? trace.events.filter(isObject) : [];
  return events
    .filter((event) => event.type === type)
    .map((event) => {
      const data = isObject(event.data) ? event.data : {};
      const name = data.model ?? data.name;
      return {
        at: timeOf(event.timestamp),
        duration: typeof data.duration_ms === 'number' && data.duration_ms >= 0 ? data.duration_ms : null,
        name: typeof name === 'string' ? name : null,
      };
    });
}

/** No clock of today shows fewer seconds since 1970; smaller numbers count from a start of their own, in milliseconds. */
const FIRST_EPOCH_SECOND = 1e9;
const FIRST_EPOCH_MS = 1e12;

/** Milliseconds, whatever form a time was sent in; null for what is none. */
function timeOf(value: unknown): number | null {
  if (typeof value === 'string' && value !== '') {
    const parsed = Number.isFinite(Number(value)) ? Number(value) : Date.parse(value);
    return typeof parsed === 'number' && Number.isFinite(parsed) ? inMilliseconds(parsed) : null;
  }
  return typeof value === 'number' && Number.isFinite(value) ? inMilliseconds(value) : null;
}

function inMilliseconds(value: number): number {
  return value >= FIRST_EPOCH_SECOND && value < FIRST_EPOCH_MS ? value * 1000 : value;
}
