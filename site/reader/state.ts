import { heldKey, lockIn, type HeldKey } from './device-key.ts';
import { changeMemory, type Memory } from './memory.ts';
import type { Screen } from './reader.ts';
import type { Store } from './store.ts';

/** All that changes while the page is open. */
export interface State {
  readonly store: Store;
  readonly served: boolean;
  readonly draw: () => void;
  key: HeldKey | null;
  /** Whether the key is there at the next visit. */
  keyLasts: boolean;
  memory: Memory;
  screen: Screen;
}

/** Goes to another screen. */
export function show(state: State, screen: Screen): void {
  state.screen = screen;
  state.draw();
  document.querySelector('h1')?.focus(); // Whoever does not see the page hears where they are.
  scrollTo(0, 0);
}

/** Remembers something more, besides what other tabs did; at least until the page is closed. */
export async function remember(state: State, change: (memory: Memory) => Memory): Promise<void> {
  state.memory = (await changeMemory(state.store, change)) ?? change(state.memory);
}

const keyName = 'key';

/** The key that an earlier visit left. */
export async function keptKey(store: Store): Promise<HeldKey | null> {
  return heldKey(await store.get(keyName));
}

/** Opens reports with this key from now on. */
export async function useKey(state: State, secret: Uint8Array, keep: boolean): Promise<void> {
  const locked = await lockIn(secret);
  state.key = heldKey(locked);
  state.keyLasts = keep && (await state.store.put(keyName, locked));
}

/** The pins and numbers stay: they are of the sender, not of the key. */
export async function forgetKey(state: State): Promise<void> {
  await state.store.remove(keyName);
  state.key = null;
  show(state, { kind: 'start' });
}
