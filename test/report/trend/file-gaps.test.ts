import { expect, test } from 'vitest';
import { folderGap, foldersGap, kindsGap, lookGaps, type Look } from '#holding/report/trend/file-gaps.ts';

function look(change: Partial<Look> = {}): Look {
  return { files: [], broken: 0, refused: null, ...change };
}

test('folders that were not looked into are told, one or many', () => {
  expect(foldersGap(1).nl).toBe('1 map is niet bekeken: die ligt te diep, het zijn er te veel, of de tijd was om.');
  expect(foldersGap(3)).toEqual({
    en: '3 folders were not looked into: they lie too deep, are too many, or time was over.',
    nl: '3 mappen zijn niet bekeken: ze liggen te diep, het zijn er te veel, of de tijd was om.',
  });
  expect(folderGap('documents/x', 'no right')).toEqual({
    en: 'The folder documents/x could not be listed: no right',
    nl: 'De map documents/x was niet te bekijken: no right',
  });
});

test('kinds that are not read are counted, the most frequent first, and one may have no ending', () => {
  const endings = ['.a', '.b', '.c', '.d', '.e', '.f'].map((ending) => [ending, 1] as const);
  expect(kindsGap(new Map([['', 9], ...endings]))).toEqual({
    en: 'Of a kind that is not read: 9 without an ending, 1 .a, 1 .b, 1 .c, 1 .d, 1 .e and 1 others.',
    nl: 'Van een soort die niet wordt gelezen: 9 zonder extensie, 1 .a, 1 .b, 1 .c, 1 .d, 1 .e en 1 andere.',
  });
});

test('files that all were looked at are no gap', () => {
  expect(lookGaps(look(), { of: 3, done: 3, allowed: 9 })).toEqual([]);
});

test.each([
  [{ of: 9, done: 3, allowed: 5 }, '6 van de 9 documenten zijn niet bekeken: de tijd was om.', 'time was over'],
  [
    { of: 9, done: 5, allowed: 5 },
    '4 van de 9 documenten zijn niet bekeken: het mandaat laat 5 aanroepen van filesystem.get_file_info over.',
    'the mandate leaves 5 calls',
  ],
])('those that were not looked at are told with why: %o', (counts, nl, en) => {
  expect(lookGaps(look(), counts)).toEqual([{ en: expect.stringContaining(en), nl }]);
});

test('a refusal and files that have gone are told', () => {
  expect(lookGaps(look({ broken: 1, refused: 'no right' }), { of: 9, done: 2, allowed: 9 })).toEqual([
    {
      en: 'Documents could not be looked at: no right',
      nl: 'Documenten konden niet worden bekeken: no right',
    },
    {
      en: '1 document could not be looked at; it may have gone meanwhile.',
      nl: '1 document kon niet worden bekeken; misschien is het intussen weg.',
    },
  ]);
});
