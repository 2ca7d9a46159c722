import { expect, test } from 'vitest';
import { messagesOf } from '../../src/local/accuracy/mutation/turns.ts';

test('turns become messages that hold the same calls, marked errors included', () => {
  const called = {
    kind: 'called' as const,
    name: 'find_book',
    arguments: { title: 'Emma' },
    result: 'gone',
    failed: true,
  };
  expect(messagesOf([{ kind: 'said', role: 'user', text: 'Hi' }, called])).toEqual([
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'find_book', arguments: '{"title":"Emma"}' } }],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', is_error: true, content: 'gone' }] },
  ]);
});
