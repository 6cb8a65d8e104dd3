import type { Translated } from '#lib/language.ts';
import { amountOf, type Noun } from '../../health/views/wording.ts';
import { quoteOf } from '../../swarm/guard.ts';
import type { FoundFile } from './files.ts';

/** What came of looking at files. */
export interface Look {
  readonly files: FoundFile[];
  broken: number;
  refused: string | null;
}

const foldersLeft: Noun = {
  one: {
    en: 'folder was not looked into: it lies too deep, is one too many, or time was over.',
    nl: 'map is niet bekeken: die ligt te diep, het zijn er te veel, of de tijd was om.',
  },
  many: {
    en: 'folders were not looked into: they lie too deep, are too many, or time was over.',
    nl: 'mappen zijn niet bekeken: ze liggen te diep, het zijn er te veel, of de tijd was om.',
  },
};

/** So many folders that were not looked into. */
export function foldersGap(count: number): Translated {
  return amountOf(count, foldersLeft);
}

/** A folder that could not be listed. */
export function folderGap(path: string, why: string): Translated {
  return { en: `The folder ${path} could not be listed: ${why}`, nl: `De map ${path} was niet te bekijken: ${why}` };
}

/** Files of kinds that are not read: how many there are, by the ending of their names. */
export function kindsGap(others: ReadonlyMap<string, number>): Translated {
  const most = [...others].toSorted((one, other) => other[1] - one[1]);
  const more = most.slice(6).reduce((sum, [, count]) => sum + count, 0);
  const shown = (withoutEnding: string): string =>
    most
      .slice(0, 6)
      .map(([ending, count]) => `${count} ${ending || withoutEnding}`)
      .join(', ');
  return {
    en: `Of a kind that is not read: ${shown('without an ending')}${more > 0 ? ` and ${more} others` : ''}.`,
    nl: `Van een soort die niet wordt gelezen: ${shown('zonder extensie')}${more > 0 ? ` en ${more} andere` : ''}.`,
  };
}

const notSeen: Noun = {
  one: {
    en: 'document could not be looked at; it may have gone meanwhile.',
    nl: 'document kon niet worden bekeken; misschien is het intussen weg.',
  },
  many: {
    en: 'documents could not be looked at; they may have gone meanwhile.',
    nl: 'documenten konden niet worden bekeken; misschien zijn ze intussen weg.',
  },
};

/** Which files were not looked at; the mandate allowed so many looks. */
export function lookGaps(
  { broken, refused }: Look,
  { of, done, allowed }: { readonly of: number; readonly done: number; readonly allowed: number },
): Translated[] {
  const gone = broken > 0 ? [amountOf(broken, notSeen)] : [];
  if (refused !== null) {
    const why = quoteOf(refused);
    return [
      { en: `Documents could not be looked at: ${why}`, nl: `Documenten konden niet worden bekeken: ${why}` },
      ...gone,
    ];
  }
  if (of === done) return gone;
  const why = whyNot(done < Math.min(of, allowed), allowed);
  return [
    {
      en: `${of - done} of ${of} documents were not looked at: ${why.en}.`,
      nl: `${of - done} van de ${of} documenten zijn niet bekeken: ${why.nl}.`,
    },
    ...gone,
  ];
}

function whyNot(isLate: boolean, allowed: number): Translated {
  if (isLate) return { en: 'time was over', nl: 'de tijd was om' };
  return {
    en: `the mandate leaves ${allowed} calls of filesystem.get_file_info`,
    nl: `het mandaat laat ${allowed} aanroepen van filesystem.get_file_info over`,
  };
}
