import Table from 'cli-table3';
import { Temporal } from 'temporal-polyfill';
import { paint } from './command.ts';
import { readSettings } from './settings.ts';

/** A table without lines: columns are enough. */
const noLines = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((part) => [part, '']),
);

/** Prints rows under dim titles, on standard output. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({
    head: head.map((title) => paint('dim', title)),
    style: { head: [], border: [] },
    chars: { ...noLines, middle: ' ' },
  });
  table.push(...rows.map((row) => [...row]));
  process.stdout.write(`${table.toString()}\n\n`);
}

/** A time in the owner's zone, to the second; `–` for never. */
export function when(time: number | null): string {
  if (time === null) return '–';
  const zoned = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(readSettings().env.timezone);
  return zoned.toPlainDateTime().round('second').toString().replace('T', ' ');
}
