import { linkSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayIn, dayText } from '#holding/report/trend/days.ts';
import { openSightings } from '#holding/report/trend/sightings.ts';
import { readReport, type StoredReport } from '#holding/report/trend/store.ts';
import { systemClock } from '#lib/clock.ts';
import { approveAsItIs } from '../../support/mandates.ts';
import { serveFeed } from './feed-server.ts';
import { openField, type TrendField } from './field.ts';

let field: TrendField;

beforeEach(async () => {
  field = await openField();
});

afterEach(() => field[Symbol.asyncDispose]());

async function report(of = field): Promise<StoredReport> {
  const { result } = await of.report();
  return readReport(of.paths.units, 'marketing', result.report);
}

/** Twenty of the week before and ten of now, that speak of nothing new. */
function usualDocuments(): void {
  for (let n = 0; n < 20; n += 1) field.document(`old-${n}.md`, `Verslag ${n} over fietsen en bloemen.`, 9);
  for (let n = 0; n < 10; n += 1) field.document(`new-${n}.md`, `Verslag ${n} van nu over fietsen.`);
}

describe('one text', () => {
  test('under many names is one source, whether by links or as copies', async () => {
    usualDocuments();
    const text = 'De stembusvlag komt eraan.';
    for (const name of ['offerte.md', 'offerte (2).md', 'offerte (3).md', 'map/offerte.md']) field.document(name, text);
    const [own, other] = ['offerte.md', 'link'].map((name) => join(field.home, 'documents', name));
    for (let n = 0; n < 4; n += 1) symlinkSync(own!, `${other}-${n}.md`);
    linkSync(own!, `${other}-hard.md`);
    const { report: found } = await report();
    expect(found.claims).toEqual([]);
    expect(found.sources.documents).toBe(11);
    expect(found.mostNamed.map(({ term }) => term)).not.toContain('stembusvlag');
    expect(found.gaps).toContain(
      'The same text as another document, so not counted: documents/link-1.md, documents/link-2.md, documents/link-3.md, documents/link-hard.md, documents/map/offerte.md and 3 more.',
    );
  });

  test('that was moved to another name still speaks once', async () => {
    const today = dayIn('Europe/Amsterdam')(Date.now());
    field.document('draft.md', 'De stembusvlag komt eraan.');
    await field.report();
    const documents = join(field.home, 'documents');
    mkdirSync(join(documents, 'done'));
    renameSync(join(documents, 'draft.md'), join(documents, 'done', 'final.md'));
    expect((await report()).report.sources.documents).toBe(1);
    using sightings = openSightings(field.paths.trendsDb, 0);
    expect([...sightings.all('marketing', today)].length).toBe(1);
  });
});

test('a file with a time in the future speaks on the day on which it was seen first, and not again each day', async () => {
  let days = 0;
  const clock = { ...systemClock, now: () => Date.now() + days * 86_400_000 };
  await using later = await openField({ clock });
  const dayAt = dayIn('Europe/Amsterdam');
  const first = dayAt(clock.now());
  later.document('future.md', 'Van over een jaar.', -365);
  await later.report();
  days = 3;
  await later.report();
  using sightings = openSightings(later.paths.trendsDb, 0);
  expect([...sightings.all('marketing', first + 3)].map(({ day }) => dayText(day))).toEqual([dayText(first)]);
});

test('a document’s name is quoted like any other text from outside', async () => {
  for (let n = 0; n < 20; n += 1) field.document(`old-${n}.md`, `Verslag ${n} over fietsen.`, 9);
  const names = ['www.evil.example.md', '\u001B[31mred.md', 'a\u202Eb\u3164c.md', 'me@evil.example.md'];
  for (const [n, name] of names.entries()) field.document(name, `De stembusvlag komt eraan, zegt nummer ${n}.`);
  for (let n = 0; n < 8; n += 1) field.document(`new-${n}.md`, `De stembusvlag nummer ${n}.`);
  field.document('www.evil.example/x@evil.example.md', Buffer.from([0, 1, 2, 3]));
  const { report: found, markdown } = await report();
  const said = [...found.claims.flatMap(({ quotes }) => quotes.map(({ source }) => source)), ...found.gaps];
  expect(found.claims.length).toBeGreaterThan(0);
  for (const text of said) expect(text).not.toMatch(/evil|[\p{Cc}\p{Cf}\u3164]/u);
  expect(markdown).not.toMatch(/\p{Cf}|\u3164/u);
  expect(markdown).not.toContain('\u001B');
});

