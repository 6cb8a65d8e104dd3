const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A length of time for a person, in its two largest units: `3 d 4 h`, `12 s`. */
export function inWords(ms: number): string {
  const first = units.findIndex(([, length]) => ms >= length);
  if (first === -1) return '0 s';
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? '' : `${count} ${unit}`;
  });
  return parts.join(' ').trim();
}

/** Reads a length of time as a person types it, `90s`, `5m`, `1h` or `2d`, in milliseconds; null: it is none. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = /^(\d+)\s*([smhd])$/.exec(text.trim()) ?? [];
  const length = units.find(([name]) => name === unit)?.[1];
  return count === undefined || length === undefined ? null : Number(count) * length;
}
