import { expect, test } from 'vitest';
import { expand } from '#mcp/variables.ts';

const valueOf = (name: string): string | undefined => ({ KEY: 'k-123', EMPTY: '', ODD: '$& ${KEY} $1' })[name];

test('a variable is put in place, a fallback where it has no value, and an empty one counts as unset', () => {
  expect(expand('Bearer ${KEY}', valueOf)).toMatchObject({ text: 'Bearer k-123', values: ['k-123'], missing: [] });
  expect(expand('${NONE:-a}/${EMPTY:-b}/${KEY:-c}/${NONE:-}', valueOf)).toMatchObject({
    text: 'a/b/k-123/',
    missing: [],
  });
});

test('what has no value is missing by name', () => {
  expect(expand('${NONE}:${EMPTY}', valueOf)).toMatchObject({ missing: ['NONE', 'EMPTY'] });
});

test('a value is taken as it is, whatever it holds', () => {
  expect(expand('${ODD}', valueOf).text).toBe('$& ${KEY} $1');
});

test.each(['${env:KEY}', '${input:key}', '${KEY', '${KEY-x}'])('%s is a fault, and not sent as it stands', (text) => {
  expect(expand(text, valueOf).faults).toHaveLength(1);
});

test('a variable whose file cannot be read is a fault', () => {
  const fails = (): never => {
    throw new Error('KEY_FILE cannot be read');
  };
  expect(expand('${KEY}', fails)).toMatchObject({ faults: ['KEY_FILE cannot be read'] });
});
