import { expect, test } from 'vitest';
import { connectClient, newWorkspace } from './client.ts';

/** What a client's model pays for the whole catalogue before it has done anything. */
const MAX_LIST_BYTES = 36_000;

async function listedTools(): Promise<string> {
  const { key } = await newWorkspace();
  const { tools } = await (await connectClient(key)).listTools();
  return JSON.stringify(tools);
}

test('tools/list is the same for everybody and every time', async () => {
  expect(await listedTools()).toBe(await listedTools());
});

test('tools/list is small enough to be read whole', async () => {
  const list = await listedTools();
  const bytes = new TextEncoder().encode(list).length;
  console.log(`tools/list: ${bytes} bytes, ${JSON.parse(list).length} tools (at most ${MAX_LIST_BYTES} bytes)`);
  console.log('LIST'+list);
  expect(bytes).toBeLessThanOrEqual(MAX_LIST_BYTES);
});
