import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Scene } from './api-scene.ts';
import { type Field, leavesOf } from './canary-fields.ts';
import type { Plant } from './canary-tools.ts';
import { rest, upload } from './ci-client.ts';
import { AGENT, refund, request } from './client.ts';

/** Reports in every format we read, rich in fields, each of which is tried in turn; and what comes signed. */

const CALL = { id: 'call_1', type: 'function', function: { name: 'get_order', arguments: '{"order_id":"A1"}' } };
const TRANSCRIPT = [
  { role: 'user', content: 'My cup is broken.', name: 'mia' },
  { role: 'assistant', content: 'I look.', tool_calls: [CALL] },
  { role: 'tool', tool_call_id: 'call_1', content: '{"total": 12}' },
  { role: 'assistant', content: [{ type: 'text', text: 'It is on its way.' }] },
];

function attribute(key: string, value: string) {
  return { key, value: { stringValue: value } };
}

const SAMPLES: Record<string, (caseId: string) => unknown> = {
  native: (caseId) => [
    { ...refund(caseId), notes: 'seen', error_message: '', messages: TRANSCRIPT, trace: { by: 'me' } },
  ],
  ctrf: (caseId) => ({
    ...{ reportFormat: 'CTRF', specVersion: '1.0.0', reportId: 'r-1', generatedBy: 'ci' },
    results: {
      tool: { name: 'vitest', version: '4', extra: { by: 'me' } },
      summary: { tests: 1, passed: 0, failed: 1, pending: 0, skipped: 0, other: 0, start: 1, stop: 2 },
      tests: [
        {
          ...{ name: 'refunds a cup', status: 'failed', duration: 5, message: 'expected 12', trace: 'at line 3' },
          ...{ suite: ['shop'], rawStatus: 'red', filePath: 'a/b.ts', tags: ['slow'], type: 'e2e', browser: 'none' },
          ...{ stdout: ['said'], stderr: ['cried'], parameters: { a: 'b' }, ai: 'a guess', snippet: 'x = 1' },
          ...{ labels: { scenario_id: caseId, team: 'shop' }, extra: { user_message: 'Hi', agent_response: 'Hello' } },
          steps: [{ name: 'opens', status: 'passed' }],
          attachments: [{ name: 'log', contentType: 'text/plain', path: 'a.log' }],
        },
        { name: 'nobody knows it', status: 'passed', duration: 1 },
        {
          name: 'a flaky one',
          status: 'passed',
          duration: 1,
          retryAttempts: [{ attempt: 1, status: 'failed', message: 'no' }],
        },
      ],
      environment: { appName: 'shop', branchName: 'main', commit: 'abc', buildName: 'b', extra: { x: 'y' } },
      extra: { note: 'z' },
    },
  }),
  messages: (caseId) => [
    { scenario_id: caseId, messages: TRANSCRIPT, id: 'conv', metadata: { a: 'b' } },
    { messages: TRANSCRIPT },
  ],
  promptfoo: (caseId) => ({
    evalId: 'eval-1',
    results: {
      version: 3,
      timestamp: '2026-01-01T00:00:00Z',
      results: [
        {
          ...{ success: false, score: 0, error: 'expected 12', latencyMs: 5, id: 'x', failureReason: 1 },
          vars: { scenario_id: caseId, user_message: 'Hi' },
          testCase: { description: 'a case', vars: { a: 'b' }, metadata: { scenario_id: caseId } },
          prompt: { raw: 'Say it', label: 'p' },
          provider: { id: 'openai:x', label: 'l' },
          response: { output: 'Hello', raw: 'Hello', tool_calls: [CALL] },
          gradingResult: {
            pass: false,
            reason: 'no',
            componentResults: [{ pass: false, reason: 'no', assertion: { type: 'equals', value: 'v' } }],
          },
          metadata: { m: 'n' },
        },
      ],
      stats: { successes: 0, failures: 1 },
    },
    config: { description: 'all' },
  }),
  otel: (caseId) => ({
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'shop')] },
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1' },
            spans: [
              {
                ...{
                  traceId: '5b8efff798038103d269b633813fc60c',
                  spanId: 'eee19b7ec3c1b174',
                  name: 'invoke_agent shop',
                },
                ...{ startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000001000000000' },
                attributes: [
                  ...[attribute('gen_ai.operation.name', 'invoke_agent'), attribute('gen_ai.agent.name', 'shop')],
                  ...[attribute('scenario_id', caseId), attribute('gen_ai.conversation.id', 'c1')],
                  attribute(
                    'gen_ai.input.messages',
                    JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }]),
                  ),
                  attribute(
                    'gen_ai.output.messages',
                    JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'Yes' }] }]),
                  ),
                ],
                status: { code: 2, message: 'broke' },
                events: [{ name: 'exception', attributes: [attribute('exception.message', 'bad')] }],
              },
              {
                ...{
                  traceId: '5b8efff798038103d269b633813fc60c',
                  spanId: 'eee19b7ec3c1b175',
                  parentSpanId: 'eee19b7ec3c1b174',
                },
                ...{
                  name: 'execute_tool get_order',
                  startTimeUnixNano: '1700000000100000000',
                  endTimeUnixNano: '1700000000200000000',
                },
                attributes: [
                  ...[attribute('gen_ai.operation.name', 'execute_tool'), attribute('gen_ai.tool.name', 'get_order')],
                  attribute('gen_ai.tool.call.arguments', '{"order_id":"A1"}'),
                  attribute('gen_ai.tool.call.result', '{"total":12}'),
                ],
              },
            ],
          },
        ],
      },
    ],
  }),
};

