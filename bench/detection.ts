import { openHealthStore, type HealthStore } from '#holding/health/store/store.ts';
import { systemClock } from '#lib/clock.ts';
import { readEnv } from '#lib/env.ts';
import { OmegaError } from '#lib/errors.ts';
import { silentLog } from '#lib/log.ts';
import { pushUrl } from '../scripts/push-url.ts';
import { quantile, round } from './bench.ts';
import { startStack, type Stack } from './stack.ts';

const scripts = 20;
/** From the one call of a script to the deadline of the next. */
const everyMs = 8000;
const graceMs = 1000;
/** So long before the deadlines the worker is killed, the second time. */
const killedBeforeMs = 500;
const longestMs = 60_000;

interface Drive {
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Scripts that call their push URL once and never again: from the deadline of the second call to the decision that it
 * was missed, and the same where the worker is killed just before.
 */
export async function detectionDelays({ tell, signal }: Drive): Promise<Record<string, number>> {
  const one = (name: string): string =>
    `  - { id: ${name}, kind: push, every: ${everyMs / 1000}s, grace: ${graceMs / 1000}s }`;
  const plain = Array.from({ length: scripts }, (_, index) => `plain-${index}`);
  const killed = Array.from({ length: scripts }, (_, index) => `killed-${index}`);
  await using stack = await startStack({
    signal,
    checks: ['checks:', ...[...plain, ...killed].map(one), ''].join('\n'),
  });
  const usual = await missDeadlines(stack, plain, signal);
  const last = await callAll(stack, killed, signal);
  await systemClock.sleep(Math.max(0, last + everyMs + graceMs - killedBeforeMs - Date.now()), signal);
  process.kill((await stack.member('worker')).pid, 'SIGKILL');
  const restarted = await delaysOf(stack, killed, signal);
  tell(
    `a missed deadline is known after ${quantile(usual, 0.95)} ms at p95, ${quantile(restarted, 0.95)} ms over a kill`,
  );
  return {
    detectionDelayMs: round(quantile(usual, 0.95), 0),
    detectionDelayKilledMs: round(quantile(restarted, 0.95), 0),
  };
}

async function missDeadlines(stack: Stack, names: readonly string[], signal: AbortSignal): Promise<number[]> {
  await callAll(stack, names, signal);
  return delaysOf(stack, names, signal);
}

/** Returns when the last of them was called. */
async function callAll({ paths }: Stack, names: readonly string[], signal: AbortSignal): Promise<number> {
  const env = readEnv({ OMEGA_DATA_DIR: paths.data });
  for (const name of names) {
    const response = await fetch(await pushUrl({ env, paths }, name), { signal });
    if (!response.ok)
      throw new OmegaError(`The push URL of ${name} answered ${response.status}.`, {
        code: 'E_BENCH',
        hint: 'npm start',
      });
  }
  return Date.now();
}

/** Waits until each of them has an incident. */
async function delaysOf({ paths }: Stack, names: readonly string[], signal: AbortSignal): Promise<number[]> {
  using store = openHealthStore(paths.healthDb, { now: Date.now(), log: silentLog });
  const deadline = performance.now() + longestMs;
  for (;;) {
    const delays = names.flatMap((name) => delayOf(store, name));
    if (delays.length === names.length) return delays;
    if (performance.now() > deadline)
      throw new OmegaError('A missed deadline was never told.', { code: 'E_BENCH', hint: 'npm start says why.' });
    await systemClock.sleep(250, signal);
  }
}

function delayOf(store: Pick<HealthStore, 'incidents'>, name: string): number[] {
  const found = store.incidents(0).find(({ check }) => check === name);
  return found === undefined || found.detectedAt === null ? [] : [found.detectedAt - found.from];
}
