import { expect, test } from 'vitest';
import type { Check } from '#holding/health/check.ts';
import { lookAt } from '#holding/health/look.ts';
import { systemClock } from '#lib/clock.ts';
import { probesOf, say, scripted } from '../support/health.ts';

const never = new AbortController().signal;

function throwAtOnce(): never {
  throw new Error('at once');
}

function look(check: Check, { signal = never, secrets = [] as string[] } = {}): ReturnType<typeof lookAt> {
  return lookAt(check, { clock: systemClock, probes: probesOf(), signal, secrets, say });
}

test('a check that ignores its signal still ends, as a fail', async () => {
  const deaf = scripted('deaf', {}, { timeoutMs: 20, run: () => new Promise(() => {}) });
  expect(await look(deaf)).toEqual({ status: 'fail', reason: 'No answer within 0.02 s' });
});

test('a check is told when its time is up', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const polite = scripted(
    'polite',
    {},
    {
      timeoutMs: 20,
      run: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            resolve();
            reject(signal.reason);
          });
        }),
    },
  );
  expect((await look(polite)).status).toBe('fail');
  await promise;
});

test('a check that throws is unknown, for it is the looking that failed', async () => {
  const broken = scripted('broken', { broken: new Error('no such probe') });
  expect(await look(broken)).toEqual({ status: 'unknown', reason: 'It could not be looked at: no such probe' });
});

test('a check that throws before it promised anything is no different', async () => {
  expect((await look(scripted('hasty', {}, { run: throwAtOnce }))).status).toBe('unknown');
});

test('no secret stands in a reason', async () => {
  const leaky = scripted('leaky', { leaky: new Error('connect redis://:hunter2@host refused') });
  expect((await look(leaky, { secrets: ['hunter2'] })).reason).toContain('redis://:[redacted]@host');
});

test('a reason is one line of at most 300 characters', async () => {
  const { reason } = await look(scripted('long', { long: new Error(`first\nsecond ${'x'.repeat(900)}`) }));
  expect(reason).toMatch(/^It could not be looked at: first second x+…$/);
  expect(reason).toHaveLength(300);
});

test('a shutdown ends a look without a finding', async () => {
  const stop = new AbortController();
  const looking = look(scripted('slow', {}, { run: () => new Promise(() => {}) }), { signal: stop.signal });
  stop.abort(new Error('shutdown'));
  await expect(looking).rejects.toThrow('shutdown');
});

test('what cannot be seen or would steer a terminal is not in a reason', async () => {
  const sly = scripted('sly', {}, { run: async () => ({ status: 'fail', reason: 'a\u001B[2J\u202Eb\n\u0085c' }) });
  expect(await look(sly)).toEqual({ status: 'fail', reason: 'a [2J b c' });
});
