import { expect, test } from 'vitest';
import { OmegaError } from '#lib/errors.ts';
import { createLog, redact } from '#lib/log.ts';

function logTo(lines: string[], secrets: readonly string[] = []) {
  return createLog({ name: 'part', secrets, write: (line) => void lines.push(line) });
}

test('an entry is one line of JSON with its level, time, name and facts', () => {
  const lines: string[] = [];
  logTo(lines).warn('it\nbroke', { job: 'a' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    name: 'part',
    msg: 'it\nbroke',
    job: 'a',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test('an error is written with its causes, code and hint', () => {
  const lines: string[] = [];
  logTo(lines).error('no', {
    error: new OmegaError('It failed.', { code: 'E_X', hint: 'do this', cause: new Error('ENOSPC') }),
  });
  expect(JSON.parse(lines[0] ?? '').error).toMatchObject({
    message: 'It failed: ENOSPC',
    code: 'E_X',
    hint: 'do this',
  });
});

test('a secret stands in no line, wherever it was', () => {
  const secret = 'p"ass\\word-é';
  const lines: string[] = [];
  const log = logTo(lines, [secret]);
  log.info(`in the message ${secret}`, { field: secret, nested: { deep: [secret] } });
  log.error('in an error', { error: new Error(`redis://:${secret}@host`) });
  for (const line of lines) {
    expect(line).not.toContain('word-é');
    expect(line).toContain('[redacted]');
    expect(() => JSON.parse(line)).not.toThrow();
  }
});

test('a secret is taken out as it stands in JSON, and in JSON that is quoted in JSON', () => {
  const key = '-----BEGIN KEY-----\nMIIB"x"\\\n-----END KEY-----\n';
  const printed = JSON.stringify({ KEY: key });
  expect(redact(printed, [key])).toBe('{"KEY":"[redacted]"}');
  expect(redact(JSON.stringify({ stderr: printed }), [key])).not.toContain('MIIB');
});

test('of two secrets of which one begins the other, nothing of the longer one is left', () => {
  expect(redact('it is token-extended', ['token', 'token-extended'])).toBe('it is [redacted]');
});

test('an empty secret redacts nothing', () => {
  expect(redact('all of it', [''])).toBe('all of it');
});
