import type { McpServer, ServerContext, ServerNotifier } from '@modelcontextprotocol/server';
import { answer } from './samples.ts';

const STEP_MS = 50;

/** Tools that say something before their result, on the same answer or on a subscription. */
export function registerNotifyingTools(server: McpServer, notify: ServerNotifier): void {
  server.registerTool('test_tool_with_logging', { description: 'Logs three lines' }, logThreeLines);
  server.registerTool('test_tool_with_progress', { description: 'Reports progress three times' }, reportProgress);
  server.registerTool('test_logging_tool', { description: 'Logs one line' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'One line');
    return answer('Logged.');
  });
  server.registerTool('test_trigger_tool_change', { description: 'Announces a changed list of tools' }, () => {
    notify.toolsChanged();
    return answer('Announced.');
  });
  server.registerTool('test_trigger_prompt_change', { description: 'Announces a changed list of prompts' }, () => {
    notify.promptsChanged();
    return answer('Announced.');
  });
}

async function logThreeLines({ mcpReq }: ServerContext) {
  await mcpReq.log('info', 'Tool execution started');
  await step();
  await mcpReq.log('info', 'Tool processing data');
  await step();
  await mcpReq.log('info', 'Tool execution completed');
  return answer('Logged.');
}

async function reportProgress({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progress > 0) await step();
    if (progressToken === undefined) continue;
    await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
  }
  return answer('Done.');
}

function step(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, STEP_MS));
}
