import { translate, type Words } from '#lib/language.ts';
import { defineCheck, type Finding, type QueueCounts } from '../check.ts';
import { amountOf, joined, sentence } from '../views/wording.ts';

/** A job that has waited this long finds no worker, or too few. */
const longWaitMs = 5 * 60_000;
const tooLongWaitMs = 15 * 60_000;

const noQueue = { en: 'No queue is known', nl: 'Er is geen wachtrij bekend' };
const allFlows = {
  en: 'Nothing waits long, nothing is dead, none is paused',
  nl: 'Niets wacht lang, niets is opgegeven, geen is gepauzeerd',
};
const ownQueues = {
  en: 'Start the worker of the other host for its own queues only',
  nl: 'Start de worker op de andere machine alleen voor zijn eigen wachtrijen',
};
const deadLetters = {
  one: { en: 'dead letter', nl: 'opgegeven taak' },
  many: { en: 'dead letters', nl: 'opgegeven taken' },
};

/** Whether jobs wait too long, lie dead, or are held back. */
export default defineCheck({
  id: 'queues',
  name: { en: 'Backlog', nl: 'Achterstand' },
  group: 'jobs',
  everyMs: 60_000,
  timeoutMs: 5000,
  dependsOn: ['queue-canary'],
  headline: {
    degraded: { en: 'The queues need a look', nl: 'De wachtrijen vragen aandacht' },
    down: { en: 'Jobs wait and nobody runs them', nl: 'Taken wachten en niemand voert ze uit' },
  },
  run: async ({ probes }) => judgeQueues(await probes.queue.queues()),
});

/** The worst of all queues, each fault named. */
export function judgeQueues(queues: readonly QueueCounts[]): Finding {
  if (queues.length === 0) return { status: 'unknown', reason: noQueue };
  const waits = queues.filter(({ paused, oldestWaitingMs }) => !paused && (oldestWaitingMs ?? 0) > longWaitMs);
  const stuck = waits.some(({ oldestWaitingMs }) => (oldestWaitingMs ?? 0) > tooLongWaitMs);
  const paused = queues.filter((queue) => queue.paused).map(({ name }) => name);
  const dead = queues.filter((queue) => queue.dead > 0);
  const hearts = queues.find(({ name }) => name === 'system')?.workers ?? 1;

  const faults: Words[] = [
    ...waits.map(({ name }) => waitWords(name, stuck ? 15 : 5)),
    ...paused.map((name) => ({ en: `${name} is paused`, nl: `${name} is gepauzeerd` })),
    ...(hearts > 1 ? [heartWords(hearts)] : []),
    ...dead.map(deadWords),
  ];
  if (faults.length === 0) return { status: 'ok', reason: allFlows };
  const reason = translate(joined(faults, '; '), sentence);
  return { status: stuck ? 'fail' : 'warn', reason, ...todoFor({ paused, dead, hearts }) };
}

function todoFor(faults: {
  paused: readonly string[];
  dead: readonly QueueCounts[];
  hearts: number;
}): Pick<Finding, 'todo'> {
  const { paused, dead, hearts } = faults;
  const [name] = paused;
  if (name !== undefined) {
    const what = { en: `Let ${name} go on`, nl: `Laat ${name} verdergaan` };
    return { todo: { what, command: `npm run jobs -- resume ${name}`, minutes: 1 } };
  }
  if (hearts > 1) {
    const command = 'npm run worker -- --queues swarm,report,maintenance';
    return { todo: { what: ownQueues, command, minutes: 5 } };
  }
  if (dead.length === 0) return {};
  const what = { en: 'Look at the dead letters', nl: 'Bekijk de opgegeven taken' };
  return { todo: { what, command: 'npm run jobs -- dead', minutes: 5 } };
}

function waitWords(queue: string, minutes: number): Words {
  return {
    en: `jobs wait in ${queue} for more than ${minutes} minutes`,
    nl: `taken wachten al meer dan ${minutes} minuten in ${queue}`,
  };
}

function heartWords(workers: number): Words {
  return {
    en: `${workers} workers take the heartbeat’s jobs, so their looks are mixed`,
    nl: `${workers} workers nemen de taken van de hartslag, dus hun waarnemingen lopen door elkaar`,
  };
}

function deadWords({ dead, name }: QueueCounts): Words {
  return translate(amountOf(dead, deadLetters), (count) => `${count} in ${name}`);
}
