import { messageOf } from '#lib/errors.ts';
import type { Translated, Words } from '#lib/language.ts';
import type { MemoryStats } from '../../memory/memory.ts';
import { defineCheck, type CheckContext, type Finding } from '../check.ts';
import { ageWords, amountOf, joined, recordNoun } from '../views/wording.ts';

/** A record that is in no index of vectors for so long waits for more than the next write. */
const longPendingMs = 15 * 60_000;
/** As the index says it of itself. One that is away comes back; one that is broken was made anew, and did not get well. */
const broken = /index of vectors is broken/;
const rebuild = {
  what: { en: 'Have the memory’s index made anew', nl: 'Laat de index van het geheugen opnieuw maken' },
  command: 'npm run memory -- rebuild',
  minutes: 2,
};
const stayOut = {
  en: 'See why records stay out of the index',
  nl: 'Kijk waarom herinneringen buiten de index blijven',
};
/** A Chroma that hangs costs the heartbeat no more. */
const probeTimeoutMs = 8000;

/** Whether Omega can remember and recall: it counts the records, and has a vector written, read back and found. */
export default defineCheck({
  id: 'memory-recall',
  name: { en: 'Recall', nl: 'Herinneren' },
  group: 'memory',
  everyMs: 5 * 60_000,
  timeoutMs: 12_000,
  dependsOn: ['chroma'],
  worstOverall: 'degraded',
  headline: {
    degraded: { en: 'The memory answers by words alone', nl: 'Het geheugen zoekt alleen op woorden' },
    down: { en: 'The memory cannot be read', nl: 'Het geheugen is niet te lezen' },
  },
  run: async (context) => {
    const stats = await statsOf(context);
    if (typeof stats === 'string') return unreadable(stats);
    return judgeRecall(stats, await probed(context), context.clock.now());
  },
});

/** A text: why it cannot be read. */
async function statsOf({ probes, signal }: CheckContext): Promise<MemoryStats | string> {
  try {
    return await probes.memory.stats();
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

function unreadable(why: string): Finding {
  const what = { en: 'Mend the memory’s journal', nl: 'Herstel het logboek van het geheugen' };
  const reason = { en: `It cannot be read: ${why}`, nl: `Het is niet te lezen: ${why}` };
  return { status: 'fail', explicit: true, reason, todo: { what, command: 'npm run doctor', minutes: 10 } };
}

/** Milliseconds of a vector's way in and back; a text: why it did not come back. */
async function probed({ probes, signal }: CheckContext): Promise<number | string> {
  try {
    return await probes.memory.probe(AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]));
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

/** What the counts mean, and what became of the vector. */
export function judgeRecall(stats: MemoryStats, probe: number | string, now: number): Finding {
  const { index, lastWriteAt } = stats;
  const told = tell(stats, now);
  const fault = typeof probe === 'string' ? probe : index.fault;
  const latency = typeof probe === 'string' ? {} : { latencyMs: probe };
  if (fault !== null) {
    const reason = joined([byWordsAlone(fault), told], '. ');
    return { status: 'warn', ...latency, reason, ...(broken.test(fault) ? { todo: rebuild } : {}) };
  }
  if (index.next !== null) {
    return { status: 'ok', ...latency, reason: joined([told, movesTo(index.next, index.pending)], '; ') };
  }
  if (index.pending > 0 && now - (lastWriteAt ?? 0) > longPendingMs) {
    const todo = { what: stayOut, command: 'npm run job:memory-index', minutes: 5 };
    return { status: 'warn', ...latency, reason: joined([told, pendingWords(index.pending)], '; '), todo };
  }
  return { status: 'ok', ...latency, reason: told };
}

function byWordsAlone(fault: string): Words {
  const why = fault.replace(/\.$/, '');
  return { en: `Answers by words alone: ${why}`, nl: `Zoekt alleen op woorden: ${why}` };
}

function movesTo(model: string, pending: number): Words {
  const records = amountOf(pending, recordNoun);
  return {
    en: `moves to the model ${model}, ${records.en} to go`,
    nl: `gaat over op het model ${model}, nog ${records.nl} te gaan`,
  };
}

function pendingWords(pending: number): Words {
  const records = amountOf(pending, recordNoun);
  return {
    en: `${records.en} not in the index of vectors for more than 15 minutes`,
    nl: `${records.nl} al meer dan 15 minuten niet in de index van vectoren`,
  };
}

function tell({ counts, growth, lastWriteAt, lastRecall }: MemoryStats, now: number): Translated {
  const total = counts.reduce((sum, { records }) => sum + records, 0);
  if (total === 0) return { en: 'Empty: nothing is remembered yet', nl: 'Leeg: er is nog niets onthouden' };
  const parts: Words[] = [
    amountOf(total, recordNoun),
    { en: `${growth.week} new this week`, nl: `${growth.week} nieuw deze week` },
    ...(lastWriteAt === null ? [] : [lastWritten(now - lastWriteAt)]),
    ...(lastRecall === null ? [] : [lastRecalled(Math.round(lastRecall.tookMs))]),
  ];
  return joined(parts, ', ');
}

function lastWritten(ageMs: number): Words {
  const age = ageWords(ageMs);
  return { en: `last write ${age.en} ago`, nl: `${age.nl} geleden voor het laatst geschreven` };
}

function lastRecalled(tookMs: number): Words {
  return { en: `last recall in ${tookMs} ms`, nl: `laatst opgehaald in ${tookMs} ms` };
}
