import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findingsOf } from '#holding/report/trend/findings.ts';
import type { Report } from '#holding/report/trend/report.ts';
import { openSightings, type Item, type Sightings } from '#holding/report/trend/sightings.ts';
import { root } from '#lib/paths.ts';
import { temporaryFolder } from '../../support/health.ts';

const today = 20_000;
const unit = 'marketing';
const feed = 'https://a.example/feed';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'trends.sqlite');
});

afterEach(() => folder[Symbol.dispose]());

function itemOf(key: string, more: Partial<Item> = {}): Item {
  const usual = { channel: feed, source: 'a.example', kind: 'feed', title: 't', lead: 'l', url: feed } as const;
  return { ...usual, key, day: today, terms: 'rocket', sha256: key, callId: null, ...more };
}

function documentOf(source: string, more: Partial<Item> = {}): Item {
  return itemOf(source, { channel: 'documents', kind: 'document', source, url: source, ...more });
}

function daysOf(sightings: Sightings, until = today): number[] {
  return [...sightings.all(unit, until)].map(({ day }) => day);
}

function report(sightings: Sightings): Promise<Report> {
  const { signal } = new AbortController();
  return findingsOf({ unit, language: 'en', example: false, today, now: 0, topics: [], sightings, gaps: [], signal });
}

test('an item without terms names nothing', async () => {
  using sightings = openSightings(null, 0);
  sightings.add(unit, [documentOf('a.md', { terms: '' }), documentOf('b.md', { terms: '' })], today);
  expect([...sightings.all(unit, today)].map(({ terms }) => terms)).toEqual([[], []]);
  expect((await report(sightings)).mostNamed).toEqual([]);
});

describe('documents with the same text', () => {
  test('are one source, the first of them', () => {
    using sightings = openSightings(null, 0);
    const same = { sha256: 'same' };
    const copies = ['copy (2).md', 'copy.md', 'original.md'].map((name) =>
      documentOf(name, { ...same, day: name === 'original.md' ? today - 9 : today }),
    );
    sightings.add(unit, [...copies, documentOf('other.md')], today);
    expect([...sightings.all(unit, today)].map(({ source }) => source)).toEqual(['original.md', 'other.md']);
  });

  test('are each their own where they are items of feeds: those count by their domain', () => {
    using sightings = openSightings(null, 0);
    sightings.add(unit, [itemOf('1', { sha256: 's' }), itemOf('2', { sha256: 's', source: 'b.example' })], today);
    expect([...sightings.all(unit, today)].length).toBe(2);
  });
});

describe('a clock that was ahead once', () => {
  test('neither takes the record with it nor keeps what was seen then', () => {
    using sightings = openSightings(null, 0);
    sightings.add(unit, [itemOf('old', { day: today - 20 })], today - 20);
    sightings.prune(unit, today + 400, [feed]);
    sightings.add(unit, [itemOf('found', { day: today + 400 })], today + 400);
    sightings.prune(unit, today + 400, [feed]);
    sightings.prune(unit, today, [feed]);
    expect(daysOf(sightings)).toEqual([today - 20]);
    sightings.add(unit, [itemOf('found')], today);
    expect(new Set(daysOf(sightings))).toEqual(new Set([today - 20, today]));
  });

  test('and one that is right forgets what is older than 91 days, once there are days after it', () => {
    using sightings = openSightings(null, 0);
    sightings.add(unit, [itemOf('old')], today);
    sightings.cover(unit, [{ channel: feed, from: today - 1, until: today }]);
    sightings.add(unit, [itemOf('new', { day: today + 100 })], today + 100);
    sightings.prune(unit, today + 101, [feed]);
    expect(sightings.item(unit, { channel: feed, key: 'old' })).toBeNull();
    expect(sightings.item(unit, { channel: feed, key: 'new' })).not.toBeNull();
    expect(sightings.covered(unit).size).toBe(0);
  });
});

test('the copy of a feed goes when the mandate names it no more', () => {
  using sightings = openSightings(null, 0);
  const copy = { etag: null, lastModified: null, body: 'x' };
  for (const url of [feed, 'https://gone.example/feed']) sightings.keepFeed(unit, url, copy);
  sightings.keepFeed('other', 'https://gone.example/feed', copy);
  sightings.prune(unit, today, [feed]);
  expect(sightings.feed(unit, feed)).not.toBeNull();
  expect(sightings.feed(unit, 'https://gone.example/feed')).toBeNull();
  expect(sightings.feed('other', 'https://gone.example/feed')).not.toBeNull();
});

