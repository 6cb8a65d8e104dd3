import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listReports, readReport, type StoredReport } from '#holding/report/trend/store.ts';
import { dayWords } from '#holding/report/trend/wording.ts';
import { codeOf } from '#lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';
import { approveAsItIs } from '../../support/mandates.ts';
import { day, openField, type TrendField } from './field.ts';

let field: TrendField;

beforeEach(async () => {
  field = await openField();
});

afterEach(() => field[Symbol.asyncDispose]());

async function newest(): Promise<StoredReport> {
  const [entry] = await listReports(field.paths.units, { limit: 1 });
  return readReport(field.paths.units, 'marketing', entry!.id);
}

/** Sixty documents, thirty of them of the week before; so many of this week's name the topic. */
function sixty(naming: number, into = field): void {
  for (let n = 0; n < 60; n += 1) {
    const isNow = n >= 30;
    const topic =
      isNow && n - 30 < naming ? 'Iedereen vraagt naar een zonneboiler.' : 'Iedereen vraagt naar de winkel.';
    into.document(`${n}.md`, `Verslag van gesprek ${n}. ${topic}`, isNow ? 1 : 10);
  }
}

describe('the example', () => {
  test('shows trends that are computed from the shipped documents, marked as an example, and keeps nothing', async () => {
    const { result } = await field.report({ demo: true });
    const { report, markdown } = await newest();
    expect(result.example).toBe(true);
    expect(report.claims.map(({ term }) => term)).toEqual(['whatsapp', 'micro influencers', 'ai overviews']);
    expect(report.claims.every(({ evidence, quotes }) => evidence.length > 3 && quotes.length > 0)).toBe(true);
    expect(report.example).toBe(true);
    expect(markdown).toMatch(/^# Example: [^]*\*\*This is an example\*\*/);
    expect(() => statSync(field.paths.trendsDb)).toThrow('ENOENT');
  });

  test('is gone with the first real report', async () => {
    await field.report({ demo: true });
    sixty(8);
    await field.report();
    const entries = await listReports(field.paths.units, { limit: 9 });
    expect(entries.map(({ example }) => example)).toEqual([false]);
  });
});

describe('sixty documents', () => {
  test('in which a topic rises from none to eight sources say so, with the evidence', async () => {
    sixty(8);
    const { lines } = await field.report();
    const { report } = await newest();
    const [claim] = report.claims;
    expect(claim).toMatchObject({
      term: 'zonneboiler',
      files: 8,
      counts: { sources: 8, of: 30, earlier: 0, earlierOf: 30 },
    });
    expect(claim?.quotes[0]?.text).toBe('Iedereen vraagt naar een zonneboiler.');
    expect(claim?.evidence[0]).toMatchObject({
      url: expect.stringMatching(/^documents\/3\d\.md$/),
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(lines.length).toBeGreaterThanOrEqual(6);
  });

  test('in which a topic rises to three sources have it below the limit, and no trend', async () => {
    sixty(3);
    await field.report();
    const { report, markdown } = await newest();
    expect(report.claims).toEqual([]);
    expect(report.belowLimit.map(({ term }) => term)).toContain('zonneboiler');
    expect(report.detectionLimit).toBeGreaterThan(3);
    expect(markdown).toContain(`A new trend needs ${report.detectionLimit} sources here`);
  });

  test('give the same report twice: the second run changes nothing', async () => {
    sixty(8);
    const { result } = await field.report();
    const file = join(field.home, 'reports', `${result.report}.json`);
    const [before, at] = [readFileSync(file, 'utf8'), statSync(file).mtimeMs];
    const { lines } = await field.report();
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(statSync(file).mtimeMs).toBe(at);
    expect(lines.some((line) => line.endsWith('say so already'))).toBe(true);
  });
});

describe('the memory', () => {
  test('has each claim once, however often the report is made, and the next day’s report says since when', async () => {
    const clock = fakeClock(Date.now());
    await using dated = await openField({ clock });
    sixty(8, dated);
    const first = await dated.report();
    expect(first.lines).toContain('Memory: 1 of 1 claims remembered anew');
    expect((await dated.report()).lines).toContain('Memory: 0 of 1 claims remembered anew');
    clock.advance(day);
    const { result } = await dated.report();
    const { report, markdown } = await readReport(dated.paths.units, 'marketing', result.report);
    const told = first.result.report.replace('trend-', '');
    expect(report.claims[0]).toMatchObject({ term: 'zonneboiler', earlier: { first: told, sources: 8, of: 30 } });
    expect(markdown).toContain(`First told on ${dayWords(told).en}, then named by 8 of 30: now again, and as strong.`);
    const { hits } = await (await dated.memory()).recall({ text: 'zonneboiler' });
    expect(hits.map(({ record }) => [record.source.ref, record.trust])).toEqual([[result.report, 'agent']]);
  });

  test('that fails is a gap in words, and the report is there', async () => {
    const memory = async (): Promise<never> => Promise.reject(new Error('the ledger is damaged'));
    await using without = await openField({ memory });
    sixty(8, without);
    const { result, lines } = await without.report();
    const { report } = await readReport(without.paths.units, 'marketing', result.report);
    expect(report.claims).toHaveLength(1);
    expect(report.gaps).toContainEqual(expect.stringMatching(/^The memory could not be asked.*the ledger is damaged$/));
    expect(lines).toContain('Memory: nothing could be remembered: the ledger is damaged');
  });
});

describe('in Dutch', () => {
  test('the whole report is, down to what was missing, and so is its name in a list', async () => {
    await using dutch = await openField({ language: 'nl' });
    sixty(8, dutch);
    dutch.document('scan.pdf', 'x');
    const { result } = await dutch.report();
    const { report, markdown } = await readReport(dutch.paths.units, 'marketing', result.report);
    const [claim] = report.claims;
    expect(claim?.text).toBe(
      '“zonneboiler” wordt genoemd in 8 van de 30 documenten, in de week ervoor in 0 van de 30.',
    );
    expect(report.gaps).toEqual([
      'Van een soort die niet wordt gelezen: 1 .pdf.',
      'Het web is niet doorzocht: daarvoor is een sleutel van Brave nodig, als BRAVE_API_KEY in .env; zie npm run mcp -- list.',
    ]);
    expect(markdown).toContain('## Wat niet kon worden bekeken');
    const [entry] = await listReports(dutch.paths.units, { limit: 1 });
    const title = `Trendrapport van marketing, ${dayWords(report.period.until).nl}`;
    expect(entry).toMatchObject({ language: 'nl', title });
  });

  test('the example is', async () => {
    await using dutch = await openField({ language: 'nl' });
    const { result } = await dutch.report({ demo: true });
    const { markdown } = await readReport(dutch.paths.units, 'marketing', result.report);
    expect(markdown).toMatch(/^# Voorbeeld: Trendrapport van marketing, [^]*\*\*Dit is een voorbeeld\*\*/);
  });
});

describe('ends in a report that says what was missing', () => {
  test('for an empty folder', async () => {
    const { result } = await field.report();
    expect(result.claims).toBe(0);
    expect((await newest()).markdown).toContain('put text (.md, .txt, .html, .csv) into units/marketing/documents');
  });

  test('for a file of 200 MB, which is not read, and for pictures and other kinds', async () => {
    field.document('huge.md', '');
    truncateSync(join(field.home, 'documents/huge.md'), 200_000_000);
    field.document('picture.md', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
    field.document('latin.txt', Buffer.from('caf\xe9 cr\xe8me \xe9\xe8\xe0\xf6', 'latin1'));
    field.document('scan.pdf', 'x');
    field.document('sub/deeper/note.md', 'A note.');
    await field.report();
    const { report } = await newest();
    expect(report.sources.documents).toBe(1);
    expect(report.gaps).toEqual(
      expect.arrayContaining([
        'Larger than 256 KiB and not read: documents/huge.md.',
        'Not text, or not readable: documents/latin.txt, documents/picture.md.',
        'Of a kind that is not read: 1 .pdf.',
      ]),
    );
    expect(field.calls.map(({ args }) => args['path'])).not.toContain(undefined);
    const read = field.calls
      .filter(({ tool }) => tool === 'filesystem.read_text_file')
      .map(({ args }) => String(args['path']));
    expect(read.some((path) => path.endsWith('huge.md'))).toBe(false);
  });

  test('for a folder of 5,000 files: the newest of this week and of before are read, the rest is named', async () => {
    for (let n = 0; n < 5000; n += 1) field.document(`${n}.md`, `Note ${n} about the shop.`, n / 500);
    await field.report();
    const { report } = await newest();
    expect(report.sources.documents).toBe(500);
    expect(report.period.weeksBefore).toBe(1);
    expect(report.gaps).toContain(
      '4000 documents were left out, the oldest: the mandate allows no more calls of filesystem.read_text_file.',
    );
  });

  test('for a mandate that forbids reading', async () => {
    sixty(8);
    await field.mandate((text) => text.replace('reads: [documents, reports]', 'reads: []'));
    await approveAsItIs(field.mandates);
    await field.report();
    const { report } = await newest();
    expect(report.sources.documents).toBe(0);
    expect(report.gaps.join('\n')).toContain('The mandate of marketing does not let it read');
  });

  test('for a mandate that names no tool to read with', async () => {
    sixty(8);
    await field.mandate((text) => text.replaceAll(/^ {2}- \{ name: filesystem\.(?:read|get|list).*\n/gm, ''));
    await approveAsItIs(field.mandates);
    await field.report();
    expect((await newest()).report.sources.documents).toBe(0);
    expect(field.calls.map(({ tool }) => tool)).not.toContain('filesystem.read_text_file');
  });

  test('for a budget that is soon used up, with calls kept back to write', async () => {
    sixty(8);
    await field.mandate((text) => text.replace('toolCalls: 6500', 'toolCalls: 40'));
    await approveAsItIs(field.mandates);
    await field.report();
    expect((await newest()).report.gaps.join('\n')).toMatch(/were not looked at|were left out/);
    expect(field.calls.length).toBeLessThanOrEqual(40);
  });

  test('for a damaged record of earlier periods, which is set aside', async () => {
    writeFileSync(field.paths.trendsDb, 'x'.repeat(5000));
    sixty(8);
    await field.report();
    const { report } = await newest();
    expect(report.gaps[0]).toMatch(/damaged and is begun anew; it lies in trends\.sqlite\.broken-/);
    expect(report.claims.map(({ term }) => term)).toEqual(['zonneboiler']);
  });

  test('for no key: the web was not searched', async () => {
    await field.report();
    expect((await newest()).report.gaps.join('\n')).toContain('BRAVE_API_KEY');
  });
});

describe('refuses clearly, and writes nothing', () => {
  test('without the owner’s approval of a change', async () => {
    await field.mandate((text) => text.replace('writes: [reports]', 'writes: [reports, documents]'));
    const error = await field.report().catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('E_MANDATE');
    expect(error).toMatchObject({
      permanent: true,
      hint: expect.stringContaining('npm run mandate -- approve marketing'),
    });
    expect(field.calls).toEqual([]);
  });

  test('for a unit that there is not', async () => {
    const { default: job } = await import('#jobs/trend-report.ts');
    expect(job.policy).toMatchObject({ queue: 'swarm', attempts: 2, overlap: 'skip' });
    await expect(field.mandates.standing('sales')).rejects.toThrow('There is no business unit sales');
  });
});

test('an approval that has ended refuses the report', async () => {
  const clock = fakeClock(Date.now() - 366 * day);
  await using old = await openField({ clock });
  await old.mandate((text) => text.replace('writes: [reports]', 'writes: [reports, documents]'));
  await approveAsItIs(old.mandates);
  await expect(old.report()).resolves.toBeDefined();
  clock.advance(366 * day);
  await expect(old.report()).rejects.toMatchObject({
    code: 'E_MANDATE',
    message: expect.stringContaining('not valid today'),
  });
});

test('a Filesystem server that does not start refuses the report, and a later try may succeed', async () => {
  const config = join(field.paths.data, 'broken.json');
  writeFileSync(
    config,
    JSON.stringify({
      mcpServers: { filesystem: { command: 'false', args: [], omega: { allow: ['*'], units: ['marketing'] } } },
    }),
  );
  await using broken = await openField({ variables: { OMEGA_MCP_CONFIG: config } });
  await expect(broken.report()).rejects.toMatchObject({ code: 'E_TOOL_START', permanent: false });
});
