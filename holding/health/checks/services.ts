import { codeOf, messageOf } from '#lib/errors.ts';
import type { Words } from '#lib/language.ts';
import { defineCheck, type Check, type CheckContext, type Finding, type ServiceStatus } from '../check.ts';
import { joined } from '../views/wording.ts';

/** So many restarts within ten minutes are a loop, even if it runs at the moment. */
const loopRestarts = 3;

const noSupervisor = { en: 'No supervisor on this machine', nl: 'Geen supervisor op deze machine' };
const answersElsewhere = {
  en: 'Answers; it is not run by a supervisor on this machine',
  nl: 'Antwoordt; hij draait niet onder een supervisor op deze machine',
};
const noChroma = {
  en: 'None is run here: CHROMA_URL names another, or there is none for this system',
  nl: 'Er draait er hier geen: CHROMA_URL noemt een andere, of er is geen voor dit systeem',
};
const pausedByHand = {
  en: 'Does not run; it was paused by hand',
  nl: 'Draait niet; hij is met de hand gepauzeerd',
};

/** The private Redis; where the owner runs one of their own, whether that answers. */
export const redis = defineCheck({ ...serviceCheck('redis', 'Redis'), urgent: true, run: lookAtRedis });

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
    headline: { degraded: { en: `${name} keeps restarting`, nl: `${name} blijft opnieuw starten` } },
    run: async (context) => {
      const service = await find(id, context);
      if (service === 'nobody') return { status: 'unknown', reason: noSupervisor };
      return service === null ? { status: 'unknown', reason: noChild(id) } : judgeService(service);
    },
  });
}

async function lookAtRedis(context: CheckContext): Promise<Finding> {
  const service = await find('redis', context);
  if (service !== null && service !== 'nobody') return judgeService(service);
  try {
    await context.probes.queue.queues();
    return { status: 'ok', reason: answersElsewhere };
  } catch (error) {
    context.signal.throwIfAborted();
    if (codeOf(error) === 'E_NO_QUEUE') throw error;
    const why = messageOf(error);
    return { status: 'fail', reason: { en: `Does not answer: ${why}`, nl: `Antwoordt niet: ${why}` } };
  }
}

async function lookAtChroma(context: CheckContext): Promise<Finding> {
  const service = await find('chroma', context);
  if (service === 'nobody') return { status: 'unknown', reason: noSupervisor };
  return service === null ? { status: 'off', reason: noChroma } : judgeService(service);
}

/** `nobody`: there is no supervisor to ask; null: it has no such child. */
async function find(id: string, { probes, signal }: CheckContext): Promise<ServiceStatus | 'nobody' | null> {
  try {
    const services = await probes.supervisor.services(signal);
    return services.find(({ name }) => name === id) ?? null;
  } catch {
    signal.throwIfAborted();
    return 'nobody';
  }
}

/** What the supervisor's word on a child means. A child that exited leaves no doubt; one that starts may be ready soon. */
export function judgeService({ state, recentRestarts, lastExit }: ServiceStatus): Finding {
  const withEnd = (words: Words): Words => (lastExit === null ? words : joined([words, endWords(lastExit)], '; '));
  if (state === 'starting') return { status: 'fail', reason: withEnd({ en: 'Is still starting', nl: 'Start nog op' }) };
  if (state === 'paused') return { status: 'fail', explicit: true, reason: pausedByHand };
  if (state !== 'ready') {
    return { status: 'fail', explicit: true, reason: withEnd({ en: 'Does not run', nl: 'Draait niet' }) };
  }
  if (recentRestarts < loopRestarts) return { status: 'ok', reason: { en: 'Runs', nl: 'Draait' } };
  return { status: 'warn', reason: withEnd(restartWords(recentRestarts)) };
}

function noChild(id: string): Words {
  return {
    en: `The supervisor on this machine runs no ${id}`,
    nl: `De supervisor op deze machine heeft geen ${id}`,
  };
}

function endWords(exit: string): Words {
  return { en: `it ended with ${exit}`, nl: `eindigde met ${exit}` };
}

function restartWords(times: number): Words {
  return { en: `Restarted ${times} times within ten minutes`, nl: `Binnen tien minuten ${times} keer herstart` };
}
