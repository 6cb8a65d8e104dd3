import type { Language, Say } from '#lib/language.ts';
import type { Child } from './element.ts';
import type { Memory } from './memory.ts';
import type { Outcome } from './open-file.ts';
import type { Store } from './store.ts';

/** What the page shows now. */
export type Screen =
  | { readonly kind: 'start' }
  /** A key was just made: the only time that its text is there to be saved. */
  | { readonly kind: 'made'; readonly secret: string }
  | { readonly kind: 'opening' }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly Outcome[]; readonly shown: Outcome };

/** What a screen is drawn from, and what can be done on it. */
export interface Reader {
  readonly say: Say;
  readonly language: Language;
  /** In the owner's language and this device's time zone. */
  readonly date: (at: number | string) => string;
  readonly store: Store;
  /** Served by Omega, so that a report can be fetched by its number; else a file from a disk. */
  readonly served: boolean;
  /** Whether the key is there at the next visit. */
  readonly keyLasts: boolean;
  readonly memory: Memory;
  readonly show: (screen: Screen) => void;
  readonly speak: (language: Language) => Promise<void>;
  readonly openFiles: (files: readonly File[]) => Promise<void>;
  readonly makeKey: (keep: boolean) => Promise<void>;
  /** Resolves to what is wrong with it; empty: it is in use. */
  readonly takeKey: (text: string, keep: boolean) => Promise<string>;
  readonly forgetKey: () => Promise<void>;
  readonly trust: (sender: Uint8Array) => Promise<void>;
  readonly distrust: (key: string) => Promise<void>;
}

/** A title, a sentence below it, and the rest. */
export interface Drawn {
  readonly title: string;
  readonly text: string;
  readonly rest: Child;
}
