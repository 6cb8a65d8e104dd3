import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '#lib/language.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, startChromium } from '../../support/chromium.ts';
import { temporaryFolder } from '../../support/health.ts';
import { never, office, reportOf } from './desk.ts';

const chromium = findChromium();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const widths = [320, 360, 768, 1440];

if (chromium === null) test.skip('letters in a browser: skipped, for there is no Chromium on the PATH', () => {});

describe.skipIf(chromium === null)('letters in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium(chromium ?? '');
  });

  afterAll(async () => browser?.close());

  test.each(languages)(
    'fit every width, ask for nothing, break no rule, and axe finds nothing, in %s',
    async (language) => {
      using all = office({ past: 'year', language, wantsCanary: () => true });
      using folder = temporaryFolder();
      all.keep(reportOf());
      const unknown = all.again({ snapshot: async () => null });
      const refs = await all.desk.due(never);
      const letters = [...(await Promise.all(refs.map(all.write))), await unknown.write('digest/2025-11-22', never)];
      expect(letters).toHaveLength(5);
      for (const [index, { html, ref }] of letters.entries()) {
        const path = join(folder.path, `${index}.html`);
        writeFileSync(path, html);
        expect(await looksAt(path), ref).toEqual({
          requests: 1,
          complaints: [],
          styled: true,
          wide: [],
          violations: [],
        });
      }
    },
  );

  test('stand dark on white on paper, with all evidence, also where the screen is dark', async () => {
    using all = office();
    using folder = temporaryFolder();
    all.keep(reportOf());
    const path = join(folder.path, 'trend.html');
    writeFileSync(path, (await all.write('trend/marketing/trend-2025-11-22')).html);
    const context = await browser.newContext({ colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(pathToFileURL(path).href);
    const [colours, evidence] = [
      `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]`,
      page.getByText('https://news.example/one').first(),
    ];
    expect(await page.evaluate(colours)).toEqual(['rgb(16, 19, 17)', 'rgb(233, 235, 230)']);
    expect(await evidence.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(colours)).toEqual(['rgb(255, 255, 255)', 'rgb(27, 30, 28)']);
    expect(await evidence.isVisible()).toBe(true);
    await context.close();
  });

  /** Opens it once under its own policy, and once without, for axe is a script. */
  async function looksAt(path: string): Promise<unknown> {
    const url = pathToFileURL(path).href;
    const strict = await browser.newContext();
    const page = await strict.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(url);
    const styled = (await page.evaluate('getComputedStyle(document.body).maxWidth')) === '672px';
    const wide: number[] = [];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      if ((await page.evaluate('document.documentElement.scrollWidth')) !== width) wide.push(width);
    }
    await strict.close();
    return { requests: requests.length, complaints, styled, wide, violations: await violationsIn(url) };
  }

  async function violationsIn(url: string): Promise<readonly unknown[]> {
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 360, height: 800 } });
    const page = await context.newPage();
    await page.goto(url);
    await page.addScriptTag({ path: axe });
    const found: unknown[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      found.push(
        await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
        ),
      );
    }
    await context.close();
    return found.flat();
  }
});
