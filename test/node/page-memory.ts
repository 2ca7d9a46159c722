import type { Page } from 'playwright-core';

/** What a page holds after its garbage was collected: bytes of script heap, and nodes of the document. */
export async function pageMemory(page: Page): Promise<{ heapBytes: number; nodes: number }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const { nodes } = await devtools.send('Memory.getDOMCounters');
  await devtools.detach();
  return { heapBytes: usedSize, nodes };
}