/** Every word in it stands for a place of its own. */
const JUNIT = `<?xml version="1.0"?>
<testsuites name="w1"><testsuite name="w2" hostname="w3" package="w4" id="w5">
<properties><property name="w6" value="w7"/></properties>
<testcase name="w8 [CASE]" classname="w9" file="w10" time="1"><properties><property name="w11" value="w12"/><property name="user_message" value="w13"/><property name="agent_response">w14</property></properties>
<failure message="w15" type="w16">w17</failure><system-out>w18</system-out><system-err><![CDATA[w19]]></system-err></testcase>
<testcase name="w20" classname="w21"><error message="w22" type="w23">w24</error></testcase>
<testcase name="w25"><skipped message="w26">w27</skipped></testcase>
<testcase name="w28"><flakyFailure message="w29" type="w30"><stackTrace>w31</stackTrace><system-out>w32</system-out></flakyFailure></testcase>
<system-out>w33</system-out><system-err>w34</system-err></testsuite></testsuites>`;

function junitFields(caseId: string): Field[] {
  const words = JUNIT.match(/\bw\d+\b/g) ?? [];
  return words.map((word) => ({
    path: word,
    longest: 2_000,
    put: (text) => JUNIT.replace('CASE', caseId).replace(new RegExp(`\\b${word}\\b`), escaped(`${word} ${text}`)),
  }));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

export function reportPlants(at: Scene): Plant[] {
  const json = Object.entries(SAMPLES).flatMap(([format, sample]) =>
    leavesOf(sample(at.caseId)).map((field) => ({ format, field, type: 'application/json' })),
  );
  const xml = junitFields(at.caseId).map((field) => ({ format: 'junit', field, type: 'application/xml' }));
  return [...json, ...xml].map(({ format, field, type }) => ({
    where: `${format} ${field.path}`,
    longest: field.longest,
    personal: true,
    send: async (text) => {
      const more = { headers: { 'content-type': type } };
      return (await upload(at.workspace, field.put(text), { format }, more)).status === 202;
    },
  }));
}

/** What a signature vouches for: the id of a delivery, the report in it, and GitHub's events. */
export async function signedPlants(at: Scene): Promise<Plant[]> {
  const github = await secretOf(at, 'github_webhook');
  const standard = await secretOf(at, 'standard_webhook');
  const event = {
    ...{ action: 'completed', repository: { full_name: 'octo/shop' }, sender: { login: 'mia' } },
    workflow_run: { id: 7, run_attempt: 1, conclusion: 'success', updated_at: new Date().toISOString(), name: 'CI' },
  };
  const sent = (field: Field, send: Plant['send']): Plant => ({
    where: field.path,
    longest: field.longest,
    personal: true,
    send,
  });
  const report = JSON.stringify({
    reportFormat: 'CTRF',
    results: { tool: { name: 't' }, tests: [{ name: 'a', status: 'passed' }] },
  });
  return [
    ...leavesOf(event, 'GitHub').map((field) =>
      sent(field, (text) => deliverEvent(at, github, JSON.stringify(field.put(text)))),
    ),
    sent({ path: 'webhook-id', longest: 1, put: (text) => text }, (text) =>
      deliverSigned(at, standard, { id: text.replaceAll('\n', ' '), body: report }),
    ),
    ...leavesOf(JSON.parse(report), 'signed report').map((field, index) =>
      sent(field, (text) => deliverSigned(at, standard, { id: `msg_${index}`, body: JSON.stringify(field.put(text)) })),
    ),
  ];
}

async function secretOf({ workspace }: Scene, kind: string): Promise<string> {
  return String((await rest(workspace, 'POST /v1/trust-rules', { name: kind, policy: { kind } })).body.secret);
}

async function deliverEvent({ workspace }: Scene, secret: string, body: string): Promise<boolean> {
  const headers = {
    ...{ 'x-github-event': 'workflow_run', 'x-github-delivery': crypto.randomUUID() },
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  return (await request(`/ingest/${workspace.id}/github`, { method: 'POST', headers, body })).status === 202;
}

async function deliverSigned(
  { workspace }: Scene,
  secret: string,
  { id, body }: { id: string; body: string },
): Promise<boolean> {
  const at = new Date();
  const headers = {
    ...{ 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) },
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  const answer = await request(`/ingest/${workspace.id}/${AGENT}`, { method: 'POST', headers, body }).catch(() => null);
  return answer?.status === 202;
}
