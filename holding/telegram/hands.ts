import { z } from 'zod';
import { handle, patiently, type HandleOptions } from './handle.ts';
import type { KeptUpdate } from './needs.ts';

export interface HandsOptions extends HandleOptions {
  /** How many are in hand at once. */
  readonly most?: number;
}

/** Takes what waits in the inbox, and handles it: one by one in a chat, and no chat waits for another. */
export interface Hands {
  /** Something came in. */
  readonly more: () => void;
  readonly settled: () => Promise<void>;
}

const InChat = z.object({ chat: z.object({ id: z.int() }) });
const Somewhere = z.object({
  message: InChat.optional(),
  callback_query: z.object({ from: z.object({ id: z.int() }), message: InChat.optional() }).optional(),
});

/** Begins at once with what was left behind. */
export function openHands(options: HandsOptions): Hands {
  const lanes = openLanes(options);
  let filling = Promise.resolve();
  let isAsked = false;
  const fill = async (): Promise<void> => {
    isAsked = false;
    while (await takeNext(lanes, options));
  };
  // Of several who ask while it fills, one more round is for all.
  const more = (): void => {
    if (isAsked) return;
    isAsked = true;
    filling = filling.then(fill);
  };
  lanes.onFree = more;
  more();
  return {
    more,
    settled: async () => {
      await filling;
      await Promise.all(lanes.all.values());
    },
  };
}

interface Lanes {
  readonly inHand: Set<number>;
  /** By chat: the end of what it has in hand. */
  readonly all: Map<string, Promise<void>>;
  readonly add: (update: KeptUpdate) => void;
  onFree: () => void;
}

function openLanes(options: HandsOptions): Lanes {
  const handleAfter = async (before: Promise<void> | undefined, update: KeptUpdate): Promise<void> => {
    await before;
    await handle(update, options);
    lanes.inHand.delete(update.id);
  };
  const lanes: Lanes = {
    inHand: new Set(),
    all: new Map(),
    onFree: () => {},
    add(update) {
      const chat = chatOf(update);
      lanes.inHand.add(update.id);
      const lane = handleAfter(lanes.all.get(chat), update).finally(() => {
        if (lanes.all.get(chat) === lane) lanes.all.delete(chat);
        lanes.onFree();
      });
      lanes.all.set(chat, lane);
    },
  };
  return lanes;
}

function chatOf({ update }: KeptUpdate): string {
  const { data } = Somewhere.safeParse(update);
  return String((data?.message ?? data?.callback_query?.message)?.chat.id ?? data?.callback_query?.from.id ?? 'none');
}

/** Resolves to whether there was one that could be taken. */
async function takeNext({ inHand, add }: Lanes, options: HandsOptions): Promise<boolean> {
  const { inbox, signal, most = 64 } = options;
  if (inHand.size >= most || signal.aborted) return false;
  const update = await patiently(() => inbox.next(inHand), options);
  if (update === null) return false;
  add(update);
  return true;
}