test('a claim has evidence of each of its sources, however much one of them says', async () => {
  using sightings = openSightings(null, 0);
  const domains = Array.from({ length: 10 }, (_, n) => `d${n}.example`);
  const of = (source: string, key: string, more: Partial<Item>): Item =>
    itemOf(key, { channel: `https://${source}/feed`, source, url: `https://${source}/${key}`, ...more });
  const before = domains.map((source) => of(source, 'before', { day: today - 9, terms: 'shop' }));
  const loud = Array.from({ length: 60 }, (_, n) => of('d0.example', `now-${n}`, {}));
  const others = domains.slice(1).map((source) => of(source, 'now', { day: today - 1 }));
  sightings.add(unit, [...before, ...loud, ...others], today);
  const covers = domains.map((source) => ({ channel: `https://${source}/feed`, from: today - 13, until: today }));
  sightings.cover(unit, covers);
  const [claim] = (await report(sightings)).claims;
  expect(claim?.text).toBe('“rocket” is named by 10 of 10 domains, in the week before by 0 of 10.');
  expect(new Set(claim?.evidence.map(({ url }) => new URL(url).host)).size).toBe(8);
  expect(claim?.quotes.map(({ source }) => source.split(':')[0])).toEqual(['d0.example', 'd1.example', 'd2.example']);
});

describe('a record that cannot be used is set aside, and said to be', () => {
  function makeRecord(): void {
    using sightings = openSightings(path, 0);
    const items = Array.from({ length: 300 }, (_, n) => documentOf(`${n}.md`, { lead: 'x'.repeat(2000) }));
    sightings.add(unit, items, today);
  }

  function overwriteFromPage(page: number): void {
    const file = openSync(path, 'r+');
    for (let at = 4096 * page; at < statSync(path).size; at += 4096)
      writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, at);
    closeSync(file);
  }

  function withoutTables(version: number): void {
    rmSync(path);
    using db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${version}`);
  }

  test.each([
    ['that is damaged in its middle', () => overwriteFromPage(3)],
    ['of which one page is damaged', () => overwriteFromPage(Math.floor(statSync(path).size / 4096) - 1)],
    ['that is no database', () => writeFileSync(path, 'x'.repeat(5000))],
    ['without its tables', () => withoutTables(2)],
    ['without the tables of before', () => withoutTables(1)],
  ])('%s', (_why, damage) => {
    makeRecord();
    damage();
    using sightings = openSightings(path, 0);
    const aside = expect.stringContaining('in trends.sqlite.broken-1970-01-01T000000.000Z');
    expect(sightings.fault).toEqual({ en: aside, nl: aside });
    sightings.add(unit, [documentOf('new.md')], today);
    expect(daysOf(sightings)).toEqual([today]);
    expect(readdirSync(folder.path).filter((name) => name.includes('.broken-')).length).toBe(1);
  });

  test('and one that is whole is used on', () => {
    makeRecord();
    using sightings = openSightings(path, 0);
    expect(sightings.fault).toBeNull();
    expect(daysOf(sightings).length).toBe(300);
  });

  test('and one of the first form is used on', () => {
    makeRecord();
    using db = new DatabaseSync(path);
    db.exec('DROP TABLE cover; DROP INDEX item_text; PRAGMA user_version = 1');
    db.close();
    using sightings = openSightings(path, 0);
    expect(sightings.fault).toBeNull();
    expect(daysOf(sightings).length).toBe(300);
  });
});

test('a disk that is full ends in an error that says what to do, and what was kept before is whole', () => {
  const script = `
    const { openSightings } = await import(${JSON.stringify(join(root, 'holding/report/trend/sightings.ts'))});
    using sightings = openSightings(process.argv[1], 0);
    const item = (n) => ({ channel: 'c', source: 's', kind: 'document', key: 'k' + n, day: 1, title: '', lead: '',
      terms: 'x'.repeat(50_000), url: '', sha256: 's' + n, callId: null });
    try { for (let n = 0; n < 100; n += 1) sightings.add('m', [item(n)], 1); }
    catch ({ code, message, hint }) { console.log(JSON.stringify({ code, message, hint })); }`;
  // A limit on the size of files is a disk that ends: 1,000 blocks of 512 or 1,024 bytes.
  const limited = `trap '' XFSZ; ulimit -f 1000; exec "$0" --input-type=module -e "$1" "$2"`;
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, script, path], { encoding: 'utf8' });
  expect(stdout, stderr).not.toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'E_DATABASE',
    message: expect.stringContaining(`cannot be written into ${path}: `),
    hint: expect.stringContaining('npm run doctor'),
  });
  using sightings = openSightings(path, 0);
  expect(sightings.fault).toBeNull();
});
