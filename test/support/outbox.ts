import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceKey, makeKeyPair, open as openEnvelope, senderOf, type Opened } from '#holding/report/envelope.ts';
import { letterKinds, type Letter } from '#holding/report/letter.ts';
import type { Courier, Load, Outbox, Outcome } from '#holding/report/outbox.ts';
import { createOutbox } from '#holding/report/outbox/create-outbox.ts';
import type { OutboxOptions } from '#holding/report/outbox/outbox-options.ts';
import { reportStream } from '#holding/report/outbox/ledger.ts';
import { openChain } from '#lib/chain.ts';
import { silentLog } from '#lib/log.ts';
import { dataPaths, type DataPaths } from '#lib/paths.ts';
import { fakeClock, type FakeClock } from './clock.ts';

/** What stands in for the owner, a bot and the sources of reports, over a real outbox in a folder of its own. */
export interface PostRoom extends Disposable {
  readonly outbox: Outbox & Disposable;
  readonly clock: FakeClock;
  readonly paths: DataPaths;
  /** Refs that are due; a test pushes them. */
  readonly due: string[];
  /** What the bot is handed. */
  readonly loads: Load[];
  /** What the bot answers next; it takes everything once these are used up. */
  readonly outcomes: Outcome[];
  readonly bot: { isReady: boolean };
  /** Opens the outbox anew, as another process does; closes nothing. */
  readonly reopen: (change?: Partial<OutboxOptions>) => Outbox & Disposable;
  /** All records of the ledger, the oldest first. */
  readonly records: () => readonly { readonly type: string; readonly seq?: number }[];
  /** Opens what was brought or exported, as the owner's reader does. */
  readonly open: (bytes: Uint8Array) => Promise<Opened>;
}

/** 2026-03-03 at noon, in UTC. */
export const noon = Date.UTC(2026, 2, 3, 12);
export const { signal } = new AbortController();

/** A letter of that ref, with some text in it that stands nowhere else. */
export function letterOf(ref: string, text = 'canary text'): Letter {
  const kind = letterKinds.find((one) => ref.startsWith(`${one}/`)) ?? 'digest';
  const html = `<!doctype html><title>${ref}</title><p>${text}`;
  return {
    ref,
    kind,
    title: `The title of ${ref}`,
    language: 'en',
    html,
    tally: 'All well, 0 incidents',
    madeAt: noon,
  };
}

/** Opens a room with a bot that takes everything, and a key. */
export function openPostRoom(change: Partial<OutboxOptions> = {}): PostRoom {
  const folder = mkdtempSync(join(tmpdir(), 'omega-outbox-'));
  const paths = dataPaths({ dataDir: folder });
  const clock = fakeClock(noon);
  const owner = makeKeyPair();
  const [due, loads, outcomes, bot]: [string[], Load[], Outcome[], { isReady: boolean }] = [
    [],
    [],
    [],
    { isReady: true },
  ];
  const courier: Courier = {
    name: 'telegram',
    where: 'Telegram',
    isReady: () => bot.isReady,
    carry: async (load) => {
      loads.push(load);
      return outcomes.shift() ?? { kind: 'accepted', reference: `message ${loads.length}` };
    },
  };
  const open: Disposable[] = [];
  const reopen = (more: Partial<OutboxOptions> = {}): Outbox & Disposable => {
    const outbox = createOutbox({
      paths,
      desk: { due: async () => due, write: async (ref) => letterOf(ref) },
      couriers: [courier],
      keys: { recipients: [owner.publicKey], fault: null },
      plaintext: [],
      language: 'en',
      clock,
      log: silentLog,
      random: () => 0.5,
      ...change,
      ...more,
    });
    open.push(outbox);
    return outbox;
  };
  return {
    outbox: reopen(),
    clock,
    paths,
    due,
    loads,
    outcomes,
    bot,
    reopen,
    records: () => {
      using chain = openChain(paths.ledgerDb);
      return Array.from(chain.after(reportStream, 0), ({ record }) => record as { type: string; seq?: number });
    },
    open: (bytes) => openAsOwner(bytes, owner.secretKey),
    [Symbol.dispose]: () => {
      for (const one of open) one[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Trusts whoever signed it. */
export async function openAsOwner(bytes: Uint8Array, secretKey: Uint8Array): Promise<Opened> {
  const keys = [deviceKey(secretKey)];
  return openEnvelope(bytes, { keys, senders: [await senderOf(bytes, keys)] });
}