describe('a feed', () => {
  test.each([
    ['whose list goes back three weeks is compared at once', 21, 2],
    ['whose list goes back four days is too new', 4, 0],
  ])('%s', async (_what, days, weeksBefore) => {
    await using server = await serveFeed();
    server.items = Array.from({ length: days }, (_, n) => {
      return { title: `Item ${n}`, body: 'About bicycles.', date: new Date(Date.now() - n * 86_400_000) };
    });
    await field.mandate((text) => text.replace('feeds: []', `feeds: ["${server.url}"]`));
    usualDocuments();
    const { report: found } = await report();
    expect(found.sources).toMatchObject({ documents: 10, domains: 1 });
    expect(found.period.weeksBefore).toBe(Math.max(1, weeksBefore));
    expect(found.gaps.some((gap) => gap.includes('too new to compare'))).toBe(weeksBefore === 0);
  });
});

describe('slow feeds', () => {
  test('do not take the time that is kept for writing: those that were not read are a gap', async () => {
    await using server = await serveFeed();
    server.answer = () => {}; // Never.
    const feeds = Array.from({ length: 12 }, (_, n) => `"${server.url}/${n}"`).join(', ');
    await field.mandate((text) =>
      text.replace('feeds: []', `feeds: [${feeds}]`).replace('wallMs: 240000', 'wallMs: 10000'),
    );
    await approveAsItIs(field.mandates);
    field.document('a.md', 'Een verhaal over raketten.');
    const { report: found } = await report();
    expect(found.sources.documents).toBe(1);
    expect(found.gaps.join('\n')).toMatch(/it did not answer in time[^]*the time of this run was over/);
  });
});

describe('ends in an error that says what to do', () => {
  test('where the report cannot be written', async () => {
    usualDocuments();
    const today = dayText(dayIn('Europe/Amsterdam')(Date.now()));
    mkdirSync(join(field.home, 'reports', `trend-${today}.md`), { recursive: true });
    await expect(field.report()).rejects.toMatchObject({
      code: 'E_REPORT_WRITE',
      message: expect.stringMatching(/^The report cannot be written to .*\.md: /),
      hint: expect.stringContaining('npm run doctor'),
    });
    expect(readdirSync(join(field.home, 'reports'))).toEqual([`trend-${today}.md`]);
  });
});

test('others get their turn while documents of one mould are compared', async () => {
  for (let n = 0; n < 60; n += 1) {
    const text = Array.from(
      { length: 500 },
      (_, at) => `${word(Math.floor(n / 3) * 500 + at)}${at % 12 === 11 ? '.' : ''}`,
    );
    field.document(`mould-${n}.md`, `${text.join(' ')} ${n}`);
  }
  for (let n = 0; n < 20; n += 1) field.document(`old-${n}.md`, `Oude woorden over tulpen ${n}.`, 9);
  let [worst, last] = [0, performance.now()];
  const watch = setInterval(() => {
    worst = Math.max(worst, performance.now() - last);
    last = performance.now();
  }, 10);
  const start = performance.now();
  await field.report();
  clearInterval(watch);
  expect(performance.now() - start).toBeLessThan(20_000); // Measured: 1.3 s, and at once 0.2 s.
  expect(worst).toBeLessThan(2000);
});

function word(number: number): string {
  return `x${String(number)
    .padStart(5, '0')
    .replaceAll(/\d/g, (digit) => 'bkdfglmnpr'[Number(digit)] ?? '')}`;
}
