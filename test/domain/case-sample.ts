import type { CaseDetail } from '../../src/domain/case-detail.ts';
import type { RunResult } from '../../src/domain/result.ts';
import type { ResultView } from '../../src/domain/run.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);

const RESULT: ResultView = {
  ...{ scenario_id: 'sc_1', test_case_id: 'sc_1_1', title: 'Cancel one of two', trial: 1, attempt: 1 },
  ...{ status: 'failed', decided_by: 'rules', rule: 'effects', category: 'tool_usage_failure', severity: 'high' },
  reason: 'cancel was due with order "A4"; it was called with order "A2" (call 2, order).',
  evidence: [{ call: 1, step: 3, tool: 'cancel', path: 'order', expected: 'A4', actual: 'A2' }],
  ...{ first_deviation: 3, tools_called: ['find', 'cancel'] },
  ...{ user_message: 'Cancel A4, keep A2.', agent_response: 'Done, it is cancelled.', received_at: NOW },
};

const asked = (name: string, given: unknown) => ({
  role: 'assistant',
  tool_calls: [{ function: { name, arguments: JSON.stringify(given) } }],
});

const SENT: RunResult = {
  ...{ scenario_id: 'sc_1_1', user_message: RESULT.user_message, agent_response: RESULT.agent_response },
  tools_called: [
    { name: 'find', parameters: { order: 'A2' }, result: { ok: true }, duration_ms: 120 },
    { name: 'cancel', parameters: { order: 'A2' }, result: { ok: true }, duration_ms: 300 },
  ],
  messages: [
    { role: 'user', content: RESULT.user_message },
    asked('find', { order: 'A2' }),
    { role: 'tool', content: '{"ok":true}' },
    asked('cancel', { order: 'A2' }),
    { role: 'tool', content: '{"ok":true}' },
    { role: 'assistant', content: RESULT.agent_response },
  ],
};

/** A failed result with all that its page shows: the wrong one of two orders was cancelled. */
export function caseDetail(
  more: { result?: Partial<ResultView>; sent?: Partial<RunResult> } & Partial<Omit<CaseDetail, 'result' | 'sent'>> = {},
): CaseDetail {
  const { result, sent, ...rest } = more;
  return {
    agentId: 'ag_1',
    run: {
      ...{ id: 'tr_9f3c21a07be4d510', agent_name: 'shop-support', status: 'completed', source: 'mcp', started_at: NOW },
      ...{ counts: { total: 1, passed: 0, failed: 1, error: 0, pending: 0 }, flaky_cases: 0, rev: 1 },
    },
    content: {
      ...{ title: RESULT.title, user_message: RESULT.user_message },
      expectations: { required_effects: [{ tool: 'cancel', arguments: { order: 'A4' } }] },
    },
    attempts: [{ attempt: 1, status: 'failed', receivedAt: NOW, late: false }],
    ...{ history: [], previous: null, next: null, ...rest },
    result: { ...RESULT, ...result },
    sent: { ...SENT, ...sent },
  };
}
