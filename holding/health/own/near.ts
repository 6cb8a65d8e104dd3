/** The one of some names that was probably meant; undefined where none is near. */
export function nearestOf(name: string, names: readonly string[]): string | undefined {
  const wanted = name.slice(0, 60).toLowerCase();
  const ranked = names
    .map((each) => ({ each, away: distance(wanted, each.toLowerCase()) }))
    .toSorted((one, other) => one.away - other.away);
  const [best] = ranked;
  return best !== undefined && best.away <= Math.min(3, Math.ceil(wanted.length / 2)) ? best.each : undefined;
}

/** How many letters must be put in, left out or changed to make one of the other: Levenshtein's. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [column, against] of Array.from(other).entries()) {
      const swapped = (row[column] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(swapped, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
