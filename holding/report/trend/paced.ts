import { setImmediate } from 'node:timers/promises';

/** So long others wait at most while items are worked on, in milliseconds. */
const pieceMs = 20;

/** The items in their order; now and then the process answers others in between. Ends with the signal's reason. */
export async function* paced<Item>(items: Iterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  let since = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - since < pieceMs) continue;
    await setImmediate();
    signal.throwIfAborted();
    since = performance.now();
  }
}
