/**
 * What can go wrong with a call. Nothing takes effect of `409`, `429`, `502`, `hang` (taken up and never answered),
 * `reset` (before it was read), `redirect`, `endless`. It takes effect, and its answer is lost, with `accept-reset`,
 * `html` (a 200 that is somebody else's page) and `cut-off` (in its midst).
 */
export const faultKinds = [
  '409',
  '429',
  '502',
  'hang',
  'reset',
  'redirect',
  'endless',
  'accept-reset',
  'html',
  'cut-off',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface ChanceOptions {
  /** The same ones in the same order of calls. */
  readonly seed: number;
  /** Of each call, from 0 to 1. */
  readonly chance: number;
  readonly kinds: readonly FaultKind[];
}

/** What goes wrong from now on. */
export interface Faults {
  /** The next so many calls of a method, or of any. */
  readonly next: (kind: FaultKind, options?: { readonly method?: string; readonly times?: number }) => void;
  /** Every call of a method, or of any, until `none`. */
  readonly always: (kind: FaultKind, method?: string) => void;
  readonly byChance: (options: ChanceOptions) => void;
  readonly none: () => void;
}

interface Planned {
  readonly kind: FaultKind;
  readonly method: string | undefined;
  times: number;
}

/** `take` says what goes wrong with a call, once for each. */
export function planFaults(): Faults & { readonly take: (method: string) => FaultKind | null } {
  let planned: Planned[] = [];
  let draw: () => FaultKind | null = () => null;
  return {
    next: (kind, { method, times = 1 } = {}) => void planned.push({ kind, method, times }),
    always: (kind, method) => void planned.push({ kind, method, times: Infinity }),
    byChance: (options) => (draw = drawing(options)),
    none: () => {
      planned = [];
      draw = () => null;
    },
    take: (method) => {
      const one = planned.find((plan) => plan.method === undefined || plan.method === method);
      if (one === undefined) return draw();
      one.times -= 1;
      if (one.times <= 0) planned = planned.filter((plan) => plan !== one);
      return one.kind;
    },
  };
}

function drawing({ seed, chance, kinds }: ChanceOptions): () => FaultKind | null {
  const random = randomFrom(seed);
  return () => (random() < chance ? (kinds[Math.floor(random() * kinds.length)] ?? null) : null);
}

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
