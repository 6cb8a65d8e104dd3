import { expect, test } from 'vitest';
import { redact } from '#lib/log.ts';
import { readAnswer } from '#mcp/answer.ts';

test('of a long failure only the beginning is quoted, and no part of a secret where it is cut', () => {
  const secret = 'sk-very-secret';
  const text = `${'x'.repeat(995)}${secret} and more`;
  const raw = { content: [{ type: 'text', text }], structuredContent: undefined, isError: true };
  const read = (): unknown =>
    readAnswer(raw, { tool: 'a.b', readError: undefined, redact: (all) => redact(all, [secret]) });
  expect(read).toThrow(`${'x'.repeat(995)}[reda`);
  expect(read).not.toThrow('sk-ve');
});
