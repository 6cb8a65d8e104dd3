import { defineCheck, type Finding, type QueueCounts } from '../check.ts';
import { amount, sentence } from '../views/wording.ts';

/** A job that has waited this long finds no worker, or too few. */
const longWaitMs = 5 * 60_000;
const tooLongWaitMs = 15 * 60_000;

/** Whether jobs wait too long, lie dead, or are held back. */
export default defineCheck({
  id: 'queues',
  name: 'Backlog',
  group: 'jobs',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['queue-canary'],
  headline: { degraded: 'The queues need a look', down: 'Jobs wait and nobody runs them' },
  run: async ({ probes }) => judgeQueues(await probes.queue.queues()),
});

/** The worst of all queues, each fault named. */
export function judgeQueues(queues: readonly QueueCounts[]): Finding {
  if (queues.length === 0) return { status: 'unknown', reason: 'No queue is known' };
  const waits = queues.filter(({ paused, oldestWaitingMs }) => !paused && (oldestWaitingMs ?? 0) > longWaitMs);
  const stuck = waits.some(({ oldestWaitingMs }) => (oldestWaitingMs ?? 0) > tooLongWaitMs);
  const paused = queues.filter((queue) => queue.paused).map(({ name }) => name);
  const dead = queues.filter((queue) => queue.dead > 0);
  const hearts = queues.find(({ name }) => name === 'system')?.workers ?? 1;

  const faults = [
    ...waits.map(({ name }) => `jobs wait in ${name} for more than ${stuck ? 15 : 5} minutes`),
    ...paused.map((name) => `${name} is paused`),
    ...(hearts > 1 ? [`${hearts} workers take the heartbeat’s jobs, so their looks are mixed`] : []),
    ...dead.map((queue) => `${amount(queue.dead, 'dead letter')} in ${queue.name}`),
  ];
  if (faults.length === 0) return { status: 'ok', reason: 'Nothing waits long, nothing is dead, none is paused' };
  return { status: stuck ? 'fail' : 'warn', reason: sentence(faults.join('; ')), ...todoFor({ paused, dead, hearts }) };
}

function todoFor(faults: {
  paused: readonly string[];
  dead: readonly QueueCounts[];
  hearts: number;
}): Pick<Finding, 'todo'> {
  const { paused, dead, hearts } = faults;
  const [name] = paused;
  if (name !== undefined) {
    return { todo: { what: `Let ${name} go on`, command: `npm run jobs -- resume ${name}`, minutes: 1 } };
  }
  if (hearts > 1) {
    const command = 'npm run worker -- --queues swarm,report,maintenance';
    return { todo: { what: 'Start the worker of the other host for its own queues only', command, minutes: 5 } };
  }
  if (dead.length === 0) return {};
  return { todo: { what: 'Look at the dead letters', command: 'npm run jobs -- dead', minutes: 5 } };
}
