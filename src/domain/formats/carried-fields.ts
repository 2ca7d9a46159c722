import { parseCaseId } from '../scenario.ts';
import { isObject } from '../verdict/equality.ts';
import { amountOf, countOf, jsonOf, scalarText } from './loose-values.ts';
import { messagesOf } from './messages-of.ts';
import type { ReportedCase } from './reported-case.ts';
import { toolCallsOf } from './tool-calls-of.ts';

/** What a report's author may put beside a test, under whatever spelling, in properties, labels, metadata or attributes. */

const MAX_TRIAL = 1000;
const MAX_ATTEMPT = 100;

export type CarriedFields = Partial<
  Pick<
    ReportedCase,
    'scenarioId' | 'trial' | 'attempt' | 'userMessage' | 'agentResponse' | 'toolsCalled' | 'messages' | 'latencyMs'
  >
>;

/** Spares most names the work of making them plain. */
const MAY_BE_OURS = /id$|trial|attempt|message|response|called|ms$/i;

/** `scenario_id`, `scenarioId`, `Scenario ID` and `invarium.scenario_id` are one name. */
export function plainName(name: string): string {
  return name
    .slice(name.lastIndexOf('.') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** The first of several records that has a field decides. @throws ItemFault for messages that are none. */
export function carriedFields(records: readonly unknown[]): CarriedFields {
  const carried: CarriedFields = {};
  for (const record of records) {
    if (!isObject(record)) continue;
    for (const [name, value] of Object.entries(record)) {
      if (value !== null && value !== undefined && MAY_BE_OURS.test(name)) carry(carried, plainName(name), value);
    }
  }
  return carried;
}

function carry(carried: CarriedFields, name: string, value: unknown): void {
  switch (name) {
    case 'scenarioid':
      carried.scenarioId ??= scalarText(value)?.trim() || null;
      break;
    case 'caseid':
    case 'testcaseid': {
      // Other systems have ids of this name too.
      const id = scalarText(value)?.trim() ?? '';
      if (parseCaseId(id)) carried.scenarioId ??= id;
      break;
    }
    case 'trial':
      carried.trial ??= countOf(value, MAX_TRIAL);
      break;
    case 'attempt':
      carried.attempt ??= countOf(value, MAX_ATTEMPT);
      break;
    case 'usermessage':
      carried.userMessage ??= scalarText(value);
      break;
    case 'agentresponse':
      carried.agentResponse ??= scalarText(value);
      break;
    case 'toolscalled':
      carried.toolsCalled ??= toolCallsOf(jsonOf(value));
      break;
    case 'messages': {
      const list = jsonOf(value);
      if (Array.isArray(list)) carried.messages ??= messagesOf(list);
      break;
    }
    case 'latencyms':
      carried.latencyMs ??= amountOf(value);
      break;
  }
}
