import { plainName } from './carried-fields.ts';
import type { Reading } from './dialect.ts';
import { type JunitTest, junitCase, type Outcome, type OutcomeKind } from './junit-case.ts';
import { amountOf, countOf, timeOf } from './loose-values.ts';
import { MAX_MESSAGE_CHARS, type ReportedCase } from './reported-case.ts';
import type { XmlHandlers } from './xml-text.ts';

/**
 * JUnit XML, a format without a standard: whatever lies around them, elements that mean a test are tests, and what lies in them says how it
 * went. NUnit's `test-case` and xUnit's `test` are close enough to be read as well.
 */

const OUTCOMES: Record<string, OutcomeKind> = {
  failure: 'failed',
  failed: 'failed',
  error: 'error',
  skipped: 'pending',
  skip: 'pending',
  ignored: 'pending',
  disabled: 'pending',
  pending: 'pending',
  todo: 'pending',
  notrun: 'pending',
  rerunfailure: 'rerun',
  rerunerror: 'rerun',
  flakyfailure: 'flaky',
  flakyerror: 'flaky',
};
/** What a test printed; of no use for its verdict. */
const OUTPUT = new Set(['systemout', 'systemerr', 'output', 'attachments', 'assertions', 'traits']);
const SUITES = new Set(['testsuite', 'testsuites', 'testrun', 'assembly', 'assemblies', 'collection', 'testfixture']);
/** Outcomes of one test, and properties of one element, that are looked at. */
const MAX_OUTCOMES = 100;
const MAX_PROPERTIES = 1000;

type Attributes = ReadonlyMap<string, string>;
/** `scenarioId` and `isDeclared` hold for all that is in it. */
type Suite = { name: string; scenarioId: string | null; isDeclared: boolean };
type Sink = { found: (make: () => ReportedCase) => void };

/** What of a report a JUnit document holds, read from the parser's events. `sawSuite` says that it looks like a report at all. */
export class JunitReading implements XmlHandlers {
  readonly #reading: Reading;
  readonly #sink: Sink;
  readonly #suites: Suite[] = [];
  /** Names of the open elements inside the open test. */
  readonly #inside: string[] = [];
  #test: (JunitTest & { properties: Map<string, string> }) | null = null;
  #outcome: { outcome: Outcome; depth: number } | null = null;
  #property: { name: string; value: string } | null = null;
  sawSuite = false;

  constructor(reading: Reading, sink: Sink) {
    this.#reading = reading;
    this.#sink = sink;
  }

  open(name: string, attributes: Attributes): void {
    if (this.#test) this.#openInside(this.#test, name, attributes);
    else if (isTest(name, attributes)) this.#openTest(attributes);
    else if (SUITES.has(name)) this.#openSuite(attributes);
    else if (name === 'property') this.#openProperty(attributes);
  }

  text(text: string): void {
    if (this.#property) this.#property.value += text;
    if (!this.#outcome || this.#inside.some((name) => OUTPUT.has(name))) return;
    const { outcome } = this.#outcome;
    // One more than is kept, so that it shows that there was more.
    outcome.text += text.slice(0, Math.max(0, MAX_MESSAGE_CHARS + 1 - outcome.text.length));
  }

  close(name: string): void {
    if (name === 'property' && this.#property) this.#closeProperty(this.#property);
    if (this.#inside.length > 0) {
      this.#inside.pop();
      if (this.#outcome && this.#inside.length < this.#outcome.depth) this.#outcome = null;
    } else if (this.#test) {
      const test = this.#test;
      this.#test = null;
      this.#sink.found(() => junitCase(test));
    } else if (SUITES.has(name)) this.#suites.pop();
  }

  #openTest(attributes: Attributes): void {
    const suite = this.#suites.findLast(({ name }) => name !== '')?.name ?? null;
    const inherited = this.#suites.at(-1)?.scenarioId ?? null;
    this.#test = { attributes, outcomes: [], properties: new Map(), inherited, suite };
    this.sawSuite = true;
  }

  #openInside(test: JunitTest, name: string, attributes: Attributes): void {
    const kind = Object.hasOwn(OUTCOMES, name) ? OUTCOMES[name] : undefined;
    const isDirect = this.#inside.length === 0;
    this.#inside.push(name);
    if (isDirect && kind && test.outcomes.length < MAX_OUTCOMES) {
      const outcome = { kind, message: attributes.get('message') ?? '', text: '' };
      test.outcomes.push(outcome);
      this.#outcome = { outcome, depth: this.#inside.length };
    } else if (name === 'property') this.#openProperty(attributes);
  }

  #openSuite(attributes: Attributes): void {
    const { facts } = this.#reading;
    this.sawSuite = true;
    facts.reportId ??= attributes.get('uuid') ?? null;
    facts.startedAt ??= timeOf(attributes.get('timestamp'));
    const parent = this.#suites.at(-1);
    const tests = amountOf(attributes.get('tests') ?? attributes.get('total') ?? null);
    if (tests !== null && !parent?.isDeclared) {
      const failures = amountOf(attributes.get('failures') ?? attributes.get('failed') ?? null);
      facts.declared.tests = (facts.declared.tests ?? 0) + tests;
      if (failures !== null) facts.declared.failed = (facts.declared.failed ?? 0) + failures;
    }
    const name = attributes.get('name')?.trim() ?? '';
    const isDeclared = parent?.isDeclared || tests !== null;
    this.#suites.push({ name, scenarioId: parent?.scenarioId ?? null, isDeclared });
  }

  #openProperty(attributes: Attributes): void {
    const name = attributes.get('name') ?? attributes.get('key') ?? '';
    const value = attributes.get('value');
    this.#property = { name, value: value ?? '' };
  }

  #closeProperty({ name, value }: { name: string; value: string }): void {
    this.#property = null;
    if (!this.#test) this.#aboutSuite(plainName(name), value);
    else if (this.#test.properties.size >= MAX_PROPERTIES)
      this.#reading.warnings.note('A test has too many properties');
    else if (!this.#test.properties.has(name)) this.#test.properties.set(name, value);
  }

  #aboutSuite(name: string, value: string): void {
    const { facts } = this.#reading;
    const suite = this.#suites.at(-1);
    if (name === 'scenarioid' && suite) suite.scenarioId = value.trim() || null;
    else if (name === 'reportid') facts.reportId ??= value;
    else if (name === 'runid') facts.runId ??= value;
    else if (name === 'shardid') facts.shardId ??= value;
    else if (name === 'shardtotal') facts.shardTotal ??= countOf(value);
  }
}

/** `test` is a test only where it has a result: other formats call other things so. */
function isTest(name: string, attributes: Attributes): boolean {
  return name === 'testcase' || (name === 'test' && (attributes.has('result') || attributes.has('status')));
}
