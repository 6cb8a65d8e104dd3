import { codeOf, messageOf } from '#lib/errors.ts';
import { defineCheck, type Check, type CheckContext, type Finding, type ServiceStatus } from '../check.ts';

/** So many restarts within ten minutes are a loop, even if it runs at the moment. */
const loopRestarts = 3;

/** The private Redis; where the owner runs one of their own, whether that answers. */
export const redis = defineCheck({ ...serviceCheck('redis', 'Redis'), run: lookAtRedis });

/** The private Chroma. Where the owner runs one of their own, or this system has none, there is nothing to look at. */
export const chroma = defineCheck({ ...serviceCheck('chroma', 'Chroma'), worstOverall: 'degraded', run: lookAtChroma });

/** The process that runs jobs. */
export const worker = serviceCheck('worker', 'Worker');

/** The process that serves the page. */
export const edge = serviceCheck('edge', 'Edge');

/** A child of the supervisor: whether it runs, and whether it keeps running. */
function serviceCheck(id: string, name: string): Check {
  return defineCheck({
    id,
    name,
    group: 'daemons',
    everyMs: 60_000,
    timeoutMs: 5000,
    headline: { degraded: `${name} keeps restarting` },
    run: async (context) => {
      const service = await find(id, context);
      if (typeof service === 'string') return { status: 'unknown', reason: service };
      return service === null
        ? { status: 'unknown', reason: `The supervisor on this machine runs no ${id}` }
        : judgeService(service);
    },
  });
}

async function lookAtRedis(context: CheckContext): Promise<Finding> {
  const service = await find('redis', context);
  if (service !== null && typeof service !== 'string') return judgeService(service);
  try {
    await context.probes.queue.queues();
    return { status: 'ok', reason: 'Answers; it is not run by a supervisor on this machine' };
  } catch (error) {
    context.signal.throwIfAborted();
    if (codeOf(error) === 'E_NO_QUEUE') throw error;
    return { status: 'fail', reason: `Does not answer: ${messageOf(error)}` };
  }
}

async function lookAtChroma(context: CheckContext): Promise<Finding> {
  const service = await find('chroma', context);
  if (typeof service === 'string') return { status: 'unknown', reason: service };
  return service === null
    ? { status: 'off', reason: 'None is run here: CHROMA_URL names another, or there is none for this system' }
    : judgeService(service);
}

/** A text says why it could not be asked after; null: the supervisor has no such child. */
async function find(id: string, { probes, signal }: CheckContext): Promise<ServiceStatus | string | null> {
  try {
    const services = await probes.supervisor.services(signal);
    return services.find(({ name }) => name === id) ?? null;
  } catch {
    signal.throwIfAborted();
    return 'No supervisor on this machine';
  }
}

/** What the supervisor's word on a child means. A child that exited leaves no doubt; one that starts may be ready soon. */
export function judgeService({ state, recentRestarts, lastExit }: ServiceStatus): Finding {
  const ended = lastExit === null ? '' : `; it ended with ${lastExit}`;
  if (state === 'starting') return { status: 'fail', reason: `Is still starting${ended}` };
  if (state === 'paused') return { status: 'fail', explicit: true, reason: 'Does not run; it was paused by hand' };
  if (state !== 'ready') return { status: 'fail', explicit: true, reason: `Does not run${ended}` };
  if (recentRestarts < loopRestarts) return { status: 'ok', reason: 'Runs' };
  return { status: 'warn', reason: `Restarted ${recentRestarts} times within ten minutes${ended}` };
}
