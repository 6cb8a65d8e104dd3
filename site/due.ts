import type { SiteFile } from './files.ts';

/** What is known of a file since it was last tried, in this process. */
export interface Tried {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As it was drawn; null: it could not be. */
  readonly changesWith: string | null;
}

/** Changed ones first, for somebody waits for these; then those never drawn, then the oldest; failed ones last. */
const turns = ['changed', 'new', 'old', 'failed'] as const;

export interface DueOptions {
  readonly tried: ReadonlyMap<string, Tried>;
  readonly now: number;
  /** So often a file is drawn even where nothing of it has changed: it shows times and figures that go on. */
  readonly everyMs: number;
}

/** The files that are to be drawn now, in the order in which they are. */
export function dueFiles(files: readonly SiteFile[], options: DueOptions): readonly SiteFile[] {
  return files
    .flatMap((file) => {
      const last = options.tried.get(file.path);
      const why = whyDue(file, last, options);
      return why === null ? [] : [{ file, turn: turns.indexOf(why), at: last?.at ?? 0 }];
    })
    .toSorted((one, other) => one.turn - other.turn || one.at - other.at)
    .map(({ file }) => file);
}

function whyDue(file: SiteFile, last: Tried | undefined, { now, everyMs }: DueOptions): (typeof turns)[number] | null {
  if (last === undefined) return 'new';
  if (last.changesWith === null) return 'failed';
  if (last.changesWith !== file.changesWith) return 'changed';
  // A clock that was set back makes all of them look newer than now.
  return now - last.at >= everyMs || now < last.at ? 'old' : null;
}
