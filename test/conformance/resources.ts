import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { PNG } from './samples.ts';

const TEXTS = {
  'test://static-text': 'This is the content of the static text resource.',
  'test://watched-resource': 'Watched resource content',
};

export function registerResources(server: McpServer): void {
  for (const [uri, text] of Object.entries(TEXTS)) {
    const config = { description: `Fixed text: ${uri}`, mimeType: 'text/plain' };
    server.registerResource(uri, uri, config, () => ({ contents: [{ uri, mimeType: config.mimeType, text }] }));
  }
  const image = { description: 'One pixel', mimeType: 'image/png' };
  server.registerResource('static-binary', 'test://static-binary', image, ({ href }) => ({
    contents: [{ uri: href, mimeType: image.mimeType, blob: PNG }],
  }));
  registerTemplate(server);
  acceptSubscriptions(server);
}

function registerTemplate(server: McpServer): void {
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  const config = { description: 'Repeats the id', mimeType: 'application/json' };
  server.registerResource('template', template, config, ({ href }, { id }) => {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { contents: [{ uri: href, mimeType: config.mimeType, text }] };
  });
}

/** Accepted and forgotten: there is no session to remember them in. */
function acceptSubscriptions({ server }: McpServer): void {
  server.setRequestHandler('resources/subscribe', () => ({}));
  server.setRequestHandler('resources/unsubscribe', () => ({}));
}
