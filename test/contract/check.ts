import { describe, expect, test } from 'vitest';
import type { Check, Finding, Probes } from '#holding/health/check.ts';
import { systemClock } from '#lib/clock.ts';
import { languages, sayIn } from '#lib/language.ts';
import { probesOf } from '../support/health.ts';

export interface CheckContract {
  readonly name: string;
  readonly check: Check;
  /** What it looks at; a machine where all is well, unless said. */
  readonly probes?: Probes;
}

const statuses = new Set(['ok', 'warn', 'late', 'fail', 'unknown', 'off']);
const longestTimeoutMs = 25_000;

/** What every check must do, whatever it looks at. */
export function describeCheck({ name, check, probes = probesOf() }: CheckContract): void {
  const run = (signal = AbortSignal.timeout(check.timeoutMs)): Promise<Finding> =>
    Promise.try(() => check.run({ signal, clock: systemClock, probes }));

  describe(`${name}, as every check`, () => {
    test('has an id for addresses and files, and a name in each language', () => {
      expect(check.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const language of languages) expect(sayIn(language)(check.name).trim()).not.toBe('');
    });

    test('looks at most each second, and ends before the heartbeat must', () => {
      expect(check.everyMs).toBeGreaterThanOrEqual(1000);
      expect(check.timeoutMs).toBeGreaterThan(0);
      expect(check.timeoutMs).toBeLessThanOrEqual(longestTimeoutMs);
      expect(check.dependsOn ?? []).not.toContain(check.id);
    });

    test('answers with a status and a reason in each language, or says why it cannot', async () => {
      const found = await run().catch((error: unknown) => error);
      if (found instanceof Error) return expect(found.message).not.toBe('');
      expect(found).toSatisfy(isFinding);
    });

    test('ends at once where it is aborted before it begins', async () => {
      const began = performance.now();
      await Promise.allSettled([run(AbortSignal.abort(new Error('shutdown')))]);
      expect(performance.now() - began).toBeLessThan(2000);
    });

    test('can look twice at the same time', async () => {
      const [one, other] = await Promise.allSettled([run(), run()]);
      const statusOf = (result: PromiseSettledResult<Finding>): string =>
        result.status === 'fulfilled' ? result.value.status : 'error';
      expect(statusOf(one)).toBe(statusOf(other));
    });
  });
}

function isFinding({ status, reason, latencyMs, since, nextAt, todo }: Finding): boolean {
  const texts = [reason, ...(todo === undefined ? [] : [todo.what])];
  const isSaid = texts.every((words) =>
    languages.every((language) => {
      const text: unknown = sayIn(language)(words);
      return typeof text === 'string' && text.trim() !== '' && !/undefined|NaN|\[object/.test(text);
    }),
  );
  const areNumbers = [latencyMs, since, nextAt].every(
    (each) => each === undefined || (Number.isFinite(each) && each >= 0),
  );
  return statuses.has(status) && isSaid && areNumbers;
}
