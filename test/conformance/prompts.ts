import {
  acceptedContent,
  type ContentBlock,
  completable,
  type GetPromptResult,
  inputRequired,
  type McpServer,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { PNG, says } from './samples.ts';

const CITIES = ['paris', 'park', 'party'];
const TwoWords = z.object({
  arg1: completable(z.string(), (typed) => CITIES.filter((city) => city.startsWith(typed))),
  arg2: z.string(),
});
const ResourceUri = z.object({ resourceUri: z.string() });
const PromptContext = z.object({ context: z.string() });

function user(...contents: ContentBlock[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) };
}

export function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Fixed text' }, () =>
    user(says('This is a simple prompt for testing.')),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Repeats two words', argsSchema: TwoWords },
    ({ arg1, arg2 }) => user(says(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Embeds a resource', argsSchema: ResourceUri },
    ({ resourceUri }) => {
      const resource = { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' };
      return user({ type: 'resource', resource }, says('Please process the embedded resource above.'));
    },
  );
  server.registerPrompt('test_prompt_with_image', { description: 'Shows an image' }, () =>
    user({ type: 'image', data: PNG, mimeType: 'image/png' }, says('Please analyze the image above.')),
  );
  registerAskingPrompt(server);
}

function registerAskingPrompt(server: McpServer): void {
  const config = { description: 'Asks the user for its context' };
  server.registerPrompt('test_input_required_result_prompt', config, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context', PromptContext);
    if (given) return user(says(`Context: ${given.context}`));
    const question = { message: 'What context should the prompt use?', requestedSchema: PromptContext };
    return inputRequired({ inputRequests: { user_context: inputRequired.elicit(question) } });
  });
}
