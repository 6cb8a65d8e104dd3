import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '#holding/health/snapshot.ts';
import type { Parcel } from '#holding/report/outbox.ts';
import { createMandates, type Mandates } from '#holding/swarm/mandate-store.ts';
import { createBot, type Bot, type BotTalk } from '#holding/telegram/bot.ts';
import type { JobEnd, KeptUpdate, Perform } from '#holding/telegram/needs.ts';
import { omegaTalk } from '#holding/telegram/omega.ts';
import { pairingFor } from '#holding/telegram/pairing.ts';
import * as units from '#holding/units.ts';
import { systemClock } from '#lib/clock.ts';
import type { Language } from '#lib/language.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import type { FakeBot, FakeBotApi, Person } from '../support/fake-bot-api.ts';
import { checkView, snapshotOf } from '../support/snapshots.ts';
import { transportTo } from '../support/telegram.ts';

export const signal = new AbortController().signal;

/** A job that a bot asked for. */
export interface Asked {
  readonly job: string;
  readonly input: unknown;
  readonly id: string;
}

/** A bot and its owner, without the poll between them. */
export interface BotRig extends Disposable {
  readonly bot: Bot;
  readonly fake: FakeBot;
  readonly owner: Person;
  readonly paths: DataPaths;
  readonly mandates: Mandates;
  readonly asked: Asked[];
  readonly world: World;
  /** The owner says something, and the bot answers: its newest message. */
  readonly ask: (text: string, options?: { readonly at?: number; readonly by?: Person }) => Promise<string>;
  /** The owner presses a button, and the bot answers. */
  readonly press: (button: string) => Promise<string>;
  /** Hands the bot what waits for it. */
  readonly handleAll: () => Promise<void>;
}

/** What a test may change. */
export interface World {
  snapshot: Snapshot | null;
  parcels: readonly Parcel[];
  end: JobEnd;
  now: number;
  chat: string | null;
}

export interface RigOptions {
  readonly language?: Language;
  readonly talk?: (needs: Parameters<typeof omegaTalk>[0]) => BotTalk;
  readonly perform?: Perform;
}

export function openBotRig(api: FakeBotApi, { language = 'en', talk = omegaTalk, perform }: RigOptions = {}): BotRig {
  const folder = mkdtempSync(join(tmpdir(), 'omega-bot-'));
  const paths = dataPaths({ dataDir: folder });
  const fake = api.bot();
  const owner = fake.person();
  const transport = transportTo(api, fake);
  const now = Date.now();
  const snapshot = snapshotOf([checkView('Redis'), checkView('Worker')], { generatedAt: now });
  const world: World = { snapshot, parcels: [], end: { state: 'done', result: null }, now, chat: String(owner.id) };
  const asked: Asked[] = [];
  const mandates = createMandates({ paths, units: Object.values(units), clock: systemClock });
  const needs = {
    snapshot: async () => world.snapshot,
    timezone: 'UTC',
    language,
    parcels: () => world.parcels,
    units: ['marketing'],
    mandates,
    perform: async (job: string, input: unknown, options: { readonly id: string; readonly signal: AbortSignal }) => {
      asked.push({ job, input, id: options.id });
      return perform === undefined ? world.end : perform(job, input, options);
    },
  };
  const bot = createBot({
    ...talk(needs),
    transport,
    chat: () => world.chat,
    tryCode: pairingFor(paths, { bot: 'omega', botId: fake.id }),
    language,
    clock: { now: () => world.now },
    log: silentLog,
  });
  let offset = 0;
  const handleAll = async (): Promise<void> => {
    const updates = (await transport.call('getUpdates', { timeout: 0, offset }, { signal })) as { update_id: number }[];
    for (const update of updates) {
      const kept: KeptUpdate = { id: update.update_id, update };
      offset = update.update_id + 1;
      await bot.handle(kept, signal);
    }
  };
  const newest = (): string => owner.sees().at(-1)?.text ?? '';
  return {
    bot,
    fake,
    owner,
    paths,
    mandates,
    asked,
    world,
    handleAll,
    ask: async (text, { at = world.now, by = owner } = {}) => {
      by.says(text, { at });
      await handleAll();
      return newest();
    },
    press: async (button) => {
      const heard = owner.presses(button);
      await handleAll();
      await heard;
      return newest();
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
