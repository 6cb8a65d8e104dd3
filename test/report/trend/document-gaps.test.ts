import { expect, test } from 'vitest';
import { copyGaps, unreadGaps } from '#holding/report/trend/document-gaps.ts';
import type { FoundFile } from '#holding/report/trend/files.ts';
import type { Item } from '#holding/report/trend/sightings.ts';

const nothing = { old: [], large: [], left: 0, isFull: true, read: { items: [], broken: [], refused: null } };

function place(left: number): Parameters<typeof unreadGaps>[1] {
  return { home: '/units/marketing', caller: { call: async () => Promise.reject(new Error()), left: () => left } };
}

function files(count: number): FoundFile[] {
  return Array.from({ length: count }, (_, n) => ({
    path: `/units/marketing/documents/${n}.md`,
    bytes: 1,
    modifiedAt: 0,
  }));
}

test('nothing that was left unread is no gap', () => {
  expect(unreadGaps(nothing, place(1))).toEqual([]);
});

test('what was not read is named in both languages, five of it and how many more', () => {
  const read = { items: [], broken: files(1), refused: null };
  expect(unreadGaps({ ...nothing, old: files(7), large: files(1), read }, place(1))).toEqual([
    {
      en: 'Older than 91 days and not read: documents/0.md, documents/1.md, documents/2.md, documents/3.md, documents/4.md and 2 more.',
      nl: 'Ouder dan 91 dagen en niet gelezen: documents/0.md, documents/1.md, documents/2.md, documents/3.md, documents/4.md en nog 2.',
    },
    {
      en: 'Larger than 256 KiB and not read: documents/0.md.',
      nl: 'Groter dan 256 KiB en niet gelezen: documents/0.md.',
    },
    {
      en: 'Not text, or not readable: documents/0.md.',
      nl: 'Geen tekst, of niet te lezen: documents/0.md.',
    },
  ]);
});

test.each([
  {
    left: 1,
    isFull: true,
    calls: 0,
    nl: '1 document is weggelaten, het oudste: het mandaat staat geen aanroepen van filesystem.read_text_file meer toe.',
    en: '1 document was left out, the oldest: the mandate allows no more calls of filesystem.read_text_file.',
  },
  {
    left: 2,
    isFull: true,
    calls: 9,
    nl: '2 documenten zijn weggelaten, de oudste: een rapport leest er hoogstens 1000.',
    en: '2 documents were left out, the oldest: a report reads 1000 at most.',
  },
  {
    left: 2,
    isFull: false,
    calls: 9,
    nl: '2 documenten zijn weggelaten, de oudste: de tijd om te lezen was om.',
    en: '2 documents were left out, the oldest: the time for reading was over.',
  },
])('why $left of them were left out is told: $en', ({ left, isFull, calls, en, nl }) => {
  expect(unreadGaps({ ...nothing, left, isFull }, place(calls))).toEqual([{ en, nl }]);
});

test('a refusal is told once, in the words of whoever refused', () => {
  const read = { items: [], broken: [], refused: 'The server is gone' };
  expect(unreadGaps({ ...nothing, left: 9, isFull: false, read }, place(1))).toEqual([
    {
      en: 'Documents could not be read: The server is gone',
      nl: 'Documenten konden niet worden gelezen: The server is gone',
    },
  ]);
});

test('copies are named, without the first of them', () => {
  const item = (source: string): Item => ({ source, sha256: 'same', day: 1 }) as Item;
  expect(copyGaps([item('b.md'), item('a.md')])).toEqual([
    {
      en: 'The same text as another document, so not counted: b.md.',
      nl: 'Dezelfde tekst als een ander document, dus niet geteld: b.md.',
    },
  ]);
});
