import { registerHooks } from 'node:module';

/**
 * `node test/node/generate-client.ts DOCUMENT DIRECTORY`: makes a client of an OpenAPI document. The generator works with the compiler's
 * interface for programs, which TypeScript 7 does not have, so it is given the last version that has one; that has to be settled before the
 * generator is loaded, and the generator must not be loaded by whoever runs this.
 */
registerHooks({
  resolve: (name, context, next) => next(name === 'typescript' ? 'typescript-5' : name, context),
});

const [, , input = '', directory = ''] = process.argv;
const { createClient } = await import('@hey-api/openapi-ts');

await createClient({
  input,
  output: { path: directory, entryFile: false },
  parser: { validate_EXPERIMENTAL: 'strict' },
  logs: { level: 'silent' },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
});
