import { z } from 'zod';
import type { Letter } from '#holding/report/letter.ts';
import type { Courier, Outbox } from '#holding/report/outbox.ts';
import { createOutbox } from '#holding/report/outbox/create-outbox.ts';
import { createReportCourier } from '#holding/telegram/report-courier.ts';
import { createTelegrafTransport } from '#holding/telegram/telegraf-transport.ts';
import { systemClock, type Clock } from '#lib/clock.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths } from '#lib/paths.ts';

/** What a sender is told when it is started. */
export const SenderTask = z.object({
  folder: z.string(),
  reports: z.int(),
  apiRoot: z.string(),
  token: z.string(),
  chat: z.string(),
  /** Hex. */
  publicKey: z.string(),
  /** When the storm began; from then on its time goes so many times as fast. */
  begunAt: z.number(),
  speed: z.number(),
});
export type SenderTask = z.infer<typeof SenderTask>;

/** What a sender says over IPC: it takes a next step now, or all is done. */
export type Said = 'step' | 'done';

/** Stands in every letter, and may be found nowhere but in an opened envelope. */
export const canary = 'a canary that only the owner may read';

/** Sealed at once: what is killed in the midst of it has some of each. */
const atOnce = 5;
/** A fake that never answers is given up on after so long. */
const patienceMs = 250;

export function refOf(number: number): string {
  return `incident/${number}`;
}

/** The clock of a storm, the same in all its processes. */
export function stormClock({ begunAt, speed }: Pick<SenderTask, 'begunAt' | 'speed'>): Clock {
  const fast = (): number => begunAt + (Date.now() - begunAt) * speed;
  return { now: fast, monotonic: fast, sleep: (ms, signal) => systemClock.sleep(ms / speed, signal) };
}

/** The outbox of a storm, with whatever brings its reports. */
export function openStormOutbox(
  task: SenderTask,
  couriers: readonly Courier[],
  onStep = (): void => {},
): Outbox & Disposable {
  const known = (): number => outbox.parcels().length;
  const outbox = createOutbox({
    paths: dataPaths({ dataDir: task.folder }),
    desk: {
      due: async () => Array.from({ length: Math.min(task.reports, known() + atOnce) }, (_, i) => refOf(i + 1)),
      write: async (ref) => {
        onStep();
        return letterOf(ref);
      },
    },
    couriers,
    keys: { recipients: [new Uint8Array(Buffer.from(task.publicKey, 'hex'))], fault: null },
    plaintext: [],
    language: 'en',
    clock: stormClock(task),
    log: silentLog,
  });
  return outbox;
}

function letterOf(ref: string): Letter {
  const html = `<!doctype html><title>${ref}</title><p>${canary} ${'x'.repeat(Math.random() * 20_000)}`;
  return { ref, kind: 'incident', title: ref, language: 'en', html, tally: '1 incident', madeAt: 0 };
}

if (import.meta.main) await send(SenderTask.parse(JSON.parse(process.argv[2] ?? '')));

/** Seals and sends until all is done, or it is killed. */
async function send(task: SenderTask): Promise<void> {
  const { signal } = new AbortController();
  const pace = { turn: async () => {}, hold: async () => {} };
  const network = { proxy: undefined, extraCaFile: undefined };
  const transport = createTelegrafTransport({ ...task, network, pace, patienceMs });
  const bot = createReportCourier({ transport, chat: () => task.chat });
  const courier: Courier = { ...bot, carry: (load, within) => (say('step'), bot.carry(load, within)) };
  const clock = stormClock(task);
  using outbox = openStormOutbox(task, [courier], () => say('step'));
  for (;;) {
    await outbox.sealDue(signal);
    const { waiting, nextTryAt } = await outbox.deliver(signal);
    if (waiting === 0 && outbox.parcels().length >= task.reports) break;
    if (nextTryAt !== null) await clock.sleep(Math.max(0, nextTryAt - clock.now()), signal);
  }
  say('done');
  process.disconnect?.();
}

function say(said: Said): void {
  process.send?.(said);
}
