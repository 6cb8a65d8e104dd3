import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readReport } from '#holding/report/trend/store.ts';
import { makeAuthority } from '../../support/authority.ts';
import { braveHost, startFakeBrave, type BraveAnswer } from '../../support/fake-brave.ts';
import { startUpstreamProxy } from '../../support/upstream-proxy.ts';
import { openField, type TrendField } from './field.ts';

/** The job with the real hub and the real Brave server, behind a proxy that leads to a fake of Brave alone. */
async function fieldWith(answer: BraveAnswer, key?: string): Promise<TrendField> {
  const folder = mkdtempSync(join(tmpdir(), 'omega-search-'));
  const authority = await makeAuthority(folder);
  const brave = await startFakeBrave(authority);
  const office = await startUpstreamProxy({ [braveHost]: brave.port });
  brave.answer = answer;
  const variables = { BRAVE_API_KEY: key ?? brave.key, HTTPS_PROXY: office.url, NODE_EXTRA_CA_CERTS: authority.caFile };
  const field = await openField({ variables });
  onTestFinished(async () => {
    await field[Symbol.asyncDispose]();
    await office[Symbol.asyncDispose]();
    await brave[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  await field.mandate((text) => text.replace(/^topics:\n(?: {2}- .*\n)+/m, 'topics: [heat pumps]\n'));
  return field;
}

test('with a key the real Brave server is asked for web and news of a topic, and its results are counted', async () => {
  const field = await fieldWith('results');
  const { result, lines } = await field.report();
  const { report } = await readReport(field.paths.units, 'marketing', result.report);
  expect(lines.find((line) => line.startsWith('Web: '))).toMatch(/^Web: [1-9]\d* results/);
  expect(field.calls.map(({ tool }) => tool)).toEqual(
    expect.arrayContaining(['brave-search.brave_web_search', 'brave-search.brave_news_search']),
  );
  expect(report.sources.domains).toBeGreaterThan(0);
  expect(report.gaps.join(' ')).not.toContain('BRAVE_API_KEY');
});

test('a key that Brave refuses is a gap of the report, and stands in none of it', async () => {
  const field = await fieldWith('results', 'BSA-of-somebody-else');
  const { result } = await field.report();
  const { report, markdown } = await readReport(field.paths.units, 'marketing', result.report);
  expect(report.gaps.join(' ')).toMatch(/brave/i);
  expect(markdown).not.toContain('BSA-of-somebody-else');
});
