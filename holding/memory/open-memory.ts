import type { Memory } from './memory.ts';

/** Opens the memory when it is first asked for, and hands out the same one from then on. */
export type OpenMemory = () => Promise<Memory>;

/** A process that never asks holds none of it; an opening that failed is tried again by the next who asks. */
export function openOnce<Thing extends AsyncDisposable>(
  open: () => Promise<Thing>,
): { readonly open: () => Promise<Thing> } & AsyncDisposable {
  let opened: Promise<Thing> | undefined;
  return {
    open: () => {
      opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return opened;
    },
    [Symbol.asyncDispose]: async () => {
      const thing = await opened?.catch(() => undefined); // Whoever asked was told.
      await thing?.[Symbol.asyncDispose]();
    },
  };
}
