import { systemClock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { spawnChild, type Child } from './child-process.ts';
import { untilHung, usualLiveness, type LivenessRules } from './liveness.ts';
import type { LogFile } from './log-files.ts';
import type { Service, ServiceProbe, ServiceSettings } from './service.ts';

/** What one process of a service goes through. */
export type Phase = 'starting' | 'ready' | 'stopping';

export interface LifeOptions {
  readonly service: Service;
  readonly settings: ServiceSettings;
  readonly log: LogFile;
  /** What stands before each command. */
  readonly prefix: readonly string[];
  readonly liveness?: LivenessRules;
}

/** How a process ended, and how long it had been ready in milliseconds; null: never. */
export interface Ending {
  readonly how: string;
  readonly readyForMs: number | null;
}

const readinessRetryMs = 20;
const longestReadinessLookMs = 2000;

/**
 * Runs one process of a service from its start to its end, and tells each phase. Aborting `interruption` ends it in
 * an orderly way; a hang ends it at once. Whether what it depends on works is never a reason to end it.
 */
export async function liveAndDie(
  options: LifeOptions,
  interruption: AbortSignal,
  onPhase: (phase: Phase, pid: number | null) => void,
): Promise<Ending> {
  onPhase('starting', null);
  let child: Child;
  try {
    child = await start(options);
  } catch (error) {
    return { how: messageOf(error), readyForMs: null };
  }
  onPhase('starting', child.pid);
  const life = new AbortController();
  const readyAt = untilReady(options, child, life.signal).then((at) => {
    if (at !== null && !interruption.aborted) onPhase('ready', child.pid);
    return at;
  });
  const ended = endWhenAsked(options.service, child, {
    interruption,
    life: life.signal,
    onStopping: () => onPhase('stopping', child.pid),
  });
  const hung = killWhenHung(options, child, life.signal);
  const exit = await child.exited;
  life.abort();
  await ended;
  const since = await readyAt;
  return { how: (await hung) ?? exit, readyForMs: since === null ? null : performance.now() - since };
}

async function start({ service, settings, log, prefix }: LifeOptions): Promise<Child> {
  const command = await service.command(settings);
  const hasChannel = service.liveness === 'pong' || service.readiness === 'message';
  return spawnChild({ command, log, prefix, hasChannel });
}

/** Resolves to when it became ready, on the monotonic clock; null where it ended before. */
async function untilReady({ service, settings }: LifeOptions, child: Child, life: AbortSignal): Promise<number | null> {
  const { readiness } = service;
  const ready = readiness === 'message' ? child.saysReady : untilProbed(readiness, settings, life);
  await Promise.race([ready, whenAborted(life)]);
  return life.aborted ? null : performance.now();
}

async function untilProbed(probe: ServiceProbe, settings: ServiceSettings, life: AbortSignal): Promise<void> {
  while (!life.aborted) {
    try {
      return await probe(settings, AbortSignal.any([life, AbortSignal.timeout(longestReadinessLookMs)]));
    } catch {
      await systemClock.sleep(readinessRetryMs); // Not ready yet: asked again until it is, or gone.
    }
  }
}

/** Resolves to the reason where it hung, and to null where it ended otherwise. */
async function killWhenHung(options: LifeOptions, child: Child, life: AbortSignal): Promise<string | null> {
  const { service, settings, liveness = usualLiveness } = options;
  const probe = service.liveness;
  const look = probe === 'pong' ? child.ping : (signal: AbortSignal) => probe(settings, signal);
  try {
    const reason = await untilHung(look, liveness, life);
    child.signal('SIGKILL');
    return `${reason}, so it was killed`;
  } catch (error) {
    if (life.aborted) return null;
    throw error;
  }
}

/** When asked, tells it to stop, and kills it where it does not. */
async function endWhenAsked(
  { stopSignal, stopTimeoutMs }: Service,
  child: Child,
  options: { interruption: AbortSignal; life: AbortSignal; onStopping: () => void },
): Promise<void> {
  await whenAborted(AbortSignal.any([options.interruption, options.life]));
  if (options.life.aborted) return;
  options.onStopping();
  child.signal(stopSignal);
  const overdue = setTimeout(() => child.signal('SIGKILL'), stopTimeoutMs);
  await child.exited;
  clearTimeout(overdue);
}

/** Resolves once the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
