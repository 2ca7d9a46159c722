import { ctrf, rest, upload } from './ci-client.ts';
import { addScenario, BLUEPRINT, newWorkspace, toolCaller, type Workspace } from './client.ts';

/** What can be named from outside, of a workspace that has one of each. */
export type Ids = {
  workspaceId: string;
  agentName: string;
  agentId: string;
  scenarioId: string;
  caseId: string;
  runId: string;
  otherRunId: string;
  generationId: string;
  keyId: string;
  ruleId: string;
  ruleSecret: string;
  webhookId: string;
  memberId: string;
  invitationId: string;
  badgeKey: string;
  messageId: string;
};
export type IdKind = keyof Ids;

/** Names that are told only where they are made, and are no ids. */
const SECRETS: readonly IdKind[] = ['ruleSecret'];

export type Owned = { workspace: Workspace; ids: Ids };

/** A workspace with an agent of that name and all that hangs on it. */
export async function ownedWorkspace(agentName: string): Promise<Owned> {
  const workspace = await newWorkspace(`Workspace of ${agentName}`);
  const call = await toolCaller(workspace.key);
  await call('upload_blueprint', { blueprint: BLUEPRINT.replace('shop-agent', agentName) });
  const scenarioId = await addScenario(call, { agent_name: agentName });
  const caseId = `${scenarioId}_1`;
  const report = ctrf([{ name: 'a', labels: { scenario_id: caseId } }]);
  const more = { agent: agentName };
  const [run, other] = [
    await upload(workspace, report, {}, more),
    await upload(workspace, report, { name: 'b' }, more),
  ];
  const generated = await call('generate_tests', { agent_name: agentName, test_description: 'refunds' });
  const made = async (path: string, body: unknown) => (await rest(workspace, `POST ${path}`, body)).body;
  const rule = await made('/v1/trust-rules', { name: 'CI', policy: { kind: 'standard_webhook' } });
  const agent = await rest(workspace, `GET /v1/agents/${agentName}`);
  const badge = await rest(workspace, `GET /v1/agents/${agentName}/badge`);
  return {
    workspace,
    ids: {
      ...{ workspaceId: workspace.id, agentName, agentId: String(agent.body.id), scenarioId, caseId },
      ...{ runId: String(run.body.run_id), otherRunId: String(other.body.run_id) },
      generationId: String(generated.structured.generation_id),
      keyId: String((await made('/v1/keys', { name: 'CI', scopes: ['ingest'] })).id),
      ...{ ruleId: String(rule.id), ruleSecret: String(rule.secret) },
      webhookId: String(
        (await made('/v1/webhooks', { url: 'https://ok.hooks.test/ok', events: ['run.completed'] })).id,
      ),
      memberId: workspace.memberId,
      invitationId: String((await made('/v1/invitations', { email: 'new@example.com', role: 'member' })).id),
      badgeKey: new URL(String(badge.body.url)).pathname.split('/').at(-1) ?? '',
      messageId: `msg_${'0'.repeat(16)}`,
    },
  };
}

/** Ids of the right form that nobody has. */
export function nobodysIds(): Ids {
  const of = (kind: string) => `${kind}_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const scenarioId = of('sc');
  return {
    ...{ workspaceId: of('ws'), agentName: `nobody-${of('x').slice(2)}`, agentId: of('ag'), scenarioId },
    ...{ caseId: `${scenarioId}_1`, runId: of('tr'), otherRunId: of('tr'), generationId: of('gen'), keyId: of('key') },
    ...{ ruleId: of('tru'), ruleSecret: '', webhookId: of('wh'), memberId: of('mb'), invitationId: of('inv') },
    ...{ badgeKey: `${of('x')}${of('y')}.svg`, messageId: `msg_${of('z')}` },
  };
}

export const ID_KINDS = (ids: Ids): IdKind[] =>
  (Object.keys(ids) as IdKind[]).filter((kind) => !SECRETS.includes(kind));

/** A text with each id replaced by what kind it is: what is left must not depend on whose it was. */
export function anonymous(text: string, ids: Ids): string {
  const byLength = ID_KINDS(ids)
    .filter((kind) => ids[kind] !== '')
    .sort((a, b) => ids[b].length - ids[a].length);
  const whole = byLength.reduce((left, kind) => left.replaceAll(ids[kind], `<${kind}>`), text);
  return whole.replaceAll(ids.runId.slice(3, 11), '<run>').replaceAll(ids.otherRunId.slice(3, 11), '<run>');
}
