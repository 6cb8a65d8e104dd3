import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pages } from '#holding/health/views/pages.ts';
import { languages, type Language } from '#lib/language.ts';
import type { Renderer } from '#site/render.ts';
import { findChromium, startChromium } from '../support/chromium.ts';
import { pastScene, type PastKind } from '../support/past.ts';
import { builtRenderer, served, temporaryFolder, type Served } from '../support/site.ts';
import { sceneTime } from '../support/snapshots.ts';

const chromium = findChromium();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const screenshots = join(import.meta.dirname, '..', 'screenshots');
/** Both schemes at every width; each is kept as a picture at its last one. */
const looks = [
  ['light', [1440, 768, 360]],
  ['dark', [360, 768, 1440]],
] as const;

/** One of each kind of page, in each state that it can be in. */
const shown: readonly (readonly [PastKind, readonly string[]])[] = [
  [
    'year',
    [
      '/checks/redis/',
      '/checks/queue/',
      '/checks/shop/',
      '/incidents/',
      '/incidents/10/',
      '/incidents/9/',
      '/units/marketing/',
      '/runs/',
      '/reports/',
    ],
  ],
  ['firstDay', ['/checks/redis/', '/incidents/', '/units/marketing/', '/runs/', '/reports/']],
  ['nothing', ['/checks/redis/', '/runs/']],
  ['unreadable', ['/checks/redis/', '/incidents/', '/incidents/2/', '/units/marketing/', '/runs/', '/reports/']],
];
const cases = shown.flatMap(([kind, paths]) => paths.map((path) => ({ kind, path })));

if (chromium === null) test.skip('the pages in a browser: skipped, for there is no Chromium on the PATH', () => {});

describe.skipIf(chromium === null)('the pages in a browser', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let site: Served;
  const drawn = new Map<string, string>();

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    folder = await temporaryFolder();
    const [renderer, edge, started] = await Promise.all([
      builtRenderer(folder.path),
      served(),
      startChromium(chromium ?? ''),
    ]);
    [site, browser] = [edge, started];
    for (const [kind] of shown) {
      for (const language of languages) await drawPast(renderer, kind, language);
    }
  });

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  async function drawPast(renderer: Renderer, kind: PastKind, language: Language): Promise<void> {
    using scene = pastScene(folder.path, kind, language);
    for (const { path, view } of pages(scene.snapshot, scene.sources, sceneTime)) {
      drawn.set(`${kind} ${language} ${path}`, await renderer.draw({ path, view: view() }));
    }
  }

  /** Serves one page in its place, and nothing else. Returns its address. */
  async function show(kind: PastKind, language: Language, path: string): Promise<string> {
    const to = join(site.folder, path);
    await mkdir(to, { recursive: true });
    const html = drawn.get(`${kind} ${language} ${path}`);
    if (html === undefined) throw new Error(`There is no page ${path} in the scene ${kind}`);
    await writeFile(join(to, 'index.html'), html);
    return new URL(path, site.url).href;
  }

  /** A page whose clock stands six seconds after the scene's look, and goes only when told to. */
  async function open(options: BrowserContextOptions = {}): Promise<Page & AsyncDisposable> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.clock.install({ time: sceneTime + 6000 });
    return Object.assign(page, { [Symbol.asyncDispose]: async () => context.close() });
  }

  describe.each(cases)('$kind $path', ({ kind, path }) => {
    test.each(languages)('fits every width, and has nothing that axe finds, in %s', async (language) => {
      await using page = await open({ bypassCSP: true });
      await page.goto(await show(kind, language, path));
      await page.addScriptTag({ path: axe });
      for (const [colorScheme, widths] of looks) {
        await page.emulateMedia({ colorScheme });
        for (const width of widths) {
          await page.setViewportSize({ width, height: 900 });
          expect(await page.evaluate('document.documentElement.scrollWidth'), `${width}`).toBe(width);
        }
        const name = `${kind}-${language}${path.replaceAll('/', '-')}${colorScheme}.png`;
        await page.screenshot({ path: join(screenshots, name), fullPage: true });
        const found = await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
        );
        expect(found).toEqual([]);
      }
    });

    test('is one request to no other host, and breaks no rule of its own policy', async () => {
      await using page = await open();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => complaints.push(dialog.message()));
      const address = await show(kind, 'en', path);
      await page.goto(address, { waitUntil: 'networkidle' });
      expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([address]);
      expect(complaints).toEqual([]);
      expect(await page.evaluate('getComputedStyle(document.body).margin')).toBe('0px');
    });

    test('can be read whole without JavaScript, and says when it is stale', async () => {
      const address = await show(kind, 'en', path);
      const textsOf = (page: Page): Promise<string[]> =>
        Promise.all(['h1', '#rest'].map((part) => page.locator(part).innerText()));
      await using without = await open({ javaScriptEnabled: false });
      await using usual = await open();
      await Promise.all([without.goto(address), usual.goto(address)]);
      expect(await textsOf(without)).toEqual(await textsOf(usual));
      expect(await without.locator('#now').innerText()).toContain('22 Nov 2025, 09:58:36');
    });
  });

  test('every link can be reached by keyboard, in its order, and shows that it is', async () => {
    await using page = await open();
    await page.goto(await show('year', 'en', '/checks/redis/'));
    const links = await page.locator('a:visible, summary:visible').count();
    const seen: string[] = [];
    for (let step = 0; step < links; step++) {
      await page.keyboard.press('Tab');
      seen.push(
        await page.evaluate(
          `getComputedStyle(document.activeElement).outlineStyle + ' ' + document.activeElement.localName`,
        ),
      );
    }
    expect(new Set(seen)).toEqual(new Set(['solid a']));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.localName')).toBe('body');
  });

  test('the skip link leads past the header', async () => {
    await using page = await open();
    await page.goto(await show('year', 'en', '/incidents/'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getBoundingClientRect().top >= 0')).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('/incidents/10/');
  });

  test('what was folded away opens by keyboard', async () => {
    await using page = await open();
    await page.goto(await show('year', 'en', '/runs/'));
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details tbody tr').last().isVisible()).toBe(true);
  });

  test('each plot is told in words', async () => {
    await using page = await open();
    await page.goto(await show('year', 'en', '/checks/redis/'));
    expect(await page.getByRole('img', { name: /^24 hours: Up 21 h 11 min, down 2 h 1 min/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /^Latency over A year: half within / }).count()).toBe(1);
  });
});
